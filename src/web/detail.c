/* detail: the page of one record. A case shows the clock that counts, the next step and its timeline;
   a plain record its facts. A module may add blocks (Module.detail). */
#include "desk/find.h"
#include "web/form.h"
#include "web/parts.h"
#include "web/shell.h"
#include "web/web_own.h"

#include "web/detail.html.h"

#include <string.h>

static const char *title_of(Req *q, const Record *r, const void *row)
{
    const Field *f = rec_field(r, r->title ? r->title : "name");
    const char *s = f ? titled(q, f, row) : NULL;
    const Head *h = row;
    if (s && *s) return s;
    return h->number ? h->number : arena_f(q->a, "%lld", (long long)h->id);
}

static const char *path_to(Req *q, const Record *r, int64_t id, const char *tail)
{
    return arena_f(q->a, "/%s/%lld%s%s", r->plural, (long long)id, *tail ? "/" : "", tail);
}

static void crumb(Req *q, const Record *r, const char *here)
{
    crumb_html(&q->out, arena_f(q->a, "/%s", r->plural), shell_words(q, r->zh, r->en), here);
}

/* ---- what can be done ---- */

static bool is_two_step(const Action *x)
{
    return x->second || x->second_if;
}

static void next_step(Req *q, const Case *c)
{
    const Action *first = NULL;
    int others = 0;
    bool two = false;
    const Head *h = c->row;
    for (int i = 0; i < c->actions_n; i++) {
        const Action *x = c->actions[i];
        if (x->quiet) continue;
        if (x->primary && !first)
            first = x;
        else
            others++, two |= is_two_step(x);
    }
    if (!first && others == 0) return;
    step_begin_html(&q->out, first ? shell_words(q, first->zh, first->en) : NULL,
                    first ? path_to(q, c->rec, h->id, first->name) : "/");
    for (int i = 0; i < c->actions_n; i++) {
        const Action *x = c->actions[i];
        if (!x->quiet && x != first)
            step_one_html(&q->out, path_to(q, c->rec, h->id, x->name), shell_words(q, x->zh, x->en),
                          is_two_step(x));
    }
    step_end_html(&q->out, two);
}

static void people(Req *q, const Case *c)
{
    static const Choice words[] = {{"lead", "主办", "Lead"},
                                   {"support", "协办", "Supporting"},
                                   {"former", "原主办", "Former"},
                                   {"first", "首接", "First receiver"},
                                   {"enterprise", "企业", "Enterprise"},
                                   {"author", "填写人", "Author"},
                                   {"handler", "经办", "Handler"},
                                   {"deputy", "代办", "Deputy"},
                                   {0}};
    if (c->work_n == 0) return;
    people_begin_html(&q->out);
    for (int i = 0; i < c->work_n; i++) {
        int k = choice_index(words, c->work[i].role);
        people_one_html(&q->out, k < 0 ? c->work[i].role : shell_words(q, words[k].zh, words[k].en),
                        part_owner(q, c->work[i].party, NULL));
    }
    people_end_html(&q->out);
}

static void facts(Req *q, const Case *c)
{
    facts_section_html(&q->out);
    part_facts(q, c->rec, c->row);
    section_close_html(&q->out);
}

static void module_blocks(Req *q, const Case *c)
{
    const Module *m = router_module_of(&turn_of(q)->srv->router, c->rec);
    if (m && m->detail) m->detail(q, c->rec, c);
}

static void case_body(Req *q, const Case *c)
{
    const Head *h = c->row;
    detail_meta_html(&q->out, part_state(q, c->rec, c->row), h->number);
    columns_begin_html(&q->out);
    if (c->clocks_n > 0 && !c->clocks[0].ended) part_clock(q, c->rec, &c->clocks[0]);
    part_requests(q, c);
    facts(q, c);
    module_blocks(q, c);
    part_clocks(q, c);
    part_timeline(q, c);
    columns_aside_html(&q->out);
    next_step(q, c);
    people(q, c);
    columns_end_html(&q->out);
}

static bool may_write(const Req *q, const Case *c)
{
    const Record *r = c->rec;
    const Head *h = c->row;
    if (!r->flow) return (r->write & (1ull << q->who.role)) != 0;
    return r->flow->draft >= 0 && h->state == r->flow->draft && (c->relations & W_AUTHOR);
}

static void print_foot(Req *q, const char *what)
{
    char at[17];
    time_minute((Time){q->now, true}, at);
    print_foot_html(&q->out, what, q->who.name ? q->who.name : "", at);
}

static int show(Req *q, bool history)
{
    Case c;
    const Record *r = turn_of(q)->entry->rec;
    TRY(case_load(q->q, q->desk, q->a, &q->who, r, q->id, CASE_EVENTS | CASE_ACTIONS, q->now, &c));
    const char *title = title_of(q, r, c.row);
    bool may = may_write(q, &c) && !history;
    q->menu = arena_f(q->a, "/%s", r->plural);
    shell_begin_as(q, title);
    crumb(q, r, ((const Head *)c.row)->number ? ((const Head *)c.row)->number : title);
    detail_head_html(&q->out, title, may ? path_to(q, r, q->id, "edit") : NULL,
                     may && !r->flow ? path_to(q, r, q->id, "remove") : NULL);
    if (history) {
        part_timeline(q, &c);
    } else if (r->flow) {
        case_body(q, &c);
    } else {
        facts(q, &c);
        module_blocks(q, &c);
        part_timeline(q, &c);
    }
    print_foot(q, title);
    return shell_end(q, 200);
}

