/* read: input into the fields of a row or of an action: types, limits, messages in both languages. */
#include "base/crypto.h"
#include "desk/record_own.h"

#include <string.h>

typedef struct Reading {
    const Field *f;
    void *row;
    ReadOpts opts;
    Arena *a;
    Errors *e;
} Reading;

static void wrong(Reading *r, const In *in, const char *zh, const char *en)
{
    int n = r->e->n;
    error_add(r->e, r->f->name, zh, en);
    if (r->e->n > n && in && in->kind == IN_TEXT) r->e->at[n].typed = in->s;
}

/* Bytes of one blank at s: ASCII, and the blanks of Unicode that an eye takes for nothing. */
static size_t blank_at(const char *s, size_t n)
{
    static const char *const wide[] = {"\xC2\xA0",     "\xE3\x80\x80", "\xEF\xBB\xBF",
                                       "\xE2\x81\x9F", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r') return 1;
    for (int i = 0; i < COUNT(wide); i++) {
        size_t len = strlen(wide[i]);
        if (n >= len && memcmp(s, wide[i], len) == 0) return len;
    }
    const unsigned char *u = (const unsigned char *)s;
    bool space =
        n >= 3 && u[0] == 0xE2 && u[1] == 0x80 && u[2] >= 0x80 && u[2] <= 0x8B; /* U+2000-200B */
    return space ? 3 : 0;
}

static bool is_blank(const char *s, size_t n)
{
    for (size_t i = 0, len; i < n; i += len) {
        len = blank_at(s + i, n - i);
        if (len == 0) return false;
    }
    return true;
}

/* A text that may be stored, within its length; NULL when an error was said. */
static const char *checked_text(Reading *r, const In *in, int64_t min, int64_t max)
{
    if (in->kind != IN_TEXT) return wrong(r, in, "应为文字", "should be text"), NULL;
    const char *const *fault = text_fault(in->s, in->n, r->f->lines || r->f->kind == K_TEXTS);
    if (fault) return wrong(r, in, fault[0], fault[1]), NULL;
    int64_t len = utf8_length(in->s, in->n);
    if (len > max || len < min) {
        const char *zh = len > max ? arena_f(r->a, "最多 %lld 个字，现在 %lld 个", (long long)max,
                                             (long long)len)
                                   : arena_f(r->a, "至少 %lld 个字", (long long)min);
        const char *en = len > max ? arena_f(r->a, "at most %lld characters, now %lld",
                                             (long long)max, (long long)len)
                                   : arena_f(r->a, "at least %lld characters", (long long)min);
        return wrong(r, in, zh, en), NULL;
    }
    return in->s;
}

/* Forms send CRLF and stray spaces around single lines; the API's bytes stay as they are. */
static const char *form_text(Reading *r, const In *in)
{
    const char *s = in->s;
    size_t n = in->n;
    if (!r->f->lines) {
        while (n && (*s == ' ' || *s == '\t')) s++, n--;
        while (n && (s[n - 1] == ' ' || s[n - 1] == '\t')) n--;
        return arena_copy(r->a, s, n);
    }
    char *out = arena_get(r->a, n + 1);
    size_t w = 0;
    for (size_t i = 0; i < n; i++)
        if (s[i] != '\r' || (i + 1 < n && s[i + 1] != '\n')) out[w++] = s[i];
    return out;
}

static void read_sealed(Reading *r, const In *in)
{
    Cell c = rec_cell(r->f, r->row);
    const char *s = checked_text(r, in, 0, text_max(r->f));
    if (!s) return;
    size_t n = strlen(s);
    const char *mask = n >= 7 ? arena_f(r->a, "%.3s****%s", s, s + n - 4) : "****";
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80 || s[i] == '|') mask = "****"; /* never half a character */
    if (strspn(s, "0123456789+-() ") != n || n < 5) {
        wrong(r, in, "应为电话号码，如 13800001234 或 0935-8210000", "should be a phone number");
        return;
    }
    *c.text =
        r->opts.keys ? arena_f(r->a, "%s|%s", mask, seal(r->opts.keys, r->a, r->f->name, s)) : mask;
}

static void read_whole(Reading *r, const In *in, int64_t v)
{
    Cell c = rec_cell(r->f, r->row);
    if (r->f->max && (v < r->f->min || v > r->f->max)) {
        wrong(r, in,
              arena_f(r->a, "应在 %lld 到 %lld 之间", (long long)r->f->min, (long long)r->f->max),
              arena_f(r->a, "should be between %lld and %lld", (long long)r->f->min,
                      (long long)r->f->max));
        return;
    }
    *c.v = v;
    *c.has = true;
}

static bool id_parse(const In *in, int64_t *out)
{
    return in->kind == IN_TEXT && strlen(in->s) == in->n && num_parse(in->s, out) && *out > 0;
}

