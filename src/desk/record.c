/* record: rows in and out of storage, text and JSON; forms and bodies are read in read.c. */
#include "desk/record.h"

#include "desk/flow.h"
#include "desk/record_own.h"

#include <string.h>

_Static_assert(offsetof(Ref, has) == offsetof(Num, has) &&
                   offsetof(Fen, has) == offsetof(Num, has) &&
                   offsetof(Day, has) == offsetof(Num, has) &&
                   offsetof(Time, has) == offsetof(Num, has) &&
                   offsetof(Pick, has) == offsetof(Num, has),
               "whole-number kinds share one layout");

const Choice yes_no[] = {{"true", "是", "yes"}, {"false", "否", "no"}, {0}};

Cell rec_cell(const Field *f, const void *row)
{
    char *p = (char *)(uintptr_t)row + f->off;
    Cell c = {0};
    switch ((Kind)f->kind) {
    case K_TEXT:
    case K_CODE:
    case K_SEALED: c.text = (const char **)(void *)p; break;
    case K_FLAG: c.flag = (bool *)(void *)p; break;
    case K_IDS: c.ids = (Ids *)(void *)p; break;
    case K_TEXTS: c.texts = (Texts *)(void *)p; break;
    case K_REF:
    case K_NUM:
    case K_FEN:
    case K_DAY:
    case K_TIME:
    case K_PICK:
        c.v = (int64_t *)(void *)p;
        c.has = (bool *)(void *)(p + offsetof(Num, has));
        break;
    }
    return c;
}

static size_t kind_size(uint8_t kind)
{
    switch ((Kind)kind) {
    case K_TEXT:
    case K_CODE:
    case K_SEALED: return sizeof(Text);
    case K_FLAG: return sizeof(bool);
    case K_IDS: return sizeof(Ids);
    case K_TEXTS: return sizeof(Texts);
    case K_REF:
    case K_NUM:
    case K_FEN:
    case K_DAY:
    case K_TIME:
    case K_PICK: return sizeof(Num);
    }
    return 0;
}

/* Fields stand in the struct's order after the Head, without a hole larger than alignment asks. */
const char *rec_check(const Record *r)
{
    size_t at = sizeof(Head);
    for (int i = 0; i < r->n; i++) {
        size_t size = kind_size(r->f[i].kind);
        size_t align = size == sizeof(bool) ? _Alignof(bool) : _Alignof(int64_t);
        at = (at + align - 1) / align * align;
        if (r->f[i].off != at) return r->f[i].name;
        if (r->f[i].kind == K_PICK && !r->f[i].picks) return r->f[i].name;
        at += size;
    }
    at = (at + _Alignof(int64_t) - 1) / _Alignof(int64_t) * _Alignof(int64_t);
    return at == r->size ? NULL : "(last)";
}

const Field *rec_field(const Record *r, const char *name)
{
    for (int i = 0; i < r->n; i++)
        if (strcmp(r->f[i].name, name) == 0) return &r->f[i];
    return NULL;
}

static bool is_text_column(const Field *f)
{
    return f->kind == K_TEXT || f->kind == K_DAY || f->kind == K_PICK || f->kind == K_CODE ||
           f->kind == K_SEALED;
}

void rec_ddl(const Record *r, Out *o)
{
    out_f(o,
          "CREATE TABLE %s (site {int} NOT NULL, id {int} NOT NULL, rev {int} NOT NULL, "
          "state {text}, number {text}, created_at {int} NOT NULL, updated_at {int} NOT NULL",
          r->name);
    if (r->flow)
        out_raw(o, ", next_due {int} NOT NULL, next_warn {int} NOT NULL, next_clock {text}");
    for (int i = 0; i < r->n; i++)
        out_f(o, ", %s %s%s", r->f[i].name, is_text_column(&r->f[i]) ? "{text}" : "{int}",
              r->f[i].kind == K_FLAG ? " NOT NULL" : "");
    out_raw(o, ", PRIMARY KEY (site, id));\n");
    if (r->unique)
        out_f(o, "CREATE UNIQUE INDEX %s_unique ON %s (site, %s);\n", r->name, r->name, r->unique);
    for (int i = 0; i < COUNT(r->indexes) && r->indexes[i]; i++)
        out_f(o, "CREATE INDEX %s_%d ON %s (site, %s);\n", r->name, i + 1, r->name, r->indexes[i]);
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *s = words; *s; s += strspn(s, " ")) {
        size_t len = strcspn(s, " ");
        if (len == n && memcmp(s, word, n) == 0) return true;
        s += len;
    }
    return false;
}

