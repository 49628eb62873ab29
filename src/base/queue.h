/* queue: a bounded queue of pointers between threads. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H
#include "base/base.h"

typedef struct Queue Queue;
Queue *queue_new(int cap);
bool queue_put(Queue *q, void *item) MUST_USE; /* false: full or closed */
void *queue_take(Queue *q);                    /* waits; NULL when closed and empty */
/* Up to max items that wait now; waits for the first at most wait_ms (-1: for ever). */
int queue_take_many(Queue *q, void **items, int max, int wait_ms);
int queue_length(Queue *q);
void queue_close(Queue *q); /* wakes the takers; what is inside can still be taken */
void queue_free(Queue *q);
#endif
