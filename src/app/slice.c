#include "app/slice.h"

#include <string.h>

static const char *skip(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
    return p;
}

static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\') p++;
    return p < end ? p + 1 : end;
}

/* Behind the value at p. */
static const char *value_end(const char *p, const char *end)
{
    int depth = 0;
    while (p < end) {
        if (*p == '"') {
            p = string_end(p, end);
        } else {
            if (*p == '{' || *p == '[') depth++;
            if (*p == '}' || *p == ']') depth--;
            if (depth < 0 || (depth == 0 && *p == ',')) break;
            p++;
        }
        if (depth == 0 && p < end && (p[-1] == '"' || p[-1] == '}' || p[-1] == ']')) break;
    }
    return p;
}

/* A value from p, without the spaces at its end. */
static Slice value_at(const char *p, const char *end)
{
    const char *stop = value_end(p, end);
    while (stop > p &&
           (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\n' || stop[-1] == '\r'))
        stop--;
    return (Slice){p, (size_t)(stop - p)};
}

Slice slice_member(Slice object, const char *name)
{
    size_t n = strlen(name);
    const char *end = object.s ? object.s + object.n : NULL, *p = object.s;
    if (!p || p == end || *p != '{') return (Slice){0};
    for (p = skip(p + 1, end); p < end && *p == '"';) {
        const char *key = p + 1, *stop = string_end(p, end);
        bool hit = (size_t)(stop - key) == n + 1 && memcmp(key, name, n) == 0;
        p = skip(stop, end);
        if (p == end || *p != ':') break;
        Slice v = value_at(skip(p + 1, end), end);
        if (hit) return v;
        p = skip(v.s + v.n, end);
        if (p == end || *p != ',') break;
        p = skip(p + 1, end);
    }
    return (Slice){0};
}

bool slice_next(Slice list, Slice *at)
{
    const char *end = list.s ? list.s + list.n : NULL;
    if (!list.s || list.n == 0 || *list.s != '[') return false;
    const char *p = skip(at->s ? at->s + at->n : list.s + 1, end);
    if (at->s) {
        if (p == end || *p != ',') return false;
        p = skip(p + 1, end);
    }
    if (p == end || *p == ']') return false;
    *at = value_at(p, end);
    return at->n > 0;
}

Slice slice_find(Slice list, const char *member, const char *text)
{
    size_t n = strlen(text);
    for (Slice one = {0}; slice_next(list, &one);) {
        Slice v = slice_member(one, member);
        if (v.n == n + 2 && v.s[0] == '"' && memcmp(v.s + 1, text, n) == 0) return one;
    }
    return (Slice){0};
}
