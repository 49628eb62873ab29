/* db: opening and closing, the readers of the workers, ids, cells of results. What an engine does
   is behind db->ops; what is written goes through writer.c. */
#include "db/db_own.h"

#include "base/clocks.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JUMP_MS = 10 * 60 * 1000 };
static const int64_t EPOCH_MS = 1577836800000; /* 2020-01-01 UTC */

/* Why the last call of this thread failed. It outlives the Db, because db_open leaves none. */
static _Thread_local char why[ERROR_MAX + 200];

int db_say_why(int rc, const char *fmt, ...)
{
    va_list va;
    va_start(va, fmt);
    vsnprintf(why, sizeof why, fmt, va);
    va_end(va);
    return rc;
}

const char *db_why(void)
{
    return why;
}

static bool is_postgres(const char *url)
{
    static const char *const start[] = {"postgres://", "postgresql://",
                                        "host=", "service=", "dbname="};
    for (int i = 0; i < COUNT(start); i++)
        if (strncmp(url, start[i], strlen(start[i])) == 0) return true;
    return false;
}

static void db_free(Db *db)
{
    pthread_mutex_destroy(&db->ids_lock);
    free(db->url);
    free(db);
}

static int open_as(const char *url, int readers, bool beside, Db **out, const char **why_out)
{
    assert(readers >= 0 && readers <= DB_READERS_MAX);
    *why_out = why;
    Db *db = calloc(1, sizeof *db);
    if (!db) abort();
    db->ops = is_postgres(url) ? &pg_ops : &lite_ops;
    db->url = strdup(url);
    db->n_readers = readers;
    db->beside = beside;
    pthread_mutex_init(&db->ids_lock, NULL);
    int rc = db->ops->start(db);
    if (rc >= 0) rc = writer_start(db);
    if (rc >= 0) {
        *out = db;
        return OK;
    }
    writer_stop(db);
    db->ops->stop(db);
    db_free(db);
    return rc;
}

int db_open(const char *url, int readers, Db **out, const char **why_out)
{
    return open_as(url, readers, false, out, why_out);
}

int db_open_beside(const char *url, int readers, Db **out, const char **why_out)
{
    return open_as(url, readers, true, out, why_out);
}

void db_close(Db *db)
{
    if (!db) return;
    writer_stop(db);
    for (int i = 0; i < db->n_readers; i++)
        if (db->readers[i].conn) db->ops->close(db->readers[i].conn);
    db->ops->stop(db);
    db_free(db);
}

Engine db_engine(const Db *db)
{
    return db->ops->engine;
}

/* ---- ids ---- */

static int64_t id_of(const Ids *s)
{
    return s->ms << 22 | (int64_t)s->node << 12 | s->counter;
}

int64_t ids_next(Ids *s, int64_t wall_ms_now, int64_t mono_ms_now)
{
    int64_t offset = wall_ms_now - mono_ms_now;
    if (!s->known || (offset - s->offset <= JUMP_MS && s->offset - offset <= JUMP_MS)) {
        s->offset = offset;
        s->known = true;
    } /* else the wall clock jumped: go on with the time as it was */
    int64_t ms = mono_ms_now + s->offset - EPOCH_MS;
    if (ms > s->ms) {
        s->ms = ms;
        s->counter = 0;
    } else if (++s->counter > 4095) {
        s->ms++;
        s->counter = 0;
    }
    return id_of(s);
}

void ids_after(Ids *s, int64_t greatest)
{
    int64_t ms = greatest >> 22;
    if (ms < s->ms) return;
    s->ms = ms + 1;
    s->counter = -1; /* ids_next adds one */
}

int64_t db_new_id(Db *db)
{
    pthread_mutex_lock(&db->ids_lock);
    int64_t id = ids_next(&db->ids, wall_ms(), mono_ms());
    pthread_mutex_unlock(&db->ids_lock);
    return id;
}

void db_ids_after(Db *db, int64_t greatest)
{
    pthread_mutex_lock(&db->ids_lock);
    ids_after(&db->ids, greatest);
    pthread_mutex_unlock(&db->ids_lock);
}

