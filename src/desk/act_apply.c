/* act_apply: what happens inside the writer once an act may be done: the action's function, clocks,
   participants, the row, the event. It touches only the Tx and the act, so it may be run again. */
#include "base/crypto.h"
#include "desk/act_own.h"
#include "desk/log.h"
#include "desk/step_own.h"

#include <stdio.h>
#include <string.h>

enum { IDEMPOTENCY_MS = 24 * 3600 * 1000 };

/* ---- idempotency ---- */

static int replay(Step *s, const Result *r)
{
    Act *act = s->act;
    if (strcmp(res_text(r, 0, 0), act->idem_hash) != 0) {
        error_add(s->errors, "Idempotency-Key", "这个编号已用于另一份内容，请换一个",
                  "was used with another body; take a new key");
        return E_INPUT;
    }
    act->replayed = true;
    act->out_id = res_int(r, 0, 1);
    act->request_id = res_int(r, 0, 2);
    act->asked = act->request_id != 0;
    const char *extra = res_text(r, 0, 3);
    const char *eq = extra ? strchr(extra, '=') : NULL;
    if (eq) { /* sealed, since it opens the case without signing in */
        const char *name = arena_copy(s->a, extra, (size_t)(eq - extra));
        step_extra(s, name, unseal(s->desk->keys, s->a, "idempotency", eq + 1));
    }
    act->out_row = arena_get(s->a, s->rec->size);
    int rc = rec_get(s->q, s->a, s->rec, act->who.site, act->out_id, act->out_row);
    if (rc == E_MISSING) return OK; /* a draft that is gone since */
    act->out_rev = ((Head *)act->out_row)->rev;
    return rc;
}

/* 1: an earlier act had this key and its answer stands in the act. */
static int find_replay(Step *s)
{
    const Act *act = s->act;
    Result r;
    if (!act->idem_key) return 0;
    /* by the key alone: with the time beside it PostgreSQL walked all keys of the day, by the index of times */
    TRY(db_get(s->q, s->a, &r,
               "SELECT body, case_id, request_id, extra, at FROM idempotency "
               "WHERE site = $1 AND account = $2 AND key = $3",
               VALS(vi(act->who.site), vi(act->who.account), vt(act->idem_key))));
    if (r.rows == 0 || res_int(&r, 0, 4) <= wall_time(s) - IDEMPOTENCY_MS) return 0;
    TRY(replay(s, &r));
    return 1;
}

static int keep_answer(Step *s)
{
    const Act *act = s->act;
    if (!act->idem_key) return OK;
    const char *extra = NULL;
    if (act->extra_n)
        extra = arena_f(s->a, "%s=%s", act->extra[0].name,
                        seal(s->desk->keys, s->a, "idempotency", act->extra[0].value));
    return tx_do(
        s->tx,
        "INSERT INTO idempotency (site, account, key, body, at, case_id, request_id, extra) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (site, account, key) DO UPDATE SET "
        "body = excluded.body, at = excluded.at, case_id = excluded.case_id, "
        "request_id = excluded.request_id, extra = excluded.extra",
        VALS(vi(act->who.site), vi(act->who.account), vt(act->idem_key), vt(act->idem_hash),
             vi(wall_time(s)), vi(act->out_id), vi(act->request_id), vt(extra)));
}

/* ---- the event ---- */

enum { VALUES_MAX = 96 };

static void add_value(LogValue *v, int *n, const char *field, const char *was, const char *now)
{
    if (*n < VALUES_MAX) v[(*n)++] = (LogValue){field, was, now};
}

/* Sealed and secret values stand in the log as a commitment only. */
static const char *log_text(const Field *f, const void *row, Arena *a)
{
    if (f->kind != K_SEALED && !f->secret) return rec_plain(f, row, a);
    const char *stored = rec_val(f, row, a).s;
    if (!stored) return NULL;
    Hash h = hash_bytes(stored, strlen(stored));
    char *hex = arena_get(a, 2 * HASH_LEN + 1);
    hex_text(h.b, HASH_LEN, hex);
    return hex;
}

