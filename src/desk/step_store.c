/* step_store: a case's clocks, marks, requests, work rows and notices, in and out of storage. */
#include "desk/step_own.h"

#include <string.h>

void load_deadline(const Result *r, int i, Deadline *d)
{
    *d = (Deadline){.clock = res_text(r, i, 0),
                    .party = res_text(r, i, 1),
                    .owner = res_int(r, i, 2),
                    .owner_role = res_text(r, i, 3),
                    .started_at = res_int(r, i, 4),
                    .due_at = res_int(r, i, 5),
                    .warn_at = res_int(r, i, 6),
                    .span = {(int32_t)res_int(r, i, 7), (ClockUnit)res_int(r, i, 8)},
                    .profile = res_text(r, i, 9),
                    .profile_version = (int)res_int(r, i, 10),
                    .ref = res_int(r, i, 11)};
}

static int load_clocks(Step *s, const Head *h)
{
    Result r;
    TRY(db_get(s->q, s->a, &r,
               "SELECT " DEADLINE_COLUMNS ", fired FROM deadline WHERE site = $1 AND case_id = $2 "
               "ORDER BY due_at, clock, party",
               VALS(vi(h->site), vi(h->id))));
    for (int i = 0; i < r.rows && i < STEP_CLOCKS_MAX; i++) {
        load_deadline(&r, i, &s->clocks[s->clocks_n]);
        s->clocks[s->clocks_n++].fired = res_int(&r, i, 12) != 0;
    }
    return OK;
}

int step_load_work(Reader *q, Arena *a, int64_t site, int64_t case_id, WorkRow *out, int max)
{
    Result r;
    TRY(db_get(q, a, &r,
               "SELECT party, role FROM work WHERE site = $1 AND case_id = $2 ORDER BY party, role",
               VALS(vi(site), vi(case_id))));
    int n = 0;
    for (; n < r.rows && n < max; n++) out[n] = (WorkRow){res_int(&r, n, 0), res_text(&r, n, 1)};
    return n;
}

static int load_marks(Step *s, const Head *h)
{
    Result r;
    TRY(db_get(
        s->q, s->a, &r,
        "SELECT id, kind, level, owner, owner_role, by_account, by_name, text, opened_at, "
        "closed_at, answer, closed_by FROM mark WHERE site = $1 AND case_id = $2 ORDER BY id",
        VALS(vi(h->site), vi(h->id))));
    s->marks = arena_array(s->a, STEP_MARKS_MAX, sizeof *s->marks);
    for (int i = 0; i < r.rows && i < STEP_MARKS_MAX; i++)
        s->marks[s->marks_n++] = (Mark){.id = res_int(&r, i, 0),
                                        .kind = res_text(&r, i, 1),
                                        .level = (int)res_int(&r, i, 2),
                                        .owner = res_int(&r, i, 3),
                                        .owner_role = res_text(&r, i, 4),
                                        .by_account = res_int(&r, i, 5),
                                        .by = res_text(&r, i, 6),
                                        .text = res_text(&r, i, 7),
                                        .opened_at = res_int(&r, i, 8),
                                        .closed_at = res_int(&r, i, 9),
                                        .answer = res_text(&r, i, 10),
                                        .closed_by = res_text(&r, i, 11)};
    return OK;
}

static int load_requests(Step *s, const Head *h)
{
    Result r;
    TRY(db_get(
        s->q, s->a, &r,
        "SELECT id, kind, by_account, by_name, reason, input, state, asked_at, due_at, decider, "
        "decider_who, decided_by, decided_at, decision FROM proposal "
        "WHERE site = $1 AND case_id = $2 ORDER BY id",
        VALS(vi(h->site), vi(h->id))));
    s->requests = arena_array(s->a, (size_t)r.rows + 1, sizeof *s->requests);
    for (int i = 0; i < r.rows; i++)
        s->requests[s->requests_n++] = (Request){.id = res_int(&r, i, 0),
                                                 .kind = res_text(&r, i, 1),
                                                 .by_account = res_int(&r, i, 2),
                                                 .by = res_text(&r, i, 3),
                                                 .reason = res_text(&r, i, 4),
                                                 .input = res_text(&r, i, 5),
                                                 .state = res_text(&r, i, 6),
                                                 .asked_at = res_int(&r, i, 7),
                                                 .due_at = res_int(&r, i, 8),
                                                 .decider = res_int(&r, i, 9),
                                                 .decider_who = (uint64_t)res_int(&r, i, 10),
                                                 .decided_by = res_text(&r, i, 11),
                                                 .decided_at = res_int(&r, i, 12),
                                                 .decision = res_text(&r, i, 13)};
    return OK;
}

