/* demo_city: sites, departments, duties, classes, parks, chains, enterprises, accounts. Every row is
   made by an act, as anybody would make it; they are handed to the writer together. */
#include "app/demo.h"
#include "desk/account.h"
#include "modules/city/city.h"
#include "modules/whistle/whistle.h"

#include <stdio.h>
#include <string.h>

enum { DAYS_BEFORE = 220, ROWS_MAX = 1500 };

/* ---- names ---- */

const DemoName *demo_name(const DemoNames *names, const char *code)
{
    for (int i = 0; code && i < names->n; i++)
        if (strcmp(names->at[i].code, code) == 0) return &names->at[i];
    return NULL;
}

int64_t demo_id(const DemoNames *names, const char *code)
{
    const DemoName *n = demo_name(names, code);
    return n ? n->id : 0;
}

int demo_fail(Demo *d, const char *fmt, ...)
{
    char text[400];
    va_list va;
    va_start(va, fmt);
    vsnprintf(text, sizeof text, fmt, va);
    va_end(va);
    d->why = arena_str(&d->a, text);
    return E_INPUT;
}

int demo_parse(Demo *d, Slice one, In *out)
{
    Errors e = {.a = &d->a};
    if (one.s && input_json(&d->a, one.s, one.n, true, out, &e) == OK) return OK;
    return demo_fail(d, "the demonstration data are broken: %s", e.en ? e.en : "a part is missing");
}

static Ref ref(int64_t id)
{
    return (Ref){id, id != 0};
}

static Pick pick(const Record *r, const char *field, const char *code)
{
    int at = code ? choice_index(rec_field(r, field)->picks, code) : -1;
    return (Pick){at < 0 ? 0 : at, at >= 0};
}

static bool flag(const In *o, const char *name)
{
    const In *v = in_get(o, name);
    return v && v->kind == IN_BOOL && v->i;
}

/* ---- rows ---- */

/* An empty row of the record; its id is known at once. row_add hands it on when it is filled. */
static void *row_new(Batch *b, const DemoSite *s, const Record *r, int64_t *id_out)
{
    Arena *a = batch_arena(b);
    if (!a) return NULL;
    Viewer who = {.site = s->site, .name = "演示数据", .role = ROLE_CLOCK};
    Act *act = act_new(&b->d->app->desk, a, &who, r, 0, "create");
    act->row = arena_get(a, r->size);
    act->new_id = db_new_id(b->d->app->desk.db);
    act->at = b->d->now - (int64_t)DAYS_BEFORE * 86400000;
    act->channel = "demo";
    b->acts[b->n] = act;
    if (id_out) *id_out = act->new_id;
    return act->row;
}

static int row_add(Batch *b)
{
    return batch_add(b, b->acts[b->n]);
}

static int rows_end(Batch *b)
{
    int rc = OK;
    batch_wait(b);
    for (int i = 0; i < b->n; i++) {
        const Act *act = b->acts[i];
        const Errors *e = &act->errors;
        if (act->rc < 0 && rc >= 0)
            rc = demo_fail(b->d, "%s: %s %s", act->rec->name, e->n ? e->at[0].field : "",
                           e->n    ? e->at[0].en
                           : e->en ? e->en
                                   : "was not stored");
    }
    batch_close(b);
    return rc;
}

static DemoName *name_add(Demo *d, DemoNames *names, const In *o)
{
    if (names->n == DEMO_NAMES_MAX || !in_text(o, "code") || !in_text(o, "zh")) {
        (void)demo_fail(d, "the demonstration data hold too many names, or one without code");
        return NULL;
    }
    DemoName *n = &names->at[names->n++];
    *n = (DemoName){.code = in_text(o, "code"), .zh = in_text(o, "zh")};
    return n;
}

/* ---- kinds of rows ---- */

/* Those without a parent first, so that the others find theirs. */
static int departments(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "departments");
    for (int pass = 0; pass < 2; pass++)
        for (Slice one = {0}; slice_next(list, &one);) {
            In o;
            TRY(demo_parse(b->d, one, &o));
            const char *parent = in_text(&o, "parent");
            if ((parent != NULL) != pass) continue;
            DemoName *n = name_add(b->d, &s->departments, &o);
            if (!n) return E_INPUT;
            Department *row = row_new(b, s, &department_record, &n->id);
            if (!row) return E_INPUT;
            row->code = n->code;
            row->name = n->zh;
            row->en = in_text(&o, "en");
            row->phone = in_text(&o, "phone");
            row->parent = ref(demo_id(&s->departments, parent));
            TRY(row_add(b));
        }
    return OK;
}

static int class_row(Batch *b, DemoSite *s, const In *o, int64_t parent, int position,
                     int64_t *id_out)
{
    Class *row = row_new(b, s, &class_record, id_out);
    if (!row) return E_INPUT;
    row->code = in_text(o, "code");
    row->name = in_text(o, "zh");
    row->en = in_text(o, "en");
    row->duty = ref(demo_id(&s->departments, in_text(o, "duty")));
    row->parent = ref(parent);
    row->position = (Num){position, true};
    return row_add(b);
}

