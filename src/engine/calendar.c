/* calendar: working days, working segments and the due times of clocks (WHISTLE, Clocks).
   Published years lie in an array with running counts; days before and after them follow the
   week, by arithmetic, so that any instant can be asked and the table stays small. Every
   question is then a difference of two counts, or a search for the instant that has a count. */
#include "engine/calendar.h"

#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000, ZONE_MS = 8 * HOUR_MS };
enum { MINUTES_A_DAY = 1440 };
/* 9999-12-31, and as far in the past: nothing later can be written, and sums cannot overflow. */
enum { DAY_LIMIT = 2932896, SPAN_LIMIT = 100000000 };
#define MS_LIMIT (INT64_C(2932896) * DAY_MS)

const Choice clock_units[] = {
    {"min", "分钟", "minutes"},       {"h", "小时", "hours"}, {"wh", "工作小时", "working hours"},
    {"wd", "工作日", "working days"}, {"d", "日", "days"},    {NULL, NULL, NULL}};

typedef struct DayInfo {
    const char *name; /* of a day off or a made-up working day */
    int32_t before;   /* working days from the first published day to this one, exclusive */
    bool work;
} DayInfo;

/* One set of segments with the counts at its first day, so that sums need no walk. */
typedef struct Regime {
    Segments seg;
    int64_t minutes;      /* of a whole working day */
    int64_t work_before;  /* working days before from_day (counted from Monday 1970-01-05) */
    int64_t ms_before;    /* working ms before from_day, from the first set's from_day */
    int64_t parts_before; /* segments before it, likewise */
} Regime;

struct Calendar {
    Arena a;
    int64_t first, end; /* the array holds days [first, end) */
    DayInfo *day;
    int64_t work_at_first, shift_at_end; /* joins the array's counts to the arithmetic around it */
    int regimes;
    Regime *regime;
};

/* Days and weeks */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t day_at(int64_t ms)
{
    return floor_div(ms + ZONE_MS, DAY_MS);
}

static int64_t day_start(int64_t day)
{
    return day * DAY_MS - ZONE_MS;
}

static int64_t limited(int64_t ms)
{
    return ms < -MS_LIMIT ? -MS_LIMIT : ms > MS_LIMIT ? MS_LIMIT : ms;
}

static int64_t limited_day(int64_t day)
{
    return day < -DAY_LIMIT ? -DAY_LIMIT : day > DAY_LIMIT ? DAY_LIMIT : day;
}

/* Monday 0 to Sunday 6. */
static int weekday_of(int64_t day)
{
    return (int)(day - 4 - floor_div(day - 4, 7) * 7);
}

/* Mondays to Fridays from Monday 1970-01-05 to that day, exclusive; negative before. */
static int64_t weekdays_before(int64_t day)
{
    int64_t week = floor_div(day - 4, 7), in_week = day - 4 - week * 7;
    return week * 5 + (in_week < 5 ? in_week : 5);
}

/* The day of Monday to Friday that has n of them before it. */
static int64_t weekday_nth(int64_t n)
{
    int64_t week = floor_div(n, 5);
    return 4 + week * 7 + (n - week * 5);
}

/* Working days from 1970-01-05 to that day, exclusive. */
static int64_t work_before(const Calendar *c, int64_t day)
{
    if (day < c->first) return weekdays_before(day);
    if (day >= c->end) return weekdays_before(day) + c->shift_at_end;
    return c->work_at_first + c->day[day - c->first].before;
}

static bool works(const Calendar *c, int64_t day)
{
    if (day >= c->first && day < c->end) return c->day[day - c->first].work;
    return weekday_of(day) < 5;
}

