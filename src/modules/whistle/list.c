/* list: the ledger of whistles. Filters, order and page stand in the address, so that a list can be
   sent to a colleague; what they mean stands in lens.c. */
#include "modules/whistle/lens.h"

#include <string.h>

typedef struct Kept {
    const char *name, *value;
} Kept;
typedef struct Row {
    int64_t id;
    const char *number, *title, *enterprise, *class, *dept, *state, *due, *received;
    Html tags, light;
} Row;

#include "modules/whistle/list.html.h"

enum { PAGE_ROWS = 25 };
static const int sizes[] = {25, 50, 100};

/* A number, or that many and more: a list is not counted to its end. */
typedef struct Counted {
    int64_t n;
    bool more;
} Counted;
typedef struct Page {
    Req *q;
    Lens lens;
    Names *names;
    const char *sort; /* what holds now */
    int limit, n;
    int64_t from;        /* number of the first row */
    Counted total, late; /* all rows of this tab; of the tab of overdue ones */
    Counted states[WITHDRAWN + 1], all;
    Whistle *rows;
    const char *next;
} Page;

/* ---- addresses ---- */

static void add_pair(Out *o, const char *name, const char *value)
{
    out_raw(o, o->n ? "&" : "?");
    put_url_s(o, name);
    out_raw(o, "=");
    put_url_s(o, value);
}

/* This list with some parameters changed (value NULL: without it), back on its first page. */
static const char *changed(const Page *p, int n, const Kept *with)
{
    static const char *const never[] = {"after", "at", "lang", "elder", "compact"};
    const In *query = p->q->query;
    Out o = {.a = p->q->a};
    for (int i = 0; i < query->len; i++) {
        const In *in = &query->items[i];
        bool keep = in->kind == IN_TEXT && in->n > 0;
        for (int k = 0; k < COUNT(never); k++) keep &= strcmp(in->name, never[k]) != 0;
        for (int k = 0; k < n; k++) keep &= strcmp(in->name, with[k].name) != 0;
        if (keep) add_pair(&o, in->name, in->s);
    }
    for (int k = 0; k < n; k++)
        if (with[k].value) add_pair(&o, with[k].name, with[k].value);
    return arena_f(p->q->a, "/whistles%s", str_of(&o));
}

static const char *with(const Page *p, const char *name, const char *value)
{
    return changed(p, 1, &(Kept){name, value});
}

/* Without any filter: the order stays. */
static const char *cleared(const Page *p)
{
    const char *sort = req_arg(p->q, "sort");
    Out o = {.a = p->q->a};
    if (sort) add_pair(&o, "sort", sort);
    return arena_f(p->q->a, "/whistles%s", str_of(&o));
}

/* ---- tabs ---- */

/* "超期" is a tab: all states, red light. Leaving it drops the light, which otherwise stays. */
static bool is_late_tab(const Page *p)
{
    const char *light = req_arg(p->q, "light");
    return !p->lens.states && light && strcmp(light, "red") == 0;
}

static const char *tab_path(const Page *p, const char *state)
{
    const Kept both[] = {{"state", state}, {"light", NULL}};
    return changed(p, is_late_tab(p) ? 2 : 1, both);
}

/* The filters that the tabs share. */
static Lens shared(const Page *p, bool with_light)
{
    Lens l = p->lens;
    int from = l.light_at + l.light_n;
    l.states = NULL;
    if (with_light || l.light_n == 0) return l;
    memmove(&l.find.filters[l.light_at], &l.find.filters[from],
            (size_t)(l.find.n - from) * sizeof(Filter));
    l.find.n -= l.light_n;
    return l;
}

enum {
    COUNT_MOST = 1000
}; /* no number of open cases goes further: counting would cost more than the page */

static void add(Counted *sum, Counted c)
{
    sum->n += c.n;
    sum->more |= c.more;
}

