/* load: an HTTP client that measures. Keep-alive connections in one epoll loop; each request takes
   the next line of every list that was given (paths, headers, bodies), so viewers and filters change
   from one to the next. With --rate requests are due at fixed times and their time counts from then
   (a late client hides no slow answer). With --change a row of the database is changed before each
   request and the answer must show it. Prints one JSON line. */
#include "base/base.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { STATUSES = 600, HEAD_MAX = 8192, TOKEN = 16, LATEST_US = 30000000 };

typedef struct Lines {
    int n;
    char **at;
} Lines;

typedef struct Options {
    const char *host, *method, *type, *key, *change;
    Lines paths, headers, bodies, ids;
    int port, connections, expect;
    int64_t requests, warm;
    double seconds, rate;
    bool gzip;
} Options;

typedef struct Client {
    int fd;
    bool busy, fresh; /* fresh: nothing was answered on this connection yet */
    int64_t number;   /* of its request */
    int64_t due_us, sent_us;
    char *out;
    size_t out_n, out_at, out_cap;
    char *in;
    size_t in_n, in_cap, head_n, body_n;
    int status;
    bool head, close;
    char token[TOKEN + 1]; /* that the answer must hold */
} Client;

typedef struct Run {
    Options o;
    int epoll;
    Client *clients;
    int64_t next, answered, good, began_us, warm_us, stale, broken, connects, bytes;
    int64_t statuses[STATUSES];
    int64_t n, cap;
    uint32_t *us;
    sqlite3 *db;
    sqlite3_stmt *touch;
    uint64_t seed;
} Run;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "load: %s: %s\n", what, why);
    exit(1);
}

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- options ---- */

static Lines lines_of(const char *file)
{
    Lines all = {0};
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t cap = 0;
    ssize_t n;
    if (!f) die(file, strerrordesc_np(errno));
    while ((n = getline(&line, &cap, f)) > 0) {
        if (line[n - 1] == '\n') line[--n] = 0;
        if (n == 0) continue;
        all.at = realloc(all.at, (size_t)(all.n + 1) * sizeof *all.at);
        if (!all.at || !(all.at[all.n] = strdup(line))) abort();
        all.n++;
    }
    free(line);
    fclose(f);
    if (all.n == 0) die(file, "there is no line in it");
    return all;
}

static double number(const char *name, const char *s)
{
    char *end = NULL;
    double v = s ? strtod(s, &end) : 0;
    if (!s || *end || v < 0) die(name, "should be a number");
    return v;
}

static _Noreturn void usage(void)
{
    fputs(
        "load --port N --paths FILE [--headers FILE] [--bodies FILE] [--method M] [--type T]\n"
        "  [--connections N] [--seconds S] [--requests N] [--warm N] [--rate N] [--expect STATUS]\n"
        "  [--key PREFIX]         Idempotency-Key: PREFIX and the request's number\n"
        "  [--gzip]               asks for compressed answers\n"
        "  [--change DB --ids F]  the whistle of the next id gets a new title before each request\n"
        "A file's lines are taken in turn: request i takes line i of each list.\n",
        stderr);
    exit(2);
}

static void option(Options *o, const char *name, const char *v)
{
    if (strcmp(name, "--port") == 0)
        o->port = (int)number(name, v);
    else if (strcmp(name, "--host") == 0)
        o->host = v;
    else if (strcmp(name, "--paths") == 0)
        o->paths = lines_of(v);
    else if (strcmp(name, "--headers") == 0)
        o->headers = lines_of(v);
    else if (strcmp(name, "--bodies") == 0)
        o->bodies = lines_of(v);
    else if (strcmp(name, "--ids") == 0)
        o->ids = lines_of(v);
    else if (strcmp(name, "--method") == 0)
        o->method = v;
    else if (strcmp(name, "--type") == 0)
        o->type = v;
    else if (strcmp(name, "--key") == 0)
        o->key = v;
    else if (strcmp(name, "--change") == 0)
        o->change = v;
    else if (strcmp(name, "--connections") == 0)
        o->connections = (int)number(name, v);
    else if (strcmp(name, "--seconds") == 0)
        o->seconds = number(name, v);
    else if (strcmp(name, "--requests") == 0)
        o->requests = (int64_t)number(name, v);
    else if (strcmp(name, "--warm") == 0)
        o->warm = (int64_t)number(name, v);
    else if (strcmp(name, "--rate") == 0)
        o->rate = number(name, v);
    else if (strcmp(name, "--expect") == 0)
        o->expect = (int)number(name, v);
    else
        usage();
}

