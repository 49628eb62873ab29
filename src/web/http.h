/* http: moves bytes. A request is read whole, within limits, and handed on; an answer is given from
   any thread. Nothing here knows a page, a session or the desk. http.c alone includes the library
   (libmicrohttpd); another could stand behind the same calls. */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H
#include "base/base.h"

enum {
    HTTP_HEAD_MAX = 16 * 1024,          /* request line and headers */
    HTTP_TARGET_MAX = 8 * 1024,         /* the request line's address */
    HTTP_BODIES_MAX = 64 * 1024 * 1024, /* bodies in memory at one time, of all connections */
    HTTP_PER_ADDRESS = 64,              /* connections of one address; loopback excepted */
    HTTP_CONNECTIONS_MAX = 4096
};

typedef struct Http Http;
typedef struct HttpHeader {
    const char *name, *value;
} HttpHeader;

typedef struct HttpReq {
    Arena
        a; /* the request's memory: free to use until its answer is given, freed when it is sent */
    const char *method, *target; /* as sent: "/whistles?x=%201" */
    const char *body;            /* body_n bytes and a NUL; "" without one */
    size_t body_n;
    const char *peer; /* the other end's address */
    bool loopback;    /* ... is this machine */
    void *ctx;        /* of whoever took the request */
    struct HttpOwn *own;
} HttpReq;

typedef struct HttpOptions {
    const char *address; /* "127.0.0.1", "::1", "0.0.0.0" ... */
    int port;            /* 0: any free one */
    int threads;         /* that move bytes */
    size_t body_max;
    /* On an I/O thread, when the whole request is here. True: http_answer was called already (only
       for what is at hand). Else take is called next and hands on; one http_answer must follow. */
    bool (*at_once)(void *ctx, HttpReq *r);
    void (*take)(void *ctx, HttpReq *r);
    /* On an I/O thread: the request breaks a rule or a limit; must call http_answer with that status.
       The connection is closed after it. */
    void (*refuse)(void *ctx, HttpReq *r, int status);
    /* A stream's other end has gone; r is freed after this call. */
    void (*gone)(void *ctx, HttpReq *r);
    void *ctx;
} HttpOptions;

int http_start(const HttpOptions *o, Http **out, const char **why_out) MUST_USE;
int http_port(const Http *h);
void http_quiesce(Http *h); /* no new connections */
/* After every request taken has been answered and every stream ended; waits 10 s for that. */
void http_stop(Http *h);

const char *http_header(const HttpReq *r, const char *name); /* NULL: not sent */
/* headers: ended by the count; texts are copied. body lies in r->a or is constant. */
void http_answer(HttpReq *r, int status, const HttpHeader *headers, int n, const char *body,
                 size_t body_n);
/* An answer that goes on: server-sent events. Instead of http_answer. */
void http_stream(HttpReq *r, const HttpHeader *headers, int n);
void http_send(HttpReq *r, const char *s, size_t n); /* only between http_stream and gone */
void http_send_end(HttpReq *r);

typedef struct HttpCounts {
    int connections, waiting; /* open; taken and not yet answered */
    int64_t bodies, refused;  /* bytes of bodies held; requests the guard refused */
} HttpCounts;
HttpCounts http_counts(const Http *h);

/* The guard: what a request's headers may not hold, whatever the library would take. 0, or the status
   to refuse with. */
typedef struct HttpGuard {
    int lengths, hosts, codings, headers;
    bool bad;
    int64_t length; /* of the body; -1: none told */
} HttpGuard;
void http_guard_header(HttpGuard *g, const char *name, const char *value);
int http_guard_end(const HttpGuard *g, size_t body_max);
#endif
