/* tick: fires deadlines. Whoever reads the row first with its due time fires it (act_apply.c,
   claim_clock), so it is harmless that several nodes look. */
#include "desk/tick.h"

#include "base/clocks.h"
#include "desk/act.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TICK_MS = 1000,
    TICK_BATCH = 100,
    TICK_ROUNDS = 200, /* a clock may start the next one: a bound against a loop in data */
    CLOCK_JUMP_MS = 10 * 60 * 1000, /* wall against monotonic: more, and firing stops (DESIGN) */
    TICK_READER = DB_READERS_MAX - 2
};

static int fire(Desk *d, const Result *r, int i)
{
    const Record *rec = desk_record(d, res_text(r, i, 4));
    if (!rec) return OK;
    Arena a = {0};
    Viewer clock = {.site = res_int(r, i, 0), .name = "时钟", .role = ROLE_CLOCK};
    Act *act = act_new(d, &a, &clock, rec, res_int(r, i, 1), "clock");
    act->clock = res_text(r, i, 2);
    act->clock_party = res_text(r, i, 3);
    act->clock_due = res_int(r, i, 5);
    act->at = act->clock_due; /* however late it is done, the act bears the due time */
    act->channel = "clock";
    int rc = act_run(act);
    arena_free(&a);
    return rc;
}

/* The earliest due ones of all sites; each turn sees what the turn before started. */
static int due_now(Desk *d, Arena *a, int64_t now, Result *out)
{
    Reader *q;
    TRY(reader_begin(d->db, TICK_READER, &q));
    int rc = db_get(q, a, out,
                    "SELECT d.site, d.case_id, d.clock, d.party, d.record, d.due_at FROM site s "
                    "JOIN deadline d "
                    "ON d.site = s.site AND d.fired = 0 AND d.due_at <= $1 ORDER BY d.due_at, "
                    "d.case_id LIMIT $2",
                    VALS(vi(now), vi(TICK_BATCH)));
    reader_end(q);
    return rc;
}

typedef struct Ticker Ticker;
struct Ticker {
    pthread_t thread;
    Desk *desk;
    _Atomic bool stop;
};

/* A firing that is refused stays where it is, first in the order: those behind it are not held up. */
static int fire_all(Desk *d, int64_t now)
{
    int fired = 0, refused = 0;
    for (int round = 0; round < TICK_ROUNDS * TICK_BATCH; round++) {
        Arena a = {0};
        Result r = {0};
        int rc = due_now(d, &a, now, &r);
        /* one due time at a time: what it starts may be due before the next in the list */
        int first = refused, n = 0;
        for (int i = first; rc >= 0 && i < r.rows && res_int(&r, i, 5) == res_int(&r, first, 5);
             i++, n++) {
            rc = fire(d, &r, i);
            if (rc != E_CLASH && rc != E_MISSING && rc != E_INPUT) continue;
            refused++;
            rc = OK;
        }
        fired += n - (refused - first);
        arena_free(&a);
        if (rc < 0) return rc;
        if (n == 0) break;
    }
    return fired;
}

/* Drafts that nobody touched for DRAFT_DAYS are discarded, as their page says. */
enum { DRAFT_DAYS = 30, SWEEP_EVERY = 3600 /* ticks */ };

static int sweep_record(Desk *d, const Record *rec, int64_t now)
{
    Arena a = {0};
    Reader *q;
    Result r = {0};
    TRY(reader_begin(d->db, TICK_READER, &q));
    const char *sql = arena_f(&a,
                              "SELECT r.site, r.id FROM site s JOIN %s r ON r.site = s.site AND "
                              "r.state = $1 WHERE r.updated_at < $2 ORDER BY r.id LIMIT $3",
                              rec->name);
    int rc = db_get(q, &a, &r, sql,
                    VALS(vt(rec->flow->states[rec->flow->draft].code),
                         vi(now - DRAFT_DAYS * INT64_C(86400000)), vi(TICK_BATCH)));
    reader_end(q);
    for (int i = 0; rc >= 0 && i < r.rows; i++) {
        Viewer clock = {.site = res_int(&r, i, 0), .name = "时钟", .role = ROLE_CLOCK};
        Act *act = act_new(d, &a, &clock, rec, res_int(&r, i, 1), "discard");
        act->channel = "clock";
        rc = act_run(act);
        if (rc == E_CLASH || rc == E_MISSING) rc = OK; /* its author was quicker */
    }
    arena_free(&a);
    return rc < 0 ? rc : r.rows;
}

static int sweep_all(Desk *d, int64_t now)
{
    int n = 0;
    for (int i = 0; d->records[i]; i++) {
        const Flow *f = d->records[i]->flow;
        if (!f || f->draft < 0 || !flow_action(f, "discard")) continue;
        int rc = sweep_record(d, d->records[i], now);
        if (rc < 0) return rc;
        n += rc;
    }
    return n;
}

int tick_sweep(Desk *d, int64_t now)
{
    pthread_mutex_lock(&d->tick_lock);
    int rc = sweep_all(d, now);
    pthread_mutex_unlock(&d->tick_lock);
    return rc;
}

int tick_run(Desk *d, int64_t now)
{
    pthread_mutex_lock(&d->tick_lock);
    int rc = fire_all(d, now);
    pthread_mutex_unlock(&d->tick_lock);
    return rc;
}

static void *loop(void *arg)
{
    Ticker *t = arg;
    int64_t ahead = wall_ms() - mono_ms();
    int turn = 0;
    while (!t->stop) {
        struct timespec nap = {.tv_sec = 0, .tv_nsec = TICK_MS / 10 * 1000000L};
        for (int i = 0; i < 10 && !t->stop; i++) nanosleep(&nap, NULL);
        if (t->stop) break;
        int64_t drift = wall_ms() - mono_ms() - ahead;
        bool jumped = drift > CLOCK_JUMP_MS || drift < -CLOCK_JUMP_MS;
        t->desk->clock_jumped = jumped; /* an administrator is asked: /readyz and the desk say so */
        if (!jumped && turn++ % SWEEP_EVERY == 0) (void)!tick_sweep(t->desk, desk_now(t->desk));
        if (!jumped && tick_run(t->desk, desk_now(t->desk)) < 0) continue; /* again next second */
    }
    return NULL;
}

int tick_start(Desk *d)
{
    Ticker *t = calloc(1, sizeof *t);
    if (!t) abort();
    t->desk = d;
    d->ticker = t;
    return pthread_create(&t->thread, NULL, loop, t) == 0 ? OK : E_IO;
}

void tick_stop(Desk *d)
{
    Ticker *t = d->ticker;
    if (!t) return;
    t->stop = true;
    pthread_join(t->thread, NULL);
    free(t);
    d->ticker = NULL;
}
