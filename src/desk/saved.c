/* saved: lists as one person wants to see them again. */
#include "desk/saved.h"

typedef struct Write {
    Job job;
    const Viewer *who;
    const char *list;
    const Saved *s; /* query NULL: it goes */
} Write;

int saved_all(Reader *q, Arena *a, const Viewer *who, const char *list, Saved out[static SAVED_MAX])
{
    Result r;
    TRY(db_get(q, a, &r,
               "SELECT name, query FROM saved WHERE site = $1 AND account = $2 AND list = $3 "
               "ORDER BY name LIMIT $4",
               VALS(vi(who->site), vi(who->account), vt(list), vi(SAVED_MAX))));
    for (int i = 0; i < r.rows; i++) out[i] = (Saved){res_text(&r, i, 0), res_text(&r, i, 1)};
    return r.rows;
}

/* Room for one more under a new name? The account's row is locked, so that two tabs do not both find it. */
static int room(Tx *tx, Arena *a, const Write *w)
{
    Result r;
    TRY(tx_lock(tx, "account", w->who->site, w->who->account));
    TRY(tx_get(tx, a, &r,
               "SELECT count(*) FROM saved WHERE site = $1 AND account = $2 AND list = $3 "
               "AND name <> $4",
               VALS(vi(w->who->site), vi(w->who->account), vt(w->list), vt(w->s->name))));
    return res_int(&r, 0, 0) < SAVED_MAX ? OK : E_CLASH;
}

static int put_saved(Tx *tx, Job *job)
{
    const Write *w = (const Write *)(const void *)job;
    Arena a = {0};
    int rc = room(tx, &a, w);
    if (rc >= 0)
        rc = tx_do(
            tx,
            "INSERT INTO saved (site, account, list, name, query) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (site, account, list, name) DO UPDATE SET query = excluded.query",
            VALS(vi(w->who->site), vi(w->who->account), vt(w->list), vt(w->s->name),
                 vt(w->s->query)));
    arena_free(&a);
    return rc;
}

static int drop_saved(Tx *tx, Job *job)
{
    const Write *w = (const Write *)(const void *)job;
    return tx_do(tx,
                 "DELETE FROM saved WHERE site = $1 AND account = $2 AND list = $3 AND name = $4",
                 VALS(vi(w->who->site), vi(w->who->account), vt(w->list), vt(w->s->name)));
}

int saved_put(Desk *d, const Viewer *who, const char *list, const Saved *s)
{
    Write w = {.job = {.run = put_saved}, .who = who, .list = list, .s = s};
    return db_run(d->db, &w.job);
}

int saved_drop(Desk *d, const Viewer *who, const char *list, const char *name)
{
    const Saved s = {.name = name};
    Write w = {.job = {.run = drop_saved}, .who = who, .list = list, .s = &s};
    return db_run(d->db, &w.job);
}
