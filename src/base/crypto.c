/* crypto: hashes, encodings and passwords. Keys and what is done with them: keys.c. A library call
   that cannot fail on sound input ends the process when it does: going on would store or accept
   something unproven. */
#include "base/crypto.h"

#include <argon2.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

static _Noreturn void die(const char *why)
{
    fputs(why, stderr);
    abort();
}

void random_bytes(void *out, size_t n)
{
    unsigned char *p = out;
    while (n > 0) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno != EINTR) die("the system gives no random bytes\n");
        if (got > 0) p += got, n -= (size_t)got;
    }
}

/* Hashes */

static pthread_once_t sha_once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256; /* set once: finding it by name costs more than hashing a short text */

static void sha_find(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!sha256) die("libcrypto has no SHA-256\n");
}

static const EVP_MD *sha(void)
{
    pthread_once(&sha_once, sha_find);
    return sha256;
}

Hash hash_bytes(const void *p, size_t n)
{
    Hash h;
    if (!EVP_Digest(n ? p : "", n, h.b, NULL, sha(), NULL)) die("SHA-256 failed\n");
    return h;
}

Hash hash_two(unsigned char prefix, const Hash *left, const Hash *right)
{
    unsigned char node[1 + 2 * HASH_LEN];
    node[0] = prefix;
    memcpy(node + 1, left->b, HASH_LEN);
    memcpy(node + 1 + HASH_LEN, right->b, HASH_LEN);
    return hash_bytes(node, sizeof node);
}

Hash hmac_bytes(const void *key, size_t key_n, const void *p, size_t n)
{
    Hash h;
    unsigned len = 0;
    if (key_n > INT32_MAX ||
        !HMAC(sha(), key_n ? key : "", (int)key_n, n ? p : (const void *)"", n, h.b, &len) ||
        len != HASH_LEN)
        die("HMAC-SHA-256 failed\n");
    return h;
}

bool same_bytes(const void *a, const void *b, size_t n)
{
    return n == 0 || CRYPTO_memcmp(a, b, n) == 0;
}

/* Encodings */

void hex_text(const void *p, size_t n, char *out)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *b = p;
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = hex[b[i] >> 4];
        out[2 * i + 1] = hex[b[i] & 15];
    }
    out[2 * n] = 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool hex_parse(const char *s, void *out, size_t n)
{
    unsigned char *b = out;
    if (strlen(s) != 2 * n) return false;
    for (size_t i = 0; i < 2 * n; i++)
        if (hex_digit(s[i]) < 0) return false;
    for (size_t i = 0; i < n; i++)
        b[i] = (unsigned char)(hex_digit(s[2 * i]) << 4 | hex_digit(s[2 * i + 1]));
    return true;
}

static const char url_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char phc_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *base64(Arena *a, const char *letters, const unsigned char *b, size_t n)
{
    size_t len = (n * 4 + 2) / 3, at = 0;
    char *s = arena_get(a, len + 1);
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)b[i] << 16 | (i + 1 < n ? (uint32_t)b[i + 1] << 8 : 0) |
                     (i + 2 < n ? b[i + 2] : 0);
        for (int shift = 18; shift >= 0 && at < len; shift -= 6) s[at++] = letters[v >> shift & 63];
    }
    return s;
}

/* s[0..n) without padding; bits left over must be zero, so that a value has one writing. */
static int base64_parse(const char *letters, const char *s, size_t n, unsigned char *out,
                        size_t cap)
{
    size_t len = n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0);
    if (n % 4 == 1 || len > cap || len > INT32_MAX) return E_INPUT;
    uint32_t v = 0;
    int bits = 0;
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        const char *letter = s[i] ? strchr(letters, s[i]) : NULL;
        if (!letter) return E_INPUT;
        v = (v << 6 | (uint32_t)(letter - letters)) & 0xFFFF;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out[at++] = (unsigned char)(v >> bits);
    }
    return v & ((1U << bits) - 1) ? E_INPUT : (int)len;
}

char *base64url(Arena *a, const void *p, size_t n)
{
    return base64(a, url_letters, p, n);
}

int base64url_parse(const char *s, void *out, size_t cap)
{
    return base64_parse(url_letters, s, strlen(s), out, cap);
}

char *random_token(Arena *a, size_t bytes)
{
    unsigned char *b = arena_get(a, bytes);
    random_bytes(b, bytes);
    return base64url(a, b, bytes);
}

/* Passwords: argon2id. Memory is the cost, so two slots of it are all there is; who comes third
   waits. A slot's memory is wiped after use, and given back to the system when nobody waits: it
   would be the greater part of a quiet process. Huge pages make taking it again cheap (19 MiB in
   small pages took 59 ms on a virtual machine, in huge ones 4). */

enum { COST_KIB = 19 * 1024, COST_TURNS = 2, SALT_LEN = 16, TAG_LEN = 32, SLOTS = 2 };
enum { HUGE_PAGE = 2 * 1024 * 1024, SLOT_BYTES = 10 * HUGE_PAGE };
_Static_assert(COST_KIB * 1024 <= SLOT_BYTES, "a slot holds what one password takes");

typedef struct Slots {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int waiting;
    bool used[SLOTS];
    unsigned char *memory[SLOTS];
} Slots;

static Slots slots = {.lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER};
static _Thread_local unsigned char *slot_memory; /* argon2's callbacks carry no pointer of ours */

