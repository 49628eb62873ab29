/* demo_plan: what the plans (demo_kinds.c) are made of. */
#ifndef APP_DEMO_PLAN_H
#define APP_DEMO_PLAN_H
#include "app/demo.h"

enum { PLAN_STEPS_MAX = 40 };
enum { H = 60, WD = 420 }; /* working minutes of an hour and of a working day */
typedef enum { NO_PLACE, FROM_START, FROM_NOW } Place;
typedef struct Plan {
    Demo *d;
    Arena *a;
    const DemoSite *site;
    const In *w; /* the whistle as the data say it */
    DemoWhistle *of;
    int64_t enterprise, lead, first_lead;
    const char *firm;
    bool public_;      /* its submitter has number and code instead of an account */
    const char *state; /* where it ends, when that depends on the data */
    int64_t start, at,
        end;       /* at: working ms since submission; end: that of the loading, when anchored */
    int64_t plain; /* and plain ms besides */
    int pace;      /* permille of the time that the walk says; only for plans of the past */
    bool anchored;
    Place place;
    uint64_t seed;
    int n;
    DemoStep steps[PLAN_STEPS_MAX];
} Plan;

typedef struct PlanKind {
    const char *name;
    void (*walk)(Plan *p);
    const char *state; /* where it ends; NULL: the walk says */
} PlanKind;
extern const PlanKind plan_kinds[]; /* ends with {0} */

void plan_walk(Plan *p, int from, int to); /* so many working minutes pass, somewhere between */
void plan_plain(Plan *p, int minutes);     /* plain minutes, until the next plan_walk() */
void plan_anchor(Plan *p, int ago); /* the cursor is so many working minutes before the loading */
int64_t plan_instant(const Plan *p);
DemoStep *plan_step(Plan *p, Viewer who, const char *action);
Viewer plan_dispatcher(const Plan *p);
Viewer plan_handler(const Plan *p, int64_t dept);
Viewer plan_head(const Plan *p, int64_t dept);
Viewer plan_supervisor(const Plan *p);
Viewer plan_callback(const Plan *p);
Viewer plan_submitter(const Plan *p);
void plan_submit(Plan *p);
void plan_draft(Plan *p);
const char *plan_text(const Plan *p, const char *name);
Out body_begin(const Plan *p);
void body_text(Out *o, const char *name, const char *value); /* NULL: nothing */
void body_id(Out *o, const char *name, int64_t id);
void body_flag(Out *o, const char *name, bool v);
void body_time(Out *o, const char *name, int64_t t);
const char *body_end(Out *o);

/* demo_acts.c */
const In *plan_member(const Plan *p, const char *name);
int plan_number(const Plan *p, const char *name, int otherwise);
bool plan_one_in(const Plan *p, int n, int which);
bool plan_is_urgent(const Plan *p);
bool plan_is_anonymous(const Plan *p);
void plan_say(Plan *p, Viewer who, const char *action, const char *name, const char *text);
void plan_decide(Plan *p, Viewer who, const char *kind, bool agree, const char *reason);
void plan_dispatch(Plan *p);
void plan_sign(Plan *p);
void plan_contact(Plan *p);
void plan_plan(Plan *p);
void plan_notes(Plan *p);
void plan_reply(Plan *p, const char *which);
void plan_reply_out(Plan *p, const char *which);
void plan_evaluate(Plan *p, const char *which);
void plan_call_back(Plan *p, const char *result);
void plan_refuse(Plan *p);
void plan_extend(Plan *p, int64_t dispatched);
void plan_ask(Plan *p);
void plan_object(Plan *p);
void plan_decide_objection(Plan *p, bool upheld);
void plan_withdraw(Plan *p);
#endif
