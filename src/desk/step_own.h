/* step_own: loading and storing of a Step; for act.c, case.c and tick.c only. */
#ifndef DESK_STEP_OWN_H
#define DESK_STEP_OWN_H
#include "desk/step.h"

/* Clocks, work rows, marks and requests of s->row's case. */
int step_load(Step *s) MUST_USE;
int step_load_work(Reader *q, Arena *a, int64_t site, int64_t case_id, WorkRow *out, int max);
void load_deadline(const Result *r, int row, Deadline *out);
#define DEADLINE_COLUMNS                                                                           \
    "clock, party, owner, owner_role, started_at, due_at, warn_at, span_n, span_unit, profile, "   \
    "profile_version, ref"
/* Writes what the act changed: clocks, marks, requests, notices, work rows (was: rows before). */
int step_store(Step *s, const WorkRow *was, int was_n) MUST_USE;
/* next_due, next_warn, next_clock of the head from the running clocks. */
void step_next_due(Step *s);
#endif
