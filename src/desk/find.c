/* find: the one query of modules: site, scope, filters, order and keyset in one statement. Pages of
   who sees only some cases are made by find_scope.c, numbers by find_count.c. */
#include "desk/find.h"

#include "base/crypto.h"
#include "desk/find_own.h"
#include "desk/flow.h"
#include "desk/keep.h"
#include "desk/record_own.h"

#include <stdlib.h>
#include <string.h>

void query_arg(Query *s, Val v)
{
    if (s->n < ARGS_MAX) s->v[s->n++] = v;
    out_raw(&s->sql, "$");
    put_i(&s->sql, s->n);
}

/* ---- columns that a caller may name: of the head, or a field that says so ---- */

static bool head_column(const Record *r, const char *name, Column *out)
{
    static const Column all[] = {{"id", K_REF, NULL},          {"created_at", K_TIME, NULL},
                                 {"updated_at", K_TIME, NULL}, {"state", K_TEXT, NULL},
                                 {"number", K_TEXT, NULL},     {"next_due", K_TIME, NULL},
                                 {"next_warn", K_TIME, NULL},  {"next_clock", K_TEXT, NULL}};
    for (int i = 0; i < (r->flow ? COUNT(all) : 3); i++)
        if (strcmp(all[i].name, name) == 0) return *out = all[i], true;
    return false;
}

static bool filter_column(const Record *r, const char *name, Column *out)
{
    const Field *f = rec_field(r, name);
    if (f && f->filter && f->kind != K_SEALED && !f->hidden)
        return *out = (Column){f->name, f->kind, f->picks}, true;
    return head_column(r, name, out);
}

static bool sort_column(const Record *r, const char *name, Column *out)
{
    const Field *f = rec_field(r, name);
    if (f && (f->list || f->filter) && f->kind != K_SEALED && !f->hidden)
        return *out = (Column){f->name, f->kind, f->picks}, true;
    return head_column(r, name, out);
}

static bool is_text(const Column *c)
{
    return c->kind == K_TEXT || c->kind == K_DAY || c->kind == K_PICK || c->kind == K_CODE;
}

static bool value_of(const Column *c, const char *s, Arena *a, Val *out)
{
    int64_t v;
    Time t;
    Day d;
    if (utf8_length(s, strlen(s)) < 0) return false; /* PostgreSQL would refuse the bytes */
    switch ((Kind)c->kind) {
    case K_TEXT:
    case K_CODE: *out = vt(arena_str(a, s)); return true;
    case K_PICK: *out = vt(arena_str(a, s)); return choice_index(c->picks, s) >= 0;
    case K_DAY: *out = vt(arena_str(a, s)); return day_parse(s, &d);
    case K_FLAG:
        *out = vi(strcmp(s, "true") == 0 || strcmp(s, "1") == 0);
        return out->i || strcmp(s, "false") == 0 || strcmp(s, "0") == 0;
    case K_TIME:
        if (!time_parse(s, &t)) return false;
        *out = vi(t.v);
        return true;
    case K_REF:
    case K_NUM:
    case K_FEN:
        if (!num_parse(s, &v)) return false;
        *out = vi(v);
        return true;
    case K_SEALED:
    case K_IDS:
    case K_TEXTS: return false;
    }
    return false;
}

static int bad(Query *s, const char *name, const char *zh, const char *en)
{
    error_add(s->e, arena_str(s->a, name), zh, en);
    return E_INPUT;
}

/* " AND r.state", or the same of the row of work. coalesce() changes no value: it keeps SQLite from
   reading by state what is to come in the order of due times, and sorting it. */
static void and_column(Query *s, const char *name)
{
    bool state = strcmp(name, "state") == 0;
    out_raw(&s->sql, s->walk && state ? " AND coalesce(" : " AND ");
    out_raw(&s->sql, s->scope ? "w." : "r.");
    out_raw(&s->sql, s->scope && strcmp(name, "id") == 0 ? "case_id" : name);
    if (s->walk && state) out_raw(&s->sql, ", '')");
}

