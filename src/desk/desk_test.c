/* desk: the one act(), on both engines, with the sample case: order of checks, two-step, repeats, clocks
   that fire once, the log that notices a change, and a group of acts when storage fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/clocks.h"
#include "desk/account.h"
#include "desk/case.h"
#include "desk/find.h"
#include "desk/log.h"
#include "desk/sample_case.h"
#include "desk/tick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char holidays[] = "date,name,is_workday,kind,iso_weekday,in_source\n"
                               "2026-10-01,国庆节,0,off,4,both\n";
static const char profile[] =
    "{\"route\":[4,\"wh\"],\"answer\":[3,\"wd\"],\"request_decide\":[1,\"wd\"],"
    "\"level\":[[2,\"wd\"],[3,\"wd\"],[5,\"wd\"]]}";

typedef struct World {
    Desk desk;
    Arena a;
    char dir[64];
} World;

static const char *url_of(World *w, Engine e)
{
    const char *pg = getenv("LIANSHAO_TEST_PG");
    if (e == POSTGRES) return pg;
    return arena_f(&w->a, "%s/test.db", w->dir);
}

/* A statement of the test's own, through the writer like all others. */
typedef struct Statement {
    Job job;
    const char *sql;
    int n;
    const Val *v;
} Statement;

static int run_statement(Tx *tx, Job *job)
{
    const Statement *s = (const Statement *)(void *)job;
    return tx_do(tx, s->sql, s->n, s->v);
}

static void write_row(World *w, const char *sql, int n, const Val *v)
{
    Statement s = {.job = {.run = run_statement}, .sql = sql, .n = n, .v = v};
    assert_int_equal(db_run(w->desk.db, &s.job), OK);
}

static World *open_world(void **state)
{
    Engine e = *(Engine *)*state;
    World *w = calloc(1, sizeof *w);
    const char *why = NULL;
    assert_non_null(w);
    snprintf(w->dir, sizeof w->dir, "/tmp/lianshao-desk-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    if (e == POSTGRES && !url_of(w, e)) {
        print_message("skipped: desk on PostgreSQL (LIANSHAO_TEST_PG is not set)\n");
        skip();
    }
    assert_int_equal(db_open(url_of(w, e), DB_READERS_MAX, &w->desk.db, &why), OK);
    assert_int_equal(keys_open(w->dir, true, &w->desk.keys, &why), OK);
    assert_int_equal(calendar_new(holidays, sizeof holidays - 1, NULL, 0, &w->desk.calendar, &why),
                     OK);
    w->desk.records[0] = &booth_record;
    if (e == POSTGRES) {
        write_row(w, "DROP SCHEMA public CASCADE", 0, NULL);
        write_row(w, "CREATE SCHEMA public", 0, NULL);
    }
    assert_null(rec_check(&booth_record));
    int rc = desk_migrate(&w->desk, &why);
    if (rc != OK) print_error("%s\n", why);
    assert_int_equal(rc, OK);
    write_row(w,
              "INSERT INTO site (site, code, zh, en, profile, created_at) VALUES (1, 't', '试', "
              "'T', 'p', 0)",
              0, NULL);
    write_row(w, "INSERT INTO log_state (site, size, frontier) VALUES (1, 0, '')", 0, NULL);
    write_row(w,
              "INSERT INTO sla_profile (site, code, version, zh, body, at) VALUES (1, 'p', 1, "
              "'试', $1, 0)",
              VALS(vt(profile)));
    Reader *q;
    assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
    assert_int_equal(profiles_load(&w->desk, q), OK);
    reader_end(q);
    return w;
}

static void close_world(World *w)
{
    db_close(w->desk.db);
    keys_close(w->desk.keys);
    profiles_free(&w->desk);
    calendar_free(w->desk.calendar);
    Arena a = {0};
    const char *cmd[] = {"test.db",       "test.db-wal",   "test.db-shm", "test.db.lock",
                         "keys/seal.key", "keys/sign.key", "keys/mac.key"};
    for (int i = 0; i < COUNT(cmd); i++) (void)unlink(arena_f(&a, "%s/%s", w->dir, cmd[i]));
    (void)rmdir(arena_f(&a, "%s/keys", w->dir));
    (void)rmdir(w->dir);
    arena_free(&a);
    arena_free(&w->a);
    free(w);
}

