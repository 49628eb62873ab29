/* find: the one query of modules. Adds site and row scope by itself; keyset paging, newest first. */
#ifndef DESK_FIND_H
#define DESK_FIND_H
#include "desk/desk.h"
#include "desk/flow.h"
#include "desk/rights.h"

enum { FIND_LIMIT_MAX = 200, FIND_FILTERS_MAX = 16 };
typedef struct Filter {
    const char
        *field; /* a field with .filter, or state, number, next_due, created_at, updated_at, id */
    const char *op;    /* "=" "<" "<=" ">" ">=" "in" "prefix" "null" "notnull"; "" is "=" */
    const char *value; /* as in JSON; "in": comma-separated */
} Filter;
typedef struct Find {
    int n;
    Filter filters[FIND_FILTERS_MAX];
    const char *sort;  /* "id" "-id" "next_due" "-updated_at" "title" ...; NULL: newest first */
    const char *after; /* cursor from the page before, or NULL */
    int limit;         /* 0: 50 */
    int most;          /* rec_count goes no further; 0: to the end */
    /* "title lead ...": no others are read (they are then not known), so what the record's mask looks
       at must be among them. NULL: all. */
    const char *fields;
} Find;
/* How many in each state, counted to a bound; more: that many and more. */
typedef struct Tally {
    int64_t n[STATES_MAX];
    bool more[STATES_MAX];
} Tally;
/* Rows, into an array with room for limit rows (50 when 0) of r->size, and the cursor of the next page (NULL at the end). Errors name the
   parameter that was wrong (E_INPUT). Rows are masked for the viewer. */
int rec_find(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
             Errors *e, void *rows_out, int *n_out, const char **next_out) MUST_USE;
int rec_count(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
              Errors *e, int64_t *out) MUST_USE;
/* Cases that f's filters let through (none of them on the state), by state; drafts are not counted. */
int rec_tally(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
              int most, Errors *e, Tally *out) MUST_USE;
/* One row if this viewer may see it, else E_MISSING. relations_out may be NULL. */
int rec_see(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, int64_t id,
            void *row_out, uint64_t *relations_out) MUST_USE;
/* Titles of the rows that references point to, one query for all ids; NULL where there is none. */
int rec_titles(Reader *q, Desk *d, Arena *a, const Record *r, int64_t site, int n,
               const int64_t *ids, const char **titles_out) MUST_USE;
#endif
