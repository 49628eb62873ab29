/* parts: pieces of pages that the generic pages and the modules share: lights, dates, clocks and the
   timeline of a case. */
#ifndef WEB_PARTS_H
#define WEB_PARTS_H
#include "web/web.h"

/* "临期 剩 40 分": shape, word and time. */
Html part_light(Req *q, int64_t due, int64_t warn, ClockUnit unit);
/* "3月18日 10:20"; with the year when it is another one; 今天, 明天, 昨天 where near. */
const char *part_when(Req *q, int64_t at);
const char *part_day(Req *q, int64_t at); /* "3月18日 周三（今天）" */
const char *part_clock_name(Req *q, const Record *r, const char *clock);
/* Whose clock, mark or request: the department, enterprise or account by its name, or the desk. */
const char *part_owner(Req *q, int64_t owner, const char *role);
const char *part_state(Req *q, const Record *r, const void *row); /* the state's word */
/* The box of the clock that counts now, with "为什么是这个时间？". */
void part_clock(Req *q, const Record *r, const Deadline *d);
/* "为什么是这个时间？": the intervals counted. */
void part_why(Req *q, const Deadline *d);
void part_clocks(Req *q, const Case *c);   /* tables of running and ended clocks */
void part_requests(Req *q, const Case *c); /* open two-step requests as notes */
void part_timeline(Req *q, const Case *c); /* newest first */
/* A stored text as people read it: choices by their words, ids by their titles. */
const char *part_value(Req *q, const Field *f, const char *stored);
void part_facts(Req *q, const Record *r, const void *row);
#endif