static void options_of(Options *o, int argc, char **argv)
{
    *o = (Options){.host = "127.0.0.1",
                   .method = "GET",
                   .type = "application/json",
                   .connections = 8,
                   .expect = 200};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--gzip") == 0) {
            o->gzip = true;
            continue;
        }
        if (i + 1 == argc) usage();
        option(o, argv[i], argv[i + 1]);
        i++;
    }
    if (o->port <= 0 || o->paths.n == 0 || o->connections < 1) usage();
    if (o->seconds <= 0 && o->requests <= 0) usage();
    if (o->change && o->ids.n == 0) die("--change", "needs --ids");
}

/* ---- the row that changes ---- */

static void touch_open(Run *r)
{
    static const char sql[] =
        "UPDATE whistle SET title = ?2, rev = rev + 1 WHERE site = 1 AND id = ?1";
    if (sqlite3_open(r->o.change, &r->db) != SQLITE_OK ||
        sqlite3_exec(r->db, "pragma synchronous = off", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(r->db, sql, -1, &r->touch, NULL) != SQLITE_OK)
        die(r->o.change, sqlite3_errmsg(r->db));
    sqlite3_busy_timeout(r->db, 5000);
}

static void touch(Run *r, Client *c)
{
    char title[80];
    int64_t id = strtoll(r->o.ids.at[c->number % r->o.ids.n], NULL, 10);
    snprintf(c->token, sizeof c->token, "t%015llx",
             (unsigned long long)((r->seed + (uint64_t)c->number) & 0xFFFFFFFFFFFFFFFull));
    snprintf(title, sizeof title, "园区道路积水影响货车进出 %s", c->token);
    sqlite3_bind_int64(r->touch, 1, id);
    sqlite3_bind_text(r->touch, 2, title, -1, SQLITE_STATIC);
    if (sqlite3_step(r->touch) != SQLITE_DONE || sqlite3_changes(r->db) != 1)
        die("the row was not changed", sqlite3_errmsg(r->db));
    sqlite3_reset(r->touch);
}

/* ---- connections ---- */

static void connect_client(Run *r, Client *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)r->o.port)};
    int one = 1;
    inet_pton(AF_INET, r->o.host, &to.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket", strerrordesc_np(errno));
    if (connect(c->fd, (const struct sockaddr *)(const void *)&to, sizeof to) != 0)
        die("connect", strerrordesc_np(errno));
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0) die("epoll", strerrordesc_np(errno));
    c->fresh = true;
    c->close = false;
    r->connects++;
}

static void room(char **buf, size_t *cap, size_t need)
{
    if (need <= *cap) return;
    *cap = need * 2;
    *buf = realloc(*buf, *cap);
    if (!*buf) abort();
}

static void add(Client *c, const char *s)
{
    size_t n = strlen(s);
    room(&c->out, &c->out_cap, c->out_n + n + 1);
    memcpy(c->out + c->out_n, s, n);
    c->out_n += n;
}

static void compose(const Run *r, Client *c)
{
    const Options *o = &r->o;
    char line[300];
    const char *body = o->bodies.n ? o->bodies.at[c->number % o->bodies.n] : NULL;
    c->out_n = c->out_at = 0;
    add(c, o->method);
    add(c, " ");
    add(c, o->paths.at[c->number % o->paths.n]);
    snprintf(line, sizeof line, " HTTP/1.1\r\nHost: %s:%d\r\n", o->host, o->port);
    add(c, line);
    if (o->headers.n) {
        add(c, o->headers.at[c->number % o->headers.n]);
        add(c, "\r\n");
    }
    if (o->gzip) add(c, "Accept-Encoding: gzip\r\n");
    if (o->key) {
        snprintf(line, sizeof line, "Idempotency-Key: %s-%lld\r\n", o->key, (long long)c->number);
        add(c, line);
    }
    if (body || strcmp(o->method, "GET") != 0) {
        snprintf(line, sizeof line, "Content-Type: %s\r\nContent-Length: %zu\r\n", o->type,
                 body ? strlen(body) : 0);
        add(c, line);
    }
    add(c, "\r\n");
    if (body) add(c, body);
}

