/* agenda: the questions of agenda.h. Lists of ids are padded to a few lengths, so that a statement's
   text, and with it its plan, is found in the cache; with a number that is nobody's: 0 stands for an
   enterprise that is not known, and below it are the desks. */
#include "desk/agenda.h"

#include "base/input.h"
#include "desk/step_own.h"

#include <string.h>

enum { ARGS_MAX = AGENDA_MAX + PARTIES_MAX + 16 };
#define NOBODY INT64_MIN
typedef struct Ask {
    Out sql;
    int n;
    Val v[ARGS_MAX];
} Ask;

static Ask *ask_new(Arena *a, const char *sql, int64_t site)
{
    Ask *s = NEW(a, Ask);
    s->sql.a = a;
    s->v[s->n++] = vi(site); /* $1 */
    out_raw(&s->sql, sql);
    return s;
}

static void arg(Ask *s, const char *before, Val v)
{
    if (s->n < ARGS_MAX) s->v[s->n++] = v;
    out_raw(&s->sql, before);
    out_raw(&s->sql, "$");
    put_i(&s->sql, s->n);
}

static void id_list(Ask *s, const char *before, int n, const int64_t *ids)
{
    static const int lengths[] = {1, 4, 16, 64, AGENDA_MAX};
    int len = AGENDA_MAX;
    for (int i = COUNT(lengths) - 1; i >= 0 && lengths[i] >= n; i--) len = lengths[i];
    out_raw(&s->sql, before);
    for (int i = 0; i < len; i++) arg(s, i ? ", " : " IN (", vi(i < n ? ids[i] : NOBODY));
    out_raw(&s->sql, ")");
}

static int ask(Reader *q, Ask *s, Result *out)
{
    return db_get(q, s->sql.a, out, s->sql.s, s->n, s->v);
}

/* ---- clocks ---- */

static void where_owed(Ask *s, const OwedBy *by)
{
    int64_t parties[PARTIES_MAX];
    out_raw(&s->sql, " FROM deadline WHERE site = $1");
    if (by->record) arg(s, " AND record = ", vt(by->record));
    if (by->clock) arg(s, " AND clock = ", vt(by->clock));
    if (by->role) arg(s, " AND owner_role = ", vt(by->role));
    if (by->who) id_list(s, " AND owner", viewer_parties(by->who, parties), parties);
    if (by->ids) id_list(s, " AND case_id", by->ids_n, by->ids);
}

int agenda_owed(Reader *q, Arena *a, int64_t site, const OwedBy *by, Owed **out, int *n_out)
{
    Ask *s = ask_new(a, "SELECT " DEADLINE_COLUMNS ", fired, case_id", site);
    Result r;
    where_owed(s, by);
    arg(s, " ORDER BY due_at, case_id, clock, party LIMIT ",
        vi(by->limit ? by->limit : AGENDA_MAX));
    TRY(ask(q, s, &r));
    Owed *all = arena_array(a, (size_t)r.rows + 1, sizeof *all);
    for (int i = 0; i < r.rows; i++) {
        load_deadline(&r, i, &all[i].d);
        all[i].d.fired = res_int(&r, i, 12) != 0;
        all[i].case_id = res_int(&r, i, 13);
    }
    *out = all;
    *n_out = r.rows;
    return OK;
}

int agenda_owed_count(Reader *q, Arena *a, int64_t site, const OwedBy *by, int64_t now,
                      int64_t *cases_out, int64_t *late_out)
{
    Ask *s = ask_new(a, "SELECT count(DISTINCT case_id), count(DISTINCT CASE WHEN due_at < ", site);
    Result r;
    arg(s, "", vi(now));
    out_raw(&s->sql, " THEN case_id END)");
    where_owed(s, by);
    TRY(ask(q, s, &r));
    *cases_out = res_int(&r, 0, 0);
    *late_out = res_int(&r, 0, 1);
    return OK;
}

