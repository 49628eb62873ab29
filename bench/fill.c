/* fill: makes a desk of real size for the measurements, in a folder where `lianshao demo` was loaded:
   enterprises, accounts with sessions and tokens, and whistles with their whole lives, all through
   act(), many at a time, in texts of the demonstration city. Most are closed; the last few hundred are
   open in every state. Writes DIR/bench.json: who may be used, and what. */
#include "app/app.h"
#include "app/slice.h"
#include "base/clocks.h"
#include "base/queue.h"
#include "desk/account.h"
#include "desk/act.h"
#include "desk/log.h"
#include "desk/tick.h"
#include "modules/city/city.h"
#include "modules/whistle/whistle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITE = 1, FLIGHT = 200, STEPS_MAX = 10, TEXTS_MAX = 400, DAYS = 900, OPEN_PERMILLE = 60 };
enum { DESKS = 8, FIRMS = 48, OWNERS = 16 }; /* accounts of the bench; those that handle cases */
#define HOUR INT64_C(3600000)

typedef struct Text2 {
    const char *title, *text, *class;
} Text2;
typedef struct Dept {
    int64_t id;
    Viewer handler;
} Dept;
typedef struct Login {
    const char *username, *role, *cookie, *token;
    int64_t id, dept, enterprise;
} Login;

typedef struct Fill {
    App app;
    Arena a;
    int64_t now, acts;
    int texts_n, depts_n, firms_n, logins_n, cases;
    Text2 texts[TEXTS_MAX];
    Dept depts[64];
    int64_t *firms;
    Login logins[3 * DESKS + FIRMS + OWNERS];
    Viewer dispatcher;
    Queue *done;
} Fill;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "fill: %s: %s\n", what, why ? why : "failed");
    exit(1);
}

static const char *said(const Errors *e)
{
    static char text[300];
    snprintf(text, sizeof text, "%s %s", e->n ? e->at[0].field : "", e->n ? e->at[0].en : e->en);
    return text;
}

/* ---- what is there ---- */

static void read_texts(Fill *f)
{
    size_t n = 0;
    const char *json = app_asset("demo/jinchang.json", &n);
    Slice list = slice_member((Slice){json, n}, "whistles");
    for (Slice one = {0}; slice_next(list, &one) && f->texts_n < TEXTS_MAX;) {
        In o;
        Errors e = {.a = &f->a};
        if (input_json(&f->a, one.s, one.n, true, &o, &e) != OK) die("a text", said(&e));
        f->texts[f->texts_n++] =
            (Text2){in_text(&o, "title"), in_text(&o, "text"), in_text(&o, "class")};
    }
    if (f->texts_n == 0) die("demo/jinchang.json", "holds no whistles");
}

static void ask(Fill *f, Result *r, const char *sql)
{
    Reader *q;
    if (reader_begin(f->app.desk.db, APP_READER, &q) < 0) die("the database", "no reader");
    if (db_get(q, &f->a, r, sql, 0, NULL) < 0) die(sql, db_error(q));
    reader_end(q);
}

static Viewer viewer(const Result *r, int row, Role role)
{
    return (Viewer){.site = SITE,
                    .account = res_int(r, row, 0),
                    .name = res_text(r, row, 1),
                    .role = role,
                    .dept = res_int(r, row, 2)};
}

static void read_people(Fill *f)
{
    Result r;
    ask(f, &r,
        "SELECT id, name, department FROM account WHERE site = 1 AND role = 'handler' ORDER BY id");
    for (int i = 0; i < r.rows; i++) {
        bool known = false;
        for (int k = 0; k < f->depts_n; k++) known |= f->depts[k].id == res_int(&r, i, 2);
        if (!known && f->depts_n < COUNT(f->depts))
            f->depts[f->depts_n++] = (Dept){res_int(&r, i, 2), viewer(&r, i, ROLE_HANDLER)};
    }
    ask(f, &r,
        "SELECT id, name, department FROM account WHERE site = 1 AND role = 'dispatcher' "
        "ORDER BY id LIMIT 1");
    if (r.rows == 0 || f->depts_n == 0) die("accounts", "load lianshao demo first");
    f->dispatcher = viewer(&r, 0, ROLE_DISPATCHER);
}

