/* step: what an action's function may do (clocks, marks, notices), and its loading and storing. */
#include "desk/step.h"

#include "desk/step_own.h"

#include <string.h>

static Head *head(Step *s)
{
    return s->row;
}

/* ---- clocks ---- */

Deadline *step_running(Step *s, const char *clock, const char *party)
{
    for (int i = 0; i < s->clocks_n; i++) {
        Deadline *d = &s->clocks[i];
        if (!d->ended && strcmp(d->clock, clock) == 0 && (!party || strcmp(d->party, party) == 0))
            return d;
    }
    return NULL;
}

static void end_clock(Step *s, Deadline *d, const char *outcome, int64_t at)
{
    (void)s;
    d->ended = true;
    d->outcome = outcome;
    d->ended_at = at;
}

static int permille(Step *s)
{
    const Profile *p = profile_find(s->desk, head(s)->site, NULL, 0);
    return p ? p->warn_permille : 750;
}

static Deadline *new_clock(Step *s, const char *clock, const char *party, int64_t owner,
                           const char *owner_role)
{
    Deadline *old = step_running(s, clock, party);
    if (old) end_clock(s, old, "stopped", s->now);
    if (s->clocks_n == STEP_CLOCKS_MAX) {
        error_say(s->errors, E_LARGE, "这一事项的时钟太多", "this case has too many clocks");
        return NULL;
    }
    Deadline *d = &s->clocks[s->clocks_n++];
    *d = (Deadline){.clock = clock,
                    .party = party,
                    .owner = owner,
                    .owner_role = owner_role,
                    .started_at = s->now,
                    .is_new = true};
    return d;
}

Deadline *step_clock_span(Step *s, const char *clock, const char *party, int64_t owner,
                          const char *owner_role, int64_t started, Span span)
{
    Deadline *d = new_clock(s, clock, party, owner, owner_role);
    if (!d) return NULL;
    d->started_at = started;
    d->span = span;
    d->due_at = calendar_due(s->desk->calendar, started, span, false);
    d->warn_at = calendar_warn(s->desk->calendar, started, d->due_at, span.unit, permille(s));
    return d;
}

Deadline *step_clock(Step *s, const char *clock, const char *party, int64_t owner,
                     const char *owner_role, const char *profile, int version)
{
    Span span;
    if (!profile_span(s->desk, head(s)->site, profile, version, clock, &span)) {
        error_say(s->errors, E_DB, "时钟方案里没有这个时钟", "no profile has this clock");
        return NULL;
    }
    Deadline *d = step_clock_span(s, clock, party, owner, owner_role, s->now, span);
    if (!d) return NULL;
    const Profile *p = profile_find(s->desk, head(s)->site, profile, version);
    d->profile = p ? p->code : NULL;
    d->profile_version = p ? p->version : 0;
    return d;
}

Deadline *step_clock_until(Step *s, const char *clock, const char *party, int64_t owner,
                           const char *owner_role, int64_t until)
{
    Deadline *d = new_clock(s, clock, party, owner, owner_role);
    if (!d) return NULL;
    d->span = (Span){0, UNIT_WH};
    d->due_at = until;
    d->warn_at = calendar_warn(s->desk->calendar, s->now, until, UNIT_WH, permille(s));
    return d;
}

void step_clock_met(Step *s, const char *clock, const char *party, int64_t at)
{
    for (int i = 0; i < s->clocks_n; i++) {
        Deadline *d = &s->clocks[i];
        if (d->ended || strcmp(d->clock, clock) != 0 || (party && strcmp(d->party, party) != 0))
            continue;
        end_clock(s, d, at <= d->due_at ? "met" : "missed", at);
    }
}

/* A clock that was over already has been missed, whatever stops it. */
void step_clock_stop(Step *s, const char *clock, const char *party)
{
    for (int i = 0; i < s->clocks_n; i++) {
        Deadline *d = &s->clocks[i];
        if (d->ended || (clock && strcmp(d->clock, clock) != 0) ||
            (party && strcmp(d->party, party) != 0))
            continue;
        end_clock(s, d, s->now > d->due_at || d->fired ? "missed" : "stopped", s->now);
    }
}

