/* api: JSON of records for programs. Lists, one record with its case, the answer of an act, requests,
   events, and who one is. */
#include "desk/inbox.h"
#include "web/web_own.h"

#include <stdlib.h>
#include <string.h>

/* ---- query parameters ---- */

/* "created_at.gte" -> "created_at", ">=". */
static const char *filter_op(Req *q, const char *name, const char **field_out)
{
    static const char *const ops[][2] = {
        {".gte", ">="}, {".lte", "<="},        {".gt", ">"},      {".lt", "<"},
        {".in", "in"},  {".prefix", "prefix"}, {".null", "null"}, {".notnull", "notnull"}};
    const char *dot = strrchr(name, '.');
    for (int i = 0; dot && i < COUNT(ops); i++)
        if (strcmp(dot, ops[i][0]) == 0) {
            *field_out = arena_copy(q->a, name, (size_t)(dot - name));
            return ops[i][1];
        }
    *field_out = name;
    return "";
}

static void limit_from(Req *q, Find *out)
{
    const char *limit = req_arg(q, "limit");
    int64_t v = 0;
    if (!limit) return;
    if (!num_parse(limit, &v) || v < 1 || v > FIND_LIMIT_MAX)
        error_add(&q->errors, "limit", "应在 1 到 200 之间", "should be between 1 and 200");
    else
        out->limit = (int)v;
}

/* Until the day's end: a day given where an instant is kept. */
static const char *widened(Req *q, const Record *r, const char *field, const char *op,
                           const char *value)
{
    const Field *f = rec_field(r, field);
    bool instant = (f && f->kind == K_TIME) || strcmp(field, "created_at") == 0 ||
                   strcmp(field, "updated_at") == 0 || strcmp(field, "next_due") == 0;
    Day d;
    if (!instant || !day_parse(value, &d)) return value;
    return arena_f(q->a, "%sT%s", value,
                   strcmp(op, "<=") == 0 ? "23:59:59.999+08:00" : "00:00:00+08:00");
}

int find_from_query(Req *q, const Record *r, Find *out)
{
    *out = (Find){.sort = req_arg(q, "sort"), .after = req_arg(q, "after")};
    limit_from(q, out);
    for (int i = 0; i < q->query->len; i++) {
        const In *in = &q->query->items[i];
        const char *field, *op = filter_op(q, in->name, &field), *value = in->s;
        if (param_is_of_page(in->name) || (in->kind == IN_TEXT && in->n == 0)) continue;
        if (in->kind == IN_LIST) { /* the same filter twice: any of them */
            Out all = {.a = q->a};
            for (int k = 0; k < in->len; k++) out_f(&all, "%s%s", k ? "," : "", in->items[k].s);
            value = str_of(&all);
            op = "in";
        }
        if (out->n == FIND_FILTERS_MAX) {
            error_add(&q->errors, in->name, "筛选条件太多", "too many filters");
            break;
        }
        if (!*op && strchr(value, ',') && strcmp(field, "state") == 0) op = "in";
        out->filters[out->n++] = (Filter){field, op, widened(q, r, field, op, value)};
    }
    return q->errors.n ? E_INPUT : OK;
}

/* ---- records ---- */

static const char *etag_of(Req *q, int64_t rev)
{
    return arena_f(q->a, "\"%lld\"", (long long)rev);
}

int api_list(Req *q)
{
    const Record *r = turn_of(q)->entry->rec;
    Find f;
    int n = 0;
    const char *next = NULL;
    TRY(find_from_query(q, r, &f));
    if (f.limit == 0) f.limit = r->flow ? 50 : FIND_LIMIT_MAX; /* reference data is wanted whole */
    char *rows = arena_array(q->a, (size_t)f.limit + 1, r->size);
    TRY(rec_find(q->q, q->desk, q->a, &q->who, r, &f, &q->errors, rows, &n, &next));
    out_raw(&q->out, "{\"items\":[");
    for (int i = 0; i < n; i++) {
        const void *row = rows + (size_t)i * r->size;
        if (i) out_raw(&q->out, ",");
        rec_json(r, row, &q->out);
        if (r->json_more) r->json_more(q->q, q->a, &q->who, row, false, &q->out);
        out_raw(&q->out, "}");
    }
    out_raw(&q->out, "],\"next\":");
    out_json(&q->out, next);
    out_raw(&q->out, "}");
    return reply_json(q, 200);
}