const bool *rec_wanted(const Record *r, const char *fields, const char *also, Arena *a)
{
    if (!fields) return NULL;
    bool *wanted = arena_array(a, (size_t)r->n + 1, sizeof *wanted);
    for (int i = 0; i < r->n; i++)
        wanted[i] = strcmp(r->f[i].name, also) == 0 || has_word(fields, r->f[i].name);
    return wanted;
}

void rec_columns_of(const Record *r, const bool *wanted, const char *prefix, Out *o)
{
    static const char *const head[] = {"site",      "id",         "rev",        "state",
                                       "number",    "created_at", "updated_at", "next_due",
                                       "next_warn", "next_clock"};
    int n = r->flow ? COUNT(head) : 7;
    for (int i = 0; i < n + r->n; i++) {
        if (i >= n && wanted && !wanted[i - n]) continue;
        if (i) out_raw(o, ", ");
        out_raw(o, prefix);
        out_raw(o, i < n ? head[i] : r->f[i - n].name);
    }
}

void rec_columns(const Record *r, const char *prefix, Out *o)
{
    rec_columns_of(r, NULL, prefix, o);
}

static void load_value(const Field *f, const Val *v, void *row)
{
    Cell c = rec_cell(f, row);
    if (c.text) *c.text = v->kind == VAL_TEXT ? v->s : NULL;
    if (c.flag) *c.flag = v->kind == VAL_INT && v->i != 0;
    if (!c.v || v->kind == VAL_NULL) return;
    if (f->kind == K_DAY) {
        Day d = {0};
        *c.has = v->kind == VAL_TEXT && day_parse(v->s, &d);
        *c.v = d.v;
        return;
    }
    if (f->kind == K_PICK) {
        *c.v = v->kind == VAL_TEXT ? choice_index(f->picks, v->s) : -1;
        *c.has = *c.v >= 0; /* a choice that a later version knows reads as not known */
        if (!*c.has) *c.v = 0;
        return;
    }
    *c.v = v->i;
    *c.has = true;
}

void rec_load_of(const Record *r, const bool *wanted, const Result *rs, int row, void *row_out)
{
    memset(row_out, 0, r->size);
    Head *h = row_out;
    h->site = res_int(rs, row, 0);
    h->id = res_int(rs, row, 1);
    h->rev = res_int(rs, row, 2);
    const char *state = res_text(rs, row, 3);
    h->state = r->flow && state ? flow_state(r->flow, state) : 0;
    h->number = res_text(rs, row, 4);
    h->created_at = res_int(rs, row, 5);
    h->updated_at = res_int(rs, row, 6);
    int col = 7;
    if (r->flow) {
        h->next_due = res_int(rs, row, col++);
        h->next_warn = res_int(rs, row, col++);
        if (h->next_due == NO_DUE) h->next_due = h->next_warn = 0;
        h->next_clock = res_text(rs, row, col++);
    }
    for (int i = 0; i < r->n; i++)
        if (!wanted || wanted[i]) load_value(&r->f[i], res(rs, row, col++), row_out);
}

void rec_load(const Record *r, const Result *rs, int row, void *row_out)
{
    rec_load_of(r, NULL, rs, row, row_out);
}

int rec_get(Reader *q, Arena *a, const Record *r, int64_t site, int64_t id, void *row_out)
{
    Out sql = {.a = a};
    Result rs;
    out_raw(&sql, "SELECT ");
    rec_columns(r, "", &sql);
    out_f(&sql, " FROM %s WHERE site = $1 AND id = $2", r->name);
    TRY(db_get(q, a, &rs, sql.s, VALS(vi(site), vi(id))));
    if (rs.rows == 0) return E_MISSING;
    rec_load(r, &rs, 0, row_out);
    return OK;
}

