/* print: 办理单, the paper form of one whistle. Oldest first, with the names of who printed it on every
   page; the telephone stays covered, query code and evaluation link are never on it. */
#include "modules/whistle/detail_own.h"

#include "modules/city/city.h"

#include <string.h>

#include "modules/whistle/print.html.h"

static const char *shown(const Sheet *s, const char *name)
{
    const Field *f = rec_field(&whistle_record, name);
    const char *text = f ? rec_shown(f, s->w, s->q->out.lang, s->q->a) : NULL;
    return text && *text ? text : word(s->q, "未填");
}

static const char *contact_text(const Sheet *s)
{
    Req *q = s->q;
    if (s->w->anonymous) return word(q, "匿名，没有联系方式");
    const char *phone =
        rec_shown(rec_field(&whistle_record, "contact_phone"), s->w, q->out.lang, q->a);
    return arena_f(q->a, "%s %s", shown(s, "contact_name"), phone ? phone : word(q, "没有留电话"));
}

static const char *support_text(const Sheet *s)
{
    int64_t ids[SUPPORT_MAX];
    Out o = {.a = s->q->a};
    for (int i = 0, n = ids_of(s->w->supporters, ids, SUPPORT_MAX); i < n; i++)
        out_f(&o, "%s%s", i ? (s->q->out.lang == EN ? ", " : "、") : "",
              names_dept(s->names, ids[i]));
    return o.n ? str_of(&o) : word(s->q, "没有");
}

static const char *lead_text(const Sheet *s)
{
    Req *q = s->q;
    if (!s->w->lead.has) return word(q, "未定");
    const char *dept = names_dept(s->names, s->w->lead.v);
    if (!s->w->handler.has) return SAY(q, "%1，还没有经办人", dept);
    return SAY(q, "%1，%2", dept, person_post(s, s->w->handler.v));
}

static const Deadline *main_clock(const Sheet *s)
{
    static const char *const order[] = {"rework", "resolve", "route", "evaluate", "callback"};
    for (int k = 0; k < COUNT(order); k++)
        for (int i = 0; i < s->c.clocks_n; i++)
            if (!s->c.clocks[i].ended && strcmp(s->c.clocks[i].clock, order[k]) == 0)
                return &s->c.clocks[i];
    return s->clock;
}

static void firm_row(const Sheet *s)
{
    Req *q = s->q;
    Enterprise *e = NEW(q->a, Enterprise);
    bool known = s->w->enterprise.has && rec_see(q->q, q->desk, q->a, &q->who, &enterprise_record,
                                                 s->w->enterprise.v, e, NULL) == OK;
    pair_html(&q->out, word(q, "企业"), enterprise_name(q, s->w), word(q, "信用代码"),
              known && e->uscc ? uscc_grouped(q->a, e->uscc) : word(q, "未填"));
    if (known && e->address) wide_html(&q->out, word(q, "地址"), e->address, false);
}

static const char *waiting_text(const Sheet *s)
{
    Req *q = s->q;
    Out o = {.a = q->a};
    for (int i = 0; i < s->c.requests_n; i++) {
        const Request *r = &s->c.requests[i];
        const Action *x = flow_action(&whistle_flow, r->kind);
        if (strcmp(r->state, "open") != 0) continue;
        out_f(&o, "%s%s", o.n ? "\n" : "",
              SAY(q, "%1，%2 %3 提出，%4 前决定；决定前时限不变",
                  !x                  ? r->kind
                  : q->out.lang == EN ? x->en
                                      : x->zh,
                  r->by, minute_text(q, r->asked_at), minute_text(q, r->due_at)));
    }
    return str_of(&o);
}