static int changed_values(Step *s, LogValue *v)
{
    int n = 0;
    for (int i = 0; i < s->rec->n; i++) {
        const Field *f = &s->rec->f[i];
        const char *was = s->before ? log_text(f, s->before, s->a) : NULL;
        if (s->before ? rec_same(f, s->before, s->row) : !rec_plain(f, s->row, s->a)) continue;
        if (!s->before && f->kind == K_FLAG && strcmp(rec_plain(f, s->row, s->a), "0") == 0)
            continue;
        add_value(v, &n, f->name, was, log_text(f, s->row, s->a));
    }
    for (int i = 0; s->in && s->action && i < s->action->input_n; i++) {
        const Field *f = &s->action->input[i];
        const char *text = rec_plain(f, s->in, s->a);
        if (text && !f->hidden) add_value(v, &n, arena_f(s->a, "in.%s", f->name), NULL, text);
    }
    if (s->request && s->act->request) {
        add_value(v, &n, "in.kind", NULL, s->request->kind);
        add_value(v, &n, "in.decision", NULL, s->request->state);
        if (s->act->reason) add_value(v, &n, "in.answer", NULL, s->act->reason);
    }
    return n;
}

/* One hash over the salted hashes of all fields of the row after the act. */
static Hash row_hash(Step *s)
{
    unsigned char salt[16];
    random_bytes(salt, sizeof salt);
    Out o = {.a = s->a};
    out_rawn(&o, (const char *)salt, sizeof salt);
    for (int i = 0; i < s->rec->n; i++) {
        const char *text = log_text(&s->rec->f[i], s->row, s->a);
        size_t n = text ? strlen(text) : 0;
        out_raw(&o, s->rec->f[i].name);
        out_raw(&o, "=");
        put_i(&o, (int64_t)n);
        out_raw(&o, ":");
        if (text) out_rawn(&o, text, n);
    }
    return hash_bytes(o.s, o.n);
}

static int append_event(Step *s, const char *name)
{
    const Head *h = s->row, *was = s->before;
    LogValue v[VALUES_MAX];
    LogEvent e = {.site = h->site,
                  .case_id = h->id,
                  .id = tx_new_id(s->tx),
                  .seq = h->rev,
                  .actor = s->hide_actor ? 0 : s->who->account,
                  .at = s->now,
                  .record = s->rec->name,
                  .action = s->event ? s->event : name,
                  .note = s->note,
                  .channel = s->act->channel,
                  .v = v,
                  .internal = s->internal || (s->action && s->action->internal)};
    e.actor_name =
        s->action ? viewer_acts_as(s->who, s->work, s->work_n, s->action->by, s->a) : s->who->name;
    if (!e.actor_name || s->hide_actor) e.actor_name = "";
    if (s->flow) {
        e.from = was ? s->flow->states[was->state].code : NULL;
        e.to = s->gone ? NULL : s->flow->states[h->state].code;
    }
    e.n = changed_values(s, v);
    e.row_hash = row_hash(s);
    return log_append(s->tx, s->a, &e);
}

/* ---- the row ---- */

/* ISO 7064 MOD 11,10 over the digits of the number. */
static int check_digit(const char *digits)
{
    int p = 10;
    for (; *digits; digits++) {
        if (*digits < '0' || *digits > '9') continue;
        int sum = (p + (*digits - '0')) % 10;
        p = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - p) % 10;
}

int step_number(Step *s)
{
    Head *h = s->row;
    char day[11];
    Result r;
    day_text(time_day((Time){s->now, true}), day);
    TRY(tx_get(s->tx, s->a, &r,
               "INSERT INTO counter (site, kind, day, n) VALUES ($1, $2, $3, 1) "
               "ON CONFLICT (site, kind, day) DO UPDATE SET n = counter.n + 1 RETURNING n",
               VALS(vi(h->site), vt(s->flow->letter), vt(day))));
    const char *base = arena_f(s->a, "%.2s%.2s%.2s-%04lld", day + 2, day + 5, day + 8,
                               (long long)res_int(&r, 0, 0));
    h->number = arena_f(s->a, "%s%s-%d", s->flow->letter, base, check_digit(base));
    return OK;
}