static void extras(Req *q, const Act *act)
{
    for (int i = 0; act && i < act->extra_n; i++) {
        out_f(&q->out, ",\"%s\":", act->extra[i].name);
        out_json(&q->out, act->extra[i].value);
    }
}

static int whole_record(Req *q, const Record *r, int64_t id, const Act *act, int status)
{
    Case c;
    Viewer who = q->who;
    /* who sent it anonymously is no party of it, but sees what was taken in this one answer */
    if (act && act->id == 0) who.code_case = id;
    TRY(case_load(q->q, q->desk, q->a, &who, r, id, CASE_ACTIONS, q->now, &c));
    rec_json(r, c.row, &q->out);
    if (r->json_more) r->json_more(q->q, q->a, &q->who, c.row, true, &q->out);
    if (r->flow) case_json(q->desk, &c, q->now, q->out.lang, &q->out);
    extras(q, act);
    out_raw(&q->out, "}");
    q->etag = etag_of(q, ((const Head *)c.row)->rev);
    return reply_json(q, status);
}

int api_get(Req *q)
{
    return whole_record(q, turn_of(q)->entry->rec, q->id, NULL, 200);
}

static int asked_answer(Req *q, const Act *act)
{
    Case c;
    TRY(case_load(q->q, q->desk, q->a, &q->who, act->rec, act->out_id, 0, q->now, &c));
    for (int i = 0; i < c.requests_n; i++)
        if (c.requests[i].id == act->request_id) {
            out_raw(&q->out, "{\"request\":");
            request_json(&c.requests[i], &q->out);
            out_raw(&q->out, "}");
            q->etag = etag_of(q, act->out_rev);
            return reply_json(q, 202);
        }
    return E_MISSING;
}

int api_answer(Req *q, Act *act)
{
    int64_t id = act->out_id ? act->out_id : act->id;
    if (act->asked) return asked_answer(q, act);
    bool created = act->id == 0;
    if (created) q->location = arena_f(q->a, "/api/v1/%s/%lld", act->rec->plural, (long long)id);
    int rc = whole_record(q, act->rec, id, act, created ? 201 : 200);
    if (rc != E_MISSING) return rc;
    q->errors.zh = q->errors.en =
        NULL; /* gone (discard, remove), or no longer this viewer's to see */
    q->out.n = 0;
    return 204;
}

/* ---- writing ---- */

/* A yes or no beside the fields: true or false; a form's 1, 0 or nothing. False: neither. */
static bool read_flag(const Req *q, const char *name, bool *out)
{
    const In *in = in_get(q->body, name);
    *out = false;
    if (!in || in->kind == IN_NULL) return true;
    if (in->kind == IN_BOOL) return *out = in->i != 0, true;
    if (!q->form || in->kind != IN_TEXT) return false;
    *out = strcmp(in->s, "1") == 0;
    return *out || in->n == 0 || strcmp(in->s, "0") == 0;
}

static void wrong_flag(Act *act, const char *name)
{
    error_add(&act->errors, name, "应为 true 或 false", "should be true or false");
}

int generic_create(Req *q, Act **act)
{
    const Record *r = turn_of(q)->entry->rec;
    bool draft, known = read_flag(q, "draft", &draft);
    TRY(req_act(q, r, 0, "create", r->flow && r->flow->draft >= 0 ? "draft" : NULL, act));
    if (!known) wrong_flag(*act, "draft");
    (*act)->submit = r->flow && r->flow->draft >= 0 && !draft;
    return OK;
}

/* A form shows no sealed value: left empty it stays as it is. */
static const In *without_empty_sealed(Req *q, const Record *r)
{
    In *kept = arena_array(q->a, (size_t)q->body->len + 1, sizeof *kept), *all = NEW(q->a, In);
    int n = 0;
    for (int i = 0; i < q->body->len; i++) {
        const Field *f = rec_field(r, q->body->items[i].name);
        if (!(f && f->kind == K_SEALED && q->body->items[i].n == 0)) kept[n++] = q->body->items[i];
    }
    *all = (In){.kind = IN_OBJECT, .len = n, .items = kept};
    return all;
}

