/* why: each due time answers "why this time?": the rule, the days or hours that were counted, and
   where rule and calendar come from. */
#include "modules/whistle/view.h"

#include <string.h>

#include "modules/whistle/view.html.h"

enum { WEEKS_MAX = 14, PARTS_MAX = 24 };

/* "08:30–12:00、14:30–18:00" of a day. */
static const char *hours_of(Req *q, int64_t day)
{
    int64_t start[SEGMENTS_MAX], end[SEGMENTS_MAX];
    int n = calendar_segments(q->desk->calendar, day, start, end);
    Out o = {.a = q->a};
    for (int i = 0; i < n; i++)
        out_f(&o, "%s%s–%s", i ? (q->out.lang == EN ? ", " : "、") : "", time_text_zh(q, start[i]),
              time_text_zh(q, end[i]));
    return str_of(&o);
}

static const char *duration(Req *q, int64_t ms)
{
    int64_t minutes = ms / 60000;
    const char *h = digits(q, minutes / 60), *m = digits(q, minutes % 60);
    if (minutes < 60) return SAY(q, "%1 分钟", m);
    return minutes % 60 ? SAY(q, "%1 小时 %2 分", h, m) : SAY(q, "%1 小时", h);
}

/* "3月18日 10:20–12:00 计 1 小时 40 分；14:30–16:50 计 2 小时 20 分" */
static const char *parts_text(Req *q, const Deadline *d)
{
    int64_t start[PARTS_MAX], end[PARTS_MAX];
    int all, n = calendar_counted(q->desk->calendar, d->started_at, d->due_at, UNIT_WH, PARTS_MAX,
                                  start, end, &all);
    const char *glue = q->out.lang == EN ? "; " : "；";
    Out o = {.a = q->a};
    for (int i = 0; i < n; i++) {
        bool same =
            i && time_day((Time){start[i], true}).v == time_day((Time){start[i - 1], true}).v;
        out_raw(&o, i ? glue : "");
        out_raw(&o, SAY(q, "%1–%2 计 %3", same ? time_text_zh(q, start[i]) : date_zh(q, start[i]),
                        time_text_zh(q, end[i]), duration(q, end[i] - start[i])));
    }
    if (all > n) out_raw(&o, word(q, "……"));
    return str_of(&o);
}

/* An extension, or a date that somebody set: the length alone does not give this due time. */
static bool set_by_hand(Req *q, const Deadline *d)
{
    const Calendar *c = q->desk->calendar;
    if (d->span.n == 0) return true;
    return calendar_due(c, d->started_at, d->span, false) != d->due_at &&
           calendar_due(c, d->started_at, d->span, true) != d->due_at;
}

const char *why_rule(Req *q, const Deadline *d)
{
    const char *name = word(q, clock_zh(d->clock)), *from = date_zh(q, d->started_at);
    const char *due = date_zh(q, d->due_at), *length = span_text(q, d->span);
    int64_t due_day = time_day((Time){d->due_at - 1, true}).v;
    if (set_by_hand(q, d))
        return SAY(
            q,
            "%1 从 %2 起算，到期时间 %3 是一次决定定下的（延期，或写明日期的办法），见办理经过。",
            name, from, due);
    switch (d->span.unit) {
    case UNIT_MIN:
    case UNIT_H: return SAY(q, "%1 %2，按钟点走，不停：%3 起算，到 %4。", name, length, from, due);
    case UNIT_WH: return SAY(q, "%1 %2，只算工作时间：%3。", name, length, parts_text(q, d));
    case UNIT_WD:
        return SAY(q,
                   "%1 %2。%3 起算，当天不计，到第 %4 个工作日下班时（%5）为止。每个工作日计 %6。",
                   name, length, from, digits(q, d->span.n), due, hours_of(q, due_day));
    case UNIT_D:
        return SAY(q, "%1 %2。%3 起算，当天不计，休息日也计，到最后一天的 24:00（%4）。", name,
                   length, from, due);
    }
    return "";
}

