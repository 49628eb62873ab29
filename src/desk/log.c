/* log: appending events and sealing them (RFC 6962 tree over SHA-256). What a leaf commits to:
   who, what, when, from where to where, one salted hash for each changed value, and one over the
   whole row. Values and salts stand in event.data and may be erased by order: an erased value
   leaves its hash there, so the leaf can still be computed. */
#include "desk/log.h"

#include "base/clocks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SALT_LEN = 16,
    SEAL_BATCH = 150,   /* events a job: the writer's limits on statements and time */
    SEAL_ROWS = 25,     /* rows of one INSERT: few statement texts, few parameters */
    SEAL_WAIT_MS = 200, /* DESIGN: within 200 ms */
    HEAD_EVERY_MS = 1000,
    FRONTIER_MAX = 63
};

/* ---- one event ---- */

static void hash_part(Out *o, const char *s)
{
    /* length in front: no two different lists of texts give the same bytes */
    size_t n = s ? strlen(s) : 0;
    put_i(o, (int64_t)n);
    out_rawn(o, ":", 1);
    out_rawn(o, s ? s : "", n);
    out_rawn(o, s ? ";" : "-", 1);
}

static Hash value_hash(Arena *a, const char *salt, const char *field, const char *was,
                       const char *now)
{
    Out o = {.a = a};
    hash_part(&o, salt);
    hash_part(&o, field);
    hash_part(&o, was);
    hash_part(&o, now);
    return hash_bytes(o.s, o.n);
}

static const char *hex_of(Arena *a, const Hash *h)
{
    char *s = arena_get(a, 2 * HASH_LEN + 1);
    hex_text(h->b, HASH_LEN, s);
    return s;
}

/* What stands before the values. */
static Out leaf_begin(Arena *a, const LogEvent *e)
{
    Out o = {.a = a};
    out_rawn(&o, "\0lianshao-leaf/1", 16); /* the 0 is RFC 6962's mark of a leaf */
    out_f(&o, "%lld|%lld|%lld|%lld|%lld|", (long long)e->site, (long long)e->case_id,
          (long long)e->seq, (long long)e->actor, (long long)e->at);
    hash_part(&o, e->record);
    hash_part(&o, e->action);
    hash_part(&o, e->from);
    hash_part(&o, e->to);
    hash_part(&o, e->channel);
    hash_part(&o, hex_of(a, &e->row_hash));
    return o;
}

Hash log_leaf(const LogEvent *e, const char *data)
{
    Arena a = {0};
    Errors err = {.a = &a};
    In values = {0};
    Out o = leaf_begin(&a, e);
    if (input_json(&a, data, strlen(data), true, &values, &err) != OK) out_raw(&o, "unreadable");
    for (int i = 0; i < values.len; i++) {
        const In *v = &values.items[i];
        const char *erased = in_text(v, "h");
        Hash h = value_hash(&a, in_text(v, "s"), in_text(v, "f"), in_text(v, "o"), in_text(v, "n"));
        hash_part(&o, erased ? erased : hex_of(&a, &h));
    }
    Hash leaf = hash_bytes(o.s, o.n);
    arena_free(&a);
    return leaf;
}

/* The JSON of the values with their salts, and the leaf as log_leaf() finds it from that JSON. */
static const char *event_data(Arena *a, const LogEvent *e, Hash *leaf_out)
{
    unsigned char *salts = arena_get(a, (size_t)(e->n + 1) * SALT_LEN);
    random_bytes(salts, (size_t)(e->n + 1) * SALT_LEN);
    Out o = {.a = a}, leaf = leaf_begin(a, e);
    out_raw(&o, "[");
    for (int i = 0; i < e->n; i++) {
        const LogValue *v = &e->v[i];
        const char *salt = base64url(a, salts + (size_t)i * SALT_LEN, SALT_LEN);
        Hash h = value_hash(a, salt, v->field, v->old, v->new);
        hash_part(&leaf, hex_of(a, &h));
        out_raw(&o, i ? ",{\"f\":" : "{\"f\":");
        out_json(&o, v->field);
        out_raw(&o, ",\"o\":");
        out_json(&o, v->old);
        out_raw(&o, ",\"n\":");
        out_json(&o, v->new);
        out_raw(&o, ",\"s\":");
        out_json(&o, salt);
        out_raw(&o, "}");
    }
    out_raw(&o, "]");
    *leaf_out = hash_bytes(leaf.s, leaf.n);
    return o.s;
}

