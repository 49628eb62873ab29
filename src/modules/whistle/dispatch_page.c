/* dispatch: whom a whistle goes to. The suggestion is the department that answers for the class; its
   duty item is the reason, and what it has in hand stands beside. The clocks are computed for now. */
#include "modules/whistle/lens.h"

#include "modules/city/city.h"
#include "web/form.h"

#include <string.h>

enum { OFFERS_MAX = 6, QUEUE_MAX = 100, EXCERPT = 260, CHOSEN_MAX = 24 };
typedef struct Offer {
    int64_t id, open, late;
    const char *name, *reason;
    bool against;
} Offer;

#include "modules/whistle/dispatch_page.html.h"

typedef struct Form {
    Req *q;
    Case c;
    const Whistle *w;
    Names *names;
    const char *class; /* chosen, or the case's */
    const char *profile_code;
    int64_t lead; /* chosen; 0: the first offer */
    bool urgent;
    int offers_n, loads_n, chosen_n;
    Offer offers[OFFERS_MAX];
    Load *loads;
    int64_t chosen[CHOSEN_MAX]; /* supporting */
} Form;

/* ---- what was chosen before "按此重算" ---- */

static void read_supporting(Form *f)
{
    const In *in = in_get(f->q->query, "supporting");
    const In *items = in && in->kind == IN_LIST ? in->items : in;
    int n = !in ? 0 : in->kind == IN_LIST ? in->len : 1;
    for (int i = 0; i < n && f->chosen_n < CHOSEN_MAX; i++)
        if (items[i].kind == IN_TEXT && num_parse(items[i].s, &f->chosen[f->chosen_n]))
            f->chosen_n++;
}

static bool is_supporting(const Form *f, int64_t id)
{
    for (int i = 0; i < f->chosen_n; i++)
        if (f->chosen[i] == id) return true;
    return false;
}

static void read_chosen(Form *f)
{
    Req *q = f->q;
    const char *class = req_arg(q, "class"), *lead = req_arg(q, "lead");
    const char *urgent = req_arg(q, "urgent");
    f->class = class && names_class_of(f->names, class) ? class : f->w->class.s;
    if (in_get(q->query, "rev") && !class) f->class = NULL; /* "不定类别" was chosen */
    f->urgent = urgent && strcmp(urgent, "1") == 0;
    if (!lead || !num_parse(lead, &f->lead) || strcmp(names_dept(f->names, f->lead), "—") == 0)
        f->lead = 0;
    /* the first offer, left as it was, follows the class */
    if (lead && req_arg(q, "first") && strcmp(lead, req_arg(q, "first")) == 0) f->lead = 0;
    read_supporting(f);
}

/* The form's own token has no place in an address: the same page without it. */
static const char *clean_address(Form *f)
{
    static const char *const kept[] = {"class", "lead", "first", "urgent", "urgent_reason", "rev"};
    Req *q = f->q;
    Out o = {.a = q->a};
    for (int i = 0; i < COUNT(kept); i++) {
        const char *value = req_arg(q, kept[i]);
        if (!value) continue;
        out_f(&o, "%s%s=", o.n ? "&" : "?", kept[i]);
        put_url_s(&o, value);
    }
    for (int i = 0; i < f->chosen_n; i++)
        out_f(&o, "%ssupporting=%lld", o.n ? "&" : "?", (long long)f->chosen[i]);
    return arena_f(q->a, "/whistles/%lld/dispatch%s", (long long)f->w->h.id, str_of(&o));
}

/* ---- offers ---- */

static Offer offer_of(const Form *f, int64_t id, const char *reason)
{
    const Load *load = load_of(f->loads, f->loads_n, id);
    return (Offer){.id = id,
                   .open = load->open,
                   .late = load->late,
                   .name = names_dept(f->names, id),
                   .reason = reason,
                   .against = f->w->against.has && f->w->against.v == id};
}

static bool is_offered(const Form *f, int64_t id)
{
    for (int i = 0; i < f->offers_n; i++)
        if (f->offers[i].id == id) return true;
    return false;
}

static void offer(Form *f, int64_t id, const char *reason)
{
    if (id && !is_offered(f, id) && f->offers_n < OFFERS_MAX)
        f->offers[f->offers_n++] = offer_of(f, id, reason);
}

