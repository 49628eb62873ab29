/* progress: /q, where anybody with number and query code sees how far the case is and does what the
   enterprise may do. The code is asked for by POST, so that it stands in no address; after an act a sealed
   address opens the page for ten minutes. */
#include "modules/whistle/outside_own.h"

#include "desk/account.h"
#include "modules/city/city.h"

#include <string.h>

typedef struct Office {
    const char *name, *person, *phone, *dial;
} Office;

#include "modules/whistle/progress.html.h"

static int ask_show(Req *q, const char *number, const char *wrong, int status)
{
    q->no_store = true;
    shell_begin(q, "查办理进度");
    ask_html(&q->out, form_hidden(q, -1), number, wrong);
    return shell_end(q, status);
}

/* ---- who works on it ---- */

static const char *digits_of(Arena *a, const char *phone)
{
    char *out = arena_get(a, strlen(phone) + 1);
    size_t n = 0;
    for (; *phone; phone++)
        if (*phone >= '0' && *phone <= '9') out[n++] = *phone;
    return out;
}

/* "河西堡园区管委会·经办 02" -> "经办 02" */
static const char *post_of(const char *name)
{
    const char *dot = name ? strstr(name, "·") : NULL;
    return dot ? dot + strlen("·") : name;
}

static Office office_of(Req *q, int64_t department, int64_t handler)
{
    Result r;
    Office x = {.name = dept_name(q, department)};
    const char *person = NULL;
    if (db_get(q->q, q->a, &r, "SELECT phone FROM department WHERE site = $1 AND id = $2",
               VALS(vi(q->who.site), vi(department))) == OK &&
        r.rows)
        x.phone = res_text(&r, 0, 0);
    if (x.phone) x.dial = digits_of(q->a, x.phone);
    if (handler &&
        rec_titles(q->q, q->desk, q->a, &account_record, q->who.site, 1, &handler, &person) == OK)
        x.person = post_of(person);
    return x;
}

static int offices_of(Req *q, const Whistle *w, Office *out)
{
    int64_t ids[SUPPORT_MAX];
    int n = 0;
    if (!w->lead.has) return 0;
    out[n++] = office_of(q, w->lead.v, w->handler.v);
    for (int i = 0, all = ids_of(w->supporters, ids, SUPPORT_MAX); i < all; i++)
        out[n++] = office_of(q, ids[i], 0);
    return n;
}

/* ---- the page ---- */

static const char *done_text(const Req *q, const char *action)
{
    static const Choice done[] = {{"evaluate", "评价记下了，谢谢。", ""},
                                  {"supply", "补充的内容已交给经办人。", ""},
                                  {"urge", "已催办，经办人 1 个工作日内回应。", ""},
                                  {"contest", "申辩已交给调度中心，重新看。", ""},
                                  {"not_contacted", "已记下没有人联系您，转督办员。", ""},
                                  {"withdraw", "已撤回，停止办理。", ""},
                                  {"reopen", "已要求重新办理。", ""},
                                  {"asked", "已申请重新办理，由督办员决定。", ""},
                                  {0}};
    int i = action ? choice_index(done, action) : -1;
    return i >= 0 ? word(q, done[i].zh) : NULL;
}

static int case_show(Deeds *d, const char *done, int status)
{
    Req *q = d->q;
    Case *c = NEW(q->a, Case);
    Office offices[SUPPORT_MAX + 1];
    Viewer who = access_viewer(q, d->from);
    TRY(case_load(q->q, q->desk, q->a, &who, &whistle_record, d->from->id,
                  CASE_EVENTS | CASE_ACTIONS, q->now, c));
    const Whistle *w = c->row;
    bool ended = w->h.state == CLOSED && w->reply;
    d->c = c;
    q->no_store = true;
    shell_begin(q, "查办理进度");
    if (d->failed) outside_errors(q, &q->errors);
    progress_top_html(&q->out, w, w->class.s ? class_name(q, w->class.s) : "", done);
    standing_block(q, c);
    if (w->reply && (w->h.state == REPLIED || ended)) {
        reply_head_html(&q->out);
        reply_block(q, w);
        section_end_html(&q->out);
    }
    deeds_first(d);
    who_html(&q->out, q, offices, offices_of(q, w, offices), w->h.state == SUBMITTED,
             hours_text(q));
    deeds_others(d);
    steps_head_html(&q->out);
    steps_block(q, c);
    progress_end_html(&q->out);
    return shell_end(q, status);
}

int progress_page(Req *q)
{
    Access from;
    const char *token = req_arg(q, "t");
    Deeds d = {.q = q, .from = &from};
    if (!token) return ask_show(q, "", NULL, 200);
    if (access_open(q, "progress", token, &from))
        return case_show(&d, done_text(q, req_arg(q, "done")), 200);
    return ask_show(q, "", word(q, "这个地址过了 10 分钟已经失效，请重新填编号和查询码。"), 200);
}

/* 0: found; else what to answer. */
static int find(Req *q, Access *from)
{
    const char *number = in_text(q->body, "number"), *code = in_text(q->body, "code");
    int rc = access_by_code(q, number ? number : "", code ? code : "", from);
    if (rc != E_MISSING && rc != E_RATE) return rc;
    return ask_show(q, typed_text(q->body, "number"),
                    q->out.lang == EN ? q->errors.en : q->errors.zh, rc == E_RATE ? 429 : 422);
}

int progress_show(Req *q, Act **act)
{
    Access from;
    Deeds d = {.q = q, .from = &from};
    *act = NULL;
    int rc = find(q, &from);
    return rc ? rc : case_show(&d, NULL, 200);
}

int progress_parse(Req *q, Act **act)
{
    Access from;
    const char *action = q->parts[0];
    if (!is_outside_action(action)) return E_MISSING;
    int rc = find(q, &from);
    if (rc) return rc;
    const In *typed = q->body;
    q->body = body_with_ratings(q->a, typed);
    rc = access_act(q, &from, action, "number code", act);
    q->body = typed;
    return rc;
}

int progress_answer(Req *q, Act *act)
{
    Access from = {act->id, in_text(q->body, "number"), in_text(q->body, "code")};
    Deeds d = {.q = q, .from = &from, .typed = q->body, .failed = act->action};
    if (act->rc == E_INPUT) return case_show(&d, NULL, 422);
    Out path = {.a = q->a};
    out_raw(&path, "/q?t=");
    put_url_s(&path, access_token(q, "progress", &from));
    out_f(&path, "&done=%s", act->asked ? "asked" : act->action);
    return see_other(q, path.s);
}
