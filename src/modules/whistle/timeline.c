/* timeline: the events of a case in words, newest first, by day. A request that waits and the same act
   done are two things here, though one name stands in the log. */
#include "modules/whistle/detail_own.h"

#include "modules/city/city.h"

#include <string.h>

#include "modules/whistle/detail.html.h"

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

static const char *value(const Event *e, const char *field)
{
    for (int i = 0; i < e->n; i++)
        if (is(e->v[i].field, field)) return e->v[i].new;
    return NULL;
}

/* ---- whose ---- */

static bool is_outside(const Sheet *s, int64_t account)
{
    for (int i = 0; i < s->people_n; i++)
        if (s->people[i] == account) return s->people_outside[i];
    return false;
}

EventBy event_by(const Sheet *s, const Event *e)
{
    if (is(e->channel, "clock")) return BY_TIME;
    if (e->internal) return BY_INSIDE;
    if (is(e->channel, "public") || e->actor == 0 || is_outside(s, e->actor)) return BY_FIRM;
    return BY_DEPT;
}

const char *event_who(const Sheet *s, const Event *e)
{
    Req *q = s->q;
    if (is(e->channel, "clock")) return word(q, "时钟");
    if (!e->actor_name || !*e->actor_name) return word(q, s->w->anonymous ? "匿名" : "企业");
    if (event_by(s, e) != BY_FIRM) return e->actor_name;
    const char *dot = strstr(e->actor_name, "·"); /* the firm stands above */
    return dot ? dot + strlen("·") : e->actor_name;
}

/* ---- what ---- */

static const char *named(const Sheet *s, const char *action)
{
    static const Choice built_in[] = {{"save", "存草稿", "Saved"},
                                      {"create", "新建", "Created"},
                                      {"close_unrated", "到期未评，办结", "Closed unrated"},
                                      {"clock_over", "超期", "Over time"},
                                      {"request_up", "请求上移", "Request moved up"},
                                      {"take_back", "撤回申请", "Request taken back"},
                                      {0}};
    const Action *x = flow_action(&whistle_flow, action);
    int i = choice_index(built_in, action);
    bool en = s->q->out.lang == EN;
    if (x) return en ? x->en : x->zh;
    return i < 0 ? action : en ? built_in[i].en : built_in[i].zh;
}

const char *event_name(const Sheet *s, const Event *e)
{
    Req *q = s->q;
    const Action *x = flow_action(&whistle_flow, e->action);
    if (is(e->action, "decide")) {
        const char *kind = value(e, "in.kind");
        bool agreed = is(value(e, "in.decision"), "agreed");
        return SAY(q, agreed ? "同意：%1" : "不同意：%1", kind ? named(s, kind) : "");
    }
    if (is(e->action, "submit") && q->out.lang == ZH)
        return event_by(s, e) == BY_FIRM ? "企业吹哨" : "代为吹哨";
    if (is(e->action, "urge") && event_by(s, e) == BY_FIRM) return word(q, "企业催办");
    if (is(e->action, "contact") && value(e, "contacted_at")) return word(q, "首次联系");
    /* asked for only: the state is what it was, and another person is to decide */
    if (x && (x->second || x->second_if) && is(e->from, e->to) && !is(e->channel, "clock"))
        return SAY(q, "%1²（等决定）", named(s, e->action));
    return named(s, e->action);
}

/* ---- values ---- */

static bool is_said(const Field *f)
{
    return f->lines || f->kind == K_TEXTS;
}

static const char *ids_text(const Sheet *s, const char *stored)
{
    Out o = {.a = s->q->a};
    for (const char *at = stored; *at;) {
        size_t n = strcspn(at, "\n,");
        int64_t id;
        if (num_parse(arena_copy(s->q->a, at, n), &id))
            out_f(&o, "%s%s", o.n ? (s->q->out.lang == EN ? ", " : "、") : "",
                  names_dept(s->names, id));
        at += n + (at[n] != 0);
    }
    return str_of(&o);
}

static const char *ref_text(const Sheet *s, const Field *f, const char *stored)
{
    int64_t id;
    if (!num_parse(stored, &id)) return stored;
    return is(f->ref, "department") ? names_dept(s->names, id) : person_name(s, id);
}

/* "41:yes,57:no" as 市住建局 满意、供电公司 不满意 */
static const char *ratings_text(const Sheet *s, const char *stored)
{
    Req *q = s->q;
    Out o = {.a = q->a};
    for (const char *at = stored; *at;) {
        size_t n = strcspn(at, ","), id_n = strcspn(at, ":,");
        int64_t id = 0;
        int i = choice_index(satisfactions,
                             arena_copy(q->a, at + id_n + (id_n < n), n - id_n - (id_n < n)));
        if (num_parse(arena_copy(q->a, at, id_n), &id) && i >= 0)
            out_f(&o, "%s%s %s", o.n ? (q->out.lang == EN ? ", " : "、") : "",
                  names_dept(s->names, id),
                  q->out.lang == EN ? satisfactions[i].en : satisfactions[i].zh);
        at += n + (at[n] == ',');
    }
    return str_of(&o);
}

static const char *value_text(const Sheet *s, const Field *f, const char *stored)
{
    if (is(f->name, "departments")) return ratings_text(s, stored);
    if (is(f->name, "solved")) return word(s->q, is(stored, "true") ? "已解决" : "没有解决");
    Req *q = s->q;
    Time t;
    int i;
    switch ((Kind)f->kind) {
    case K_PICK:
        i = choice_index(f->picks, stored);
        return i < 0 ? stored : q->out.lang == EN ? f->picks[i].en : f->picks[i].zh;
    case K_FLAG: return word(q, strcmp(stored, "1") == 0 ? "是" : "否");
    case K_REF: return ref_text(s, f, stored);
    case K_IDS: return ids_text(s, stored);
    case K_CODE: return names_class(s->names, stored);
    case K_TIME: return time_parse(stored, &t) ? date_zh(q, t.v) : stored;
    case K_SEALED: return "****";
    case K_TEXT:
    case K_TEXTS:
    case K_NUM:
    case K_FEN:
    case K_DAY: return stored;
    }
    return stored;
}

