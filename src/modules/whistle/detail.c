/* detail: the page of one whistle. The clock that counts now and the next step stand above the fold,
   on the phone too; then the enterprise's words, the facts, and what was done, newest first. */
#include "modules/whistle/detail_own.h"

#include "desk/account.h"

#include <string.h>

#include "modules/whistle/detail.html.h"

enum { GRID = 4 }; /* actions beside the next step; the others are one press away */

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

/* ---- loading ---- */

static void add_person(Sheet *s, int64_t id)
{
    for (int i = 0; i < s->people_n; i++)
        if (s->people[i] == id) return;
    if (id > 0 && s->people_n < PEOPLE_MAX) s->people[s->people_n++] = id;
}

/* Accounts that the page names: handler, deputy, who acted, who was assigned. */
static int load_people(Sheet *s)
{
    Req *q = s->q;
    int64_t id;
    add_person(s, s->w->handler.v);
    add_person(s, s->w->deputy.v);
    for (int i = 0; i < s->c.events_n; i++) {
        const Event *e = &s->c.events[i];
        add_person(s, e->actor);
        for (int k = 0; k < e->n; k++)
            if ((is(e->v[k].field, "in.handler") || is(e->v[k].field, "in.deputy")) &&
                e->v[k].new &&num_parse(e->v[k].new, &id))
                add_person(s, id);
    }
    TRY(rec_titles(q->q, q->desk, q->a, &account_record, q->who.site, s->people_n, s->people,
                   s->people_names));
    return agenda_speakers(q->q, q->a, q->who.site, s->people_n, s->people, s->people_outside);
}

const char *person_name(const Sheet *s, int64_t id)
{
    for (int i = 0; i < s->people_n; i++)
        if (s->people[i] == id && s->people_names[i]) return s->people_names[i];
    return "—";
}

const char *person_post(const Sheet *s, int64_t id)
{
    const char *name = person_name(s, id), *dot = strstr(name, "·");
    return dot ? dot + strlen("·") : name;
}

/* ---- which clock, which step ---- */

/* The clock of the deed that is awaited now. For the enterprise its own, for staff the department's. */
static const Deadline *clock_now(const Sheet *s)
{
    static const char *const order[] = {"route",    "sign",   "objection_decide", "contact",
                                        "answer",   "rework", "resolve",          "evaluate",
                                        "callback", "level"};
    for (int k = 0; k < COUNT(order); k++) {
        const Deadline *found = NULL;
        for (int i = 0; i < s->c.clocks_n; i++) {
            const Deadline *d = &s->c.clocks[i];
            if (d->ended || strcmp(d->clock, order[k]) != 0) continue;
            bool firm = strcmp(d->party, "enterprise") == 0;
            if (!found || firm != s->staff) found = d;
        }
        if (found) return found;
    }
    return NULL;
}

const Action *sheet_action(const Sheet *s, const char *name)
{
    for (int i = 0; i < s->c.actions_n; i++)
        if (strcmp(s->c.actions[i]->name, name) == 0) return s->c.actions[i];
    return NULL;
}

/* In work the awaited clock says which: contact first, then the plan, then the reply. */
static const Action *next_action(const Sheet *s)
{
    static const char *const by_clock[][2] = {{"contact", "contact"}, {"answer", "plan"}};
    const Action *x = sheet_action(s, "answer_escalation");
    if (x) return x;
    for (int i = 0; s->clock && i < COUNT(by_clock); i++)
        if (is(s->clock->clock, by_clock[i][0]) && (x = sheet_action(s, by_clock[i][1]))) return x;
    for (int i = 0; i < s->c.actions_n; i++)
        if (s->c.actions[i]->primary && !s->c.actions[i]->quiet) return s->c.actions[i];
    return NULL;
}

