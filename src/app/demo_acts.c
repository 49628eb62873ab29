/* demo_acts: one act of a plan each: who does it, and its input. */
#include "app/demo_plan.h"

#include <string.h>

const In *plan_member(const Plan *p, const char *name)
{
    return in_get(p->w, name);
}

int plan_number(const Plan *p, const char *name, int otherwise)
{
    const In *v = plan_member(p, name);
    return v && v->kind == IN_INT ? (int)v->i : otherwise;
}

bool plan_one_in(const Plan *p, int n, int which)
{
    return p->of->n % n == which;
}

bool plan_is_urgent(const Plan *p)
{
    return plan_text(p, "urgent_reason") != NULL;
}

bool plan_is_anonymous(const Plan *p)
{
    const In *v = plan_member(p, "anonymous");
    return v && v->kind == IN_BOOL && v->i;
}

/* ---- single acts ---- */

void plan_say(Plan *p, Viewer who, const char *action, const char *name, const char *text)
{
    Out o = body_begin(p);
    body_text(&o, name, text);
    plan_step(p, who, action)->body = body_end(&o);
}

void plan_decide(Plan *p, Viewer who, const char *kind, bool agree, const char *reason)
{
    DemoStep *s = plan_step(p, who, "decide");
    s->kind = kind;
    s->agree = agree;
    s->reason = reason;
}

void plan_dispatch(Plan *p)
{
    Out o = body_begin(p);
    const In *support = plan_member(p, "supporting");
    body_id(&o, "lead", p->lead);
    out_raw(&o, ",\"supporting\":[");
    for (int i = 0; support && i < support->len; i++)
        out_f(&o, "%s\"%lld\"", i ? "," : "",
              (long long)demo_id(&p->site->departments, support->items[i].s));
    out_raw(&o, "]");
    body_text(&o, "class", plan_text(p, "class"));
    if (plan_is_urgent(p)) {
        body_flag(&o, "urgent", true);
        body_text(&o, "urgent_reason", plan_text(p, "urgent_reason"));
    }
    plan_step(p, plan_dispatcher(p), "dispatch")->body = body_end(&o);
}

/* Some heads name the handler themselves. */
void plan_sign(Plan *p)
{
    Viewer who = plan_handler(p, p->lead), chief = plan_head(p, p->lead);
    if (plan_one_in(p, 4, 1) && who.account && chief.account) {
        Out o = body_begin(p);
        body_id(&o, "handler", who.account);
        plan_step(p, chief, "assign")->body = body_end(&o);
        plan_walk(p, 8, 20);
    }
    plan_step(p, who, "sign");
}

void plan_contact(Plan *p)
{
    static const char *const ways[] = {"电话", "电话", "上门", "电话", "视频"};
    const char *whom = plan_text(p, "contact_name");
    if (plan_is_anonymous(p)) return;
    Out o = body_begin(p);
    DemoStep *s = plan_step(p, plan_handler(p, p->lead), "contact");
    body_text(&o, "how", ways[p->of->n % COUNT(ways)]);
    body_text(&o, "whom", whom ? whom : "企业联系人");
    body_time(&o, "at", s->at - 2 * 60000);
    s->body = body_end(&o);
}

void plan_plan(Plan *p)
{
    const char *text = plan_text(p, "plan_text");
    char day[11];
    if (!text) return;
    Out o = body_begin(p);
    DemoStep *s = plan_step(p, plan_handler(p, p->lead), "plan");
    int64_t by = calendar_due(p->d->app->desk.calendar, s->at, (Span){5, UNIT_WD}, false);
    day_text(time_day((Time){by, true}), day);
    body_text(&o, "text", text);
    body_text(&o, "by", day);
    s->body = body_end(&o);
}

void plan_notes(Plan *p)
{
    const In *all = plan_member(p, "notes");
    for (int i = 0; all && i < all->len; i++) {
        const In *one = &all->items[i], *open = in_get(one, "open");
        int64_t by = demo_id(&p->site->departments, in_text(one, "by"));
        Out o = body_begin(p);
        plan_walk(p, 15, 60);
        body_text(&o, "text", in_text(one, "text"));
        body_flag(&o, "open", open && open->i);
        plan_step(p, plan_handler(p, by ? by : p->lead), "note")->body = body_end(&o);
    }
}

/* which: "", "2", "3". Anything but "solved" is decided by the head. */
void plan_reply(Plan *p, const char *which)
{
    const char *outcome = plan_text(p, "outcome"), *basis = plan_text(p, "basis");
    const char *text = plan_text(p, arena_f(p->a, "reply%s", which));
    Out o = body_begin(p);
    body_text(&o, "outcome", outcome ? outcome : "solved");
    body_text(&o, "text", basis ? arena_f(p->a, "%s\n依据：%s", text, basis) : text);
    body_text(&o, "call", plan_text(p, "call"));
    plan_step(p, plan_handler(p, p->lead), "reply")->body = body_end(&o);
}

