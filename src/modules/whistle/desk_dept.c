/* desk_dept: the desks of a department: a handler's own cases by the clock that runs next, and the
   head's: what nobody has taken, what waits for a decision, who has how much. */
#include "modules/whistle/desk_own.h"

#include "desk/account.h"

#include <string.h>

#include "modules/whistle/desk_staff.html.h"

enum { MINE_MAX = 100, UNCLAIMED_SHOWN = 12, SAID_SHOWN = 6, CLOCKS_MAX = 2000 };
#define MINE "handler=me&state=dispatched,handling"

/* The stages of the work, in their order; each waits for one deed. */
typedef struct Stage {
    const char *clock, *means, *waits, *action, *path;
} Stage;
static const Stage stages[] = {
    {"sign", "指定给我，还没有签收", "等您签收", "签收", ""},
    {"contact", "派单后按时限第一次联系企业", "等第一次联系", "登记联系", "/contact"},
    {"answer", "写出分步计划，企业可见", "等办理计划", "写办理计划", "/plan"},
    {"rework", "企业说没有解决，重新办", "等重新答复", "重新答复", "/reply"},
    {"resolve", "时限内答复，请企业评价", "等答复", "提交答复", "/reply"}};

/* ---- the clocks of one's cases ---- */

typedef struct Mine {
    Whistle *w;
    int n, owed_n, said_n;
    DeskRow *rows;
    const Stage **stage; /* NULL: another clock stands first */
    Owed *owed;
    Said *said;
    int64_t *ids;
} Mine;

/* The department's clock that runs next on this case: of the work, not of the enterprise. */
static const Deadline *work_clock(const Mine *m, int64_t id, const Stage **stage)
{
    for (int k = 0; k < COUNT(stages); k++)
        for (int i = 0; i < m->owed_n; i++) {
            const Deadline *d = &m->owed[i].d;
            if (m->owed[i].case_id != id || strcmp(d->clock, stages[k].clock) != 0) continue;
            if (strcmp(d->party, "enterprise") == 0) continue;
            *stage = &stages[k];
            return d;
        }
    return NULL;
}

static const Said *said_on(const Mine *m, int64_t id)
{
    for (int i = 0; i < m->said_n; i++)
        if (m->said[i].case_id == id) return &m->said[i];
    return NULL;
}

static const char *said_words(Req *q, const Said *s)
{
    if (s->text && *s->text) return s->text;
    return word(q, strcmp(s->action, "not_contacted") == 0 ? "说没有人联系过"
                   : strcmp(s->action, "urge") == 0        ? "催办，没有留话"
                                                           : "有补充");
}

static int load_mine(Desktop *t, const char *query, Mine *m)
{
    Req *q = t->q;
    TRY(lens_rows_of(q, t->names, query, "next_due", MINE_MAX, &m->w, &m->n));
    m->ids = arena_array(q->a, (size_t)m->n + 1, sizeof *m->ids);
    m->rows = arena_array(q->a, (size_t)m->n + 1, sizeof *m->rows);
    m->stage = arena_array(q->a, (size_t)m->n + 1, sizeof *m->stage);
    for (int i = 0; i < m->n; i++) m->ids[i] = m->w[i].h.id;
    OwedBy by = {.record = whistle_record.name, .ids = m->ids, .ids_n = m->n, .limit = CLOCKS_MAX};
    TRY(agenda_owed(q->q, q->a, q->who.site, &by, &m->owed, &m->owed_n));
    TRY(agenda_said(q->q, q->a, q->who.site, m->n, m->ids, &m->said, &m->said_n));
    TRY(desk_rows(t, m->w, m->n, m->rows));
    for (int i = 0; i < m->n; i++) {
        DeskRow *r = &m->rows[i];
        const Said *said = said_on(m, r->id);
        const Deadline *d = work_clock(m, r->id, &m->stage[i]);
        r->third = said ? said_words(q, said) : d ? word(q, m->stage[i]->waits) : word(q, "等答复");
        r->action = word(q, d ? m->stage[i]->action : "打开");
        r->path = arena_f(q->a, "/whistles/%lld%s", (long long)r->id, d ? m->stage[i]->path : "");
        if (!d) continue;
        r->light = light_of(q, d);
        r->due = minute_text(q, d->due_at);
    }
    return OK;
}

/* ---- escalated ---- */