static void tell_parties(Step *s)
{
    const Action *x = s->action;
    if (!x || !x->tells) return;
    const Head *h = s->row;
    const char *what = h->number ? h->number : "";
    const char *zh = arena_f(s->a, "%s：%s", what, x->zh),
               *en = arena_f(s->a, "%s: %s", what, x->en);
    for (int i = 0; i < s->work_n; i++) {
        const WorkRow *w = &s->work[i];
        bool lead = strcmp(w->role, "lead") == 0, support = strcmp(w->role, "support") == 0;
        bool told = (strcmp(w->role, "enterprise") == 0 && (x->tells & W_ENTERPRISE)) ||
                    (lead && (x->tells & W_LEAD)) || (support && (x->tells & W_SUPPORT)) ||
                    (strcmp(w->role, "handler") == 0 && (x->tells & W_HANDLER));
        if (told) step_tell(s, w->party, "", zh, en);
        if (lead && (x->tells & W_LEAD_HEAD)) step_tell(s, w->party, "head", zh, en);
    }
    if (x->tells & W_DISPATCHER) step_tell(s, DESK_DISPATCH, "", zh, en);
    if (x->tells & W_SUPERVISOR) step_tell(s, DESK_SUPERVISE, "", zh, en);
    if (x->tells & W_LEADER) step_tell(s, DESK_LEADER, "", zh, en);
    if (x->tells & W_CALLBACK) step_tell(s, DESK_CALLBACK, "", zh, en);
}

static void stop_named(Step *s, const char *words)
{
    while (words && *words) {
        size_t n = strcspn(words, " ");
        step_clock_met(s, arena_copy(s->a, words, n), NULL, s->now);
        words += n + (words[n] != 0);
    }
}

/* State, clocks of an end, participants, nearest clock, revision. */
static void settle(Step *s)
{
    Head *h = s->row;
    const Head *was = s->before;
    if (s->flow && was && s->to != was->state) request_lapse(s);
    if (s->flow) {
        h->state = s->to;
        if (!s->flow->states[s->to].open) step_clock_stop(s, NULL, NULL);
        if (s->flow->participants) s->flow->participants(s);
        step_next_due(s);
    }
    h->rev++;
    h->updated_at = s->now;
}

static int store(Step *s, const WorkRow *was, int was_n, const char *event)
{
    tell_parties(s);
    TRY(append_event(s, event));
    if (s->gone) {
        s->work_n = 0;
        const Head *h = s->row;
        const char *sql = arena_f(s->a, "DELETE FROM %s WHERE site = $1 AND id = $2", s->rec->name);
        TRY(tx_do(s->tx, sql, VALS(vi(h->site), vi(h->id))));
    } else if (s->before) {
        TRY(rec_update(s->tx, s->a, s->rec, s->before, s->row));
    } else {
        TRY(rec_insert(s->tx, s->a, s->rec, s->row));
    }
    if (s->flow) TRY(step_store(s, was, was_n));
    Act *act = s->act;
    const Head *h = s->row;
    act->out_id = h->id;
    act->out_rev = h->rev;
    act->out_row = s->gone ? NULL : s->row;
    return keep_answer(s);
}

/* ---- the kinds of act ---- */

static int apply_create(Step *s)
{
    Act *act = s->act;
    memcpy(s->row, act->row, s->rec->size);
    if (act->patch) act->patch(act, s->row);
    Head *h = s->row;
    *h = (Head){.site = act->who.site,
                .id = act->new_id ? act->new_id : tx_new_id(s->tx),
                .created_at = s->now};
    s->to = s->flow ? s->flow->first : 0;
    const char *event = "create";
    const Action *x = s->flow ? flow_action(s->flow, act->submit ? "submit" : "create") : NULL;
    if (x) { /* straight on to submit: one act, one event */
        s->action = x;
        s->in = arena_get(s->a, x->input_size ? x->input_size : 1);
        if (x->before) TRY(x->before(s));
        if (s->errors->n) return E_INPUT;
        if (x->to != SAME) s->to = x->to;
        if (x->after) TRY(x->after(s));
        event = x->name;
    }
    if (!act->submit && s->flow && s->flow->draft >= 0) {
        event = "save";
        s->hide_actor = true; /* a draft may yet be sent anonymously; its work row knows */
    }
    if (s->flow && s->flow->draft < 0 && !h->number) TRY(step_number(s));
    settle(s);
    return store(s, NULL, 0, event);
}

static int apply_edit(Step *s)
{
    WorkRow was[STEP_WORK_MAX];
    int n = s->work_n;
    memcpy(was, s->work, sizeof was);
    void *before = s->row;
    s->row = arena_get(s->a, s->rec->size);
    memcpy(s->row, s->act->row, s->rec->size);
    s->before = before;
    *(Head *)s->row = *(const Head *)before;
    s->hide_actor = s->flow != NULL; /* as at its creation */
    settle(s);
    return store(s, was, n, s->flow ? "save" : "edit");
}