int generic_change(Req *q, Act **act)
{
    if (q->form) q->body = without_empty_sealed(q, turn_of(q)->entry->rec);
    return req_act(q, turn_of(q)->entry->rec, q->id, "edit", NULL, act);
}

int generic_act(Req *q, Act **act)
{
    const Entry *e = turn_of(q)->entry;
    return req_act(q, e->rec, q->id, e->action->name, NULL, act);
}

/* ---- requests of two steps ---- */

static int requests_list(Req *q)
{
    const char *which = req_arg(q, "which");
    Asked asked = which && strcmp(which, "mine") == 0      ? ASKED_BY_ME
                  : which && strcmp(which, "settled") == 0 ? ASKED_SETTLED
                                                           : ASKED_OF_ME;
    Waiting *w;
    int n;
    TRY(inbox_requests(q->q, q->desk, q->a, &q->who, asked, FIND_LIMIT_MAX, &w, &n));
    out_raw(&q->out, "{\"items\":[");
    for (int i = 0; i < n; i++) {
        if (i) out_raw(&q->out, ",");
        request_json(&w[i].r, &q->out);
        q->out.n--; /* its last brace: more members follow */
        out_f(&q->out, ",\"record\":\"%s\",\"%s\":", w[i].rec->name, w[i].rec->name);
        out_json_id(&q->out, w[i].case_id);
        out_raw(&q->out, "}");
    }
    out_raw(&q->out, "],\"next\":null}");
    return reply_json(q, 200);
}

static bool is_one_of(const char *name, const char *const *known)
{
    for (; *known; known++)
        if (strcmp(name, *known) == 0) return true;
    return false;
}

static int request_act(Req *q, const char *action, const char *const *known, Act **out)
{
    const Record *r;
    int64_t id;
    TRY(inbox_case_of(q->q, q->desk, q->a, q->who.site, q->id, &r, &id));
    Act *act;
    q->if_rev = -1; /* of the request's case nothing was promised */
    TRY(req_act(q, r, id, action, NULL, &act));
    act->request = q->id;
    for (int i = 0; !q->form && i < q->body->len; i++)
        if (!is_one_of(q->body->items[i].name, known))
            error_add(&act->errors, q->body->items[i].name, "没有这个字段",
                      "there is no such field");
    *out = act;
    return OK;
}

/* Spaces of either width and line ends. */
static bool is_blank(const char *s, size_t n)
{
    static const char wide[] = "\xE3\x80\x80"; /* U+3000 */
    for (size_t i = 0; i < n;) {
        bool space = strchr(" \t\r\n", s[i]) && s[i];
        if (!space && (n - i < 3 || memcmp(s + i, wide, 3) != 0)) return false;
        i += space ? 1 : 3;
    }
    return true;
}

static void read_reason(Req *q, Act *act)
{
    const In *reason = in_get(q->body, "reason");
    if (!reason || reason->kind == IN_NULL) return;
    if (reason->kind != IN_TEXT) {
        error_add(&act->errors, "reason", "应为文字", "should be text");
        return;
    }
    const char *const *fault = text_fault(reason->s, reason->n, true);
    if (fault)
        error_add(&act->errors, "reason", fault[0], fault[1]);
    else if (utf8_length(reason->s, reason->n) > 500)
        error_add(&act->errors, "reason", "最多 500 个字", "at most 500 characters");
    else if (!is_blank(reason->s, reason->n))
        act->reason = reason->s;
}

static int decide_parse(Req *q, Act **out)
{
    static const char *const known[] = {"agree", "reason", NULL};
    TRY(request_act(q, "decide", known, out));
    Act *act = *out;
    const In *agree = in_get(q->body, "agree");
    if (!read_flag(q, "agree", &act->agree) || !agree || agree->kind == IN_NULL)
        wrong_flag(act, "agree");
    read_reason(q, act);
    return OK;
}

static int take_back_parse(Req *q, Act **out)
{
    static const char *const known[] = {NULL};
    TRY(request_act(q, "take_back", known, out));
    (*out)->take_back = true;
    return OK;
}

static int request_answered(Req *q, Act *act)
{
    if (act->rc < 0) return act->rc;
    return see_other(q, "/requests");
}

/* ---- events ---- */

