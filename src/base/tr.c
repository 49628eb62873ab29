/* tr: the English of Chinese page texts. The catalogue (ui/en.tsv: zh TAB en) is read once at
   start, before threads, and never changes afterwards. A text without English stays Chinese. */
#include "base/base.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct Entry {
    const char *zh, *en;
} Entry;

/* Open addressing, at most half full; entries and their texts lie behind it in one allocation. */
typedef struct Catalogue {
    size_t mask;
    Entry at[];
} Catalogue;

typedef void (*Missing)(const char *zh);
static _Atomic(const Catalogue *) catalogue; /* set once */
static _Atomic(Missing) missing;             /* tests only */

static size_t hash_text(const char *s)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a: the texts are ours */
    for (; *s; s++) h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    return (size_t)(h ^ h >> 32);
}

static size_t slot_of(const Catalogue *c, const char *zh)
{
    size_t i = hash_text(zh) & c->mask;
    while (c->at[i].zh && strcmp(c->at[i].zh, zh) != 0) i = (i + 1) & c->mask;
    return i;
}

/* One line, already cut: "zh TAB en". Blank lines and lines that begin with # say nothing. */
static void line_add(Catalogue *c, char *line)
{
    char *tab = strchr(line, '\t');
    if (*line == '#' || !tab || tab == line || !tab[1]) return;
    *tab = 0;
    Entry *e = &c->at[slot_of(c, line)];
    if (!e->zh) *e = (Entry){line, tab + 1}; /* the first line for a text wins */
}

void tr_load(const char *tsv, size_t n)
{
    if (atomic_load(&catalogue)) return;
    size_t lines = 1, slots = 16;
    for (size_t i = 0; i < n; i++) lines += tsv[i] == '\n';
    while (slots < lines * 2) slots *= 2;
    Catalogue *c = calloc(1, sizeof *c + slots * sizeof(Entry) + n + 1);
    if (!c) abort();
    c->mask = slots - 1;
    char *text = (char *)(c->at + slots);
    if (n) memcpy(text, tsv, n);
    for (char *line = text, *end; line < text + n; line = end + 1) {
        end = line + strcspn(line, "\n");
        *end = 0;
        if (end > line && end[-1] == '\r') end[-1] = 0;
        line_add(c, line);
    }
    atomic_store(&catalogue, c);
}

void tr_missing(void (*cb)(const char *zh))
{
    atomic_store(&missing, cb);
}

const char *tr(Lang lang, const char *zh)
{
    if (lang == ZH || !zh) return zh;
    const Catalogue *c = atomic_load_explicit(&catalogue, memory_order_acquire);
    const char *en = c ? c->at[slot_of(c, zh)].en : NULL;
    if (en) return en;
    Missing tell = atomic_load_explicit(&missing, memory_order_acquire);
    if (tell) tell(zh);
    return zh;
}
