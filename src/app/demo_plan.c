/* demo_plan: a whistle's plan becomes steps. A plan is written once, as a walk in working hours from
   the submission on. It is walked twice: first to learn its length, then with its place in time: plans
   of the past begin on the day that the data name; a plan that is still open says how long ago its
   last step is (anchor), and all its steps are counted back from the moment of loading. */
#include "app/demo_plan.h"

#include <string.h>

enum { MINUTE = 60000, DAY = 86400000, SLACK = 40 * MINUTE, TRIES = 60, PACES = 6 };
#define DEMO_PHONE "0935-0000999" /* belongs to nobody */

int64_t working_shift(const Calendar *c, int64_t t, int64_t ms)
{
    int64_t lo = t, hi = t;
    if (ms == 0) return t;
    for (int64_t step = DAY; ms > 0 && calendar_working_ms(c, t, hi) < ms; step *= 2) hi += step;
    for (int64_t step = DAY; ms < 0 && calendar_working_ms(c, lo, t) < -ms; step *= 2) lo -= step;
    while (hi - lo > 1) {
        int64_t mid = lo + (hi - lo) / 2;
        bool low =
            ms > 0 ? calendar_working_ms(c, t, mid) < ms : calendar_working_ms(c, mid, t) >= -ms;
        if (low)
            lo = mid;
        else
            hi = mid;
    }
    return ms > 0 ? hi : lo;
}

/* ---- the walk ---- */

/* The same numbers at every walk and every loading. */
static int64_t chance(Plan *p, int64_t below)
{
    p->seed = p->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return below > 0 ? (int64_t)((p->seed >> 33) % (uint64_t)below) : 0;
}

void plan_walk(Plan *p, int from, int to)
{
    int pace = p->place == FROM_START ? p->pace : 1000;
    int64_t lo = (int64_t)from * MINUTE / 1000 * pace, hi = (int64_t)to * MINUTE / 1000 * pace;
    p->at += lo + chance(p, hi - lo) + MINUTE;
    p->plain = 0;
}

void plan_plain(Plan *p, int minutes)
{
    p->plain += (int64_t)minutes * MINUTE;
}

void plan_anchor(Plan *p, int ago)
{
    p->anchored = true;
    p->end = p->at + (int64_t)ago * MINUTE;
}

/* The instant of the cursor, once the walk has its place. */
int64_t plan_instant(const Plan *p)
{
    const Calendar *c = p->d->app->desk.calendar;
    if (p->place == NO_PLACE) return p->d->now;
    int64_t t = p->place == FROM_START ? working_shift(c, p->start, p->at)
                                       : working_shift(c, p->d->now, p->at - p->end);
    return t + p->plain;
}

DemoStep *plan_step(Plan *p, Viewer who, const char *action)
{
    DemoStep *s = &p->steps[p->n < PLAN_STEPS_MAX ? p->n++ : PLAN_STEPS_MAX - 1];
    *s = (DemoStep){.at = plan_instant(p),
                    .who = who,
                    .action = action,
                    .of = p->of,
                    .order = p->n,
                    .body = "{}"};
    if (p->place != NO_PLACE && p->n > 1 && s->at <= p->steps[p->n - 2].at)
        s->at = p->steps[p->n - 2].at + MINUTE;
    return s;
}

/* ---- who ---- */

static Viewer viewer_of(const Plan *p, const DemoAccount *a)
{
    int role = choice_index(roles, a->role);
    Viewer v = {.site = p->site->site,
                .account = a->id,
                .name = a->zh,
                .role = (Role)(role < 0 ? 0 : role),
                .dept = a->dept};
    if (a->enterprise) v.enterprises[v.enterprises_n++] = a->enterprise;
    return v;
}

/* The nth account of this role and department, turning round; somebody without an account where the
   data have none. */
static Viewer staff(const Plan *p, const char *role, int64_t dept, int nth)
{
    const DemoAccount *found[16];
    int n = 0;
    for (int i = 0; i < p->site->accounts_n && n < COUNT(found); i++) {
        const DemoAccount *a = &p->site->accounts[i];
        if (strcmp(a->role, role) == 0 && (!dept || a->dept == dept)) found[n++] = a;
    }
    if (n) return viewer_of(p, found[nth % n]);
    const char *unit = "";
    for (int i = 0; i < p->site->departments.n; i++)
        if (p->site->departments.at[i].id == dept) unit = p->site->departments.at[i].zh;
    int r = choice_index(roles, role);
    return (Viewer){.site = p->site->site,
                    .role = (Role)(r < 0 ? 0 : r),
                    .dept = dept,
                    .name =
                        arena_f(p->a, "%s%s%s", unit, *unit ? "·" : "", roles[r < 0 ? 0 : r].zh)};
}

