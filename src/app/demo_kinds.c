/* demo_kinds: the plans. All times are working minutes; a working day has 420, an hour 60. What the
   clocks do in between (levels, closing without a rating) is not written here: they fire by themselves. */
#include "app/demo_plan.h"

#include <string.h>

/* ---- stretches ---- */

/* Route is 4 working hours; a few are late. */
static void to_dispatch(Plan *p)
{
    plan_submit(p);
    if (plan_one_in(p, 29, 7))
        plan_walk(p, 5 * H, 6 * H);
    else
        plan_walk(p, 25, 3 * H);
    plan_dispatch(p);
}

static void to_sign(Plan *p)
{
    to_dispatch(p);
    if (plan_is_urgent(p))
        plan_plain(p, 15);
    else
        plan_walk(p, 20, 2 * H);
    plan_sign(p);
}

static bool late_contact(const Plan *p)
{
    return plan_one_in(p, 17, 5);
}

static bool is_consult(const Plan *p)
{
    const char *class = plan_text(p, "class");
    return class && strncmp(class, "consult", 7) == 0;
}

/* The contact clock: one working day, urgent two hours; a few are late. */
static void to_contact(Plan *p)
{
    to_sign(p);
    if (plan_is_urgent(p))
        plan_plain(p, 25);
    else if (late_contact(p))
        plan_walk(p, 2 * WD + H, 2 * WD + 3 * H);
    else
        plan_walk(p, 20, 3 * H);
    plan_contact(p);
}

/* To the reply. Without a plan the answer clock (3 working days) must be met by the reply itself. */
static void to_reply(Plan *p)
{
    to_contact(p);
    if (plan_text(p, "plan_text")) {
        plan_walk(p, H, 5 * H);
        plan_plan(p);
        plan_notes(p);
        if (late_contact(p) || is_consult(p))
            plan_walk(p, 2 * H, WD);
        else if (plan_one_in(p, 23, 4))
            plan_walk(p, 10 * WD + 2 * H, 10 * WD + 5 * H); /* late */
        else
            plan_walk(p, 2 * WD, 7 * WD);
    } else {
        plan_notes(p);
        plan_walk(p, H, 8 * H);
    }
    plan_reply_out(p, "");
}

/* Open cases: dispatched `since` working minutes before the loading, signed, contacted, planned. */
static void open_case(Plan *p, int since)
{
    to_dispatch(p);
    int64_t dispatched = p->at;
    if (plan_is_urgent(p))
        plan_plain(p, 15);
    else
        plan_walk(p, 20, 80);
    plan_sign(p);
    if (plan_is_urgent(p))
        plan_plain(p, 20);
    else
        plan_walk(p, 20, 90);
    plan_contact(p);
    if (plan_text(p, "plan_text")) {
        plan_walk(p, 40, 2 * H);
        plan_plan(p);
    }
    plan_notes(p);
    plan_anchor(p, since - (int)((p->at - dispatched) / 60000));
}

/* The cursor goes to `ago` working minutes before the loading, in a case placed by open_case. */
static void until_ago(Plan *p, int ago)
{
    int64_t to = p->end - (int64_t)ago * 60000;
    if (to > p->at) p->at = to;
    p->plain = 0;
}

/* ---- the plans ---- */

static void w_submitted(Plan *p)
{
    plan_submit(p);
    plan_anchor(p, 30 + p->of->n * 23 % 100);
}

static void w_submitted_late(Plan *p)
{
    plan_submit(p);
    plan_anchor(p, 4 * H + WD);
}

static void w_refuse_request_open(Plan *p)
{
    plan_submit(p);
    plan_walk(p, 40, 60);
    plan_refuse(p);
    plan_anchor(p, 80);
}

static void w_refused(Plan *p)
{
    plan_submit(p);
    plan_walk(p, 30, 80);
    plan_refuse(p);
    plan_walk(p, 20, 80);
    plan_decide(p, plan_supervisor(p), "refuse", true, "理由成立，途径写清楚了，同意。");
}

