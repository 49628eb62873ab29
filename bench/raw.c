/* raw: what the storage alone can do, to compare durable creates with. Takes the rows that creates
   through act() left in SOURCE (whistles with a greater id than SINCE and everything beside them) and
   writes them again into TARGET, a copy of that database from before: the same rows and indexes,
   prepared statements, GROUP creates a commit, WAL with synchronous = FULL; on PostgreSQL in pipeline
   mode on one or more connections. No rights, no savepoints, no HTTP. Prints one JSON line. */
#include "base/base.h"
#include "db/db.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CREATES_MAX = 20000, SEAL_EVERY = 150, LANES_MAX = 8, COLS_MAX = 80 };

/* Rows of one table, by their case. */
typedef struct Table {
    const char *name, *select;
    int cols, rows;
    int64_t *of; /* the case of each row */
    Val *v;
    char *insert;
    sqlite3_stmt *stmt;
} Table;
static Table tables[] = {
    {.name = "whistle",
     .select = "SELECT id, * FROM whistle WHERE id > ?1 AND id <= ?2 ORDER BY id"},
    {.name = "event",
     .select =
         "SELECT case_id, * FROM event WHERE case_id > ?1 AND case_id <= ?2 AND seq = 1 ORDER BY "
         "case_id"},
    {.name = "unsealed",
     .select =
         "SELECT e.case_id, e.site, e.id, e.case_id, e.seq, l.hash FROM event e JOIN leaf l ON "
         "l.site = e.site AND l.case_id = e.case_id AND l.seq = e.seq WHERE e.case_id > ?1 AND "
         "e.case_id <= ?2 AND e.seq = 1 ORDER BY e.case_id"},
    {.name = "work",
     .select = "SELECT case_id, * FROM work WHERE case_id > ?1 AND case_id <= ?2 ORDER BY case_id"},
    {.name = "deadline",
     .select =
         "SELECT case_id, * FROM deadline WHERE case_id > ?1 AND case_id <= ?2 ORDER BY case_id"},
    {.name = "notice",
     .select =
         "SELECT case_id, * FROM notice WHERE case_id > ?1 AND case_id <= ?2 AND seq = 1 ORDER BY "
         "case_id"},
    {.name = "idempotency",
     .select = "SELECT case_id, * FROM idempotency WHERE case_id > ?1 AND case_id <= ?2 ORDER BY "
               "case_id"}};
static const char *const unsealed_columns[] = {"site", "id", "case_id", "seq", "hash"};

static const char counter_sql[] =
    "INSERT INTO counter (site, kind, day, n) VALUES (1, 'X', '2000-01-01', 1) ON CONFLICT (site, "
    "kind, day) DO UPDATE SET n = counter.n + 1 RETURNING n";
static const char *const seal_sql[] = {
    "INSERT INTO leaf (site, pos, case_id, seq, hash) SELECT u.site, (SELECT size FROM log_state s "
    "WHERE s.site = 1) + row_number() OVER (ORDER BY u.id) - 1, u.case_id, u.seq, u.hash FROM "
    "unsealed "
    "u WHERE u.site = 1",
    "UPDATE log_state SET size = size + (SELECT count(*) FROM unsealed WHERE site = 1) WHERE site "
    "= 1",
    "DELETE FROM unsealed WHERE site = 1"};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "raw: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- the rows ---- */

static Arena memory;

static Val cell(sqlite3_stmt *s, int col)
{
    switch (sqlite3_column_type(s, col)) {
    case SQLITE_NULL: return vnull();
    case SQLITE_INTEGER: return vi(sqlite3_column_int64(s, col));
    default: return vt(arena_str(&memory, (const char *)sqlite3_column_text(s, col)));
    }
}

static void write_insert(Table *t, sqlite3_stmt *s)
{
    Out o = {.a = &memory};
    out_f(&o, "INSERT INTO %s (", t->name);
    for (int i = 0; i < t->cols; i++) {
        bool own = strcmp(t->name, "unsealed") == 0;
        const char *name = own ? unsealed_columns[i] : sqlite3_column_name(s, i + 1);
        out_f(&o, "%s%s", i ? ", " : "", name);
    }
    out_raw(&o, ") VALUES (");
    for (int i = 0; i < t->cols; i++) out_f(&o, "%s$%d", i ? ", " : "", i + 1);
    out_raw(&o, ")");
    t->insert = o.s;
}

