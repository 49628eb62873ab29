/* desk_roles: the desks that look over the whole city: dispatcher, supervisor, leader, call-back,
   auditor; and the administrators', who see no cases. */
#include "modules/whistle/desk_own.h"

#include "modules/city/city.h"

#include <string.h>

#include "modules/whistle/desk_staff.html.h"

enum { TODAY_SHOWN = 25, LATE_SHOWN = 15 };

/* ---- dispatcher ---- */

static const char *day_code(const Req *q, int64_t back)
{
    char *text = arena_get(q->a, 11);
    day_text((Day){q->today.v - back, true}, text);
    return text;
}

static int received(Desktop *t)
{
    Req *q = t->q;
    const char *today = day_code(q, 0), *before = day_code(q, 1), *week = day_code(q, 6);
    const DeskCount c[] = {
        desk_count(t, arena_f(q->a, "from=%s&to=%s", today, today), "今天", ""),
        desk_count(t, arena_f(q->a, "from=%s&to=%s", before, before), "昨天", ""),
        desk_count(t, arena_f(q->a, "from=%s&to=%s", week, today), "近 7 天", ""),
        desk_count(t, arena_f(q->a, "from=%s&to=%s&anonymous=1", week, today), "其中匿名", ""),
        desk_count(t, "mark=ask", "等企业补充", "")};
    return desk_numbers(t, "h-in", "收到的事项", c, COUNT(c));
}

/* What of today is one group of the list "今天要做": what a click on its number opens. */
typedef struct Todo {
    const char *query, *zh, *action, *path;
} Todo;

static bool is_later(const Whistle *a, const Whistle *b)
{
    return a->h.next_due > b->h.next_due;
}

static int gather(Desktop *t, const Todo *todo, int n, Whistle *all, const Todo **of)
{
    int k = 0;
    for (int g = 0; g < n; g++) {
        Whistle *some;
        int m;
        TRY(lens_rows_of(t->q, t->names, todo[g].query, "next_due", TODAY_SHOWN, &some, &m));
        for (int i = 0; i < m; i++) {
            int at = k++;
            for (; at > 0 && is_later(&all[at - 1], &some[i]); at--) {
                all[at] = all[at - 1];
                of[at] = of[at - 1];
            }
            all[at] = some[i];
            of[at] = &todo[g];
        }
    }
    return k;
}

static Html todo_links(Desktop *t, const Todo *todo, int n, int64_t *sum_out)
{
    Req *q = t->q;
    Out page = page_part(q);
    *sum_out = 0;
    for (int i = 0; i < n; i++) {
        int64_t of = lens_count_of(q, t->names, todo[i].query);
        if (of == 0) continue;
        link_html(&q->out, *sum_out ? word(q, "、") : "",
                  arena_f(q->a, "/whistles?%s", todo[i].query), word(q, todo[i].zh), of);
        *sum_out += of;
    }
    return page_part_end(q, page);
}

static int dispatcher_today(Desktop *t)
{
    static const Todo todo[] = {{"state=submitted", "待派", "派单", "/dispatch"},
                                {"clock=sign&light=warn", "催签", "催签", "/urge"},
                                {"clock=contact&light=warn", "催联系", "催联系", "/urge"}};
    Req *q = t->q;
    Whistle *w = arena_array(q->a, TODAY_SHOWN * COUNT(todo), sizeof *w);
    const Todo **of = arena_array(q->a, TODAY_SHOWN * COUNT(todo), sizeof *of);
    int64_t sum;
    Html links = todo_links(t, todo, COUNT(todo), &sum);
    int n = gather(t, todo, COUNT(todo), w, of);
    TRY(n);
    if (n > TODAY_SHOWN) n = TODAY_SHOWN;
    DeskRow *rows = arena_array(q->a, (size_t)n + 1, sizeof *rows);
    TRY(desk_rows(t, w, n, rows));
    for (int i = 0; i < n; i++) {
        rows[i].action = word(q, of[i]->action);
        rows[i].path = arena_f(q->a, "/whistles/%lld%s", (long long)w[i].h.id, of[i]->path);
        if (w[i].h.state != SUBMITTED) {
            rows[i].third_sub = word(q, w[i].h.state == DISPATCHED ? "未签收" : "已签收");
            continue;
        }
        const Named *c = names_class_of(t->names, w[i].class.s);
        bool known = c && c->duty;
        if (known) rows[i].third = names_dept(t->names, c->duty);
        rows[i].third_sub = word(q, known ? "建议，按类别" : c ? "这一类没有责任部门" : "类别未填");
    }
    DeskTable x = {.id = "h-today",
                   .heading = word(q, "今天要做"),
                   .means = n ? word(q, "按剩余工作时间排：") : NULL,
                   .links = links,
                   .caption = word(q, "今天要做的，剩余时间少的在前"),
                   .first = word(q, "时限"),
                   .third = word(q, "主办部门"),
                   .n = sum,
                   .empty = word(q, "没有待派的事项，也没有要催的。")};
    desk_table(t, &x, rows, n);
    return OK;
}

