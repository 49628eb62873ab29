/* user add: an account from the command line, for a site that has none yet: the first security
   administrator, who then gives the others theirs. The password is random and printed once. */
#include "app/cmd.h"
#include "base/clocks.h"
#include "base/crypto.h"
#include "desk/account.h"
#include "desk/act.h"

#include <stdio.h>
#include <string.h>

typedef struct NewUser {
    const char *site, *username, *name, *role, *department;
    const char *plain, *hash;
} NewUser;

static void set_password(Act *act, void *row)
{
    ((Account *)row)->password = ((const NewUser *)act->patch_with)->hash;
}

static int find_site(Reader *q, Arena *a, const char *code, int64_t *out)
{
    Result r;
    TRY(db_get(q, a, &r, "SELECT site FROM site WHERE code = $1 OR $1 = '' ORDER BY site LIMIT 1",
               VALS(vt(code ? code : ""))));
    if (r.rows == 0) return E_MISSING;
    *out = res_int(&r, 0, 0);
    return OK;
}

static int find_department(Reader *q, Arena *a, int64_t site, const char *code, Ref *out)
{
    Result r;
    if (!code) return OK;
    TRY(db_get(q, a, &r, "SELECT id FROM department WHERE site = $1 AND code = $2",
               VALS(vi(site), vt(code))));
    if (r.rows == 0) return E_MISSING;
    *out = (Ref){res_int(&r, 0, 0), true};
    return OK;
}

static int add(App *app, const Command *c, NewUser *u)
{
    Arena *a = &app->a;
    Reader *q;
    Account row = {.username = u->username, .name = u->name};
    int64_t site = 0;
    TRY(reader_begin(app->desk.db, APP_READER, &q));
    int rc = find_site(q, a, u->site, &site);
    if (rc >= 0) rc = find_department(q, a, site, u->department, &row.department);
    reader_end(q);
    if (rc == E_MISSING) return app_fail(c->name, "there is no such site or department"), rc;
    TRY(rc);
    row.role = (Pick){choice_index(roles, u->role), true};
    u->plain = random_token(a, 12);
    u->hash = password_hash(a, u->plain);
    Viewer who = {.site = site, .name = "命令行", .role = ROLE_CLOCK};
    Act *act = act_new(&app->desk, a, &who, &account_record, 0, "create");
    act->row = &row;
    act->channel = "command";
    act->patch = set_password;
    act->patch_with = u;
    account_record.rules(&row, time_day((Time){act->at, true}), &act->errors);
    rc = act->errors.n ? E_INPUT : act_run(act);
    if (rc == OK) return printf("%s\n", u->plain), OK;
    for (int i = 0; i < act->errors.n; i++)
        fprintf(stderr, "%s: %s\n", act->errors.at[i].field, act->errors.at[i].en);
    return app_fail(c->name, rc == E_CLASH ? "the user name is taken" : "the account was not made"),
           rc;
}

int cmd_user_add(const Command *c, int argc, char **argv)
{
    AppOptions o = {0};
    App app;
    NewUser u = {0};
    int code;
    const Option options[] = {
        DATA_OPTIONS(o),
        {"account", "NAME", "user name", .text = &u.username},
        {"name", "TEXT", "as acts show it: a post, not a person's name", .text = &u.name},
        {"role", "ROLE", "secadmin, sysadmin, audadmin, dispatcher, handler ...", .text = &u.role},
        {"department", "CODE", "for handlers and heads", .text = &u.department},
        {"site", "CODE", "default: the first", .text = &u.site},
        {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    if (!u.username || !u.name || !u.role)
        return usage_error(c, "user add needs --account, --name and --role");
    if (choice_index(roles, u.role) < 0) return usage_error(c, "there is no role %s", u.role);
    if (cmd_open(c, &o, &app) < 0) return EXIT_FAILED;
    int rc = add(&app, c, &u);
    app_close(&app);
    return rc < 0 ? EXIT_FAILED : EXIT_FINE;
}