/* Both sites have the same classes; only the city names the department that answers for each. */
static int classes(Batch *b, DemoSite *s)
{
    int position = 0;
    Slice list = slice_member(b->d->json, "classes");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        int64_t id;
        TRY(demo_parse(b->d, one, &o));
        TRY(class_row(b, s, &o, 0, position += 10, &id));
        const In *subs = in_get(&o, "subs");
        for (int i = 0; subs && i < subs->len; i++)
            TRY(class_row(b, s, &subs->items[i], id, position + i + 1, NULL));
        position += subs ? subs->len : 0;
    }
    return OK;
}

static int duties(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "departments");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        TRY(demo_parse(b->d, one, &o));
        const In *all = in_get(&o, "duties");
        for (int i = 0; all && i < all->len; i++) {
            Duty *row = row_new(b, s, &duty_record, NULL);
            if (!row) return E_INPUT;
            row->department = ref(demo_id(&s->departments, in_text(&o, "code")));
            row->no = in_text(&all->items[i], "no");
            row->name = in_text(&all->items[i], "zh");
            row->class.s = in_text(&all->items[i], "class");
            TRY(row_add(b));
        }
    }
    return OK;
}

static int parks(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "parks");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        TRY(demo_parse(b->d, one, &o));
        DemoName *n = name_add(b->d, &s->parks, &o);
        Park *row = n ? row_new(b, s, &park_record, &n->id) : NULL;
        if (!row) return E_INPUT;
        row->code = n->code;
        row->name = n->zh;
        row->en = in_text(&o, "en");
        row->department = ref(demo_id(&s->departments, in_text(&o, "department")));
        TRY(row_add(b));
    }
    return OK;
}

static int chain_row(Batch *b, DemoSite *s, const In *o, int64_t parent, int64_t *id_out)
{
    DemoName *n = name_add(b->d, &s->chains, o);
    Chain *row = n ? row_new(b, s, &chain_record, &n->id) : NULL;
    if (!row) return E_INPUT;
    row->code = n->code;
    row->name = n->zh;
    row->en = in_text(o, "en");
    row->parent = ref(parent);
    row->sample = strstr(n->zh, "（示范）") != NULL;
    if (id_out) *id_out = n->id;
    return row_add(b);
}

static int chains(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "clusters");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        int64_t id;
        TRY(demo_parse(b->d, one, &o));
        TRY(chain_row(b, s, &o, 0, &id));
        const In *subs = in_get(&o, "subs");
        for (int i = 0; subs && i < subs->len; i++) TRY(chain_row(b, s, &subs->items[i], id, NULL));
    }
    return OK;
}

static int chain_role(Batch *b, DemoSite *s, int64_t chain, const char *role, const char *post,
                      Ref department, Ref enterprise)
{
    if (!post) return OK;
    ChainRole *row = row_new(b, s, &chain_role_record, NULL);
    if (!row) return E_INPUT;
    row->chain = ref(chain);
    row->role = pick(&chain_role_record, "role", role);
    row->post = post;
    row->department = department;
    row->enterprise = enterprise;
    return row_add(b);
}

/* The enterprise of the register whose name this text begins with. */
static Ref enterprise_named(const DemoSite *s, const char *text)
{
    for (int i = 0; text && i < s->enterprises.n; i++)
        if (strncmp(text, s->enterprises.at[i].zh, strlen(s->enterprises.at[i].zh)) == 0)
            return ref(s->enterprises.at[i].id);
    return ref(0);
}

static int chain_roles_of(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "clusters");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        TRY(demo_parse(b->d, one, &o));
        const In *r = in_get(&o, "roles");
        int64_t chain = demo_id(&s->chains, in_text(&o, "code"));
        if (!r) continue;
        const char *lead = in_text(r, "lead_enterprise");
        Ref office = ref(demo_id(&s->departments, in_text(r, "office")));
        TRY(chain_role(b, s, chain, "chief", in_text(r, "chief"), ref(0), ref(0)));
        TRY(chain_role(b, s, chain, "lead", lead, ref(0), enterprise_named(s, lead)));
        TRY(chain_role(b, s, chain, "office", in_text(r, "office_zh"), office, ref(0)));
    }
    return OK;
}

