/* fuzz: the value parsers and escapes. What is accepted must be written and read back alike;
   what is escaped must hold no character that could end its place. */
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) abort();
}

static void numbers(Arena *a, const char *s)
{
    int64_t n = 0, back = 0;
    Fen fen = {0};
    if (num_parse(s, &n)) must(num_parse(arena_f(a, "%lld", (long long)n), &back) && back == n);
    if (fen_parse(s, &fen)) {
        Out o = {.a = a};
        Fen again = {0};
        put(&o, fen);
        must(fen.has && fen.v >= 0 && fen_parse(str_of(&o), &again) && again.v == fen.v);
    }
}

static void times(const char *s)
{
    Day day = {0};
    Time t = {0}, again = {0};
    char text[30], minute[17];
    if (day_parse(s, &day)) {
        day_text(day, text);
        must(strcmp(text, s) == 0);
    }
    if (!time_parse(s, &t)) return;
    time_text(t, text);
    time_minute(t, minute);
    must(time_parse(text, &again) && again.v == t.v && strncmp(text, minute, 10) == 0);
    day_text(time_day(t), minute);
    must(strncmp(text, minute, 10) == 0);
}

static void texts(Arena *a, const char *s, size_t n)
{
    Out html = {.a = a}, json = {.a = a}, url = {.a = a}, path = {.a = a}, csv = {.a = a};
    int64_t length = utf8_length(s, n);
    must(length <= (int64_t)n && (length >= 0 || text_fault(s, n, true)));
    if (!text_fault(s, n, false)) must(!text_fault(s, n, true));
    put(&html, s);
    must(!strpbrk(str_of(&html), "<>\"'"));
    out_json(&json, s);
    must(json.n >= 2 && json.s[0] == '"' && json.s[json.n - 1] == '"');
    put_url(&url, s);
    must(!strpbrk(str_of(&url), "<>\"'&?#/ "));
    put_path(&path, s);
    must(path.s[0] == '/' && path.s[1] != '/' && !strpbrk(path.s, "<>\"'\\\t\r\n"));
    out_csv(&csv, s);
    must(!csv.n || !strchr("=+-@\t\r", csv.s[csv.s[0] == '"']));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena a = {0};
    const char *s = arena_copy(&a, (const char *)data, size);
    (void)text_fault(s, size, true); /* with NULs inside */
    numbers(&a, s);
    times(s);
    texts(&a, s, strlen(s));
    arena_free(&a);
    return 0;
}
