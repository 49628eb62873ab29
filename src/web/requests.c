/* requests: 待我决定, the inbox of two-step requests with what happens after either answer; and 消息,
   the notices. */
#include "desk/find.h"
#include "desk/inbox.h"
#include "web/parts.h"
#include "web/shell.h"
#include "web/web_own.h"

#include "web/requests.html.h"

#include <string.h>

enum { REQUESTS_MAX = 50, NOTICES_MAX = 50 };

/* ---- one request ---- */

static const char *title_of(Req *q, const Record *r, const void *row)
{
    const Field *f = rec_field(r, r->title ? r->title : "name");
    const char *s = f ? titled(q, f, row) : NULL;
    return s && *s ? s : "";
}

static const char *value_text(Req *q, const In *in)
{
    Out all = {.a = q->a};
    switch (in->kind) {
    case IN_TEXT: return in->s;
    case IN_INT: return arena_f(q->a, "%lld", (long long)in->i);
    case IN_BOOL: return in->i ? "1" : "0";
    case IN_LIST:
        for (int i = 0; i < in->len; i++)
            out_f(&all, "%s%s", i ? "；" : "", in->items[i].s ? in->items[i].s : "");
        return str_of(&all);
    case IN_NONE:
    case IN_NULL:
    case IN_REAL:
    case IN_OBJECT: break;
    }
    return NULL;
}

/* What was asked for, but the reason, which stands by itself. */
static Html values_of(Req *q, const Action *x, const Request *r)
{
    In in;
    Errors e = {.a = q->a};
    Out o = {.a = q->a, .lang = q->out.lang};
    if (!x || !r->input || input_json(q->a, r->input, strlen(r->input), false, &in, &e) != OK)
        return (Html){""};
    for (int i = 0; i < x->input_n; i++) {
        const Field *f = &x->input[i];
        const In *v = in_get(&in, f->name);
        const char *text = v && strcmp(f->name, "reason") != 0 ? value_text(q, v) : NULL;
        if (!text || !*text || f->hidden) continue;
        request_value_html(&o, shell_words(q, f->zh, f->en), part_value(q, f, text));
    }
    return (Html){str_of(&o)};
}

static const char *effect_of(Req *q, const Record *r, const Action *x, const void *row)
{
    bool en = q->out.lang == EN;
    const char *now = part_state(q, r, row);
    if (!x) return "";
    if (x->to < 0)
        return arena_f(
            q->a, en ? "done as asked; the state stays \"%s\"" : "照申请办，状态仍是“%s”", now);
    const State *to = &r->flow->states[x->to];
    return arena_f(q->a,
                   en ? "%s → %s; told to the enterprise where it concerns it"
                      : "%s → %s；与企业有关的，马上告诉企业",
                   now, shell_words(q, to->zh, to->en));
}

static const char *settled_words(const Req *q, const char *state)
{
    static const Choice words[] = {{"agreed", "同意", "Agreed"},
                                   {"declined", "不同意", "Declined"},
                                   {"taken_back", "已撤回", "Taken back"},
                                   {"lapsed", "已失效", "Lapsed"},
                                   {0}};
    int i = choice_index(words, state);
    return i < 0 ? state : shell_words(q, words[i].zh, words[i].en);
}

static void aside(Req *q, const Waiting *w, Asked which)
{
    const Request *r = &w->r;
    if (which == ASKED_SETTLED) {
        const char *what = arena_f(q->a, "%s · %s · %s", settled_words(q, r->state),
                                   r->decided_by ? r->decided_by : "", part_when(q, r->decided_at));
        request_settled_html(&q->out, what, r->decision && *r->decision ? r->decision : NULL);
        return;
    }
    int64_t warn = calendar_warn(q->desk->calendar, r->asked_at, r->due_at, UNIT_WD, 750);
    request_aside_html(&q->out, part_light(q, r->due_at, warn, UNIT_WD),
                       arena_f(q->a, q->out.lang == EN ? "decide before %s" : "%s 前决定",
                               part_when(q, r->due_at)));
    if (which == ASKED_OF_ME)
        request_decide_html(&q->out, r->id, form_hidden(q, -1), form_hidden(q, -1));
    else
        request_take_back_html(&q->out, r->id, form_hidden(q, -1));
}

