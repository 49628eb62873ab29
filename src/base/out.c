/* out: text being built: HTML, JSON and CSV. Escaping looks for the next character that needs it
   and copies the run before it: a page of 50 rows makes about a thousand puts. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_room(Out *o, size_t n)
{
    if (o->cap - o->n > n) return;
    size_t cap = o->cap * 2 > o->cap + n + 1 ? o->cap * 2 : o->cap + n + 1;
    if (cap < 512) cap = 512;
    o->s = arena_grow(o->a, o->s, o->cap, cap);
    o->cap = cap;
}

void out_rawn(Out *o, const char *s, size_t n)
{
    if (n == 0) return;
    make_room(o, n);
    memcpy(o->s + o->n, s, n);
    o->n += n;
    o->s[o->n] = 0;
}

void out_raw(Out *o, const char *s)
{
    out_rawn(o, s, strlen(s));
}

void out_f(Out *o, const char *fmt, ...)
{
    make_room(o, 80);
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(o->s + o->n, o->cap - o->n, fmt, ap);
    if (n < 0) abort();
    if ((size_t)n >= o->cap - o->n) {
        make_room(o, (size_t)n);
        vsnprintf(o->s + o->n, o->cap - o->n, fmt, again);
    }
    o->n += (size_t)n;
    va_end(again);
    va_end(ap);
}

const char *str_of(const Out *o)
{
    return o->n ? o->s : "";
}

static void out_int(Out *o, int64_t v)
{
    char digits[24], *p = digits + sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do *--p = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (v < 0) *--p = '-';
    out_rawn(o, p, (size_t)(digits + sizeof digits - p));
}

/* JSON */

static void json_escape(Out *o, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char letter[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                  ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (c < sizeof letter && letter[c])
        out_rawn(o, (const char[]){'\\', letter[c]}, 2);
    else
        out_rawn(o, (const char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6);
}

/* Eight bytes at a time: is none of them below 0x20, a quote, a backslash or 0x7F? */
static bool is_plain8(const char *s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t v, q, b, d;
    memcpy(&v, s, sizeof v);
    q = v ^ (ones * '"');
    b = v ^ (ones * '\\');
    d = v ^ (ones * 0x7F);
    return ((((v - ones * 0x20) | (q - ones) | (b - ones) | (d - ones)) & ~v) & high) == 0;
}

void out_json(Out *o, const char *s)
{
    if (!s) {
        out_rawn(o, "null", 4);
        return;
    }
    const char *from = s, *end = s + strlen(s);
    make_room(o, (size_t)(end - s) + 2);
    out_rawn(o, "\"", 1);
    while (s < end) {
        if (end - s >= 8 && is_plain8(s)) {
            s += 8;
            continue;
        }
        unsigned char c = (unsigned char)*s++;
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
        out_rawn(o, from, (size_t)(s - 1 - from));
        json_escape(o, c);
        from = s;
    }
    out_rawn(o, from, (size_t)(end - from));
    out_rawn(o, "\"", 1);
}

void out_json_name(Out *o, const char *name, bool first)
{
    size_t n = strlen(name);
    make_room(o, n + 4);
    char *p = o->s + o->n;
    if (!first) *p++ = ',';
    *p++ = '"';
    memcpy(p, name, n);
    memcpy(p + n, "\":", 3);
    o->n = (size_t)(p + n + 2 - o->s);
}

void out_json_id(Out *o, int64_t id)
{
    out_rawn(o, "\"", 1);
    out_int(o, id);
    out_rawn(o, "\"", 1);
}

void out_json_time(Out *o, Time t)
{
    char text[30];
    if (t.has) time_text(t, text);
    out_json(o, t.has ? text : NULL);
}

/* CSV */

void out_csv(Out *o, const char *s)
{
    if (!s || !*s) return;
    /* A spreadsheet would run such a cell as a formula. */
    bool formula = strchr("=+-@\t\r", *s) != NULL;
    bool quoted = s[strcspn(s, ",\"\r\n")] != 0;
    if (quoted) out_rawn(o, "\"", 1);
    if (formula) out_rawn(o, "'", 1);
    for (const char *quote; quoted && (quote = strchr(s, '"')); s = quote + 1) {
        out_rawn(o, s, (size_t)(quote - s));
        out_rawn(o, "\"\"", 2);
    }
    out_raw(o, s);
    if (quoted) out_rawn(o, "\"", 1);
}

/* HTML */

/* High bit set in each byte of x that equals c (bytes above one that matched may be wrong). */
static uint64_t bytes_equal(uint64_t x, uint64_t c)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    x ^= ones * c;
    return (x - ones) & ~x & ones * 0x80;
}

/* Length of the beginning of s[0..n) that needs no escape: eight bytes at a time, by two masks.
   & ' " are 0x26 0x27 0x22 (and # 0x23) under 0xFA, < > are 0x3C 0x3E under 0xFD. */
static size_t plain_length(const char *s, size_t n, const char *const as[256])
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;
    for (uint64_t x; i + 8 <= n; i += 8) {
        memcpy(&x, s + i, 8);
        if (bytes_equal(x & ones * 0xFA, 0x22) | bytes_equal(x & ones * 0xFD, 0x3C)) {
            size_t stop = i + 8;
            while (i < stop && !as[(unsigned char)s[i]]) i++;
            if (i < stop) return i;
            i -= 8; /* only a # */
        }
    }
    while (i < n && !as[(unsigned char)s[i]]) i++;
    return i;
}

