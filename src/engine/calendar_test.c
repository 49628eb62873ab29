/* calendar: the due times that WHISTLE demands, computed from the published holidays, and the
   whole against a slow count of every minute. */
#include "engine/calendar.h"

#include "assets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE };

static Calendar *cal;    /* the published holidays, usual hours */
static Calendar *summer; /* the same with summer hours in 2025 and a day without lunch after */
static const char *csv;
static size_t csv_n;

static const Segments hours[] = {{0, 2, {{510, 720}, {870, 1080}}},
                                 {20209, 2, {{510, 720}, {900, 1110}}}, /* 2025-05-01 */
                                 {20362, 2, {{510, 720}, {870, 1080}}}, /* 2025-10-01 */
                                 {20454, 1, {{540, 1020}}}};            /* 2026-01-01 */

static int begin(void **state)
{
    (void)state;
    const char *why = "";
    for (int i = 0; i < assets_n; i++)
        if (strcmp(assets[i].name, "data/holidays_cn.csv") == 0) {
            csv = (const char *)assets[i].raw;
            csv_n = assets[i].raw_n;
        }
    return !csv || calendar_new(csv, csv_n, NULL, 0, &cal, &why) < 0 ||
           calendar_new(csv, csv_n, hours, COUNT(hours), &summer, &why) < 0;
}

static int end(void **state)
{
    (void)state;
    calendar_free(cal);
    calendar_free(summer);
    return 0;
}

static int64_t at(const char *s)
{
    Time t = {0};
    if (!time_parse(s, &t)) fail_msg("no instant: %s", s);
    return t.v;
}

static int64_t day(const char *s)
{
    Day d = {0};
    if (!day_parse(s, &d)) fail_msg("no day: %s", s);
    return d.v;
}

static void same_time(int64_t got, const char *want, const char *what)
{
    char text[30], wanted[30];
    time_text((Time){got, true}, text);
    time_text((Time){at(want), true}, wanted);
    if (strcmp(text, wanted) != 0) fail_msg("%s: %s, not %s", what, text, wanted);
}

typedef struct Due {
    const char *from;
    Span span;
    bool legal;
    const char *due;
} Due;

static void check_dues(const Due *due, int n)
{
    for (int i = 0; i < n; i++)
        same_time(calendar_due(cal, at(due[i].from), due[i].span, due[i].legal), due[i].due,
                  due[i].from);
}

static void the_dues_that_must_hold(void **state)
{
    (void)state;
    static const Due due[] = {{"2024-02-08 16:00", {1, UNIT_WD}, false, "2024-02-09 18:00"},
                              {"2024-02-08 16:00", {3, UNIT_WD}, false, "2024-02-19 18:00"},
                              {"2024-02-10 10:00", {1, UNIT_WD}, false, "2024-02-18 18:00"},
                              {"2025-09-30 17:00", {1, UNIT_WD}, false, "2025-10-09 18:00"},
                              {"2025-09-30 17:00", {2, UNIT_WH}, false, "2025-10-09 09:30"},
                              {"2025-10-13 11:30", {1, UNIT_WH}, false, "2025-10-13 15:00"},
                              {"2026-02-13 10:00", {1, UNIT_WD}, false, "2026-02-14 18:00"},
                              {"2026-02-13 10:00", {7, UNIT_WD}, false, "2026-03-02 18:00"},
                              {"2026-02-13 17:30", {4, UNIT_WH}, false, "2026-02-14 12:00"}};
    check_dues(due, COUNT(due));
}

static void a_working_saturday_counts(void **state)
{
    (void)state;
    static const Due due[] = {{"2026-02-27 10:00", {1, UNIT_WD}, false, "2026-02-28 18:00"},
                              {"2026-02-28 10:00", {1, UNIT_WH}, false, "2026-02-28 11:00"},
                              {"2026-10-09 17:00", {2, UNIT_WH}, false, "2026-10-10 09:30"}};
    check_dues(due, COUNT(due));
}

