/* whistle: the record, its states, actions and clocks: the table of contents of the main case. */
#include "modules/whistle/whistle.h"

#include "modules/whistle/whistle_own.h"

#include <string.h>

static const State states[] = {[DRAFT] = {"draft", "草稿", "Draft", true},
                               [SUBMITTED] = {"submitted", "待派", "To dispatch", true},
                               [DISPATCHED] = {"dispatched", "待签", "To sign", true},
                               [OBJECTED] = {"objected", "有异议", "Objected", true},
                               [HANDLING] = {"handling", "在办", "In work", true},
                               [REPLIED] = {"replied", "待评", "To rate", true},
                               [CLOSED] = {"closed", "已办", "Closed", false},
                               [NOT_ACCEPTED] = {"not_accepted", "不予受理", "Not accepted", false},
                               [WITHDRAWN] = {"withdrawn", "已撤回", "Withdrawn", false}};
#define OPEN (S(SUBMITTED) | S(DISPATCHED) | S(OBJECTED) | S(HANDLING) | S(REPLIED))
/* W_AUTHOR exists only while a case is a draft: its author then hears 409, not 403 */
#define SUBMITTER (W_ENTERPRISE | W_PUBLIC | W_AUTHOR)

static const Clock clocks[] = {
    {"route", "派单", "Dispatch", "route_over"},
    {"sign", "签收", "Sign", "sign_over"},
    {"objection", "退单异议", "Objection", "objection_over"},
    {"objection_decide", "异议决定", "Decision on the objection", "objection_up"},
    {"contact", "首次联系", "First contact", "work_over"},
    {"answer", "办理计划", "Plan", "work_over"},
    {"resolve", "办结", "Resolve", "work_over"},
    {"rework", "重办", "Rework", "work_over"},
    {"ask", "企业补充", "Enterprise's answer", "ask_over"},
    {"evaluate", "评价", "Rating", "evaluate_over"},
    {"callback", "回访", "Call-back", "callback_over"},
    {"level", "提级答复", "Level", "level_over"},
    {"acknowledge", "催办确认", "Acknowledgement", "acknowledge_over"},
    {"request_decide", "请求决定", "Decision on a request", NULL}};