Val rec_val(const Field *f, const void *row, Arena *a)
{
    Cell c = rec_cell(f, row);
    if (c.text) return vt(*c.text);
    if (c.flag) return vi(*c.flag ? 1 : 0);
    if (!c.v || !*c.has) return vnull();
    if (f->kind == K_PICK) return vt(f->picks[*c.v].code);
    if (f->kind == K_DAY) {
        char *text = arena_get(a, 11);
        day_text((Day){*c.v, true}, text);
        return vt(text);
    }
    return vi(*c.v);
}

static int head_vals(const Record *r, const Head *h, Val *v)
{
    int n = 0;
    v[n++] = vi(h->site);
    v[n++] = vi(h->id);
    v[n++] = vi(h->rev);
    v[n++] = r->flow ? vt(r->flow->states[h->state].code) : vnull();
    v[n++] = vt(h->number);
    v[n++] = vi(h->created_at);
    v[n++] = vi(h->updated_at);
    if (!r->flow) return n;
    /* no clock sorts last: a number, so that keyset paging needs no NULL */
    v[n++] = vi(h->next_due ? h->next_due : NO_DUE);
    v[n++] = vi(h->next_due ? h->next_warn : NO_DUE);
    v[n++] = h->next_due ? vt(h->next_clock) : vnull();
    return n;
}

int rec_insert(Tx *tx, Arena *a, const Record *r, const void *row)
{
    Val *v = arena_array(a, (size_t)r->n + 10, sizeof *v);
    int n = head_vals(r, row, v);
    for (int i = 0; i < r->n; i++) v[n++] = rec_val(&r->f[i], row, a);
    Out sql = {.a = a};
    out_f(&sql, "INSERT INTO %s (", r->name);
    rec_columns(r, "", &sql);
    out_raw(&sql, ") VALUES (");
    for (int i = 1; i <= n; i++) {
        out_raw(&sql, i == 1 ? "$" : ", $");
        put_i(&sql, i);
    }
    out_raw(&sql, ")");
    return tx_do(tx, sql.s, n, v);
}

bool rec_same(const Field *f, const void *x, const void *y)
{
    Cell p = rec_cell(f, x), q = rec_cell(f, y);
    if (p.text) return *p.text == *q.text || (*p.text && *q.text && strcmp(*p.text, *q.text) == 0);
    if (p.flag) return *p.flag == *q.flag;
    if (p.v) return *p.has == *q.has && (!*p.has || *p.v == *q.v);
    return true;
}

int rec_update(Tx *tx, Arena *a, const Record *r, const void *before, const void *after)
{
    Val *v = arena_array(a, (size_t)r->n + 10, sizeof *v);
    int n = head_vals(r, after, v), head = n;
    Out sql = {.a = a};
    out_f(&sql, "UPDATE %s SET rev = $3, state = $4, number = $5, created_at = $6, updated_at = $7",
          r->name);
    if (head > 7) out_raw(&sql, ", next_due = $8, next_warn = $9, next_clock = $10");
    for (int i = 0; i < r->n; i++) {
        if (rec_same(&r->f[i], before, after)) continue;
        v[n++] = rec_val(&r->f[i], after, a);
        out_f(&sql, ", %s = $%d", r->f[i].name, n);
    }
    out_raw(&sql, " WHERE site = $1 AND id = $2");
    return tx_do(tx, sql.s, n, v);
}

/* ---- as text ---- */

const char *sealed_mask(Arena *a, const char *box)
{
    const char *bar = box ? strchr(box, '|') : NULL;
    return bar ? arena_copy(a, box, (size_t)(bar - box)) : NULL;
}

static const char *joined(const Field *f, const Cell *c, const char *glue, Arena *a)
{
    Out o = {.a = a};
    int n = c->ids ? c->ids->n : c->texts->n;
    for (int i = 0; i < n; i++) {
        if (i) out_raw(&o, glue);
        if (f->kind == K_IDS)
            out_f(&o, "%lld", (long long)c->ids->v[i]);
        else
            out_raw(&o, c->texts->v[i]);
    }
    return n ? o.s : NULL;
}

