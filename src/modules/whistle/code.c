/* code: number and query code, the way back of those without an account. The code is shown once; what
   is stored is its MAC under a key of its own, compared in constant time. */
#include "modules/whistle/whistle_own.h"

#include <string.h>

/* 32 letters without I, L, O, U: 16 of them carry 80 bits. */
static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { CODE_LETTERS = 16, CODE_BYTES = 10, TYPED_MAX = 64 };

const char *query_code_new(Arena *a)
{
    unsigned char b[CODE_BYTES];
    char *code = arena_get(a, CODE_LETTERS + CODE_LETTERS / 4), *to = code;
    random_bytes(b, sizeof b);
    for (size_t i = 0; i < CODE_LETTERS; i++) {
        size_t bit = i * 5, byte = bit / 8, shift = bit % 8;
        unsigned two = (unsigned)b[byte] << 8 | (byte + 1 < CODE_BYTES ? b[byte + 1] : 0u);
        if (i && i % 4 == 0) *to++ = '-';
        *to++ = letters[two >> (11 - shift) & 31];
    }
    return code;
}

/* What was typed, in capitals without spaces and dashes (also the full-width ones of an input
   method). NULL: too long, or a character that cannot be there. */
static char *typed(Arena *a, const char *s)
{
    char *out = arena_get(a, TYPED_MAX + 1);
    size_t n = 0;
    for (; s && *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (strncmp(s, "　", 3) == 0 || strncmp(s, "－", 3) == 0 || strncmp(s, "—", 3) == 0) {
            s += 2;
            continue;
        }
        if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n') continue;
        if (c >= 'a' && c <= 'z') c = (unsigned char)(c - 'a' + 'A');
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) || n == TYPED_MAX) return NULL;
        out[n++] = (char)c;
    }
    return n ? out : NULL;
}

/* Letters that are not in the code, read as those they look like. */
static char *typed_code(Arena *a, const char *s)
{
    char *code = typed(a, s);
    for (char *c = code; c && *c; c++) {
        if (*c == 'O') *c = '0';
        if (*c == 'I' || *c == 'L') *c = '1';
        if (*c == 'U') *c = 'V';
    }
    return code;
}

const char *whistle_number(Arena *a, const char *s)
{
    enum { LETTER_AND_DAY = 7 };
    const char *t = typed(a, s);
    size_t n = t ? strlen(t) : 0;
    if (n < LETTER_AND_DAY + 2) return "";
    return arena_f(a, "%.7s-%.*s-%s", t, (int)(n - LETTER_AND_DAY - 1), t + LETTER_AND_DAY,
                   t + n - 1);
}

static Hash code_mac(const Keys *k, Arena *a, const char *code)
{
    const char *plain = typed_code(a, code);
    if (!plain) plain = "";
    return keys_mac(k, "query code", plain, strlen(plain));
}

const char *query_code_hash(const Keys *k, Arena *a, const char *code)
{
    Hash h = code_mac(k, a, code);
    char *hex = arena_get(a, 2 * HASH_LEN + 1);
    hex_text(h.b, HASH_LEN, hex);
    return hex;
}

int whistle_by_code(Reader *q, Desk *d, Arena *a, int64_t site, const char *number,
                    const char *code, int64_t *id_out)
{
    Result r;
    Hash stored = {{0}}, given = code_mac(d->keys, a, code);
    TRY(db_get(q, a, &r, "SELECT id, code_hash FROM whistle WHERE site = $1 AND number = $2",
               VALS(vi(site), vt(whistle_number(a, number)))));
    bool known =
        r.rows == 1 && !res_null(&r, 0, 1) && hex_parse(res_text(&r, 0, 1), stored.b, HASH_LEN);
    if (!same_bytes(stored.b, given.b, HASH_LEN) || !known) return E_MISSING;
    *id_out = res_int(&r, 0, 0);
    return OK;
}
