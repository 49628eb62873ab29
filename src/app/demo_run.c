/* demo_run: all steps of all whistles on one timeline; before each one the clock fires what is due by
   then, as it would have. */
#include "app/demo.h"
#include "desk/act.h"
#include "desk/tick.h"
#include "modules/whistle/whistle.h"

#include <stdlib.h>
#include <string.h>

static int earlier(const void *a, const void *b)
{
    const DemoStep *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    if (x->of->n != y->of->n) return x->of->n < y->of->n ? -1 : 1;
    return x->order - y->order;
}

/* The open request of this kind: its id was given when it was asked. */
static int find_request(Demo *d, Arena *a, const DemoStep *s, int64_t *out)
{
    Reader *q;
    Result r;
    TRY(reader_begin(d->app->desk.db, APP_READER, &q));
    int rc = db_get(
        q, a, &r,
        "SELECT id FROM proposal WHERE site = $1 AND case_id = $2 AND kind = $3 AND state = 'open'",
        VALS(vi(s->who.site), vi(s->of->id), vt(s->kind)));
    *out = rc >= 0 && r.rows ? res_int(&r, 0, 0) : 0;
    reader_end(q);
    return rc;
}

static bool creates(const DemoStep *s)
{
    return strcmp(s->action, "create") == 0 || strcmp(s->action, "submit") == 0;
}

/* "submit" of a new one is its creation and submission in one act; the body of a draft says so. */
static Act *act_of(Demo *d, Arena *a, const DemoStep *s)
{
    bool fresh = creates(s);
    Act *act = act_new(&d->app->desk, a, &s->who, &whistle_record, fresh ? 0 : s->of->id,
                       fresh ? "create" : s->action);
    if (fresh) act->new_id = s->of->id;
    act->at = s->at;
    act->channel = "demo";
    return act;
}

static int failed(Demo *d, const DemoStep *s, const Errors *e)
{
    const char *what = e->n ? e->at[0].en : e->en ? e->en : "was not stored";
    char at[30];
    time_text((Time){s->at, true}, at);
    return demo_fail(d, "whistle %d (%s), %s by %s at %s: %s %s", s->of->n, s->of->plan, s->action,
                     s->who.name ? s->who.name : "the public", at, e->n ? e->at[0].field : "",
                     what);
}

static int add_step(Demo *d, Batch *b, const DemoStep *s)
{
    Arena *a = batch_arena(b);
    In body = {0};
    Act *act = act_of(d, a, s);
    int rc = input_json(a, s->body, strlen(s->body), false, &body, &act->errors);
    if (rc >= 0 && s->kind) {
        act->agree = s->agree;
        act->reason = s->reason;
        rc = find_request(d, a, s, &act->request);
    } else if (rc >= 0) {
        rc = act_read(act, &body, false, NULL);
    }
    if (rc >= 0) return batch_add(b, act);
    rc = failed(d, s, &act->errors);
    arena_free(a);
    return rc;
}

/* No clock that this step starts is due before: the shortest are two hours (urgent contact) and four
   working hours. */
static int64_t quiet_until(const Demo *d, const DemoStep *s)
{
    if (strstr(s->body, "\"urgent_reason\"")) return s->at + (int64_t)2 * 3600000;
    return calendar_due(d->app->desk.calendar, s->at, (Span){4, UNIT_WH}, false);
}

static int next_due(Demo *d, int64_t *out)
{
    Reader *q;
    Arena a = {0};
    Result r;
    TRY(reader_begin(d->app->desk.db, APP_READER, &q));
    int rc =
        db_get(q, &a, &r,
               "SELECT min(due_at) FROM site s JOIN deadline d ON d.site = s.site AND d.fired = 0",
               0, NULL);
    *out = rc >= 0 && !res_null(&r, 0, 0) ? res_int(&r, 0, 0) : INT64_MAX;
    reader_end(q);
    arena_free(&a);
    return rc;
}

/* May this step go to the writer together with those from first on? Not when a clock may fire before
   it, when its whistle is made among them, or when the request that it answers is. Acts of one case
   stay in their order (act.c, lane). */
static bool joins(const DemoStep *first, const DemoStep *s, int64_t limit)
{
    if (s->at >= limit || s - first >= DB_GROUP_MAX) return false;
    for (const DemoStep *x = first; x < s; x++)
        if (x->of == s->of && (s->kind || creates(x))) return false;
    return true;
}

/* From step i on as many as may go together. The next step. */
static int run_some(Demo *d, Batch *b, const DemoSteps *s, int i)
{
    int64_t limit;
    int rc = OK, first = i;
    TRY(next_due(d, &limit));
    do {
        int64_t quiet = quiet_until(d, &s->at[i]);
        if (quiet < limit) limit = quiet;
        rc = add_step(d, b, &s->at[i++]);
    } while (rc >= 0 && i < s->n && joins(&s->at[first], &s->at[i], limit));
    batch_wait(b);
    for (int k = 0; k < b->n && rc >= 0; k++)
        if (b->acts[k]->rc < 0) rc = failed(d, &s->at[first + k], &b->acts[k]->errors);
    batch_clear(b);
    return rc < 0 ? rc : i;
}

/* Has every whistle come to the state that its plan names? */
static int check_states(Demo *d, const DemoSteps *s)
{
    Reader *q;
    int wrong = 0;
    TRY(reader_begin(d->app->desk.db, APP_READER, &q));
    for (int i = 0; i < s->whistles_n && wrong == 0; i++) {
        const DemoWhistle *w = s->whistles[i];
        Arena a = {0};
        Result r;
        int rc = db_get(q, &a, &r, "SELECT state FROM whistle WHERE site = $1 AND id = $2",
                        VALS(vi(w->site->site), vi(w->id)));
        const char *state = rc >= 0 && r.rows ? res_text(&r, 0, 0) : "gone";
        if (strcmp(state, w->state) != 0)
            wrong = demo_fail(d, "whistle %d (%s) should be %s and is %s", w->n, w->plan, w->state,
                              state);
        arena_free(&a);
    }
    reader_end(q);
    return wrong;
}

static int run_all(Demo *d, Batch *b, const DemoSteps *s)
{
    int fired = 0;
    for (int i = 0; i < s->n;) {
        int n = tick_run(&d->app->desk, s->at[i].at);
        if (n < 0) return demo_fail(d, "a clock could not fire");
        fired += n;
        i = run_some(d, b, s, i);
        if (i < 0) return i;
    }
    int n = tick_run(&d->app->desk, d->now);
    return n < 0 ? demo_fail(d, "a clock could not fire") : s->n + fired + n;
}

int demo_run(Demo *d, DemoSteps *s)
{
    Batch b;
    batch_open(&b, d, DB_GROUP_MAX);
    qsort(s->at, (size_t)s->n, sizeof *s->at, earlier);
    int acts = run_all(d, &b, s);
    batch_close(&b);
    TRY(acts);
    TRY(check_states(d, s));
    return acts;
}
