/* csv: RFC 4180 records from memory. Also taken: a byte order mark (spreadsheets write one), LF,
   CRLF or CR as line end. Empty lines are passed over. */
#include "base/csv.h"

#include <string.h>

static bool line_ends(const Csv *c)
{
    return c->at == c->end || *c->at == '\n' || *c->at == '\r';
}

static void line_skip(Csv *c)
{
    if (c->end - c->at >= 2 && c->at[0] == '\r' && c->at[1] == '\n')
        c->at += 2;
    else if (c->at < c->end)
        c->at++;
    c->line++;
}

static int plain_cell(Csv *c, Arena *a, const char **cell)
{
    const char *from = c->at;
    while (!line_ends(c) && *c->at != ',') {
        if (*c->at == '"' || *c->at == 0) return E_INPUT;
        c->at++;
    }
    *cell = arena_copy(a, from, (size_t)(c->at - from));
    return OK;
}

/* The closing quote of a cell whose text begins at c->at, or NULL. */
static const char *closing_quote(const Csv *c)
{
    for (const char *p = c->at; p < c->end && *p; p++) {
        if (*p != '"') continue;
        if (p + 1 == c->end || p[1] != '"') return p;
        p++;
    }
    return NULL;
}

static int quoted_cell(Csv *c, Arena *a, const char **cell)
{
    c->at++;
    const char *close = closing_quote(c);
    if (!close) return E_INPUT;
    char *to = arena_copy(a, c->at, (size_t)(close - c->at));
    *cell = to;
    for (; c->at < close; c->at++) {
        if (*c->at == '"') c->at++; /* the first of two */
        if (*c->at == '\n' || (*c->at == '\r' && c->at[1] != '\n')) c->line++;
        *to++ = *c->at;
    }
    *to = 0;
    c->at++;
    return line_ends(c) || *c->at == ',' ? OK : E_INPUT;
}

int csv_next(Csv *c, Arena *a, const char **cells, int max)
{
    if (c->line == 0 && c->end - c->at >= 3 && memcmp(c->at, "\xEF\xBB\xBF", 3) == 0) c->at += 3;
    while (c->at < c->end && line_ends(c)) line_skip(c);
    if (c->at == c->end) return 0;
    for (int n = 0; n < max; c->at++) {
        bool quoted = c->at < c->end && *c->at == '"';
        int rc = quoted ? quoted_cell(c, a, &cells[n]) : plain_cell(c, a, &cells[n]);
        if (rc < 0) break;
        n++;
        if (line_ends(c)) return line_skip(c), n;
    }
    c->line++;
    return E_INPUT;
}
