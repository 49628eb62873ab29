/* keys: the three secret keys of an installation, in files of their own outside the database, so
   that a stolen database opens nothing. Made all together or not at all: a lost key is never
   replaced in silence, since what it sealed could not be opened any more. */
#include "base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_LEN = 32, NONCE_LEN = 12, TAG_LEN = 16, KEY_FILES = 3 };
enum { KEY_SEAL, KEY_SIGN, KEY_MAC };
static const char *const key_file[KEY_FILES] = {"seal.key", "sign.key", "mac.key"};
static const char suite[] = "i1:"; /* suite intl, key 1 */

struct Keys {
    unsigned char seal[KEY_LEN], mac[KEY_LEN];
    EVP_PKEY *sign;
    EVP_CIPHER *aes;
};

/* Files */

static void fd_close(const int *fd)
{
    if (*fd >= 0) close(*fd);
}

static void ctx_free(EVP_CIPHER_CTX **c)
{
    EVP_CIPHER_CTX_free(*c);
}

static void md_free(EVP_MD_CTX **c)
{
    EVP_MD_CTX_free(*c);
}

static void pkey_free(EVP_PKEY **k)
{
    EVP_PKEY_free(*k);
}

static int sync_folder(const char *path)
{
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fsync(fd) != 0 ? E_IO : OK;
}

static int file_write(const char *path, const char *s, size_t n)
{
    CLEANUP(fd_close)
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return E_IO;
    while (n > 0) {
        ssize_t put = write(fd, s, n);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return E_IO;
        s += put;
        n -= (size_t)put;
    }
    return fsync(fd) == 0 ? OK : E_IO;
}

static int key_write(const char *path)
{
    unsigned char key[KEY_LEN];
    char text[2 * KEY_LEN + 2];
    random_bytes(key, sizeof key);
    hex_text(key, sizeof key, text);
    text[2 * KEY_LEN] = '\n';
    int rc = file_write(path, text, 2 * KEY_LEN + 1);
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(text, sizeof text);
    return rc;
}

/* In a folder beside, then renamed: a crash leaves no half set. */
static int keys_make(Arena *a, const char *dir, const char *keys)
{
    const char *fresh = arena_f(a, "%s/keys.new", dir);
    if (mkdir(fresh, 0700) != 0 && errno != EEXIST) return E_IO;
    for (int i = 0; i < KEY_FILES; i++) {
        const char *path = arena_f(a, "%s/%s", fresh, key_file[i]);
        if (unlink(path) != 0 && errno != ENOENT) return E_IO; /* of a crash before */
        TRY(key_write(path));
    }
    TRY(sync_folder(fresh));
    if (chmod(fresh, 0700) != 0 || rename(fresh, keys) != 0) return E_IO;
    return sync_folder(dir);
}

static int key_read(const char *path, unsigned char key[static KEY_LEN], const char **why)
{
    char text[2 * KEY_LEN + 2] = "";
    struct stat st;
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return *why = "a key file is missing from the folder keys: restore it from the backup of "
                      "the keys",
               E_MISSING;
    if (fd < 0 || fstat(fd, &st) != 0) return *why = "a key file cannot be read", E_IO;
    if (st.st_mode & 077)
        return *why = "a key file may be read by others: chmod 700 the folder keys and 600 the "
                      "files in it",
               E_DENIED;
    ssize_t n = read(fd, text, sizeof text - 1);
    if (n > 0 && text[n - 1] == '\n') text[n - 1] = 0;
    bool sound = hex_parse(text, key, KEY_LEN) && st.st_size <= 2 * KEY_LEN + 1;
    OPENSSL_cleanse(text, sizeof text);
    return sound ? OK : (*why = "a key file is not 64 hexadecimal digits", E_INPUT);
}

static int keys_read(Keys *k, Arena *a, const char *keys, const char **why)
{
    unsigned char sign[KEY_LEN] = {0};
    unsigned char *const into[KEY_FILES] = {
        [KEY_SEAL] = k->seal, [KEY_SIGN] = sign, [KEY_MAC] = k->mac};
    for (int i = 0; i < KEY_FILES; i++)
        TRY(key_read(arena_f(a, "%s/%s", keys, key_file[i]), into[i], why));
    k->sign = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, sign, sizeof sign);
    k->aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    OPENSSL_cleanse(sign, sizeof sign);
    return k->sign && k->aes ? OK : (*why = "libcrypto lacks Ed25519 or AES-256-GCM", E_IO);
}

static int keys_find(Keys *k, Arena *a, const char *dir, bool create, const char **why)
{
    const char *keys = arena_f(a, "%s/keys", dir);
    if (access(keys, F_OK) != 0) {
        if (errno != ENOENT) return *why = "the folder keys cannot be read", E_IO;
        if (!create)
            return *why = "there is no folder keys: this data folder was not made by init",
                   E_MISSING;
        if (keys_make(a, dir, keys) < 0)
            return *why =
                       "the keys could not be written: is the disk full or the folder read-only?",
                   E_IO;
    }
    return keys_read(k, a, keys, why);
}

