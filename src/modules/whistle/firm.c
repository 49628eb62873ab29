/* firm: the enterprise that staff name for a caller: by credit code, by name, or by a part of the name
   that only one has. */
#include "modules/city/city.h"
#include "modules/whistle/outside_own.h"

#include <string.h>

enum { FOUND = 4, NAMED = 3 };

/* 9162 0300 ma7h engt 6x -> 91620300MA7HENGT6X; NULL: not written like a code. */
static const char *code_of(Arena *a, const char *s)
{
    char *code = arena_get(a, 19);
    size_t n = 0;
    for (; *s; s++) {
        if (*s == ' ' || *s == '-') continue;
        bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
        if (n == 18 || (!letter && (*s < '0' || *s > '9'))) return NULL;
        code[n++] = *s >= 'a' ? (char)(*s - 32) : *s;
    }
    return n == 18 ? code : NULL;
}

static int by_code(Req *q, const char *code, int64_t *id_out, Errors *e)
{
    Result r;
    const char *const *fault = uscc_fault(code);
    if (fault) {
        error_add(e, "firm", fault[0], fault[1]);
        return OK;
    }
    TRY(db_get(q->q, q->a, &r,
               "SELECT id FROM enterprise WHERE site = $1 AND uscc = $2 ORDER BY id LIMIT 1",
               VALS(vi(q->who.site), vt(code))));
    *id_out = r.rows ? res_int(&r, 0, 0) : 0;
    return OK;
}

/* % and _ are letters here. */
static const char *pattern(Arena *a, const char *s)
{
    Out o = {.a = a};
    out_raw(&o, "%");
    for (; *s; s++) {
        if (strchr("%_!", *s)) out_raw(&o, "!");
        out_rawn(&o, s, 1);
    }
    out_raw(&o, "%");
    return o.s;
}

static void several(const Result *r, Errors *e)
{
    Out zh = {.a = e->a}, en = {.a = e->a};
    for (int i = 0; i < r->rows && i < NAMED; i++) {
        out_f(&zh, "%s%s", i ? "、" : "", res_text(r, i, 1));
        out_f(&en, "%s%s", i ? ", " : "", res_text(r, i, 1));
    }
    bool more = r->rows == FOUND;
    error_add(e, "firm",
              arena_f(e->a, "不止一家：%s%s。请写全名或信用代码", str_of(&zh), more ? "等" : ""),
              arena_f(e->a, "more than one: %s%s. Give the whole name or the credit code",
                      str_of(&en), more ? " and others" : ""));
}

int firm_find(Req *q, const char *typed, int64_t *id_out, const char **unit_out, Errors *e)
{
    Result r;
    *id_out = 0;
    *unit_out = NULL;
    while (*typed == ' ') typed++;
    if (!*typed || text_fault(typed, strlen(typed), false)) return OK;
    const char *code = code_of(q->a, typed);
    if (code) TRY(by_code(q, code, id_out, e));
    if (e->n || *id_out) return OK;
    *unit_out = typed;
    if (code) return OK;
    TRY(db_get(q->q, q->a, &r,
               "SELECT id, name FROM enterprise WHERE site = $1 AND name LIKE $2 ESCAPE '!' "
               "ORDER BY CASE WHEN name = $3 THEN 0 ELSE 1 END, name LIMIT 4",
               VALS(vi(q->who.site), vt(pattern(q->a, typed)), vt(typed))));
    bool whole = r.rows && strcmp(res_text(&r, 0, 1), typed) == 0;
    if (r.rows > 1 && !whole) several(&r, e);
    if (r.rows) *unit_out = NULL;
    if (r.rows == 1 || whole) *id_out = res_int(&r, 0, 0);
    return OK;
}
