/* act: the one way in which anything is written. Web form, API, bulk, clock and command line all
   make an Act and submit it. Order of checks: is it visible (404), may he (403), does the state
   allow it (409), is the revision current (412), is the input right (422).
   Built-in actions of every record: "create", "edit"; of records without a flow also "remove". */
#ifndef DESK_ACT_H
#define DESK_ACT_H
#include "desk/desk.h"
#include "desk/flow.h"

enum { ACT_EXTRA_MAX = 4 };
typedef struct Act {
    Job job; /* first */
    Desk *desk;
    Arena *a;
    Viewer who;
    const Record *rec;
    int64_t id;          /* 0: create */
    int64_t if_rev;      /* -1: whatever it is now */
    const char *action;  /* "create", "edit" or a name of the flow */
    const Action *act;   /* of the flow; NULL for built-in ones */
    void *row;           /* create, edit: the row as read from the input */
    const In *body;      /* create, edit: the input, so that absent members stay as they are */
    void *in;            /* the action's input struct */
    int64_t at;          /* instant of the act: now, or the due time for a clock */
    const char *channel; /* "web" "api" "public" "clock" "demo" ...; stands in the event */
    const char *idem_key, *idem_hash; /* NULL: none */
    bool submit;                      /* create of a case and straight on to submit (no draft) */
    int64_t request;                  /* decide, take_back: id of the request */
    bool agree, take_back;
    const char *reason;      /* of the decision */
    const char *clock_party; /* clock: whose */
    const char *clock;       /* clock: which */
    int64_t clock_due;       /* clock: compare-and-set on this due time */

    /* Outcome, valid when done. rc is 0 or E_*. */
    int rc;
    Errors errors;
    bool replayed; /* the answer of an earlier act with the same key */
    bool asked;    /* a two-step request was made: request_id */
    int64_t request_id, out_id, out_rev;
    void *out_row; /* the row after the act */
    struct {
        const char *name, *value;
    } extra[ACT_EXTRA_MAX]; /* shown once in the answer: query_code */
    int extra_n;
    /* edit: sets what no input can (a password), after the input was read; runs in the writer */
    void (*patch)(struct Act *act, void *row);
    const void *patch_with;
    ReadOpts edit;                   /* how the body is to be read */
    Errors errors_read;              /* as the worker left them: the writer may run the act again */
    int64_t new_id;                  /* create: 0 = made by the writer */
    int64_t wall;                    /* the machine's clock when the act was made (idempotency) */
    void (*finish)(struct Act *act); /* web's: called on the writer's thread; must only hand on */
    void *ctx;
} Act;

/* In a's memory. action: of rec's flow, or built-in. */
Act *act_new(Desk *d, Arena *a, const Viewer *who, const Record *rec, int64_t id,
             const char *action) MUST_USE;
/* Input into the act (row or in). Errors stand in act->errors; E_INPUT then, but right and state are
   asked before (act_check). A record whose flow has a draft state is submitted at once unless the body
   has "draft": true. */
int act_read(Act *act, const In *body, bool form, const char *allow) MUST_USE;
/* On a worker, before the writer: 404, 403, 409, 412 in order; then E_INPUT if act->errors.n. */
int act_check(Reader *q, Act *act) MUST_USE;
int act_submit(Act *act) MUST_USE; /* E_BUSY; else finish(act) comes */
int act_run(Act *act) MUST_USE;    /* submits and waits: command line, clock, demo, tests */

/* Names of the flow's actions that this viewer may do now, in the flow's order. */
int act_open(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *rec, const void *row,
             int64_t now, const Action **out, int max);
#endif