/* ---- marks ---- */

int agenda_marks(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids, OpenMark **out,
                 int *n_out)
{
    Ask *s = ask_new(a,
                     "SELECT case_id, kind, level, by_name, text, opened_at, owner FROM mark WHERE "
                     "site = $1 AND closed_at = 0",
                     site);
    Result r;
    id_list(s, " AND case_id", n, ids);
    out_raw(&s->sql, " ORDER BY case_id, id");
    TRY(ask(q, s, &r));
    OpenMark *all = arena_array(a, (size_t)r.rows + 1, sizeof *all);
    for (int i = 0; i < r.rows; i++)
        all[i] = (OpenMark){.case_id = res_int(&r, i, 0),
                            .kind = res_text(&r, i, 1),
                            .level = (int)res_int(&r, i, 2),
                            .by = res_text(&r, i, 3),
                            .text = res_text(&r, i, 4),
                            .opened_at = res_int(&r, i, 5),
                            .owner = res_int(&r, i, 6)};
    *out = all;
    *n_out = r.rows;
    return OK;
}

/* Through the clocks that run with a mark: only open cases have them, so no scan of all marks. */
int agenda_marked(Reader *q, Arena *a, int64_t site, const char *record, const char *kind,
                  int level, int limit, int64_t **ids_out, int *n_out)
{
    Ask *s = ask_new(a,
                     "SELECT DISTINCT m.case_id, m.opened_at FROM deadline d JOIN mark m ON "
                     "m.site = d.site AND m.case_id = d.case_id WHERE d.site = $1 AND "
                     "m.closed_at = 0",
                     site);
    Result r;
    arg(s, " AND d.record = ", vt(record));
    arg(s, " AND m.kind = ", vt(kind));
    if (level) arg(s, " AND m.level = ", vi(level));
    arg(s, " ORDER BY m.opened_at, m.case_id LIMIT ", vi(limit));
    TRY(ask(q, s, &r));
    int64_t *ids = arena_array(a, (size_t)r.rows + 1, sizeof *ids);
    int n = 0;
    for (int i = 0; i < r.rows; i++) {
        bool seen = false;
        for (int k = 0; k < n; k++) seen |= ids[k] == res_int(&r, i, 0);
        if (!seen) ids[n++] = res_int(&r, i, 0);
    }
    *ids_out = ids;
    *n_out = n;
    return OK;
}

/* ---- deeds and words ---- */

int agenda_deeds(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids, const char *action,
                 Deed **out, int *n_out)
{
    Ask *s = ask_new(a,
                     "SELECT e.case_id, e.action, e.actor_name, e.at, m.times FROM event e JOIN "
                     "(SELECT case_id, max(seq) AS last, count(*) AS times FROM event "
                     "WHERE site = $1 AND channel <> 'clock'",
                     site);
    Result r;
    if (action) arg(s, " AND action = ", vt(action));
    id_list(s, " AND case_id", n, ids);
    out_raw(&s->sql,
            " GROUP BY case_id) m ON e.site = $1 AND e.case_id = m.case_id AND e.seq = m.last");
    TRY(ask(q, s, &r));
    Deed *all = arena_array(a, (size_t)r.rows + 1, sizeof *all);
    for (int i = 0; i < r.rows; i++)
        all[i] = (Deed){.case_id = res_int(&r, i, 0),
                        .action = res_text(&r, i, 1),
                        .by = res_text(&r, i, 2),
                        .at = res_int(&r, i, 3),
                        .count = res_int(&r, i, 4)};
    *out = all;
    *n_out = r.rows;
    return OK;
}

/* The input named text or reason of an event's stored values. */
static const char *words_of(Arena *a, const char *data)
{
    In in;
    Errors err = {.a = a};
    if (!data || input_json(a, data, strlen(data), true, &in, &err) != OK || in.kind != IN_LIST)
        return NULL;
    for (int i = 0; i < in.len; i++) {
        const char *field = in_text(&in.items[i], "f");
        if (field && (strcmp(field, "in.text") == 0 || strcmp(field, "in.reason") == 0))
            return in_text(&in.items[i], "n");
    }
    return NULL;
}

