/* value: numbers, money, days and instants, accepted and refused. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void number_takes_the_whole_text(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t v;
    } good[] = {{"0", 0},
                {"-0", 0},
                {"007", 7},
                {"-12", -12},
                {"9223372036854775807", INT64_MAX},
                {"-9223372036854775808", INT64_MIN}};
    static const char *const bad[] = {"",
                                      "-",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1.0",
                                      "1e3",
                                      "--1",
                                      "９",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "0x10"};
    for (int i = 0; i < COUNT(good); i++) {
        int64_t v = -1;
        assert_true(num_parse(good[i].s, &v));
        assert_int_equal(v, good[i].v);
    }
    for (int i = 0; i < COUNT(bad); i++) {
        int64_t v = 77;
        if (num_parse(bad[i], &v)) fail_msg("accepted: %s", bad[i]);
        assert_int_equal(v, 77);
    }
    assert_false(num_parse(NULL, &(int64_t){0}));
}

static void money_is_kept_in_fen(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t v;
    } good[] = {{"8800", 880000},
                {"8800.5", 880050},
                {"8800.50", 880050},
                {"0", 0},
                {"0.01", 1},
                {"0.10", 10},
                {"92233720368547758.07", INT64_MAX}};
    static const char *const bad[] = {"",
                                      ".",
                                      ".5",
                                      "5.",
                                      "5.123",
                                      "-5",
                                      "+5",
                                      "1,000",
                                      "5 ",
                                      "5.-1",
                                      "1e5",
                                      "92233720368547758.08",
                                      "922337203685477580"};
    for (int i = 0; i < COUNT(good); i++) {
        Fen v = {0};
        assert_true(fen_parse(good[i].s, &v));
        assert_true(v.has);
        assert_int_equal(v.v, good[i].v);
    }
    for (int i = 0; i < COUNT(bad); i++) {
        Fen v = {77, false};
        if (fen_parse(bad[i], &v)) fail_msg("accepted: %s", bad[i]);
        assert_int_equal(v.v, 77);
    }
}

static void only_real_days_are_days(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t v;
    } good[] = {{"1970-01-01", 0},      {"2024-02-29", 19782}, {"2000-02-29", 11016},
                {"1900-01-01", -25567}, {"2199-12-31", 84005}, {"2026-03-18", 20530}};
    static const char *const bad[] = {
        "",           "2023-02-29",  "1900-02-29",  "2024-13-01", "2024-00-01",
        "2024-01-00", "2024-04-31",  "2024-4-1",    "2024/04/01", "1899-12-31",
        "2200-01-01", "2024-01-01 ", " 2024-01-01", "20240101",   "2024-01-011",
        "2024-01-1a"};
    for (int i = 0; i < COUNT(good); i++) {
        Day d = {0};
        char back[11];
        assert_true(day_parse(good[i].s, &d));
        assert_int_equal(d.v, good[i].v);
        day_text(d, back);
        assert_string_equal(back, good[i].s);
    }
    for (int i = 0; i < COUNT(bad); i++) {
        Day d = {77, false};
        if (day_parse(bad[i], &d)) fail_msg("accepted: %s", bad[i]);
        assert_int_equal(d.v, 77);
    }
}

static void every_day_of_three_centuries_comes_back(void **state)
{
    (void)state;
    for (int64_t v = -25567; v <= 84005; v++) {
        char text[11];
        Day back = {0};
        day_text((Day){v, true}, text);
        if (!day_parse(text, &back) || back.v != v) fail_msg("lost: %s", text);
    }
}

static void a_day_outside_four_digits_is_cut(void **state)
{
    (void)state;
    char text[11];
    day_text((Day){INT64_MAX, true}, text);
    assert_string_equal(text, "9999-12-31");
    day_text((Day){INT64_MIN, true}, text);
    assert_string_equal(text, "0000-01-01");
}

static void instants_are_read_in_any_zone(void **state)
{
    (void)state;
    static const struct {
        const char *s;
        int64_t v;
    } good[] = {{"1970-01-01T00:00:00Z", 0},
                {"1970-01-01T08:00:00+08:00", 0},
                {"2026-03-18T10:20:00+08:00", 1773800400000},
                {"2026-03-18T02:20:00Z", 1773800400000},
                {"2026-03-18t02:20:00z", 1773800400000},
                {"2026-03-18T10:20:00", 1773800400000},
                {"2026-03-18T10:20", 1773800400000},
                {"2026-03-18 10:20", 1773800400000},
                {"2026-03-17T21:20:00-05:00", 1773800400000},
                {"2026-03-18T07:50:00+05:30", 1773800400000},
                {"2026-03-18T10:20:00.5+08:00", 1773800400500},
                {"2026-03-18T10:20:00.1239+08:00", 1773800400123},
                {"2199-12-31T23:59:59Z", 7258118399000}};
    for (int i = 0; i < COUNT(good); i++) {
        Time t = {0};
        if (!time_parse(good[i].s, &t)) fail_msg("refused: %s", good[i].s);
        assert_true(t.has);
        assert_int_equal(t.v, good[i].v);
    }
}

static void what_is_no_instant_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2026-03-18",
                                      "2026-03-18T",
                                      "2026-03-18T10",
                                      "2026-03-18T10:2",
                                      "2026-03-18T24:00:00",
                                      "2026-03-18T10:60:00",
                                      "2026-03-18T10:20:60",
                                      "2026-02-30T10:20:00",
                                      "2026-03-18T10:20:00.",
                                      "2026-03-18T10:20:00.+08:00",
                                      "2026-03-18T10:20:00+08",
                                      "2026-03-18T10:20:00+0800",
                                      "2026-03-18T10:20:00+24:00",
                                      "2026-03-18T10:20:00+08:60",
                                      "2026-03-18T10:20:00 +08:00",
                                      "2026-03-18T10:20:00ZZ",
                                      "2026-03-18T10:20:00+08:00x",
                                      "1970-01-01T07:59:59+08:00",
                                      "1969-12-31T23:59:59Z",
                                      "2199-12-31T23:59:59-01:00"};
    for (int i = 0; i < COUNT(bad); i++) {
        Time t = {77, false};
        if (time_parse(bad[i], &t)) fail_msg("accepted: %s", bad[i]);
        assert_int_equal(t.v, 77);
    }
}

static void instants_are_written_in_the_sites_zone(void **state)
{
    (void)state;
    char text[30], minute[17];
    time_text((Time){1773800400000, true}, text);
    assert_string_equal(text, "2026-03-18T10:20:00+08:00");
    time_text((Time){1773800400123, true}, text);
    assert_string_equal(text, "2026-03-18T10:20:00.123+08:00");
    time_minute((Time){1773800459999, true}, minute);
    assert_string_equal(minute, "2026-03-18 10:20");
    time_text((Time){INT64_MAX, true}, text);
    time_text((Time){INT64_MIN, true}, text);
}

static void the_day_changes_at_local_midnight(void **state)
{
    (void)state;
    int64_t midnight = INT64_C(20530) * 86400000 - 8 * 3600000;
    assert_int_equal(time_day((Time){midnight, true}).v, 20530);
    assert_int_equal(time_day((Time){midnight - 1, true}).v, 20529);
    assert_int_equal(time_day((Time){-1, true}).v, 0);
    assert_false(time_day((Time){0}).has);
}

static void overflow_leaves_the_result_alone(void **state)
{
    (void)state;
    int64_t v = 5;
    assert_false(add_i64(INT64_MAX, 1, &v));
    assert_false(mul_i64(INT64_MAX / 2, 3, &v));
    assert_int_equal(v, 5);
    assert_true(add_i64(2, 3, &v) && v == 5);
    assert_true(mul_i64(-2, 3, &v) && v == -6);
}

static void a_choice_is_found_by_its_code(void **state)
{
    (void)state;
    static const Choice list[] = {{"a", "甲", "A"}, {"b", "乙", "B"}, {0}};
    assert_int_equal(choice_index(list, "b"), 1);
    assert_int_equal(choice_index(list, "c"), -1);
    assert_int_equal(choice_index(list, ""), -1);
    assert_int_equal(choice_index(list, NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_takes_the_whole_text),
        cmocka_unit_test(money_is_kept_in_fen),
        cmocka_unit_test(only_real_days_are_days),
        cmocka_unit_test(every_day_of_three_centuries_comes_back),
        cmocka_unit_test(a_day_outside_four_digits_is_cut),
        cmocka_unit_test(instants_are_read_in_any_zone),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(instants_are_written_in_the_sites_zone),
        cmocka_unit_test(the_day_changes_at_local_midnight),
        cmocka_unit_test(overflow_leaves_the_result_alone),
        cmocka_unit_test(a_choice_is_found_by_its_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
