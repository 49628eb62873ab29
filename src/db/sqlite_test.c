/* sqlite: what only this engine must show: a fault at every statement of a group loses and doubles
   nothing, real write errors too; a reader sees one snapshot; the file belongs to one server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "db/db_test_own.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static const char tables[] =
    "create table t(site {int} not null, id {int} not null, primary key(site, id));\n"
    "create table u(site {int} not null, id {int} not null, b {text});\n"
    "create index u_id on u(site, id);";

static World open_tables(int number)
{
    World w;
    world_open(&w, SQLITE, number);
    migrate_with(&w, tables);
    return w;
}

static int write_both(Tx *tx, Try *t)
{
    TRY(tx_do(tx, "insert into t(site, id) values (1, $1)", VALS(vi(t->key))));
    return tx_do(tx, "insert into u(site, id, b) values (1, $1, 'text')", VALS(vi(t->key)));
}

static int count_of(World *w, const char *from, int64_t key)
{
    char sql[100];
    snprintf(sql, sizeof sql, "select count(*) from %s where site = 1 and id = %lld", from,
             (long long)key);
    return rows_of(w, sql);
}

/* Acknowledged is on disk once in both tables; refused is nowhere. */
static void check_disk(World *w, const Try *t, int n)
{
    for (int i = 0; i < n; i++) {
        assert_int_not_equal(t[i].rc, 1); /* answered */
        assert_int_equal(count_of(w, "t", t[i].key), t[i].rc == OK);
        assert_int_equal(count_of(w, "u", t[i].key), t[i].rc == OK);
    }
}

static const int codes[] = {CODE_FULL, CODE_IOERR, CODE_NOMEM, CODE_IOERR | 3 << 8 /* write */};

static void a_fault_at_every_statement_loses_nothing(void **state)
{
    (void)state;
    World w = open_tables(50);
    int64_t key = 0;
    for (int c = 0; c < COUNT(codes); c++)
        for (int nth = 1; nth <= 24; nth++) { /* begin, 5 x 4, commit: 22 */
            Try t[5];
            for (int i = 0; i < 5; i++) t[i] = try_of(&w, ++key, write_both);
            run_group_of(&w, t, 5, nth, codes[c]);
            for (int i = 0; i < 5; i++) assert_int_equal(t[i].rc, OK); /* the second time alone */
            int again = t[0].runs + t[1].runs + t[2].runs + t[3].runs + t[4].runs;
            assert_in_range(again, 5, 10);
            if (nth == 22) assert_int_equal(again, 10); /* COMMIT itself */
            if (nth > 22) assert_int_equal(again, 5);
            check_disk(&w, t, 5);
            db_fault_at(w.db, 0, 0);
        }
    db_close(w.db);
    open_again(&w);
    assert_int_equal(rows_of(&w, "select count(*) from t"), key);
    world_close(&w, 50);
}

/* The third job meets its fault again when it is alone. */
static int write_or_fail_again(Tx *tx, Try *t)
{
    if (t->runs == 2)
        db_fault_at(t->w->db, (int)(t->key % 100), codes[t->key / 100 % COUNT(codes)]);
    return write_both(tx, t);
}

static void a_fault_that_stays_refuses_only_its_job(void **state)
{
    (void)state;
    World w = open_tables(51);
    for (int c = 0; c < COUNT(codes); c++)
        for (int nth = 1; nth <= 4; nth++) { /* two inserts, release, commit */
            Try t[5];
            for (int i = 0; i < 5; i++)
                t[i] = i == 2 ? try_of(&w, 100 * c + nth, write_or_fail_again)
                              : try_of(&w, 10000 + 100 * c + 10 * nth + i, write_both);
            run_group_of(&w, t, 5, 12, codes[c]);
            for (int i = 0; i < 5; i++)
                assert_int_equal(t[i].rc, i != 2 ? OK : codes[c] == CODE_FULL ? E_FULL : E_DB);
            check_disk(&w, t, 5);
        }
    world_close(&w, 51);
}

static void a_fault_of_a_single_job_is_answered(void **state)
{
    (void)state;
    World w = open_tables(52);
    for (int nth = 1; nth <= 6; nth++) {
        Try t = try_of(&w, nth, write_both);
        run_group_of(&w, &t, 1, nth, CODE_FULL);
        assert_int_equal(t.rc, E_FULL);
        check_disk(&w, &t, 1);
    }
    assert_int_equal(run_one(&w, 99, write_both), OK);
    world_close(&w, 52);
}

/* The disk refuses to grow: real errors of SQLite, not injected ones. */
static int write_much(Tx *tx, Try *t)
{
    char *text = arena_get(t->job.a, 200001);
    memset(text, 'x', 200000);
    TRY(write_both(tx, t));
    return tx_do(tx, "update u set b = $1 where site = 1 and id = $2", VALS(vt(text), vi(t->key)));
}

