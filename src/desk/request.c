/* request: what two people must do. A request changes neither state nor clocks of its case; it has a
   clock of its own, stands in the decider's inbox, moves up when over time, and lapses when the case
   leaves its state. The one who asked never decides it. */
#include "base/input.h"
#include "desk/act_own.h"

#include <string.h>

/* The next level after this one; the leader is the last. */
static uint64_t level_up(uint64_t who)
{
    return who == W_LEAD_HEAD ? W_SUPERVISOR : W_LEADER;
}

static int64_t lead_of(const Step *s)
{
    for (int i = 0; i < s->work_n; i++)
        if (strcmp(s->work[i].role, "lead") == 0) return s->work[i].party;
    return 0;
}

int64_t request_desk(const Step *s, uint64_t who)
{
    if (who == W_LEAD_HEAD) return lead_of(s);
    if (who == W_DISPATCHER) return DESK_DISPATCH;
    return who == W_SUPERVISOR ? DESK_SUPERVISE : DESK_LEADER;
}

static const char *role_of(uint64_t who)
{
    if (who == W_LEAD_HEAD) return "head";
    if (who == W_DISPATCHER) return "dispatcher";
    return who == W_SUPERVISOR ? "supervisor" : "leader";
}

static const char *party_of(Step *s, int64_t desk)
{
    return desk > 0 ? arena_f(s->a, "%lld", (long long)desk) : "desk";
}

uint64_t request_decider(Step *s)
{
    const Action *x = s->action;
    if (s->who->role == ROLE_CLOCK) return 0;
    uint64_t who = x->second_if ? x->second_if(s) : x->second;
    /* whoever would decide it himself asks the next level */
    while (who && who != W_LEADER && (s->relations & who)) who = level_up(who);
    if (who == W_LEAD_HEAD && !lead_of(s)) who = W_SUPERVISOR;
    return who;
}

static Deadline *decide_clock(Step *s, const Request *r)
{
    for (int i = 0; i < s->clocks_n; i++)
        if (!s->clocks[i].ended && s->clocks[i].ref == r->id &&
            strcmp(s->clocks[i].clock, "request_decide") == 0)
            return &s->clocks[i];
    return NULL;
}

/* Two requests of different kinds may wait with one decider: the party of the second says which. */
static const char *free_party(Step *s, int64_t desk, int64_t id)
{
    const char *party = party_of(s, desk);
    return step_running(s, "request_decide", party) ? arena_f(s->a, "%s/%lld", party, (long long)id)
                                                    : party;
}

static int start_clock(Step *s, Request *r)
{
    Deadline *d = step_clock(s, "request_decide", free_party(s, r->decider, r->id), r->decider,
                             role_of(r->decider_who), NULL, 0);
    if (!d) return E_DB;
    d->ref = r->id;
    r->due_at = d->due_at;
    return OK;
}

int request_ask(Step *s, uint64_t decider)
{
    const Action *x = s->action;
    const Head *h = s->row;
    if (step_request_open(s, x->name))
        return error_say(s->errors, E_CLASH, "已有一个同类请求在等决定，请等它决定或先收回",
                         "a request of this kind is waiting already; wait or take it back");
    Request *all = arena_array(s->a, (size_t)s->requests_n + 1, sizeof *all);
    memcpy(all, s->requests, (size_t)s->requests_n * sizeof *all);
    Request *r = &all[s->requests_n++];
    s->requests = all;
    Out in = {.a = s->a};
    out_raw(&in, "{");
    if (s->in) rec_json_fields(x->input, x->input_n, s->in, &in);
    out_raw(&in, "}");
    const char *reason = NULL;
    for (int i = 0; s->in && i < x->input_n; i++)
        if (strcmp(x->input[i].name, "reason") == 0 ||
            (!reason && strcmp(x->input[i].name, "text") == 0))
            reason = rec_shown(&x->input[i], s->in, ZH, s->a);
    *r = (Request){.id = tx_new_id(s->tx),
                   .kind = x->name,
                   .by_account = s->who->account,
                   .by = s->hide_actor ? "" : s->who->name,
                   .reason = reason,
                   .input = in.s,
                   .state = "open",
                   .asked_at = s->now,
                   .decider = request_desk(s, decider),
                   .decider_who = decider,
                   .is_new = true};
    TRY(start_clock(s, r));
    step_tell(s, r->decider, role_of(decider),
              arena_f(s->a, "%s：%s，等您决定", h->number ? h->number : "", x->zh),
              arena_f(s->a, "%s: %s, waits for your decision", h->number ? h->number : "", x->en));
    s->internal =
        s->who->role != ROLE_ENTERPRISE && s->who->role != ROLE_PUBLIC; /* not decided yet */
    s->act->asked = true;
    s->act->request_id = r->id;
    return OK;
}