/* ---- many acts at a time ---- */

typedef struct Life {
    Arena a;
    int n, step;
    bool open;
    const char *const *way; /* its steps */
    int64_t id, at;
    const Dept *dept;
    Viewer firm;
} Life;

static Fill *the_fill; /* of finished(): an act has one ctx */

static void finished(Act *act)
{
    if (!queue_put(the_fill->done, act)) abort();
}

static void hand_on(Act *act)
{
    act->finish = finished;
    if (act_submit(act) < 0) die(act->action, "the writer takes no more");
}

static Act *new_row(Fill *f, Arena *a, const Record *r)
{
    Viewer who = {.site = SITE, .name = "bench", .role = ROLE_CLOCK};
    Act *act = act_new(&f->app.desk, a, &who, r, 0, "create");
    act->row = arena_get(a, r->size);
    act->new_id = db_new_id(f->app.desk.db);
    act->channel = "demo";
    return act;
}

/* Waits for one act of those in flight. On a machine that is busy with other things an act may come
   over its limit of processor time: it is said, and done again. */
static Act *take(Fill *f)
{
    Act *act = queue_take(f->done);
    for (int tries = 0; act->rc == E_LARGE && tries < 100; tries++) {
        fprintf(stderr, "fill: %s took too long, once more\n", act->action);
        hand_on(act);
        act = queue_take(f->done);
    }
    f->acts++;
    if (act->rc < 0) {
        fprintf(stderr, "fill: %s %s: %d\n", act->rec->name, act->action, act->rc);
        die(act->action, said(&act->errors));
    }
    return act;
}

/* ---- enterprises and accounts ---- */

static const char *uscc(Arena *a, int n)
{
    static const char letters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char *s = arena_f(a, "91620300MB%06d00", n);
    for (const char *org = letters; *org; org++)
        for (const char *all = letters; *all; all++) {
            s[16] = *org;
            s[17] = *all;
            if (!uscc_fault(s)) return s;
        }
    return s;
}

static void make_firms(Fill *f, int more)
{
    Result r;
    int given = 0;
    ask(f, &r, "SELECT id FROM enterprise WHERE site = 1 ORDER BY id");
    f->firms = arena_array(&f->a, (size_t)(r.rows + more), sizeof *f->firms);
    for (int i = 0; i < r.rows; i++) f->firms[f->firms_n++] = res_int(&r, i, 0);
    for (int waiting = 0; given < more || waiting > 0;) {
        while (given < more && waiting < FLIGHT) {
            Arena *a = calloc(1, sizeof *a);
            if (!a) abort();
            Act *act = new_row(f, a, &enterprise_record);
            Enterprise *e = act->row;
            e->name = arena_f(a, "金昌示范第%05d号商贸有限公司", given);
            e->uscc = uscc(a, given);
            e->address = "金昌市金川区示范路 1 号";
            e->status = (Pick){0, true};
            f->firms[f->firms_n++] = act->new_id;
            act->ctx = a;
            hand_on(act);
            given++, waiting++;
        }
        Arena *a = take(f)->ctx;
        arena_free(a);
        free(a);
        waiting--;
    }
}

static void open_login(Fill *f, Login *l)
{
    Desk *d = &f->app.desk;
    int64_t now = wall_ms(), ends = now + 12 * HOUR;
    if (session_new(d, &f->a, SITE, l->id, now, ends, "s", NULL, &l->cookie) < 0 ||
        session_new(d, &f->a, SITE, l->id, now, ends, "t", "read write", &l->token) < 0)
        die(l->username, "session");
}

static void login(Fill *f, const char *role, int n, int64_t dept, int64_t enterprise)
{
    Login *l = &f->logins[f->logins_n++];
    Act *act = new_row(f, &f->a, &account_record);
    Account *row = act->row;
    *l = (Login){.username = arena_f(&f->a, "bench-%s-%d", role, n),
                 .role = role,
                 .id = act->new_id,
                 .dept = dept,
                 .enterprise = enterprise};
    row->username = l->username;
    row->name = arena_f(&f->a, "测量·%s %02d", role, n);
    row->role = (Pick){choice_index(roles, role), true};
    row->department = (Ref){dept, dept != 0};
    if (act_run(act) < 0) die(l->username, said(&act->errors));
    if (enterprise &&
        run_sql(f->app.desk.db,
                "INSERT INTO speaks (site, account, enterprise, main) VALUES ($1, $2, "
                "$3, 1)",
                VALS(vi(SITE), vi(l->id), vi(enterprise))) < 0)
        die(l->username, "speaks");
    open_login(f, l);
}