static int count_late(Page *p)
{
    Lens l = shared(p, false);
    char *now = arena_get(p->q->a, 30);
    time_text((Time){p->q->now, true}, now);
    if (l.find.n < FIND_FILTERS_MAX) l.find.filters[l.find.n++] = (Filter){"next_due", "<", now};
    l.find.most = COUNT_MOST + 1;
    TRY(lens_count(p->q, &l, NULL, &p->late.n));
    p->late.more = p->late.n > COUNT_MOST;
    if (p->late.more) p->late.n = COUNT_MOST;
    return OK;
}

static int count_states(Page *p)
{
    Lens l = shared(p, !is_late_tab(p));
    Tally t;
    TRY(lens_tally(p->q, &l, COUNT_MOST, &t));
    for (int i = SUBMITTED; i <= WITHDRAWN; i++) {
        p->states[i] = (Counted){t.n[i], t.more[i]};
        add(&p->all, p->states[i]);
    }
    if (p->q->who.role != ROLE_ENTERPRISE) return OK;
    return lens_count(p->q, &l, whistle_flow.states[DRAFT].code, &p->states[DRAFT].n);
}

/* The rows of this page's own tab: of one state, of several, of all. */
static int count_all(Page *p)
{
    const char *states = p->lens.states;
    TRY(count_late(p));
    TRY(count_states(p));
    p->total = is_late_tab(p) ? p->late : states ? (Counted){0} : p->all;
    for (const char *at = states; at && *at;) {
        size_t n = strcspn(at, ",");
        int i = flow_state(&whistle_flow, arena_copy(p->q->a, at, n));
        if (i >= 0) add(&p->total, p->states[i]);
        at += n + (at[n] == ',');
    }
    return OK;
}

static void tab(const Page *p, const char *path, const char *name, Counted c, bool current)
{
    tab_html(&p->q->out, path, word(p->q, name), c.n, c.more, current);
}

static void tabs(const Page *p)
{
    const Kept red[] = {{"state", NULL}, {"light", "red"}};
    Req *q = p->q;
    const char *state = p->lens.states;
    tabs_begin_html(&q->out);
    for (int i = SUBMITTED; i <= WITHDRAWN; i++) {
        Whistle w = {.h.state = i};
        const char *code = whistle_flow.states[i].code;
        tab(p, tab_path(p, code), state_word(q, &w), p->states[i],
            state && strcmp(state, code) == 0);
    }
    if (q->who.role == ROLE_ENTERPRISE)
        tab(p, tab_path(p, "draft"), "草稿", p->states[DRAFT],
            state && strcmp(state, "draft") == 0);
    tab(p, changed(p, 2, red), "超期", p->late, is_late_tab(p));
    tab(p, tab_path(p, NULL), "全部", p->all, !state && !is_late_tab(p));
    tabs_end_html(&q->out);
}

/* "165", "1000+" */
static const char *total_text(const Page *p)
{
    return arena_f(p->q->a, "%lld%s", (long long)p->total.n, p->total.more ? "+" : "");
}

/* ---- filters ---- */

static const char *arg_of(const Page *p, const char *name)
{
    const char *value = req_arg(p->q, name);
    return value ? value : "";
}

static void option(const Page *p, const char *name, const char *value, const char *shown)
{
    option_html(&p->q->out, value, shown, strcmp(arg_of(p, name), value) == 0);
}

static void dept_filter(const Page *p)
{
    Req *q = p->q;
    const Named *d;
    select_begin_html(&q->out, "dept", word(q, "主办部门"), word(q, "全部部门"));
    if (q->who.dept && (q->who.role == ROLE_HANDLER || q->who.role == ROLE_HEAD))
        option(p, "dept", "me", word(q, "本部门"));
    for (int i = 0; (d = names_dept_at(p->names, i)); i++)
        option(p, "dept", digits(q, d->id), d->name);
    select_end_html(&q->out);
}

