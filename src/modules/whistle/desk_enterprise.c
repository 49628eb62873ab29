/* desk_enterprise: the first page of an enterprise: answers that wait for its rating, questions that wait
   for its answer, and all that is not done yet. */
#include "desk/account.h"
#include "modules/city/city.h"
#include "modules/whistle/outside_own.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, SMALL = 3 };
#define IN_WORK "submitted,dispatched,objected,handling" /* what is not answered yet */

/* One whistle as this page tells it. */
typedef struct Item {
    const Whistle *w;
    Case c;
    Html light;
    const char *who, *waits, *when, *tag, *urged,
        *clock;          /* clock: that the light is of another time than `when` */
    const Deadline *ask; /* its question is open */
    bool urge;
    int level;   /* of an open escalation */
    int64_t due; /* of the clock that counts now; 0: none */
} Item;

#include "modules/whistle/desk_enterprise.html.h"

static const char *hello(const Req *q)
{
    int hour = (int)(((q->now / 3600000) + 8) % 24);
    return word(q, hour < 6 ? "夜里好" : hour < 12 ? "上午好" : hour < 18 ? "下午好" : "晚上好");
}

static const char *firms_of(Req *q)
{
    const char *names[VIEWER_ENTERPRISES_MAX] = {0};
    Out o = {.a = q->a};
    if (q->who.enterprises_n == 0 ||
        rec_titles(q->q, q->desk, q->a, &enterprise_record, q->who.site, q->who.enterprises_n,
                   q->who.enterprises, names) != OK)
        return "";
    for (int i = 0; i < q->who.enterprises_n; i++)
        out_f(&o, "%s%s", i ? "、" : "", names[i] ? names[i] : "—");
    return str_of(&o);
}

/* ---- one item ---- */

static const char *who_of(Req *q, const Whistle *w)
{
    const char *person = NULL, *dot;
    if (!w->lead.has) return word(q, "调度中心，还没有定主办部门");
    const char *lead = dept_name(q, w->lead.v);
    if (!w->handler.has ||
        rec_titles(q->q, q->desk, q->a, &account_record, q->who.site, 1, &w->handler.v, &person) !=
            OK ||
        !person)
        return lead;
    dot = strstr(person, "·");
    return SAY(q, "%1，%2", lead, dot ? dot + strlen("·") : person);
}

static const char *waits_for(Req *q, const Deadline *d)
{
    static const Choice words[] = {{"route", "派单", ""},
                                   {"contact", "联系您", ""},
                                   {"evaluate", "请您评价", ""},
                                   {"callback", "回访", ""},
                                   {"level", "定办法", ""},
                                   {"objection_decide", "定主办部门", ""},
                                   {"resolve", "给您答复", ""},
                                   {"rework", "再答复您", ""},
                                   {0}};
    int i = d ? choice_index(words, d->clock) : -1;
    return word(q, i >= 0 ? words[i].zh : "给您答复");
}

static int level_of(const Case *c)
{
    for (int i = 0; i < c->marks_n; i++)
        if (strcmp(c->marks[i].kind, "escalation") == 0 && !c->marks[i].closed_at)
            return c->marks[i].level;
    return 0;
}

static const char *tag_of(const Req *q, int level)
{
    static const char *const names[] = {"一级提级", "二级提级", "三级提级"};
    return level >= 1 && level <= COUNT(names) ? word(q, names[level - 1]) : NULL;
}

static const char *urged_of(Req *q, const Case *c)
{
    const Mark *last = NULL;
    for (int i = 0; i < c->marks_n; i++)
        if (strcmp(c->marks[i].kind, "urge") == 0 &&
            (!last || c->marks[i].opened_at > last->opened_at))
            last = &c->marks[i];
    if (!last) return word(q, "每 2 个工作日可催一次");
    return SAY(q, last->closed_at ? "上次 %1" : "上次 %1，部门还没有回应",
               date_text(q, last->opened_at));
}

static void item_when(Req *q, Item *x, const Deadline *d)
{
    x->waits = waits_for(q, d);
    if (!d) return;
    x->due = d->due_at;
    x->when = SAY(q, "%1 前", when_text(q, d->due_at));
    x->light = light_of(q, d);
    x->urge = case_may(&x->c, "urge") && q->now > d->due_at;
    if (x->w->h.state != SUBMITTED || !x->w->contact_latest.has) return;
    x->who = SAY(q, "调度中心，%1 前定主办部门", when_text(q, d->due_at));
    x->waits = word(q, "联系您");
    x->when = SAY(q, "最晚 %1 前", when_text(q, x->w->contact_latest.v));
    x->clock = word(q, clock_zh(d->clock));
}

static int item_load(Req *q, const Whistle *w, Item *x)
{
    *x = (Item){.light = {""}, .when = ""};
    TRY(case_load(q->q, q->desk, q->a, &q->who, &whistle_record, w->h.id, CASE_ACTIONS, q->now,
                  &x->c));
    x->w = x->c.row;
    x->ask = case_may(&x->c, "supply") ? case_clock(&x->c, "ask", NULL) : NULL;
    x->who = who_of(q, x->w);
    x->level = level_of(&x->c);
    x->tag = tag_of(q, x->level);
    x->urged = urged_of(q, &x->c);
    item_when(q, x, standing_clock(&x->c));
    return OK;
}

/* ---- what waits for the enterprise ---- */

