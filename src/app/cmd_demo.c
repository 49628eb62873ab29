/* demo: loads the demonstration city. */
#include "app/cmd.h"
#include "app/demo.h"
#include "base/clocks.h"
#include "desk/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- accounts file ---- */

static int write_file(const char *path, const Out *o)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return E_IO;
    bool ok = fchmod(fd, 0600) == 0 && write(fd, o->s, o->n) == (ssize_t)o->n;
    return close(fd) == 0 && ok ? OK : E_IO;
}

static int write_accounts(Demo *d, const char *password)
{
    Out o = {.a = &d->a};
    int n = 0;
    out_raw(&o, "{\"password\":");
    out_json(&o, password);
    out_raw(&o, ",\"accounts\":[");
    for (int k = 0; k < DEMO_SITES; k++)
        for (int i = 0; i < d->sites[k].accounts_n; i++) {
            const DemoAccount *a = &d->sites[k].accounts[i];
            out_raw(&o, n++ ? ",\n" : "\n");
            out_raw(&o, "{\"username\":");
            out_json(&o, a->name);
            out_raw(&o, ",\"name\":");
            out_json(&o, a->zh);
            out_f(&o, ",\"role\":\"%s\"}", a->role);
        }
    out_raw(&o, "\n]}\n");
    if (write_file(arena_f(&d->a, "%s/demo-accounts.json", d->app->dir), &o) >= 0) return OK;
    d->why = "demo-accounts.json could not be written";
    return E_IO;
}

/* ---- loading ---- */

static int load(Demo *d, const char *password)
{
    Desk *desk = &d->app->desk;
    Reader *q;
    DemoSteps *steps = NEW(&d->a, DemoSteps);
    d->why = "the rows could not be stored";
    TRY(setting_set(desk->db, 0, "demo", "loading"));
    TRY(demo_city(d));
    TRY(reader_begin(desk->db, APP_READER, &q));
    int rc = profiles_load(desk, q);
    reader_end(q);
    TRY(rc);
    for (int i = 0; i < DEMO_SITES; i++) TRY(demo_steps(d, &d->sites[i], steps));
    int acts = demo_run(d, steps);
    TRY(acts);
    d->why = "the log could not be sealed";
    TRY(sealer_run(desk));
    TRY(write_accounts(d, password));
    TRY(setting_set(desk->db, 0, "demo", "1"));
    printf("%d whistles, %d acts\n", steps->whistles_n, acts);
    return OK;
}

static int already(App *app, const Command *c)
{
    Reader *q;
    AppSite *sites;
    TRY(reader_begin(app->desk.db, APP_READER, &q));
    const char *demo = setting_get(q, &app->a, 0, "demo");
    int n = app_sites(q, &app->a, &sites);
    reader_end(q);
    if (n == 0) return OK;
    if (n < 0) return app_fail(c->name, "the sites cannot be read"), E_DB;
    bool half = demo && strcmp(demo, "loading") == 0;
    (void)app_fail(c->name,
                   half   ? "a loading was broken off here; say --again, or take an empty folder"
                   : demo ? "the demonstration city is already loaded here; --again loads it anew"
                          : "this folder holds other sites; take an empty one");
    return E_CLASH;
}

/* --again: only the database file of a folder that was made by demo. */
static int clear_demo(const Command *c, AppOptions *o)
{
    App app;
    Arena a = {0};
    Reader *q;
    if (!app_exists(o)) return OK;
    if (o->db)
        return app_fail(c->name, "--again is for a folder with its own database file"), E_INPUT;
    TRY(app_open(o, c->name, &app));
    int rc = reader_begin(app.desk.db, APP_READER, &q);
    bool demo = rc >= 0 && setting_get(q, &a, 0, "demo"), test = app.desk.test;
    if (rc >= 0) reader_end(q);
    app_close(&app);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (int i = 0; demo && i < COUNT(ends); i++)
        if (unlink(arena_f(&a, "%s/lianshao.db%s", o->dir, ends[i])) != 0 && errno != ENOENT)
            rc = E_IO;
    arena_free(&a);
    if (!demo) return OK;
    if (rc < 0) return app_fail(c->name, "the old database could not be removed"), rc;
    return test; /* stays a folder for tests */
}

static int run(App *app, const Command *c, Slice json, int64_t now)
{
    const char *env = getenv("LIANSHAO_DEMO_PASSWORD");
    bool given = env && *env;
    int64_t began = mono_ms();
    Demo *d = calloc(1, sizeof *d);
    if (!d) abort();
    *d = (Demo){.app = app, .json = json, .now = now};
    const char *password = given ? env : random_token(&d->a, 12);
    d->password_hash = password_hash(&d->a, password);
    int rc = load(d, password);
    if (rc < 0) {
        (void)app_fail(c->name, d->why);
    } else {
        printf("loaded into %s in %lld ms\n", app->dir, (long long)(mono_ms() - began));
        printf("accounts: %s/demo-accounts.json\n", app->dir);
        if (!given) printf("password of all of them: %s\n", password);
    }
    arena_free(&d->a);
    free(d);
    return rc;
}

/* "2026-03-18" (then half past three) or "2026-03-18T09:10". */
static bool today_parse(const char *s, int64_t *out)
{
    Day day;
    Time t;
    char text[24];
    if (day_parse(s, &day)) {
        snprintf(text, sizeof text, "%sT15:30", s);
        s = text;
    }
    if (!time_parse(s, &t)) return false;
    *out = t.v;
    return true;
}

/* A test clock then stands at the moment of loading. */
static int stand_still(App *app, int64_t now)
{
    if (!app->desk.test) return OK;
    return setting_set(app->desk.db, 0, "test_clock", arena_f(&app->a, "%lld", (long long)now));
}

int cmd_demo(const Command *c, int argc, char **argv)
{
    AppOptions o = {.create = true, .migrate = true};
    App app;
    bool again = false;
    int code;
    const char *today = NULL, *rest[1] = {"jinchang"};
    int64_t now = wall_ms();
    const Option options[] = {
        DATA_OPTIONS(o),
        {"today", "DAY", "loads as if it were that day, such as 2026-03-18", .text = &today},
        {"again", NULL, "removes the demonstration city from the folder first", .flag = &again},
        {0}};
    if (!options_ok(options_read(c, options, argc, argv, rest, 1), &code)) return code;
    if (today && !today_parse(today, &now))
        return usage_error(c, "--today should be a day such as 2026-03-18");
    o.dir = app_data(o.dir);
    o.db = app_db(o.db);
    Slice json = {0};
    char name[64];
    snprintf(name, sizeof name, "demo/%.40s.json", rest[0]);
    json.s = app_asset(name, &json.n);
    if (!json.s) return usage_error(c, "there is no city %s; there is: jinchang", rest[0]);
    int test = again ? clear_demo(c, &o) : 0;
    if (test < 0 || cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    int rc = already(&app, c);
    if (rc >= 0 && test) rc = setting_set(app.desk.db, 0, "test", "1");
    if (rc >= 0 && today) rc = stand_still(&app, now);
    if (rc >= 0) rc = run(&app, c, json, now);
    app_close(&app);
    return rc < 0 ? EXIT_FAILED : EXIT_FINE;
}