static int in_list(Query *s, const Column *c, const Filter *f)
{
    and_column(s, c->name);
    out_raw(&s->sql, " IN (");
    int n = 0;
    for (const char *at = f->value; *at && n < 40; n++) {
        size_t len = strcspn(at, ",");
        Val v;
        if (!value_of(c, arena_copy(s->a, at, len), s->a, &v))
            return bad(s, f->field, "这个值不能用来筛选", "this value cannot be filtered by");
        if (n) out_raw(&s->sql, ", ");
        query_arg(s, v);
        at += len + (at[len] == ',');
    }
    if (n == 0) out_raw(&s->sql, "NULL");
    out_raw(&s->sql, ")");
    return OK;
}

static int one_filter(Query *s, const Filter *f)
{
    static const char *const ops[] = {"=", "<", "<=", ">", ">="};
    Column c;
    Val v;
    if (!filter_column(s->r, f->field, &c))
        return bad(s, f->field, "不能按这一项筛选", "cannot be filtered by");
    const char *op = f->op && *f->op ? f->op : "=";
    if (strcmp(op, "null") == 0 || strcmp(op, "notnull") == 0) {
        and_column(s, c.name);
        out_f(&s->sql, " IS %sNULL", op[1] == 'o' ? "NOT " : "");
        return OK;
    }
    if (strcmp(op, "in") == 0) return in_list(s, &c, f);
    const char *known = NULL;
    for (int i = 0; i < COUNT(ops); i++)
        if (strcmp(op, ops[i]) == 0) known = ops[i];
    bool prefix = strcmp(op, "prefix") == 0 && is_text(&c);
    if (!prefix && !known) return bad(s, f->field, "没有这种比较", "there is no such comparison");
    if (!value_of(&c, f->value, s->a, &v))
        return bad(s, f->field, "这个值不能用来筛选", "this value cannot be filtered by");
    and_column(s, c.name);
    out_f(&s->sql, " %s ", prefix ? ">=" : known);
    query_arg(s, v);
    if (!prefix) return OK;
    and_column(s, c.name);
    out_raw(&s->sql, " < ");
    query_arg(s, vt(arena_f(s->a, "%s\xF4\x8F\xBF\xBD",
                            f->value))); /* after every text with this start */
    return OK;
}

/* ---- scope ---- */

static const char *draft_code(const Record *r)
{
    return r->flow && r->flow->draft >= 0 ? r->flow->states[r->flow->draft].code : NULL;
}

void scope_of(const Record *r, const Viewer *who, const Find *f, Scope *out)
{
    const char *draft = draft_code(r);
    *out = (Scope){.all = !r->flow};
    if (!r->flow) return;
    for (int i = 0; i < f->n; i++) {
        const Filter *x = &f->filters[i];
        if (strcmp(x->field, "state") != 0) continue;
        bool list = !x->op || !*x->op || strcmp(x->op, "=") == 0 || strcmp(x->op, "in") == 0;
        out->draft |= draft && strcmp(x->value, draft) == 0;
        out->stated |= list && !(draft && strstr(x->value, draft));
    }
    out->all = !out->draft && viewer_sees_all(who, r);
    out->n = viewer_parties(who, out->parties);
}

static void party_list(Query *s, const Scope *scope)
{
    for (int i = 0; i < scope->n; i++) {
        if (i) out_raw(&s->sql, ", ");
        query_arg(s, vi(scope->parties[i]));
    }
    if (scope->n == 0) out_raw(&s->sql, "0");
}

void from_work(Query *s, const Scope *scope, const int64_t *party)
{
    out_raw(&s->sql, " FROM work w WHERE w.site = $1 AND w.party ");
    if (party) {
        out_raw(&s->sql, "= ");
        query_arg(s, vi(*party));
    } else {
        out_raw(&s->sql, "IN (");
        party_list(s, scope);
        out_raw(&s->sql, ")");
    }
    out_raw(&s->sql, " AND w.record = ");
    query_arg(s, vt(s->r->name));
    if (scope->draft) out_raw(&s->sql, " AND w.role = 'author'");
}

