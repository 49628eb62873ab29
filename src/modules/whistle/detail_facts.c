/* detail_facts: what is known about a whistle: facts, departments, plan, clocks. */
#include "modules/whistle/detail_own.h"

#include "modules/city/city.h"

#include <string.h>

#include "modules/whistle/detail.html.h"

static const Field *field(const char *name)
{
    return rec_field(&whistle_record, name);
}

static const char *shown(const Sheet *s, const char *name)
{
    const Field *f = field(name);
    return f ? rec_shown(f, s->w, s->q->out.lang, s->q->a) : NULL;
}

/* ---- facts ---- */

static void firm_facts(const Sheet *s)
{
    Req *q = s->q;
    Enterprise *e = NEW(q->a, Enterprise);
    const char *chains[2] = {0};
    if (!s->w->enterprise.has || rec_see(q->q, q->desk, q->a, &q->who, &enterprise_record,
                                         s->w->enterprise.v, e, NULL) != OK)
        return;
    int64_t ids[] = {e->chain.v, e->subchain.v};
    if (rec_titles(q->q, q->desk, q->a, &chain_record, q->who.site, 2, ids, chains) != OK) return;
    fact_html(&q->out, word(q, "信用代码"), e->uscc ? uscc_grouped(q->a, e->uscc) : NULL);
    fact_html(&q->out, word(q, "地址"), e->address);
    if (chains[0])
        fact_html(&q->out, word(q, "产业链"),
                  chains[1] ? arena_f(q->a, "%s · %s", chains[0], chains[1]) : chains[0]);
}

static const char *urgent_text(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    const char *asked = w->urgent ? word(q, "企业提出") : word(q, "企业没有提");
    if (!w->urgent_confirmed)
        return w->urgent && w->dispatched_at.has ? SAY(q, "%1，调度没有确认", asked) : asked;
    return SAY(q, "%1，调度已确认：%2", asked, w->urgent_reason ? w->urgent_reason : "");
}

static void contact_facts(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    const Action *look = sheet_action(s, "reveal");
    if (w->anonymous) {
        fact_html(&q->out, word(q, "联系人"), word(q, "匿名，没有联系方式"));
        return;
    }
    contact_html(&q->out, w->contact_name ? w->contact_name : word(q, "未填"),
                 shown(s, "contact_phone"), look ? action_path(s, look) : NULL);
}

void facts_block(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    facts_begin_html(&q->out, "d-h", word(q, "事项信息"), "", false);
    contact_facts(s);
    if (w->urgent || w->urgent_confirmed) fact_html(&q->out, word(q, "紧急"), urgent_text(s));
    firm_facts(s);
    fact_html(&q->out, word(q, "渠道"), shown(s, "channel"));
    fact_html(&q->out, word(q, "可见范围"), shown(s, "visibility"));
    if (w->against.has)
        fact_html(&q->out, word(q, "反映的部门"), names_dept(s->names, w->against.v));
    if (w->contact_latest.has && !w->contacted_at.has && w->h.state < REPLIED)
        fact_html(&q->out, word(q, "告知企业最晚"), date_zh(q, w->contact_latest.v));
    if (w->contacted_at.has) fact_html(&q->out, word(q, "首次联系"), date_zh(q, w->contacted_at.v));
    const char *all = NULL;
    if (w->enterprise.has && s->staff)
        all = arena_f(q->a, "/whistles?enterprise=%lld", (long long)w->enterprise.v);
    facts_end_html(&q->out, all, word(q, "该企业全部事项"));
}

/* ---- departments ---- */

static Html resolve_light(const Sheet *s)
{
    static const char *const clocks[] = {"rework", "resolve"};
    for (int k = 0; k < COUNT(clocks); k++)
        for (int i = 0; i < s->c.clocks_n; i++) {
            const Deadline *d = &s->c.clocks[i];
            if (!d->ended && strcmp(d->clock, clocks[k]) == 0 &&
                strcmp(d->party, "enterprise") != 0)
                return light_of(s->q, d);
        }
    return (Html){""};
}

static const char *handler_text(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    if (!w->handler.has) return word(q, "还没有经办人");
    const char *who = person_post(s, w->handler.v);
    if (w->handler.v == q->who.account) who = SAY(q, "%1（您）", who);
    if (!w->deputy.has) return who;
    return SAY(q, "%1，代办 %2", who, person_post(s, w->deputy.v));
}

void parts_block(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    int64_t ids[SUPPORT_MAX];
    Html none = {""};
    facts_begin_html(&q->out, "p-h", word(q, "参与部门"), "", true);
    if (w->lead.has)
        part_html(&q->out, word(q, "主办"), names_dept(s->names, w->lead.v), handler_text(s),
                  resolve_light(s));
    else
        part_html(&q->out, word(q, "主办"), word(q, "未定"), "", none);
    for (int i = 0, n = ids_of(w->supporters, ids, SUPPORT_MAX); i < n; i++)
        part_html(&q->out, word(q, "协办"), names_dept(s->names, ids[i]), word(q, "可以写备注"),
                  none);
    for (int i = 0, n = ids_of(w->formers, ids, SUPPORT_MAX); i < n; i++)
        part_html(&q->out, word(q, "曾主办"), names_dept(s->names, ids[i]), "", none);
    if (w->first_receiver.has)
        part_html(&q->out, word(q, "首接"), names_dept(s->names, w->first_receiver.v), "", none);
    facts_end_html(&q->out, NULL, NULL);
}

