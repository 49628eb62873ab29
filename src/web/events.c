/* events: the live numbers beside 待我决定 and 消息, as server-sent events. One thread looks after
   all streams: when an act was committed, and each 15 seconds, it asks for the numbers of each
   stream's viewer and sends those that changed. */
#include "base/clocks.h"
#include "desk/inbox.h"
#include "web/web_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    STREAMS_MAX = 2000,
    STREAMS_EACH = 6,
    LOOK_MS = 1000,
    BEAT_MS = 15000,
    LIFE_MS = 3600 * 1000
};

typedef struct Stream {
    struct Stream *next;
    HttpReq *h;
    Viewer who; /* its texts lie in h->a */
    int64_t requests, notices, began, beat;
    bool ended;
} Stream;

struct Events {
    Server *s;
    pthread_mutex_t lock;
    Stream *first;
    int n;
    _Atomic int64_t changes;
    int64_t looked_at;
    pthread_t thread;
    _Atomic bool stopping;
};

/* ---- numbers: as a job of a worker, for it alone has a Reader ---- */

typedef struct Look {
    int64_t account, requests, notices;
    Viewer who;
} Look;

static void send_text(Stream *t, const char *s)
{
    http_send(t->h, s, strlen(s));
    t->beat = mono_ms();
}

static void send_counts(Stream *t, int64_t requests, int64_t notices)
{
    char s[160];
    if (t->requests == requests && t->notices == notices) return;
    t->requests = requests;
    t->notices = notices;
    snprintf(s, sizeof s, "event: counts\ndata: {\"requests\":%lld,\"notices\":%lld}\n\n",
             (long long)requests, (long long)notices);
    send_text(t, s);
}

static int look(Reader *q, Arena *a, const Viewer *who, int64_t *requests, int64_t *notices)
{
    TRY(inbox_requests_count(q, a, who, ASKED_OF_ME, requests));
    return inbox_unread(q, a, who, notices);
}

/* The viewers are copied under the lock, their numbers read without it, and sent under it again. */
static void look_all(struct Events *e, Reader *q)
{
    Arena a = {0};
    pthread_mutex_lock(&e->lock);
    Look *all = arena_array(&a, (size_t)e->n + 1, sizeof *all);
    int n = 0;
    for (Stream *t = e->first; t && n < e->n; t = t->next) {
        all[n] = (Look){.account = t->who.account, .who = t->who};
        all[n++].who.name = NULL;
    }
    pthread_mutex_unlock(&e->lock);
    for (int i = 0; i < n; i++) {
        Arena each = {0};
        if (look(q, &each, &all[i].who, &all[i].requests, &all[i].notices) < 0) all[i].account = 0;
        arena_free(&each);
    }
    pthread_mutex_lock(&e->lock);
    for (Stream *t = e->first; t; t = t->next)
        for (int i = 0; i < n; i++)
            if (all[i].account == t->who.account && all[i].who.site == t->who.site) {
                send_counts(t, all[i].requests, all[i].notices);
                break;
            }
    pthread_mutex_unlock(&e->lock);
    arena_free(&a);
}

static void beat_all(struct Events *e)
{
    int64_t now = mono_ms();
    pthread_mutex_lock(&e->lock);
    for (Stream *t = e->first; t; t = t->next) {
        if (now - t->began > LIFE_MS)
            http_send_end(t->h); /* the browser asks again, and is asked who */
        if (now - t->beat > BEAT_MS) send_text(t, ":\n\n");
    }
    pthread_mutex_unlock(&e->lock);
}

/* The last reader is kept for this thread (server_start). */
static void *watch(void *arg)
{
    struct Events *e = arg;
    int64_t seen = -1, last = 0;
    while (!atomic_load(&e->stopping)) {
        usleep(LOOK_MS * 250);
        int64_t changes = atomic_load(&e->changes), now = mono_ms();
        bool due = (changes != seen && now - last > LOOK_MS) || now - last > BEAT_MS;
        if (!due || events_count(e) == 0) continue;
        Reader *q;
        if (reader_begin(e->s->desk->db, e->s->workers_n, &q) == OK) {
            look_all(e, q);
            reader_end(q);
        }
        beat_all(e);
        seen = changes;
        last = now;
    }
    return NULL;
}

struct Events *events_new(Server *s)
{
    struct Events *e = calloc(1, sizeof *e);
    if (!e || pthread_mutex_init(&e->lock, NULL) != 0) abort();
    e->s = s;
    if (pthread_create(&e->thread, NULL, watch, e) != 0) abort();
    return e;
}

void events_stop(struct Events *e)
{
    atomic_store(&e->stopping, true);
    pthread_join(e->thread, NULL);
    pthread_mutex_lock(&e->lock);
    for (Stream *t = e->first; t; t = t->next) http_send_end(t->h);
    pthread_mutex_unlock(&e->lock);
}

void events_free(struct Events *e)
{
    pthread_mutex_destroy(&e->lock);
    free(e);
}

void events_changed(struct Events *e)
{
    atomic_fetch_add(&e->changes, 1);
}

int events_count(struct Events *e)
{
    pthread_mutex_lock(&e->lock);
    int n = e->n;
    pthread_mutex_unlock(&e->lock);
    return n;
}

void events_gone(struct Events *e, HttpReq *h)
{
    pthread_mutex_lock(&e->lock);
    for (Stream **at = &e->first; *at; at = &(*at)->next)
        if ((*at)->h == h) {
            Stream *t = *at;
            *at = t->next;
            e->n--;
            free(t);
            break;
        }
    pthread_mutex_unlock(&e->lock);
}

/* One more stream of an account than it may have ends the oldest, which asks again in a minute. */
static void make_room(struct Events *e, int64_t account)
{
    static const char later[] = "retry: 60000\n\n";
    int own = 0;
    Stream *oldest = NULL;
    for (Stream *t = e->first; t; t = t->next) /* newest first */
        if (t->who.account == account && !t->ended) own++, oldest = t;
    if (own < STREAMS_EACH) return;
    oldest->ended = true;
    http_send(oldest->h, later, sizeof later - 1);
    http_send_end(oldest->h);
}

int events_stream(Req *q)
{
    Turn *t = turn_of(q);
    struct Events *e = t->srv->events;
    int64_t requests = 0, notices = 0;
    TRY(look(q->q, q->a, &q->who, &requests, &notices));
    if (q->head) return reply_text(q, 200, "text/event-stream", "");
    Stream *s = calloc(1, sizeof *s);
    if (!s) abort();
    const HttpHeader headers[] = {{"Content-Type", "text/event-stream; charset=utf-8"},
                                  {"Cache-Control", "no-store"},
                                  {"X-Content-Type-Options", "nosniff"},
                                  {"X-Accel-Buffering", "no"}};
    pthread_mutex_lock(&e->lock);
    make_room(e, q->who.account);
    if (atomic_load(&e->stopping) || e->n >= STREAMS_MAX) {
        pthread_mutex_unlock(&e->lock);
        free(s);
        q->retry_after = 10;
        return E_BUSY;
    }
    *s = (Stream){.next = e->first,
                  .h = t->h,
                  .who = q->who,
                  .requests = -1,
                  .notices = -1,
                  .began = mono_ms()};
    e->first = s;
    e->n++;
    reader_end(q->q);
    q->q = NULL;
    HttpReq *h = t->h;
    http_stream(h, headers, COUNT(headers)); /* gone() waits for the lock */
    send_text(s, "retry: 5000\n\n");
    send_counts(s, requests, notices);
    pthread_mutex_unlock(&e->lock);
    return STATUS_LATER;
}