static void own_rows(Query *s, const Viewer *who)
{
    out_f(&s->sql, " AND r.%s IN (0", s->r->own);
    for (int i = 0; i < who->enterprises_n; i++) {
        out_raw(&s->sql, ", ");
        query_arg(s, vi(who->enterprises[i]));
    }
    out_raw(&s->sql, ")");
}

/* The same for one row that was read already. */
static bool is_own_row(const Record *r, const Viewer *who, const void *row)
{
    const Head *h = row;
    const Field *f = rec_field(r, r->own);
    int64_t firm = f ? *rec_cell(f, row).v : h->id;
    for (int i = 0; i < who->enterprises_n; i++)
        if (who->enterprises[i] == firm) return true;
    return false;
}

int conditions(Query *s, const Scope *scope, const Find *f)
{
    if (draft_code(s->r) && !scope->draft && !scope->stated) {
        and_column(s, "state");
        out_raw(&s->sql, " <> ");
        query_arg(s, vt(draft_code(s->r)));
    }
    for (int i = 0; i < f->n; i++) TRY(one_filter(s, &f->filters[i]));
    return OK;
}

bool is_of_work(const Filter *f)
{
    static const char *const columns[] = {"state", "next_due", "id"};
    for (int i = 0; i < COUNT(columns); i++)
        if (strcmp(f->field, columns[i]) == 0) return true;
    return false;
}

/* The filters that the rows of work know: they leave fewer cases to look at. */
static int work_conditions(Query *s, const Find *f)
{
    s->scope = true;
    for (int i = 0; i < f->n; i++)
        if (is_of_work(&f->filters[i])) TRY(one_filter(s, &f->filters[i]));
    s->scope = false;
    return OK;
}

/* CROSS JOIN: SQLite then goes from the few rows of work to the cases, not through all cases; and + keeps
   it from walking all of work in the order of ids to have each once. */
int from_rows(Query *s, const Viewer *who, const Scope *scope, const Find *f)
{
    out_raw(&s->sql, " FROM ");
    if (!scope->all) {
        out_raw(&s->sql, "(SELECT DISTINCT +w.case_id AS case_id");
        from_work(s, scope, NULL);
        TRY(work_conditions(s, f));
        out_raw(&s->sql, ") k CROSS JOIN ");
    }
    out_f(&s->sql, "%s r WHERE r.site = $1", s->r->name);
    if (!scope->all) out_raw(&s->sql, " AND r.id = k.case_id");
    if (!s->r->flow && s->r->own && who->role == ROLE_ENTERPRISE) own_rows(s, who);
    return conditions(s, scope, f);
}

/* ---- order and pages ---- */

static int order_of(Query *s, const Find *f, const Scope *scope, Order *out)
{
    const char *sort = f->sort && *f->sort ? f->sort : "-id";
    bool down = *sort == '-';
    Column c;
    if (!sort_column(s->r, sort + down, &c))
        return bad(s, "sort", "不能按这一项排序", "cannot be sorted by");
    *out = (Order){.c = c, .down = down, .plain = strcmp(c.name, "id") == 0};
    out->way = down ? "DESC" : "ASC";
    bool due = strcmp(c.name, "next_due") == 0, number = strcmp(c.name, "number") == 0;
    number &= scope->all && s->r->unique && strcmp(s->r->unique, "number") == 0;
    out->indexed = out->plain || due || number; /* who is no draft has a number */
    out->never_null = out->indexed || strcmp(c.name, "created_at") == 0 ||
                      strcmp(c.name, "updated_at") == 0 || strcmp(c.name, "next_warn") == 0;
    s->walk = scope->all && due;
    return OK;
}

void put_key(Query *s, const Order *o)
{
    if (s->scope)
        out_raw(&s->sql, o->plain ? "w.case_id" : "w.next_due");
    else
        out_f(&s->sql, o->never_null ? "r.%s" : "coalesce(r.%s, %s)", o->c.name,
              is_text(&o->c) ? "''" : "0");
}