/* The working day that has n working days before it. */
static int64_t work_nth(const Calendar *c, int64_t n)
{
    if (n < c->work_at_first) return weekday_nth(n);
    if (n >= work_before(c, c->end)) return weekday_nth(n - c->shift_at_end);
    /* The last day with at most n before it; days off share the count of the next working day. */
    int64_t low = c->first, high = c->end;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (work_before(c, middle) <= n)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* That day, or the next working day when it is off. */
static int64_t work_from(const Calendar *c, int64_t day)
{
    return works(c, day) ? day : work_nth(c, work_before(c, day));
}

/* Reading the table */

typedef struct Row {
    int64_t day;
    const char *name;
    bool work, named;
} Row;

/* date,name,is_workday[,kind,iso_weekday,...]: the weekday is there to catch a mistyped date. */
static int row_read(const char *const *cell, int n, Row *row, const char **why)
{
    Day day;
    if (n < 3 || !day_parse(cell[0], &day))
        return *why = "a line is not date,name,is_workday with a date YYYY-MM-DD", E_INPUT;
    if ((cell[2][0] != '0' && cell[2][0] != '1') || cell[2][1])
        return *why = "is_workday is neither 0 nor 1", E_INPUT;
    int64_t weekday = weekday_of(day.v) + 1, said;
    if (n >= 5 && (!num_parse(cell[4], &said) || said != weekday))
        return *why = "iso_weekday does not fit the date", E_INPUT;
    bool work = cell[2][0] == '1';
    *row = (Row){day.v, cell[1], work, *cell[1] && !(work && weekday < 6)};
    return OK;
}

/* All rows, unsorted, in the calendar's arena. Number of rows. */
static int rows_read(Calendar *c, const char *csv, size_t n, Row **rows_out, int *line,
                     const char **why)
{
    enum { CELLS = 8 };
    const char *cell[CELLS];
    Csv in = {csv, csv + n, 0};
    int rows = 0, cap = 0, cells;
    Row *row = NULL;
    while ((cells = csv_next(&in, &c->a, cell, CELLS)) != 0) {
        *line = in.line;
        if (cells < 0) return *why = "quotes do not close, or too many columns", E_INPUT;
        if (rows == 0 && cells > 0 && strcmp(cell[0], "date") == 0) continue;
        if (rows == cap) {
            int bigger = cap ? cap * 2 : 512;
            row = arena_grow(&c->a, row, (size_t)cap * sizeof *row, (size_t)bigger * sizeof *row);
            cap = bigger;
        }
        TRY(row_read(cell, cells, &row[rows], why));
        rows++;
    }
    if (rows == 0) return *why = "there is no day in it", E_INPUT;
    *rows_out = row;
    return rows;
}

/* The last day of the year of a day. */
static int64_t year_end(int64_t day)
{
    char text[11];
    Day last;
    day_text((Day){day, true}, text);
    memcpy(text + 5, "12-31", 5);
    return day_parse(text, &last) ? last.v : day;
}

static int days_fill(Calendar *c, const Row *row, int rows, const char **why)
{
    int64_t last = row[0].day;
    c->first = row[0].day;
    for (int i = 1; i < rows; i++) {
        if (row[i].day < c->first) c->first = row[i].day;
        if (row[i].day > last) last = row[i].day;
    }
    int64_t n = year_end(last) + 1 - c->first;
    c->day = arena_array(&c->a, (size_t)n, sizeof *c->day);
    bool *said = arena_array(&c->a, (size_t)n, sizeof *said);
    for (int64_t i = 0; i < n; i++) c->day[i].work = weekday_of(c->first + i) < 5;
    for (int i = 0; i < rows; i++) {
        int64_t at = row[i].day - c->first;
        if (said[at]) return *why = "a day stands in it twice", E_INPUT;
        said[at] = true;
        c->day[at].work = row[i].work;
        c->day[at].name = row[i].named ? row[i].name : NULL;
    }
    int32_t before = 0;
    for (int64_t i = 0; i < n; before += c->day[i++].work) c->day[i].before = before;
    c->work_at_first = weekdays_before(c->first);
    c->end = c->first + n;
    c->shift_at_end = c->work_at_first + before - weekdays_before(c->end);
    return OK;
}

static bool segments_sound(const Segments *s)
{
    if (s->n < 1 || s->n > SEGMENTS_MAX) return false;
    for (int i = 0; i < s->n; i++) {
        int low = i ? s->at[i - 1].end : 0;
        if (s->at[i].start < low || s->at[i].end <= s->at[i].start) return false;
    }
    return s->at[s->n - 1].end <= MINUTES_A_DAY;
}

static int regimes_fill(Calendar *c, const Segments *segs, int n, const char **why)
{
    static const Segments usual = {0, 2, {{8 * 60 + 30, 12 * 60}, {14 * 60 + 30, 18 * 60}}};
    if (!segs) segs = &usual, n = 1;
    if (n < 1) return *why = "there are no working hours", E_INPUT;
    c->regime = arena_array(&c->a, (size_t)n, sizeof *c->regime);
    c->regimes = n;
    for (int i = 0; i < n; i++) {
        Regime *r = &c->regime[i];
        if (!segments_sound(&segs[i]))
            return *why = "working hours overlap, are empty or leave the day", E_INPUT;
        r->seg = segs[i];
        r->seg.from_day = limited_day(segs[i].from_day);
        if (i && r->seg.from_day <= r[-1].seg.from_day)
            return *why = "sets of working hours do not follow each other", E_INPUT;
        for (int k = 0; k < r->seg.n; k++) r->minutes += r->seg.at[k].end - r->seg.at[k].start;
        r->work_before = work_before(c, r->seg.from_day);
        if (i == 0) continue;
        int64_t days = r->work_before - r[-1].work_before;
        r->ms_before = r[-1].ms_before + days * r[-1].minutes * MINUTE_MS;
        r->parts_before = r[-1].parts_before + days * r[-1].seg.n;
    }
    return OK;
}

static int calendar_fill(Calendar *c, const char *csv, size_t n, const Segments *segs, int segs_n,
                         int *line, const char **why)
{
    Row *row = NULL;
    int rows = rows_read(c, csv, n, &row, line, why);
    TRY(rows);
    *line = 0;
    TRY(days_fill(c, row, rows, why));
    return regimes_fill(c, segs, segs_n, why);
}

/* The sentence lives until the next failure on this thread: the caller may own no memory yet. */
static const char *with_line(int line, const char *why)
{
    static _Thread_local char text[160];
    Arena a = {0};
    const char *s = line ? arena_f(&a, "line %d: %s", line, why) : arena_str(&a, why);
    size_t n = strlen(s);
    if (n > sizeof text - 1) n = sizeof text - 1;
    memcpy(text, s, n);
    text[n] = 0;
    arena_free(&a);
    return text;
}

int calendar_new(const char *csv, size_t n, const Segments *segs, int segs_n, Calendar **out,
                 const char **why_out)
{
    Calendar *c = calloc(1, sizeof *c);
    const char *why = "";
    int line = 0;
    if (!c) abort();
    int rc = calendar_fill(c, csv, n, segs, segs_n, &line, &why);
    if (rc < 0) {
        if (why_out) *why_out = with_line(line, why);
        calendar_free(c);
        return rc;
    }
    *out = c;
    return OK;
}

void calendar_free(Calendar *c)
{
    if (!c) return;
    arena_free(&c->a);
    free(c);
}

/* Days */

bool calendar_is_workday(const Calendar *c, int64_t day)
{
    return works(c, limited_day(day));
}

int64_t calendar_known_until(const Calendar *c)
{
    return c->end - 1;
}

const char *calendar_day_name(const Calendar *c, int64_t day)
{
    return day >= c->first && day < c->end ? c->day[day - c->first].name : NULL;
}

/* The set in force on a day: the last that began by then. */
static const Regime *regime_of(const Calendar *c, int64_t day)
{
    int low = 0, high = c->regimes;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (c->regime[middle].seg.from_day <= day)
            low = middle;
        else
            high = middle;
    }
    return &c->regime[low];
}

