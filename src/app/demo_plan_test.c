/* demo_plan: working time counted forth and back. */
#include "app/demo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MINUTE = 60000 };

static Calendar *calendar;

static int open_calendar(void **state)
{
    (void)state;
    const char *why;
    return app_calendar(&calendar, &why);
}

static int close_calendar(void **state)
{
    (void)state;
    calendar_free(calendar);
    return 0;
}

static void shifted(const char *from, int minutes, const char *want)
{
    Time t;
    char got[17];
    assert_true(time_parse(from, &t));
    time_minute((Time){working_shift(calendar, t.v, (int64_t)minutes * MINUTE), true}, got);
    assert_string_equal(got, want);
}

static void known_shifts(void **state)
{
    (void)state;
    shifted("2026-03-18T10:20", 60, "2026-03-18 11:20");
    shifted("2026-03-18T11:30", 60, "2026-03-18 15:00");
    shifted("2026-03-18T15:00", -60, "2026-03-18 11:30");
    shifted("2026-03-18T17:30", 60, "2026-03-19 09:00");
    shifted("2026-03-18T08:40", -40, "2026-03-17 17:30");
    shifted("2026-03-18T03:00", -60, "2026-03-17 17:00"); /* at night */
    shifted("2026-03-18T03:00", 60, "2026-03-18 09:30");
    shifted("2026-02-20T12:10", -420, "2026-02-14 08:30"); /* in the Spring Festival */
    shifted("2026-02-13T17:30", 240, "2026-02-14 12:00");  /* a made-up working Saturday */
    shifted("2026-03-18T10:20", 0, "2026-03-18 10:20");
}

static void there_and_back(void **state)
{
    (void)state;
    Time t;
    assert_true(time_parse("2026-01-03T00:17", &t));
    for (int i = 0; i < 400; i++) {
        int64_t at = t.v + (int64_t)i * 97 * MINUTE, ms = (int64_t)(i * 37 % 5000 + 1) * MINUTE;
        int64_t on = working_shift(calendar, at, ms), back = working_shift(calendar, at, -ms);
        assert_true(on > at && back < at);
        assert_int_equal(calendar_working_ms(calendar, at, on), ms);
        assert_int_equal(calendar_working_ms(calendar, back, at), ms);
        assert_true(calendar_working_ms(calendar, at, on - MINUTE) < ms);
        assert_true(calendar_working_ms(calendar, back + MINUTE, at) < ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_shifts),
                                       cmocka_unit_test(there_and_back)};
    return cmocka_run_group_tests(tests, open_calendar, close_calendar);
}