void step_clock_end(Step *s, Deadline *d, const char *outcome)
{
    end_clock(s, d, outcome, s->now);
}

void step_clock_due(Step *s, Deadline *d, int64_t due, Span span)
{
    d->due_at = due;
    d->span = span;
    d->warn_at = calendar_warn(s->desk->calendar, d->started_at, due, span.unit, permille(s));
    d->fired = false;
    d->changed = true;
}

void step_next_due(Step *s)
{
    Head *h = head(s);
    h->next_due = h->next_warn = 0;
    h->next_clock = NULL;
    for (int i = 0; i < s->clocks_n; i++) {
        const Deadline *d = &s->clocks[i];
        if (d->ended || (h->next_due && d->due_at >= h->next_due)) continue;
        h->next_due = d->due_at;
        h->next_warn = d->warn_at;
        h->next_clock = d->clock;
    }
}

/* ---- marks, requests, notices ---- */

Mark *step_mark(Step *s, const char *kind, int level, int64_t owner, const char *owner_role,
                const char *text)
{
    if (s->marks_n == STEP_MARKS_MAX) {
        error_say(s->errors, E_LARGE, "这一事项的标记太多", "this case has too many marks");
        return NULL;
    }
    Mark *m = &s->marks[s->marks_n++];
    *m = (Mark){.id = tx_new_id(s->tx),
                .kind = kind,
                .level = level,
                .owner = owner,
                .owner_role = owner_role,
                .by = s->hide_actor ? "" : s->who->name,
                .by_account = s->hide_actor ? 0 : s->who->account,
                .text = text,
                .opened_at = s->now,
                .is_new = true};
    return m;
}

Mark *step_mark_open(Step *s, const char *kind)
{
    for (int i = 0; i < s->marks_n; i++)
        if (!s->marks[i].closed_at && strcmp(s->marks[i].kind, kind) == 0) return &s->marks[i];
    return NULL;
}

int step_marks_count(const Step *s, const char *kind)
{
    int n = 0;
    for (int i = 0; i < s->marks_n; i++) n += strcmp(s->marks[i].kind, kind) == 0;
    return n;
}

void step_mark_close(Step *s, Mark *m, const char *answer)
{
    m->closed_at = s->now;
    m->answer = answer;
    m->closed_by = s->hide_actor ? "" : s->who->name;
    m->changed = true;
}

Request *step_request_open(Step *s, const char *kind)
{
    for (int i = 0; i < s->requests_n; i++)
        if (strcmp(s->requests[i].state, "open") == 0 &&
            (!kind || strcmp(s->requests[i].kind, kind) == 0))
            return &s->requests[i];
    return NULL;
}

void step_tell(Step *s, int64_t party, const char *role, const char *zh, const char *en)
{
    if (!party || s->notices_n == STEP_NOTICES_MAX) return;
    for (int i = 0; i < s->notices_n; i++) /* one notice a party and act; the first words stand */
        if (s->notices[i].party == party && strcmp(s->notices[i].role, role) == 0) return;
    s->notices[s->notices_n++] = (Notice){party, role, zh, en};
}

void step_extra(Step *s, const char *name, const char *value)
{
    Act *act = s->act;
    if (!act || act->extra_n == ACT_EXTRA_MAX) return;
    act->extra[act->extra_n].name = name;
    act->extra[act->extra_n++].value = value;
}

int step_count(Step *s, const char *action)
{
    Result r;
    int rc = db_get(s->q, s->a, &r,
                    "SELECT count(*) FROM event WHERE site = $1 AND case_id = $2 AND action = $3",
                    VALS(vi(head(s)->site), vi(head(s)->id), vt(action)));
    return rc < 0 ? rc : (int)res_int(&r, 0, 0);
}

int64_t step_last_at(Step *s, const char *action)
{
    Result r;
    int rc = db_get(s->q, s->a, &r,
                    "SELECT at FROM event WHERE site = $1 AND case_id = $2 AND action = $3 "
                    "ORDER BY seq DESC LIMIT 1",
                    VALS(vi(head(s)->site), vi(head(s)->id), vt(action)));
    return rc < 0 || r.rows == 0 ? 0 : res_int(&r, 0, 0);
}
