/* view: words and pieces shared by the whistle's pages, besides those that pages.h names. */
#ifndef MODULES_WHISTLE_VIEW_H
#define MODULES_WHISTLE_VIEW_H
#include "desk/agenda.h"
#include "modules/whistle/pages.h"

/* A sentence with values: "%1 前联系您". Looked up whole, then filled in; the result is plain text. */
const char *say_n(Req *q, const char *zh, int n, const char *const *v);
#define SAY(q, zh, ...)                                                                            \
    say_n(q, zh, COUNT(((const char *const[]){__VA_ARGS__})), (const char *const[]){__VA_ARGS__})
const char *word(const Req *q, const char *zh);                    /* translated */
const char *digits(const Req *q, int64_t v);                       /* 1234 */
const char *choice_word(const Req *q, const Choice *list, Pick v); /* NULL when not known */

/* A form's page that is shown again (Req.again): what was typed, else this; and what was wrong, as a
   list on top. */
const char *typed_or(const Req *q, const char *name, const char *otherwise);
void action_errors(Req *q, const char *action);

/* Departments and classes of this site, one query each: for pages with many rows. */
typedef struct Names Names;
Names *names_load(Req *q);
const char *names_dept(const Names *n, int64_t id);        /* "—" when 0, or when there is none */
const char *names_class(const Names *n, const char *code); /* 供汽 */
const char *names_top(const Names *n, const char *code); /* 水电气热: its class of the first rank */
/* The i-th department or class, NULL after the last; parent 0: of the first rank. */
typedef struct Named {
    int64_t id, parent, duty; /* duty: department that answers for a class, or 0 */
    const char *code, *name;
} Named;
const Named *names_dept_at(const Names *n, int i);
const Named *names_class_at(const Names *n, int i);
const Named *names_chain_at(const Names *n, int i);            /* without sub-chains */
const Named *names_class_of(const Names *n, const char *code); /* NULL: none */
/* Whose a clock is: 企业, a department, a desk that a role shares, or a person. names may be NULL. */
const char *party_word(Req *q, const Names *n, const Deadline *d);
/* Titles of the enterprises of these whistles, one query; out[i] as enterprise_name says it. */
void enterprise_names(Req *q, const Whistle *w, int n, const char **out);

/* Times. */
const char *minute_text(const Req *q, int64_t ms);  /* 2026-03-18 10:20 */
const char *time_text_zh(const Req *q, int64_t ms); /* 10:20 */
const char *day_plain(const Req *q, int64_t ms);    /* 3月18日 周三 */
const char *day_zh(const Req *q, int64_t ms);       /* 3月18日 周三; with （今天） */
const char *left_text(Req *q, int64_t due, ClockUnit unit); /* 剩 40 分 · 超期 2 小时 20 分 */
const char *span_text(Req *q, Span span);                   /* 4 个工作小时 */
/* Unit of the clock that stands in the head of a row, for light_html. */
ClockUnit next_unit(const Req *q, const Whistle *w);
Html light_of(Req *q, const Deadline *d);
const char *light_class(const Req *q, const Deadline *d); /* "" "is-soon" "is-late" */

/* 紧急, 一级提级, 重办第 1 次 …: what is out of the ordinary about a case. */
Html tags_of(Req *q, const Whistle *w, const OpenMark *marks, int n);
const char *level_word(const Req *q, int level); /* 一级提级 */

/* Rows that this viewer may see; E_INPUT names the parameter in q->errors. */
int whistles_find(Req *q, const Find *f, Whistle **rows_out, int *n_out,
                  const char **next_out) MUST_USE;

/* The rule of a due time in a sentence, as why_block begins. */
const char *why_rule(Req *q, const Deadline *d);

/* Markup written apart and put in as a value. */
Out page_part(Req *q);                /* q->out is a new text until … */
Html page_part_end(Req *q, Out page); /* … it is given back */
#endif
