/* sqlite: the engine inside the program. WAL with synchronous=FULL, one connection that writes, one
   that reads for each worker. SQLite drops the whole transaction on FULL, IOERR and NOMEM, even
   inside a savepoint: sqlite3_get_autocommit tells. */
#include "db/db_own.h"

#include "base/clocks.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    BUSY_MS = 5000,
    LOOK_EVERY = 20000 /* steps of SQLite's machine between looks at the clock */
};

typedef struct Lite {
    Conn base; /* first */
    sqlite3 *db;
    Cache cache;
    Cells cells;
} Lite;

/* Without counting its memory: the count is behind one lock that all readers would take for each page
   they read. Ignored where SQLite runs already. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* ---- the file belongs to one server ---- */

enum { BESIDE_NODE = 1023 }; /* no server's number: its ids never meet theirs */

static int lite_start(Db *db)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    char path[4096], pid[24] = "";
    if (db->beside) return db_set_node(db, BESIDE_NODE), OK;
    if (snprintf(path, sizeof path, "%s.lock", db->url) >= (int)sizeof path)
        return db_say_why(E_IO, "the path of the database is too long");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return db_say_why(E_IO, "cannot make %s: %s", path, strerrordesc_np(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = read(fd, pid, sizeof pid - 1);
        close(fd);
        pid[n > 0 ? n : 0] = 0;
        return db_say_why(E_BUSY, "%s is open in another lianshao (process %s): stop it first",
                          db->url, *pid ? pid : "unknown");
    }
    int n = snprintf(pid, sizeof pid, "%d", (int)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n) pid[0] = 0; /* only a hint */
    db->node = malloc(sizeof(int));
    if (!db->node) abort();
    *(int *)db->node = fd;
    db_set_node(db, 1);
    return OK;
}

static void lite_stop(Db *db)
{
    if (!db->node) return;
    close(*(int *)db->node); /* the file stays: removing it would let two hold "the" lock */
    free(db->node);
}

static int lite_check(Db *db)
{
    (void)db;
    return OK;
}

/* ---- a connection ---- */

static int bytewise(void *ctx, int n, const void *a, int m, const void *b)
{
    (void)ctx;
    int r = memcmp(a, b, (size_t)(n < m ? n : m));
    return r ? r : n - m;
}

static int over_time(void *ctx)
{
    const Lite *c = ctx;
    return c->base.busy_from && thread_cpu_us() - c->base.busy_from > (int64_t)DB_ACT_CPU_MS * 1000;
}

static void drop(Conn *c, Stmt *s)
{
    (void)c;
    sqlite3_finalize(s->handle);
}

static const char *const settings[] = {"pragma synchronous = full", "pragma foreign_keys = on",
                                       "pragma temp_store = memory"};

static bool set_up(Lite *c)
{
    Purpose p = c->base.purpose;
    sqlite3_busy_timeout(c->db, BUSY_MS);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (sqlite3_create_collation(c->db, "C", SQLITE_UTF8, NULL, bytewise) != SQLITE_OK)
        return false;
    for (int i = 0; i < COUNT(settings); i++)
        if (sqlite3_exec(c->db, settings[i], NULL, NULL, NULL) != SQLITE_OK) return false;
    if (p == FOR_WRITING) sqlite3_progress_handler(c->db, LOOK_EVERY, over_time, c);
    const char *last = p == FOR_READING ? "pragma query_only = on" : "pragma journal_mode = wal";
    return sqlite3_exec(c->db, last, NULL, NULL, NULL) == SQLITE_OK;
}

static void lite_close(Conn *conn)
{
    Lite *c = (Lite *)conn;
    cache_clear(&c->cache, conn);
    sqlite3_close(c->db);
    free(c->cells.v);
    free(c);
}

static Conn *lite_open(Db *db, Purpose p)
{
    Lite *c = calloc(1, sizeof *c);
    if (!c) abort();
    c->base = (Conn){.db = db, .purpose = p, .bad = -1};
    c->cache.drop = drop;
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(db->url, &c->db, flags, NULL) == SQLITE_OK && set_up(c)) return &c->base;
    (void)db_say_why(E_DB, "cannot open %s: %s", db->url, sqlite3_errmsg(c->db));
    lite_close(&c->base);
    return NULL;
}

/* ---- one statement ---- */

