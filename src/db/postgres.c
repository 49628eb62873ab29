/* postgres: many nodes on one server. A writer sends a group of jobs in pipeline mode: tx_do is
   queued, tx_get sends what is queued and takes the earlier answers, in order, before its own.
   A failed statement makes the server skip the rest up to the next sync; the writer then rolls back
   to that job's savepoint and runs the jobs behind it again. Each node holds one of 1,023 advisory
   locks: its number in ids. */
#include "db/db_own.h"

#include "base/clocks.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PATIENCE_MS = 2000, /* the first group after a lost connection waits so long for a new one */
    LOOK_MS = 1000,     /* the lock's connection is asked by a round trip once in this time */
    LOCK_CLASS = 0x6c73,
    TYPE_BOOL = 16,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_NUMERIC = 1700
};

typedef enum { PREPARE, STATEMENT, COMMIT, SYNC } What;
typedef struct Pending {
    What what;
    int job;    /* whose; -1: the group's */
    Stmt *stmt; /* PREPARE */
} Pending;

typedef struct Pg {
    Conn base; /* first */
    PGconn *pg;
    Cache cache;
    Cells cells;
    Pending *pending; /* answers to come, in order */
    size_t first, last, cap;
    int job;
    bool aborted;   /* the server skips until the next sync */
    bool committed; /* the answer to COMMIT came */
    bool warned;    /* a WARNING came while COMMIT ran: not (surely) on the standby */
    bool stale;     /* the prepared statements no longer fit: take a new connection */
    bool down;      /* no connection in the last try */
    unsigned names;
    int room; /* of the three below */
    const char **values;
    Oid *types;
    char (*digits)[24];
} Pg;

typedef struct Node {
    PGconn *pg;
    pthread_mutex_t lock;
    int64_t looked;
    bool down;
} Node;

static void free_result(PGresult **r)
{
    PQclear(*r);
}

/* ---- connecting ---- */

static void no_notice(void *ctx, const PGresult *r)
{
    Pg *c = ctx;
    const char *severity = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (c && severity && strcmp(severity, "WARNING") == 0) c->warned = true;
}

/* Defaults stand before the address, so that the address may say otherwise. */
static PGconn *connect_once(const char *url)
{
    static const char *const key[] = {"fallback_application_name",
                                      "connect_timeout",
                                      "tcp_user_timeout",
                                      "keepalives_idle",
                                      "keepalives_interval",
                                      "keepalives_count",
                                      "target_session_attrs",
                                      "client_encoding",
                                      "dbname",
                                      NULL};
    const char *const value[] = {"lianshao", "5",          "10000", "5", "2",
                                 "3",        "read-write", "UTF8",  url, NULL};
    PGconn *pg = PQconnectdbParams(key, value, 1);
    if (!pg) abort();
    PQsetNoticeReceiver(pg, no_notice, NULL);
    return pg;
}

