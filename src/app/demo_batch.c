/* demo_batch: acts that need not wait for each other, handed to the writer together. */
#include "app/demo.h"

void batch_open(Batch *b, Demo *d, int max)
{
    *b = (Batch){.d = d, .max = max, .acts = arena_array(&d->a, (size_t)max, sizeof *b->acts)};
    b->arenas = arena_array(&d->a, (size_t)max, sizeof *b->arenas);
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->done, NULL);
}

static void act_done(Act *act)
{
    Batch *b = act->ctx;
    pthread_mutex_lock(&b->lock);
    b->waiting--;
    pthread_cond_signal(&b->done);
    pthread_mutex_unlock(&b->lock);
}

Arena *batch_arena(Batch *b)
{
    return b->n < b->max ? &b->arenas[b->n] : NULL;
}

int batch_add(Batch *b, Act *act)
{
    act->finish = act_done;
    act->ctx = b;
    b->acts[b->n++] = act;
    pthread_mutex_lock(&b->lock);
    b->waiting++;
    pthread_mutex_unlock(&b->lock);
    int rc = act_submit(act);
    if (rc >= 0) return OK;
    pthread_mutex_lock(&b->lock);
    b->waiting--;
    pthread_mutex_unlock(&b->lock);
    act->rc = rc;
    return demo_fail(b->d, "the writer takes no more acts");
}

void batch_wait(Batch *b)
{
    pthread_mutex_lock(&b->lock);
    while (b->waiting > 0) pthread_cond_wait(&b->done, &b->lock);
    pthread_mutex_unlock(&b->lock);
}

void batch_clear(Batch *b)
{
    for (int i = 0; i < b->n; i++) arena_free(&b->arenas[i]);
    b->n = 0;
}

void batch_close(Batch *b)
{
    batch_clear(b);
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->done);
}
