/* lens: which whistles a list shows, said by an address ("state=handling&light=red"). A number on a
   desk is counted through the same lens as the list that it opens, so the two cannot disagree. */
#ifndef MODULES_WHISTLE_LENS_H
#define MODULES_WHISTLE_LENS_H
#include "modules/whistle/view.h"

enum { CHIPS_MAX = 12 };
typedef struct Chip {
    const char *name, *label, *value; /* name: the parameter that is left out to drop it */
} Chip;
typedef struct Lens {
    Find find;             /* without state, order and page */
    int light_at, light_n; /* which of its filters the light is */
    const char *states;    /* codes, comma-separated; NULL: all but drafts */
    bool by_ids;           /* only these cases: what owed, mark and said ask for */
    int ids_n, chips_n;
    const int64_t *ids;
    Chip chips[CHIPS_MAX];
    const Names *names;
} Lens;
#define STATES_OPEN "submitted,dispatched,objected,handling,replied"

/* query: object of parameters. Unknown ones are errors in q->errors: E_INPUT. */
int lens_read(Req *q, const Names *names, const In *query, Lens *out) MUST_USE;
/* How many, in these states (NULL: the lens's own). */
int lens_count(Req *q, const Lens *l, const char *states, int64_t *out) MUST_USE;
/* The same by state, each counted to a bound; drafts are not counted. */
int lens_tally(Req *q, const Lens *l, int most, Tally *out) MUST_USE;
/* Rows of a page in order. A lens by ids has one page, by next due. */
int lens_rows(Req *q, const Lens *l, const char *sort, const char *after, int limit,
              Whistle **rows_out, int *n_out, const char **next_out) MUST_USE;
/* The same filters as the generic list and its CSV understand them: "state=a,b&next_due.lt=…". */
const char *lens_plain_query(Req *q, const Lens *l);
/* For a desk: counts what the list behind "/whistles?…" shows; 0 after a failure. */
int64_t lens_count_of(Req *q, const Names *names, const char *query);
int lens_rows_of(Req *q, const Names *names, const char *query, const char *sort, int limit,
                 Whistle **rows_out, int *n_out) MUST_USE;
#endif
