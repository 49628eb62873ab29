/* input: bytes from outside become a tree of values. JSON is read by jansson, after a look at its
   nesting and number of values, so that a small hostile body cannot grow large in memory. What a
   text may hold is asked later, at its field (text_fault). */
#include "base/input.h"

#include <jansson.h>
#include <string.h>

static int syntax(Errors *e, const char *zh, const char *en)
{
    return error_say(e, E_SYNTAX, zh, en);
}

/* ---- JSON ---- */

/* Counts values by the punctuation outside of strings; wrong JSON is jansson's business. */
static int json_measure(const char *s, size_t n, Errors *e)
{
    int depth = 0;
    size_t values = 1;
    bool text = false;
    for (size_t i = 0; i < n; i++) {
        if (text) {
            if (s[i] == '\\')
                i++;
            else if (s[i] == '"')
                text = false;
            continue;
        }
        if (s[i] == '"') text = true;
        if (s[i] == ',') values++;
        if (s[i] == '{' || s[i] == '[') depth++, values++;
        if (s[i] == '}' || s[i] == ']') depth--;
        if (depth > INPUT_DEPTH_MAX)
            return syntax(e, "JSON 嵌套太深，最多 16 层。",
                          "the JSON is nested too deep: at most 16.");
        if (values > INPUT_ITEMS_MAX)
            return syntax(e, "JSON 里的值太多，最多 10000 个。",
                          "the JSON holds too many values: at most 10000.");
    }
    return OK;
}

static void from_json(Arena *a, const json_t *j, bool whole, In *out);

/* Its digits, for kinds that take a fraction (fen_parse). A body with a number too large for an integer
   is read with all its numbers as real: the whole ones are integers again. */
static void from_real(Arena *a, double v, bool whole, In *out)
{
    if (whole && v > -9e15 && v < 9e15 && v == (double)(int64_t)v) {
        out->kind = IN_INT;
        out->i = (int64_t)v;
        return;
    }
    out->kind = IN_REAL;
    out->s = arena_f(a, "%.15g", v);
    out->n = strlen(out->s);
}

static void from_list(Arena *a, const json_t *j, bool whole, In *out)
{
    size_t n = json_array_size(j);
    In *items = arena_array(a, n, sizeof *items);
    for (size_t i = 0; i < n; i++) from_json(a, json_array_get(j, i), whole, &items[i]);
    out->kind = IN_LIST;
    out->len = (int)n;
    out->items = items;
}

static void from_object(Arena *a, json_t *j, bool whole, In *out)
{
    size_t n = json_object_size(j), i = 0;
    In *items = arena_array(a, n, sizeof *items);
    const char *name;
    json_t *value;
    json_object_foreach(j, name, value)
    {
        from_json(a, value, whole, &items[i]);
        items[i++].name = arena_str(a, name);
    }
    out->kind = IN_OBJECT;
    out->len = (int)n;
    out->items = items;
}

static void from_json(Arena *a, const json_t *j, bool whole, In *out)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT: from_object(a, (json_t *)(uintptr_t)j, whole, out); break;
    case JSON_ARRAY: from_list(a, j, whole, out); break;
    case JSON_STRING:
        out->kind = IN_TEXT;
        out->n = json_string_length(j);
        out->s = arena_copy(a, json_string_value(j), out->n);
        break;
    case JSON_INTEGER:
        out->kind = IN_INT;
        out->i = (int64_t)json_integer_value(j);
        break;
    case JSON_REAL: from_real(a, json_real_value(j), whole, out); break;
    case JSON_TRUE:
    case JSON_FALSE:
        out->kind = IN_BOOL;
        out->i = json_is_true(j);
        break;
    case JSON_NULL: out->kind = IN_NULL; break;
    }
}

static void json_drop(json_t **j)
{
    json_decref(*j);
}

int input_json(Arena *a, const char *s, size_t n, bool any_top, In *out, Errors *e)
{
    TRY(json_measure(s, n, e));
    json_error_t why;
    size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | (any_top ? JSON_DECODE_ANY : 0);
    CLEANUP(json_drop) json_t *j = json_loadb(s, n, flags, &why);
    /* A number too large for an integer is well-formed JSON: its field says what is wrong with it. */
    bool whole = !j && json_error_code(&why) == json_error_numeric_overflow;
    if (whole) j = json_loadb(s, n, flags | JSON_DECODE_INT_AS_REAL, &why);
    if (!j)
        return syntax(
            e,
            arena_f(a, "请求体不是正确的 JSON：第 %d 行第 %d 个字符处有错。", why.line, why.column),
            arena_f(a, "the body is not valid JSON: see line %d, character %d.", why.line,
                    why.column));
    if (!any_top && !json_is_object(j))
        return syntax(e, "请求体应当是一个 JSON 对象。", "the body must be a JSON object.");
    In got = {0};
    from_json(a, j, whole, &got);
    *out = got;
    return OK;
}

