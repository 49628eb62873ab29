/* inputs: what each action of a whistle asks for. Names are those of the API. */
#include "modules/whistle/whistle_own.h"

const Choice outcomes[] = {{"solved", "已解决", "Solved"},
                           {"explained", "已解释", "Explained"},
                           {"referred", "已转出", "Referred"},
                           {0}};
const Choice satisfactions[] = {{"yes", "满意", "Satisfied"},
                                {"basically", "基本满意", "Basically satisfied"},
                                {"no", "不满意", "Not satisfied"},
                                {0}};
const Choice refuse_reasons[] = {
    {"not_municipal", "不属于本市职权", "Not within the city's powers"},
    {"in_court", "已进入诉讼、仲裁或复议", "In court, arbitration or review"},
    {"no_facts", "没有可核实的事实", "No facts that can be checked"},
    {"duplicate", "与在办事项重复", "Duplicate of an open case"},
    {"secret", "涉及国家秘密", "Concerns state secrets"},
    {"private", "与经营无关的个人事务", "A private matter"},
    {0}};
const Choice withdraw_reasons[] = {{"solved", "问题已解决", "Solved"},
                                   {"mistaken", "填错了", "Mistaken"},
                                   {"other_way", "改走其他途径", "Taken another way"},
                                   {"asked_to", "被要求撤回", "Asked to withdraw"},
                                   {"other", "其他", "Other"},
                                   {0}};
static const Choice decisions[] = {{"go_on", "继续办理，限期", "Go on, by a date"},
                                   {"change_lead", "变更主办", "Change the lead"},
                                   {"final_reply", "限期作最终答复", "Final reply by a date"},
                                   {0}};
static const Choice results[] = {{"reached", "接通", "Reached"},
                                 {"no_answer", "无人接听", "No answer"},
                                 {"refused", "拒绝回访", "Refused"},
                                 {0}};
enum { TEXT_LONG = 10000, WORDS = 2000, SHORT = 500 };
#define BY_HINT "写日期（当天下班前）或具体时间，如 2026-04-01"

#define ROW AskIn
const Field ask_fields[1] = {F(items, .zh = "需要补充什么", .en = "What is missing", .need = true,
                               .max = SHORT, .hint_zh = "一次列全，每行一项；一个事项最多问两次")};
#undef ROW
#define ROW TextIn
const Field supply_fields[1] = {
    F(text, .zh = "补充内容", .en = "What you add", .need = true, .lines = true, .max = TEXT_LONG)};
const Field contest_fields[1] = {F(text, .zh = "为什么应当受理", .en = "Why it should be accepted",
                                   .need = true, .lines = true, .max = WORDS)};
const Field urge_fields[1] = {
    F(text, .zh = "催办的话", .en = "Words", .lines = true, .max = SHORT)};
#undef ROW
#define ROW AnswerNowIn
const Field answer_now_fields[2] = {F(text, .zh = "答复", .en = "Answer", .need = true,
                                      .lines = true, .max = TEXT_LONG, .hint_zh = "企业会原样看到"),
                                    F(basis, .zh = "依据", .en = "Basis", .need = true,
                                      .lines = true, .max = SHORT,
                                      .hint_zh = "文件名、文号、条款")};
#undef ROW
#define ROW RefuseIn
const Field refuse_fields[2] = {
    F(reason, .zh = "不予受理的理由", .en = "Reason", .need = true, .picks = refuse_reasons),
    F(route, .zh = "应走的途径、找谁", .en = "Legal route, where to turn", .need = true,
      .lines = true, .max = SHORT)};
#undef ROW
#define ROW DispatchIn
const Field dispatch_fields[5] = {
    F(lead, .zh = "主办部门", .en = "Lead department", .need = true, .ref = "department"),
    F(supporting, .zh = "协办部门", .en = "Supporting departments", .ref = "department"),
    F(class, .zh = "类别", .en = "Class", .ref = "class"),
    F(urgent, .zh = "确认紧急", .en = "Urgent, confirmed"),
    F(urgent_reason, .zh = "确认紧急的理由", .en = "Why it is urgent", .lines = true,
      .max = SHORT)};
#undef ROW
#define ROW ObjectIn
const Field object_fields[3] = {
    F(reason, .zh = "异议理由", .en = "Reason", .need = true, .lines = true, .max = SHORT),
    F(duty, .zh = "依据的职责条目", .en = "Duty item", .max = 100),
    F(better, .zh = "应由哪个部门主办", .en = "Department it should be", .ref = "department")};
#undef ROW
#define ROW DecideObjectionIn
const Field decide_objection_fields[3] = {
    F(upheld, .zh = "异议成立", .en = "Upheld", .need = true, .picks = yes_no),
    F(lead, .zh = "新的主办部门", .en = "New lead", .ref = "department",
      .hint_zh = "异议成立时必填", .show_if = "upheld=true"),
    F(reason, .zh = "理由", .en = "Reason", .need = true, .lines = true, .max = SHORT)};
#undef ROW
#define ROW AssignIn
const Field assign_fields[2] = {
    F(handler, .zh = "经办人", .en = "Handler", .need = true, .ref = "account"),
    F(deputy, .zh = "代办人", .en = "Deputy", .ref = "account")};
