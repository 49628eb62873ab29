/* postgres: what only this engine must show: a transaction that the server ends (serialization,
   deadlock, killed connection) is run again and nothing is lost or doubled; a commit whose answer is
   lost is not run again; the node number is held and won back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "db/db_test_own.h"

#include <stdatomic.h>

static const char tables[] = "create table t(site {int} not null, id {int} not null, a {int} not "
                             "null, primary key(site, id));\n"
                             "create table u(site {int} not null, id {int} not null);\n"
                             "insert into t values (1, 1, 0), (1, 2, 0);";

static World open_tables(int number)
{
    World w;
    world_open(&w, POSTGRES, number);
    migrate_with(&w, tables);
    return w;
}

static int write_one(Tx *tx, Try *t)
{
    return tx_do(tx, "insert into u(site, id) values (1, $1)", VALS(vi(t->key)));
}

static int write_and_read(Tx *tx, Try *t)
{
    Result r;
    TRY(write_one(tx, t));
    return tx_get(tx, t->job.a, &r, "select count(*) from u", 0, NULL);
}

static int raise(Tx *tx, const char *state)
{
    char sql[100];
    snprintf(sql, sizeof sql, "do $$begin raise exception 'a test' using errcode = '%s'; end$$",
             state);
    return tx_do(tx, sql, 0, NULL);
}

static int serialize_once(Tx *tx, Try *t)
{
    TRY(write_one(tx, t));
    return t->runs < 3 ? raise(tx, "40001") : OK;
}

static int serialize_always(Tx *tx, Try *t)
{
    TRY(write_one(tx, t));
    return raise(tx, "40001");
}

static int fill_disk(Tx *tx, Try *t)
{
    TRY(write_one(tx, t));
    return raise(tx, "53100");
}

static void check_rows(World *w, const Try *t, int n)
{
    for (int i = 0; i < n; i++) {
        char sql[80];
        snprintf(sql, sizeof sql, "select count(*) from u where id = %lld", (long long)t[i].key);
        assert_int_equal(rows_of(w, sql), t[i].rc == OK);
    }
}

static void a_serialization_failure_is_run_again(void **state)
{
    (void)state;
    World w = open_tables(60);
    Try t[] = {try_of(&w, 1, write_one),      try_of(&w, 2, serialize_once),
               try_of(&w, 3, write_and_read), try_of(&w, 4, serialize_always),
               try_of(&w, 5, fill_disk),      try_of(&w, 6, write_one)};
    static const int expected[] = {OK, OK, OK, E_BUSY, E_FULL, OK};
    run_group_of(&w, t, COUNT(t), 0, 0);
    for (int i = 0; i < COUNT(t); i++) assert_int_equal(t[i].rc, expected[i]);
    assert_int_equal(t[1].runs, 3);
    check_rows(&w, t, COUNT(t));
    world_close(&w, 60);
}

/* ---- two lanes that want each other's rows ---- */

typedef struct Meet {
    Try t; /* first */
    sem_t *mine, *other;
} Meet;

static int lock_row(Tx *tx, Try *t, int64_t id)
{
    TRY(tx_lock(tx, "t", 1, id));
    Result r;
    TRY(tx_get(tx, t->job.a, &r, "select a from t where site = 1 and id = $1", VALS(vi(id))));
    return tx_do(tx, "update t set a = $1 where site = 1 and id = $2",
                 VALS(vi(res_int(&r, 0, 0) + 1), vi(id)));
}

/* Locks a row, waits till the other lane has locked its own, then wants that one. */
static int want_both(Tx *tx, Try *t)
{
    Meet *m = (Meet *)t;
    TRY(lock_row(tx, t, t->key));
    if (t->runs == 1) {
        sem_post(m->mine);
        while (sem_wait(m->other) != 0) continue;
    }
    TRY(lock_row(tx, t, 3 - t->key));
    return write_one(tx, t);
}

static void a_deadlock_is_run_again(void **state)
{
    (void)state;
    World w = open_tables(61);
    sem_t a, b, ended;
    sem_init(&a, 0, 0);
    sem_init(&b, 0, 0);
    sem_init(&ended, 0, 0);
    Meet m[] = {{try_of(&w, 1, want_both), &a, &b}, {try_of(&w, 2, want_both), &b, &a}};
    for (int i = 0; i < 2; i++) {
        m[i].t.job.lane = (uint64_t)i;
        m[i].t.ended = &ended;
        assert_int_equal(db_submit(w.db, &m[i].t.job), OK);
    }
    for (int i = 0; i < 2; i++)
        while (sem_wait(&ended) != 0) continue;
    for (int i = 0; i < 2; i++) assert_int_equal(m[i].t.rc, OK);
    assert_in_range(m[0].t.runs + m[1].t.runs, 3, 6); /* the server may choose both */
    assert_int_equal(rows_of(&w, "select sum(a) from t"), 4);
    assert_int_equal(rows_of(&w, "select count(*) from u"), 2);
    world_close(&w, 61);
}

