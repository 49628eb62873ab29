/* lens: parameters of the whistle list, one row each, and what they mean as filters. */
#include "modules/whistle/lens.h"

#include "desk/account.h"

#include "modules/city/city.h"

#include <string.h>

enum { CHUNK = 40 }; /* ids that one filter takes */
#define MINUTE_MS INT64_C(60000)
#define DAY_MS    (INT64_C(86400000))
/* Before the value that stands for "no running clock". */
#define LATEST "2198-12-31T00:00:00Z"

typedef struct Read {
    Req *q;
    Lens *l;
    const In *in; /* the parameter */
} Read;
typedef struct Param {
    const char *name, *zh;
    const char *field; /* plain filter on this field */
    int (*read)(Read *r, const char *value, const char **shown_out); /* or a function */
} Param;

static void filter(Lens *l, const char *field, const char *op, const char *value)
{
    if (l->find.n < FIND_FILTERS_MAX) l->find.filters[l->find.n++] = (Filter){field, op, value};
}

static const char *instant(const Req *q, int64_t ms)
{
    char *text = arena_get(q->a, 30);
    time_text((Time){ms, true}, text);
    return text;
}

static int bad(Read *r)
{
    error_add(&r->q->errors, r->in->name, "不能这样筛选", "cannot be filtered by this");
    return E_INPUT;
}

/* ---- sets of ids ---- */

static bool among(int64_t id, const int64_t *ids, int n)
{
    for (int i = 0; i < n; i++)
        if (ids[i] == id) return true;
    return false;
}

/* Two sets in one address: the cases that are in both. */
static void only_ids(Read *r, const int64_t *ids, int n)
{
    Lens *l = r->l;
    int64_t *kept = arena_array(r->q->a, (size_t)n + 1, sizeof *kept);
    int k = 0;
    for (int i = 0; i < n; i++)
        if (!among(ids[i], kept, k) && (!l->by_ids || among(ids[i], l->ids, l->ids_n)))
            kept[k++] = ids[i];
    l->by_ids = true;
    l->ids = kept;
    l->ids_n = k;
}

static int read_owed(Read *r, const char *value, const char **shown)
{
    Req *q = r->q;
    Owed *all;
    int n;
    bool any = strcmp(value, "any") == 0;
    OwedBy by = {.record = whistle_record.name, .who = &q->who, .clock = any ? NULL : value};
    if (!any && !flow_clock(&whistle_flow, value)) return bad(r);
    TRY(agenda_owed(q->q, q->a, q->who.site, &by, &all, &n));
    int64_t *ids = arena_array(q->a, (size_t)n + 1, sizeof *ids);
    for (int i = 0; i < n; i++) ids[i] = all[i].case_id;
    only_ids(r, ids, n);
    *shown = word(q, any ? "任一时钟" : clock_zh(value));
    return OK;
}

static int marked(Read *r, const char *kind, int level)
{
    int64_t *ids;
    int n;
    TRY(agenda_marked(r->q->q, r->q->a, r->q->who.site, whistle_record.name, kind, level,
                      AGENDA_MAX, &ids, &n));
    only_ids(r, ids, n);
    return OK;
}

static int read_mark(Read *r, const char *value, const char **shown)
{
    static const Choice kinds[] = {
        {"urge", "催办待确认", ""}, {"ask", "等企业补充", ""}, {"escalation", "提级中", ""}, {0}};
    int i = choice_index(kinds, value);
    if (i < 0) return bad(r);
    *shown = word(r->q, kinds[i].zh);
    return marked(r, value, 0);
}

static int read_level(Read *r, const char *value, const char **shown)
{
    if (strlen(value) != 1 || *value < '1' || *value > '3') return bad(r);
    *shown = level_word(r->q, *value - '0');
    return marked(r, "escalation", *value - '0');
}

/* Of the cases that the other parameters name so far: said stands after them in the table. */
static int read_said(Read *r, const char *value, const char **shown)
{
    Req *q = r->q;
    Whistle *rows;
    Said *all;
    int n, said;
    (void)value;
    *shown = word(q, "还没有回");
    TRY(lens_rows(q, r->l, "next_due", NULL, AGENDA_MAX, &rows, &n, NULL));
    int64_t *ids = arena_array(q->a, (size_t)n + 1, sizeof *ids);
    for (int i = 0; i < n; i++) ids[i] = rows[i].h.id;
    TRY(agenda_said(q->q, q->a, q->who.site, n, ids, &all, &said));
    for (int i = 0; i < said; i++) ids[i] = all[i].case_id;
    only_ids(r, ids, said);
    return OK;
}

/* ---- parameters ---- */