const char *rec_plain(const Field *f, const void *row, Arena *a)
{
    Cell c = rec_cell(f, row);
    if (f->kind == K_SEALED) return sealed_mask(a, *c.text);
    if (c.text) return *c.text;
    if (c.flag) return *c.flag ? "1" : "0";
    if (c.ids || c.texts) return joined(f, &c, "\n", a);
    if (!*c.has) return NULL;
    if (f->kind == K_PICK) return f->picks[*c.v].code;
    if (f->kind == K_DAY || f->kind == K_TIME) {
        char *text = arena_get(a, 30);
        if (f->kind == K_DAY)
            day_text((Day){*c.v, true}, text);
        else
            time_text((Time){*c.v, true}, text);
        return text;
    }
    return arena_f(a, "%lld", (long long)*c.v);
}

const char *rec_shown(const Field *f, const void *row, Lang lang, Arena *a)
{
    Cell c = rec_cell(f, row);
    if (c.flag) return lang == EN ? (*c.flag ? "yes" : "no") : (*c.flag ? "是" : "否");
    if (c.v && !*c.has) return NULL;
    if (f->kind == K_PICK) return lang == EN ? f->picks[*c.v].en : f->picks[*c.v].zh;
    if (f->kind == K_FEN) {
        Out o = {.a = a};
        put_fen(&o, (Fen){*c.v, true});
        return o.s;
    }
    if (f->kind == K_TIME) {
        char *text = arena_get(a, 17);
        time_minute((Time){*c.v, true}, text);
        return text;
    }
    if (c.ids || c.texts) return joined(f, &c, lang == EN ? "; " : "；", a);
    return rec_plain(f, row, a);
}

/* ---- JSON ---- */

static void json_list(const Field *f, const Cell *c, Out *o)
{
    int n = c->ids ? c->ids->n : c->texts->n;
    out_raw(o, "[");
    for (int i = 0; i < n; i++) {
        if (i) out_raw(o, ",");
        if (f->kind == K_IDS)
            out_json_id(o, c->ids->v[i]);
        else
            out_json(o, c->texts->v[i]);
    }
    out_raw(o, "]");
}

static void json_value(const Field *f, const void *row, Out *o)
{
    Cell c = rec_cell(f, row);
    if (c.flag)
        out_raw(o, *c.flag ? "true" : "false");
    else if (c.ids || c.texts)
        json_list(f, &c, o);
    else if (c.v && !*c.has)
        out_raw(o, "null");
    else if (f->kind == K_REF)
        out_json_id(o, *c.v);
    else if (f->picks == yes_no)
        out_raw(o, *c.v == 0 ? "true" : "false");
    else if (f->kind == K_NUM || f->kind == K_FEN)
        put_i(o, *c.v);
    else if (f->kind == K_TIME)
        out_json_time(o, (Time){*c.v, true});
    else if (f->kind == K_TEXT || f->kind == K_CODE)
        out_json(o, *c.text);
    else
        out_json(o, rec_plain(f, row, o->a));
}

void rec_json_fields(const Field *f, int n, const void *row, Out *o)
{
    bool first = true;
    for (int i = 0; i < n; i++) {
        if (f[i].hidden) continue;
        out_json_name(o, f[i].name, first);
        json_value(&f[i], row, o);
        first = false;
    }
}

void rec_json(const Record *r, const void *row, Out *o)
{
    const Head *h = row;
    out_raw(o, "{\"id\":");
    out_json_id(o, h->id);
    out_json_name(o, "rev", false);
    put_i(o, h->rev);
    if (r->flow) {
        out_json_name(o, "state", false);
        out_json(o, r->flow->states[h->state].code);
        out_json_name(o, "number", false);
        out_json(o, h->number);
    }
    out_json_name(o, "created_at", false);
    out_json_time(o, (Time){h->created_at, true});
    out_json_name(o, "updated_at", false);
    out_json_time(o, (Time){h->updated_at, true});
    out_raw(o, ",");
    rec_json_fields(r->f, r->n, row, o);
}

/* ---- OpenAPI ---- */