int desk_dispatcher(Desktop *t)
{
    Req *q = t->q;
    Whistle *first;
    int n;
    TRY(lens_rows_of(q, t->names, "state=submitted", "next_due", 1, &first, &n));
    Html fill = desk_button(t, "/whistles/new", "代为吹哨", false);
    const char *urgent =
        n ? arena_f(q->a, "/whistles/%lld/dispatch", (long long)first[0].h.id) : NULL;
    Html go = urgent ? desk_button(t, urgent, "派最急的一件", true) : (Html){""};
    desk_begin(t, (Html){arena_f(q->a, "%s%s", fill.s, go.s)});
    const DeskCount c[] = {desk_count(t, "state=submitted", "待派", "还没有主办部门"),
                           desk_count(t, "due=today", "今天到期", "全市，最近的时限在今天"),
                           desk_count(t, "state=objected", "有异议", "部门退单，等督办决定"),
                           desk_count(t, "state=replied", "待评", "已答复，等企业的话"),
                           desk_count(t, "light=red", "已超期", "任一时限已过")};
    desk_counts(t, c, COUNT(c));
    desk_columns(t);
    TRY(dispatcher_today(t));
    TRY(desk_asked_of_me(t));
    desk_aside(t, "收到的事项与我的请求");
    TRY(received(t));
    TRY(desk_asked_by_me(t));
    return desk_end(t);
}

/* ---- supervisor, leader ---- */

int desk_supervisor(Desktop *t)
{
    Req *q = t->q;
    desk_begin(t, (Html){""});
    const DeskCount c[] = {desk_count(t, "state=objected", "有异议", "退单异议，等我决定"),
                           desk_count(t, "level=2", "二级提级", "会商件，还没有答复"),
                           desk_requests_count(t),
                           desk_count(t, "due=today", "今天到期", "全市，最近的时限在今天"),
                           desk_count(t, "light=red", "已超期", "任一时限已过")};
    desk_counts(t, c, COUNT(c));
    desk_columns(t);
    TRY(desk_owed(t));
    TRY(desk_asked_of_me(t));
    TRY(desk_late(t, "light=red", LATE_SHOWN));
    desk_aside(t, "部门与要留意的");
    const DeskCount watch[] = {
        desk_count(t, "level=1", "一级提级中", ""), desk_count(t, "level=3", "三级提级中", ""),
        desk_count(t, "mark=urge", "催办待确认", ""),
        desk_count(t, "state=withdrawn&withdrawn=asked_to", "企业说被要求撤回", ""),
        desk_count(t, "state=closed&closed_by=clock", "到期未评办结", "")};
    TRY(desk_numbers(t, "h-watch", "要留意的", watch, COUNT(watch)));
    TRY(desk_by_dept(t));
    TRY(desk_asked_by_me(t));
    (void)q;
    return desk_end(t);
}

int desk_leader(Desktop *t)
{
    desk_begin(t, (Html){""});
    const DeskCount c[] = {desk_count(t, "level=3", "三级提级", "等我或链长答复"),
                           desk_requests_count(t),
                           desk_count(t, "level=2", "二级提级", "督查室会商中"),
                           desk_count(t, "state=open", "还没办完", "全市，待派到待评"),
                           desk_count(t, "light=red", "已超期", "任一时限已过")};
    desk_counts(t, c, COUNT(c));
    desk_columns(t);
    TRY(desk_owed(t));
    TRY(desk_asked_of_me(t));
    TRY(desk_late(t, "light=red", LATE_SHOWN));
    desk_aside(t, "各部门");
    TRY(desk_by_dept(t));
    TRY(desk_asked_by_me(t));
    return desk_end(t);
}

/* ---- call-back ---- */

static int to_call(Desktop *t)
{
    Req *q = t->q;
    Whistle *w;
    Deed *calls;
    int n, calls_n;
    int64_t ids[AGENDA_MAX] = {0};
    TRY(lens_rows_of(q, t->names, "owed=callback", NULL, TODAY_SHOWN, &w, &n));
    DeskRow *rows = arena_array(q->a, (size_t)n + 1, sizeof *rows);
    for (int i = 0; i < n; i++) ids[i] = w[i].h.id;
    TRY(desk_rows(t, w, n, rows));
    TRY(agenda_deeds(q->q, q->a, q->who.site, n, ids, "call_back", &calls, &calls_n));
    for (int i = 0; i < n; i++) {
        rows[i].third_sub = word(q, "还没有打过");
        for (int k = 0; k < calls_n; k++)
            if (calls[k].case_id == ids[i])
                rows[i].third_sub = SAY(q, "打过 %1 次，上次 %2", digits(q, calls[k].count),
                                        date_zh(q, calls[k].at));
        rows[i].action = word(q, "记回访");
        rows[i].path = arena_f(q->a, "/whistles/%lld/call_back", (long long)ids[i]);
    }
    int64_t total = lens_count_of(q, t->names, "owed=callback");
    DeskTable x = {.id = "h-calls",
                   .heading = word(q, "待回访"),
                   .means = word(q, "评价期满没有评的；至少 3 次、分在 2 天"),
                   .caption = word(q, "等回访的事项，先到期的在前"),
                   .first = word(q, "时限"),
                   .third = word(q, "主办部门"),
                   .n = total,
                   .all = total > n ? "/whistles?owed=callback" : NULL,
                   .empty = word(q, "现在没有等回访的事项；企业没有按期评价的，会出现在这里。")};
    desk_table(t, &x, rows, n);
    return OK;
}

