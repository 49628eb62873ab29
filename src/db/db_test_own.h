/* db_test_own: what the tests of this folder share: an empty database of either engine, and a group
   of jobs that surely run in one transaction (a gate holds the writer until all are queued).
   A test includes cmocka.h first. */
#ifndef DB_DB_TEST_OWN_H
#define DB_DB_TEST_OWN_H
#include "db/db.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CODE_NOMEM = 7, CODE_IOERR = 10, CODE_FULL = 13 }; /* SQLite's numbers */

typedef struct World {
    Db *db;
    Arena a;
    char file[300], url[700];
} World;

typedef struct Try Try;
struct Try {
    Job job; /* first */
    int (*what)(Tx *tx, Try *t);
    World *w;
    int64_t key;
    int rc, runs;
    sem_t *ended;
};

static inline int rows_of(World *w, const char *sql)
{
    Reader *q;
    Result r;
    assert_int_equal(reader_begin(w->db, 0, &q), OK);
    int rc = db_get(q, &w->a, &r, sql, 0, NULL);
    if (rc < 0) print_error("%s\n", db_error(q));
    assert_int_equal(rc, OK);
    reader_end(q);
    return (int)res_int(&r, 0, 0);
}

static inline int try_run(Tx *tx, Job *job)
{
    Try *t = (Try *)job;
    Arena a = {0};
    t->job.a = &a;
    t->runs++;
    int rc = t->what(tx, t);
    arena_free(&a);
    t->job.a = NULL;
    return rc;
}

static inline void try_done(Job *job, int rc)
{
    Try *t = (Try *)job;
    t->rc = rc;
    sem_post(t->ended);
}

static inline Try try_of(World *w, int64_t key, int (*what)(Tx *, Try *))
{
    return (Try){
        .job = {.run = try_run, .done = try_done}, .what = what, .w = w, .key = key, .rc = 1};
}

/* Runs one and waits. */
static inline int run_one(World *w, int64_t key, int (*what)(Tx *, Try *))
{
    Try t = try_of(w, key, what);
    return db_run(w->db, &t.job);
}

typedef struct Gate {
    Job job;
    sem_t inside, open;
    Db *db;
    int fault_nth, fault_code;
} Gate;

static inline int gate_run(Tx *tx, Job *job)
{
    (void)tx;
    Gate *g = (Gate *)job;
    sem_post(&g->inside);
    while (sem_wait(&g->open) != 0) continue;
    return OK;
}

static inline void gate_done(Job *job, int rc)
{
    Gate *g = (Gate *)job;
    assert_int_equal(rc, OK);
    if (g->fault_nth) db_fault_at(g->db, g->fault_nth, g->fault_code);
    sem_post(&g->inside);
}

/* All n (at most 50) in one group; fault_nth counts from the group's BEGIN. */
static inline void run_group_of(World *w, Try *t, int n, int fault_nth, int fault_code)
{
    sem_t ended;
    Gate g = {.job = {.run = gate_run, .done = gate_done},
              .db = w->db,
              .fault_nth = fault_nth,
              .fault_code = fault_code};
    sem_init(&ended, 0, 0);
    sem_init(&g.inside, 0, 0);
    sem_init(&g.open, 0, 0);
    assert_int_equal(db_submit(w->db, &g.job), OK);
    while (sem_wait(&g.inside) != 0) continue;
    for (int i = 0; i < n; i++) {
        t[i].ended = &ended;
        assert_int_equal(db_submit(w->db, &t[i].job), OK);
    }
    sem_post(&g.open);
    for (int i = 0; i < n; i++)
        while (sem_wait(&ended) != 0) continue;
    while (sem_wait(&g.inside) != 0) continue;
    sem_destroy(&g.open);
    sem_destroy(&g.inside);
    sem_destroy(&ended);
}

static inline const char *test_server(void)
{
    const char *url = getenv("LIANSHAO_TEST_PG");
    return url && *url ? url : NULL;
}

static inline void migrate_with(World *w, const char *sql)
{
    const char *why = "";
    const Migration m = {1, "test", sql};
    int rc = db_migrate(w->db, &m, 1, &why);
    if (rc < 0) print_error("%s\n", why);
    assert_int_equal(rc, OK);
}

static inline int make_schema(Tx *tx, Try *t)
{
    char sql[80];
    snprintf(sql, sizeof sql, "create schema test_%d_%d", (int)getpid(), (int)t->key);
    return tx_do(tx, sql, 0, NULL);
}

static inline int drop_schema(Tx *tx, Try *t)
{
    char sql[80];
    snprintf(sql, sizeof sql, "drop schema if exists test_%d_%d cascade", (int)getpid(),
             (int)t->key);
    return tx_do(tx, sql, 0, NULL);
}

static inline void on_server(int number, int (*what)(Tx *, Try *))
{
    const char *why = "";
    World w = {0};
    int rc = db_open(test_server(), 0, &w.db, &why);
    if (rc < 0) print_error("%s\n", why);
    assert_int_equal(rc, OK);
    assert_int_equal(run_one(&w, number, what), OK);
    db_close(w.db);
}

static inline void open_again(World *w)
{
    const char *why = "";
    int rc = db_open(w->url, 2, &w->db, &why);
    if (rc < 0) print_error("%s\n", why);
    assert_int_equal(rc, OK);
}

/* An empty database; the test is skipped without a server. One number a test. */
static inline void world_open(World *w, Engine e, int number)
{
    *w = (World){0};
    if (e == POSTGRES) {
        const char *url = test_server();
        if (!url) skip();
        on_server(number, drop_schema);
        on_server(number, make_schema);
        bool pairs = strncmp(url, "postgres", 8) != 0;
        snprintf(w->url, sizeof w->url,
                 pairs ? "%s%soptions='-c search_path=test_%d_%d' application_name=test_%d_%d"
                       : "%s%soptions=-csearch_path%%3Dtest_%d_%d&application_name=test_%d_%d",
                 url,
                 pairs              ? " "
                 : strchr(url, '?') ? "&"
                                    : "?",
                 (int)getpid(), number, (int)getpid(), number);
    } else {
        const char *dir = getenv("TMPDIR");
        snprintf(w->file, sizeof w->file, "%s/lianshao-db-%d-%d.db", dir && *dir ? dir : "/tmp",
                 (int)getpid(), number);
        snprintf(w->url, sizeof w->url, "%s", w->file);
    }
    open_again(w);
}

static inline void world_close(World *w, int number)
{
    static const char *const rest[] = {"", "-wal", "-shm", ".lock"};
    char name[310];
    db_close(w->db);
    arena_free(&w->a);
    if (!*w->file) on_server(number, drop_schema);
    for (int i = 0; *w->file && i < COUNT(rest); i++) {
        snprintf(name, sizeof name, "%s%s", w->file, rest[i]);
        unlink(name);
    }
}

/* Slow builds (sanitizers) do less. */
static inline int scaled(int n)
{
    const char *slow = getenv("LIANSHAO_SLOW");
    int64_t by = 1;
    return slow && num_parse(slow, &by) && by > 1 ? n / (int)by : n;
}
#endif