static const Action actions[] = {
    {"create", .zh = "存草稿", .en = "Save", .to = DRAFT, .by = W_SIGNED_IN, .after = draft_after,
     .quiet = true},
    /* what is pressed next stands first */
    {"submit", .zh = "发出", .en = "Submit", .from = S(DRAFT), .to = SUBMITTED,
     .by = W_AUTHOR | W_ENTERPRISE, .before = submit_before, .after = submit_after,
     .primary = true},
    {"discard", .zh = "删除草稿", .en = "Discard", .from = S(DRAFT), .to = SAME,
     .by = W_AUTHOR | W_ENTERPRISE | W_CLOCK, .after = discard_after},
    {"dispatch", .zh = "派单", .en = "Dispatch", .from = S(SUBMITTED), .to = DISPATCHED,
     .by = W_DISPATCHER, INPUT(DispatchIn, dispatch_fields), .second_if = dispatch_second,
     .before = dispatch_before, .after = dispatch_after, .stops = "route",
     .tells = W_ENTERPRISE | W_LEAD | W_SUPPORT, .primary = true},
    {"answer_now", .zh = "当场答复", .en = "Answer at once", .from = S(SUBMITTED), .to = REPLIED,
     .by = W_DISPATCHER, INPUT(AnswerNowIn, answer_now_fields), .before = answer_now_before,
     .after = answer_now_after, .open_now = can_answer_now, .stops = "route",
     .tells = W_ENTERPRISE},
    {"sign", .zh = "签收", .en = "Sign", .from = S(DISPATCHED), .to = HANDLING,
     .by = W_LEAD | W_HANDLER, .after = sign_after, .primary = true},
    {"object", .zh = "退单异议", .en = "Object", .from = S(DISPATCHED), .to = OBJECTED,
     .by = W_LEAD | W_HANDLER, INPUT(ObjectIn, object_fields), .before = object_before,
     .after = object_after, .open_now = can_object},
    {"decide_objection", .zh = "决定异议", .en = "Decide the objection", .from = S(OBJECTED),
     .to = DISPATCHED, .by = W_SUPERVISOR | W_LEADER,
     INPUT(DecideObjectionIn, decide_objection_fields), .before = decide_objection_before,
     .after = decide_objection_after, .open_now = can_decide_objection, .stops = "objection_decide",
     .tells = W_LEAD | W_DISPATCHER, .primary = true},
    {"reply", .zh = "提交答复", .en = "Reply", .from = S(HANDLING), .to = REPLIED,
     .by = W_LEAD | W_HANDLER, INPUT(ReplyIn, reply_fields), .second_if = reply_second,
     .before = reply_before, .after = reply_after, .open_now = can_reply, .tells = W_ENTERPRISE,
     .primary = true},
    {"contact", .zh = "记联系", .en = "Record contact", .from = S(HANDLING), .to = SAME,
     .by = W_HANDLER, INPUT(ContactIn, contact_fields), .before = contact_before,
     .after = contact_after, .open_now = can_contact, .tells = W_ENTERPRISE},
    {"plan", .zh = "办理计划", .en = "Plan", .from = S(HANDLING), .to = SAME, .by = W_HANDLER,
     INPUT(PlanIn, plan_fields), .before = plan_before, .after = plan_after, .tells = W_ENTERPRISE},
    {"note", .zh = "写备注", .en = "Note", .from = S(HANDLING), .to = SAME,
     .by = W_SUPPORT | W_HANDLER, INPUT(NoteIn, note_fields), .after = note_after},
    {"ask", .zh = "请企业补充", .en = "Ask", .from = S(SUBMITTED) | S(HANDLING), .to = SAME,
     .by = W_DISPATCHER | W_LEAD | W_HANDLER, INPUT(AskIn, ask_fields), .before = ask_before,
     .after = ask_after, .open_now = can_ask, .tells = W_ENTERPRISE},
    {"extend", .zh = "申请延期", .en = "Extend", .from = S(HANDLING), .to = SAME,
     .by = W_LEAD | W_HANDLER, INPUT(ExtendIn, extend_fields), .second_if = extend_second,
     .before = extend_before, .after = extend_after, .open_now = can_extend, .tells = W_ENTERPRISE},
    {"assign", .zh = "指定经办", .en = "Assign", .from = S(DISPATCHED) | S(HANDLING) | S(REPLIED),
     .to = SAME, .by = W_LEAD_HEAD, INPUT(AssignIn, assign_fields), .before = assign_before,
     .after = assign_after},
    {"hand_over", .zh = "交他人办", .en = "Hand over",
     .from = S(DISPATCHED) | S(HANDLING) | S(REPLIED), .to = SAME, .by = W_HANDLER | W_LEAD_HEAD,
     INPUT(HandOverIn, hand_over_fields), .before = hand_over_before, .after = hand_over_after},
    {"acknowledge", .zh = "确认催办", .en = "Acknowledge", .from = OPEN, .to = SAME,
     .by = W_LEAD | W_HANDLER | W_DISPATCHER, .before = acknowledge_before,
     .after = acknowledge_after, .open_now = can_acknowledge},
    {"refuse", .zh = "不予受理", .en = "Refuse", .from = S(SUBMITTED) | S(HANDLING),
     .to = NOT_ACCEPTED, .by = W_DISPATCHER | W_SUPERVISOR, INPUT(RefuseIn, refuse_fields),
     .second_if = refuse_second, .before = refuse_before, .after = refuse_after,
     .open_now = can_refuse, .tells = W_ENTERPRISE | W_LEAD},
    {"answer_escalation", .zh = "答复提级", .en = "Answer the escalation", .from = OPEN, .to = SAME,
     .by = W_LEAD_HEAD | W_SUPERVISOR | W_LEADER,
     INPUT(AnswerEscalationIn, answer_escalation_fields), .before = answer_escalation_before,
     .after = answer_escalation_after, .open_now = can_answer_escalation, .tells = W_ENTERPRISE},
    {"call_back", .zh = "记回访", .en = "Call back", .from = S(REPLIED), .to = SAME,
     .by = W_CALLBACK, INPUT(CallBackIn, call_back_fields), .before = call_back_before,
     .after = call_back_after, .open_now = can_call_back, .primary = true},
    {"evaluate", .zh = "评价", .en = "Evaluate", .from = S(REPLIED) | S(CLOSED), .to = CLOSED,
     .by = SUBMITTER, INPUT(EvaluateIn, evaluate_fields), .before = evaluate_before,
     .after = evaluate_after, .open_now = can_evaluate, .tells = W_LEAD, .primary = true},
    {"supply", .zh = "补充材料", .en = "Supply",
     .from = S(SUBMITTED) | S(DISPATCHED) | S(OBJECTED) | S(HANDLING), .to = SAME, .by = SUBMITTER,
     INPUT(TextIn, supply_fields), .after = supply_after, .tells = W_LEAD},
    {"contest", .zh = "申辩", .en = "Contest", .from = S(NOT_ACCEPTED), .to = SUBMITTED,
     .by = SUBMITTER, INPUT(TextIn, contest_fields), .before = contest_before,
     .after = contest_after, .open_now = can_contest, .tells = W_DISPATCHER},
    {"not_contacted", .zh = "没有联系我", .en = "Nobody contacted me",
     .from = S(HANDLING) | S(REPLIED), .to = SAME, .by = SUBMITTER, .before = not_contacted_before,
     .after = not_contacted_after, .open_now = can_mark_not_contacted},
    {"urge", .zh = "催办", .en = "Urge", .from = OPEN, .to = SAME,
     .by = SUBMITTER | W_SUPERVISOR | W_DISPATCHER, INPUT(TextIn, urge_fields),
     .before = urge_before, .after = urge_after, .open_now = can_urge},
    {"escalate", .zh = "提级", .en = "Escalate", .from = OPEN, .to = SAME,
     .by = W_SUPERVISOR | W_LEAD_HEAD, INPUT(EscalateIn, escalate_fields),
     .before = escalate_before, .after = escalate_after, .open_now = can_escalate},
    {"withdraw", .zh = "撤回", .en = "Withdraw", .from = OPEN, .to = WITHDRAWN, .by = SUBMITTER,
     INPUT(WithdrawIn, withdraw_fields), .after = withdraw_after,
     .tells = W_LEAD | W_SUPPORT | W_DISPATCHER},
    {"reopen", .zh = "重新办理", .en = "Reopen", .from = S(CLOSED) | S(WITHDRAWN), .to = HANDLING,
     .by = SUBMITTER, INPUT(ReasonIn, reopen_fields), .second_if = reopen_second,
     .before = reopen_before, .after = reopen_after, .open_now = can_reopen,
     .tells = W_LEAD | W_DISPATCHER},
    {"reveal", .zh = "查看电话", .en = "Show telephone", .from = OPEN | S(CLOSED), .to = SAME,
     .by = W_DISPATCHER | W_LEAD | W_HANDLER | W_CALLBACK, INPUT(ReasonIn, reveal_fields),
     .after = reveal_after, .open_now = can_reveal, .internal = true, .quiet = true},
    /* what the clock does when it is over */
    {"route_over", .zh = "派单超期", .en = "Dispatch over time", .from = S(SUBMITTED), .to = SAME,
     .by = W_CLOCK, .after = route_over},
    {"sign_over", .zh = "签收超期", .en = "Sign over time", .from = S(DISPATCHED), .to = SAME,
     .by = W_CLOCK, .after = sign_over},
    {"objection_over", .zh = "异议期满", .en = "Objection period over", .from = S(DISPATCHED),
     .to = SAME, .by = W_CLOCK, .after = objection_over},
    {"objection_up", .zh = "异议上移", .en = "Objection moved up", .from = S(OBJECTED), .to = SAME,
     .by = W_CLOCK, .after = objection_up},
    {"work_over", .zh = "办理超期", .en = "Work over time", .from = OPEN, .to = SAME, .by = W_CLOCK,
     .after = work_clock_over},
    {"ask_over", .zh = "补充期满", .en = "Answer period over", .from = OPEN, .to = SAME,
     .by = W_CLOCK, .after = ask_over},
    {"evaluate_over", .zh = "评价期满", .en = "Rating period over", .from = S(REPLIED), .to = SAME,
     .by = W_CLOCK, .after = evaluate_over},
    {"callback_over", .zh = "回访期满", .en = "Call-back period over", .from = S(REPLIED),
     .to = SAME, .by = W_CLOCK, .after = callback_over},
    {"level_over", .zh = "提级超期", .en = "Level over time", .from = OPEN, .to = SAME,
     .by = W_CLOCK, .after = level_over},
    {"acknowledge_over", .zh = "催办未确认", .en = "Urge not acknowledged", .from = OPEN,
     .to = SAME, .by = W_CLOCK, .after = acknowledge_over}};
