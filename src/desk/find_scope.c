/* find_scope: the page of a viewer who sees only the cases of his parties. The rows of work hold state
   and nearest due time of their case and have an index in the order of due times for each party: the
   keys of the page come from there, then its rows. It reads as many as it shows, whatever lies behind;
   filters that only the row knows make it read on. */
#include "desk/find_own.h"
#include "desk/record_own.h"

#include <string.h>

enum { FIRST_KEYS = 64 };
typedef struct Keys {
    int n;
    int64_t key[FIND_LIMIT_MAX], id[FIND_LIMIT_MAX];
} Keys;

/* The first keys of one party. By due time that is the order of the index; by id it is so among cases
   without a running clock, which are most (half 2), and the others (half 1) are few. */
static int part(Query *s, const Scope *scope, const Find *f, const Order *o, const Behind *at,
                int party, int half, int limit)
{
    static const char *const halves[] = {"", " AND w.next_due < ", " AND w.next_due = "};
    out_raw(&s->sql, s->sql.n ? " UNION SELECT p.k, p.id FROM (" : "SELECT p.k, p.id FROM (");
    out_raw(&s->sql, "SELECT DISTINCT ");
    put_key(s, o);
    out_raw(&s->sql, " AS k, w.case_id AS id");
    from_work(s, scope, &scope->parties[party]);
    out_raw(&s->sql, halves[half]);
    if (half) query_arg(s, vi(NO_DUE));
    TRY(conditions(s, scope, f));
    put_behind(s, o, at);
    order_by(s, o, limit);
    out_raw(&s->sql, ") p");
    return OK;
}

static int keys_of(Reader *q, const Query *of, const Scope *scope, const Find *f, const Order *o,
                   const Behind *at, int limit, Keys *out)
{
    Query *s = query_again(of);
    Result r;
    s->scope = true;
    for (int i = 0; i < scope->n; i++) {
        if (!o->plain) TRY(part(s, scope, f, o, at, i, 0, limit));
        for (int half = 1; o->plain && half <= 2; half++)
            TRY(part(s, scope, f, o, at, i, half, limit));
    }
    out_f(&s->sql, " ORDER BY 1 %s, 2 %s LIMIT %d", o->way, o->way, limit);
    TRY(query_run(q, s, &r));
    for (int i = 0; i < r.rows; i++) {
        out->key[i] = res_int(&r, i, 0);
        out->id[i] = res_int(&r, i, 1);
    }
    out->n = r.rows;
    return OK;
}

/* Those of these cases that the filters let through, in the order of their keys, behind the first n. */
static int add_rows(Reader *q, const Query *of, const Scope *scope, const Find *f, const Keys *keys,
                    const bool *wanted, int limit, char *rows, int *n)
{
    const Record *r = of->r;
    Query *s = query_again(of);
    Result rs;
    query_ids(s, keys->id, keys->n);
    out_raw(&s->sql, "SELECT ");
    rec_columns_of(r, wanted, "r.", &s->sql);
    from_ids(s);
    TRY(conditions(s, scope, f));
    TRY(query_run(q, s, &rs));
    for (int i = 0; i < keys->n && *n < limit; i++)
        for (int k = 0; k < rs.rows; k++) {
            if (res_int(&rs, k, 1) != keys->id[i]) continue;
            rec_load_of(r, wanted, &rs, k, rows + (size_t)(*n)++ * r->size);
            break;
        }
    return OK;
}

int scope_rows(Reader *q, const Query *of, const Scope *scope, const Find *f, const Order *o,
               Behind at, const bool *wanted, int limit, void *rows_out, int *n_out)
{
    Find known = *f; /* the filters that the rows of work know, too */
    Keys *keys = NEW(of->a, Keys);
    int n = 0, step = 0;
    known.n = 0;
    for (int i = 0; i < f->n; i++)
        if (is_of_work(&f->filters[i])) known.filters[known.n++] = f->filters[i];
    do {
        step = known.n == f->n ? limit - n : step ? FIND_LIMIT_MAX : FIRST_KEYS;
        if (step > FIND_LIMIT_MAX) step = FIND_LIMIT_MAX;
        TRY(keys_of(q, of, scope, &known, o, &at, step, keys));
        if (keys->n == 0) break;
        TRY(add_rows(q, of, scope, f, keys, wanted, limit, rows_out, &n));
        at = (Behind){true, vi(keys->key[keys->n - 1]), keys->id[keys->n - 1]};
    } while (n < limit && keys->n == step);
    *n_out = n;
    return OK;
}
