/* writer: group commit. A lane takes the jobs that wait, runs each in a savepoint and commits them
   together; it never waits for more. Is the transaction gone, the group is run again one by one,
   so that one job's trouble is nobody else's. done() is called after the commit is durable. */
#include "db/db_own.h"

#include "base/clocks.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ALONE_TRIES = 6 };

/* ---- what a job may do ---- */

static bool is_too_long(const Tx *tx)
{
    return thread_cpu_us() - tx->conn->busy_from > (int64_t)DB_ACT_CPU_MS * 1000;
}

static int may(Tx *tx)
{
    if (tx->rc < 0) return tx->rc;
    if (++tx->statements > DB_ACT_STATEMENTS || is_too_long(tx)) tx->rc = E_LARGE;
    return tx->rc;
}

int tx_do(Tx *tx, const char *sql, int n, const Val *args)
{
    TRY(may(tx));
    return tx->rc = tx->reader.db->ops->job_do(tx->conn, sql, n, args);
}

int tx_get(Tx *tx, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    TRY(may(tx));
    return tx->rc = tx->reader.db->ops->job_get(tx->conn, a, out, sql, n, args);
}

/* Table and column names go into the text: from the descriptions, never from a request. */
static bool is_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && n < 64 && !s[n];
}

int tx_lock(Tx *tx, const char *table, int64_t site, int64_t id)
{
    if (!is_name(table)) return tx->rc = E_DB;
    if (tx_engine(tx) == SQLITE) return may(tx);
    char sql[128];
    snprintf(sql, sizeof sql, "select 1 from %s where site = $1 and id = $2 for update", table);
    return tx_do(tx, sql, VALS(vi(site), vi(id)));
}

int tx_hold(Tx *tx, Arena *a, const char *table, const char *key, int64_t site, Val v)
{
    if (!is_name(table) || !is_name(key)) return tx->rc = E_DB;
    Result r;
    char sql[224];
    snprintf(sql, sizeof sql, "select 1 from %s where site = $1 and %s = $2%s", table, key,
             tx_engine(tx) == SQLITE ? "" : " for key share");
    TRY(tx_get(tx, a, &r, sql, VALS(vi(site), v)));
    return r.rows > 0;
}

Reader *tx_reader(Tx *tx)
{
    return &tx->reader;
}

Engine tx_engine(const Tx *tx)
{
    return tx->reader.db->ops->engine;
}

int64_t tx_new_id(Tx *tx)
{
    return db_new_id(tx->reader.db);
}

/* ---- a group ---- */

static int run_job(Lane *w, Job *job, int at)
{
    const Ops *o = w->db->ops;
    Tx tx = {.reader = {.db = w->db, .conn = w->conn}, .conn = w->conn};
    tx.reader.tx = &tx;
    w->conn->busy_from = thread_cpu_us();
    int rc = tx.rc = o->job_begin(w->conn, at);
    if (rc >= 0) rc = job->run(&tx, job);
    if (tx.rc < 0)
        rc = tx.rc;
    else if (rc >= 0 && is_too_long(&tx))
        rc = E_LARGE;
    w->conn->busy_from = 0;
    o->job_end(w->conn, rc >= 0);
    return rc;
}

/* A job of the group failed and was only now noticed (pipeline). Where it waited too long for a row
   that another writer holds, the group is cut before it: what stands is committed and lets its own
   rows go, so two groups cannot wait for each other. Returns where to go on. */
static int take_back(Lane *w, int *n, int *rc)
{
    Conn *c = w->conn;
    int bad = c->bad;
    assert(bad >= 0 && bad < *n);
    c->bad = -1;
    c->lockstep = true;
    w->db->ops->undo(c);
    if (c->bad_rc == E_BUSY && bad > 0) return *n = bad;
    rc[bad] = c->bad_rc;
    return bad + 1;
}

/* OK: the first *n jobs are committed, rc[] holds their answers. E_RETRY: the transaction is gone.
   Anything else: it could not begin. After a failed job those behind it are run again, one step at
   a time. */
static int run_together(Lane *w, Job **jobs, int *n, int *rc)
{
    const Ops *o = w->db->ops;
    Conn *c = w->conn;
    c->bad = -1;
    c->gone = c->again = c->lost = c->lockstep = false;
    TRY(o->begin(c));
    for (int from = 0; !c->gone;) {
        for (int i = from; i < *n && !c->gone && c->bad < 0; i++) rc[i] = run_job(w, jobs[i], i);
        if (c->gone) break;
        if (c->bad < 0 && o->commit(c) == OK) {
            atomic_fetch_add(&w->db->commits, 1);
            atomic_fetch_add(&w->db->jobs, *n);
            return OK;
        }
        if (c->bad < 0) break;
        from = take_back(w, n, rc);
    }
    o->rollback(c);
    return E_RETRY;
}

