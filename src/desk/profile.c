/* profile: lengths of clocks as data. A profile's version never changes once it is stored. */
#include "base/input.h"
#include "desk/desk.h"

#include <stdlib.h>
#include <string.h>

typedef struct Profiles {
    Arena a;
    struct Profiles *before; /* the set that this one replaced */
    int n;
    struct {
        int64_t site;
        bool is_default;
        Profile p;
    } * at;
} Profiles;

static bool span_parse(const In *in, Span *out)
{
    if (in->kind != IN_LIST || in->len != 2 || in->items[0].kind != IN_INT ||
        in->items[1].kind != IN_TEXT)
        return false;
    int unit = choice_index(clock_units, in->items[1].s);
    if (unit < 0 || in->items[0].i < 1 || in->items[0].i > 10000) return false;
    *out = (Span){(int32_t)in->items[0].i, (ClockUnit)unit};
    return true;
}

static bool levels_parse(const In *in, Profile *p)
{
    if (in->kind != IN_LIST || in->len != LEVELS) return false;
    for (int i = 0; i < LEVELS; i++)
        if (!span_parse(&in->items[i], &p->level[i])) return false;
    return true;
}

int profile_parse(Arena *a, const char *json, Profile *p, const char **why_out)
{
    Errors e = {.a = a};
    In in;
    if (input_json(a, json, strlen(json), false, &in, &e) != OK) {
        *why_out = e.zh ? e.zh : "profile is not JSON";
        return E_INPUT;
    }
    p->warn_permille = 750;
    p->callback_attempts = 3;
    for (int i = 0; i < in.len; i++) {
        const In *m = &in.items[i];
        bool ok = true;
        if (strcmp(m->name, "level") == 0)
            ok = levels_parse(m, p);
        else if (strcmp(m->name, "warn_permille") == 0)
            p->warn_permille = (int)m->i;
        else if (strcmp(m->name, "callback_attempts") == 0)
            p->callback_attempts = (int)m->i;
        else if (m->kind == IN_LIST && p->n < PROFILE_CLOCKS_MAX) {
            p->at[p->n].name = arena_str(a, m->name);
            ok = span_parse(m, &p->at[p->n++].span);
        }
        if (ok) continue;
        *why_out = arena_f(a, "profile: %s should be [number, unit]", m->name);
        return E_INPUT;
    }
    return OK;
}

/* Old sets stay allocated: a request may still read them; profiles change a few times a year. */
int profiles_load(Desk *d, Reader *q)
{
    Profiles *set = calloc(1, sizeof *set);
    if (!set) abort();
    Result r;
    TRY(db_get(q, &set->a, &r,
               "SELECT p.site, p.code, p.version, p.zh, p.body, s.profile FROM sla_profile p "
               "JOIN site s ON s.site = p.site ORDER BY p.site, p.code, p.version",
               0, NULL));
    set->at = arena_array(&set->a, (size_t)r.rows + 1, sizeof *set->at);
    for (int i = 0; i < r.rows; i++) {
        const char *why;
        Profile *p = &set->at[set->n].p;
        *p = (Profile){.code = res_text(&r, i, 1),
                       .version = (int)res_int(&r, i, 2),
                       .zh = res_text(&r, i, 3)};
        set->at[set->n].site = res_int(&r, i, 0);
        set->at[set->n].is_default = strcmp(p->code, res_text(&r, i, 5)) == 0;
        TRY(profile_parse(&set->a, res_text(&r, i, 4), p, &why));
        set->n++;
    }
    set->before = d->profiles;
    d->profiles = set;
    return OK;
}

void profiles_free(Desk *d)
{
    for (Profiles *set = d->profiles, *before; set; set = before) {
        before = set->before;
        arena_free(&set->a);
        free(set);
    }
    d->profiles = NULL;
}

/* code NULL or "": the site's default; version 0: the newest. */
const Profile *profile_find(const Desk *d, int64_t site, const char *code, int version)
{
    const Profile *best = NULL;
    const Profiles *set = d->profiles;
    for (int i = 0; set && i < set->n; i++) {
        if (set->at[i].site != site) continue;
        const Profile *p = &set->at[i].p;
        bool named = code && *code ? strcmp(p->code, code) == 0 : set->at[i].is_default;
        if (named && (version == 0 || p->version == version)) best = p;
    }
    return best;
}

static bool span_in(const Profile *p, const char *clock, Span *out)
{
    for (int i = 0; p && i < p->n; i++)
        if (strcmp(p->at[i].name, clock) == 0) return *out = p->at[i].span, true;
    return false;
}

bool profile_span(const Desk *d, int64_t site, const char *code, int version, const char *clock,
                  Span *out)
{
    return span_in(profile_find(d, site, code, version), clock, out) ||
           span_in(profile_find(d, site, NULL, 0), clock, out);
}
