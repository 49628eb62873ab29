/* routes, rights, doc: tables that the program knows about itself. They need no data folder. */
#include "app/cmd.h"
#include "app/matrix.h"
#include "web/server.h"

#include <stdio.h>
#include <string.h>

static int no_options(const Command *c, int argc, char **argv, const char **rest, int max, bool *ok)
{
    int code;
    const Option options[] = {{0}};
    int n = options_read(c, options, argc, argv, rest, max);
    *ok = options_ok(n, &code);
    return *ok ? n : code;
}

static bool know_records(const Command *c, Desk *d, Arena *a)
{
    const char *why = app_records(d, a);
    if (why) (void)app_fail(c->name, why);
    return why == NULL;
}

int cmd_routes(const Command *c, int argc, char **argv)
{
    bool ok;
    Desk d = {0};
    Arena a = {0};
    Out o = {.a = &a};
    int n = no_options(c, argc, argv, NULL, 0, &ok);
    if (!ok) return n;
    if (!know_records(c, &d, &a)) return EXIT_FAILED;
    server_routes(app_modules, d.records, &o);
    fputs(str_of(&o), stdout);
    arena_free(&a);
    return EXIT_FINE;
}

/* ---- rights ---- */

typedef struct Lines {
    Out *o;
    char key[128]; /* record and action of the line being written */
} Lines;

static void csv_line(void *ctx, const Cell4 *c)
{
    out_f(ctx, "%s,%s,%s,%s,%d\n", c->role, c->record, c->action, c->scope, c->yes);
}

/* One line a record and action: those who may, with their scope unless it is the whole site. */
static void text_line(void *ctx, const Cell4 *c)
{
    Lines *l = ctx;
    char key[sizeof l->key];
    snprintf(key, sizeof key, "%-16s %-18s", c->record, c->action);
    if (strcmp(key, l->key) != 0) out_f(l->o, "%s%s", l->key[0] ? "\n" : "", key);
    memcpy(l->key, key, sizeof key);
    if (!c->yes) return;
    bool site = strcmp(c->scope, "site") == 0;
    out_f(l->o, " %s%s%s%s", c->role, site ? "" : "(", site ? "" : c->scope, site ? "" : ")");
}

static void markdown_line(void *ctx, const Cell4 *c)
{
    Lines *l = ctx;
    char key[sizeof l->key];
    snprintf(key, sizeof key, "| %s | %s |", c->record, c->action);
    if (strcmp(key, l->key) != 0) out_f(l->o, "%s%s", l->key[0] ? " |\n" : "", key);
    memcpy(l->key, key, sizeof key);
    if (!c->yes) return;
    bool site = strcmp(c->scope, "site") == 0;
    out_f(l->o, " %s%s%s%s", c->role, site ? "" : "(", site ? "" : c->scope, site ? "" : ")");
}

int cmd_rights(const Command *c, int argc, char **argv)
{
    AppOptions unused = {0};
    Desk d = {0};
    Arena a = {0};
    Out o = {.a = &a};
    bool csv = false;
    int code;
    const Option options[] = {
        DATA_OPTIONS(unused),
        {"csv", NULL, "role,record,action,scope,yes: every cell", .flag = &csv},
        {0}};
    if (!options_ok(options_read(c, options, argc, argv, NULL, 0), &code)) return code;
    if (!know_records(c, &d, &a)) return EXIT_FAILED;
    if (csv) {
        out_raw(&o, "role,record,action,scope,yes\n");
        matrix_walk(&d, csv_line, &o);
    } else {
        Lines l = {.o = &o};
        matrix_walk(&d, text_line, &l);
        out_raw(&o, "\n");
    }
    fputs(str_of(&o), stdout);
    arena_free(&a);
    return EXIT_FINE;
}

/* ---- doc ---- */

static const struct {
    const char *name, *option, *standard, *what;
} settings[] = {
    {"LIANSHAO_DATA", "--data DIR", "./data", "数据目录：数据库、密钥、附件"},
    {"LIANSHAO_LISTEN", "--listen ADDR:PORT", "127.0.0.1:8080",
     "监听地址；非本机地址要加 --public-listen"},
    {"LIANSHAO_DB", "--db URL", "DIR/lianshao.db", "数据库；postgres://… 时用 PostgreSQL"},
    {"LIANSHAO_DEMO_PASSWORD", "—", "随机，载入时显示", "演示账号的密码，只在 lianshao demo 时读"},
};

static void doc_settings(Out *o)
{
    out_raw(o, "| 环境变量 | 选项 | 默认 | 说明 |\n| --- | --- | --- | --- |\n");
    for (int i = 0; i < COUNT(settings); i++)
        out_f(o, "| `%s` | `%s` | %s | %s |\n", settings[i].name, settings[i].option,
              settings[i].standard, settings[i].what);
}

static void doc_commands(Out *o)
{
    out_raw(o, "| command | words | what it does |\n| --- | --- | --- |\n");
    for (const Command *c = commands; c->name; c++)
        out_f(o, "| `%s` | `%s` | %s |\n", c->name, c->usage, c->what);
}

static void doc_routes(const Desk *d, Out *o)
{
    Out lines = {.a = o->a};
    server_routes(app_modules, d->records, &lines);
    out_raw(o, "```\n");
    out_raw(o, str_of(&lines));
    out_raw(o, "```\n");
}

static void doc_rights(const Desk *d, Out *o)
{
    Lines l = {.o = o};
    out_raw(o, "| record | action | who (scope) |\n| --- | --- | --- |\n");
    matrix_walk(d, markdown_line, &l);
    out_raw(o, " |\n");
}

int cmd_doc(const Command *c, int argc, char **argv)
{
    bool ok;
    Desk d = {0};
    Arena a = {0};
    Out o = {.a = &a};
    const char *rest[1];
    int n = no_options(c, argc, argv, rest, 1, &ok);
    if (!ok) return n;
    if (n != 1) return usage_error(c, "say which: settings, routes, rights or commands");
    if (!know_records(c, &d, &a)) return EXIT_FAILED;
    if (strcmp(rest[0], "settings") == 0)
        doc_settings(&o);
    else if (strcmp(rest[0], "commands") == 0)
        doc_commands(&o);
    else if (strcmp(rest[0], "routes") == 0)
        doc_routes(&d, &o);
    else if (strcmp(rest[0], "rights") == 0)
        doc_rights(&d, &o);
    else
        return usage_error(c, "no table %s", rest[0]);
    fputs(str_of(&o), stdout);
    arena_free(&a);
    return EXIT_FINE;
}