/* One job, its own transaction. *down_out: the engine does not even begin. */
static int run_alone(Lane *w, Job *job, bool *down_out)
{
    for (int tries = 1;; tries++) {
        int rc = OK, n = 1, e = run_together(w, &job, &n, &rc);
        if (e == OK) return rc;
        *down_out = e != E_RETRY;
        if (e != E_RETRY) return e;
        if (!w->conn->again || tries == ALONE_TRIES) return w->conn->gone_rc;
        nanosleep(&(struct timespec){.tv_nsec = 2000000L << tries}, NULL);
    }
}

static void answer_all(Job **jobs, int n, const int *rc, int same)
{
    for (int i = 0; i < n; i++) jobs[i]->done(jobs[i], rc ? rc[i] : same);
}

static void run_each(Lane *w, Job **jobs, int n)
{
    int rc = OK;
    bool down = false;
    for (int i = 0; i < n; i++) {
        if (!down) rc = run_alone(w, jobs[i], &down);
        jobs[i]->done(jobs[i], rc);
    }
}

static void run_group(Lane *w, Job **jobs, int n)
{
    int rc[DB_GROUP_MAX] = {0};
    while (n > 1) {
        int together = n, e = run_together(w, jobs, &together, rc);
        if (e == E_RETRY && !w->conn->lost) break;
        if (e < 0) {
            answer_all(jobs, n, NULL, e == E_RETRY ? w->conn->gone_rc : e);
            return;
        }
        answer_all(jobs, together, rc, OK);
        jobs += together;
        n -= together;
    }
    run_each(w, jobs, n);
}

static void *lane_main(void *arg)
{
    Lane *w = arg;
    void *jobs[DB_GROUP_MAX];
    Job *group[DB_GROUP_MAX] = {0};
    for (;;) {
        int n = queue_take_many(w->queue, jobs, DB_GROUP_MAX, -1);
        if (n <= 0) return NULL;
        for (int i = 0; i < n; i++) group[i] = jobs[i];
        int rc = w->db->ops->check(w->db);
        if (rc < 0)
            answer_all(group, n, NULL, rc);
        else
            run_group(w, group, n);
    }
}

int writer_start(Db *db)
{
    sigset_t all, before;
    sigfillset(&all);
    for (int i = 0; i < db->ops->lanes; i++) {
        Lane *w = &db->lanes[i];
        w->db = db;
        w->queue = queue_new(DB_QUEUE_MAX / db->ops->lanes);
        w->conn = db->ops->open(db, FOR_WRITING);
        if (!w->conn) return E_DB;
        pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the main thread's */
        w->runs = pthread_create(&w->thread, NULL, lane_main, w) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (!w->runs) return db_say_why(E_DB, "cannot start the writer's thread");
    }
    return OK;
}

void writer_stop(Db *db)
{
    for (int i = 0; i < db->ops->lanes; i++)
        if (db->lanes[i].queue) queue_close(db->lanes[i].queue);
    for (int i = 0; i < db->ops->lanes; i++) {
        Lane *w = &db->lanes[i];
        if (w->runs) pthread_join(w->thread, NULL);
        if (w->conn) db->ops->close(w->conn);
        if (w->queue) queue_free(w->queue);
    }
}

int db_submit(Db *db, Job *job)
{
    Lane *w = &db->lanes[job->lane % (uint64_t)db->ops->lanes];
    return queue_put(w->queue, job) ? OK : E_BUSY;
}

/* ---- a job with somebody waiting for it ---- */

typedef struct Wait {
    Job job; /* first: the writer knows only this */
    Job *inner;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended;
    int rc;
} Wait;

static int wait_run(Tx *tx, Job *job)
{
    Job *inner = ((Wait *)job)->inner;
    return inner->run(tx, inner);
}

static void wait_done(Job *job, int rc)
{
    Wait *w = (Wait *)job;
    pthread_mutex_lock(&w->lock);
    w->rc = rc;
    w->has_ended = true;
    pthread_cond_signal(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

int db_run(Db *db, Job *job)
{
    Wait w = {.job = {.run = wait_run, .done = wait_done, .lane = job->lane, .a = job->a},
              .inner = job};
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.ended, NULL);
    int rc = db_submit(db, &w.job);
    if (rc >= 0) {
        pthread_mutex_lock(&w.lock);
        while (!w.has_ended) pthread_cond_wait(&w.ended, &w.lock);
        rc = w.rc;
        pthread_mutex_unlock(&w.lock);
    }
    pthread_cond_destroy(&w.ended);
    pthread_mutex_destroy(&w.lock);
    return rc;
}
