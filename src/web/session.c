/* session: who sends this request, and whether the page that sent it was ours. A session is a cookie
   of 128 random bits, a program brings a token. Session times are the machine's, never the test
   clock's. */
#include "base/clocks.h"
#include "web/web_own.h"

#include <string.h>
#include <strings.h>

enum {
    MINUTE_MS = 60 * 1000,
    IDLE_STAFF_MS = 30 * MINUTE_MS,
    IDLE_ENTERPRISE_MS = 8 * 60 * MINUTE_MS,
    SESSION_MS = 12 * 60 * MINUTE_MS
};

static const char *cookie_name(const Turn *t)
{
    return t->https ? "__Host-lianshao" : "lianshao";
}

static const char *pre_name(const Turn *t)
{
    return t->https ? "__Host-lianshao-pre" : "lianshao-pre";
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *s = words; s && *s; s += strspn(s, " ")) {
        size_t len = strcspn(s, " ");
        if (len == n && memcmp(s, word, n) == 0) return true;
        s += len;
    }
    return false;
}

/* ---- the csrf value: 8 random bytes and a MAC of them under the session, so that a compressed page
   never holds the same secret twice ---- */

enum { SALT_LEN = 8, MAC_LEN = 16 };

static void csrf_mac(const Turn *t, const char *secret, const unsigned char salt[SALT_LEN],
                     unsigned char out[MAC_LEN])
{
    Out o = {.a = t->q.a};
    out_rawn(&o, (const char *)salt, SALT_LEN);
    out_raw(&o, secret);
    Hash h = keys_mac(t->q.desk->keys, "csrf", o.s, o.n);
    memcpy(out, h.b, MAC_LEN);
}

static const char *csrf_make(const Turn *t, const char *secret)
{
    unsigned char b[SALT_LEN + MAC_LEN];
    random_bytes(b, SALT_LEN);
    csrf_mac(t, secret, b, b + SALT_LEN);
    return base64url(t->q.a, b, sizeof b);
}

static bool csrf_fits(const Turn *t, const char *secret, const char *given)
{
    unsigned char b[64], mac[MAC_LEN];
    if (!secret || !given || strlen(given) > 64) return false;
    if (base64url_parse(given, b, sizeof b) != SALT_LEN + MAC_LEN) return false;
    csrf_mac(t, secret, b, mac);
    return same_bytes(b + SALT_LEN, mac, MAC_LEN);
}

const char *csrf_pre(Turn *t)
{
    if (!t->pre) {
        t->pre = random_token(t->q.a, 16);
        t->new_pre = true;
        cookie_set(t, pre_name(t), t->pre, -1);
    }
    return csrf_make(t, t->pre);
}

/* A browser says where a request comes from; other programs send neither header. */
static bool comes_from_here(const Turn *t)
{
    const char *site = http_header(t->h, "Sec-Fetch-Site");
    const char *origin = http_header(t->h, "Origin");
    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0) return false;
    if (!origin) return true;
    const char *host = strstr(origin, "://");
    return host && strcasecmp(host + 3, t->host) == 0;
}

int csrf_check(Turn *t)
{
    Req *q = &t->q;
    if (t->bearer) return OK;
    const char *given = http_header(t->h, "X-CSRF-Token");
    if (!given) given = in_text(q->body, "csrf");
    bool open = (t->entry->r.flags & R_NO_CSRF) || (q->api && (t->entry->r.flags & R_PUBLIC));
    const char *secret = t->token ? t->token : t->pre;
    bool ok = comes_from_here(t) && ((!t->token && open) || csrf_fits(t, secret, given));
    if (ok) return OK;
    return error_say(
        &q->errors, E_DENIED,
        "没有写入：这次提交不是从本站刚打开的页面发出的。请刷新页面后再提交。",
        "Nothing was written: this did not come from a page of this site that was just "
        "opened. Reload the page and send it again.");
}

/* ---- who ---- */

static int viewer_of(Turn *t)
{
    Req *q = &t->q;
    Lang lang = q->out.lang;
    TRY(account_viewer(q->q, q->a, t->session.site, t->session.account, q->now, &q->who));
    q->who.lang = lang;
    return OK;
}

static int open_token(Turn *t, const char *token)
{
    Req *q = &t->q;
    int rc = session_find(q->q, q->a, token, wall_ms(), &t->session);
    if (rc == OK && !t->session.scopes) rc = E_LOGIN; /* a session's cookie is no token */
    if (rc == OK) rc = viewer_of(t);
    if (rc == E_MISSING) rc = E_LOGIN;
    if (rc == E_LOGIN)
        return error_say(&q->errors, E_LOGIN, "令牌无效或已到期。",
                         "the token is not valid or has ended.");
    t->may_read = has_word(t->session.scopes, "read");
    t->may_write = has_word(t->session.scopes, "write");
    t->bearer = true;
    return rc;
}

