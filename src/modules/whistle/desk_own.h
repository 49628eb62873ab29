/* desk_own: what the desks of the roles are made of: a greeting, numbers that open their rows, rows
   with what to do next, requests that wait. */
#ifndef MODULES_WHISTLE_DESK_OWN_H
#define MODULES_WHISTLE_DESK_OWN_H
#include "desk/inbox.h"
#include "modules/whistle/lens.h"

typedef struct DeskCount {
    const char *path; /* "/whistles?due=today" */
    int64_t n;
    const char *zh, *means; /* 今天到期; what is counted */
    bool bad;
} DeskCount;
typedef struct DeskRow {
    int64_t id;
    const char *number, *title, *enterprise, *due;
    const char *third, *third_sub; /* 主办部门 and 未签收, or what the enterprise waits for */
    const char *action, *path;     /* the next step; NULL: none */
    Html light, tags;
} DeskRow;
typedef struct DeskTable {
    const char *id, *heading, *means, *caption;
    Html links;                /* behind means */
    const char *first, *third; /* heads of the columns */
    int64_t n;                 /* behind the heading */
    const char *all;           /* address of all of them, NULL: all are shown */
    const char *empty;         /* said when there is no row */
    bool waits;                /* the third column is what the enterprise waits for */
} DeskTable;

/* What a desk has at hand while it is written. */
typedef struct Desktop {
    Req *q;
    Names *names;
} Desktop;
void desk_begin(Desktop *t, Html buttons);
void desk_counts(Desktop *t, const DeskCount *c, int n);
DeskCount desk_count(Desktop *t, const char *query, const char *zh, const char *means);
DeskCount desk_requests_count(Desktop *t);
void desk_columns(Desktop *t); /* main column begins */
void desk_aside(Desktop *t, const char *label);
int desk_end(Desktop *t);
Html desk_button(Desktop *t, const char *path, const char *zh, bool primary);

/* Rows of these whistles: light of the nearest clock, names, tags; the rest is the caller's. */
int desk_rows(Desktop *t, const Whistle *w, int n, DeskRow *out) MUST_USE;
void desk_table(Desktop *t, const DeskTable *x, const DeskRow *rows, int n);
void desk_table_begin(Desktop *t, const DeskTable *x);
void desk_group(Desktop *t, const char *name, int n, const char *means);
void desk_row(Desktop *t, const DeskTable *x, const DeskRow *r);
void desk_table_end(Desktop *t);
/* Two-step requests that wait for this viewer's decision; nothing when there are none. */
int desk_asked_of_me(Desktop *t) MUST_USE;
int desk_asked_by_me(Desktop *t) MUST_USE; /* in the aside */
/* Clocks that this viewer's desk owes, but for requests, which have a place of their own. */
int desk_owed(Desktop *t) MUST_USE;
/* The overdue ones, longest first, with who holds them and what was done last. */
int desk_late(Desktop *t, const char *query, int limit) MUST_USE;
/* Open and overdue by lead department, most overdue first; in the aside. */
int desk_by_dept(Desktop *t) MUST_USE;
int desk_numbers(Desktop *t, const char *id, const char *zh, const DeskCount *c, int n) MUST_USE;

int desk_dispatcher(Desktop *t) MUST_USE;
int desk_handler(Desktop *t) MUST_USE;
int desk_head(Desktop *t) MUST_USE;
int desk_supervisor(Desktop *t) MUST_USE;
int desk_leader(Desktop *t) MUST_USE;
int desk_callback(Desktop *t) MUST_USE;
int desk_auditor(Desktop *t) MUST_USE;
int desk_admin(Desktop *t) MUST_USE;
#endif
