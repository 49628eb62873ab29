/* input: what is read from JSON and forms, and what is refused. */
#include "base/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void reads_json(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":\"x\\u0000y\",\"n\":12,\"r\":88.5,\"b\":true,\"z\":null,"
                               "\"l\":[\"1\",2],\"o\":{\"k\":\"v\"}}";
    Arena a = {0};
    Errors e = {.a = &a};
    In in;
    assert_int_equal(input_json(&a, text, sizeof text - 1, false, &in, &e), OK);
    assert_int_equal(in.len, 7);
    assert_int_equal(in_get(&in, "a")->n, 3);
    assert_null(in_text(&in, "a")); /* holds a NUL: no C text */
    assert_int_equal(in_get(&in, "n")->i, 12);
    assert_string_equal(in_get(&in, "r")->s, "88.5");
    assert_int_equal(in_get(&in, "b")->kind, IN_BOOL);
    assert_int_equal(in_get(&in, "z")->kind, IN_NULL);
    assert_string_equal(in_get(&in, "l")->items[0].s, "1");
    assert_string_equal(in_text(in_get(&in, "o"), "k"), "v");
    assert_null(in_get(&in, "none"));
    arena_free(&a);
}

static void a_number_too_large_is_not_broken_json(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":100000000000000000000,\"b\":7,\"c\":-1}";
    Arena a = {0};
    Errors e = {.a = &a};
    In in;
    assert_int_equal(input_json(&a, text, sizeof text - 1, false, &in, &e), OK);
    assert_int_equal(in_get(&in, "a")->kind, IN_REAL);
    assert_int_equal(in_get(&in, "b")->kind, IN_INT);
    assert_int_equal(in_get(&in, "b")->i, 7);
    assert_int_equal(in_get(&in, "c")->i, -1);
    arena_free(&a);
}

static void refuses_json(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "1",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1} x",
        "{\"a\":1,}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":\"\xff\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":1e999}",
        "{\"a\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}",
        "{\"a\":\"\n\"}",
    };
    for (int i = 0; i < COUNT(bad); i++) {
        Arena a = {0};
        Errors e = {.a = &a};
        In in;
        int rc = input_json(&a, bad[i], strlen(bad[i]), false, &in, &e);
        if (rc != E_SYNTAX || !e.zh || !e.en) fail_msg("accepted: %s", bad[i]);
        arena_free(&a);
    }
}

static void many_small_values_do_not_grow(void **state)
{
    (void)state;
    static char big[1 << 20];
    memset(big, '[', sizeof big);
    for (size_t i = 1; i < sizeof big; i += 2) big[i] = ',';
    Arena a = {0};
    Errors e = {.a = &a};
    In in;
    assert_int_equal(input_json(&a, big, sizeof big, true, &in, &e), E_SYNTAX);
    assert_true(a.total < 4096);
    memset(big, '&', sizeof big);
    assert_int_equal(input_form(&a, big, sizeof big, &in, &e), E_SYNTAX);
    assert_true(a.total < 4096);
    arena_free(&a);
}

static void reads_forms(void **state)
{
    (void)state;
    static const char text[] = "title=%E5%81%9C+%E4%BA%A7&lead=1&lead=2&empty=&flag&&z=a%3D%26b";
    Arena a = {0};
    Errors e = {.a = &a};
    In in;
    assert_int_equal(input_form(&a, text, sizeof text - 1, &in, &e), OK);
    assert_int_equal(in.len, 5);
    assert_string_equal(in_text(&in, "title"), "停 产");
    assert_int_equal(in_get(&in, "lead")->kind, IN_LIST);
    assert_int_equal(in_get(&in, "lead")->len, 2);
    assert_string_equal(in_get(&in, "lead")->items[1].s, "2");
    assert_null(in_text(&in, "lead"));
    assert_string_equal(in_text(&in, "empty"), "");
    assert_string_equal(in_text(&in, "flag"), "");
    assert_string_equal(in_text(&in, "z"), "a=&b");
    arena_free(&a);
}

static void refuses_forms(void **state)
{
    (void)state;
    static const char *const bad[] = {"a=%", "a=%1", "a=%zz", "%=1", "=1", "a%00b=1"};
    for (int i = 0; i < COUNT(bad); i++) {
        Arena a = {0};
        Errors e = {.a = &a};
        In in;
        if (input_form(&a, bad[i], strlen(bad[i]), &in, &e) != E_SYNTAX)
            fail_msg("accepted: %s", bad[i]);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_json),   cmocka_unit_test(a_number_too_large_is_not_broken_json),
        cmocka_unit_test(refuses_json), cmocka_unit_test(many_small_values_do_not_grow),
        cmocka_unit_test(reads_forms),  cmocka_unit_test(refuses_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
