/* list: the page of any record's rows, and the same rows as CSV. Every filter, order and page is in the
   address, so that a list can be sent to a colleague. */
#include "desk/find.h"
#include "web/parts.h"
#include "web/shell.h"
#include "web/web_own.h"

#include "web/list.html.h"

#include <string.h>

enum { PAGE_ROWS = 50, FILTER_CHOICES = 200, CSV_ROWS_MAX = 100000 };

typedef struct List {
    Req *q;
    const Record *r;
    Find find;
    int n;
    char *rows;
    const char *next;
    const char ***titles; /* [field][row] of references */
} List;

static const void *row_at(const List *l, int i)
{
    return l->rows + (size_t)i * l->r->size;
}

static const Field *title_field(const Record *r)
{
    return rec_field(r, r->title ? r->title : "name");
}

static const char *record_name(const Req *q, const Record *r)
{
    return shell_words(q, r->zh, r->en);
}

static const char *base_of(const List *l)
{
    return arena_f(l->q->a, "/%s", l->r->plural);
}

/* This page's address with one parameter changed (NULL: without it), and back on the first page. */
static const char *with(const List *l, const char *name, const char *value)
{
    Out o = {.a = l->q->a};
    const char *rest = saved_query(l->q, name);
    out_f(&o, "%s%s%s", base_of(l), *rest || value ? "?" : "", rest);
    if (value) {
        if (*rest) out_raw(&o, "&");
        put_url_s(&o, name);
        out_raw(&o, "=");
        put_url_s(&o, value);
    }
    return o.s;
}

/* ---- rows and the titles of what they point to ---- */

static int load_titles(List *l, const Field *f, const char **out)
{
    const Record *to = f->ref ? desk_record(l->q->desk, f->ref) : NULL;
    int64_t *ids = arena_array(l->q->a, (size_t)l->n + 1, sizeof *ids);
    for (int i = 0; i < l->n; i++) {
        Ref ref;
        memcpy(&ref, (const char *)row_at(l, i) + f->off, sizeof ref);
        ids[i] = ref.has ? ref.v : 0;
    }
    if (!to) return OK;
    return rec_titles(l->q->q, l->q->desk, l->q->a, to, l->q->who.site, l->n, ids, out);
}

static int load(List *l)
{
    Req *q = l->q;
    int max = l->find.limit ? l->find.limit : PAGE_ROWS;
    if (!l->rows) l->rows = arena_array(q->a, (size_t)max + 1, l->r->size);
    TRY(rec_find(q->q, q->desk, q->a, &q->who, l->r, &l->find, &q->errors, l->rows, &l->n,
                 &l->next));
    l->titles = arena_array(q->a, l->r->n, sizeof *l->titles);
    for (int i = 0; i < l->r->n; i++) {
        if (l->r->f[i].kind != K_REF || !l->r->f[i].list) continue;
        l->titles[i] = arena_array(q->a, (size_t)l->n + 1, sizeof **l->titles);
        TRY(load_titles(l, &l->r->f[i], l->titles[i]));
    }
    return OK;
}

static const char *cell(const List *l, int field, int row)
{
    const Field *f = &l->r->f[field];
    if (l->titles[field] && l->titles[field][row]) return l->titles[field][row];
    return rec_shown(f, row_at(l, row), l->q->out.lang, l->q->a);
}

/* ---- tabs ---- */

enum { COUNT_MOST = 1000 }; /* no number goes further */

/* By state, under the other filters; an enterprise sees its drafts, too. */
static void tally(const List *l, Tally *out)
{
    const Flow *flow = l->r->flow;
    Find f = l->find;
    Errors e = {.a = l->q->a};
    int kept = 0;
    for (int i = 0; i < f.n; i++)
        if (strcmp(f.filters[i].field, "state") != 0) f.filters[kept++] = f.filters[i];
    f.n = kept;
    if (rec_tally(l->q->q, l->q->desk, l->q->a, &l->q->who, l->r, &f, COUNT_MOST, &e, out) < 0)
        *out = (Tally){0};
    if (flow->draft < 0 || l->q->who.role != ROLE_ENTERPRISE || f.n == FIND_FILTERS_MAX) return;
    f.filters[f.n++] = (Filter){"state", "=", flow->states[flow->draft].code};
    int64_t n = 0;
    if (rec_count(l->q->q, l->q->desk, l->q->a, &l->q->who, l->r, &f, &e, &n) >= 0)
        out->n[flow->draft] = n;
}

