/* self: changes of one's own account. A password is no field of a form: it has its own way here. */
#include "desk/self.h"

#include "base/crypto.h"
#include "desk/log.h"

#include <string.h>

typedef struct Change {
    Job job;
    const Viewer *who;
    const char *phc;
    int64_t now;
} Change;

static int store_password(Tx *tx, Job *job)
{
    const Change *c = (const Change *)(const void *)job;
    Arena a = {0};
    Result r;
    int rc = tx_get(tx, &a, &r,
                    "UPDATE account SET password = $3, rev = rev + 1, updated_at = $4 "
                    "WHERE site = $1 AND id = $2 RETURNING rev",
                    VALS(vi(c->who->site), vi(c->who->account), vt(c->phc), vi(c->now)));
    if (rc >= 0 && r.rows == 0) rc = E_MISSING;
    if (rc >= 0) {
        const LogEvent e = {.site = c->who->site,
                            .case_id = c->who->account,
                            .id = tx_new_id(tx),
                            .seq = res_int(&r, 0, 0),
                            .actor = c->who->account,
                            .at = c->now,
                            .record = "account",
                            .actor_name = c->who->name,
                            .action = "password",
                            .channel = "web",
                            .row_hash = hash_bytes(c->phc, strlen(c->phc))};
        rc = log_append(tx, &a, &e);
    }
    arena_free(&a);
    return rc;
}

int self_password(Desk *d, const Viewer *who, const char *phc, int64_t now)
{
    Change c = {.job = {.run = store_password}, .who = who, .phc = phc, .now = now};
    return db_run(d->db, &c.job);
}

const char *self_password_of(Reader *q, Arena *a, const Viewer *who)
{
    Result r;
    int rc = db_get(q, a, &r, "SELECT password FROM account WHERE site = $1 AND id = $2",
                    VALS(vi(who->site), vi(who->account)));
    return rc < 0 || r.rows == 0 ? NULL : res_text(&r, 0, 0);
}

typedef struct End {
    Job job;
    const Viewer *who;
    const char *hash;
} End;

static int end_session(Tx *tx, Job *job)
{
    const End *e = (const End *)(const void *)job;
    return tx_do(tx, "DELETE FROM session WHERE site = $1 AND hash = $2 AND account = $3",
                 VALS(vi(e->who->site), vt(e->hash), vi(e->who->account)));
}

int self_session_end(Desk *d, const Viewer *who, const char *hash)
{
    End e = {.job = {.run = end_session}, .who = who, .hash = hash};
    return db_run(d->db, &e.job);
}

const char *self_session_hash(Arena *a, const char *token)
{
    Hash h = hash_bytes(token, strlen(token));
    char *hex = arena_get(a, 2 * HASH_LEN + 1);
    hex_text(h.b, HASH_LEN, hex);
    return hex;
}
