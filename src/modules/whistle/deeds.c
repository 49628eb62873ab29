/* deeds: what the one who holds number and query code may do now, each as a form. */
#include "modules/whistle/outside_own.h"

#include <string.h>

typedef struct Writing {
    const char *action, *name, *id, *label, *opens, *button, *about, *typed, *wrong;
    int64_t max;
    bool optional, open;
} Writing;

#include "modules/whistle/deeds.html.h"

bool case_may(const Case *c, const char *action)
{
    for (int i = 0; i < c->actions_n; i++)
        if (strcmp(c->actions[i]->name, action) == 0) return true;
    return false;
}

Html deed_hidden(const Deeds *d)
{
    Out page = page_part(d->q);
    const Head *h = d->c->row;
    hidden_html(&d->q->out, form_hidden(d->q, h->rev), d->from->number, d->from->code);
    return page_part_end(d->q, page);
}

static const char *wrong_at(const Deeds *d, const char *name)
{
    const FieldError *e = error_at(&d->q->errors, name);
    return !e ? NULL : d->q->out.lang == EN ? e->en : e->zh;
}

/* The text that this deed asks for; what was typed stands there again after an error. */
static Writing deed(const Deeds *d, const char *action, const char *name, const char *label,
                    int64_t max)
{
    bool failed = d->failed && strcmp(d->failed, action) == 0;
    return (Writing){.action = action,
                     .name = name,
                     .id = failed ? name : arena_f(d->q->a, "%s-%s", action, name),
                     .label = word(d->q, label),
                     .typed = failed ? typed_text(d->typed, name) : "",
                     .wrong = failed ? wrong_at(d, name) : NULL,
                     .open = failed,
                     .max = max};
}

/* ---- what waits for the enterprise ---- */

static const Mark *open_ask(const Case *c)
{
    for (int i = 0; i < c->marks_n; i++)
        if (strcmp(c->marks[i].kind, "ask") == 0 && !c->marks[i].closed_at) return &c->marks[i];
    return NULL;
}

static void supply_first(const Deeds *d, const Mark *ask)
{
    Req *q = d->q;
    const Deadline *by = case_clock(d->c, "ask", NULL);
    todo_begin_html(&q->out, word(q, "请您补充"));
    ask_html(&q->out, lines_html(q, ask->text));
    if (by)
        about_html(&q->out, SAY(q, "%1 前补充。没有补充，就按已知的情况办；您的时间不重算。",
                                when_text(q, by->due_at)));
    Writing x = deed(d, "supply", "text", "补充什么", 4000);
    x.button = word(q, "交给经办人");
    main_write_html(&q->out, &x, deed_hidden(d));
    todo_end_html(&q->out);
}

static void contest_first(const Deeds *d)
{
    Req *q = d->q;
    const Whistle *w = d->c->row;
    todo_begin_html(&q->out, word(q, "不同意，可以申辩一次"));
    about_html(&q->out,
               SAY(q, "%1 前有效。申辩后由调度中心重新看；再不受理，要督办员提出、领导决定。",
                   when_text(q, w->contest_until.v)));
    Writing x = deed(d, "contest", "text", "为什么应当受理", 2000);
    x.button = word(q, "提交申辩");
    main_write_html(&q->out, &x, deed_hidden(d));
    todo_end_html(&q->out);
}

static void evaluate_first(const Deeds *d)
{
    Req *q = d->q;
    bool failed = d->failed && strcmp(d->failed, "evaluate") == 0;
    todo_begin_html(&q->out, word(q, "请您评价这次答复"));
    evaluate_block(q, d->c, "/q/evaluate", deed_hidden(d), failed ? d->typed : NULL);
    todo_end_html(&q->out);
}

void deeds_first(const Deeds *d)
{
    const Whistle *w = d->c->row;
    const Mark *ask = case_may(d->c, "supply") ? open_ask(d->c) : NULL;
    if (ask) supply_first(d, ask);
    if (case_may(d->c, "contest")) contest_first(d);
    if (case_may(d->c, "evaluate") && w->h.state == REPLIED) evaluate_first(d);
}

/* ---- what else ---- */

static const char *urged_before(const Deeds *d)
{
    Req *q = d->q;
    int64_t last = 0;
    for (int i = 0; i < d->c->marks_n; i++)
        if (strcmp(d->c->marks[i].kind, "urge") == 0 && d->c->marks[i].opened_at > last)
            last = d->c->marks[i].opened_at;
    const char *rule =
        word(q, "每 2 个工作日可催一次。经办人 1 个工作日内要回应，不回应转给负责人。");
    return last ? arena_f(q->a, "%s%s%s", rule, q->out.lang == EN ? " " : "",
                          SAY(q, "上次催办：%1。", date_text(q, last)))
                : rule;
}

static void write_deed(const Deeds *d, Writing x, const char *opens, const char *button,
                       const char *about)
{
    x.opens = word(d->q, opens);
    x.button = word(d->q, button);
    x.about = word(d->q, about);
    write_html(&d->q->out, &x, deed_hidden(d));
}

static void late_evaluate(const Deeds *d)
{
    bool failed = d->failed && strcmp(d->failed, "evaluate") == 0;
    Out page = page_part(d->q);
    evaluate_block(d->q, d->c, "/q/evaluate", deed_hidden(d), failed ? d->typed : NULL);
    Html rating = page_part_end(d->q, page);
    late_html(&d->q->out, rating, failed);
}

static void withdraw_deed(const Deeds *d)
{
    Writing x = deed(d, "withdraw", "text", "说明", 500);
    x.optional = true;
    withdraw_html(&d->q->out, &x, deed_hidden(d), x.open ? typed_text(d->typed, "reason") : "",
                  x.open ? wrong_at(d, "reason") : NULL);
}

void deeds_others(const Deeds *d)
{
    Req *q = d->q;
    const Case *c = d->c;
    const Whistle *w = c->row;
    bool late = case_may(c, "evaluate") && w->h.state != REPLIED;
    bool supply = case_may(c, "supply") && !open_ask(c),
         none = !case_may(c, "not_contacted") && !case_may(c, "reopen");
    if (none && !late && !supply && !case_may(c, "urge") && !case_may(c, "withdraw")) return;
    do_begin_html(&q->out);
    if (late) late_evaluate(d);
    if (case_may(c, "not_contacted"))
        press_html(&q->out, "not_contacted", deed_hidden(d), word(q, "没有联系我"),
                   word(q, "部门记着联系过您，其实没有：按这里，直接到督办员，按超期算。"));
    if (case_may(c, "urge"))
        press_html(&q->out, "urge", deed_hidden(d), word(q, "催办"), urged_before(d));
    if (supply)
        write_deed(d, deed(d, "supply", "text", "补充什么", 4000), "补充材料", "交给经办人",
                   "经办人马上看到，时间不重算。");
    if (case_may(c, "reopen"))
        write_deed(d, deed(d, "reopen", "reason", "为什么重新办理", 2000), "要求重新办理",
                   "重新办理", "自己可以要求一次；再要求，或过了期限，由督办员决定。");
    if (case_may(c, "withdraw")) withdraw_deed(d);
    do_end_html(&q->out);
}
