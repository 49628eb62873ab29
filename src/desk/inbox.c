/* inbox: requests to decide and notices, by the parties a viewer belongs to. Who may decide is asked
   again by the act itself (request.c); this only finds what waits. */
#include "desk/inbox.h"

#include "desk/find.h"

#include <string.h>

enum { ARGS_MAX = PARTIES_MAX + 8, UNREAD_MAX = 100 };
typedef struct Ask {
    Out sql;
    int n;
    Val v[ARGS_MAX];
} Ask;

static void arg(Ask *s, Val v)
{
    if (s->n < ARGS_MAX) s->v[s->n++] = v;
    out_f(&s->sql, "$%d", s->n);
}

static void arg_list(Ask *s, const int64_t *v, int n)
{
    out_raw(&s->sql, "(");
    for (int i = 0; i < n; i++) {
        if (i) out_raw(&s->sql, ",");
        arg(s, vi(v[i]));
    }
    out_raw(&s->sql, ")");
}

/* The bits of decider_who that this viewer, or someone whose deputy he is, can be. */
static uint64_t decides(Role role)
{
    if (role == ROLE_HEAD) return W_LEAD_HEAD;
    return role == ROLE_SUPERVISOR || role == ROLE_LEADER || role == ROLE_DISPATCHER ? 1ull << role
                                                                                     : 0;
}

static void where_decider(Ask *s, const Viewer *who)
{
    static const uint64_t all[] = {W_LEAD_HEAD, W_SUPERVISOR, W_LEADER, W_DISPATCHER};
    int64_t parties[PARTIES_MAX], bits[COUNT(all) + 1];
    int n = viewer_parties(who, parties), bits_n = 0;
    uint64_t mine = decides(who->role);
    for (int i = 0; i < who->absent_n; i++) mine |= decides(who->absent[i].role);
    for (int i = 0; i < COUNT(all); i++)
        if (mine & all[i]) bits[bits_n++] = (int64_t)all[i];
    if (bits_n == 0) bits[bits_n++] = 0;
    if (n == 0) parties[n++] = 0;
    out_raw(&s->sql, " AND decider IN ");
    arg_list(s, parties, n);
    out_raw(&s->sql, " AND decider_who IN ");
    arg_list(s, bits, bits_n);
    out_raw(&s->sql, " AND by_account <> ");
    arg(s, vi(who->account));
}

static void where_requests(Ask *s, const Viewer *who, Asked which)
{
    out_raw(&s->sql, " FROM proposal WHERE site = ");
    arg(s, vi(who->site));
    out_raw(&s->sql, which == ASKED_SETTLED ? " AND state <> 'open'" : " AND state = 'open'");
    if (which == ASKED_BY_ME) {
        out_raw(&s->sql, " AND by_account = ");
        arg(s, vi(who->account));
    } else {
        where_decider(s, who);
    }
}

static Waiting waiting(Desk *d, const Result *r, int i)
{
    return (Waiting){.rec = desk_record(d, res_text(r, i, 1)),
                     .case_id = res_int(r, i, 0),
                     .r = {.id = res_int(r, i, 2),
                           .kind = res_text(r, i, 3),
                           .by_account = res_int(r, i, 4),
                           .by = res_text(r, i, 5),
                           .reason = res_text(r, i, 6),
                           .input = res_text(r, i, 7),
                           .state = res_text(r, i, 8),
                           .asked_at = res_int(r, i, 9),
                           .due_at = res_int(r, i, 10),
                           .decider = res_int(r, i, 11),
                           .decider_who = (uint64_t)res_int(r, i, 12),
                           .decided_by = res_text(r, i, 13),
                           .decided_at = res_int(r, i, 14),
                           .decision = res_text(r, i, 15)}};
}

int inbox_requests(Reader *q, Desk *d, Arena *a, const Viewer *who, Asked which, int limit,
                   Waiting **out, int *n_out)
{
    Ask *s = NEW(a, Ask);
    Result r;
    s->sql.a = a;
    out_raw(&s->sql, "SELECT case_id, record, id, kind, by_account, by_name, reason, input, state, "
                     "asked_at, due_at, decider, decider_who, decided_by, decided_at, decision");
    where_requests(s, who, which);
    out_raw(&s->sql, which == ASKED_SETTLED ? " ORDER BY decided_at DESC, id DESC LIMIT "
                                            : " ORDER BY due_at, id LIMIT ");
    arg(s, vi(limit));
    TRY(db_get(q, a, &r, s->sql.s, s->n, s->v));
    Waiting *all = arena_array(a, (size_t)r.rows + 1, sizeof *all);
    int n = 0;
    for (int i = 0; i < r.rows; i++) {
        all[n] = waiting(d, &r, i);
        if (all[n].rec) n++;
    }
    *out = all;
    *n_out = n;
    return OK;
}