int step_load(Step *s)
{
    const Head *h = s->row;
    TRY(load_clocks(s, h));
    TRY(load_marks(s, h));
    TRY(load_requests(s, h));
    int n = step_load_work(s->q, s->a, h->site, h->id, s->work, STEP_WORK_MAX);
    if (n < 0) return n;
    s->work_n = n;
    return OK;
}

/* ---- storing ---- */

static int clock_insert(Step *s, const Head *h, const Deadline *d)
{
    return tx_do(s->tx,
                 "INSERT INTO deadline (site, case_id, record, " DEADLINE_COLUMNS ", fired) VALUES "
                 "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
                 VALS(vi(h->site), vi(h->id), vt(s->rec->name), vt(d->clock), vt(d->party),
                      vi(d->owner), vt(d->owner_role), vi(d->started_at), vi(d->due_at),
                      vi(d->warn_at), vi(d->span.n), vi(d->span.unit), vt(d->profile),
                      vi(d->profile_version), vi(d->ref), vi(d->fired)));
}

static int clock_end(Step *s, const Head *h, const Deadline *d)
{
    if (!d->is_new)
        TRY(tx_do(
            s->tx,
            "DELETE FROM deadline WHERE site = $1 AND case_id = $2 AND clock = $3 AND party = $4",
            VALS(vi(h->site), vi(h->id), vt(d->clock), vt(d->party))));
    if (d->is_new && strcmp(d->outcome, "stopped") == 0) return OK; /* begun and ended in one act */
    return tx_do(
        s->tx,
        "INSERT INTO clock_end (site, case_id, seq, record, " DEADLINE_COLUMNS
        ", ended_at, outcome) VALUES "
        "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        VALS(vi(h->site), vi(h->id), vi(h->rev), vt(s->rec->name), vt(d->clock), vt(d->party),
             vi(d->owner), vt(d->owner_role), vi(d->started_at), vi(d->due_at), vi(d->warn_at),
             vi(d->span.n), vi(d->span.unit), vt(d->profile), vi(d->profile_version), vi(d->ref),
             vi(d->ended_at), vt(d->outcome)));
}

static int store_clocks(Step *s, const Head *h)
{
    /* ended ones first: a restarted clock has the same key */
    for (int i = 0; i < s->clocks_n; i++)
        if (s->clocks[i].ended) TRY(clock_end(s, h, &s->clocks[i]));
    for (int i = 0; i < s->clocks_n; i++) {
        const Deadline *d = &s->clocks[i];
        if (d->ended) continue;
        if (d->is_new)
            TRY(clock_insert(s, h, d));
        else if (d->changed)
            TRY(tx_do(s->tx,
                      "UPDATE deadline SET due_at = $5, warn_at = $6, span_n = $7, span_unit = $8, "
                      "fired = $9, owner = $10, owner_role = $11 WHERE site = $1 AND case_id = $2 "
                      "AND clock = $3 AND party = $4",
                      VALS(vi(h->site), vi(h->id), vt(d->clock), vt(d->party), vi(d->due_at),
                           vi(d->warn_at), vi(d->span.n), vi(d->span.unit), vi(d->fired),
                           vi(d->owner), vt(d->owner_role))));
    }
    return OK;
}

static int store_marks(Step *s, const Head *h)
{
    for (int i = 0; i < s->marks_n; i++) {
        const Mark *m = &s->marks[i];
        if (m->is_new)
            TRY(tx_do(
                s->tx,
                "INSERT INTO mark (site, case_id, id, kind, level, owner, owner_role, by_account, "
                "by_name, text, opened_at, closed_at, answer, closed_by) VALUES "
                "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                VALS(vi(h->site), vi(h->id), vi(m->id), vt(m->kind), vi(m->level), vi(m->owner),
                     vt(m->owner_role), vi(m->by_account), vt(m->by), vt(m->text), vi(m->opened_at),
                     vi(m->closed_at), vt(m->answer), vt(m->closed_by))));
        else if (m->changed)
            TRY(tx_do(s->tx,
                      "UPDATE mark SET closed_at = $4, answer = $5, owner = $6, owner_role = $7, "
                      "level = $8, closed_by = $9 "
                      "WHERE site = $1 AND case_id = $2 AND id = $3",
                      VALS(vi(h->site), vi(h->id), vi(m->id), vi(m->closed_at), vt(m->answer),
                           vi(m->owner), vt(m->owner_role), vi(m->level), vt(m->closed_by))));
    }
    return OK;
}

