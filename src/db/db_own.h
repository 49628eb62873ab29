/* db_own: what the files of this folder share. An engine is one table of functions (Ops); the
   writer and the pool know nothing else of it. Only sqlite.c and postgres.c include a library. */
#ifndef DB_DB_OWN_H
#define DB_DB_OWN_H
#include "base/base.h"
#include "base/queue.h"
#include "db/db.h"

#include <pthread.h>
#include <stdatomic.h>

enum { LANES_MAX = 2, ERROR_MAX = 400, NODES = 1023 };
typedef enum { FOR_READING, FOR_WRITING, FOR_SCHEMA } Purpose;

/* A connection; the engine's own struct begins with it. The middle part belongs to the group of
   jobs that runs: the engine says there how a transaction ended, the writer reads it. */
typedef struct Conn {
    Db *db;
    Purpose purpose;
    char error[ERROR_MAX]; /* what the engine said last */
    bool lockstep;         /* wait for a job's answers before the next job (after a failure) */
    int bad;               /* -1, or the job whose statement failed; undo() takes it back */
    int bad_rc;
    bool gone;         /* nothing of the group stands */
    int gone_rc;       /* the answer to a job that meets this alone */
    bool again;        /* gone for a reason that passes: deadlock, lost connection */
    bool lost;         /* the answer to COMMIT was lost: nobody knows */
    int64_t busy_from; /* thread_cpu_us when the job began */
} Conn;

/* Statements between begin and commit: a failure returns its E_ code and sets gone (then E_RETRY)
   or bad, or neither when the job alone can be rolled back by job_end. */
typedef struct Ops {
    Engine engine;
    int lanes;
    int (*start)(Db *db);             /* takes the node number; says in db_why() why not */
    void (*stop)(Db *db);             /* gives it back */
    int (*check)(Db *db);             /* before each group: is the node number still ours? */
    Conn *(*open)(Db *db, Purpose p); /* NULL: db_why() says why */
    void (*close)(Conn *c);
    int (*read_begin)(Conn *c);
    void (*read_end)(Conn *c);
    int (*get)(Conn *c, Arena *a, Result *out, const char *sql, int n, const Val *args);
    int (*exec)(Conn *c, const char *sql); /* one plain statement, for the schema */
    int (*begin)(Conn *c);
    int (*job_begin)(Conn *c, int job);
    int (*job_do)(Conn *c, const char *sql, int n, const Val *args);
    int (*job_get)(Conn *c, Arena *a, Result *out, const char *sql, int n, const Val *args);
    void (*job_end)(Conn *c, bool keep);
    void (*undo)(Conn *c);  /* takes job c->bad back, the others stay */
    int (*commit)(Conn *c); /* OK only when durable; else bad or gone is set */
    void (*rollback)(Conn *c);
} Ops;
extern const Ops lite_ops, pg_ops;

struct Reader {
    Db *db;
    Conn *conn;
    Tx *tx;    /* set: reads inside this writer's transaction */
    bool open; /* between reader_begin and reader_end */
};

struct Tx {
    Reader reader;
    Conn *conn;
    int rc; /* the first failure of a statement; it stays, whatever the job returns */
    int statements;
};

typedef struct Lane {
    Db *db;
    Queue *queue;
    Conn *conn;
    pthread_t thread;
    bool runs;
} Lane;

/* Ids: the newest one given out, and how far the wall clock is from the monotonic one. */
typedef struct Ids {
    int64_t ms; /* since 2020-01-01 */
    int counter, node;
    int64_t offset;
    bool known; /* offset is set */
} Ids;
/* The next id at these two clock readings; pure. */
int64_t ids_next(Ids *s, int64_t wall_ms_now, int64_t mono_ms_now);
void ids_after(Ids *s, int64_t greatest);

struct Db {
    const Ops *ops;
    char *url;
    int n_readers;
    bool beside; /* db_open_beside */
    Reader readers[DB_READERS_MAX];
    Lane lanes[LANES_MAX];
    pthread_mutex_t ids_lock;
    Ids ids;
    void *node;                      /* the engine's hold on the node number */
    _Atomic int64_t commits, jobs;   /* groups committed, and the jobs in them */
    atomic_int fault_in, fault_code; /* tests only: see db_fault_at */
};

/* A sentence for the operator, kept for the calling thread until its next one. */
int db_say_why(int rc, const char *fmt, ...) PRINTF(2, 3);
const char *db_why(void);
void db_set_node(Db *db, int node);
int writer_start(Db *db) MUST_USE;
void writer_stop(Db *db);
/* Cells gathered row by row, then copied once into the caller's arena. */
typedef struct Cells {
    Val *v;
    size_t n, cap;
} Cells;
Val *cells_more(Cells *c, size_t n); /* room for n more cells */
void cells_result(const Cells *c, Arena *a, int rows, int cols, Result *out);

/* Prepared statements of one connection, found by the address of their text and then by its
   content; the least recently used of 256 goes. */
enum { CACHE_MAX = 256, CACHE_SLOTS = 512 };
typedef struct Stmt {
    char *sql; /* own copy; NULL: free */
    uint64_t hash, used;
    int next; /* in its bucket, -1: last */
    void *handle;
    int *bind;     /* SQLite: bind[i] = where $i+1 is bound, 0: nowhere */
    int n;         /* parameters */
    char *kinds;   /* PostgreSQL: ValKind of each when it was prepared */
    unsigned name; /* PostgreSQL: number of the name */
    bool ready;
    int waits; /* answers still to come that name this statement: it must not go */
} Stmt;
typedef struct Cache {
    Stmt at[CACHE_MAX];
    int bucket[CACHE_SLOTS], hint[CACHE_SLOTS]; /* index + 1, 0: none */
    uint64_t now;
    void (*drop)(Conn *c, Stmt *s); /* ends the engine's side of a statement */
} Cache;
Stmt *cache_find(Cache *k, const char *sql);
Stmt *cache_add(Cache *k, Conn *c, const char *sql); /* NULL: all are waited for */
void cache_remove(Cache *k, Conn *c, Stmt *s);
void cache_clear(Cache *k, Conn *c);
#endif