static bool needs_head(const Plan *p)
{
    const char *outcome = plan_text(p, "outcome");
    return outcome && strcmp(outcome, "solved") != 0;
}

void plan_reply_out(Plan *p, const char *which)
{
    plan_reply(p, which);
    if (!needs_head(p)) return;
    plan_walk(p, 30, 2 * H);
    plan_decide(p, plan_head(p, p->lead), "reply", true, "依据充分，同意按此答复。");
}

static bool plan_rating(const Plan *p, const char *which, Out *o)
{
    const In *r = plan_member(p, arena_f(p->a, "rating%s", which)),
             *solved = r ? in_get(r, "solved") : NULL;
    if (!solved) return false;
    body_flag(o, "solved", solved->i != 0);
    body_text(o, "satisfied", in_text(r, "satisfied"));
    body_text(o, "words", plan_text(p, arena_f(p->a, "words%s", which)));
    return true;
}

void plan_evaluate(Plan *p, const char *which)
{
    Out o = body_begin(p);
    if (!plan_rating(p, which, &o)) return;
    const In *r = plan_member(p, arena_f(p->a, "rating%s", which));
    if (p->lead && !p->public_)
        body_text(&o, "departments",
                  arena_f(p->a, "%lld:%s", (long long)p->lead, in_text(r, "satisfied")));
    plan_step(p, plan_submitter(p), "evaluate")->body = body_end(&o);
}

void plan_call_back(Plan *p, const char *result)
{
    Out o = body_begin(p);
    DemoStep *s = plan_step(p, plan_callback(p), "call_back");
    body_time(&o, "at", s->at - 60000);
    body_text(&o, "result", result);
    if (strcmp(result, "reached") == 0) (void)plan_rating(p, "", &o);
    s->body = body_end(&o);
}

void plan_refuse(Plan *p)
{
    Out o = body_begin(p);
    body_text(&o, "reason", plan_text(p, "refuse_reason"));
    body_text(&o, "route", plan_text(p, "route"));
    plan_step(p, plan_dispatcher(p), "refuse")->body = body_end(&o);
}

/* The day that extend_days working days after the present due time is. */
void plan_extend(Plan *p, int64_t dispatched)
{
    const Calendar *c = p->d->app->desk.calendar;
    char day[11];
    int64_t due = calendar_due(c, dispatched, (Span){10, UNIT_WD}, false);
    int64_t by = calendar_due(c, due, (Span){plan_number(p, "extend_days", 5), UNIT_WD}, false);
    day_text(time_day((Time){by, true}), day);
    Out o = body_begin(p);
    body_text(&o, "by", day);
    body_text(&o, "reason", plan_text(p, "extend_reason"));
    plan_step(p, plan_handler(p, p->lead), "extend")->body = body_end(&o);
}

void plan_ask(Plan *p)
{
    const In *items = plan_member(p, "ask");
    Out o = body_begin(p);
    out_raw(&o, "\"items\":[");
    for (int i = 0; items && i < items->len; i++) {
        out_raw(&o, i ? "," : "");
        out_json(&o, items->items[i].s);
    }
    out_raw(&o, "]");
    plan_step(p, plan_handler(p, p->lead), "ask")->body = body_end(&o);
}

void plan_object(Plan *p)
{
    Out o = body_begin(p);
    body_text(&o, "reason", plan_text(p, "object_reason"));
    body_text(&o, "duty", plan_text(p, "object_duty"));
    body_id(&o, "better", demo_id(&p->site->departments, plan_text(p, "object_better")));
    plan_step(p, plan_handler(p, p->lead), "object")->body = body_end(&o);
}

void plan_decide_objection(Plan *p, bool upheld)
{
    int64_t better = demo_id(&p->site->departments, plan_text(p, "object_better"));
    Out o = body_begin(p);
    body_flag(&o, "upheld", upheld);
    if (upheld) body_id(&o, "lead", better);
    body_text(&o, "reason", plan_text(p, "decide_reason"));
    plan_step(p, plan_supervisor(p), "decide_objection")->body = body_end(&o);
    if (upheld) p->lead = better;
}

void plan_withdraw(Plan *p)
{
    Out o = body_begin(p);
    body_text(&o, "reason", plan_text(p, "withdraw_reason"));
    body_text(&o, "text", plan_text(p, "withdraw_text"));
    plan_step(p, plan_submitter(p), "withdraw")->body = body_end(&o);
}