int inbox_requests_count(Reader *q, Arena *a, const Viewer *who, Asked which, int64_t *out)
{
    Ask *s = NEW(a, Ask);
    Result r;
    s->sql.a = a;
    out_raw(&s->sql, "SELECT count(*)");
    where_requests(s, who, which);
    TRY(db_get(q, a, &r, s->sql.s, s->n, s->v));
    *out = res_int(&r, 0, 0);
    return OK;
}

int inbox_case_of(Reader *q, Desk *d, Arena *a, int64_t site, int64_t request,
                  const Record **rec_out, int64_t *case_out)
{
    Result r;
    TRY(db_get(q, a, &r, "SELECT case_id, record FROM proposal WHERE site = $1 AND id = $2",
               VALS(vi(site), vi(request))));
    const Record *rec = r.rows ? desk_record(d, res_text(&r, 0, 1)) : NULL;
    if (!rec) return E_MISSING;
    *rec_out = rec;
    *case_out = res_int(&r, 0, 0);
    return OK;
}

/* ---- notices ---- */

static void where_notices(Ask *s, const Viewer *who)
{
    int64_t parties[PARTIES_MAX];
    int n = viewer_parties(who, parties);
    if (n == 0) parties[n++] = 0;
    out_raw(&s->sql, " FROM notice WHERE site = ");
    arg(s, vi(who->site));
    out_raw(&s->sql, " AND party IN ");
    arg_list(s, parties, n);
    out_raw(&s->sql, " AND role IN ('', ");
    arg(s, vt(roles[who->role].code));
    out_raw(&s->sql, ")");
}

static int seen_until(Reader *q, Arena *a, const Viewer *who, int64_t *out)
{
    Result r;
    TRY(db_get(q, a, &r, "SELECT id FROM notice_seen WHERE site = $1 AND account = $2",
               VALS(vi(who->site), vi(who->account))));
    *out = r.rows ? res_int(&r, 0, 0) : 0;
    return OK;
}

int inbox_notices(Reader *q, Desk *d, Arena *a, const Viewer *who, int64_t before, int limit,
                  Told **out, int *n_out)
{
    Ask *s = NEW(a, Ask);
    Result r;
    int64_t seen;
    TRY(seen_until(q, a, who, &seen));
    s->sql.a = a;
    out_raw(&s->sql, "SELECT id, record, case_id, zh, en, at");
    where_notices(s, who);
    if (before > 0) {
        out_raw(&s->sql, " AND id < ");
        arg(s, vi(before));
    }
    out_raw(&s->sql, " ORDER BY id DESC LIMIT ");
    arg(s, vi(limit));
    TRY(db_get(q, a, &r, s->sql.s, s->n, s->v));
    Told *all = arena_array(a, (size_t)r.rows + 1, sizeof *all);
    for (int i = 0; i < r.rows; i++)
        all[i] = (Told){.id = res_int(&r, i, 0),
                        .rec = desk_record(d, res_text(&r, i, 1)),
                        .case_id = res_int(&r, i, 2),
                        .zh = res_text(&r, i, 3),
                        .en = res_text(&r, i, 4),
                        .at = res_int(&r, i, 5),
                        .unread = res_int(&r, i, 0) > seen};
    *out = all;
    *n_out = r.rows;
    return OK;
}

int inbox_unread(Reader *q, Arena *a, const Viewer *who, int64_t *out)
{
    Ask *s = NEW(a, Ask);
    Result r;
    int64_t seen;
    TRY(seen_until(q, a, who, &seen));
    s->sql.a = a;
    out_raw(&s->sql, "SELECT count(*) FROM (SELECT id");
    where_notices(s, who);
    out_raw(&s->sql, " AND id > ");
    arg(s, vi(seen));
    out_raw(&s->sql, " LIMIT ");
    arg(s, vi(UNREAD_MAX));
    out_raw(&s->sql, ") unread");
    TRY(db_get(q, a, &r, s->sql.s, s->n, s->v));
    *out = res_int(&r, 0, 0);
    return OK;
}

typedef struct Seen {
    Job job;
    int64_t site, account, last;
} Seen;

static int store_seen(Tx *tx, Job *job)
{
    const Seen *s = (const Seen *)(const void *)job;
    return tx_do(tx,
                 "INSERT INTO notice_seen (site, account, id) VALUES ($1, $2, $3) "
                 "ON CONFLICT (site, account) DO UPDATE SET id = excluded.id "
                 "WHERE notice_seen.id < excluded.id",
                 VALS(vi(s->site), vi(s->account), vi(s->last)));
}

int inbox_seen(Desk *d, const Viewer *who, int64_t last)
{
    Seen s = {.job = {.run = store_seen}, .site = who->site, .account = who->account, .last = last};
    return db_run(d->db, &s.job);
}
