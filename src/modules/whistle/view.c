/* view: how the whistle's facts are said on its pages: lights, states, names, times. The answer to
   "why this time?" stands in why.c. */
#include "modules/whistle/view.h"

#include "desk/keep.h"
#include "modules/city/city.h"
#include "web/form.h"

#include <string.h>

#include "modules/whistle/view.html.h"

/* ---- sentences ---- */

const char *word(const Req *q, const char *zh)
{
    return tr(q->out.lang, zh);
}

const char *say_n(Req *q, const char *zh, int n, const char *const *v)
{
    Out o = {.a = q->a};
    for (const char *s = word(q, zh); *s;) {
        size_t len = strcspn(s, "%");
        out_rawn(&o, s, len);
        s += len;
        if (!*s) break;
        int i = s[1] - '1';
        if (i >= 0 && i < n && i < 9)
            out_raw(&o, v[i] ? v[i] : "");
        else
            out_rawn(&o, s, s[1] ? 2 : 1);
        s += s[1] ? 2 : 1;
    }
    return str_of(&o);
}

const char *digits(const Req *q, int64_t v)
{
    return arena_f(q->a, "%lld", (long long)v);
}

const char *choice_word(const Req *q, const Choice *list, Pick v)
{
    if (!v.has) return NULL;
    return q->out.lang == EN ? list[v.v].en : list[v.v].zh;
}

Out page_part(Req *q)
{
    Out page = q->out;
    q->out = (Out){.a = q->a, .lang = page.lang};
    return page;
}

Html page_part_end(Req *q, Out page)
{
    Html part = {str_of(&q->out)};
    q->out = page;
    return part;
}

/* ---- names ---- */

#define COVERED "已保密" /* what a confidential row holds instead of a name */

struct Names {
    int depts_n, classes_n, chains_n;
    Named *depts, *classes, *chains;
};

static const char *either(const Req *q, const char *zh, const char *en)
{
    return q->out.lang == EN && en && *en ? en : zh;
}

static Named *named(Req *q, const Result *r)
{
    Named *all = arena_array(q->a, (size_t)r->rows + 1, sizeof *all);
    for (int i = 0; i < r->rows; i++)
        all[i] = (Named){.id = res_int(r, i, 0),
                         .parent = res_int(r, i, 1),
                         .code = res_text(r, i, 2),
                         .name = either(q, res_text(r, i, 3), res_text(r, i, 4)),
                         .duty = r->cols > 5 ? res_int(r, i, 5) : 0};
    return all;
}

Names *names_load(Req *q)
{
    static const char depts[] = "SELECT id, parent, code, name, en FROM department WHERE site = $1";
    static const char classes[] =
        "SELECT id, parent, code, name, en, duty FROM class WHERE site = $1";
    static const char chains[] = "SELECT id, parent, code, name, en FROM chain WHERE site = $1 AND "
                                 "parent IS NULL ORDER BY id";
    Names *n = NEW(q->a, Names);
    Result r;
    if (keep_list(q->q, q->desk, q->a, &r, depts, q->who.site) == OK) {
        n->depts = named(q, &r);
        n->depts_n = r.rows;
    }
    if (keep_list(q->q, q->desk, q->a, &r, classes, q->who.site) == OK) {
        n->classes = named(q, &r);
        n->classes_n = r.rows;
    }
    if (keep_list(q->q, q->desk, q->a, &r, chains, q->who.site) == OK) {
        n->chains = named(q, &r);
        n->chains_n = r.rows;
    }
    return n;
}

const char *names_dept(const Names *n, int64_t id)
{
    for (int i = 0; i < n->depts_n; i++)
        if (n->depts[i].id == id) return n->depts[i].name;
    return "—";
}

static const char *class_of(Arena *a, const char *name, const char *parent)
{
    return parent && *parent ? arena_f(a, "%s · %s", parent, name) : name;
}

const Named *names_dept_at(const Names *n, int i)
{
    return i < n->depts_n ? &n->depts[i] : NULL;
}

const Named *names_chain_at(const Names *n, int i)
{
    return i < n->chains_n ? &n->chains[i] : NULL;
}