/* Numbers are those of the source: another letter, so that they are free in the target. */
static void renumber(const Table *t, sqlite3_stmt *s, Val *v)
{
    if (strcmp(t->name, "whistle") != 0) return;
    for (int i = 0; i < t->cols; i++)
        if (strcmp(sqlite3_column_name(s, i + 1), "number") == 0 && v[i].s)
            v[i] = vt(arena_f(&memory, "X%s", v[i].s + 1));
}

static void load(sqlite3 *db, Table *t, int64_t since, int64_t until)
{
    sqlite3_stmt *s;
    size_t cap = 0;
    if (sqlite3_prepare_v2(db, t->select, -1, &s, NULL) != SQLITE_OK)
        die(t->name, sqlite3_errmsg(db));
    sqlite3_bind_int64(s, 1, since);
    sqlite3_bind_int64(s, 2, until);
    t->cols = sqlite3_column_count(s) - 1;
    write_insert(t, s);
    while (sqlite3_step(s) == SQLITE_ROW) {
        if ((size_t)t->rows == cap) {
            cap = cap * 2 + 4096;
            t->of = realloc(t->of, cap * sizeof *t->of);
            t->v = realloc(t->v, cap * (size_t)t->cols * sizeof *t->v);
            if (!t->of || !t->v) abort();
        }
        Val *v = t->v + (size_t)t->rows * (size_t)t->cols;
        for (int i = 0; i < t->cols; i++) v[i] = cell(s, i + 1);
        renumber(t, s, v);
        t->of[t->rows++] = sqlite3_column_int64(s, 0);
    }
    sqlite3_finalize(s);
}

static int64_t last_id(sqlite3 *db, int64_t since)
{
    sqlite3_stmt *s;
    int64_t id = 0;
    if (sqlite3_prepare_v2(db,
                           "SELECT max(id) FROM (SELECT id FROM whistle WHERE id > ?1 ORDER BY id "
                           "LIMIT ?2)",
                           -1, &s, NULL) != SQLITE_OK)
        die("whistle", sqlite3_errmsg(db));
    sqlite3_bind_int64(s, 1, since);
    sqlite3_bind_int64(s, 2, CREATES_MAX);
    if (sqlite3_step(s) == SQLITE_ROW) id = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return id;
}

/* The next rows of each table that belong to case number i. */
typedef struct Cursor {
    int at[COUNT(tables)];
} Cursor;

static const Val *next_row(Cursor *c, int table, int64_t of)
{
    const Table *t = &tables[table];
    int i = c->at[table];
    if (i >= t->rows || t->of[i] != of) return NULL;
    c->at[table]++;
    return t->v + (size_t)i * (size_t)t->cols;
}

static Cursor cursor_of(int first)
{
    Cursor c = {{0}};
    int64_t of = tables[0].of[first];
    for (int t = 0; t < COUNT(tables); t++)
        while (c.at[t] < tables[t].rows && tables[t].of[c.at[t]] < of) c.at[t]++;
    return c;
}

/* ---- SQLite ---- */

static sqlite3_stmt *prepared(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK)
        die(sql, sqlite3_errmsg(db));
    return s;
}

static void step(sqlite3 *db, sqlite3_stmt *s)
{
    int e;
    do e = sqlite3_step(s);
    while (e == SQLITE_ROW);
    if (e != SQLITE_DONE) die(sqlite3_sql(s), sqlite3_errmsg(db));
    sqlite3_reset(s);
}

static void insert(sqlite3 *db, const Table *t, const Val *v)
{
    for (int i = 0; i < t->cols; i++) {
        if (v[i].kind == VAL_NULL)
            sqlite3_bind_null(t->stmt, i + 1);
        else if (v[i].kind == VAL_INT)
            sqlite3_bind_int64(t->stmt, i + 1, v[i].i);
        else
            sqlite3_bind_text(t->stmt, i + 1, v[i].s, -1, SQLITE_STATIC);
    }
    step(db, t->stmt);
}

