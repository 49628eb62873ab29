/* step: what an action's function sees and may do while it runs inside the writer. All of it is
   memory that act.c loads before and stores after; the function touches only the Step (and reads
   through step->q), so that it may be run again. */
#ifndef DESK_STEP_H
#define DESK_STEP_H
#include "desk/act.h"

enum { STEP_CLOCKS_MAX = 48, STEP_WORK_MAX = 48, STEP_MARKS_MAX = 64, STEP_NOTICES_MAX = 24 };

/* A running clock (table deadline). party as the API says it: "enterprise", "desk", or an id. */
typedef struct Deadline {
    const char *clock;
    const char *party;
    int64_t owner;          /* DESK_* or the id behind party */
    const char *owner_role; /* "handler" "head" "supervisor" "leader" "enterprise" "callback" ... */
    int64_t started_at, due_at, warn_at;
    Span span;
    const char *profile;
    int profile_version;
    int64_t ref; /* mark or request it belongs to; 0 */
    bool fired;  /* it is over and has fired; it runs on, red, until the awaited act */
    /* engine's */
    bool is_new, ended, changed;
    const char *outcome; /* met missed stopped, when ended */
    int64_t ended_at;
} Deadline;

/* ask, urge, escalation ... opened and closed by a named person (table mark). */
typedef struct Mark {
    int64_t id;
    const char *kind; /* "ask" "urge" "escalation" "final_reply" ... */
    int level;
    int64_t owner;
    const char *owner_role, *by, *text;
    int64_t by_account, opened_at, closed_at; /* closed_at 0: open */
    const char *answer, *closed_by;           /* what closed it, or the decision; who */
    bool is_new, changed;
} Mark;

typedef struct Request {
    int64_t id;
    const char *kind, *by, *reason, *state, *input; /* input: JSON of the action's fields */
    int64_t by_account, asked_at, due_at, decided_at;
    int64_t decider;      /* DESK_* or department */
    uint64_t decider_who; /* W_LEAD_HEAD, W_SUPERVISOR, W_LEADER */
    const char *decided_by, *decision;
    bool is_new, changed;
} Request;

typedef struct Notice {
    int64_t party;
    const char *role;    /* "" any of the party; "head" */
    const char *zh, *en; /* one sentence without case text */
} Notice;

typedef struct Step {
    Tx *tx;
    Reader *q; /* tx_reader(tx), or a reader when buttons are asked for */
    Arena *a;
    Desk *desk;
    Act *act; /* NULL when buttons are asked for */
    const Viewer *who;
    uint64_t relations;
    const Record *rec;
    const Flow *flow;
    const Action *action;
    void *row;          /* changed by the function */
    const void *before; /* as it was; NULL at creation */
    const void *in;     /* the action's input struct, or NULL */
    int64_t now;        /* instant of the act (the due time for a clock) */
    int to;             /* state after the act */
    Errors *errors;
    bool deciding;    /* the act is an agreed request: in and reason come from it */
    Request *request; /* the one being decided, else NULL */
    int clocks_n, work_n, marks_n, requests_n, notices_n;
    Deadline clocks[STEP_CLOCKS_MAX];
    WorkRow work[STEP_WORK_MAX]; /* rewritten by flow->participants after the act */
    Mark *marks;                 /* STEP_MARKS_MAX */
    Request *requests;           /* open ones and the past of this case */
    Notice notices[STEP_NOTICES_MAX];
    const char *event; /* name of the event when it is not the action's; NULL */
    bool hide_actor;   /* anonymous: the event names nobody */
    const char *note;  /* one line that the event shows beside its inputs; may be NULL */
    bool gone;         /* the row is removed by this act (a draft that is discarded) */
    bool internal;     /* this event is not shown to enterprise and public */
} Step;

/* Clocks. Lengths come from the case's profile (profile, version; "" = the site's default). */
/* Starts clock for a party. NULL when the case's tables are full (error said). Starting one that
   runs restarts it (the old one ends "stopped"). */
Deadline *step_clock(Step *s, const char *clock, const char *party, int64_t owner,
                     const char *owner_role, const char *profile, int version);
Deadline *step_clock_span(Step *s, const char *clock, const char *party, int64_t owner,
                          const char *owner_role, int64_t started, Span span);
/* until: an instant instead of a length. */
Deadline *step_clock_until(Step *s, const char *clock, const char *party, int64_t owner,
                           const char *owner_role, int64_t until);
Deadline *step_running(Step *s, const char *clock, const char *party); /* party NULL: any */
/* The awaited act happened at `at`: met when at <= due, else missed. party NULL: all. */
void step_clock_met(Step *s, const char *clock, const char *party, int64_t at);
void step_clock_stop(Step *s, const char *clock, const char *party); /* stopped; NULL clock: all */
void step_clock_end(Step *s, Deadline *d, const char *outcome);    /* met missed stopped, as said */
void step_clock_due(Step *s, Deadline *d, int64_t due, Span span); /* extended */

Mark *step_mark(Step *s, const char *kind, int level, int64_t owner, const char *owner_role,
                const char *text);
Mark *step_mark_open(Step *s, const char *kind);       /* the open one of that kind, or NULL */
int step_marks_count(const Step *s, const char *kind); /* open and closed */
void step_mark_close(Step *s, Mark *m, const char *answer);
Request *step_request_open(Step *s, const char *kind); /* NULL kind: any */
int step_number(Step *s) MUST_USE; /* gives the case its number: kind, day, counter, check digit */
void step_tell(Step *s, int64_t party, const char *role, const char *zh, const char *en);
void step_extra(Step *s, const char *name, const char *value); /* shown once in the answer */
/* How often this action was done on this case (events), optionally since an event's action. */
int step_count(Step *s, const char *action);
int64_t step_last_at(Step *s, const char *action); /* 0: never */
#endif
