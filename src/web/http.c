/* http: libmicrohttpd as two epoll threads that move bytes. Each request is suspended while a worker
   makes its answer. A watch thread cuts off who sends or reads too slowly: header 5 s, body at
   least 1 KB/s, an answer 60 s, an idle connection 15 s. */
#include "web/http.h"

#include "base/clocks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IDLE_MS = 15000, FIRST_MS = 8000, HEAD_MS = 5000, BODY_GRACE_MS = 5000, WRITE_MS = 60000 };
enum { STATE_IDLE, STATE_HEAD, STATE_BODY, STATE_WORK, STATE_WRITE, STATE_STREAM };

/* A connection, from accept to close. */
typedef struct Conn {
    struct Conn *next, *prev;
    Http *h;
    int fd;
    char peer[INET6_ADDRSTRLEN];
    bool loopback;
    _Atomic int state;
    _Atomic int64_t since; /* mono_ms of the state */
    _Atomic int64_t got;   /* bytes of the body so far */
    _Atomic bool used;     /* a request was answered on it */
    HttpReq *req;
} Conn;

typedef struct HttpOwn {
    Conn *conn;
    struct MHD_Connection *mhd;
    struct MHD_Response *response;
    int status;
    bool begun, waits, too_large;
    char *buf; /* the body while it comes */
    size_t cap;
    bool streams;
    pthread_mutex_t lock; /* of a stream: what follows */
    char *out;
    size_t out_n, out_cap;
    bool parked, ended;
} HttpOwn;

struct Http {
    HttpOptions o;
    struct MHD_Daemon *daemon;
    int port, listen_fd;
    pthread_mutex_t lock; /* of the list */
    Conn *first;
    pthread_t watch;
    _Atomic bool stopping;
    _Atomic int connections, waiting;
    _Atomic int64_t bodies, refused;
};

/* ---- connections ---- */

static void conn_state(Conn *c, int state)
{
    atomic_store(&c->since, mono_ms());
    atomic_store(&c->state, state);
}

static bool address_text(const struct sockaddr *sa, char out[static INET6_ADDRSTRLEN])
{
    out[0] = 0;
    if (sa && sa->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, sa, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, out, INET6_ADDRSTRLEN);
        return (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    }
    if (sa && sa->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, sa, sizeof in);
        inet_ntop(AF_INET6, &in.sin6_addr, out, INET6_ADDRSTRLEN);
        return IN6_IS_ADDR_LOOPBACK(&in.sin6_addr);
    }
    return false;
}

static enum MHD_Result may_connect(void *cls, const struct sockaddr *sa, socklen_t len)
{
    Http *h = cls;
    char peer[INET6_ADDRSTRLEN];
    (void)len;
    if (atomic_load(&h->stopping)) return MHD_NO;
    if (address_text(sa, peer)) return MHD_YES;
    int n = 0;
    pthread_mutex_lock(&h->lock);
    for (const Conn *c = h->first; c; c = c->next) n += strcmp(c->peer, peer) == 0;
    pthread_mutex_unlock(&h->lock);
    return n < HTTP_PER_ADDRESS ? MHD_YES : MHD_NO;
}

static void req_free(Conn *c)
{
    pthread_mutex_lock(&c->h->lock); /* the watch thread may be looking at it */
    HttpReq *r = c->req;
    c->req = NULL;
    pthread_mutex_unlock(&c->h->lock);
    if (!r) return;
    HttpOwn *own = r->own;
    if (own->streams && c->h->o.gone) c->h->o.gone(c->h->o.ctx, r);
    atomic_fetch_sub(&c->h->bodies, (int64_t)own->cap);
    if (own->response) MHD_destroy_response(own->response);
    pthread_mutex_destroy(&own->lock);
    free(own->buf);
    free(own->out);
    free(own);
    arena_free(&r->a);
    free(r);
}

static void conn_opens(Http *h, struct MHD_Connection *mhd, void **place)
{
    Conn *c = calloc(1, sizeof *c);
    if (!c) abort();
    c->h = h;
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    c->loopback = address_text(
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr, c->peer);
    conn_state(c, STATE_IDLE);
    pthread_mutex_lock(&h->lock);
    c->next = h->first;
    if (h->first) h->first->prev = c;
    h->first = c;
    pthread_mutex_unlock(&h->lock);
    atomic_fetch_add(&h->connections, 1);
    *place = c;
}

