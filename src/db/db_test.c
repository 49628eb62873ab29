/* db: what both engines promise alike: parameters, results, groups, limits, ids, migrations. Each
   test runs on SQLite and on PostgreSQL (LIANSHAO_TEST_PG=url; skipped without). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "db/db_test_own.h"

#include "base/clocks.h"
#include "db/db_own.h"

static const char table[] = "create table t(site {int} not null, id {int} not null, a {int}, b "
                            "{text}, primary key(site, id));\n"
                            "create unique index t_b on t(b);\n"
                            "insert into t values (1, 1, 0, 'first');";

/* Every test begins with an empty database of the engine that the table at the end names. */
static World open_table(void **state, int number)
{
    World w;
    world_open(&w, *(Engine *)*state, number);
    migrate_with(&w, table);
    return w;
}

static Result look(World *w, const char *sql, int n, const Val *args)
{
    Reader *q;
    Result r = {0};
    assert_int_equal(reader_begin(w->db, 1, &q), OK);
    int rc = db_get(q, &w->a, &r, sql, n, args);
    if (rc < 0) print_error("%s\n", db_error(q));
    assert_int_equal(rc, OK);
    reader_end(q);
    return r;
}

/* ---- parameters and results ---- */

static void parameters_are_bound_by_number(void **state)
{
    World w = open_table(state, 1);
    Result r = look(&w, "select b from t where b = $2 and id = $1", VALS(vi(1), vt("first")));
    assert_int_equal(r.rows, 1);
    r = look(&w, "select cast($2 as integer), cast($1 as integer), cast($2 as integer)",
             VALS(vi(7), vi(8)));
    assert_int_equal(res_int(&r, 0, 0), 8);
    assert_int_equal(res_int(&r, 0, 1), 7);
    assert_int_equal(res_int(&r, 0, 2), 8);
    world_close(&w, 1);
}

static void results_keep_their_kinds(void **state)
{
    World w = open_table(state, 2);
    Result r = look(
        &w, "select id, b, a, count(*), sum(a), cast(null as integer) from t group by id, b, a", 0,
        NULL);
    assert_int_equal(r.rows, 1);
    assert_int_equal(r.cols, 6);
    static const ValKind kinds[] = {VAL_INT, VAL_TEXT, VAL_INT, VAL_INT, VAL_INT, VAL_NULL};
    for (int i = 0; i < 6; i++) assert_int_equal(res(&r, 0, i)->kind, kinds[i]);
    assert_string_equal(res_text(&r, 0, 0), "1");
    assert_string_equal(res_text(&r, 0, 1), "first");
    assert_int_equal(res_int(&r, 0, 1), 0);
    assert_true(res_null(&r, 0, 5));
    assert_null(res_text(&r, 0, 5));
    assert_int_equal(res_int(&r, 0, 5), 0);
    r = look(&w, "select id from t where id = 99", 0, NULL);
    assert_int_equal(r.rows, 0);
    world_close(&w, 2);
}

static int write_extremes(Tx *tx, Try *t)
{
    static const char sql[] = "insert into t(site, id, a, b) values (2, $1, $2, $3)";
    (void)t;
    TRY(tx_do(tx, sql, VALS(vi(1), vnull(), vnull())));
    TRY(tx_do(tx, sql, VALS(vi(2), vi(INT64_MIN), vt("企业“甲”"))));
    TRY(tx_do(tx, sql, VALS(vi(3), vi(INT64_MAX), vt(""))));
    return tx_do(tx, "update t set a = coalesce($1, a) where site = 2 and id = 1", VALS(vi(5)));
}

static void null_first_and_extremes_are_stored(void **state)
{
    World w = open_table(state, 3);
    assert_int_equal(run_one(&w, 0, write_extremes), OK);
    Result r = look(&w, "select a, b from t where site = 2 order by id", 0, NULL);
    assert_int_equal(res_int(&r, 0, 0), 5);
    assert_true(res_null(&r, 0, 1));
    assert_true(res_int(&r, 1, 0) == INT64_MIN);
    assert_string_equal(res_text(&r, 1, 0), "-9223372036854775808");
    assert_string_equal(res_text(&r, 1, 1), "企业“甲”");
    assert_true(res_int(&r, 2, 0) == INT64_MAX);
    assert_string_equal(res_text(&r, 2, 1), "");
    world_close(&w, 3);
}