#undef ROW
#define ROW HandOverIn
const Field hand_over_fields[1] = {
    F(handler, .zh = "交给谁办", .en = "New handler", .need = true, .ref = "account")};
#undef ROW
#define ROW ContactIn
const Field contact_fields[3] = {
    F(how, .zh = "方式", .en = "How", .need = true, .max = 40, .hint_zh = "电话、上门、视频……"),
    F(whom, .zh = "与谁联系", .en = "With whom", .need = true, .max = 60),
    F(at, .zh = "联系时间", .en = "When", .need = true, .hint_zh = "派单以后、现在以前")};
#undef ROW
#define ROW PlanIn
const Field plan_fields[2] = {F(text, .zh = "办理计划", .en = "Plan", .need = true, .lines = true,
                                .max = WORDS, .hint_zh = "分步写，企业可见"),
                              F(by, .zh = "预计办结", .en = "By", .max = 40, .hint_zh = BY_HINT)};
#undef ROW
#define ROW NoteIn
const Field note_fields[2] = {
    F(text, .zh = "备注", .en = "Note", .need = true, .lines = true, .max = WORDS),
    F(open, .zh = "企业可见", .en = "The enterprise sees it")};
#undef ROW
#define ROW ExtendIn
const Field extend_fields[2] = {
    F(by, .zh = "延到", .en = "Until", .need = true, .max = 40, .hint_zh = BY_HINT),
    F(reason, .zh = "理由", .en = "Reason", .need = true, .lines = true, .max = SHORT)};
#undef ROW
#define ROW EscalateIn
const Field escalate_fields[2] = {
    F(level, .zh = "提到第几级", .en = "Level", .need = true, .min = 1, .max = 3,
      .hint_zh = "1 部门负责人，2 督查会商，3 领导或链长"),
    F(reason, .zh = "理由", .en = "Reason", .need = true, .lines = true, .max = SHORT)};
#undef ROW
#define ROW AnswerEscalationIn
const Field answer_escalation_fields[4] = {
    F(decision, .zh = "决定", .en = "Decision", .need = true, .picks = decisions),
    F(text, .zh = "措施和要求", .en = "Measures", .need = true, .lines = true, .max = WORDS),
    F(by, .zh = "期限", .en = "By", .need = true, .max = 40, .hint_zh = BY_HINT),
    F(lead, .zh = "新的主办部门", .en = "New lead", .ref = "department",
      .show_if = "decision=change_lead")};
#undef ROW
#define ROW ReplyIn
const Field reply_fields[3] = {F(outcome, .zh = "结果", .en = "Outcome", .need = true,
                                 .picks = outcomes,
                                 .hint_zh = "“已解释”“已转出”由部门负责人决定后才发出"),
                               F(text, .zh = "答复", .en = "Reply", .need = true, .lines = true,
                                 .max = TEXT_LONG, .hint_zh = "企业会原样看到"),
                               F(call, .zh = "不清楚找谁", .en = "Whom to call", .need = true,
                                 .max = 100, .hint_zh = "岗位和办公电话")};
#undef ROW
#define ROW EvaluateIn
const Field evaluate_fields[4] = {
    F(solved, .zh = "问题解决了吗", .en = "Was it solved?", .need = true, .picks = yes_no),
    F(satisfied, .zh = "对办理满意吗", .en = "Are you satisfied?", .need = true,
      .picks = satisfactions),
    F(words, .zh = "想说的话", .en = "Your words", .lines = true, .max = WORDS),
    F(departments, .zh = "对各部门", .en = "Each department", .max = 400,
      .hint_zh = "部门编号:yes|basically|no，逗号分隔")};
#undef ROW
#define ROW CallBackIn
const Field call_back_fields[5] = {
    F(at, .zh = "回访时间", .en = "When", .need = true),
    F(result, .zh = "结果", .en = "Result", .need = true, .picks = results),
    F(solved, .zh = "企业说解决了吗", .en = "Solved, says the enterprise", .picks = yes_no,
      .show_if = "result=reached"),
    F(satisfied, .zh = "企业说满意吗", .en = "Satisfied, says the enterprise",
      .picks = satisfactions, .show_if = "result=reached"),
    F(words, .zh = "企业原话", .en = "In the enterprise's words", .lines = true, .max = WORDS,
      .show_if = "result=reached")};
#undef ROW
#define ROW WithdrawIn
const Field withdraw_fields[2] = {
    F(reason, .zh = "撤回原因", .en = "Reason", .need = true, .picks = withdraw_reasons),
    F(text, .zh = "说明", .en = "Words", .lines = true, .max = SHORT)};
#undef ROW
#define ROW ReasonIn
const Field reopen_fields[1] = {F(reason, .zh = "为什么重新办理", .en = "Why it is to be reopened",
                                  .need = true, .lines = true, .max = WORDS)};
const Field reveal_fields[1] = {F(reason, .zh = "查看电话的原因", .en = "Why you look",
                                  .need = true, .max = 100, .hint_zh = "会记入日志")};
#undef ROW