static void conn_closes(Http *h, void **place)
{
    Conn *c = *place;
    if (!c) return;
    pthread_mutex_lock(&h->lock);
    if (c->next) c->next->prev = c->prev;
    if (c->prev)
        c->prev->next = c->next;
    else
        h->first = c->next;
    pthread_mutex_unlock(&h->lock);
    atomic_fetch_sub(&h->connections, 1);
    req_free(c);
    free(c);
    *place = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **place,
                          enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        conn_opens(cls, mhd, place);
    else
        conn_closes(cls, place);
}

/* How long a connection may stay as it is. */
static bool is_overdue(const Conn *c, int64_t now)
{
    int64_t t = now - atomic_load(&c->since);
    switch (atomic_load(&c->state)) {
    case STATE_IDLE: return t > (c->used ? IDLE_MS : FIRST_MS);
    case STATE_HEAD: return t > HEAD_MS;
    case STATE_BODY: return t > BODY_GRACE_MS && atomic_load(&c->got) < t; /* 1 KB/s = 1 B/ms */
    case STATE_WRITE: return t > WRITE_MS;
    default: return false;
    }
}

/* A stream that waits is suspended, and the library does not see that its other end has gone. */
static bool has_gone(const Conn *c)
{
    char byte;
    if (atomic_load(&c->state) != STATE_STREAM) return false;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void *watch(void *cls)
{
    Http *h = cls;
    while (!atomic_load(&h->stopping)) {
        usleep(500 * 1000);
        int64_t now = mono_ms();
        pthread_mutex_lock(&h->lock);
        for (Conn *c = h->first; c; c = c->next) {
            if (is_overdue(c, now)) shutdown(c->fd, SHUT_RDWR);
            if (c->req && has_gone(c)) http_send_end(c->req);
        }
        pthread_mutex_unlock(&h->lock);
    }
    return NULL;
}

/* ---- requests ---- */

static void *on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
    (void)cls;
    Conn *c = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    if (!c) return NULL;
    req_free(c); /* one whose headers never came whole */
    HttpReq *r = calloc(1, sizeof *r);
    HttpOwn *own = calloc(1, sizeof *own);
    if (!r || !own || pthread_mutex_init(&own->lock, NULL) != 0) abort();
    size_t n = strlen(target);
    r->own = own;
    r->peer = c->peer;
    r->loopback = c->loopback;
    r->body = "";
    r->target = n <= HTTP_TARGET_MAX ? arena_copy(&r->a, target, n) : NULL;
    own->conn = c;
    own->mhd = mhd;
    pthread_mutex_lock(&c->h->lock);
    c->req = r;
    pthread_mutex_unlock(&c->h->lock);
    atomic_store(&c->got, 0);
    conn_state(c, STATE_HEAD);
    return r;
}

static enum MHD_Result guard_one(void *cls, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    http_guard_header(cls, name, value);
    return MHD_YES;
}

static enum MHD_Result queue_answer(HttpReq *r)
{
    HttpOwn *own = r->own;
    conn_state(own->conn, own->streams ? STATE_STREAM : STATE_WRITE);
    return MHD_queue_response(own->mhd, (unsigned)own->status, own->response);
}

static enum MHD_Result refuse(Http *h, HttpReq *r, int status)
{
    atomic_fetch_add(&h->refused, 1);
    if (!r->target) r->target = "/";
    h->o.refuse(h->o.ctx, r, status);
    if (!r->own->response) return MHD_NO;
    MHD_add_response_header(r->own->response, "Connection", "close");
    return queue_answer(r);
}

