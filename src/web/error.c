/* error: what a failure looks like: a page with what happened and what to do next, or problem details
   (RFC 9457) for a program. */
#include "base/clocks.h"
#include "web/shell.h"
#include "web/web_own.h"

#include "web/error.html.h"

#include <string.h>

typedef struct Words {
    int status;
    const char *heading, *what, *next; /* keys of tr */
} Words;

static const Words all_words[] = {
    {400, "请求写法有错", "地址或提交的内容读不懂，什么都没有写入。",
     "请从页面里的链接和按钮重新进入。"},
    {401, "请先登录", "这一页要登录后才能看。", "登录后会回到这里。"},
    {403, "没有这项权限", "您的角色不能看这一页，或不能做这一步；什么都没有写入。",
     "需要这项权限，请联系本单位的安全管理员。"},
    {404, "没有找到这一页",
     "地址可能不完整，也可能是这件事项您无权查看。为保护企业，两种情况显示相同。",
     "请核对编号，或从台账里打开。"},
    {405, "这个地址不接受这种操作", "地址存在，但不能这样用；什么都没有写入。",
     "请从页面里的链接和按钮进入。"},
    {409, "没有写入：情况已经变了",
     "有人先办了一步，或事项的状态不再允许这一步。您提交的没有写入。",
     "请打开最新的内容，看清后再办。"},
    {412, "没有写入：有人先改过了", "您打开页面以后，别人改过这一条。您提交的没有写入。",
     "请打开最新的内容，把您的修改再做一次。"},
    {413, "提交的内容太大", "一次最多 1 MB，什么都没有写入。", "请分几次提交，或缩短内容。"},
    {414, "地址太长", "地址最多 8 KB。", "请减少筛选条件。"},
    {422, "没有写入，有几处要改", "填写的内容有错，什么都没有写入。", "请返回上一页，按提示修改。"},
    {429, "操作太频繁", "短时间内的请求太多，这一次没有执行。", "请稍等一会儿再试。"},
    {431, "请求头太大", "浏览器发来的请求头超过 16 KB。", "请清除本站的 Cookie 后再试。"},
    {500, "系统出错", "这一步没有办成，不是您的问题。",
     "请稍后再试；还不行，请把下面的追踪号告诉管理员。"},
    {503, "系统正忙", "现在处理不过来，或存储暂时不可用；这一次没有写入。", "请过一会儿再试。"},
    {507, "存储空间不足", "磁盘已满，没有写入；查看不受影响。",
     "请告诉管理员腾出空间，然后再提交。"},
};

static const Words *words_of(int status)
{
    for (int i = 0; i < COUNT(all_words); i++)
        if (all_words[i].status == status) return &all_words[i];
    return words_of(500);
}

int status_of(int rc)
{
    switch (rc) {
    case E_INPUT: return 422;
    case E_MISSING: return 404;
    case E_DENIED: return 403;
    case E_CLASH: return 409;
    case E_STALE: return 412;
    case E_SYNTAX: return 400;
    case E_LOGIN: return 401;
    case E_DB:
    case E_BUSY:
    case E_RETRY: return 503;
    case E_FULL: return 507;
    case E_LARGE: return 413;
    case E_RATE: return 429;
    default: return 500;
    }
}

/* ---- problem details ---- */

static void problem(Out *o, int status, const char *title, const char *detail, const Errors *e,
                    const char *trace)
{
    out_raw(o, "{\"type\":\"about:blank\",\"title\":");
    out_json(o, title);
    out_f(o, ",\"status\":%d", status);
    if (detail) {
        out_raw(o, ",\"detail\":");
        out_json(o, detail);
    }
    if (e && e->n > 0) {
        out_raw(o, ",\"errors\":[");
        for (int i = 0; i < e->n; i++) {
            out_raw(o, i ? ",{\"field\":" : "{\"field\":");
            out_json(o, e->at[i].field);
            out_raw(o, ",\"expected\":");
            out_json(o, o->lang == EN ? e->at[i].en : e->at[i].zh);
            out_raw(o, "}");
        }
        out_raw(o, "]");
    }
    if (trace) {
        out_raw(o, ",\"trace\":");
        out_json(o, trace);
    }
    out_raw(o, "}");
}

static int api_error(Req *q, int status)
{
    const Words *w = words_of(status);
    const char *said = shell_words(q, q->errors.zh, q->errors.en);
    q->out.n = 0;
    problem(&q->out, status, tr(q->out.lang, w->heading), said ? said : tr(q->out.lang, w->what),
            &q->errors, turn_of(q)->trace);
    q->type = "application/problem+json; charset=utf-8";
    return status;
}

/* ---- pages ---- */