static void a_start_outside_hours_moves_to_the_next_segment(void **state)
{
    (void)state;
    static const Due due[] = {{"2026-03-18 07:00", {1, UNIT_WH}, false, "2026-03-18 09:30"},
                              {"2026-03-18 08:30", {1, UNIT_WH}, false, "2026-03-18 09:30"},
                              {"2026-03-18 12:00", {1, UNIT_WH}, false, "2026-03-18 15:30"},
                              {"2026-03-18 13:00", {1, UNIT_WH}, false, "2026-03-18 15:30"},
                              {"2026-03-18 18:00", {1, UNIT_WH}, false, "2026-03-19 09:30"},
                              {"2026-03-20 20:00", {1, UNIT_WH}, false, "2026-03-23 09:30"},
                              {"2026-03-21 10:00", {1, UNIT_WH}, false, "2026-03-23 09:30"}};
    check_dues(due, COUNT(due));
}

static void a_due_on_a_segments_end_is_that_end(void **state)
{
    (void)state;
    static const Due due[] = {{"2026-03-18 11:00", {1, UNIT_WH}, false, "2026-03-18 12:00"},
                              {"2026-03-18 17:00", {1, UNIT_WH}, false, "2026-03-18 18:00"},
                              {"2026-03-18 08:30", {7, UNIT_WH}, false, "2026-03-18 18:00"},
                              {"2026-03-18 18:00", {7, UNIT_WH}, false, "2026-03-19 18:00"}};
    check_dues(due, COUNT(due));
}

static void working_days_do_not_count_the_day_of_the_start(void **state)
{
    (void)state;
    static const Due due[] = {{"2026-03-18 00:00", {1, UNIT_WD}, false, "2026-03-19 18:00"},
                              {"2026-03-18 23:59", {1, UNIT_WD}, false, "2026-03-19 18:00"},
                              {"2026-03-20 10:00", {1, UNIT_WD}, false, "2026-03-23 18:00"},
                              {"2026-03-21 10:00", {1, UNIT_WD}, false, "2026-03-23 18:00"},
                              {"2026-03-18 10:00", {0, UNIT_WD}, false, "2026-03-18 18:00"},
                              {"2026-03-18 19:00", {0, UNIT_WD}, false, "2026-03-19 18:00"}};
    check_dues(due, COUNT(due));
}

static void plain_units_ignore_the_calendar(void **state)
{
    (void)state;
    static const Due due[] = {{"2026-02-14 17:50", {30, UNIT_MIN}, false, "2026-02-14 18:20"},
                              {"2026-02-14 17:50", {48, UNIT_H}, false, "2026-02-16 17:50"},
                              {"2026-02-14 17:50", {1, UNIT_D}, false, "2026-02-16 00:00"},
                              {"2026-02-14 00:00", {1, UNIT_D}, false, "2026-02-16 00:00"},
                              {"2026-02-14 17:50", {0, UNIT_D}, false, "2026-02-15 00:00"}};
    check_dues(due, COUNT(due));
}

/* Due at 24:00 of the Nth day: the first instant of the next. */
static void a_legal_clock_does_not_end_on_a_day_off(void **state)
{
    (void)state;
    static const Due due[] = {
        {"2026-02-11 09:00", {5, UNIT_D}, false, "2026-02-17 00:00"},
        {"2026-02-11 09:00", {5, UNIT_D}, true, "2026-02-25 00:00"}, /* 16th to 23rd are off */
        {"2026-03-16 09:00", {5, UNIT_D}, true, "2026-03-24 00:00"}, /* Saturday */
        {"2026-03-17 09:00", {3, UNIT_D}, true, "2026-03-21 00:00"}, /* Friday stays */
        {"2026-02-13 09:00", {1, UNIT_D}, true, "2026-02-15 00:00"}, /* a working Saturday stays */
        {"2026-02-11 09:00", {5, UNIT_WD}, true, "2026-02-25 18:00"}};
    check_dues(due, COUNT(due));
}