static void one(Req *q, const Waiting *w, Asked which)
{
    void *row = arena_get(q->a, w->rec->size);
    if (rec_see(q->q, q->desk, q->a, &q->who, w->rec, w->case_id, row, NULL) < 0) return;
    const Action *x = w->rec->flow ? flow_action(w->rec->flow, w->r.kind) : NULL;
    const Head *h = row;
    const char *about =
        arena_f(q->a, "%s · %s", h->number ? h->number : "", part_state(q, w->rec, row));
    const char *by = arena_f(q->a, q->out.lang == EN ? "%s, asked %s" : "%s，%s 提出",
                             w->r.by ? w->r.by : "", part_when(q, w->r.asked_at));
    request_begin_html(&q->out, arena_f(q->a, "r%lld", (long long)w->r.id),
                       x ? shell_words(q, x->zh, x->en) : w->r.kind,
                       arena_f(q->a, "/%s/%lld", w->rec->plural, (long long)w->case_id),
                       title_of(q, w->rec, row), about, by);
    Html values = values_of(q, x, &w->r);
    if (*values.s) request_values_html(&q->out, values);
    if (w->r.reason && *w->r.reason) request_reason_html(&q->out, w->r.reason);
    if (which != ASKED_SETTLED) request_effect_html(&q->out, effect_of(q, w->rec, x, row));
    aside(q, w, which);
    request_end_html(&q->out);
}

static int requests_page(Req *q)
{
    const char *which = req_arg(q, "which");
    Asked asked = !which                          ? ASKED_OF_ME
                  : strcmp(which, "mine") == 0    ? ASKED_BY_ME
                  : strcmp(which, "settled") == 0 ? ASKED_SETTLED
                                                  : ASKED_OF_ME;
    Waiting *w;
    int n;
    int64_t of_me, by_me;
    TRY(inbox_requests(q->q, q->desk, q->a, &q->who, asked, REQUESTS_MAX, &w, &n));
    TRY(inbox_requests_count(q->q, q->a, &q->who, ASKED_OF_ME, &of_me));
    TRY(inbox_requests_count(q->q, q->a, &q->who, ASKED_BY_ME, &by_me));
    shell_begin(q, "待我决定");
    requests_head_html(&q->out);
    requests_tabs_html(&q->out, (int)asked, of_me, by_me);
    for (int i = 0; i < n; i++) one(q, &w[i], asked);
    if (n == 0) requests_empty_html(&q->out, (int)asked);
    return shell_end(q, 200);
}

/* ---- notices ---- */

static int notices_page(Req *q)
{
    Told *t;
    int n;
    int64_t unread, before = 0;
    const char *from = req_arg(q, "before");
    if (from && !num_parse(from, &before)) return E_MISSING;
    TRY(inbox_notices(q->q, q->desk, q->a, &q->who, before, NOTICES_MAX + 1, &t, &n));
    TRY(inbox_unread(q->q, q->a, &q->who, &unread));
    shell_begin(q, "消息");
    if (n == 0) {
        notices_none_html(&q->out);
        return shell_end(q, 200);
    }
    notices_head_html(&q->out, unread, form_hidden(q, -1), t[0].id);
    int shown = n > NOTICES_MAX ? NOTICES_MAX : n;
    for (int i = 0; i < shown; i++)
        notice_html(&q->out,
                    t[i].rec ? arena_f(q->a, "/%s/%lld", t[i].rec->plural, (long long)t[i].case_id)
                             : "/notices",
                    shell_words(q, t[i].zh, t[i].en), part_when(q, t[i].at), t[i].unread);
    notices_end_html(
        &q->out,
        n > NOTICES_MAX ? arena_f(q->a, "/notices?before=%lld", (long long)t[shown - 1].id) : NULL);
    return shell_end(q, 200);
}

static int notices_seen(Req *q)
{
    const char *last = in_text(q->body, "last");
    int64_t id;
    if (!last || !num_parse(last, &id) || id <= 0) return E_SYNTAX;
    TRY(inbox_seen(q->desk, &q->who, id));
    return see_other(q, "/notices");
}

const Route inbox_routes[] = {
    {"GET", "/requests", .run = requests_page, .zh = "待我决定"},
    {"GET", "/notices", .run = notices_page, .zh = "消息"},
    {"POST", "/notices", .run = notices_seen, .zh = "标为已读"},
    {0},
};