/* Cursor: "value|id" of the last row in base64url; value empty when the order is by id alone. */
static int cursor_parse(Query *s, const Find *f, const Order *o, Behind *out)
{
    char text[512] = {0};
    int64_t num = 0;
    *out = (Behind){0};
    if (!f->after || !*f->after) return OK;
    int n = base64url_parse(f->after, text, sizeof text - 1);
    char *bar = n > 0 ? strrchr(text, '|') : NULL;
    if (bar) *bar = 0;
    bool good = bar && num_parse(bar + 1, &out->id) &&
                (o->plain || is_text(&o->c) || num_parse(text, &num));
    if (!good) return bad(s, "after", "游标无效，请从第一页开始", "is not a cursor of this list");
    out->has = true;
    out->key = is_text(&o->c) ? vt(arena_str(s->a, text)) : vi(num);
    return OK;
}

void put_behind(Query *s, const Order *o, const Behind *b)
{
    if (!b->has) return;
    out_raw(&s->sql, o->plain ? " AND " : " AND (");
    put_key(s, o);
    if (!o->plain) out_raw(&s->sql, s->scope ? ", w.case_id)" : ", r.id)");
    out_f(&s->sql, o->plain ? " %s " : " %s (", o->down ? "<" : ">");
    if (!o->plain) {
        query_arg(s, b->key);
        out_raw(&s->sql, ", ");
    }
    query_arg(s, vi(b->id));
    if (!o->plain) out_raw(&s->sql, ")");
}

void order_by(Query *s, const Order *o, int limit)
{
    out_raw(&s->sql, " ORDER BY ");
    put_key(s, o);
    out_f(&s->sql, " %s", o->way);
    if (!o->plain) out_f(&s->sql, ", %s %s", s->scope ? "w.case_id" : "r.id", o->way);
    out_f(&s->sql, " LIMIT %d", limit);
}

/* Where no index gives the order, only the keys are sorted; the rows of the page are read then. */
static int page_of(Query *s, const Viewer *who, const Scope *scope, const Find *f, const Order *o,
                   const Behind *at, int limit)
{
    bool sorted = !scope->all || !o->indexed;
    if (sorted) {
        out_raw(&s->sql, " FROM (SELECT ");
        put_key(s, o);
        out_raw(&s->sql, " AS k, r.id AS case_id");
    }
    TRY(from_rows(s, who, scope, f));
    put_behind(s, o, at);
    order_by(s, o, limit);
    if (!sorted) return OK;
    out_f(&s->sql, ") k CROSS JOIN %s r WHERE r.site = $1 AND r.id = k.case_id ORDER BY k.k %s",
          s->r->name, o->way);
    out_f(&s->sql, ", k.case_id %s", o->way);
    return OK;
}

static const char *cursor_of(const Record *r, const Column *c, const void *row, Arena *a)
{
    const Head *h = row;
    const char *value = "";
    int64_t due = h->next_due ? h->next_due : NO_DUE;
    if (strcmp(c->name, "created_at") == 0)
        value = arena_f(a, "%lld", (long long)h->created_at);
    else if (strcmp(c->name, "updated_at") == 0)
        value = arena_f(a, "%lld", (long long)h->updated_at);
    else if (strcmp(c->name, "next_due") == 0)
        value = arena_f(a, "%lld", (long long)due);
    else if (strcmp(c->name, "next_warn") == 0)
        value = arena_f(a, "%lld", (long long)(h->next_due ? h->next_warn : NO_DUE));
    else if (strcmp(c->name, "next_clock") == 0)
        value = h->next_clock;
    else if (strcmp(c->name, "number") == 0)
        value = h->number;
    else if (strcmp(c->name, "state") == 0)
        value = r->flow->states[h->state].code;
    else if (strcmp(c->name, "id") != 0) {
        Val v = rec_val(rec_field(r, c->name), row, a);
        value = v.kind == VAL_TEXT ? v.s : arena_f(a, "%lld", (long long)v.i);
    }
    const char *text = arena_f(a, "%s|%lld", value ? value : "", (long long)h->id);
    return base64url(a, text, strlen(text));
}

static int readable(const Viewer *who, const Record *r)
{
    uint64_t role = rights_relations(who, NULL, 0);
    if (!r->flow) return role & r->read ? OK : E_DENIED;
    return role & (W_STAFF | W_ANY_ENT | W_CLOCK) ? OK : E_DENIED;
}

