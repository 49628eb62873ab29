/* flow: the states and actions of a case, and what an action's function sees. One engine (act.c)
   runs them all; see act.h for the order of checks. */
#ifndef DESK_FLOW_H
#define DESK_FLOW_H
#include "desk/record.h"
#include "desk/rights.h"

typedef struct State {
    const char *code, *zh, *en;
    bool open; /* an end is not open */
} State;
#define S(x) (1u << (x))
enum { SAME = -1, STATES_MAX = 24 };

struct Step;
typedef struct Action {
    const char *name, *zh, *en; /* name as in the API; zh is the button's verb */
    uint32_t from;              /* S(state) | ...; 0 for "create" */
    int8_t to;                  /* state, or SAME; a function may choose: step->to */
    uint64_t by;                /* Who bits */
    const Field *input;
    uint8_t input_n;
    uint16_t input_size;
    const char *stops; /* clocks met by this act, for all parties: "route sign" */
    /* Two-step: who decides, or 0. second_if says per case (NULL: always). */
    uint64_t second;
    uint64_t (*second_if)(struct Step *s);  /* 0: at once; else the decider's Who bit */
    int (*before)(struct Step *s) MUST_USE; /* may refuse: error_add / error_say, E_* */
    int (*after)(struct Step *s) MUST_USE;  /* changes row, clocks, work, marks, notices */
    /* Is it open now for this row? Only for the list of actions and buttons. NULL: yes. */
    bool (*open_now)(const struct Step *s);
    uint64_t tells; /* W_ENTERPRISE | W_LEAD | W_SUPPORT | W_DISPATCHER ... get a notice */
    bool primary;   /* the button to press next */
    bool quiet;     /* not offered as a button (own page or clock only) */
    bool internal;  /* the event is not shown to enterprise and public */
} Action;
#define INPUT(T, fields) .input = fields, .input_n = COUNT(fields), .input_size = sizeof(T)

typedef struct Clock {
    const char *name, *zh, *en;
    /* What happens when it is over: runs as an act of the clock named by this action (an Action
       with by = W_CLOCK), at the due time. NULL: it only turns red and the owner's desk says so. */
    const char *fires;
} Clock;

typedef struct Flow {
    const State *states;
    int states_n;
    const Action *actions;
    int actions_n;
    const Clock *clocks;
    int clocks_n;
    const char *letter; /* of the case number: "W" */
    int first;          /* state of a new case */
    int draft;          /* state that only the author sees, or -1 */
    /* After every act: fills work rows from the row (parties that must act or may see). */
    void (*participants)(struct Step *s);
} Flow;
const Action *flow_action(const Flow *f, const char *name); /* NULL: none */
const Clock *flow_clock(const Flow *f, const char *name);
int flow_state(const Flow *f, const char *code); /* -1: none */
#endif
