/* agenda: what is owed over many cases at once: running clocks by who owes them, open marks, last
   words and deeds, counts by a column. Each is one query, whatever the number of cases; which cases
   a viewer may see is asked of the rows themselves (rec_find). */
#ifndef DESK_AGENDA_H
#define DESK_AGENDA_H
#include "desk/find.h"
#include "desk/step.h"

enum { AGENDA_MAX = FIND_LIMIT_MAX }; /* ids in one question */

/* Running clocks, due first. What is NULL or 0 does not matter. */
typedef struct OwedBy {
    const char *record;
    const Viewer *who;        /* owned by one of this viewer's parties */
    const char *clock, *role; /* owner_role */
    int ids_n;                /* of these cases */
    const int64_t *ids;
    int limit;
} OwedBy;
typedef struct Owed {
    int64_t case_id;
    Deadline d;
} Owed;
int agenda_owed(Reader *q, Arena *a, int64_t site, const OwedBy *by, Owed **out,
                int *n_out) MUST_USE;
/* Cases with such a clock, and those of them where it is over. */
int agenda_owed_count(Reader *q, Arena *a, int64_t site, const OwedBy *by, int64_t now,
                      int64_t *cases_out, int64_t *late_out) MUST_USE;

/* Open marks of these cases. */
typedef struct OpenMark {
    int64_t case_id, opened_at, owner;
    const char *kind, *by, *text;
    int level;
} OpenMark;
int agenda_marks(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids, OpenMark **out,
                 int *n_out) MUST_USE;
/* Cases of this record with an open mark of a kind and level (0: any level), oldest first. */
int agenda_marked(Reader *q, Arena *a, int64_t site, const char *record, const char *kind,
                  int level, int limit, int64_t **ids_out, int *n_out) MUST_USE;

/* The last event of each of these cases: by people (action NULL), or of one action with their
   number. */
typedef struct Deed {
    int64_t case_id, at, count;
    const char *action, *by;
} Deed;
int agenda_deeds(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids, const char *action,
                 Deed **out, int *n_out) MUST_USE;

/* What the enterprise said last on these cases and no department has answered since. */
typedef struct Said {
    int64_t case_id, at;
    const char *action, *text; /* text may be NULL */
} Said;
int agenda_said(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids, Said **out,
                int *n_out) MUST_USE;
/* Of these accounts, those that speak for an enterprise: out[i] of ids[i]. */
int agenda_speakers(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids,
                    bool *out) MUST_USE;

/* Cases in these states (comma-separated codes) by the value of a column, and those whose nearest
   clock is over. Values that are not known stand under 0. where: another column, or NULL. */
typedef struct Load {
    int64_t id, open, late;
} Load;
int agenda_load(Reader *q, Arena *a, int64_t site, const Record *r, const char *column,
                const char *states, const char *where, int64_t value, int64_t now, Load **out,
                int *n_out) MUST_USE;
const Load *load_of(const Load *all, int n, int64_t id); /* never NULL */
#endif