int agenda_said(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids, Said **out,
                int *n_out)
{
    Ask *s = ask_new(
        a,
        "SELECT e.case_id, e.action, e.at, e.data FROM event e WHERE e.site = $1 AND e.action IN "
        "('supply', 'urge', 'not_contacted', 'contest', 'reopen') AND (e.channel = 'public' OR "
        "EXISTS (SELECT 1 FROM speaks p WHERE p.site = e.site AND p.account = e.actor)) AND "
        "NOT EXISTS (SELECT 1 FROM event l WHERE l.site = e.site AND l.case_id = e.case_id AND "
        "l.seq > e.seq AND (l.channel <> 'clock' OR l.action = e.action))",
        site);
    Result r;
    id_list(s, " AND e.case_id", n, ids);
    out_raw(&s->sql, " ORDER BY e.at DESC, e.case_id");
    TRY(ask(q, s, &r));
    Said *all = arena_array(a, (size_t)r.rows + 1, sizeof *all);
    for (int i = 0; i < r.rows; i++)
        all[i] = (Said){.case_id = res_int(&r, i, 0),
                        .action = res_text(&r, i, 1),
                        .at = res_int(&r, i, 2),
                        .text = words_of(a, res_text(&r, i, 3))};
    *out = all;
    *n_out = r.rows;
    return OK;
}

int agenda_speakers(Reader *q, Arena *a, int64_t site, int n, const int64_t *ids, bool *out)
{
    Ask *s = ask_new(a, "SELECT DISTINCT account FROM speaks WHERE site = $1", site);
    Result r;
    if (n > AGENDA_MAX) n = AGENDA_MAX;
    id_list(s, " AND account", n, ids);
    TRY(ask(q, s, &r));
    for (int i = 0; i < n; i++) {
        out[i] = false;
        for (int k = 0; k < r.rows; k++) out[i] |= res_int(&r, k, 0) == ids[i];
    }
    return OK;
}

/* ---- counts ---- */

int agenda_load(Reader *q, Arena *a, int64_t site, const Record *r, const char *column,
                const char *states, const char *where, int64_t value, int64_t now, Load **out,
                int *n_out)
{
    Ask *s = ask_new(a, "SELECT coalesce(", site);
    Result rs;
    out_f(&s->sql, "%s, 0), count(*), coalesce(sum(CASE WHEN next_due < ", column);
    arg(s, "", vi(now));
    out_f(&s->sql, " THEN 1 ELSE 0 END), 0) FROM %s WHERE site = $1", r->name);
    int n = 0;
    for (const char *at = states; *at; n++) {
        size_t len = strcspn(at, ",");
        arg(s, n ? ", " : " AND state IN (", vt(arena_copy(a, at, len)));
        at += len + (at[len] == ',');
    }
    if (n) out_raw(&s->sql, ")");
    if (where) {
        out_f(&s->sql, " AND %s = ", where);
        arg(s, "", vi(value));
    }
    out_f(&s->sql, " GROUP BY coalesce(%s, 0)", column);
    TRY(ask(q, s, &rs));
    Load *all = arena_array(a, (size_t)rs.rows + 1, sizeof *all);
    for (int i = 0; i < rs.rows; i++)
        all[i] = (Load){res_int(&rs, i, 0), res_int(&rs, i, 1), res_int(&rs, i, 2)};
    *out = all;
    *n_out = rs.rows;
    return OK;
}

const Load *load_of(const Load *all, int n, int64_t id)
{
    static const Load none = {0};
    for (int i = 0; i < n; i++)
        if (all[i].id == id) return &all[i];
    return &none;
}