const Field *entry_fields(const Entry *e, int *n_out)
{
    *n_out = 0;
    if (!e) return NULL;
    if (e->action) {
        *n_out = e->action->input_n;
        return e->action->input;
    }
    if (!e->rec) return NULL;
    *n_out = e->rec->n;
    return e->rec->f;
}

static const char *field_name(const Req *q, const char *name)
{
    int n;
    const Field *f = entry_fields(turn_of(q)->entry, &n);
    for (int i = 0; i < n; i++)
        if (strcmp(f[i].name, name) == 0) return shell_words(q, f[i].zh, f[i].en);
    return name;
}

static void fields_put(Req *q)
{
    Out rows = {.a = q->a, .lang = q->out.lang};
    if (q->errors.n == 0) return;
    for (int i = 0; i < q->errors.n; i++)
        error_field_html(&rows, field_name(q, q->errors.at[i].field),
                         shell_words(q, q->errors.at[i].zh, q->errors.at[i].en));
    error_fields_html(&q->out, (Html){rows.s}, q->errors.n);
}

/* Texts that were typed, for copying; never a password, nor what no one typed. */
static void kept_put(Req *q)
{
    Out texts = {.a = q->a, .lang = q->out.lang};
    int n = 0;
    for (int i = 0; q->form && q->body && i < q->body->len; i++) {
        const In *in = &q->body->items[i];
        const char *text = in_text(q->body, in->name);
        if (!text || strlen(text) < 12 || strstr(in->name, "password") ||
            strcmp(in->name, "csrf") == 0 || strcmp(in->name, "once") == 0)
            continue;
        error_kept_one_html(&texts, arena_f(q->a, "keep%d", ++n), field_name(q, in->name), text,
                            strlen(text) > 150 ? 5 : 2);
    }
    if (n) error_kept_html(&q->out, (Html){texts.s});
}

/* Where the latest state of what was asked for stands. */
static const char *latest_path(const Req *q)
{
    const Entry *e = turn_of(q)->entry;
    return e && e->rec && q->id ? arena_f(q->a, "/%s/%lld", e->rec->plural, (long long)q->id)
                                : NULL;
}

int error_page(Req *q, int status)
{
    Turn *t = turn_of(q);
    if (status == 503 && q->retry_after == 0) q->retry_after = 2;
    if (status == 429 && q->retry_after == 0) q->retry_after = 1;
    q->location = q->filename = q->etag = NULL;
    if (q->api) return api_error(q, status);
    const Words *w = words_of(status);
    Lang lang = q->out.lang;
    char at[17];
    time_minute((Time){q->now, true}, at);
    q->out.n = 0;
    q->fragment = NULL;
    q->bare = false;
    const char *said = shell_words(q, q->errors.zh, q->errors.en);
    shell_begin(q, w->heading);
    error_begin_html(&q->out, tr(lang, w->heading), said ? said : tr(lang, w->what),
                     tr(lang, w->next));
    bool clash = status == 409 || status == 412;
    const char *latest = clash ? latest_path(q) : NULL;
    if (status == 401) latest = "/login";
    error_links_html(&q->out, latest, tr(lang, status == 401 ? "登录" : "打开最新的内容"),
                     q->who.account != 0);
    if (clash || status == 422) fields_put(q);
    if (clash || status == 422 || status >= 500 || status == 403 || status == 429) kept_put(q);
    error_end_html(&q->out, status, t->trace, at);
    return shell_end(q, status);
}

int reply_error(Req *q, int rc)
{
    if (rc == E_DB || rc == E_RETRY || rc == E_IO) {
        const char *said = q->q ? db_error(q->q) : NULL;
        turn_of(q)->storage = said ? arena_str(q->a, said) : "storage failed";
    }
    return error_page(q, status_of(rc));
}

/* Before there is a turn: no session, no shell; as short as can be. */
void refuse_early(HttpReq *h, int status)
{
    const Words *w = words_of(status);
    bool api = strncmp(h->target, "/api/", 5) == 0;
    Out o = {.a = &h->a};
    if (api) {
        problem(&o, status, w->heading, w->what, NULL, NULL);
    } else {
        out_raw(&o, "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><title>");
        put_s(&o, w->heading);
        out_raw(&o, "</title><h1>");
        put_s(&o, w->heading);
        out_raw(&o, "</h1><p>");
        put_s(&o, w->what);
        put_s(&o, w->next);
        out_raw(&o, "</p></html>");
    }
    const HttpHeader headers[] = {
        {"Content-Type",
         api ? "application/problem+json; charset=utf-8" : "text/html; charset=utf-8"},
        {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Retry-After", "2"},
    };
    http_answer(h, status, headers, status == 503 ? 5 : 4, o.s, o.n);
}