static Request *find_request(Step *s, int64_t id)
{
    for (int i = 0; i < s->requests_n; i++)
        if (s->requests[i].id == id) return &s->requests[i];
    return NULL;
}

int request_check(Step *s)
{
    const Act *act = s->act;
    Request *r = find_request(s, act->request);
    if (!r) return error_say(s->errors, E_MISSING, "没有这个请求", "there is no such request");
    if (act->take_back) {
        if (r->by_account != act->who.account)
            return error_say(s->errors, E_DENIED, "只有提出人可以收回",
                             "only the one who asked may take it back");
    } else {
        if (!(s->relations & r->decider_who))
            return error_say(s->errors, E_DENIED, "这个请求不由您决定",
                             "this request is not yours to decide");
        if (r->by_account == act->who.account)
            return error_say(s->errors, E_DENIED, "提出人不能自己决定",
                             "the one who asked may not decide");
    }
    if (strcmp(r->state, "open") != 0)
        return error_say(
            s->errors, E_CLASH,
            arena_f(s->a, "这个请求已经由 %s 处理", r->decided_by ? r->decided_by : "时钟"),
            arena_f(s->a, "this request was settled by %s",
                    r->decided_by ? r->decided_by : "the clock"));
    if (!act->take_back && !act->agree && (!act->reason || !*act->reason))
        error_add(s->errors, "reason", "不同意要写理由", "say why you decline");
    return s->errors->n ? E_INPUT : OK;
}

static void end_request(Step *s, Request *r, const char *state)
{
    Deadline *d = decide_clock(s, r);
    r->state = state;
    r->decided_at = s->now;
    r->changed = true;
    if (d) step_clock_met(s, "request_decide", d->party, s->now);
}

static int read_input(Step *s, const Request *r)
{
    const Action *x = s->action;
    In body;
    if (input_json(s->a, r->input, strlen(r->input), false, &body, s->errors) != OK) return E_DB;
    void *in = arena_get(s->a, x->input_size ? x->input_size : 1);
    rec_read(x->input, x->input_n, in, &body, (ReadOpts){.keys = s->desk->keys}, s->a, s->errors);
    s->in = in;
    return s->errors->n ? E_INPUT : OK;
}

int request_decide(Step *s)
{
    const Act *act = s->act;
    Request *r = find_request(s, act->request);
    if (!r) return E_MISSING; /* request_check found it in this transaction */
    s->request = r;
    s->action = flow_action(s->flow, r->kind);
    if (!s->action) return E_DB;
    r->decided_by = s->who->name;
    r->decision = act->reason;
    end_request(s, r, act->take_back ? "taken_back" : act->agree ? "agreed" : "declined");
    TRY(read_input(s, r));
    const char *zh = act->agree ? "同意" : "不同意";
    if (!act->take_back)
        step_tell(s, r->by_account, "",
                  arena_f(s->a, "%s：%s，%s", ((const Head *)s->row)->number, s->action->zh, zh),
                  arena_f(s->a, "%s: %s, %s", ((const Head *)s->row)->number, s->action->en,
                          act->agree ? "agreed" : "declined"));
    s->internal = act->take_back || !act->agree;
    if (s->internal) return OK;
    s->deciding = true;
    if (s->action->before) TRY(s->action->before(s));
    return s->errors->n ? E_INPUT : OK;
}

void request_lapse(Step *s)
{
    for (int i = 0; i < s->requests_n; i++) {
        Request *r = &s->requests[i];
        if (strcmp(r->state, "open") != 0) continue;
        Deadline *d = decide_clock(s, r);
        if (d) step_clock_stop(s, "request_decide", d->party);
        r->state = "lapsed";
        r->decided_at = s->now;
        r->changed = true;
    }
}

int request_up(Step *s, Deadline *d)
{
    Request *r = find_request(s, d->ref);
    if (!r || strcmp(r->state, "open") != 0) return OK;
    s->request = NULL;
    if (r->decider_who == W_LEADER) return OK; /* stays red on the leader's desk */
    uint64_t next = level_up(r->decider_who);
    step_clock_met(s, "request_decide", d->party, s->now + 1); /* missed: nobody decided */
    r->decider_who = next;
    r->decider = request_desk(s, next);
    r->changed = true;
    s->note = r->kind;
    s->internal = true;
    step_tell(s, r->decider, role_of(next), "一个两步请求超时，上移到您这里决定",
              "a two-step request is over time and now yours to decide");
    return start_clock(s, r);
}