static void pause_ms(int64_t ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* A new connection for a writer or the lock: patient the first time, then one try a call. */
static PGconn *reconnect(const char *url, bool *down)
{
    int64_t until = mono_ms() + (*down ? 0 : PATIENCE_MS);
    if (*down) pause_ms(100);
    for (int64_t wait = 20;; wait = wait < 400 ? wait * 2 : 400) {
        PGconn *pg = connect_once(url);
        *down = PQstatus(pg) != CONNECTION_OK;
        if (!*down || mono_ms() + wait > until) return pg;
        PQfinish(pg);
        pause_ms(wait);
    }
}

static bool plain(PGconn *pg, const char *sql)
{
    CLEANUP(free_result) PGresult *r = PQexec(pg, sql);
    return PQresultStatus(r) == PGRES_COMMAND_OK || PQresultStatus(r) == PGRES_TUPLES_OK;
}

static bool set_up(Pg *c)
{
    static const char *const how[] = {
        [FOR_READING] = "set default_transaction_read_only = on",
        [FOR_WRITING] = "set lock_timeout = '5s'", /* no statement_timeout: it would end the wait
                                                     for the standby and acknowledge the commit */
        [FOR_SCHEMA] = "select pg_advisory_lock(27763, 0)" /* one node at a time */
    };
    PQsetNoticeReceiver(c->pg, no_notice, c);
    return PQstatus(c->pg) == CONNECTION_OK && plain(c->pg, how[c->base.purpose]) &&
           (c->base.purpose != FOR_WRITING || PQenterPipelineMode(c->pg) == 1);
}

static void say(Pg *c, const char *text)
{
    snprintf(c->base.error, sizeof c->base.error, "PostgreSQL: %s", text);
    size_t n = strlen(c->base.error);
    while (n > 0 && c->base.error[n - 1] == '\n') c->base.error[--n] = 0;
}

static void hang_up(Pg *c)
{
    PGconn *pg = c->pg;
    c->pg = NULL; /* drop() then sends nothing */
    cache_clear(&c->cache, &c->base);
    PQfinish(pg);
    c->first = c->last = 0;
    c->aborted = c->stale = false;
}

static int dial(Pg *c, bool patient)
{
    if (c->pg && PQstatus(c->pg) == CONNECTION_OK && !c->stale) return OK;
    hang_up(c);
    c->pg = patient ? reconnect(c->base.db->url, &c->down) : connect_once(c->base.db->url);
    if (set_up(c)) return OK;
    say(c, PQerrorMessage(c->pg));
    hang_up(c);
    return E_DB;
}

static void drop(Conn *conn, Stmt *s);

static void pg_close(Conn *conn)
{
    Pg *c = (Pg *)conn;
    hang_up(c);
    free(c->cells.v);
    free(c->pending);
    free(c->values);
    free(c->types);
    free(c->digits);
    free(c);
}

static Conn *pg_open(Db *db, Purpose p)
{
    Pg *c = calloc(1, sizeof *c);
    if (!c) abort();
    c->base = (Conn){.db = db, .purpose = p, .bad = -1};
    c->cache.drop = drop;
    if (dial(c, false) == OK) return &c->base;
    (void)db_say_why(E_DB, "cannot reach the database: %s", c->base.error);
    pg_close(&c->base);
    return NULL;
}

/* ---- the node's number ---- */

static bool try_number(PGconn *pg, int number)
{
    char sql[80];
    snprintf(sql, sizeof sql, "select pg_try_advisory_lock(%d, %d)", LOCK_CLASS, number);
    CLEANUP(free_result) PGresult *r = PQexec(pg, sql);
    return PQresultStatus(r) == PGRES_TUPLES_OK && PQgetvalue(r, 0, 0)[0] == 't';
}

/* The number it had, else the lowest free one. */
static int take_number(Db *db, Node *k)
{
    int had = db_node(db);
    if (PQstatus(k->pg) != CONNECTION_OK)
        return db_say_why(E_DB, "cannot reach the database: %s", PQerrorMessage(k->pg));
    if (had && try_number(k->pg, had)) return OK;
    for (int i = 1; i <= NODES && PQstatus(k->pg) == CONNECTION_OK; i++) {
        if (!try_number(k->pg, i)) continue;
        db_set_node(db, i);
        return OK;
    }
    return db_say_why(E_DB, "no node number is free (1 to %d)", NODES);
}

static int pg_start(Db *db)
{
    Node *k = calloc(1, sizeof *k);
    if (!k) abort();
    pthread_mutex_init(&k->lock, NULL);
    db->node = k;
    k->pg = connect_once(db->url);
    const char *encoding = PQparameterStatus(k->pg, "server_encoding");
    if (encoding && strcmp(encoding, "UTF8") != 0)
        return db_say_why(E_DB, "the database's encoding is %s; it must be UTF8", encoding);
    return take_number(db, k);
}

static void pg_stop(Db *db)
{
    Node *k = db->node;
    if (!k) return;
    PQfinish(k->pg);
    pthread_mutex_destroy(&k->lock);
    free(k);
}

static bool is_held(Node *k)
{
    if (PQconsumeInput(k->pg) != 1 || PQstatus(k->pg) != CONNECTION_OK) return false;
    if (mono_ms() - k->looked < LOOK_MS) return true;
    k->looked = mono_ms();
    return plain(k->pg, "select 1");
}

static int pg_check(Db *db)
{
    Node *k = db->node;
    int rc = OK;
    pthread_mutex_lock(&k->lock);
    if (!is_held(k)) {
        PQfinish(k->pg);
        k->pg = reconnect(db->url, &k->down);
        rc = take_number(db, k);
    }
    pthread_mutex_unlock(&k->lock);
    return rc;
}

/* ---- parameters and prepared statements ---- */

static const Oid type_of[] = {[VAL_NULL] = 0, [VAL_INT] = TYPE_INT8, [VAL_TEXT] = TYPE_TEXT};

static void make_room(Pg *c, int n)
{
    if (n <= c->room) return;
    c->room = n + 32;
    size_t many = (size_t)c->room;
    c->values = realloc(c->values, many * sizeof *c->values);
    c->types = realloc(c->types, many * sizeof *c->types);
    c->digits = realloc(c->digits, many * sizeof *c->digits);
    if (!c->values || !c->types || !c->digits) abort();
}

static void set_params(Pg *c, int n, const Val *args)
{
    make_room(c, n + 1);
    for (int i = 0; i < n; i++) {
        c->types[i] = type_of[args[i].kind];
        c->values[i] = args[i].kind == VAL_TEXT ? args[i].s : NULL;
        if (args[i].kind != VAL_INT) continue;
        snprintf(c->digits[i], sizeof c->digits[i], "%lld", (long long)args[i].i);
        c->values[i] = c->digits[i];
    }
}

static void queue(Pg *c, What what, Stmt *s)
{
    if (c->first == c->last) c->first = c->last = 0;
    if (c->last == c->cap) {
        c->cap = c->cap * 2 + 256;
        c->pending = realloc(c->pending, c->cap * sizeof *c->pending);
        if (!c->pending) abort();
    }
    c->pending[c->last++] = (Pending){what, what == COMMIT || what == SYNC ? -1 : c->job, s};
    if (s) s->waits++;
}

static void name_of(const Stmt *s, char name[static 16])
{
    snprintf(name, 16, "p%u", s->name);
}

static void drop(Conn *conn, Stmt *s)
{
    Pg *c = (Pg *)conn;
    if (!c->pg || !s->ready) return;
    char sql[40], name[16];
    name_of(s, name);
    snprintf(sql, sizeof sql, "deallocate %s", name);
    if (c->base.purpose != FOR_WRITING)
        (void)plain(c->pg, sql);
    else if (PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 0))
        queue(c, STATEMENT, NULL);
}