static void each_year_has_the_published_number_of_working_days(void **state)
{
    (void)state;
    static const int want[] = {250, 249, 250, 249, 249, 251, 248, 248};
    for (int i = 0; i < COUNT(want); i++) {
        char from[11], to[11];
        snprintf(from, sizeof from, "%d-01-01", 2019 + i);
        snprintf(to, sizeof to, "%d-01-01", 2020 + i);
        int n = 0;
        for (int64_t d = day(from); d < day(to); d++) n += calendar_is_workday(cal, d);
        assert_int_equal(n, want[i]);
    }
}

static void years_without_a_calendar_follow_the_week(void **state)
{
    (void)state;
    assert_int_equal(calendar_known_until(cal), day("2026-12-31"));
    assert_true(calendar_is_workday(cal, day("2027-01-01"))); /* a Friday */
    assert_false(calendar_is_workday(cal, day("2027-01-02")));
    assert_true(calendar_is_workday(cal, day("2018-10-01")));  /* a Monday */
    assert_true(calendar_is_workday(cal, day("2018-12-29")));  /* published with 2019 */
    assert_false(calendar_is_workday(cal, day("1969-12-28"))); /* a Sunday before 1970 */
    static const Due due[] = {{"2026-12-31 10:00", {1, UNIT_WD}, false, "2027-01-01 18:00"},
                              {"2026-12-31 10:00", {300, UNIT_WD}, false, "2028-02-24 18:00"},
                              {"2018-09-28 17:00", {2, UNIT_WH}, false, "2018-10-01 09:30"}};
    check_dues(due, COUNT(due));
}

static void days_off_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(calendar_day_name(cal, day("2026-02-17")), "春节");
    assert_string_equal(calendar_day_name(cal, day("2026-02-14")), "春节"); /* worked for it */
    assert_null(calendar_day_name(cal, day("2020-02-03"))); /* listed, but as any Monday */
    assert_null(calendar_day_name(cal, day("2026-03-18")));
    assert_null(calendar_day_name(cal, day("2030-02-17")));
}

static void hours_change_from_their_day(void **state)
{
    (void)state;
    same_time(calendar_due(summer, at("2025-04-30 17:30"), (Span){1, UNIT_WH}, false),
              "2025-05-06 09:00", "over the change");
    same_time(calendar_due(summer, at("2025-07-01 11:30"), (Span){1, UNIT_WH}, false),
              "2025-07-01 15:30", "summer noon");
    same_time(calendar_due(summer, at("2025-07-01 11:30"), (Span){1, UNIT_WD}, false),
              "2025-07-02 18:30", "summer evening");
    same_time(calendar_due(summer, at("2026-03-18 11:30"), (Span){1, UNIT_WH}, false),
              "2026-03-18 12:30", "no lunch");
    same_time(calendar_day_end(summer, day("2026-03-18")), "2026-03-18 17:00", "end");
    assert_int_equal(calendar_working_ms(summer, at("2025-12-31 00:00"), at("2026-01-06 00:00")),
                     (7 + 8 + 8) * HOUR); /* 31st; 1st to 3rd off; Sunday 4th and Monday 5th */
}

static void a_days_end_is_that_of_a_working_day(void **state)
{
    (void)state;
    same_time(calendar_day_end(cal, day("2026-03-18")), "2026-03-18 18:00", "Wednesday");
    same_time(calendar_day_end(cal, day("2026-03-21")), "2026-03-23 18:00", "Saturday");
    same_time(calendar_day_end(cal, day("2026-02-14")), "2026-02-14 18:00", "working Saturday");
}

static void a_warning_comes_after_its_share_of_working_time(void **state)
{
    (void)state;
    int64_t start = at("2026-03-18 08:30"), due = at("2026-03-18 18:00");
    same_time(calendar_warn(cal, start, due, UNIT_WH, 750), "2026-03-18 16:15", "5 h 15 of 7 h");
    same_time(calendar_warn(cal, start, due, UNIT_WH, 500), "2026-03-18 12:00", "a segment's end");
    same_time(calendar_warn(cal, start, due, UNIT_WH, 0), "2026-03-18 08:30", "nothing");
    same_time(calendar_warn(cal, start, due, UNIT_WH, 1000), "2026-03-18 18:00", "all");
    same_time(calendar_warn(cal, at("2026-03-20 16:00"), at("2026-03-23 18:00"), UNIT_WD, 750),
              "2026-03-23 15:45", "over a weekend: 6 h 45 of 9 h");
    same_time(calendar_warn(cal, at("2026-03-20 16:00"), at("2026-03-24 16:00"), UNIT_H, 750),
              "2026-03-23 16:00", "plain");
    same_time(calendar_warn(cal, at("2026-03-21 10:00"), at("2026-03-22 10:00"), UNIT_WH, 750),
              "2026-03-22 10:00", "no working time at all");
    same_time(calendar_warn(cal, due, start, UNIT_WH, 750), "2026-03-18 08:30", "turned round");
}

