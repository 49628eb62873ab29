/* web: a running server with the sample case, asked over its socket: who comes in, what every record
   can do, and what is refused. */
#include "base/clocks.h"
#include "desk/account.h"
#include "desk/sample_case.h"
#include "web/server.h"

#include <arpa/inet.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static const char holidays[] = "date,name,is_workday,kind,iso_weekday,in_source\n"
                               "2026-10-01,国庆节,0,off,4,both\n";
static const char profile[] =
    "{\"route\":[4,\"wh\"],\"answer\":[3,\"wd\"],\"request_decide\":[1,\"wd\"],"
    "\"level\":[[2,\"wd\"],[3,\"wd\"],[5,\"wd\"]]}";
static const Record *const records[] = {&booth_record, &account_record, NULL};
static const Module sample = {.name = "sample", .records = records};
static const Module *const modules[] = {&sample, NULL};

static Desk desk;
static Server *server;
static Arena arena;
static char dir[64];
static const char *token, *reader_token; /* of the dispatcher: read and write; read */

enum { DISPATCHER = 101, SUPERVISOR = 102 };

typedef struct Statement {
    Job job;
    const char *sql;
    int n;
    const Val *v;
} Statement;

static int run_statement(Tx *tx, Job *job)
{
    const Statement *s = (const Statement *)(void *)job;
    return tx_do(tx, s->sql, s->n, s->v);
}

static void write_row(const char *sql, int n, const Val *v)
{
    Statement s = {.job = {.run = run_statement}, .sql = sql, .n = n, .v = v};
    assert_int_equal(db_run(desk.db, &s.job), OK);
}

static void make_account(int64_t id, const char *name, const char *role, const char *phc)
{
    write_row("INSERT INTO account (site, id, rev, created_at, updated_at, username, name, "
              "password, role, "
              "stopped) VALUES (1, $1, 1, 0, 0, $2, $2, $3, $4, 0)",
              VALS(vi(id), vt(name), vt(phc), vt(role)));
}

static void fill(void)
{
    write_row("INSERT INTO site (site, code, zh, en, profile, created_at) VALUES (1, 't', '试', "
              "'T', 'p', 0)",
              0, NULL);
    write_row("INSERT INTO log_state (site, size, frontier) VALUES (1, 0, '')", 0, NULL);
    write_row("INSERT INTO sla_profile (site, code, version, zh, body, at) VALUES (1, 'p', 1, "
              "'试', $1, 0)",
              VALS(vt(profile)));
    write_row("CREATE TABLE deputy (site INTEGER, absent INTEGER, deputy INTEGER, from_day TEXT, "
              "until_day TEXT)",
              0, NULL);
    const char *phc = password_hash(&arena, "Right-password-1");
    make_account(DISPATCHER, "disp", "dispatcher", phc);
    make_account(SUPERVISOR, "super", "supervisor", phc);
    int64_t now = wall_ms(), end = now + 3600 * 1000;
    assert_int_equal(session_new(&desk, &arena, 1, DISPATCHER, now, end, "t", "read write", &token),
                     OK);
    assert_int_equal(
        session_new(&desk, &arena, 1, DISPATCHER, now, end, "t", "read", &reader_token), OK);
}

static int start(void **state)
{
    (void)state;
    const char *why = "";
    snprintf(dir, sizeof dir, "/tmp/lianshao-web-XXXXXX");
    assert_non_null(mkdtemp(dir));
    assert_int_equal(db_open(arena_f(&arena, "%s/test.db", dir), DB_READERS_MAX, &desk.db, &why),
                     OK);
    assert_int_equal(keys_open(dir, true, &desk.keys, &why), OK);
    assert_int_equal(calendar_new(holidays, sizeof holidays - 1, NULL, 0, &desk.calendar, &why),
                     OK);
    for (int i = 0; records[i]; i++) desk.records[i] = records[i];
    assert_int_equal(desk_migrate(&desk, &why), OK);
    fill();
    Reader *q;
    assert_int_equal(reader_begin(desk.db, 0, &q), OK);
    assert_int_equal(profiles_load(&desk, q), OK);
    reader_end(q);
    const ServerOptions o = {.desk = &desk, .modules = modules, .workers = 2};
    return server_start(&o, &server, &why);
}