const Named *names_class_at(const Names *n, int i)
{
    return i < n->classes_n ? &n->classes[i] : NULL;
}

const Named *names_class_of(const Names *n, const char *code)
{
    for (int i = 0; i < n->classes_n && code; i++)
        if (strcmp(n->classes[i].code, code) == 0) return &n->classes[i];
    return NULL;
}

const char *names_class(const Names *n, const char *code)
{
    const Named *c = names_class_of(n, code);
    return c ? c->name : "—";
}

const char *names_top(const Names *n, const char *code)
{
    const Named *c = names_class_of(n, code);
    for (int i = 0; c && c->parent && i < n->classes_n; i++)
        if (n->classes[i].id == c->parent) return n->classes[i].name;
    return c ? c->name : "—";
}

const char *class_name(Req *q, const char *code)
{
    Result r;
    if (!code || !*code) return "—";
    if (db_get(
            q->q, q->a, &r,
            "SELECT c.name, c.en, p.name, p.en FROM class c LEFT JOIN class p ON p.site = c.site "
            "AND p.id = c.parent WHERE c.site = $1 AND c.code = $2",
            VALS(vi(q->who.site), vt(code))) != OK ||
        r.rows == 0)
        return code;
    return class_of(q->a, either(q, res_text(&r, 0, 0), res_text(&r, 0, 1)),
                    either(q, res_text(&r, 0, 2), res_text(&r, 0, 3)));
}

const char *dept_name(Req *q, int64_t id)
{
    Result r;
    if (id <= 0) return "—";
    if (db_get(q->q, q->a, &r, "SELECT name, en FROM department WHERE site = $1 AND id = $2",
               VALS(vi(q->who.site), vi(id))) != OK ||
        r.rows == 0)
        return "—";
    return either(q, res_text(&r, 0, 0), res_text(&r, 0, 1));
}

static const char *nameless(const Req *q, const Whistle *w)
{
    bool secret = w->visibility.has && w->visibility.v == VISIBLE_CONFIDENTIAL;
    if (w->anonymous) return word(q, "匿名");
    if (secret && (!w->unit || strcmp(w->unit, COVERED) == 0)) return word(q, "企业名称保密");
    return w->unit && *w->unit ? w->unit : "—";
}

const char *enterprise_name(Req *q, const Whistle *w)
{
    const char *name = NULL;
    if (w->enterprise.has &&
        rec_titles(q->q, q->desk, q->a, &enterprise_record, q->who.site, 1, &w->enterprise.v,
                   &name) == OK &&
        name)
        return name;
    return nameless(q, w);
}

void enterprise_names(Req *q, const Whistle *w, int n, const char **out)
{
    int64_t ids[FIND_LIMIT_MAX] = {0};
    const char *titles[FIND_LIMIT_MAX] = {0};
    if (n > FIND_LIMIT_MAX) n = FIND_LIMIT_MAX;
    for (int i = 0; i < n; i++) ids[i] = w[i].enterprise.has ? w[i].enterprise.v : 0;
    bool known =
        rec_titles(q->q, q->desk, q->a, &enterprise_record, q->who.site, n, ids, titles) == OK;
    for (int i = 0; i < n; i++) out[i] = known && titles[i] ? titles[i] : nameless(q, &w[i]);
}

const char *party_word(Req *q, const Names *n, const Deadline *d)
{
    int64_t owner = d->owner;
    if (owner == DESK_DISPATCH) return word(q, "调度中心");
    if (owner == DESK_SUPERVISE) return word(q, "督办");
    if (owner == DESK_LEADER) return word(q, "领导");
    if (owner == DESK_CALLBACK) return word(q, "回访");
    if (strcmp(d->party, "enterprise") == 0) return word(q, "企业");
    const char *name = n ? names_dept(n, owner) : dept_name(q, owner);
    if (strcmp(name, "—") != 0 || owner <= 0) return name;
    const char *title = NULL;
    if (rec_titles(q->q, q->desk, q->a, &account_record, q->who.site, 1, &owner, &title) == OK &&
        title)
        return title;
    return "—";
}

