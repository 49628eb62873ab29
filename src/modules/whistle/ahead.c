/* ahead: until when what will happen, said before it is sent, and the words for times. The writer counts
   again at the instant of sending: what is shown here is what would be if it were sent now. */
#include "modules/whistle/outside_own.h"

#include "modules/whistle/ahead.html.h"

#include <string.h>

static int64_t due(Req *q, int64_t from, const char *clock)
{
    Span span;
    if (!profile_span(q->desk, q->who.site, NULL, 0, clock, &span)) return from;
    return calendar_due(q->desk->calendar, from, span, false);
}

Ahead ahead_from(Req *q, int64_t from, bool consult)
{
    Ahead a = {.from = from, .route = due(q, from, "route")};
    a.contact = due(q, a.route, "contact");
    a.urgent = due(q, a.route, "contact_urgent");
    a.plan = due(q, a.route, "answer");
    a.resolve = due(q, a.route, consult ? "resolve_consult" : "resolve");
    a.evaluate = due(q, a.resolve, "evaluate");
    return a;
}

int64_t ahead_rework(Req *q, const Whistle *w)
{
    Span span;
    int version = w->profile_version.has ? (int)w->profile_version.v : 0;
    if (!w->lead.has) return due(q, q->now, "route");
    if (!profile_span(q->desk, q->who.site, w->profile, version, "rework", &span)) return q->now;
    return calendar_due(q->desk->calendar, q->now, span, false);
}

/* ---- words ---- */

static int number_at(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) v = v * 10 + (s[i] - '0');
    return v;
}

const char *date_text(const Req *q, int64_t ms)
{
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    char now[11];
    const char *day = minute_text(q, ms);
    day_text(q->today, now);
    int year = number_at(day, 4), month = number_at(day + 5, 2), date = number_at(day + 8, 2);
    bool other = year != number_at(now, 4);
    if (q->out.lang == EN)
        return arena_f(q->a, "%d %s%s", date, months[(month + 11) % 12],
                       other ? arena_f(q->a, " %d", year) : "");
    return arena_f(q->a, "%s%d月%d日", other ? arena_f(q->a, "%d年", year) : "", month, date);
}

static bool is_today(const Req *q, int64_t ms)
{
    return time_day((Time){ms, true}).v == q->today.v;
}

/* A day that ends at midnight ends at its own 24:00. */
static const char *clock_text(const Req *q, int64_t *ms)
{
    const char *at = time_text_zh(q, *ms);
    if (strcmp(at, "00:00") != 0) return at;
    *ms -= 1;
    return "24:00";
}

const char *weekday_text(const Req *q, int64_t ms)
{
    static const char *const names[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    int64_t day = time_day((Time){ms, true}).v;
    return word(q, names[((day + 3) % 7 + 7) % 7]);
}

const char *when_text(const Req *q, int64_t ms)
{
    const char *at = clock_text(q, &ms);
    bool today = is_today(q, ms);
    const char *day = today ? word(q, "今天") : date_text(q, ms);
    if (q->out.lang == EN) return arena_f(q->a, today ? "%s %s" : "%s on %s", at, day);
    return arena_f(q->a, "%s %s", day, at);
}

const char *when_long(const Req *q, int64_t ms)
{
    int64_t day = ms;
    const char *at = clock_text(q, &day);
    if (is_today(q, day)) return when_text(q, ms);
    if (q->out.lang == EN)
        return arena_f(q->a, "%s, %s %s", at, weekday_text(q, day), date_text(q, day));
    return arena_f(q->a, "%s（%s）%s", date_text(q, day), weekday_text(q, day), at);
}

const char *instant(const Req *q, int64_t ms)
{
    char *text = arena_get(q->a, 30);
    time_text((Time){ms, true}, text);
    return text;
}

Html when_html(Req *q, int64_t ms)
{
    return SAY_HTML(q, "%1", when_long(q, ms));
}

Html by_html(Req *q, int64_t ms)
{
    Out page = page_part(q);
    by_span_html(&q->out, is_today(q, ms) ? word(q, "今天") : date_text(q, ms), weekday_text(q, ms),
                 time_text_zh(q, ms));
    return page_part_end(q, page);
}

const char *hours_text(Req *q)
{
    int64_t start[SEGMENTS_MAX], end[SEGMENTS_MAX], day = q->today.v;
    while (!calendar_is_workday(q->desk->calendar, day)) day++;
    int n = calendar_segments(q->desk->calendar, day, start, end);
    Out o = {.a = q->a};
    for (int i = 0; i < n; i++)
        out_f(&o, "%s%s–%s", i ? (q->out.lang == EN ? ", " : "、") : "", time_text_zh(q, start[i]),
              time_text_zh(q, end[i]));
    return str_of(&o);
}

const char *counted_text(Req *q, int64_t from, int64_t until)
{
    enum { PARTS = 8 };
    int64_t start[PARTS], end[PARTS];
    int all, n = calendar_counted(q->desk->calendar, from, until, UNIT_WH, PARTS, start, end, &all);
    Out o = {.a = q->a};
    for (int i = 0; i < n; i++) {
        bool same =
            i && time_day((Time){start[i], true}).v == time_day((Time){start[i - 1], true}).v;
        const char *day = is_today(q, start[i]) ? word(q, "今天") : date_text(q, start[i]);
        out_raw(&o, i ? (q->out.lang == EN ? ", " : "、") : "");
        if (!same) out_f(&o, "%s ", day);
        out_f(&o, "%s–%s", time_text_zh(q, start[i]), time_text_zh(q, end[i]));
    }
    return str_of(&o);
}

Html word_html(Req *q, const char *zh)
{
    Out o = {.a = q->a};
    put_s(&o, word(q, zh));
    return (Html){str_of(&o)};
}

Html lines_html(Req *q, const char *text)
{
    Out o = {.a = q->a, .lang = q->out.lang};
    for (const char *s = text; s && *s;) {
        size_t n = strcspn(s, "\r\n");
        if (n) {
            out_raw(&o, "<p>");
            put_s(&o, arena_copy(q->a, s, n));
            out_raw(&o, "</p>");
        }
        s += n + strspn(s + n, "\r\n");
    }
    return (Html){str_of(&o)};
}

/* A value is not broken over two lines, a listing only after its commas: it may be wider than a telephone. */
static void put_whole(Out *o, const char *value)
{
    const char *comma = o->lang == EN ? "," : "、";
    for (const char *s = value ? value : ""; *s;) {
        const char *at = strstr(s, comma);
        size_t n = at ? (size_t)(at - s) + strlen(comma) : strlen(s);
        out_raw(o, "<span class=\"nowrap\">");
        put_s(o, arena_copy(o->a, s, n));
        out_raw(o, "</span>");
        for (s += n; *s == ' '; s++) out_raw(o, " ");
    }
}

Html say_html_n(Req *q, const char *zh, int n, const char *const *v)
{
    Out o = {.a = q->a, .lang = q->out.lang};
    for (const char *s = word(q, zh); *s;) {
        size_t len = strcspn(s, "%");
        put_s(&o, arena_copy(q->a, s, len));
        s += len;
        int i = *s ? s[1] - '1' : -1;
        if (i >= 0 && i < n) {
            /* "最晚今天 18:50", but "最晚 3月19日 18:00" */
            if (o.lang == ZH && o.n && o.s[o.n - 1] == ' ' && v[i] && (unsigned char)*v[i] >= 0x80)
                o.s[--o.n] = 0;
            put_whole(&o, v[i]);
            s += 2;
        } else if (*s) {
            put_s(&o, "%");
            s++;
        }
    }
    return (Html){str_of(&o)};
}
