/* demo: the demonstration city, from demo/CITY.json: rows of the city, then the whistles, whose plans
   become steps on one timeline that ends at the moment of loading. */
#ifndef APP_DEMO_H
#define APP_DEMO_H
#include "app/app.h"
#include "app/slice.h"
#include "base/input.h"
#include "desk/act.h"
#include "desk/rights.h"

#include <pthread.h>

typedef struct DemoName {
    const char *code, *zh;
    int64_t id;
} DemoName;
typedef struct DemoAccount {
    const char *name, *zh, *role;
    int64_t id, dept, enterprise;
    bool main;
} DemoAccount;
enum { DEMO_NAMES_MAX = 256, DEMO_ACCOUNTS_MAX = 128, DEMO_SITES = 2, DEMO_WHISTLES_MAX = 1000 };
typedef struct DemoNames {
    int n;
    DemoName at[DEMO_NAMES_MAX];
} DemoNames;
typedef struct DemoSite {
    int64_t site;
    Slice json; /* the object that holds its departments, enterprises, accounts, whistles */
    DemoNames departments, enterprises, parks, chains;
    int accounts_n;
    DemoAccount accounts[DEMO_ACCOUNTS_MAX];
} DemoSite;

typedef struct Demo {
    App *app;
    Arena a; /* lives as long as the loading */
    Slice json;
    int64_t now; /* the moment of loading */
    const char *password_hash;
    DemoSite sites[DEMO_SITES];
    const char *why; /* after a failure */
} Demo;

int64_t demo_id(const DemoNames *names, const char *code); /* 0: NULL or not there */
const DemoName *demo_name(const DemoNames *names, const char *code);
int demo_fail(Demo *d, const char *fmt, ...) PRINTF(2, 3); /* says why; E_INPUT */
int demo_parse(Demo *d, Slice one, In *out) MUST_USE;

/* demo_batch.c. An act lives in the arena that batch_arena gave just before (NULL: full). */
typedef struct Batch {
    Demo *d;
    pthread_mutex_t lock;
    pthread_cond_t done;
    int n, max, waiting;
    Act **acts;
    Arena *arenas;
} Batch;
void batch_open(Batch *b, Demo *d, int max);
Arena *batch_arena(Batch *b);
int batch_add(Batch *b, Act *act) MUST_USE; /* its rc stands in it after batch_wait */
void batch_wait(Batch *b);
void batch_clear(Batch *b);
void batch_close(Batch *b);

/* demo_city.c: sites, profiles and all rows but the whistles. */
int demo_city(Demo *d) MUST_USE;

/* One act of a whistle. body: JSON of its input; decide: the kind of request, agree and reason. */
typedef struct DemoStep {
    int64_t at;
    struct DemoWhistle *of;
    int order;
    Viewer who;
    const char *action, *body, *kind, *reason;
    bool agree;
} DemoStep;
typedef struct DemoWhistle {
    const DemoSite *site;
    int n;
    int64_t id;
    const char *plan;
    const char *state; /* in which it must end */
} DemoWhistle;
typedef struct DemoSteps {
    int n, cap;
    DemoStep *at;
    int whistles_n;
    DemoWhistle *whistles[DEMO_WHISTLES_MAX];
} DemoSteps;
/* demo_plan.c: all steps of all whistles of a site, none later than d->now. */
int demo_steps(Demo *d, const DemoSite *site, DemoSteps *out) MUST_USE;
/* demo_run.c: sorts and runs them, with what the clock does in between. Number of acts. */
int demo_run(Demo *d, DemoSteps *s) MUST_USE;
/* The instant that is ms of working time after (or, negative, before) t. */
int64_t working_shift(const Calendar *c, int64_t t, int64_t ms);
#endif