static const char *duty_reason(Form *f, const Duty *d)
{
    return arena_f(f->q->a, "%s %s", d->no ? d->no : "", d->name ? d->name : "");
}

/* Departments with a duty item for this class. */
static int offer_by_duty(Form *f, const char *class)
{
    Req *q = f->q;
    Duty *d = arena_array(q->a, OFFERS_MAX, sizeof *d);
    int n;
    Find find = {.n = 1, .filters = {{"class", "=", class}}, .sort = "id", .limit = OFFERS_MAX};
    TRY(rec_find(q->q, q->desk, q->a, &q->who, &duty_record, &find, &q->errors, d, &n, NULL));
    for (int i = 0; i < n; i++) offer(f, d[i].department.v, duty_reason(f, &d[i]));
    return OK;
}

/* The class's own department stands first, with its duty item if the list has one. */
static int offer_first(Form *f, const char *class)
{
    Req *q = f->q;
    Result r;
    Duty *d = NEW(q->a, Duty);
    int n;
    TRY(db_get(q->q, q->a, &r, "SELECT duty, profile FROM class WHERE site = $1 AND code = $2",
               VALS(vi(q->who.site), vt(class))));
    if (r.rows == 0) return OK;
    int64_t dept = res_int(&r, 0, 0);
    f->profile_code = res_text(&r, 0, 1);
    if (!dept) return OK;
    const char *reason = SAY(q, "类别“%1”的责任部门", names_class(f->names, class));
    Find find = {.n = 2,
                 .filters = {{"class", "=", class}, {"department", "=", digits(q, dept)}},
                 .sort = "id",
                 .limit = 1};
    TRY(rec_find(q->q, q->desk, q->a, &q->who, &duty_record, &find, &q->errors, d, &n, NULL));
    offer(f, dept, n ? duty_reason(f, &d[0]) : reason);
    return OK;
}

static int load_offers(Form *f)
{
    Req *q = f->q;
    TRY(agenda_load(q->q, q->a, q->who.site, &whistle_record, "lead", STATES_OPEN, NULL, 0, q->now,
                    &f->loads, &f->loads_n));
    if (f->class) {
        TRY(offer_first(f, f->class));
        TRY(offer_by_duty(f, f->class));
        const Named *c = names_class_of(f->names, f->class), *top;
        for (int i = 0; c && c->parent && (top = names_class_at(f->names, i)); i++)
            if (top->id == c->parent) TRY(offer_by_duty(f, top->code));
    }
    if (f->lead && !is_offered(f, f->lead)) {
        if (f->offers_n == OFFERS_MAX) f->offers_n--;
        offer(f, f->lead, word(q, "您选的，职责清单里没有这一类"));
    }
    if (!f->lead && f->offers_n) f->lead = f->offers[0].id;
    return OK;
}

/* ---- left: the case ---- */

static const char *excerpt(Req *q, const char *text)
{
    size_t n = 0, chars = 0;
    if (!text) return "";
    while (text[n] && chars < EXCERPT) {
        n++;
        while (((unsigned char)text[n] & 0xC0) == 0x80) n++;
        chars++;
    }
    return arena_f(q->a, "%.*s%s", (int)n, text, text[n] ? "……" : "");
}

static const char *firm_about(Form *f)
{
    Req *q = f->q;
    Enterprise *e = NEW(q->a, Enterprise);
    const char *chains[2] = {0};
    if (!f->w->enterprise.has || rec_see(q->q, q->desk, q->a, &q->who, &enterprise_record,
                                         f->w->enterprise.v, e, NULL) != OK)
        return "";
    int64_t ids[] = {e->chain.v, e->subchain.v};
    const char *size = rec_shown(rec_field(&enterprise_record, "size"), e, q->out.lang, q->a);
    if (rec_titles(q->q, q->desk, q->a, &chain_record, q->who.site, 2, ids, chains) != OK)
        return "";
    return arena_f(q->a, "%s%s%s%s%s", size ? size : "", size && chains[0] ? " · " : "",
                   chains[0] ? chains[0] : "", chains[1] ? " · " : "", chains[1] ? chains[1] : "");
}