static void class_filter(const Page *p)
{
    Req *q = p->q;
    const Named *c;
    const char *chosen = arg_of(p, "class");
    select_begin_html(&q->out, "class", word(q, "类别"), word(q, "全部类别"));
    for (int i = 0; (c = names_class_at(p->names, i)); i++)
        if (!c->parent || strcmp(c->code, chosen) == 0) option(p, "class", c->code, c->name);
    select_end_html(&q->out);
}

static void chain_filter(const Page *p)
{
    Req *q = p->q;
    const Named *c;
    select_begin_html(&q->out, "chain", word(q, "产业链"), word(q, "全部产业链"));
    for (int i = 0; (c = names_chain_at(p->names, i)); i++)
        option(p, "chain", digits(q, c->id), c->name);
    select_end_html(&q->out);
}

static void choice_filter(const Page *p, const char *name, const char *label, const char *all,
                          const Choice *list)
{
    Req *q = p->q;
    select_begin_html(&q->out, name, word(q, label), word(q, all));
    for (; list->code; list++) option(p, name, list->code, q->out.lang == EN ? list->en : list->zh);
    select_end_html(&q->out);
}

/* Parameters that have no field in the form stay as they are. */
static int kept_of(const Page *p, Kept *out, int max)
{
    static const char *const kept[] = {
        "state",      "sort",   "limit",     "due",        "clock",   "handler",
        "enterprise", "urgent", "anonymous", "visibility", "outcome", "closed_by",
        "withdrawn",  "mark",   "level",     "owed",       "said"};
    int n = 0;
    for (int i = 0; i < COUNT(kept) && n < max; i++)
        if (*arg_of(p, kept[i])) out[n++] = (Kept){kept[i], arg_of(p, kept[i])};
    return n;
}

static void filters(const Page *p)
{
    static const Choice lights[] = {{"green", "正常", "In time"},
                                    {"yellow", "临期", "Due soon"},
                                    {"red", "超期", "Overdue"},
                                    {"warn", "临期或超期", "Due soon or overdue"},
                                    {0}};
    Req *q = p->q;
    Kept kept[CHIPS_MAX];
    int n = kept_of(p, kept, CHIPS_MAX);
    filter_begin_html(&q->out, p->lens.chips_n, kept, n);
    dept_filter(p);
    class_filter(p);
    chain_filter(p);
    choice_filter(p, "channel", "渠道", "全部渠道", channels);
    choice_filter(p, "light", "灯", "全部灯", lights);
    input_html(&q->out, "from", word(q, "收到，从"), "date", arg_of(p, "from"));
    input_html(&q->out, "to", word(q, "到"), "date", arg_of(p, "to"));
    input_html(&q->out, "number", word(q, "编号"), "text", arg_of(p, "number"));
    filter_end_html(&q->out);
    if (p->lens.chips_n == 0) return;
    chips_begin_html(&q->out);
    for (int i = 0; i < p->lens.chips_n; i++) {
        const Chip *c = &p->lens.chips[i];
        chip_html(&q->out, c->label, c->value, with(p, c->name, NULL));
    }
    chips_end_html(&q->out, cleared(p));
}

/* ---- rows ---- */

static void head(const Page *p, const char *classes, const char *field, const char *zh)
{
    bool down = *p->sort == '-', mine = strcmp(p->sort + down, field) == 0;
    const char *turned = mine && !down ? arena_f(p->q->a, "-%s", field) : field;
    head_html(&p->q->out, classes, with(p, "sort", turned), word(p->q, zh),
              !mine  ? ""
              : down ? "descending"
                     : "ascending");
}

static Html heads(const Page *p)
{
    Req *q = p->q;
    Out page = page_part(q);
    head(p, "", "number", "编号");
    head(p, "", "title", "事项与企业");
    head(p, "col-class", "class", "类别");
    head(p, "", "lead", "主办部门");
    head(p, "col-state", "state", "状态");
    head(p, "", "next_due", "时限");
    head(p, "col-received", "submitted_at", "收到");
    return page_part_end(q, page);
}