static int enterprises(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "enterprises");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        TRY(demo_parse(b->d, one, &o));
        DemoName *n = name_add(b->d, &s->enterprises, &o);
        Enterprise *row = n ? row_new(b, s, &enterprise_record, &n->id) : NULL;
        if (!row) return E_INPUT;
        row->name = n->zh;
        row->uscc = in_text(&o, "uscc");
        row->address = in_text(&o, "address");
        row->park = ref(demo_id(&s->parks, in_text(&o, "park")));
        row->chain = ref(demo_id(&s->chains, in_text(&o, "chain")));
        row->subchain = ref(demo_id(&s->chains, in_text(&o, "sub")));
        row->size = pick(&enterprise_record, "size", in_text(&o, "size"));
        row->status = pick(&enterprise_record, "status", "open");
        row->gbt4754 = in_text(&o, "gbt4754");
        row->above_scale = flag(&o, "above_scale");
        if (in_text(&o, "source"))
            row->source = arena_f(&b->d->a, "%s（%s）", in_text(&o, "fact"), in_text(&o, "source"));
        TRY(row_add(b));
    }
    return OK;
}

static int account_row(Batch *b, DemoSite *s, DemoAccount one)
{
    if (s->accounts_n == DEMO_ACCOUNTS_MAX || !one.name || !one.zh || !one.role)
        return demo_fail(b->d, "too many accounts, or one without name or role");
    DemoAccount *x = &s->accounts[s->accounts_n++];
    *x = one;
    Account *row = row_new(b, s, &account_record, &x->id);
    if (!row) return E_INPUT;
    row->username = x->name;
    row->name = x->zh;
    row->password = b->d->password_hash;
    row->role = pick(&account_record, "role", x->role);
    row->department = ref(x->dept);
    return row_add(b);
}

static int accounts(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "accounts");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        TRY(demo_parse(b->d, one, &o));
        DemoAccount x = {.name = in_text(&o, "name"),
                         .zh = in_text(&o, "zh"),
                         .role = in_text(&o, "role"),
                         .dept = demo_id(&s->departments, in_text(&o, "department")),
                         .enterprise = demo_id(&s->enterprises, in_text(&o, "enterprise")),
                         .main = flag(&o, "main")};
        TRY(account_row(b, s, x));
    }
    return OK;
}

static bool has_handler(const DemoSite *s, int64_t dept)
{
    for (int i = 0; i < s->accounts_n; i++)
        if (s->accounts[i].dept == dept && strcmp(s->accounts[i].role, "handler") == 0) return true;
    return false;
}

/* A department that leads a whistle needs somebody to handle it. */
static int missing_handlers(Batch *b, DemoSite *s)
{
    Slice list = slice_member(s->json, "whistles");
    for (Slice one = {0}; slice_next(list, &one);) {
        In o;
        TRY(demo_parse(b->d, one, &o));
        const DemoName *lead = demo_name(&s->departments, in_text(&o, "lead"));
        if (!lead || has_handler(s, lead->id)) continue;
        Arena *a = &b->d->a;
        DemoAccount x = {.name = arena_f(a, "h_%s_%lld", lead->code, (long long)s->site),
                         .zh = arena_f(a, "%s·经办 01", lead->zh),
                         .role = "handler",
                         .dept = lead->id};
        TRY(account_row(b, s, x));
    }
    return OK;
}

static int speakers(Demo *d, const DemoSite *s)
{
    for (int i = 0; i < s->accounts_n; i++) {
        const DemoAccount *x = &s->accounts[i];
        if (x->enterprise)
            TRY(run_sql(
                d->app->desk.db,
                "INSERT INTO speaks (site, account, enterprise, main) VALUES ($1, $2, $3, $4)",
                VALS(vi(s->site), vi(x->id), vi(x->enterprise), vi(x->main))));
    }
    return OK;
}

static int fill(Batch *b, DemoSite *s)
{
    TRY(departments(b, s));
    TRY(classes(b, s));
    TRY(duties(b, s));
    TRY(parks(b, s));
    TRY(chains(b, s));
    TRY(enterprises(b, s));
    TRY(chain_roles_of(b, s));
    TRY(accounts(b, s));
    return missing_handlers(b, s);
}

static int site_of(Demo *d, DemoSite *s, Slice names)
{
    In o;
    TRY(demo_parse(d, (Slice){names.s, names.n}, &o));
    NewSite n = {.site = s->site,
                 .code = in_text(&o, "code"),
                 .zh = in_text(&o, "zh"),
                 .en = in_text(&o, "en"),
                 .host = in_text(&o, "host"),
                 .now = d->now - (int64_t)DAYS_BEFORE * 86400000};
    if (!n.code || !n.zh || !n.en) return demo_fail(d, "a site has no name");
    if (site_add(d->app, &n, &d->why) < 0) return E_DB;
    Batch b;
    batch_open(&b, d, ROWS_MAX);
    int rc = fill(&b, s), stored = rows_end(&b);
    TRY(rc);
    TRY(stored);
    return speakers(d, s);
}

int demo_city(Demo *d)
{
    Slice other = slice_member(d->json, "other_site");
    d->sites[0] = (DemoSite){.site = 1, .json = d->json};
    d->sites[1] = (DemoSite){.site = 2, .json = other};
    TRY(site_of(d, &d->sites[0], slice_member(d->json, "site")));
    if (!other.s) return OK;
    return site_of(d, &d->sites[1], other);
}