Viewer plan_dispatcher(const Plan *p)
{
    return staff(p, "dispatcher", 0, p->of->n % 3 == 0);
}

Viewer plan_handler(const Plan *p, int64_t dept)
{
    return staff(p, "handler", dept, p->of->n % 5 == 4);
}

Viewer plan_head(const Plan *p, int64_t dept)
{
    return staff(p, "head", dept, 0);
}

Viewer plan_supervisor(const Plan *p)
{
    return staff(p, "supervisor", 0, p->of->n % 2);
}

Viewer plan_callback(const Plan *p)
{
    return staff(p, "callback", 0, 0);
}

/* The firm's own account, or the firm by somebody without an account here; the public with its code. */
Viewer plan_submitter(const Plan *p)
{
    if (p->public_)
        return (Viewer){.site = p->site->site, .role = ROLE_PUBLIC, .code_case = p->of->id};
    for (int i = 0; i < p->site->accounts_n; i++)
        if (p->site->accounts[i].enterprise == p->enterprise)
            return viewer_of(p, &p->site->accounts[i]);
    Viewer v = {.site = p->site->site,
                .role = ROLE_ENTERPRISE,
                .enterprises_n = 1,
                .enterprises = {p->enterprise}};
    v.name = arena_f(p->a, "%s·企业联系人", p->firm ? p->firm : "");
    return v;
}

/* ---- bodies ---- */

const char *plan_text(const Plan *p, const char *name)
{
    return in_text(p->w, name);
}

void body_text(Out *o, const char *name, const char *value)
{
    if (!value) return;
    out_f(o, "%s\"%s\":", o->n > 1 ? "," : "", name);
    out_json(o, value);
}

void body_id(Out *o, const char *name, int64_t id)
{
    if (!id) return;
    out_f(o, "%s\"%s\":\"%lld\"", o->n > 1 ? "," : "", name, (long long)id);
}

void body_flag(Out *o, const char *name, bool v)
{
    out_f(o, "%s\"%s\":%s", o->n > 1 ? "," : "", name, v ? "true" : "false");
}

void body_time(Out *o, const char *name, int64_t t)
{
    char text[30];
    time_text((Time){t, true}, text);
    body_text(o, name, text);
}

Out body_begin(const Plan *p)
{
    Out o = {.a = p->a};
    out_raw(&o, "{");
    return o;
}

const char *body_end(Out *o)
{
    out_raw(o, "}");
    return o->s;
}

/* ---- submission ---- */

static bool flag(const In *o, const char *name)
{
    const In *v = in_get(o, name);
    return v && v->kind == IN_BOOL && v->i;
}

static bool is(const char *a, const char *b)
{
    return a && strcmp(a, b) == 0;
}

static Viewer first_person(const Plan *p)
{
    const char *channel = plan_text(p, "channel");
    if (is(channel, "visit") && p->lead) return plan_handler(p, p->lead);
    if (is(channel, "web") || is(channel, "public")) return plan_submitter(p);
    return plan_dispatcher(p);
}

static const char *create_body(const Plan *p, const Viewer *who, bool draft)
{
    Out o = body_begin(p);
    bool anonymous = flag(p->w, "anonymous"), named = who->role != ROLE_PUBLIC && p->enterprise;
    const char *unit = plan_text(p, "unit") ? plan_text(p, "unit") : p->firm;
    body_text(&o, "title", plan_text(p, "title"));
    body_text(&o, "text", plan_text(p, "text"));
    body_text(&o, "wish", plan_text(p, "wish"));
    body_text(&o, "class", plan_text(p, "class"));
    if (named)
        body_id(&o, "enterprise", p->enterprise);
    else
        body_text(&o, "unit", unit);
    body_text(&o, "contact_name", plan_text(p, "contact_name"));
    if (!named && !anonymous) body_text(&o, "contact_phone", DEMO_PHONE);
    body_flag(&o, "anonymous", anonymous);
    body_flag(&o, "urgent", flag(p->w, "urgent"));
    body_text(&o, "visibility", plan_text(p, "visibility"));
    if (who->role != ROLE_PUBLIC && who->role != ROLE_ENTERPRISE)
        body_text(&o, "channel", plan_text(p, "channel"));
    if (draft) body_flag(&o, "draft", true);
    return body_end(&o);
}

void plan_submit(Plan *p)
{
    Viewer who = first_person(p);
    plan_step(p, who, "submit")->body = create_body(p, &who, false);
}

/* A firm without an account has nobody who could keep a draft: the desk took it down. */
void plan_draft(Plan *p)
{
    Viewer who = plan_submitter(p);
    if (!who.account) who = plan_dispatcher(p);
    plan_step(p, who, "create")->body = create_body(p, &who, true);
}

