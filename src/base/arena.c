/* arena: memory with one lifetime. Chunks are cut from the front and freed together; nothing is
   freed alone. Under AddressSanitizer every piece is its own chunk, so that a write past the end
   of one is seen. */
#include "base/base.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define EACH_ALONE 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define EACH_ALONE 1
#endif
#ifdef EACH_ALONE
enum { CHUNK_FIRST = 0, CHUNK_MAX = 0 };
#else
/* A small answer fits the first chunk; a page of 50 rows needs two or three. */
enum { CHUNK_FIRST = 8000, CHUNK_MAX = 128000 };
#endif

struct Chunk {
    struct Chunk *next;
    size_t used, cap;
    alignas(max_align_t) unsigned char bytes[];
};

static _Noreturn void die(const char *why)
{
    fputs(why, stderr);
    abort();
}

static struct Chunk *chunk_new(Arena *a, size_t need)
{
    size_t cap = a->head ? a->head->cap * 2 : CHUNK_FIRST;
    if (cap > CHUNK_MAX) cap = CHUNK_MAX;
    if (cap < need) cap = need;
    struct Chunk *c = malloc(sizeof *c + cap);
    if (!c) die("out of memory\n");
    *c = (struct Chunk){.next = a->head, .cap = cap};
    a->head = c;
    return c;
}

static size_t rounded(size_t size)
{
    if (size > PTRDIFF_MAX / 2) die("a piece of memory larger than any limit was asked for\n");
    return (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
}

/* Memory as it comes, for callers that fill it at once. */
static void *arena_raw(Arena *a, size_t size)
{
    size_t need = rounded(size ? size : 1);
    struct Chunk *c = a->head;
    if (!c || c->cap - c->used < need) c = chunk_new(a, need);
    void *p = c->bytes + c->used;
    c->used += need;
    a->total += need;
    return p;
}

void *arena_get(Arena *a, size_t size)
{
    return memset(arena_raw(a, size), 0, size);
}

void *arena_array(Arena *a, size_t n, size_t size)
{
    size_t all;
    if (__builtin_mul_overflow(n, size, &all)) die("an array larger than memory was asked for\n");
    return arena_get(a, all);
}

void *arena_grow(Arena *a, void *old, size_t old_size, size_t size)
{
    struct Chunk *c = a->head;
    size_t was = rounded(old_size), need = rounded(size);
    /* The last piece of the chunk grows where it stands: a page being built is rarely copied. */
    if (old && c && (unsigned char *)old + was == c->bytes + c->used && need > was &&
        c->cap - c->used >= need - was) {
        c->used += need - was;
        a->total += need - was;
        return old;
    }
    void *p = arena_raw(a, size);
    if (old) memcpy(p, old, old_size < size ? old_size : size);
    return p;
}

char *arena_copy(Arena *a, const char *s, size_t n)
{
    char *p = arena_raw(a, n + 1);
    if (n) memcpy(p, s, n);
    p[n] = 0;
    return p;
}

char *arena_str(Arena *a, const char *s)
{
    return s ? arena_copy(a, s, strlen(s)) : NULL;
}

char *arena_f(Arena *a, const char *fmt, ...)
{
    char small[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    if (n < 0) die("a format could not be written\n");
    char *s = arena_raw(a, (size_t)n + 1);
    if ((size_t)n < sizeof small)
        memcpy(s, small, (size_t)n + 1);
    else
        vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    va_end(ap);
    return s;
}

void arena_free(Arena *a)
{
    for (struct Chunk *c = a->head, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    *a = (Arena){0};
}
