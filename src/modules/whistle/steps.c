/* steps: what was done in a case, told to the enterprise and to whoever holds its code. What waits for
   somebody's decision is not told: a request leaves its case where it was. */
#include "modules/whistle/outside_own.h"

#include <string.h>

#include "modules/whistle/steps.html.h"

/* How one event is told. what: NULL: not told. */
typedef struct Told {
    const char *what, *plain;
    Html quote, more; /* more: as it is */
    const char *classes;
} Told;

static const char *value_of(const Event *e, const char *field)
{
    for (int i = 0; i < e->n; i++)
        if (strcmp(e->v[i].field, field) == 0) return e->v[i].new;
    return NULL;
}

static bool is_action(const Event *e, const char *name)
{
    return strcmp(e->action, name) == 0;
}

static bool moved(const Event *e)
{
    return e->from && e->to && strcmp(e->from, e->to) != 0;
}

static const char *dept_of(Req *q, const Event *e, const char *field)
{
    int64_t id = 0;
    const char *v = value_of(e, field);
    return v && num_parse(v, &id) ? dept_name(q, id) : NULL;
}

static const char *supporters_of(Req *q, const Event *e)
{
    int64_t ids[SUPPORT_MAX];
    int n = ids_of(value_of(e, "supporters"), ids, SUPPORT_MAX);
    Out o = {.a = q->a};
    for (int i = 0; i < n; i++)
        out_f(&o, "%s%s", i ? (q->out.lang == EN ? ", " : "、") : "", dept_name(q, ids[i]));
    return str_of(&o);
}

/* A text that staff typed, or a note of the program, which has an English. */
static const char *plain_of(const Req *q, const char *text)
{
    return text ? word(q, clock_zh(text)) : "";
}

static const char *choice_of(const Req *q, const Choice *list, const char *code)
{
    int i = code ? choice_index(list, code) : -1;
    return i < 0 ? "" : q->out.lang == EN ? list[i].en : list[i].zh;
}

/* An instant or a day, as events keep them. */
static const char *instant_of(Req *q, const char *stored)
{
    Time t;
    Day d;
    if (!stored) return NULL;
    if (day_parse(stored, &d)) return date_text(q, d.v * 24 * 3600 * 1000);
    return time_parse(stored, &t) ? when_text(q, t.v) : NULL;
}

/* ---- one function for each kind of step ---- */

static void tell_submit(Req *q, const Case *c, const Event *e, Told *t)
{
    const Whistle *w = c->row;
    (void)e;
    Out page = page_part(q);
    original_html(&q->out, lines_html(q, w->text), lines_html(q, w->wish));
    t->more = page_part_end(q, page);
    t->what = word(q, "您吹哨");
}

static void tell_dispatch(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *lead = dept_of(q, e, "lead"), *others = supporters_of(q, e);
    (void)c;
    if (!moved(e)) return;
    if (!lead) lead = dept_of(q, e, "in.lead");
    t->what = *others ? SAY(q, "派给%1主办，%2协办", lead ? lead : "—", others)
                      : SAY(q, "派给%1主办", lead ? lead : "—");
}

static void tell_contact(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *at = instant_of(q, value_of(e, "in.at"));
    (void)c;
    t->what = word(q, "经办人记下联系了您");
    t->plain = SAY(q, "%1，与%2，%3", value_of(e, "in.how"), value_of(e, "in.whom"), at ? at : "—");
}

static void tell_plan(Req *q, const Case *c, const Event *e, Told *t)
{
    (void)c;
    t->what = word(q, "给出办理计划");
    t->quote = lines_html(q, value_of(e, "in.text"));
    const char *by = instant_of(q, value_of(e, "plan_by"));
    if (by) t->plain = SAY(q, "预计 %1 前办完", by);
}

static void tell_reply(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *outcome = value_of(e, "outcome");
    (void)c;
    if (!e->to || strcmp(e->to, "replied") != 0 || !moved(e)) return; /* still waits for the head */
    if (!outcome) outcome = value_of(e, "in.outcome");
    const char *shown = choice_of(q, outcomes, outcome);
    t->what = *shown ? SAY(q, "部门答复：%1", shown) : word(q, "调度中心当场答复");
    const char *text = value_of(e, "reply");
    t->quote = lines_html(q, text ? text : value_of(e, "in.text"));
}

