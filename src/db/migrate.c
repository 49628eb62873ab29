/* migrate: the schema, one numbered text a step, forward only. Texts say {int} {text} {blob}; on
   SQLite every table becomes STRICT, so that both engines refuse a value of the wrong type. A
   statement that begins with {sqlite} or {postgres} is for that engine alone (search tables). */
#include "db/db_own.h"

#include "base/clocks.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The end of the statement at s: behind the ; that ends a line (not in a string, not in a comment),
   or the end of the text. */
static const char *statement_end(const char *s)
{
    bool quoted = false;
    for (const char *p = s; *p; p++) {
        if (*p == '\'') quoted = !quoted;
        if (quoted) continue;
        if (p[0] == '-' && p[1] == '-') p += strcspn(p, "\n");
        if (*p == 0) return p;
        if (*p != ';') continue;
        const char *q = p + 1;
        while (*q == ' ' || *q == '\t' || *q == '\r') q++;
        if (*q == '\n' || *q == 0 || (q[0] == '-' && q[1] == '-')) return p + 1;
    }
    return s + strlen(s);
}

static bool starts(const char *s, const char *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - s) >= n && strncasecmp(s, word, n) == 0;
}

static const char *skip_blank(const char *s, const char *end)
{
    for (;;) {
        while (s < end && isspace((unsigned char)*s)) s++;
        if (!starts(s, end, "--")) return s;
        while (s < end && *s != '\n') s++;
    }
}

static void expand_words(Out *o, Engine e, const char *s, const char *end)
{
    static const struct {
        const char *word, *type[2];
    } words[] = {{"{int}", {"INTEGER", "BIGINT"}},
                 {"{text}", {"TEXT", "TEXT COLLATE \"C\""}},
                 {"{blob}", {"BLOB", "BYTEA"}}};
    while (s < end) {
        const char *from = s;
        while (s < end && *s != '{') s++;
        out_rawn(o, from, (size_t)(s - from));
        int hit = -1;
        for (int i = 0; s < end && i < COUNT(words); i++)
            if (starts(s, end, words[i].word)) hit = i;
        if (hit >= 0) {
            out_raw(o, words[hit].type[e]);
            s += strlen(words[hit].word);
        } else if (s < end) {
            out_rawn(o, s++, 1);
        }
    }
}

static void expand_statement(Out *o, Engine e, const char *s, const char *end)
{
    s = skip_blank(s, end);
    while (end > s && (isspace((unsigned char)end[-1]) || end[-1] == ';')) end--;
    if (starts(s, end, "{sqlite}") || starts(s, end, "{postgres}")) {
        if (starts(s, end, "{sqlite}") != (e == SQLITE)) return;
        s = skip_blank(strchr(s, '}') + 1, end);
    }
    if (s == end) return;
    expand_words(o, e, s, end);
    if (e == SQLITE && starts(s, end, "create table") && end[-1] == ')') out_raw(o, " STRICT");
    out_raw(o, ";\n");
}

char *db_expand(Arena *a, Engine e, const char *sql)
{
    Out o = {.a = a};
    out_raw(&o, "");
    for (const char *s = sql; *s;) {
        const char *end = statement_end(s);
        expand_statement(&o, e, s, end);
        s = end;
    }
    return arena_str(a, str_of(&o));
}

static int run_script(Conn *c, Arena *a, const char *sql)
{
    const Ops *o = c->db->ops;
    for (const char *s = db_expand(a, o->engine, sql); *s;) {
        const char *end = statement_end(s);
        TRY(o->exec(c, arena_copy(a, s, (size_t)(end - s))));
        s = *end ? end + 1 : end;
    }
    return OK;
}

static int apply(Conn *c, Arena *a, const Migration *m)
{
    const Ops *o = c->db->ops;
    Result none;
    TRY(o->exec(c, o->engine == SQLITE ? "begin immediate" : "begin"));
    int rc = run_script(c, a, m->sql);
    if (rc >= 0)
        rc = o->get(c, a, &none, "insert into schema_version(number, name, at) values ($1, $2, $3)",
                    VALS(vi(m->number), vt(m->name), vi(wall_ms())));
    if (rc >= 0) rc = o->exec(c, "commit");
    if (rc >= 0) return OK;
    (void)db_say_why(rc, "migration %d (%s): %s", m->number, m->name, c->error);
    o->rollback(c);
    return rc;
}

static int migrate(Conn *c, Arena *a, const Migration *m, int n)
{
    const Ops *o = c->db->ops;
    Result r;
    int rc = run_script(c, a,
                        "create table if not exists schema_version(number {int} primary key, "
                        "name {text} not null, at {int} not null);");
    if (rc >= 0)
        rc = o->get(c, a, &r, "select coalesce(max(number), 0) from schema_version", 0, NULL);
    if (rc < 0) return db_say_why(rc, "cannot read the schema's version: %s", c->error);
    int64_t have = res_int(&r, 0, 0), last = n ? m[n - 1].number : 0;
    if (have > last)
        return db_say_why(
            E_CLASH,
            "the database is newer than this program (schema %lld, program %lld): use "
            "the newer program",
            (long long)have, (long long)last);
    for (int i = 0; i < n; i++) {
        assert(m[i].number > (i ? m[i - 1].number : 0));
        if (m[i].number > have) TRY(apply(c, a, &m[i]));
    }
    return OK;
}

int db_migrate(Db *db, const Migration *m, int n, const char **why_out)
{
    *why_out = db_why();
    Conn *c = db->ops->open(db, FOR_SCHEMA);
    if (!c) return E_DB;
    Arena a = {0};
    int rc = migrate(c, &a, m, n);
    arena_free(&a);
    db->ops->close(c);
    return rc;
}
