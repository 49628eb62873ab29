/* escalate: urges, levels and what the clocks do when they are over. Level owners: 1 the lead's head,
   2 the supervisor's consultation, 3 the leader or chain chief. */
#include "modules/whistle/whistle_own.h"

#include <string.h>

enum { ACKNOWLEDGE_DAYS = 1, URGE_EVERY_DAYS = 2 };

/* ---- urge ---- */

static bool is_outside(const Step *s)
{
    return (s->relations & (W_ENTERPRISE | W_PUBLIC)) && s->who->role <= ROLE_ENTERPRISE;
}

static bool urged_lately(const Step *s)
{
    for (int i = s->marks_n - 1; i >= 0; i--) {
        const Mark *m = &s->marks[i];
        if (strcmp(m->kind, "urge") != 0 || m->level != 1)
            continue; /* level 1: by the enterprise */
        return s->now < calendar_due(s->desk->calendar, m->opened_at,
                                     (Span){URGE_EVERY_DAYS, UNIT_WD}, false);
    }
    return false;
}

bool can_urge(const Step *s)
{
    return !is_outside(s) || !urged_lately(s);
}

int urge_before(Step *s)
{
    if (can_urge(s)) return OK;
    return error_say(s->errors, E_CLASH, "两个工作日内催办一次就够了，部门已经收到",
                     "once in two working days is enough: the department has it");
}

static int start_acknowledge(Step *s, const char *role)
{
    const Whistle *w = s->row;
    bool lead = w->lead.has;
    const char *party = lead ? party_id(s, w->lead.v) : "desk";
    int64_t owner = lead ? w->lead.v : DESK_DISPATCH;
    return step_clock_span(s, "acknowledge", party, owner, lead ? role : "dispatcher", s->now,
                           (Span){ACKNOWLEDGE_DAYS, UNIT_WD})
               ? OK
               : E_DB;
}

static int urge(Step *s, const char *text)
{
    const Whistle *w = s->row;
    int64_t owner = w->lead.has ? w->lead.v : DESK_DISPATCH;
    if (!step_mark(s, "urge", is_outside(s), owner, w->lead.has ? "handler" : "dispatcher", text))
        return E_LARGE;
    step_tell(s, owner, "", arena_f(s->a, "%s：被催办，请确认", w->h.number),
              arena_f(s->a, "%s: urged, please acknowledge", w->h.number));
    return step_running(s, "acknowledge", NULL) ? OK : start_acknowledge(s, "handler");
}

int urge_after(Step *s)
{
    const TextIn *in = s->in;
    return urge(s, in->text);
}

/* A handler of the lead department; the head once it was passed on to the head. */
static bool may_acknowledge(Step *s)
{
    const Whistle *w = s->row;
    const Deadline *d = step_running(s, "acknowledge", NULL);
    if (!w->lead.has) return (s->relations & W_DISPATCHER) != 0;
    if (d && strcmp(d->owner_role, "head") == 0 && (s->relations & W_LEAD_HEAD)) return true;
    return (s->relations & W_HANDLER) || ((s->relations & W_LEAD) && !(s->relations & W_LEAD_HEAD));
}

bool can_acknowledge(const Step *s)
{
    Step *t = (Step *)(uintptr_t)s;
    return step_mark_open(t, "urge") && may_acknowledge(t);
}

int acknowledge_before(Step *s)
{
    if (!may_acknowledge(s))
        return error_say(
            s->errors, E_DENIED, "催办由主办部门经办确认，派单前由调度确认",
            "the lead department's handler acknowledges; before dispatch the dispatcher");
    if (step_mark_open(s, "urge")) return OK;
    return error_say(s->errors, E_CLASH, "没有等确认的催办", "there is nothing to acknowledge");
}

int acknowledge_after(Step *s)
{
    for (int i = 0; i < s->marks_n; i++)
        if (!s->marks[i].closed_at && strcmp(s->marks[i].kind, "urge") == 0)
            step_mark_close(s, &s->marks[i], "acknowledged");
    step_clock_met(s, "acknowledge", NULL, s->now);
    return OK;
}

/* Not acknowledged in a working day: it goes to the head; then it stays red there. */
int acknowledge_over(Step *s)
{
    const Deadline *d = step_running(s, "acknowledge", NULL);
    const Whistle *w = s->row;
    if (!d || !w->lead.has || strcmp(d->owner_role, "head") == 0) return OK;
    step_clock_met(s, "acknowledge", NULL, s->now + 1);
    step_tell(s, w->lead.v, "head", arena_f(s->a, "%s：催办没有确认，转您处理", w->h.number),
              arena_f(s->a, "%s: the urge was not acknowledged and is now yours", w->h.number));
    return start_acknowledge(s, "head");
}

/* ---- levels ---- */