static const Field *input_of(const Action *x, const char *name)
{
    for (int i = 0; x && i < x->input_n; i++)
        if (strcmp(x->input[i].name, name) == 0) return &x->input[i];
    return NULL;
}

/* What the clock wrote beside its event: a sentence, or the name of a clock or of a request. */
static const char *note_text(const Sheet *s, const Event *e)
{
    Req *q = s->q;
    if (!e->note || !*e->note) return NULL;
    if (flow_clock(&whistle_flow, e->note)) return word(q, clock_zh(e->note));
    return flow_action(&whistle_flow, e->note) ? named(s, e->note) : e->note;
}

void event_words(const Sheet *s, const Event *e, const char **said_out, const char **facts_out)
{
    Req *q = s->q;
    const Action *x = flow_action(&whistle_flow, e->action);
    const char *glue = q->out.lang == EN ? "; " : "；";
    Out said = {.a = q->a}, facts = {.a = q->a};
    const char *note = note_text(s, e);
    if (note) out_raw(&facts, note);
    for (int i = 0; i < e->n; i++) {
        const EventValue *v = &e->v[i];
        bool input = v->field && strncmp(v->field, "in.", 3) == 0;
        const Field *f = input ? input_of(x, v->field + 3) : NULL;
        const char *text = v->erased ? v->erased : v->new;
        if (input && is(v->field, "in.answer") && text)
            out_f(&said, "%s%s", said.n ? "\n" : "", text);
        if (!f || f->hidden || !text || !*text) continue;
        if (f->kind == K_FLAG && strcmp(text, "1") != 0) continue;
        const char *shown = v->erased ? text : value_text(s, f, text);
        if (f->kind == K_FLAG)
            out_f(&facts, "%s%s", facts.n ? glue : "", q->out.lang == EN ? f->en : f->zh);
        else if (is(f->name, "solved") || is(f->name, "departments") || is(f->name, "satisfied"))
            out_f(&facts, "%s%s", facts.n ? glue : "", shown); /* says itself what it is */
        else if (is_said(f))
            out_f(&said, "%s%s", said.n ? "\n" : "", shown);
        else
            out_f(&facts, "%s%s %s", facts.n ? glue : "", q->out.lang == EN ? f->en : f->zh, shown);
    }
    *said_out = str_of(&said);
    *facts_out = str_of(&facts);
}

/* ---- the block ---- */

static const char *const shows[] = {"all", "enterprise", "department", "clock", "internal"};

static EventBy shown_of(const Req *q)
{
    const char *show = req_arg(q, "show");
    for (int i = 0; show && i < COUNT(shows); i++)
        if (strcmp(shows[i], show) == 0) return (EventBy)i;
    return BY_ALL;
}

static bool is_upwards(const Req *q)
{
    return is(req_arg(q, "order"), "old");
}

static const char *path_of(const Sheet *s, EventBy by, bool old)
{
    return arena_f(s->q->a, "/whistles/%lld?show=%s%s#t-h", (long long)s->w->h.id, shows[by],
                   old ? "&order=old" : "");
}

static void one(const Sheet *s, const Event *e)
{
    static const char *const classes[] = {"", "by-enterprise", "", "by-clock", ""};
    EventBy by = event_by(s, e);
    const char *said, *facts, *class = classes[by];
    event_words(s, e, &said, &facts);
    if (by == BY_TIME &&
        (is(e->action, "clock_over") || is(e->action, "escalate") || strstr(e->action, "_over")))
        class = "by-clock is-late";
    event_html(&s->q->out, class, time_text_zh(s->q, e->at), event_name(s, e), e->internal,
               event_who(s, e), facts, said, by == BY_INSIDE);
}

void timeline_block(const Sheet *s)
{
    static const char *const names[] = {"全部", "企业", "部门", "时钟", "内部备注"};
    Req *q = s->q;
    int n[COUNT(names)] = {0};
    EventBy show = shown_of(q);
    bool old = is_upwards(q), first = true;
    for (int i = 0; i < s->c.events_n; i++) n[event_by(s, &s->c.events[i])]++;
    n[BY_ALL] = s->c.events_n;
    timeline_begin_html(&q->out,
                        SAY(q, old ? "%1 条，从头看起" : "%1 条，新的在前", digits(q, n[show])),
                        path_of(s, show, !old), word(q, old ? "新的在前" : "从头看"));
    for (int i = 0; i < COUNT(names); i++)
        if (n[i] || i == BY_ALL)
            show_html(&q->out, path_of(s, (EventBy)i, old), word(q, names[i]), n[i],
                      show == (EventBy)i);
    show_end_html(&q->out);
    int64_t day = -1;
    for (int k = 0; k < s->c.events_n; k++) {
        const Event *e = &s->c.events[old ? k : s->c.events_n - 1 - k];
        int64_t on = time_day((Time){e->at, true}).v;
        if (show != BY_ALL && event_by(s, e) != show) continue;
        if (on != day) day_html(&q->out, day_zh(q, e->at), first);
        first = false;
        day = on;
        one(s, e);
    }
    if (first)
        section_end_html(&q->out);
    else
        timeline_end_html(&q->out);
}