static void one_parameter_may_change_its_kind(void **state)
{
    World w = open_table(state, 4);
    static const char sql[] = "select count(*) from t where b = $1";
    assert_int_equal(look(&w, sql, VALS(vnull())).rows, 1);
    Result r = look(&w, sql, VALS(vt("first")));
    assert_int_equal(res_int(&r, 0, 0), 1);
    r = look(&w, sql, VALS(vnull()));
    assert_int_equal(res_int(&r, 0, 0), 0);
    world_close(&w, 4);
}

static void text_is_ordered_bytewise(void **state)
{
    World w = open_table(state, 5);
    Result r = look(&w,
                    "with v(x) as (values ('b'), ('B'), ('中'), ('a'), ('é')) select x from v "
                    "order by x collate \"C\"",
                    0, NULL);
    static const char *const order[] = {"B", "a", "b", "é", "中"};
    for (int i = 0; i < 5; i++) assert_string_equal(res_text(&r, i, 0), order[i]);
    world_close(&w, 5);
}

static void a_reader_cannot_write(void **state)
{
    World w = open_table(state, 6);
    Reader *q;
    Result r;
    assert_int_equal(reader_begin(w.db, 0, &q), OK);
    assert_int_equal(db_get(q, &w.a, &r, "delete from t", 0, NULL), E_DB);
    assert_non_null(strstr(db_error(q), "read"));
    assert_int_equal(db_get(q, &w.a, &r, "select id from t where b = $2", VALS(vt("x"))), E_DB);
    reader_end(q);
    assert_int_equal(rows_of(&w, "select count(*) from t"), 1);
    world_close(&w, 6);
}

static void a_plan_is_lines_of_text(void **state)
{
    World w = open_table(state, 7);
    Reader *q;
    Result r;
    assert_int_equal(reader_begin(w.db, 0, &q), OK);
    assert_int_equal(
        db_plan(q, &w.a, &r, "select a from t where site = $1 and id = $2", VALS(vi(1), vi(1))),
        OK);
    assert_true(r.rows > 0);
    assert_int_equal(r.cols, 1);
    assert_non_null(strstr(res_text(&r, 0, 0), db_engine(w.db) == SQLITE ? "INDEX" : "t"));
    reader_end(q);
    world_close(&w, 7);
}

static void many_statements_pass_through_the_cache(void **state)
{
    World w = open_table(state, 8);
    Reader *q;
    Result r;
    char sql[64]; /* one address, many texts */
    assert_int_equal(reader_begin(w.db, 0, &q), OK);
    for (int turn = 0; turn < 3; turn++)
        for (int i = 0; i < 400; i++) {
            snprintf(sql, sizeof sql, "select a + %d from t where id = $1", i);
            assert_int_equal(db_get(q, &w.a, &r, sql, VALS(vi(1))), OK);
            assert_int_equal(res_int(&r, 0, 0), i);
        }
    if (reader_engine(q) == POSTGRES) {
        assert_int_equal(
            db_get(q, &w.a, &r, "select count(*) from pg_prepared_statements", 0, NULL), OK);
        assert_in_range(res_int(&r, 0, 0), 200, CACHE_MAX);
    }
    reader_end(q);
    world_close(&w, 8);
}

/* ---- groups ---- */

static int insert_key(Tx *tx, Try *t)
{
    return tx_do(tx, "insert into t(site, id, a) values (9, $1, 0)", VALS(vi(t->key)));
}

static int insert_and_read(Tx *tx, Try *t)
{
    Result r;
    TRY(insert_key(tx, t));
    TRY(tx_get(tx, t->job.a, &r, "update t set a = a + 1 where site = 9 and id = $1 returning a",
               VALS(vi(t->key))));
    return r.rows == 1 && res_int(&r, 0, 0) == 1 ? OK : E_DB;
}

