/* fuzz: calendar. The first bytes are a question (instant, length, unit, permille, hours), the
   rest is the table of holidays; a table that is refused is replaced by a small sound one. What
   must hold between the answers is asked of every question. */
#include "engine/calendar.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Question {
    int64_t from, to;
    int32_t n;
    int16_t permille, start, end;
    uint8_t unit, legal;
} Question;

static void must(bool holds)
{
    if (!holds) abort();
}

static Calendar *calendar_of(const char *csv, size_t n, const Question *q)
{
    static const char sound[] = "2026-02-14,春节,1\n2026-02-16,春节,0\n";
    const Segments set[] = {{0, 2, {{510, 720}, {870, 1080}}},
                            {20530, 1, {{q->start, q->end}}},
                            {20600, 2, {{0, 1}, {1439, 1440}}}};
    const char *why = NULL;
    Calendar *c = NULL;
    if (calendar_new(csv, n, set, COUNT(set), &c, &why) == OK) return c;
    must(why && *why);
    must(calendar_new(sound, sizeof sound - 1, NULL, 0, &c, &why) == OK);
    return c;
}

/* Between the years that can be written the answers must fit each other. */
static void answers_fit(const Calendar *c, const Question *q, ClockUnit unit)
{
    enum { MAX = 20 };
    int64_t start[MAX], end[MAX], sum = 0;
    Span span = {q->n, unit};
    int64_t due = calendar_due(c, q->from, span, q->legal & 1), all_ms = 0;
    int64_t warn = calendar_warn(c, q->from, due, unit, q->permille);
    int all = 0, n = calendar_counted(c, q->from, due, unit, MAX, start, end, &all);
    must(due >= q->from && warn >= q->from && warn <= due && n <= all && n <= MAX);
    must(n == all || n == MAX);
    for (int i = 0; i < n; i++) {
        must(start[i] < end[i] && (i == 0 || start[i] >= end[i - 1]));
        sum += end[i] - start[i];
    }
    all_ms = calendar_working_ms(c, q->from, due);
    must(calendar_working_ms(c, q->from, warn) + calendar_working_ms(c, warn, due) == all_ms);
    if (unit == UNIT_WH && n == all) must(sum == all_ms);
    if (unit == UNIT_WH) must(all_ms == (int64_t)q->n * 3600000);
    if (unit == UNIT_WD) must(all == q->n || q->n == 0);
}

static void instants_fit(const Calendar *c, int64_t at)
{
    int64_t start[SEGMENTS_MAX], end[SEGMENTS_MAX];
    int64_t next = calendar_next_working_time(c, at), day = time_day((Time){at, true}).v;
    must(next >= at && calendar_is_working_time(c, next) && calendar_working_ms(c, at, next) == 0);
    must((next == at) == calendar_is_working_time(c, at));
    must((calendar_segments(c, day, start, end) > 0) == calendar_is_workday(c, day));
    must(calendar_day_end(c, day) > day * 86400000 - 8 * 3600000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int64_t limit = INT64_C(7258118400000); /* 2200 */
    Question q = {0};
    Arena a = {0};
    Out o = {.a = &a};
    if (size < sizeof q) return 0;
    memcpy(&q, data, sizeof q);
    Calendar *c = calendar_of((const char *)data + sizeof q, size - sizeof q, &q);
    ClockUnit unit = (ClockUnit)(q.unit % (UNIT_D + 1));
    calendar_left(c, q.from, q.to, unit, &o);
    must(o.n > 0);
    (void)calendar_due(c, q.from, (Span){q.n, unit}, true);
    (void)calendar_warn(c, q.from, q.to, unit, q.permille);
    (void)calendar_day_name(c, q.from);
    (void)calendar_working_ms(c, q.from, q.to);
    q.from = q.from % limit, q.n = (q.n & INT32_MAX) % 10000;
    answers_fit(c, &q, unit);
    instants_fit(c, q.from);
    calendar_free(c);
    arena_free(&a);
    return 0;
}
