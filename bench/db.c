/* db: durable writes a second through the writer. 64 threads, each with one job at a time: group
   commit against a commit each (64 connections' worth of waiting on one writer, one job a group),
   on SQLite and, with LIANSHAO_TEST_PG=url, on PostgreSQL. A job: one read, two rows, 4 indexes.
   Prints lines "name value unit". */
#include "db/db.h"
#include "base/clocks.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 64, BODY = 1500, SECONDS = 3, MOST = 200000 };

static const char schema[] =
    "create table bench_case(site {int} not null, id {int} not null, state {text} not null, body "
    "{text} not null, "
    "due {int} not null, primary key(site, id));\n"
    "create index bench_case_due on bench_case(site, state, due);\n"
    "create table bench_event(site {int} not null, id {int} not null, parent {int} not null, seq "
    "{int} not null, "
    "at {int} not null, primary key(site, id));\n"
    "create unique index bench_event_seq on bench_event(site, parent, seq);";

typedef struct Client {
    Job job; /* first */
    Db *db;
    pthread_mutex_t *turn; /* commit each: only one job waits at the writer */
    int64_t until;
    int number, n;
    int64_t *us;
    pthread_t thread;
} Client;

static char body[BODY + 1];

static int create(Tx *tx, Job *job)
{
    Result r;
    int64_t id = tx_new_id(tx);
    TRY(tx_get(tx, job->a, &r, "select state from bench_case where site = 1 and id = $1",
               VALS(vi(id - 1))));
    TRY(tx_do(tx, "insert into bench_case(site, id, state, body, due) values (1, $1, $2, $3, $4)",
              VALS(vi(id), vt("filed"), vt(body), vi(id >> 22))));
    return tx_do(tx, "insert into bench_event(site, id, parent, seq, at) values (1, $1, $2, 1, $3)",
                 VALS(vi(tx_new_id(tx)), vi(id), vi(id >> 22)));
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void *client_main(void *arg)
{
    Client *c = arg;
    Arena a = {0};
    while (now_us() < c->until && c->n < MOST / THREADS * 4) {
        int64_t from = now_us();
        c->job = (Job){.run = create, .lane = (uint64_t)c->number, .a = &a};
        if (c->turn) pthread_mutex_lock(c->turn);
        int rc = db_run(c->db, &c->job);
        if (c->turn) pthread_mutex_unlock(c->turn);
        arena_free(&a);
        if (rc < 0) {
            printf("a job was refused: %d\n", rc);
            break;
        }
        c->us[c->n++] = now_us() - from;
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double measure(Db *db, const char *name, bool each)
{
    static Client c[THREADS];
    pthread_mutex_t turn[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
    int64_t from = now_us();
    size_t n = 0;
    for (int i = 0; i < THREADS; i++) {
        c[i] = (Client){.db = db, .number = i, .until = from + SECONDS * 1000000LL};
        c[i].us = calloc(MOST / THREADS * 4, sizeof *c[i].us);
        if (each) c[i].turn = &turn[db_engine(db) == POSTGRES ? i % 2 : 0];
        if (!c[i].us || pthread_create(&c[i].thread, NULL, client_main, &c[i]) != 0) abort();
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(c[i].thread, NULL);
        n += (size_t)c[i].n;
    }
    double seconds = (double)(now_us() - from) / 1e6;
    int64_t *all = calloc(n + 1, sizeof *all), *at = all;
    for (int i = 0; all && i < THREADS; i++) {
        memcpy(at, c[i].us, (size_t)c[i].n * sizeof *at);
        at += c[i].n;
        free(c[i].us);
    }
    if (!all || n == 0) abort();
    qsort(all, n, sizeof *all, by_size);
    printf("%-34s %8.0f /s   p50 %7.2f ms   p99 %7.2f ms\n", name, (double)n / seconds,
           (double)all[n / 2] / 1e3, (double)all[n * 99 / 100] / 1e3);
    free(all);
    return (double)n / seconds;
}

static int drop(Tx *tx, Job *job)
{
    (void)job;
    TRY(tx_do(tx, "drop table if exists bench_event", 0, NULL));
    TRY(tx_do(tx, "drop table if exists bench_case", 0, NULL));
    return tx_do(tx, "drop table if exists schema_version", 0, NULL);
}

static int bench(const char *url, const char *engine)
{
    static const Migration m = {1, "bench", schema};
    const char *why = "";
    char name[80];
    Db *db;
    Job clear = {.run = drop};
    int rc = db_open(url, 0, &db, &why);
    if (rc < 0) return fprintf(stderr, "%s\n", why), rc;
    rc = db_run(db, &clear);
    if (rc >= 0) rc = db_migrate(db, &m, 1, &why);
    if (rc >= 0) {
        snprintf(name, sizeof name, "db.%s.group_commit", engine);
        double group = measure(db, name, false);
        snprintf(name, sizeof name, "db.%s.commit_each", engine);
        double each = measure(db, name, true);
        printf("db.%s.gain %27.1f x\n", engine, group / each);
        if (db_engine(db) == POSTGRES) rc = db_run(db, &clear);
    }
    if (rc < 0) fprintf(stderr, "%s: %d %s\n", engine, rc, why);
    db_close(db);
    return rc;
}

int main(int argc, char **argv)
{
    const char *server = getenv("LIANSHAO_TEST_PG");
    char file[200], name[210];
    static const char *const rest[] = {"", "-wal", "-shm", ".lock"};
    memset(body, 'x', BODY);
    snprintf(file, sizeof file, "%s/bench-db-%d.db", argc > 1 ? argv[1] : ".", (int)getpid());
    int rc = bench(file, "sqlite");
    for (int i = 0; i < COUNT(rest); i++) {
        snprintf(name, sizeof name, "%s%s", file, rest[i]);
        unlink(name);
    }
    if (server && *server && rc >= 0) rc = bench(server, "postgres");
    return rc < 0;
}