int log_append(Tx *tx, Arena *a, const LogEvent *e)
{
    Hash leaf;
    const char *data = event_data(a, e, &leaf);
    TRY(tx_do(
        tx,
        "INSERT INTO event (site, case_id, seq, id, record, action, actor, actor_name, state_from, "
        "state_to, at, channel, internal, note, data, row_hash) VALUES ($1, $2, $3, $4, $5, $6, "
        "$7, "
        "$8, $9, $10, $11, $12, $13, $14, $15, $16)",
        VALS(vi(e->site), vi(e->case_id), vi(e->seq), vi(e->id), vt(e->record), vt(e->action),
             vi(e->actor), vt(e->actor_name), vt(e->from), vt(e->to), vi(e->at), vt(e->channel),
             vi(e->internal), vt(e->note), vt(data), vt(hex_of(a, &e->row_hash)))));
    return tx_do(tx,
                 "INSERT INTO unsealed (site, id, case_id, seq, hash) VALUES ($1, $2, $3, $4, $5)",
                 VALS(vi(e->site), vi(e->id), vi(e->case_id), vi(e->seq), vt(hex_of(a, &leaf))));
}

/* ---- the tree: its right edge is enough to append and to give the root ---- */

typedef struct Tree {
    int64_t size;
    int n;
    Hash at[FRONTIER_MAX]; /* complete subtrees, largest first */
} Tree;

static void tree_add(Tree *t, Hash leaf)
{
    for (int64_t s = t->size; s & 1; s >>= 1) leaf = hash_two(1, &t->at[--t->n], &leaf);
    t->at[t->n++] = leaf;
    t->size++;
}

static Hash tree_root(const Tree *t)
{
    if (t->n == 0) return hash_bytes("", 0);
    Hash h = t->at[t->n - 1];
    for (int i = t->n - 2; i >= 0; i--) h = hash_two(1, &t->at[i], &h);
    return h;
}

static const char *tree_text(const Tree *t, Arena *a)
{
    Out o = {.a = a};
    for (int i = 0; i < t->n; i++) out_raw(&o, hex_of(a, &t->at[i]));
    return str_of(&o);
}

static bool tree_parse(Tree *t, int64_t size, const char *text)
{
    *t = (Tree){.size = size};
    for (size_t n = strlen(text); n >= 2 * HASH_LEN && t->n < FRONTIER_MAX; n -= 2 * HASH_LEN) {
        char hex[2 * HASH_LEN + 1];
        memcpy(hex, text, 2 * HASH_LEN);
        hex[2 * HASH_LEN] = 0;
        if (!hex_parse(hex, t->at[t->n++].b, HASH_LEN)) return false;
        text += 2 * HASH_LEN;
    }
    return t->n == __builtin_popcountll((unsigned long long)size);
}

/* ---- the sealer ---- */

typedef struct SealJob {
    Job job;
    Desk *desk;
    int64_t site, now;
    bool sign;
    int sealed;
} SealJob;

static int sign_head(Tx *tx, Arena *a, const SealJob *s, const Tree *t)
{
    Hash root = tree_root(t);
    const char *text = arena_f(a, "lianshao-head/1\n%lld\n%lld\n%lld\n%s\n", (long long)s->site,
                               (long long)t->size, (long long)s->now, hex_of(a, &root));
    unsigned char sig[SIGN_LEN];
    keys_sign(s->desk->keys, text, strlen(text), sig);
    return tx_do(
        tx,
        "INSERT INTO log_head (site, size, root, at, signature) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (site, size) DO NOTHING",
        VALS(vi(s->site), vi(t->size), vt(hex_of(a, &root)), vi(s->now),
             vt(base64url(a, sig, SIGN_LEN))));
}

/* Row i of leaf and of the DELETE, for up to SEAL_ROWS rows of one statement. */
static int move_rows(Tx *tx, Arena *a, int64_t site, const Result *r, int from, int n, int64_t pos)
{
    Out in = {.a = a}, out = {.a = a};
    Val v[1 + 4 * SEAL_ROWS], d[1 + SEAL_ROWS];
    int k = 0, m = 0;
    v[k++] = d[m++] = vi(site);
    out_raw(&in, "INSERT INTO leaf (site, pos, case_id, seq, hash) VALUES ");
    out_raw(&out, "DELETE FROM unsealed WHERE site = $1 AND id IN (");
    for (int i = 0; i < n; i++) {
        v[k++] = vi(pos + i);
        v[k++] = vi(res_int(r, from + i, 1));
        v[k++] = vi(res_int(r, from + i, 2));
        v[k++] = vt(res_text(r, from + i, 3));
        d[m++] = vi(res_int(r, from + i, 0));
        out_f(&in, "%s($1, $%d, $%d, $%d, $%d)", i ? ", " : "", k - 3, k - 2, k - 1, k);
        out_f(&out, "%s$%d", i ? ", " : "", m);
    }
    out_raw(&out, ")");
    TRY(tx_do(tx, in.s, k, v));
    return tx_do(tx, out.s, m, d);
}

