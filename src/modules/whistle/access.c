/* access: coming in without an account. The right code always opens its case; wrong ones for a number
   are answered ever later: five, then 15 minutes. A code has 80 random bits, so what this stops is the
   trying, and nobody can lock out the one who holds it. */
#include "modules/whistle/outside_own.h"

#include "desk/account.h"

#include <string.h>

static const char *tries_of(Req *q, const char *number)
{
    return arena_f(q->a, "whistle %.40s", number);
}

static bool is_known(Req *q, const char *number)
{
    Result r;
    return db_get(q->q, q->a, &r, "SELECT 1 FROM whistle WHERE site = $1 AND number = $2",
                  VALS(vi(q->who.site), vt(number))) == OK &&
           r.rows == 1;
}

/* Counted only for numbers that exist (how many there are is no secret: they count up), so that the
   table of tries cannot be filled. */
static int wrong_code(Req *q, const char *number)
{
    if (!is_known(q, number)) return E_MISSING;
    const char *tries = tries_of(q, number);
    int64_t until = login_locked_until(q->q, q->a, tries, q->now);
    if (until > q->now) {
        q->retry_after = (int)((until - q->now) / 1000) + 1;
        return error_say(&q->errors, E_RATE,
                         "查询码连续错了 5 次，请过 15 分钟再试。查询码找到了，随时可以查。",
                         "Five wrong query codes: try again in 15 minutes. The right code opens it "
                         "at any time.");
    }
    TRY(login_failed(q->desk, tries, q->now));
    return E_MISSING;
}

int access_by_code(Req *q, const char *number, const char *code, Access *out)
{
    int64_t id = 0;
    const char *plain = whistle_number(q->a, number);
    int rc = whistle_by_code(q->q, q->desk, q->a, q->who.site, plain, code, &id);
    if (rc == E_MISSING) {
        rc = wrong_code(q, plain);
        if (rc == E_MISSING)
            return error_say(
                &q->errors, E_MISSING, "编号和查询码对不上，请照回执核对。",
                "Number and query code do not fit together: please compare with your receipt.");
    }
    if (rc < 0) return rc;
    *out = (Access){id, plain, code};
    return OK;
}

/* ---- tokens ---- */

const char *access_token(Req *q, const char *kind, const Access *from)
{
    const char *text = arena_f(q->a, "%lld|%lld|%s|%s", (long long)q->now, (long long)from->id,
                               from->number ? from->number : "", from->code ? from->code : "");
    return seal(q->desk->keys, q->a, kind, text);
}

/* The text up to the next bar; *s stands behind it. */
static const char *part(Req *q, const char **s)
{
    size_t n = strcspn(*s, "|");
    const char *text = arena_copy(q->a, *s, n);
    *s += n + ((*s)[n] == '|');
    return text;
}

bool access_open(Req *q, const char *kind, const char *token, Access *out)
{
    enum { TOKEN_MAX = 600 };
    const char *text =
        token && strlen(token) < TOKEN_MAX ? unseal(q->desk->keys, q->a, kind, token) : NULL;
    int64_t at = 0;
    Access a = {0};
    if (!text || !num_parse(part(q, &text), &at) || !num_parse(part(q, &text), &a.id)) return false;
    a.number = part(q, &text);
    a.code = part(q, &text);
    if (q->now - at > ACCESS_MS || at > q->now) return false;
    *out = a;
    return true;
}

/* ---- acts ---- */

Viewer access_viewer(const Req *q, const Access *from)
{
    return (Viewer){
        .site = q->who.site, .role = ROLE_PUBLIC, .code_case = from->id, .lang = q->out.lang};
}

int access_act(Req *q, const Access *from, const char *action, const char *allow, Act **out)
{
    Viewer own = q->who;
    q->who = access_viewer(q, from);
    int rc = req_act(q, &whistle_record, from->id, action, allow, out);
    q->who = own;
    return rc;
}

bool is_outside_action(const char *name)
{
    static const char *const all[] = {"evaluate",      "supply",   "urge",  "contest",
                                      "not_contacted", "withdraw", "reopen"};
    for (int i = 0; i < COUNT(all); i++)
        if (strcmp(all[i], name) == 0) return true;
    return false;
}