static void schema_type(const Field *f, Out *o)
{
    const char *null = f->need || f->kind == K_FLAG ? "" : ",\"null\"";
    switch ((Kind)f->kind) {
    case K_FLAG: out_raw(o, "\"type\":\"boolean\""); return;
    case K_IDS:
        out_raw(o, "\"type\":\"array\",\"items\":{\"type\":\"string\",\"pattern\":\"^[0-9]+$\"}");
        return;
    case K_TEXTS: out_raw(o, "\"type\":\"array\",\"items\":{\"type\":\"string\"}"); return;
    case K_NUM:
    case K_FEN:
        out_f(o, "\"type\":[\"integer\"%s]", null);
        if (f->max)
            out_f(o, ",\"minimum\":%lld,\"maximum\":%lld", (long long)f->min, (long long)f->max);
        return;
    case K_REF: out_f(o, "\"type\":[\"string\"%s],\"pattern\":\"^[0-9]+$\"", null); return;
    case K_DAY: out_f(o, "\"type\":[\"string\"%s],\"format\":\"date\"", null); return;
    case K_TIME: out_f(o, "\"type\":[\"string\"%s],\"format\":\"date-time\"", null); return;
    case K_TEXT:
        out_f(o, "\"type\":[\"string\"%s],\"maxLength\":%lld", null, (long long)text_max(f));
        return;
    case K_SEALED:
    case K_CODE: out_f(o, "\"type\":[\"string\"%s]", null); return;
    case K_PICK:
        if (f->picks == yes_no) {
            out_f(o, "\"type\":[\"boolean\"%s]", null);
            return;
        }
        out_f(o, "\"type\":[\"string\"%s],\"enum\":[", null);
        for (int i = 0; f->picks[i].code; i++) out_f(o, "%s\"%s\"", i ? "," : "", f->picks[i].code);
        out_raw(o, *null ? ",null]" : "]");
        return;
    }
}

static void schema_members(const Field *f, int n, bool input, Out *o)
{
    bool first = true;
    for (int i = 0; i < n; i++) {
        if (f[i].hidden || (input && f[i].server)) continue;
        out_f(o, "%s\"%s\":{", first ? "" : ",", f[i].name);
        schema_type(&f[i], o);
        out_raw(o, ",\"description\":");
        out_json(o, o->lang == EN ? f[i].en : f[i].zh);
        if (f[i].server) out_raw(o, ",\"readOnly\":true");
        out_raw(o, "}");
        first = false;
    }
}

void rec_schema_fields(const Field *f, int n, Out *o)
{
    out_raw(o, "{\"type\":\"object\",\"properties\":{");
    schema_members(f, n, true, o);
    out_raw(o, "}");
    int needs = 0;
    for (int i = 0; i < n; i++) {
        if (!f[i].need || f[i].server || f[i].hidden) continue;
        out_f(o, "%s\"%s\"", needs++ ? "," : ",\"required\":[", f[i].name);
    }
    out_raw(o, needs ? "]}" : "}");
}

void rec_schema(const Record *r, Lang lang, Out *o)
{
    Lang was = o->lang;
    o->lang = lang;
    out_raw(o, "{\"type\":\"object\",\"properties\":{"
               "\"id\":{\"type\":\"string\",\"readOnly\":true},"
               "\"rev\":{\"type\":\"integer\",\"readOnly\":true},");
    if (r->flow) {
        out_raw(o, "\"state\":{\"type\":\"string\",\"readOnly\":true,\"enum\":[");
        for (int i = 0; i < r->flow->states_n; i++)
            out_f(o, "%s\"%s\"", i ? "," : "", r->flow->states[i].code);
        out_raw(o, "]},\"number\":{\"type\":[\"string\",\"null\"],\"readOnly\":true},");
    }
    out_raw(o, "\"created_at\":{\"type\":\"string\",\"format\":\"date-time\",\"readOnly\":true},"
               "\"updated_at\":{\"type\":\"string\",\"format\":\"date-time\",\"readOnly\":true}");
    if (r->n) out_raw(o, ",");
    schema_members(r->f, r->n, false, o);
    out_raw(o, "}}");
    o->lang = was;
}