static void make_logins(Fill *f)
{
    Result r;
    ask(f, &r, "SELECT department FROM account WHERE site = 1 AND username = 'hand'");
    int64_t dept = r.rows ? res_int(&r, 0, 0) : f->depts[0].id;
    for (int i = 0; i < DESKS; i++) {
        login(f, "dispatcher", i, f->dispatcher.dept, 0);
        login(f, "handler", i, i % 2 ? f->depts[i % f->depts_n].id : dept, 0);
        login(f, "supervisor", i, 0, 0);
    }
    for (int i = 0; i < FIRMS; i++) login(f, "enterprise", i, 0, f->firms[i % f->firms_n]);
    /* who handles the cases themselves */
    for (int i = 0; i < OWNERS && i < f->depts_n; i++) {
        const Viewer *v = &f->depts[i].handler;
        Login *l = &f->logins[f->logins_n++];
        *l = (Login){.username = arena_f(&f->a, "owner-%d", i),
                     .role = "owner",
                     .id = v->account,
                     .dept = v->dept};
        open_login(f, l);
    }
}

/* ---- whistles ---- */

static const char *const closed[] = {"create", "dispatch", "sign",     "contact",
                                     "plan",   "reply",    "evaluate", NULL};
static const char *const closed_noted[] = {"create", "dispatch", "sign",  "contact",  "plan",
                                           "note",   "note",     "reply", "evaluate", NULL};
static const char *const withdrawn[] = {"create", "dispatch", "withdraw", NULL};
static const char *const submitted[] = {"create", NULL};
static const char *const dispatched[] = {"create", "dispatch", NULL};
static const char *const signed_[] = {"create", "dispatch", "sign", NULL};
static const char *const planned[] = {"create", "dispatch", "sign", "contact", "plan", NULL};
static const char *const replied[] = {"create", "dispatch", "sign", "contact",
                                      "plan",   "reply",    NULL};
static const char *const *const past[] = {closed, closed, closed_noted, closed, withdrawn,
                                          closed, closed, closed_noted, closed, closed};
static const char *const *const present[] = {planned, replied,   planned, dispatched, planned,
                                             signed_, submitted, replied, planned,    replied};

/* Hours from the submission to a step; the reply and what follows take days. */
static int64_t after(const char *action, int n)
{
    static const struct {
        const char *action;
        int hours;
    } all[] = {{"create", 0}, {"dispatch", 1}, {"sign", 2},      {"contact", 3},  {"plan", 5},
               {"note", 26},  {"reply", 50},   {"evaluate", 74}, {"withdraw", 20}};
    for (int i = 0; i < COUNT(all); i++)
        if (strcmp(all[i].action, action) == 0)
            return all[i].hours * HOUR + (int64_t)(n % 50) * 60000;
    return 0;
}

static void member(Out *o, const char *name, const char *value)
{
    out_raw(o, o->n > 1 ? "," : "");
    out_json(o, name);
    out_raw(o, ":");
    out_json(o, value);
}

static void member_id(Out *o, const char *name, int64_t id)
{
    out_f(o, "%s\"%s\":", o->n > 1 ? "," : "", name);
    out_json_id(o, id);
}

static void create_body(const Fill *f, const Life *c, Out *o)
{
    const Text2 *t = &f->texts[c->n % f->texts_n];
    member(o, "title", t->title);
    member(o, "text", t->text);
    member(o, "class", t->class);
    member_id(o, "enterprise", c->firm.enterprises[0]);
    member(o, "contact_name", "办公室");
    member(o, "contact_phone", "0935-0000999");
    if (c->n % 12 == 0) member(o, "visibility", "confidential");
    if (c->n % 10 == 0) out_raw(o, ",\"urgent\":true");
}