static void brief(Form *f)
{
    Req *q = f->q;
    const Whistle *w = f->w;
    OpenMark marks[STEP_MARKS_MAX];
    int n = 0;
    for (int i = 0; i < f->c.marks_n && n < STEP_MARKS_MAX; i++)
        if (!f->c.marks[i].closed_at)
            marks[n++] = (OpenMark){
                .case_id = w->h.id, .kind = f->c.marks[i].kind, .level = f->c.marks[i].level};
    const char *how = choice_word(q, channels, w->channel);
    brief_begin_html(
        &q->out, w, tags_of(q, w, marks, n),
        SAY(q, "%1，%2，%3", w->h.number, date_zh(q, w->submitted_at.v), how ? how : ""),
        enterprise_name(q, w), firm_about(f), excerpt(q, w->text));
    if (w->wish) brief_fact_html(&q->out, word(q, "希望"), excerpt(q, w->wish));
    if (w->urgent) brief_fact_html(&q->out, word(q, "紧急"), word(q, "企业提出，还没有确认"));
    if (w->against.has)
        brief_fact_html(&q->out, word(q, "反映的部门"), names_dept(f->names, w->against.v));
    if (w->first_receiver.has)
        brief_fact_html(&q->out, word(q, "首接"), names_dept(f->names, w->first_receiver.v));
    brief_fact_html(&q->out, word(q, "类别"), class_name(q, w->class.s));
    brief_end_html(&q->out);
}

/* ---- right: the form ---- */

static void lead_part(Form *f, const char *path)
{
    Req *q = f->q;
    const Named *d;
    form_begin_html(&q->out, path, form_hidden(q, f->w->h.rev),
                    word(q, f->offers_n ? "按类别的职责清单排；数字是现在手里没有办完的"
                                        : "这个类别还没有责任部门，请选一个部门，或先定类别再重算"),
                    form_wrong(q, "lead"));
    for (int i = 0; i < f->offers_n; i++)
        pick_html(&q->out, &f->offers[i], i == 0 && f->class, f->offers[i].id == f->lead);
    others_begin_html(&q->out);
    for (int i = 0; (d = names_dept_at(f->names, i)); i++)
        if (!is_offered(f, d->id)) option_html(&q->out, digits(q, d->id), d->name, false);
    others_end_html(&q->out);
}

static void support_part(Form *f)
{
    Req *q = f->q;
    const Named *d;
    support_begin_html(&q->out, form_wrong(q, "supporting"));
    for (int i = 0; i < f->offers_n; i++)
        if (f->offers[i].id != f->lead)
            support_html(&q->out, &f->offers[i], is_supporting(f, f->offers[i].id));
    for (int i = 0; (d = names_dept_at(f->names, i)); i++) {
        Offer o = offer_of(f, d->id, "");
        if (!is_offered(f, d->id) && is_supporting(f, d->id)) support_html(&q->out, &o, true);
    }
    support_more_html(&q->out);
    for (int i = 0; (d = names_dept_at(f->names, i)); i++) {
        Offer o = offer_of(f, d->id, "");
        if (!is_offered(f, d->id) && !is_supporting(f, d->id) && d->id != f->lead)
            support_box_html(&q->out, &o, false);
    }
    support_end_html(&q->out);
}

/* ---- clocks ---- */

typedef struct Start {
    const char *length, *clock, *whose;
} Start;

static bool is_consultation(const Form *f)
{
    Whistle w = {.class = {f->class}};
    return is_consult(&w);
}

static bool clock_from_now(const Form *f, const Profile *p, const char *length, const char *clock,
                           Deadline *out)
{
    Req *q = f->q;
    Span span;
    if (!p || !profile_span(q->desk, q->who.site, p->code, p->version, length, &span)) return false;
    int64_t due = calendar_due(q->desk->calendar, q->now, span, false);
    *out = (Deadline){
        .clock = clock,
        .party = "",
        .started_at = q->now,
        .due_at = due,
        .span = span,
        .profile = p->code,
        .profile_version = p->version,
        .warn_at = calendar_warn(q->desk->calendar, q->now, due, span.unit, p->warn_permille)};
    return true;
}