/* What a failure means; notices when the transaction went with it. */
static int failed(Lite *c, int code, const char *text)
{
    snprintf(c->base.error, sizeof c->base.error, "SQLite %d: %s", code, text);
    int rc = E_DB;
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
        code == SQLITE_CONSTRAINT_ROWID)
        rc = E_CLASH;
    if ((code & 0xff) == SQLITE_FULL) rc = E_FULL;
    if ((code & 0xff) == SQLITE_BUSY) rc = E_BUSY;
    if ((code & 0xff) == SQLITE_INTERRUPT) rc = E_LARGE;
    if (c->base.purpose != FOR_WRITING || !sqlite3_get_autocommit(c->db)) return rc;
    if (!c->base.gone) c->base.gone_rc = rc;
    c->base.gone = true;
    return E_RETRY;
}

static int map_parameters(Lite *c, Stmt *s)
{
    int named = sqlite3_bind_parameter_count(s->handle);
    for (int i = 1; i <= named; i++) {
        const char *name = sqlite3_bind_parameter_name(s->handle, i);
        int64_t number = 0;
        if (!name || name[0] != '$' || !num_parse(name + 1, &number) || number < 1 || number > 9999)
            return failed(c, SQLITE_ERROR, "parameters are written $1, $2, ...");
        if (number > s->n) s->n = (int)number;
    }
    s->bind = calloc((size_t)s->n + 1, sizeof *s->bind);
    if (!s->bind) abort();
    for (int i = 1; i <= named; i++) {
        int64_t number = 0;
        if (num_parse(sqlite3_bind_parameter_name(s->handle, i) + 1, &number))
            s->bind[number - 1] = i;
    }
    return OK;
}

/* NULL: *rc_out says why not. */
static Stmt *statement(Lite *c, const char *sql, int *rc_out)
{
    Stmt *s = cache_find(&c->cache, sql);
    if (s) return s;
    sqlite3_stmt *handle = NULL;
    const char *tail = sql;
    int e = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, &tail);
    while ((isspace((unsigned char)*tail) || *tail == ';')) tail++;
    if (e != SQLITE_OK || !handle || *tail) {
        *rc_out = failed(c, e, e ? sqlite3_errmsg(c->db) : "not exactly one statement");
        sqlite3_finalize(handle);
        return NULL;
    }
    s = cache_add(&c->cache, &c->base, sql);
    if (!s) abort(); /* cannot be: nothing waits on this engine */
    s->handle = handle;
    *rc_out = map_parameters(c, s);
    if (*rc_out >= 0) return s;
    cache_remove(&c->cache, &c->base, s);
    return NULL;
}

static int bind(Lite *c, const Stmt *s, int n, const Val *args)
{
    if (s->n > n) return failed(c, SQLITE_RANGE, "a parameter of the statement has no value");
    for (int i = 0; i < s->n; i++) {
        int e = SQLITE_OK, at = s->bind[i];
        if (!at) continue;
        switch (args[i].kind) {
        case VAL_NULL: e = sqlite3_bind_null(s->handle, at); break;
        case VAL_INT: e = sqlite3_bind_int64(s->handle, at, args[i].i); break;
        case VAL_TEXT: e = sqlite3_bind_text(s->handle, at, args[i].s, -1, SQLITE_STATIC); break;
        }
        if (e != SQLITE_OK) return failed(c, e, sqlite3_errmsg(c->db));
    }
    return OK;
}

static Val cell(sqlite3_stmt *h, int col, Arena *a)
{
    int type = sqlite3_column_type(h, col);
    if (type == SQLITE_NULL) return vnull();
    if (type == SQLITE_INTEGER) return vi(sqlite3_column_int64(h, col));
    const char *s = (const char *)sqlite3_column_text(h, col);
    return s ? vt(arena_copy(a, s, (size_t)sqlite3_column_bytes(h, col))) : vnull();
}

/* A test's fault: true when this statement is the one; SQLite would have rolled back. */
static bool is_faulty(Lite *c, int *code_out)
{
    Db *db = c->base.db;
    if (c->base.purpose != FOR_WRITING || atomic_load(&db->fault_in) <= 0) return false;
    if (atomic_fetch_sub(&db->fault_in, 1) != 1) return false;
    *code_out = atomic_load(&db->fault_code);
    int kind = *code_out & 0xff;
    if ((kind == SQLITE_FULL || kind == SQLITE_IOERR || kind == SQLITE_NOMEM) &&
        !sqlite3_get_autocommit(c->db))
        sqlite3_exec(c->db, "rollback", NULL, NULL, NULL);
    return true;
}