int generic_detail(Req *q)
{
    return show(q, false);
}

int generic_history(Req *q)
{
    return show(q, true);
}

/* ---- by number: what people copy from paper ---- */

/* Is the last digit the check digit of those before it (ISO 7064 MOD 11,10)? -1: it is no number. */
static int check_digit_fits(const char *s)
{
    int digits[40], n = 0, p = 10;
    for (; *s; s++) {
        if (*s >= '0' && *s <= '9' && n < COUNT(digits))
            digits[n++] = *s - '0';
        else if (*s != '-' && !(*s >= 'A' && *s <= 'Z'))
            return -1;
    }
    if (n < 6) return -1;
    for (int i = 0; i < n - 1; i++) {
        int sum = (p + digits[i]) % 10;
        p = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - p) % 10 == digits[n - 1];
}

int generic_number(Req *q)
{
    const Record *r = turn_of(q)->entry->rec;
    const char *number = q->parts[0];
    int fits = number && strlen(number) <= 40 ? check_digit_fits(number) : -1;
    if (fits < 0) return E_MISSING;
    if (fits == 0)
        return error_say(
            &q->errors, E_MISSING,
            "没有这个编号：末位是校验位，与前面的数字对不上，像是抄错了一位。",
            "There is no such number: its last digit, the check digit, does not fit the others; "
            "one seems miscopied.");
    Find f = {.n = 1, .filters = {{"number", "=", number}}, .limit = 1};
    void *row = arena_array(q->a, 2, r->size);
    const char *next;
    int n = 0;
    TRY(rec_find(q->q, q->desk, q->a, &q->who, r, &f, &q->errors, row, &n, &next));
    return n == 1 ? see_other(q, path_to(q, r, ((const Head *)row)->id, "")) : E_MISSING;
}

/* ---- forms: new, edit, action ---- */

static const char *what_happens(Req *q, const Action *x)
{
    if (is_two_step(x)) return tr(q->out.lang, "提出以后由另一人决定；决定前，状态和时限都不变。");
    return NULL;
}

static const char *effect(Req *q, const Record *r, const Action *x, const void *row)
{
    bool en = q->out.lang == EN;
    const char *word = shell_words(q, x->zh, x->en);
    if (strcmp(x->name, "remove") == 0)
        return tr(q->out.lang, "删除以后，列表里不再有这一条；经过仍留在日志里。");
    if (!r->flow || x->to < 0 || x->to >= r->flow->states_n)
        return arena_f(q->a,
                       en ? "\"%s\" is entered in the timeline; the state stays as it is."
                          : "“%s”记入办理经过，状态不变。",
                       word);
    const State *to = &r->flow->states[x->to];
    return arena_f(q->a,
                   en ? "\"%s\": the state changes from \"%s\" to \"%s\"."
                      : "“%s”以后，状态从“%s”变为“%s”。",
                   word, part_state(q, r, row), shell_words(q, to->zh, to->en));
}

static int form_new(Req *q, const Errors *e, int status)
{
    const Record *r = turn_of(q)->entry->rec;
    bool en = q->out.lang == EN, draft = r->flow && r->flow->draft >= 0;
    const char *name = shell_words(q, r->zh, r->en);
    const char *title = arena_f(q->a, en ? "New: %s" : "新建%s", name);
    q->menu = arena_f(q->a, "/%s", r->plural);
    shell_begin_as(q, title);
    crumb(q, r, tr(q->out.lang, "新建"));
    form_errors(q, e, r->f, r->n);
    form_begin_html(&q->out, title, shell_words(q, r->help_zh, r->help_en),
                    arena_f(q->a, "/%s/new", r->plural), form_hidden(q, -1));
    form_fields(q, r->f, r->n, NULL, q->body, e);
    form_end_html(&q->out, tr(q->out.lang, draft ? "提交" : "保存"),
                  arena_f(q->a, "/%s", r->plural), draft);
    return shell_end(q, status);
}

static int form_edit(Req *q, const Errors *e, int status)
{
    const Record *r = turn_of(q)->entry->rec;
    void *row = arena_get(q->a, r->size);
    TRY(rec_see(q->q, q->desk, q->a, &q->who, r, q->id, row, NULL));
    const char *title =
        arena_f(q->a, q->out.lang == EN ? "Change: %s" : "修改：%s", title_of(q, r, row));
    int64_t rev = e && q->if_rev >= 0 ? q->if_rev : ((const Head *)row)->rev;
    q->menu = arena_f(q->a, "/%s", r->plural);
    shell_begin_as(q, title);
    crumb(q, r, title_of(q, r, row));
    form_errors(q, e, r->f, r->n);
    form_begin_html(&q->out, title, NULL, path_to(q, r, q->id, "edit"), form_hidden(q, rev));
    form_fields(q, r->f, r->n, row, q->body, e);
    form_end_html(&q->out, tr(q->out.lang, "保存"), path_to(q, r, q->id, ""), false);
    return shell_end(q, status);
}