static enum MHD_Result begin(Http *h, HttpReq *r, const char *method)
{
    HttpOwn *own = r->own;
    own->begun = true;
    r->method = arena_str(&r->a, method);
    HttpGuard g = {.length = -1};
    MHD_get_connection_values(own->mhd, MHD_HEADER_KIND, guard_one, &g);
    int status = http_guard_end(&g, h->o.body_max);
    size_t head =
        MHD_get_connection_info(own->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    if (!status && head > HTTP_HEAD_MAX) status = 431;
    if (!status && !r->target) status = 414;
    if (!status && r->target[0] != '/') status = 400;
    if (!status && (g.lengths || g.codings) && atomic_load(&h->bodies) > HTTP_BODIES_MAX)
        status = 503;
    if (status) return refuse(h, r, status);
    conn_state(own->conn, STATE_BODY);
    return MHD_YES;
}

static enum MHD_Result more(Http *h, HttpReq *r, const char *data, size_t n)
{
    HttpOwn *own = r->own;
    int64_t got = atomic_fetch_add(&own->conn->got, (int64_t)n) + (int64_t)n;
    if ((uint64_t)got > h->o.body_max) {
        own->too_large = true;
        return (uint64_t)got > h->o.body_max * 2 ? MHD_NO : MHD_YES;
    }
    if (r->body_n + n + 1 > own->cap) {
        size_t cap = own->cap * 2 > r->body_n + n + 1 ? own->cap * 2 : r->body_n + n + 1;
        char *buf = realloc(own->buf, cap);
        if (!buf) abort();
        atomic_fetch_add(&h->bodies, (int64_t)(cap - own->cap));
        own->buf = buf;
        own->cap = cap;
    }
    memcpy(own->buf + r->body_n, data, n);
    r->body_n += n;
    own->buf[r->body_n] = 0;
    r->body = own->buf;
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_n, void **place)
{
    (void)url, (void)version;
    Http *h = cls;
    HttpReq *r = *place;
    if (!r) return MHD_NO;
    HttpOwn *own = r->own;
    own->mhd = mhd;
    if (own->response) return queue_answer(r);
    if (!own->begun) return begin(h, r, method);
    if (*data_n > 0) {
        size_t n = *data_n;
        *data_n = 0;
        return more(h, r, data, n);
    }
    if (own->too_large) return refuse(h, r, 413);
    conn_state(own->conn, STATE_WORK);
    if (h->o.at_once(h->o.ctx, r)) return queue_answer(r);
    own->waits = true;
    atomic_fetch_add(&h->waiting, 1);
    MHD_suspend_connection(mhd);
    h->o.take(h->o.ctx, r);
    return MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **place,
                         enum MHD_RequestTerminationCode why)
{
    (void)cls, (void)mhd, (void)why;
    HttpReq *r = *place;
    if (!r) return;
    Conn *c = r->own->conn;
    c->used = true;
    req_free(c);
    conn_state(c, STATE_IDLE);
    *place = NULL;
}

/* ---- answers ---- */

const char *http_header(const HttpReq *r, const char *name)
{
    return MHD_lookup_connection_value(r->own->mhd, MHD_HEADER_KIND, name);
}

static void answer_with(HttpReq *r, int status, struct MHD_Response *response,
                        const HttpHeader *headers, int n)
{
    HttpOwn *own = r->own;
    Http *h = own->conn->h;
    if (!response) abort();
    for (int i = 0; i < n; i++)
        MHD_add_response_header(response, headers[i].name, headers[i].value);
    own->response = response;
    own->status = status;
    if (!own->waits) return;
    own->waits = false;
    struct MHD_Connection *mhd = own->mhd;
    atomic_fetch_sub(&h->waiting, 1);
    MHD_resume_connection(mhd); /* from here on r may be gone */
}

void http_answer(HttpReq *r, int status, const HttpHeader *headers, int n, const char *body,
                 size_t body_n)
{
    static char nothing[1];
    void *bytes = body_n ? (void *)(uintptr_t)body : nothing;
    answer_with(r, status, MHD_create_response_from_buffer(body_n, bytes, MHD_RESPMEM_PERSISTENT),
                headers, n);
}

static ssize_t stream_read(void *cls, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    HttpReq *r = cls;
    HttpOwn *own = r->own;
    pthread_mutex_lock(&own->lock);
    size_t n = own->out_n < max ? own->out_n : max;
    if (n) {
        memcpy(buf, own->out, n);
        memmove(own->out, own->out + n, own->out_n - n);
        own->out_n -= n;
    } else if (!own->ended) {
        own->parked = true;
        MHD_suspend_connection(own->mhd);
    }
    bool end = n == 0 && own->ended;
    pthread_mutex_unlock(&own->lock);
    return end ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

void http_stream(HttpReq *r, const HttpHeader *headers, int n)
{
    r->own->streams = true;
    answer_with(r, 200,
                MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, stream_read, r, NULL),
                headers, n);
}

static void stream_wake(HttpOwn *own)
{
    if (!own->parked) return;
    own->parked = false;
    MHD_resume_connection(own->mhd);
}

void http_send(HttpReq *r, const char *s, size_t n)
{
    HttpOwn *own = r->own;
    pthread_mutex_lock(&own->lock);
    if (own->out_n + n > 64 * 1024) own->ended = true; /* who does not read is let go */
    if (!own->ended && own->out_n + n > own->out_cap) {
        own->out_cap = own->out_n + n + 256;
        own->out = realloc(own->out, own->out_cap);
        if (!own->out) abort();
    }
    if (!own->ended) {
        memcpy(own->out + own->out_n, s, n);
        own->out_n += n;
    }
    stream_wake(own);
    pthread_mutex_unlock(&own->lock);
}

void http_send_end(HttpReq *r)
{
    pthread_mutex_lock(&r->own->lock);
    r->own->ended = true;
    stream_wake(r->own);
    pthread_mutex_unlock(&r->own->lock);
}

/* ---- start and stop ---- */

static int listen_on(const HttpOptions *o, int *port_out, const char **why_out)
{
    char port[12];
    snprintf(port, sizeof port, "%d", o->port);
    struct addrinfo want = {.ai_family = AF_UNSPEC,
                            .ai_socktype = SOCK_STREAM,
                            .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV},
                    *at;
    if (getaddrinfo(o->address, port, &want, &at) != 0) {
        *why_out = "the address to listen on is not an IP address";
        return E_INPUT;
    }
    int on = 1, fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bool ok = fd >= 0 && bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, 1024) == 0;
    int why = errno;
    freeaddrinfo(at);
    if (!ok) {
        if (fd >= 0) close(fd);
        *why_out = why == EADDRINUSE ? "the port is in use by another program"
                   : why == EACCES   ? "this port may only be used by the system's administrator"
                                     : "the address cannot be listened on";
        return E_IO;
    }
    struct sockaddr_storage got;
    socklen_t got_n = sizeof got;
    getsockname(fd, (struct sockaddr *)&got, &got_n);
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    memcpy(&in4, &got, sizeof in4);
    memcpy(&in6, &got, sizeof in6);
    *port_out = ntohs(got.ss_family == AF_INET6 ? in6.sin6_port : in4.sin_port);
    return fd;
}

