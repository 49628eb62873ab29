/* outside_own: what the pages for enterprises and the public share: coming in by number and query code,
   the times ahead, and the words for them. */
#ifndef MODULES_WHISTLE_OUTSIDE_OWN_H
#define MODULES_WHISTLE_OUTSIDE_OWN_H
#include "modules/whistle/view.h"

/* access.c */
/* A case that somebody opened with its number and query code. */
typedef struct Access {
    int64_t id;
    const char *number, *code;
} Access;
/* 0, E_MISSING, or E_RATE after five wrong codes for a number (q->retry_after is set). */
int access_by_code(Req *q, const char *number, const char *code, Access *out) MUST_USE;
/* The same as a text for an address of this site, good for `ms`; kind keeps uses apart. */
enum { ACCESS_MS = 10 * 60 * 1000 };
const char *access_token(Req *q, const char *kind, const Access *from);
bool access_open(Req *q, const char *kind, const char *token, Access *out);
Viewer access_viewer(const Req *q, const Access *from); /* the public with that one case */
/* An act by that viewer on the request's behalf. */
int access_act(Req *q, const Access *from, const char *action, const char *allow,
               Act **out) MUST_USE;
bool is_outside_action(
    const char *name); /* evaluate supply urge contest not_contacted withdraw reopen */

/* typed.c: what was typed, put in order before it is read into a record */
/* The body with one member replaced, added, or (text NULL) left out. */
const In *body_with(Arena *a, const In *body, const char *name, const char *text);
const char *typed_text(const In *body,
                       const char *name);           /* to be shown again; "" when it cannot be */
const char *title_from(Arena *a, const char *text); /* the first sentence; NULL: none */
/* NULL when it can be dialled; else what is wrong, {zh, en}. */
const char *const *phone_fault(Arena *a, const char *phone);
void check_phone(const In *body, Errors *e);
/* "41:yes,57:no" from members named rate_41 ... */
const In *body_with_ratings(Arena *a, const In *body);

/* ahead.c: the latest times when something is sent now */
typedef struct Ahead {
    int64_t from, route, contact, urgent, plan, resolve, evaluate;
} Ahead;
Ahead ahead_from(Req *q, int64_t from, bool consult);
int64_t ahead_rework(Req *q, const Whistle *w); /* due if "not solved" is said now */
/* "今天 10:20–12:00、14:30–16:50" */
const char *counted_text(Req *q, int64_t from, int64_t due);
const char *hours_text(Req *q); /* of a working day: 08:30–12:00、14:30–18:00 */
const char *when_text(const Req *q,
                      int64_t ms); /* 3月19日 18:00, 今天 16:50; never apart in a line */
const char *when_long(const Req *q, int64_t ms); /* 3月19日（周四）18:00 */
const char *date_text(const Req *q, int64_t ms); /* 3月19日 */
const char *weekday_text(const Req *q, int64_t ms);
const char *instant(const Req *q, int64_t ms); /* RFC 3339, for <time datetime> */
Html when_html(Req *q, int64_t ms);            /* when_long, of which the date stays together */
/* A sentence of which each value stays together in a line. */
Html say_html_n(Req *q, const char *zh, int n, const char *const *v);
#define SAY_HTML(q, zh, ...)                                                                       \
    say_html_n(q, zh, COUNT(((const char *const[]){__VA_ARGS__})),                                 \
               (const char *const[]){__VA_ARGS__})

/* "3月19日 周四 18:00 前" */
Html by_html(Req *q, int64_t ms);

Html word_html(Req *q, const char *zh);
Html lines_html(Req *q, const char *text); /* each line a paragraph */

/* firm.c: the enterprise that staff name. Neither id nor unit: e says what is wrong, or it is empty. */
int firm_find(Req *q, const char *typed, int64_t *id_out, const char **unit_out,
              Errors *e) MUST_USE;

/* similar.c: own open whistles that may be the same matter */
enum { SIMILAR_SHOWN = 3 };
typedef struct Similar {
    int n, all; /* shown; found */
    bool by_text;
    Whistle w[SIMILAR_SHOWN];
} Similar;
/* enterprise 0: of all firms this viewer speaks for. text NULL: all open ones, newest first. */
int similar_find(Req *q, int64_t enterprise, const char *text, Similar *out) MUST_USE;
int likeness(Arena *a, const char *one, const char *other); /* 0..1000 */

/* standing.c: how far it is, in the words of the page of the progress */
void standing_block(Req *q, const Case *c); /* the box of the clock that counts, and the stages */
const Deadline *standing_clock(const Case *c); /* that the enterprise waits for now; NULL */
const Deadline *case_clock(const Case *c, const char *clock, const char *party); /* running; NULL */

/* evaluate.c */
void reply_block(Req *q, const Whistle *w);   /* the reply as it was written */
void outside_errors(Req *q, const Errors *e); /* summary above a form; nothing without errors */

/* deeds.c: what the one with the code may do now. typed, e: after an error, of `failed`. */
typedef struct Deeds {
    Req *q;
    const Case *c;
    const Access *from;
    const In *typed;
    const char *failed; /* action whose input was wrong; NULL: none */
} Deeds;
void deeds_first(const Deeds *d);  /* what waits for the enterprise: evaluate, supply, contest */
void deeds_others(const Deeds *d); /* urge, not_contacted, reopen, withdraw */
Html deed_hidden(const Deeds *d);  /* number, code, and what every form needs */
bool case_may(const Case *c, const char *action);

/* steps.c: what was done, told to the enterprise; newest first */
void steps_block(Req *q, const Case *c);
#endif