static void read_number(Reading *r, const In *in)
{
    int64_t v = 0;
    Fen fen = {0};
    bool text = r->opts.form && in->kind == IN_TEXT;
    if (r->f->kind == K_REF) {
        if (!id_parse(in, &v)) {
            wrong(r, in, "应为编号（数字组成的文字）", "should be an id (a string of digits)");
            return;
        }
        read_whole(r, in, v);
    } else if (text && r->f->kind == K_FEN) {
        if (!fen_parse(in->s, &fen))
            wrong(r, in, "应为金额，最多两位小数", "should be an amount with at most two decimals");
        else
            read_whole(r, in, fen.v);
    } else if (text ? num_parse(in->s, &v) : in->kind == IN_INT) {
        read_whole(r, in, text ? v : in->i);
    } else {
        wrong(r, in, "应为整数", "should be a whole number");
    }
}

static void read_day(Reading *r, const In *in)
{
    Cell c = rec_cell(r->f, r->row);
    Day d;
    Time t;
    if (r->f->kind == K_DAY) {
        if (in->kind != IN_TEXT || strlen(in->s) != in->n || !day_parse(in->s, &d)) {
            wrong(r, in, "应为日期，如 2026-03-29", "should be a day such as 2026-03-29");
            return;
        }
        *c.v = d.v;
    } else {
        if (in->kind != IN_TEXT || strlen(in->s) != in->n || !time_parse(in->s, &t)) {
            wrong(r, in, "应为时间，如 2026-03-29T10:30:00+08:00",
                  "should be an instant such as 2026-03-29T10:30:00+08:00");
            return;
        }
        *c.v = t.v;
    }
    *c.has = true;
}

static void read_pick(Reading *r, const In *in)
{
    Cell c = rec_cell(r->f, r->row);
    bool boolean = r->f->picks == yes_no; /* JSON says it as a boolean */
    int at = -1;
    if (in->kind == IN_BOOL && boolean)
        at = choice_index(r->f->picks, in->i ? "true" : "false");
    else if (in->kind == IN_TEXT && strlen(in->s) == in->n && (!boolean || r->opts.form))
        at = choice_index(r->f->picks, in->s);
    if (at >= 0) {
        *c.v = at;
        *c.has = true;
        return;
    }
    Out zh = {.a = r->a}, en = {.a = r->a};
    out_raw(&zh, "应为其中之一：");
    out_raw(&en, "should be one of: ");
    for (int i = 0; r->f->picks[i].code; i++) {
        out_f(&zh, "%s%s（%s）", i ? "、" : "", r->f->picks[i].code, r->f->picks[i].zh);
        out_f(&en, "%s%s", i ? ", " : "", r->f->picks[i].code);
    }
    wrong(r, in, zh.s, en.s);
}

static void read_flag(Reading *r, const In *in)
{
    Cell c = rec_cell(r->f, r->row);
    /* a form's hidden 0 comes before the box's 1: the last one counts */
    if (r->opts.form && in->kind == IN_LIST && in->len) in = &in->items[in->len - 1];
    if (in->kind == IN_BOOL)
        *c.flag = in->i != 0;
    else if (r->opts.form && in->kind == IN_TEXT)
        *c.flag = in->n > 0 && strcmp(in->s, "0") != 0 && strcmp(in->s, "false") != 0;
    else
        wrong(r, in, "应为 true 或 false", "should be true or false");
}

enum { LIST_MAX = 50 }; /* departments or items in one input */

static void read_ids(Reading *r, const In *in)
{
    Cell c = rec_cell(r->f, r->row);
    const In *items = in->kind == IN_LIST ? in->items : in;
    int n = in->kind == IN_LIST ? in->len : r->opts.form && in->kind == IN_TEXT ? 1 : -1;
    if (n < 0 || n > LIST_MAX) {
        wrong(r, NULL, "应为编号的列表，最多 50 个", "should be a list of at most 50 ids");
        return;
    }
    int64_t *v = arena_array(r->a, (size_t)n + 1, sizeof *v);
    int got = 0;
    for (int i = 0; i < n; i++) {
        if (r->opts.form && items[i].kind == IN_TEXT && items[i].n == 0) continue;
        if (!id_parse(&items[i], &v[got])) {
            wrong(r, NULL, "列表里有一项不是编号", "an item of the list is not an id");
            return;
        }
        bool twice = false;
        for (int k = 0; k < got; k++) twice |= v[k] == v[got];
        if (!twice) got++;
    }
    *c.ids = (Ids){got, v};
}

