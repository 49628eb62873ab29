/* whistle_own: the actions' inputs and functions among the files of this folder. */
#ifndef MODULES_WHISTLE_WHISTLE_OWN_H
#define MODULES_WHISTLE_WHISTLE_OWN_H
#include "desk/step.h"
#include "modules/whistle/whistle.h"

extern const Flow whistle_flow;
extern const Choice outcomes[], satisfactions[], refuse_reasons[], withdraw_reasons[], channels[];

/* code.c: the query code, the public's way back. 80 random bits, XXXX-XXXX-XXXX-XXXX; only its hash
   (hex) is kept. */
const char *query_code_new(Arena *a);
const char *query_code_hash(const Keys *k, Arena *a, const char *code);
const char *whistle_number(Arena *a, const char *typed); /* "w260318 00427" -> "W260318-0042-7" */

/* inputs.c: fields of each action */
typedef struct NoInput {
    char none;
} NoInput;
typedef struct AskIn {
    Texts items;
} AskIn;
typedef struct TextIn {
    Text text;
} TextIn;
typedef struct AnswerNowIn {
    Text text, basis;
} AnswerNowIn;
typedef struct RefuseIn {
    Pick reason;
    Text route;
} RefuseIn;
typedef struct DispatchIn {
    Ref lead;
    Ids supporting;
    Code class;
    bool urgent;
    Text urgent_reason;
} DispatchIn;
typedef struct ObjectIn {
    Text reason, duty;
    Ref better;
} ObjectIn;
typedef struct DecideObjectionIn {
    Pick upheld;
    Ref lead;
    Text reason;
} DecideObjectionIn;
typedef struct AssignIn {
    Ref handler, deputy;
} AssignIn;
typedef struct HandOverIn {
    Ref handler;
} HandOverIn;
typedef struct ContactIn {
    Text how, whom;
    Time at;
} ContactIn;
typedef struct PlanIn {
    Text text, by;
} PlanIn;
typedef struct NoteIn {
    Text text;
    bool open;
} NoteIn;
typedef struct ExtendIn {
    Text by, reason;
} ExtendIn;
typedef struct EscalateIn {
    Num level;
    Text reason;
} EscalateIn;
typedef struct AnswerEscalationIn {
    Pick decision;
    Text text, by;
    Ref lead;
} AnswerEscalationIn;
typedef struct ReplyIn {
    Pick outcome;
    Text text, call;
} ReplyIn;
typedef struct EvaluateIn {
    Pick solved, satisfied;
    Text words, departments;
} EvaluateIn;
typedef struct CallBackIn {
    Time at;
    Pick result, solved, satisfied;
    Text words;
} CallBackIn;
typedef struct WithdrawIn {
    Pick reason;
    Text text;
} WithdrawIn;
typedef struct ReasonIn {
    Text reason;
} ReasonIn;
enum { RESULT_REACHED, RESULT_NO_ANSWER, RESULT_REFUSED };
enum { GO_ON, CHANGE_LEAD, FINAL_REPLY };
enum { WITHDRAW_SOLVED, WITHDRAW_MISTAKEN, WITHDRAW_OTHER_WAY, WITHDRAW_ASKED_TO, WITHDRAW_OTHER };
typedef struct Fields {
    const Field *f;
    uint8_t n;
    uint16_t size;
} Fields;
extern const Field ask_fields[1], supply_fields[1], answer_now_fields[2], refuse_fields[2],
    contest_fields[1], dispatch_fields[5], object_fields[3], decide_objection_fields[3],
    assign_fields[2], hand_over_fields[1], contact_fields[3], plan_fields[2], note_fields[2],
    extend_fields[2], urge_fields[1], escalate_fields[2], answer_escalation_fields[4],
    reply_fields[3], evaluate_fields[4], call_back_fields[5], withdraw_fields[2], reopen_fields[1],
    reveal_fields[1];

/* shared.c */
const char *party_id(Step *s, int64_t id);
int64_t head_of(Step *s, int64_t department); /* account of its head, 0 when there is none */
int account_of_lead(Step *s, const char *field, Ref account) MUST_USE; /* 422 unless of the lead */
int parse_by(Step *s, const char *field, const char *text, int64_t *out) MUST_USE;
int64_t
minute_of(int64_t ms); /* people write minutes: what happened in that minute is not before it */
int start_route(Step *s) MUST_USE;
int start_department(Step *s, bool with_objection) MUST_USE; /* fresh clocks of a lead */
void change_lead(Step *s, int64_t lead);
bool is_consult(const Whistle *w);
void whistle_participants(Step *s);

