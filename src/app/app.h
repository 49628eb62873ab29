/* app: puts the program together: database, keys, calendar, catalogue, records of all modules. */
#ifndef APP_APP_H
#define APP_APP_H
#include "desk/desk.h"
#include "web/web.h"

typedef struct AppOptions {
    const char *dir, *db; /* db NULL: DIR/lianshao.db */
    bool create;          /* the folder, its keys and tables are made when absent */
    bool beside;          /* a command that may run while a server is up */
    bool migrate;         /* tables are brought up to date */
} AppOptions;

typedef struct App {
    Desk desk;
    const char *dir, *db;
    Arena a;
} App;

extern const Module *const app_modules[]; /* in the order of the menu; ends with NULL */
extern const Module app_module;           /* testclock.c */

/* The folder from --data, else LIANSHAO_DATA, else ./data; the database from --db, else LIANSHAO_DB. */
const char *app_data(const char *given);
const char *app_db(const char *given);
/* Says on standard error what went wrong, as "lianshao NAME: ...". */
int app_open(const AppOptions *o, const char *command, App *app) MUST_USE;
void app_close(App *app);
bool app_exists(const AppOptions *o); /* is there something to open? */
int app_fail(const char *command, const char *why);

/* An embedded file by its name ("data/holidays_cn.csv"); NULL: there is none. */
const char *app_asset(const char *name, size_t *n_out);
/* All records into d->records, each checked. NULL, or the sentence that says what the table forgot. */
const char *app_records(Desk *d, Arena *a);
int app_calendar(Calendar **out, const char **why_out) MUST_USE;

typedef struct AppSite {
    int64_t site;
    const char *code, *zh, *en, *profile;
} AppSite;
int app_sites(Reader *q, Arena *a, AppSite **out) MUST_USE; /* number */

/* Table setting; site 0 is the whole program. NULL: not set. */
const char *setting_get(Reader *q, Arena *a, int64_t site, const char *name);
int setting_set(Db *db, int64_t site, const char *name, const char *value) MUST_USE;
/* One statement as a job of its own. */
int run_sql(Db *db, const char *sql, int n, const Val *v) MUST_USE;
/* A site with the profile of clocks named `demo`, its log and its row. */
typedef struct NewSite {
    int64_t site;
    const char *code, *zh, *en, *host;
    int64_t now;
} NewSite;
int site_add(App *app, const NewSite *s, const char **why_out) MUST_USE;
enum { APP_READER = 0 }; /* the reader that commands use */
#endif