static const Viewer firm = {.site = 1, .account = 11, .name = "企业", .role = ROLE_ENTERPRISE};
static const Viewer dispatcher = {
    .site = 1, .account = 12, .name = "派单 01", .role = ROLE_DISPATCHER};
static const Viewer dispatcher2 = {
    .site = 1, .account = 13, .name = "派单 02", .role = ROLE_DISPATCHER};
static const Viewer supervisor = {
    .site = 1, .account = 14, .name = "督办", .role = ROLE_SUPERVISOR};
static const Viewer administrator = {
    .site = 1, .account = 15, .name = "系统", .role = ROLE_SYSADMIN};
static const Viewer elsewhere = {.site = 2, .account = 16, .name = "别站", .role = ROLE_DISPATCHER};

static const char good[] = "{\"firm\":\"金昌示范镍网厂\",\"goods\":\"镍网\",\"area\":40,\"from_"
                           "day\":\"2026-03-20\",\"until_day\":\"2026-03-22\"}";
#define MARCH_18 INT64_C(1773800400000) /* 2026-03-18 10:20 +08:00 */

static Act *make(World *w, const Viewer *who, int64_t id, const char *action, const char *body)
{
    In in;
    Errors e = {.a = &w->a};
    Act *act = act_new(&w->desk, &w->a, who, &booth_record, id, action);
    act->at = MARCH_18;
    assert_int_equal(input_json(&w->a, body, strlen(body), false, &in, &e), OK);
    In *kept = NEW(&w->a, In);
    *kept = in;
    (void)!act_read(act, kept, false, NULL);
    return act;
}

static int run(World *w, const Viewer *who, int64_t id, const char *action, const char *body,
               Act **out)
{
    Act *act = make(w, who, id, action, body);
    if (out) *out = act;
    if (act->errors.n) {
        Reader *q;
        assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
        int rc = act_check(q, act);
        reader_end(q);
        return rc;
    }
    return act_run(act);
}

static int64_t new_booth(World *w)
{
    Act *act;
    int rc = run(w, &firm, 0, "create", good, &act);
    for (int i = 0; i < act->errors.n; i++)
        print_error("%s: %s\n", act->errors.at[i].field, act->errors.at[i].en);
    if (act->errors.en) print_error("%s\n", act->errors.en);
    assert_int_equal(rc, OK);
    return act->out_id;
}

static int64_t count(World *w, const char *sql)
{
    Reader *q;
    Result r;
    assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
    assert_int_equal(db_get(q, &w->a, &r, sql, 0, NULL), OK);
    int64_t n = res_int(&r, 0, 0);
    reader_end(q);
    return n;
}

/* ---- */

static void create_gives_number_clock_event_and_revision(void **state)
{
    World *w = open_world(state);
    Act *act;
    assert_int_equal(run(w, &firm, 0, "create", good, &act), OK);
    const Booth *b = act->out_row;
    assert_string_equal(b->h.number, "Z260318-0001-5");
    assert_int_equal(b->h.rev, 1);
    assert_string_equal(b->h.next_clock, "route");
    assert_int_equal(count(w, "SELECT count(*) FROM event"), 1);
    assert_int_equal(count(w, "SELECT count(*) FROM deadline"), 1);
    close_world(w);
}

static void checks_come_in_the_order_404_403_409_412_422(void **state)
{
    World *w = open_world(state);
    int64_t id = new_booth(w);
    Act *act;
    assert_int_equal(run(w, &elsewhere, id, "check", "{}", NULL), E_MISSING);
    assert_int_equal(run(w, &firm, id, "check", "{}", NULL), E_MISSING); /* has no work row here */
    assert_int_equal(run(w, &supervisor, id, "turn_down", "{}", NULL), E_DENIED);
    assert_int_equal(run(w, &dispatcher, id, "give_back", "{}", NULL), E_CLASH);
    act = make(w, &dispatcher, id, "check", "{}");
    act->if_rev = 7;
    assert_int_equal(act_run(act), E_STALE);
    assert_int_equal(run(w, &dispatcher, id, "turn_down", "{}", &act), E_INPUT);
    assert_string_equal(act->errors.at[0].field, "reason");
    assert_int_equal(count(w, "SELECT count(*) FROM event"), 1);
    close_world(w);
}