static void w_refused_contested(Plan *p)
{
    w_refused(p);
    plan_walk(p, 2 * WD, 3 * WD);
    plan_say(p, plan_submitter(p), "contest", "text", plan_text(p, "contest_text"));
    plan_anchor(p, 70);
}

static void w_dispatched(Plan *p)
{
    to_dispatch(p);
    plan_anchor(p, 40 + p->of->n * 17 % 90);
}

static void w_dispatched_late(Plan *p)
{
    to_dispatch(p);
    plan_anchor(p, 4 * H + 100);
}

static void w_objected(Plan *p)
{
    to_dispatch(p);
    plan_walk(p, H, 2 * H);
    plan_object(p);
    plan_anchor(p, 70);
}

/* Quick enough for the enterprise's contact clock, which runs on from the first dispatch. */
static void to_decided(Plan *p, bool upheld)
{
    to_dispatch(p);
    plan_walk(p, 20, 60);
    plan_object(p);
    plan_walk(p, 40, 2 * H);
    plan_decide_objection(p, upheld);
    plan_walk(p, 20, 50);
    plan_sign(p);
    plan_walk(p, 20, 60);
    plan_contact(p);
}

static void w_objection_rejected(Plan *p)
{
    to_decided(p, false);
    plan_anchor(p, WD + 2 * H);
}

static void w_objection_upheld(Plan *p)
{
    to_decided(p, true);
    p->state = "handling";
    if (plan_text(p, "plan_text")) {
        plan_walk(p, H, 3 * H);
        plan_plan(p);
    }
    if (!plan_text(p, "reply")) {
        plan_anchor(p, WD);
        return;
    }
    plan_walk(p, 2 * WD, 5 * WD);
    plan_reply_out(p, "");
    plan_walk(p, 2 * H, 3 * WD);
    plan_evaluate(p, "");
    p->state = "closed";
}

static void w_handling_new(Plan *p)
{
    to_dispatch(p);
    plan_walk(p, 20, 60);
    plan_sign(p);
    plan_anchor(p, 40 + p->of->n * 31 % 60);
}

static void w_handling_contacted(Plan *p)
{
    to_dispatch(p);
    plan_walk(p, 20, 90);
    plan_sign(p);
    plan_walk(p, 30, 90);
    plan_contact(p);
    plan_anchor(p, 3 * H + p->of->n % 4 * H);
}

static void w_handling_planned(Plan *p)
{
    open_case(p, 3 * WD + p->of->n % 4 * H);
}

static void w_handling_soon(Plan *p)
{
    open_case(p, 60 * H + p->of->n % 5 * H);
}

static void w_handling_late(Plan *p)
{
    open_case(p, 80 * H + p->of->n % 3 * H);
}

static void w_handling_level2(Plan *p)
{
    char day[11];
    const Calendar *c = p->d->app->desk.calendar;
    open_case(p, 64 * H);
    until_ago(p, 10 * H);
    Out o = body_begin(p);
    out_raw(&o, "\"level\":2");
    body_text(&o, "reason", "涉及三个单位，牵头和条件都没有定下来，需要会商。");
    plan_step(p, plan_supervisor(p), "escalate")->body = body_end(&o);
    until_ago(p, 5 * H);
    o = body_begin(p);
    DemoStep *s = plan_step(p, plan_supervisor(p), "answer_escalation");
    day_text(time_day((Time){calendar_due(c, s->at, (Span){2, UNIT_WD}, false), true}), day);
    body_text(&o, "decision", "go_on");
    body_text(&o, "text", plan_text(p, "level_text"));
    body_text(&o, "by", day);
    s->body = body_end(&o);
}

static void w_urged(Plan *p)
{
    open_case(p, 5 * WD);
    until_ago(p, 2 * H);
    plan_say(p, plan_submitter(p), "urge", "text", plan_text(p, "urge_text"));
}

static void w_asked_open(Plan *p)
{
    open_case(p, 2 * WD);
    until_ago(p, WD);
    plan_ask(p);
}