static double write_lite(const char *file, int group)
{
    sqlite3 *db;
    if (sqlite3_open(file, &db) != SQLITE_OK ||
        sqlite3_exec(db, "pragma journal_mode = wal; pragma synchronous = full", NULL, NULL,
                     NULL) != SQLITE_OK)
        die(file, sqlite3_errmsg(db));
    sqlite3_stmt *begin = prepared(db, "begin immediate"), *commit = prepared(db, "commit");
    sqlite3_stmt *counter = prepared(db, counter_sql), *seal[COUNT(seal_sql)];
    for (int i = 0; i < COUNT(seal_sql); i++) seal[i] = prepared(db, seal_sql[i]);
    for (int t = 0; t < COUNT(tables); t++) tables[t].stmt = prepared(db, tables[t].insert);
    Cursor c = cursor_of(0);
    int n = tables[0].rows, sealed = 0;
    int64_t from = now_us();
    for (int i = 0; i < n;) {
        step(db, begin);
        step(db, counter);
        for (int k = 0; k < group && i < n; k++, i++)
            for (int t = 0; t < COUNT(tables); t++)
                for (const Val *v; (v = next_row(&c, t, tables[0].of[i]));)
                    insert(db, &tables[t], v);
        for (int s = 0; i - sealed >= SEAL_EVERY && s < COUNT(seal_sql); s++) step(db, seal[s]);
        if (i - sealed >= SEAL_EVERY) sealed = i;
        step(db, commit);
    }
    double seconds = (double)(now_us() - from) / 1e6;
    for (int t = 0; t < COUNT(tables); t++) sqlite3_finalize(tables[t].stmt);
    for (int i = 0; i < COUNT(seal_sql); i++) sqlite3_finalize(seal[i]);
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_finalize(counter);
    sqlite3_close(db);
    return seconds;
}

/* ---- PostgreSQL ---- */

typedef struct Lane {
    const char *url;
    int number, lanes, group;
    pthread_t thread;
} Lane;
static pthread_barrier_t ready; /* connections and statements are no part of the time */

static void plain(PGconn *pg, const char *sql)
{
    PGresult *r = PQexec(pg, sql);
    ExecStatusType s = PQresultStatus(r);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK) die(sql, PQerrorMessage(pg));
    PQclear(r);
}

static PGconn *connect_lane(const char *url)
{
    static const char *const more[][2] = {
        {"begin", "begin"}, {"commit", "commit"}, {"counter", counter_sql}};
    PGconn *pg = PQconnectdb(url);
    if (PQstatus(pg) != CONNECTION_OK) die(url, PQerrorMessage(pg));
    for (int t = 0; t < COUNT(tables); t++)
        PQclear(PQprepare(pg, tables[t].name, tables[t].insert, 0, NULL));
    for (int i = 0; i < COUNT(more); i++) PQclear(PQprepare(pg, more[i][0], more[i][1], 0, NULL));
    plain(pg, "select 1");
    if (PQenterPipelineMode(pg) != 1) die(url, PQerrorMessage(pg));
    return pg;
}

static void send_row(PGconn *pg, const Table *t, const Val *v)
{
    const char *values[COLS_MAX];
    char digits[COLS_MAX][24];
    for (int i = 0; i < t->cols; i++) {
        values[i] = v[i].kind == VAL_TEXT ? v[i].s : NULL;
        if (v[i].kind != VAL_INT) continue;
        snprintf(digits[i], sizeof digits[i], "%lld", (long long)v[i].i);
        values[i] = digits[i];
    }
    if (!PQsendQueryPrepared(pg, t->name, t->cols, values, NULL, NULL, 0))
        die(t->name, PQerrorMessage(pg));
}

static void send_named(PGconn *pg, const char *name)
{
    if (!PQsendQueryPrepared(pg, name, 0, NULL, NULL, NULL, 0)) die(name, PQerrorMessage(pg));
}