static void tabs(const List *l)
{
    Req *q = l->q;
    const Flow *f = l->r->flow;
    const char *state = req_arg(q, "state");
    Out codes = {.a = q->a};
    Tally t;
    int64_t ended = 0, all = 0;
    bool ended_more = false, all_more = false;
    if (!f) return;
    tally(l, &t);
    tabs_begin_html(&q->out);
    for (int i = 0; i < f->states_n; i++) {
        const State *s = &f->states[i];
        if (i == f->draft && q->who.role != ROLE_ENTERPRISE) continue;
        if (i != f->draft) {
            all += t.n[i];
            all_more |= t.more[i];
        }
        if (!s->open) {
            out_f(&codes, "%s%s", codes.n ? "," : "", s->code);
            ended += t.n[i];
            ended_more |= t.more[i];
        } else {
            tab_html(&q->out, with(l, "state", s->code), shell_words(q, s->zh, s->en), t.n[i],
                     t.more[i], state && strcmp(state, s->code) == 0);
        }
    }
    if (codes.n)
        tab_html(&q->out, with(l, "state", codes.s), tr(q->out.lang, "已办"), ended, ended_more,
                 state && strcmp(state, codes.s) == 0);
    tab_html(&q->out, with(l, "state", NULL), tr(q->out.lang, "全部"), all, all_more, !state);
    tabs_end_html(&q->out);
}

/* ---- filters ---- */

static bool has_choice(const Field *f)
{
    return f->filter && !f->hidden &&
           (f->kind == K_PICK || f->kind == K_REF || f->kind == K_CODE || f->kind == K_FLAG);
}

static void ref_options(Req *q, const Field *f, const char *chosen)
{
    const Record *r = f->ref ? desk_record(q->desk, f->ref) : NULL;
    const Field *title = r ? title_field(r) : NULL;
    const Field *code = r && f->kind == K_CODE ? rec_field(r, "code") : NULL;
    Find find = {.sort = "id", .limit = FILTER_CHOICES};
    Errors e = {.a = q->a};
    const char *next = NULL;
    int n = 0;
    char *rows = r ? arena_array(q->a, FILTER_CHOICES + 1, r->size) : NULL;
    if (!r || rec_find(q->q, q->desk, q->a, &q->who, r, &find, &e, rows, &n, &next) < 0) n = 0;
    for (int i = 0; i < n; i++) {
        const void *row = rows + (size_t)i * r->size;
        const char *value = code ? rec_plain(code, row, q->a)
                                 : arena_f(q->a, "%lld", (long long)((const Head *)row)->id);
        const char *name = title ? rec_shown(title, row, q->out.lang, q->a) : NULL;
        if (value)
            filter_option_html(&q->out, value, name ? name : value, strcmp(value, chosen) == 0);
    }
    bool there = !*chosen;
    for (int i = 0; i < n && !there; i++)
        there = code ||
                strcmp(chosen,
                       arena_f(q->a, "%lld",
                               (long long)((const Head *)(const void *)(rows + (size_t)i * r->size))
                                   ->id)) == 0;
    if (!there) filter_option_html(&q->out, chosen, chosen, true);
}

static void filter_one(Req *q, const Field *f)
{
    const char *chosen = req_arg(q, f->name);
    if (!chosen) chosen = "";
    filter_select_begin_html(&q->out, f->name, shell_words(q, f->zh, f->en));
    if (f->kind == K_FLAG) {
        filter_option_html(&q->out, "1", tr(q->out.lang, "是"), strcmp(chosen, "1") == 0);
        filter_option_html(&q->out, "0", tr(q->out.lang, "否"), strcmp(chosen, "0") == 0);
    } else if (f->kind == K_PICK) {
        for (const Choice *c = f->picks; c->code; c++)
            filter_option_html(&q->out, c->code, shell_words(q, c->zh, c->en),
                               strcmp(chosen, c->code) == 0);
    } else {
        ref_options(q, f, chosen);
    }
    filter_select_end_html(&q->out);
}

