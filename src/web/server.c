/* server: workers between the bytes and the desk. A request waits in the quick or the slow queue, a
   worker runs it with its own Reader; an act is handed to the writer, and its answer made on a
   worker after the commit. Passwords are hashed on two threads of their own. */
#include "web/server.h"

#include "base/clocks.h"
#include "web/web_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SLOW_WORKERS = 2 };

/* ---- a turn's end ---- */

static int64_t micros(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void count(Server *s, const Turn *t, int status)
{
    static const int64_t limits[] = {1000, 2000, 5000, 10000, 50000, 100000, 500000};
    int64_t took = micros() - t->began_us;
    int i = 0;
    while (i < COUNT(limits) && took > limits[i]) i++;
    atomic_fetch_add(&s->counters.took[i], 1);
    atomic_fetch_add(&s->counters.micros, took);
    if (status >= 100 && status < 600) atomic_fetch_add(&s->counters.status[status / 100], 1);
}

/* No query, no body: what people type stays out of the log. */
static void log_failure(const Turn *t, int status)
{
    const char *why = t->storage && *t->storage ? t->storage : t->q.errors.en;
    fprintf(stderr, "%s %s %s %d%s%s\n", t->trace, t->q.method, t->q.path, status, why ? " " : "",
            why ? why : "");
}

void turn_finish(Turn *t, int status)
{
    count(t->srv, t, status);
    if (status >= 500 && (status != 503 || t->storage)) log_failure(t, status);
    reply_send(t, status);
}

static void finish_with(Turn *t, int rc)
{
    turn_finish(t, rc < 0 ? reply_error(&t->q, rc) : rc);
}

/* ---- the first half: from a request to an answer or an act ---- */

static int too_often(Turn *t, int wait_ms)
{
    atomic_fetch_add(&t->srv->counters.refused_rate, 1);
    t->q.retry_after = wait_ms / 1000 + 1;
    return E_RATE;
}

/* At least 100 requests a second for each account; fewer for a client that nobody signed in from. A
   client on this machine that no proxy forwarded is a test or an operator. */
static int check_rate(Turn *t)
{
    const ServerOptions *o = &t->srv->o;
    int64_t per_s = 1000 * (int64_t)(t->q.who.account ? (o->rate_account ? o->rate_account : 100)
                                                      : (o->rate_client ? o->rate_client : 40));
    int burst = (int)(per_s / 500);
    if (t->local && per_s < 300000) per_s = 300000, burst = 600;
    uint64_t key =
        t->q.who.account ? limit_key("a", NULL, t->q.who.account) : limit_key("c", t->client, 0);
    int wait = limit_take(t->srv->limits, key, per_s, burst, mono_ms());
    return wait ? too_often(t, wait) : OK;
}

static int sign_in_first(Turn *t)
{
    Req *q = &t->q;
    if (q->api || strcmp(q->path, "/events") == 0) return E_LOGIN;
    Out o = {.a = q->a};
    out_raw(&o, "/login");
    if (strcmp(q->path, "/") != 0) {
        out_raw(&o, "?next=");
        put_url_s(&o, strcmp(q->method, "GET") == 0 ? request_self(q) : q->path);
    }
    return see_other(q, o.s);
}

static bool is_write(const Req *q)
{
    return strcmp(q->method, "GET") != 0 && !q->head;
}

/* Who, where to, and whether this may come in at all. */
static int gate(Turn *t)
{
    Req *q = &t->q;
    TRY(session_open(t));
    TRY(check_rate(t));
    const char *allow = NULL;
    t->entry = router_find(&t->srv->router, q, &allow);
    if (!t->entry && allow) {
        t->allow = allow;
        return 405;
    }
    if (!t->entry) return E_MISSING;
    if (q->who.account == 0 && !(t->entry->r.flags & R_PUBLIC)) return sign_in_first(t);
    if (t->bearer && !(is_write(q) ? t->may_write : t->may_read))
        return error_say(&q->errors, E_DENIED, "这个令牌没有此项权限。",
                         "this token has no such scope.");
    if (!is_write(q)) return OK;
    TRY(request_body(t));
    return csrf_check(t);
}

static void act_done(Act *act)
{
    Turn *t = act->ctx;
    if (!queue_put(t->srv->quick, t)) finish_with(t, E_BUSY);
}

/* rc of parse: an act to submit, a status, or E_*. True: the turn has left this worker. */
static bool submit(Turn *t, int rc, int *rc_out)
{
    Req *q = &t->q;
    Act *act = t->act;
    *rc_out = rc;
    if (rc != OK || !act) return false;
    Errors read = act->errors;
    rc = act_check(q->q, act);
    atomic_fetch_add(&t->srv->counters.acts, 1);
    if (rc < 0 && !act->idem_key) {
        act->rc = rc;
        return false;
    }
    /* A repeat may meet a state that its first has changed: the writer knows the first's answer. */
    if (rc < 0) act->errors = read;
    reader_end(q->q);
    q->q = NULL;
    t->worker = NULL;
    act->finish = act_done;
    act->ctx = t;
    rc = act_submit(act); /* from here on the writer may have it */
    if (rc < 0) finish_with(t, rc);
    return true;
}

static int answer_act(Turn *t)
{
    Req *q = &t->q;
    Act *act = t->act;
    q->errors = act->errors;
    if (!q->errors.a) q->errors.a = q->a;
    if (act->rc == E_LARGE && !q->errors.zh) /* not the body: what it sets off (DB_ACT_…) */
        (void)!error_say(&q->errors, E_LARGE,
                         "这一步要改的内容太多，一次办不完，什么都没有写入。请分成几次办。",
                         "This step changes too much at once; nothing was written. Please do it in "
                         "several steps.");
    if (act->rc < 0)
        atomic_fetch_add(&t->srv->counters.act_failures, 1);
    else
        events_changed(t->srv->events);
    if (act->rc < 0 && (q->api || act->rc != E_INPUT || !t->entry->r.answer)) return act->rc;
    if (t->entry->r.answer) return t->entry->r.answer(q, act);
    return api_answer(q, act);
}

static int begin(Turn *t, bool *left)
{
    int rc = gate(t);
    if (rc == 405) return error_page(&t->q, 405);
    if (rc != OK) return rc;
    const Route *r = &t->entry->r;
    if (!r->parse) return r->run ? r->run(&t->q) : E_MISSING; /* writes nothing of the desk's */
    rc = r->parse(&t->q, &t->act);
    if (rc == STATUS_LATER) return rc;
    *left = submit(t, rc, &rc);
    if (*left || rc != OK) return rc;
    return t->act ? answer_act(t) : E_MISSING;
}

/* ---- workers ---- */

static void serve(Worker *w, Turn *t)
{
    bool left = false;
    Req *q = &t->q;
    t->worker = w;
    int64_t most = w->from == w->srv->slow ? SLOW_WAIT_MS : WAIT_MAX_MS;
    bool fresh = !t->act && !t->then;
    int rc = fresh ? request_read(t) : OK; /* first: whatever fails, its page says what was asked */
    if (rc >= 0 && fresh && mono_ms() - t->began > most) rc = E_BUSY;
    if (rc < 0) {
        finish_with(t, rc);
        return;
    }
    rc = reader_begin(w->srv->desk->db, w->reader, &q->q);
    if (rc < 0) {
        q->q = NULL;
        finish_with(t, t->act && t->act->rc == OK ? E_DB : rc);
        return;
    }
    if (t->then)
        rc = t->then(q);
    else if (t->act)
        rc = answer_act(t);
    else
        rc = begin(t, &left);
    if (left || rc == STATUS_LATER) return;
    int status = rc < 0 ? reply_error(q, rc) : rc;
    if (q->q) reader_end(q->q);
    q->q = NULL;
    turn_finish(t, status);
}

static void *work(void *arg)
{
    Worker *w = arg;
    for (Turn *t; (t = queue_take(w->from)) != NULL;) serve(w, t);
    return NULL;
}

static void *hash_work(void *arg)
{
    Server *s = arg;
    for (Turn *t; (t = queue_take(s->hash)) != NULL;) {
        t->hash(&t->q);
        if (!queue_put(s->quick, t)) finish_with(t, E_BUSY);
    }
    return NULL;
}

int turn_hash(Req *q, void (*hash)(Req *q), int (*then)(Req *q))
{
    Turn *t = turn_of(q);
    Reader *reader = q->q;
    t->hash = hash;
    t->then = then;
    q->q = NULL;
    t->worker = NULL;
    if (queue_put(t->srv->hash, t)) {
        reader_end(reader); /* t may be gone by now; the reader is this worker's */
        return STATUS_LATER;
    }
    q->q = reader;
    q->retry_after = 2;
    return E_BUSY;
}

/* ---- from the I/O threads ---- */

static Turn *turn_new(Server *s, HttpReq *h)
{
    Turn *t = NEW(&h->a, Turn);
    t->h = h;
    t->srv = s;
    t->began = mono_ms();
    t->began_us = micros();
    uint32_t n = atomic_fetch_add(&s->trace, 1) * 2654435761u;
    snprintf(t->trace, sizeof t->trace, "%04X-%04X", n >> 16, n & 0xFFFF);
    t->q = (Req){.a = &h->a,
                 .srv = s,
                 .desk = s->desk,
                 .method = h->method,
                 .path = "/",
                 .if_rev = -1,
                 .csrf = "",
                 .now = desk_now(s->desk),
                 .out = {.a = &h->a},
                 .errors = {.a = &h->a}};
    t->q.today = time_day((Time){t->q.now, true});
    h->ctx = t;
    return t;
}

static bool at_once(void *ctx, HttpReq *h)
{
    Server *s = ctx;
    if (strncmp(h->target, "/static/", 8) == 0) return asset_answer(h, h->target);
    if (strcmp(h->target, "/healthz") == 0) {
        http_answer(h, 200, &(HttpHeader){"Content-Type", "text/plain"}, 1, "ok\n", 3);
        return true;
    }
    int waiting = queue_length(s->quick);
    if (waiting < QUICK_MAX) return false;
    atomic_fetch_add(&s->counters.refused_full, 1);
    refuse_early(h, 503);
    return true;
}

static void take(void *ctx, HttpReq *h)
{
    Server *s = ctx;
    Turn *t = turn_new(s, h);
    Queue *to = router_is_slow(&s->router, h->method, h->target) ? s->slow : s->quick;
    if (queue_put(to, t)) return;
    atomic_fetch_add(&s->counters.refused_full, 1);
    refuse_early(h, 503);
}

static void refused(void *ctx, HttpReq *h, int status)
{
    (void)ctx;
    refuse_early(h, status);
}

static void gone(void *ctx, HttpReq *h)
{
    Server *s = ctx;
    events_gone(s->events, h);
}

/* ---- start and stop ---- */

int server_readers(int workers)
{
    if (workers <= 0) {
        long n = sysconf(_SC_NPROCESSORS_ONLN);
        workers = (int)(n < 2 ? 2 : n > 6 ? 6 : n) * 2;
    }
    int most = DB_READERS_MAX - 2; /* the last two are the desk's: sealer and deadlines */
    workers += SLOW_WORKERS + 1;   /* one reader is the event streams' */
    return workers > most ? most : workers;
}

static int load_sites(Server *s)
{
    Reader *q;
    Result r;
    TRY(reader_begin(s->desk->db, 0, &q));
    int rc =
        db_get(q, &s->a, &r, "SELECT site, code, zh, en, host FROM site ORDER BY site", 0, NULL);
    if (rc == OK) {
        s->sites = arena_array(&s->a, (size_t)r.rows + 1, sizeof *s->sites);
        s->sites_n = r.rows;
        for (int i = 0; i < r.rows; i++)
            s->sites[i] = (Site){res_int(&r, i, 0), res_text(&r, i, 1), res_text(&r, i, 2),
                                 res_text(&r, i, 3), res_text(&r, i, 4)};
        if (s->o.site == 0 && r.rows > 0) s->o.site = s->sites[0].site;
    }
    reader_end(q);
    return rc;
}

static int start_threads(Server *s)
{
    for (int i = 0; i < s->workers_n; i++) {
        Worker *w = &s->workers[i];
        *w = (Worker){.srv = s, .reader = i, .from = i < SLOW_WORKERS ? s->slow : s->quick};
        if (pthread_create(&w->thread, NULL, work, w) != 0) return E_IO;
    }
    for (int i = 0; i < COUNT(s->hashers); i++)
        if (pthread_create(&s->hashers[i], NULL, hash_work, s) != 0) return E_IO;
    return OK;
}

int server_start(const ServerOptions *o, Server **out, const char **why_out)
{
    Server *s = calloc(1, sizeof *s);
    if (!s) abort();
    s->o = *o;
    s->desk = o->desk;
    s->workers_n = server_readers(o->workers) - 1;
    s->started_ms = wall_ms();
    random_bytes(&s->trace, sizeof s->trace);
    router_build(&s->router, o->modules, o->desk->records);
    s->quick = queue_new(QUICK_MAX + ANSWERS_MAX);
    s->slow = queue_new(SLOW_MAX);
    s->hash = queue_new(HASH_MAX);
    s->limits = limits_new();
    s->events = events_new(s);
    if (load_sites(s) < 0) {
        *why_out = "the sites could not be read from the database";
        return E_DB;
    }
    HttpOptions h = {.address = o->address ? o->address : "127.0.0.1",
                     .port = o->port,
                     .threads = 2,
                     .body_max = 1024 * 1024,
                     .at_once = at_once,
                     .take = take,
                     .refuse = refused,
                     .gone = gone,
                     .ctx = s};
    if (start_threads(s) < 0) {
        *why_out = "the threads could not be started";
        return E_IO;
    }
    int rc = http_start(&h, &s->http, why_out);
    if (rc < 0) return rc;
    *out = s;
    return OK;
}

int server_port(const Server *s)
{
    return http_port(s->http);
}

void server_stop(Server *s)
{
    atomic_store(&s->stopping, true);
    http_quiesce(s->http);
    events_stop(s->events);
    for (int64_t until = mono_ms() + 8000; http_counts(s->http).waiting > 0 && mono_ms() < until;)
        usleep(2000);
    queue_close(s->quick);
    queue_close(s->slow);
    queue_close(s->hash);
    for (int i = 0; i < s->workers_n; i++) pthread_join(s->workers[i].thread, NULL);
    for (int i = 0; i < COUNT(s->hashers); i++) pthread_join(s->hashers[i], NULL);
    http_stop(s->http);
    for (int i = 0; i < s->workers_n; i++) reply_worker_free(&s->workers[i]);
    events_free(s->events);
    limits_free(s->limits);
    queue_free(s->quick);
    queue_free(s->slow);
    queue_free(s->hash);
    arena_free(&s->router.a);
    arena_free(&s->a);
    free(s);
}