/* ---- rows ---- */

int whistles_find(Req *q, const Find *f, Whistle **rows_out, int *n_out, const char **next_out)
{
    *rows_out = arena_array(q->a, (size_t)(f->limit ? f->limit : 50) + 1, sizeof **rows_out);
    return rec_find(q->q, q->desk, q->a, &q->who, &whistle_record, f, &q->errors, *rows_out, n_out,
                    next_out);
}

const char *level_word(const Req *q, int level)
{
    static const char *const words[] = {"提级", "一级提级", "二级提级", "三级提级"};
    return word(q, words[level >= 1 && level <= 3 ? level : 0]);
}

Html tags_of(Req *q, const Whistle *w, const OpenMark *marks, int n)
{
    Out page = page_part(q);
    bool open = w->h.state > DRAFT && w->h.state < CLOSED;
    bool secret = w->visibility.has && w->visibility.v == VISIBLE_CONFIDENTIAL;
    if (w->urgent_confirmed && open) tag_html(&q->out, " is-bad", word(q, "紧急"));
    if (w->urgent && !w->urgent_confirmed && w->h.state == SUBMITTED)
        tag_html(&q->out, " is-warn", word(q, "企业称紧急"));
    for (int i = 0; i < n; i++) {
        if (marks[i].case_id != w->h.id) continue;
        if (strcmp(marks[i].kind, "escalation") == 0)
            tag_html(&q->out, " is-bad", level_word(q, marks[i].level));
        else if (strcmp(marks[i].kind, "urge") == 0)
            tag_html(&q->out, " is-warn", word(q, "催办待确认"));
        else if (strcmp(marks[i].kind, "ask") == 0)
            tag_html(&q->out, "", word(q, "已问企业"));
    }
    if (w->not_contacted && open) tag_html(&q->out, " is-bad", word(q, "企业说没联系"));
    if (w->reworks.has && w->reworks.v > 0 && open)
        tag_html(&q->out, "", SAY(q, "重办第 %1 次", digits(q, w->reworks.v)));
    if (secret) tag_html(&q->out, "", word(q, "保密"));
    return page_part_end(q, page);
}

/* ---- states and clocks ---- */

const char *state_word(Req *q, const Whistle *w)
{
    static const char *const words[] = {"草稿", "待派", "待签",     "有异议", "在办",
                                        "待评", "已办", "不予受理", "已撤回"};
    return w->h.state >= 0 && w->h.state < COUNT(words) ? word(q, words[w->h.state]) : "—";
}

const char *clock_zh(const char *clock)
{
    static const Choice words[] = {{"route", "派单", ""},
                                   {"sign", "签收", ""},
                                   {"objection", "退单异议", ""},
                                   {"objection_decide", "异议决定", ""},
                                   {"contact", "首次联系", ""},
                                   {"contact_urgent", "首次联系", ""},
                                   {"answer", "办理计划", ""},
                                   {"co_dept", "协办", ""},
                                   {"resolve", "办结", ""},
                                   {"resolve_consult", "办结", ""},
                                   {"rework", "重办", ""},
                                   {"ask", "企业补充", ""},
                                   {"evaluate", "评价", ""},
                                   {"callback", "回访", ""},
                                   {"acknowledge", "催办确认", ""},
                                   {"level", "提级处理", ""},
                                   {"request_decide", "请求决定", ""},
                                   {"contest", "申诉", ""},
                                   {"reopen", "重开", ""},
                                   {0}};
    int i = clock ? choice_index(words, clock) : -1;
    return i >= 0 ? words[i].zh : clock ? clock : "—";
}

ClockUnit next_unit(const Req *q, const Whistle *w)
{
    Span span;
    const char *clock = w->h.next_clock;
    if (!clock) return UNIT_WH;
    bool urgent = w->urgent_confirmed && strcmp(clock, "contact") == 0;
    int version = w->profile_version.has ? (int)w->profile_version.v : 0;
    if (profile_span(q->desk, q->who.site, w->profile, version, urgent ? "contact_urgent" : clock,
                     &span))
        return span.unit;
    return UNIT_WH;
}

