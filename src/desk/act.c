/* act: the one way in which anything is written. This file: making an act, the checks in their
   order (visible 404, right 403, state 409, revision 412, input 422) and the built-in actions.
   What is done once all checks passed stands in act_apply.c, two-step requests in request.c. */
#include "desk/act.h"

#include "base/clocks.h"
#include "desk/act_own.h"
#include "desk/find.h"
#include "desk/keep.h"
#include "desk/step_own.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

int64_t desk_now(const Desk *d)
{
    int64_t test = d->test_now;
    return test ? test : wall_ms();
}

const Record *desk_record(const Desk *d, const char *name)
{
    for (int i = 0; d->records[i]; i++)
        if (strcmp(d->records[i]->name, name) == 0) return d->records[i];
    return NULL;
}

const Record *desk_plural(const Desk *d, const char *plural)
{
    for (int i = 0; d->records[i]; i++)
        if (strcmp(d->records[i]->plural, plural) == 0) return d->records[i];
    return NULL;
}

/* A flow's own "create" says what a new case starts; its input is the row, as for every record. */
const Action *act_named(const Act *act)
{
    if (act->id == 0 || act->request || act->clock) return NULL;
    return flow_action(act->rec->flow, act->action);
}

Act *act_new(Desk *d, Arena *a, const Viewer *who, const Record *rec, int64_t id,
             const char *action)
{
    Act *act = NEW(a, Act);
    act->desk = d;
    act->a = a;
    act->who = *who;
    act->rec = rec;
    act->id = id;
    act->if_rev = -1;
    act->action = action;
    act->act = act_named(act);
    act->at = desk_now(d);
    act->wall = wall_ms();
    act->channel = "web";
    act->errors.a = a;
    return act;
}

static bool wants_draft(const In *body)
{
    const In *d = body ? in_get(body, "draft") : NULL;
    if (!d) return false;
    return d->kind == IN_BOOL ? d->i != 0
                              : d->kind == IN_TEXT && d->n > 0 && strcmp(d->s, "0") != 0 &&
                                    strcmp(d->s, "false") != 0;
}

int act_read(Act *act, const In *body, bool form, const char *allow)
{
    ReadOpts opts = {.form = form, .allow = allow, .keys = act->desk->keys};
    act->body = body;
    if (act->act) {
        act->in = arena_get(act->a, act->act->input_size ? act->act->input_size : 1);
        rec_read(act->act->input, act->act->input_n, act->in, body, opts, act->a, &act->errors);
    } else if (strcmp(act->action, "create") == 0) {
        const Flow *flow = act->rec->flow;
        act->row = arena_get(act->a, act->rec->size);
        opts.creating = true;
        if (flow && flow->draft >= 0) { /* a draft may lack what must be there when it is sent */
            act->submit = !wants_draft(body);
            opts.only_present = !act->submit;
            opts.allow = allow ? arena_f(act->a, "%s draft", allow) : "draft";
        }
        rec_read(act->rec->f, act->rec->n, act->row, body, opts, act->a, &act->errors);
        if (act->rec->rules)
            act->rec->rules(act->row, time_day((Time){act->at, true}), &act->errors);
    } else {
        act->row = arena_get(act->a, act->rec->size); /* filled by the writer: row_of_edit */
    }
    act->edit = opts;
    return act->errors.n ? E_INPUT : OK;
}

/* ---- checks ---- */

static uint64_t may_create(const Record *r)
{
    return r->create ? r->create : r->write;
}

static int say_missing(Step *s)
{
    return error_say(s->errors, E_MISSING, "没有这一事项，或者您看不到它",
                     "there is no such record, or it is not yours to see");
}

static int say_denied(Step *s)
{
    return error_say(s->errors, E_DENIED, "您的角色不能做这一步", "your role may not do this");
}