static int apply_remove(Step *s)
{
    s->before = s->row;
    s->gone = true;
    settle(s);
    return store(s, NULL, 0, "remove");
}

/* The clock's due time is compared and set: fires once, whoever is first. 0: already done. */
static int claim_clock(Step *s)
{
    const Act *act = s->act;
    for (int i = 0; i < s->clocks_n; i++) {
        Deadline *d = &s->clocks[i];
        if (strcmp(d->clock, act->clock) != 0 || strcmp(d->party, act->clock_party) != 0) continue;
        if (d->fired || d->due_at != act->clock_due) return 0;
        d->fired = d->changed = true;
        return 1;
    }
    return 0;
}

static int apply_action(Step *s)
{
    WorkRow was[STEP_WORK_MAX];
    int n = s->work_n;
    const Action *x = s->action;
    const char *event = s->act->request ? (s->act->take_back ? "take_back" : "decide") : x->name;
    memcpy(was, s->work, sizeof was);
    s->before = s->row;
    s->row = arena_get(s->a, s->rec->size);
    memcpy(s->row, s->before, s->rec->size);
    uint64_t decider = s->deciding || s->act->request ? 0 : request_decider(s);
    if (decider) {
        TRY(request_ask(s, decider));
    } else if (!s->act->request || s->deciding) {
        stop_named(s, x->stops);
        if (x->to != SAME) s->to = x->to;
        if (x->after) TRY(x->after(s));
    }
    if (s->errors->n) return E_INPUT;
    settle(s);
    return store(s, was, n, event);
}

static int apply_clock(Step *s)
{
    int mine = claim_clock(s);
    if (mine <= 0) return s->act->replayed = true, OK;
    const Head *h = s->row;
    if (strcmp(s->act->clock, "request_decide") == 0) {
        Deadline *d = step_running(s, "request_decide", s->act->clock_party);
        static const Action up = {.name = "request_up",
                                  .zh = "请求上移",
                                  .en = "Request moved up",
                                  .to = SAME,
                                  .by = W_CLOCK};
        s->action = &up;
        WorkRow was[STEP_WORK_MAX];
        int n = s->work_n;
        memcpy(was, s->work, sizeof was);
        s->before = s->row;
        s->row = arena_get(s->a, s->rec->size);
        memcpy(s->row, s->before, s->rec->size);
        if (d) TRY(request_up(s, d));
        settle(s);
        return store(s, was, n, up.name);
    }
    const Clock *c = flow_clock(s->flow, s->act->clock);
    s->action = c && c->fires ? flow_action(s->flow, c->fires) : NULL;
    if (s->action && (s->action->from & S(h->state))) {
        if (s->action->before) TRY(s->action->before(s));
        return apply_action(s);
    }
    static const Action over = {
        .name = "clock_over", .zh = "时限已过", .en = "Over time", .to = SAME, .by = W_CLOCK};
    s->action = &over; /* it stays red until the awaited act comes */
    s->note = s->act->clock;
    return apply_action(s);
}

int64_t wall_time(const Step *s)
{
    return s->act->wall;
}

int act_in_tx(Tx *tx, Job *job)
{
    Act *act = (Act *)(void *)job;
    Step *s = NEW(act->a, Step);
    s->tx = tx;
    s->q = tx_reader(tx);
    s->a = act->a;
    s->act = act;
    act->errors = act->errors_read; /* as the worker left it: an act may be run again */
    act->extra_n = 0;
    act->replayed = act->asked = false;
    act->act = act_named(act);
    int again = find_replay_of(s);
    if (again != 0) return again < 0 ? again : OK;
    TRY(act_load(s));
    if (act->clock) return apply_clock(s);
    TRY(act_checks(s));
    if (act->id == 0) return apply_create(s);
    if (act->request) {
        TRY(request_decide(s));
        return apply_action(s);
    }
    if (s->action) return apply_action(s);
    return strcmp(act->action, "remove") == 0 ? apply_remove(s) : apply_edit(s);
}

int find_replay_of(Step *s)
{
    s->rec = s->act->rec;
    s->desk = s->act->desk;
    s->who = &s->act->who;
    s->errors = &s->act->errors;
    return find_replay(s);
}
