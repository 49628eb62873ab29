/* case: everything of one case for its page and its JSON: clocks, marks, requests, participants,
   events. Read with one query each. */
#ifndef DESK_CASE_H
#define DESK_CASE_H
#include "desk/step.h"

typedef struct EventValue {
    const char *field, *old, *new; /* texts as stored; inputs begin with "in." */
    const char *erased;            /* "removed by order ..., reason", or NULL */
} EventValue;
typedef struct Event {
    int64_t id, seq, at, actor;
    const char *action, *actor_name, *from, *to, *note, *channel;
    bool internal;
    int n;
    EventValue *v;
} Event;
typedef struct Case {
    const Record *rec;
    void *row;
    uint64_t relations;
    int clocks_n, marks_n, requests_n, work_n, events_n, actions_n;
    Deadline *clocks; /* running first by due, then ended, newest first */
    Mark *marks;
    Request *requests;
    WorkRow *work;
    Event *events;             /* oldest first; without internal ones for enterprise and public */
    const Action *actions[40]; /* what this viewer may do now */
} Case;
enum { CASE_EVENTS = 1, CASE_ACTIONS = 2 };
int case_load(Reader *q, Desk *d, Arena *a, const Viewer *who, const Record *r, int64_t id,
              int what, int64_t now, Case *out) MUST_USE;
void case_json(Desk *d, const Case *c, int64_t now, Lang lang, Out *o); /* ,"clocks":[...],... */
void request_json(const Request *r, Out *o);
void event_json(const Record *rec, int64_t case_id, const Event *e, Out *o);
const char *light(int64_t now, const Deadline *d); /* green yellow red; NULL when ended */
#endif