static void a_clash_leaves_the_others(void **state)
{
    World w = open_table(state, 10);
    static const int keys[] = {1, 2, 1, 3, 2, 4};
    for (int reading = 0; reading < 2; reading++) {
        Try t[6];
        for (int i = 0; i < 6; i++)
            t[i] = try_of(&w, keys[i] + 10 * reading, reading ? insert_and_read : insert_key);
        run_group_of(&w, t, 6, 0, 0);
        for (int i = 0; i < 6; i++) assert_int_equal(t[i].rc, i == 2 || i == 4 ? E_CLASH : OK);
    }
    assert_int_equal(rows_of(&w, "select count(*) from t where site = 9"), 8);
    assert_int_equal(rows_of(&w, "select sum(a) from t where site = 9"), 4);
    world_close(&w, 10);
}

static void a_group_of_nothing_but_clashes_ends(void **state)
{
    World w = open_table(state, 11);
    Try t[DB_GROUP_MAX];
    assert_int_equal(run_one(&w, 5, insert_key), OK);
    for (int i = 0; i < DB_GROUP_MAX; i++)
        t[i] = try_of(&w, 5, i % 2 ? insert_and_read : insert_key);
    run_group_of(&w, t, DB_GROUP_MAX, 0, 0);
    for (int i = 0; i < DB_GROUP_MAX; i++) {
        assert_int_equal(t[i].rc, E_CLASH);
        assert_in_range(t[i].runs, 1, 2);
    }
    world_close(&w, 11);
}

static int insert_and_refuse(Tx *tx, Try *t)
{
    TRY(insert_key(tx, t));
    return E_INPUT;
}

static int ignore_failure(Tx *tx, Try *t)
{
    Result r;
    TRY(insert_key(tx, t));
    int rc =
        tx_get(tx, t->job.a, &r, "insert into t(site, id) values (1, 1) returning id", 0, NULL);
    return rc < 0 ? OK : E_IO;
}

static int bad_sql(Tx *tx, Try *t)
{
    TRY(insert_key(tx, t));
    return tx_do(tx, "insert into nowhere values (1)", 0, NULL);
}

static void a_refused_job_leaves_nothing(void **state)
{
    World w = open_table(state, 12);
    Try t[] = {try_of(&w, 1, insert_and_refuse), try_of(&w, 2, insert_key),
               try_of(&w, 3, ignore_failure),    try_of(&w, 4, insert_key),
               try_of(&w, 5, bad_sql),           try_of(&w, 6, insert_and_read)};
    static const int expected[] = {E_INPUT, OK, E_CLASH, OK, E_DB, OK};
    run_group_of(&w, t, COUNT(t), 0, 0);
    for (int i = 0; i < COUNT(t); i++) assert_int_equal(t[i].rc, expected[i]);
    assert_int_equal(rows_of(&w, "select count(*) from t where site = 9"), 3);
    assert_int_equal(rows_of(&w, "select count(*) from t where site = 9 and id in (2, 4, 6)"), 3);
    world_close(&w, 12);
}

static int many_statements(Tx *tx, Try *t)
{
    for (int i = 0; i < t->key; i++)
        TRY(tx_do(tx, "update t set a = a + 1 where site = 1 and id = 1", 0, NULL));
    return OK;
}

static int think_long(Tx *tx, Try *t)
{
    TRY(insert_key(tx, t));
    for (int64_t from = thread_cpu_us(); thread_cpu_us() - from < (DB_ACT_CPU_MS + 10) * 1000;)
        continue;
    return OK;
}

static void large_jobs_are_refused(void **state)
{
    World w = open_table(state, 13);
    Try t[] = {try_of(&w, 1, insert_key), try_of(&w, DB_ACT_STATEMENTS + 1, many_statements),
               try_of(&w, 2, insert_key), try_of(&w, 3, think_long), try_of(&w, 4, insert_key)};
    static const int expected[] = {OK, E_LARGE, OK, E_LARGE, OK};
    run_group_of(&w, t, COUNT(t), 0, 0);
    for (int i = 0; i < COUNT(t); i++) assert_int_equal(t[i].rc, expected[i]);
    assert_int_equal(rows_of(&w, "select count(*) from t where site = 9"), 3);
    assert_int_equal(rows_of(&w, "select a from t where site = 1"), 0);
    if (scaled(8) == 8) { /* 500 statements are within the time of a plain build */
        assert_int_equal(run_one(&w, DB_ACT_STATEMENTS, many_statements), OK);
        assert_int_equal(rows_of(&w, "select a from t where site = 1"), DB_ACT_STATEMENTS);
    }
    world_close(&w, 13);
}