static void take_answers(PGconn *pg)
{
    if (!PQpipelineSync(pg)) die("sync", PQerrorMessage(pg));
    for (;;) {
        PGresult *r = PQgetResult(pg);
        if (!r) continue; /* between two statements */
        ExecStatusType s = PQresultStatus(r);
        if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK && s != PGRES_PIPELINE_SYNC)
            die("an insert", PQresultErrorMessage(r));
        PQclear(r);
        if (s == PGRES_PIPELINE_SYNC) return;
    }
}

static void *lane_main(void *arg)
{
    const Lane *l = arg;
    PGconn *pg = connect_lane(l->url);
    int n = tables[0].rows, first = (int)((int64_t)n * l->number / l->lanes);
    int end = (int)((int64_t)n * (l->number + 1) / l->lanes), sealed = first;
    Cursor c = cursor_of(first < n ? first : 0);
    pthread_barrier_wait(&ready);
    for (int i = first; i < end;) {
        send_named(pg, "begin");
        for (int k = 0; k < l->group && i < end; k++, i++)
            for (int t = 0; t < COUNT(tables); t++)
                for (const Val *v; (v = next_row(&c, t, tables[0].of[i]));)
                    send_row(pg, &tables[t], v);
        send_named(pg, "counter"); /* last: its row is locked until the commit */
        /* one lane seals, as one node does */
        bool seals = l->number == 0 && i - sealed >= SEAL_EVERY;
        send_named(pg, "commit");
        if (seals) send_named(pg, "begin");
        for (int s = 0; seals && s < COUNT(seal_sql); s++)
            if (!PQsendQueryParams(pg, seal_sql[s], 0, NULL, NULL, NULL, NULL, 0))
                die(seal_sql[s], PQerrorMessage(pg));
        if (seals) send_named(pg, "commit"), sealed = i;
        take_answers(pg);
    }
    PQfinish(pg);
    return NULL;
}

static double write_pg(const char *url, int group, int lanes)
{
    Lane l[LANES_MAX];
    pthread_barrier_init(&ready, NULL, (unsigned)lanes + 1);
    for (int i = 0; i < lanes; i++) {
        l[i] = (Lane){.url = url, .number = i, .lanes = lanes, .group = group};
        if (pthread_create(&l[i].thread, NULL, lane_main, &l[i]) != 0) abort();
    }
    pthread_barrier_wait(&ready);
    int64_t from = now_us();
    for (int i = 0; i < lanes; i++) pthread_join(l[i].thread, NULL);
    return (double)(now_us() - from) / 1e6;
}

int main(int argc, char **argv)
{
    int64_t since = 0, group = 0, lanes = 1, rows = 0;
    sqlite3 *db;
    if (argc < 5 || !num_parse(argv[2], &since) || !num_parse(argv[3], &group) || group < 1 ||
        (argc > 5 && (!num_parse(argv[5], &lanes) || lanes < 1 || lanes > LANES_MAX))) {
        fputs("raw SOURCE.db SINCE GROUP TARGET.db|postgres://... [CONNECTIONS]\n", stderr);
        return 2;
    }
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        die(argv[1], sqlite3_errmsg(db));
    int64_t until = last_id(db, since);
    for (int t = 0; t < COUNT(tables); t++) load(db, &tables[t], since, until);
    sqlite3_close(db);
    int n = tables[0].rows;
    if (n == 0) die(argv[1], "no whistle since then");
    for (int t = 0; t < COUNT(tables); t++) rows += tables[t].rows;
    bool pg = strstr(argv[4], "://") != NULL;
    double s = pg ? write_pg(argv[4], (int)group, (int)lanes) : write_lite(argv[4], (int)group);
    printf("{\"creates\":%d,\"rows\":%.2f,\"group\":%lld,\"connections\":%lld,\"seconds\":%.3f,"
           "\"per_s\":%.1f}\n",
           n, (double)rows / n, (long long)group, (long long)lanes, s, n / s);
    arena_free(&memory);
    return 0;
}