static void why_this_time_lists_the_segments(void **state)
{
    (void)state;
    int64_t s[8], e[8], from = at("2026-02-13 17:30"), due = at("2026-02-14 12:00");
    int all = -1;
    assert_int_equal(calendar_counted(cal, from, due, UNIT_WH, 8, s, e, &all), 2);
    assert_int_equal(all, 2);
    same_time(s[0], "2026-02-13 17:30", "first from");
    same_time(e[0], "2026-02-13 18:00", "first to");
    same_time(s[1], "2026-02-14 08:30", "second from");
    same_time(e[1], "2026-02-14 12:00", "second to");
    assert_int_equal(calendar_counted(cal, from, due, UNIT_WH, 1, s, e, &all), 1);
    assert_int_equal(all, 2);
}

static void why_this_time_lists_the_working_days(void **state)
{
    (void)state;
    int64_t s[8], e[8];
    int all = -1;
    assert_int_equal(calendar_counted(cal, at("2026-02-13 10:00"), at("2026-03-02 18:00"), UNIT_WD,
                                      8, s, e, &all),
                     7);
    assert_int_equal(all, 7);
    same_time(s[0], "2026-02-14 08:30", "first day");
    same_time(e[0], "2026-02-14 18:00", "first day's end");
    same_time(s[1], "2026-02-24 08:30", "after the holiday");
    same_time(e[6], "2026-03-02 18:00", "last");
}

static void hours_to_midnight_do_not_count_the_next_day(void **state)
{
    (void)state;
    static const Segments late[] = {{0, 1, {{600, 1440}}}};
    Calendar *c = NULL;
    const char *why = "";
    int64_t s[4], e[4], from = at("2026-03-18 10:00");
    int all = -1;
    assert_int_equal(calendar_new(csv, csv_n, late, 1, &c, &why), OK);
    int64_t due = calendar_due(c, from, (Span){1, UNIT_WD}, false);
    same_time(due, "2026-03-20 00:00", "24:00 of the 19th");
    assert_int_equal(calendar_counted(c, from, due, UNIT_WD, 4, s, e, &all), 1);
    same_time(e[0], "2026-03-20 00:00", "the one day's end");
    calendar_free(c);
}

static void why_this_time_is_one_interval_for_plain_units(void **state)
{
    (void)state;
    int64_t s[2], e[2], from = at("2026-03-18 10:00"), due = at("2026-03-19 10:00");
    int all = -1;
    assert_int_equal(calendar_counted(cal, from, due, UNIT_H, 2, s, e, &all), 1);
    assert_true(all == 1 && s[0] == from && e[0] == due);
    due = calendar_due(cal, from, (Span){3, UNIT_D}, false);
    assert_int_equal(calendar_counted(cal, from, due, UNIT_D, 2, s, e, &all), 1);
    assert_int_equal(e[0] - s[0], 72 * HOUR);
    assert_int_equal(calendar_counted(cal, due, from, UNIT_H, 2, s, e, &all), 0);
    assert_int_equal(all, 0);
}

static void check_left(const char *now, const char *due, ClockUnit unit, const char *zh,
                       const char *en)
{
    Arena a = {0};
    Out o = {.a = &a}, p = {.a = &a, .lang = EN};
    out_raw(&o, "剩 ");
    calendar_left(cal, at(now), at(due), unit, &o);
    calendar_left(cal, at(now), at(due), unit, &p);
    assert_string_equal(str_of(&o) + strlen("剩 "), zh);
    assert_string_equal(str_of(&p), en);
    arena_free(&a);
}

