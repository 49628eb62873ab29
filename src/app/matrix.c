#include "app/matrix.h"

#include "desk/flow.h"
#include "desk/rights.h"

#include <string.h>

/* What a role may be to a case. A scope's relations are added to the role's own bit. */
typedef struct Scope {
    const char *name;
    uint64_t handler, head, enterprise;
} Scope;
static const Scope scopes[] = {
    {"own", 0, 0, W_ENTERPRISE | W_AUTHOR},
    {"other", 0, 0, 0},
    {"lead", W_LEAD | W_HANDLER, W_LEAD | W_HANDLER | W_LEAD_HEAD, 0},
    {"support", W_SUPPORT, W_SUPPORT, 0},
    {"former", W_FORMER, W_FORMER, 0},
    {"elsewhere", 0, 0, 0},
    {"site", 0, 0, 0},
    {"code", 0, 0, 0},
};

typedef struct Walk {
    void (*cb)(void *ctx, const Cell4 *c);
    void *ctx;
    const Record *rec;
} Walk;

/* Has this scope a meaning for this role? What is not there yet has no lead: it is created for one's
   own firm, or anywhere in the site. */
static bool applies(const Record *r, Role role, const Scope *s, bool create)
{
    bool dept = role == ROLE_HANDLER || role == ROLE_HEAD;
    if (!r->flow) return strcmp(s->name, "site") == 0;
    if (role == ROLE_ENTERPRISE)
        return strcmp(s->name, "own") == 0 || strcmp(s->name, "other") == 0;
    if (create) return strcmp(s->name, "site") == 0;
    if (role == ROLE_PUBLIC) return strcmp(s->name, "code") == 0;
    if (dept) return s->handler || strcmp(s->name, "elsewhere") == 0;
    return strcmp(s->name, "site") == 0;
}

static uint64_t relations_of(Role role, const Scope *s)
{
    uint64_t own = 1ull << role;
    if (role == ROLE_ENTERPRISE) return own | s->enterprise;
    if (role == ROLE_HANDLER) return own | s->handler;
    if (role == ROLE_HEAD) return own | s->head;
    return own;
}

static bool may_see(const Record *r, Role role, uint64_t rel)
{
    Viewer v = {.role = role};
    Head row = {.state = 0};
    if (r->flow) row.state = r->flow->draft >= 0 ? r->flow->draft + 1 : 0;
    if (r->flow && role == ROLE_PUBLIC)
        return (r->create & W_PUBLIC) != 0; /* with number and code */
    return rights_visible(&v, r, &row, rel);
}

static void cells(const Walk *w, const char *action, uint64_t by, bool read)
{
    bool create = strcmp(action, "create") == 0;
    for (int role = 0; role < ROLE_CLOCK; role++)
        for (int i = 0; i < COUNT(scopes); i++) {
            if (!applies(w->rec, (Role)role, &scopes[i], create)) continue;
            uint64_t rel = relations_of((Role)role, &scopes[i]);
            bool sees = may_see(w->rec, (Role)role, rel);
            bool other = create && strcmp(scopes[i].name, "other") == 0;
            bool yes = read ? sees : (by & rel) != 0 && (sees || create) && !other;
            Cell4 c = {roles[role].code, w->rec->name, action, scopes[i].name, yes};
            w->cb(w->ctx, &c);
        }
}

static void record_cells(const Walk *w)
{
    const Record *r = w->rec;
    cells(w, "read", 0, true);
    cells(w, "create", r->create ? r->create : r->write, false);
    cells(w, "edit", r->flow ? W_AUTHOR : r->write, false);
    if (!r->flow) cells(w, "remove", r->write, false);
    for (int i = 0; r->flow && i < r->flow->actions_n; i++) {
        const Action *a = &r->flow->actions[i];
        if (a->by != W_CLOCK && strcmp(a->name, "create") != 0) cells(w, a->name, a->by, false);
    }
}

void matrix_walk(const Desk *d, void (*cb)(void *ctx, const Cell4 *c), void *ctx)
{
    for (int i = 0; d->records[i]; i++) {
        Walk w = {cb, ctx, d->records[i]};
        record_cells(&w);
    }
}