static int read_state(Read *r, const char *value, const char **shown)
{
    Lens *l = r->l;
    *shown = NULL; /* a tab, not a chip */
    if (strcmp(value, "open") == 0) {
        l->states = STATES_OPEN;
        *shown = word(r->q, "还没办完");
        return OK;
    }
    for (const char *at = value; *at;) {
        size_t n = strcspn(at, ",");
        if (flow_state(&whistle_flow, arena_copy(r->q->a, at, n)) < 0) return bad(r);
        at += n + (at[n] == ',');
    }
    l->states = value;
    return OK;
}

static int read_dept(Read *r, const char *value, const char **shown)
{
    int64_t id = r->q->who.dept;
    bool me = strcmp(value, "me") == 0;
    if (!me && !num_parse(value, &id)) return bad(r);
    filter(r->l, "lead", "=", digits(r->q, id));
    *shown = names_dept(r->l->names, id);
    return OK;
}

/* A class of the first rank takes its sub-classes with it. */
static int read_class(Read *r, const char *value, const char **shown)
{
    const Names *names = r->l->names;
    const Named *c = names_class_of(names, value), *sub;
    Out list = {.a = r->q->a};
    if (!c) return bad(r);
    out_raw(&list, value);
    for (int i = 0; (sub = names_class_at(names, i)); i++)
        if (sub->parent == c->id) out_f(&list, ",%s", sub->code);
    filter(r->l, "class", "in", str_of(&list));
    *shown = c->name;
    return OK;
}

static int read_light(Read *r, const char *value, const char **shown)
{
    const char *now = instant(r->q, r->q->now);
    r->l->light_at = r->l->find.n;
    if (strcmp(value, "red") == 0) {
        filter(r->l, "next_due", "<", now);
    } else if (strcmp(value, "warn") == 0) { /* yellow or red */
        filter(r->l, "next_warn", "<=", now);
    } else if (strcmp(value, "yellow") == 0) {
        filter(r->l, "next_warn", "<=", now);
        filter(r->l, "next_due", ">=", now);
    } else if (strcmp(value, "green") == 0) {
        filter(r->l, "next_warn", ">", now);
        filter(r->l, "next_due", "<", LATEST);
    } else {
        return bad(r);
    }
    r->l->light_n = r->l->find.n - r->l->light_at;
    *shown = word(r->q, *value == 'r'   ? "超期"
                        : *value == 'w' ? "临期或超期"
                        : *value == 'y' ? "临期"
                                        : "正常");
    return OK;
}

static int read_due(Read *r, const char *value, const char **shown)
{
    int64_t midnight = (r->q->today.v + 1) * DAY_MS - 8 * 60 * MINUTE_MS;
    if (strcmp(value, "today") != 0) return bad(r);
    filter(r->l, "next_due", ">=", instant(r->q, r->q->now));
    filter(r->l, "next_due", "<=", instant(r->q, midnight));
    *shown = word(r->q, "今天到期");
    return OK;
}

static int read_clock(Read *r, const char *value, const char **shown)
{
    if (!flow_clock(&whistle_flow, value)) return bad(r);
    filter(r->l, "next_clock", "=", value);
    *shown = word(r->q, clock_zh(value));
    return OK;
}

/* "me" are my own cases and those of whom I stand in for today. */
static int read_handler(Read *r, const char *value, const char **shown)
{
    Req *q = r->q;
    int64_t id;
    const char *title = NULL;
    if (strcmp(value, "none") == 0) {
        filter(r->l, "handler", "null", "");
        *shown = word(q, "还没有经办人");
    } else if (strcmp(value, "me") == 0) {
        Out list = {.a = q->a};
        out_f(&list, "%lld", (long long)q->who.account);
        for (int i = 0; i < q->who.absent_n; i++)
            out_f(&list, ",%lld", (long long)q->who.absent[i].account);
        filter(r->l, "handler", "in", str_of(&list));
        *shown = word(q, q->who.absent_n ? "我（含代理）" : "我");
    } else {
        if (!num_parse(value, &id)) return bad(r);
        filter(r->l, "handler", "=", value);
        TRY(rec_titles(q->q, q->desk, q->a, &account_record, q->who.site, 1, &id, &title));
        *shown = title ? title : value;
    }
    return OK;
}

static int read_day(Read *r, const char *op, const char *value, const char **shown)
{
    Day d;
    if (!day_parse(value, &d)) return bad(r);
    bool last = strcmp(op, "<=") == 0;
    filter(r->l, "submitted_at", op,
           instant(r->q, (d.v + last) * DAY_MS - 8 * 60 * MINUTE_MS - last));
    *shown = value;
    return OK;
}

static int read_from(Read *r, const char *value, const char **shown)
{
    return read_day(r, ">=", value, shown);
}

static int read_to(Read *r, const char *value, const char **shown)
{
    return read_day(r, "<=", value, shown);
}

