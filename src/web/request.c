/* request: from the bytes of a request to a Req: path, query, cookies, language, body. Who it is,
   session.c asks. */
#include "web/web_own.h"

#include "base/clocks.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The decoded path, or NULL: what could be read in two ways (encoded slashes, dots, backslashes,
   control characters) is no path of ours. */
static char *path_decoded(Arena *a, const char *s, size_t n)
{
    char *path = arena_copy(a, s, n);
    size_t to = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '%') {
            int high = n - i > 2 ? hex_digit(s[i + 1]) : -1;
            int low = n - i > 2 ? hex_digit(s[i + 2]) : -1;
            if (high < 0 || low < 0) return NULL;
            c = (unsigned char)(high * 16 + low);
            if (c == '/') return NULL;
            i += 2;
        }
        if (c < 0x20 || c == 0x7F || c == '\\') return NULL;
        path[to++] = (char)c;
    }
    path[to] = 0;
    if (path[0] != '/' || strstr(path, "//") || strstr(path, "/./") || strstr(path, "/../"))
        return NULL;
    if (to >= 2 && strcmp(path + to - 2, "/.") == 0) return NULL;
    if (to >= 3 && strcmp(path + to - 3, "/..") == 0) return NULL;
    return utf8_length(path, to) >= 0 ? path : NULL;
}

const char *cookie_get(const Turn *t, const char *name)
{
    const char *s = http_header(t->h, "Cookie");
    size_t n = strlen(name);
    while (s && *s) {
        s += strspn(s, "; ");
        size_t len = strcspn(s, ";");
        if (len > n && memcmp(s, name, n) == 0 && s[n] == '=')
            return len - n - 1 <= 200 ? arena_copy(t->q.a, s + n + 1, len - n - 1) : NULL;
        s += len;
    }
    return NULL;
}

void cookie_set(Turn *t, const char *name, const char *value, int64_t max_age_s)
{
    if (t->cookies_n == COOKIES_MAX) return;
    const char *age = max_age_s >= 0 ? arena_f(t->q.a, "; Max-Age=%lld", (long long)max_age_s) : "";
    t->cookies[t->cookies_n++] = arena_f(t->q.a, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s", name,
                                         value, t->https ? "; Secure" : "", age);
}

/* The client behind a proxy on this machine is the last one it names; others may claim anything. */
static void read_client(Turn *t)
{
    const char *from = http_header(t->h, "X-Forwarded-For");
    const char *proto = http_header(t->h, "X-Forwarded-Proto");
    t->client = t->h->peer;
    t->local = t->h->loopback && !from;
    t->https = t->h->loopback && proto && strcasecmp(proto, "https") == 0;
    if (!t->h->loopback || !from) return;
    const char *last = strrchr(from, ',');
    last = last ? last + 1 : from;
    last += strspn(last, " \t");
    size_t n = strspn(last, "0123456789abcdefABCDEF.:");
    if (n > 0 && n < 46) t->client = arena_copy(t->q.a, last, n);
}

static bool is_switch(const char *v)
{
    return v && (strcmp(v, "1") == 0 || strcmp(v, "0") == 0);
}

/* A switch of the page: the parameter sets the cookie, the cookie stays a year. */
static bool read_switch(Turn *t, const char *name)
{
    const char *asked = in_text(t->q.query, name), *kept = cookie_get(t, name);
    if (is_switch(asked)) cookie_set(t, name, asked, INT64_C(31536000));
    return is_switch(asked) ? *asked == '1' : kept && *kept == '1';
}

static void read_switches(Turn *t)
{
    const char *lang = in_text(t->q.query, "lang"), *kept = cookie_get(t, "lang");
    if (lang && (strcmp(lang, "en") == 0 || strcmp(lang, "zh") == 0)) {
        if (!t->q.api) cookie_set(t, "lang", lang, INT64_C(31536000));
        kept = lang;
    }
    const char *accepted = t->q.api && !kept ? http_header(t->h, "Accept-Language") : NULL;
    if (accepted && strncasecmp(accepted, "en", 2) == 0) kept = "en"; /* a program's own wish */
    t->q.out.lang = kept && strcmp(kept, "en") == 0 ? EN : ZH;
    t->q.who.lang = t->q.out.lang;
    if (t->q.api) return;
    t->q.elder = read_switch(t, "elder");
    t->q.compact = read_switch(t, "compact");
}

