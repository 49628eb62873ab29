/* base: the few types that every file shares: memory, values, errors, text being built.
   Nothing here knows SQL or HTTP. */
#ifndef BASE_BASE_H
#define BASE_BASE_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(a)        ((int)(sizeof(a) / sizeof((a)[0])))
#define PRINTF(fmt, va) __attribute__((format(printf, fmt, va)))
#define MUST_USE        __attribute__((warn_unused_result))
#define CLEANUP(fn)     __attribute__((cleanup(fn)))
/* Leave at the first failure. Safe because a request owns its memory and statements. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        int rc_ = (call);                                                                          \
        if (rc_ < 0) return rc_;                                                                   \
    } while (0)

/* What a function answers when it fails; the HTTP status that web makes of it stands beside. */
enum {
    OK = 0,
    E_INPUT = -1,   /* 422: the fields say what is wrong */
    E_MISSING = -2, /* 404: not there or not yours */
    E_DENIED = -3,  /* 403 */
    E_CLASH = -4,   /* 409: the state forbids it, or someone else was first */
    E_STALE = -5,   /* 412: If-Match names an old revision */
    E_SYNTAX = -6,  /* 400: the body cannot be read */
    E_LOGIN = -7,   /* 401 */
    E_DB = -8,      /* 503: storage failed; nothing was written */
    E_FULL = -9,    /* 507: no space left; nothing was written */
    E_BUSY = -10,   /* 503 with Retry-After */
    E_LARGE = -11,  /* 413, or an act over its limits */
    E_IO = -12,
    E_RETRY = -13, /* the transaction is gone (40001, 40P01, FULL, IOERR): run it again */
    E_RATE = -14   /* 429 */
};

/* Arena: memory with one lifetime, usually one request. Out of memory ends the process;
   sizes that come from outside are limited before they are allocated. */
typedef struct Arena {
    struct Chunk *head;
    size_t total; /* bytes handed out */
} Arena;
void *arena_get(Arena *a, size_t size) MUST_USE;              /* zeroed, aligned for any type */
void *arena_array(Arena *a, size_t n, size_t size) MUST_USE;  /* n * size, checked */
char *arena_copy(Arena *a, const char *s, size_t n) MUST_USE; /* with a NUL after n bytes */
char *arena_str(Arena *a, const char *s) MUST_USE;            /* NULL stays NULL */
/* old (may be NULL), made larger: in place when it is the last piece. What is new is not zeroed. */
void *arena_grow(Arena *a, void *old, size_t old_size, size_t size) MUST_USE;
char *arena_f(Arena *a, const char *fmt, ...) PRINTF(2, 3) MUST_USE;
void arena_free(Arena *a);
#define NEW(a, T) ((T *)arena_get((a), sizeof(T)))

/* Checked arithmetic: false on overflow, and *out is then untouched. */
bool add_i64(int64_t a, int64_t b, int64_t *out) MUST_USE;
bool mul_i64(int64_t a, int64_t b, int64_t *out) MUST_USE;

/* Values of records. All-zero bytes mean "not known"; a known 0 has .has set. */
typedef const char *Text; /* UTF-8; NULL is not known */
typedef struct Id {
    int64_t v;
    bool has;
} Id;
typedef struct Ref {
    int64_t v;
    bool has;
} Ref; /* id of a row of another record */
typedef struct Num {
    int64_t v;
    bool has;
} Num;
typedef struct Fen {
    int64_t v;
    bool has;
} Fen; /* money, 1/100 yuan */
typedef struct Day {
    int64_t v;
    bool has;
} Day; /* days since 1970-01-01 */
typedef struct Time {
    int64_t v;
    bool has;
} Time; /* milliseconds since 1970-01-01 UTC */
typedef struct Pick {
    int64_t v;
    bool has;
} Pick; /* index into a list of Choice */
typedef struct Sealed {
    const char *box; /* encrypted text (crypto.h); never printed, only opened */
} Sealed;
typedef struct Html {
    const char *s;
} Html; /* markup known to be safe */

typedef struct Choice {
    const char *code, *zh, *en;
} Choice;                                               /* a list ends with {0} */
int choice_index(const Choice *list, const char *code); /* -1: not in the list */

bool day_parse(const char *s, Day *out) MUST_USE; /* 2024-03-29, real days only, 1900-2199 */
void day_text(Day d, char buf[static 11]);
bool fen_parse(const char *s, Fen *out) MUST_USE;     /* 8800, 8800.5, 8800.50 */
bool num_parse(const char *s, int64_t *out) MUST_USE; /* whole text, optional minus, no overflow */
/* RFC 3339 "2026-03-18T10:20:00+08:00", also Z, fractions to ms, and without offset = site zone
   (+08:00); false when it is not a real instant between 1970 and 2199. */