/* Address space only, at a multiple of a huge page; the rest of the mapping is never touched. */
static unsigned char *slot_map(void)
{
    unsigned char *p = mmap(NULL, SLOT_BYTES + HUGE_PAGE, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) die("out of memory\n");
    p += (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE;
    madvise(p, SLOT_BYTES, MADV_HUGEPAGE);
    return p;
}

static int slot_take(void)
{
    pthread_mutex_lock(&slots.lock);
    slots.waiting++;
    while (slots.used[0] && slots.used[1]) pthread_cond_wait(&slots.freed, &slots.lock);
    slots.waiting--;
    int i = slots.used[0];
    slots.used[i] = true;
    if (!slots.memory[i]) slots.memory[i] = slot_map();
    slot_memory = slots.memory[i];
    pthread_mutex_unlock(&slots.lock);
    return i;
}

static void slot_give(int i)
{
    explicit_bzero(slot_memory, SLOT_BYTES);
    pthread_mutex_lock(&slots.lock);
    if (slots.waiting == 0) madvise(slot_memory, SLOT_BYTES, MADV_DONTNEED);
    slot_memory = NULL;
    slots.used[i] = false;
    pthread_cond_signal(&slots.freed);
    pthread_mutex_unlock(&slots.lock);
}

static int slot_allocate(uint8_t **memory, size_t n)
{
    if (n > SLOT_BYTES) return ARGON2_MEMORY_ALLOCATION_ERROR;
    *memory = slot_memory;
    return ARGON2_OK;
}

static void slot_release(uint8_t *memory, size_t n)
{
    (void)memory; /* slot_give wipes the whole */
    (void)n;
}

typedef struct Phc {
    int64_t kib, turns, lanes;
    unsigned char salt[48], tag[64];
    int salt_n, tag_n;
} Phc;

/* Computes p->tag from the password and the rest of p. */
static bool argon2_run(Phc *p, const char *password)
{
    size_t n = strlen(password);
    if (n > INT32_MAX) return false;
    union {
        const char *in;
        uint8_t *for_argon2; /* its interface forgot const; it only reads */
    } pwd = {.in = password};
    int slot = slot_take();
    argon2_context c = {.out = p->tag,
                        .outlen = (uint32_t)p->tag_n,
                        .pwd = pwd.for_argon2,
                        .pwdlen = (uint32_t)n,
                        .salt = p->salt,
                        .saltlen = (uint32_t)p->salt_n,
                        .t_cost = (uint32_t)p->turns,
                        .m_cost = (uint32_t)p->kib,
                        .lanes = (uint32_t)p->lanes,
                        .threads = 1,
                        .version = ARGON2_VERSION_13,
                        .allocate_cbk = slot_allocate,
                        .free_cbk = slot_release,
                        .flags = ARGON2_DEFAULT_FLAGS};
    int rc = argon2_ctx(&c, Argon2_id);
    slot_give(slot);
    return rc == ARGON2_OK;
}

static Phc phc_new(void)
{
    return (Phc){
        .kib = COST_KIB, .turns = COST_TURNS, .lanes = 1, .salt_n = SALT_LEN, .tag_n = TAG_LEN};
}

char *password_hash(Arena *a, const char *password)
{
    Phc p = phc_new();
    random_bytes(p.salt, SALT_LEN);
    if (!argon2_run(&p, password)) die("argon2 failed\n");
    char *text =
        arena_f(a, "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s", COST_KIB, COST_TURNS,
                base64(a, phc_letters, p.salt, SALT_LEN), base64(a, phc_letters, p.tag, TAG_LEN));
    OPENSSL_cleanse(&p, sizeof p);
    return text;
}

/* Reads "name" and a number up to max at *s. */
static bool phc_number(const char **s, const char *name, int64_t max, int64_t *out)
{
    size_t n = strlen(name);
    if (strncmp(*s, name, n) != 0) return false;
    int64_t v = 0;
    const char *p = *s + n;
    for (; *p >= '0' && *p <= '9' && v <= max; p++) v = v * 10 + (*p - '0');
    if (p == *s + n || v < 1 || v > max) return false;
    *out = v;
    *s = p;
    return true;
}

/* A stored text may be of other costs, never of more memory than a slot has. */
static bool phc_parse(const char *s, Phc *p)
{
    if (!phc_number(&s, "$argon2id$v=19$m=", COST_KIB, &p->kib) ||
        !phc_number(&s, ",t=", 10, &p->turns) || !phc_number(&s, ",p=", 4, &p->lanes) || *s != '$')
        return false;
    const char *salt = s + 1, *mid = strchr(salt, '$');
    if (!mid) return false;
    p->salt_n = base64_parse(phc_letters, salt, (size_t)(mid - salt), p->salt, sizeof p->salt);
    p->tag_n = base64_parse(phc_letters, mid + 1, strlen(mid + 1), p->tag, sizeof p->tag);
    return p->salt_n >= 8 && p->tag_n >= 16;
}

bool password_check(const char *phc, const char *password)
{
    Phc stored = {0};
    if (!phc || !phc_parse(phc, &stored)) return false;
    Phc typed = stored;
    bool same =
        argon2_run(&typed, password) && same_bytes(typed.tag, stored.tag, (size_t)stored.tag_n);
    OPENSSL_cleanse(&typed, sizeof typed);
    return same;
}

void password_dummy(const char *password)
{
    Phc p = phc_new();
    (void)argon2_run(&p, password);
    OPENSSL_cleanse(&p, sizeof p);
}
