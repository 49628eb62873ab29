/* handle: what the lead department does: sign, assign, contact, plan, note, extend. */
#include "modules/whistle/whistle_own.h"

#include <string.h>

int sign_after(Step *s)
{
    Whistle *w = s->row;
    const char *lead = party_id(s, w->lead.v);
    step_clock_met(s, "sign", lead, s->now);
    Deadline *objection = step_running(s, "objection", lead);
    if (objection) step_clock_end(s, objection, "stopped");
    if (!w->handler.has) w->handler = (Ref){s->who->account, s->who->account != 0};
    return OK;
}

int assign_before(Step *s)
{
    const AssignIn *in = s->in;
    TRY(account_of_lead(s, "handler", in->handler));
    TRY(account_of_lead(s, "deputy", in->deputy));
    if (in->deputy.has && in->deputy.v == in->handler.v)
        error_add(s->errors, "deputy", "应是另一个人", "should be another person");
    return OK;
}

int assign_after(Step *s)
{
    const AssignIn *in = s->in;
    Whistle *w = s->row;
    w->handler = in->handler;
    w->deputy = in->deputy;
    step_tell(s, in->handler.v, "", arena_f(s->a, "%s：分给您经办", w->h.number),
              arena_f(s->a, "%s: is yours to handle", w->h.number));
    return OK;
}

int hand_over_before(Step *s)
{
    const HandOverIn *in = s->in;
    return account_of_lead(s, "handler", in->handler);
}

int hand_over_after(Step *s)
{
    const HandOverIn *in = s->in;
    Whistle *w = s->row;
    if (w->deputy.has && w->deputy.v == in->handler.v) w->deputy = (Ref){0};
    w->handler = in->handler;
    step_tell(s, in->handler.v, "", arena_f(s->a, "%s：交给您经办", w->h.number),
              arena_f(s->a, "%s: was handed to you", w->h.number));
    return OK;
}

/* ---- first contact ---- */

bool can_contact(const Step *s)
{
    const Whistle *w = s->row;
    return !w->anonymous;
}

int contact_before(Step *s)
{
    const Whistle *w = s->row;
    const ContactIn *in = s->in;
    if (w->anonymous)
        return error_say(s->errors, E_CLASH, "匿名事项没有联系方式",
                         "an anonymous case has nobody to contact");
    if (in->at.v > s->now) error_add(s->errors, "at", "不能晚于现在", "may not be later than now");
    if (w->dispatched_at.has && in->at.v < minute_of(w->dispatched_at.v))
        error_add(s->errors, "at", "不能早于派单", "may not be before the dispatch");
    return OK;
}

/* The clock stops at the time of entry, not at the time that is claimed (WHISTLE). */
int contact_after(Step *s)
{
    Whistle *w = s->row;
    const ContactIn *in = s->in;
    if (!w->contacted_at.has) w->contacted_at = in->at;
    w->not_contacted = false;
    step_clock_met(s, "contact", NULL, s->now);
    return OK;
}

/* A contact is claimed, or its time is over and nobody called. */
static bool is_claimed_or_late(const Step *s)
{
    const Whistle *w = s->row;
    const Deadline *d = step_running((Step *)(uintptr_t)s, "contact", "enterprise");
    return w->contacted_at.has || (d && s->now > d->due_at);
}

bool can_mark_not_contacted(const Step *s)
{
    const Whistle *w = s->row;
    return !w->anonymous && !w->not_contacted && is_claimed_or_late(s);
}

int not_contacted_before(Step *s)
{
    const Whistle *w = s->row;
    if (w->anonymous)
        return error_say(s->errors, E_CLASH, "匿名事项没有首次联系",
                         "an anonymous case has no first contact");
    if (w->not_contacted)
        return error_say(s->errors, E_CLASH, "已经记下“没有联系我”", "this was noted already");
    if (is_claimed_or_late(s)) return OK;
    return error_say(s->errors, E_CLASH, "联系时限还没有到，部门也还没有记录联系",
                     "the time to contact you is not over and no contact is recorded yet");
}