static int64_t level_owner(const Step *s, int level, const char **role)
{
    const Whistle *w = s->row;
    *role = level == 1 ? "head" : level == 2 ? "supervisor" : "leader";
    return level == 1 ? w->lead.v : level == 2 ? DESK_SUPERVISE : DESK_LEADER;
}

static uint64_t level_who(int level)
{
    return level == 1 ? W_LEAD_HEAD : level == 2 ? W_SUPERVISOR : W_LEADER;
}

int open_level(Step *s, int level, const char *reason)
{
    const Whistle *w = s->row;
    if (level == 1 && !w->lead.has) level = 2;
    const char *role;
    int64_t owner = level_owner(s, level, &role);
    const Profile *p = profile_find(s->desk, w->h.site, w->profile, (int)w->profile_version.v);
    if (!p || !p->level[0].n) p = profile_find(s->desk, w->h.site, NULL, 0);
    if (!p)
        return error_say(s->errors, E_DB, "本站还没有时钟方案",
                         "this site has no profile of clocks");
    Mark *m = step_mark(s, "escalation", level, owner, role, reason);
    if (!m) return E_LARGE;
    Deadline *d = step_clock_span(s, "level", level == 1 ? party_id(s, owner) : "desk", owner, role,
                                  s->now, p->level[level - 1]);
    if (!d) return E_DB;
    d->ref = m->id;
    step_tell(s, owner, level == 1 ? "head" : "",
              arena_f(s->a, "%s：提级到第 %d 级，请您处理", w->h.number, level),
              arena_f(s->a, "%s: escalated to level %d, yours to answer", w->h.number, level));
    return OK;
}

void close_levels(Step *s, const char *how)
{
    for (int i = 0; i < s->marks_n; i++) {
        Mark *m = &s->marks[i];
        if (!m->closed_at &&
            (strcmp(m->kind, "escalation") == 0 || strcmp(m->kind, "final_reply") == 0))
            step_mark_close(s, m, how);
    }
    step_clock_met(s, "level", NULL, s->now);
}

bool can_escalate(const Step *s)
{
    return step_mark_open((Step *)(uintptr_t)s, "escalation") == NULL;
}

int escalate_before(Step *s)
{
    const EscalateIn *in = s->in;
    const Whistle *w = s->row;
    if (!can_escalate(s))
        return error_say(s->errors, E_CLASH, "已在提级办理中，由该级负责人答复",
                         "the case is escalated already; its level's owner answers");
    if (in->level.v == 1 && !w->lead.has)
        error_add(s->errors, "level", "还没有主办部门，请从第 2 级起",
                  "there is no lead yet: begin at level 2");
    return OK;
}

int escalate_after(Step *s)
{
    const EscalateIn *in = s->in;
    return open_level(s, (int)in->level.v, in->reason);
}

bool can_answer_escalation(const Step *s)
{
    const Mark *m = step_mark_open((Step *)(uintptr_t)s, "escalation");
    return m && (s->relations & level_who(m->level));
}

static int check_level_by(Step *s, const Mark *m, const AnswerEscalationIn *in)
{
    const Whistle *w = s->row;
    int64_t by;
    if (!in->by) {
        if (in->decision.v != CHANGE_LEAD)
            error_add(s->errors, "by", "请写期限", "is missing: by when?");
        return OK;
    }
    TRY(parse_by(s, "by", in->by, &by));
    if (s->errors->n) return OK;
    const Profile *p = profile_find(s->desk, w->h.site, w->profile, (int)w->profile_version.v);
    if (!p) return OK;
    int64_t max = calendar_due(s->desk->calendar, s->now, p->level[m->level - 1], false);
    char text[17];
    time_minute((Time){max, true}, text);
    if (by > max)
        error_add(s->errors, "by", arena_f(s->a, "这一级最晚到 %s", text),
                  arena_f(s->a, "may be %s at the latest at this level", text));
    return OK;
}

int answer_escalation_before(Step *s)
{
    const AnswerEscalationIn *in = s->in;
    const Whistle *w = s->row;
    const Mark *m = step_mark_open(s, "escalation");
    if (!m) return error_say(s->errors, E_CLASH, "现在没有提级", "the case is not escalated");
    if (!can_answer_escalation(s))
        return error_say(s->errors, E_DENIED, "由这一级的负责人答复",
                         "the owner of this level answers");
    if (in->decision.v == CHANGE_LEAD && m->level < 2)
        error_add(s->errors, "decision", "第 2 级起才能变更主办",
                  "the lead may be changed from level 2 on");
    if (in->decision.v == CHANGE_LEAD && !in->lead.has)
        error_add(s->errors, "lead", "请写新的主办部门", "name the new lead");
    if (in->decision.v == CHANGE_LEAD && in->lead.has && w->lead.has && in->lead.v == w->lead.v)
        error_add(s->errors, "lead", "应是另一个部门", "should be another department");
    if (in->decision.v == FINAL_REPLY && (m->level < 2 || w->reworks.v < 3))
        error_add(s->errors, "decision", "企业三次说没有解决之后，才能定最终答复",
                  "a final reply is ordered after the third \"not solved\"");
    return check_level_by(s, m, in);
}

