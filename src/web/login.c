/* login: signing in and out. A name nobody has and a wrong password look the same and take the same
   time; five failures lock the name for 15 minutes, many failures slow the client. */
#include "base/clocks.h"
#include "web/shell.h"
#include "web/web_own.h"

#include "web/login.html.h"

#include <string.h>

/* Failures a client may make at once, and then each second in thousandths; of all clients together. A
   client on this machine that no proxy names stands for many people: it waits shorter. */
enum {
    FAILURES_BURST = 20,
    FAILURES_RATE = 200,
    LOCAL_BURST = 30,
    LOCAL_RATE = 3000,
    ALL_BURST = 400,
    ALL_RATE = 20000
};

typedef struct SignIn {
    const char *username, *password, *phc, *next; /* phc NULL: nobody has this name */
    int64_t site, account;
    bool good;
    int rc;
    const char *token;
} SignIn;

static int login_show(Req *q, const SignIn *s, int status)
{
    const char *next = s && s->next ? s->next : req_arg(q, "next");
    q->bare = false;
    shell_begin(q, "登录");
    login_html(&q->out, q, form_hidden(q, -1), path_is_safe(next) ? next : "", s ? s->username : "",
               q->errors.zh ? shell_words(q, q->errors.zh, q->errors.en) : NULL);
    return shell_end(q, status);
}

static int login_page(Req *q)
{
    if (q->who.account && !req_arg(q, "next")) return see_other(q, "/");
    return login_show(q, NULL, 200);
}

static uint64_t failures_key(const Turn *t)
{
    return limit_key("login", t->client, 0);
}

/* Milliseconds to wait before this client may try again; 0: now. */
static int must_wait(Turn *t, bool failed)
{
    int64_t now = mono_ms();
    Limits *l = t->srv->limits;
    int burst = t->local ? LOCAL_BURST : FAILURES_BURST;
    int (*ask)(Limits *, uint64_t, int64_t, int, int64_t) = failed ? limit_take : limit_wait;
    int own = ask(l, failures_key(t), t->local ? LOCAL_RATE : FAILURES_RATE, burst, now);
    int all = ask(l, limit_key("logins", NULL, 0), ALL_RATE, ALL_BURST, now);
    return own > all ? own : all;
}

static int too_many(Req *q, int64_t wait_ms)
{
    q->retry_after = (int)(wait_ms / 1000) + 1;
    return error_say(
        &q->errors, E_RATE,
        "登录失败次数太多。请过 15 分钟再试；忘了密码，请联系本单位的安全管理员。",
        "Too many failed sign-ins. Try again in 15 minutes; if you forgot the password, "
        "ask your security administrator.");
}

/* On a hashing thread: the slow half. */
static void sign_in(Req *q)
{
    Turn *t = turn_of(q);
    SignIn *s = t->ctx;
    if (s->phc)
        s->good = password_check(s->phc, s->password);
    else
        password_dummy(s->password);
    int64_t now = wall_ms();
    if (!s->good) {
        s->rc = login_failed(q->desk, s->username, now);
        return;
    }
    s->rc = login_clear(q->desk, s->username);
    if (s->rc == OK && t->token) s->rc = session_end(q->desk, t->token);
    if (s->rc == OK) s->rc = session_start(t, s->site, s->account, &s->token);
}

static int signed_in(Req *q)
{
    Turn *t = turn_of(q);
    SignIn *s = t->ctx;
    if (s->rc < 0) return s->rc;
    if (!s->good) {
        (void)!must_wait(t, true);
        (void)!error_say(
            &q->errors, E_INPUT,
            "没有登录：用户名或密码不对。连续 5 次不对，这个用户名锁定 15 分钟。",
            "Not signed in: the user name or the password is wrong. Five failures lock the name "
            "for 15 minutes.");
        return login_show(q, s, 422);
    }
    session_cookie(t, s->token);
    q->no_store = true;
    return see_other(q, s->next ? s->next : "/");
}

static int login_post(Req *q)
{
    Turn *t = turn_of(q);
    SignIn *s = NEW(q->a, SignIn);
    const char *username = in_text(q->body, "username"), *password = in_text(q->body, "password");
    const char *next = in_text(q->body, "next");
    s->username =
        username && strlen(username) <= 160 && utf8_length(username, strlen(username)) >= 0
            ? username
            : "";
    s->password = password && strlen(password) <= 400 ? password : "";
    s->next = path_is_safe(next) ? next : NULL;
    if (!*s->username || !*s->password) {
        (void)!error_say(&q->errors, E_INPUT, "没有登录：请填写用户名和密码。",
                         "Not signed in: fill in the user name and the password.");
        return login_show(q, s, 422);
    }
    int wait = must_wait(t, false);
    if (wait) return too_many(q, wait);
    int64_t now = wall_ms(), locked = login_locked_until(q->q, q->a, s->username, now);
    if (locked > now) return too_many(q, locked - now);
    Account account;
    int rc = account_by_name(q->q, q->a, q->who.site, s->username, &account);
    if (rc != OK && rc != E_MISSING) return rc;
    if (rc == OK && !account.stopped && account.password) {
        s->phc = account.password;
        s->site = account.h.site;
        s->account = account.h.id;
    }
    t->ctx = s;
    return turn_hash(q, sign_in, signed_in);
}

static int logout_post(Req *q)
{
    Turn *t = turn_of(q);
    if (t->token) TRY(session_end(q->desk, t->token));
    session_cookie(t, NULL);
    return see_other(q, "/login");
}

const Route session_routes[] = {
    {.method = "GET", .path = "/login", .flags = R_PUBLIC, .run = login_page, .zh = "登录"},
    {.method = "POST", .path = "/login", .flags = R_PUBLIC, .run = login_post, .zh = "登录"},
    {.method = "POST", .path = "/logout", .run = logout_post, .zh = "退出登录"},
    {0},
};