bool time_parse(const char *s, Time *out) MUST_USE;
void time_text(Time t, char buf[static 30]); /* RFC 3339 in +08:00, seconds; ms only if not 0 */
/* "2026-03-18 10:20" in the site's zone */
void time_minute(Time t, char buf[static 17]);
Day time_day(Time t); /* the day in the site's zone */

/* UTF-8: number of characters; -1 when s is not UTF-8 (overlong, surrogates, > U+10FFFF). */
int64_t utf8_length(const char *s, size_t n);
/* NULL when the text may be stored; else what is wrong, as a pair of sentences {zh, en}:
   invalid UTF-8, NUL, control characters other than tab, LF, CR (all three only when multiline),
   bidirectional marks (U+202A-202E, U+2066-2069), noncharacters. */
const char *const *text_fault(const char *s, size_t n, bool multiline);

/* Errors: what is wrong with the input, each at its field, and one sentence for the whole. */
typedef struct FieldError {
    const char *field, *zh, *en;
    const char *typed; /* shown again in a form; may be NULL */
} FieldError;
enum { ERRORS_MAX = 40 };
typedef struct Errors {
    Arena *a; /* messages made with values are built here */
    int n;
    FieldError at[ERRORS_MAX];
    const char *zh, *en; /* for 403, 404, 409: what happened and what to do next */
} Errors;
void error_add(Errors *e, const char *field, const char *zh, const char *en);
const FieldError *error_at(const Errors *e, const char *field); /* NULL: none */
/* return error_say(e, E_CLASH, "……", "...") */
int error_say(Errors *e, int code, const char *zh, const char *en);

/* Out: text being built, in one language. */
typedef enum { ZH, EN } Lang;
typedef struct Out {
    Arena *a;
    char *s; /* NUL-terminated when n > 0 */
    size_t n, cap;
    Lang lang;
} Out;
void out_raw(Out *o, const char *s);
void out_rawn(Out *o, const char *s, size_t n);
void out_f(Out *o, const char *fmt, ...) PRINTF(2, 3);    /* SQL and JSON punctuation, never HTML */
void out_json(Out *o, const char *s);                     /* quoted JSON string, or null */
void out_json_name(Out *o, const char *name, bool first); /* ,"name": of our own, never escaped */
void out_json_id(Out *o, int64_t id);                     /* "123": ids are strings */
void out_json_time(Out *o, Time t);                       /* RFC 3339 or null */
void out_csv(Out *o,
             const char *s); /* one CSV field; a leading = + - @ tab CR gets a ' before it */
void out_tr(Out *o,
            const char *zh); /* page text (may hold no markup), translated when lang is EN */
const char *tr(Lang lang, const char *zh); /* the same as a string */
/* The catalogue, lines "zh TAB en" (ui/en.tsv): once at start, before threads; copied. */
void tr_load(const char *tsv, size_t n);
void tr_missing(void (*cb)(const char *zh)); /* tests: told of each text without English */
const char *str_of(const Out *o);            /* "" when nothing was written */

/* put: a value into HTML, escaped; the C type chooses the writing. */
void put_s(Out *o, const char *s);
void put_i(Out *o, int64_t v);
void put_int(Out *o, int v);
void put_id(Out *o, Id v);
void put_ref(Out *o, Ref v);
void put_num(Out *o, Num v);
void put_fen(Out *o, Fen v);
void put_day(Out *o, Day v);
void put_time(Out *o, Time v); /* 2026-03-18 10:20 */
void put_html(Out *o, Html v);
/* clang-format off */
#define put(o, x) _Generic((x), \
    const char *: put_s, char *: put_s, long: put_i, long long: put_i, int: put_int, Id: put_id, \
    Ref: put_ref, Num: put_num, Fen: put_fen, Day: put_day, Time: put_time, Html: put_html)(o, x)
/* put_url: one path segment or one query value, percent-encoded; Html does not fit here. */
void put_url_s(Out *o, const char *s);
#define put_url(o, x) _Generic((x), \
    const char *: put_url_s, char *: put_url_s, long: put_i, long long: put_i, int: put_int, \
    Id: put_id, Ref: put_ref, Num: put_num, Day: put_day)(o, x)
/* clang-format on */
/* put_path: a whole address inside this site, made by code ("/whistles/12?tab=open"): escaped as
   an attribute; anything that does not begin with a single / becomes "/". */
void put_path(Out *o, const char *path);
#endif