int sheet_load(Req *q, int64_t id, Sheet *s)
{
    *s = (Sheet){.q = q, .staff = q->who.role != ROLE_ENTERPRISE};
    TRY(case_load(q->q, q->desk, q->a, &q->who, &whistle_record, id, CASE_EVENTS | CASE_ACTIONS,
                  q->now, &s->c));
    s->w = s->c.row;
    s->names = names_load(q);
    TRY(load_people(s));
    s->clock = clock_now(s);
    s->next = next_action(s);
    return OK;
}

/* ---- buttons ---- */

const char *action_path(const Sheet *s, const Action *x)
{
    return arena_f(s->q->a, "/whistles/%lld/%s", (long long)s->w->h.id, x->name);
}

static bool is_two_step(const Action *x)
{
    return is(x->name, "extend") || is(x->name, "refuse");
}

const char *action_word(const Sheet *s, const Action *x)
{
    Req *q = s->q;
    bool planned = s->w->plan && *s->w->plan;
    if (is(x->name, "plan")) return word(q, planned ? "更新计划" : "写办理计划");
    if (is(x->name, "refuse")) return word(q, "申请不予受理²");
    if (is(x->name, "contact")) return word(q, s->w->contacted_at.has ? "记联系" : "登记首次联系");
    const char *name = q->out.lang == EN ? x->en : x->zh;
    return is_two_step(x) ? arena_f(q->a, "%s²", name) : name;
}

static Html button(const Sheet *s, const Action *x, bool primary)
{
    Req *q = s->q;
    Out page = page_part(q);
    const char *path = action_path(s, x), *name = action_word(s, x);
    if (x->input_n)
        link_button_html(&q->out, path, name, primary);
    else
        form_button_html(&q->out, path, name, primary, is(x->name, "discard"),
                         form_hidden(q, s->w->h.rev));
    return page_part_end(q, page);
}

/* ---- clock box ---- */

static int used_percent(const Sheet *s, const Deadline *d)
{
    const Calendar *c = s->q->desk->calendar;
    int64_t now = s->q->now;
    bool working = d->span.unit == UNIT_WH || d->span.unit == UNIT_WD;
    int64_t all =
        working ? calendar_working_ms(c, d->started_at, d->due_at) : d->due_at - d->started_at;
    int64_t used = working ? calendar_working_ms(c, d->started_at, now) : now - d->started_at;
    if (all <= 0 || used >= all) return 100;
    return used <= 0 ? 0 : (int)(used * 100 / all);
}

static const char *awaited(const Sheet *s, const Deadline *d)
{
    static const Choice deeds[] = {{"route", "派给主办部门", ""},
                                   {"sign", "主办部门签收", ""},
                                   {"contact", "第一次联系企业", ""},
                                   {"answer", "写出办理计划", ""},
                                   {"resolve", "答复企业", ""},
                                   {"rework", "重新答复企业", ""},
                                   {"evaluate", "请企业评价", ""},
                                   {"callback", "回访企业", ""},
                                   {"objection_decide", "决定异议", ""},
                                   {"level", "答复提级", ""},
                                   {0}};
    int i = choice_index(deeds, d->clock);
    return i < 0 ? "" : word(s->q, deeds[i].zh);
}

static void clock_box(const Sheet *s, const Deadline *d)
{
    Req *q = s->q;
    bool late = q->now > d->due_at, soon = !late && q->now >= d->warn_at;
    int used = used_percent(s, d);
    const char *form = late ? " is-late" : soon ? " is-soon" : "";
    clock_begin_html(&q->out, form, SAY(q, "%1时限", word(q, clock_zh(d->clock))),
                     word(q, late   ? "超期"
                             : soon ? "临期"
                                    : "正常"),
                     left_text(q, d->due_at, d->span.unit), SAY(q, "%1 前", date_zh(q, d->due_at)),
                     awaited(s, d));
    track_html(&q->out, SAY(q, "已用 %1%", digits(q, used)), arena_f(q->a, "%d%%", used),
               SAY(q, "%1 起算", date_zh(q, d->started_at)),
               late || soon ? "" : SAY(q, "%1 起临期", date_zh(q, d->warn_at)),
               date_zh(q, d->due_at));
    why_block(q, d);
    clock_end_html(&q->out);
}

