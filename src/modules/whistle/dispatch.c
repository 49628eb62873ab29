/* dispatch: from the desk's side: dispatch, refuse, contest, objections. */
#include "modules/whistle/whistle_own.h"

#include <string.h>

/* ---- not accepted ---- */

/* The dispatcher asks; after a contest only the supervisor. */
bool can_refuse(const Step *s)
{
    const Whistle *w = s->row;
    return (s->relations & (w->contested ? W_SUPERVISOR : W_DISPATCHER)) != 0;
}

int refuse_before(Step *s)
{
    const Whistle *w = s->row;
    if (s->deciding || can_refuse(s)) return OK;
    return w->contested ? error_say(s->errors, E_DENIED, "企业申辩后，只能由督办再提不予受理",
                                    "after a contest only the supervisor may ask for refusal again")
                        : error_say(s->errors, E_DENIED, "不予受理由调度提出",
                                    "refusal is asked for by the dispatcher");
}

uint64_t refuse_second(Step *s)
{
    return ((const Whistle *)s->row)->contested ? W_LEADER : W_SUPERVISOR;
}

int refuse_after(Step *s)
{
    const RefuseIn *in = s->in;
    Whistle *w = s->row;
    Span span;
    w->refuse_reason = in->reason;
    w->refuse_route = in->route;
    w->contest_until = (Time){0};
    if (!w->contested && profile_span(s->desk, w->h.site, NULL, 0, "contest", &span))
        w->contest_until = (Time){calendar_due(s->desk->calendar, s->now, span, false), true};
    close_levels(s, "refused");
    step_clock_met(s, "route", NULL, s->now);
    return OK;
}

bool can_contest(const Step *s)
{
    const Whistle *w = s->row;
    return !w->contested && w->contest_until.has && s->now <= w->contest_until.v;
}

int contest_before(Step *s)
{
    if (can_contest(s)) return OK;
    return error_say(s->errors, E_CLASH, "申辩只有一次，并且要在期限内",
                     "a refusal may be contested once, within its time");
}

int contest_after(Step *s)
{
    Whistle *w = s->row;
    w->contested = true;
    w->contest_until = (Time){0};
    step_tell(s, DESK_SUPERVISE, "", arena_f(s->a, "%s：企业对不予受理申辩", w->h.number),
              arena_f(s->a, "%s: the refusal is contested", w->h.number));
    return start_route(s);
}

/* ---- dispatch ---- */

int dispatch_before(Step *s)
{
    const DispatchIn *in = s->in;
    for (int i = 0; i < in->supporting.n; i++)
        if (in->supporting.v[i] == in->lead.v)
            error_add(s->errors, "supporting", "主办部门不能同时协办",
                      "the lead department cannot support as well");
    if (in->supporting.n > SUPPORT_MAX)
        error_add(s->errors, "supporting", "协办部门最多 16 个",
                  "at most 16 supporting departments");
    if (in->urgent && !in->urgent_reason)
        error_add(s->errors, "urgent_reason", "确认紧急要写理由", "say why it is urgent");
    return OK;
}

uint64_t dispatch_second(Step *s)
{
    const Whistle *w = s->row;
    const DispatchIn *in = s->in;
    return w->against.has && w->against.v == in->lead.v ? W_SUPERVISOR : 0;
}

static const char *join_ids(Step *s, Ids ids)
{
    Out o = {.a = s->a};
    for (int i = 0; i < ids.n; i++) out_f(&o, "%s%lld", i ? "," : "", (long long)ids.v[i]);
    return ids.n ? o.s : NULL;
}

/* The class names the profile; its version is fixed now. */
static int fix_profile(Step *s, Whistle *w)
{
    Result r;
    const char *code = NULL;
    if (w->class.s) {
        TRY(db_get(s->q, s->a, &r, "SELECT profile FROM class WHERE site = $1 AND code = $2",
                   VALS(vi(w->h.site), vt(w->class.s))));
        code = r.rows ? res_text(&r, 0, 0) : NULL;
    }
    const Profile *p = profile_find(s->desk, w->h.site, code, 0);
    if (!p) p = profile_find(s->desk, w->h.site, NULL, 0);
    if (!p)
        return error_say(s->errors, E_DB, "本站还没有时钟方案",
                         "this site has no profile of clocks");
    w->profile = p->code;
    w->profile_version = (Num){p->version, true};
    return OK;
}

int dispatch_after(Step *s)
{
    const DispatchIn *in = s->in;
    Whistle *w = s->row;
    if (in->class.s) w->class = in->class;
    w->urgent_confirmed = in->urgent;
    w->urgent_reason = in->urgent_reason;
    w->supporters = join_ids(s, in->supporting);
    if (!w->dispatched_at.has || !w->profile) TRY(fix_profile(s, w));
    if (w->lead.has && w->lead.v != in->lead.v) change_lead(s, in->lead.v);
    w->lead = in->lead;
    TRY(start_department(s, true));
    if (!w->dispatched_at.has) w->dispatched_at = (Time){s->now, true};
    return OK;
}

/* ---- objections ---- */

enum { OBJECTIONS_MAX = 2 };