static void all_wrong_fields_are_named_at_once(void **state)
{
    World *w = open_world(state);
    Act *act;
    assert_int_equal(
        run(w, &firm, 0, "create",
            "{\"firm\":7,\"area\":401,\"from_day\":\"2026-02-30\",\"hall\":\"north\",\"rev\":1}",
            &act),
        E_INPUT);
    static const char *const fields[] = {"firm",      "goods", "area", "from_day",
                                         "until_day", "hall",  "rev"};
    for (int i = 0; i < COUNT(fields); i++) assert_non_null(error_at(&act->errors, fields[i]));
    assert_int_equal(run(w, &firm, 0, "create",
                         "{\"firm\":\"a\",\"goods\":\"b\",\"area\":4,\"from_day\":\"2026-03-01\","
                         "\"until_day\":\"2026-02-01\"}",
                         &act),
                     E_INPUT);
    assert_int_equal(act->errors.n, 2); /* what a table cannot say is said by the rules */
    assert_int_equal(count(w, "SELECT count(*) FROM booth"), 0);
    close_world(w);
}

static int decide(World *w, const Viewer *who, int64_t id, int64_t request, bool agree,
                  const char *reason)
{
    Act *act = act_new(&w->desk, &w->a, who, &booth_record, id, "decide");
    act->at = MARCH_18;
    act->request = request;
    act->agree = agree;
    act->reason = reason;
    return act_run(act);
}

static void two_people_decide_and_never_the_one_who_asked(void **state)
{
    World *w = open_world(state);
    Act *act;
    int64_t id = new_booth(w);
    assert_int_equal(run(w, &dispatcher, id, "check", "{}", NULL), OK);
    assert_int_equal(run(w, &dispatcher, id, "grant", "{}", &act), OK);
    assert_true(act->asked);
    assert_int_equal(((Booth *)act->out_row)->h.state, CHECKING); /* state and clocks stay */
    assert_int_equal(run(w, &dispatcher2, id, "grant", "{}", NULL), E_CLASH);
    assert_int_equal(decide(w, &dispatcher2, id, act->request_id, true, NULL), E_DENIED);
    assert_int_equal(decide(w, &supervisor, id, act->request_id, false, NULL), E_INPUT);
    assert_int_equal(decide(w, &supervisor, id, act->request_id, true, NULL), OK);
    assert_int_equal(decide(w, &supervisor, id, act->request_id, true, NULL), E_CLASH);
    assert_int_equal(count(w, "SELECT count(*) FROM booth WHERE state = 'granted'"), 1);
    assert_int_equal(count(w, "SELECT count(*) FROM deadline"), 0);
    close_world(w);
}

static void a_request_lapses_when_the_case_leaves_its_state(void **state)
{
    World *w = open_world(state);
    int64_t id = new_booth(w);
    assert_int_equal(run(w, &dispatcher, id, "check", "{}", NULL), OK);
    assert_int_equal(run(w, &dispatcher, id, "grant", "{}", NULL), OK);
    assert_int_equal(run(w, &dispatcher2, id, "turn_down", "{\"reason\":\"馆满\"}", NULL), OK);
    assert_int_equal(count(w, "SELECT count(*) FROM proposal WHERE state = 'lapsed'"), 1);
    assert_int_equal(count(w, "SELECT count(*) FROM deadline"), 0);
    close_world(w);
}

