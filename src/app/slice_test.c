#include "app/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define JSON(s) ((Slice){(s), sizeof(s) - 1})

static void same(Slice got, const char *want)
{
    if (!want) {
        assert_null(got.s);
        return;
    }
    assert_non_null(got.s);
    assert_int_equal(got.n, strlen(want));
    assert_memory_equal(got.s, want, got.n);
}

static void members(void **state)
{
    (void)state;
    Slice j = JSON("{ \"a\" : 1 , \"b\":\"x,}\\\"\" ,\"c\": {\"a\": [1, {\"b\": 2}]}, \"d\":[ ], "
                   "\"e\":null\n}");
    same(slice_member(j, "a"), "1");
    same(slice_member(j, "b"), "\"x,}\\\"\"");
    same(slice_member(j, "c"), "{\"a\": [1, {\"b\": 2}]}");
    same(slice_member(slice_member(j, "c"), "a"), "[1, {\"b\": 2}]");
    same(slice_member(j, "d"), "[ ]");
    same(slice_member(j, "e"), "null");
    same(slice_member(j, "f"), NULL);
    same(slice_member(JSON("{}"), "a"), NULL);
    same(slice_member(JSON("[1]"), "a"), NULL);
    same(slice_member((Slice){0}, "a"), NULL);
}

static void elements(void **state)
{
    (void)state;
    static const char *const want[] = {"1", "\"a\\\\\"", "[2,3]", "{\"x\":[]}", "true"};
    Slice list = JSON("[1, \"a\\\\\" ,[2,3],\n {\"x\":[]}, true ]"), at = {0};
    for (int i = 0; i < COUNT(want); i++) {
        assert_true(slice_next(list, &at));
        same(at, want[i]);
    }
    assert_false(slice_next(list, &at));
    at = (Slice){0};
    assert_false(slice_next(JSON("[ ]"), &at));
    assert_false(slice_next(JSON("{}"), &at));
}

static void finding(void **state)
{
    (void)state;
    Slice list = JSON("[{\"id\":\"de\"},{\"id\":\"demo\",\"n\":[1,\"d\"]},{\"id\":\"demo2\"}]");
    same(slice_find(list, "id", "demo"), "{\"id\":\"demo\",\"n\":[1,\"d\"]}");
    same(slice_find(list, "id", "x"), NULL);
}

static void cut_text_ends(void **state)
{
    (void)state;
    const char *text = "{\"a\":[1,{\"b\":\"c\\\\\"}],\"d\":\"e";
    for (size_t n = 0; n <= strlen(text); n++) {
        Slice j = {text, n}, at = {0};
        Slice a = slice_member(j, "a");
        while (slice_next(a, &at)) assert_true(at.s + at.n <= text + n);
        assert_true(!slice_member(j, "d").s || slice_member(j, "d").s <= text + n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(members), cmocka_unit_test(elements),
                                       cmocka_unit_test(finding), cmocka_unit_test(cut_text_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
