/* keep: names that pages show again and again, in memory: titles of rows (rec_titles), small lists of
   reference rows (departments, classes). Only of records without a flow, only for showing. What an act
   of this process changes is read anew at once, what another process changes within a second. */
#ifndef DESK_KEEP_H
#define DESK_KEEP_H
#include "desk/desk.h"

struct Keep *keep_new(void);
void keep_free(struct Keep *k);
void keep_changed(Desk *d, const Record *r); /* an act on this record was committed */

/* A title that is known, copied into a; NULL: ask the database, and tell what it said. stamp is taken
   before asking. A Desk without keep (tests, commands) knows nothing. */
const char *keep_title(const Desk *d, Arena *a, const Record *r, int64_t site, int64_t id);
uint32_t keep_stamp(const Desk *d);
void keep_title_is(const Desk *d, const Record *r, int64_t site, int64_t id, const char *title,
                   uint32_t stamp);
/* A whole list: sql is a constant with $1 = site. */
int keep_list(Reader *q, const Desk *d, Arena *a, Result *out, const char *sql,
              int64_t site) MUST_USE;
#endif
