/* public_api: the same for programs of those without an account: send, look, act, by number and query code.
   The answer is the record as its submitter may see it: clocks of the enterprise, no requests that staff
   have among themselves, no names beyond the departments. */
#include "modules/whistle/outside_own.h"

#include <string.h>

/* ---- the record as the submitter sees it ---- */

static bool is_theirs(const Deadline *d)
{
    return strcmp(d->party, "enterprise") == 0 || strcmp(d->clock, "route") == 0;
}

static Mark mark_outside(const Mark *m)
{
    Mark out = *m;
    bool own = strcmp(m->kind, "ask") == 0 || strcmp(m->kind, "urge") == 0;
    if (!own) out.text = out.answer = NULL;
    if (!own) out.by = NULL;
    return out;
}

static Case case_outside(Arena *a, const Case *c)
{
    static const char *const kinds[] = {"ask", "urge", "escalation", "final_reply",
                                        "not_contacted"};
    Case out = *c;
    out.clocks = arena_array(a, (size_t)c->clocks_n + 1, sizeof *out.clocks);
    out.marks = arena_array(a, (size_t)c->marks_n + 1, sizeof *out.marks);
    out.requests = arena_array(a, (size_t)c->requests_n + 1, sizeof *out.requests);
    out.work = arena_array(a, (size_t)c->work_n + 1, sizeof *out.work);
    out.clocks_n = out.marks_n = out.requests_n = out.work_n = 0;
    for (int i = 0; i < c->clocks_n; i++)
        if (is_theirs(&c->clocks[i])) out.clocks[out.clocks_n++] = c->clocks[i];
    for (int i = 0; i < c->marks_n; i++)
        for (int k = 0; k < COUNT(kinds); k++)
            if (strcmp(c->marks[i].kind, kinds[k]) == 0)
                out.marks[out.marks_n++] = mark_outside(&c->marks[i]);
    for (int i = 0; i < c->requests_n; i++)
        if (strcmp(c->requests[i].kind, "reopen") == 0)
            out.requests[out.requests_n++] = c->requests[i];
    for (int i = 0; i < c->work_n; i++)
        if (strcmp(c->work[i].role, "lead") == 0 || strcmp(c->work[i].role, "support") == 0)
            out.work[out.work_n++] = c->work[i];
    return out;
}

static int answer(Req *q, const Access *from, const Act *act, int status)
{
    Case c;
    Viewer who = access_viewer(q, from);
    TRY(case_load(q->q, q->desk, q->a, &who, &whistle_record, from->id, CASE_ACTIONS, q->now, &c));
    Case shown = case_outside(q->a, &c);
    rec_json(&whistle_record, c.row, &q->out);
    whistle_record.json_more(q->q, q->a, &who, c.row, true, &q->out);
    case_json(q->desk, &shown, q->now, q->out.lang, &q->out);
    for (int i = 0; act && i < act->extra_n; i++) {
        out_f(&q->out, ",\"%s\":", act->extra[i].name);
        out_json(&q->out, act->extra[i].value);
    }
    out_raw(&q->out, "}");
    q->etag = arena_f(q->a, "\"%lld\"", (long long)((const Head *)c.row)->rev);
    q->no_store = true;
    return reply_json(q, status);
}

/* ---- sending ---- */

int public_create_parse(Req *q, Act **act)
{
    const Access nobody = {0};
    TRY(access_act(q, &nobody, "create", "draft", act));
    const In *draft = in_get(q->body, "draft");
    bool keep = draft && !(draft->kind == IN_NULL || (draft->kind == IN_BOOL && !draft->i));
    (*act)->submit = true;
    if (keep)
        error_add(&(*act)->errors, "draft", "未登录不能存草稿，请直接发出",
                  "without signing in nothing can be kept: send it at once");
    check_phone(q->body, &(*act)->errors);
    return OK;
}

int public_create_answer(Req *q, Act *act)
{
    const Whistle *w = act->out_row;
    if (!w) return E_MISSING;
    const Access from = {.id = w->h.id, .number = w->h.number};
    q->location = arena_f(q->a, "/api/v1/public/whistles/%s", w->h.number);
    return answer(q, &from, act, 201);
}

/* ---- looking ---- */

int public_get(Req *q)
{
    Access from;
    const char *code = req_arg(q, "code");
    TRY(access_by_code(q, q->parts[0], code ? code : "", &from));
    return answer(q, &from, NULL, 200);
}

/* ---- acting ---- */

int public_act_parse(Req *q, Act **act)
{
    Access from;
    const char *code = in_text(q->body, "code");
    if (!is_outside_action(q->parts[1])) return E_MISSING;
    TRY(access_by_code(q, q->parts[0], code ? code : "", &from));
    return access_act(q, &from, q->parts[1], "code", act);
}

static int asked(Req *q, const Access *from, const Act *act)
{
    Case c;
    Viewer who = access_viewer(q, from);
    TRY(case_load(q->q, q->desk, q->a, &who, &whistle_record, from->id, 0, q->now, &c));
    for (int i = 0; i < c.requests_n; i++) {
        if (c.requests[i].id != act->request_id) continue;
        out_raw(&q->out, "{\"request\":");
        request_json(&c.requests[i], &q->out);
        out_raw(&q->out, "}");
        return reply_json(q, 202);
    }
    return E_MISSING;
}

int public_act_answer(Req *q, Act *act)
{
    const Access from = {.id = act->id};
    return act->asked ? asked(q, &from, act) : answer(q, &from, NULL, 200);
}
