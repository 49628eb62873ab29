/* inbox: what waits for a person over all cases: two-step requests and notices. */
#ifndef DESK_INBOX_H
#define DESK_INBOX_H
#include "desk/step.h"

typedef enum { ASKED_OF_ME, ASKED_BY_ME, ASKED_SETTLED } Asked;
typedef struct Waiting {
    const Record *rec;
    int64_t case_id;
    Request r;
} Waiting;
/* Open ones first due first; settled ones newest first (decided by a desk of this viewer). */
int inbox_requests(Reader *q, Desk *d, Arena *a, const Viewer *who, Asked which, int limit,
                   Waiting **out, int *n_out) MUST_USE;
int inbox_requests_count(Reader *q, Arena *a, const Viewer *who, Asked which,
                         int64_t *out) MUST_USE;
/* Which case a request belongs to; whether this viewer may see it is asked of the case. E_MISSING. */
int inbox_case_of(Reader *q, Desk *d, Arena *a, int64_t site, int64_t request,
                  const Record **rec_out, int64_t *case_out) MUST_USE;

typedef struct Told {
    int64_t id, case_id, at;
    const Record *rec; /* NULL: no such record any more */
    const char *zh, *en;
    bool unread;
} Told;
int inbox_notices(Reader *q, Desk *d, Arena *a, const Viewer *who, int64_t before, int limit,
                  Told **out, int *n_out) MUST_USE; /* newest first; before: 0 or an id */
int inbox_unread(Reader *q, Arena *a, const Viewer *who, int64_t *out) MUST_USE; /* at most 100 */
int inbox_seen(Desk *d, const Viewer *who, int64_t last) MUST_USE; /* all up to this id are read */
#endif