static void real_write_errors_lose_nothing_and_pass(void **state)
{
    (void)state;
    World w = open_tables(53);
    struct rlimit before, small;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, was;
    assert_int_equal(sigaction(SIGXFSZ, &ignore, &was), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 700000;
    Try t[8];
    for (int i = 0; i < 8; i++) t[i] = try_of(&w, i + 1, i % 2 ? write_much : write_both);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    run_group_of(&w, t, 8, 0, 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    int refused = 0;
    for (int i = 0; i < 8; i++) refused += t[i].rc < 0;
    assert_in_range(refused, 1, 7);
    check_disk(&w, t, 8);
    assert_int_equal(run_one(&w, 99, write_much), OK); /* without a restart */
    db_close(w.db);
    open_again(&w);
    check_disk(&w, t, 8);
    assert_int_equal(sigaction(SIGXFSZ, &was, NULL), 0);
    world_close(&w, 53);
}

static void a_reader_sees_one_snapshot(void **state)
{
    (void)state;
    World w = open_tables(54);
    Reader *q;
    Result r;
    assert_int_equal(run_one(&w, 1, write_both), OK);
    assert_int_equal(reader_begin(w.db, 1, &q), OK);
    for (int i = 2; i < 6; i++) {
        assert_int_equal(db_get(q, &w.a, &r, "select count(*) from t", 0, NULL), OK);
        assert_int_equal(res_int(&r, 0, 0), 1);
        assert_int_equal(run_one(&w, i, write_both), OK);
    }
    reader_end(q);
    assert_int_equal(rows_of(&w, "select count(*) from t"), 5);
    world_close(&w, 54);
}

static int endless(Tx *tx, Try *t)
{
    Result r;
    return tx_get(
        tx, t->job.a, &r,
        "with recursive n(x) as (select 1 union all select x + 1 from n where x < 100000000) "
        "select count(*) from n",
        0, NULL);
}

static int endless_write(Tx *tx, Try *t)
{
    return tx_do(tx,
                 "insert into t(site, id) with recursive n(x) as (select 1 union all select x + 1 "
                 "from n where "
                 "x < 100000000) select 7, x from n",
                 0, (const Val *)&t->key);
}

static void one_endless_statement_is_stopped(void **state)
{
    (void)state;
    World w = open_tables(55);
    Try t[] = {try_of(&w, 1, write_both), try_of(&w, 2, endless), try_of(&w, 3, write_both),
               try_of(&w, 4, endless_write), try_of(&w, 5, write_both)};
    run_group_of(&w, t, COUNT(t), 0, 0);
    for (int i = 0; i < COUNT(t); i++) assert_int_equal(t[i].rc, i % 2 ? E_LARGE : OK);
    check_disk(&w, t, COUNT(t));
    assert_int_equal(rows_of(&w, "select count(*) from t"), 3);
    world_close(&w, 55);
}

/* A child writes and says which keys were acknowledged; it is killed in the middle. */
static void write_until_killed(World *w, int out)
{
    open_again(w);
    for (int64_t key = 1;; key++) {
        Try t = try_of(w, key, write_both);
        if (db_run(w->db, &t.job) == OK && write(out, &key, sizeof key) != sizeof key) _exit(1);
    }
}

static void what_was_acknowledged_outlives_a_kill(void **state)
{
    (void)state;
    World w = open_tables(56);
    db_close(w.db);
    int pipe_of[2];
    int64_t key = 0, last = 0;
    assert_int_equal(pipe(pipe_of), 0);
    pid_t child = fork();
    if (child == 0) write_until_killed(&w, pipe_of[1]);
    close(pipe_of[1]);
    while (last < 50 && read(pipe_of[0], &key, sizeof key) == sizeof key) last = key;
    kill(child, SIGKILL);
    while (read(pipe_of[0], &key, sizeof key) == sizeof key) last = key;
    close(pipe_of[0]);
    waitpid(child, NULL, 0);
    open_again(&w); /* at once: the lock went with the process */
    assert_in_range(rows_of(&w, "select count(*) from t"), last, last + 1);
    assert_int_equal(rows_of(&w, "select count(*) from u"), rows_of(&w, "select count(*) from t"));
    world_close(&w, 56);
}

static int syncs(Tx *tx, Try *t)
{
    enum { FULL = 2 };
    Result r;
    TRY(tx_get(tx, t->job.a, &r, "pragma synchronous", 0, NULL));
    return res_int(&r, 0, 0) == FULL ? OK : E_MISSING;
}

/* No kill shows a missing sync; a power cut would. */
static void a_commit_waits_for_the_disk(void **state)
{
    (void)state;
    World w = open_tables(57);
    assert_int_equal(run_one(&w, 1, syncs), OK);
    world_close(&w, 57);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_at_every_statement_loses_nothing),
        cmocka_unit_test(a_fault_that_stays_refuses_only_its_job),
        cmocka_unit_test(a_fault_of_a_single_job_is_answered),
        cmocka_unit_test(real_write_errors_lose_nothing_and_pass),
        cmocka_unit_test(a_reader_sees_one_snapshot),
        cmocka_unit_test(one_endless_statement_is_stopped),
        cmocka_unit_test(what_was_acknowledged_outlives_a_kill),
        cmocka_unit_test(a_commit_waits_for_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
