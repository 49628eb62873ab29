/* text: what may be stored as text. Checked once at the edge: SQLite would take broken UTF-8,
   PostgreSQL would refuse it, and a browser would guess. */
#include "base/base.h"

/* The character at p in *code; its length, 0 when it is not UTF-8 (overlong, surrogate, above
   U+10FFFF, cut off). */
static size_t decode(const unsigned char *p, size_t left, uint32_t *code)
{
    unsigned char c = *p;
    size_t n = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
    if (n == 0 || n > left) return 0;
    static const unsigned char lead[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t v = c & lead[n];
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
        v = v << 6 | (p[i] & 0x3F);
    }
    if ((n == 3 && (v < 0x800 || (v >= 0xD800 && v < 0xE000))) ||
        (n == 4 && (v < 0x10000 || v > 0x10FFFF)))
        return 0;
    *code = v;
    return n;
}

int64_t utf8_length(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    int64_t count = 0;
    uint32_t code;
    for (size_t at = 0, step; at < n; at += step, count++)
        if ((step = decode(p + at, n - at, &code)) == 0) return -1;
    return count;
}

static const char *const fault_utf8[] = {"不是有效的 UTF-8 文字", "This is not valid UTF-8 text."};
static const char *const fault_control[] = {"含有不可见的控制字符",
                                            "Control characters are not allowed."};
static const char *const fault_line[] = {"只能填写一行，不能含换行或制表符",
                                         "One line only: no line breaks or tabs."};
static const char *const fault_bidi[] = {
    "含有改变文字方向的隐藏字符", "Hidden marks that change text direction are not allowed."};
static const char *const fault_noncharacter[] = {"含有不能用于文字的编码",
                                                 "The text holds codes that are not characters."};

static const char *const *character_fault(uint32_t c, bool multiline)
{
    if (c == '\t' || c == '\n' || c == '\r') return multiline ? NULL : fault_line;
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return fault_control;
    if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return fault_bidi;
    if ((c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE) return fault_noncharacter;
    return NULL;
}

const char *const *text_fault(const char *s, size_t n, bool multiline)
{
    const unsigned char *p = (const unsigned char *)s;
    uint32_t code = 0;
    for (size_t at = 0, step; at < n; at += step) {
        if ((step = decode(p + at, n - at, &code)) == 0) return fault_utf8;
        const char *const *fault = character_fault(code, multiline);
        if (fault) return fault;
    }
    return NULL;
}
