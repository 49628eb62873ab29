/* parts: lights with shape, word and time left; dates as people say them; the clocks of a case with
   the reason for each due time; its timeline. */
#include "web/parts.h"

#include "desk/find.h"
#include "web/shell.h"
#include "web/web_own.h"

#include "web/parts.html.h"

#include <stdio.h>
#include <string.h>

/* ---- lights ---- */

typedef struct Light {
    const char *class, *word, *left;
} Light;

static Light light_of(Req *q, int64_t due, int64_t warn, ClockUnit unit)
{
    Lang lang = q->out.lang;
    Out left = {.a = q->a, .lang = lang};
    bool late = q->now > due;
    if (!late && lang == ZH) out_raw(&left, "剩 ");
    calendar_left(q->desk->calendar, q->now, due, unit, &left);
    if (!late && lang == EN) out_raw(&left, " left");
    if (late) return (Light){" is-late", tr(lang, "超期"), str_of(&left)};
    if (q->now >= warn && warn > 0) return (Light){" is-soon", tr(lang, "临期"), str_of(&left)};
    return (Light){"", tr(lang, "正常"), str_of(&left)};
}

Html part_light(Req *q, int64_t due, int64_t warn, ClockUnit unit)
{
    Light l = light_of(q, due, warn, unit);
    Out o = {.a = q->a, .lang = q->out.lang};
    light_html(&o, l.class, l.word, l.left);
    return (Html){o.s};
}

/* ---- dates ---- */

static const char *minute_of(Req *q, int64_t at)
{
    char *s = arena_get(q->a, 17);
    time_minute((Time){at, true}, s);
    return s;
}

/* Year, month and day out of "2026-03-18 10:20". */
static void split(const char *minute, int *month, int *day)
{
    *month = (minute[5] - '0') * 10 + minute[6] - '0';
    *day = (minute[8] - '0') * 10 + minute[9] - '0';
}

static const char *near_day(const Req *q, int64_t at)
{
    switch (time_day((Time){at, true}).v - q->today.v) {
    case -1: return "昨天";
    case 0: return "今天";
    case 1: return "明天";
    default: return NULL;
    }
}

const char *part_when(Req *q, int64_t at)
{
    const char *s = minute_of(q, at), *near = near_day(q, at);
    int month, day;
    if (q->out.lang == EN) return near ? arena_f(q->a, "%s %s", tr(EN, near), s + 11) : s;
    if (near) return arena_f(q->a, "%s %s", near, s + 11);
    split(s, &month, &day);
    char today[11];
    day_text(q->today, today);
    if (memcmp(today, s, 4) != 0) return arena_f(q->a, "%.4s年%d月%d日 %s", s, month, day, s + 11);
    return arena_f(q->a, "%d月%d日 %s", month, day, s + 11);
}

const char *part_day(Req *q, int64_t at)
{
    static const char *const days[] = {"周四", "周五", "周六", "周日", "周一", "周二", "周三"};
    const char *s = minute_of(q, at), *near = near_day(q, at);
    int64_t n = time_day((Time){at, true}).v % 7; /* 1970-01-01 was a Thursday */
    const char *week = tr(q->out.lang, days[n < 0 ? n + 7 : n]);
    int month, day;
    if (q->out.lang == EN)
        return arena_f(q->a, "%.10s %s%s%s%s", s, week, near ? " (" : "", near ? tr(EN, near) : "",
                       near ? ")" : "");
    split(s, &month, &day);
    return arena_f(q->a, "%.4s年%d月%d日 %s%s%s%s", s, month, day, week, near ? "（" : "",
                   near ? near : "", near ? "）" : "");
}

/* ---- names ---- */

const char *part_clock_name(Req *q, const Record *r, const char *clock)
{
    const Clock *c = r->flow && clock ? flow_clock(r->flow, clock) : NULL;
    return c ? shell_words(q, c->zh, c->en) : clock ? clock : "";
}

const char *part_state(Req *q, const Record *r, const void *row)
{
    if (!r->flow) return NULL;
    const State *s = &r->flow->states[((const Head *)row)->state];
    return shell_words(q, s->zh, s->en);
}

static const char *title_in(Req *q, const char *record, int64_t id)
{
    const Record *r = desk_record(q->desk, record);
    const char *title = NULL;
    if (!r || !q->q) return NULL;
    return rec_titles(q->q, q->desk, q->a, r, q->who.site, 1, &id, &title) == OK ? title : NULL;
}

