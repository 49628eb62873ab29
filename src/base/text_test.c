/* text: what counts as UTF-8, and what may be stored. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t length_of(const char *s)
{
    return utf8_length(s, strlen(s));
}

static void characters_are_counted(void **state)
{
    (void)state;
    assert_int_equal(length_of(""), 0);
    assert_int_equal(length_of("abc"), 3);
    assert_int_equal(length_of("链哨"), 2);
    assert_int_equal(length_of("é链\xF0\x9F\x99\x82"), 3);
    assert_int_equal(utf8_length("a\0b", 3), 3);
    assert_int_equal(length_of("\xF4\x8F\xBF\xBF"), 1);         /* U+10FFFF */
    assert_int_equal(length_of("\xED\x9F\xBF\xEE\x80\x80"), 2); /* both sides of the surrogates */
}

static void broken_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",             /* continues nothing */
        "\xC3",             /* cut off */
        "\xE9\x93",         /* cut off */
        "\xC0\xAF",         /* overlong / */
        "\xC1\xBF",         /* overlong */
        "\xE0\x9F\xBF",     /* overlong */
        "\xF0\x8F\xBF\xBF", /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xED\xBF\xBF",     /* surrogate */
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xE9\x41\x41",
        "\xE9\x93\xC3",
    };
    for (int i = 0; i < COUNT(bad); i++) {
        if (length_of(bad[i]) != -1) fail_msg("counted: case %d", i);
        assert_non_null(text_fault(bad[i], strlen(bad[i]), true));
    }
}

static void a_character_cut_by_the_length_is_refused(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("链", 2), -1);
    assert_int_equal(utf8_length("链", 3), 1);
}

static void line_breaks_need_a_field_of_several_lines(void **state)
{
    (void)state;
    assert_null(text_fault("a\tb\r\nc", 6, true));
    assert_non_null(text_fault("a\tb", 3, false));
    assert_non_null(text_fault("a\nb", 3, false));
    assert_non_null(text_fault("a\rb", 3, false));
}

static void hidden_characters_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a\x01",        "a\x1B[0m",     "a\x7F",        "a\xC2\x85",        /* controls */
        "\xE2\x80\xAA", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA9",     /* direction */
        "\xEF\xB7\x90", "\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xF0\x9F\xBF\xBF", /* noncharacters */
    };
    for (int i = 0; i < COUNT(bad); i++)
        if (!text_fault(bad[i], strlen(bad[i]), true)) fail_msg("accepted: case %d", i);
    assert_non_null(text_fault("a\0b", 3, true));
}

static void ordinary_text_may_be_stored(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",         "金昌市",           "Nickel & Co. <x>",
        "“引号”—…", "\xF0\x9F\x99\x82", "\xE2\x80\x8D" /* joiner, in emoji */};
    for (int i = 0; i < COUNT(good); i++) assert_null(text_fault(good[i], strlen(good[i]), false));
}

static void a_fault_is_said_in_both_languages(void **state)
{
    (void)state;
    const char *const *fault = text_fault("\xFF", 1, true);
    assert_non_null(fault);
    assert_non_null(strstr(fault[0], "UTF-8"));
    assert_non_null(strstr(fault[1], "UTF-8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_are_counted),
        cmocka_unit_test(broken_utf8_is_refused),
        cmocka_unit_test(a_character_cut_by_the_length_is_refused),
        cmocka_unit_test(line_breaks_need_a_field_of_several_lines),
        cmocka_unit_test(hidden_characters_are_refused),
        cmocka_unit_test(ordinary_text_may_be_stored),
        cmocka_unit_test(a_fault_is_said_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