static void tell_evaluate(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *solved = value_of(e, "in.solved");
    (void)c;
    t->what = SAY(q, "您评价：%1，%2",
                  word(q, solved && strcmp(solved, "true") == 0 ? "已解决" : "未解决"),
                  choice_of(q, satisfactions, value_of(e, "in.satisfied")));
    t->quote = lines_html(q, value_of(e, "in.words"));
}

static void tell_call(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *result = value_of(e, "in.result"), *solved = value_of(e, "in.solved");
    (void)c;
    if (!result || strcmp(result, "reached") != 0) {
        t->what = word(q, "回访员打了电话，没有接通");
        return;
    }
    t->what = SAY(q, "回访员记下您的话：%1，%2",
                  word(q, solved && strcmp(solved, "true") == 0 ? "已解决" : "未解决"),
                  choice_of(q, satisfactions, value_of(e, "in.satisfied")));
    t->plain = word(q, "记得不对，5 个工作日内可以自己重新评价。");
    t->quote = lines_html(q, value_of(e, "in.words"));
}

static bool by_enterprise(Req *q, const Event *e)
{
    Result r;
    if (strcmp(e->channel, "public") == 0) return true;
    return e->actor &&
           db_get(q->q, q->a, &r,
                  "SELECT 1 FROM account WHERE site = $1 AND id = $2 AND role = 'enterprise'",
                  VALS(vi(q->who.site), vi(e->actor))) == OK &&
           r.rows == 1;
}

static void tell_urge(Req *q, const Case *c, const Event *e, Told *t)
{
    (void)c;
    bool own = by_enterprise(q, e);
    t->what = word(q, own ? "您催办了一次" : "督办催办了一次");
    t->classes = own ? "by-enterprise" : "";
    t->quote = lines_html(q, value_of(e, "in.text"));
}

static void tell_refuse(Req *q, const Case *c, const Event *e, Told *t)
{
    (void)c;
    if (!moved(e)) return;
    t->what = SAY(q, "不予受理：%1", choice_of(q, refuse_reasons, value_of(e, "in.reason")));
    t->quote = lines_html(q, value_of(e, "in.route"));
}

static void tell_objection(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *lead = dept_of(q, e, "lead");
    (void)c;
    t->what = lead ? SAY(q, "督办员定了：改由%1主办", lead) : word(q, "督办员定了：主办部门不变");
    t->plain = word(q, "您的时间不重算。");
}

static void tell_level(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *level = value_of(e, "in.level"), *reason = value_of(e, "in.reason");
    (void)c;
    t->what = level ? SAY(q, "提级办理，第 %1 级", level) : word(q, "提级办理");
    t->plain = reason ? reason : plain_of(q, e->note);
    t->classes = strcmp(e->channel, "clock") == 0 ? "by-clock is-late" : "";
}

static void tell_reopen(Req *q, const Case *c, const Event *e, Told *t)
{
    (void)c;
    t->what = word(q, moved(e) ? "您要求重新办理" : "您申请重新办理，等督办员决定");
    t->quote = lines_html(q, value_of(e, "in.reason"));
}

/* A decision on a request: what was agreed is told as if it had been done then. */
static void tell_decide(Req *q, const Case *c, const Event *e, Told *t)
{
    const char *kind = value_of(e, "in.kind"), *decision = value_of(e, "in.decision");
    if (!kind || !decision) return;
    bool agreed = strcmp(decision, "agreed") == 0;
    if (!agreed && strcmp(kind, "reopen") == 0) {
        t->what = word(q, "督办员没有同意重新办理");
        t->quote = lines_html(q, value_of(e, "in.answer"));
    }
    if (!agreed) return;
    if (strcmp(kind, "reply") == 0) tell_reply(q, c, e, t);
    if (strcmp(kind, "refuse") == 0) tell_refuse(q, c, e, t);
    if (strcmp(kind, "dispatch") == 0) tell_dispatch(q, c, e, t);
    if (strcmp(kind, "reopen") == 0) tell_reopen(q, c, e, t);
    if (strcmp(kind, "extend") != 0) return;
    const char *by = instant_of(q, value_of(e, "in.by"));
    t->what = SAY(q, "答复时间延到 %1", by ? by : "—");
    t->plain = SAY(q, "理由：%1", value_of(e, "in.reason"));
}