int db_node(const Db *db)
{
    Db *d = (Db *)(uintptr_t)db; /* the lock is no part of what const promises */
    pthread_mutex_lock(&d->ids_lock);
    int node = d->ids.node;
    pthread_mutex_unlock(&d->ids_lock);
    return node;
}

void db_commits(const Db *db, int64_t *commits_out, int64_t *jobs_out)
{
    *commits_out = atomic_load(&db->commits);
    *jobs_out = atomic_load(&db->jobs);
}

void db_set_node(Db *db, int node)
{
    pthread_mutex_lock(&db->ids_lock);
    db->ids.node = node;
    db->ids.ms++; /* rising, also where the new number is lower */
    db->ids.counter = -1;
    pthread_mutex_unlock(&db->ids_lock);
}

/* ---- reading ---- */

int reader_begin(Db *db, int worker, Reader **out)
{
    assert(worker >= 0 && worker < db->n_readers);
    Reader *q = &db->readers[worker];
    assert(!q->open);
    q->db = db;
    if (!q->conn) q->conn = db->ops->open(db, FOR_READING);
    if (!q->conn) return E_DB;
    TRY(db->ops->read_begin(q->conn));
    q->open = true;
    *out = q;
    return OK;
}

void reader_end(Reader *q)
{
    if (!q->open) return;
    q->open = false;
    q->db->ops->read_end(q->conn);
}

int db_get(Reader *q, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    if (q->tx) return tx_get(q->tx, a, out, sql, n, args);
    return q->db->ops->get(q->conn, a, out, sql, n, args);
}

const char *db_error(const Reader *q)
{
    return q->conn ? q->conn->error : why;
}

Engine reader_engine(const Reader *q)
{
    return q->db->ops->engine;
}

int db_plan(Reader *q, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    bool lite = reader_engine(q) == SQLITE;
    TRY(db_get(q, a, out, arena_f(a, "%s %s", lite ? "explain query plan" : "explain", sql), n,
               args));
    if (lite) /* id, parent, not used, text */
        for (int i = 0; i < out->rows; i++) out->v[i] = *res(out, i, 3);
    out->cols = 1;
    return OK;
}

/* ---- results ---- */

int64_t res_int(const Result *r, int row, int col)
{
    const Val *v = res(r, row, col);
    int64_t i = 0;
    if (v->kind == VAL_INT) return v->i;
    return v->kind == VAL_TEXT && num_parse(v->s, &i) ? i : 0;
}

/* Only when they are asked for: most cells are never text. */
static const char *digits(Arena *a, int64_t v)
{
    char buf[24], *p = buf + sizeof buf;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    *--p = 0;
    do *--p = (char)('0' + u % 10);
    while ((u /= 10) > 0);
    if (v < 0) *--p = '-';
    return arena_copy(a, p, (size_t)(buf + sizeof buf - 1 - p));
}

const char *res_text(const Result *r, int row, int col)
{
    const Val *v = res(r, row, col);
    return v->kind == VAL_INT ? digits(r->a, v->i) : v->s;
}

bool res_null(const Result *r, int row, int col)
{
    return res(r, row, col)->kind == VAL_NULL;
}

Val *cells_more(Cells *c, size_t n)
{
    if (c->cap - c->n < n) {
        c->cap = c->cap * 2 + n + 256;
        c->v = realloc(c->v, c->cap * sizeof *c->v);
        if (!c->v) abort();
    }
    c->n += n;
    return c->v + (c->n - n);
}

void cells_result(const Cells *c, Arena *a, int rows, int cols, Result *out)
{
    *out = (Result){.rows = rows, .cols = cols, .a = a};
    if (c->n == 0) return;
    out->v = arena_grow(a, NULL, 0, c->n * sizeof *out->v);
    memcpy(out->v, c->v, c->n * sizeof *out->v);
}

void db_fault_at(Db *db, int nth, int sqlite_code)
{
    atomic_store(&db->fault_code, sqlite_code);
    atomic_store(&db->fault_in, nth);
}