void put_s(Out *o, const char *s)
{
    static const char *const as[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
    if (!s) s = "—";
    for (size_t n = strlen(s); n > 0;) {
        size_t plain = plain_length(s, n, as);
        out_rawn(o, s, plain);
        if (plain == n) return;
        out_raw(o, as[(unsigned char)s[plain]]);
        s += plain + 1;
        n -= plain + 1;
    }
}

void out_tr(Out *o, const char *zh)
{
    put_s(o, tr(o->lang, zh));
}

void put_i(Out *o, int64_t v)
{
    out_int(o, v);
}

void put_int(Out *o, int v)
{
    out_int(o, v);
}

static void put_known(Out *o, int64_t v, bool has)
{
    if (has)
        out_int(o, v);
    else
        put_s(o, NULL);
}

void put_id(Out *o, Id v)
{
    put_known(o, v.v, v.has);
}

void put_ref(Out *o, Ref v)
{
    put_known(o, v.v, v.has);
}

void put_num(Out *o, Num v)
{
    put_known(o, v.v, v.has);
}

void put_fen(Out *o, Fen v)
{
    if (!v.has) {
        put_s(o, NULL);
        return;
    }
    int64_t cents = v.v < 0 ? -(v.v % 100) : v.v % 100;
    if (v.v < 0 && v.v > -100) out_rawn(o, "-", 1);
    out_int(o, v.v / 100);
    out_rawn(o, (const char[]){'.', (char)('0' + cents / 10), (char)('0' + cents % 10)}, 3);
}

void put_day(Out *o, Day v)
{
    char text[11];
    if (v.has) day_text(v, text);
    put_s(o, v.has ? text : NULL);
}

void put_time(Out *o, Time v)
{
    char text[17];
    if (v.has) time_minute(v, text);
    put_s(o, v.has ? text : NULL);
}

void put_html(Out *o, Html v)
{
    if (v.s) out_raw(o, v.s);
}

static bool url_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

void put_url_s(Out *o, const char *s)
{
    static const char hex[] = "0123456789ABCDEF";
    while (s && *s) {
        size_t n = 0;
        while (url_plain((unsigned char)s[n])) n++;
        out_rawn(o, s, n);
        s += n;
        unsigned char c = (unsigned char)*s;
        if (!c) return;
        out_rawn(o, (const char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
        s++;
    }
}

void put_path(Out *o, const char *path)
{
    /* Browsers read \ as / and drop tabs and line ends: "/\t/host" and "/\\host" leave the site. */
    bool ours = path && path[0] == '/' && path[1] != '/';
    for (const char *p = path; ours && *p; p++)
        if (*p == '\\' || (unsigned char)*p < 0x20 || *p == 0x7F) ours = false;
    put_s(o, ours ? path : "/");
}
