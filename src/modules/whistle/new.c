/* new: the form for everyone who reports a matter: an enterprise that signed in, the public, and staff
   for a caller. The record's own reading decides what is right; this file says it on the page. */
#include "modules/city/city.h"
#include "modules/whistle/outside_own.h"

#include <string.h>

enum { TEXT_MIN = 10, FIRST_STAFF_CHANNEL = 2, LAST_STAFF_CHANNEL = 6, FIRMS_NAMED = 5 };
typedef struct NewForm {
    bool insider, staff; /* an enterprise that signed in; staff; else the public */
    const In *typed;     /* NULL: nothing yet */
    Errors e;            /* by the names of the inputs on this page */
    const char *said;    /* one sentence about the whole */
    Ahead ahead;
    const char *route, *contact; /* lengths, in words */
    Result classes, depts;
    int firms_n;
    const char *firms[VIEWER_ENTERPRISES_MAX];
    Similar similar;
    const char *last_phone, *last_name;
    Lang lang;
} NewForm;

static bool is_insider(const Req *q)
{
    return q->who.role == ROLE_ENTERPRISE;
}

static bool is_staff(const Req *q)
{
    return q->who.account != 0 && !is_insider(q);
}

/* ---- for the templates ---- */

static const char *wrong_at(const NewForm *f, const char *name)
{
    const FieldError *e = error_at(&f->e, name);
    return !e ? NULL : f->lang == EN ? e->en : e->zh;
}

static const char *value_at(const NewForm *f, const char *name)
{
    if (f->typed) return typed_text(f->typed, name);
    const char *last = strcmp(name, "contact_phone") == 0  ? f->last_phone
                       : strcmp(name, "contact_name") == 0 ? f->last_name
                                                           : NULL;
    return last ? last : "";
}

static bool is_typed(const NewForm *f, const char *name, const char *value)
{
    return strcmp(value_at(f, name), value) == 0;
}

static bool is_firm(const Req *q, const NewForm *f, int i)
{
    const char *typed = value_at(f, "enterprise");
    return *typed ? strcmp(typed, digits(q, q->who.enterprises[i])) == 0 : i == 0;
}

static const char *firm_name(const NewForm *f)
{
    return f->staff ? "firm" : "unit";
}

static const char *name_at(const Req *q, const Result *r, int row)
{
    const char *en = res_text(r, row, 2);
    return q->out.lang == EN && en && *en ? en : res_text(r, row, 1);
}

/* The inputs in the order of the page. */
static const Choice labels[] = {{"text", "发生了什么", ""},
                                {"class", "类别", ""},
                                {"wish", "怎样算解决", ""},
                                {"enterprise", "哪家企业", ""},
                                {"firm", "哪家企业", ""},
                                {"unit", "哪家企业", ""},
                                {"contact_phone", "联系电话", ""},
                                {"contact_name", "怎么称呼", ""},
                                {"channel", "从哪里来", ""},
                                {"urgent", "急不急", ""},
                                {"visibility", "谁能看到", ""},
                                {"against", "要反映的部门", ""},
                                {0}};

static const char *label_of(const Req *q, const char *name)
{
    int i = choice_index(labels, name);
    return i >= 0 ? word(q, labels[i].zh) : name;
}

static const char *similar_state(Req *q, const Whistle *w)
{
    if (w->h.state == REPLIED) return word(q, "已答复，等您评价");
    if (!w->lead.has) return word(q, "等派单");
    return SAY(q, "%1主办", dept_name(q, w->lead.v));
}

#include "modules/whistle/new.html.h"

/* ---- the page ---- */

static int load_choices(Req *q, NewForm *f)
{
    TRY(db_get(q->q, q->a, &f->classes,
               "SELECT code, name, en FROM class WHERE site = $1 AND parent IS NULL ORDER BY "
               "position, code",
               VALS(vi(q->who.site))));
    return db_get(q->q, q->a, &f->depts,
                  "SELECT id, name, en FROM department WHERE site = $1 ORDER BY id",
                  VALS(vi(q->who.site)));
}

