/* limit: token buckets in 8,192 places. A full neighbourhood gives up its longest unused bucket, so
   that memory is fixed whatever comes. */
#include "web/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 8192, NEAR = 8, LOCKS = 16 };
typedef struct Bucket {
    uint64_t key;
    int64_t milli, at; /* tokens in thousandths at that time */
} Bucket;
struct Limits {
    pthread_mutex_t lock[LOCKS];
    Bucket at[PLACES];
};

Limits *limits_new(void)
{
    Limits *l = calloc(1, sizeof *l);
    if (!l) abort();
    for (int i = 0; i < LOCKS; i++)
        if (pthread_mutex_init(&l->lock[i], NULL) != 0) abort();
    return l;
}

void limits_free(Limits *l)
{
    if (!l) return;
    for (int i = 0; i < LOCKS; i++) pthread_mutex_destroy(&l->lock[i]);
    free(l);
}

uint64_t limit_key(const char *kind, const char *text, int64_t number)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (const char *s = kind; *s; s++) h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    for (const char *s = text; s && *s; s++) h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
    h ^= (uint64_t)number * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 29;
    h *= UINT64_C(0xbf58476d1ce4e5b9);
    h ^= h >> 32;
    return h ? h : 1;
}

/* The key's bucket among its neighbours, or the one that was unused longest. */
static Bucket *find(Limits *l, uint64_t key, int burst, int64_t now)
{
    size_t from = key % (PLACES / NEAR) * NEAR;
    Bucket *oldest = &l->at[from];
    for (size_t i = from; i < from + NEAR; i++) {
        if (l->at[i].key == key) return &l->at[i];
        if (l->at[i].at < oldest->at) oldest = &l->at[i];
    }
    *oldest = (Bucket){key, (int64_t)burst * 1000, now};
    return oldest;
}

static int ask(Limits *l, uint64_t key, int64_t per_s, int burst, int64_t now, bool take)
{
    pthread_mutex_t *lock = &l->lock[key % (PLACES / NEAR) % LOCKS];
    pthread_mutex_lock(lock);
    Bucket *b = find(l, key, burst, now);
    int64_t gone = now > b->at ? now - b->at : 0;
    if (gone > 3600 * 1000) gone = 3600 * 1000;
    int64_t gain = gone * per_s / 1000;
    b->milli += gain;
    if (b->milli > (int64_t)burst * 1000) b->milli = (int64_t)burst * 1000;
    if (gain > 0)
        b->at = now; /* a slow rate gains nothing in a millisecond: that time still counts */
    bool has = b->milli >= 1000;
    if (has && take) b->milli -= 1000;
    int64_t wait = has ? 0 : (1000 - b->milli) * 1000 / (per_s > 0 ? per_s : 1) + 1;
    pthread_mutex_unlock(lock);
    return (int)(wait > 3600 * 1000 ? 3600 * 1000 : wait);
}

int limit_take(Limits *l, uint64_t key, int64_t per_s_milli, int burst, int64_t now_ms)
{
    return ask(l, key, per_s_milli, burst, now_ms, true);
}

int limit_wait(Limits *l, uint64_t key, int64_t per_s_milli, int burst, int64_t now_ms)
{
    return ask(l, key, per_s_milli, burst, now_ms, false);
}