static int append_leaves(Tx *tx, Arena *a, SealJob *s, const Result *r, Tree *t)
{
    for (int i = 0; i < r->rows; i += SEAL_ROWS) {
        int n = r->rows - i < SEAL_ROWS ? r->rows - i : SEAL_ROWS;
        TRY(move_rows(tx, a, s->site, r, i, n, t->size));
        for (int k = 0; k < n; k++) {
            Hash leaf;
            if (!hex_parse(res_text(r, i + k, 3), leaf.b, HASH_LEN)) return E_DB;
            tree_add(t, leaf);
        }
    }
    return OK;
}

static int run_seal(Tx *tx, Job *job)
{
    SealJob *s = (SealJob *)(void *)job;
    Arena *a = job->a;
    Result state, r;
    Tree t;
    s->sealed = 0;
    /* takes the row's lock on both engines: one sealer at a time in the cluster */
    TRY(tx_get(tx, a, &state,
               "UPDATE log_state SET size = size WHERE site = $1 RETURNING size, frontier",
               VALS(vi(s->site))));
    if (state.rows == 0 || !tree_parse(&t, res_int(&state, 0, 0), res_text(&state, 0, 1)))
        return E_DB;
    TRY(tx_get(tx, a, &r,
               "SELECT id, case_id, seq, hash FROM unsealed WHERE site = $1 ORDER BY id LIMIT $2",
               VALS(vi(s->site), vi(SEAL_BATCH))));
    TRY(append_leaves(tx, a, s, &r, &t));
    s->sealed = r.rows;
    if (s->sign) TRY(sign_head(tx, a, s, &t));
    if (r.rows == 0) return OK;
    return tx_do(tx, "UPDATE log_state SET size = $2, frontier = $3 WHERE site = $1",
                 VALS(vi(s->site), vi(t.size), vt(tree_text(&t, a))));
}

static int seal_site(Desk *d, int64_t site, bool sign)
{
    Arena a = {0};
    SealJob s = {
        .job = {.run = run_seal, .a = &a}, .desk = d, .site = site, .now = wall_ms(), .sign = sign};
    int rc = db_run(d->db, &s.job);
    arena_free(&a);
    return rc < 0 ? rc : s.sealed;
}

enum { SITES_MAX = 256 };
struct Sealer {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
};

typedef struct Waiting {
    int n;
    struct {
        int64_t site;
        bool unsealed, unsigned_;
    } at[SITES_MAX];
} Waiting;

/* Sites that have something to seal or a tree that grew since its last head. */
static int waiting_sites(Desk *d, Waiting *w)
{
    Arena a = {0};
    Reader *q;
    Result r;
    w->n = 0;
    int rc = reader_begin(d->db, DB_READERS_MAX - 1, &q);
    if (rc < 0) return rc;
    rc = db_get(
        q, &a, &r,
        "SELECT s.site, CASE WHEN EXISTS (SELECT 1 FROM unsealed u WHERE u.site = s.site) THEN 1 "
        "ELSE 0 END, CASE WHEN s.size > coalesce((SELECT max(h.size) FROM log_head h WHERE "
        "h.site = s.site), 0) THEN 1 ELSE 0 END FROM log_state s ORDER BY s.site",
        0, NULL);
    for (int i = 0; rc >= 0 && i < r.rows && i < SITES_MAX; i++, w->n++) {
        w->at[i].site = res_int(&r, i, 0);
        w->at[i].unsealed = res_int(&r, i, 1) != 0;
        w->at[i].unsigned_ = res_int(&r, i, 2) != 0;
    }
    reader_end(q);
    arena_free(&a);
    return rc;
}

static int seal_all(Desk *d, bool sign)
{
    Waiting *w = malloc(sizeof *w);
    if (!w) abort();
    int n = 0, rc = waiting_sites(d, w);
    for (int i = 0; rc >= 0 && i < w->n; i++) {
        if (!w->at[i].unsealed && !(sign && w->at[i].unsigned_)) continue;
        do {
            rc = seal_site(d, w->at[i].site, sign);
            if (rc > 0) n += rc;
        } while (rc == SEAL_BATCH);
    }
    free(w);
    return rc < 0 ? rc : n;
}

int sealer_run(Desk *d)
{
    return seal_all(d, true);
}

static void *sealer_loop(void *arg)
{
    Desk *d = arg;
    struct Sealer *s = d->sealer;
    int64_t signed_at = 0;
    pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += SEAL_WAIT_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&s->wake, &s->lock, &until);
        if (s->stop) break;
        pthread_mutex_unlock(&s->lock);
        bool sign = mono_ms() - signed_at >= HEAD_EVERY_MS;
        /* a failure is tried again at the next turn; acts say it to people */
        if (seal_all(d, sign) >= 0 && sign) signed_at = mono_ms();
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