static bool has_objected(const Step *s, int64_t department)
{
    for (int i = 0; i < s->marks_n; i++)
        if (strcmp(s->marks[i].kind, "objection") == 0 && s->marks[i].owner == department)
            return true;
    return false;
}

bool can_object(const Step *s)
{
    const Whistle *w = s->row;
    Step *t = (Step *)(uintptr_t)s;
    const Deadline *d = step_running(t, "objection", party_id(t, w->lead.v));
    return d && s->now <= d->due_at && step_marks_count(s, "objection") < OBJECTIONS_MAX &&
           !has_objected(s, w->lead.v);
}

int object_before(Step *s)
{
    const Whistle *w = s->row;
    const ObjectIn *in = s->in;
    if (in->better.has && in->better.v == w->lead.v)
        error_add(s->errors, "better", "应写另一个部门", "should be another department");
    if (can_object(s)) return OK;
    if (has_objected(s, w->lead.v))
        return error_say(s->errors, E_CLASH, "同一部门对一个事项只能异议一次",
                         "a department may object once to a case");
    return error_say(s->errors, E_CLASH, "异议时限已过，或主办已经最终确定",
                     "the time to object is over, or the lead is final");
}

static int start_decision(Step *s, int64_t owner, const char *role)
{
    return step_clock(s, "objection_decide", "desk", owner, role, NULL, 0) ? OK : E_DB;
}

int object_after(Step *s)
{
    const ObjectIn *in = s->in;
    Whistle *w = s->row;
    const char *lead = party_id(s, w->lead.v);
    if (!step_mark(s, "objection", 0, w->lead.v, "handler", in->reason)) return E_LARGE;
    step_clock_met(s, "objection", lead, s->now);
    step_clock_stop(s, "sign", lead);
    step_tell(s, DESK_SUPERVISE, "", arena_f(s->a, "%s：退单异议，等您决定", w->h.number),
              arena_f(s->a, "%s: objection, waits for your decision", w->h.number));
    return start_decision(s, DESK_SUPERVISE, "supervisor");
}

bool can_decide_objection(const Step *s)
{
    const Deadline *d = step_running((Step *)(uintptr_t)s, "objection_decide", NULL);
    bool leader = d && strcmp(d->owner_role, "leader") == 0;
    return leader ? (s->relations & W_LEADER) != 0 : (s->relations & W_SUPERVISOR) != 0;
}

int decide_objection_before(Step *s)
{
    const Whistle *w = s->row;
    const DecideObjectionIn *in = s->in;
    if (!can_decide_objection(s))
        return error_say(s->errors, E_DENIED, "异议由督办决定；超时后由领导决定",
                         "the supervisor decides objections; over time the leader");
    bool upheld = in->upheld.v == YES;
    if (upheld && !in->lead.has)
        error_add(s->errors, "lead", "异议成立要写新的主办部门",
                  "name the new lead when it is upheld");
    if (upheld && in->lead.has && in->lead.v == w->lead.v)
        error_add(s->errors, "lead", "应是另一个部门", "should be another department");
    return OK;
}

/* Upheld: another lead with fresh clocks, the enterprise's run on. Rejected: same lead, finally; its sign
   clock starts once more. A second objection names the lead finally. */
int decide_objection_after(Step *s)
{
    const DecideObjectionIn *in = s->in;
    Whistle *w = s->row;
    Mark *m = step_mark_open(s, "objection");
    const char *answer =
        arena_f(s->a, "%s: %s", in->upheld.v == YES ? "upheld" : "rejected", in->reason);
    if (m) step_mark_close(s, m, answer);
    if (in->upheld.v == YES) {
        int64_t old = w->lead.v;
        change_lead(s, in->lead.v);
        step_tell(s, old, "", arena_f(s->a, "%s：异议成立，已改派", w->h.number),
                  arena_f(s->a, "%s: objection upheld, another department leads", w->h.number));
        return start_department(s, step_marks_count(s, "objection") < OBJECTIONS_MAX);
    }
    step_tell(s, w->lead.v, "", arena_f(s->a, "%s：异议不成立，请签收", w->h.number),
              arena_f(s->a, "%s: objection rejected, please sign", w->h.number));
    return step_clock(s, "sign", party_id(s, w->lead.v), w->lead.v, "handler", w->profile,
                      (int)w->profile_version.v)
               ? OK
               : E_DB;
}

int objection_over(Step *s)
{
    Deadline *d = step_running(s, "objection", s->act->clock_party);
    s->internal = true;
    if (d) step_clock_end(s, d, "stopped"); /* a right that was not used is no missed duty */
    return OK;
}

int objection_up(Step *s)
{
    const Deadline *d = step_running(s, "objection_decide", NULL);
    if (!d || strcmp(d->owner_role, "leader") == 0) return OK; /* stays red on the leader's desk */
    step_clock_met(s, "objection_decide", NULL, s->now + 1);
    step_tell(s, DESK_LEADER, "", "退单异议超时未决定，转您决定",
              "an objection is over time and now yours to decide");
    return start_decision(s, DESK_LEADER, "leader");
}