int calendar_segments(const Calendar *c, int64_t day, int64_t start[static SEGMENTS_MAX],
                      int64_t end[static SEGMENTS_MAX])
{
    day = limited_day(day);
    if (!works(c, day)) return 0;
    const Segments *s = &regime_of(c, day)->seg;
    for (int i = 0; i < s->n; i++) {
        start[i] = day_start(day) + (int64_t)s->at[i].start * MINUTE_MS;
        end[i] = day_start(day) + (int64_t)s->at[i].end * MINUTE_MS;
    }
    return s->n;
}

/* Working time as one running count */

/* Working ms before an instant, from the first set's first day; negative before that. */
static int64_t work_ms(const Calendar *c, int64_t at)
{
    int64_t day = day_at(at), in_day = at - day_start(day);
    const Regime *r = regime_of(c, day);
    int64_t sum = r->ms_before + (work_before(c, day) - r->work_before) * r->minutes * MINUTE_MS;
    if (!works(c, day)) return sum;
    for (int i = 0; i < r->seg.n; i++) {
        int64_t start = (int64_t)r->seg.at[i].start * MINUTE_MS;
        int64_t end = (int64_t)r->seg.at[i].end * MINUTE_MS;
        if (in_day > start) sum += (in_day < end ? in_day : end) - start;
    }
    return sum;
}

/* The earliest instant before which that much working time lies: a segment's end rather than
   the next one's start. */
