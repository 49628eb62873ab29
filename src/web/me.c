/* me: one's own page: language and size of type, password, signed-in devices. */
#include "base/clocks.h"
#include "desk/find.h"
#include "desk/self.h"
#include "web/parts.h"
#include "web/shell.h"
#include "web/web_own.h"

#include "web/me.html.h"

#include <string.h>

typedef struct NewPassword {
    const char *phc, *current, *password;
    bool good;
    int rc;
    const char *token;
} NewPassword;

static Html enterprises_of(Req *q)
{
    Out rows = {.a = q->a}, o = {.a = q->a, .lang = q->out.lang};
    for (int i = 0; i < q->who.enterprises_n; i++)
        enterprise_row_html(&rows, part_owner(q, q->who.enterprises[i], NULL));
    if (rows.n) enterprises_html(&o, (Html){rows.s});
    return (Html){str_of(&o)};
}

static void sessions(Req *q)
{
    Result r;
    const char *token = turn_of(q)->token;
    const char *here = token ? self_session_hash(q->a, token) : "";
    if (session_list(q->q, q->a, q->who.site, q->who.account, &r) < 0) return;
    sessions_begin_html(&q->out, form_hidden(q, -1));
    for (int i = 0; i < r.rows; i++) {
        const char *hash = res_text(&r, i, 0), *kind = res_text(&r, i, 1);
        session_html(&q->out, part_when(q, res_int(&r, i, 2)), part_when(q, res_int(&r, i, 3)),
                     part_when(q, res_int(&r, i, 4)), strcmp(kind, "t") == 0,
                     strcmp(hash, here) == 0, hash, form_hidden(q, -1));
    }
    sessions_end_html(&q->out);
}

static int me_show(Req *q, int status)
{
    const Choice *role = &roles[q->who.role];
    bool done = req_arg(q, "done") != NULL;
    q->menu = "/me";
    shell_begin(q, "我的");
    me_html(&q->out, q, shell_words(q, role->zh, role->en),
            q->who.dept ? part_owner(q, q->who.dept, NULL) : NULL, enterprises_of(q), "/me");
    password_html(&q->out, form_hidden(q, -1),
                  status == 422 ? shell_words(q, q->errors.zh, q->errors.en) : NULL, done);
    sessions(q);
    return shell_end(q, status);
}

static int me_page(Req *q)
{
    return me_show(q, 200);
}

/* ---- password ---- */

/* 3 of 4 kinds of characters, at least 10 (profile djbh3). */
static bool is_strong(const char *s)
{
    int64_t n = utf8_length(s, strlen(s));
    bool upper = false, lower = false, digit = false, other = false;
    for (; *s; s++) {
        if (*s >= 'A' && *s <= 'Z')
            upper = true;
        else if (*s >= 'a' && *s <= 'z')
            lower = true;
        else if (*s >= '0' && *s <= '9')
            digit = true;
        else
            other = true;
    }
    return n >= 10 && n <= 200 && upper + lower + digit + other >= 3;
}

static void set_password(Req *q) /* on a hashing thread */
{
    Turn *t = turn_of(q);
    NewPassword *p = t->ctx;
    p->good = password_check(p->phc, p->current);
    if (!p->good) return;
    p->rc = self_password(q->desk, &q->who, password_hash(q->a, p->password), q->now);
    if (p->rc == OK) p->rc = session_end_all(q->desk, q->who.site, q->who.account);
    if (p->rc == OK) p->rc = session_start(t, q->who.site, q->who.account, &p->token);
}

static int wrong_password(Req *q, const char *zh, const char *en)
{
    (void)!error_say(&q->errors, E_INPUT, zh, en);
    return me_show(q, 422);
}

static int password_set(Req *q)
{
    Turn *t = turn_of(q);
    NewPassword *p = t->ctx;
    if (!p->good) {
        (void)!limit_take(t->srv->limits, limit_key("password", NULL, q->who.account), 50, 6,
                          mono_ms());
        return wrong_password(q, "现在的密码不对。", "The current password is wrong.");
    }
    if (p->rc < 0) return p->rc;
    session_cookie(t, p->token);
    return see_other(q, "/me?done=1");
}

static int password_post(Req *q)
{
    Turn *t = turn_of(q);
    NewPassword *p = NEW(q->a, NewPassword);
    const char *again = in_text(q->body, "again");
    p->current = in_text(q->body, "current");
    p->password = in_text(q->body, "password");
    if (!p->current || !p->password || !again || strlen(p->current) > 800)
        return wrong_password(q, "三个格子都要填。", "Fill in all three.");
    if (strcmp(p->password, again) != 0)
        return wrong_password(q, "两次写的新密码不一样。", "The two new passwords differ.");
    if (!is_strong(p->password) || strcmp(p->password, p->current) == 0)
        return wrong_password(
            q, "新密码太弱：至少 10 个字符，大写、小写、数字、符号里至少三种，且与现在的不同。",
            "The new password is too weak: at least 10 characters of three kinds, and not "
            "the current one.");
    int wait =
        limit_wait(t->srv->limits, limit_key("password", NULL, q->who.account), 50, 6, mono_ms());
    if (wait) {
        q->retry_after = wait / 1000 + 1;
        return E_RATE;
    }
    p->phc = self_password_of(q->q, q->a, &q->who);
    if (!p->phc) return E_MISSING;
    t->ctx = p;
    return turn_hash(q, set_password, password_set);
}

/* ---- sessions ---- */

static int session_end_post(Req *q)
{
    const char *hash = in_text(q->body, "session");
    if (!hash || strlen(hash) != 2 * HASH_LEN) return E_MISSING;
    TRY(self_session_end(q->desk, &q->who, hash));
    return see_other(q, "/me");
}

static int session_end_all_post(Req *q)
{
    TRY(session_end_all(q->desk, q->who.site, q->who.account));
    session_cookie(turn_of(q), NULL);
    return see_other(q, "/login");
}

const Route me_routes[] = {
    {"GET", "/me", .run = me_page, .zh = "我的：显示、密码、登录设备"},
    {"POST", "/me/password", .run = password_post, .zh = "修改密码"},
    {"POST", "/me/sessions/end", .run = session_end_post, .zh = "结束一处登录"},
    {"POST", "/me/sessions/end_all", .run = session_end_all_post, .zh = "结束全部登录"},
    {0},
};
