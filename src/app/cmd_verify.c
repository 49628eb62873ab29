/* verify, check: is everything there, unchanged, and does nothing wait without anybody to answer? */
#include "app/cmd.h"
#include "desk/log.h"

#include <stdio.h>

/* ---- verify ---- */

static int verify_site(App *app, Reader *q, const AppSite *site, bool json, bool first)
{
    Arena a = {0};
    Out lines = {.a = &a}, o = {.a = &a};
    Result r;
    int64_t size = 0;
    int wrong = log_verify(q, &app->desk, site->site, &lines);
    if (db_get(q, &a, &r, "SELECT size FROM log_state WHERE site = $1", VALS(vi(site->site))) >=
            0 &&
        r.rows)
        size = res_int(&r, 0, 0);
    if (json) {
        out_f(&o, "%s{\"site\":", first ? "" : ",");
        out_json(&o, site->code);
        out_f(&o, ",\"leaves\":%lld,\"differences\":%d,\"lines\":", (long long)size, wrong);
        out_json(&o, str_of(&lines));
        out_raw(&o, "}");
    } else {
        out_f(&o, "%s%s: %lld leaves, %s\n", str_of(&lines), site->code, (long long)size,
              wrong < 0    ? "cannot be read"
              : wrong == 0 ? "no difference"
                           : arena_f(&a, "%d differences", wrong));
    }
    fputs(o.s, stdout);
    arena_free(&a);
    return wrong;
}

int cmd_verify(const Command *c, int argc, char **argv)
{
    AppOptions o = {0};
    App app;
    bool json = false, db = false;
    int code, wrong = 0;
    const Option options[] = {
        {"db", "[URL]", "the database; with a URL, that one", .text = &o.db, .flag = &db,
         .optional = true},
        {"data", "DIR", "the data folder; default LIANSHAO_DATA or ./data", .text = &o.dir},
        {"json", NULL, "{\"sites\":[...]}", .flag = &json},
        {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    if (!db) return usage_error(c, "say verify --db; receipts come later");
    o.beside = true;
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    Reader *q;
    AppSite *sites;
    int n = reader_begin(app.desk.db, APP_READER, &q);
    if (n >= 0) n = app_sites(q, &app.a, &sites);
    if (json) fputs("{\"sites\":[", stdout);
    for (int i = 0; i < n; i++) wrong += verify_site(&app, q, &sites[i], json, i == 0) != 0;
    if (json) puts("]}");
    if (n >= 0) reader_end(q);
    app_close(&app);
    return n < 0 || wrong ? EXIT_FAILED : EXIT_FINE;
}

/* ---- check ---- */

/* States of a flow in which a clock must run: the open ones but drafts. */
static const char *open_states(const Record *r, Arena *a)
{
    Out o = {.a = a};
    for (int i = 0; i < r->flow->states_n; i++) {
        if (!r->flow->states[i].open || i == r->flow->draft) continue;
        out_f(&o, "%s'%s'", o.n ? ", " : "", r->flow->states[i].code);
    }
    return str_of(&o);
}

static int report(Reader *q, Arena *a, const Record *r, const char *what, const char *sql)
{
    Result rows;
    int rc = db_get(q, a, &rows, sql, 0, NULL);
    if (rc < 0) {
        fprintf(stderr, "%s: %s: %s\n", r->name, what, db_error(q));
        return 1;
    }
    for (int i = 0; i < rows.rows; i++)
        printf("%s %s of site %lld %s\n", r->name, res_text(&rows, i, 1),
               (long long)res_int(&rows, i, 0), what);
    return rows.rows;
}

static int check_record(Reader *q, Arena *a, const Record *r)
{
    const char *t = r->name;
    int n = report(q, a, r, "has no event of its last revision",
                   arena_f(a,
                           "SELECT c.site, c.id FROM %s c LEFT JOIN event e ON e.site = c.site AND "
                           "e.case_id = c.id AND e.seq = c.rev "
                           "WHERE e.seq IS NULL ORDER BY c.site, c.id LIMIT 100",
                           t));
    if (!r->flow) return n;
    const char *open = open_states(r, a);
    n += report(q, a, r, "is open without a running clock",
                arena_f(a,
                        "SELECT c.site, c.id FROM %s c WHERE c.state IN (%s) AND NOT EXISTS "
                        "(SELECT 1 FROM deadline d WHERE d.site = c.site AND d.case_id = c.id) "
                        "ORDER BY c.site, c.id LIMIT 100",
                        t, open));
    n += report(q, a, r, "is open and none of its clocks has an owner",
                arena_f(a,
                        "SELECT c.site, c.id FROM %s c WHERE c.state IN (%s) AND NOT EXISTS "
                        "(SELECT 1 FROM deadline d WHERE d.site = c.site AND d.case_id = c.id AND "
                        "(d.owner <> 0 OR d.owner_role <> '')) "
                        "ORDER BY c.site, c.id LIMIT 100",
                        t, open));
    n += report(q, a, r, "has ended and a clock runs on",
                arena_f(a,
                        "SELECT DISTINCT c.site, c.id FROM %s c JOIN deadline d ON d.site = c.site "
                        "AND d.case_id = c.id "
                        "WHERE c.state NOT IN (%s) ORDER BY c.site, c.id LIMIT 100",
                        t, open));
    return n;
}

int cmd_check(const Command *c, int argc, char **argv)
{
    AppOptions o = {0};
    App app;
    int code, wrong = 0;
    Reader *q;
    const Option options[] = {DATA_OPTIONS(o), {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    o.beside = true;
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    int rc = reader_begin(app.desk.db, APP_READER, &q);
    for (int i = 0; rc >= 0 && app.desk.records[i]; i++) {
        Arena a = {0};
        wrong += check_record(q, &a, app.desk.records[i]);
        arena_free(&a);
    }
    if (rc >= 0) reader_end(q);
    app_close(&app);
    if (rc >= 0 && wrong) printf("%d wrong\n", wrong);
    if (rc >= 0 && !wrong) puts("nothing wrong");
    return rc < 0 || wrong ? EXIT_FAILED : EXIT_FINE;
}