/* One escalated case stands before the list: the most urgent. */
static int escalated(Desktop *t, const Mine *m)
{
    Req *q = t->q;
    OpenMark *marks;
    int n;
    TRY(agenda_marks(q->q, q->a, q->who.site, m->n, m->ids, &marks, &n));
    for (int i = 0; i < m->n; i++)
        for (int k = 0; k < n; k++) {
            const Deadline *level = NULL, *next;
            const Stage *stage = NULL;
            const DeskRow *r = &m->rows[i];
            if (marks[k].case_id != r->id || strcmp(marks[k].kind, "escalation") != 0) continue;
            for (int j = 0; j < m->owed_n; j++)
                if (m->owed[j].case_id == r->id && strcmp(m->owed[j].d.clock, "level") == 0)
                    level = &m->owed[j].d;
            if (!level) continue;
            next = work_clock(m, r->id, &stage);
            const char *who = party_word(q, t->names, level);
            if (marks[k].level == 1) who = SAY(q, "%1·负责人", who);
            level_html(&q->out, next ? light_class(q, next) : "is-late", r->tags, r->number,
                       r->enterprise, r->id, r->title, next ? light_of(q, next) : r->light,
                       next ? arena_f(q->a, "%s %s", word(q, clock_zh(next->clock)),
                                      date_zh(q, next->due_at))
                            : "",
                       marks[k].text, r->path, r->action, who, light_of(q, level),
                       date_zh(q, level->due_at), r->third,
                       word(q, "写明卡在哪里、谁能解决、再要几天"));
            return OK;
        }
    return OK;
}

/* ---- handler ---- */

static int unclaimed(Desktop *t)
{
    Req *q = t->q;
    Whistle *w;
    int n;
    const char *query = "dept=me&handler=none&state=dispatched,handling";
    bool head = q->who.role == ROLE_HEAD;
    TRY(lens_rows_of(q, t->names, query, "next_due", UNCLAIMED_SHOWN, &w, &n));
    DeskRow *rows = arena_array(q->a, (size_t)n + 1, sizeof *rows);
    TRY(desk_rows(t, w, n, rows));
    int64_t total = lens_count_of(q, t->names, query);
    for (int i = 0; i < n; i++) {
        rows[i].third = word(q, w[i].h.state == DISPATCHED ? "等签收" : "等经办人");
        rows[i].action = word(q, head ? "指定经办" : "签收");
        rows[i].path =
            arena_f(q->a, "/whistles/%lld%s", (long long)w[i].h.id, head ? "/assign" : "");
    }
    DeskTable x = {.id = "unclaimed",
                   .heading = word(q, "本部门未领"),
                   .means = word(q, head ? "还没有经办人" : "谁签收谁办"),
                   .caption = word(q, "派到本部门、还没有经办人的事项"),
                   .first = word(q, "时限"),
                   .third = word(q, "企业在等"),
                   .n = total,
                   .waits = true,
                   .all = total > n ? arena_f(q->a, "/whistles?%s", query) : NULL,
                   .empty = word(q, "没有未领的事项。")};
    desk_table(t, &x, rows, n);
    return OK;
}

static void my_group(Desktop *t, const DeskTable *x, const Mine *m, const Stage *s, bool first)
{
    Req *q = t->q;
    int n = 0;
    for (int i = 0; i < m->n; i++) n += m->stage[i] == s;
    if (n == 0) return;
    group_html(&q->out, first, word(q, s ? clock_zh(s->clock) : "其他"), n,
               word(q, s ? s->means : "等企业补充、评价或决定"));
    for (int i = 0; i < m->n; i++)
        if (m->stage[i] == s) desk_row(t, x, &m->rows[i]);
}

static void my_cases(Desktop *t, const Mine *m, int64_t total)
{
    Req *q = t->q;
    DeskTable x = {.id = "mine",
                   .heading = word(q, "我在办"),
                   .means = word(q, q->who.absent_n ? "按下一个时限分组，急的在前；含代理"
                                                    : "按下一个时限分组，急的在前"),
                   .caption = word(q, "我经办的事项，按下一个时限分组"),
                   .first = word(q, "时限"),
                   .third = word(q, "企业在等"),
                   .n = total,
                   .waits = true,
                   .all = total > m->n ? "/whistles?" MINE : NULL,
                   .empty = word(q, "现在没有您经办的事项；本部门未领的，签收后就到这里。")};
    if (m->n == 0) {
        desk_table(t, &x, NULL, 0);
        return;
    }
    desk_table_begin(t, &x);
    bool first = true;
    for (int k = 0; k <= COUNT(stages); k++) {
        const Stage *s = k < COUNT(stages) ? &stages[k] : NULL;
        bool any = false;
        for (int i = 0; i < m->n; i++) any |= m->stage[i] == s;
        if (any) my_group(t, &x, m, s, first);
        first &= !any;
    }
    desk_table_end(t);
}

static void said_list(Desktop *t, const Mine *m)
{
    Req *q = t->q;
    if (m->said_n == 0) return;
    list_begin_html(&q->out, "said", word(q, "企业有新话"), m->said_n);
    for (int i = 0; i < m->said_n && i < SAID_SHOWN; i++) {
        const Said *s = &m->said[i];
        const char *number = "";
        for (int k = 0; k < m->n; k++)
            if (m->rows[k].id == s->case_id) number = m->rows[k].number;
        said_item_html(&q->out, date_zh(q, s->at), number, said_words(q, s), s->case_id,
                       word(q, "回企业"));
    }
    list_end_html(&q->out);
}

