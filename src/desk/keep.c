/* keep: a table of places for titles, each id in one place only, and a few lists. All of it is true
   for one stamp and one second. */
#include "desk/keep.h"

#include "base/clocks.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 8192, LOCKS = 64, LISTS = 8, TITLE_MAX_BYTES = 100, KEPT_MS = 1000 };
typedef struct Place {
    const Record *rec;
    int64_t site, id, at;
    uint32_t stamp;
    char title[TITLE_MAX_BYTES + 1];
} Place;
typedef struct List {
    const char *sql; /* NULL: free */
    int64_t site, at;
    uint32_t stamp;
    Arena a;
    Result r;
} List;
struct Keep {
    _Atomic uint32_t stamp; /* rises with every change */
    pthread_mutex_t locks[LOCKS], lists_lock;
    List lists[LISTS];
    Place at[PLACES];
};

struct Keep *keep_new(void)
{
    struct Keep *k = calloc(1, sizeof *k);
    if (!k || pthread_mutex_init(&k->lists_lock, NULL) != 0) abort();
    for (int i = 0; i < LOCKS; i++)
        if (pthread_mutex_init(&k->locks[i], NULL) != 0) abort();
    return k;
}

void keep_free(struct Keep *k)
{
    if (!k) return;
    for (int i = 0; i < LISTS; i++) arena_free(&k->lists[i].a);
    for (int i = 0; i < LOCKS; i++) pthread_mutex_destroy(&k->locks[i]);
    pthread_mutex_destroy(&k->lists_lock);
    free(k);
}

void keep_changed(Desk *d, const Record *r)
{
    if (d->keep && !r->flow) atomic_fetch_add(&d->keep->stamp, 1);
}

uint32_t keep_stamp(const Desk *d)
{
    return d->keep ? atomic_load(&d->keep->stamp) : 0;
}

static bool is_true(const struct Keep *k, uint32_t stamp, int64_t at)
{
    return stamp == atomic_load(&k->stamp) && mono_ms() - at < KEPT_MS;
}

/* ---- titles ---- */

static size_t place_of(const Record *r, int64_t site, int64_t id)
{
    uint64_t h = (uint64_t)(uintptr_t)r ^ (uint64_t)site * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ (uint64_t)id) * UINT64_C(0xBF58476D1CE4E5B9);
    return (h ^ h >> 31) % PLACES;
}

const char *keep_title(const Desk *d, Arena *a, const Record *r, int64_t site, int64_t id)
{
    struct Keep *k = d->keep;
    if (!k || r->flow) return NULL;
    size_t i = place_of(r, site, id);
    const Place *p = &k->at[i];
    const char *title = NULL;
    pthread_mutex_lock(&k->locks[i % LOCKS]);
    if (p->rec == r && p->site == site && p->id == id && is_true(k, p->stamp, p->at))
        title = arena_str(a, p->title);
    pthread_mutex_unlock(&k->locks[i % LOCKS]);
    return title;
}

void keep_title_is(const Desk *d, const Record *r, int64_t site, int64_t id, const char *title,
                   uint32_t stamp)
{
    struct Keep *k = d->keep;
    size_t n = title ? strlen(title) : 0;
    if (!k || r->flow || n == 0 || n > TITLE_MAX_BYTES) return;
    size_t i = place_of(r, site, id);
    Place *p = &k->at[i];
    pthread_mutex_lock(&k->locks[i % LOCKS]);
    p->rec = r;
    p->site = site;
    p->id = id;
    p->at = mono_ms();
    p->stamp = stamp;
    memcpy(p->title, title, n + 1);
    pthread_mutex_unlock(&k->locks[i % LOCKS]);
}

/* ---- lists ---- */

static void copy_result(Arena *a, const Result *from, Result *out)
{
    size_t n = (size_t)from->rows * (size_t)from->cols;
    Val *v = arena_array(a, n + 1, sizeof *v);
    for (size_t i = 0; i < n; i++) {
        v[i] = from->v[i];
        if (v[i].kind == VAL_TEXT) v[i].s = arena_str(a, v[i].s);
    }
    *out = (Result){.rows = from->rows, .cols = from->cols, .v = v, .a = a};
}

/* The list's place, or the one that is oldest. */
static List *list_of(struct Keep *k, const char *sql, int64_t site)
{
    List *oldest = &k->lists[0];
    for (int i = 0; i < LISTS; i++) {
        List *l = &k->lists[i];
        if (l->sql == sql && l->site == site) return l;
        if (l->at < oldest->at) oldest = l;
    }
    return oldest;
}

int keep_list(Reader *q, const Desk *d, Arena *a, Result *out, const char *sql, int64_t site)
{
    struct Keep *k = d->keep;
    if (!k) return db_get(q, a, out, sql, VALS(vi(site)));
    uint32_t stamp = keep_stamp(d);
    pthread_mutex_lock(&k->lists_lock);
    List *l = list_of(k, sql, site);
    bool known = l->sql == sql && l->site == site && is_true(k, l->stamp, l->at);
    if (known) copy_result(a, &l->r, out);
    pthread_mutex_unlock(&k->lists_lock);
    if (known) return OK;
    TRY(db_get(q, a, out, sql, VALS(vi(site))));
    pthread_mutex_lock(&k->lists_lock);
    l = list_of(k, sql, site);
    arena_free(&l->a);
    *l = (List){.sql = sql, .site = site, .at = mono_ms(), .stamp = stamp};
    copy_result(&l->a, out, &l->r);
    pthread_mutex_unlock(&k->lists_lock);
    return OK;
}
