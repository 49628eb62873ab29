#include "app/app.h"

#include "app/slice.h"
#include "assets.h"
#include "desk/keep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODULE(name) extern const Module name##_module;
#include "app/modules.def"
#undef MODULE
#define MODULE(name) &name##_module,
const Module *const app_modules[] = {
#include "app/modules.def"
    &app_module, NULL};
#undef MODULE

const char *app_data(const char *given)
{
    const char *env = getenv("LIANSHAO_DATA");
    return given ? given : env && *env ? env : "data";
}

const char *app_db(const char *given)
{
    const char *env = getenv("LIANSHAO_DB");
    return given ? given : env && *env ? env : NULL;
}

int app_fail(const char *command, const char *why)
{
    fprintf(stderr, "lianshao %s: %s\n", command, why);
    return 1;
}

const char *app_asset(const char *name, size_t *n_out)
{
    for (int i = 0; i < assets_n; i++) {
        if (strcmp(assets[i].name, name) != 0) continue;
        *n_out = assets[i].raw_n;
        return (const char *)assets[i].raw;
    }
    return NULL;
}

const char *app_records(Desk *d, Arena *a)
{
    int n = 0;
    for (int i = 0; app_modules[i]; i++)
        for (const Record *const *r = app_modules[i]->records; r && *r; r++) {
            const char *wrong = rec_check(*r);
            if (wrong)
                return arena_f(a, "record %s: the table and the struct differ at %s", (*r)->name,
                               wrong);
            if (n == DESK_RECORDS_MAX - 1) return "too many records: raise DESK_RECORDS_MAX";
            d->records[n++] = *r;
        }
    return NULL;
}

int app_calendar(Calendar **out, const char **why_out)
{
    size_t n = 0;
    const char *csv = app_asset("data/holidays_cn.csv", &n);
    *why_out = "data/holidays_cn.csv is not in the program";
    return csv ? calendar_new(csv, n, NULL, 0, out, why_out) : E_MISSING;
}

static bool is_file(const char *db)
{
    return !strstr(db, "://") && !strchr(db, '=');
}

static const char *db_of(const AppOptions *o, Arena *a)
{
    return o->db ? o->db : arena_f(a, "%s/lianshao.db", o->dir);
}

bool app_exists(const AppOptions *o)
{
    Arena a = {0};
    const char *db = db_of(o, &a), *keys = arena_f(&a, "%s/keys", o->dir);
    bool there = access(keys, F_OK) == 0 && (!is_file(db) || access(db, F_OK) == 0);
    arena_free(&a);
    return there;
}

/* ---- opening ---- */

static int open_files(const AppOptions *o, App *app, const char **why)
{
    Desk *d = &app->desk;
    if (o->create && mkdir(o->dir, 0700) != 0 && errno != EEXIST) {
        *why = arena_f(&app->a, "the folder %s cannot be made: %s", o->dir, strerrordesc_np(errno));
        return E_IO;
    }
    if (!o->create && !app_exists(o)) {
        *why = arena_f(
            &app->a, "there is no data in %s: make it with lianshao init or lianshao demo", o->dir);
        return E_MISSING;
    }
    TRY(keys_open(o->dir, o->create, &d->keys, why));
    return (o->beside ? db_open_beside : db_open)(app->db, DB_READERS_MAX, &d->db, why);
}

/* The greatest id of what was written last: the end of the log and what is not sealed yet. Ids of
   one node only rise, so it is enough not to go back behind the newest. */
static int raise_ids(Desk *d, Reader *q, Arena *a)
{
    Result sites, r;
    TRY(db_get(q, a, &sites, "SELECT site FROM site ORDER BY site", 0, NULL));
    for (int i = 0; i < sites.rows; i++) {
        Val site = vi(res_int(&sites, i, 0));
        TRY(db_get(q, a, &r,
                   "SELECT max(e.id) FROM (SELECT case_id, seq FROM leaf WHERE site = $1 ORDER BY "
                   "pos DESC LIMIT 200) l "
                   "JOIN event e ON e.site = $1 AND e.case_id = l.case_id AND e.seq = l.seq",
                   VALS(site)));
        db_ids_after(d->db, res_int(&r, 0, 0));
        TRY(db_get(q, a, &r, "SELECT max(id) FROM unsealed WHERE site = $1", VALS(site)));
        db_ids_after(d->db, res_int(&r, 0, 0));
        TRY(db_get(q, a, &r, "SELECT max(id) FROM notice WHERE site = $1", VALS(site)));
        db_ids_after(d->db, res_int(&r, 0, 0));
    }
    return OK;
}

static int load_state(App *app)
{
    Desk *d = &app->desk;
    Reader *q;
    Arena a = {0};
    TRY(reader_begin(d->db, APP_READER, &q));
    int rc = profiles_load(d, q);
    if (rc >= 0) rc = raise_ids(d, q, &a);
    if (rc >= 0) {
        int64_t clock = 0;
        const char *test = setting_get(q, &a, 0, "test"),
                   *now = setting_get(q, &a, 0, "test_clock");
        d->test = test && strcmp(test, "1") == 0;
        if (d->test && now && num_parse(now, &clock)) d->test_now = clock;
    }
    reader_end(q);
    arena_free(&a);
    return rc;
}