/* "事项现在是“在办”（10:05 由 X 签收），不能再做“签收”。" */
static int say_state(Step *s)
{
    const Head *h = s->row;
    const State *now = &s->flow->states[h->state];
    Result r;
    const char *who = "", *did = "";
    char at[17] = "";
    int rc = db_get(s->q, s->a, &r,
                    "SELECT actor_name, action, at FROM event WHERE site = $1 AND case_id = $2 "
                    "ORDER BY seq DESC LIMIT 1",
                    VALS(vi(h->site), vi(h->id)));
    if (rc >= 0 && r.rows) {
        who = res_text(&r, 0, 0);
        did = res_text(&r, 0, 1);
        time_minute((Time){res_int(&r, 0, 2), true}, at);
    }
    const Action *last = flow_action(s->flow, did);
    const char *zh = arena_f(s->a, "事项现在是“%s”，最近一步：%s %s“%s”。请刷新后再看能做什么",
                             now->zh, at, who, last ? last->zh : did);
    const char *en = arena_f(
        s->a, "the case is now \"%s\"; last step: %s by %s at %s. Reload to see what can be done",
        now->en, last ? last->en : did, who, at);
    return error_say(s->errors, E_CLASH, zh, en);
}

static int say_stale(Step *s)
{
    const Head *h = s->row;
    return error_say(
        s->errors, E_STALE,
        arena_f(s->a, "您看到的是第 %lld 版，现在是第 %lld 版：有人先改过了，请刷新后再提交",
                (long long)s->act->if_rev, (long long)h->rev),
        arena_f(
            s->a,
            "you saw revision %lld, it is now %lld: someone changed it first; reload and try again",
            (long long)s->act->if_rev, (long long)h->rev));
}

/* The writer holds what it finds: nobody removes it before this act stands. */
static int check_there(Step *s, const Field *f, const Record *ref, const char *key, Val v)
{
    int there;
    if (s->tx) {
        TRY(there = tx_hold(s->tx, s->a, ref->name, key, s->who->site, v));
    } else {
        Result r;
        const char *sql =
            arena_f(s->a, "SELECT 1 FROM %s WHERE site = $1 AND %s = $2", ref->name, key);
        TRY(db_get(s->q, s->a, &r, sql, VALS(vi(s->who->site), v)));
        there = r.rows > 0;
    }
    if (!there)
        error_add(s->errors, f->name, arena_f(s->a, "没有这个%s", ref->zh),
                  arena_f(s->a, "there is no such %s", ref->name));
    return OK;
}

/* Ids and codes that the input names must exist on this site. */
static int check_refs(Step *s, const Field *f, int n, const void *row)
{
    for (int i = 0; i < n; i++) {
        const Record *ref = f[i].ref ? desk_record(s->desk, f[i].ref) : NULL;
        if (!ref || f[i].server) continue;
        if (f[i].kind == K_REF) {
            const Ref *v = (const Ref *)(const void *)((const char *)row + f[i].off);
            if (v->has) TRY(check_there(s, &f[i], ref, "id", vi(v->v)));
        } else if (f[i].kind == K_IDS) {
            const Ids *v = (const Ids *)(const void *)((const char *)row + f[i].off);
            for (int k = 0; k < v->n; k++) TRY(check_there(s, &f[i], ref, "id", vi(v->v[k])));
        } else if (f[i].kind == K_CODE) {
            const Code *v = (const Code *)(const void *)((const char *)row + f[i].off);
            if (v->s) TRY(check_there(s, &f[i], ref, "code", vt(v->s)));
        }
    }
    return OK;
}

static int check_create(Step *s)
{
    const Act *act = s->act;
    if (!(s->relations & may_create(s->rec)) && act->who.role != ROLE_CLOCK) return say_denied(s);
    TRY(check_refs(s, s->rec->f, s->rec->n, act->row));
    return s->errors->n ? E_INPUT : OK;
}

static int check_rev(Step *s)
{
    const Head *h = s->row;
    return s->act->if_rev >= 0 && s->act->if_rev != h->rev ? say_stale(s) : OK;
}