/* No clock runs: what became of it. */
static void ended_box(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    const char *by = "", *until = "";
    if (w->h.state == DRAFT) {
        ended_box_html(&q->out, "", word(q, "草稿"), word(q, "还没有发出，没有时限"), "");
        return;
    }
    if (w->closed_at.has) by = SAY(q, "%1 办结", date_zh(q, w->closed_at.v));
    if (w->h.state == NOT_ACCEPTED && w->contest_until.has)
        until = SAY(q, "企业可在 %1 前申辩一次", date_zh(q, w->contest_until.v));
    else if (w->reopen_until.has && q->now <= w->reopen_until.v)
        until = SAY(q, "%1 前企业可以要求重新办理", date_zh(q, w->reopen_until.v));
    const char *glue = *by && *until ? (q->out.lang == EN ? "; " : "；") : "";
    ended_box_html(&q->out, "", word(q, "结果"),
                   w->h.state == CLOSED ? feedback_text(s) : state_word(q, w),
                   arena_f(q->a, "%s%s%s", by, glue, until));
}

/* ---- notes under the clock ---- */

static void late_notes(const Sheet *s)
{
    Req *q = s->q;
    for (int i = 0; i < s->c.clocks_n; i++) {
        const Deadline *d = &s->c.clocks[i];
        bool firm_twin = strcmp(d->party, "enterprise") == 0 && s->clock &&
                         strcmp(d->clock, s->clock->clock) == 0 && d->due_at == s->clock->due_at;
        if (d->ended || d == s->clock || q->now <= d->due_at || firm_twin) continue;
        late_note_html(&q->out, light_of(q, d),
                       SAY(q, "%1，%2", word(q, clock_zh(d->clock)), party_word(q, s->names, d)));
    }
}

static const Deadline *clock_of_mark(const Sheet *s, const Mark *m)
{
    for (int i = 0; i < s->c.clocks_n; i++)
        if (!s->c.clocks[i].ended && s->c.clocks[i].ref == m->id && m->id) return &s->c.clocks[i];
    return NULL;
}

static void mark_notes(const Sheet *s)
{
    Req *q = s->q;
    for (int i = 0; i < s->c.marks_n; i++) {
        const Mark *m = &s->c.marks[i];
        const Deadline *d = clock_of_mark(s, m);
        const char *text = m->text ? m->text : "";
        if (m->closed_at) continue;
        if (is(m->kind, "escalation"))
            note_html(&q->out, " is-warn", level_word(q, m->level),
                      m->answer ? SAY(q, "，%1 决定：%2", text, m->answer)
                      : d ? SAY(q, "，%1；%2 在 %3 前答复", text, party_word(q, s->names, d),
                                date_zh(q, d->due_at))
                          : SAY(q, "，%1", text));
        else if (is(m->kind, "urge"))
            note_html(&q->out, " is-warn", word(q, "催办待确认"),
                      SAY(q, "，%1 %2 %3", m->by ? m->by : "", date_zh(q, m->opened_at), text));
        else if (is(m->kind, "ask"))
            note_html(&q->out, "", word(q, "等企业补充"), SAY(q, "，%1", text));
        else if (is(m->kind, "objection"))
            note_html(&q->out, " is-warn", word(q, "退单异议"),
                      SAY(q, "，%1：%2", names_dept(s->names, m->owner), text));
    }
    if (s->w->not_contacted && s->w->h.state < CLOSED)
        note_html(&q->out, " is-bad", word(q, "企业说没有人联系"),
                  word(q, "，首次联系按未联系计，除非督办另有认定"));
}

