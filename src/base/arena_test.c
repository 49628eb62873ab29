/* arena and errors: memory with one lifetime, and the sentences kept in it. */
#include "base/base.h"

#include <stdalign.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void memory_comes_zeroed_and_aligned(void **state)
{
    (void)state;
    Arena a = {0};
    for (size_t n = 0; n < 3000; n += 7) {
        unsigned char *p = arena_get(&a, n);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xFF, n);
    }
    arena_free(&a);
}

static void pieces_do_not_overlap(void **state)
{
    (void)state;
    Arena a = {0};
    char *piece[500];
    for (int i = 0; i < COUNT(piece); i++) piece[i] = arena_f(&a, "%d-%0*d", i, i, 0);
    for (int i = 0; i < COUNT(piece); i++) {
        int64_t n;
        char *dash = strchr(piece[i], '-');
        assert_non_null(dash);
        *dash = 0;
        assert_true(num_parse(piece[i], &n) && n == i);
        assert_int_equal(strlen(dash + 1), i ? i : 1);
    }
    arena_free(&a);
}

static void a_piece_larger_than_a_chunk_is_given(void **state)
{
    (void)state;
    Arena a = {0};
    char *big = arena_get(&a, 3000000);
    big[2999999] = 1;
    assert_true(a.total >= 3000000);
    arena_free(&a);
    assert_int_equal(a.total, 0);
    assert_null(a.head);
}

static void texts_are_copied_with_an_end(void **state)
{
    (void)state;
    Arena a = {0};
    assert_string_equal(arena_copy(&a, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(&a, NULL, 0), "");
    assert_string_equal(arena_str(&a, "链"), "链");
    assert_null(arena_str(&a, NULL));
    arena_free(&a);
}

static void growing_keeps_what_was_there(void **state)
{
    (void)state;
    Arena a = {0};
    char *s = arena_grow(&a, NULL, 0, 10);
    memcpy(s, "123456789", 10);
    s = arena_grow(&a, s, 10, 1000);
    assert_string_equal(s, "123456789");
    char *other = arena_str(&a, "between");
    s = arena_grow(&a, s, 1000, 50000);
    memset(s + 10, 'x', 49990);
    assert_string_equal(other, "between");
    assert_memory_equal(s, "123456789", 10);
    arena_free(&a);
}

static void errors_are_found_by_field(void **state)
{
    (void)state;
    Errors e = {0};
    error_add(&e, "name", "必填", "Required.");
    error_add(&e, "seats", "太多", "Too many.");
    assert_string_equal(error_at(&e, "seats")->en, "Too many.");
    assert_null(error_at(&e, "none"));
    assert_int_equal(error_say(&e, E_CLASH, "已存在", "Already there."), E_CLASH);
    assert_string_equal(e.zh, "已存在");
}

static void the_forty_first_error_is_left_out(void **state)
{
    (void)state;
    Errors e = {0};
    for (int i = 0; i < ERRORS_MAX + 5; i++) error_add(&e, "f", "错", "Wrong.");
    assert_int_equal(e.n, ERRORS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_comes_zeroed_and_aligned),
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(a_piece_larger_than_a_chunk_is_given),
        cmocka_unit_test(texts_are_copied_with_an_end),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(errors_are_found_by_field),
        cmocka_unit_test(the_forty_first_error_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