typedef enum { FITS, WIDENS, DIFFERS } Fit;

/* A parameter that was NULL when the statement was prepared has a type that the server guessed:
   such a statement is prepared again when the first value comes. */
static Fit fit(const Stmt *s, int n, const Val *args)
{
    Fit f = s->n == n ? FITS : DIFFERS;
    for (int i = 0; f != DIFFERS && i < n; i++) {
        if (args[i].kind == VAL_NULL || args[i].kind == (ValKind)s->kinds[i]) continue;
        f = s->kinds[i] == VAL_NULL ? WIDENS : DIFFERS;
    }
    return f;
}

static Stmt *remember(Pg *c, const char *sql, const Stmt *old, int n, const Val *args)
{
    char *kinds = malloc((size_t)n + 1);
    if (!kinds) abort();
    for (int i = 0; i < n; i++)
        kinds[i] = (char)(args[i].kind == VAL_NULL && old ? (ValKind)old->kinds[i] : args[i].kind);
    Stmt *s = cache_find(&c->cache, sql);
    if (s) cache_remove(&c->cache, &c->base, s);
    s = cache_add(&c->cache, &c->base, sql);
    if (!s) {
        free(kinds);
        return NULL;
    }
    s->kinds = kinds;
    s->n = n;
    s->name = ++c->names;
    return s;
}

/* NULL: this time without a prepared statement. */
static Stmt *statement(Pg *c, const char *sql, int n, const Val *args)
{
    Stmt *s = cache_find(&c->cache, sql);
    if (!s) return remember(c, sql, NULL, n, args);
    Fit f = fit(s, n, args);
    if (f == FITS) return s;
    return f == WIDENS && s->waits == 0 ? remember(c, sql, s, n, args) : NULL;
}

static void set_types(Pg *c, const Stmt *s)
{
    for (int i = 0; i < s->n; i++) c->types[i] = type_of[(ValKind)s->kinds[i]];
}

/* ---- what went wrong ---- */

