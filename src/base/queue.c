/* queue: a bounded ring of pointers under one lock. Putting never waits: a full queue is an
   answer (503), not a place to stand. */
#include "base/queue.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct Queue {
    pthread_mutex_t lock;
    pthread_cond_t filled; /* by the monotonic clock: setting the time wakes nobody */
    int cap, first, n;
    bool closed;
    void *at[];
};

Queue *queue_new(int cap)
{
    assert(cap > 0);
    Queue *q = calloc(1, sizeof *q + (size_t)cap * sizeof(void *));
    pthread_condattr_t attr;
    if (!q || pthread_condattr_init(&attr) != 0) abort();
    if (pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&q->filled, &attr) != 0 || pthread_mutex_init(&q->lock, NULL) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    q->cap = cap;
    return q;
}

bool queue_put(Queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    bool fits = !q->closed && q->n < q->cap;
    if (fits) {
        q->at[(q->first + q->n) % q->cap] = item;
        q->n++;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return fits;
}

static struct timespec after_ms(int ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

int queue_take_many(Queue *q, void **items, int max, int wait_ms)
{
    struct timespec until = after_ms(wait_ms > 0 ? wait_ms : 0);
    int n = 0;
    pthread_mutex_lock(&q->lock);
    while (q->n == 0 && !q->closed && wait_ms != 0) {
        int rc = wait_ms < 0 ? pthread_cond_wait(&q->filled, &q->lock)
                             : pthread_cond_timedwait(&q->filled, &q->lock, &until);
        if (rc == ETIMEDOUT) break;
    }
    for (; n < max && q->n > 0; n++) {
        items[n] = q->at[q->first];
        q->first = (q->first + 1) % q->cap;
        q->n--;
    }
    /* A signal may have woken this taker for several items: pass the rest on. */
    if (q->n > 0) pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->lock);
    return n;
}

void *queue_take(Queue *q)
{
    void *item;
    return queue_take_many(q, &item, 1, -1) == 1 ? item : NULL;
}

int queue_length(Queue *q)
{
    pthread_mutex_lock(&q->lock);
    int n = q->n;
    pthread_mutex_unlock(&q->lock);
    return n;
}

void queue_close(Queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

void queue_free(Queue *q)
{
    if (!q) return;
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->lock);
    free(q);
}