/* Ids as parameters, padded to a few lengths so that the statement's text, and with it its plan, is
   found in the cache. */
static void id_list(Query *s, const int64_t *ids, int n, const char *before, const char *between,
                    const char *after)
{
    static const int lengths[] = {1, 4, 16, 64, FIND_LIMIT_MAX};
    int len = FIND_LIMIT_MAX;
    for (int i = COUNT(lengths) - 1; i >= 0 && lengths[i] >= n; i--) len = lengths[i];
    out_raw(&s->sql, before);
    for (int i = 0; i < len && s->n < ARGS_MAX; i++) {
        if (i) out_raw(&s->sql, between);
        query_arg(s, vi(i < n ? ids[i] : 0));
    }
    out_raw(&s->sql, after);
}

void query_ids(Query *s, const int64_t *ids, int n)
{
    id_list(s, ids, n, "WITH k(id) AS (VALUES (", "), (", ")) ");
}

void from_ids(Query *s)
{
    out_f(&s->sql, " FROM k CROSS JOIN %s r WHERE r.site = $1 AND r.id = k.id", s->r->name);
}

static int load_work(Reader *q, Query *s, int64_t site, const int64_t *ids, int n, Result *out)
{
    out_raw(&s->sql, "SELECT case_id, party, role FROM work WHERE site = ");
    query_arg(s, vi(site));
    out_raw(&s->sql, " AND case_id");
    id_list(s, ids, n, " IN (", ", ", ")");
    return db_get(q, s->a, out, s->sql.s, s->n, s->v);
}

static int mask_rows(Reader *q, Arena *a, const Viewer *who, const Record *r, char *rows, int n)
{
    int64_t ids[FIND_LIMIT_MAX];
    int hidden = 0;
    for (int i = 0; r->mask && r->sensitive && i < n; i++) {
        void *row = rows + (size_t)i * r->size;
        if (r->sensitive(row)) ids[hidden++] = ((Head *)row)->id;
    }
    if (hidden == 0) return OK;
    Query *s = NEW(a, Query);
    *s = (Query){.sql = {.a = a}, .a = a, .r = r};
    Result w;
    TRY(load_work(q, s, who->site, ids, hidden, &w));
    WorkRow *work = arena_array(a, (size_t)w.rows + 1, sizeof *work);
    for (int i = 0; i < n; i++) {
        void *row = rows + (size_t)i * r->size;
        if (!r->sensitive(row)) continue;
        int k = 0;
        for (int j = 0; j < w.rows; j++)
            if (res_int(&w, j, 0) == ((Head *)row)->id)
                work[k++] = (WorkRow){res_int(&w, j, 1), res_text(&w, j, 2)};
        r->mask(who, rights_relations(who, work, k), row);
    }
    return OK;
}

/* ---- a query ---- */

int query_new(Arena *a, const Viewer *who, const Record *r, Errors *e, Query **out)
{
    TRY(readable(who, r));
    Query *s = NEW(a, Query);
    *s = (Query){.sql = {.a = a}, .a = a, .r = r, .e = e};
    s->v[s->n++] = vi(who->site);
    *out = s;
    return OK;
}

Query *query_again(const Query *of)
{
    Query *s = NEW(of->a, Query);
    *s = (Query){.sql = {.a = of->a}, .a = of->a, .r = of->r, .e = of->e};
    s->v[s->n++] = of->v[0];
    return s;
}

int query_run(Reader *q, const Query *s, Result *out)
{
    return db_get(q, s->a, out, s->sql.s, s->n, s->v);
}

/* Rows of a page, in order. */
static int rows_of(Reader *q, Query *s, const Viewer *who, const Scope *scope, const Find *f,
                   const Order *o, const bool *wanted, int limit, char *rows, int *n_out)
{
    Behind at;
    Result rs;
    TRY(cursor_parse(s, f, o, &at));
    if (scope_is_small(scope) && o->indexed)
        return scope_rows(q, s, scope, f, o, at, wanted, limit, rows, n_out);
    out_raw(&s->sql, "SELECT ");
    rec_columns_of(s->r, wanted, "r.", &s->sql);
    TRY(page_of(s, who, scope, f, o, &at, limit));
    TRY(query_run(q, s, &rs));
    for (int i = 0; i < rs.rows; i++)
        rec_load_of(s->r, wanted, &rs, i, rows + (size_t)i * s->r->size);
    *n_out = rs.rows;
    return OK;
}