/* Runs to the end. out: NULL when nobody wants the rows. */
static int run(Lite *c, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    int e = SQLITE_OK, rows = 0, rc = OK;
    if (is_faulty(c, &e)) return failed(c, e, "fault of a test");
    Stmt *s = statement(c, sql, &rc);
    if (!s) return rc;
    TRY(bind(c, s, n, args));
    int cols = sqlite3_column_count(s->handle);
    c->cells.n = 0;
    while ((e = sqlite3_step(s->handle)) == SQLITE_ROW) {
        if (!out) continue;
        Val *v = cells_more(&c->cells, (size_t)cols);
        for (int i = 0; i < cols; i++) v[i] = cell(s->handle, i, a);
        rows++;
    }
    rc = e == SQLITE_DONE ? OK : failed(c, e, sqlite3_errmsg(c->db));
    sqlite3_reset(s->handle);
    if (rc == OK && out) cells_result(&c->cells, a, rows, cols, out);
    return rc;
}

static int run_plain(Lite *c, const char *sql)
{
    return run(c, NULL, NULL, sql, 0, NULL);
}

/* ---- reading ---- */

static int lite_read_begin(Conn *conn)
{
    return run_plain((Lite *)conn, "begin");
}

static void lite_read_end(Conn *conn)
{
    Lite *c = (Lite *)conn;
    if (run_plain(c, "commit") < 0 && !sqlite3_get_autocommit(c->db))
        sqlite3_exec(c->db, "rollback", NULL, NULL, NULL);
}

static int lite_get(Conn *conn, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    return run((Lite *)conn, a, out, sql, n, args);
}

static int lite_exec(Conn *conn, const char *sql)
{
    Lite *c = (Lite *)conn;
    int e = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return e == SQLITE_OK ? OK : failed(c, e, sqlite3_errmsg(c->db));
}

/* ---- the group of the writer ---- */

static int lite_begin(Conn *conn)
{
    int rc = run_plain((Lite *)conn, "begin immediate");
    if (rc == E_RETRY && conn->gone_rc == E_BUSY) return E_BUSY; /* another process writes */
    return rc;
}

static int lite_job_begin(Conn *conn, int job)
{
    (void)job;
    return run_plain((Lite *)conn, "savepoint j");
}

static int lite_job_do(Conn *conn, const char *sql, int n, const Val *args)
{
    return run((Lite *)conn, NULL, NULL, sql, n, args);
}

/* A savepoint that can be neither kept nor taken back ends the whole transaction. */
static void lite_job_end(Conn *conn, bool keep)
{
    Lite *c = (Lite *)conn;
    if (conn->gone) return;
    int rc = keep ? OK : run_plain(c, "rollback to j");
    if (rc >= 0) rc = run_plain(c, "release j");
    if (rc >= 0) return;
    if (!conn->gone) conn->gone_rc = rc;
    conn->gone = true;
}

static void lite_undo(Conn *conn)
{
    (void)conn; /* never asked: a statement fails at once here, and job_end takes it back */
}

static int lite_commit(Conn *conn)
{
    int rc = run_plain((Lite *)conn, "commit");
    if (rc < 0 && !conn->gone) conn->gone_rc = rc;
    if (rc < 0) conn->gone = true;
    return rc;
}

static void lite_rollback(Conn *conn)
{
    Lite *c = (Lite *)conn;
    if (!sqlite3_get_autocommit(c->db)) sqlite3_exec(c->db, "rollback", NULL, NULL, NULL);
}

const Ops lite_ops = {.engine = SQLITE,
                      .lanes = 1,
                      .start = lite_start,
                      .stop = lite_stop,
                      .check = lite_check,
                      .open = lite_open,
                      .close = lite_close,
                      .read_begin = lite_read_begin,
                      .read_end = lite_read_end,
                      .get = lite_get,
                      .exec = lite_exec,
                      .begin = lite_begin,
                      .job_begin = lite_job_begin,
                      .job_do = lite_job_do,
                      .job_get = lite_get,
                      .job_end = lite_job_end,
                      .undo = lite_undo,
                      .commit = lite_commit,
                      .rollback = lite_rollback};
