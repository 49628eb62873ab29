/* guard: the requests that different programs read differently are refused (CRAFT, HTTP): whoever
   stands in front must never see one request where we see two. */
#include "web/http.h"

#include <string.h>
#include <strings.h>

static bool is_token(const char *s)
{
    if (!*s) return false;
    for (; *s; s++)
        if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7F ||
            strchr("()<>@,;:\\\"/[]?={}", *s))
            return false;
    return true;
}

static bool is_value(const char *s)
{
    for (; *s; s++)
        if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7F) return false;
    return true;
}

/* Digits alone, and no more than an offset holds. */
static bool length_of(const char *s, int64_t *out)
{
    size_t n = strspn(s, "0123456789");
    return n > 0 && n < 18 && s[n] == 0 && num_parse(s, out);
}

static bool is_host(const char *s)
{
    return *s &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ==
               strlen(s);
}

void http_guard_header(HttpGuard *g, const char *name, const char *value)
{
    g->headers++;
    if (!value) value = "";
    if (!is_token(name) || !is_value(value)) g->bad = true;
    if (strcasecmp(name, "Content-Length") == 0) {
        if (++g->lengths > 1 || !length_of(value, &g->length)) g->bad = true;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        if (++g->codings > 1 || strcasecmp(value, "chunked") != 0) g->bad = true;
    } else if (strcasecmp(name, "Host") == 0) {
        if (++g->hosts > 1 || !is_host(value)) g->bad = true;
    }
}

int http_guard_end(const HttpGuard *g, size_t body_max)
{
    if (g->bad || (g->lengths && g->codings)) return 400;
    if (g->headers > 100) return 431;
    if (g->lengths && (uint64_t)g->length > body_max) return 413;
    return 0;
}
