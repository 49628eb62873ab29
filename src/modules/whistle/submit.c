/* submit: from the enterprise's side: submit, discard, ask and supply, withdraw; and the one look at a
   sealed telephone number. */
#include "modules/whistle/whistle_own.h"

#include "base/crypto.h"

#include <string.h>

static bool is_own(const Viewer *v, int64_t enterprise)
{
    for (int i = 0; i < v->enterprises_n; i++)
        if (v->enterprises[i] == enterprise) return true;
    return false;
}

static int own_enterprise(Step *s, Whistle *w)
{
    const Viewer *v = s->who;
    if (v->enterprises_n == 0)
        return error_say(s->errors, E_DENIED, "您的账号还没有代表任何企业，请先申请“代表企业”",
                         "your account speaks for no enterprise yet: ask for representation first");
    if (!w->enterprise.has) w->enterprise = (Ref){v->enterprises[0], true};
    if (!is_own(v, w->enterprise.v))
        error_add(s->errors, "enterprise", "只能为您代表的企业吹哨",
                  "should be an enterprise that you speak for");
    return OK;
}

static const Choice *channel_of(Role role)
{
    if (role == ROLE_ENTERPRISE) return &channels[0];
    return role == ROLE_PUBLIC ? &channels[1] : NULL;
}

int submit_before(Step *s)
{
    Whistle *w = s->row;
    Role role = s->who->role;
    if (role == ROLE_ENTERPRISE) TRY(own_enterprise(s, w));
    if (role == ROLE_PUBLIC && w->enterprise.has)
        error_add(s->errors, "enterprise", "未登录时请填企业名称",
                  "without signing in, give the name of the firm");
    bool known = role == ROLE_ENTERPRISE || w->enterprise.has;
    if (!w->anonymous && !known && !w->contact_phone.box)
        error_add(s->errors, "contact_phone", "请留下电话，或选择匿名",
                  "leave a telephone number, or stay anonymous");
    if (!w->title) error_add(s->errors, "title", "请填写", "is missing: please fill in");
    if (!w->text) error_add(s->errors, "text", "请填写", "is missing: please fill in");
    return OK;
}

/* Figures by chain stay as they were when the firm moves to another one. */
static int take_chain(Step *s, Whistle *w)
{
    Result r;
    if (!w->enterprise.has) return OK;
    TRY(db_get(s->q, s->a, &r, "SELECT chain FROM enterprise WHERE site = $1 AND id = $2",
               VALS(vi(w->h.site), vi(w->enterprise.v))));
    if (r.rows && !res_null(&r, 0, 0)) w->chain = (Ref){res_int(&r, 0, 0), true};
    return OK;
}

/* Anonymous: nothing that names the submitter stays; the query code is the only way back. */
static void forget_submitter(Step *s, Whistle *w)
{
    w->enterprise = w->author = (Ref){0};
    w->unit = w->contact_name = NULL;
    w->contact_phone.box = NULL;
    s->hide_actor = true;
}

static int give_code(Step *s, Whistle *w)
{
    const char *code = query_code_new(s->a);
    w->code_hash = query_code_hash(s->desk->keys, s->a, code);
    step_extra(s, "query_code", code);
    return OK;
}

static int latest_contact(Step *s, Whistle *w)
{
    Span span;
    const Deadline *route = step_running(s, "route", "desk");
    if (w->anonymous || !route) return OK;
    if (!profile_span(s->desk, w->h.site, NULL, 0, "contact", &span)) return OK;
    w->contact_latest = (Time){calendar_due(s->desk->calendar, route->due_at, span, false), true};
    return OK;
}

/* A draft: only its author sees it; it has no number yet. */
int draft_after(Step *s)
{
    Whistle *w = s->row;
    w->author = (Ref){s->who->account, s->who->account != 0};
    return OK;
}

int submit_after(Step *s)
{
    Whistle *w = s->row;
    Role role = s->who->role;
    bool office = role != ROLE_ENTERPRISE && role != ROLE_PUBLIC;
    if (role == ROLE_HANDLER || role == ROLE_HEAD)
        w->first_receiver = (Ref){s->who->dept, s->who->dept != 0};
    if (channel_of(role)) w->channel = (Pick){channel_of(role) - channels, true};
    if (!w->channel.has) w->channel = (Pick){choice_index(channels, "phone"), true};
    if (!w->visibility.has) w->visibility = (Pick){VISIBLE_NORMAL, true};
    w->submitted_at = (Time){s->now, true};
    w->author = (Ref){s->who->account, s->who->account != 0};
    if (w->anonymous) forget_submitter(s, w);
    TRY(take_chain(s, w));
    if (w->visibility.v == VISIBLE_CONFIDENTIAL && role == ROLE_ENTERPRISE) s->hide_actor = true;
    TRY(step_number(s));
    if (!office) TRY(give_code(s, w));
    TRY(start_route(s));
    TRY(latest_contact(s, w));
    step_tell(s, DESK_DISPATCH, "", arena_f(s->a, "%s：新吹哨，等派单", w->h.number),
              arena_f(s->a, "%s: new, waits to be dispatched", w->h.number));
    return OK;
}