int sealer_start(Desk *d)
{
    struct Sealer *s = calloc(1, sizeof *s);
    if (!s) abort();
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wake, NULL);
    d->sealer = s;
    if (pthread_create(&s->thread, NULL, sealer_loop, d) != 0) return E_IO;
    return OK;
}

void sealer_stop(Desk *d)
{
    struct Sealer *s = d->sealer;
    if (!s) return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->wake);
    free(s);
    d->sealer = NULL;
}

/* ---- checking ---- */

static int verify_leaf(Reader *q, Arena *a, int64_t site, const Result *leaf, int i, Out *o)
{
    Result r;
    int64_t case_id = res_int(leaf, i, 1), seq = res_int(leaf, i, 2);
    TRY(db_get(
        q, a, &r,
        "SELECT id, record, action, actor, state_from, state_to, at, channel, data, row_hash "
        "FROM event WHERE site = $1 AND case_id = $2 AND seq = $3",
        VALS(vi(site), vi(case_id), vi(seq))));
    if (r.rows == 0) {
        out_f(o, "leaf %lld: its event is gone (case %lld, seq %lld)\n",
              (long long)res_int(leaf, i, 0), (long long)case_id, (long long)seq);
        return 1;
    }
    LogEvent e = {.site = site,
                  .case_id = case_id,
                  .seq = seq,
                  .id = res_int(&r, 0, 0),
                  .record = res_text(&r, 0, 1),
                  .action = res_text(&r, 0, 2),
                  .actor = res_int(&r, 0, 3),
                  .from = res_text(&r, 0, 4),
                  .to = res_text(&r, 0, 5),
                  .at = res_int(&r, 0, 6),
                  .channel = res_text(&r, 0, 7)};
    bool ok = hex_parse(res_text(&r, 0, 9), e.row_hash.b, HASH_LEN);
    Hash h = log_leaf(&e, res_text(&r, 0, 8));
    if (ok && strcmp(hex_of(a, &h), res_text(leaf, i, 3)) == 0) return 0;
    out_f(o, "leaf %lld: the event was changed (case %lld, seq %lld)\n",
          (long long)res_int(leaf, i, 0), (long long)case_id, (long long)seq);
    return 1;
}

/* Does a head that was signed at this size stand for this tree? */
static int verify_head(Reader *q, Desk *d, Arena *a, int64_t site, const Tree *t, Out *o)
{
    Result r;
    TRY(db_get(q, a, &r, "SELECT root, at, signature FROM log_head WHERE site = $1 AND size = $2",
               VALS(vi(site), vi(t->size))));
    if (r.rows == 0) return 0;
    Hash root = tree_root(t);
    const char *text = arena_f(a, "lianshao-head/1\n%lld\n%lld\n%lld\n%s\n", (long long)site,
                               (long long)t->size, (long long)res_int(&r, 0, 1), hex_of(a, &root));
    unsigned char pub[32], sig[SIGN_LEN];
    keys_public(d->keys, pub);
    bool ok = base64url_parse(res_text(&r, 0, 2), sig, sizeof sig) == SIGN_LEN &&
              keys_verify(pub, text, strlen(text), sig);
    if (ok && strcmp(hex_of(a, &root), res_text(&r, 0, 0)) == 0) return 0;
    out_f(o, "head of size %lld: root or signature does not fit\n", (long long)t->size);
    return 1;
}

int log_verify(Reader *q, Desk *d, int64_t site, Out *o)
{
    Tree t = {0};
    int wrong = 0, n = 0;
    do {
        Arena a = {0};
        Result r;
        int rc = db_get(q, &a, &r,
                        "SELECT pos, case_id, seq, hash FROM leaf WHERE site = $1 AND pos >= $2 "
                        "ORDER BY pos LIMIT 500",
                        VALS(vi(site), vi(t.size)));
        n = rc < 0 ? 0 : r.rows;
        for (int i = 0; rc >= 0 && i < n; i++) {
            if (res_int(&r, i, 0) != t.size) {
                out_f(o, "leaf %lld is missing\n", (long long)t.size);
                arena_free(&a);
                return wrong + 1;
            }
            Hash leaf = {0};
            rc = verify_leaf(q, &a, site, &r, i, o);
            wrong += rc > 0;
            if (rc < 0 || !hex_parse(res_text(&r, i, 3), leaf.b, HASH_LEN)) break;
            tree_add(&t, leaf);
            rc = verify_head(q, d, &a, site, &t, o);
            wrong += rc > 0;
        }
        arena_free(&a);
        if (rc < 0) return rc;
    } while (n > 0);
    return wrong;
}
