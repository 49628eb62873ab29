/* firm: the enterprise that staff name for a caller: by credit code, by name, or by a part of the name
   that only one has. */
#include "modules/city/city.h"
#include "modules/whistle/outside_own.h"

#include <string.h>

enum { NAMED = 3 };

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

static void several(const Result *r, const int *rows, int n, Errors *e)
{
    Out zh = {.a = e->a}, en = {.a = e->a};
    for (int i = 0; i < n && i < NAMED; i++) {
        out_f(&zh, "%s%s", i ? "、" : "", res_text(r, rows[i], 1));
        out_f(&en, "%s%s", i ? ", " : "", res_text(r, rows[i], 1));
    }
    bool more = n > NAMED;
    error_add(e, "firm",
              arena_f(e->a, "不止一家：%s%s。请写全名或信用代码", str_of(&zh), more ? "等" : ""),
              arena_f(e->a, "more than one: %s%s. Give the whole name or the credit code",
                      str_of(&en), more ? " and others" : ""));
}

/* The one with this name, else the only one whose name holds it. 0: none. */
static int by_name(Req *q, const char *name, int64_t *id_out, Errors *e)
{
    Result r;
    int rows[NAMED + 1], n = 0;
    TRY(db_get(q->q, q->a, &r, "SELECT id, name FROM enterprise WHERE site = $1 ORDER BY name, id",
               VALS(vi(q->who.site))));
    for (int i = 0; i < r.rows; i++) {
        if (strcmp(res_text(&r, i, 1), name) == 0) return *id_out = res_int(&r, i, 0), OK;
        if (n <= NAMED && strstr(res_text(&r, i, 1), name)) rows[n++] = i;
    }
    if (n > 1) several(&r, rows, n, e);
    if (n == 1) *id_out = res_int(&r, rows[0], 0);
    return OK;
}

int firm_find(Req *q, const char *typed, int64_t *id_out, const char **unit_out, Errors *e)
{
    *id_out = 0;
    *unit_out = NULL;
    while (*typed == ' ') typed++;
    if (!*typed || text_fault(typed, strlen(typed), false)) return OK;
    const char *code = code_of(q->a, typed);
    if (code)
        TRY(by_code(q, code, id_out, e));
    else
        TRY(by_name(q, typed, id_out, e));
    if (!*id_out && e->n == 0) *unit_out = typed;
    return OK;
}
