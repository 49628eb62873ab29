/* flow: look-ups in the tables of a flow. */
#include "desk/flow.h"

#include <string.h>

const Action *flow_action(const Flow *f, const char *name)
{
    for (int i = 0; f && i < f->actions_n; i++)
        if (strcmp(f->actions[i].name, name) == 0) return &f->actions[i];
    return NULL;
}

const Clock *flow_clock(const Flow *f, const char *name)
{
    for (int i = 0; f && i < f->clocks_n; i++)
        if (strcmp(f->clocks[i].name, name) == 0) return &f->clocks[i];
    return NULL;
}

int flow_state(const Flow *f, const char *code)
{
    for (int i = 0; i < f->states_n; i++)
        if (strcmp(f->states[i].code, code) == 0) return i;
    return -1;
}
