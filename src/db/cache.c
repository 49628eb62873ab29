/* cache: the prepared statements of one connection. Most texts are literals, so their address finds
   them; an address may be used again for another text, so the content is always compared. */
#include "db/db_own.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_text(const char *s)
{
    uint64_t h = 14695981039346656037u;
    for (; *s; s++) h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static size_t hint_of(const char *sql)
{
    uint64_t p = (uint64_t)(uintptr_t)sql;
    return (p * 0x9E3779B97F4A7C15u) >> 55; /* 9 bits: CACHE_SLOTS */
}

static Stmt *by_content(Cache *k, const char *sql, uint64_t hash)
{
    for (int i = k->bucket[hash % CACHE_SLOTS] - 1; i >= 0; i = k->at[i].next)
        if (k->at[i].hash == hash && strcmp(k->at[i].sql, sql) == 0) return &k->at[i];
    return NULL;
}

Stmt *cache_find(Cache *k, const char *sql)
{
    int *hint = &k->hint[hint_of(sql)];
    Stmt *s = &k->at[*hint ? *hint - 1 : 0];
    if (!s->sql || strcmp(s->sql, sql) != 0) s = by_content(k, sql, hash_text(sql));
    if (!s) return NULL;
    *hint = (int)(s - k->at) + 1;
    s->used = ++k->now;
    return s;
}

void cache_remove(Cache *k, Conn *c, Stmt *s)
{
    int me = (int)(s - k->at), *link = &k->bucket[s->hash % CACHE_SLOTS];
    if (*link - 1 == me) {
        *link = s->next + 1;
    } else {
        int i = *link - 1;
        while (k->at[i].next != me) i = k->at[i].next;
        k->at[i].next = s->next;
    }
    if (k->drop) k->drop(c, s);
    free(s->sql);
    free(s->bind);
    free(s->kinds);
    *s = (Stmt){0};
}

/* A free place, or the one whose last use is longest ago. */
static Stmt *place(Cache *k)
{
    Stmt *oldest = NULL;
    for (int i = 0; i < CACHE_MAX; i++) {
        Stmt *s = &k->at[i];
        if (!s->sql) return s;
        if (s->waits == 0 && (!oldest || s->used < oldest->used)) oldest = s;
    }
    return oldest;
}

Stmt *cache_add(Cache *k, Conn *c, const char *sql)
{
    Stmt *s = place(k);
    if (!s) return NULL;
    if (s->sql) cache_remove(k, c, s);
    uint64_t hash = hash_text(sql);
    int *bucket = &k->bucket[hash % CACHE_SLOTS];
    *s = (Stmt){.sql = strdup(sql), .hash = hash, .used = ++k->now, .next = *bucket - 1};
    if (!s->sql) abort();
    *bucket = (int)(s - k->at) + 1;
    k->hint[hint_of(sql)] = *bucket;
    return s;
}

void cache_clear(Cache *k, Conn *c)
{
    for (int i = 0; i < CACHE_MAX; i++)
        if (k->at[i].sql) cache_remove(k, c, &k->at[i]);
}