static void w_asked_supplied(Plan *p)
{
    const char *supply = plan_text(p, "supply");
    p->state = plan_text(p, "reply") ? "closed" : "handling";
    if (!plan_text(p, "reply")) {
        open_case(p, 4 * WD);
        until_ago(p, 2 * WD);
        plan_ask(p);
        until_ago(p, 5 * H);
        plan_say(p, plan_submitter(p), "supply", "text", supply);
        return;
    }
    to_contact(p);
    plan_walk(p, 20, 2 * H);
    plan_ask(p);
    plan_walk(p, 3 * H, WD);
    plan_say(p, plan_submitter(p), "supply", "text", supply);
    plan_walk(p, 20, 90);
    plan_plan(p);
    plan_walk(p, 2 * WD, 5 * WD);
    plan_reply_out(p, "");
    plan_walk(p, 2 * H, 3 * WD);
    plan_evaluate(p, "");
}

static void extension(Plan *p, int asked, int decided, bool agree)
{
    int64_t dispatched = p->steps[1].at;
    if (asked)
        until_ago(p, asked);
    else
        plan_walk(p, 2 * WD, 4 * WD);
    plan_extend(p, dispatched);
    if (asked && !decided) return;
    if (decided)
        until_ago(p, decided);
    else
        plan_walk(p, H, 4 * H);
    const char *reason = plan_text(p, "decide_reason");
    plan_decide(p, plan_head(p, p->lead), "extend", agree,
                reason ? reason : "情况属实，同意延期，请抓紧。");
}

static void w_extend_open(Plan *p)
{
    open_case(p, 58 * H);
    extension(p, 90, 0, true);
}

static void w_extend_declined(Plan *p)
{
    open_case(p, 60 * H);
    extension(p, 10 * H, 6 * H, false);
}

static void w_extend_agreed(Plan *p)
{
    p->state = plan_text(p, "reply") ? "closed" : "handling";
    if (!plan_text(p, "reply")) {
        open_case(p, 13 * WD);
        extension(p, 6 * WD, 6 * WD - 3 * H, true);
        return;
    }
    to_contact(p);
    plan_walk(p, H, 4 * H);
    plan_plan(p);
    plan_notes(p);
    extension(p, 0, 0, true);
    plan_walk(p, 8 * WD, 10 * WD);
    plan_reply_out(p, "");
    plan_walk(p, 2 * H, 3 * WD);
    plan_evaluate(p, "");
}

static void w_replied(Plan *p)
{
    to_reply(p);
    plan_anchor(p, 2 * H + p->of->n % 3 * WD);
}

static void w_explained_request_open(Plan *p)
{
    open_case(p, 2 * WD + 3 * H);
    until_ago(p, 2 * H);
    plan_reply(p, "");
}

static void w_callback_open(Plan *p)
{
    to_reply(p);
    plan_walk(p, 6 * WD + H, 6 * WD + 2 * H);
    plan_call_back(p, "no_answer");
    plan_anchor(p, WD);
}

static void w_rated(Plan *p)
{
    to_reply(p);
    plan_walk(p, H, 4 * WD);
    plan_evaluate(p, "");
}

static void w_answered_now(Plan *p)
{
    Out o = body_begin(p);
    plan_submit(p);
    plan_walk(p, 20, 150);
    body_text(&o, "text", plan_text(p, "reply"));
    body_text(&o, "basis", plan_text(p, "basis"));
    plan_step(p, plan_dispatcher(p), "answer_now")->body = body_end(&o);
    p->state = "closed"; /* by the clock when nobody rates */
    plan_walk(p, 30, WD);
    plan_evaluate(p, "");
}

static void w_callback_satisfied(Plan *p)
{
    to_reply(p);
    plan_walk(p, 6 * WD + H, 7 * WD);
    if (plan_one_in(p, 2, 0)) {
        plan_call_back(p, "no_answer");
        plan_walk(p, 3 * H, 5 * H);
    }
    plan_call_back(p, "reached");
}

