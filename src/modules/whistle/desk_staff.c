/* desk_staff: the pieces of the desks. Numbers are counted through the lens of the list that they
   open; rows cost a few questions, whatever their number. */
#include "modules/whistle/desk_own.h"

#include <string.h>

#include "modules/whistle/desk_staff.html.h"

enum { REQUESTS_SHOWN = 8, OWED_SHOWN = 30, DEPTS_SHOWN = 12 };

/* ---- head ---- */

/* 上午好，派单 01: the post alone, without the office it belongs to. */
static const char *post_of(const Req *q)
{
    const char *name = q->who.name ? q->who.name : "", *dot = strstr(name, "·");
    return dot ? dot + strlen("·") : name;
}

static const char *hello(Req *q)
{
    int hour = (int)(((q->now / 3600000) + 8) % 24);
    const char *zh = hour < 6 ? "夜里好" : hour < 12 ? "上午好" : hour < 18 ? "下午好" : "晚上好";
    return SAY(q, "%1，%2", word(q, zh), post_of(q));
}

static const char *left_of_day(Req *q)
{
    int64_t start[SEGMENTS_MAX], end[SEGMENTS_MAX];
    int n = calendar_segments(q->desk->calendar, q->today.v, start, end);
    for (int i = 0; i < n; i++) {
        bool before = q->now < start[i];
        if (q->now >= end[i]) continue;
        Out left = {.a = q->a, .lang = q->out.lang};
        calendar_left(q->desk->calendar, q->now, before ? start[i] : end[i], UNIT_MIN, &left);
        return SAY(q, before ? "距上班 %1" : i + 1 < n ? "距午休 %1" : "距下班 %1", str_of(&left));
    }
    const char *name = calendar_day_name(q->desk->calendar, q->today.v);
    if (n) return word(q, "今天的工作时间已过");
    return name && q->out.lang == ZH ? arena_f(q->a, "休息日，%s", name) : word(q, "休息日");
}

static const char *when(Req *q)
{
    Out o = {.a = q->a};
    out_f(&o, "%s · %s", day_plain(q, q->now), left_of_day(q));
    for (int i = 0; i < q->who.absent_n; i++)
        out_raw(&o, SAY(q, "，今天代理 %1", q->who.absent[i].name));
    return str_of(&o);
}

void desk_begin(Desktop *t, Html buttons)
{
    Req *q = t->q;
    shell_begin(q, "工作台");
    desk_begin_html(&q->out, hello(q), when(q), buttons);
}

Html desk_button(Desktop *t, const char *path, const char *zh, bool primary)
{
    Out page = page_part(t->q);
    button_html(&t->q->out, path, word(t->q, zh), primary);
    return page_part_end(t->q, page);
}

void desk_columns(Desktop *t)
{
    columns_html(&t->q->out);
}

void desk_aside(Desktop *t, const char *label)
{
    aside_html(&t->q->out, word(t->q, label));
}

int desk_end(Desktop *t)
{
    desk_end_html(&t->q->out, true);
    return shell_end(t->q, 200);
}

/* ---- numbers ---- */

DeskCount desk_count(Desktop *t, const char *query, const char *zh, const char *means)
{
    Req *q = t->q;
    return (DeskCount){.path = arena_f(q->a, "/whistles?%s", query),
                       .n = lens_count_of(q, t->names, query),
                       .zh = word(q, zh),
                       .means = word(q, means),
                       .bad = strstr(query, "light=red") != NULL};
}

DeskCount desk_requests_count(Desktop *t)
{
    Req *q = t->q;
    int64_t n = 0;
    if (inbox_requests_count(q->q, q->a, &q->who, ASKED_OF_ME, &n) < 0) n = 0;
    return (DeskCount){"/requests", n, word(q, "待我决定"), word(q, "两步请求，等我同意或不同意"),
                       false};
}

void desk_counts(Desktop *t, const DeskCount *c, int n)
{
    counts_html(&t->q->out, c, n);
}

int desk_numbers(Desktop *t, const char *id, const char *zh, const DeskCount *c, int n)
{
    Req *q = t->q;
    pairs_begin_html(&q->out, id, word(q, zh));
    for (int i = 0; i < n; i++)
        number_item_html(&q->out, c[i].path, c[i].zh, c[i].n, c[i].bad && c[i].n > 0);
    list_end_html(&q->out);
    return OK;
}