const Flow whistle_flow = {.states = states,
                           .states_n = COUNT(states),
                           .actions = actions,
                           .actions_n = COUNT(actions),
                           .clocks = clocks,
                           .clocks_n = COUNT(clocks),
                           .letter = "W",
                           .first = DRAFT,
                           .draft = DRAFT,
                           .participants = whistle_participants};

const Choice channels[] = {{"web", "企业端", "Enterprise page"},
                           {"public", "公众页面", "Public page"},
                           {"phone", "电话代录", "By telephone"},
                           {"visit", "走访", "Visit"},
                           {"meeting", "会议", "Meeting"},
                           {"walkin", "来访", "Walk-in"},
                           {"12345", "12345 转来", "12345"},
                           {"api", "接口", "API"},
                           {0}};
static const Choice visibilities[] = {
    {"normal", "普通", "Normal"}, {"confidential", "保密", "Confidential"}, {0}};
static const Choice closers[] = {{"enterprise", "企业", "Enterprise"},
                                 {"callback", "回访", "Call-back"},
                                 {"clock", "时钟", "Clock"},
                                 {0}};

enum { TEXT_LONG = 10000 };
#define ROW    Whistle
#define SERVER .server = true
#define HIDDEN .hidden = true
static const Field fields[] = {
    F(title, .zh = "标题", .en = "Title", .need = true, .list = true, .max = 100,
      .hint_zh = "一句话说清楚什么事", .hint_en = "What it is about, in one sentence"),
    F(text, .zh = "具体情况", .en = "What happened", .need = true, .lines = true, .max = TEXT_LONG,
      .hint_zh = "什么时候、在哪里、影响多大、希望怎么解决",
      .hint_en = "When, where, what it costs you, what would solve it"),
    F(wish, .zh = "希望怎么解决", .en = "What would solve it", .lines = true, .max = 1000),
    F(class, .zh = "类别", .en = "Class", .list = true, .filter = true, .ref = "class"),
    F(enterprise, .zh = "企业", .en = "Enterprise", .list = true, .filter = true,
      .ref = "enterprise"),
    F(unit, .zh = "企业名称（未登记）", .en = "Firm (not registered)", .max = 80),
    F(contact_name, .zh = "联系人", .en = "Contact", .max = 60),
    F(contact_phone, .zh = "联系电话", .en = "Telephone", .max = 20),
    F(anonymous, .zh = "匿名", .en = "Anonymous", .filter = true),
    F(visibility, .zh = "可见范围", .en = "Visibility", .filter = true, .picks = visibilities),
    F(urgent, .zh = "紧急（企业提出）", .en = "Urgent (asked)", .filter = true),
    F(against, .zh = "反映的部门", .en = "Against a department", .ref = "department"),
    F(channel, .zh = "渠道", .en = "Channel", .filter = true, .picks = channels),
    F(urgent_confirmed, .zh = "紧急（已确认）", .en = "Urgent (confirmed)", SERVER, .filter = true),
    F(urgent_reason, .zh = "确认紧急的理由", .en = "Why urgent", SERVER, .max = 500),
    F(chain, .zh = "产业链", .en = "Chain", SERVER, .filter = true, .ref = "chain"),
    F(first_receiver, .zh = "首接部门", .en = "First receiver", SERVER, .ref = "department"),
    F(lead, .zh = "主办部门", .en = "Lead department", SERVER, .list = true, .filter = true,
      .ref = "department"),
    F(handler, .zh = "经办人", .en = "Handler", SERVER, .filter = true, .ref = "account"),
    F(deputy, .zh = "代办人", .en = "Deputy", SERVER, .ref = "account"),
    F(submitted_at, .zh = "吹哨时间", .en = "Submitted", SERVER, .filter = true),
    F(contact_latest, .zh = "最晚联系时间", .en = "Latest contact", SERVER),
    F(dispatched_at, .zh = "派单时间", .en = "Dispatched", SERVER, .filter = true),
    F(contacted_at, .zh = "首次联系时间", .en = "First contact", SERVER),
    F(profile, .zh = "时钟方案", .en = "Profile of clocks", SERVER, .max = 40),
    F(profile_version, .zh = "方案版本", .en = "Version of the profile", SERVER),
    F(plan, .zh = "办理计划", .en = "Plan", SERVER, .lines = true, .max = 2000),
    F(plan_by, .zh = "计划办结", .en = "Planned by", SERVER),
    F(outcome, .zh = "部门结论", .en = "Outcome (department)", SERVER, .filter = true,
      .picks = outcomes),
    F(reply, .zh = "答复", .en = "Reply", SERVER, .lines = true, .max = TEXT_LONG),
    F(reply_call, .zh = "不清楚找谁", .en = "Whom to call", SERVER, .max = 100),
    F(replied_at, .zh = "答复时间", .en = "Replied", SERVER, .filter = true),
    F(reworks, .zh = "重办次数", .en = "Reworks", SERVER),
    F(closed_at, .zh = "办结时间", .en = "Closed", SERVER, .filter = true),
    F(closed_by, .zh = "由谁办结", .en = "Closed by", SERVER, .filter = true, .picks = closers),
    F(refuse_reason, .zh = "不予受理理由", .en = "Reason of refusal", SERVER,
      .picks = refuse_reasons),
    F(refuse_route, .zh = "应走的途径", .en = "Legal route", SERVER, .lines = true, .max = 500),
    F(contest_until, .zh = "申辩期限", .en = "May be contested until", SERVER),
    F(withdraw_reason, .zh = "撤回原因", .en = "Reason of withdrawal", SERVER, .filter = true,
      .picks = withdraw_reasons),
    F(reopen_until, .zh = "可重新办理至", .en = "May be reopened until", SERVER),
    F(solved, .zh = "企业说解决了吗", .en = "Solved (enterprise)", HIDDEN, .picks = yes_no),
    F(satisfied, .zh = "企业满意吗", .en = "Satisfied (enterprise)", HIDDEN,
      .picks = satisfactions),
    F(feedback_by, .zh = "评价来自", .en = "Feedback by", HIDDEN, .picks = closers),
    F(reached, .zh = "回访接通", .en = "Reached", HIDDEN, .picks = yes_no),
    F(words, .zh = "企业的话", .en = "Enterprise's words", HIDDEN, .lines = true, .max = 2000),
    F(rated_at, .zh = "评价时间", .en = "Rated", HIDDEN),
    F(ratings, .zh = "对各部门的评价", .en = "Ratings of departments", HIDDEN, .max = 400),
    F(supporters, .zh = "协办部门", .en = "Supporting departments", HIDDEN, .max = 400),
    F(formers, .zh = "曾主办", .en = "Former leads", HIDDEN, .max = 400),
    F(code_hash, .zh = "查询码", .en = "Query code", HIDDEN, .secret = true, .max = 64),
    F(author, .zh = "录入人", .en = "Author", HIDDEN, .ref = "account"),
    F(reopened, .zh = "重开次数", .en = "Reopened", HIDDEN),
    F(contested, .zh = "已申辩", .en = "Contested", HIDDEN),
    F(final_reply, .zh = "最终答复", .en = "Final reply ordered", HIDDEN),
    F(called_twice, .zh = "回访重开过", .en = "Call-back restarted", HIDDEN),
    F(not_contacted, .zh = "企业称没有联系", .en = "Not contacted, says the enterprise", HIDDEN)};