const char *part_owner(Req *q, int64_t owner, const char *role)
{
    static const char *const desks[] = {"", "调度中心", "督查室", "分管领导", "回访岗"};
    Lang lang = q->out.lang;
    if (owner < 0 && owner > -COUNT(desks)) return tr(lang, desks[-owner]);
    if (role && strcmp(role, "enterprise") == 0) return tr(lang, "企业");
    const char *name = owner > 0 ? title_in(q, "department", owner) : NULL;
    if (!name && owner > 0) name = title_in(q, "account", owner);
    if (!name && owner > 0) name = title_in(q, "enterprise", owner);
    if (name && role && strcmp(role, "head") == 0)
        return arena_f(q->a, lang == EN ? "%s, head" : "%s·负责人", name);
    return name ? name : tr(lang, "企业");
}

/* ---- clocks ---- */

enum { WHY_MAX = 40 };

static const char *span_words(Req *q, Span s)
{
    static const char *const units[][2] = {{"分钟", "min"},
                                           {"小时", "h"},
                                           {"个工作小时", "working hours"},
                                           {"个工作日", "working days"},
                                           {"天", "days"}};
    return arena_f(q->a, "%d %s", s.n, units[s.unit][q->out.lang == EN]);
}

static const char *why_rule(Req *q, const Deadline *d)
{
    bool en = q->out.lang == EN, day = d->span.unit == UNIT_WD || d->span.unit == UNIT_D;
    if (d->span.n <= 0)
        return arena_f(q->a, en ? "Until an instant that was set: %s." : "到指定的时刻：%s。",
                       minute_of(q, d->due_at));
    return arena_f(q->a,
                   en ? "%s from %s%s, until %s. These were counted:"
                      : "从 %2$s 起 %1$s%3$s，到 %4$s。计入的时段：",
                   span_words(q, d->span), minute_of(q, d->started_at),
                   !day ? ""
                   : en ? ", the day of the start not counted"
                        : "，起算当天不计",
                   minute_of(q, d->due_at));
}

void part_why(Req *q, const Deadline *d)
{
    int64_t start[WHY_MAX], end[WHY_MAX];
    int all = 0, n = calendar_counted(q->desk->calendar, d->started_at, d->due_at, d->span.unit,
                                      WHY_MAX, start, end, &all);
    why_begin_html(&q->out, why_rule(q, d));
    for (int i = 0; i < n; i++) {
        const char *from = minute_of(q, start[i]), *to = minute_of(q, end[i]);
        bool same = memcmp(from, to, 10) == 0;
        why_one_html(&q->out, part_day(q, start[i]), from + 11, same ? to + 11 : to);
    }
    const char *profile =
        d->profile && *d->profile
            ? arena_f(q->a,
                      q->out.lang == EN
                          ? "Clock profile: %s, version %d, fixed when it was dispatched. "
                            "Yellow after 75 %%."
                          : "时钟方案：%s 第 %d 版，派单时固定。用满 75%% 转临期。",
                      d->profile, d->profile_version)
            : tr(q->out.lang, "用满 75% 转临期。");
    why_end_html(&q->out, all - n, profile);
}

/* Percent of the time from start to due that has passed: working time where the clock counts it. */
static int used_percent(Req *q, const Deadline *d)
{
    bool working = d->span.unit == UNIT_WH || d->span.unit == UNIT_WD;
    const Calendar *c = q->desk->calendar;
    int64_t all =
        working ? calendar_working_ms(c, d->started_at, d->due_at) : d->due_at - d->started_at;
    int64_t used = working ? calendar_working_ms(c, d->started_at, q->now) : q->now - d->started_at;
    if (all <= 0 || used >= all) return 100;
    return used <= 0 ? 0 : (int)(used * 100 / all);
}

void part_clock(Req *q, const Record *r, const Deadline *d)
{
    Light l = light_of(q, d->due_at, d->warn_at, d->span.unit);
    int used = used_percent(q, d);
    bool en = q->out.lang == EN;
    const char *name = part_clock_name(q, r, d->clock);
    clock_box_html(
        &q->out, l.class, arena_f(q->a, en ? "%s: time limit" : "%s时限", name), l.word, l.left,
        arena_f(q->a, en ? "before %s" : "%s 前", part_when(q, d->due_at)), used,
        arena_f(q->a, "%d%%", used), part_when(q, d->started_at),
        d->warn_at && q->now < d->warn_at
            ? arena_f(q->a, en ? "yellow from %s" : "%s 起临期", part_when(q, d->warn_at))
            : "",
        part_when(q, d->due_at));
    part_why(q, d);
    clock_box_end_html(&q->out);
}