/* ---- rows ---- */

int desk_rows(Desktop *t, const Whistle *w, int n, DeskRow *out)
{
    Req *q = t->q;
    OpenMark *marks;
    int marks_n;
    int64_t ids[AGENDA_MAX] = {0};
    const char *firms[AGENDA_MAX] = {0};
    for (int i = 0; i < n; i++) ids[i] = w[i].h.id;
    TRY(agenda_marks(q->q, q->a, q->who.site, n, ids, &marks, &marks_n));
    enterprise_names(q, w, n, firms);
    for (int i = 0; i < n; i++) {
        const Head *h = &w[i].h;
        out[i] =
            (DeskRow){.id = h->id,
                      .number = h->number ? h->number : "",
                      .title = w[i].title ? w[i].title : word(q, "（没有标题）"),
                      .enterprise = firms[i],
                      .third = w[i].lead.has ? names_dept(t->names, w[i].lead.v) : word(q, "未定"),
                      .light = {""}};
        out[i].tags = tags_of(q, &w[i], marks, marks_n);
        if (!h->next_due) continue;
        out[i].light = light_html(q, h->next_due, h->next_warn, next_unit(q, &w[i]));
        out[i].due =
            arena_f(q->a, "%s %s", word(q, clock_zh(h->next_clock)), date_zh(q, h->next_due));
    }
    return OK;
}

void desk_table_begin(Desktop *t, const DeskTable *x)
{
    table_begin_html(&t->q->out, x);
}

void desk_group(Desktop *t, const char *name, int n, const char *means)
{
    group_html(&t->q->out, false, name, n, means);
}

void desk_row(Desktop *t, const DeskTable *x, const DeskRow *r)
{
    row_html(&t->q->out, r, x->waits);
}

void desk_table_end(Desktop *t)
{
    table_end_html(&t->q->out);
}

void desk_table(Desktop *t, const DeskTable *x, const DeskRow *rows, int n)
{
    if (n == 0) {
        table_empty_html(&t->q->out, x);
        return;
    }
    desk_table_begin(t, x);
    for (int i = 0; i < n; i++) desk_row(t, x, &rows[i]);
    desk_table_end(t);
}

/* ---- requests ---- */

static const char *kind_word(const Req *q, const Waiting *w)
{
    const Action *x = w->rec->flow ? flow_action(w->rec->flow, w->r.kind) : NULL;
    if (x) return q->out.lang == EN ? x->en : x->zh;
    return q->out.lang == EN ? w->rec->en : w->rec->zh;
}

/* The whistles among the cases of these requests, by one question. */
static int whistles_of(Req *q, const Waiting *all, int n, Whistle **out, int *n_out)
{
    Out list = {.a = q->a};
    for (int i = 0; i < n; i++)
        if (all[i].rec == &whistle_record)
            out_f(&list, "%s%lld", list.n ? "," : "", (long long)all[i].case_id);
    Find f = {.n = 1, .filters = {{"id", "in", str_of(&list)}}, .limit = AGENDA_MAX};
    return whistles_find(q, &f, out, n_out, NULL);
}

static const Whistle *whistle_at(const Whistle *w, int n, int64_t id)
{
    for (int i = 0; i < n; i++)
        if (w[i].h.id == id) return &w[i];
    return NULL;
}

int desk_asked_of_me(Desktop *t)
{
    Req *q = t->q;
    Waiting *all;
    Whistle *w;
    int n, found;
    int64_t count = desk_requests_count(t).n;
    TRY(inbox_requests(q->q, q->desk, q->a, &q->who, ASKED_OF_ME, REQUESTS_SHOWN, &all, &n));
    if (n == 0) return OK;
    TRY(whistles_of(q, all, n, &w, &found));
    requests_begin_html(&q->out, count, count > n);
    for (int i = 0; i < n; i++) {
        const Request *r = &all[i].r;
        const Whistle *of = whistle_at(w, found, all[i].case_id);
        int64_t warn = calendar_warn(q->desk->calendar, r->asked_at, r->due_at, UNIT_WD, 750);
        const char *reason = r->reason && *r->reason ? r->reason : "";
        request_row_html(&q->out, light_html(q, r->due_at, warn, UNIT_WD), date_zh(q, r->due_at),
                         kind_word(q, &all[i]), of ? of->title : reason,
                         of && of->h.number ? arena_f(q->a, "%s · %s", of->h.number, reason)
                                            : reason,
                         r->by, date_zh(q, r->asked_at));
    }
    table_end_html(&q->out);
    return OK;
}