static int code_of(const char *state)
{
    static const struct {
        const char *state;
        int code;
    } known[] = {{"23505", E_CLASH}, {"53100", E_FULL}, {"55P03", E_BUSY}};
    for (int i = 0; i < COUNT(known); i++)
        if (strcmp(state, known[i].state) == 0) return known[i].code;
    return strncmp(state, "40", 2) == 0 ? E_BUSY : E_DB;
}

static bool ends_connection(const char *state)
{
    return strncmp(state, "08", 2) == 0 || strncmp(state, "57P", 3) == 0 ||
           strcmp(state, "25006") == 0;
}

static void set_gone(Pg *c, int rc, bool again)
{
    if (c->base.gone) return;
    c->base.gone = true;
    c->base.gone_rc = rc;
    c->base.again = again;
}

static void note_lost(Pg *c)
{
    bool commit_sent = false;
    for (size_t i = c->first; i < c->last; i++)
        commit_sent = commit_sent || c->pending[i].what == COMMIT;
    if (!*c->base.error || PQstatus(c->pg) == CONNECTION_BAD) say(c, PQerrorMessage(c->pg));
    if (commit_sent && c->base.bad < 0 && !c->base.gone) c->base.lost = true;
    c->base.bad = -1;
    set_gone(c, E_DB, !c->base.lost);
    c->stale = true;
    c->first = c->last = 0;
}

static void note_failed(Pg *c, const Pending *p, const PGresult *r)
{
    const char *field = PQresultErrorField(r, PG_DIAG_SQLSTATE), *state = field ? field : "";
    say(c, PQresultErrorMessage(r));
    c->aborted = true;
    if (p->stmt) p->stmt->ready = false;
    c->stale = c->stale || strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0 ||
               ends_connection(state);
    if (p->what == COMMIT && ends_connection(state)) {
        c->base.lost = true;
        set_gone(c, E_DB, false);
    } else if (p->job < 0 || strncmp(state, "40", 2) == 0 || ends_connection(state)) {
        set_gone(c, code_of(state), strncmp(state, "40", 2) == 0 || ends_connection(state));
    } else if (c->base.bad < 0) {
        c->base.bad = p->job;
        c->base.bad_rc = code_of(state);
    }
}

/* ---- the pipeline ---- */

static bool send_statement(Pg *c, const char *sql, int n, const Val *args)
{
    char name[16];
    set_params(c, n, args);
    Stmt *s = statement(c, sql, n, args);
    if (!s) {
        if (!PQsendQueryParams(c->pg, sql, n, c->types, c->values, NULL, NULL, 0)) return false;
        queue(c, STATEMENT, NULL);
        return true;
    }
    name_of(s, name);
    if (!s->ready) {
        set_types(c, s);
        if (!PQsendPrepare(c->pg, name, sql, n, c->types)) return false;
        queue(c, PREPARE, s);
        s->ready = true;
    }
    if (!PQsendQueryPrepared(c->pg, name, n, c->values, NULL, NULL, 0)) return false;
    queue(c, STATEMENT, NULL);
    return true;
}

static int send_next(Pg *c, const char *sql, int n, const Val *args)
{
    if (c->base.gone) return E_RETRY;
    if (c->base.bad >= 0) return c->base.bad == c->job ? c->base.bad_rc : E_RETRY;
    if (send_statement(c, sql, n, args)) return OK;
    say(c, PQerrorMessage(c->pg));
    if (c->job < 0 || PQstatus(c->pg) != CONNECTION_OK) {
        note_lost(c);
        return E_RETRY;
    }
    c->base.bad = c->job; /* refused by libpq itself (too many parameters): nothing was sent */
    return c->base.bad_rc = E_DB;
}

static PGresult *next_answer(Pg *c, const Pending *p)
{
    PGresult *r = PQgetResult(c->pg);
    if (!r || p->what == SYNC) return r;
    for (PGresult *more; (more = PQgetResult(c->pg));) PQclear(more); /* the NULL behind each */
    return r;
}

static void take_answer(Pg *c, const Pending *p, const PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    if (p->stmt) p->stmt->waits--;
    if (p->what == SYNC) {
        c->aborted = false;
    } else if (status == PGRES_PIPELINE_ABORTED) {
        if (p->stmt) p->stmt->ready = false;
    } else if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        note_failed(c, p, r);
    } else if (p->what == COMMIT) {
        c->committed = strcmp(PQcmdStatus((PGresult *)(uintptr_t)r), "COMMIT") == 0 && !c->warned;
        if (c->committed) return;
        c->base.lost = c->warned;
        set_gone(c, E_DB, false);
    }
}