static void day_filter(Req *q, const char *name, const char *label)
{
    const char *value = req_arg(q, name);
    filter_input_html(&q->out, name, tr(q->out.lang, label), "date", value ? value : "");
}

static void filters(const List *l)
{
    Req *q = l->q;
    Out kept = {.a = q->a};
    int choices = 0;
    for (int i = 0; i < l->r->n; i++) choices += has_choice(&l->r->f[i]);
    if (choices == 0 && !l->r->flow) return;
    filter_begin_html(&q->out, base_of(l), l->find.n);
    for (int i = 0; i < l->r->n; i++)
        if (has_choice(&l->r->f[i])) filter_one(q, &l->r->f[i]);
    if (l->r->flow) {
        day_filter(q, "created_at.gte", "收到，从");
        day_filter(q, "created_at.lte", "到");
    }
    if (req_arg(q, "state")) filter_kept_html(&kept, "state", req_arg(q, "state"));
    if (req_arg(q, "sort")) filter_kept_html(&kept, "sort", req_arg(q, "sort"));
    filter_end_html(&q->out, (Html){str_of(&kept)});
}

static const char *filter_label(const Req *q, const Record *r, const char *name)
{
    static const char *const own[][2] = {
        {"created_at.gte", "收到，从"}, {"created_at.lte", "收到，到"}, {"state", "状态"}};
    const Field *f = rec_field(r, name);
    if (f) return shell_words(q, f->zh, f->en);
    for (int i = 0; i < COUNT(own); i++)
        if (strcmp(own[i][0], name) == 0) return tr(q->out.lang, own[i][1]);
    return name;
}

static const char *filter_value(Req *q, const Record *r, const char *name, const char *value)
{
    const Field *f = rec_field(r, name);
    int64_t id;
    if (f && f->kind == K_PICK) {
        int i = choice_index(f->picks, value);
        return i < 0 ? value : shell_words(q, f->picks[i].zh, f->picks[i].en);
    }
    if (f && f->kind == K_FLAG) return tr(q->out.lang, strcmp(value, "1") == 0 ? "是" : "否");
    const Record *to = f && f->kind == K_REF && f->ref ? desk_record(q->desk, f->ref) : NULL;
    const char *title = NULL;
    if (to && num_parse(value, &id) &&
        rec_titles(q->q, q->desk, q->a, to, q->who.site, 1, &id, &title) == OK && title)
        return title;
    return value;
}

/* The filters that hold now, each with a link that drops it; the state is a tab and not listed. */
static int chosen(const List *l)
{
    Req *q = l->q;
    int n = 0;
    for (int i = 0; i < q->query->len; i++) {
        const In *in = &q->query->items[i];
        bool is_filter = in->kind == IN_TEXT && in->n > 0 && !param_is_of_page(in->name);
        if (!is_filter || strcmp(in->name, "state") == 0) continue;
        if (n++ == 0) chosen_begin_html(&q->out);
        chosen_one_html(&q->out, filter_label(q, l->r, in->name),
                        filter_value(q, l->r, in->name, in->s), with(l, in->name, NULL));
    }
    if (n) chosen_end_html(&q->out, base_of(l));
    return n;
}

/* ---- table ---- */

static void head(const List *l, const char *name, const char *word)
{
    Req *q = l->q;
    const char *sort = req_arg(q, "sort");
    bool down = sort && sort[0] == '-' && strcmp(sort + 1, name) == 0;
    bool up = sort && strcmp(sort, name) == 0;
    const char *sorted = up ? "ascending" : down ? "descending" : NULL;
    head_sort_html(&q->out, word, with(l, "sort", up ? arena_f(q->a, "-%s", name) : name), sorted);
}

static bool sortable(const Field *f)
{
    return f->list && f->kind != K_SEALED && f->kind != K_REF;
}

/* A column of the list: what the record's description says, or what was chosen. */
static bool is_shown(const List *l, const Field *f)
{
    return !f->hidden && f != title_field(l->r) && saved_column(l->q, f->name, f->list);
}