/* submit.c, dispatch.c, handle.c, answer.c, escalate.c, clocks.c: functions of the table of actions */
int submit_before(Step *s) MUST_USE;
int submit_after(Step *s) MUST_USE;
int draft_after(Step *s) MUST_USE;
int discard_after(Step *s) MUST_USE;
int ask_before(Step *s) MUST_USE;
int ask_after(Step *s) MUST_USE;
int supply_after(Step *s) MUST_USE;
int withdraw_after(Step *s) MUST_USE;
int reveal_after(Step *s) MUST_USE;

int refuse_before(Step *s) MUST_USE;
int refuse_after(Step *s) MUST_USE;
uint64_t refuse_second(Step *s);
int contest_before(Step *s) MUST_USE;
int contest_after(Step *s) MUST_USE;
int dispatch_before(Step *s) MUST_USE;
int dispatch_after(Step *s) MUST_USE;
uint64_t dispatch_second(Step *s);
int object_before(Step *s) MUST_USE;
int object_after(Step *s) MUST_USE;
int decide_objection_before(Step *s) MUST_USE;
int decide_objection_after(Step *s) MUST_USE;

int sign_after(Step *s) MUST_USE;
int assign_before(Step *s) MUST_USE;
int assign_after(Step *s) MUST_USE;
int hand_over_before(Step *s) MUST_USE;
int hand_over_after(Step *s) MUST_USE;
int contact_before(Step *s) MUST_USE;
int contact_after(Step *s) MUST_USE;
int not_contacted_before(Step *s) MUST_USE;
int not_contacted_after(Step *s) MUST_USE;
int plan_before(Step *s) MUST_USE;
int plan_after(Step *s) MUST_USE;
int note_after(Step *s) MUST_USE;
int extend_before(Step *s) MUST_USE;
int extend_after(Step *s) MUST_USE;
uint64_t extend_second(Step *s);

int answer_now_before(Step *s) MUST_USE;
int answer_now_after(Step *s) MUST_USE;
int reply_before(Step *s) MUST_USE;
int reply_after(Step *s) MUST_USE;
uint64_t reply_second(Step *s);
int evaluate_before(Step *s) MUST_USE;
int evaluate_after(Step *s) MUST_USE;
int call_back_before(Step *s) MUST_USE;
int call_back_after(Step *s) MUST_USE;
int reopen_before(Step *s) MUST_USE;
int reopen_after(Step *s) MUST_USE;
uint64_t reopen_second(Step *s);
int close_unrated(Step *s) MUST_USE;

int urge_before(Step *s) MUST_USE;
int urge_after(Step *s) MUST_USE;
int acknowledge_before(Step *s) MUST_USE;
int acknowledge_after(Step *s) MUST_USE;
int escalate_before(Step *s) MUST_USE;
int escalate_after(Step *s) MUST_USE;
int answer_escalation_before(Step *s) MUST_USE;
int answer_escalation_after(Step *s) MUST_USE;
int open_level(Step *s, int level, const char *reason) MUST_USE; /* mark and level clock */
void close_levels(Step *s, const char *how);

int work_clock_over(Step *s) MUST_USE; /* contact, answer, resolve, rework: level 1 */
int route_over(Step *s) MUST_USE;
int sign_over(Step *s) MUST_USE;
int objection_over(Step *s) MUST_USE;
int objection_up(Step *s) MUST_USE;
int ask_over(Step *s) MUST_USE;
int acknowledge_over(Step *s) MUST_USE;
int level_over(Step *s) MUST_USE;
int evaluate_over(Step *s) MUST_USE;
int callback_over(Step *s) MUST_USE;

/* open_now: is the button there */
bool can_contest(const Step *s);
bool can_ask(const Step *s);
bool can_object(const Step *s);
bool can_extend(const Step *s);
bool can_contact(const Step *s);
bool can_mark_not_contacted(const Step *s);
bool can_answer_now(const Step *s);
bool can_reply(const Step *s);
bool can_evaluate(const Step *s);
bool can_call_back(const Step *s);
bool can_acknowledge(const Step *s);
bool can_escalate(const Step *s);
bool can_answer_escalation(const Step *s);
bool can_decide_objection(const Step *s);
bool can_refuse(const Step *s);
bool can_urge(const Step *s);
bool can_reopen(const Step *s);
bool can_reveal(const Step *s);
#endif
