/* reply: the department's answer. What the enterprise will read stands beside it while it is written;
   "solved" is the department's word here, the enterprise has its own. */
#include "modules/whistle/view.h"

#include "modules/city/city.h"
#include "web/form.h"

#include <string.h>

#include "modules/whistle/reply_page.html.h"

typedef struct Form {
    Req *q;
    Case c;
    const Whistle *w;
    Department lead;
} Form;

static const Deadline *running(const Form *f, const char *clock)
{
    for (int i = 0; i < f->c.clocks_n; i++) {
        const Deadline *d = &f->c.clocks[i];
        if (!d->ended && strcmp(d->clock, clock) == 0 && strcmp(d->party, "enterprise") != 0)
            return d;
    }
    return NULL;
}

/* When a clock of the site's profile would be over if it began now. */
static const char *ahead(const Form *f, const char *clock)
{
    Req *q = f->q;
    Span span;
    if (!profile_span(q->desk, q->who.site, NULL, 0, clock, &span)) return "—";
    return date_zh(q, calendar_due(q->desk->calendar, q->now, span, false));
}

static void head(const Form *f)
{
    Req *q = f->q;
    const Deadline *d = running(f, "rework");
    if (!d) d = running(f, "resolve");
    if (!d) {
        head_html(&q->out, f->w, enterprise_name(q, f->w), (Html){""}, "", "");
        return;
    }
    bool late = q->now > d->due_at, soon = !late && q->now >= d->warn_at;
    Out page = page_part(q);
    page_light_html(&q->out,
                    late   ? " is-late"
                    : soon ? " is-soon"
                           : "",
                    word(q, late   ? "超期"
                            : soon ? "临期"
                                   : "正常"));
    Html light = page_part_end(q, page);
    head_html(&q->out, f->w, enterprise_name(q, f->w), light, left_text(q, d->due_at, d->span.unit),
              SAY(q, "%1时限 %2", word(q, clock_zh(d->clock)), date_zh(q, d->due_at)));
}

/* What should be known before the reply is sent. */
static void notes(const Form *f)
{
    Req *q = f->q;
    const Whistle *w = f->w;
    if (running(f, "contact") && !w->anonymous)
        note_html(&q->out, " is-warn", word(q, "还没有登记首次联系"),
                  word(q, "，答复会使这个时钟停止，并按实际时间计是否按时"));
    for (int i = 0; i < f->c.requests_n; i++)
        if (strcmp(f->c.requests[i].state, "open") == 0)
            note_html(&q->out, "", word(q, "有申请在等决定"), word(q, "，答复发出后它自动作废"));
    if (w->reworks.has && w->reworks.v > 0)
        note_html(&q->out, " is-warn", SAY(q, "重办第 %1 次", digits(q, w->reworks.v)),
                  w->words ? SAY(q, "，企业说：%1", w->words) : word(q, "，企业说没有解决"));
}

static const char *second_text(const Form *f)
{
    Req *q = f->q;
    const char *who = f->c.relations & W_LEAD_HEAD
                          ? word(q, "督办")
                          : SAY(q, "%1·负责人", dept_name(q, f->w->lead.v));
    return SAY(q, "提交后进%1的“待我决定”，%2 前决定；同意后企业才看到。", who,
               ahead(f, "request_decide"));
}

static const char *call_text(const Form *f)
{
    Req *q = f->q;
    if (f->w->reply_call) return f->w->reply_call;
    if (!f->lead.phone) return "";
    return SAY(q, "%1，%2", dept_name(q, f->w->lead.v), f->lead.phone);
}

/* The four things that an answer says, to be filled in. */
static const char *outline(Req *q)
{
    static const char *const parts[] = {"原因：", "做了什么：", "现在怎样：", "今后怎么保证："};
    Out o = {.a = q->a};
    for (int i = 0; i < COUNT(parts); i++) out_f(&o, "%s%s\n", i ? "\n" : "", word(q, parts[i]));
    return str_of(&o);
}

static void preview(const Form *f)
{
    Req *q = f->q;
    const Whistle *w = f->w;
    const char *dept = dept_name(q, w->lead.v);
    const char *rework = w->anonymous ? word(q, "匿名事项，企业凭编号和查询码看答复、作评价。")
                                      : SAY(q, "选“没有解决”，转回 %1 重办，%2 前再答复。", dept,
                                            ahead(f, "rework"));
    preview_html(&q->out, w, SAY(q, "%1，%2", dept, day_plain(q, q->now)), w->h.number, rework,
                 SAY(q, "评价时限到 %1。短信等通知里不写答复内容。", ahead(f, "evaluate")));
}

static int check(const Form *f)
{
    for (int i = 0; i < f->c.actions_n; i++)
        if (strcmp(f->c.actions[i]->name, "reply") == 0) return OK;
    for (int i = 0; i < f->c.requests_n; i++)
        if (strcmp(f->c.requests[i].state, "open") == 0 &&
            strcmp(f->c.requests[i].kind, "reply") == 0)
            return error_say(&f->q->errors, E_CLASH, "已有一份答复在等决定，可以先撤回再改",
                             "a reply waits for its decision: take it back before writing another");
    if (f->w->h.state != HANDLING)
        return error_say(&f->q->errors, E_CLASH, "在办的事项才能答复；请回到事项页看能做什么",
                         "only a case in work is replied to: see its page");
    return error_say(
        &f->q->errors, E_DENIED, "由主办部门答复；第三次说没有解决的，要先定出最终答复的期限",
        "the lead department replies; after a third \"not solved\" once it is ordered");
}

int reply_page(Req *q)
{
    Form *f = NEW(q->a, Form);
    f->q = q;
    TRY(case_load(q->q, q->desk, q->a, &q->who, &whistle_record, q->id, CASE_ACTIONS, q->now,
                  &f->c));
    f->w = f->c.row;
    TRY(check(f));
    if (rec_see(q->q, q->desk, q->a, &q->who, &department_record, f->w->lead.v, &f->lead, NULL) !=
        OK)
        f->lead = (Department){0};
    q->menu = "/whistles";
    shell_begin(q, "答复企业");
    head(f);
    action_errors(q, "reply");
    form_begin_html(&q->out, arena_f(q->a, "/whistles/%lld/reply", (long long)f->w->h.id),
                    form_hidden(q, f->w->h.rev));
    notes(f);
    outcome_html(&q->out, word(q, "已解决"), word(q, "解释说明"), second_text(f),
                 typed_or(q, "outcome", ""), form_wrong(q, "outcome"));
    text_html(&q->out, typed_or(q, "text", outline(q)), form_wrong(q, "text"));
    call_html(&q->out, typed_or(q, "call", call_text(f)), form_wrong(q, "call"));
    preview(f);
    form_end_html(&q->out, SAY(q, "提交后办结时钟停止，企业评价到 %1", ahead(f, "evaluate")),
                  asset_url("preview.js"));
    return shell_end(q, 200);
}