/* ---- the table ---- */

typedef struct Way {
    const char *action, *zh; /* zh alone: nothing more to say */
    void (*tell)(Req *q, const Case *c, const Event *e, Told *t);
    const char *quote; /* input that is quoted */
    const char *classes;
} Way;
static const Way ways[] = {
    {"submit", NULL, tell_submit, NULL, "by-enterprise"},
    {"dispatch", NULL, tell_dispatch, NULL, ""},
    {"answer_now", NULL, tell_reply, NULL, ""},
    {"sign", "部门签收", NULL, NULL, ""},
    {"object", "部门提出异议，督办员来定由谁主办；您的时间不重算", NULL, NULL, ""},
    {"decide_objection", NULL, tell_objection, NULL, ""},
    {"assign", "部门定了经办人", NULL, NULL, ""},
    {"hand_over", "换了经办人", NULL, NULL, ""},
    {"contact", NULL, tell_contact, NULL, ""},
    {"not_contacted", "您说没有人联系您，已转督办员", NULL, NULL, "by-enterprise"},
    {"plan", NULL, tell_plan, NULL, ""},
    {"note", "经办部门给您留言", NULL, "in.text", ""},
    {"ask", "请您补充", NULL, "in.items", ""},
    {"ask_over", "补充时间到了，先按已知的情况办", NULL, NULL, "by-clock"},
    {"supply", "您补充了", NULL, "in.text", "by-enterprise"},
    {"urge", NULL, tell_urge, NULL, ""},
    {"acknowledge", "部门回应了催办，正在办", NULL, NULL, ""},
    {"escalate", NULL, tell_level, NULL, ""},
    {"answer_escalation", "提级后定下办法", NULL, "in.text", ""},
    {"clock_over", "有时限过了", tell_level, NULL, "by-clock is-late"},
    {"reply", NULL, tell_reply, NULL, ""},
    {"evaluate", NULL, tell_evaluate, NULL, "by-enterprise"},
    {"evaluate_over", "评价时间到了，转回访员打电话问", NULL, NULL, "by-clock"},
    {"call_back", NULL, tell_call, NULL, ""},
    {"close_unrated", "没有等到评价，按“未评价”办结，不算满意", NULL, NULL, "by-clock"},
    {"refuse", NULL, tell_refuse, NULL, ""},
    {"contest", "您申辩", NULL, "in.text", "by-enterprise"},
    {"withdraw", "您撤回", NULL, "in.text", "by-enterprise"},
    {"reopen", NULL, tell_reopen, NULL, "by-enterprise"},
    {"decide", NULL, tell_decide, NULL, ""},
};

static Told told_of(Req *q, const Case *c, const Event *e)
{
    Told t = {.plain = "", .quote = {""}, .more = {""}, .classes = ""};
    for (int i = 0; i < COUNT(ways); i++) {
        if (!is_action(e, ways[i].action)) continue;
        t.classes = ways[i].classes;
        if (ways[i].quote) t.quote = lines_html(q, value_of(e, ways[i].quote));
        if (ways[i].tell) ways[i].tell(q, c, e, &t);
        if (ways[i].zh) t.what = word(q, ways[i].zh);
    }
    return t;
}

void steps_block(Req *q, const Case *c)
{
    bool newest = true;
    steps_begin_html(&q->out);
    for (int i = c->events_n - 1; i >= 0; i--) {
        const Event *e = &c->events[i];
        Told t = told_of(q, c, e);
        if (!t.what) continue;
        const char *classes = newest && !*t.classes ? "is-now" : t.classes;
        step_html(&q->out, classes, instant(q, e->at), when_text(q, e->at), t.what, t.plain,
                  t.quote, t.more);
        newest = false;
    }
    steps_end_html(&q->out);
}