/* The row as it is, with the members that the input brought. */
static int row_of_edit(Step *s)
{
    Act *act = s->act;
    ReadOpts opts = act->edit;
    opts.only_present = true;
    memcpy(act->row, s->row, s->rec->size);
    s->errors->n = 0; /* an act may be run again */
    rec_read(s->rec->f, s->rec->n, act->row, act->body, opts, s->a, s->errors);
    if (s->tx && act->patch) act->patch(act, act->row);
    if (s->rec->rules) s->rec->rules(act->row, time_day((Time){s->now, true}), s->errors);
    TRY(check_refs(s, s->rec->f, s->rec->n, act->row));
    return s->errors->n ? E_INPUT : OK;
}

static int check_edit(Step *s)
{
    const Head *h = s->row;
    bool own_draft = s->flow && s->flow->draft >= 0 && (s->relations & W_AUTHOR);
    if (s->flow && !own_draft)
        return s->relations & (W_AUTHOR | W_ENTERPRISE) ? say_state(s) : say_denied(s);
    if (!s->flow && !(s->relations & s->rec->write)) return say_denied(s);
    if (s->flow && h->state != s->flow->draft) return say_state(s);
    TRY(check_rev(s));
    return row_of_edit(s);
}

/* Rows that point to this one would be left without it: say which kind does. */
static int check_unused(Step *s)
{
    const Head *h = s->row;
    for (int i = 0; s->desk->records[i]; i++) {
        const Record *r = s->desk->records[i];
        for (int k = 0; k < r->n; k++) {
            Result rs;
            const Field *f = &r->f[k];
            if (f->kind != K_REF || !f->ref || strcmp(f->ref, s->rec->name) != 0) continue;
            const char *sql = arena_f(s->a, "SELECT 1 FROM %s WHERE site = $1 AND %s = $2 LIMIT 1",
                                      r->name, f->name);
            TRY(db_get(s->q, s->a, &rs, sql, VALS(vi(h->site), vi(h->id))));
            if (rs.rows)
                return error_say(s->errors, E_CLASH,
                                 arena_f(s->a, "还有“%s”用到它（%s），不能删除", r->zh, f->zh),
                                 arena_f(s->a, "it is still used by %s (%s) and cannot be removed",
                                         r->en, f->en));
        }
    }
    return OK;
}

static int check_remove(Step *s)
{
    if (s->flow || !(s->relations & s->rec->write)) return say_denied(s);
    TRY(check_rev(s));
    return check_unused(s);
}

static int check_flow(Step *s)
{
    const Head *h = s->row;
    const Action *x = s->action;
    bool clock = s->who->role == ROLE_CLOCK;
    if (!(s->relations & x->by) && !s->deciding) return say_denied(s);
    if (!(x->from & S(h->state))) return say_state(s);
    if (!clock && !s->deciding) TRY(check_rev(s));
    if (s->act->errors.n) return E_INPUT;
    if (s->in) TRY(check_refs(s, x->input, x->input_n, s->in));
    if (s->errors->n) return E_INPUT;
    if (x->before) TRY(x->before(s));
    return s->errors->n ? E_INPUT : OK;
}

int act_checks(Step *s)
{
    const Act *act = s->act;
    if (act->id == 0) return check_create(s);
    if (!rights_visible(s->who, s->rec, s->row, s->relations)) return say_missing(s);
    if (act->request) return request_check(s);
    if (s->action) return check_flow(s);
    return strcmp(act->action, "remove") == 0 ? check_remove(s) : check_edit(s);
}