int desk_asked_by_me(Desktop *t)
{
    Req *q = t->q;
    Waiting *all;
    Whistle *w;
    int n, found;
    int64_t count = 0;
    TRY(inbox_requests(q->q, q->desk, q->a, &q->who, ASKED_BY_ME, REQUESTS_SHOWN, &all, &n));
    if (n == 0) return OK;
    TRY(inbox_requests_count(q->q, q->a, &q->who, ASKED_BY_ME, &count));
    TRY(whistles_of(q, all, n, &w, &found));
    list_begin_html(&q->out, "h-mine", word(q, "我提出、等别人决定"), count);
    for (int i = 0; i < n; i++) {
        const Request *r = &all[i].r;
        const Whistle *of = whistle_at(w, found, all[i].case_id);
        Deadline d = {.owner = r->decider, .party = "desk"};
        int64_t warn = calendar_warn(q->desk->calendar, r->asked_at, r->due_at, UNIT_WD, 750);
        const char *who = party_word(q, t->names, &d);
        asked_item_html(&q->out, kind_word(q, &all[i]), of ? of->title : "",
                        SAY(q, "%1 · 等%2", of && of->h.number ? of->h.number : "", who),
                        light_html(q, r->due_at, warn, UNIT_WD));
    }
    list_end_html(&q->out);
    return OK;
}

/* ---- what a desk owes ---- */

static const char *owed_action(const char *clock, const char **path)
{
    static const Choice steps[] = {{"route", "派单", "dispatch"},
                                   {"objection_decide", "决定异议", "decide_objection"},
                                   {"level", "答复提级", "answer_escalation"},
                                   {"callback", "记回访", "call_back"},
                                   {"acknowledge", "确认催办", ""},
                                   {0}};
    int i = choice_index(steps, clock);
    *path = i < 0 ? "" : steps[i].en;
    return i < 0 ? "打开" : steps[i].zh;
}

int desk_owed(Desktop *t)
{
    Req *q = t->q;
    Owed *all;
    Lens lens = {.names = t->names, .by_ids = true};
    Whistle *w;
    int n, found, shown = 0;
    OwedBy by = {.record = whistle_record.name, .who = &q->who, .limit = AGENDA_MAX};
    TRY(agenda_owed(q->q, q->a, q->who.site, &by, &all, &n));
    int64_t *ids = arena_array(q->a, (size_t)n + 1, sizeof *ids);
    for (int i = 0; i < n; i++) { /* a case once, by its earliest clock */
        bool seen = strcmp(all[i].d.clock, "request_decide") == 0;
        for (int k = 0; k < shown; k++) seen |= ids[k] == all[i].case_id;
        if (seen) continue;
        all[shown] = all[i];
        ids[shown++] = all[i].case_id;
    }
    int total = shown;
    if (shown > OWED_SHOWN) shown = OWED_SHOWN;
    lens.ids = ids;
    lens.ids_n = shown;
    TRY(lens_rows(q, &lens, NULL, NULL, AGENDA_MAX, &w, &found, NULL));
    DeskRow *rows = arena_array(q->a, (size_t)found + 1, sizeof *rows), *list;
    TRY(desk_rows(t, w, found, rows));
    list = arena_array(q->a, (size_t)shown + 1, sizeof *list);
    int k = 0;
    for (int i = 0; i < shown; i++)
        for (int j = 0; j < found; j++) {
            const Deadline *d = &all[i].d;
            if (w[j].h.id != all[i].case_id) continue;
            const char *path, *action = owed_action(d->clock, &path);
            list[k] = rows[j];
            list[k].light = light_of(q, d);
            list[k].due =
                arena_f(q->a, "%s %s", word(q, clock_zh(d->clock)), date_zh(q, d->due_at));
            list[k].third_sub = state_word(q, &w[j]);
            list[k].action = word(q, action);
            list[k++].path =
                arena_f(q->a, "/whistles/%lld%s%s", (long long)w[j].h.id, *path ? "/" : "", path);
        }
    DeskTable x = {.id = "h-owed",
                   .heading = word(q, "等我办"),
                   .means = word(q, "时钟在我这里走，急的在前"),
                   .caption = word(q, "等我办的事项，先到期的在前"),
                   .first = word(q, "时限"),
                   .third = word(q, "主办部门"),
                   .n = total,
                   .all = total > k ? "/whistles?owed=any" : NULL,
                   .empty = word(q, "现在没有等您办的事。")};
    desk_table(t, &x, list, k);
    return OK;
}

