/* find: the one query of modules: site, scope, filters, order and keyset in one statement. */
#include "desk/find.h"

#include "base/crypto.h"
#include "desk/flow.h"
#include "desk/record_own.h"

#include <stdlib.h>
#include <string.h>

enum { ARGS_MAX = FIND_LIMIT_MAX + 20 };
typedef struct Query {
    Out sql;
    int n;
    Val v[ARGS_MAX];
    Arena *a;
    const Record *r;
    Errors *e;
} Query;

static void arg(Query *s, Val v)
{
    if (s->n < ARGS_MAX) s->v[s->n++] = v;
    out_f(&s->sql, "$%d", s->n);
}

/* A column a caller may name: of the head, or a field that says so. NULL: none. */
typedef struct Column {
    const char *name;
    uint8_t kind;
    const Choice *picks;
} Column;

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

static int in_list(Query *s, const Column *c, const Filter *f)
{
    out_f(&s->sql, " AND r.%s IN (", c->name);
    int n = 0;
    for (const char *at = f->value; *at && n < 40; n++) {
        size_t len = strcspn(at, ",");
        Val v;
        if (!value_of(c, arena_copy(s->a, at, len), s->a, &v))
            return bad(s, f->field, "这个值不能用来筛选", "this value cannot be filtered by");
        if (n) out_raw(&s->sql, ", ");
        arg(s, v);
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
        out_f(&s->sql, " AND r.%s IS %sNULL", c.name, op[1] == 'o' ? "NOT " : "");
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
    out_f(&s->sql, " AND r.%s %s ", c.name, prefix ? ">=" : known);
    arg(s, v);
    if (!prefix) return OK;
    out_f(&s->sql, " AND r.%s < ", c.name);
    arg(s,
        vt(arena_f(s->a, "%s\xF4\x8F\xBF\xBD", f->value))); /* after every text with this start */
    return OK;
}

static bool asks_for_draft(const Query *s, const Find *f)
{
    for (int i = 0; i < f->n; i++)
        if (strcmp(f->filters[i].field, "state") == 0 && s->r->flow->draft >= 0 &&
            strcmp(f->filters[i].value, s->r->flow->states[s->r->flow->draft].code) == 0)
            return true;
    return false;
}

/* FROM with the cases of these parties; DISTINCT since one party may stand there in two roles. */
static void from_parties(Query *s, int n, const int64_t *parties, const char *role)
{
    out_raw(&s->sql, "(SELECT DISTINCT case_id FROM work WHERE site = $1 AND record = ");
    arg(s, vt(s->r->name));
    out_raw(&s->sql, " AND party IN (");
    for (int i = 0; i < n; i++) {
        if (i) out_raw(&s->sql, ", ");
        arg(s, vi(parties[i]));
    }
    if (n == 0) out_raw(&s->sql, "0");
    out_raw(&s->sql, ")");
    if (role) {
        out_raw(&s->sql, " AND role = ");
        arg(s, vt(role));
    }
    out_raw(&s->sql, ")");
}

static void own_rows(Query *s, const Viewer *who)
{
    out_f(&s->sql, " AND r.%s IN (0", s->r->own);
    for (int i = 0; i < who->enterprises_n; i++) {
        out_raw(&s->sql, ", ");
        arg(s, vi(who->enterprises[i]));
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

static int where(Query *s, const Viewer *who, const Find *f)
{
    int64_t parties[PARTIES_MAX];
    int n = viewer_parties(who, parties);
    bool flow = s->r->flow != NULL, draft = flow && asks_for_draft(s, f);
    out_raw(&s->sql, " FROM ");
    if (flow && f->party) {
        from_parties(s, 1, &f->party, f->party_role);
        out_raw(&s->sql, " p JOIN ");
    }
    if (flow && (draft || !viewer_sees_all(who, s->r))) {
        from_parties(s, n, parties, draft ? "author" : NULL);
        out_raw(&s->sql, " w JOIN ");
        out_f(&s->sql, "%s r ON r.site = $1 AND r.id = w.case_id", s->r->name);
        if (f->party) out_raw(&s->sql, " AND p.case_id = w.case_id");
    } else {
        out_f(&s->sql, "%s r", s->r->name);
        if (flow && f->party) out_raw(&s->sql, " ON r.site = $1 AND r.id = p.case_id");
    }
    out_raw(&s->sql, " WHERE r.site = $1");
    if (flow && s->r->flow->draft >= 0 && !draft) {
        out_raw(&s->sql, " AND r.state <> ");
        arg(s, vt(s->r->flow->states[s->r->flow->draft].code));
    }
    if (!flow && s->r->own && who->role == ROLE_ENTERPRISE) own_rows(s, who);
    for (int i = 0; i < f->n; i++) TRY(one_filter(s, &f->filters[i]));
    return OK;
}

/* Cursor: "value|id" of the last row in base64url; value empty when the order is by id alone. */
static int keyset(Query *s, const Find *f, const Column *c, bool down)
{
    char text[512] = {0};
    int64_t id;
    int n = base64url_parse(f->after, text, sizeof text - 1);
    char *bar = n > 0 ? strrchr(text, '|') : NULL;
    if (!bar || !num_parse(bar + 1, &id))
        return bad(s, "after", "游标无效，请从第一页开始", "is not a cursor of this list");
    *bar = 0;
    const char *cmp = down ? "<" : ">";
    if (strcmp(c->name, "id") == 0) {
        out_f(&s->sql, " AND r.id %s ", cmp);
        arg(s, vi(id));
        return OK;
    }
    int64_t num = 0;
    if (!is_text(c) && !num_parse(text, &num))
        return bad(s, "after", "游标无效，请从第一页开始", "is not a cursor of this list");
    out_f(&s->sql, " AND (coalesce(r.%s, %s), r.id) %s (", c->name, is_text(c) ? "''" : "0", cmp);
    arg(s, is_text(c) ? vt(arena_str(s->a, text)) : vi(num));
    out_raw(&s->sql, ", ");
    arg(s, vi(id));
    out_raw(&s->sql, ")");
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

static int order(Query *s, const Find *f, Column *c, bool *down)
{
    const char *sort = f->sort && *f->sort ? f->sort : "-id";
    *down = *sort == '-';
    if (!sort_column(s->r, sort + *down, c))
        return bad(s, "sort", "不能按这一项排序", "cannot be sorted by");
    if (f->after && *f->after) TRY(keyset(s, f, c, *down));
    const char *way = *down ? "DESC" : "ASC";
    bool plain = strcmp(c->name, "id") == 0;
    bool never_null = plain || strcmp(c->name, "created_at") == 0 ||
                      strcmp(c->name, "updated_at") == 0 || strncmp(c->name, "next_", 5) == 0;
    if (plain)
        out_f(&s->sql, " ORDER BY r.id %s", way);
    else if (never_null && strcmp(c->name, "next_clock") != 0)
        out_f(&s->sql, " ORDER BY r.%s %s, r.id %s", c->name, way, way);
    else
        out_f(&s->sql, " ORDER BY coalesce(r.%s, %s) %s, r.id %s", c->name, is_text(c) ? "''" : "0",
              way, way);
    return OK;
}

static int readable(const Viewer *who, const Record *r)
{
    uint64_t role = rights_relations(who, NULL, 0);
    if (!r->flow) return role & r->read ? OK : E_DENIED;
    return role & (W_STAFF | W_ANY_ENT | W_CLOCK) ? OK : E_DENIED;
}

/* Ids as parameters, padded to a few lengths so that the statement's text, and with it its plan, is
   found in the cache. */
static void id_list(Query *s, const int64_t *ids, int n)
{
    static const int lengths[] = {1, 4, 16, 64, FIND_LIMIT_MAX};
    int len = FIND_LIMIT_MAX;
    for (int i = COUNT(lengths) - 1; i >= 0 && lengths[i] >= n; i--) len = lengths[i];
    out_raw(&s->sql, " IN (");
    for (int i = 0; i < len && s->n < ARGS_MAX; i++) {
        if (i) out_raw(&s->sql, ", ");
        arg(s, vi(i < n ? ids[i] : 0));
    }
    out_raw(&s->sql, ")");
}

static int load_work(Reader *q, Query *s, int64_t site, const int64_t *ids, int n, Result *out)
{
    out_raw(&s->sql, "SELECT case_id, party, role FROM work WHERE site = ");
    arg(s, vi(site));
    out_raw(&s->sql, " AND case_id");
    id_list(s, ids, n);
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

int rec_find(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
             Errors *e, void *rows_out, int *n_out, const char **next_out)
{
    (void)d;
    TRY(readable(who, r));
    Query *s = NEW(a, Query);
    *s = (Query){.sql = {.a = a}, .a = a, .r = r, .e = e};
    int limit = f->limit ? f->limit : 50;
    if (limit < 1 || limit > FIND_LIMIT_MAX)
        return bad(s, "limit", "应在 1 到 200 之间", "should be between 1 and 200");
    out_raw(&s->sql, "SELECT ");
    rec_columns(r, "r.", &s->sql);
    s->v[s->n++] = vi(who->site);
    TRY(where(s, who, f));
    Column c;
    bool down;
    TRY(order(s, f, &c, &down));
    out_f(&s->sql, " LIMIT %d", limit + 1);
    Result rs;
    TRY(db_get(q, a, &rs, s->sql.s, s->n, s->v));
    int n = rs.rows > limit ? limit : rs.rows;
    char *rows = rows_out;
    for (int i = 0; i < n; i++) rec_load(r, &rs, i, rows + (size_t)i * r->size);
    if (next_out)
        *next_out = rs.rows > limit ? cursor_of(r, &c, rows + (size_t)(n - 1) * r->size, a) : NULL;
    TRY(mask_rows(q, a, who, r, rows, n));
    *n_out = n;
    return OK;
}

int rec_count(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, const Find *f,
              Errors *e, int64_t *out)
{
    (void)d;
    TRY(readable(who, r));
    Query *s = NEW(a, Query);
    *s = (Query){.sql = {.a = a}, .a = a, .r = r, .e = e};
    out_raw(&s->sql, "SELECT count(*)");
    s->v[s->n++] = vi(who->site);
    TRY(where(s, who, f));
    Result rs;
    TRY(db_get(q, a, &rs, s->sql.s, s->n, s->v));
    *out = res_int(&rs, 0, 0);
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

int rec_titles(Reader *q, Arena *a, const Record *r, int64_t site, int n, const int64_t *ids,
               const char **titles_out)
{
    for (int i = 0; i < n; i++) titles_out[i] = NULL;
    if (n == 0) return OK;
    Query *s = NEW(a, Query);
    *s = (Query){.sql = {.a = a}, .a = a, .r = r};
    out_f(&s->sql, "SELECT id, %s FROM %s WHERE site = ", r->title ? r->title : "name", r->name);
    arg(s, vi(site));
    out_raw(&s->sql, " AND id");
    id_list(s, ids, n);
    Result rs;
    TRY(db_get(q, a, &rs, s->sql.s, s->n, s->v));
    for (int i = 0; i < n; i++)
        for (int k = 0; k < rs.rows; k++)
            if (res_int(&rs, k, 0) == ids[i]) titles_out[i] = res_text(&rs, k, 1);
    return OK;
}