static int new_lead(Step *s, const AnswerEscalationIn *in)
{
    Whistle *w = s->row;
    if (w->h.state != HANDLING && w->h.state != DISPATCHED)
        return error_say(s->errors, E_CLASH, "已派单或在办的事项才能变更主办",
                         "only a dispatched case or one in work can change its lead");
    Deadline *level = step_running(s, "level", NULL);
    change_lead(s, in->lead.v);
    s->to = DISPATCHED;
    if (level && level->ended) level->ended = false; /* the level's clock runs on until the reply */
    step_clock_stop(s, "rework", NULL);
    return start_department(s, true);
}

int answer_escalation_after(Step *s)
{
    const AnswerEscalationIn *in = s->in;
    Whistle *w = s->row;
    Mark *m = step_mark_open(s, "escalation");
    int64_t by;
    if (in->decision.v == CHANGE_LEAD) TRY(new_lead(s, in));
    if (in->decision.v == FINAL_REPLY) {
        w->final_reply = true;
        if (!step_mark(s, "final_reply", m->level, w->lead.v, "handler", in->text)) return E_LARGE;
    }
    if (in->by) {
        TRY(parse_by(s, "by", in->by, &by));
        const char *role;
        int64_t owner = level_owner(s, m->level, &role);
        step_clock_met(s, "level", NULL, s->now);
        Deadline *d = step_clock_until(s, "level", m->level == 1 ? party_id(s, owner) : "desk",
                                       owner, role, by);
        if (!d) return E_DB;
        d->ref = m->id;
    }
    m->changed = true;
    m->answer = in->text;
    if (w->lead.has)
        step_tell(s, w->lead.v, "", arena_f(s->a, "%s：提级有了决定", w->h.number),
                  arena_f(s->a, "%s: the escalation was answered", w->h.number));
    return OK;
}

int level_over(Step *s)
{
    Mark *m = step_mark_open(s, "escalation");
    if (!m || m->level >= LEVELS) return OK; /* red on the leader's desk every day */
    int next = m->level + 1;
    step_clock_met(s, "level", NULL, s->now + 1);
    step_mark_close(s, m, "over");
    s->event = "escalate";
    return open_level(s, next, "上一级超时");
}

/* ---- clocks of the work ---- */

static int level_by_clock(Step *s, int level, const char *why)
{
    s->note = why;
    if (step_mark_open(s, "escalation")) {
        s->event = "clock_over"; /* none while a mark is open */
        return OK;
    }
    s->event = "escalate";
    return open_level(s, level, why);
}

int work_clock_over(Step *s)
{
    const char *clock = s->act->clock;
    const char *why = strcmp(clock, "contact") == 0  ? "首次联系超期"
                      : strcmp(clock, "answer") == 0 ? "办理计划超期"
                      : strcmp(clock, "rework") == 0 ? "重办超期"
                                                     : "办结超期";
    return level_by_clock(s, 1, why);
}

int route_over(Step *s)
{
    return level_by_clock(s, 2, "派单超期");
}

/* Over once: urged and level 1. One more sign clock over: signed by rule, handled by the head. */
int sign_over(Step *s)
{
    Whistle *w = s->row;
    const char *lead = party_id(s, w->lead.v);
    bool second = false;
    for (int i = 0; i < s->marks_n; i++)
        second |= strcmp(s->marks[i].kind, "unsigned") == 0 && s->marks[i].owner == w->lead.v &&
                  !s->marks[i].closed_at;
    step_clock_met(s, "sign", lead, s->now + 1);
    if (!second) {
        if (!step_mark(s, "unsigned", 0, w->lead.v, "handler", NULL)) return E_LARGE;
        TRY(urge(s, "签收超期，时钟催办"));
        TRY(level_by_clock(s, 1, "签收超期"));
        return step_clock(s, "sign", lead, w->lead.v, "handler", w->profile,
                          (int)w->profile_version.v)
                   ? OK
                   : E_DB;
    }
    Deadline *objection = step_running(s, "objection", lead);
    if (objection) step_clock_end(s, objection, "stopped");
    for (int i = 0; i < s->marks_n; i++)
        if (strcmp(s->marks[i].kind, "unsigned") == 0 && !s->marks[i].closed_at)
            step_mark_close(s, &s->marks[i], "signed by rule");
    s->event = "sign";
    s->note = "按规则签收";
    s->to = HANDLING;
    int64_t head = head_of(s, w->lead.v);
    w->handler = (Ref){head, head != 0};
    return OK;
}

int ask_over(Step *s)
{
    Mark *m = step_mark_open(s, "ask");
    step_clock_met(s, "ask", NULL, s->now + 1);
    if (m) step_mark_close(s, m, "unanswered");
    return OK;
}