/* Loads the case and what the viewer is to it. lock: inside the writer. */
int act_load(Step *s)
{
    Act *act = s->act;
    s->rec = act->rec;
    s->flow = act->rec->flow;
    s->action = act->act;
    s->desk = act->desk;
    s->who = &act->who;
    s->in = act->in;
    s->now = act->at;
    s->errors = &act->errors;
    s->row = arena_get(s->a, s->rec->size);
    if (act->id == 0) {
        s->relations = rights_relations(s->who, NULL, 0);
        return OK;
    }
    if (s->tx) TRY(tx_lock(s->tx, s->rec->name, act->who.site, act->id));
    int rc = rec_get(s->q, s->a, s->rec, act->who.site, act->id, s->row);
    if (rc == E_MISSING) return say_missing(s);
    if (rc < 0) return rc;
    if (s->flow) TRY(step_load(s));
    /* who speaks for the firm of a confidential case stands in no event, mark or request */
    s->hide_actor =
        s->rec->sensitive && s->rec->sensitive(s->row) && s->who->role == ROLE_ENTERPRISE;
    s->relations = rights_relations(s->who, s->work, s->work_n);
    if (act->who.code_case == act->id) s->relations |= W_PUBLIC;
    s->to = ((const Head *)s->row)->state;
    return OK;
}

int act_check(Reader *q, Act *act)
{
    Step *s = NEW(act->a, Step);
    s->q = q;
    s->a = act->a;
    s->act = act;
    int n = act->errors.n;
    int again = n ? 0 : find_replay_of(s); /* a repeat is judged as it was the first time */
    if (again != 0) {
        act->extra_n = 0; /* the writer looks again and gives the answer */
        return act->rc = again < 0 ? again : OK;
    }
    int rc = act_load(s);
    if (rc >= 0) rc = act_checks(s);
    /* the writer asks again on what stands then; keep what was wrong with the form itself */
    if (rc >= 0) act->errors.n = n;
    if (rc >= 0 && n) rc = E_INPUT;
    return act->rc = rc;
}

/* ---- submitting ---- */

static void finished(Job *job, int rc)
{
    Act *act = (Act *)(void *)job;
    act->rc = rc;
    if (rc >= 0) keep_changed(act->desk, act->rec);
    if (act->finish) act->finish(act);
}

static void prepare(Act *act)
{
    act->job.run = act_in_tx;
    act->job.done = finished;
    act->job.a = act->a;
    act->job.lane = act->id ? (uint64_t)act->id : (uint64_t)act->who.account;
    act->errors_read = act->errors;
}

int act_submit(Act *act)
{
    prepare(act);
    return db_submit(act->desk->db, &act->job);
}

int act_run(Act *act)
{
    prepare(act);
    act->rc = db_run(act->desk->db, &act->job);
    if (act->rc >= 0) keep_changed(act->desk, act->rec);
    return act->rc;
}

/* ---- buttons ---- */

static bool is_open(Step *s, const Action *x)
{
    const Head *h = s->row;
    if (x->by == W_CLOCK || !(x->by & s->relations) || !(x->from & S(h->state))) return false;
    if ((x->second || x->second_if) && step_request_open(s, x->name)) return false;
    s->action = x;
    return !x->open_now || x->open_now(s);
}

int step_open(Step *s, const Action **out, int max)
{
    int n = 0;
    for (int i = 0; i < s->flow->actions_n && n < max; i++)
        if (is_open(s, &s->flow->actions[i])) out[n++] = &s->flow->actions[i];
    return n;
}

int act_open(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *rec, const void *row,
             int64_t now, const Action **out, int max)
{
    if (!rec->flow) return 0;
    Step *s = NEW(a, Step);
    Errors *e = NEW(a, Errors);
    e->a = a;
    *s = (Step){.q = q,
                .a = a,
                .desk = d,
                .who = who,
                .rec = rec,
                .flow = rec->flow,
                .now = now,
                .errors = e,
                .row = (void *)(uintptr_t)row};
    TRY(step_load(s));
    s->relations = rights_relations(who, s->work, s->work_n);
    if (who->code_case == ((const Head *)row)->id) s->relations |= W_PUBLIC;
    return step_open(s, out, max);
}
