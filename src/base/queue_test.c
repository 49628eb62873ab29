/* queue: order, bounds, closing and waiting, and many threads at once. */
#include "base/queue.h"

#include "base/clocks.h"

#include <pthread.h>
#include <stdatomic.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int item[10];

static void items_come_out_in_order(void **state)
{
    (void)state;
    Queue *q = queue_new(3);
    for (int turn = 0; turn < 5; turn++) {
        for (int i = 0; i < 3; i++) assert_true(queue_put(q, &item[i]));
        assert_int_equal(queue_length(q), 3);
        for (int i = 0; i < 3; i++) assert_ptr_equal(queue_take(q), &item[i]);
    }
    queue_free(q);
}

static void a_full_queue_refuses(void **state)
{
    (void)state;
    Queue *q = queue_new(1);
    assert_true(queue_put(q, item));
    assert_false(queue_put(q, item));
    assert_ptr_equal(queue_take(q), item);
    assert_true(queue_put(q, item));
    queue_free(q);
}

static void a_closed_queue_gives_what_is_inside(void **state)
{
    (void)state;
    Queue *q = queue_new(3);
    assert_true(queue_put(q, item));
    queue_close(q);
    assert_false(queue_put(q, item));
    assert_ptr_equal(queue_take(q), item);
    assert_null(queue_take(q));
    assert_int_equal(queue_take_many(q, &(void *){NULL}, 1, -1), 0);
    queue_free(q);
}

static void many_are_taken_at_once(void **state)
{
    (void)state;
    Queue *q = queue_new(8);
    void *got[8];
    for (int i = 0; i < 5; i++) assert_true(queue_put(q, &item[i]));
    assert_int_equal(queue_take_many(q, got, 3, -1), 3);
    assert_ptr_equal(got[2], &item[2]);
    assert_int_equal(queue_take_many(q, got, 8, 0), 2);
    assert_ptr_equal(got[1], &item[4]);
    queue_free(q);
}

static void waiting_ends_in_time(void **state)
{
    (void)state;
    Queue *q = queue_new(1);
    void *got[1];
    int64_t start = mono_ms();
    assert_int_equal(queue_take_many(q, got, 1, 0), 0);
    assert_int_equal(queue_take_many(q, got, 1, 30), 0);
    int64_t took = mono_ms() - start;
    assert_true(took >= 29 && took < 5000);
    queue_free(q);
}

enum { PUTTERS = 3, TAKERS = 3, EACH = 20000 };
typedef struct Race {
    Queue *q;
    atomic_int taken;
    atomic_int seen[PUTTERS * EACH];
    int numbers[PUTTERS * EACH];
    atomic_int next;
} Race;

static void *put_all(void *arg)
{
    Race *r = arg;
    int base = atomic_fetch_add(&r->next, EACH);
    for (int i = base; i < base + EACH; i++)
        while (!queue_put(r->q, &r->numbers[i])) sched_yield();
    return NULL;
}

static void *take_all(void *arg)
{
    Race *r = arg;
    void *got[16];
    for (int n; (n = queue_take_many(r->q, got, COUNT(got), -1)) > 0;) {
        for (int i = 0; i < n; i++) atomic_fetch_add(&r->seen[*(int *)got[i]], 1);
        atomic_fetch_add(&r->taken, n);
    }
    return NULL;
}

static void race_each_item_is_taken_once(void **state)
{
    (void)state;
    Race *r = calloc(1, sizeof *r);
    pthread_t put[PUTTERS], take[TAKERS];
    assert_non_null(r);
    r->q = queue_new(64);
    for (int i = 0; i < PUTTERS * EACH; i++) r->numbers[i] = i;
    for (int i = 0; i < TAKERS; i++)
        assert_int_equal(pthread_create(&take[i], NULL, take_all, r), 0);
    for (int i = 0; i < PUTTERS; i++)
        assert_int_equal(pthread_create(&put[i], NULL, put_all, r), 0);
    for (int i = 0; i < PUTTERS; i++) pthread_join(put[i], NULL);
    queue_close(r->q);
    for (int i = 0; i < TAKERS; i++) pthread_join(take[i], NULL);
    assert_int_equal(r->taken, PUTTERS * EACH);
    for (int i = 0; i < PUTTERS * EACH; i++) assert_int_equal(r->seen[i], 1);
    queue_free(r->q);
    free(r);
}

static void clocks_run_forward(void **state)
{
    (void)state;
    int64_t wall = wall_ms(), mono = mono_ms(), cpu = thread_cpu_us();
    assert_true(wall > INT64_C(1700000000000));
    assert_true(mono_ms() >= mono && thread_cpu_us() >= cpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_order),
        cmocka_unit_test(a_full_queue_refuses),
        cmocka_unit_test(a_closed_queue_gives_what_is_inside),
        cmocka_unit_test(many_are_taken_at_once),
        cmocka_unit_test(waiting_ends_in_time),
        cmocka_unit_test(race_each_item_is_taken_once),
        cmocka_unit_test(clocks_run_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