static int events_list(Req *q)
{
    for (int i = 0; q->desk->records[i]; i++) {
        const Record *r = q->desk->records[i];
        const char *id = req_arg(q, r->name);
        int64_t v;
        Case c;
        if (!id) continue;
        if (!num_parse(id, &v) || v <= 0) {
            error_add(&q->errors, r->name, "应为编号（数字组成的文字）",
                      "should be an id (a string of digits)");
            return E_INPUT;
        }
        TRY(case_load(q->q, q->desk, q->a, &q->who, r, v, CASE_EVENTS, q->now, &c));
        out_raw(&q->out, "{\"items\":[");
        for (int k = 0; k < c.events_n; k++) {
            if (k) out_raw(&q->out, ",");
            event_json(r, v, &c.events[k], &q->out);
        }
        out_raw(&q->out, "],\"next\":null}");
        return reply_json(q, 200);
    }
    return error_say(&q->errors, E_INPUT, "请指明是哪一条的经过，如 ?whistle=编号。",
                     "say whose events, such as ?whistle=ID.");
}

/* ---- who am I ---- */

/* {"id":…,"code":…,"name":…} of a row of that record, with the members it has. */
static void place_json(Req *q, const char *record, int64_t id)
{
    const Record *r = desk_record(q->desk, record);
    void *row = r ? arena_get(q->a, r->size) : NULL;
    out_raw(&q->out, "{\"id\":");
    out_json_id(&q->out, id);
    if (r && rec_get(q->q, q->a, r, q->who.site, id, row) == OK)
        for (int i = 0; i < r->n; i++)
            if (strcmp(r->f[i].name, "code") == 0 || strcmp(r->f[i].name, "name") == 0) {
                out_f(&q->out, ",\"%s\":", r->f[i].name);
                out_json(&q->out, rec_plain(&r->f[i], row, q->a));
            }
    out_raw(&q->out, "}");
}

static int me_json(Req *q)
{
    const Viewer *v = &q->who;
    out_raw(&q->out, "{\"account\":");
    out_json_id(&q->out, v->account);
    out_raw(&q->out, ",\"name\":");
    out_json(&q->out, v->name);
    out_f(&q->out, ",\"role\":\"%s\",\"departments\":[", roles[v->role].code);
    if (v->dept) place_json(q, "department", v->dept);
    out_raw(&q->out, "],\"enterprises\":[");
    for (int i = 0; i < v->enterprises_n; i++) {
        if (i) out_raw(&q->out, ",");
        place_json(q, "enterprise", v->enterprises[i]);
    }
    out_raw(&q->out, "]}");
    return reply_json(q, 200);
}

static int ready(Req *q)
{
    Result r;
    TRY(db_get(q->q, q->a, &r, "SELECT 1", 0, NULL));
    return reply_text(q, 200, "text/plain; charset=utf-8", "ok\n");
}

enum { OPEN = R_PUBLIC | R_NO_CSRF };
const Route api_routes[] = {
    {"GET", "/api/v1/requests", .run = requests_list, .zh = "待我决定的请求"},
    {"POST", "/api/v1/requests/{id}/decide", .parse = decide_parse, .zh = "决定"},
    {"POST", "/api/v1/requests/{id}/take_back", .parse = take_back_parse, .zh = "收回请求"},
    {"POST", "/requests/{id}/decide", .parse = decide_parse, .answer = request_answered,
     .zh = "决定"},
    {"POST", "/requests/{id}/take_back", .parse = take_back_parse, .answer = request_answered,
     .zh = "收回请求"},
    {"GET", "/api/v1/me", .run = me_json, .zh = "我是谁"},
    {"GET", "/api/v1/events", .run = events_list, .zh = "一条的经过"},
    {"GET", "/api/v1/openapi.json", .flags = OPEN, .run = openapi_json, .zh = "接口说明"},
    {"GET", "/healthz", .flags = OPEN, .run = ready, .zh = "进程在运行"},
    {"GET", "/readyz", .flags = OPEN, .run = ready, .zh = "可以服务"},
    {"GET", "/metrics", .flags = OPEN, .run = metrics_text, .zh = "运行数字"},
    {"GET", "/events", .run = events_stream, .zh = "提醒数字（SSE）"},
    {0},
};