static int open_all(const AppOptions *o, App *app, const char **why)
{
    size_t n = 0;
    const char *english = app_asset("ui/en.tsv", &n);
    if (english) tr_load(english, n);
    *why = app_records(&app->desk, &app->a);
    if (*why) return E_INPUT;
    TRY(app_calendar(&app->desk.calendar, why));
    TRY(open_files(o, app, why));
    if (o->migrate) TRY(desk_migrate(&app->desk, why));
    *why = "the tables cannot be read: is this a database of lianshao, brought up to date by "
           "lianshao migrate?";
    return load_state(app);
}

int app_open(const AppOptions *o, const char *command, App *app)
{
    const char *why = "";
    *app = (App){.dir = o->dir};
    app->db = db_of(o, &app->a);
    umask(077); /* what is in the folder is nobody else's */
    int rc = open_all(o, app, &why);
    if (rc >= 0) return OK;
    (void)app_fail(command, why && *why ? why : "cannot be opened");
    app_close(app);
    return rc;
}

void app_close(App *app)
{
    db_close(app->desk.db);
    keep_free(app->desk.keep);
    profiles_free(&app->desk);
    keys_close(app->desk.keys);
    calendar_free(app->desk.calendar);
    arena_free(&app->a);
    *app = (App){0};
}

/* ---- settings, sites ---- */

typedef struct Statement {
    Job job; /* first */
    const char *sql;
    int n;
    const Val *v;
} Statement;

static int run_statement(Tx *tx, Job *job)
{
    const Statement *s = (const Statement *)(const void *)job;
    return tx_do(tx, s->sql, s->n, s->v);
}

int run_sql(Db *db, const char *sql, int n, const Val *v)
{
    Arena a = {0};
    Statement s = {.job = {.run = run_statement, .a = &a}, .sql = sql, .n = n, .v = v};
    int rc = db_run(db, &s.job);
    arena_free(&a);
    return rc;
}

const char *setting_get(Reader *q, Arena *a, int64_t site, const char *name)
{
    Result r;
    int rc = db_get(q, a, &r, "SELECT value FROM setting WHERE site = $1 AND name = $2",
                    VALS(vi(site), vt(name)));
    return rc < 0 || r.rows == 0 ? NULL : res_text(&r, 0, 0);
}

int setting_set(Db *db, int64_t site, const char *name, const char *value)
{
    return run_sql(db,
                   "INSERT INTO setting (site, name, value) VALUES ($1, $2, $3) "
                   "ON CONFLICT (site, name) DO UPDATE SET value = excluded.value",
                   VALS(vi(site), vt(name), vt(value)));
}

int app_sites(Reader *q, Arena *a, AppSite **out)
{
    Result r;
    TRY(db_get(q, a, &r, "SELECT site, code, zh, en, profile FROM site ORDER BY site", 0, NULL));
    AppSite *all = arena_array(a, (size_t)r.rows + 1, sizeof *all);
    for (int i = 0; i < r.rows; i++)
        all[i] = (AppSite){res_int(&r, i, 0), res_text(&r, i, 1), res_text(&r, i, 2),
                           res_text(&r, i, 3), res_text(&r, i, 4)};
    *out = all;
    return r.rows;
}

/* The entry with the id `demo` of the embedded list of profiles; NULL: none. */
static const char *demo_profile(Arena *a)
{
    size_t n = 0;
    const char *json = app_asset("data/sla_profiles.json", &n);
    Slice all = json ? slice_member((Slice){json, n}, "profiles") : (Slice){0};
    Slice one = slice_find(all, "id", "demo");
    return one.s ? arena_copy(a, one.s, one.n) : NULL;
}

typedef struct SiteJob {
    Job job; /* first */
    const NewSite *site;
    const char *body, *zh;
} SiteJob;

static int run_site(Tx *tx, Job *job)
{
    const SiteJob *j = (const SiteJob *)(const void *)job;
    const NewSite *s = j->site;
    TRY(tx_do(tx,
              "INSERT INTO site (site, code, zh, en, host, profile, created_at) VALUES ($1, $2, "
              "$3, $4, $5, 'demo', $6)",
              VALS(vi(s->site), vt(s->code), vt(s->zh), vt(s->en), vt(s->host), vi(s->now))));
    TRY(tx_do(tx, "INSERT INTO log_state (site, size, frontier) VALUES ($1, 0, '')",
              VALS(vi(s->site))));
    return tx_do(tx,
                 "INSERT INTO sla_profile (site, code, version, zh, body, at) VALUES ($1, 'demo', "
                 "1, $2, $3, $4)",
                 VALS(vi(s->site), vt(j->zh), vt(j->body), vi(s->now)));
}

int site_add(App *app, const NewSite *s, const char **why_out)
{
    Arena a = {0};
    In in;
    Errors e = {.a = &a};
    const char *body = demo_profile(&a);
    *why_out = "data/sla_profiles.json holds no profile demo";
    int rc = body ? input_json(&a, body, strlen(body), false, &in, &e) : E_INPUT;
    if (rc >= 0) {
        const char *zh = in_text(&in, "zh");
        SiteJob j = {
            .job = {.run = run_site, .a = &a}, .site = s, .body = body, .zh = zh ? zh : "demo"};
        *why_out = "the site could not be stored";
        rc = db_run(app->desk.db, &j.job);
    }
    arena_free(&a);
    return rc;
}
