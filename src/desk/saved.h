/* saved: lists as one person wants to see them again: a name and the list's query. The name "" is how
   the list opens. Nobody else sees them and no case changes, so there is no event. */
#ifndef DESK_SAVED_H
#define DESK_SAVED_H
#include "desk/desk.h"
#include "desk/rights.h"

enum {
    SAVED_MAX = 12,        /* of one list: more would not be found again */
    SAVED_NAME_MAX = 20,   /* characters */
    SAVED_QUERY_MAX = 1500 /* bytes: well below the longest address */
};
typedef struct Saved {
    const char *name, *query; /* "state=handling&sort=-number" */
} Saved;
/* In the order of their names; the number. list: the record's plural. */
int saved_all(Reader *q, Arena *a, const Viewer *who, const char *list,
              Saved out[static SAVED_MAX]) MUST_USE;
/* New, or another query under a known name. E_CLASH: SAVED_MAX are there. */
int saved_put(Desk *d, const Viewer *who, const char *list, const Saved *s) MUST_USE;
int saved_drop(Desk *d, const Viewer *who, const char *list, const char *name) MUST_USE;
#endif