enum { STARTS = 5 };
static int clocks_to_start(const Form *f, const Profile *p, Deadline *out)
{
    const Start all[STARTS] = {{f->urgent ? "contact_urgent" : "contact", "contact", ""},
                               {"sign", "sign", ""},
                               {"objection", "objection", ""},
                               {"answer", "answer", ""},
                               {is_consultation(f) ? "resolve_consult" : "resolve", "resolve", ""}};
    int n = 0;
    for (int i = 0; i < STARTS; i++) {
        if (f->w->anonymous && i == 0) continue;
        Deadline d;
        if (!clock_from_now(f, p, all[i].length, all[i].clock, &d)) continue;
        int at = n++;
        for (; at > 0 && out[at - 1].due_at > d.due_at; at--) out[at] = out[at - 1];
        out[at] = d;
    }
    return n;
}

static void class_options(const Form *f)
{
    const Named *top, *sub;
    for (int i = 0; (top = names_class_at(f->names, i)); i++) {
        if (top->parent) continue;
        option_html(&f->q->out, top->code, top->name, f->class && strcmp(top->code, f->class) == 0);
        for (int k = 0; (sub = names_class_at(f->names, k)); k++)
            if (sub->parent == top->id)
                option_html(&f->q->out, sub->code,
                            arena_f(f->q->a, "%s · %s", top->name, sub->name),
                            f->class && strcmp(sub->code, f->class) == 0);
    }
}

static const char *urgent_means(const Form *f, const Profile *p)
{
    Deadline usual, urgent;
    if (!clock_from_now(f, p, "contact", "contact", &usual) ||
        !clock_from_now(f, p, "contact_urgent", "contact", &urgent))
        return "";
    return SAY(f->q, "首次联系从 %1 缩短为 %2（%3 前），别的时限不变", span_text(f->q, usual.span),
               span_text(f->q, urgent.span), date_zh(f->q, urgent.due_at));
}

static void clocks_part(Form *f, const char *path, const Profile *p, const Deadline *d, int n)
{
    Req *q = f->q;
    const char *reason = req_arg(q, "urgent_reason");
    clocks_begin_html(&q->out);
    class_options(f);
    clocks_mid_html(&q->out, path, f->offers_n ? f->offers[0].id : 0, f->w->urgent, f->urgent,
                    reason ? reason : "", form_wrong(q, "urgent_reason"), urgent_means(f, p));
    for (int i = 0; i < n; i++) {
        bool firm = strcmp(d[i].clock, "contact") == 0 || strcmp(d[i].clock, "resolve") == 0;
        clock_html(&q->out, word(q, clock_zh(d[i].clock)),
                   word(q, firm ? "主办，也是企业的" : "主办"), span_text(q, d[i].span),
                   minute_text(q, d[i].due_at));
    }
    why_begin_html(&q->out,
                   p ? SAY(q, "时限方案：%1 第 %2 版，派单时固定。", p->zh, digits(q, p->version))
                     : word(q, "本站还没有时限方案。"));
    for (int i = 0; i < n; i++) why_one_html(&q->out, why_rule(q, &d[i]));
    why_end_html(&q->out);
}

static const char *effect(const Form *f, const Deadline *d, int n)
{
    const char *contact = NULL, *resolve = NULL;
    for (int i = 0; i < n; i++) {
        if (strcmp(d[i].clock, "contact") == 0) contact = date_zh(f->q, d[i].due_at);
        if (strcmp(d[i].clock, "resolve") == 0) resolve = date_zh(f->q, d[i].due_at);
    }
    if (!resolve) return "";
    if (!contact) return SAY(f->q, "办结 %1", resolve);
    return SAY(f->q, "企业将收到“%1 前联系您”；办结 %2", contact, resolve);
}

/* ---- the page ---- */

static int crumb(Form *f)
{
    Req *q = f->q;
    Whistle *rows;
    int n, at = -1;
    TRY(lens_rows_of(q, f->names, "state=submitted", "next_due", QUEUE_MAX, &rows, &n));
    for (int i = 0; i < n; i++)
        if (rows[i].h.id == f->w->h.id) at = i;
    const char *before = NULL, *after = NULL;
    if (at > 0) before = arena_f(q->a, "/whistles/%lld/dispatch", (long long)rows[at - 1].h.id);
    if (at >= 0 && at + 1 < n)
        after = arena_f(q->a, "/whistles/%lld/dispatch", (long long)rows[at + 1].h.id);
    crumb_html(&q->out, at < 0 ? "" : SAY(q, "第 %1 件，共 %2 件", digits(q, at + 1), digits(q, n)),
               before, after);
    return OK;
}