static void the_time_left_is_said_in_words(void **state)
{
    (void)state;
    check_left("2026-03-18 13:00", "2026-03-19 18:00", UNIT_WD, "1 个工作日 3 小时",
               "1 working day 3 h");
    check_left("2026-03-18 10:30", "2026-03-19 18:00", UNIT_WD, "1 个工作日 5 小时",
               "1 working day 5 h");
    check_left("2026-03-18 10:00", "2026-03-20 18:00", UNIT_WD, "2 个工作日 5 小时",
               "2 working days 5 h");
    check_left("2026-03-18 09:20", "2026-03-18 18:00", UNIT_WH, "6 小时 10 分", "6 h 10 min");
    check_left("2026-03-18 17:00", "2026-03-19 11:00", UNIT_WH, "3 小时 30 分", "3 h 30 min");
    check_left("2026-03-18 17:00", "2026-03-20 11:00", UNIT_WH, "1 个工作日 3 小时",
               "1 working day 3 h");
    check_left("2026-03-18 17:20", "2026-03-18 18:00", UNIT_WD, "40 分", "40 min");
    check_left("2026-03-18 17:20", "2026-03-19 18:00", UNIT_WD, "1 个工作日 40 分",
               "1 working day 40 min");
    check_left("2026-03-18 19:00", "2026-03-19 18:00", UNIT_WD, "1 个工作日", "1 working day");
    check_left("2026-03-21 10:00", "2026-03-23 18:00", UNIT_WD, "1 个工作日", "1 working day");
    check_left("2026-02-13 19:00", "2026-02-24 10:00", UNIT_WH, "1 个工作日 1 小时",
               "1 working day 1 h");
    check_left("2026-03-18 10:00", "2026-03-20 13:30", UNIT_H, "2 天 3 小时", "2 days 3 h");
    check_left("2026-03-18 10:00", "2026-03-19 10:00", UNIT_D, "1 天", "1 day");
    check_left("2026-03-18 10:00", "2026-03-18 15:10", UNIT_MIN, "5 小时 10 分", "5 h 10 min");
    check_left("2026-03-18 10:00:30", "2026-03-18 10:01", UNIT_MIN, "不到 1 分", "under 1 min");
}

static void what_is_late_is_said_the_same_way(void **state)
{
    (void)state;
    check_left("2026-03-18 10:50", "2026-03-17 18:00", UNIT_WD, "2 小时 20 分", "2 h 20 min");
    check_left("2026-03-20 09:00", "2026-03-17 18:00", UNIT_WD, "2 个工作日 30 分",
               "2 working days 30 min");
    check_left("2026-03-18 12:00", "2026-03-18 10:00", UNIT_H, "2 小时", "2 h");
}

static void working_time_is_asked_of_an_instant(void **state)
{
    (void)state;
    assert_true(calendar_is_working_time(cal, at("2026-03-18 08:30")));
    assert_false(calendar_is_working_time(cal, at("2026-03-18 08:29:59.999")));
    assert_true(calendar_is_working_time(cal, at("2026-03-18 11:59:59.999")));
    assert_false(calendar_is_working_time(cal, at("2026-03-18 12:00")));
    assert_false(calendar_is_working_time(cal, at("2026-02-17 10:00")));
    same_time(calendar_next_working_time(cal, at("2026-03-18 10:00")), "2026-03-18 10:00", "in");
    same_time(calendar_next_working_time(cal, at("2026-03-18 12:00")), "2026-03-18 14:30", "noon");
    same_time(calendar_next_working_time(cal, at("2026-02-14 18:00")), "2026-02-24 08:30", "feast");
}

