/* evaluate: the enterprise's own word on a reply. Signed in it has a page of its own; with number and query
   code the same block stands on the page of the progress. */
#include "modules/whistle/outside_own.h"

#include <string.h>

typedef struct Rating {
    const char *action;
    Html hidden, follows; /* follows: what "not solved" leads to */
    const In *typed;
    const Errors *e;
    Lang lang;
    bool rated; /* a department was rated before the error */
    int n;
    const char *names[SUPPORT_MAX + 1], *inputs[SUPPORT_MAX + 1];
    const char *until;
} Rating;

static const char *rating_wrong(const Rating *r, const char *name)
{
    const FieldError *e = r->e ? error_at(r->e, name) : NULL;
    return !e ? NULL : r->lang == EN ? e->en : e->zh;
}

static const char *input_name(const Req *q, const char *name)
{
    static const Choice names[] = {{"solved", "解决了吗", ""}, {"satisfied", "满意吗", ""},
                                   {"words", "说几句", ""},    {"departments", "各部门", ""},
                                   {"text", "写的内容", ""},   {"title", "标题", ""},
                                   {"reason", "理由", ""},     {0}};
    int i = choice_index(names, name);
    return i >= 0 ? word(q, names[i].zh) : name;
}

#include "modules/whistle/evaluate.html.h"

void outside_errors(Req *q, const Errors *e)
{
    if (e->n || e->zh) evaluate_errors_html(&q->out, q, e);
}

enum { REWORKS = 2 };

static Html follows_of(Req *q, const Whistle *w)
{
    const char *by = when_text(q, ahead_rework(q, w));
    if (w->final_reply)
        return word_html(q, "这是最终答复，评价后办结，评价照您给的记。仍不同意，可以走法律途径。");
    if (!w->lead.has) return SAY_HTML(q, "选“未解决”就退回调度中心，%1 前派给主管部门。", by);
    if (w->reworks.v >= REWORKS)
        return SAY_HTML(q, "已重办 %1 次。选“未解决”就提级，由督办员召集会商，定最终答复。",
                        digits(q, w->reworks.v));
    return SAY_HTML(q, "选“未解决”就退回重办，%1 前再答复您。最多重办 2 次，已重办 %2 次。", by,
                    digits(q, w->reworks.v));
}

static const char *until_of(Req *q, const Case *c)
{
    const Whistle *w = c->row;
    for (int i = 0; i < c->clocks_n; i++)
        if (!c->clocks[i].ended && strcmp(c->clocks[i].clock, "evaluate") == 0)
            return SAY(q, "%1 前可评。不评价，不算满意。", when_text(q, c->clocks[i].due_at));
    if (w->h.state == REPLIED)
        return word(q, "评价期已过，回访员会打电话问；现在评也算。不评价，不算满意。");
    return word(q, "已经办结，现在补评仍然算数；说未解决就重新办理。");
}

static void departments_of(Req *q, const Whistle *w, Rating *r)
{
    int64_t ids[SUPPORT_MAX + 1] = {w->lead.v};
    r->n = w->lead.has ? 1 + ids_of(w->supporters, ids + 1, SUPPORT_MAX) : 0;
    for (int i = 0; i < r->n; i++) {
        r->names[i] = dept_name(q, ids[i]);
        r->inputs[i] = arena_f(q->a, "rate_%lld", (long long)ids[i]);
        r->rated |= *typed_text(r->typed, r->inputs[i]) != 0;
    }
}

void evaluate_block(Req *q, const Case *c, const char *action, Html hidden, const In *typed)
{
    Rating r = {.action = action,
                .hidden = hidden,
                .typed = typed,
                .e = typed ? &q->errors : NULL,
                .lang = q->out.lang};
    r.follows = follows_of(q, c->row);
    r.until = until_of(q, c);
    departments_of(q, c->row, &r);
    rating_html(&q->out, q, &r);
}

void reply_block(Req *q, const Whistle *w)
{
    reply_quote_html(&q->out, q, w);
}

/* ---- the page of who signed in ---- */

static const char *value_of(const Event *e, const char *field)
{
    for (int i = 0; i < e->n; i++)
        if (strcmp(e->v[i].field, field) == 0) return e->v[i].new;
    return NULL;
}

/* Earlier replies and what was said of them. */
static Html replies_before(Req *q, const Case *c)
{
    Out page = page_part(q);
    int replies = 0;
    for (int i = 0; i < c->events_n; i++) {
        const Event *e = &c->events[i];
        if (strcmp(e->action, "evaluate") == 0) {
            const char *solved = value_of(e, "in.solved");
            bool yes = solved && strcmp(solved, "true") == 0;
            fact_html(&q->out, word(q, "您的评价"),
                      SAY(q, "%1，%2", date_text(q, e->at), word(q, yes ? "已解决" : "未解决")));
        } else if (e->to && strcmp(e->to, "replied") == 0 && e->from &&
                   strcmp(e->from, "replied") != 0) {
            fact_html(&q->out, word(q, replies++ ? "重办答复" : "答复"), when_text(q, e->at));
        }
    }
    return page_part_end(q, page);
}

static bool is_open(const Case *c, const char *name)
{
    for (int i = 0; i < c->actions_n; i++)
        if (strcmp(c->actions[i]->name, name) == 0) return true;
    return false;
}

static int evaluate_show(Req *q, const In *typed, int status)
{
    Case c;
    TRY(case_load(q->q, q->desk, q->a, &q->who, &whistle_record, q->id, CASE_EVENTS | CASE_ACTIONS,
                  q->now, &c));
    const Whistle *w = c.row;
    if (!is_open(&c, "evaluate"))
        return see_other(q, arena_f(q->a, "/whistles/%lld", (long long)w->h.id));
    q->menu = "/whistles";
    shell_begin(q, "请您评价");
    if (typed) outside_errors(q, &q->errors);
    evaluate_top_html(&q->out, q, w);
    evaluate_block(q, &c, arena_f(q->a, "/whistles/%lld/evaluate", (long long)w->h.id),
                   form_hidden(q, w->h.rev), typed);
    evaluate_aside_html(&q->out, q, w, replies_before(q, &c));
    return shell_end(q, status);
}

int evaluate_page(Req *q)
{
    return evaluate_show(q, NULL, 200);
}

int evaluate_parse(Req *q, Act **act)
{
    const In *typed = q->body;
    q->body = body_with_ratings(q->a, typed);
    int rc = req_act(q, &whistle_record, q->id, "evaluate", NULL, act);
    q->body = typed;
    return rc;
}

int evaluate_answer(Req *q, Act *act)
{
    if (act->rc == E_INPUT) return evaluate_show(q, q->body, 422);
    return see_other(q, arena_f(q->a, "/whistles/%lld", (long long)q->id));
}
