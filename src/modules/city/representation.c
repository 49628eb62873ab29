/* representation: who speaks for an enterprise is itself a case: asked, approved by the main contact
   or the dispatcher, refused, ended. Typing a credit code opens nothing. */
#include "modules/city/city.h"

#include "desk/step.h"

#include <string.h>

enum { ASKED, APPROVED, REFUSED, ENDED };
static const State states[] = {{"asked", "待确认", "Asked", true},
                               {"approved", "已确认", "Approved", false},
                               {"refused", "未通过", "Refused", false},
                               {"ended", "已结束", "Ended", false}};
enum { DECIDE_DAYS = 3 }; /* working days until the dispatcher has looked at it */

typedef struct Reason {
    Text reason;
} Reason;
#define ROW Reason
static const Field reason_fields[] = {
    F(reason, .zh = "理由", .en = "Reason", .need = true, .max = 200)};
#undef ROW

/* Other than the dispatcher, only the main contact may add and remove agents. */
static int only_main(Step *s)
{
    const Representation *x = s->row;
    Result r;
    if (s->relations & W_DISPATCHER) return OK;
    TRY(db_get(s->q, s->a, &r,
               "SELECT main FROM speaks WHERE site = $1 AND account = $2 AND enterprise = $3",
               VALS(vi(x->h.site), vi(s->who->account), vi(x->enterprise.v))));
    if (r.rows && res_int(&r, 0, 0)) return OK;
    return error_say(s->errors, E_DENIED, "只有主联系人或调度可以确认",
                     "only the main contact or the dispatcher may do this");
}

/* Which firm is meant. The answer is the same for every firm that is known; nothing is opened. */
static int find_firm(Step *s)
{
    Representation *x = s->row;
    Result r;
    TRY(db_get(s->q, s->a, &r,
               "SELECT id FROM enterprise WHERE site = $1 AND (uscc = $2 OR name = $2) ORDER BY id "
               "LIMIT 1",
               VALS(vi(s->who->site), vt(x->firm))));
    if (r.rows)
        x->enterprise = (Ref){res_int(&r, 0, 0), true};
    else
        error_add(s->errors, "firm", "还没有登记这家企业，请核对名称或代码，或请调度先登记",
                  "this firm is not registered: check the name or code, or ask the dispatcher to "
                  "register it");
    return OK;
}

static int asked(Step *s)
{
    Representation *x = s->row;
    x->account = (Ref){s->who->account, true};
    Deadline *d = step_clock_span(s, "request_decide", "desk", DESK_DISPATCH, "dispatcher", s->now,
                                  (Span){DECIDE_DAYS, UNIT_WD});
    step_tell(s, DESK_DISPATCH, "", "有人申请代表企业", "someone asks to speak for an enterprise");
    return d ? OK : E_DB;
}

static int approved(Step *s)
{
    const Representation *x = s->row;
    return tx_do(s->tx,
                 "INSERT INTO speaks (site, account, enterprise, main) VALUES ($1, $2, $3, $4) "
                 "ON CONFLICT (site, account, enterprise) DO UPDATE SET main = excluded.main",
                 VALS(vi(x->h.site), vi(x->account.v), vi(x->enterprise.v), vi(x->main)));
}

static int ended(Step *s)
{
    const Representation *x = s->row;
    return tx_do(s->tx, "DELETE FROM speaks WHERE site = $1 AND account = $2 AND enterprise = $3",
                 VALS(vi(x->h.site), vi(x->account.v), vi(x->enterprise.v)));
}

static void participants(Step *s)
{
    const Representation *x = s->row;
    s->work_n = 0;
    s->work[s->work_n++] = (WorkRow){x->account.v, "author"};
    s->work[s->work_n++] = (WorkRow){x->enterprise.v, "enterprise"};
}

#define DECIDERS (W_DISPATCHER | W_ENTERPRISE)
static const Action actions[] = {
    {"create", .zh = "申请", .en = "Ask", .to = ASKED, .by = W_SIGNED_IN, .before = find_firm,
     .after = asked, .quiet = true},
    {"approve", .zh = "确认", .en = "Approve", .from = S(ASKED), .to = APPROVED, .by = DECIDERS,
     .before = only_main, .after = approved, .stops = "request_decide", .primary = true},
    {"refuse", .zh = "不通过", .en = "Refuse", .from = S(ASKED), .to = REFUSED, .by = DECIDERS,
     INPUT(Reason, reason_fields), .before = only_main, .stops = "request_decide"},
    {"end", .zh = "结束代表", .en = "End", .from = S(APPROVED), .to = ENDED,
     .by = DECIDERS | W_AUTHOR, INPUT(Reason, reason_fields), .after = ended}};
static const Clock clocks[] = {{"request_decide", "确认", "Decision", NULL}};
static const Flow flow = {.states = states,
                          .states_n = COUNT(states),
                          .actions = actions,
                          .actions_n = COUNT(actions),
                          .clocks = clocks,
                          .clocks_n = COUNT(clocks),
                          .letter = "R",
                          .first = ASKED,
                          .draft = -1,
                          .participants = participants};

#define ROW Representation
static const Field fields[] = {
    F(firm, .zh = "企业名称或统一社会信用代码", .en = "Firm: name or credit code", .need = true,
      .max = 80, .once = true),
    F(main, .zh = "作为主联系人", .en = "As main contact", .list = true, .once = true),
    F(proof, .zh = "说明或凭据", .en = "Proof", .need = true, .max = 400, .lines = true,
      .once = true, .hint_zh = "写明您在企业的岗位，以及谁可以证实"),
    F(enterprise, .zh = "企业", .en = "Enterprise", .server = true, .list = true, .filter = true,
      .ref = "enterprise"),
    F(account, .zh = "申请人", .en = "Asked by", .server = true, .list = true, .ref = "account")};
const Record representation_record =
    RECORD(fields, .name = "representation", .plural = "representations", .zh = "代表企业",
           .en = "Representations", .title = "firm", .flow = &flow, .indexes = {"enterprise"},
           .create = W_ANY_ENT | W_DISPATCHER);