static const char *source_text(Req *q, const Deadline *d)
{
    const Profile *p = profile_find(q->desk, q->who.site, d->profile, d->profile_version);
    Out o = {.a = q->a};
    if (p) out_raw(&o, SAY(q, "时限方案：%1 第 %2 版。", p->zh, digits(q, p->version)));
    out_raw(&o, word(q, "日历：国务院办公厅公布的节假日安排。"));
    int64_t known = calendar_known_until(q->desk->calendar);
    if (time_day((Time){d->due_at, true}).v > known)
        out_raw(&o, word(q, "次年日历未公布，公布后按新日历重算。"));
    out_raw(&o, SAY(q, "%1 起转临期（用满 %2%）。", date_zh(q, d->warn_at),
                    digits(q, p ? p->warn_permille / 10 : 75)));
    return str_of(&o);
}

/* ---- the calendar ---- */

typedef struct Weeks {
    const Deadline *d;
    int64_t first, start, due; /* days: Monday of the first week, of the start, of the due time */
    int counted;               /* days counted so far */
} Weeks;

static bool counts(Req *q, const Weeks *w, int64_t day)
{
    if (w->d->span.unit == UNIT_D) return day > w->start && day <= w->due;
    if (!calendar_is_workday(q->desk->calendar, day)) return false;
    return w->d->span.unit == UNIT_WD ? day > w->start && day <= w->due
                                      : day >= w->start && day <= w->due;
}

static const char *note_of(Req *q, const Weeks *w, int64_t day, bool counted)
{
    if (day == w->start && !counted) return word(q, "起算，不计");
    if (counted && day == w->due)
        return SAY(q, "第 %1 天，%2", digits(q, w->counted), time_text_zh(q, w->d->due_at));
    if (counted) return SAY(q, "第 %1 天", digits(q, w->counted));
    if (calendar_is_workday(q->desk->calendar, day)) return "";
    const char *name = calendar_day_name(q->desk->calendar, day);
    return name && q->out.lang == ZH ? name : word(q, "休");
}

static void cell(Req *q, Weeks *w, int64_t day)
{
    if (day < w->start || day > w->due) {
        calendar_cell_html(&q->out, "", false, "", "");
        return;
    }
    char text[11];
    day_text((Day){day, true}, text);
    bool counted = counts(q, w, day), today = day == q->today.v;
    if (counted) w->counted++;
    int m = (text[5] - '0') * 10 + text[6] - '0', dd = (text[8] - '0') * 10 + text[9] - '0';
    bool full = day == w->start || dd == 1;
    const char *shown = q->out.lang == EN ? arena_f(q->a, full ? "%d/%d" : "%d", dd, m)
                        : full            ? arena_f(q->a, "%d月%d日", m, dd)
                                          : arena_f(q->a, "%d日", dd);
    const char *classes =
        arena_f(q->a, "%s%s%s", counted ? "is-counted" : "", today ? " is-today" : "",
                counted && day == w->due ? " is-due" : "");
    calendar_cell_html(&q->out, classes + (*classes == ' '), today, shown,
                       note_of(q, w, day, counted));
}

static void calendar_table(Req *q, const Deadline *d)
{
    Weeks w = {.d = d,
               .start = time_day((Time){d->started_at, true}).v,
               .due = time_day((Time){d->due_at - 1, true}).v};
    w.first = w.start - ((w.start + 3) % 7 + 7) % 7;
    if (w.due - w.first >= INT64_C(7) * WEEKS_MAX) return;
    calendar_begin_html(&q->out);
    for (int64_t week = w.first; week <= w.due; week += 7) {
        calendar_row_html(&q->out);
        for (int64_t day = week; day < week + 7; day++) cell(q, &w, day);
        calendar_row_end_html(&q->out);
    }
    calendar_end_html(&q->out);
}

void why_block(Req *q, const Deadline *d)
{
    why_begin_html(&q->out, why_rule(q, d));
    bool days = d->span.unit == UNIT_WD || d->span.unit == UNIT_D || set_by_hand(q, d);
    if (days) calendar_table(q, d);
    why_end_html(&q->out, source_text(q, d));
}
