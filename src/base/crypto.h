/* crypto: the one door to libcrypto and libargon2. Suite "intl": SHA-256, HMAC-SHA-256, Ed25519,
   AES-256-GCM. Every stored value begins with its suite and key id ("i1:"). */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H
#include "base/base.h"

enum { HASH_LEN = 32, SIGN_KEY_LEN = 32, SIGN_LEN = 64, SEAL_KEY_LEN = 32 };
typedef struct Hash {
    unsigned char b[HASH_LEN];
} Hash;

void random_bytes(void *out, size_t n);              /* ends the process when there are none */
char *random_token(Arena *a, size_t bytes) MUST_USE; /* base64url without padding */
Hash hash_bytes(const void *p, size_t n);
Hash hash_two(unsigned char prefix, const Hash *left, const Hash *right); /* RFC 6962 node: 0x01 */
Hash hmac_bytes(const void *key, size_t key_n, const void *p, size_t n);
void hex_text(const void *p, size_t n, char *out /* 2n+1 */);
bool hex_parse(const char *s, void *out, size_t n) MUST_USE;
char *base64url(Arena *a, const void *p, size_t n) MUST_USE;
int base64url_parse(const char *s, void *out, size_t cap) MUST_USE; /* bytes, or E_INPUT */
bool same_bytes(const void *a, const void *b, size_t n);            /* constant time */

/* argon2id, m = 19 MiB, t = 2, p = 1; at most two at once, others wait (bounded by the caller's
   queue). The text is the PHC string. */
char *password_hash(Arena *a, const char *password) MUST_USE;
bool password_check(const char *phc, const char *password);
void password_dummy(const char *password); /* takes as long as a check: unknown account */

typedef struct Keys Keys; /* read from DIR/keys (0600), made when absent */
int keys_open(const char *dir, bool create, Keys **out, const char **why_out) MUST_USE;
void keys_close(Keys *k);
char *seal(const Keys *k, Arena *a, const char *context, const char *text) MUST_USE;
char *unseal(const Keys *k, Arena *a, const char *context, const char *box) MUST_USE; /* or NULL */
void keys_sign(const Keys *k, const void *p, size_t n, unsigned char out[static SIGN_LEN]);
bool keys_verify(const unsigned char pub[static 32], const void *p, size_t n,
                 const unsigned char sig[static SIGN_LEN]);
void keys_public(const Keys *k, unsigned char out[static 32]);
/* HMAC under a key of its own for one purpose ("session", "csrf", "query code"). */
Hash keys_mac(const Keys *k, const char *purpose, const void *p, size_t n);
#endif