static void put_rates(Req *q, Item *x, int n, int64_t all)
{
    if (n) owed_begin_html(&q->out, "rate", word(q, "请您评价"), all);
    for (int i = 0; i < n; i++) {
        const Whistle *w = x[i].w;
        x[i].who =
            SAY(q, "%1 %2 答复：%3", w->lead.has ? dept_name(q, w->lead.v) : word(q, "调度中心"),
                when_text(q, w->replied_at.v), w->reply ? w->reply : "—");
        owed_html(&q->out, &x[i], i == 0,
                  arena_f(q->a, "/whistles/%lld/evaluate", (long long)w->h.id),
                  word(q, "看答复，评价"), word(q, "您说未解决，就退回重办"));
    }
    if (n) section_end_html(&q->out);
}

static void put_asks(Req *q, const Item *x, int n)
{
    int asks = 0;
    for (int i = 0; i < n; i++) asks += x[i].ask != NULL;
    if (asks) owed_begin_html(&q->out, "asked", word(q, "请您补充"), asks);
    for (int i = 0, k = 0; i < n; i++) {
        if (!x[i].ask) continue;
        Item one = x[i];
        one.light = light_of(q, one.ask);
        one.when = SAY(q, "%1 前", when_text(q, one.ask->due_at));
        owed_html(&q->out, &one, k++ == 0,
                  arena_f(q->a, "/whistles/%lld/supply", (long long)one.w->h.id),
                  word(q, "看问题，补充"), word(q, "没有补充，就按已知的情况办"));
    }
    if (asks) section_end_html(&q->out);
}

/* ---- lists ---- */

static int find(Req *q, const char *states, const char *sort, int limit, Whistle *out, int *n_out)
{
    const char *next;
    Find f = {.n = 1, .filters = {{"state", "in", states}}, .sort = sort, .limit = limit};
    if (!strchr(states, ',')) f.filters[0].op = "=";
    return rec_find(q->q, q->desk, q->a, &q->who, &whistle_record, &f, &q->errors, out, n_out,
                    &next);
}

static int count(Req *q, const char *states, int64_t *out)
{
    Find f = {.n = states ? 1 : 0, .filters = {{"state", "in", states}}};
    return rec_count(q->q, q->desk, q->a, &q->who, &whistle_record, &f, &q->errors, out);
}

static int put_drafts(Req *q)
{
    Whistle w[SMALL];
    int n = 0;
    TRY(find(q, "draft", "-id", SMALL, w, &n));
    if (n == 0) return OK;
    small_begin_html(&q->out, "h-draft", word(q, "草稿"), -1, "/whistles?state=draft");
    for (int i = 0; i < n; i++)
        small_html(&q->out, &w[i], SAY(q, "%1 存，还没有发出", when_text(q, w[i].h.updated_at)));
    small_end_html(&q->out);
    return OK;
}

static int put_done(Req *q)
{
    Whistle w[SMALL];
    int n = 0;
    TRY(find(q, "closed,not_accepted,withdrawn", "-updated_at", SMALL, w, &n));
    if (n == 0) return OK;
    small_begin_html(&q->out, "h-done", word(q, "最近办完"), -1, NULL);
    for (int i = 0; i < n; i++) {
        const char *said =
            w[i].h.state != CLOSED ? state_word(q, &w[i])
            : !w[i].solved.has
                ? word(q, "没有评价")
                : SAY(q, "您评价：%1，%2", word(q, w[i].solved.v == YES ? "已解决" : "未解决"),
                      choice_word(q, satisfactions, w[i].satisfied));
        small_html(&q->out, &w[i],
                   SAY(q, "%1，%2",
                       date_text(q, w[i].closed_at.has ? w[i].closed_at.v : w[i].h.updated_at),
                       said));
    }
    small_end_html(&q->out);
    return OK;
}

static void put_open(Req *q, const Item *x, int n, int64_t open, int64_t all)
{
    open_begin_html(&q->out, open, all);
    for (int i = 0; i < n; i++)
        open_html(&q->out, &x[i], x[i].urge ? form_hidden(q, x[i].w->h.rev) : (Html){""});
    open_end_html(&q->out, n > 0);
}

/* Escalated ones first, then what is due first. */
static int by_need(const void *one, const void *other)
{
    const Item *a = one, *b = other;
    int64_t x = a->due ? a->due : INT64_MAX, y = b->due ? b->due : INT64_MAX;
    if (a->level != b->level) return b->level - a->level;
    return x < y ? -1 : x > y;
}

/* The rows of these states as items; how many there are. */
static int items(Req *q, const char *states, Item *x, int *n_out, int64_t *all_out)
{
    Whistle *w = arena_array(q->a, SHOWN, sizeof *w);
    TRY(find(q, states, "-id", SHOWN, w, n_out));
    TRY(count(q, states, all_out));
    for (int i = 0; i < *n_out; i++) TRY(item_load(q, &w[i], &x[i]));
    qsort(x, (size_t)*n_out, sizeof *x, by_need);
    return OK;
}

int desk_enterprise_page(Req *q)
{
    Item *rate = arena_array(q->a, SHOWN, sizeof *rate),
         *work = arena_array(q->a, SHOWN, sizeof *work);
    int rate_n = 0, work_n = 0;
    int64_t rates = 0, open = 0, all = 0;
    TRY(items(q, "replied", rate, &rate_n, &rates));
    TRY(items(q, IN_WORK, work, &work_n, &open));
    TRY(count(q, NULL, &all));
    shell_begin(q, "工作台");
    head_html(&q->out, hello(q), firms_of(q),
              SAY(q, "%1 · 上班时间 %2", day_zh(q, q->now), hours_text(q)));
    columns_html(&q->out);
    if (q->who.enterprises_n == 0) no_firm_html(&q->out);
    put_rates(q, rate, rate_n, rates);
    put_asks(q, work, work_n);
    put_open(q, work, work_n, open, all);
    aside_html(&q->out);
    TRY(put_drafts(q));
    TRY(put_done(q));
    help_html(&q->out);
    end_html(&q->out);
    return shell_end(q, 200);
}