int desk_handler(Desktop *t)
{
    Mine m = {0};
    TRY(load_mine(t, MINE, &m));
    int64_t total = lens_count_of(t->q, t->names, MINE);
    desk_begin(t, (Html){""});
    TRY(escalated(t, &m));
    const DeskCount c[] = {
        desk_count(t, "dept=me&handler=none&state=dispatched,handling", "本部门未领",
                   "还没有经办人"),
        desk_count(t, "handler=me&due=today", "今天到期", "我的，最近的时限在今天"),
        desk_count(t, MINE "&said=1", "企业有新话", "我的，还没有回"),
        desk_count(t, "handler=me&state=replied", "待评", "我答复的，等企业的话"),
        desk_count(t, "handler=me&light=red", "已超期", "我的，任一时限")};
    desk_counts(t, c, COUNT(c));
    desk_columns(t);
    TRY(unclaimed(t));
    my_cases(t, &m, total);
    desk_aside(t, "企业的话与我的请求");
    said_list(t, &m);
    TRY(desk_asked_by_me(t));
    const DeskCount dept[] = {desk_count(t, "dept=me&state=open", "还没办完", ""),
                              desk_count(t, "dept=me&due=today", "今天到期", ""),
                              desk_count(t, "dept=me&state=replied", "待评", ""),
                              desk_count(t, "dept=me&light=red", "已超期", "")};
    TRY(desk_numbers(t, "h-dept", "本部门", dept, COUNT(dept)));
    return desk_end(t);
}

/* ---- head ---- */

static int by_handler(Desktop *t)
{
    Req *q = t->q;
    Load *all;
    int n;
    int64_t ids[AGENDA_MAX] = {0};
    const char *names[AGENDA_MAX] = {0};
    TRY(agenda_load(q->q, q->a, q->who.site, &whistle_record, "handler", STATES_OPEN, "lead",
                    q->who.dept, q->now, &all, &n));
    if (n > AGENDA_MAX) n = AGENDA_MAX;
    for (int i = 0; i < n; i++) ids[i] = all[i].id;
    TRY(rec_titles(q->q, q->desk, q->a, &account_record, q->who.site, n, ids, names));
    if (n == 0) return OK;
    loads_begin_html(&q->out, "h-who", word(q, "谁手里有多少"), word(q, "经办人"));
    for (int i = 0; i < n; i++) {
        const char *who = ids[i] ? digits(q, ids[i]) : "none";
        const char *path = arena_f(q->a, "/whistles?dept=me&state=open&handler=%s", who);
        const char *dot = names[i] ? strstr(names[i], "·") : NULL;
        load_row_html(&q->out,
                      dot        ? dot + strlen("·")
                      : names[i] ? names[i]
                                 : word(q, "未指定"),
                      path, all[i].open, arena_f(q->a, "%s&light=red", path), all[i].late);
    }
    table_end_html(&q->out);
    return OK;
}

/* Escalations of the first level: what is answered, and by when. */
static int levels_to_answer(Desktop *t, const Mine *m)
{
    Req *q = t->q;
    if (m->n == 0) return OK;
    for (int i = 0; i < m->n; i++) {
        DeskRow *r = &m->rows[i];
        for (int k = 0; k < m->owed_n; k++) {
            const Deadline *d = &m->owed[k].d;
            if (m->owed[k].case_id != r->id || strcmp(d->clock, "level") != 0) continue;
            r->light = light_of(q, d);
            r->due = arena_f(q->a, "%s %s", word(q, clock_zh(d->clock)), date_zh(q, d->due_at));
        }
        r->action = word(q, "答复提级");
        r->path = arena_f(q->a, "/whistles/%lld/answer_escalation", (long long)r->id);
    }
    DeskTable x = {.id = "h-level",
                   .heading = word(q, "提级等我答复"),
                   .means = word(q, "写明办法和期限，或请督查室会商"),
                   .caption = word(q, "提到我这一级的事项"),
                   .first = word(q, "答复时限"),
                   .third = word(q, "企业在等"),
                   .n = m->n,
                   .waits = true};
    desk_table(t, &x, m->rows, m->n);
    return OK;
}

int desk_head(Desktop *t)
{
    desk_begin(t, (Html){""});
    const DeskCount c[] = {
        desk_count(t, "dept=me&handler=none&state=dispatched,handling", "本部门未领",
                   "还没有经办人"),
        desk_requests_count(t), desk_count(t, "dept=me&level=1", "一级提级", "等我答复"),
        desk_count(t, "dept=me&due=today", "今天到期", "本部门，最近的时限在今天"),
        desk_count(t, "dept=me&light=red", "已超期", "本部门，任一时限")};
    desk_counts(t, c, COUNT(c));
    Mine m = {0};
    TRY(load_mine(t, "dept=me&level=1", &m));
    desk_columns(t);
    TRY(levels_to_answer(t, &m));
    TRY(desk_asked_of_me(t));
    TRY(unclaimed(t));
    TRY(desk_late(t, "dept=me&light=red", UNCLAIMED_SHOWN));
    desk_aside(t, "本部门的人");
    TRY(by_handler(t));
    TRY(desk_asked_by_me(t));
    return desk_end(t);
}
