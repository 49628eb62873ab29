/* clock: when is a clock due, and which intervals were counted. */
#include "app/cmd.h"

#include <stdio.h>
#include <string.h>

enum { N_MAX = 100000, COUNTED_MAX = 4096, LINE_MAX_BYTES = 200 };

typedef struct Question {
    int64_t from;
    Span span;
} Question;

static const char *question_parse(const char *from, const char *n, const char *unit, Question *out)
{
    Time t;
    int64_t count;
    int u = unit ? choice_index(clock_units, unit) : -1;
    if (!from || !time_parse(from, &t))
        return "--from should be an instant such as 2026-02-13T17:30";
    if (!n || !num_parse(n, &count) || count < 1 || count > N_MAX)
        return "--n should be a whole number from 1 to 100000";
    if (u < 0) return "--unit should be one of: min h wh wd d";
    *out = (Question){t.v, {(int32_t)count, (ClockUnit)u}};
    return NULL;
}

static void add_interval(Out *o, int64_t from, int64_t to)
{
    out_raw(o, o->s[o->n - 1] == '[' ? "[" : ",[");
    out_json_time(o, (Time){from, true});
    out_raw(o, ",");
    out_json_time(o, (Time){to, true});
    out_raw(o, "]");
}

/* A counted working day is shown by its segments, without the lunch break. */
static void add_day(Out *o, const Calendar *cal, int64_t from, int64_t to)
{
    int64_t start[SEGMENTS_MAX], end[SEGMENTS_MAX];
    int n = calendar_segments(cal, time_day((Time){from, true}).v, start, end);
    for (int i = 0; i < n; i++)
        if (start[i] < to && end[i] > from)
            add_interval(o, start[i] > from ? start[i] : from, end[i] < to ? end[i] : to);
}

static void print_json(const Calendar *cal, const Question *q, int64_t due)
{
    Arena a = {0};
    Out o = {.a = &a};
    int64_t *start = arena_array(&a, COUNTED_MAX, sizeof *start);
    int64_t *end = arena_array(&a, COUNTED_MAX, sizeof *end);
    int all, n = calendar_counted(cal, q->from, due, q->span.unit, COUNTED_MAX, start, end, &all);
    out_raw(&o, "{\"due\":");
    out_json_time(&o, (Time){due, true});
    out_raw(&o, ",\"counted\":[");
    for (int i = 0; i < n; i++) {
        if (q->span.unit == UNIT_WD)
            add_day(&o, cal, start[i], end[i]);
        else
            add_interval(&o, start[i], end[i]);
    }
    out_f(&o, "]%s}", n < all ? ",\"more\":true" : "");
    puts(o.s);
    arena_free(&a);
}

static void print_due(int64_t due)
{
    char text[30];
    time_text((Time){due, true}, text);
    puts(text);
}

/* "from n unit": cut in place; NULL when a word is missing. */
static char *word(char **s)
{
    *s += strspn(*s, " \t");
    char *w = *s;
    size_t n = strcspn(w, " \t\r\n");
    *s += n;
    if (**s) *(*s)++ = 0;
    return n ? w : NULL;
}

static int batch(const Command *c, const Calendar *cal, bool legal)
{
    char line[LINE_MAX_BYTES];
    for (int64_t at = 1; fgets(line, sizeof line, stdin); at++) {
        char *s = line;
        const char *from = word(&s), *n = word(&s), *unit = word(&s);
        Question q;
        const char *why = question_parse(from, n, unit, &q);
        if (!why && word(&s)) why = "a line is \"from n unit\"";
        if (why) {
            (void)fflush(stdout);
            fprintf(stderr, "lianshao %s: line %lld: %s\n", c->name, (long long)at, why);
            return EXIT_FAILED;
        }
        print_due(calendar_due(cal, q.from, q.span, legal));
    }
    return EXIT_FINE;
}

int cmd_clock(const Command *c, int argc, char **argv)
{
    const char *from = NULL, *n = NULL, *unit = NULL, *rest[1], *why = "";
    bool legal = false, json = false, many = false;
    int code;
    const Option options[] = {
        {"from", "TIME", "the instant it starts, RFC 3339; +08:00 when no offset is given",
         .text = &from},
        {"n", "N", "its length", .text = &n},
        {"unit", "UNIT", "min h wh (working hours) wd (working days) d", .text = &unit},
        {"legal", NULL, "unit d whose last day is off moves to the next working day",
         .flag = &legal},
        {"json", NULL, "{\"due\":...,\"counted\":[[from,to],...]}", .flag = &json},
        {"batch", NULL, "lines \"from n unit\" on standard input, one due time a line",
         .flag = &many},
        {0}};
    int words = options_read(c, options, argc, argv, rest, 1);
    if (!options_ok(words, &code)) return code;
    if (words != 1 || strcmp(rest[0], "due") != 0) return usage_error(c, "say clock due");
    Calendar *cal = NULL;
    if (app_calendar(&cal, &why) < 0) return app_fail(c->name, why);
    if (many) {
        code = batch(c, cal, legal);
    } else {
        Question q;
        why = question_parse(from, n, unit, &q);
        code = why ? usage_error(c, "%s", why) : EXIT_FINE;
        int64_t due = why ? 0 : calendar_due(cal, q.from, q.span, legal);
        if (!why && json) print_json(cal, &q, due);
        if (!why && !json) print_due(due);
    }
    calendar_free(cal);
    return code;
}