static void w_callback_not_reached(Plan *p)
{
    to_reply(p);
    plan_walk(p, 6 * WD + H, 6 * WD + 2 * H);
    for (int i = 0, n = plan_number(p, "attempts", 3); i < n; i++) {
        plan_call_back(p, "no_answer");
        plan_walk(p, WD - H, WD + H / 2);
    }
}

static void rework(Plan *p, const char *which, int to_evaluate)
{
    plan_walk(p, 3 * WD, 4 * WD);
    plan_reply_out(p, which);
    plan_walk(p, to_evaluate - WD, to_evaluate);
    plan_evaluate(p, which);
}

static void w_rework_solved(Plan *p)
{
    w_rated(p);
    rework(p, "2", 2 * WD);
}

static void w_rework_open(Plan *p)
{
    w_rated(p);
    plan_anchor(p, WD + 3 * H);
}

static void w_third_not_solved(Plan *p)
{
    w_rated(p);
    rework(p, "2", 4 * WD);
    rework(p, "3", 4 * WD);
    plan_anchor(p, 6 * H);
}

static void w_reopened(Plan *p)
{
    w_rated(p);
    plan_walk(p, 5 * WD, 6 * WD);
    plan_say(p, plan_submitter(p), "reopen", "reason", plan_text(p, "reopen_reason"));
    plan_anchor(p, WD + 2 * H);
}

static void w_withdrawn(Plan *p)
{
    to_contact(p);
    plan_walk(p, H, WD);
    plan_withdraw(p);
}

const PlanKind plan_kinds[] = {{"draft", plan_draft, "draft"},
                               {"submitted", w_submitted, "submitted"},
                               {"submitted_late", w_submitted_late, "submitted"},
                               {"refuse_request_open", w_refuse_request_open, "submitted"},
                               {"refused", w_refused, "not_accepted"},
                               {"refused_contested", w_refused_contested, "submitted"},
                               {"dispatched", w_dispatched, "dispatched"},
                               {"dispatched_late", w_dispatched_late, "dispatched"},
                               {"objected", w_objected, "objected"},
                               {"objection_rejected", w_objection_rejected, "handling"},
                               {"objection_upheld", w_objection_upheld, NULL},
                               {"handling_new", w_handling_new, "handling"},
                               {"handling_contacted", w_handling_contacted, "handling"},
                               {"handling_planned", w_handling_planned, "handling"},
                               {"confidential_handling", w_handling_planned, "handling"},
                               {"handling_soon", w_handling_soon, "handling"},
                               {"handling_late", w_handling_late, "handling"},
                               {"handling_level2", w_handling_level2, "handling"},
                               {"urged", w_urged, "handling"},
                               {"asked_open", w_asked_open, "handling"},
                               {"asked_supplied", w_asked_supplied, NULL},
                               {"extend_open", w_extend_open, "handling"},
                               {"extend_declined", w_extend_declined, "handling"},
                               {"extend_agreed", w_extend_agreed, NULL},
                               {"replied_wait", w_replied, "replied"},
                               {"replied_explained", w_replied, "replied"},
                               {"explained_request_open", w_explained_request_open, "handling"},
                               {"callback_open", w_callback_open, "replied"},
                               {"unrated_closed", to_reply, "closed"},
                               {"anonymous_closed", to_reply, "closed"},
                               {"answered_now", w_answered_now, NULL},
                               {"evaluated_satisfied", w_rated, "closed"},
                               {"evaluated_basically", w_rated, "closed"},
                               {"evaluated_not_satisfied_but_solved", w_rated, "closed"},
                               {"callback_satisfied", w_callback_satisfied, "closed"},
                               {"callback_not_reached", w_callback_not_reached, "closed"},
                               {"rework_solved", w_rework_solved, "closed"},
                               {"rework_open", w_rework_open, "handling"},
                               {"third_not_solved", w_third_not_solved, "handling"},
                               {"reopened", w_reopened, "handling"},
                               {"withdrawn_solved", w_withdrawn, "withdrawn"},
                               {"withdrawn_asked_to", w_withdrawn, "withdrawn"},
                               {0}};