static int meet_first(Tx *tx, Try *t)
{
    Meet *m = (Meet *)t;
    TRY(lock_row(tx, t, t->key));
    if (t->runs > 1) return OK;
    sem_post(m->mine);
    while (sem_wait(m->other) != 0) continue;
    return OK;
}

static int want_other(Tx *tx, Try *t)
{
    return lock_row(tx, t, t->key);
}

/* Each job keeps the order of locks, their groups do not: the group is cut, nobody waits a second. */
static void two_groups_do_not_wait_for_each_other(void **state)
{
    (void)state;
    World w = open_tables(62);
    sem_t a, b, ended;
    sem_init(&a, 0, 0);
    sem_init(&b, 0, 0);
    sem_init(&ended, 0, 0);
    Meet m[] = {{try_of(&w, 1, meet_first), &a, &b},
                {try_of(&w, 2, want_other), NULL, NULL},
                {try_of(&w, 2, meet_first), &b, &a},
                {try_of(&w, 1, want_other), NULL, NULL}};
    Gate g[2];
    for (int i = 0; i < 2; i++) { /* the gate makes each pair one group */
        g[i] = (Gate){.job = {.run = gate_run, .done = gate_done, .lane = (uint64_t)i}, .db = w.db};
        sem_init(&g[i].inside, 0, 0);
        sem_init(&g[i].open, 0, 0);
        assert_int_equal(db_submit(w.db, &g[i].job), OK);
        while (sem_wait(&g[i].inside) != 0) continue;
    }
    for (int i = 0; i < 4; i++) {
        m[i].t.job.lane = (uint64_t)i / 2;
        m[i].t.ended = &ended;
        assert_int_equal(db_submit(w.db, &m[i].t.job), OK);
    }
    for (int i = 0; i < 2; i++) sem_post(&g[i].open);
    for (int i = 0; i < 4; i++)
        while (sem_wait(&ended) != 0) continue;
    for (int i = 0; i < 4; i++) assert_int_equal(m[i].t.rc, OK);
    assert_int_equal(m[0].t.runs + m[2].t.runs, 2); /* no deadlock: that would run one again */
    assert_int_equal(rows_of(&w, "select sum(a) from t"), 4);
    for (int i = 0; i < 2; i++)
        while (sem_wait(&g[i].inside) != 0) continue;
    world_close(&w, 62);
}

/* ---- killed connections ---- */

static int kill_own_connection(Tx *tx, Try *t)
{
    TRY(write_one(tx, t));
    if (t->runs > 1) return OK;
    return tx_do(tx, "select pg_terminate_backend(pg_backend_pid())", 0, NULL);
}

static void a_killed_connection_is_run_again(void **state)
{
    (void)state;
    World w = open_tables(63);
    Try t[] = {try_of(&w, 1, write_one), try_of(&w, 2, write_and_read),
               try_of(&w, 3, kill_own_connection), try_of(&w, 4, write_and_read),
               try_of(&w, 5, write_one)};
    run_group_of(&w, t, COUNT(t), 0, 0);
    for (int i = 0; i < COUNT(t); i++) assert_int_equal(t[i].rc, OK);
    check_rows(&w, t, COUNT(t));
    assert_int_equal(rows_of(&w, "select count(*) from u"), COUNT(t));
    world_close(&w, 63);
}

/* All connections of the test with that number but the one that asks. */
static int kill_others(Tx *tx, Try *t)
{
    Result r;
    char name[40];
    snprintf(name, sizeof name, "test_%d_%d", (int)getpid(), (int)t->key);
    return tx_get(
        tx, t->job.a, &r,
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = $1 "
        "and pid <> pg_backend_pid()",
        VALS(vt(name)));
}

/* Readers, the other lane and the connection that holds the node number are killed while idle. */
static void idle_connections_are_made_anew(void **state)
{
    (void)state;
    World w = open_tables(64);
    assert_int_equal(rows_of(&w, "select count(*) from u"), 0);
    for (int turn = 0; turn < 3; turn++) {
        assert_int_equal(run_one(&w, 64, kill_others), OK);
        for (int lane = 0; lane < 2; lane++) {
            Try t = try_of(&w, 10 * turn + lane, write_one);
            t.job.lane = (uint64_t)lane;
            assert_int_equal(db_run(w.db, &t.job), OK);
        }
        char sql[160];
        snprintf(sql, sizeof sql,
                 "select count(*) from pg_locks where locktype = 'advisory' and classid = 27763 "
                 "and objid = %d",
                 db_node(w.db));
        usleep(1100000); /* the lock is asked for once a second */
        assert_int_equal(run_one(&w, 10 * turn + 5, write_one), OK);
        assert_int_equal(rows_of(&w, sql), 1);
        assert_int_equal(rows_of(&w, "select count(*) from u"), 3 * (turn + 1));
    }
    world_close(&w, 64);
}