/* What the rows show, and what their tags, lights and masks look at: long texts stay where they are. */
static const char row_fields[] =
    "title class enterprise unit anonymous visibility urgent urgent_confirmed lead profile "
    "profile_version submitted_at closed_at reworks not_contacted";

static Row row_of(const Page *p, const Whistle *w, const OpenMark *marks, int n)
{
    Req *q = p->q;
    Row r = {.id = w->h.id,
             .number = w->h.number ? w->h.number : "—",
             .title = w->title ? w->title : word(q, "（没有标题）"),
             .class = names_top(p->names, w->class.s),
             .dept = w->lead.has ? names_dept(p->names, w->lead.v) : NULL,
             .state = state_word(q, w),
             .received = w->submitted_at.has ? minute_text(q, w->submitted_at.v) : "—",
             .light = {""}};
    r.tags = tags_of(q, w, marks, n);
    if (w->h.next_due) {
        r.light = light_html(q, w->h.next_due, w->h.next_warn, next_unit(q, w));
        r.due = arena_f(q->a, "%s %s", word(q, clock_zh(w->h.next_clock)),
                        minute_text(q, w->h.next_due));
    } else if (w->closed_at.has) {
        r.due = SAY(q, "办结 %1", minute_text(q, w->closed_at.v));
    }
    return r;
}

static int rows(const Page *p)
{
    Req *q = p->q;
    OpenMark *marks;
    int marks_n;
    int64_t ids[AGENDA_MAX] = {0};
    const char *firms[AGENDA_MAX] = {0};
    for (int i = 0; i < p->n; i++) ids[i] = p->rows[i].h.id;
    TRY(agenda_marks(q->q, q->a, q->who.site, p->n, ids, &marks, &marks_n));
    enterprise_names(q, p->rows, p->n, firms);
    table_begin_html(&q->out,
                     SAY(q, "符合筛选的 %1 件，第 %2 到 %3 件", total_text(p), digits(q, p->from),
                         digits(q, p->from + p->n - 1)),
                     heads(p));
    for (int i = 0; i < p->n; i++) {
        Row r = row_of(p, &p->rows[i], marks, marks_n);
        r.enterprise = firms[i];
        row_html(&q->out, &r);
    }
    table_end_html(&q->out);
    return OK;
}

static void pager(const Page *p)
{
    Req *q = p->q;
    Out page = page_part(q);
    sizes_begin_html(&q->out);
    for (int i = 0; i < COUNT(sizes); i++)
        size_html(&q->out, with(p, "limit", digits(q, sizes[i])), sizes[i], p->limit == sizes[i]);
    sizes_end_html(&q->out);
    Html all = page_part_end(q, page);
    const char *next = NULL, *here = with(p, "after", NULL);
    char glue = strchr(here, '?') ? '&' : '?';
    if (p->next) {
        Out o = {.a = q->a};
        put_url_s(&o, p->next);
        next = arena_f(q->a, "%s%cafter=%s&at=%lld", here, glue, str_of(&o),
                       (long long)(p->from + p->n));
    }
    pager_html(&q->out,
               SAY(q, "第 %1—%2 件，共 %3 件", digits(q, p->from), digits(q, p->from + p->n - 1),
                   total_text(p)),
               all, p->from > 1 ? here : NULL, next);
}

/* ---- nothing there ---- */

/* One filter the fewer: how many there would be. */
static Html looser(const Page *p)
{
    Req *q = p->q;
    Out page = page_part(q);
    for (int i = 0; i < p->lens.chips_n; i++) {
        const char *path = with(p, p->lens.chips[i].name, NULL);
        int64_t n = lens_count_of(q, p->names, strchr(path, '?') ? strchr(path, '?') + 1 : "");
        if (n > 0)
            empty_row_html(&q->out, path, SAY(q, "不限%1", p->lens.chips[i].label),
                           SAY(q, "，有 %1 件", digits(q, n)));
    }
    return page_part_end(q, page);
}