/* Counts as missed unless the supervisor finds otherwise. */
int not_contacted_after(Step *s)
{
    Whistle *w = s->row;
    w->not_contacted = true;
    if (!step_mark(s, "not_contacted", 0, DESK_SUPERVISE, "supervisor", NULL)) return E_LARGE;
    step_tell(s, DESK_SUPERVISE, "", arena_f(s->a, "%s：企业说没有人联系它", w->h.number),
              arena_f(s->a, "%s: the enterprise says nobody contacted it", w->h.number));
    step_tell(s, w->lead.v, "", arena_f(s->a, "%s：企业说没有人联系它", w->h.number),
              arena_f(s->a, "%s: the enterprise says nobody contacted it", w->h.number));
    return tx_do(s->tx,
                 "UPDATE clock_end SET outcome = 'missed' WHERE site = $1 AND case_id = $2 AND "
                 "clock = 'contact' "
                 "AND outcome = 'met'",
                 VALS(vi(w->h.site), vi(w->h.id)));
}

/* ---- plan, note ---- */

int plan_before(Step *s)
{
    const PlanIn *in = s->in;
    int64_t by;
    return in->by ? parse_by(s, "by", in->by, &by) : OK;
}

int plan_after(Step *s)
{
    const PlanIn *in = s->in;
    Whistle *w = s->row;
    int64_t by;
    w->plan = in->text;
    w->plan_by = (Time){0};
    if (in->by) {
        TRY(parse_by(s, "by", in->by, &by));
        w->plan_by = (Time){by, true};
    }
    step_clock_met(s, "answer", NULL, s->now);
    return OK;
}

int note_after(Step *s)
{
    const NoteIn *in = s->in;
    s->internal = !in->open;
    return OK;
}

/* ---- extend ---- */

enum { EXTENDS_MAX = 2 };

static int agreed_extends(const Step *s)
{
    int n = 0;
    for (int i = 0; i < s->requests_n; i++)
        n += strcmp(s->requests[i].kind, "extend") == 0 &&
             strcmp(s->requests[i].state, "agreed") == 0;
    return n;
}

static Deadline *own_resolve(const Step *s)
{
    const Whistle *w = s->row;
    Step *t = (Step *)(uintptr_t)s;
    return step_running(t, "resolve", party_id(t, w->lead.v));
}

bool can_extend(const Step *s)
{
    const Deadline *d = own_resolve(s);
    return d && s->now <= d->due_at && agreed_extends(s) < EXTENDS_MAX;
}

uint64_t extend_second(Step *s)
{
    return agreed_extends(s) == 0 ? W_LEAD_HEAD : W_SUPERVISOR;
}

int extend_before(Step *s)
{
    const ExtendIn *in = s->in;
    const Whistle *w = s->row;
    const Deadline *d = own_resolve(s);
    Span span;
    int64_t by;
    if (!d)
        return error_say(s->errors, E_CLASH, "现在没有在走的办结时限",
                         "no resolve clock is running");
    if (s->deciding) return OK; /* checked when it was asked */
    if (s->now > d->due_at)
        return error_say(s->errors, E_CLASH, "办结时限已过，不能再申请延期",
                         "the time to resolve is over; it cannot be extended");
    if (agreed_extends(s) >= EXTENDS_MAX)
        return error_say(s->errors, E_CLASH, "最多延期两次",
                         "a case may be extended twice at most");
    TRY(parse_by(s, "by", in->by, &by));
    if (s->errors->n) return OK;
    if (by <= d->due_at)
        error_add(s->errors, "by", "应晚于现在的办结时限",
                  "should be later than the time as it stands");
    if (!profile_span(s->desk, w->h.site, w->profile, (int)w->profile_version.v, "extended_max",
                      &span))
        return OK;
    int64_t max = calendar_due(s->desk->calendar, d->started_at, span, false);
    char text[17];
    time_minute((Time){max, true}, text);
    if (by > max)
        error_add(s->errors, "by", arena_f(s->a, "最晚可延到 %s", text),
                  arena_f(s->a, "may be %s at the latest", text));
    return OK;
}

int extend_after(Step *s)
{
    const ExtendIn *in = s->in;
    Whistle *w = s->row;
    Day day;
    Time t;
    int64_t by = 0;
    if (day_parse(in->by, &day))
        by = calendar_day_end(s->desk->calendar, day.v);
    else if (time_parse(in->by, &t))
        by = t.v;
    for (int i = 0; i < s->clocks_n; i++) {
        Deadline *d = &s->clocks[i];
        bool ours = strcmp(d->party, "enterprise") == 0 || d->owner == w->lead.v;
        if (!d->ended && ours && strcmp(d->clock, "resolve") == 0 && by > d->due_at)
            step_clock_due(s, d, by, (Span){0, UNIT_WH});
    }
    return OK;
}