static int drop(const char *path, const struct stat *st, int what, struct FTW *at)
{
    (void)st, (void)what, (void)at;
    return remove(path);
}

static int stop(void **state)
{
    (void)state;
    server_stop(server);
    db_close(desk.db);
    keys_close(desk.keys);
    calendar_free(desk.calendar);
    (void)nftw(dir, drop, 8, FTW_DEPTH | FTW_PHYS);
    arena_free(&arena);
    return 0;
}

/* ---- asking ---- */

typedef struct Answer {
    int status;
    char text[200000]; /* head and body */
    const char *body;
} Answer;
static Answer answer;

static int connect_to_server(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)server_port(server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* headers: whole lines with their \r\n, or "". */
static const Answer *ask(const char *method, const char *path, const char *headers,
                         const char *body)
{
    Arena a = {0};
    const char *sent = arena_f(&a, "%s %s HTTP/1.1\r\nHost: desk.test\r\nConnection: close\r\n%s",
                               method, path, headers);
    sent = body ? arena_f(&a, "%sContent-Length: %zu\r\n\r\n%s", sent, strlen(body), body)
                : arena_f(&a, "%s\r\n", sent);
    int fd = connect_to_server();
    assert_int_equal(send(fd, sent, strlen(sent), MSG_NOSIGNAL), (ssize_t)strlen(sent));
    size_t n = 0;
    for (ssize_t k; (k = recv(fd, answer.text + n, sizeof answer.text - 1 - n, 0)) > 0;)
        n += (size_t)k;
    close(fd);
    answer.text[n] = 0;
    arena_free(&a);
    assert_int_equal(strncmp(answer.text, "HTTP/1.1 ", 9), 0);
    answer.status =
        (answer.text[9] - '0') * 100 + (answer.text[10] - '0') * 10 + answer.text[11] - '0';
    answer.body = strstr(answer.text, "\r\n\r\n");
    assert_non_null(answer.body);
    answer.body += 4;
    return &answer;
}

static const Answer *api(const char *with, const char *method, const char *path, const char *body)
{
    char headers[300];
    snprintf(headers, sizeof headers,
             "Authorization: Bearer %s\r\nContent-Type: application/json\r\n", with);
    return ask(method, path, headers, body);
}

static bool has(const char *part)
{
    return strstr(answer.text, part) != NULL;
}

/* What stands after the mark in the last answer, up to one of the stops. */
static const char *after(const char *mark, const char *stops)
{
    const char *s = strstr(answer.text, mark);
    if (!s) fail_msg("%s is not in %.300s", mark, answer.text);
    s += strlen(mark);
    return arena_copy(&arena, s, strcspn(s, stops));
}

#define expect(status_, call)                                                                      \
    do {                                                                                           \
        const Answer *got_ = (call);                                                               \
        if (got_->status != (status_))                                                             \
            fail_msg("%s: status %d, not %d: %.400s", #call, got_->status, (status_), got_->text); \
    } while (0)

static const char booth[] = "{\"firm\":\"金昌示范镍网厂\",\"goods\":\"镍网\",\"area\":40,"
                            "\"from_day\":\"2099-03-20\",\"until_day\":\"2099-03-22\"}";

/* Cookie line of a signed-in session and the csrf value of its pages. */
typedef struct SignedIn {
    const char *cookie, *csrf;
} SignedIn;

static int sign_in(const char *name, const char *password, const char *next, SignedIn *out)
{
    expect(200, ask("GET", "/login", "", NULL));
    const char *pre = after("Set-Cookie: ", ";"), *csrf = after("name=\"csrf\" value=\"", "\"");
    const char *headers =
        arena_f(&arena, "Cookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n", pre);
    const char *body =
        arena_f(&arena, "csrf=%s&username=%s&password=%s&next=%s", csrf, name, password, next);
    int status = ask("POST", "/login", headers, body)->status;
    if (status != 303) return status;
    out->cookie = arena_f(&arena, "Cookie: %s\r\n", after("Set-Cookie: ", ";"));
    expect(200, ask("GET", "/me", out->cookie, NULL));
    out->csrf = after("name=\"csrf\" value=\"", "\"");
    return status;
}

/* ---- tests ---- */

static void signing_in(void **state)
{
    (void)state;
    SignedIn s;
    expect(303, ask("GET", "/booths?state=asked", "", NULL));
    assert_true(has("Location: /login?next=%2Fbooths%3Fstate%3Dasked"));
    expect(401, ask("GET", "/api/v1/booths", "", NULL));
    expect(403, ask("POST", "/login", "Content-Type: application/x-www-form-urlencoded\r\n",
                    "username=disp&password=Right-password-1"));
    assert_int_equal(sign_in("disp", "Right-password-1", "%2Fbooths", &s), 303);
    assert_int_equal(sign_in("disp", "Right-password-1", "%2F%09%2Fevil", &s), 303);
    expect(200, ask("GET", "/", s.cookie, NULL));
    expect(200, ask("GET", "/booths", s.cookie, NULL));
    assert_true(has("Cache-Control: no-store") &&
                has("Content-Security-Policy: default-src 'none'"));
    const char *form =
        arena_f(&arena, "%sContent-Type: application/x-www-form-urlencoded\r\n", s.cookie);
    expect(403, ask("POST", "/logout", form, "csrf=forged"));
    expect(303, ask("POST", "/logout", form, arena_f(&arena, "csrf=%s", s.csrf)));
    expect(303, ask("GET", "/booths", s.cookie, NULL));
}

static void a_wrong_password_locks_after_five(void **state)
{
    (void)state;
    SignedIn s;
    for (int i = 0; i < 5; i++) assert_int_equal(sign_in("nobody", "x", "", &s), 422);
    assert_true(has("用户名或密码不对"));
    assert_int_equal(sign_in("nobody", "x", "", &s), 429);
    assert_true(has("Retry-After: "));
    assert_int_equal(sign_in("super", "Right-password-1", "", &s), 303);
}

static void forged_writes_are_refused(void **state)
{
    (void)state;
    SignedIn s;
    assert_int_equal(sign_in("disp", "Right-password-1", "", &s), 303);
    static const struct {
        const char *more;
        int status;
    } tries[] = {
        {"", 201},
        {"Origin: http://desk.test\r\n", 201},
        {"Sec-Fetch-Site: same-origin\r\n", 201},
        {"Origin: null\r\n", 403},
        {"Origin: http://evil.test\r\n", 403},
        {"Origin: http://desk.test.evil\r\n", 403},
        {"Sec-Fetch-Site: cross-site\r\n", 403},
    };
    for (int i = 0; i < COUNT(tries); i++) {
        const char *headers =
            arena_f(&arena, "%s%sX-CSRF-Token: %s\r\nContent-Type: application/json\r\n", s.cookie,
                    tries[i].more, s.csrf);
        if (ask("POST", "/api/v1/booths", headers, booth)->status != tries[i].status)
            fail_msg("%s: %d", tries[i].more, answer.status);
    }
    const char *plain = arena_f(&arena, "%sContent-Type: application/json\r\n", s.cookie);
    expect(403, ask("POST", "/api/v1/booths", plain, booth));
    const char *text =
        arena_f(&arena, "%sX-CSRF-Token: %s\r\nContent-Type: text/plain\r\n", s.cookie, s.csrf);
    expect(400, ask("POST", "/api/v1/booths", text, booth));
}

static void the_api_of_a_case(void **state)
{
    (void)state;
    expect(201, api(token, "POST", "/api/v1/booths", booth));
    assert_true(has("ETag: \"1\"") && has("\"clocks\":[") && has("\"actions\":[\"check\""));
    const char *path = after("Location: ", "\r");
    expect(403, api(reader_token, "POST", "/api/v1/booths", booth));
    expect(200, api(reader_token, "GET", path, NULL));
    expect(422, api(token, "POST", "/api/v1/booths", "{\"firm\":\"\",\"area\":1,\"zzz\":1}"));
    assert_true(has("application/problem+json") && has("\"field\":\"zzz\"") &&
                has("\"field\":\"goods\""));
    expect(422, api(token, "POST", "/api/v1/booths?lang=en", "{}"));
    assert_true(has("is missing"));
    expect(400, api(token, "POST", "/api/v1/booths", "{\"firm\":"));
    expect(
        412,
        ask("POST", arena_f(&arena, "%s/check", path),
            arena_f(
                &arena,
                "Authorization: Bearer %s\r\nIf-Match: \"9\"\r\nContent-Type: application/json\r\n",
                token),
            "{}"));
    const char *once = arena_f(
        &arena,
        "Authorization: Bearer %s\r\nIdempotency-Key: k1\r\nContent-Type: application/json\r\n",
        token);
    expect(200, ask("POST", arena_f(&arena, "%s/check", path), once, "{}"));
    assert_true(has("\"state\":\"checking\""));
    expect(200, ask("POST", arena_f(&arena, "%s/check", path), once, "{}"));
    expect(409, api(token, "POST", arena_f(&arena, "%s/check", path), "{}"));
    expect(202, api(token, "POST", arena_f(&arena, "%s/grant", path), "{}"));
    assert_true(has("\"state\":\"open\""));
    const char *id = strrchr(path, '/') + 1;
    expect(200, api(token, "GET", arena_f(&arena, "/api/v1/events?booth=%s", id), NULL));
    assert_true(has("\"action\":\"check\""));
    expect(404, api(token, "GET", "/api/v1/booths/1", NULL));
    expect(405, api(token, "PATCH", "/api/v1/booths", "{}"));
    assert_true(has("Allow: GET, HEAD, POST"));
    expect(401, api("1.wrong", "GET", path, NULL));
}

static void lists_page_by_cursor(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) expect(201, api(token, "POST", "/api/v1/booths", booth));
    expect(200, api(token, "GET", "/api/v1/booths?limit=2", NULL));
    const char *next = after("\"next\":\"", "\"");
    expect(200, api(token, "GET", arena_f(&arena, "/api/v1/booths?limit=2&after=%s", next), NULL));
    expect(422, api(token, "GET", "/api/v1/booths?limit=201", NULL));
    expect(422, api(token, "GET", "/api/v1/booths?nonsense=1", NULL));
    assert_true(has("\"field\":\"nonsense\""));
    expect(200, api(token, "GET", "/api/v1/booths?state=asked,checking&created_at.gte=2020-01-01",
                    NULL));
}

static void pages_and_forms(void **state)
{
    (void)state;
    SignedIn s;
    assert_int_equal(sign_in("disp", "Right-password-1", "", &s), 303);
    expect(200, ask("GET", "/booths/new", s.cookie, NULL));
    const char *once = after("name=\"once\" value=\"", "\"");
    const char *form =
        arena_f(&arena, "%sContent-Type: application/x-www-form-urlencoded\r\n", s.cookie);
    const char *wrong =
        arena_f(&arena, "csrf=%s&once=%s&firm=%%3Cscript%%3E&area=3&power=0&power=1", s.csrf, once);
    expect(422, ask("POST", "/booths/new", form, wrong));
    assert_true(has("&lt;script&gt;") && !has("<script>") && has("error-summary") &&
                has("checked"));
    const char *right = arena_f(
        &arena,
        "csrf=%s&once=%s&firm=F&goods=G&area=9&power=0&from_day=2099-01-02&until_day=2099-01-03",
        s.csrf, once);
    expect(303, ask("POST", "/booths/new", form, right));
    const char *first = after("Location: ", "\r");
    expect(303, ask("POST", "/booths/new", form, right)); /* pressed twice */
    assert_string_equal(after("Location: ", "\r"), first);
    expect(200, ask("GET", first, s.cookie, NULL));
    assert_true(has("为什么是这个时间") && has("办理经过"));
    expect(200, ask("GET", arena_f(&arena, "%s/check", first), s.cookie, NULL));
    expect(200, ask("GET", arena_f(&arena, "%s/history?lang=en", first), s.cookie, NULL));
    assert_true(has("<html lang=\"en\""));
    expect(200, ask("GET", "/booths.csv", s.cookie, NULL));
    expect(404, ask("GET", "/booths/77", s.cookie, NULL));
    assert_true(has("没有找到这一页") && has("追踪号"));
    expect(200, ask("GET", "/booths?elder=1", s.cookie, NULL));
    assert_true(has("class=\"elder\"") && has("Set-Cookie: elder=1"));
}

static void odd_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {"/%2e%2e/etc/passwd", "/static/..%2fkeys",
                                      "/static/../keys",    "/a%00b",
                                      "/booths//1",         "/a%5cb",
                                      "/booths?x=%zz",      "//evil",
                                      "/booths/./1",        "/%ff"};
    for (int i = 0; i < COUNT(bad); i++)
        if (ask("GET", bad[i], "", NULL)->status != 400) fail_msg("%s: %d", bad[i], answer.status);
    expect(404, ask("GET", "/static/none.css", "", NULL));
    expect(404, ask("GET", "/nothing/here", "", NULL));
    expect(413, ask("POST", "/login", "Expect: 100-continue\r\nContent-Length: 9999999\r\n", NULL));
    expect(200, ask("GET", "/healthz", "", NULL));
    expect(200, ask("GET", "/readyz", "", NULL));
    expect(200, ask("GET", "/metrics", "", NULL));
    expect(404, ask("GET", "/metrics", "X-Forwarded-For: 10.1.1.1\r\n", NULL));
    expect(200, ask("GET", "/api/v1/openapi.json", "", NULL));
}

