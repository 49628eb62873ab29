/* db: the one door to storage. sqlite.c and postgres.c alone include their libraries.
   One SQL text for both engines with $1 parameters (see tools/dialect for what is not allowed).
   Reader reads, Tx writes; a Tx can be read through tx_reader(). A Reader cannot write: there is
   no such call. */
#ifndef DB_DB_H
#define DB_DB_H
#include "base/base.h"

typedef enum { SQLITE, POSTGRES } Engine;
typedef struct Db Db;         /* an opened database: readers, writers, node number */
typedef struct Reader Reader; /* one worker's connection inside one read transaction */
typedef struct Tx Tx;         /* inside a writer's transaction */

typedef enum { VAL_NULL, VAL_INT, VAL_TEXT } ValKind;
typedef struct Val {
    ValKind kind;
    int64_t i;
    const char *s;
} Val;
static inline Val vi(int64_t v)
{
    return (Val){VAL_INT, v, NULL};
}
static inline Val vt(const char *s)
{
    return s ? (Val){VAL_TEXT, 0, s} : (Val){VAL_NULL, 0, NULL};
}
static inline Val vnull(void)
{
    return (Val){VAL_NULL, 0, NULL};
}
#define VALS(...)                                                                                  \
    COUNT(((const Val[]){__VA_ARGS__})), (const Val[])                                             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

/* All rows of one statement, in the arena. Cell (r, c) is v[r * cols + c]. */
typedef struct Result {
    int rows, cols;
    Val *v;
    Arena *a;
} Result;
static inline const Val *res(const Result *r, int row, int col)
{
    return &r->v[(size_t)row * (size_t)r->cols + (size_t)col];
}
int64_t res_int(const Result *r, int row, int col);      /* 0 when NULL */
const char *res_text(const Result *r, int row, int col); /* NULL when NULL; ints as digits */
bool res_null(const Result *r, int row, int col);

/* A build that watches every access (ASan, TSan) is several times slower. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DB_SLOWER 20
#endif
#endif
#ifndef DB_SLOWER
#define DB_SLOWER 1
#endif
enum {
    DB_READERS_MAX = 16, /* one per worker */
    DB_GROUP_MAX = 50,   /* acts a commit: more gains nothing and delays the first (CRAFT) */
    DB_QUEUE_MAX = 2048, /* waiting acts; then E_BUSY */
    DB_ACT_STATEMENTS = 500,
    DB_ACT_CPU_MS = 50 * DB_SLOWER
};

/* url: a file path, or "postgres://…" / "postgresql://…" / "host=…" (libpq). why_out: a sentence
   for the operator. Opening does not change the schema. */
int db_open(const char *url, int readers, Db **out, const char **why_out) MUST_USE;
/* The same for a command that runs beside a server on the same SQLite file: it holds no lock, waits for the
   server's writer, and makes no rows whose id it chooses. */
int db_open_beside(const char *url, int readers, Db **out, const char **why_out) MUST_USE;
void db_close(Db *db); /* ends the writers after their last commit */
Engine db_engine(const Db *db);
int db_node(const Db *db); /* this node's number 1..1023, held while open */
/* Since it was opened: commits of the writers, and the jobs in them. */
void db_commits(const Db *db, int64_t *commits_out, int64_t *jobs_out);
/* 63-bit id: 41 bits of ms since 2020-01-01 of the machine's clock, 10 of node, 12 of counter;
   rising on this node, never lower than the greatest stored one (db_ids_after). Thread-safe. */
int64_t db_new_id(Db *db);
void db_ids_after(Db *db, int64_t greatest);

/* Reading. A worker begins once a request and ends it; on SQLite one read transaction, on
   PostgreSQL READ COMMITTED without a transaction block (each statement its own snapshot). */
int reader_begin(Db *db, int worker, Reader **out) MUST_USE; /* worker: 0 .. readers-1 */
void reader_end(Reader *q);
int db_get(Reader *q, Arena *a, Result *out, const char *sql, int n, const Val *args) MUST_USE;
const char *db_error(const Reader *q); /* what the engine said, for the log */
Engine reader_engine(const Reader *q);

/* Writing. A job runs inside a savepoint of a group; it may be run again, so it touches only the
   Tx, its input and its own output, which it resets when it begins. done is called on the writer's
   thread after the commit, or with the error; it must only hand on. */
typedef struct Job Job;
struct Job {
    int (*run)(Tx *tx, Job *job);
    void (*done)(Job *job, int rc);
    uint64_t lane; /* acts of one case have one lane: same writer, in order */
    Arena *a;      /* the job's memory; belongs to its owner */
    Job *next;     /* the writer's */
};
int db_submit(Db *db, Job *job) MUST_USE; /* E_BUSY: queue full; done is then not called */
int db_run(Db *db, Job *job) MUST_USE;    /* submits and waits; ignores job->done */
Reader *tx_reader(Tx *tx);
Engine tx_engine(const Tx *tx);
int64_t tx_new_id(Tx *tx);
/* Write without reading an answer. On PostgreSQL it may be sent later in the pipeline: its error
   then comes from the next tx_get or at the end of the job. */
int tx_do(Tx *tx, const char *sql, int n, const Val *args) MUST_USE;
/* Write with RETURNING, or a read that must see and lock. */
int tx_get(Tx *tx, Arena *a, Result *out, const char *sql, int n, const Val *args) MUST_USE;
/* SELECT 1 ... FOR UPDATE of (site, id) in that table on PostgreSQL; nothing on SQLite, whose
   writer is alone. Call in rising (table, id) order. OK also when the row is not there. */
int tx_lock(Tx *tx, const char *table, int64_t site, int64_t id) MUST_USE;
/* 1: a row of that site has this key (a column that is unique there), and nobody removes it before the
   commit: on PostgreSQL who locked it to remove it is waited for, and waits. 0: there is none. */
int tx_hold(Tx *tx, Arena *a, const char *table, const char *key, int64_t site, Val v) MUST_USE;
/* Unique violation becomes E_CLASH, FULL E_FULL; whatever ends the transaction E_RETRY, and the
   writer runs the group again one by one. */

/* Migrations: texts with the type words {int} {text} {blob}; numbered from 1, forward only. */
typedef struct Migration {
    int number;
    const char *name, *sql;
} Migration;
/* Brings the schema to the last number inside one transaction a migration. E_CLASH: the file is
   newer than the program (why_out says so). */
int db_migrate(Db *db, const Migration *m, int n, const char **why_out) MUST_USE;
/* Expands {int} {text} {blob} for the engine. */
char *db_expand(Arena *a, Engine e, const char *sql) MUST_USE;
/* The plan of a statement as text lines (EXPLAIN QUERY PLAN / EXPLAIN), for tests. */
int db_plan(Reader *q, Arena *a, Result *out, const char *sql, int n, const Val *args) MUST_USE;

/* Test only: the next statement that matches fails with this engine code (SQLITE_FULL, IOERR,
   NOMEM): nth statement counted from now, once. Compiled in always; reached only from tests. */
void db_fault_at(Db *db, int nth, int sqlite_code);
#endif