static int read_number(Read *r, const char *value, const char **shown)
{
    char *upper = arena_str(r->q->a, value);
    for (char *s = upper; *s; s++)
        if (*s >= 'a' && *s <= 'z') *s = (char)(*s - 'a' + 'A');
    filter(r->l, "number", "prefix", upper);
    *shown = upper;
    return OK;
}

static int read_enterprise(Read *r, const char *value, const char **shown)
{
    Whistle w = {0};
    if (!num_parse(value, &w.enterprise.v)) return bad(r);
    w.enterprise.has = true;
    filter(r->l, "enterprise", "=", value);
    *shown = enterprise_name(r->q, &w);
    return OK;
}

static int read_chain(Read *r, const char *value, const char **shown)
{
    int64_t id;
    const char *title = NULL;
    if (!num_parse(value, &id)) return bad(r);
    filter(r->l, "chain", "=", value);
    TRY(rec_titles(r->q->q, r->q->desk, r->q->a, &chain_record, r->q->who.site, 1, &id, &title));
    *shown = title ? title : value;
    return OK;
}

static int read_plain(Read *r, const Param *p, const char *value, const char **shown)
{
    const Field *f = rec_field(&whistle_record, p->field);
    *shown = word(r->q, "是");
    if (f && f->kind == K_PICK) {
        int i = choice_index(f->picks, value);
        if (i < 0) return bad(r);
        *shown = r->q->out.lang == EN ? f->picks[i].en : f->picks[i].zh;
    }
    filter(r->l, p->field, "=", value);
    return OK;
}

/* said is read last: it asks about the cases that the others name. */
static const Param params[] = {{"state", "状态", NULL, read_state},
                               {"dept", "主办部门", NULL, read_dept},
                               {"class", "类别", NULL, read_class},
                               {"channel", "渠道", "channel", NULL},
                               {"light", "灯", NULL, read_light},
                               {"from", "收到，从", NULL, read_from},
                               {"to", "收到，到", NULL, read_to},
                               {"number", "编号", NULL, read_number},
                               {"due", "时限", NULL, read_due},
                               {"clock", "最近的时钟", NULL, read_clock},
                               {"handler", "经办", NULL, read_handler},
                               {"enterprise", "企业", NULL, read_enterprise},
                               {"chain", "产业链", NULL, read_chain},
                               {"urgent", "紧急", "urgent_confirmed", NULL},
                               {"anonymous", "匿名", "anonymous", NULL},
                               {"visibility", "可见范围", "visibility", NULL},
                               {"outcome", "部门结论", "outcome", NULL},
                               {"closed_by", "由谁办结", "closed_by", NULL},
                               {"withdrawn", "撤回原因", "withdraw_reason", NULL},
                               {"mark", "标记", NULL, read_mark},
                               {"level", "提级", NULL, read_level},
                               {"owed", "等我办的时钟", NULL, read_owed},
                               {"said", "企业有新话", NULL, read_said}};

static bool is_of_page(const char *name)
{
    if (param_is_of_page(name)) return true;
    for (int i = 0; i < COUNT(params); i++)
        if (strcmp(params[i].name, name) == 0) return true;
    return false;
}

static int read_one(Req *q, Lens *l, const Param *p, const In *query)
{
    const In *in = in_get(query, p->name);
    const char *shown = NULL;
    if (!in || (in->kind == IN_TEXT && in->n == 0)) return OK;
    Read r = {q, l, in};
    if (in->kind != IN_TEXT || strlen(in->s) != in->n) return bad(&r);
    TRY(p->read ? p->read(&r, in->s, &shown) : read_plain(&r, p, in->s, &shown));
    if (shown && l->chips_n < CHIPS_MAX)
        l->chips[l->chips_n++] = (Chip){p->name, word(q, p->zh), shown};
    return OK;
}

int lens_read(Req *q, const Names *names, const In *query, Lens *out)
{
    *out = (Lens){.names = names};
    for (int i = 0; i < query->len; i++)
        if (!is_of_page(query->items[i].name)) {
            Read r = {q, out, &query->items[i]};
            return bad(&r);
        }
    for (int i = 0; i < COUNT(params); i++) TRY(read_one(q, out, &params[i], query));
    return OK;
}

/* ---- rows ---- */

static Find find_of(const Lens *l, const char *states)
{
    Find f = l->find;
    if (states && f.n < FIND_FILTERS_MAX)
        f.filters[f.n++] = (Filter){"state", strchr(states, ',') ? "in" : "=", states};
    return f;
}

static const char *chunk(Req *q, const Lens *l, int from)
{
    Out list = {.a = q->a};
    for (int i = from; i < l->ids_n && i < from + CHUNK; i++)
        out_f(&list, "%s%lld", i > from ? "," : "", (long long)l->ids[i]);
    return str_of(&list);
}

