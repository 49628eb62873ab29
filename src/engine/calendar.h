/* calendar: working days, working segments and the due times of clocks (WHISTLE, Clocks).
   Pure: no clock, no I/O. All instants are milliseconds UTC; the zone is fixed at +08:00
   (Asia/Shanghai has had no summer time since 1991). */
#ifndef ENGINE_CALENDAR_H
#define ENGINE_CALENDAR_H
#include "base/base.h"

typedef enum { UNIT_MIN, UNIT_H, UNIT_WH, UNIT_WD, UNIT_D } ClockUnit;
extern const Choice clock_units[]; /* min h wh wd d */

typedef struct Span {
    int32_t n;
    ClockUnit unit;
} Span; /* length of a clock: 4 wh, 10 wd */

/* One set of working segments, valid from a day until the next set begins. Minutes of the day. */
enum { SEGMENTS_MAX = 4 };
typedef struct Segments {
    int64_t from_day; /* days since 1970 */
    int n;
    struct {
        int16_t start, end;
    } at[SEGMENTS_MAX];
} Segments;

typedef struct Calendar Calendar;
/* csv: data/holidays_cn.csv. segs: rising from_day, at least one; the first holds for all earlier
   days too. NULL segs: 08:30-12:00, 14:30-18:00. E_INPUT: why_out says which line
   (a text that lives until this thread's next failure). */
int calendar_new(const char *csv, size_t n, const Segments *segs, int segs_n, Calendar **out,
                 const char **why_out) MUST_USE;
void calendar_free(Calendar *c);
bool calendar_is_workday(const Calendar *c, int64_t day);
int64_t calendar_known_until(const Calendar *c); /* last day of the last published year */
/* Segments of a day: number (0 on a day off), as UTC ms. */
int calendar_segments(const Calendar *c, int64_t day, int64_t start[static SEGMENTS_MAX],
                      int64_t end[static SEGMENTS_MAX]);
/* Name of the day off or of the made-up working day ("春节"), or NULL. */
const char *calendar_day_name(const Calendar *c, int64_t day);

/* Due time. legal: unit d whose last day is off moves to the next working day. */
int64_t calendar_due(const Calendar *c, int64_t from, Span span, bool legal);
/* End of the last segment of that day; of the next working day when it is off. */
int64_t calendar_day_end(const Calendar *c, int64_t day);
/* Working milliseconds between two instants (0 when to <= from). */
int64_t calendar_working_ms(const Calendar *c, int64_t from, int64_t to);
/* The instant at which permille of the working time (plain time for min, h, d) from start to due
   has passed. */
int64_t calendar_warn(const Calendar *c, int64_t start, int64_t due, ClockUnit unit, int permille);
/* The intervals counted, for "why this time?": segments for wh, whole working days for wd, plain
   for the others. Number written, at most max; *all_out the number there are. */
int calendar_counted(const Calendar *c, int64_t from, int64_t due, ClockUnit unit, int max,
                     int64_t start[], int64_t end[], int *all_out);
/* "剩 1 个工作日 5 小时": working days and minutes between now and due: whole working days after
   today until due's day, and the rest in working minutes of the partial days.
   Written to o in o->lang; late: "2 小时 20 分" without the word. */
void calendar_left(const Calendar *c, int64_t now, int64_t due, ClockUnit unit, Out *o);
bool calendar_is_working_time(const Calendar *c, int64_t at);
int64_t calendar_next_working_time(const Calendar *c, int64_t at); /* at itself when inside one */
#endif