int keys_open(const char *dir, bool create, Keys **out, const char **why_out)
{
    CLEANUP(arena_free) Arena a = {0};
    Keys *k = calloc(1, sizeof *k);
    const char *why = "";
    if (!k) abort();
    int rc = keys_find(k, &a, dir, create, &why);
    if (rc < 0) {
        keys_close(k);
        if (why_out) *why_out = why;
        return rc;
    }
    *out = k;
    return OK;
}

void keys_close(Keys *k)
{
    if (!k) return;
    EVP_PKEY_free(k->sign);
    EVP_CIPHER_free(k->aes);
    OPENSSL_cleanse(k, sizeof *k);
    free(k);
}

/* Sealing: "i1:" and base64url of nonce, text, tag. The context (which field of which row) is
   authenticated: a box moved to another row does not open. */

char *seal(const Keys *k, Arena *a, const char *context, const char *text)
{
    size_t n = strlen(text), context_n = strlen(context);
    if (n > INT32_MAX / 4 || context_n > INT32_MAX / 4) abort();
    unsigned char *box = arena_get(a, NONCE_LEN + n + TAG_LEN), *in = box + NONCE_LEN;
    CLEANUP(ctx_free) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int len = 0;
    random_bytes(box, NONCE_LEN);
    if (!c || !EVP_EncryptInit_ex2(c, k->aes, k->seal, box, NULL) ||
        !EVP_EncryptUpdate(c, NULL, &len, (const unsigned char *)context, (int)context_n) ||
        !EVP_EncryptUpdate(c, in, &len, (const unsigned char *)text, (int)n) ||
        !EVP_EncryptFinal_ex(c, in + n, &len) ||
        !EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, in + n))
        abort();
    return arena_f(a, "%s%s", suite, base64url(a, box, NONCE_LEN + n + TAG_LEN));
}

char *unseal(const Keys *k, Arena *a, const char *context, const char *box)
{
    size_t skip = sizeof suite - 1, context_n = strlen(context);
    if (!box || strncmp(box, suite, skip) != 0 || context_n > INT32_MAX / 4) return NULL;
    size_t cap = strlen(box);
    unsigned char *b = arena_get(a, cap);
    int all = base64url_parse(box + skip, b, cap);
    if (all < NONCE_LEN + TAG_LEN) return NULL;
    int n = all - NONCE_LEN - TAG_LEN, len = 0;
    unsigned char *in = b + NONCE_LEN, *text = arena_get(a, (size_t)n + 1);
    CLEANUP(ctx_free) EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    if (!c || !EVP_DecryptInit_ex2(c, k->aes, k->seal, b, NULL) ||
        !EVP_DecryptUpdate(c, NULL, &len, (const unsigned char *)context, (int)context_n) ||
        !EVP_DecryptUpdate(c, text, &len, in, n) ||
        !EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, in + n) ||
        EVP_DecryptFinal_ex(c, text + n, &len) != 1) {
        OPENSSL_cleanse(text, (size_t)n + 1);
        return NULL;
    }
    return (char *)text;
}

/* Signing and authenticating */

void keys_sign(const Keys *k, const void *p, size_t n, unsigned char out[static SIGN_LEN])
{
    size_t len = SIGN_LEN;
    CLEANUP(md_free) EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (!c || EVP_DigestSignInit(c, NULL, NULL, NULL, k->sign) != 1 ||
        EVP_DigestSign(c, out, &len, p, n) != 1 || len != SIGN_LEN)
        abort();
}

bool keys_verify(const unsigned char pub[static 32], const void *p, size_t n,
                 const unsigned char sig[static SIGN_LEN])
{
    CLEANUP(pkey_free)
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, SIGN_KEY_LEN);
    CLEANUP(md_free) EVP_MD_CTX *c = EVP_MD_CTX_new();
    return key && c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, key) == 1 &&
           EVP_DigestVerify(c, sig, SIGN_LEN, p, n) == 1;
}

void keys_public(const Keys *k, unsigned char out[static 32])
{
    size_t len = SIGN_KEY_LEN;
    if (EVP_PKEY_get_raw_public_key(k->sign, out, &len) != 1 || len != SIGN_KEY_LEN) abort();
}

Hash keys_mac(const Keys *k, const char *purpose, const void *p, size_t n)
{
    Hash own = hmac_bytes(k->mac, sizeof k->mac, purpose, strlen(purpose));
    Hash mac = hmac_bytes(own.b, sizeof own.b, p, n);
    OPENSSL_cleanse(&own, sizeof own);
    return mac;
}