int lens_count(Req *q, const Lens *l, const char *states, int64_t *out)
{
    Find f = find_of(l, states ? states : l->states);
    int64_t sum = 0, n;
    if (!l->by_ids)
        return rec_count(q->q, q->desk, q->a, &q->who, &whistle_record, &f, &q->errors, out);
    int at = f.n < FIND_FILTERS_MAX ? f.n++ : f.n - 1;
    for (int i = 0; i < l->ids_n; i += CHUNK, sum += n) {
        f.filters[at] = (Filter){"id", "in", chunk(q, l, i)};
        TRY(rec_count(q->q, q->desk, q->a, &q->who, &whistle_record, &f, &q->errors, &n));
    }
    *out = sum;
    return OK;
}

int lens_tally(Req *q, const Lens *l, int most, Tally *out)
{
    if (!l->by_ids)
        return rec_tally(q->q, q->desk, q->a, &q->who, &whistle_record, &l->find, most, &q->errors,
                         out);
    *out = (Tally){0};
    for (int i = SUBMITTED; i <= WITHDRAWN; i++)
        TRY(lens_count(q, l, whistle_flow.states[i].code, &out->n[i]));
    return OK;
}

static bool is_later(const Whistle *a, const Whistle *b)
{
    int64_t x = a->h.next_due ? a->h.next_due : NO_DUE, y = b->h.next_due ? b->h.next_due : NO_DUE;
    return x != y ? x > y : a->h.id > b->h.id;
}

static void by_due(Whistle *w, int n)
{
    for (int i = 1; i < n; i++) {
        Whistle row = w[i];
        int k = i;
        for (; k > 0 && is_later(&w[k - 1], &row); k--) w[k] = w[k - 1];
        w[k] = row;
    }
}

static int rows_by_ids(Req *q, const Lens *l, Whistle **rows_out, int *n_out)
{
    Find f = find_of(l, l->states);
    Whistle *all = arena_array(q->a, (size_t)l->ids_n + 1, sizeof *all), *some;
    int n = 0, k, at = f.n < FIND_FILTERS_MAX ? f.n++ : f.n - 1;
    f.limit = CHUNK;
    for (int i = 0; i < l->ids_n; i += CHUNK) {
        f.filters[at] = (Filter){"id", "in", chunk(q, l, i)};
        TRY(whistles_find(q, &f, &some, &k, NULL));
        if (k) memcpy(all + n, some, (size_t)k * sizeof *all);
        n += k;
    }
    by_due(all, n);
    *rows_out = all;
    *n_out = n;
    return OK;
}

int lens_rows(Req *q, const Lens *l, const char *sort, const char *after, int limit,
              Whistle **rows_out, int *n_out, const char **next_out)
{
    if (next_out) *next_out = NULL;
    if (l->by_ids) {
        TRY(rows_by_ids(q, l, rows_out, n_out));
        if (*n_out > limit) *n_out = limit;
        return OK;
    }
    Find f = find_of(l, l->states);
    f.sort = sort;
    f.after = after;
    f.limit = limit;
    return whistles_find(q, &f, rows_out, n_out, next_out);
}

const char *lens_plain_query(Req *q, const Lens *l)
{
    static const char *const ops[][2] = {{"<", ".lt"},     {"<=", ".lte"}, {">", ".gt"},
                                         {">=", ".gte"},   {"in", ".in"},  {"prefix", ".prefix"},
                                         {"null", ".null"}};
    Find f = find_of(l, l->states);
    if (l->by_ids && f.n < FIND_FILTERS_MAX)
        f.filters[f.n++] = (Filter){"id", "in", chunk(q, l, 0)};
    Out o = {.a = q->a};
    for (int i = 0; i < f.n; i++) {
        const char *suffix = "", *value = f.filters[i].value;
        for (int k = 0; k < COUNT(ops); k++)
            if (strcmp(ops[k][0], f.filters[i].op) == 0) suffix = ops[k][1];
        out_f(&o, "%s%s%s=", o.n ? "&" : "", f.filters[i].field, suffix);
        put_url_s(&o, *value ? value : "1");
    }
    return str_of(&o);
}

/* ---- desks ---- */

static int lens_of(Req *q, const Names *names, const char *query, Lens *out)
{
    In in;
    TRY(input_form(q->a, query, strlen(query), &in, &q->errors));
    return lens_read(q, names, &in, out);
}

int64_t lens_count_of(Req *q, const Names *names, const char *query)
{
    Lens l;
    int64_t n = 0;
    return lens_of(q, names, query, &l) == OK && lens_count(q, &l, NULL, &n) == OK ? n : 0;
}

int lens_rows_of(Req *q, const Names *names, const char *query, const char *sort, int limit,
                 Whistle **rows_out, int *n_out)
{
    Lens l;
    TRY(lens_of(q, names, query, &l));
    return lens_rows(q, &l, sort, NULL, limit, rows_out, n_out, NULL);
}