static void pick_json(const char *name, const Choice *list, Pick p, Out *o)
{
    out_json_name(o, name, true);
    if (list == yes_no && p.has)
        out_raw(o, p.v == YES ? "true" : "false");
    else
        out_json(o, p.has ? list[p.v].code : NULL);
}

static void more(Reader *q, Arena *a, const Viewer *who, const void *row, bool detail, Out *o)
{
    (void)q;
    (void)a;
    (void)who;
    (void)detail;
    const Whistle *w = row;
    int64_t ids[SUPPORT_MAX];
    int n = ids_of(w->supporters, ids, SUPPORT_MAX);
    out_raw(o, ",\"supporting\":[");
    for (int i = 0; i < n; i++) out_f(o, "%s\"%lld\"", i ? "," : "", (long long)ids[i]);
    out_raw(o, "],\"feedback\":{");
    pick_json("solved", yes_no, w->solved, o);
    out_raw(o, ",");
    pick_json("satisfied", satisfactions, w->satisfied, o);
    out_raw(o, ",");
    pick_json("by", closers, w->feedback_by, o);
    out_raw(o, ",");
    pick_json("reached", yes_no, w->reached, o);
    out_raw(o, ",\"words\":");
    out_json(o, w->words);
    out_raw(o, "}");
}

