/* typed: what people typed on the pages outside, put in order before it is read into a record, and shown
   again when something was wrong. */
#include "modules/whistle/outside_own.h"

#include <string.h>

const In *body_with(Arena *a, const In *body, const char *name, const char *text)
{
    In *out = NEW(a, In), *items = arena_array(a, (size_t)body->len + 1, sizeof *items);
    int n = 0;
    for (int i = 0; i < body->len; i++)
        if (strcmp(body->items[i].name, name) != 0) items[n++] = body->items[i];
    if (text) items[n++] = (In){.kind = IN_TEXT, .name = name, .s = text, .n = strlen(text)};
    *out = (In){.kind = IN_OBJECT, .len = n, .items = items};
    return out;
}

const char *typed_text(const In *body, const char *name)
{
    const In *in = body ? in_get(body, name) : NULL;
    if (in && in->kind == IN_LIST && in->len) in = &in->items[in->len - 1];
    if (!in || in->kind != IN_TEXT) return "";
    return utf8_length(in->s, strlen(in->s)) >= 0 ? in->s : "";
}

/* ---- title ---- */

enum { TITLE_MAX = 60 };

static bool ends_sentence(const char *s)
{
    static const char *const ends[] = {"。", "！", "？", "；", "\n", "\r", "! ", "? ", "; ", ". "};
    for (int i = 0; i < COUNT(ends); i++)
        if (strncmp(s, ends[i], strlen(ends[i])) == 0) return true;
    return *s == 0 || (strchr(".!?", *s) && s[1] == 0);
}

const char *title_from(Arena *a, const char *text)
{
    if (!text || text_fault(text, strlen(text), true)) return NULL;
    text += strspn(text, " \t\r\n");
    while (strncmp(text, "　", 3) == 0) text += 3;
    const char *s = text, *comma = NULL;
    int n = 0;
    for (; !ends_sentence(s) && n < TITLE_MAX; n++) {
        if (n >= 8 && strncmp(s, "，", 3) == 0) comma = s;
        s++;
        while (((unsigned char)*s & 0xC0) == 0x80) s++;
    }
    if (n == 0) return NULL;
    if (ends_sentence(s)) return arena_copy(a, text, (size_t)(s - text));
    if (comma) return arena_copy(a, text, (size_t)(comma - text));
    return arena_f(a, "%.*s…", (int)(s - text), text);
}

/* ---- telephone ---- */

static bool has_prefix(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

const char *const *phone_fault(Arena *a, const char *phone)
{
    static const char *const other[] = {
        "应为手机号，或带区号的座机，如 0935-8210000",
        "should be a mobile number, or a landline with its area code"};
    char d[40];
    size_t n = 0;
    bool abroad = *phone == '+' && !has_prefix(phone, "+86");
    for (const char *s = has_prefix(phone, "+86") ? phone + 3 : phone; *s && n < sizeof d - 1; s++)
        if (*s >= '0' && *s <= '9') d[n++] = *s;
    d[n] = 0;
    if (abroad) return n >= 8 && n <= 15 ? NULL : other;
    if (d[0] == '0') return n >= 10 && n <= 17 ? NULL : other; /* with an extension */
    if ((d[0] == '4' || d[0] == '8') && d[1] == '0') return n >= 10 ? NULL : other; /* 400, 800 */
    if (d[0] != '1') return other;
    if (n == 11) return NULL;
    const char **wrong = arena_array(a, 2, sizeof *wrong);
    wrong[0] = arena_f(a, "手机号是 11 位，现在 %d 位。座机请带区号", (int)n);
    wrong[1] = arena_f(
        a, "a mobile number has 11 digits, this has %d; a landline needs its area code", (int)n);
    return wrong;
}

void check_phone(const In *body, Errors *e)
{
    const char *phone = in_text(body, "contact_phone");
    if (!phone || !*phone || error_at(e, "contact_phone")) return;
    const char *const *wrong = phone_fault(e->a, phone);
    int n = e->n;
    if (wrong) error_add(e, "contact_phone", wrong[0], wrong[1]);
    if (e->n > n) e->at[n].typed = phone;
}

/* ---- each department rated ---- */

const In *body_with_ratings(Arena *a, const In *body)
{
    static const char before[] = "rate_";
    Out all = {.a = a};
    const In *out = body;
    for (int i = 0; i < body->len; i++) {
        const In *in = &body->items[i];
        if (!has_prefix(in->name, before)) continue;
        out = body_with(a, out, in->name, NULL);
        if (in->kind == IN_TEXT && in->n)
            out_f(&all, "%s%s:%s", all.n ? "," : "", in->name + sizeof before - 1, in->s);
    }
    return all.n ? body_with(a, out, "departments", all.s) : out;
}