/* ---- forms ---- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "a%20b+c" of n bytes; *out_n may be less. NULL: a % without two hexadecimal digits. */
static char *decoded(Arena *a, const char *s, size_t n, size_t *out_n)
{
    char *text = arena_copy(a, s, n);
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = n - i > 2 ? hex_digit(s[i + 1]) : -1;
            int low = n - i > 2 ? hex_digit(s[i + 2]) : -1;
            if (high < 0 || low < 0) return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        }
        text[to++] = c;
    }
    text[to] = 0;
    *out_n = to;
    return text;
}

typedef struct Pair {
    const char *name;
    In value;
    int next; /* the same name again, or -1 */
    bool again;
} Pair;

static int pair_read(Arena *a, const char *s, size_t n, Pair *out, Errors *e)
{
    const char *equals = memchr(s, '=', n);
    size_t name_n = equals ? (size_t)(equals - s) : n, got;
    const char *name = decoded(a, s, name_n, &got);
    const char *value = equals ? decoded(a, equals + 1, n - name_n - 1, &out->value.n) : "";
    if (!name || !value)
        return syntax(e, "表单编码有错：% 后面应有两位十六进制数。",
                      "the form is not encoded right: % must be followed by two hex digits.");
    if (got == 0 || strlen(name) != got)
        return syntax(e, "表单里有一个字段没有名字。", "a field of the form has no name.");
    out->name = name;
    out->value.kind = IN_TEXT;
    out->value.s = value;
    out->next = -1;
    return OK;
}

static int split(Arena *a, const char *s, size_t n, Pair *pairs, int max, Errors *e)
{
    int count = 0;
    for (size_t i = 0; i < n;) {
        const char *amp = memchr(s + i, '&', n - i);
        size_t len = amp ? (size_t)(amp - s) - i : n - i;
        if (len > 0) {
            if (count == max)
                return syntax(e, "表单里的字段太多。", "the form holds too many fields.");
            TRY(pair_read(a, s + i, len, &pairs[count], e));
            count++;
        }
        i += len + 1;
    }
    return count;
}

/* Pairs of one name become one member: a text, or a list of texts. */
static void gather(Arena *a, Pair *pairs, int n, In *out)
{
    In *items = arena_array(a, (size_t)n, sizeof *items);
    int len = 0;
    for (int i = 0; i < n; i++) {
        if (pairs[i].again) continue;
        int same = 1, last = i;
        for (int k = i + 1; k < n; k++)
            if (!pairs[k].again && strcmp(pairs[k].name, pairs[i].name) == 0) {
                pairs[k].again = true;
                pairs[last].next = k;
                last = k;
                same++;
            }
        In *item = &items[len++];
        *item = pairs[i].value;
        if (same > 1) {
            In *list = arena_array(a, (size_t)same, sizeof *list);
            int to = 0;
            for (int k = i; k >= 0; k = pairs[k].next) list[to++] = pairs[k].value;
            *item = (In){.kind = IN_LIST, .len = same, .items = list};
        }
        item->name = pairs[i].name;
    }
    *out = (In){.kind = IN_OBJECT, .len = len, .items = items};
}

int input_form(Arena *a, const char *s, size_t n, In *out, Errors *e)
{
    int most = n > 0;
    for (size_t i = 0; i < n && most <= FORM_FIELDS_MAX; i++) most += s[i] == '&';
    if (most > FORM_FIELDS_MAX)
        return syntax(e, "表单里的字段太多。", "the form holds too many fields.");
    Pair *pairs = arena_array(a, (size_t)most + 1, sizeof *pairs);
    int count = split(a, s, n, pairs, most, e);
    if (count < 0) return count;
    gather(a, pairs, count, out);
    return OK;
}

const In *in_get(const In *object, const char *name)
{
    if (!object || object->kind != IN_OBJECT) return NULL;
    for (int i = 0; i < object->len; i++)
        if (strcmp(object->items[i].name, name) == 0) return &object->items[i];
    return NULL;
}

const char *in_text(const In *object, const char *name)
{
    const In *in = in_get(object, name);
    return in && in->kind == IN_TEXT && strlen(in->s) == in->n ? in->s : NULL;
}