/* ---- plan ---- */

/* "1. " or "2）" at a step's head: its length, 0 when there is none. */
static size_t step_mark_length(const char *s)
{
    static const char *const after[] = {".", "、", ")", "）", "．"};
    size_t n = strspn(s, "0123456789");
    for (int i = 0; n > 0 && n < 3 && i < COUNT(after); i++)
        if (strncmp(s + n, after[i], strlen(after[i])) == 0) return n + strlen(after[i]);
    return 0;
}

/* Where the next step begins: behind a line's end, or behind ； when a number follows. */
static const char *step_end(const char *s)
{
    for (; *s && *s != '\n'; s++)
        if (strncmp(s, "；", strlen("；")) == 0) {
            const char *next = s + strlen("；");
            next += strspn(next, " ");
            if (step_mark_length(next)) return next;
        }
    return *s ? s + 1 : s;
}

static int plan_steps(const Sheet *s, const char **out, int max)
{
    int n = 0;
    for (const char *at = s->w->plan, *end; *at && n < max; at = end) {
        end = step_end(at);
        const char *text = at + strspn(at, " ");
        text += step_mark_length(text);
        text += strspn(text, " ");
        size_t len = end > text ? (size_t)(end - text) : 0;
        while (len && strchr(" \r\n", text[len - 1])) len--;
        if (len > strlen("；") && strncmp(text + len - strlen("；"), "；", strlen("；")) == 0)
            len -= strlen("；");
        if (len) out[n++] = arena_copy(s->q->a, text, len);
    }
    return n;
}

void plan_block(const Sheet *s)
{
    enum { STEPS_MAX = 40 };
    Req *q = s->q;
    const Whistle *w = s->w;
    const char *steps[STEPS_MAX];
    if (!w->plan || !*w->plan) return;
    int n = plan_steps(s, steps, STEPS_MAX);
    plan_begin_html(&q->out, n > 1);
    for (int i = 0; i < n; i++) plan_step_html(&q->out, steps[i]);
    plan_end_html(&q->out, n > 1,
                  w->plan_by.has ? SAY(q, "计划 %1 前办结", date_zh(q, w->plan_by.v)) : "");
}

/* ---- clocks ---- */

const char *outcome_word(const Sheet *s, const Deadline *d)
{
    Req *q = s->q;
    if (!d->outcome) return "";
    if (strcmp(d->outcome, "met") == 0) return word(q, "按时");
    if (strcmp(d->outcome, "missed") == 0) return word(q, "超期");
    return word(q, strcmp(d->clock, "objection") == 0 ? "未提，已停" : "停止");
}

void clocks_block(const Sheet *s)
{
    Req *q = s->q;
    int running = 0, missed = 0;
    for (int i = 0; i < s->c.clocks_n; i++) {
        running += !s->c.clocks[i].ended;
        missed += s->c.clocks[i].ended && strcmp(s->c.clocks[i].outcome, "missed") == 0;
    }
    int ended = s->c.clocks_n - running;
    clocks_begin_html(&q->out, running);
    if (running) running_begin_html(&q->out);
    for (int i = 0; i < running; i++) {
        const Deadline *d = &s->c.clocks[i];
        running_html(&q->out, d == s->clock, word(q, clock_zh(d->clock)),
                     party_word(q, s->names, d), minute_text(q, d->started_at),
                     minute_text(q, d->due_at), light_of(q, d));
    }
    if (running) running_end_html(&q->out);
    if (ended) {
        ended_begin_html(&q->out, missed ? SAY(q, "已停的时钟 %1 个，%2 个未按时", digits(q, ended),
                                               digits(q, missed))
                                         : SAY(q, "已停的时钟 %1 个", digits(q, ended)));
        for (int i = running; i < s->c.clocks_n; i++) {
            const Deadline *d = &s->c.clocks[i];
            ended_html(&q->out, word(q, clock_zh(d->clock)), party_word(q, s->names, d),
                       minute_text(q, d->due_at), minute_text(q, d->ended_at), outcome_word(s, d),
                       strcmp(d->outcome, "missed") == 0);
        }
        ended_end_html(&q->out);
    }
    section_end_html(&q->out);
}

/* ---- the enterprise's word ---- */

const char *feedback_text(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    if (!w->rated_at.has && !w->feedback_by.has) {
        bool tried = w->reached.has && w->reached.v == NO;
        return word(q, tried ? "未评价，回访没有联系上" : "未评价");
    }
    const char *solved = !w->solved.has       ? word(q, "没有说是否解决")
                         : w->solved.v == YES ? word(q, "已解决")
                                              : word(q, "没有解决");
    const char *how = choice_word(q, satisfactions, w->satisfied);
    bool by_call = w->feedback_by.has && w->feedback_by.v == BY_CALLBACK;
    return SAY(q, by_call ? "%1，%2（回访记录）" : "%1，%2", solved,
               how ? how : word(q, "没有说是否满意"));
}
