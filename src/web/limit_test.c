/* limit: a bucket empties, refills with time, and leaves the others alone. */
#include "web/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_bucket_empties_and_refills(void **state)
{
    (void)state;
    Limits *l = limits_new();
    uint64_t a = limit_key("client", "10.0.0.1", 0), b = limit_key("client", "10.0.0.2", 0);
    for (int i = 0; i < 5; i++) assert_int_equal(limit_take(l, a, 2000, 5, 1000), 0);
    int wait = limit_take(l, a, 2000, 5, 1000);
    assert_in_range(wait, 400, 502); /* half a second for one more */
    assert_int_equal(limit_take(l, b, 2000, 5, 1000), 0);
    assert_int_equal(limit_wait(l, a, 2000, 5, 1600), 0);
    assert_int_equal(limit_take(l, a, 2000, 5, 1600), 0);
    assert_true(limit_take(l, a, 2000, 5, 1600) > 0);
    for (int i = 0; i < 5; i++) assert_int_equal(limit_take(l, a, 2000, 5, 60000), 0);
    assert_true(limit_take(l, a, 2000, 5, 60000) > 0); /* never more than the burst */
    limits_free(l);
}

static void a_slow_rate_gains_in_small_steps(void **state)
{
    (void)state;
    Limits *l = limits_new();
    uint64_t a = limit_key("login", "x", 0);
    assert_int_equal(limit_take(l, a, 500, 1, 0), 0);
    int64_t now = 0;
    while (limit_wait(l, a, 500, 1, now) > 0 && now < 5000) now++;
    assert_in_range(now, 1990, 2010);
    limits_free(l);
}

static void many_keys_need_no_more_memory(void **state)
{
    (void)state;
    Limits *l = limits_new();
    for (int i = 0; i < 100000; i++)
        assert_int_equal(limit_take(l, limit_key("c", NULL, i), 1000, 3, i), 0);
    limits_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_empties_and_refills),
        cmocka_unit_test(a_slow_rate_gains_in_small_steps),
        cmocka_unit_test(many_keys_need_no_more_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