const char *span_text(Req *q, Span s)
{
    static const char *const many[] = {"%1 分钟", "%1 小时", "%1 个工作小时", "%1 个工作日",
                                       "%1 天"};
    static const char *const one[] = {"1 分钟", "1 小时", "1 个工作小时", "1 个工作日", "1 天"};
    if (s.n == 1) return word(q, one[s.unit]);
    return SAY(q, many[s.unit], digits(q, s.n));
}

/* ---- lights ---- */

const char *left_text(Req *q, int64_t due, ClockUnit unit)
{
    Out o = {.a = q->a, .lang = q->out.lang};
    calendar_left(q->desk->calendar, q->now, due, unit, &o);
    return q->now > due ? str_of(&o) : SAY(q, "剩 %1", str_of(&o));
}

Html light_html(Req *q, int64_t due, int64_t warn, ClockUnit unit)
{
    Out page = page_part(q);
    bool late = q->now > due, soon = !late && q->now >= warn;
    light_span_html(&q->out,
                    late   ? "is-late"
                    : soon ? "is-soon"
                           : "",
                    word(q, late   ? "超期"
                            : soon ? "临期"
                                   : "正常"),
                    left_text(q, due, unit));
    return page_part_end(q, page);
}

Html light_of(Req *q, const Deadline *d)
{
    return light_html(q, d->due_at, d->warn_at, d->span.unit);
}

const char *light_class(const Req *q, const Deadline *d)
{
    return q->now > d->due_at ? "is-late" : q->now >= d->warn_at ? "is-soon" : "";
}

/* ---- times ---- */

const char *minute_text(const Req *q, int64_t ms)
{
    char *text = arena_get(q->a, 17);
    time_minute((Time){ms, true}, text);
    return text;
}

const char *time_text_zh(const Req *q, int64_t ms)
{
    return minute_text(q, ms) + 11;
}

static int number_at(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) v = v * 10 + (s[i] - '0');
    return v;
}

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* 3月18日, with the year when it is another one. */
static const char *date_words(const Req *q, int64_t ms)
{
    char now[11];
    const char *day = minute_text(q, ms);
    day_text(q->today, now);
    bool other = number_at(now, 4) != number_at(day, 4);
    int y = number_at(day, 4), m = number_at(day + 5, 2), d = number_at(day + 8, 2);
    if (q->out.lang == EN)
        return other ? arena_f(q->a, "%d %s %d", d, months[(m + 11) % 12], y)
                     : arena_f(q->a, "%d %s", d, months[(m + 11) % 12]);
    return other ? arena_f(q->a, "%d年%d月%d日", y, m, d) : arena_f(q->a, "%d月%d日", m, d);
}

static const char *near_day(const Req *q, int64_t ms)
{
    int64_t away = time_day((Time){ms, true}).v - q->today.v;
    if (away == 0) return word(q, "今天");
    if (away == 1) return word(q, "明天");
    return away == -1 ? word(q, "昨天") : NULL;
}

const char *date_zh(Req *q, int64_t ms)
{
    const char *near = near_day(q, ms);
    return arena_f(q->a, "%s %s", near ? near : date_words(q, ms), time_text_zh(q, ms));
}

const char *day_plain(const Req *q, int64_t ms)
{
    static const char *const names[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    int64_t weekday = ((time_day((Time){ms, true}).v + 3) % 7 + 7) % 7;
    return arena_f(q->a, "%s %s", date_words(q, ms), word(q, names[weekday]));
}

const char *day_zh(const Req *q, int64_t ms)
{
    const char *near = near_day(q, ms), *text = day_plain(q, ms);
    if (!near) return text;
    return arena_f(q->a, q->out.lang == EN ? "%s (%s)" : "%s（%s）", text, near);
}

const char *typed_or(const Req *q, const char *name, const char *otherwise)
{
    const char *typed = q->again ? req_typed(q, name) : NULL;
    return typed ? typed : otherwise;
}

void action_errors(Req *q, const char *action)
{
    const Action *a = flow_action(&whistle_flow, action);
    if (a) form_errors(q, q->again, a->input, a->input_n);
}