static void https_cookies_are_of_the_host_alone(void **state)
{
    (void)state;
    expect(200, ask("GET", "/login", "X-Forwarded-Proto: https\r\n", NULL));
    assert_true(has("Set-Cookie: __Host-lianshao-pre=") && has("; Secure"));
}

static void too_many_requests_of_one_client(void **state)
{
    (void)state;
    int refused = 0;
    for (int i = 0; i < 150 && !refused; i++)
        refused = ask("GET", "/help", "X-Forwarded-For: 10.9.9.9\r\n", NULL)->status == 429;
    assert_true(refused && has("Retry-After: "));
    expect(200, ask("GET", "/help", "X-Forwarded-For: 10.9.9.8\r\n", NULL));
}

static void live_numbers(void **state)
{
    (void)state;
    char got[4096];
    Arena a = {0};
    const char *sent =
        arena_f(&a, "GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token);
    int fd = connect_to_server();
    struct timeval wait = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(send(fd, sent, strlen(sent), MSG_NOSIGNAL), (ssize_t)strlen(sent));
    size_t n = 0;
    for (ssize_t k; n + 1 < sizeof got && (k = recv(fd, got + n, sizeof got - 1 - n, 0)) > 0;) {
        n += (size_t)k;
        got[n] = 0;
        if (strstr(got, "\"notices\":")) break;
    }
    got[n] = 0;
    assert_non_null(strstr(got, "text/event-stream"));
    assert_non_null(strstr(got, "data: {\"requests\":"));
    close(fd);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signing_in),
        cmocka_unit_test(a_wrong_password_locks_after_five),
        cmocka_unit_test(forged_writes_are_refused),
        cmocka_unit_test(the_api_of_a_case),
        cmocka_unit_test(lists_page_by_cursor),
        cmocka_unit_test(pages_and_forms),
        cmocka_unit_test(odd_addresses),
        cmocka_unit_test(https_cookies_are_of_the_host_alone),
        cmocka_unit_test(too_many_requests_of_one_client),
        cmocka_unit_test(live_numbers),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