static void request_notes(const Sheet *s)
{
    Req *q = s->q;
    for (int i = 0; i < s->c.requests_n; i++) {
        const Request *r = &s->c.requests[i];
        const Action *x = flow_action(&whistle_flow, r->kind);
        if (!is(r->state, "open")) continue;
        Deadline d = {.owner = r->decider, .party = "desk"};
        bool mine = r->by_account == q->who.account;
        bool decides = !mine && (s->c.relations & r->decider_who);
        const char *name = !x ? r->kind : q->out.lang == EN ? x->en : x->zh;
        const char *who = party_word(q, s->names, &d);
        if (r->decider_who == W_LEAD_HEAD) who = SAY(q, "%1·负责人", who);
        request_note_html(&q->out, SAY(q, "%1待决定", name),
                          SAY(q, "，%1 提出：%2。%3 在 %4 前决定，期间状态和时限不变。", r->by,
                              r->reason ? r->reason : "", who, date_zh(q, r->due_at)),
                          r->id, mine ? form_hidden(q, -1) : (Html){""},
                          decides ? word(q, "去决定") : NULL);
    }
}

/* ---- next step ---- */

static const char *why_next(const Sheet *s, const char *name)
{
    static const Choice why[] = {{"dispatch", "定主办部门，时钟随之启动", ""},
                                 {"sign", "谁签收谁经办，可以改派", ""},
                                 {"contact", "先和企业联系上，登记后时钟停止", ""},
                                 {"plan", "写明分几步、到哪天，企业看得到", ""},
                                 {"reply", "企业原样看到，随后请企业评价", ""},
                                 {"decide_objection", "成立要写新的主办部门，不成立为最终", ""},
                                 {"call_back", "按企业原话记", ""},
                                 {"answer_escalation", "写明办法和期限，企业会收到", ""},
                                 {"evaluate", "是否解决由您说了算", ""},
                                 {"supply", "补充后继续办，时限照走", ""},
                                 {"submit", "发出后有编号，不能再改", ""},
                                 {0}};
    int i = choice_index(why, name);
    return i < 0 ? "" : word(s->q, why[i].zh);
}

static const char *waits_for(const Sheet *s)
{
    Req *q = s->q;
    const Deadline *d = s->clock;
    if (s->w->h.state >= CLOSED) return word(q, "已办结，不用再做什么");
    if (!d) return word(q, "现在不等您");
    /* the enterprise's own clocks are owed to it, by the lead */
    bool firm = strcmp(d->party, "enterprise") == 0 && !is(d->clock, "evaluate");
    return SAY(q, "现在等：%1",
               firm ? names_dept(s->names, s->w->lead.v) : party_word(q, s->names, d));
}

static void next_step(const Sheet *s)
{
    Req *q = s->q;
    const Action *next = s->next;
    const char *heading = next ? SAY(q, "下一步：%1", action_word(s, next)) : waits_for(s);
    const char *why = next ? why_next(s, next->name)
                      : s->clock
                          ? SAY(q, "%1 前%2", date_zh(q, s->clock->due_at), awaited(s, s->clock))
                          : "";
    Out grid = {.a = q->a}, more = {.a = q->a};
    int n = 0;
    bool two = false;
    next_begin_html(&q->out, heading, why);
    if (next && next->input_n) primary_html(&q->out, button(s, next, true));
    if (next && !next->input_n) primary_form_html(&q->out, button(s, next, true));
    for (int i = 0; i < s->c.actions_n; i++) {
        const Action *x = s->c.actions[i];
        if (x == next || x->quiet) continue;
        out_raw(n++ < GRID ? &grid : &more, button(s, x, false).s);
        two |= is_two_step(x);
    }
    if (s->w->h.state == DRAFT && (s->c.relations & W_AUTHOR)) {
        Out page = page_part(q);
        link_button_html(&q->out, arena_f(q->a, "/whistles/%lld/edit", (long long)s->w->h.id),
                         word(q, "修改"), false);
        out_raw(&grid, page_part_end(q, page).s);
    }
    if (grid.n) grid_html(&q->out, (Html){str_of(&grid)});
    if (more.n || two) more_html(&q->out, (Html){str_of(&more)}, two);
    next_end_html(&q->out);
}

/* ---- words ---- */