/* COMMIT ends the connection: the writer cannot know, answers E_DB and does not run it again. */
static int write_trapped(Tx *tx, Try *t)
{
    TRY(tx_do(tx, "insert into trap values (1)", 0, NULL));
    return write_one(tx, t);
}

static void a_lost_commit_is_not_run_again(void **state)
{
    (void)state;
    World w;
    world_open(&w, POSTGRES, 65);
    migrate_with(&w, "create table u(site {int} not null, id {int} not null);\n"
                     "create table trap(x {int});\n"
                     "create function spring() returns trigger language plpgsql as "
                     "'begin perform pg_terminate_backend(pg_backend_pid()); return new; end';\n"
                     "create constraint trigger springs after insert on trap deferrable initially "
                     "deferred for each row "
                     "execute function spring();");
    Try t[] = {try_of(&w, 1, write_one), try_of(&w, 2, write_trapped), try_of(&w, 3, write_one)};
    run_group_of(&w, t, COUNT(t), 0, 0);
    for (int i = 0; i < COUNT(t); i++) {
        assert_int_equal(t[i].rc, E_DB);
        assert_int_equal(t[i].runs, 1);
    }
    assert_int_equal(rows_of(&w, "select count(*) from u"), 0);
    assert_int_equal(run_one(&w, 4, write_one), OK);
    world_close(&w, 65);
}

/* ---- everything at once ---- */

typedef struct Client {
    World *w;
    pthread_t thread;
    int number, n, ok, rc[2000];
    atomic_bool *stop;
} Client;

static void *client_main(void *arg)
{
    Client *c = arg;
    for (; c->n < COUNT(c->rc) && !atomic_load(c->stop); c->n++) {
        Try t = try_of(c->w, c->number * 10000 + c->n, c->n % 2 ? write_one : write_and_read);
        t.job.lane = (uint64_t)c->number;
        c->rc[c->n] = db_run(c->w->db, &t.job);
    }
    return NULL;
}

static void race_connections_killed_under_load_lose_nothing(void **state)
{
    (void)state;
    World w = open_tables(66);
    static Client c[8];
    atomic_bool stop = false;
    for (int i = 0; i < 8; i++) {
        c[i] = (Client){.w = &w, .number = i, .stop = &stop};
        assert_int_equal(pthread_create(&c[i].thread, NULL, client_main, &c[i]), 0);
    }
    for (int i = 0; i < 12; i++) {
        usleep(70000);
        on_server(66, kill_others);
    }
    atomic_store(&stop, true);
    int ok = 0, unknown = 0;
    for (int i = 0; i < 8; i++) {
        pthread_join(c[i].thread, NULL);
        for (int k = 0; k < c[i].n; k++) {
            assert_true(c[i].rc[k] == OK || c[i].rc[k] == E_DB);
            ok += c[i].rc[k] == OK;
            unknown += c[i].rc[k] == E_DB;
        }
    }
    assert_int_equal(rows_of(&w, "select count(*) from u"),
                     rows_of(&w, "select count(distinct id) from u"));
    assert_in_range(rows_of(&w, "select count(*) from u"), ok, ok + unknown);
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < c[i].n; k += 7) {
            char sql[80];
            snprintf(sql, sizeof sql, "select count(*) from u where id = %d", i * 10000 + k);
            if (c[i].rc[k] == OK) assert_int_equal(rows_of(&w, sql), 1);
        }
    print_message("%d acknowledged, %d unknown\n", ok, unknown);
    assert_true(ok > 100);
    world_close(&w, 66);
}

static void a_server_that_is_away_is_said(void **state)
{
    (void)state;
    Db *db;
    const char *why = "";
    assert_int_equal(db_open("postgres:///x?host=/nonexistent", 1, &db, &why), E_DB);
    assert_non_null(strstr(why, "cannot reach the database: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_serialization_failure_is_run_again),
        cmocka_unit_test(a_deadlock_is_run_again),
        cmocka_unit_test(two_groups_do_not_wait_for_each_other),
        cmocka_unit_test(a_killed_connection_is_run_again),
        cmocka_unit_test(idle_connections_are_made_anew),
        cmocka_unit_test(a_lost_commit_is_not_run_again),
        cmocka_unit_test(race_connections_killed_under_load_lose_nothing),
        cmocka_unit_test(a_server_that_is_away_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