static int form_action(Req *q, const Errors *e, int status)
{
    const Entry *entry = turn_of(q)->entry;
    const Record *r = entry->rec;
    const Action *x = entry->action;
    void *row = arena_get(q->a, r->size);
    TRY(rec_see(q->q, q->desk, q->a, &q->who, r, q->id, row, NULL));
    const char *word = shell_words(q, x->zh, x->en), *two = what_happens(q, x);
    q->menu = arena_f(q->a, "/%s", r->plural);
    shell_begin_as(q, word);
    crumb(q, r, ((const Head *)row)->number ? ((const Head *)row)->number : title_of(q, r, row));
    form_errors(q, e, x->input, x->input_n);
    form_begin_html(&q->out, word, title_of(q, r, row), path_to(q, r, q->id, x->name),
                    form_hidden(q, -1));
    form_note_html(&q->out, effect(q, r, x, row));
    if (two) form_note_html(&q->out, two);
    form_fields(q, x->input, x->input_n, NULL, q->body, e);
    form_end_html(&q->out, word, path_to(q, r, q->id, ""), false);
    return shell_end(q, status);
}

int generic_new(Req *q)
{
    const Record *r = turn_of(q)->entry->rec;
    uint64_t who = r->create ? r->create : r->write;
    return who & (1ull << q->who.role) ? form_new(q, NULL, 200) : E_DENIED;
}

int generic_edit(Req *q)
{
    Case c;
    const Record *r = turn_of(q)->entry->rec;
    TRY(case_load(q->q, q->desk, q->a, &q->who, r, q->id, 0, q->now, &c));
    return may_write(q, &c) ? form_edit(q, NULL, 200) : E_DENIED;
}

/* Is the action open now? If not, the page says what the case is and leads there. */
static int action_open(Req *q, const Entry *e)
{
    Case c;
    TRY(case_load(q->q, q->desk, q->a, &q->who, e->rec, q->id, CASE_ACTIONS, q->now, &c));
    if (!e->rec->flow) return may_write(q, &c) ? OK : E_DENIED;
    for (int i = 0; i < c.actions_n; i++)
        if (c.actions[i] == e->action) return OK;
    if (!(c.relations & e->action->by)) return E_DENIED;
    return error_say(
        &q->errors, E_CLASH,
        arena_f(q->a, "事项现在是“%s”，不能“%s”。", part_state(q, e->rec, c.row), e->action->zh),
        arena_f(q->a, "The case is \"%s\" now: \"%s\" cannot be done.",
                part_state(q, e->rec, c.row), e->action->en));
}

int generic_action(Req *q)
{
    TRY(action_open(q, turn_of(q)->entry));
    return form_action(q, NULL, 200);
}

/* What an act gives once (a query code, a telephone number) stands in this answer and nowhere else. */
static int shown_once(Req *q, const Act *act, const char *back)
{
    static const struct {
        const char *name, *zh;
    } words[] = {{"query_code", "查询码"}, {"phone", "联系电话"}, {"password", "初始密码"}};
    shell_begin(q, tr(q->out.lang, "只显示这一次"));
    once_begin_html(&q->out);
    for (int i = 0; i < act->extra_n; i++) {
        const char *zh = act->extra[i].name;
        for (int k = 0; k < COUNT(words); k++)
            if (strcmp(words[k].name, zh) == 0) zh = words[k].zh;
        once_one_html(&q->out, tr(q->out.lang, zh), act->extra[i].value);
    }
    once_end_html(&q->out, back);
    q->no_store = true;
    return shell_end(q, 200);
}

/* The page that holds the form: a module's own, or the generic one. */
static int form_once_more(Req *q, const Act *act)
{
    const char *method = q->method, *allow;
    q->method = "GET";
    const Entry *page = router_find(&turn_of(q)->srv->router, q, &allow);
    q->method = method;
    if (!page || page->r.run == generic_action) return form_action(q, &act->errors, 422);
    q->again = &act->errors;
    return page->r.run(q);
}

/* After a form was sent: to the record, or the form again with what was wrong. */
int generic_answer(Req *q, Act *act)
{
    const Record *r = act->rec;
    bool create = strcmp(act->action, "create") == 0;
    if (act->rc == E_INPUT && create) return form_new(q, &act->errors, 422);
    if (act->rc == E_INPUT && strcmp(act->action, "edit") == 0)
        return form_edit(q, &act->errors, 422);
    if (act->rc == E_INPUT) return form_once_more(q, act);
    if (act->rc < 0) return act->rc;
    int64_t id = act->out_id ? act->out_id : act->id;
    void *row = arena_get(q->a, r->size);
    int rc = rec_see(q->q, q->desk, q->a, &q->who, r, id, row, NULL);
    const char *back = rc == OK ? path_to(q, r, id, "") : arena_f(q->a, "/%s", r->plural);
    return act->extra_n ? shown_once(q, act, back) : see_other(q, back);
}
