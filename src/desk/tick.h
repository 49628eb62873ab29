/* tick: fires deadlines. Each firing is an act of the clock at the due time, by compare-and-set. */
#ifndef DESK_TICK_H
#define DESK_TICK_H
#include "desk/desk.h"
/* Fires all that is due at `now`, in order of due time, until nothing is due. Number fired. */
int tick_run(Desk *d, int64_t now) MUST_USE;
/* Discards drafts older than 30 days; number discarded. Once an hour by the thread. */
int tick_sweep(Desk *d, int64_t now) MUST_USE;
int tick_start(Desk *d) MUST_USE; /* thread: each second; one node of a cluster at a time */
void tick_stop(Desk *d);
#endif