static void heads(const List *l)
{
    Req *q = l->q;
    const Field *title = title_field(l->r);
    if (l->r->flow) head(l, "number", tr(q->out.lang, "编号"));
    head_plain_html(&q->out, title ? shell_words(q, title->zh, title->en) : record_name(q, l->r));
    for (int i = 0; i < l->r->n; i++) {
        const Field *f = &l->r->f[i];
        if (!is_shown(l, f)) continue;
        if (sortable(f))
            head(l, f->name, shell_words(q, f->zh, f->en));
        else
            head_plain_html(&q->out, shell_words(q, f->zh, f->en));
    }
    if (!l->r->flow) return;
    head(l, "state", tr(q->out.lang, "状态"));
    head(l, "next_due", tr(q->out.lang, "时限"));
    head(l, "created_at", tr(q->out.lang, "收到"));
}

static const char *minute(Req *q, int64_t at)
{
    char *s = arena_get(q->a, 17);
    time_minute((Time){at, true}, s);
    return s;
}

static void case_cells(const List *l, const Head *h)
{
    Req *q = l->q;
    cell_word_html(&q->out, "col-state", part_state(q, l->r, h));
    if (h->next_due > 0 && h->next_due < NO_DUE)
        cell_light_html(&q->out, part_light(q, h->next_due, h->next_warn, UNIT_WD),
                        part_clock_name(q, l->r, h->next_clock), minute(q, h->next_due));
    else
        cell_no_light_html(&q->out);
    cell_word_html(&q->out, "col-received", minute(q, h->created_at));
}

static void row(const List *l, int i)
{
    Req *q = l->q;
    const Head *h = row_at(l, i);
    const Field *title = title_field(l->r);
    const char *name = title ? cell(l, (int)(title - l->r->f), i) : NULL;
    row_begin_html(&q->out);
    if (l->r->flow)
        cell_word_html(&q->out, "col-no", h->number ? h->number : tr(q->out.lang, "草稿"));
    cell_title_html(&q->out, arena_f(q->a, "/%s/%lld", l->r->plural, (long long)h->id),
                    name && *name ? name : arena_f(q->a, "%lld", (long long)h->id));
    for (int k = 0; k < l->r->n; k++) {
        const Field *f = &l->r->f[k];
        if (!is_shown(l, f)) continue;
        const char *value = cell(l, k, i);
        cell_html(&q->out, shell_words(q, f->zh, f->en), value && *value ? value : NULL,
                  f->kind == K_NUM || f->kind == K_FEN);
    }
    if (l->r->flow) case_cells(l, h);
    row_end_html(&q->out);
}

static bool may_create(const Req *q, const Record *r)
{
    uint64_t who = r->create ? r->create : r->write;
    return (who & (1ull << q->who.role)) != 0;
}

static void empty(const List *l, int filters_n)
{
    Req *q = l->q;
    Lang lang = q->out.lang;
    const char *add = may_create(q, l->r) ? arena_f(q->a, "/%s/new", l->r->plural) : NULL;
    if (filters_n > 0 || req_arg(q, "state"))
        empty_html(&q->out, tr(lang, "没有符合这些条件的"),
                   tr(lang, "是筛选把它们都挡住了；放宽一项再看。"), base_of(l),
                   tr(lang, "清除筛选"));
    else if (req_arg(q, "after"))
        empty_html(&q->out, tr(lang, "后面没有了"), tr(lang, "已经到最后一页。"),
                   with(l, "after", NULL), tr(lang, "回到第一页"));
    else
        empty_html(&q->out, tr(lang, "这里还没有内容"),
                   tr(lang, add ? "新建第一条，就会列在这里。"
                                : "有了以后会列在这里；您看到的只是您有权看的。"),
                   add, tr(lang, "新建"));
}

static void table(const List *l)
{
    Req *q = l->q;
    table_begin_html(&q->out, record_name(q, l->r));
    heads(l);
    table_body_html(&q->out);
    for (int i = 0; i < l->n; i++) row(l, i);
    table_end_html(&q->out);
    const char *next = NULL;
    if (l->next) {
        const char *here = with(l, "after", NULL);
        Out o = {.a = q->a};
        out_f(&o, "%s%cafter=", here, strchr(here, '?') ? '&' : '?');
        put_url_s(&o, l->next);
        next = o.s;
    }
    pager_html(&q->out, req_arg(q, "after") ? with(l, "after", NULL) : NULL, next, l->n);
}