/* Confidential: name and contact for the dispatcher, the named handler and call-back of this case, and
   for the enterprise itself (WHISTLE, Visibility). */
static bool is_confidential(const void *row)
{
    return ((const Whistle *)row)->visibility.v == VISIBLE_CONFIDENTIAL &&
           ((const Whistle *)row)->visibility.has;
}

static bool was_asked_to(const Whistle *w)
{
    return w->withdraw_reason.has && w->withdraw_reason.v == WITHDRAW_ASKED_TO;
}

/* That a firm says it was asked to withdraw is for those who look into it, not for the departments. */
static bool is_sensitive(const void *row)
{
    return is_confidential(row) || was_asked_to(row);
}

static void hide(const Viewer *who, uint64_t relations, void *row)
{
    Whistle *w = row;
    if (was_asked_to(w) && (who->role == ROLE_HANDLER || who->role == ROLE_HEAD))
        w->withdraw_reason = (Pick){0};
    if (!is_confidential(w) || (relations & (W_DISPATCHER | W_HANDLER | W_CALLBACK | W_ENTERPRISE |
                                             W_PUBLIC | W_AUTHOR | W_CLOCK)))
        return;
    if (w->contact_name) w->contact_name = "已保密";
    if (w->contact_phone.box) w->contact_phone.box = "****|";
    if (w->enterprise.has) w->enterprise = (Ref){0};
    if (w->unit) w->unit = "已保密";
    w->chain = (Ref){0}; /* a small chain would name its firm */
}