static void head(const Form *f)
{
    Req *q = f->q;
    const Deadline *route = NULL;
    for (int i = 0; i < f->c.clocks_n; i++)
        if (!f->c.clocks[i].ended && strcmp(f->c.clocks[i].clock, "route") == 0)
            route = &f->c.clocks[i];
    const char *now =
        SAY(q, "%1 %2，到期时间按现在派出计算", day_plain(q, q->now), time_text_zh(q, q->now));
    if (!route) {
        head_html(&q->out, now, (Html){""}, "", "");
        return;
    }
    bool late = q->now > route->due_at, soon = !late && q->now >= route->warn_at;
    Out page = page_part(q);
    page_light_html(&q->out,
                    late   ? " is-late"
                    : soon ? " is-soon"
                           : "",
                    word(q, late   ? "超期"
                            : soon ? "临期"
                                   : "正常"));
    Html light = page_part_end(q, page);
    head_html(&q->out, now, light, left_text(q, route->due_at, route->span.unit),
              SAY(q, "派单时限 %1", date_zh(q, route->due_at)));
}

static bool may(const Form *f, const char *action)
{
    for (int i = 0; i < f->c.actions_n; i++)
        if (strcmp(f->c.actions[i]->name, action) == 0) return true;
    return false;
}

static int check(Form *f)
{
    if (f->w->h.state != SUBMITTED)
        return error_say(&f->q->errors, E_CLASH,
                         "这一事项已经派过了，或不再是待派；请回到事项页看能做什么",
                         "this case is dispatched already or no longer waits for it: see its page");
    if (may(f, "dispatch")) return OK;
    for (int i = 0; i < f->c.requests_n; i++)
        if (strcmp(f->c.requests[i].state, "open") == 0 &&
            strcmp(f->c.requests[i].kind, "dispatch") == 0)
            return error_say(&f->q->errors, E_CLASH, "已有一个派单请求在等督办决定",
                             "a dispatch of this case waits for the supervisor's decision");
    return error_say(&f->q->errors, E_DENIED, "派单由调度做", "only the dispatcher dispatches");
}

int dispatch_page(Req *q)
{
    Form *f = NEW(q->a, Form);
    f->q = q;
    TRY(case_load(q->q, q->desk, q->a, &q->who, &whistle_record, q->id, CASE_ACTIONS, q->now,
                  &f->c));
    f->w = f->c.row;
    f->names = names_load(q);
    TRY(check(f));
    if (q->again) q->query = q->body; /* what was sent is what is chosen */
    read_chosen(f);
    if (!q->again && in_get(q->query, "csrf")) return see_other(q, clean_address(f));
    TRY(load_offers(f));
    const Profile *p = profile_find(q->desk, q->who.site, f->profile_code, 0);
    if (!p) p = profile_find(q->desk, q->who.site, NULL, 0);
    Deadline clocks[STARTS];
    int n = clocks_to_start(f, p, clocks);
    const char *path = arena_f(q->a, "/whistles/%lld/dispatch", (long long)f->w->h.id);
    q->menu = "/whistles";
    shell_begin(q, "派单");
    TRY(crumb(f));
    head(f);
    action_errors(q, "dispatch");
    other_form_html(&q->out, path, f->class ? f->class : "", f->urgent,
                    req_arg(q, "urgent_reason") ? req_arg(q, "urgent_reason") : "", f->chosen,
                    f->chosen_n);
    columns_html(&q->out);
    brief(f);
    lead_part(f, path);
    support_part(f);
    clocks_part(f, path, p, clocks, n);
    form_end_html(&q->out, effect(f, clocks, n));
    rest_html(&q->out, f->w, may(f, "ask"), may(f, "answer_now"), may(f, "refuse"),
              asset_url("preview.js"));
    return shell_end(q, 200);
}
