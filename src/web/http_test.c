/* http: raw bytes to a listening server, and what it answers. */
#include "web/http.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static Http *http;

static bool at_once(void *ctx, HttpReq *r)
{
    (void)ctx;
    if (strcmp(r->target, "/now") != 0) return false;
    http_answer(r, 200, NULL, 0, "now", 3);
    return true;
}

static void take(void *ctx, HttpReq *r)
{
    (void)ctx;
    char *body = arena_f(&r->a, "%s %s %zu %s", r->method, r->target, r->body_n, r->body);
    http_answer(r, 200, &(HttpHeader){"X-Test", "1"}, 1, body, strlen(body));
}

static void refuse(void *ctx, HttpReq *r, int status)
{
    (void)ctx;
    http_answer(r, status, NULL, 0, "no", 2);
}

static int start(void **state)
{
    (void)state;
    const HttpOptions o = {.address = "127.0.0.1",
                           .threads = 2,
                           .body_max = 1000,
                           .at_once = at_once,
                           .take = take,
                           .refuse = refuse};
    const char *why = NULL;
    return http_start(&o, &http, &why);
}

static int stop(void **state)
{
    (void)state;
    http_stop(http);
    return 0;
}

/* Sends n bytes, then reads until the other end closes or is silent for 300 ms. */
static size_t talk(const char *send_this, size_t n, char *got, size_t cap)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(http)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    struct timeval wait = {.tv_usec = 300000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    for (size_t sent = 0; sent < n;) {
        ssize_t k = send(fd, send_this + sent, n - sent, MSG_NOSIGNAL);
        if (k <= 0) break;
        sent += (size_t)k;
    }
    size_t all = 0;
    for (ssize_t k; all + 1 < cap && (k = recv(fd, got + all, cap - 1 - all, 0)) > 0;)
        all += (size_t)k;
    got[all] = 0;
    close(fd);
    return all;
}

static int answers(const char *s)
{
    int n = 0;
    for (; (s = strstr(s, "HTTP/1.1 ")); s++) n++;
    return n;
}

typedef struct Try {
    const char *name, *sent;
    int status;  /* 0: closed without an answer is right, too */
    int answers; /* where the library itself refuses a header it says so twice, then closes */
} Try;

static void guard_refuses(void **state)
{
    (void)state;
    static const Try tries[] = {
        {"plain", "GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n", 200, 1},
        {"at once", "GET /now HTTP/1.1\r\nHost: x\r\n\r\n", 200, 1},
        {"a body", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 200, 1},
        {"chunks",
         "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
         200, 1},
        {"two requests", "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
         200, 2},
        {"two equal lengths",
         "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\naGET /b "
         "HTTP/1.1\r\nHost: x\r\n\r\n",
         400, 1},
        {"two lengths",
         "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\naaGET /b "
         "HTTP/1.1\r\nHost: x\r\n\r\n",
         400, 1},
        {"length and chunks",
         "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
         400, 1},
        {"unknown coding",
         "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 1\r\n\r\na",
         400, 1},
        {"coding gzip, chunked",
         "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400,
         1},
        {"two hosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, 1},
        {"no host", "GET /a HTTP/1.1\r\n\r\n", 400, 2},
        {"host with a path", "GET /a HTTP/1.1\r\nHost: x/y\r\n\r\n", 400, 1},
        {"space before the colon", "GET /a HTTP/1.1\r\nHost: x\r\nX-A : 1\r\n\r\n", 400, 1},
        {"space before the colon of a length",
         "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\na", 400, 1},
        {"length +5", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello", 400, 2},
        {"length 5,5", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5,5\r\n\r\nhello", 400, 2},
        {"too long", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", 413, 1},
        {"absolute address", "GET http://evil/ HTTP/1.1\r\nHost: x\r\n\r\n", 400, 1},
    };
    for (int i = 0; i < COUNT(tries); i++) {
        char got[8192];
        talk(tries[i].sent, strlen(tries[i].sent), got, sizeof got);
        int status = strncmp(got, "HTTP/1.1 ", 9) == 0
                         ? (got[9] - '0') * 100 + (got[10] - '0') * 10 + got[11] - '0'
                         : 0;
        if (status != tries[i].status || answers(got) != tries[i].answers)
            fail_msg("%s: %d answers, status %d: %.200s", tries[i].name, answers(got), status, got);
    }
}

static void bodies_arrive_whole(void **state)
{
    (void)state;
    char sent[1200], got[4096];
    int n =
        snprintf(sent, sizeof sent, "PATCH /p HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
    memset(sent + n, 'x', 1000);
    talk(sent, (size_t)n + 1000, got, sizeof got);
    assert_non_null(strstr(got, "PATCH /p 1000 xxxx"));
    assert_non_null(strstr(got, "X-Test: 1"));
}

static void large_things_are_refused(void **state)
{
    (void)state;
    size_t cap = 3 << 20, n;
    char *sent = malloc(cap), *got = malloc(cap);
    n = (size_t)snprintf(sent, cap,
                         "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; i++) n += (size_t)snprintf(sent + n, cap - n, "190\r\n%0400d\r\n", 0);
    n += (size_t)snprintf(sent + n, cap - n, "0\r\n\r\n");
    talk(sent, n, got, cap);
    assert_non_null(strstr(got, " 413 "));
    n = (size_t)snprintf(sent, cap, "GET /a HTTP/1.1\r\nHost: x\r\nX-Large: ");
    memset(sent + n, 'x', 20000);
    n += 20000;
    n += (size_t)snprintf(sent + n, cap - n, "\r\n\r\n");
    talk(sent, n, got, cap);
    assert_non_null(strstr(got, " 431 "));
    n = (size_t)snprintf(sent, cap, "GET /");
    memset(sent + n, 'x', 2 << 20);
    n += 2 << 20;
    talk(sent, n, got, cap);
    assert_null(strstr(got, " 200 "));
    free(sent);
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guard_refuses),
        cmocka_unit_test(bodies_arrive_whole),
        cmocka_unit_test(large_things_are_refused),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