int rec_find(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
             Errors *e, void *rows_out, int *n_out, const char **next_out)
{
    (void)d;
    Query *s;
    Scope scope;
    Order o;
    int n = 0, limit = f->limit ? f->limit : 50;
    TRY(query_new(a, who, r, e, &s));
    if (limit < 1 || limit > FIND_LIMIT_MAX)
        return bad(s, "limit", "应在 1 到 200 之间", "should be between 1 and 200");
    scope_of(r, who, f, &scope);
    TRY(order_of(s, f, &scope, &o));
    const bool *wanted = rec_wanted(r, f->fields, o.c.name, a);
    char *rows = arena_array(a, (size_t)limit + 1, r->size);
    TRY(rows_of(q, s, who, &scope, f, &o, wanted, limit + 1, rows, &n));
    bool more = n > limit;
    if (more) n = limit;
    if (next_out) *next_out = more ? cursor_of(r, &o.c, rows + (size_t)(n - 1) * r->size, a) : NULL;
    TRY(mask_rows(q, a, who, r, rows, n));
    memcpy(rows_out, rows, (size_t)n * r->size);
    *n_out = n;
    return OK;
}

int rec_see(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, int64_t id,
            void *row_out, uint64_t *relations_out)
{
    (void)d;
    TRY(rec_get(q, a, r, who->site, id, row_out));
    WorkRow work[64];
    int n = 0;
    if (r->flow) {
        Result w;
        TRY(db_get(q, a, &w, "SELECT party, role FROM work WHERE site = $1 AND case_id = $2",
                   VALS(vi(who->site), vi(id))));
        for (; n < w.rows && n < COUNT(work); n++)
            work[n] = (WorkRow){res_int(&w, n, 0), res_text(&w, n, 1)};
    }
    uint64_t rel = rights_relations(who, work, n);
    if (!rights_visible(who, r, row_out, rel)) return r->flow ? E_MISSING : E_DENIED;
    if (!r->flow && r->own && who->role == ROLE_ENTERPRISE && !is_own_row(r, who, row_out))
        return E_MISSING;
    if (r->mask) r->mask(who, rel, row_out);
    if (relations_out) *relations_out = rel;
    return OK;
}

int rec_titles(Reader *q, Desk *d, Arena *a, const Record *r, int64_t site, int n,
               const int64_t *ids, const char **titles_out)
{
    int64_t asked[FIND_LIMIT_MAX];
    int k = 0;
    for (int i = 0; i < n; i++) {
        titles_out[i] = ids[i] ? keep_title(d, a, r, site, ids[i]) : NULL;
        bool twice = !ids[i] || titles_out[i] || k == FIND_LIMIT_MAX;
        for (int j = 0; j < k && !twice; j++) twice = asked[j] == ids[i];
        if (!twice) asked[k++] = ids[i];
    }
    if (k == 0) return OK;
    Query *s = NEW(a, Query);
    *s = (Query){.sql = {.a = a}, .a = a, .r = r};
    uint32_t stamp = keep_stamp(d);
    out_f(&s->sql, "SELECT id, %s FROM %s WHERE site = ", r->title ? r->title : "name", r->name);
    query_arg(s, vi(site));
    out_raw(&s->sql, " AND id");
    id_list(s, asked, k, " IN (", ", ", ")");
    Result rs;
    TRY(db_get(q, a, &rs, s->sql.s, s->n, s->v));
    for (int j = 0; j < rs.rows; j++) {
        int64_t id = res_int(&rs, j, 0);
        const char *title = res_text(&rs, j, 1);
        keep_title_is(d, r, site, id, title, stamp);
        for (int i = 0; i < n; i++)
            if (ids[i] == id) titles_out[i] = title;
    }
    return OK;
}