static const char *outcome_words(const Req *q, const char *outcome)
{
    static const Choice words[] = {
        {"met", "按时", "met"}, {"missed", "超期", "missed"}, {"stopped", "停止", "stopped"}, {0}};
    int i = outcome ? choice_index(words, outcome) : -1;
    return i < 0 ? "" : shell_words(q, words[i].zh, words[i].en);
}

static void ended_clocks(Req *q, const Case *c, int from)
{
    int missed = 0;
    for (int i = from; i < c->clocks_n; i++)
        missed += c->clocks[i].outcome && strcmp(c->clocks[i].outcome, "missed") == 0;
    ended_begin_html(&q->out, c->clocks_n - from, missed);
    for (int i = from; i < c->clocks_n; i++) {
        const Deadline *d = &c->clocks[i];
        ended_row_html(&q->out, part_clock_name(q, c->rec, d->clock),
                       part_owner(q, d->owner, d->owner_role), minute_of(q, d->due_at),
                       minute_of(q, d->ended_at), outcome_words(q, d->outcome));
    }
    ended_end_html(&q->out);
}

void part_clocks(Req *q, const Case *c)
{
    int n = 0;
    while (n < c->clocks_n && !c->clocks[n].ended) n++;
    clocks_begin_html(&q->out, n);
    for (int i = 0; i < n; i++) {
        const Deadline *d = &c->clocks[i];
        clock_row_html(&q->out, part_clock_name(q, c->rec, d->clock),
                       part_owner(q, d->owner, d->owner_role), minute_of(q, d->started_at),
                       minute_of(q, d->due_at), part_light(q, d->due_at, d->warn_at, d->span.unit));
    }
    clocks_end_html(&q->out, n);
    if (c->clocks_n > n) ended_clocks(q, c, n);
    section_end_html(&q->out);
}

void part_requests(Req *q, const Case *c)
{
    for (int i = 0; i < c->requests_n; i++) {
        const Request *r = &c->requests[i];
        const Action *x = flow_action(c->rec->flow, r->kind);
        if (strcmp(r->state, "open") != 0) continue;
        bool mine = r->by_account == q->who.account;
        request_note_html(&q->out, x ? shell_words(q, x->zh, x->en) : r->kind, r->by, r->reason,
                          part_owner(q, r->decider, r->decider_who == W_LEAD_HEAD ? "head" : NULL),
                          part_when(q, r->due_at), r->id, mine,
                          mine ? form_hidden(q, -1) : (Html){""});
    }
}

/* ---- timeline ---- */

static const char *action_words(const Req *q, const Record *r, const char *name)
{
    static const Choice built_in[] = {{"create", "新建", "Created"},
                                      {"edit", "修改", "Changed"},
                                      {"remove", "删除", "Removed"},
                                      {"decide", "决定", "Decided"},
                                      {"take_back", "收回", "Taken back"},
                                      {"password", "改密码", "Password changed"},
                                      {0}};
    const Action *x = r->flow ? flow_action(r->flow, name) : NULL;
    int i = choice_index(built_in, name);
    if (x) return shell_words(q, x->zh, x->en);
    return i < 0 ? name : shell_words(q, built_in[i].zh, built_in[i].en);
}

static const Field *value_field(const Record *r, const Event *e, const char *name)
{
    const Action *x = r->flow ? flow_action(r->flow, e->action) : NULL;
    if (strncmp(name, "in.", 3) != 0) return rec_field(r, name);
    for (int i = 0; x && i < x->input_n; i++)
        if (strcmp(x->input[i].name, name + 3) == 0) return &x->input[i];
    return NULL;
}

static const char *picked(const Req *q, const Field *f, const char *code)
{
    int i = choice_index(f->picks, code);
    return i < 0 ? code : shell_words(q, f->picks[i].zh, f->picks[i].en);
}

/* A stored text as people read it: choices by their words, ids by their titles. */
const char *part_value(Req *q, const Field *f, const char *stored)
{
    int64_t id;
    Time t;
    if (!stored) return NULL;
    if (f->kind == K_PICK) return picked(q, f, stored);
    if (f->kind == K_FLAG) return tr(q->out.lang, strcmp(stored, "1") == 0 ? "是" : "否");
    if (f->kind == K_SEALED) return "****";
    if (f->kind == K_TIME && time_parse(stored, &t)) return minute_of(q, t.v);
    if (f->kind == K_FEN && num_parse(stored, &id)) {
        Out o = {.a = q->a};
        put_fen(&o, (Fen){id, true});
        return o.s;
    }
    const char *title =
        f->kind == K_REF && f->ref && num_parse(stored, &id) ? title_in(q, f->ref, id) : NULL;
    return title ? title : stored;
}

