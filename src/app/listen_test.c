/* listen: addresses as operators write them. */
#include "app/listen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void good(void **state)
{
    (void)state;
    static const struct {
        const char *s, *address;
        int port;
        bool loopback;
    } rows[] = {{"127.0.0.1:8080", "127.0.0.1", 8080, true},
                {"localhost:0", "127.0.0.1", 0, true},
                {"[::1]:80", "::1", 80, true},
                {"127.5.0.1:1", "127.5.0.1", 1, true},
                {"0.0.0.0:8080", "0.0.0.0", 8080, false},
                {":8080", "0.0.0.0", 8080, false},
                {"[::]:65535", "::", 65535, false},
                {"192.168.1.4:9", "192.168.1.4", 9, false}};
    for (int i = 0; i < COUNT(rows); i++) {
        Listen l;
        assert_true(listen_parse(rows[i].s, &l));
        assert_string_equal(l.address, rows[i].address);
        assert_int_equal(l.port, rows[i].port);
        assert_int_equal(l.loopback, rows[i].loopback);
    }
}

static void bad(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",       "8080",    "127.0.0.1",     "127.0.0.1:",  "127.0.0.1:65536", "127.0.0.1:-1",
        "::1:80", "[::1:80", "127.0.0.1:80x", "ex ample:80", "[]x:80"};
    for (int i = 0; i < COUNT(rows); i++) {
        Listen l;
        assert_false(listen_parse(rows[i], &l));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(good), cmocka_unit_test(bad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
