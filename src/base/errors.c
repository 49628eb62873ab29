/* errors: what is wrong with an input, each fault at its field, and one sentence for the whole. */
#include "base/base.h"

#include <string.h>

void error_add(Errors *e, const char *field, const char *zh, const char *en)
{
    if (e->n == ERRORS_MAX) return; /* forty sentences are enough to mend a form */
    e->at[e->n++] = (FieldError){.field = field, .zh = zh, .en = en};
}

const FieldError *error_at(const Errors *e, const char *field)
{
    for (int i = 0; i < e->n; i++)
        if (e->at[i].field && strcmp(e->at[i].field, field) == 0) return &e->at[i];
    return NULL;
}

int error_say(Errors *e, int code, const char *zh, const char *en)
{
    e->zh = zh;
    e->en = en;
    return code;
}
