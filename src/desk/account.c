/* account: sign-in names, the viewer behind a session, sessions and tokens, failed sign-ins. */
#include "desk/account.h"

#include "base/crypto.h"

#include <string.h>

#define ROW Account
static const Field fields[] = {
    F(username, .zh = "登录名", .en = "User name", .need = true, .list = true, .max = 40,
      .once = true),
    F(name, .zh = "显示名", .en = "Name", .need = true, .list = true, .max = 60,
      .hint_zh = "岗位名，如“市工信局·经办 02”"),
    F(password, .zh = "密码", .en = "Password", .hidden = true, .secret = true, .max = 400),
    F(role, .zh = "角色", .en = "Role", .need = true, .list = true, .filter = true, .picks = roles),
    F(department, .zh = "部门", .en = "Department", .list = true, .filter = true,
      .ref = "department"),
    F(stopped, .zh = "停用", .en = "Stopped", .list = true, .filter = true)};
static void rules(const void *row, Day today, Errors *e)
{
    (void)today;
    const Account *x = row;
    bool person = x->role.has && x->role.v != ROLE_PUBLIC && x->role.v != ROLE_CLOCK;
    bool office = x->role.v == ROLE_HANDLER || x->role.v == ROLE_HEAD;
    if (x->role.has && !person)
        error_add(e, "role", "账号不能是这个角色", "is no role for an account");
    if (person && office && !x->department.has)
        error_add(e, "department", "经办和负责人要写部门",
                  "a handler or head belongs to a department");
}
/* Security administrators give and stop accounts; system administrators and supervisors look. */
const Record account_record =
    RECORD(fields, .name = "account", .plural = "accounts", .zh = "账号", .en = "Accounts",
           .unique = "username", .read = W_SYSADMIN | W_SECADMIN | W_AUDADMIN | W_STAFF,
           .write = W_SECADMIN, .rules = rules);

#define COLS "a.site, a.id, a.username, a.name, a.password, a.role, a.department, a.stopped"

static void load(const Result *r, int row, Account *out)
{
    *out = (Account){.h = {.site = res_int(r, row, 0), .id = res_int(r, row, 1)}};
    out->username = res_text(r, row, 2);
    out->name = res_text(r, row, 3);
    out->password = res_text(r, row, 4);
    int role = choice_index(roles, res_text(r, row, 5));
    out->role = (Pick){role < 0 ? 0 : role, role >= 0};
    out->department = (Ref){res_int(r, row, 6), !res_null(r, row, 6)};
    out->stopped = res_int(r, row, 7) != 0;
}

int account_by_name(Reader *q, Arena *a, int64_t site, const char *username, Account *out)
{
    Result sites, r;
    TRY(db_get(q, a, &r, "SELECT " COLS " FROM account a WHERE a.site = $1 AND a.username = $2",
               VALS(vi(site), vt(username))));
    if (r.rows == 1) return load(&r, 0, out), OK;
    /* another site's person signs in at the same address while the name is unique (DESIGN) */
    TRY(db_get(q, a, &sites, "SELECT site FROM site ORDER BY site", 0, NULL));
    int found = 0;
    for (int i = 0; i < sites.rows; i++) {
        TRY(db_get(q, a, &r, "SELECT " COLS " FROM account a WHERE a.site = $1 AND a.username = $2",
                   VALS(vi(res_int(&sites, i, 0)), vt(username))));
        if (r.rows == 1) load(&r, 0, out), found++;
    }
    return found == 1 ? OK : E_MISSING;
}

static int load_enterprises(Reader *q, Arena *a, Viewer *v)
{
    Result r;
    TRY(db_get(q, a, &r,
               "SELECT enterprise FROM speaks WHERE site = $1 AND account = $2 "
               "ORDER BY main DESC, enterprise",
               VALS(vi(v->site), vi(v->account))));
    for (int i = 0; i < r.rows && i < VIEWER_ENTERPRISES_MAX; i++)
        v->enterprises[v->enterprises_n++] = res_int(&r, i, 0);
    return OK;
}

/* Deputies come from the record `deputy` of the city module; the desk reads only its columns. */
static int load_absent(Reader *q, Arena *a, const char *today, Viewer *v)
{
    Result r;
    TRY(db_get(q, a, &r,
               "SELECT b.id, b.department, b.name, b.role FROM deputy d JOIN account b "
               "ON b.site = d.site AND b.id = d.absent WHERE d.site = $1 AND d.deputy = $2 "
               "AND d.from_day <= $3 AND d.until_day >= $3 AND b.stopped = 0 ORDER BY b.id",
               VALS(vi(v->site), vi(v->account), vt(today))));
    for (int i = 0; i < r.rows && i < VIEWER_ABSENT_MAX; i++) {
        int role = choice_index(roles, res_text(&r, i, 3));
        v->absent[v->absent_n++] = (Absent){.account = res_int(&r, i, 0),
                                            .dept = res_int(&r, i, 1),
                                            .name = res_text(&r, i, 2),
                                            .role = (Role)(role < 0 ? 0 : role)};
    }
    return OK;
}

int account_viewer(Reader *q, Arena *a, int64_t site, int64_t account, int64_t now, Viewer *out)
{
    Result r;
    Account acc;
    TRY(db_get(q, a, &r, "SELECT " COLS " FROM account a WHERE a.site = $1 AND a.id = $2",
               VALS(vi(site), vi(account))));
    if (r.rows == 0) return E_MISSING;
    load(&r, 0, &acc);
    if (acc.stopped) return E_MISSING;
    *out = (Viewer){.site = site,
                    .account = account,
                    .name = acc.name,
                    .role = (Role)acc.role.v,
                    .dept = acc.department.v};
    if (out->role == ROLE_ENTERPRISE) return load_enterprises(q, a, out);
    char today[11];
    day_text(time_day((Time){now, true}), today);
    return load_absent(q, a, today, out);
}