/* ---- one whistle ---- */

static int64_t start_of(const Plan *p)
{
    const Calendar *c = p->d->app->desk.calendar;
    const In *days = in_get(p->w, "start");
    const char *hour = plan_text(p, "hour"), *channel = plan_text(p, "channel");
    int64_t day = time_day((Time){p->d->now, true}).v - (days ? days->i : 0);
    char date[11];
    bool met = !is(channel, "web") && !is(channel, "public") && !is(channel, "12345");
    while (met && !calendar_is_workday(c, day)) day--;
    day_text((Day){day, true}, date);
    Out o = {.a = p->a};
    out_f(&o, "%sT%s:%02d", date, hour ? hour : "10:00", p->of->n * 7 % 60);
    Time t;
    if (!time_parse(o.s, &t)) return p->d->now;
    return met ? calendar_next_working_time(c, t.v) : t.v;
}

static void rewind_plan(Plan *p)
{
    p->n = 0;
    p->at = p->plain = 0;
    p->seed = (uint64_t)p->of->n * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)p->site->site;
    p->lead = p->first_lead;
}

/* Walks faster and faster, then begins earlier, until nothing lies in the future. */
static int place(Plan *p, const PlanKind *k)
{
    p->pace = 1000;
    p->place = NO_PLACE;
    rewind_plan(p);
    k->walk(p);
    p->place = p->anchored ? FROM_NOW : FROM_START;
    for (int i = 0; i < TRIES; i++) {
        rewind_plan(p);
        k->walk(p);
        if (p->n == 0 || p->steps[p->n - 1].at <= p->d->now - (p->anchored ? 0 : SLACK)) return OK;
        if (i < PACES)
            p->pace = p->pace * 7 / 10;
        else
            p->start -= DAY;
    }
    return demo_fail(p->d, "whistle %d (%s) does not fit before now", p->of->n, p->of->plan);
}

static int read_ids(Plan *p)
{
    const char *enterprise = plan_text(p, "enterprise"), *lead = plan_text(p, "lead");
    const In *n = in_get(p->w, "n");
    const DemoName *firm = demo_name(&p->site->enterprises, enterprise);
    p->of->n = n ? (int)n->i : 0;
    p->of->plan = plan_text(p, "plan");
    p->enterprise = firm ? firm->id : 0;
    p->firm = firm ? firm->zh : NULL;
    p->first_lead = demo_id(&p->site->departments, lead);
    p->public_ = is(plan_text(p, "channel"), "public") || !p->enterprise || flag(p->w, "anonymous");
    if ((enterprise && !firm) || (lead && !p->first_lead))
        return demo_fail(p->d, "whistle %d names an enterprise or department that is not there",
                         p->of->n);
    return OK;
}

static int add_steps(Demo *d, DemoSteps *out, const Plan *p)
{
    if (out->n + p->n > out->cap) {
        int cap = (out->n + p->n) * 2 + 256;
        out->at = arena_grow(&d->a, out->at, (size_t)out->cap * sizeof *out->at,
                             (size_t)cap * sizeof *out->at);
        out->cap = cap;
    }
    for (int i = 0; i < p->n; i++) out->at[out->n++] = p->steps[i];
    return OK;
}

static int one_whistle(Demo *d, const DemoSite *site, Slice one, DemoSteps *out)
{
    In w;
    TRY(demo_parse(d, one, &w));
    DemoWhistle *of = NEW(&d->a, DemoWhistle);
    *of = (DemoWhistle){.site = site, .id = db_new_id(d->app->desk.db)};
    Plan *p = NEW(&d->a, Plan);
    *p = (Plan){.d = d, .a = &d->a, .site = site, .w = &w, .of = of};
    TRY(read_ids(p));
    for (const PlanKind *k = plan_kinds; k->name; k++) {
        if (!is(of->plan, k->name)) continue;
        p->start = start_of(p);
        TRY(place(p, k));
        of->state = k->state ? k->state : p->state;
        out->whistles[out->whistles_n++] = of;
        return add_steps(d, out, p);
    }
    return demo_fail(d, "whistle %d has a plan that nobody knows: %s", of->n,
                     of->plan ? of->plan : "none");
}

int demo_steps(Demo *d, const DemoSite *site, DemoSteps *out)
{
    Slice list = slice_member(site->json, "whistles");
    for (Slice one = {0}; slice_next(list, &one);) {
        if (out->whistles_n == DEMO_WHISTLES_MAX) return demo_fail(d, "too many whistles");
        TRY(one_whistle(d, site, one, out));
    }
    return OK;
}