static void watch(Run *r, Client *c, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = c};
    epoll_ctl(r->epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void hang_up(Client *c)
{
    if (c->fd >= 0) close(c->fd);
    c->fd = -1;
}

static void flush(Run *r, Client *c)
{
    while (c->out_at < c->out_n) {
        ssize_t n =
            send(c->fd, c->out + c->out_at, c->out_n - c->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            watch(r, c, EPOLLIN | EPOLLOUT);
            return;
        }
        if (n < 0) return; /* the end is read */
        c->out_at += (size_t)n;
    }
}

static void start(Run *r, Client *c, int64_t due_us)
{
    c->number = r->next++;
    c->busy = true;
    c->in_n = c->head_n = c->body_n = 0;
    c->head = false;
    compose(r, c);
    if (r->db) touch(r, c);
    if (c->fd < 0) connect_client(r, c);
    c->sent_us = now_us();
    c->due_us = due_us ? due_us : c->sent_us;
    flush(r, c);
}

/* ---- answers ---- */

static const char *field(const Client *c, const char *name)
{
    size_t n = strlen(name);
    const char *s = c->in, *end = c->in + c->head_n;
    while ((s = memchr(s, '\n', (size_t)(end - s))) && ++s < end)
        if ((size_t)(end - s) > n && strncasecmp(s, name, n) == 0 && s[n] == ':')
            return s + n + 1 + strspn(s + n + 1, " ");
    return NULL;
}

static bool read_head(Client *c)
{
    char *end = memmem(c->in, c->in_n, "\r\n\r\n", 4);
    if (!end) return false;
    c->head = true;
    c->head_n = (size_t)(end - c->in) + 4;
    c->status = c->in_n > 12 ? atoi(c->in + 9) : 0;
    const char *length = field(c, "Content-Length"), *how = field(c, "Connection");
    c->body_n = length ? (size_t)strtoull(length, NULL, 10) : 0;
    c->close = how && strncasecmp(how, "close", 5) == 0;
    if (!length && c->status != 204 && c->status != 304)
        die("an answer has no length", "chunked answers are not read");
    return true;
}

static void keep_time(Run *r, int64_t us)
{
    if (r->n == r->cap) {
        r->cap = r->cap * 2 + 65536;
        r->us = realloc(r->us, (size_t)r->cap * sizeof *r->us);
        if (!r->us) abort();
    }
    r->us[r->n++] = us > LATEST_US ? LATEST_US : (uint32_t)us;
}

static void finish(Run *r, Client *c)
{
    int64_t now = now_us();
    r->answered++;
    c->busy = false;
    c->fresh = false;
    if (r->answered <= r->o.warm) {
        r->warm_us = now;
    } else {
        r->statuses[c->status > 0 && c->status < STATUSES ? c->status : 0]++;
        r->good += c->status == r->o.expect;
        r->bytes += (int64_t)c->body_n;
        if (c->token[0] && !memmem(c->in + c->head_n, c->body_n, c->token, TOKEN)) r->stale++;
        keep_time(r, now - c->due_us);
    }
    if (!c->close) return;
    hang_up(c);
}

/* The other end closed an idle connection as a request went out: said again on a new one. */
static void lost(Run *r, Client *c)
{
    bool again = c->busy && !c->fresh && c->in_n == 0;
    hang_up(c);
    if (!c->busy) return;
    if (again) {
        connect_client(r, c);
        c->out_at = 0;
        flush(r, c);
        return;
    }
    r->broken++;
    r->answered++;
    c->busy = false;
}

static void readable(Run *r, Client *c)
{
    for (;;) {
        room(&c->in, &c->in_cap, c->in_n + 65536);
        ssize_t n = recv(c->fd, c->in + c->in_n, c->in_cap - c->in_n, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) return;
        if (n <= 0) {
            lost(r, c);
            return;
        }
        c->in_n += (size_t)n;
        if (!c->head && !read_head(c)) continue;
        if (c->in_n < c->head_n + c->body_n) continue;
        finish(r, c);
        return;
    }
}

/* ---- the run ---- */

static bool is_over(const Run *r, int64_t now)
{
    if (r->o.requests > 0 && r->next >= r->o.requests + r->o.warm) return true;
    return r->o.seconds > 0 && (double)(now - r->began_us) / 1e6 >= r->o.seconds;
}

/* The row that the next request would change is looked for in an answer still to come. */
static bool must_wait(const Run *r)
{
    for (int i = 0; r->db && i < r->o.connections; i++)
        if (r->clients[i].busy && (r->next - r->clients[i].number) % r->o.ids.n == 0) return true;
    return false;
}

static Client *idle(const Run *r)
{
    if (must_wait(r)) return NULL;
    for (int i = 0; i < r->o.connections; i++)
        if (!r->clients[i].busy) return &r->clients[i];
    return NULL;
}

enum { LOOK_US = 200000 }; /* the longest wait for an event */

/* Requests that are due now; answers how long until the next, in us. */
static int64_t start_due(Run *r, int64_t now)
{
    Client *c;
    while (r->o.rate <= 0 && !is_over(r, now) && (c = idle(r))) start(r, c, 0);
    if (r->o.rate <= 0) return LOOK_US;
    for (;;) {
        int64_t due = r->began_us + (int64_t)((double)r->next * 1e6 / r->o.rate);
        if (due > now) return due - now < LOOK_US ? due - now : LOOK_US;
        c = is_over(r, now) ? NULL : idle(r);
        if (!c) return LOOK_US;
        start(r, c, due);
    }
}

static bool is_waiting(const Run *r)
{
    for (int i = 0; i < r->o.connections; i++)
        if (r->clients[i].busy) return true;
    return false;
}

static void run(Run *r)
{
    struct epoll_event e[256];
    int64_t last = now_us();
    r->began_us = r->warm_us = last;
    for (;;) {
        int64_t now = now_us();
        int64_t wait = start_due(r, now);
        if (is_over(r, now) && !is_waiting(r)) return;
        const struct timespec t = {wait / 1000000, wait % 1000000 * 1000};
        int n = epoll_pwait2(r->epoll, e, COUNT(e), &t, NULL);
        for (int i = 0; i < n; i++) {
            Client *c = e[i].data.ptr;
            if (c->fd < 0) continue;
            if (e[i].events & EPOLLOUT) {
                watch(r, c, EPOLLIN);
                flush(r, c);
            }
            if (e[i].events & ~(uint32_t)EPOLLOUT) readable(r, c);
        }
        if (n > 0) last = now_us();
        if (is_waiting(r) && now_us() - last > LATEST_US) die("no answer", "for 30 s");
    }
}

static int by_size(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double at(const Run *r, double part)
{
    int64_t i = (int64_t)((double)r->n * part);
    return r->n ? (double)r->us[i < r->n ? i : r->n - 1] / 1e3 : 0;
}

static void report(Run *r)
{
    double seconds = (double)(now_us() - r->warm_us) / 1e6;
    int64_t sum = 0;
    for (int64_t i = 0; i < r->n; i++) sum += r->us[i];
    qsort(r->us, (size_t)r->n, sizeof *r->us, by_size);
    printf("{\"requests\":%lld,\"good\":%lld,\"seconds\":%.3f,\"per_s\":%.1f,\"mean_ms\":%.3f,"
           "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f,\"bytes\":%.1f,\"stale\":%lld,"
           "\"broken\":%lld,\"connects\":%lld,\"statuses\":{",
           (long long)r->n, (long long)r->good, seconds, (double)r->good / seconds,
           r->n ? (double)sum / 1e3 / (double)r->n : 0, at(r, 0.5), at(r, 0.99), at(r, 1),
           r->n ? (double)r->bytes / (double)r->n : 0, (long long)r->stale, (long long)r->broken,
           (long long)r->connects);
    const char *comma = "";
    for (int i = 0; i < STATUSES; i++) {
        if (r->statuses[i] == 0) continue;
        printf("%s\"%d\":%lld", comma, i, (long long)r->statuses[i]);
        comma = ",";
    }
    puts("}}");
}

int main(int argc, char **argv)
{
    static Run r;
    options_of(&r.o, argc, argv);
    r.epoll = epoll_create1(EPOLL_CLOEXEC);
    r.seed = (uint64_t)time(NULL) << 24;
    r.clients = calloc((size_t)r.o.connections, sizeof *r.clients);
    if (r.epoll < 0 || !r.clients) abort();
    for (int i = 0; i < r.o.connections; i++) r.clients[i].fd = -1;
    if (r.o.change) touch_open(&r);
    run(&r);
    report(&r);
    for (int i = 0; i < r.o.connections; i++) {
        hang_up(&r.clients[i]);
        free(r.clients[i].out);
        free(r.clients[i].in);
    }
    free(r.clients);
    free(r.us);
    sqlite3_finalize(r.touch);
    sqlite3_close(r.db);
    return r.broken > 0 ? 3 : 0;
}
