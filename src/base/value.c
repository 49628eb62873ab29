/* value: numbers, money, days and instants from text and back. The site's zone is fixed at
   +08:00 (no summer time since 1991), so no time zone data and no libc local time is used. */
#include "base/base.h"

#include <string.h>

enum { MS = 1000, MINUTE_MS = 60 * MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };
enum { ZONE_MS = 8 * HOUR_MS };
/* 0000-01-01 and 9999-12-31: what four digits of a year can write */
enum { DAY_FIRST = -719528, DAY_LAST = 2932896 };

bool add_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return false;
    *out = sum;
    return true;
}

bool mul_i64(int64_t a, int64_t b, int64_t *out)
{
    int64_t product;
    if (__builtin_mul_overflow(a, b, &product)) return false;
    *out = product;
    return true;
}

int choice_index(const Choice *list, const char *code)
{
    for (int i = 0; code && list[i].code; i++)
        if (strcmp(list[i].code, code) == 0) return i;
    return -1;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly n digits at s; they end at a NUL at the latest. */
static bool digits_read(const char *s, int n, int *out)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (!is_digit(s[i])) return false;
        v = v * 10 + (s[i] - '0');
    }
    *out = v;
    return true;
}

static void digits_write(char *to, int n, int v)
{
    for (int i = n - 1; i >= 0; i--, v /= 10) to[i] = (char)('0' + v % 10);
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Gregorian calendar over 400-year eras that begin on 1 March. */
static int64_t days_of(int year_civil, int month, int day)
{
    int64_t y = year_civil - (month <= 2), era = floor_div(y, 400), year = y - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + year * 365 + year / 4 - year / 100 + in_year - 719468;
}

/* Ten characters YYYY-MM-DD, without a NUL. */
static void date_write(int64_t day, char *to)
{
    if (day < DAY_FIRST) day = DAY_FIRST;
    if (day > DAY_LAST) day = DAY_LAST;
    int64_t z = day + 719468, era = floor_div(z, 146097), n = z - era * 146097;
    int64_t year = (n - n / 1460 + n / 36524 - n / 146096) / 365;
    int64_t in_year = n - (365 * year + year / 4 - year / 100), m = (5 * in_year + 2) / 153;
    int month = (int)(m < 10 ? m + 3 : m - 9);
    digits_write(to, 4, (int)(year + era * 400) + (month <= 2));
    to[4] = '-';
    digits_write(to + 5, 2, month);
    to[7] = '-';
    digits_write(to + 8, 2, (int)(in_year - (153 * m + 2) / 5 + 1));
}

/* A real date 1900-2199 in the first ten characters of s. */
static bool date_read(const char *s, int64_t *out)
{
    int y, m, d;
    if (!digits_read(s, 4, &y) || s[4] != '-' || !digits_read(s + 5, 2, &m) || s[7] != '-' ||
        !digits_read(s + 8, 2, &d))
        return false;
    if (y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1 || d > 31) return false;
    int64_t day = days_of(y, m, d);
    char back[10];
    date_write(day, back);
    if (memcmp(s, back, sizeof back) != 0) return false; /* 2023-02-29 */
    *out = day;
    return true;
}

bool day_parse(const char *s, Day *out)
{
    int64_t day;
    if (!s || !date_read(s, &day) || s[10]) return false;
    *out = (Day){day, true};
    return true;
}

void day_text(Day d, char buf[static 11])
{
    date_write(d.v, buf);
    buf[10] = 0;
}

bool num_parse(const char *s, int64_t *out)
{
    if (!s) return false;
    bool minus = *s == '-';
    int64_t v = 0;
    s += minus;
    if (!*s) return false;
    for (; *s; s++) {
        int64_t digit = *s - '0';
        if (!is_digit(*s) || !mul_i64(v, 10, &v) || !add_i64(v, minus ? -digit : digit, &v))
            return false;
    }
    *out = v;
    return true;
}

bool fen_parse(const char *s, Fen *out)
{
    int64_t v = 0;
    int yuan = 0, cents = 0;
    if (!s) return false;
    for (; is_digit(*s); s++, yuan++)
        if (!mul_i64(v, 10, &v) || !add_i64(v, *s - '0', &v)) return false;
    if (yuan == 0) return false;
    if (*s == '.') {
        for (s++; cents < 2 && is_digit(*s); s++, cents++)
            if (!mul_i64(v, 10, &v) || !add_i64(v, *s - '0', &v)) return false;
        if (cents == 0) return false;
    }
    for (; cents < 2; cents++)
        if (!mul_i64(v, 10, &v)) return false;
    if (*s) return false;
    *out = (Fen){v, true};
    return true;
}

/* ":SS" and ".fff" after HH:MM; moves *s past them. Digits after the third are cut off. */
static bool seconds_read(const char **s, int64_t *ms)
{
    const char *p = *s;
    int second, scale = 100;
    if (*p != ':') return true; /* 10:20, as a form sends it */
    if (!digits_read(p + 1, 2, &second) || second > 59) return false;
    *ms += second * MS;
    p += 3;
    if (*p == '.') {
        if (!is_digit(*++p)) return false;
        for (; is_digit(*p); p++, scale /= 10) *ms += (*p - '0') * scale;
    }
    *s = p;
    return true;
}

static bool offset_read(const char *s, int64_t *ms)
{
    int h, m;
    if (!*s) return *ms = ZONE_MS, true;
    if ((*s == 'Z' || *s == 'z') && !s[1]) return *ms = 0, true;
    if ((*s != '+' && *s != '-') || !digits_read(s + 1, 2, &h) || s[3] != ':' ||
        !digits_read(s + 4, 2, &m) || s[6] || h > 23 || m > 59)
        return false;
    *ms = (int64_t)h * HOUR_MS + (int64_t)m * MINUTE_MS;
    if (*s == '-') *ms = -*ms;
    return true;
}

bool time_parse(const char *s, Time *out)
{
    static const int64_t first = 0, end = INT64_C(84006) * DAY_MS; /* 2200-01-01 */
    int64_t day, ms = 0, offset;
    int h, m;
    if (!s || !date_read(s, &day) || (s[10] != 'T' && s[10] != 't' && s[10] != ' ')) return false;
    s += 11;
    if (!digits_read(s, 2, &h) || s[2] != ':' || !digits_read(s + 3, 2, &m) || h > 23 || m > 59)
        return false;
    s += 5;
    if (!seconds_read(&s, &ms) || !offset_read(s, &offset)) return false;
    int64_t v = day * DAY_MS + (int64_t)h * HOUR_MS + (int64_t)m * MINUTE_MS + ms - offset;
    if (v < first || v >= end) return false;
    *out = (Time){v, true};
    return true;
}

/* Splits an instant into day and milliseconds of the day in the site's zone. Milliseconds that
   cannot be shifted without overflow lie far outside the years that can be written. */
static int64_t local_split(Time t, int *ms_out)
{
    int64_t local;
    if (!add_i64(t.v, ZONE_MS, &local)) local = t.v;
    int64_t day = floor_div(local, DAY_MS);
    *ms_out = (int)(local - day * DAY_MS);
    return day;
}

/* HH:MM, five characters. */
static void clock_write(int ms, char *to)
{
    digits_write(to, 2, ms / HOUR_MS);
    to[2] = ':';
    digits_write(to + 3, 2, ms / MINUTE_MS % 60);
}

void time_text(Time t, char buf[static 30])
{
    int ms;
    date_write(local_split(t, &ms), buf);
    buf[10] = 'T';
    clock_write(ms, buf + 11);
    buf[16] = ':';
    digits_write(buf + 17, 2, ms / MS % 60);
    char *p = buf + 19;
    if (ms % MS) {
        *p = '.';
        digits_write(p + 1, 3, ms % MS);
        p += 4;
    }
    memcpy(p, "+08:00", 7);
}

void time_minute(Time t, char buf[static 17])
{
    int ms;
    date_write(local_split(t, &ms), buf);
    buf[10] = ' ';
    clock_write(ms, buf + 11);
    buf[16] = 0;
}

Day time_day(Time t)
{
    int ms;
    return t.has ? (Day){local_split(t, &ms), true} : (Day){0};
}