/* "3", W/"3" or 3; * is any. */
static bool read_rev(const char *s, int64_t *out)
{
    char digits[20];
    if (strcmp(s, "*") == 0) return *out = -1, true;
    if (s[0] == 'W' && s[1] == '/') s += 2;
    bool quoted = *s == '"';
    s += quoted;
    size_t n = strspn(s, "0123456789");
    if (n == 0 || n >= sizeof digits || s[n] != (quoted ? '"' : 0) || (quoted && s[n + 1]))
        return false;
    memcpy(digits, s, n);
    digits[n] = 0;
    return num_parse(digits, out);
}

static int read_headers(Turn *t)
{
    Req *q = &t->q;
    const char *fragment = http_header(t->h, "X-Fragment");
    const char *match = http_header(t->h, "If-Match");
    const char *key = http_header(t->h, "Idempotency-Key");
    if (fragment && strlen(fragment) <= 40 &&
        strspn(fragment, "abcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(fragment))
        q->fragment = arena_str(q->a, fragment);
    if (match && !read_rev(match, &q->if_rev))
        return error_say(&q->errors, E_SYNTAX, "If-Match 应为记录的 ETag，如 \"3\"。",
                         "If-Match should be the record's ETag, such as \"3\".");
    if (key && (strlen(key) > 200 || !*key))
        return error_say(&q->errors, E_SYNTAX, "Idempotency-Key 应为 1 到 200 个字符。",
                         "Idempotency-Key should have 1 to 200 characters.");
    q->idem_key = key ? arena_str(q->a, key) : NULL;
    return OK;
}

int request_read(Turn *t)
{
    static const In nothing = {.kind = IN_OBJECT};
    Req *q = &t->q;
    const char *target = t->h->target;
    size_t path_n = strcspn(target, "?");
    q->query = &nothing;
    q->method = t->h->method;
    q->head = strcmp(q->method, "HEAD") == 0;
    q->api = strncmp(target, "/api/", 5) == 0;
    read_client(t);
    const char *host = http_header(t->h, "Host");
    t->host = host ? host : "";
    q->path = path_decoded(q->a, target, path_n);
    if (!q->path) {
        q->path = "/";
        return error_say(&q->errors, E_SYNTAX, "地址写法有错。",
                         "the address is not written right.");
    }
    In *query = NEW(q->a, In);
    if (target[path_n] == '?') {
        TRY(input_form(q->a, target + path_n + 1, strlen(target + path_n + 1), query, &q->errors));
        q->query = query;
    }
    read_switches(t);
    return read_headers(t);
}

/* The content type without its parameters. */
static bool type_is(const char *type, const char *want)
{
    size_t n = strlen(want);
    return type && strncasecmp(type, want, n) == 0 &&
           (type[n] == 0 || type[n] == ';' || type[n] == ' ');
}

static void form_members(Req *q)
{
    const char *once = in_text(q->body, "once"), *rev = in_text(q->body, "rev");
    if (!q->idem_key && once && *once && strlen(once) <= 200) q->idem_key = once;
    if (q->if_rev < 0 && rev && *rev) {
        int64_t v;
        if (num_parse(rev, &v) && v > 0) q->if_rev = v;
    }
}

int request_body(Turn *t)
{
    static const In nothing = {.kind = IN_OBJECT};
    Req *q = &t->q;
    const char *type = http_header(t->h, "Content-Type");
    In *body = NEW(q->a, In);
    q->body = &nothing;
    if (t->h->body_n == 0) {
        q->form = !q->api;
        return OK;
    }
    if (type_is(type, "application/json")) {
        TRY(input_json(q->a, t->h->body, t->h->body_n, false, body, &q->errors));
    } else if (!q->api && type_is(type, "application/x-www-form-urlencoded")) {
        TRY(input_form(q->a, t->h->body, t->h->body_n, body, &q->errors));
        q->form = true;
    } else {
        return error_say(
            &q->errors, E_SYNTAX,
            q->api ? "请求体的类型应为 application/json。"
                   : "请求体的类型应为 application/json 或 application/x-www-form-urlencoded。",
            q->api ? "the body's type should be application/json."
                   : "the body's type should be application/json or "
                     "application/x-www-form-urlencoded.");
    }
    q->body = body;
    if (q->form) form_members(q);
    return OK;
}

const char *req_arg(const Req *q, const char *name)
{
    const char *v = in_text(q->query, name);
    return v && *v ? v : NULL;
}

const char *req_typed(const Req *q, const char *name)
{
    return q->body ? in_text(q->body, name) : NULL;
}

static bool is_one_of(const char *name, const char *const *all)
{
    for (; *all; all++)
        if (strcmp(*all, name) == 0) return true;
    return false;
}

static bool param_is_switch(const char *name)
{
    static const char *const all[] = {"lang", "elder", "compact", NULL};
    return is_one_of(name, all);
}

bool param_is_passing(const char *name)
{
    static const char *const all[] = {"after", "at", "saved", NULL};
    return param_is_switch(name) || is_one_of(name, all);
}

bool param_is_of_page(const char *name)
{
    static const char *const all[] = {"sort", "limit", "columns", "fields", "tab", NULL};
    return param_is_passing(name) || is_one_of(name, all);
}

static void put_pair(Out *o, const char *name, const char *value)
{
    if (o->n) out_raw(o, "&");
    put_url_s(o, name);
    out_raw(o, "=");
    put_url_s(o, value);
}

const char *query_text(const Req *q, bool (*left_out)(const char *name), const char *without)
{
    Out o = {.a = q->a};
    for (int i = 0; i < q->query->len; i++) {
        const In *in = &q->query->items[i];
        if (left_out(in->name) || (without && strcmp(in->name, without) == 0)) continue;
        if (in->kind == IN_TEXT && in->n > 0) put_pair(&o, in->name, in->s);
        for (int k = 0; in->kind == IN_LIST && k < in->len; k++)
            if (in->items[k].n > 0) put_pair(&o, in->name, in->items[k].s);
    }
    return str_of(&o);
}

const char *request_self(const Req *q)
{
    Out o = {.a = q->a};
    const char *query = query_text(q, param_is_switch, NULL);
    for (const char *s = q->path; *s;) {
        size_t n = strcspn(s, "/");
        put_url_s(&o, arena_copy(q->a, s, n));
        s += n;
        if (*s == '/') out_raw(&o, "/"), s++;
    }
    if (*query) out_f(&o, "?%s", query);
    return str_of(&o);
}

static const char *body_hash(const Req *q)
{
    const Turn *t = turn_of(q);
    Out o = {.a = q->a};
    out_f(&o, "%s %s\n", q->method, t->h->target);
    if (t->h->body_n) out_rawn(&o, t->h->body, t->h->body_n);
    Hash h = hash_bytes(o.s, o.n);
    char *hex = arena_get(q->a, 2 * HASH_LEN + 1);
    hex_text(h.b, HASH_LEN, hex);
    return hex;
}

int req_act(Req *q, const Record *r, int64_t id, const char *action, const char *allow, Act **out)
{
    Act *act = act_new(q->desk, q->a, &q->who, r, id, action);
    act->errors.a = q->a;
    act->if_rev = q->if_rev;
    if (!act->who.name) act->who.name = ""; /* the public has none */
    act->channel = q->who.account == 0 ? "public" : q->api ? "api" : "web";
    act->idem_key = q->idem_key;
    act->idem_hash = q->idem_key ? body_hash(q) : NULL;
    const char *also = arena_f(q->a, "csrf once rev %s", allow ? allow : "");
    int rc = act_read(act, q->body, q->form, also);
    *out = act;
    return rc == E_INPUT ? OK : rc; /* right and state are asked before (act_check) */
}
