/* fuzz: bodies. The first byte chooses JSON or form; every value read is walked. */
#include "base/input.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const In *in)
{
    size_t sum = in->kind == IN_TEXT ? in->n + (size_t)(in->s[in->n] == 0) : 1;
    for (int i = 0; i < in->len; i++) sum += walk(&in->items[i]);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    Arena a = {0};
    Errors e = {.a = &a};
    In in = {0};
    const char *s = (const char *)data + 1;
    int rc = data[0] == 'j' ? input_json(&a, s, size - 1, data[0] & 0x20, &in, &e)
                            : input_form(&a, s, size - 1, &in, &e);
    if (rc != OK && rc != E_SYNTAX) abort();
    if (rc == OK && walk(&in) > size * 4 + 16) abort();
    if (rc != OK && (!e.zh || !e.en)) abort();
    arena_free(&a);
    return 0;
}
