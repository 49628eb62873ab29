/* options: words after a command, right and wrong. */
#include "app/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef struct Got {
    const char *dir, *db, *rest[2];
    bool test, has_db;
    int n;
} Got;

/* words: separated by |. */
static Got read_words(const char *words)
{
    static const Command command = {"try", "", "For this test.", NULL};
    char text[200], *argv[10] = {0};
    static char kept[200]; /* the values point into it */
    int argc = 0;
    Got g = {.dir = "data"};
    const Option options[] = {
        {"data", "DIR", "a folder", .text = &g.dir},
        {"db", "[URL]", "a database", .text = &g.db, .flag = &g.has_db, .optional = true},
        {"test", NULL, "a flag", .flag = &g.test},
        {0}};
    assert_true(strlen(words) < sizeof text);
    memcpy(kept, words, strlen(words) + 1);
    for (char *s = kept; *s;) {
        size_t n = strcspn(s, "|");
        argv[argc++] = s;
        s += n;
        if (*s) *s++ = 0;
    }
    g.n = options_read(&command, options, argc, argv, g.rest, 2);
    return g;
}

static void right(void **state)
{
    (void)state;
    Got g = read_words("--data|a|list|--test|--db=x");
    assert_int_equal(g.n, 1);
    assert_string_equal(g.dir, "a");
    assert_string_equal(g.rest[0], "list");
    assert_true(g.test && g.has_db);
    assert_string_equal(g.db, "x");
    g = read_words("");
    assert_int_equal(g.n, 0);
    assert_string_equal(g.dir, "data");
    assert_false(g.test);
    g = read_words("--db|--data|b"); /* the value may be missing */
    assert_true(g.has_db);
    assert_null(g.db);
    assert_string_equal(g.dir, "b");
    g = read_words("--db");
    assert_true(g.has_db);
    assert_int_equal(g.n, 0);
    g = read_words("--db|url|x");
    assert_string_equal(g.db, "url");
    assert_int_equal(g.n, 1);
}

static void wrong(void **state)
{
    (void)state;
    static const char *const rows[] = {"--no-such-option", "--data", "--test=yes", "a|b|c", "-x",
                                       "--dat|a",          "--",     "-"};
    for (int i = 0; i < COUNT(rows); i++) assert_int_equal(read_words(rows[i]).n, OPTIONS_WRONG);
}

static void help_wins(void **state)
{
    (void)state;
    int code;
    assert_int_equal(read_words("--nonsense|--help").n, OPTIONS_HELP);
    assert_false(options_ok(OPTIONS_HELP, &code));
    assert_int_equal(code, EXIT_FINE);
    assert_false(options_ok(OPTIONS_WRONG, &code));
    assert_int_equal(code, EXIT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(right), cmocka_unit_test(wrong),
                                       cmocka_unit_test(help_wins)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