const Record whistle_record = RECORD(
    fields, .name = "whistle", .plural = "whistles", .zh = "吹哨事项", .en = "Whistles",
    .title = "title", .flow = &whistle_flow,
    .create = W_ANY_ENT | W_DISPATCHER | W_ANY_HANDLER | W_ANY_HEAD | W_PUBLIC, .unique = "number",
    /* the last columns are for filters: a count or a page then reads no other rows */
    .indexes = {"state, id, lead, class, channel, next_due, next_warn",
                "next_due, id, state, lead, class, channel, next_warn"},
    .json_more = more, .mask = hide, .sensitive = is_sensitive, .no_menu = true);
#undef ROW

#define ROW Class
static const Field class_fields[] = {
    F(code, .zh = "代号", .en = "Code", .need = true, .list = true, .max = 40),
    F(name, .zh = "类别", .en = "Class", .need = true, .list = true, .max = 60),
    F(en, .zh = "英文名", .en = "English name", .max = 120),
    F(parent, .zh = "大类", .en = "Part of", .list = true, .filter = true, .ref = "class"),
    F(duty, .zh = "责任部门", .en = "Duty department", .list = true, .ref = "department"),
    F(profile, .zh = "时钟方案", .en = "Profile of clocks", .list = true, .max = 40),
    F(position, .zh = "顺序", .en = "Position", .min = 0, .max = 10000)};
const Record class_record =
    RECORD(class_fields, .name = "class", .plural = "classes", .zh = "类别", .en = "Classes",
           .unique = "code", .read = W_SIGNED_IN | W_PUBLIC, .write = W_SYSADMIN | W_DISPATCHER,
           .no_menu = true);
