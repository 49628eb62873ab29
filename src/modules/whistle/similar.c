/* similar: own open whistles that may be the same matter, so that a firm adds to one instead of sending
   another. Only cases that the viewer may see anyhow. */
#include "modules/whistle/outside_own.h"

#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = 4000, LIKE_FROM = 220, LOOKED_AT = 100 };

typedef struct Pairs {
    int n;
    uint64_t at[PAIRS_MAX]; /* two characters each */
} Pairs;

static uint32_t next_char(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    int more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
    uint32_t c = more == 3 ? *p & 7u : more == 2 ? *p & 15u : more == 1 ? *p & 31u : *p;
    for (p++; more && (*p & 0xC0) == 0x80; more--) c = c << 6 | (*p++ & 0x3Fu);
    *s = (const char *)p;
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool is_word(uint32_t c)
{
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    return (c >= 0x3400 && c < 0x3000000) && !(c >= 0xFF00 && c <= 0xFFEF);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void pairs_of(const char *s, Pairs *out)
{
    uint32_t last = 0;
    out->n = 0;
    while (s && *s && out->n < PAIRS_MAX) {
        uint32_t c = next_char(&s);
        if (!is_word(c)) c = 0;
        if (c && last) out->at[out->n++] = (uint64_t)last << 32 | c;
        last = c;
    }
    qsort(out->at, (size_t)out->n, sizeof out->at[0], by_value);
    int n = 0;
    for (int i = 0; i < out->n; i++)
        if (n == 0 || out->at[n - 1] != out->at[i]) out->at[n++] = out->at[i];
    out->n = n;
}

static int like(const Pairs *a, const Pairs *b)
{
    int same = 0, least = a->n < b->n ? a->n : b->n;
    for (int i = 0, k = 0; i < a->n && k < b->n;) {
        same += a->at[i] == b->at[k];
        if (a->at[i] < b->at[k])
            i++;
        else
            k++;
    }
    return least < 3 ? 0 : same * 1000 / least;
}

int likeness(Arena *a, const char *one, const char *other)
{
    Pairs *x = NEW(a, Pairs), *y = NEW(a, Pairs);
    pairs_of(one, x);
    pairs_of(other, y);
    return like(x, y);
}

/* The best three by likeness: of the title or of the whole text, whichever says more. */
static void rank(Req *q, const char *text, const Whistle *w, int n, Similar *out)
{
    Pairs *typed = NEW(q->a, Pairs), *p = NEW(q->a, Pairs);
    int best[SIMILAR_SHOWN] = {0};
    pairs_of(text, typed);
    for (int i = 0; i < n; i++) {
        pairs_of(w[i].title, p);
        int score = like(typed, p);
        pairs_of(w[i].text, p);
        if (like(typed, p) > score) score = like(typed, p);
        if (score < LIKE_FROM) continue;
        out->all++;
        for (int k = 0; k < SIMILAR_SHOWN; k++) {
            if (score <= best[k]) continue;
            for (int m = SIMILAR_SHOWN - 1; m > k; m--)
                best[m] = best[m - 1], out->w[m] = out->w[m - 1];
            best[k] = score;
            out->w[k] = w[i];
            break;
        }
    }
    out->n = out->all < SIMILAR_SHOWN ? out->all : SIMILAR_SHOWN;
}

int similar_find(Req *q, int64_t enterprise, const char *text, Similar *out)
{
    Find f = {.limit = LOOKED_AT, .sort = "-id"};
    f.filters[f.n++] = (Filter){"state", "in", "submitted,dispatched,objected,handling,replied"};
    if (enterprise) f.filters[f.n++] = (Filter){"enterprise", "=", digits(q, enterprise)};
    Whistle *w = arena_array(q->a, LOOKED_AT + 1, sizeof *w);
    const char *next;
    int n = 0;
    *out = (Similar){.by_text = text && *text};
    TRY(rec_find(q->q, q->desk, q->a, &q->who, &whistle_record, &f, &q->errors, w, &n, &next));
    if (out->by_text) {
        rank(q, text, w, n, out);
        return OK;
    }
    out->all = n;
    out->n = n < SIMILAR_SHOWN ? n : SIMILAR_SHOWN;
    for (int i = 0; i < out->n; i++) out->w[i] = w[i];
    return OK;
}