int http_start(const HttpOptions *o, Http **out, const char **why_out)
{
    int port, fd = listen_on(o, &port, why_out);
    if (fd < 0) return fd;
    Http *h = calloc(1, sizeof *h);
    if (!h || pthread_mutex_init(&h->lock, NULL) != 0) abort();
    h->o = *o;
    h->port = port;
    h->listen_fd = fd;
    h->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, may_connect, h,
        on_request, h, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)(o->threads > 1 ? o->threads : 2), MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(IDLE_MS / 1000),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)(32 * 1024), MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, h, MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_END);
    if (!h->daemon || pthread_create(&h->watch, NULL, watch, h) != 0) {
        if (h->daemon)
            MHD_stop_daemon(h->daemon);
        else
            close(fd);
        free(h);
        *why_out = "the HTTP library could not be started";
        return E_IO;
    }
    *out = h;
    return OK;
}

int http_port(const Http *h)
{
    return h->port;
}

void http_quiesce(Http *h)
{
    if (h->listen_fd < 0) return;
    MHD_quiesce_daemon(h->daemon);
    close(h->listen_fd);
    h->listen_fd = -1;
}

static bool has_parked(Http *h)
{
    bool parked = false;
    pthread_mutex_lock(&h->lock);
    for (const Conn *c = h->first; c; c = c->next) parked |= atomic_load(&c->state) == STATE_STREAM;
    pthread_mutex_unlock(&h->lock);
    return parked;
}

void http_stop(Http *h)
{
    http_quiesce(h);
    int64_t until = mono_ms() + 10000;
    while ((atomic_load(&h->waiting) > 0 || has_parked(h)) && mono_ms() < until) usleep(5000);
    atomic_store(&h->stopping, true);
    pthread_join(h->watch, NULL);
    if (atomic_load(&h->waiting) > 0 || has_parked(h)) return; /* the process ends around them */
    MHD_stop_daemon(h->daemon);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

HttpCounts http_counts(const Http *h)
{
    return (HttpCounts){.connections = atomic_load(&h->connections),
                        .waiting = atomic_load(&h->waiting),
                        .bodies = atomic_load(&h->bodies),
                        .refused = atomic_load(&h->refused)};
}