static int read_inside(Tx *tx, Try *t)
{
    Result r;
    TRY(insert_key(tx, t));
    TRY(db_get(tx_reader(tx), t->job.a, &r, "select count(*) from t where site = 9 and id = $1",
               VALS(vi(t->key))));
    TRY(tx_lock(tx, "t", 9, t->key));
    TRY(tx_lock(tx, "t", 9, 12345));
    int there = tx_hold(tx, t->job.a, "t", "id", 9, vi(t->key));
    int other = tx_hold(tx, t->job.a, "t", "id", 9, vi(12345));
    return res_int(&r, 0, 0) == 1 && there == 1 && other == 0 ? OK : E_MISSING;
}

static int lock_nonsense(Tx *tx, Try *t)
{
    return tx_lock(tx, "t; drop table t", 1, t->key);
}

static int hold_nonsense(Tx *tx, Try *t)
{
    return tx_hold(tx, t->job.a, "t", "id = 1 or 1", 1, vi(t->key));
}

static void a_writer_sees_what_it_wrote(void **state)
{
    World w = open_table(state, 14);
    assert_int_equal(run_one(&w, 1, read_inside), OK);
    assert_int_equal(run_one(&w, 1, lock_nonsense), E_DB);
    assert_int_equal(run_one(&w, 1, hold_nonsense), E_DB);
    world_close(&w, 14);
}

static void a_full_queue_answers_busy_and_close_drains(void **state)
{
    World w = open_table(state, 15);
    sem_t ended;
    Gate g = {.job = {.run = gate_run, .done = gate_done}, .db = w.db};
    sem_init(&ended, 0, 0);
    sem_init(&g.inside, 0, 0);
    sem_init(&g.open, 0, 0);
    assert_int_equal(db_submit(w.db, &g.job), OK);
    sem_wait(&g.inside);
    Try *t = calloc(DB_QUEUE_MAX + 1, sizeof *t);
    int n = 0;
    for (; n <= DB_QUEUE_MAX; n++) {
        t[n] = try_of(&w, n, insert_key);
        t[n].ended = &ended;
        int rc = db_submit(w.db, &t[n].job);
        if (rc == OK) continue;
        assert_int_equal(rc, E_BUSY);
        break;
    }
    assert_int_equal(n, db_engine(w.db) == SQLITE ? DB_QUEUE_MAX : DB_QUEUE_MAX / 2);
    sem_post(&g.open);
    db_close(w.db); /* waits for all */
    for (int i = 0; i < n; i++) assert_int_equal(t[i].rc, OK);
    free(t);
    open_again(&w);
    assert_int_equal(rows_of(&w, "select count(*) from t where site = 9"), n);
    world_close(&w, 15);
}

/* ---- many threads ---- */

typedef struct Client {
    World *w;
    int number, jobs, ok;
} Client;

/* The counter is read first and written after: without its lock two lanes would lose counts. */
static int count_up(Tx *tx, Try *t)
{
    Result r;
    TRY(tx_lock(tx, "t", 1, 1));
    TRY(tx_get(tx, t->job.a, &r, "select a from t where site = 1 and id = 1", 0, NULL));
    TRY(insert_key(tx, t));
    return tx_do(tx, "update t set a = $1 where site = 1 and id = 1",
                 VALS(vi(res_int(&r, 0, 0) + 1)));
}

static void *client_main(void *arg)
{
    Client *c = arg;
    for (int i = 0; i < c->jobs; i++) {
        Try t = try_of(c->w, c->number * 1000 + i, count_up);
        t.job.lane = (uint64_t)c->number;
        c->ok += db_run(c->w->db, &t.job) == OK;
    }
    return NULL;
}