static int64_t instant_of(const Calendar *c, int64_t work)
{
    int low = 0, high = c->regimes;
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (c->regime[middle].ms_before < work)
            low = middle;
        else
            high = middle;
    }
    const Regime *r = &c->regime[low];
    int64_t whole = r->minutes * MINUTE_MS, days = floor_div(work - r->ms_before - 1, whole);
    int64_t day = work_nth(c, r->work_before + days), left = work - r->ms_before - days * whole;
    for (int i = 0; i < r->seg.n; i++) {
        int64_t length = (int64_t)(r->seg.at[i].end - r->seg.at[i].start) * MINUTE_MS;
        if (left <= length) return day_start(day) + (int64_t)r->seg.at[i].start * MINUTE_MS + left;
        left -= length;
    }
    return day_start(day + 1);
}

static int64_t segments_end(const Calendar *c, int64_t workday)
{
    const Segments *s = &regime_of(c, workday)->seg;
    return day_start(workday) + (int64_t)s->at[s->n - 1].end * MINUTE_MS;
}

static int64_t segments_start(const Calendar *c, int64_t workday)
{
    return day_start(workday) + (int64_t)regime_of(c, workday)->seg.at[0].start * MINUTE_MS;
}

int64_t calendar_day_end(const Calendar *c, int64_t day)
{
    return segments_end(c, work_from(c, limited_day(day)));
}

int64_t calendar_working_ms(const Calendar *c, int64_t from, int64_t to)
{
    return to <= from ? 0 : work_ms(c, limited(to)) - work_ms(c, limited(from));
}

bool calendar_is_working_time(const Calendar *c, int64_t at)
{
    at = limited(at);
    return work_ms(c, at + 1) > work_ms(c, at);
}

int64_t calendar_next_working_time(const Calendar *c, int64_t at)
{
    at = limited(at);
    /* One millisecond of work later than at, and back: a segment's end is not inside it. */
    return instant_of(c, work_ms(c, at) + 1) - 1;
}

/* Clocks */

int64_t calendar_due(const Calendar *c, int64_t from, Span span, bool legal)
{
    from = limited(from);
    int64_t n = span.n < 0 ? 0 : span.n > SPAN_LIMIT ? SPAN_LIMIT : span.n, day = day_at(from);
    switch (span.unit) {
    case UNIT_MIN: return from + n * MINUTE_MS;
    case UNIT_H: return from + n * HOUR_MS;
    case UNIT_WH:
        if (n == 0) return calendar_next_working_time(c, from);
        return instant_of(c, work_ms(c, from) + n * HOUR_MS);
    case UNIT_WD:
        /* 0: by the end of today; after it, of the next working day. */
        if (n == 0 && calendar_day_end(c, day) >= from) return calendar_day_end(c, day);
        return segments_end(c, work_nth(c, work_before(c, day + 1) + (n ? n - 1 : 0)));
    case UNIT_D: day += n; return day_start((legal ? work_from(c, day) : day) + 1);
    }
    return from;
}

int64_t calendar_warn(const Calendar *c, int64_t start, int64_t due, ClockUnit unit, int permille)
{
    start = limited(start);
    due = limited(due);
    int64_t part = permille < 0 ? 0 : permille > 1000 ? 1000 : permille;
    if (due <= start) return due;
    if (unit != UNIT_WH && unit != UNIT_WD) {
        int64_t all = due - start;
        return start + all / 1000 * part + all % 1000 * part / 1000;
    }
    int64_t before = work_ms(c, start), all = work_ms(c, due) - before;
    if (all == 0) return due;
    int64_t at = instant_of(c, before + all / 1000 * part + (all % 1000 * part + 999) / 1000);
    return at < start ? start : at;
}

/* Segments that begin before an instant, from the first set's first day; ended: that end by it. */
static int64_t parts_before(const Calendar *c, int64_t at, bool ended)
{
    int64_t day = day_at(at), minute_ms = at - day_start(day);
    const Regime *r = regime_of(c, day);
    int64_t n = r->parts_before + (work_before(c, day) - r->work_before) * r->seg.n;
    if (!works(c, day)) return n;
    for (int i = 0; i < r->seg.n; i++)
        n += ended ? (int64_t)r->seg.at[i].end * MINUTE_MS <= minute_ms
                   : (int64_t)r->seg.at[i].start * MINUTE_MS < minute_ms;
    return n;
}

