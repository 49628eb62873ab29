/* init, migrate: the folder and its tables. */
#include "app/cmd.h"
#include "base/clocks.h"

#include <stdio.h>
#include <string.h>

int cmd_open(const Command *c, AppOptions *o, App *app)
{
    o->dir = app_data(o->dir);
    o->db = app_db(o->db);
    return app_open(o, c->name, app);
}

static bool is_code(const char *s)
{
    return *s && strlen(s) <= 20 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

/* A folder with real sites never becomes one whose clock anybody may set. */
static int mark_test(App *app, const Command *c)
{
    Reader *q;
    Arena a = {0};
    AppSite *sites;
    if (app->desk.test) return OK;
    TRY(reader_begin(app->desk.db, APP_READER, &q));
    int n = app_sites(q, &a, &sites);
    reader_end(q);
    arena_free(&a);
    if (n > 0) {
        (void)app_fail(c->name, "there are sites in this folder: --test is for a new one");
        return E_CLASH;
    }
    return n < 0 ? n : setting_set(app->desk.db, 0, "test", "1");
}

static int add_site(App *app, const Command *c, const char *code)
{
    const char *why = "";
    AppSite *sites;
    Reader *q;
    TRY(reader_begin(app->desk.db, APP_READER, &q));
    int n = app_sites(q, &app->a, &sites);
    reader_end(q);
    for (int i = 0; i < n; i++)
        if (strcmp(sites[i].code, code) == 0)
            return app_fail(c->name, "a site of this code is there already"), E_CLASH;
    NewSite s = {.site = n > 0 ? sites[n - 1].site + 1 : 1,
                 .code = code,
                 .zh = code,
                 .en = code,
                 .now = wall_ms()};
    int rc = n < 0 ? n : site_add(app, &s, &why);
    if (rc < 0) (void)app_fail(c->name, why);
    return rc;
}

int cmd_init(const Command *c, int argc, char **argv)
{
    AppOptions o = {.create = true, .migrate = true};
    App app;
    bool test = false;
    int code;
    const char *site = NULL;
    const Option options[] = {DATA_OPTIONS(o),
                              {"test", NULL,
                               "the clock can be set by POST /api/v1/test/clock; for tests alone",
                               .flag = &test},
                              {"site", "CODE", "makes an empty site with this code", .text = &site},
                              {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    if (site && !is_code(site)) return usage_error(c, "--site takes small letters, digits and -");
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    int rc = test ? mark_test(&app, c) : OK;
    if (rc >= 0 && site) rc = add_site(&app, c, site);
    if (rc >= 0)
        printf("%s is ready%s\n", app.dir,
               test || app.desk.test ? " for tests: its clock can be set" : "");
    app_close(&app);
    return rc < 0 ? EXIT_FAILED : EXIT_FINE;
}

int cmd_migrate(const Command *c, int argc, char **argv)
{
    AppOptions o = {.migrate = true};
    App app;
    int code;
    const Option options[] = {DATA_OPTIONS(o), {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    puts("the tables are up to date");
    app_close(&app);
    return EXIT_FINE;
}