static void nothing(const Page *p)
{
    Req *q = p->q;
    const Lens *l = &p->lens;
    if (l->chips_n == 0 && !l->states) {
        empty_begin_html(&q->out, word(q, "还没有事项"),
                         word(q, "有企业吹哨、您能看到的事项出现在这里。"));
        empty_end_html(&q->out, "/", word(q, "回工作台"));
        return;
    }
    int64_t all = lens_count_of(q, p->names, "");
    if (l->chips_n == 0) {
        empty_begin_html(&q->out, word(q, "现在没有这个状态的事项"),
                         SAY(q, "台账里您能看到的有 %1 件。", digits(q, all)));
        empty_end_html(&q->out, cleared(p), word(q, "看全部"));
        return;
    }
    empty_begin_html(&q->out, SAY(q, "没有同时符合这 %1 项的事项", digits(q, l->chips_n)),
                     SAY(q, "台账里您能看到的有 %1 件，是筛选把它们挡住了。", digits(q, all)));
    Html some = looser(p);
    if (*some.s) empty_list_html(&q->out, some);
    empty_end_html(&q->out, cleared(p), word(q, "清除筛选"));
}

/* ---- the page ---- */

/* A case gets its number when it is received: that order has an index. */
static const char *stored_order(const Page *p)
{
    if (strcmp(p->sort, "submitted_at") == 0) return "number";
    return strcmp(p->sort, "-submitted_at") == 0 ? "-number" : p->sort;
}

static void page_numbers(Page *p)
{
    Req *q = p->q;
    int64_t v;
    p->limit = PAGE_ROWS;
    for (int i = 0; i < COUNT(sizes); i++)
        if (num_parse(arg_of(p, "limit"), &v) && v == sizes[i]) p->limit = sizes[i];
    p->from = 1;
    if (*arg_of(p, "after") && num_parse(arg_of(p, "at"), &v) && v > 1) p->from = v;
    if (p->lens.by_ids) p->limit = AGENDA_MAX;
    const char *states = p->lens.states;
    bool ended = states && !strchr(states, ',') && flow_state(&whistle_flow, states) >= CLOSED;
    p->sort = req_arg(q, "sort");
    if (!p->sort || p->lens.by_ids) p->sort = ended ? "-id" : "next_due";
}

static const char *foot_of(const Page *p)
{
    Req *q = p->q;
    Out o = {.a = q->a};
    out_raw(&o, word(q, "吹哨台账"));
    for (int i = 0; i < p->lens.chips_n; i++)
        out_f(&o, " · %s %s", p->lens.chips[i].label, p->lens.chips[i].value);
    out_f(&o, " · %s",
          SAY(q, "第 %1—%2 件，共 %3 件", digits(q, p->from), digits(q, p->from + p->n - 1),
              total_text(p)));
    out_f(&o, " · %s", SAY(q, "打印：%1，%2", q->who.name, minute_text(q, q->now)));
    return str_of(&o);
}

int whistle_list_page(Req *q)
{
    Page *p = NEW(q->a, Page);
    p->q = q;
    const char *opening = saved_opening(q, "whistles");
    if (opening) return see_other(q, opening);
    p->names = names_load(q);
    TRY(lens_read(q, p->names, q->query, &p->lens));
    page_numbers(p);
    TRY(count_all(p));
    p->lens.find.fields = row_fields;
    TRY(lens_rows(q, &p->lens, stored_order(p), req_arg(q, "after"), p->limit, &p->rows, &p->n,
                  &p->next));
    q->menu = "/whistles";
    shell_begin(q, "吹哨台账");
    list_head_html(&q->out,
                   p->n ? arena_f(q->a, "/whistles.csv?%s", lens_plain_query(q, &p->lens)) : NULL);
    tabs(p);
    filters(p);
    saved_bar(q, "whistles", NULL, 0);
    if (p->n == 0) {
        nothing(p);
    } else {
        TRY(rows(p));
        pager(p);
    }
    list_end_html(&q->out, foot_of(p));
    return shell_end(q, 200);
}
