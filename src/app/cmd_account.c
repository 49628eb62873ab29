/* token, user, sites: who may come in. */
#include "app/cmd.h"
#include "base/clocks.h"
#include "desk/account.h"

#include <stdio.h>
#include <string.h>

enum { TOKEN_DAYS = 365 };

/* ---- token ---- */

static bool scopes_are_known(const char *s)
{
    while (*s) {
        size_t n = strcspn(s, " ");
        if (!(n == 4 && memcmp(s, "read", 4) == 0) && !(n == 5 && memcmp(s, "write", 5) == 0))
            return false;
        s += n + (s[n] == ' ');
    }
    return true;
}

static int make_token(App *app, const Command *c, const char *name, const char *scopes,
                      int64_t days)
{
    Reader *q;
    Arena a = {0};
    Account who;
    const char *token;
    AppSite *sites;
    TRY(reader_begin(app->desk.db, APP_READER, &q));
    int rc = app_sites(q, &a, &sites);
    if (rc >= 0) rc = rc == 0 ? E_MISSING : account_by_name(q, &a, sites[0].site, name, &who);
    reader_end(q);
    if (rc >= 0 && who.stopped) rc = E_DENIED;
    int64_t now = wall_ms(); /* tokens end by the machine's clock */
    if (rc >= 0)
        rc = session_new(&app->desk, &a, who.h.site, who.h.id, now, now + days * 86400000, "t",
                         scopes, &token);
    if (rc >= 0)
        printf("%s\n", token);
    else
        (void)app_fail(c->name, rc == E_MISSING  ? "there is no such account"
                                : rc == E_DENIED ? "the account is stopped"
                                                 : "the token could not be stored");
    arena_free(&a);
    return rc;
}

int cmd_token(const Command *c, int argc, char **argv)
{
    AppOptions o = {0};
    App app;
    const char *name = NULL, *scopes = "read write", *days = "365";
    int64_t n;
    int code;
    const Option options[] = {
        DATA_OPTIONS(o),
        {"account", "NAME", "user name of the account", .text = &name},
        {"scopes", "WORDS", "\"read write\" (default), \"read\"", .text = &scopes},
        {"days", "N", "how long it holds; default 365", .text = &days},
        {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    if (!name) return usage_error(c, "--account is missing");
    if (!*scopes || !scopes_are_known(scopes))
        return usage_error(c, "--scopes takes read and write");
    if (!num_parse(days, &n) || n < 1 || n > 10 * TOKEN_DAYS)
        return usage_error(c, "--days should be from 1 to 3650");
    o.beside = true;
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    int rc = make_token(&app, c, name, scopes, n);
    app_close(&app);
    return rc < 0 ? EXIT_FAILED : EXIT_FINE;
}

/* ---- lists ---- */

/* Rows as aligned words, or as JSON objects with the given names. */
static void print_rows(const Result *r, const char *const *names, bool json)
{
    Arena a = {0};
    Out o = {.a = &a};
    for (int i = 0; i < r->rows; i++) {
        out_raw(&o, json ? (i ? ",{" : "{") : "");
        for (int k = 0; k < r->cols; k++) {
            const char *v = res_text(r, i, k);
            if (json) {
                out_f(&o, "%s\"%s\":", k ? "," : "", names[k]);
                out_json(&o, v);
            } else {
                out_f(&o, "%s%s", k ? "\t" : "", v && *v ? v : "-");
            }
        }
        out_raw(&o, json ? "}" : "\n");
    }
    if (json)
        printf("{\"items\":[%s]}\n", str_of(&o));
    else
        fputs(str_of(&o), stdout);
    arena_free(&a);
}

static int print_query(App *app, const char *sql, const char *const *names, bool json)
{
    Reader *q;
    Arena a = {0};
    Result r;
    TRY(reader_begin(app->desk.db, APP_READER, &q));
    int rc = db_get(q, &a, &r, sql, 0, NULL);
    if (rc >= 0)
        print_rows(&r, names, json);
    else
        fprintf(stderr, "%s\n", db_error(q));
    reader_end(q);
    arena_free(&a);
    return rc;
}

static int list_command(const Command *c, int argc, char **argv, const char *word, const char *sql,
                        const char *const *names)
{
    AppOptions o = {0};
    App app;
    bool json = false;
    int code;
    const char *rest[1];
    const Option options[] = {
        DATA_OPTIONS(o), {"json", NULL, "{\"items\":[...]}", .flag = &json}, {0}};
    int n = options_read(c, options, argc, argv, rest, 1);
    if (!options_ok(n, &code)) return code;
    if (word ? n != 1 || strcmp(rest[0], word) != 0 : n != 0)
        return usage_error(c, "say %s%s%s", c->name, word ? " " : "", word ? word : "");
    o.beside = true;
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    int rc = print_query(&app, sql, names, json);
    app_close(&app);
    return rc < 0 ? EXIT_FAILED : EXIT_FINE;
}

int cmd_user(const Command *c, int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "add") == 0) return cmd_user_add(c, argc - 1, argv + 1);
    static const char *const names[] = {"site",       "username", "role",
                                        "department", "name",     "stopped"};
    return list_command(c, argc, argv, "list",
                        "SELECT s.code, a.username, a.role, d.code, a.name, CASE WHEN a.stopped = "
                        "1 THEN 'stopped' ELSE '' END "
                        "FROM account a JOIN site s ON s.site = a.site LEFT JOIN department d ON "
                        "d.site = a.site AND d.id = a.department "
                        "ORDER BY a.site, a.id",
                        names);
}

int cmd_sites(const Command *c, int argc, char **argv)
{
    static const char *const names[] = {"site", "code", "zh", "en", "host", "profile"};
    return list_command(c, argc, argv, NULL,
                        "SELECT site, code, zh, en, host, profile FROM site ORDER BY site", names);
}