/* A form's textarea: one item a line. */
static In *lines_of(Reading *r, const In *in, int *n_out)
{
    In *v = arena_array(r->a, LIST_MAX + 1, sizeof *v);
    int n = 0;
    const char *s = in->s, *end = in->s + in->n;
    while (s < end && n <= LIST_MAX) {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        const char *stop = nl ? nl : end;
        size_t len = (size_t)(stop - s);
        if (len && s[len - 1] == '\r') len--;
        if (!is_blank(s, len))
            v[n++] = (In){.kind = IN_TEXT, .s = arena_copy(r->a, s, len), .n = len};
        s = nl ? nl + 1 : end;
    }
    *n_out = n;
    return v;
}

static void read_texts(Reading *r, const In *in)
{
    Cell c = rec_cell(r->f, r->row);
    const In *items = in->items;
    int n = in->kind == IN_LIST ? in->len : -1;
    if (r->opts.form && in->kind == IN_TEXT) items = lines_of(r, in, &n);
    if (n < 0 || n > LIST_MAX) {
        wrong(r, NULL, "应为文字的列表，最多 50 项", "should be a list of at most 50 texts");
        return;
    }
    const char **v = arena_array(r->a, (size_t)n + 1, sizeof *v);
    for (int i = 0; i < n; i++) {
        v[i] = checked_text(r, &items[i], 1, text_max(r->f));
        if (!v[i]) return;
    }
    if (n == 0 && r->f->need) {
        wrong(r, NULL, "至少写一项", "at least one item");
        return;
    }
    *c.texts = (Texts){n, v};
}

static void read_one(Reading *r, const In *in)
{
    Cell c = rec_cell(r->f, r->row);
    switch ((Kind)r->f->kind) {
    case K_TEXT:
    case K_CODE: {
        const char *s = checked_text(r, in, r->f->min, text_max(r->f));
        if (s) *c.text = r->opts.form ? form_text(r, in) : s;
        return;
    }
    case K_SEALED: read_sealed(r, in); return;
    case K_REF:
    case K_NUM:
    case K_FEN: read_number(r, in); return;
    case K_DAY:
    case K_TIME: read_day(r, in); return;
    case K_PICK: read_pick(r, in); return;
    case K_FLAG: read_flag(r, in); return;
    case K_IDS: read_ids(r, in); return;
    case K_TEXTS: read_texts(r, in); return;
    }
}

static void clear(const Field *f, void *row)
{
    Cell c = rec_cell(f, row);
    if (c.text) *c.text = NULL;
    if (c.flag) *c.flag = false;
    if (c.v) *c.v = 0, *c.has = false;
    if (c.ids) *c.ids = (Ids){0};
    if (c.texts) *c.texts = (Texts){0};
}

static bool is_listed(const char *words, const char *name)
{
    size_t n = strlen(name);
    for (const char *s = words; s && *s;) {
        size_t len = strcspn(s, " ");
        if (len == n && memcmp(s, name, n) == 0) return true;
        s += len + (s[len] != 0);
    }
    return false;
}

/* Names nobody knows, and fields that only the program sets. */
static void unknown_members(const Field *f, int n, const In *in, const ReadOpts *opts, Arena *a,
                            Errors *e)
{
    for (int i = 0; i < in->len; i++) {
        const char *name = in->items[i].name;
        const Field *known = NULL;
        for (int k = 0; k < n && !known; k++)
            if (strcmp(f[k].name, name) == 0 && !f[k].hidden) known = &f[k];
        bool fixed = known && (known->server || (known->once && !opts->creating));
        if ((known && !fixed) || is_listed(opts->allow, name)) continue;
        /* a form echoes what it was given; only the API is told */
        if (opts->form) continue;
        const char *shown = utf8_length(name, strlen(name)) < 60 ? arena_str(a, name) : "(name)";
        error_add(e, shown, known ? "由系统填写，不能提交" : "没有这个字段",
                  known ? "is set by the system" : "there is no such field");
    }
}

void rec_read(const Field *f, int n, void *row, const In *in, ReadOpts opts, Arena *a, Errors *e)
{
    static const In nothing = {.kind = IN_OBJECT};
    if (!in) in = &nothing;
    unknown_members(f, n, in, &opts, a, e);
    for (int i = 0; i < n; i++) {
        if (f[i].server || f[i].hidden || (f[i].once && !opts.creating)) continue;
        Reading r = {&f[i], row, opts, a, e};
        const In *v = in_get(in, f[i].name);
        bool empty = v && (v->kind == IN_NULL || (v->kind == IN_TEXT && is_blank(v->s, v->n)));
        if (!v && opts.only_present) continue;
        if (!v || empty) {
            if (v) clear(&f[i], row);
            if (f[i].need && f[i].kind != K_FLAG)
                wrong(&r, NULL, "请填写", "is missing: please fill in");
            continue;
        }
        read_one(&r, v);
    }
}