/* The number that the same person left on an own open case, so that it need not be typed again. */
static void recall_contact(Req *q, NewForm *f)
{
    for (int i = 0; i < f->similar.n && !f->last_phone; i++) {
        const Whistle *w = &f->similar.w[i];
        const char *box = w->contact_phone.box ? strchr(w->contact_phone.box, '|') : NULL;
        if (!box || w->author.v != q->who.account) continue;
        f->last_phone = unseal(q->desk->keys, q->a, "contact_phone", box + 1);
        f->last_name = w->contact_name;
    }
}

static int load_similar(Req *q, NewForm *f)
{
    int64_t firm = 0;
    const char *text = f->typed ? value_at(f, "text") : NULL;
    Errors ignored = {.a = q->a};
    if (!f->insider && !f->staff) return OK;
    if (f->staff) {
        const char *unit;
        if (!f->typed || firm_find(q, value_at(f, "firm"), &firm, &unit, &ignored) != OK || !firm)
            return OK;
    }
    return similar_find(q, firm, text && *text ? text : NULL, &f->similar);
}

static const char *length_of(Req *q, const char *clock)
{
    Span span;
    return profile_span(q->desk, q->who.site, NULL, 0, clock, &span) ? span_text(q, span) : "—";
}

static int form_load(Req *q, NewForm *f)
{
    f->insider = is_insider(q);
    f->staff = is_staff(q);
    f->lang = q->out.lang;
    f->e.a = q->a;
    f->ahead = ahead_from(q, q->now, false);
    f->route = length_of(q, "route");
    f->contact = length_of(q, "contact");
    TRY(load_choices(q, f));
    f->firms_n = f->insider ? q->who.enterprises_n : 0;
    if (f->firms_n)
        TRY(rec_titles(q->q, q->desk, q->a, &enterprise_record, q->who.site, f->firms_n,
                       q->who.enterprises, f->firms));
    TRY(load_similar(q, f));
    if (f->insider) recall_contact(q, f);
    return OK;
}

static int form_show(Req *q, const NewForm *f, int status)
{
    const char *name = f->staff ? "代为吹哨" : "我要吹哨";
    bool wrong = f->e.n > 0;
    const char *title = wrong ? SAY(q, "有 %1 处要改：%2", digits(q, f->e.n), word(q, name)) : name;
    q->menu = "/whistles/new";
    shell_begin(q, title);
    new_html(&q->out, q, f, form_hidden(q, -1));
    return shell_end(q, status);
}

int new_page(Req *q)
{
    NewForm f = {0};
    if (!(whistle_record.create & (1ull << q->who.role)))
        return error_say(&q->errors, E_DENIED, "您的角色不吹哨：企业、公众、调度和部门可以。",
                         "Your role does not report matters: enterprises, the public, dispatchers "
                         "and departments do.");
    TRY(form_load(q, &f));
    return form_show(q, &f, 200);
}

/* While it is typed: the similar ones alone. By POST, so that the text stands in no address. */
static int similar_show(Req *q)
{
    NewForm f = {.typed = q->body};
    TRY(form_load(q, &f));
    similar_html(&q->out, q, &f);
    return shell_end(q, 200);
}

/* ---- after it was wrong ---- */

/* An error of the record by the input of this page: the title is the text's first sentence. */
static const char *input_of(const NewForm *f, const char *field)
{
    bool firm = strcmp(field, "unit") == 0 || (f->staff && strcmp(field, "enterprise") == 0);
    if (strcmp(field, "title") == 0) return "text";
    return firm ? firm_name(f) : field;
}

/* Each input once, in the order of the page. */
static void errors_take(const Req *q, NewForm *f, const Errors *e)
{
    for (int k = 0; k < COUNT(labels); k++)
        for (int i = e->n - 1; i >= 0;
             i--) { /* an error of the text itself stands behind the title's */
            FieldError one = e->at[i];
            one.field = input_of(f, one.field);
            bool here = labels[k].code ? strcmp(one.field, labels[k].code) == 0
                                       : choice_index(labels, one.field) < 0;
            if (here && !error_at(&f->e, one.field)) f->e.at[f->e.n++] = one;
        }
    f->said = q->out.lang == EN ? e->en : e->zh;
}

static int form_again(Req *q, const Errors *e)
{
    NewForm f = {.typed = q->body};
    TRY(form_load(q, &f));
    errors_take(q, &f, e);
    return form_show(q, &f, 422);
}

/* ---- sending ---- */