static const char *body_of(Fill *f, const Life *c, Arena *a, const char *action, int64_t at)
{
    Out o = {.a = a};
    char when[30];
    out_raw(&o, "{");
    time_text((Time){at, true}, when);
    if (strcmp(action, "create") == 0) create_body(f, c, &o);
    if (strcmp(action, "dispatch") == 0) {
        member_id(&o, "lead", c->dept->id);
        if (c->n % 5 == 0) {
            const Dept *other = &f->depts[(c->n / 5 + 1) % f->depts_n];
            if (other != c->dept) out_f(&o, ",\"supporting\":[\"%lld\"]", (long long)other->id);
        }
    }
    if (strcmp(action, "contact") == 0) {
        member(&o, "how", "电话");
        member(&o, "whom", "办公室");
        member(&o, "at", when);
    }
    if (strcmp(action, "plan") == 0)
        member(&o, "text", "第一步到现场核对情况，第二步与相关单位协调，第三步书面答复。");
    if (strcmp(action, "note") == 0) member(&o, "text", "已与相关科室核对，等材料。");
    if (strcmp(action, "reply") == 0) {
        member(&o, "outcome", "solved");
        member(&o, "text", f->texts[(c->n + 7) % f->texts_n].text);
        member(&o, "call", "经办，0935-0000128");
    }
    if (strcmp(action, "evaluate") == 0) {
        out_raw(&o, "\"solved\":true");
        member(&o, "satisfied", c->n % 4 ? "yes" : "basically");
    }
    if (strcmp(action, "withdraw") == 0) member(&o, "reason", "solved");
    out_raw(&o, "}");
    return o.s;
}

static const Viewer *actor(const Fill *f, const Life *c, const char *action)
{
    static const char *const firm[] = {"create", "evaluate", "withdraw"};
    for (int i = 0; i < COUNT(firm); i++)
        if (strcmp(action, firm[i]) == 0) return &c->firm;
    return strcmp(action, "dispatch") == 0 ? &f->dispatcher : &c->dept->handler;
}

static void next_step(Fill *f, Life *c)
{
    const char *action = c->way[c->step++];
    bool create = strcmp(action, "create") == 0;
    In body = {0};
    arena_free(&c->a);
    int64_t at = c->at + after(action, c->n);
    if (at > f->now) at = f->now;
    Act *act = act_new(&f->app.desk, &c->a, actor(f, c, action), &whistle_record,
                       create ? 0 : c->id, action);
    act->at = at;
    act->channel = "web";
    act->ctx = c;
    if (create) act->act = NULL;
    const char *json = body_of(f, c, &c->a, action, at);
    if (input_json(&c->a, json, strlen(json), false, &body, &act->errors) < 0 ||
        act_read(act, &body, false, NULL) < 0)
        die(action, said(&act->errors));
    if (create) act->new_id = c->id = db_new_id(f->app.desk.db);
    hand_on(act);
}

static void begin_case(Fill *f, Life *c, int n, int all)
{
    int open = all * OPEN_PERMILLE / 1000, first_open = all - open;
    const Login *l = &f->logins[3 * DESKS + n % FIRMS];
    *c = (Life){.n = n, .open = n >= first_open, .dept = &f->depts[n / 3 % f->depts_n]};
    c->way = c->open ? present[n % COUNT(present)] : past[n % COUNT(past)];
    /* open ones began in the last days, and the fewer steps they have the less time ago */
    int steps = 0;
    while (c->way[steps]) steps++;
    int64_t since = (int64_t)DAYS * 24 * HOUR / (first_open > 0 ? first_open : 1);
    c->at = c->open ? f->now - (steps * steps * 4 + n % 40) * HOUR
                    : f->now - 6 * 24 * HOUR - (first_open - n) * since;
    /* a third comes from accounts that are used, the others from any firm */
    int64_t firm = n % 3 == 0 ? l->enterprise : f->firms[(n * 7) % f->firms_n];
    c->firm = (Viewer){.site = SITE,
                       .account = l->id,
                       .name = "企业联系人",
                       .role = ROLE_ENTERPRISE,
                       .enterprises_n = 1,
                       .enterprises = {firm}};
    next_step(f, c);
}