int discard_after(Step *s)
{
    s->gone = true;
    s->hide_actor = true;
    return OK;
}

enum { ASKS_MAX = 2 };

/* Before dispatch the dispatcher asks, in work the lead department. */
static bool may_ask(const Step *s)
{
    const Whistle *w = s->row;
    return (s->relations & (w->h.state == SUBMITTED ? W_DISPATCHER : W_LEAD)) != 0;
}

bool can_ask(const Step *s)
{
    return may_ask(s) && step_marks_count(s, "ask") < ASKS_MAX &&
           !step_mark_open((Step *)(uintptr_t)s, "ask");
}

int ask_before(Step *s)
{
    if (!may_ask(s))
        return error_say(s->errors, E_DENIED, "派单前由调度提问，办理中由主办部门提问",
                         "the dispatcher asks before dispatch, the lead department afterwards");
    if (step_marks_count(s, "ask") >= ASKS_MAX)
        return error_say(s->errors, E_CLASH, "一个事项最多问两次，已经问过两次",
                         "a case may be asked twice at most; it was");
    if (step_mark_open(s, "ask"))
        return error_say(s->errors, E_CLASH, "上一次提问企业还没有答复",
                         "the last question is still open");
    return OK;
}

int ask_after(Step *s)
{
    const AskIn *in = s->in;
    Whistle *w = s->row;
    Out text = {.a = s->a};
    for (int i = 0; i < in->items.n; i++)
        out_f(&text, "%s%d. %s", i ? "\n" : "", i + 1, in->items.v[i]);
    int64_t owner = w->anonymous ? 0 : w->enterprise.v;
    if (!step_mark(s, "ask", 0, owner, "enterprise", text.s)) return E_LARGE;
    return step_clock(s, "ask", "enterprise", owner, "enterprise", NULL, 0) ? OK : E_DB;
}

/* An answer to what was asked, or something the enterprise adds of its own accord. */
int supply_after(Step *s)
{
    const TextIn *in = s->in;
    Whistle *w = s->row;
    Mark *asked = step_mark_open(s, "ask");
    if (asked) step_mark_close(s, asked, in->text);
    step_clock_met(s, "ask", NULL, s->now);
    if (w->h.state == SUBMITTED)
        step_tell(s, DESK_DISPATCH, "", arena_f(s->a, "%s：企业已补充", w->h.number),
                  arena_f(s->a, "%s: the enterprise answered", w->h.number));
    return OK;
}

int withdraw_after(Step *s)
{
    const WithdrawIn *in = s->in;
    Whistle *w = s->row;
    Span span;
    w->withdraw_reason = in->reason;
    w->closed_at = (Time){s->now, true};
    w->closed_by = (Pick){BY_ENTERPRISE, true};
    if (profile_span(s->desk, w->h.site, NULL, 0, "reopen", &span))
        w->reopen_until = (Time){calendar_due(s->desk->calendar, s->now, span, false), true};
    close_levels(s, "withdrawn");
    if (in->reason.v == WITHDRAW_ASKED_TO)
        step_tell(s, DESK_SUPERVISE, "", arena_f(s->a, "%s：企业称被要求撤回", w->h.number),
                  arena_f(s->a, "%s: the enterprise says it was asked to withdraw", w->h.number));
    return OK;
}

bool can_reveal(const Step *s)
{
    const Whistle *w = s->row;
    return w->contact_phone.box != NULL;
}

/* The number stands in this answer only; who looked and why stands in the log. */
int reveal_after(Step *s)
{
    const Whistle *w = s->row;
    const char *box = w->contact_phone.box ? strchr(w->contact_phone.box, '|') : NULL;
    if (w->visibility.v == VISIBLE_CONFIDENTIAL &&
        !(s->relations & (W_DISPATCHER | W_HANDLER | W_CALLBACK)))
        return error_say(
            s->errors, E_DENIED, "保密事项的联系方式只有调度、经办人和回访能看",
            "the contact of a confidential case is for the dispatcher, its handler and call-back");
    if (!box) return error_say(s->errors, E_CLASH, "没有留电话", "there is no telephone number");
    const char *phone = unseal(s->desk->keys, s->a, "contact_phone", box + 1);
    if (!phone)
        return error_say(s->errors, E_DB, "电话无法解开，请找系统管理员核对密钥",
                         "the number cannot be opened: ask the administrator about the keys");
    step_extra(s, "phone", phone);
    return OK;
}