static bool is_draft(const Req *q)
{
    const In *in = in_get(q->body, "draft");
    if (!in || in->kind == IN_NULL) return false;
    return in->kind == IN_BOOL ? in->i != 0
                               : in->kind == IN_TEXT && in->n > 0 && strcmp(in->s, "0") != 0;
}

/* The body as the record reads it: title from the text, the firm looked up, nothing of an anonymous
   submitter. What was wrong with the firm is told in e. */
static int body_for(Req *q, const In **out, Errors *e)
{
    const In *b = q->body;
    const char *text = in_text(b, "text");
    if (!in_text(b, "title")) b = body_with(q->a, b, "title", title_from(q->a, text));
    if (strcmp(typed_text(b, "visibility"), "anonymous") == 0) {
        static const char *const gone[] = {"visibility", "contact_name", "contact_phone", "unit"};
        for (int i = 0; i < COUNT(gone); i++) b = body_with(q->a, b, gone[i], NULL);
        b = body_with(q->a, b, "anonymous", "1");
    }
    if (is_staff(q)) {
        int64_t firm = 0;
        const char *unit = NULL;
        TRY(firm_find(q, typed_text(b, "firm"), &firm, &unit, e));
        if (firm) b = body_with(q->a, b, "enterprise", digits(q, firm));
        if (unit) b = body_with(q->a, b, "unit", unit);
    } else {
        b = body_with(q->a, b, "channel", NULL);
    }
    *out = b;
    return OK;
}

/* What a flag's reading lets through, and what this page asks beyond the record. */
static void check_page(const In *b, Errors *e)
{
    static const Choice flags[] = {
        {"0", "", ""}, {"1", "", ""}, {"true", "", ""}, {"false", "", ""}, {0}};
    const In *urgent = in_get(b, "urgent");
    const char *text = in_text(b, "text");
    if (urgent && (urgent->kind != IN_TEXT || strlen(urgent->s) != urgent->n ||
                   choice_index(flags, urgent->s) < 0))
        error_add(e, "urgent", "请选一般或紧急", "choose normal or urgent");
    check_phone(b, e);
    int64_t n = text && !error_at(e, "text") ? utf8_length(text, strlen(text)) : TEXT_MIN;
    if (n >= 0 && n < TEXT_MIN)
        error_add(e, "text",
                  arena_f(e->a, "写清什么事、从哪天起、影响多大。至少 10 个字，现在 %d 个", (int)n),
                  arena_f(e->a,
                          "say what happened, since when and what it costs you: at least 10 "
                          "characters, now %d",
                          (int)n));
}

int new_parse(Req *q, Act **out)
{
    const In *typed = q->body, *body = NULL;
    Errors firm = {.a = q->a};
    if (q->fragment && strcmp(q->fragment, "similar") == 0) return similar_show(q);
    TRY(body_for(q, &body, &firm));
    q->body = body;
    int rc = req_act(q, &whistle_record, 0, "create", "draft firm", out);
    q->body = typed;
    TRY(rc);
    Act *act = *out;
    act->submit = !is_draft(q);
    if (act->submit && q->form) check_page(body, &act->errors);
    for (int i = 0; i < firm.n; i++) error_add(&act->errors, "firm", firm.at[i].zh, firm.at[i].en);
    return OK;
}

int submit_parse(Req *q, Act **act)
{
    return req_act(q, &whistle_record, q->id, "submit", NULL, act);
}

/* A draft that cannot go out as it is. */
static int draft_again(Req *q, const Act *act)
{
    shell_begin(q, "草稿还不能发出");
    outside_errors(q, &act->errors);
    draft_html(&q->out, act->id);
    return shell_end(q, 422);
}

int new_answer(Req *q, Act *act)
{
    if (act->rc == E_INPUT && act->id) return draft_again(q, act);
    if (act->rc == E_INPUT) return form_again(q, &act->errors);
    const Whistle *w = act->out_row;
    if (!w) return see_other(q, "/whistles");
    if (w->h.state == DRAFT)
        return see_other(q, arena_f(q->a, "/whistles/%lld", (long long)w->h.id));
    const char *code = act->extra_n ? act->extra[0].value : "";
    Access sent = {w->h.id, w->h.number, code};
    Out path = {.a = q->a};
    out_raw(&path, "/whistles/sent?t=");
    put_url_s(&path, access_token(q, act->replayed ? "sent twice" : "sent", &sent));
    return see_other(q, path.s);
}
