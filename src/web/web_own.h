/* web_own: what the files of web share. Nobody else includes it. */
#ifndef WEB_WEB_OWN_H
#define WEB_WEB_OWN_H
#include "base/queue.h"
#include "desk/account.h"
#include "web/http.h"
#include "web/limit.h"
#include "web/server.h"
#include "web/web.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    QUICK_MAX = 1024, /* waiting requests; then 503 */
    SLOW_MAX = 64,
    HASH_MAX = 64,                  /* waiting sign-ins */
    ANSWERS_MAX = DB_QUEUE_MAX * 2, /* acts done and not yet answered: never refused */
    WAIT_MAX_MS = 5000,             /* a request that waited longer is refused */
    SLOW_WAIT_MS = 60000,
    COOKIES_MAX = 6,
    SEGMENTS_MAX_PATH = 8
};

/* A route, as the router sees it: a module's, or a generic one of a record. */
typedef struct Entry {
    Route r;
    const Record *rec;    /* generic ones */
    const Action *action; /* of rec's flow; NULL: none */
    const Module *module;
    int segments_n;
    const char *segments[SEGMENTS_MAX_PATH];
} Entry;
typedef struct Router {
    Arena a;
    int n, cap;
    Entry *at;
    int slow_n, *slow; /* indexes of the slow ones */
    const Module *const *modules;
} Router;
void router_build(Router *t, const Module *const *modules, const Record *const *records);
/* NULL: none; *allow_out then holds the methods of that path ("GET, POST"), or NULL: no such path.
   Fills q->id, q->parts, q->rest. */
const Entry *router_find(const Router *t, Req *q, const char **allow_out);
bool router_is_slow(const Router *t, const char *method, const char *target);
const Module *router_module_of(const Router *t, const Record *r); /* NULL: none */

typedef struct Worker {
    struct Server *srv;
    Queue *from;
    int reader;
    void *deflater; /* z_stream, made at first need */
    pthread_t thread;
} Worker;

/* A site's name and host, as stored. */
typedef struct Site {
    int64_t site;
    const char *code, *zh, *en, *host;
} Site;

typedef struct Counters {
    _Atomic int64_t status[6]; /* 1xx .. 5xx at [1..5] */
    _Atomic int64_t acts, act_failures, refused_full, refused_rate, micros;
    _Atomic int64_t took[8]; /* answers within 1 2 5 10 50 100 500 ms, and more */
} Counters;

struct Events;
struct Server {
    ServerOptions o;
    Arena a;
    Desk *desk;
    Http *http;
    Router router;
    Queue *quick, *slow, *hash;
    int workers_n;
    Worker workers[DB_READERS_MAX];
    pthread_t hashers[2];
    Limits *limits;
    struct Events *events;
    int sites_n;
    Site *sites;
    Counters counters;
    int64_t started_ms;
    _Atomic uint32_t trace;
    _Atomic bool stopping;
};

enum { STATUS_LATER = 1 }; /* of a handler: someone else finishes this turn */
/* One request on its way. q stands first: turn_of. */
typedef struct Turn {
    Req q;
    HttpReq *h;
    struct Server *srv;
    Worker *worker; /* while one has it */
    const Entry *entry;
    Act *act;
    int (*then)(Req *q);  /* what a worker does next; NULL: begin, or answer act */
    void (*hash)(Req *q); /* what a hashing thread does */
    void *ctx;            /* of then and hash */
    int64_t began;        /* mono_ms */
    int64_t began_us;
    char trace[10];                          /* 7F3A-91C2 */
    const char *client, *host, *token, *pre; /* pre: cookie before signing in */
    bool https, local, bearer, new_pre;      /* local: loopback and not forwarded */
    bool may_read, may_write;                /* scopes */
    Session session;
    int cookies_n;
    const char *cookies[COOKIES_MAX];
    const char *allow;
    const char *storage; /* storage failed: what the engine said, for the log; NULL: it did not */
} Turn;
static inline Turn *turn_of(const Req *q)
{
    return (Turn *)(uintptr_t)q;
}

/* server.c */
void turn_finish(Turn *t, int status);
int turn_hash(Req *q, void (*hash)(Req *q), int (*then)(Req *q)); /* STATUS_LATER, or E_BUSY */

/* request.c: from bytes to Req. 0, or E_*: q can be answered in any case. */
int request_read(Turn *t);
int request_body(Turn *t); /* for methods with one */
const char *cookie_get(const Turn *t, const char *name);
void cookie_set(Turn *t, const char *name, const char *value, int64_t max_age_s); /* -1: session */
/* This page's own address (path and query) without the parameters of switches, for links. */
const char *request_self(const Req *q);
/* "state=handling&columns=a&columns=b": this page's query without those that are left out. */
const char *query_text(const Req *q, bool (*left_out)(const char *name), const char *without);
const Field *entry_fields(const Entry *e, int *n_out); /* that the form of this page asks */

/* session.c */
int64_t session_left(const Turn *t); /* seconds until it ends if nothing is done; 0: no session */
int session_open(Turn *t);           /* who is it? 0, or E_LOGIN: a token that is none */
int csrf_check(Turn *t);             /* 0 or E_DENIED */
const char *csrf_pre(Turn *t);       /* makes the cookie before signing in when needed */
int session_start(Turn *t, int64_t site, int64_t account, const char **token_out); /* not on I/O */
void session_cookie(Turn *t, const char *token);                                   /* NULL: away */
bool path_is_safe(const char *next); /* an address inside this site */
extern const Route session_routes[]; /* /login /logout */
extern const Route me_routes[];
extern const Route saved_routes[]; /* saved.c */

/* reply.c */
int reply_send(Turn *t, int status);
int reply_text(Req *q, int status, const char *type, const char *text);
void reply_worker_free(Worker *w);
bool asset_answer(HttpReq *h, const char *path); /* /static/… */

/* error.c */
int status_of(int rc);
int error_page(Req *q, int status);
void refuse_early(HttpReq *h, int status); /* on an I/O thread, before there is a Turn */

/* generic pages and API; the entry says of which record and action */
int generic_list(Req *q);
int generic_csv(Req *q);
int generic_detail(Req *q);
int generic_history(Req *q);
int generic_number(Req *q); /* /whistles/W260318-0042-7 */
int generic_new(Req *q);
int generic_edit(Req *q);
int generic_action(Req *q);
int generic_create(Req *q, Act **act);
int generic_change(Req *q, Act **act);
int generic_act(Req *q, Act **act);
int api_list(Req *q);
int api_get(Req *q);
int api_answer(Req *q, Act *act);
extern const Route api_routes[];
extern const Route page_routes[];
extern const Route inbox_routes[];
int openapi_json(Req *q);
int metrics_text(Req *q);

/* find from the query: filters, sort, after, limit. E_INPUT: q->errors name the parameter. */
int find_from_query(Req *q, const Record *r, Find *out);
/* Titles of references: rows of a page looked up at once. */
const char *titled(Req *q, const Field *f, const void *row);

/* events.c */
struct Events *events_new(struct Server *s);
void events_stop(struct Events *e); /* ends every stream */
void events_free(struct Events *e);
void events_gone(struct Events *e, HttpReq *h);
void events_changed(struct Events *e); /* an act was committed */
int events_stream(Req *q);
int events_count(struct Events *e);
#endif
