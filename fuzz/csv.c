/* fuzz: CSV. Records read are written again by out_csv and must be read back alike. */
#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CELLS = 8 };

static void must(bool holds)
{
    if (!holds) abort();
}

/* A cell that would be a formula gets a ' before it, and is then another text: passed over. */
static bool comes_back(const char *const *cell, int n)
{
    for (int i = 0; i < n; i++)
        if (*cell[i] && strchr("=+-@\t\r", *cell[i])) return false;
    return n > 1; /* one empty cell alone is an empty line */
}

static void write_and_read(Arena *a, const char *const *cell, int n)
{
    const char *again[CELLS];
    Out o = {.a = a};
    for (int i = 0; i < n; i++) {
        out_raw(&o, i ? "," : "");
        out_csv(&o, cell[i]);
    }
    Csv in = {str_of(&o), str_of(&o) + o.n, 1};
    must(csv_next(&in, a, again, CELLS) == n);
    for (int i = 0; i < n; i++) must(strcmp(again[i], cell[i]) == 0);
    must(csv_next(&in, a, again, CELLS) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena a = {0};
    const char *cell[CELLS], *text = arena_copy(&a, (const char *)data, size);
    Csv in = {text, text + size, 0};
    for (int n, line = 0; (n = csv_next(&in, &a, cell, CELLS)) != 0; line = in.line) {
        must(in.line > line && in.at <= in.end);
        if (n < 0) break;
        if (comes_back(cell, n)) write_and_read(&a, cell, n);
    }
    arena_free(&a);
    return 0;
}