static void make_cases(Fill *f, int all)
{
    static Life flight[FLIGHT];
    int begun = 0, waiting = 0;
    while (begun < all && waiting < FLIGHT) begin_case(f, &flight[waiting++], begun++, all);
    while (waiting > 0) {
        Life *c = take(f)->ctx;
        if (c->way[c->step]) {
            next_step(f, c);
        } else if (begun < all) {
            arena_free(&c->a);
            begin_case(f, c, begun++, all);
        } else {
            arena_free(&c->a);
            waiting--;
        }
    }
    f->cases = all;
}

/* ---- what the bench needs to know ---- */

/* Rows as lists of texts. */
static void list(Fill *f, Out *o, const char *name, const char *sql)
{
    Result r;
    ask(f, &r, sql);
    out_f(o, ",\n\"%s\":[", name);
    for (int i = 0; i < r.rows; i++)
        for (int k = 0; k < r.cols; k++) {
            out_raw(o, k ? "," : i ? ",[" : "[");
            out_json(o, res_text(&r, i, k));
            out_raw(o, k + 1 == r.cols ? "]" : "");
        }
    out_raw(o, "]");
}

static void report(Fill *f, const char *dir, double seconds)
{
    Out o = {.a = &f->a};
    out_f(&o, "{\"whistles\":%d,\"acts\":%lld,\"seconds\":%.1f,\"enterprises\":%d,\"logins\":[",
          f->cases, (long long)f->acts, seconds, f->firms_n);
    for (int i = 0; i < f->logins_n; i++) {
        const Login *l = &f->logins[i];
        out_raw(&o, i ? ",\n{" : "\n{");
        out_f(&o, "\"username\":\"%s\",\"role\":\"%s\",\"cookie\":\"%s\",\"token\":\"%s\"",
              l->username, l->role, l->cookie, l->token);
        out_f(&o, ",\"id\":\"%lld\",\"department\":\"%lld\",\"enterprise\":\"%lld\"}",
              (long long)l->id, (long long)l->dept, (long long)l->enterprise);
    }
    out_raw(&o, "]");
    list(f, &o, "departments", "SELECT id FROM department WHERE site = 1 ORDER BY id");
    list(f, &o, "classes", "SELECT code FROM class WHERE site = 1 ORDER BY position");
    list(f, &o, "handling",
         "SELECT id, handler FROM whistle WHERE site = 1 AND state = 'handling' AND handler IS NOT "
         "NULL ORDER BY id DESC LIMIT 500");
    list(f, &o, "cases",
         "SELECT id FROM whistle WHERE site = 1 AND state <> 'draft' ORDER BY id DESC LIMIT 2000");
    out_raw(&o, "}\n");
    FILE *file = fopen(arena_f(&f->a, "%s/bench.json", dir), "we");
    if (!file || fputs(o.s, file) < 0 || fclose(file) != 0) die(dir, "bench.json");
    printf("%d whistles, %lld acts, %.1f s, %.0f acts/s\n", f->cases, (long long)f->acts, seconds,
           (double)f->acts / seconds);
}

int main(int argc, char **argv)
{
    static Fill f;
    int64_t cases, firms;
    if (argc < 4 || !num_parse(argv[2], &cases) || !num_parse(argv[3], &firms)) {
        fputs("fill DIR WHISTLES ENTERPRISES [postgres://...]\n", stderr);
        return 2;
    }
    AppOptions o = {.dir = argv[1], .db = argc > 4 ? argv[4] : NULL};
    if (app_open(&o, "fill", &f.app) < 0) return 1;
    the_fill = &f;
    f.now = wall_ms();
    f.done = queue_new(FLIGHT * 2);
    read_texts(&f);
    read_people(&f);
    int64_t began = mono_ms();
    make_firms(&f, (int)firms);
    make_logins(&f);
    make_cases(&f, (int)cases);
    if (tick_run(&f.app.desk, f.now) < 0) die("the clock", "could not fire");
    if (sealer_run(&f.app.desk) < 0) die("the log", "could not be sealed");
    report(&f, argv[1], (double)(mono_ms() - began) / 1e3);
    queue_free(f.done);
    app_close(&f.app);
    arena_free(&f.a);
    return 0;
}