static int int_of(int64_t n)
{
    return n > INT32_MAX ? INT32_MAX : (int)n;
}

static int counted_segments(const Calendar *c, int64_t from, int64_t due, int max, int64_t start[],
                            int64_t end[], int *all_out)
{
    int64_t s[SEGMENTS_MAX], e[SEGMENTS_MAX];
    int all = int_of(parts_before(c, due, false) - parts_before(c, from, true)), n = 0;
    *all_out = all;
    for (int64_t day = day_at(from); n < all && n < max; day++) {
        day = work_from(c, day);
        int parts = calendar_segments(c, day, s, e);
        for (int i = 0; i < parts && n < all && n < max; i++) {
            if (e[i] <= from) continue;
            start[n] = s[i] > from ? s[i] : from;
            end[n++] = e[i] < due ? e[i] : due;
        }
    }
    return n;
}

static int counted_days(const Calendar *c, int64_t from, int64_t due, int max, int64_t start[],
                        int64_t end[], int *all_out)
{
    int64_t first = work_before(c, day_at(from) + 1);
    /* Hours may end at 24:00, which is already the next day's first instant. */
    int all = int_of(work_before(c, day_at(due - 1) + 1) - first), n = 0;
    *all_out = all;
    for (; n < all && n < max; n++) {
        int64_t day = work_nth(c, first + n);
        start[n] = segments_start(c, day);
        end[n] = segments_end(c, day);
    }
    return n;
}

int calendar_counted(const Calendar *c, int64_t from, int64_t due, ClockUnit unit, int max,
                     int64_t start[], int64_t end[], int *all_out)
{
    from = limited(from);
    due = limited(due);
    *all_out = 0;
    if (due <= from) return 0;
    if (unit == UNIT_WH) return counted_segments(c, from, due, max, start, end, all_out);
    if (unit == UNIT_WD) return counted_days(c, from, due, max, start, end, all_out);
    /* The day of the start is not counted in days. */
    int64_t begin = unit == UNIT_D ? day_start(day_at(from) + 1) : from;
    if (begin >= due) return 0;
    *all_out = 1;
    if (max < 1) return 0;
    start[0] = begin;
    end[0] = due;
    return 1;
}

/* Time left, in words */

typedef struct UnitWords {
    const char *zh, *one, *many;
} UnitWords;

/* At most two units: nobody acts on the minutes of a clock that runs for days. */
static void left_words(Out *o, int64_t days, int64_t ms, bool working)
{
    static const UnitWords workday = {"个工作日", "working day", "working days"};
    static const UnitWords day = {"天", "day", "days"}, hour = {"小时", "h", "h"},
                           minute = {"分", "min", "min"};
    int64_t hours = ms / HOUR_MS, minutes = days && hours ? 0 : ms / MINUTE_MS % 60;
    const UnitWords *const unit[] = {working ? &workday : &day, &hour, &minute};
    const int64_t amount[] = {days, hours, minutes};
    bool any = false;
    for (int i = 0; i < COUNT(amount); i++) {
        if (amount[i] == 0) continue;
        out_raw(o, any ? " " : "");
        put_i(o, amount[i]);
        out_raw(o, " ");
        out_raw(o, o->lang == ZH ? unit[i]->zh : amount[i] == 1 ? unit[i]->one : unit[i]->many);
        any = true;
    }
    if (!any) out_raw(o, o->lang == ZH ? "不到 1 分" : "under 1 min");
}

void calendar_left(const Calendar *c, int64_t now, int64_t due, ClockUnit unit, Out *o)
{
    int64_t from = limited(now < due ? now : due), to = limited(now < due ? due : now);
    bool working = unit == UNIT_WH || unit == UNIT_WD;
    int64_t days = (to - from) / DAY_MS, ms = (to - from) % DAY_MS;
    if (working) {
        /* Whole days: after the first day, to the last, which is whole only at its end. */
        int64_t today = day_at(from), last = day_at(to), rest_from = day_start(today + 1);
        days = 0;
        ms = calendar_working_ms(c, from, to < rest_from ? to : rest_from);
        if (last > today) {
            bool whole = works(c, last) && to >= segments_end(c, last);
            days = work_before(c, last + whole) - work_before(c, today + 1);
            ms += whole ? 0 : calendar_working_ms(c, day_start(last), to);
        }
    }
    left_words(o, days, ms, working);
}