/* Takes the answers to all that is queued. *last_out: the last one's, if all went well. */
static int drain(Pg *c, PGresult **last_out)
{
    while (c->first < c->last) {
        const Pending *p = &c->pending[c->first];
        CLEANUP(free_result) PGresult *r = next_answer(c, p);
        if (!r || (PQstatus(c->pg) == CONNECTION_BAD && PQresultStatus(r) == PGRES_FATAL_ERROR)) {
            if (!c->committed) note_lost(c);
            break;
        }
        take_answer(c, p, r);
        if (++c->first < c->last || !last_out || c->base.gone || c->base.bad >= 0) continue;
        *last_out = r;
        r = NULL;
    }
    if (c->base.gone) return E_RETRY;
    if (c->base.bad >= 0) return c->base.bad == c->job ? c->base.bad_rc : E_RETRY;
    return OK;
}

static int drain_to_sync(Pg *c)
{
    if (c->base.gone && PQstatus(c->pg) != CONNECTION_OK) return E_RETRY;
    if (!PQpipelineSync(c->pg)) {
        note_lost(c);
        return E_RETRY;
    }
    queue(c, SYNC, NULL);
    return drain(c, NULL);
}

/* ---- results ---- */

static Val cell(const PGresult *r, int row, int col, Arena *a)
{
    if (PQgetisnull(r, row, col)) return vnull();
    const char *s = PQgetvalue(r, row, col);
    Oid type = PQftype(r, col);
    if (type == TYPE_BOOL) return vi(*s == 't');
    Val v = vt(arena_copy(a, s, (size_t)PQgetlength(r, row, col)));
    bool whole =
        type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2 || type == TYPE_NUMERIC;
    if (whole && num_parse(v.s, &v.i)) v.kind = VAL_INT; /* sum() of ints is numeric */
    return v;
}

static void result_of(Pg *c, const PGresult *r, Arena *a, Result *out)
{
    int rows = PQntuples(r), cols = PQnfields(r);
    c->cells.n = 0;
    for (int i = 0; i < rows; i++) {
        Val *v = cells_more(&c->cells, (size_t)cols);
        for (int k = 0; k < cols; k++) v[k] = cell(r, i, k, a);
    }
    cells_result(&c->cells, a, rows, cols, out);
}

/* ---- reading: each statement its own snapshot ---- */

static int pg_read_begin(Conn *conn)
{
    return dial((Pg *)conn, false);
}

static void pg_read_end(Conn *conn)
{
    (void)conn;
}

static PGresult *ask(Pg *c, const char *sql, int n, const Val *args)
{
    char name[16];
    set_params(c, n, args);
    Stmt *s = statement(c, sql, n, args);
    if (!s) return PQexecParams(c->pg, sql, n, c->types, c->values, NULL, NULL, 0);
    name_of(s, name);
    if (!s->ready) {
        set_types(c, s);
        PGresult *r = PQprepare(c->pg, name, sql, n, c->types);
        if (PQresultStatus(r) != PGRES_COMMAND_OK) return r;
        PQclear(r);
        s->ready = true;
    }
    return PQexecPrepared(c->pg, name, n, c->values, NULL, NULL, 0);
}

static int get_once(Pg *c, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    CLEANUP(free_result) PGresult *r = ask(c, sql, n, args);
    ExecStatusType status = PQresultStatus(r);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        result_of(c, r, a, out);
        return OK;
    }
    const char *field = PQresultErrorField(r, PG_DIAG_SQLSTATE), *state = field ? field : "08006";
    say(c, PQresultErrorMessage(r));
    c->stale = strcmp(state, "26000") == 0 || strcmp(state, "0A000") == 0 || ends_connection(state);
    return code_of(state);
}

/* A reader may ask again on a new connection: it holds no snapshot. */
static int pg_get(Conn *conn, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    Pg *c = (Pg *)conn;
    if (!c->pg) return E_DB;
    int rc = get_once(c, a, out, sql, n, args);
    if (rc >= 0 || c->base.purpose != FOR_READING ||
        !(c->stale || PQstatus(c->pg) == CONNECTION_BAD))
        return rc;
    TRY(dial(c, false));
    return get_once(c, a, out, sql, n, args);
}