static void a_repeat_with_the_same_key_is_the_first_answer(void **state)
{
    World *w = open_world(state);
    Act *one = make(w, &firm, 0, "create", good), *two = make(w, &firm, 0, "create", good),
        *other = make(w, &firm, 0, "create", good);
    one->idem_key = two->idem_key = other->idem_key = "k1";
    one->idem_hash = two->idem_hash = "h1";
    other->idem_hash = "h2";
    assert_int_equal(act_run(one), OK);
    assert_int_equal(act_run(two), OK);
    assert_true(two->replayed);
    assert_int_equal(two->out_id, one->out_id);
    assert_int_equal(act_run(other), E_INPUT);
    assert_int_equal(count(w, "SELECT count(*) FROM booth"), 1);
    close_world(w);
}

static void a_deadline_fires_once_at_its_due_time(void **state)
{
    World *w = open_world(state);
    int64_t id = new_booth(w);
    int64_t due = count(w, "SELECT due_at FROM deadline");
    assert_int_equal(tick_run(&w->desk, due - 1), 0);
    assert_int_equal(tick_run(&w->desk, due + 3600000), 1);
    assert_int_equal(tick_run(&w->desk, due + 7200000), 0);
    assert_int_equal(count(w, "SELECT count(*) FROM event WHERE action = 'late'"), 1);
    assert_int_equal(count(w, "SELECT at FROM event WHERE action = 'late'"), due);
    Case c;
    Reader *q;
    assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
    assert_int_equal(case_load(q, &w->desk, &w->a, &dispatcher, &booth_record, id,
                               CASE_EVENTS | CASE_ACTIONS, due + 1, &c),
                     OK);
    assert_string_equal(light(due + 1, &c.clocks[0]), "red");
    assert_int_equal(c.actions_n, 2);
    reader_end(q);
    close_world(w);
}

static void the_log_notices_a_changed_event(void **state)
{
    World *w = open_world(state);
    Out o = {.a = &w->a};
    Reader *q;
    for (int i = 0; i < 5; i++) (void)new_booth(w);
    assert_int_equal(sealer_run(&w->desk), 5);
    assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
    assert_int_equal(log_verify(q, &w->desk, 1, &o), 0);
    reader_end(q);
    assert_int_equal(count(w, "SELECT size FROM log_head"), 5);
    write_row(w,
              "UPDATE event SET data = replace(data, '镍网', '铜网') WHERE seq = 1 AND id = "
              "(SELECT max(id) FROM event)",
              0, NULL);
    assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
    assert_int_equal(log_verify(q, &w->desk, 1, &o), 1);
    reader_end(q);
    write_row(w, "DELETE FROM leaf WHERE pos = 2", 0, NULL);
    assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
    assert_true(log_verify(q, &w->desk, 1, &o) > 0);
    reader_end(q);
    close_world(w);
}

static void find_pages_by_key_within_scope(void **state)
{
    World *w = open_world(state);
    Errors e = {.a = &w->a};
    for (int i = 0; i < 7; i++) (void)new_booth(w);
    Reader *q;
    Booth rows[50];
    const char *next;
    int n, seen = 0;
    Find f = {.limit = 3, .sort = "-created_at"};
    assert_int_equal(reader_begin(w->desk.db, 0, &q), OK);
    do {
        assert_int_equal(
            rec_find(q, &w->desk, &w->a, &dispatcher, &booth_record, &f, &e, rows, &n, &next), OK);
        seen += n;
        f.after = next;
    } while (next);
    assert_int_equal(seen, 7);
    f = (Find){.n = 1, .filters = {{"firm", "=", "别家"}}};
    assert_int_equal(
        rec_find(q, &w->desk, &w->a, &dispatcher, &booth_record, &f, &e, rows, &n, &next), OK);
    assert_int_equal(n, 0);
    f = (Find){.n = 1, .filters = {{"deposit", "=", "1"}}};
    assert_int_equal(
        rec_find(q, &w->desk, &w->a, &dispatcher, &booth_record, &f, &e, rows, &n, &next), E_INPUT);
    f = (Find){.after = "bm90"};
    assert_int_equal(
        rec_find(q, &w->desk, &w->a, &dispatcher, &booth_record, &f, &e, rows, &n, &next), E_INPUT);
    f = (Find){0};
    assert_int_equal(rec_find(q, &w->desk, &w->a, &firm, &booth_record, &f, &e, rows, &n, &next),
                     OK);
    assert_int_equal(n, 0); /* no work row names the firm in this flow */
    assert_int_equal(
        rec_find(q, &w->desk, &w->a, &administrator, &booth_record, &f, &e, rows, &n, &next),
        E_DENIED);
    reader_end(q);
    close_world(w);
}