static const char *value_at(const Event *e, const char *field)
{
    for (int i = 0; i < e->n; i++)
        if (strcmp(e->v[i].field, field) == 0) return e->v[i].new;
    return NULL;
}

/* What the act brought: its own input; of built-in acts the fields that changed. */
static Html values_of(Req *q, const Record *r, const Event *e)
{
    Out o = {.a = q->a, .lang = q->out.lang};
    bool own_input = false;
    for (int i = 0; i < e->n; i++) own_input |= strncmp(e->v[i].field, "in.", 3) == 0;
    for (int i = 0; i < e->n; i++) {
        const EventValue *v = &e->v[i];
        bool input = strncmp(v->field, "in.", 3) == 0;
        const Field *f = value_field(r, e, v->field);
        if (!f || f->hidden || (own_input && !input) || (!own_input && f->server)) continue;
        const char *now = v->erased ? v->erased : part_value(q, f, v->new);
        timeline_value_html(&o, shell_words(q, f->zh, f->en),
                            input ? NULL : part_value(q, f, v->old),
                            now ? now : tr(q->out.lang, "未填"));
    }
    const char *answer = value_at(e, "in.answer");
    if (answer) timeline_value_html(&o, tr(q->out.lang, "理由"), NULL, answer);
    return (Html){str_of(&o)};
}

/* "决定：延期，不同意"; an act that was only asked for bears the ² of its button. */
static const char *event_words(Req *q, const Record *r, const Event *e)
{
    static const Choice settled[] = {{"agreed", "同意", "agreed"},
                                     {"declined", "不同意", "declined"},
                                     {"taken_back", "已撤回", "taken back"},
                                     {0}};
    const char *words = action_words(q, r, e->action);
    const char *kind = value_at(e, "in.kind"), *decision = value_at(e, "in.decision");
    int i = decision ? choice_index(settled, decision) : -1;
    if (kind && i >= 0)
        return arena_f(q->a, q->out.lang == EN ? "%s: %s, %s" : "%s：%s，%s", words,
                       action_words(q, r, kind), shell_words(q, settled[i].zh, settled[i].en));
    const Action *x = r->flow ? flow_action(r->flow, e->action) : NULL;
    bool asked = x && (x->second || x->second_if) && x->to >= 0 && e->from && e->to &&
                 strcmp(e->from, e->to) == 0;
    return asked ? arena_f(q->a, "%s²", words) : words;
}

static const char *event_class(const Event *e)
{
    if (strcmp(e->channel, "clock") == 0) return "by-clock";
    return strcmp(e->channel, "public") == 0 ? "by-enterprise" : "";
}

void part_timeline(Req *q, const Case *c)
{
    int64_t day = -1;
    timeline_begin_html(&q->out, c->events_n);
    for (int i = c->events_n - 1; i >= 0; i--) {
        const Event *e = &c->events[i];
        int64_t on = time_day((Time){e->at, true}).v;
        if (on != day) timeline_day_html(&q->out, part_day(q, e->at), day == -1);
        day = on;
        const char *who =
            strcmp(e->channel, "clock") == 0 ? tr(q->out.lang, "时钟") : e->actor_name;
        timeline_one_html(&q->out, event_class(e), minute_of(q, e->at) + 11,
                          event_words(q, c->rec, e), e->internal, who ? who : "",
                          e->note && *e->note ? e->note : NULL, values_of(q, c->rec, e));
    }
    if (day != -1) timeline_day_end_html(&q->out);
    section_end_html(&q->out);
}

/* ---- facts ---- */

const char *titled(Req *q, const Field *f, const void *row)
{
    if (f->kind == K_REF && f->ref) {
        Ref ref;
        memcpy(&ref, (const char *)row + f->off, sizeof ref);
        const char *title = ref.has ? title_in(q, f->ref, ref.v) : NULL;
        if (title) return title;
    }
    return rec_shown(f, row, q->out.lang, q->a);
}

void part_facts(Req *q, const Record *r, const void *row)
{
    facts_begin_html(&q->out);
    for (int i = 0; i < r->n; i++) {
        const Field *f = &r->f[i];
        const char *value = f->hidden ? NULL : titled(q, f, row);
        if (f->hidden || (f->server && !value)) continue;
        fact_html(&q->out, shell_words(q, f->zh, f->en), value && *value ? value : NULL);
    }
    facts_end_html(&q->out);
}