/* ---- overdue ---- */

static const char *deed_text(Req *q, const Deed *all, int n, int64_t id)
{
    for (int i = 0; i < n; i++) {
        if (all[i].case_id != id) continue;
        const Action *x = flow_action(&whistle_flow, all[i].action);
        const char *what = !x ? all[i].action : q->out.lang == EN ? x->en : x->zh;
        return SAY(q, "最近一步：%1 %2", what, date_zh(q, all[i].at));
    }
    return NULL;
}

int desk_late(Desktop *t, const char *query, int limit)
{
    Req *q = t->q;
    Whistle *w;
    Deed *deeds;
    int n, deeds_n;
    bool may_urge = q->who.role == ROLE_SUPERVISOR || q->who.role == ROLE_DISPATCHER;
    TRY(lens_rows_of(q, t->names, query, "next_due", limit, &w, &n));
    DeskRow *rows = arena_array(q->a, (size_t)n + 1, sizeof *rows);
    int64_t ids[AGENDA_MAX] = {0};
    for (int i = 0; i < n; i++) ids[i] = w[i].h.id;
    TRY(desk_rows(t, w, n, rows));
    TRY(agenda_deeds(q->q, q->a, q->who.site, n, ids, NULL, &deeds, &deeds_n));
    for (int i = 0; i < n; i++) {
        rows[i].third_sub = deed_text(q, deeds, deeds_n, w[i].h.id);
        rows[i].action = word(q, may_urge ? "催办" : "打开");
        rows[i].path =
            arena_f(q->a, "/whistles/%lld%s", (long long)w[i].h.id, may_urge ? "/urge" : "");
    }
    int64_t total = lens_count_of(q, t->names, query);
    DeskTable x = {.id = "h-late",
                   .heading = word(q, "已超期"),
                   .means = word(q, "最近的时限已过，久的在前"),
                   .caption = word(q, "已超期的事项"),
                   .first = word(q, "时限"),
                   .third = word(q, "谁在办"),
                   .n = total,
                   .all = total > n ? arena_f(q->a, "/whistles?%s", query) : NULL,
                   .empty = word(q, "没有超期的事项。")};
    desk_table(t, &x, rows, n);
    return OK;
}

static int by_late(Load *l, int n, int max)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && (l[k].late > l[k - 1].late ||
                                  (l[k].late == l[k - 1].late && l[k].open > l[k - 1].open));
             k--) {
            Load swap = l[k];
            l[k] = l[k - 1];
            l[k - 1] = swap;
        }
    return n < max ? n : max;
}

int desk_by_dept(Desktop *t)
{
    Req *q = t->q;
    Load *all;
    int n;
    TRY(agenda_load(q->q, q->a, q->who.site, &whistle_record, "lead", STATES_OPEN, NULL, 0, q->now,
                    &all, &n));
    n = by_late(all, n, DEPTS_SHOWN);
    loads_begin_html(&q->out, "h-depts", word(q, "各部门手里的"), word(q, "主办部门"));
    for (int i = 0; i < n; i++) {
        if (all[i].id == 0) continue;
        const char *dept = arena_f(q->a, "/whistles?state=open&dept=%lld", (long long)all[i].id);
        load_row_html(&q->out, names_dept(t->names, all[i].id), dept, all[i].open,
                      arena_f(q->a, "%s&light=red", dept), all[i].late);
    }
    table_end_html(&q->out);
    return OK;
}