static void facts(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    const Deadline *d = main_clock(s);
    const char *when = w->submitted_at.has ? SAY(q, "%1，%2", minute_text(q, w->submitted_at.v),
                                                 shown(s, "channel"))
                                           : word(q, "还没有发出");
    wide_html(&q->out, word(q, "事项"), w->title ? w->title : "", true);
    firm_row(s);
    pair_html(&q->out, word(q, "联系人"), contact_text(s), word(q, "反映时间"), when);
    pair_html(&q->out, word(q, "类别"), class_name(q, w->class.s), word(q, "可见范围"),
              shown(s, "visibility"));
    if (w->urgent_confirmed)
        wide_html(&q->out, word(q, "紧急"), SAY(q, "调度已确认：%1", shown(s, "urgent_reason")),
                  false);
    pair_html(&q->out, word(q, "主办"), lead_text(s), word(q, "状态"), state_word(q, w));
    if (d)
        pair_light_html(&q->out, word(q, "协办"), support_text(s),
                        SAY(q, "%1时限", word(q, clock_zh(d->clock))), minute_text(q, d->due_at),
                        light_of(q, d));
    else
        pair_html(&q->out, word(q, "协办"), support_text(s), word(q, "办结时间"),
                  w->closed_at.has ? minute_text(q, w->closed_at.v) : "—");
    wide_text_html(&q->out, word(q, "企业反映"), w->text ? w->text : "");
    if (w->wish) wide_text_html(&q->out, word(q, "希望"), w->wish);
    wide_text_html(&q->out, word(q, "办理计划"), w->plan && *w->plan ? w->plan : word(q, "未填"));
    if (*waiting_text(s)) wide_text_html(&q->out, word(q, "待决定"), waiting_text(s));
}

static void clocks(const Sheet *s)
{
    Req *q = s->q;
    clocks_begin_html(&q->out);
    for (int i = 0; i < s->c.clocks_n; i++) {
        const Deadline *d = &s->c.clocks[i];
        Html light = {""};
        if (!d->ended) light = light_of(q, d);
        clock_html(&q->out, word(q, clock_zh(d->clock)), party_word(q, s->names, d),
                   minute_text(q, d->started_at), minute_text(q, d->due_at),
                   d->ended ? minute_text(q, d->ended_at) : word(q, "在走"), light,
                   d->ended ? outcome_word(s, d) : "");
    }
}

static void events(const Sheet *s)
{
    Req *q = s->q;
    events_begin_html(&q->out);
    for (int i = 0; i < s->c.events_n; i++) {
        const Event *e = &s->c.events[i];
        const char *said, *small;
        event_words(s, e, &said, &small);
        bool both = *said && *small;
        event_html(&q->out, minute_text(q, e->at), event_name(s, e),
                   e->internal ? word(q, "（内部）") : "", event_who(s, e),
                   both    ? arena_f(q->a, q->out.lang == EN ? "%s. %s" : "%s。%s", small, said)
                   : *said ? said
                           : small);
    }
    events_end_html(&q->out);
}

static const char *reply_text(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    if (!w->reply) return word(q, "尚未提交");
    const char *outcome = choice_word(q, outcomes, w->outcome);
    const char *when = w->replied_at.has ? minute_text(q, w->replied_at.v) : "";
    return arena_f(q->a, "%s %s\n%s", outcome ? outcome : "", when, w->reply);
}

static const char *rating_text(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    if (!w->rated_at.has && w->h.state != CLOSED) return word(q, "尚无");
    return w->words && *w->words ? arena_f(q->a, "%s\n“%s”", feedback_text(s), w->words)
                                 : feedback_text(s);
}

int print_page(Req *q)
{
    Sheet *s = NEW(q->a, Sheet);
    TRY(sheet_load(q, q->id, s));
    if (!s->staff || s->w->h.state == DRAFT)
        return error_say(&q->errors, E_DENIED, "办理单是内部的，由办理人员打印",
                         "the sheet is internal: staff print it");
    q->menu = "/whistles";
    shell_begin(q, "企业吹哨事项办理单");
    sheet_begin_html(&q->out, s->w);
    sheet_head_html(&q->out, SAY(q, "编号 %1", s->w->h.number),
                    SAY(q, "截至 %1", minute_text(q, q->now)));
    facts(s);
    clocks(s);
    events(s);
    end_row_html(&q->out, word(q, "答复"), reply_text(s));
    end_row_html(&q->out, word(q, "企业评价"), rating_text(s));
    sheet_end_html(&q->out, SAY(q, "%1　打印人 %2　%3　内部版", s->w->h.number, q->who.name,
                                minute_text(q, q->now)));
    return shell_end(q, 200);
}