/* ---- sessions ---- */

typedef struct Write {
    Job job;
    const char *sql;
    int n;
    Val v[10];
} Write;

static int run_write(Tx *tx, Job *job)
{
    Write *w = (Write *)(void *)job;
    return tx_do(tx, w->sql, w->n, w->v);
}

static int write_one(Desk *d, Write *w, const char *sql, int n, const Val *v)
{
    *w = (Write){.job = {.run = run_write}, .sql = sql, .n = n};
    memcpy(w->v, v, (size_t)n * sizeof *v);
    return db_run(d->db, &w->job);
}
#define WRITE(d, sql, ...) write_one((d), &(Write){0}, (sql), VALS(__VA_ARGS__))

static const char *token_hash(Arena *a, const char *token)
{
    Hash h = hash_bytes(token, strlen(token));
    char *hex = arena_get(a, 2 * HASH_LEN + 1);
    hex_text(h.b, HASH_LEN, hex);
    return hex;
}

/* "7.Xk…": the site stands in front, so that the key begins with it. */
static bool token_site(const char *token, int64_t *site)
{
    char digits[20];
    size_t n = strcspn(token, ".");
    if (token[n] != '.' || n == 0 || n >= sizeof digits || strlen(token) > 100) return false;
    memcpy(digits, token, n);
    digits[n] = 0;
    return num_parse(digits, site);
}

int session_new(Desk *d, Arena *a, int64_t site, int64_t account, int64_t now, int64_t ends_at,
                const char *kind, const char *scopes, const char **token_out)
{
    const char *token = arena_f(a, "%lld.%s", (long long)site, random_token(a, 16));
    TRY(WRITE(
        d,
        "INSERT INTO session (site, hash, kind, account, created_at, seen_at, ends_at, scopes) "
        "VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
        vi(site), vt(token_hash(a, token)), vt(kind), vi(account), vi(now), vi(ends_at),
        vt(scopes)));
    *token_out = token;
    return OK;
}

int session_find(Reader *q, Arena *a, const char *token, int64_t now, Session *out)
{
    int64_t site;
    Result r;
    if (!token_site(token, &site)) return E_LOGIN;
    TRY(db_get(q, a, &r,
               "SELECT account, created_at, seen_at, ends_at, scopes FROM session "
               "WHERE site = $1 AND hash = $2",
               VALS(vi(site), vt(token_hash(a, token)))));
    if (r.rows == 0 || res_int(&r, 0, 3) <= now) return E_LOGIN;
    *out = (Session){.site = site,
                     .account = res_int(&r, 0, 0),
                     .created_at = res_int(&r, 0, 1),
                     .seen_at = res_int(&r, 0, 2),
                     .ends_at = res_int(&r, 0, 3),
                     .scopes = res_text(&r, 0, 4)};
    return OK;
}

static int on_token(Desk *d, const char *token, const char *sql, int64_t now)
{
    Arena a = {0};
    int64_t site;
    int rc = OK;
    if (token_site(token, &site))
        rc = now ? WRITE(d, sql, vi(site), vt(token_hash(&a, token)), vi(now))
                 : WRITE(d, sql, vi(site), vt(token_hash(&a, token)));
    arena_free(&a);
    return rc;
}

int session_seen(Desk *d, const char *token, int64_t now)
{
    return on_token(d, token, "UPDATE session SET seen_at = $3 WHERE site = $1 AND hash = $2", now);
}

int session_end(Desk *d, const char *token)
{
    return on_token(d, token, "DELETE FROM session WHERE site = $1 AND hash = $2", 0);
}

int session_end_all(Desk *d, int64_t site, int64_t account)
{
    return WRITE(d, "DELETE FROM session WHERE site = $1 AND account = $2", vi(site), vi(account));
}

int session_list(Reader *q, Arena *a, int64_t site, int64_t account, Result *out)
{
    return db_get(q, a, out,
                  "SELECT hash, kind, created_at, seen_at, ends_at FROM session "
                  "WHERE site = $1 AND account = $2 ORDER BY seen_at DESC LIMIT 50",
                  VALS(vi(site), vi(account)));
}

/* ---- failed sign-ins: site 0, since the site of an unknown name is unknown ---- */

int64_t login_locked_until(Reader *q, Arena *a, const char *username, int64_t now)
{
    Result r;
    int rc =
        db_get(q, a, &r, "SELECT tries, first_at FROM login_try WHERE site = 0 AND username = $1",
               VALS(vt(username)));
    if (rc < 0 || r.rows == 0 || res_int(&r, 0, 0) < LOGIN_TRIES) return 0;
    int64_t until = res_int(&r, 0, 1) + LOGIN_LOCK_MS;
    return until > now ? until : 0;
}

int login_failed(Desk *d, const char *username, int64_t now)
{
    /* a window that is over begins anew */
    return WRITE(d,
                 "INSERT INTO login_try (site, username, tries, first_at) VALUES (0, $1, 1, $2) "
                 "ON CONFLICT (site, username) DO UPDATE SET "
                 "tries = CASE WHEN login_try.first_at < $3 THEN 1 ELSE login_try.tries + 1 END, "
                 "first_at = CASE WHEN login_try.first_at < $3 THEN $2 ELSE login_try.first_at END",
                 vt(username), vi(now), vi(now - LOGIN_LOCK_MS));
}

int login_clear(Desk *d, const char *username)
{
    return WRITE(d, "DELETE FROM login_try WHERE site = 0 AND username = $1", vt(username));
}