static void race_64_threads_lose_and_double_nothing(void **state)
{
    World w = open_table(state, 20);
    Client c[64];
    pthread_t thread[64];
    int ok = 0;
    for (int i = 0; i < 64; i++) {
        c[i] = (Client){.w = &w, .number = i, .jobs = scaled(200)};
        assert_int_equal(pthread_create(&thread[i], NULL, client_main, &c[i]), 0);
    }
    for (int i = 0; i < 64; i++) {
        pthread_join(thread[i], NULL);
        ok += c[i].ok;
    }
    assert_int_equal(ok, 64 * scaled(200));
    assert_int_equal(rows_of(&w, "select count(*) from t where site = 9"), ok);
    assert_int_equal(rows_of(&w, "select a from t where site = 1"), ok);
    world_close(&w, 20);
}

/* ---- ids ---- */

static void *make_ids(void *arg)
{
    Client *c = arg;
    int64_t before = 0;
    for (int i = 0; i < 20000; i++) {
        int64_t id = db_new_id(c->w->db);
        c->ok += id > before;
        before = id;
    }
    return NULL;
}

static void race_ids_rise_across_threads_and_reopening(void **state)
{
    World w = open_table(state, 21);
    Client c[4];
    pthread_t thread[4];
    int64_t first = db_new_id(w.db);
    assert_int_equal(first >> 12 & 1023, db_node(w.db));
    for (int i = 0; i < 4; i++) {
        c[i] = (Client){.w = &w};
        assert_int_equal(pthread_create(&thread[i], NULL, make_ids, &c[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(c[i].ok, 20000);
    }
    int64_t last = db_new_id(w.db);
    assert_true(last - first >= 80000);
    int64_t stored = last + (86400000LL << 22); /* a day ahead: made while the clock was wrong */
    db_close(w.db);
    open_again(&w);
    db_ids_after(w.db, stored);
    assert_true(db_new_id(w.db) > stored);
    assert_true(db_new_id(w.db) > stored);
    world_close(&w, 21);
}

static void ids_do_not_follow_a_jump(void **state)
{
    (void)state;
    const int64_t epoch = 1577836800000, day = 86400000;
    Ids s = {.node = 5};
    int64_t a = ids_next(&s, epoch + day, 1000);
    assert_true(a == (day << 22 | 5 << 12));
    assert_true(ids_next(&s, epoch + day, 1000) == a + 1);
    assert_true(ids_next(&s, epoch + day + 9 * 60000, 1001) >> 22 ==
                day + 9 * 60000); /* small: followed */
    int64_t b = ids_next(&s, epoch + 5 * day, 1002);
    assert_true(b >> 22 == day + 9 * 60000 + 1); /* four days ahead: not followed */
    int64_t c = ids_next(&s, epoch, 1003);
    assert_true(c > b && c >> 22 == day + 9 * 60000 + 2); /* back: not followed */
    int64_t d = ids_next(&s, epoch + day + 9 * 60000 - 5000, 1004);
    assert_true(d == c + 1); /* a little back: counted on from the newest */
    for (int i = 0; i < 5000; i++) {
        int64_t e = ids_next(&s, epoch + day, 1004);
        assert_true(e > d);
        d = e;
    }
    ids_after(&s, d + 4096 * 3);
    assert_true(ids_next(&s, epoch + day, 1005) > d + 4096 * 3);
}

static void nodes_are_told_apart(void **state)
{
    World w = open_table(state, 22);
    Db *other;
    const char *why = "";
    int rc = db_open(w.url, 1, &other, &why);
    if (db_engine(w.db) == SQLITE) {
        assert_int_equal(rc, E_BUSY);
        assert_non_null(strstr(why, "is open in another lianshao (process "));
    } else {
        assert_int_equal(rc, OK);
        assert_int_not_equal(db_node(other), db_node(w.db));
        db_close(other);
    }
    world_close(&w, 22);
}

/* ---- migrations ---- */

static void migrations_go_forward_and_refuse_a_newer_file(void **state)
{
    World w;
    world_open(&w, *(Engine *)*state, 30);
    const char *why = "";
    static const Migration m[] = {
        {1, "one",
         "-- a comment;\ncreate table a(id {int} primary key, b {text} not null default 'x;\n', c "
         "{blob}); -- end\n\n"
         "{sqlite} create table only_here(x {int});\n{postgres} create table only_here(x {int}, y "
         "{int});"},
        {2, "two", "alter table a add column d {int};\ninsert into a(id, d) values (1, 2);"},
        {5, "broken", "insert into a(id, d) values (3, 3);\ninsert into nowhere values (1);"}};
    assert_int_equal(db_migrate(w.db, m, 1, &why), OK);
    assert_int_equal(db_migrate(w.db, m, 2, &why), OK);
    assert_int_equal(db_migrate(w.db, m, 2, &why), OK);
    assert_int_equal(rows_of(&w, "select d from a where id = 1"), 2);
    assert_int_equal(rows_of(&w, "select max(number) from schema_version"), 2);
    assert_int_equal(db_migrate(w.db, m, 3, &why), E_DB);
    assert_non_null(strstr(why, "migration 5 (broken): "));
    assert_int_equal(rows_of(&w, "select count(*) from a"), 1);
    assert_int_equal(rows_of(&w, "select count(*) from schema_version"), 2);
    assert_int_equal(db_migrate(w.db, m, 1, &why), E_CLASH);
    assert_string_equal(
        why,
        "the database is newer than this program (schema 2, program 1): use the newer program");
    assert_int_equal(look(&w, "select * from only_here", 0, NULL).cols,
                     db_engine(w.db) == SQLITE ? 1 : 2);
    world_close(&w, 30);
}

static int text_into_int(Tx *tx, Try *t)
{
    (void)t;
    return tx_do(tx, "update t set a = $1", VALS(vt("many")));
}

static void a_wrong_type_is_refused(void **state)
{
    World w = open_table(state, 31);
    assert_int_equal(run_one(&w, 0, text_into_int), E_DB);
    world_close(&w, 31);
}

static void type_words_are_expanded(void **state)
{
    (void)state;
    Arena a = {0};
    static const char sql[] =
        "create table x(a {int}, b {text}, c {blob}, d {other})\n;\ncreate index i on x(a);";
    assert_string_equal(
        db_expand(&a, SQLITE, sql),
        "create table x(a INTEGER, b TEXT, c BLOB, d {other}) STRICT;\ncreate index i on x(a);\n");
    assert_string_equal(db_expand(&a, POSTGRES, sql),
                        "create table x(a BIGINT, b TEXT COLLATE \"C\", c BYTEA, d "
                        "{other});\ncreate index i on x(a);\n");
    assert_string_equal(db_expand(&a, SQLITE, "-- nothing\n"), "");
    arena_free(&a);
}

static Engine engines[] = {SQLITE, POSTGRES};
#define BOTH(f)                                                                                    \
    {"sqlite: " #f, f, NULL, NULL, &engines[0]},                                                   \
    {                                                                                              \
        "postgres: " #f, f, NULL, NULL, &engines[1]                                                \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(parameters_are_bound_by_number),
        BOTH(results_keep_their_kinds),
        BOTH(null_first_and_extremes_are_stored),
        BOTH(one_parameter_may_change_its_kind),
        BOTH(text_is_ordered_bytewise),
        BOTH(a_reader_cannot_write),
        BOTH(a_plan_is_lines_of_text),
        BOTH(many_statements_pass_through_the_cache),
        BOTH(a_clash_leaves_the_others),
        BOTH(a_group_of_nothing_but_clashes_ends),
        BOTH(a_refused_job_leaves_nothing),
        BOTH(large_jobs_are_refused),
        BOTH(a_writer_sees_what_it_wrote),
        BOTH(a_full_queue_answers_busy_and_close_drains),
        BOTH(race_64_threads_lose_and_double_nothing),
        BOTH(race_ids_rise_across_threads_and_reopening),
        BOTH(nodes_are_told_apart),
        BOTH(migrations_go_forward_and_refuse_a_newer_file),
        BOTH(a_wrong_type_is_refused),
        {"ids_do_not_follow_a_jump", ids_do_not_follow_a_jump, NULL, NULL, NULL},
        {"type_words_are_expanded", type_words_are_expanded, NULL, NULL, NULL},
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