static int store_requests(Step *s, const Head *h)
{
    for (int i = 0; i < s->requests_n; i++) {
        const Request *r = &s->requests[i];
        if (r->is_new)
            TRY(tx_do(
                s->tx,
                "INSERT INTO proposal (site, case_id, id, record, kind, by_account, by_name, "
                "reason, "
                "input, state, asked_at, due_at, decider, decider_who, decided_by, decided_at, "
                "decision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
                "$15, $16, $17)",
                VALS(vi(h->site), vi(h->id), vi(r->id), vt(s->rec->name), vt(r->kind),
                     vi(r->by_account), vt(r->by), vt(r->reason), vt(r->input), vt(r->state),
                     vi(r->asked_at), vi(r->due_at), vi(r->decider), vi((int64_t)r->decider_who),
                     vt(r->decided_by), vi(r->decided_at), vt(r->decision))));
        else if (r->changed)
            TRY(tx_do(
                s->tx,
                "UPDATE proposal SET state = $4, due_at = $5, decider = $6, decider_who = $7, "
                "decided_by = $8, decided_at = $9, decision = $10 "
                "WHERE site = $1 AND case_id = $2 AND id = $3",
                VALS(vi(h->site), vi(h->id), vi(r->id), vt(r->state), vi(r->due_at), vi(r->decider),
                     vi((int64_t)r->decider_who), vt(r->decided_by), vi(r->decided_at),
                     vt(r->decision))));
    }
    return OK;
}

static bool has_work(const WorkRow *w, int n, const WorkRow *x)
{
    for (int i = 0; i < n; i++)
        if (w[i].party == x->party && strcmp(w[i].role, x->role) == 0) return true;
    return false;
}

static int store_work(Step *s, const Head *h, const WorkRow *was, int was_n)
{
    for (int i = 0; i < was_n; i++)
        if (!has_work(s->work, s->work_n, &was[i]))
            TRY(tx_do(
                s->tx,
                "DELETE FROM work WHERE site = $1 AND case_id = $2 AND party = $3 AND role = $4",
                VALS(vi(h->site), vi(h->id), vi(was[i].party), vt(was[i].role))));
    const Head *before = s->before;
    const char *state = s->flow->states[h->state].code;
    int64_t due = h->next_due ? h->next_due : NO_DUE;
    if (before && was_n && (before->state != h->state || before->next_due != h->next_due))
        TRY(tx_do(s->tx,
                  "UPDATE work SET state = $3, next_due = $4 WHERE site = $1 AND case_id = $2",
                  VALS(vi(h->site), vi(h->id), vt(state), vi(due))));
    for (int i = 0; i < s->work_n; i++)
        if (!has_work(was, was_n, &s->work[i]) && !has_work(s->work, i, &s->work[i]))
            TRY(tx_do(s->tx,
                      "INSERT INTO work (site, case_id, party, role, record, state, next_due) "
                      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                      VALS(vi(h->site), vi(h->id), vi(s->work[i].party), vt(s->work[i].role),
                           vt(s->rec->name), vt(state), vi(due))));
    return OK;
}

static int store_notices(Step *s, const Head *h)
{
    for (int i = 0; i < s->notices_n; i++) {
        const Notice *n = &s->notices[i];
        TRY(tx_do(
            s->tx,
            "INSERT INTO notice (site, id, party, role, record, case_id, seq, zh, en, at) VALUES "
            "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            VALS(vi(h->site), vi(tx_new_id(s->tx)), vi(n->party), vt(n->role), vt(s->rec->name),
                 vi(h->id), vi(h->rev), vt(n->zh), vt(n->en), vi(s->now))));
    }
    return OK;
}

int step_store(Step *s, const WorkRow *was, int was_n)
{
    const Head *h = s->row;
    TRY(store_clocks(s, h));
    TRY(store_marks(s, h));
    TRY(store_requests(s, h));
    TRY(store_work(s, h, was, was_n));
    return store_notices(s, h);
}