static void forget(Turn *t)
{
    Lang lang = t->q.out.lang;
    t->q.who = (Viewer){.site = t->q.who.site, .lang = lang, .name = ""};
    t->session = (Session){0};
    t->token = NULL;
}

static int64_t idle_ms(const Req *q)
{
    return q->who.role == ROLE_ENTERPRISE ? IDLE_ENTERPRISE_MS : IDLE_STAFF_MS;
}

static int open_cookie(Turn *t, const char *token)
{
    Req *q = &t->q;
    int64_t now = wall_ms();
    int rc = session_find(q->q, q->a, token, now, &t->session);
    if (rc == OK && t->session.scopes) rc = E_LOGIN;
    if (rc == OK) rc = viewer_of(t);
    if (rc != OK && rc != E_LOGIN && rc != E_MISSING) return rc;
    int64_t idle = idle_ms(q);
    if (rc != OK || now - t->session.seen_at > idle) {
        forget(t);
        return OK;
    }
    t->token = token;
    t->may_read = t->may_write = true;
    q->csrf = csrf_make(t, token);
    q->no_store = true;
    if (now - t->session.seen_at > MINUTE_MS &&
        session_seen(q->desk, token, now) == OK) /* a session may end sooner, never later */
        t->session.seen_at = now;
    return OK;
}

int64_t session_left(const Turn *t)
{
    int64_t now = wall_ms(), idle = t->session.seen_at + idle_ms(&t->q);
    if (!t->q.who.account || t->bearer) return 0;
    return ((idle < t->session.ends_at ? idle : t->session.ends_at) - now) / 1000;
}

/* The site of a page that nobody has signed in to: by host name, else the first. */
static int64_t site_of_host(const Turn *t)
{
    size_t n = strcspn(t->host, ":");
    for (int i = 0; i < t->srv->sites_n; i++) {
        const char *host = t->srv->sites[i].host;
        if (host && strlen(host) == n && strncasecmp(host, t->host, n) == 0)
            return t->srv->sites[i].site;
    }
    return t->srv->o.site;
}

int session_open(Turn *t)
{
    const char *auth = http_header(t->h, "Authorization");
    t->q.who.site = site_of_host(t);
    t->q.who.name = "";
    if (auth && strncasecmp(auth, "Bearer ", 7) == 0)
        return open_token(t, arena_str(t->q.a, auth + 7 + strspn(auth + 7, " ")));
    const char *pre = cookie_get(t, pre_name(t));
    t->pre = pre && *pre ? pre : NULL;
    const char *token = cookie_get(t, cookie_name(t));
    return token && *token ? open_cookie(t, token) : OK;
}

int session_start(Turn *t, int64_t site, int64_t account, const char **token_out)
{
    int64_t now = wall_ms();
    return session_new(t->q.desk, t->q.a, site, account, now, now + SESSION_MS, "s", NULL,
                       token_out);
}

void session_cookie(Turn *t, const char *token)
{
    cookie_set(t, cookie_name(t), token ? token : "", token ? SESSION_MS / 1000 : 0);
    if (token && t->pre) cookie_set(t, pre_name(t), "", 0);
}

bool path_is_safe(const char *next)
{
    if (!next || next[0] != '/' || next[1] == '/' || strlen(next) > 500) return false;
    for (const char *s = next; *s; s++)
        if ((unsigned char)*s <= 0x20 || *s == 0x7F || *s == '\\') return false;
    return strncmp(next, "/login", 6) != 0 && strncmp(next, "/logout", 7) != 0;
}

Html form_hidden(Req *q, int64_t rev)
{
    Turn *t = turn_of(q);
    if (!*q->csrf && !t->bearer) q->csrf = csrf_pre(t);
    Out o = {.a = q->a};
    out_raw(&o, "<input type=\"hidden\" name=\"csrf\" value=\"");
    put_s(&o, q->csrf);
    out_raw(&o, "\"><input type=\"hidden\" name=\"once\" value=\"");
    put_s(&o, random_token(q->a, 12));
    out_raw(&o, "\">");
    if (rev >= 0) out_f(&o, "<input type=\"hidden\" name=\"rev\" value=\"%lld\">", (long long)rev);
    return (Html){o.s};
}