/* ---- a group of five acts when storage fails at every statement in turn ---- */

typedef struct Gate {
    Job job;
    _Atomic bool *open;
} Gate;

static int wait_at_gate(Tx *tx, Job *job)
{
    (void)tx;
    while (!*((Gate *)(void *)job)->open) usleep(500);
    return OK;
}

static _Atomic int finished;
static void one_finished(Act *act)
{
    (void)act;
    finished++;
}
static void gate_done(Job *job, int rc)
{
    (void)job;
    (void)rc;
}

static int group_of_five(World *w, int nth, int code)
{
    _Atomic bool open = false;
    Gate gate = {.job = {.run = wait_at_gate, .done = gate_done}, .open = &open};
    Act *acts[5];
    finished = 0;
    assert_int_equal(db_submit(w->desk.db, &gate.job), OK);
    usleep(2000); /* the writer stands at the gate; the five form one group behind it */
    for (int i = 0; i < 5; i++) {
        acts[i] = make(w, &firm, 0, "create", good);
        acts[i]->finish = one_finished;
        assert_int_equal(act_submit(acts[i]), OK);
    }
    db_fault_at(w->desk.db, nth, code);
    open = true;
    while (finished < 5) usleep(500);
    db_fault_at(w->desk.db, 0, 0);
    int acknowledged = 0;
    for (int i = 0; i < 5; i++) {
        acknowledged += acts[i]->rc == OK;
        const char *sql = arena_f(&w->a, "SELECT count(*) FROM booth WHERE id = %lld",
                                  (long long)acts[i]->out_id);
        if (acts[i]->rc == OK) assert_int_equal(count(w, sql), 1);
    }
    return acknowledged;
}

static void fault_in_a_group_of_five_acts_loses_and_doubles_nothing(void **state)
{
    static const int codes[] = {13 /* FULL */, 10 /* IOERR */, 7 /* NOMEM */};
    World *w = open_world(state);
    int64_t on_disk = group_of_five(w, 0, 0);
    assert_int_equal(on_disk, 5); /* without a fault all are acknowledged */
    for (int c = 0; c < COUNT(codes); c++)
        for (int nth = 1; nth <= 60; nth++) {
            on_disk += group_of_five(w, nth, codes[c]);
            assert_int_equal(count(w, "SELECT count(*) FROM booth"), on_disk);
            assert_int_equal(count(w, "SELECT count(*) FROM event"), on_disk);
            assert_int_equal(count(w, "SELECT count(*) FROM deadline"), on_disk);
        }
    close_world(w);
}

static Engine sqlite = SQLITE, postgres = POSTGRES;
#define BOTH(t)                                                                                    \
    {"sqlite " #t, t, NULL, NULL, &sqlite},                                                        \
    {                                                                                              \
        "pg " #t, t, NULL, NULL, &postgres                                                         \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(create_gives_number_clock_event_and_revision),
        BOTH(checks_come_in_the_order_404_403_409_412_422),
        BOTH(all_wrong_fields_are_named_at_once),
        BOTH(two_people_decide_and_never_the_one_who_asked),
        BOTH(a_request_lapses_when_the_case_leaves_its_state),
        BOTH(a_repeat_with_the_same_key_is_the_first_answer),
        BOTH(a_deadline_fires_once_at_its_due_time),
        BOTH(the_log_notices_a_changed_event),
        BOTH(find_pages_by_key_within_scope),
        {"sqlite fault_in_a_group_of_five_acts_loses_and_doubles_nothing",
         fault_in_a_group_of_five_acts_loses_and_doubles_nothing, NULL, NULL, &sqlite}};
    return cmocka_run_group_tests_name("desk", tests, NULL, NULL);
}
