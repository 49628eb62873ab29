/* find_own: how the parts of a query on records are put together; for find.c, find_scope.c and
   find_count.c only. */
#ifndef DESK_FIND_OWN_H
#define DESK_FIND_OWN_H
#include "desk/find.h"

enum { ARGS_MAX = 2 * FIND_LIMIT_MAX, MERGED_MAX = 6 };
typedef struct Query {
    Out sql;
    int n;
    Val v[ARGS_MAX]; /* $1 is the site */
    Arena *a;
    const Record *r;
    Errors *e;
    bool scope; /* conditions are said of the rows of work (w), not of the record (r) */
    bool walk;  /* in the order of due times: no index of another column is to be taken */
} Query;
/* E_DENIED: not this role. */
int query_new(Arena *a, const Viewer *who, const Record *r, Errors *e, Query **out) MUST_USE;
Query *query_again(const Query *of); /* an empty one for the same rows */
int query_run(Reader *q, const Query *s, Result *out) MUST_USE;
void query_arg(Query *s, Val v); /* the next $n */
/* "WITH k(id) AS (VALUES ($2), ...) ": at most FIND_LIMIT_MAX; then from_ids(). A list behind
   IN would do, but SQLite may take it for worse than reading the whole site from another index. */
void query_ids(Query *s, const int64_t *ids, int n);
void from_ids(Query *s); /* " FROM k CROSS JOIN whistle r WHERE r.site = $1 AND r.id = k.id" */

/* Which cases: all, or those of the viewer's parties; drafts are for who wrote them. */
typedef struct Scope {
    bool all, draft,
        stated; /* stated: a filter names states, so drafts need no word of their own */
    int n;
    int64_t parties[PARTIES_MAX];
} Scope;
void scope_of(const Record *r, const Viewer *who, const Find *f, Scope *out);
/* Few enough parties for their rows to be read one by one. */
static inline bool scope_is_small(const Scope *s)
{
    return !s->all && s->n > 0 && s->n <= MERGED_MAX;
}
bool is_of_work(const Filter *f); /* said of the rows of work as well */
/* " FROM work w WHERE ...": of one party, or of all when party is NULL. */
void from_work(Query *s, const Scope *scope, const int64_t *party);
/* " FROM ... WHERE ...": the record's rows (r) with site, scope and filters. */
int from_rows(Query *s, const Viewer *who, const Scope *scope, const Find *f) MUST_USE;
/* " AND ...": drafts and the filters, of r or of w. */
int conditions(Query *s, const Scope *scope, const Find *f) MUST_USE;

typedef struct Column {
    const char *name;
    uint8_t kind;
    const Choice *picks;
} Column;
typedef struct Order {
    Column c;
    bool down, plain, never_null; /* plain: by id alone */
    bool indexed;                 /* an index of the record, or of work, gives this order */
    const char *way;
} Order;
/* Where a page begins: behind the row with this key and id. */
typedef struct Behind {
    bool has;
    Val key;
    int64_t id;
} Behind;
void put_key(Query *s, const Order *o); /* what rows are ordered by: never NULL */
void put_behind(Query *s, const Order *o, const Behind *b);
void order_by(Query *s, const Order *o, int limit);

/* find_scope.c: at most limit rows of a small scope in an indexed order. */
int scope_rows(Reader *q, const Query *of, const Scope *scope, const Find *f, const Order *o,
               Behind at, const bool *wanted, int limit, void *rows_out, int *n_out) MUST_USE;
#endif
