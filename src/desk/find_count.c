/* find_count: how many cases there are. A number is counted to its end only where somebody asked for
   that; lists show "1000+". */
#include "desk/find_own.h"

#include <stdlib.h>
#include <string.h>

static bool all_of_work(const Find *f)
{
    for (int i = 0; i < f->n; i++)
        if (!is_of_work(&f->filters[i])) return false;
    return true;
}

/* "SELECT ... FROM ... WHERE ...": the cases, each once, at most as many. */
static int cases(Query *s, const Viewer *who, const Scope *scope, const Find *f, int most)
{
    s->scope = !scope->all && all_of_work(f);
    if (s->scope) {
        out_raw(&s->sql, "SELECT DISTINCT +w.case_id AS case_id");
        from_work(s, scope, NULL);
        TRY(conditions(s, scope, f));
        s->scope = false;
    } else {
        out_raw(&s->sql, "SELECT 1 AS one");
        TRY(from_rows(s, who, scope, f));
    }
    if (most) out_f(&s->sql, " LIMIT %d", most);
    return OK;
}

int rec_count(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
              Errors *e, int64_t *out)
{
    (void)d;
    Query *s;
    Scope scope;
    Result rs;
    TRY(query_new(a, who, r, e, &s));
    scope_of(r, who, f, &scope);
    out_raw(&s->sql, "SELECT count(*) FROM (");
    TRY(cases(s, who, &scope, f, f->most));
    out_raw(&s->sql, ") x");
    TRY(query_run(q, s, &rs));
    *out = res_int(&rs, 0, 0);
    return OK;
}

/* ---- by state ---- */

/* Does a filter ask for a running clock? Then nothing that has ended is meant. */
static bool asks_for_clock(const Find *f)
{
    for (int i = 0; i < f->n; i++) {
        const Filter *x = &f->filters[i];
        if ((strcmp(x->field, "next_due") == 0 || strcmp(x->field, "next_warn") == 0) && x->op &&
            x->op[0] == '<')
            return true;
    }
    return false;
}

/* The states one after the other, each from the index of states. */
static int tally_states(Reader *q, Query *s, const Viewer *who, const Scope *scope, const Find *f,
                        int most, Tally *out)
{
    const Flow *flow = s->r->flow;
    Scope stated = *scope;
    Result rs;
    stated.stated = true;
    for (int i = 0; i < flow->states_n && f->n < FIND_FILTERS_MAX; i++) {
        bool open = flow->states[i].open;
        Find one = *f;
        if (i == flow->draft || (!open && asks_for_clock(f))) continue;
        one.filters[one.n++] = (Filter){"state", "=", flow->states[i].code};
        out_raw(&s->sql, s->sql.n ? " UNION ALL SELECT " : "SELECT ");
        put_i(&s->sql, i);
        out_raw(&s->sql, " AS state, count(*) AS n FROM (");
        TRY(cases(s, who, &stated, &one, most + 1));
        out_raw(&s->sql, ") x");
    }
    TRY(query_run(q, s, &rs));
    for (int i = 0; i < rs.rows; i++) {
        int state = (int)res_int(&rs, i, 0);
        out->n[state] = res_int(&rs, i, 1);
        out->more[state] = out->n[state] > most;
        if (out->more[state]) out->n[state] = most;
    }
    return OK;
}

/* ---- by state, of a few parties ---- */

typedef struct Entry {
    int64_t id;
    const char *state;
} Entry;

/* One party's cases up to a bound: with a running clock, or without. */
static int add_part(Reader *q, const Query *of, const Scope *scope, const Find *f, int party,
                    bool running, int limit, Entry **all, int *n)
{
    Query *s = query_again(of);
    Result r;
    s->scope = true;
    out_raw(&s->sql, "SELECT w.case_id, w.state");
    from_work(s, scope, &scope->parties[party]);
    out_raw(&s->sql, running ? " AND w.next_due < " : " AND w.next_due = ");
    query_arg(s, vi(NO_DUE));
    TRY(conditions(s, scope, f));
    out_f(&s->sql, " ORDER BY w.next_due, w.case_id LIMIT %d", limit);
    TRY(query_run(q, s, &r));
    *all =
        arena_grow(s->a, *all, (size_t)*n * sizeof **all, (size_t)(*n + r.rows + 1) * sizeof **all);
    for (int i = 0; i < r.rows; i++)
        (*all)[(*n)++] = (Entry){res_int(&r, i, 0), res_text(&r, i, 1)};
    return r.rows;
}

static int by_id(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

/* A case that several parties have, or one in several roles, is counted once. */
static int once(Entry *all, int n)
{
    int k = 0;
    qsort(all, (size_t)n, sizeof *all, by_id);
    for (int i = 0; i < n; i++)
        if (k == 0 || all[k - 1].id != all[i].id) all[k++] = all[i];
    return k;
}

static void count_state(const Query *s, const char *code, Tally *out)
{
    int state = code ? flow_state(s->r->flow, code) : -1;
    if (state >= 0) out->n[state]++;
}

/* Those that all filters let through. */
static int count_rows(Reader *q, const Query *of, const Scope *scope, const Find *f,
                      const Entry *all, int n, Tally *out)
{
    for (int from = 0; from < n; from += FIND_LIMIT_MAX) {
        int64_t ids[FIND_LIMIT_MAX];
        int k = n - from < FIND_LIMIT_MAX ? n - from : FIND_LIMIT_MAX;
        Query *s = query_again(of);
        Result r;
        for (int i = 0; i < k; i++) ids[i] = all[from + i].id;
        query_ids(s, ids, k);
        out_raw(&s->sql, "SELECT r.state");
        from_ids(s);
        TRY(conditions(s, scope, f));
        TRY(query_run(q, s, &r));
        for (int i = 0; i < r.rows; i++) count_state(of, res_text(&r, i, 0), out);
    }
    return OK;
}

static int tally_parties(Reader *q, const Query *s, const Scope *scope, const Find *f, int most,
                         Tally *out)
{
    const Flow *flow = s->r->flow;
    Find known = *f;
    Entry *all = NULL;
    bool more[2] = {false, false};
    int n = 0;
    known.n = 0;
    for (int i = 0; i < f->n; i++)
        if (is_of_work(&f->filters[i])) known.filters[known.n++] = f->filters[i];
    for (int i = 0; i < 2 * scope->n; i++) {
        bool running = i % 2 == 0;
        int got = add_part(q, s, scope, &known, i / 2, running, most + 1, &all, &n);
        TRY(got);
        more[running] |= got > most;
    }
    n = once(all, n);
    for (int i = 0; i < flow->states_n; i++) out->more[i] = more[flow->states[i].open];
    if (known.n < f->n) return count_rows(q, s, scope, f, all, n, out);
    for (int i = 0; i < n; i++) count_state(s, all[i].state, out);
    return OK;
}

int rec_tally(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
              int most, Errors *e, Tally *out)
{
    (void)d;
    Query *s;
    Scope scope;
    *out = (Tally){0};
    TRY(query_new(a, who, r, e, &s));
    scope_of(r, who, f, &scope);
    if (scope_is_small(&scope)) return tally_parties(q, s, &scope, f, most, out);
    return tally_states(q, s, who, &scope, f, most, out);
}
