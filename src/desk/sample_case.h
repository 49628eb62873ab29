/* sample_case: an ordinary case as a module would write it, 9 fields and 5 states, used by the tests of
   the desk and counted by `./dev test` (a new case must not need more than 150 lines). */
#ifndef DESK_SAMPLE_CASE_H
#define DESK_SAMPLE_CASE_H
#include "desk/step.h"

typedef struct Booth {
    Head h;
    Text firm, goods, phone;
    Num area;
    Fen deposit;
    Day from_day, until_day;
    Pick hall;
    bool power;
} Booth;
enum { ASKED, CHECKING, GRANTED, TURNED_DOWN, GIVEN_BACK };
static const State booth_states[] = {{"asked", "待受理", "Asked", true},
                                     {"checking", "核验中", "Checking", true},
                                     {"granted", "已安排", "Granted", true},
                                     {"turned_down", "未安排", "Turned down", false},
                                     {"given_back", "已退", "Given back", false}};
static const Choice halls[] = {{"east", "东馆", "East"}, {"west", "西馆", "West"}, {0}};
#define ROW Booth
static const Field booth_fields[] = {
    F(firm, .zh = "企业", .en = "Firm", .need = true, .list = true, .filter = true, .max = 80),
    F(goods, .zh = "展品", .en = "Goods", .need = true, .lines = true, .max = 500),
    F(phone, .zh = "电话", .en = "Telephone", .max = 30),
    F(area, .zh = "面积（平方米）", .en = "Area (m2)", .need = true, .list = true, .min = 4,
      .max = 400),
    F(deposit, .zh = "押金（元）", .en = "Deposit (yuan)", .max = 100000000),
    F(from_day, .zh = "从", .en = "From", .need = true, .list = true),
    F(until_day, .zh = "到", .en = "Until", .need = true, .list = true),
    F(hall, .zh = "展馆", .en = "Hall", .list = true, .filter = true, .picks = halls),
    F(power, .zh = "要三相电", .en = "Needs three-phase power", .filter = true)};
#undef ROW
static void booth_rules(const void *row, Day today, Errors *e)
{
    const Booth *b = row;
    if (b->from_day.has && b->until_day.has && b->until_day.v < b->from_day.v)
        error_add(e, "until_day", "不能早于开始日期", "may not be before the first day");
    if (b->from_day.has && b->from_day.v < today.v)
        error_add(e, "from_day", "不能早于今天", "may not be before today");
}

typedef struct Why {
    Text reason;
} Why;
#define ROW Why
static const Field why_fields[] = {
    F(reason, .zh = "理由", .en = "Reason", .need = true, .lines = true)};
#undef ROW
static int booth_asked(Step *s)
{
    return step_clock(s, "route", "desk", DESK_DISPATCH, "dispatcher", NULL, 0) ? OK : E_DB;
}
static int booth_checking(Step *s)
{
    return step_clock(s, "answer", "desk", DESK_DISPATCH, "dispatcher", NULL, 0) ? OK : E_DB;
}
static const Action booth_actions[] = {
    {"create", .zh = "申请", .en = "Ask", .to = ASKED, .by = W_SIGNED_IN, .after = booth_asked,
     .quiet = true},
    {"check", .zh = "受理", .en = "Check", .from = S(ASKED), .to = CHECKING, .by = W_DISPATCHER,
     .after = booth_checking, .stops = "route", .primary = true},
    {"grant", .zh = "安排", .en = "Grant", .from = S(CHECKING), .to = GRANTED, .by = W_DISPATCHER,
     .stops = "answer", .second = W_SUPERVISOR, .primary = true},
    {"turn_down", .zh = "不安排", .en = "Turn down", .from = S(ASKED) | S(CHECKING),
     .to = TURNED_DOWN, .by = W_DISPATCHER, INPUT(Why, why_fields), .stops = "route answer"},
    {"give_back", .zh = "退展位", .en = "Give back", .from = S(GRANTED), .to = GIVEN_BACK,
     .by = W_DISPATCHER | W_AUTHOR, INPUT(Why, why_fields)},
    {"late", .zh = "超期", .en = "Over time", .from = S(ASKED), .to = SAME, .by = W_CLOCK}};
static const Clock booth_clocks[] = {{"route", "受理", "Acceptance", "late"},
                                     {"answer", "核验", "Check", NULL}};
static const Flow booth_flow = {.states = booth_states,
                                .states_n = COUNT(booth_states),
                                .actions = booth_actions,
                                .actions_n = COUNT(booth_actions),
                                .clocks = booth_clocks,
                                .clocks_n = COUNT(booth_clocks),
                                .letter = "Z",
                                .first = ASKED,
                                .draft = -1};
#define ROW Booth
static const Record booth_record = RECORD(
    booth_fields, .name = "booth", .plural = "booths", .zh = "展位", .en = "Booths",
    .title = "firm", .flow = &booth_flow, .create = W_ANY_ENT | W_DISPATCHER, .rules = booth_rules);
#undef ROW
#endif