int desk_callback(Desktop *t)
{
    desk_begin(t, (Html){""});
    const DeskCount c[] = {
        desk_count(t, "owed=callback", "待回访", "评价期已过，还没有评"),
        desk_count(t, "owed=callback&due=today", "今天到期", "回访时限在今天"),
        desk_count(t, "state=replied", "待评", "已答复，等企业的话"),
        desk_count(t, "state=closed&closed_by=callback", "回访办结", "企业的话由回访记下"),
        desk_count(t, "owed=callback&light=red", "已超期", "回访时限已过")};
    desk_counts(t, c, COUNT(c));
    desk_columns(t);
    TRY(to_call(t));
    desk_aside(t, "回访怎么记");
    list_begin_html(&t->q->out, "h-how", word(t->q, "回访怎么记"), -1);
    static const char *const how[] = {
        "先说明来意，再问是否解决、是否满意；按企业原话记，不替企业改口。",
        "没有接通也要记，写明时间；同一天内多次不算两天。",
        "企业会看到记下的内容，5 个工作日内可以更正。"};
    for (int i = 0; i < COUNT(how); i++) plain_item_html(&t->q->out, word(t->q, how[i]));
    list_end_html(&t->q->out);
    return desk_end(t);
}

/* ---- auditor ---- */

int desk_auditor(Desktop *t)
{
    desk_begin(t, (Html){""});
    const DeskCount c[] = {
        desk_count(t, "state=open", "还没办完", "全市，待派到待评"),
        desk_count(t, "state=closed&closed_by=clock", "未评办结", "到期没有企业的话"),
        desk_count(t, "state=withdrawn&withdrawn=asked_to", "被要求撤回", "企业撤回时写明的"),
        desk_count(t, "state=not_accepted", "不予受理", "两人决定"),
        desk_count(t, "light=red", "已超期", "任一时限已过")};
    desk_counts(t, c, COUNT(c));
    desk_columns(t);
    TRY(desk_late(t, "light=red", LATE_SHOWN));
    desk_aside(t, "另外看");
    const DeskCount more[] = {desk_count(t, "outcome=explained", "部门结论是解释的", ""),
                              desk_count(t, "anonymous=1", "匿名的", ""),
                              desk_count(t, "visibility=confidential", "保密的", ""),
                              desk_count(t, "urgent=1", "按紧急办的", ""),
                              desk_count(t, "mark=escalation", "提级中", "")};
    TRY(desk_numbers(t, "h-more", "另外看", more, COUNT(more)));
    TRY(desk_by_dept(t));
    return desk_end(t);
}

/* ---- administrators: the records they keep, no cases ---- */

int desk_admin(Desktop *t)
{
    Req *q = t->q;
    uint64_t role = 1ull << q->who.role;
    desk_begin(t, (Html){""});
    columns_html(&q->out);
    pairs_begin_html(&q->out, "h-keep", word(q, "我管的"));
    for (int i = 0; q->desk->records[i]; i++) {
        const Record *r = q->desk->records[i];
        Find f = {0};
        Errors e = {.a = q->a};
        int64_t n = 0;
        if (r->flow || !(r->read & role)) continue;
        if (rec_count(q->q, q->desk, q->a, &q->who, r, &f, &e, &n) < 0) continue;
        number_item_html(&q->out, arena_f(q->a, "/%s", r->plural),
                         q->out.lang == EN ? r->en : r->zh, n, false);
    }
    list_end_html(&q->out);
    desk_aside(t, "您的权限");
    list_begin_html(&q->out, "h-may", word(q, "您的权限"), -1);
    plain_item_html(&q->out,
                    word(q, q->who.role == ROLE_SYSADMIN
                                ? "系统管理员维护部门、类别、园区和产业链，看不到吹哨事项。"
                            : q->who.role == ROLE_SECADMIN
                                ? "安全管理员管账号、角色和代理，看不到吹哨事项。"
                                : "审计管理员看账号和管理操作，看不到吹哨事项，也不能改。"));
    plain_item_html(&q->out,
                    word(q, "三类管理员各管一段，互相看得见、改不了；每一次改动都记入日志。"));
    list_end_html(&q->out);
    return desk_end(t);
}
