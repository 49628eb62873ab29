/* act_own: the parts of act() among themselves. */
#ifndef DESK_ACT_OWN_H
#define DESK_ACT_OWN_H
#include "desk/step.h"

const Action *act_named(const Act *act); /* of the flow; NULL for built-in ones */
int act_load(Step *s) MUST_USE;
int act_checks(Step *s) MUST_USE;
int act_in_tx(Tx *tx, Job *job) MUST_USE; /* act_apply.c: run by the writer */
int find_replay_of(Step *s) MUST_USE;
int64_t wall_time(const Step *s);
int step_open(Step *s, const Action **out, int max); /* actions open to this viewer now */

/* request.c: two-step. */
int request_check(Step *s) MUST_USE; /* decide, take_back */
uint64_t request_decider(Step *s);   /* Who bit that decides this action now; 0: at once */
int request_ask(Step *s, uint64_t decider) MUST_USE;
int request_decide(Step *s) MUST_USE;          /* agree: leaves s->action and s->in set to run */
void request_lapse(Step *s);                   /* all open ones: the case left its state */
int request_up(Step *s, Deadline *d) MUST_USE; /* over time: one level up */
int64_t request_desk(const Step *s, uint64_t who);
#endif