static Html paragraphs(Req *q, const char *text)
{
    Out page = page_part(q);
    for (const char *at = text ? text : ""; *at;) {
        size_t n = strcspn(at, "\r\n");
        if (n) paragraph_html(&q->out, arena_copy(q->a, at, n));
        at += n;
        at += strspn(at, "\r\n");
    }
    return page_part_end(q, page);
}

static void words_blocks(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    const char *how = choice_word(q, channels, w->channel);
    words_html(&q->out,
               w->submitted_at.has ? SAY(q, "%1，%2", date_zh(q, w->submitted_at.v), how ? how : "")
                                   : word(q, "还没有发出"),
               paragraphs(q, w->text), w->wish);
    if (w->h.state == NOT_ACCEPTED || (w->refuse_reason.has && w->h.state == SUBMITTED)) {
        const char *reason = choice_word(q, refuse_reasons, w->refuse_reason);
        refused_html(&q->out, "", reason ? reason : "", w->refuse_route);
    }
    if (w->reply)
        reply_html(&q->out, w->replied_at.has ? date_zh(q, w->replied_at.v) : "",
                   choice_word(q, outcomes, w->outcome), paragraphs(q, w->reply), w->reply_call);
    if (w->h.state == CLOSED || w->rated_at.has)
        feedback_html(&q->out, w->rated_at.has ? date_zh(q, w->rated_at.v) : "", feedback_text(s),
                      w->words);
}

/* ---- the page ---- */

static void top(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    OpenMark marks[STEP_MARKS_MAX];
    int n = 0;
    for (int i = 0; i < s->c.marks_n && n < STEP_MARKS_MAX; i++)
        if (!s->c.marks[i].closed_at)
            marks[n++] = (OpenMark){
                .case_id = w->h.id, .kind = s->c.marks[i].kind, .level = s->c.marks[i].level};
    crumb_html(&q->out, arena_f(q->a, "/whistles?state=%s", whistle_flow.states[w->h.state].code),
               state_word(q, w));
    head_html(&q->out, w, state_word(q, w), tags_of(q, w, marks, n), enterprise_name(q, w),
              class_name(q, w->class.s), s->staff && w->h.state != DRAFT);
    top_begin_html(&q->out);
    if (s->clock)
        clock_box(s, s->clock);
    else
        ended_box(s);
    late_notes(s);
    mark_notes(s);
    request_notes(s);
    next_step(s);
}

static void body(const Sheet *s)
{
    Req *q = s->q;
    const Whistle *w = s->w;
    int64_t ids[SUPPORT_MAX];
    int running = 0,
        parts = 1 + ids_of(w->supporters, ids, SUPPORT_MAX) + ids_of(w->formers, ids, SUPPORT_MAX);
    for (int i = 0; i < s->c.clocks_n; i++) running += !s->c.clocks[i].ended;
    jump_html(&q->out, w->reply != NULL, w->plan && *w->plan, parts, running, s->c.events_n);
    body_begin_html(&q->out);
    words_blocks(s);
    body_aside_html(&q->out);
    facts_block(s);
    parts_block(s);
    plan_block(s);
    body_rest_html(&q->out);
    if (w->h.state != DRAFT) clocks_block(s);
    timeline_block(s);
    body_end_html(&q->out);
}

int whistle_page(Req *q)
{
    Sheet *s = NEW(q->a, Sheet);
    TRY(sheet_load(q, q->id, s));
    q->menu = "/whistles";
    shell_begin(q, q->out.lang == ZH && s->w->title ? s->w->title : "吹哨事项");
    page_begin_html(&q->out);
    top(s);
    body(s);
    if (s->next)
        bar_html(&q->out, s->clock ? light_of(q, s->clock) : (Html){""}, button(s, s->next, true));
    page_end_html(&q->out, SAY(q, "%1　打印：%2，%3", s->w->h.number ? s->w->h.number : "",
                               q->who.name, minute_text(q, q->now)));
    return shell_end(q, 200);
}