static void a_table_that_is_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "no day"},
        {"date,name,is_workday\n", "no day"},
        {"date,name,is_workday\n2026-13-01,x,0\n", "line 2: a line is not"},
        {"2026-01-01,x,0\n2026-01-02,x\n", "line 2: a line is not"},
        {"2026-01-01,x,2\n", "line 1: is_workday"},
        {"2026-01-01,x,0,off,5,both\n", "line 1: iso_weekday"},
        {"2026-01-01,x,0\n2026-01-02,\"x,0\n", "line 2: quotes"},
        {"2026-01-01,x,0\n2026-01-01,x,1\n", "twice"}};
    for (int i = 0; i < COUNT(bad); i++) {
        Calendar *c = NULL;
        const char *why = "";
        assert_int_equal(calendar_new(bad[i][0], strlen(bad[i][0]), NULL, 0, &c, &why), E_INPUT);
        assert_null(c);
        if (!strstr(why, bad[i][1])) fail_msg("case %d says: %s", i, why);
    }
}

static void hours_that_are_wrong_are_refused(void **state)
{
    (void)state;
    static const Segments bad[][2] = {{{0, 0, {{0, 0}}}, {0}},
                                      {{0, 1, {{600, 600}}}, {0}},
                                      {{0, 1, {{600, 1441}}}, {0}},
                                      {{0, 1, {{-1, 60}}}, {0}},
                                      {{0, 2, {{600, 720}, {700, 800}}}, {0}},
                                      {{0, SEGMENTS_MAX + 1, {{0, 1}}}, {0}},
                                      {{9, 1, {{0, 1}}}, {9, 1, {{0, 1}}}},
                                      {{INT64_MAX - 1, 1, {{0, 1}}}, {INT64_MAX, 1, {{0, 1}}}}};
    for (int i = 0; i < COUNT(bad); i++) {
        Calendar *c = NULL;
        const char *why = "";
        int n = bad[i][1].n ? 2 : 1;
        assert_int_equal(calendar_new(csv, csv_n, bad[i], n, &c, &why), E_INPUT);
        assert_non_null(strstr(why, "working hours"));
    }
}

static void instants_at_the_ends_of_time_do_no_harm(void **state)
{
    (void)state;
    static const int64_t far[] = {INT64_MIN, INT64_MAX, 0, INT64_C(-9000000000000000000)};
    int64_t s[4], e[4];
    int all;
    for (int i = 0; i < COUNT(far); i++)
        for (ClockUnit unit = UNIT_MIN; unit <= UNIT_D; unit++) {
            int64_t due = calendar_due(summer, far[i], (Span){INT32_MAX, unit}, true);
            (void)calendar_due(summer, far[i], (Span){INT32_MIN, unit}, true);
            (void)calendar_warn(summer, far[i], due, unit, 750);
            (void)calendar_counted(summer, far[i], due, unit, 4, s, e, &all);
            (void)calendar_working_ms(summer, far[i], due);
            (void)calendar_is_working_time(summer, far[i]);
            (void)calendar_next_working_time(summer, far[i]);
            (void)calendar_day_end(summer, far[i]);
            (void)calendar_is_workday(summer, far[i]);
            (void)calendar_segments(summer, far[i], s, e);
            assert_null(calendar_day_name(summer, far[i]));
        }
}

/* The slow truth: every minute of a window asked by itself. */
static bool minute_works(const Calendar *c, const Segments *set, int sets, int64_t minute)
{
    int64_t local = minute + 8 * 60, d = local / 1440;
    int in_day = (int)(local % 1440), k = 0;
    if (!calendar_is_workday(c, d)) return false;
    while (k + 1 < sets && set[k + 1].from_day <= d) k++;
    for (int i = 0; i < set[k].n; i++)
        if (in_day >= set[k].at[i].start && in_day < set[k].at[i].end) return true;
    return false;
}

static int64_t slow_due(const Calendar *c, const Segments *set, int sets, int64_t from, int n)
{
    int64_t left = (int64_t)n * 60;
    while (left > 0) left -= minute_works(c, set, sets, from++);
    return from;
}

