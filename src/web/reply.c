/* reply: the end of every answer: type, security headers, cookies, compression. Assets are answered
   here, too, before anybody is asked who this is. */
#include "web/web_own.h"

#include "assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { HEADERS_MAX = 24, GZIP_FROM = 1024 };

static const char policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; manifest-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";
static const char permissions[] =
    "accelerometer=(), camera=(self), geolocation=(self), gyroscope=(), microphone=(), payment=(), "
    "usb=()";

typedef struct Headers {
    int n;
    HttpHeader at[HEADERS_MAX];
} Headers;

static void header(Headers *h, const char *name, const char *value)
{
    if (value && h->n < HEADERS_MAX) h->at[h->n++] = (HttpHeader){name, value};
}

/* ---- compression ---- */

static z_stream *deflater(Worker *w)
{
    z_stream *z = w->deflater;
    if (z) return deflateReset(z) == Z_OK ? z : NULL;
    z = calloc(1, sizeof *z);
    if (!z) abort();
    if (deflateInit2(z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(z);
        return NULL;
    }
    w->deflater = z;
    return z;
}

void reply_worker_free(Worker *w)
{
    if (!w->deflater) return;
    deflateEnd(w->deflater);
    free(w->deflater);
    w->deflater = NULL;
}

static bool accepts(const HttpReq *h, const char *coding)
{
    const char *s = http_header(h, "Accept-Encoding");
    size_t n = strlen(coding);
    while (s && *s) {
        s += strspn(s, ", \t");
        size_t len = strcspn(s, ",");
        if (len >= n && strncmp(s, coding, n) == 0 && (len == n || s[n] == ';' || s[n] == ' ')) {
            const char *q = memmem(s, len, "q=0", 3);
            return !q || (q[3] == '.' && strspn(q + 4, "0") < strspn(q + 4, "0123456789"));
        }
        s += len;
    }
    return false;
}

/* The body compressed, or false where that gains nothing. */
static bool compress_body(Turn *t, const char **body, size_t *n)
{
    if (!t->worker || *n < GZIP_FROM || !accepts(t->h, "gzip")) return false;
    z_stream *z = deflater(t->worker);
    if (!z) return false;
    size_t cap = *n - *n / 16;
    unsigned char *to = arena_get(t->q.a, cap);
    z->next_in = (unsigned char *)(uintptr_t)*body;
    z->avail_in = (uInt)*n;
    z->next_out = to;
    z->avail_out = (uInt)cap;
    if (deflate(z, Z_FINISH) != Z_STREAM_END) return false;
    *body = (const char *)to;
    *n = cap - z->avail_out;
    return true;
}

/* ---- the answer ---- */

static const char *number(Arena *a, int n)
{
    return arena_f(a, "%d", n);
}

static void security(Headers *h)
{
    header(h, "Content-Security-Policy", policy);
    header(h, "X-Content-Type-Options", "nosniff");
    header(h, "Referrer-Policy", "same-origin");
    header(h, "Permissions-Policy", permissions);
    header(h, "Cross-Origin-Opener-Policy", "same-origin");
    header(h, "Cross-Origin-Resource-Policy", "same-origin");
}

int reply_send(Turn *t, int status)
{
    Req *q = &t->q;
    Headers h = {0};
    const char *body = str_of(&q->out);
    size_t n = q->out.n;
    if (status == 204 || status == 303 || status == 304) n = 0;
    bool zipped = n > 0 && compress_body(t, &body, &n);
    if (n > 0) header(&h, "Content-Type", q->type ? q->type : "text/html; charset=utf-8");
    security(&h);
    header(&h, "Cache-Control", q->no_store || !q->etag || !*q->etag ? "no-store" : "no-cache");
    header(&h, "Vary", "Accept-Encoding, Cookie");
    if (zipped) header(&h, "Content-Encoding", "gzip");
    header(&h, "Location", q->location);
    header(&h, "ETag", q->etag);
    header(&h, "Allow", t->allow);
    header(&h, "X-Trace", t->trace);
    if (status == 401) header(&h, "WWW-Authenticate", "Bearer");
    if (q->retry_after > 0) header(&h, "Retry-After", number(q->a, q->retry_after));
    if (q->filename)
        header(&h, "Content-Disposition",
               arena_f(q->a, "attachment; filename=\"%s\"", q->filename));
    for (int i = 0; i < t->cookies_n; i++) header(&h, "Set-Cookie", t->cookies[i]);
    http_answer(t->h, status, h.at, h.n, body, n);
    return status;
}

int see_other(Req *q, const char *path)
{
    /* only inside this site, whatever was asked for */
    bool ours = path && path[0] == '/' && path[1] != '/';
    for (const char *s = path; ours && *s; s++) ours = (unsigned char)*s > 0x20 && *s != '\\';
    q->location = ours ? arena_str(q->a, path) : "/";
    return 303;
}

int reply_json(Req *q, int status)
{
    q->type = "application/json; charset=utf-8";
    return status;
}

int reply_text(Req *q, int status, const char *type, const char *text)
{
    q->type = type;
    q->out.n = 0;
    out_raw(&q->out, text);
    return status;
}

/* ---- assets ---- */

const char *asset_url(const char *name)
{
    for (int i = 0; i < assets_n; i++)
        if (assets[i].path && strcmp(assets[i].name, name) == 0) return assets[i].path;
    return "";
}

bool asset_answer(HttpReq *h, const char *path)
{
    size_t n = strcspn(path, "?");
    bool get = strcmp(h->method, "GET") == 0 || strcmp(h->method, "HEAD") == 0;
    for (int i = 0; get && i < assets_n; i++) {
        const Asset *a = &assets[i];
        if (!a->path || strlen(a->path) != n || memcmp(a->path, path, n) != 0) continue;
        bool br = a->br && accepts(h, "br"), gz = !br && a->gz && accepts(h, "gzip");
        Headers hs = {0};
        header(&hs, "Content-Type", a->type);
        security(&hs);
        header(&hs, "Cache-Control", "public, max-age=31536000, immutable");
        header(&hs, "Vary", "Accept-Encoding");
        if (br || gz) header(&hs, "Content-Encoding", br ? "br" : "gzip");
        const unsigned char *bytes = br ? a->br : gz ? a->gz : a->raw;
        http_answer(h, 200, hs.at, hs.n, (const char *)bytes,
                    br   ? a->br_n
                    : gz ? a->gz_n
                         : a->raw_n);
        return true;
    }
    return false;
}