static int pg_exec(Conn *conn, const char *sql)
{
    Pg *c = (Pg *)conn;
    if (plain(c->pg, sql)) return OK;
    say(c, PQerrorMessage(c->pg));
    return E_DB;
}

/* ---- the group of a writer ---- */

static int pg_begin(Conn *conn)
{
    Pg *c = (Pg *)conn;
    TRY(dial(c, true));
    c->job = -1;
    c->committed = false;
    return send_next(c, "begin isolation level read committed read write", 0, NULL);
}

static int pg_job_begin(Conn *conn, int job)
{
    Pg *c = (Pg *)conn;
    c->job = job;
    if (job == 1) TRY(send_next(c, "set local lock_timeout = 100", 0, NULL)); /* see take_back() */
    return send_next(c, "savepoint j", 0, NULL);
}

static int pg_job_do(Conn *conn, const char *sql, int n, const Val *args)
{
    return send_next((Pg *)conn, sql, n, args);
}

static int pg_job_get(Conn *conn, Arena *a, Result *out, const char *sql, int n, const Val *args)
{
    Pg *c = (Pg *)conn;
    CLEANUP(free_result) PGresult *r = NULL;
    TRY(send_next(c, sql, n, args));
    if (!PQsendFlushRequest(c->pg)) note_lost(c);
    TRY(drain(c, &r));
    if (!r) return E_RETRY;
    result_of(c, r, a, out);
    return OK;
}

static void pg_job_end(Conn *conn, bool keep)
{
    Pg *c = (Pg *)conn;
    int rc = keep ? OK : send_next(c, "rollback to savepoint j", 0, NULL);
    if (rc >= 0) rc = send_next(c, "release savepoint j", 0, NULL);
    if (rc < 0 || !conn->lockstep) return;
    if (PQsendFlushRequest(c->pg))
        (void)drain(c, NULL);
    else
        note_lost(c);
}

static void pg_undo(Conn *conn)
{
    Pg *c = (Pg *)conn;
    c->job = -1;
    if (c->aborted && drain_to_sync(c) < 0) return;
    if (send_next(c, "rollback to savepoint j", 0, NULL) >= 0)
        (void)send_next(c, "release savepoint j", 0, NULL);
}

static int pg_commit(Conn *conn)
{
    Pg *c = (Pg *)conn;
    c->job = -1;
    c->warned = false;
    TRY(send_next(c, "commit", 0, NULL));
    c->pending[c->last - 1].what = COMMIT;
    int rc = drain_to_sync(c);
    return c->committed ? OK : rc < 0 ? rc : E_DB;
}

/* Ends what is left of the transaction; where that fails a new connection begins clean. */
static void end_transaction(Pg *c)
{
    c->job = -1;
    c->base.bad = -1;
    c->base.gone = false;
    if (drain_to_sync(c) < 0 || send_next(c, "rollback", 0, NULL) < 0 || drain_to_sync(c) < 0)
        c->stale = true;
}

static void pg_rollback(Conn *conn)
{
    Pg *c = (Pg *)conn;
    if (!c->pg || c->stale || PQstatus(c->pg) != CONNECTION_OK) return;
    if (conn->purpose == FOR_SCHEMA) {
        (void)plain(c->pg, "rollback");
        return;
    }
    int gone_rc = conn->gone_rc;
    bool again = conn->again, lost = conn->lost;
    end_transaction(c);
    conn->gone = true;
    conn->gone_rc = gone_rc;
    conn->again = again;
    conn->lost = lost;
}

const Ops pg_ops = {.engine = POSTGRES,
                    .lanes = 2,
                    .start = pg_start,
                    .stop = pg_stop,
                    .check = pg_check,
                    .open = pg_open,
                    .close = pg_close,
                    .read_begin = pg_read_begin,
                    .read_end = pg_read_end,
                    .get = pg_get,
                    .exec = pg_exec,
                    .begin = pg_begin,
                    .job_begin = pg_job_begin,
                    .job_do = pg_job_do,
                    .job_get = pg_job_get,
                    .job_end = pg_job_end,
                    .undo = pg_undo,
                    .commit = pg_commit,
                    .rollback = pg_rollback};