static void bar(const List *l)
{
    Req *q = l->q;
    ListColumn *c = arena_array(q->a, (size_t)l->r->n + 1, sizeof *c);
    int n = 0;
    for (int i = 0; i < l->r->n; i++) {
        const Field *f = &l->r->f[i];
        if (f->hidden || f == title_field(l->r)) continue;
        c[n++] = (ListColumn){f->name, shell_words(q, f->zh, f->en), is_shown(l, f)};
    }
    saved_bar(q, l->r->plural, c, n);
}

int generic_list(Req *q)
{
    List l = {.q = q, .r = turn_of(q)->entry->rec};
    const char *opening = saved_opening(q, l.r->plural);
    if (opening) return see_other(q, opening);
    TRY(find_from_query(q, l.r, &l.find));
    TRY(load(&l));
    const char *title = record_name(q, l.r), *csv = with(&l, "after", NULL);
    csv = arena_f(q->a, "/%s.csv%s", l.r->plural, csv + strlen(base_of(&l)));
    shell_begin_as(q, title);
    bool may = may_create(q, l.r);
    list_head_html(
        &q->out, title, shell_words(q, l.r->help_zh, l.r->help_en),
        may ? arena_f(q->a, "/%s/new", l.r->plural) : NULL,
        arena_f(q->a, "%s%s%s", tr(q->out.lang, "新建"), q->out.lang == EN ? ": " : "", title),
        csv);
    tabs(&l);
    filters(&l);
    int n = chosen(&l);
    bar(&l);
    if (l.n)
        table(&l);
    else
        empty(&l, n);
    list_end_html(&q->out, title, q->who.name ? q->who.name : "", minute(q, q->now));
    return shell_end(q, 200);
}

/* ---- CSV: pages of 200 rows by key ---- */

static void csv_head(const List *l)
{
    Req *q = l->q;
    out_raw(&q->out, "\xEF\xBB\xBF"); /* so that a spreadsheet reads it as UTF-8 */
    out_csv(&q->out, tr(q->out.lang, "编号"));
    if (l->r->flow) out_f(&q->out, ",%s", tr(q->out.lang, "状态"));
    for (int i = 0; i < l->r->n; i++) {
        const Field *f = &l->r->f[i];
        if (f->hidden) continue;
        out_raw(&q->out, ",");
        out_csv(&q->out, shell_words(q, f->zh, f->en));
    }
    out_raw(&q->out, "\r\n");
}

static void csv_row(const List *l, int i)
{
    Req *q = l->q;
    const Head *h = row_at(l, i);
    out_csv(&q->out, h->number ? h->number : arena_f(q->a, "%lld", (long long)h->id));
    if (l->r->flow) {
        out_raw(&q->out, ",");
        out_csv(&q->out, part_state(q, l->r, h));
    }
    for (int k = 0; k < l->r->n; k++) {
        if (l->r->f[k].hidden) continue;
        out_raw(&q->out, ",");
        out_csv(&q->out, cell(l, k, i));
    }
    out_raw(&q->out, "\r\n");
}

/* One page of rows in memory of its own; the reader begins anew, so that no snapshot lasts long. */
static int csv_page(List *l)
{
    Req *q = l->q;
    Turn *t = turn_of(q);
    Arena *keep = q->a, each = {0};
    q->a = &each;
    l->rows = NULL;
    int rc = load(l);
    for (int i = 0; rc >= 0 && i < l->n; i++) csv_row(l, i);
    q->a = keep;
    l->find.after = arena_str(keep, l->next);
    arena_free(&each);
    if (rc < 0) {
        q->errors = (Errors){.a = keep}; /* its words were freed */
        return rc;
    }
    reader_end(q->q);
    q->q = NULL;
    return reader_begin(q->desk->db, t->worker->reader, &q->q);
}

int generic_csv(Req *q)
{
    List l = {.q = q, .r = turn_of(q)->entry->rec};
    TRY(find_from_query(q, l.r, &l.find));
    l.find.limit = FIND_LIMIT_MAX;
    csv_head(&l);
    int rows = 0;
    do {
        TRY(csv_page(&l));
        rows += l.n;
    } while (l.find.after && rows < CSV_ROWS_MAX);
    q->type = "text/csv; charset=utf-8";
    q->filename = arena_f(q->a, "%s.csv", l.r->plural);
    return 200;
}