static void any_due_agrees_with_a_count_of_minutes(void **state)
{
    (void)state;
    uint64_t seed = 12345;
    int64_t first = at("2024-12-20 00:00") / MINUTE, span = at("2026-12-31 00:00") / MINUTE - first;
    for (int turn = 0; turn < 400; turn++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t from = first + (int64_t)(seed >> 20) % span;
        int n = 1 + (int)(seed >> 10 & 63);
        const Calendar *c = turn % 2 ? summer : cal;
        int sets = turn % 2 ? COUNT(hours) : 1;
        int64_t due = slow_due(c, hours, sets, from, n);
        assert_int_equal(calendar_due(c, from * MINUTE, (Span){n, UNIT_WH}, false), due * MINUTE);
        assert_int_equal(calendar_working_ms(c, from * MINUTE, due * MINUTE), n * HOUR);
        assert_int_equal(calendar_is_working_time(c, from * MINUTE),
                         minute_works(c, hours, sets, from));
        int64_t next = from;
        while (!minute_works(c, hours, sets, next)) next++;
        assert_int_equal(calendar_next_working_time(c, from * MINUTE), next * MINUTE);
    }
}

static void counted_segments_add_up_to_the_working_time(void **state)
{
    (void)state;
    enum { MAX = 300 };
    int64_t s[MAX], e[MAX];
    uint64_t seed = 99;
    for (int turn = 0; turn < 300; turn++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t from = at("2025-04-01 00:00") + (int64_t)(seed >> 30) % (400 * INT64_C(86400000));
        int64_t due = from + (int64_t)(seed >> 8) % (90 * INT64_C(86400000)), sum = 0;
        int all = 0, n = calendar_counted(summer, from, due, UNIT_WH, MAX, s, e, &all);
        assert_int_equal(n, all);
        for (int i = 0; i < n; i++) {
            assert_true(s[i] < e[i] && s[i] >= from && e[i] <= due && (i == 0 || s[i] >= e[i - 1]));
            sum += e[i] - s[i];
        }
        assert_int_equal(sum, calendar_working_ms(summer, from, due));
    }
}

static void units_have_their_codes(void **state)
{
    (void)state;
    assert_int_equal(choice_index(clock_units, "min"), UNIT_MIN);
    assert_int_equal(choice_index(clock_units, "h"), UNIT_H);
    assert_int_equal(choice_index(clock_units, "wh"), UNIT_WH);
    assert_int_equal(choice_index(clock_units, "wd"), UNIT_WD);
    assert_int_equal(choice_index(clock_units, "d"), UNIT_D);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_dues_that_must_hold),
        cmocka_unit_test(a_working_saturday_counts),
        cmocka_unit_test(a_start_outside_hours_moves_to_the_next_segment),
        cmocka_unit_test(a_due_on_a_segments_end_is_that_end),
        cmocka_unit_test(working_days_do_not_count_the_day_of_the_start),
        cmocka_unit_test(plain_units_ignore_the_calendar),
        cmocka_unit_test(a_legal_clock_does_not_end_on_a_day_off),
        cmocka_unit_test(each_year_has_the_published_number_of_working_days),
        cmocka_unit_test(years_without_a_calendar_follow_the_week),
        cmocka_unit_test(days_off_have_their_names),
        cmocka_unit_test(hours_change_from_their_day),
        cmocka_unit_test(a_days_end_is_that_of_a_working_day),
        cmocka_unit_test(a_warning_comes_after_its_share_of_working_time),
        cmocka_unit_test(why_this_time_lists_the_segments),
        cmocka_unit_test(why_this_time_lists_the_working_days),
        cmocka_unit_test(hours_to_midnight_do_not_count_the_next_day),
        cmocka_unit_test(why_this_time_is_one_interval_for_plain_units),
        cmocka_unit_test(the_time_left_is_said_in_words),
        cmocka_unit_test(what_is_late_is_said_the_same_way),
        cmocka_unit_test(working_time_is_asked_of_an_instant),
        cmocka_unit_test(a_table_that_is_wrong_is_refused),
        cmocka_unit_test(hours_that_are_wrong_are_refused),
        cmocka_unit_test(instants_at_the_ends_of_time_do_no_harm),
        cmocka_unit_test(any_due_agrees_with_a_count_of_minutes),
        cmocka_unit_test(counted_segments_add_up_to_the_working_time),
        cmocka_unit_test(units_have_their_codes),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
