/* crypto and keys: published vectors, encodings, passwords, and the key files with what is sealed,
   signed and authenticated by them. */
#include "base/crypto.h"

#include <argon2.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void same_hex(const void *p, size_t n, const char *want)
{
    char text[2 * 64 + 1];
    hex_text(p, n, text);
    assert_string_equal(text, want);
}

static void hashes_agree_with_published_vectors(void **state)
{
    (void)state;
    Hash h = hash_bytes("abc", 3); /* FIPS 180-4 */
    same_hex(h.b, HASH_LEN, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    h = hash_bytes(NULL, 0);
    same_hex(h.b, HASH_LEN, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    h = hmac_bytes("Jefe", 4, "what do ya want for nothing?", 28); /* RFC 4231, 2 */
    same_hex(h.b, HASH_LEN, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    unsigned char key[131];
    memset(key, 0xAA, sizeof key); /* RFC 4231, 6: a key longer than a block */
    h = hmac_bytes(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First", 54);
    same_hex(h.b, HASH_LEN, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    h = hmac_bytes(NULL, 0, NULL, 0);
    same_hex(h.b, HASH_LEN, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void a_tree_node_hashes_prefix_left_right(void **state)
{
    (void)state;
    Hash left = hash_bytes("l", 1), right = hash_bytes("r", 1);
    unsigned char all[65] = {1};
    memcpy(all + 1, left.b, 32);
    memcpy(all + 33, right.b, 32);
    Hash want = hash_bytes(all, sizeof all), got = hash_two(1, &left, &right);
    assert_memory_equal(got.b, want.b, HASH_LEN);
}

static void hex_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    unsigned char b[3] = {9, 9, 9};
    assert_true(hex_parse("00fFa7", b, 3));
    same_hex(b, 3, "00ffa7");
    assert_false(hex_parse("00ff", b, 3));
    assert_false(hex_parse("00ffa70", b, 3));
    assert_false(hex_parse("00ff0g", b, 3));
    same_hex(b, 3, "00ffa7");
}

static void base64url_has_one_writing(void **state)
{
    (void)state;
    static const char *const pair[][2] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},      {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"\xFB\xFF", "-_8"}};
    static const char *const bad[] = {"Z", "Zg==", "Zh", "Zm9", "Zm9vY", "Zm 9", "+/8", "链"};
    Arena a = {0};
    unsigned char b[16];
    for (int i = 0; i < COUNT(pair); i++) {
        size_t n = strlen(pair[i][0]);
        assert_string_equal(base64url(&a, pair[i][0], n), pair[i][1]);
        assert_int_equal(base64url_parse(pair[i][1], b, sizeof b), n);
        assert_memory_equal(b, pair[i][0], n);
    }
    for (int i = 0; i < COUNT(bad); i++)
        if (base64url_parse(bad[i], b, sizeof b) != E_INPUT) fail_msg("accepted: %s", bad[i]);
    assert_int_equal(base64url_parse("Zm9v", b, 2), E_INPUT); /* no room */
    arena_free(&a);
}

static void tokens_differ_and_have_their_length(void **state)
{
    (void)state;
    Arena a = {0};
    const char *one = random_token(&a, 32), *two = random_token(&a, 32);
    assert_int_equal(strlen(one), 43);
    assert_string_not_equal(one, two);
    arena_free(&a);
}

static void bytes_are_compared_whole(void **state)
{
    (void)state;
    assert_true(same_bytes("abc", "abc", 3));
    assert_false(same_bytes("abc", "abd", 3));
    assert_true(same_bytes(NULL, NULL, 0));
}

static void a_password_is_known_again(void **state)
{
    (void)state;
    Arena a = {0};
    const char *one = password_hash(&a, "链哨 pass"), *two = password_hash(&a, "链哨 pass");
    assert_string_not_equal(one, two);
    assert_int_equal(strncmp(one, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    assert_true(password_check(one, "链哨 pass"));
    assert_true(password_check(two, "链哨 pass"));
    assert_false(password_check(one, "链哨 Pass"));
    assert_false(password_check(one, ""));
    password_dummy("anything");
    arena_free(&a);
}

static void the_password_text_is_the_usual_one(void **state)
{
    (void)state;
    Arena a = {0};
    char theirs[128];
    static const char salt[] = "0123456789abcdef";
    assert_int_equal(argon2id_verify(password_hash(&a, "secret"), "secret", 6), ARGON2_OK);
    assert_int_equal(
        argon2id_hash_encoded(1, 256, 2, "secret", 6, salt, 16, 24, theirs, sizeof theirs),
        ARGON2_OK);
    assert_true(password_check(theirs, "secret")); /* other costs, lanes and lengths */
    assert_false(password_check(theirs, "Secret"));
    arena_free(&a);
}

static void a_password_text_that_is_broken_fits_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "secret",
        "$argon2id$v=19$m=19456,t=2,p=1$",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$",
        "$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
        "$argon2id$v=19$m=19456,t=99,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
        "$argon2id$v=19$m=0,t=2,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
        "$argon2id$v=19$m=-1,t=2,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
        "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
        "$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$MDEyMzQ1Njc4OWFiY2RlZg$x",
        "$argon2id$v=19$m=19456,t=2,p=1$c2E$MDEyMzQ1Njc4OWFiY2RlZg"};
    for (int i = 0; i < COUNT(bad); i++)
        if (password_check(bad[i], "secret")) fail_msg("fits: %s", bad[i]);
    assert_false(password_check(NULL, "secret"));
}

static void *check_thrice(void *phc)
{
    bool right = true;
    for (int i = 0; i < 3; i++)
        right = right && password_check(phc, "secret") && !password_check(phc, "other");
    return right ? phc : NULL;
}

static void race_passwords_wait_for_a_slot(void **state)
{
    (void)state;
    Arena a = {0};
    pthread_t t[5];
    char *phc = password_hash(&a, "secret");
    void *right;
    for (int i = 0; i < COUNT(t); i++)
        assert_int_equal(pthread_create(&t[i], NULL, check_thrice, phc), 0);
    for (int i = 0; i < COUNT(t); i++) {
        pthread_join(t[i], &right);
        assert_ptr_equal(right, phc);
    }
    arena_free(&a);
}

/* A data folder of the test's own. */

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", "/tmp/keys_test.XXXXXX");
    return mkdtemp(folder) == NULL;
}

static const char *inside(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int drop_folder(void **state)
{
    (void)state;
    static const char *const file[] = {"keys/seal.key", "keys/sign.key", "keys/mac.key",
                                       "keys.new/seal.key"};
    for (int i = 0; i < COUNT(file); i++) unlink(inside(file[i]));
    rmdir(inside("keys"));
    rmdir(inside("keys.new"));
    return rmdir(folder);
}

static Keys *open_keys(bool create)
{
    Keys *k = NULL;
    const char *why = "";
    if (keys_open(folder, create, &k, &why) < 0) fail_msg("%s", why);
    return k;
}

static int refusal(bool create, const char *says)
{
    Keys *k = NULL;
    const char *why = "";
    int rc = keys_open(folder, create, &k, &why);
    assert_null(k);
    if (!strstr(why, says)) fail_msg("says: %s", why);
    return rc;
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    FILE *f = fopen(inside(name), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    assert_int_equal(chmod(inside(name), mode), 0);
}

static unsigned mode_of(const char *name)
{
    struct stat st = {0};
    assert_int_equal(stat(inside(name), &st), 0);
    return st.st_mode & 0777;
}

static void keys_are_made_once_and_kept(void **state)
{
    (void)state;
    unsigned char one[32], two[32];
    assert_int_equal(refusal(false, "no folder keys"), E_MISSING);
    Keys *k = open_keys(true);
    keys_public(k, one);
    keys_close(k);
    assert_int_equal(mode_of("keys"), 0700);
    assert_int_equal(mode_of("keys/seal.key"), 0600);
    assert_int_equal(mode_of("keys/sign.key"), 0600);
    assert_int_equal(mode_of("keys/mac.key"), 0600);
    k = open_keys(true);
    keys_public(k, two);
    keys_close(k);
    assert_memory_equal(one, two, 32);
}

static void a_crash_while_keys_are_made_leaves_no_half_set(void **state)
{
    (void)state;
    assert_int_equal(mkdir(inside("keys.new"), 0700), 0);
    write_file("keys.new/seal.key", "half", 0600);
    keys_close(open_keys(true));
    assert_int_equal(access(inside("keys.new"), F_OK), -1);
}

static void a_lost_key_is_not_replaced_in_silence(void **state)
{
    (void)state;
    keys_close(open_keys(true));
    assert_int_equal(unlink(inside("keys/seal.key")), 0);
    assert_int_equal(refusal(true, "missing"), E_MISSING);
    assert_int_equal(access(inside("keys/seal.key"), F_OK), -1);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    (void)state;
    keys_close(open_keys(true));
    assert_int_equal(chmod(inside("keys/mac.key"), 0640), 0);
    assert_int_equal(refusal(false, "read by others"), E_DENIED);
}

static void a_key_file_that_is_broken_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "\n", "1234", "not a key"};
    char longer[2 * 33 + 1];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = 0;
    keys_close(open_keys(true));
    for (int i = 0; i < COUNT(bad); i++) {
        write_file("keys/mac.key", bad[i], 0600);
        assert_int_equal(refusal(false, "64 hexadecimal"), E_INPUT);
    }
    write_file("keys/mac.key", longer, 0600);
    assert_int_equal(refusal(false, "64 hexadecimal"), E_INPUT);
}

static void what_is_sealed_opens_in_its_place_only(void **state)
{
    (void)state;
    Arena a = {0};
    Keys *k = open_keys(true);
    static const char phone[] = "13800000000";
    char *box = seal(k, &a, "whistle/12/phone", phone);
    assert_int_equal(strncmp(box, "i1:", 3), 0);
    assert_null(strstr(box, phone));
    assert_string_not_equal(box, seal(k, &a, "whistle/12/phone", phone)); /* fresh each time */
    assert_string_equal(unseal(k, &a, "whistle/12/phone", box), phone);
    assert_null(unseal(k, &a, "whistle/13/phone", box));
    assert_string_equal(unseal(k, &a, "", seal(k, &a, "", "")), "");
    for (size_t i = 3; box[i]; i++) {
        char was = box[i];
        box[i] = was == 'A' ? 'B' : 'A';
        assert_null(unseal(k, &a, "whistle/12/phone", box));
        box[i] = was;
    }
    static const char *const bad[] = {"", "i1:", "i2:AAAA", "i1:AAAA", "i1:****", phone};
    for (int i = 0; i < COUNT(bad); i++) assert_null(unseal(k, &a, "whistle/12/phone", bad[i]));
    assert_null(unseal(k, &a, "x", NULL));
    keys_close(k);
    arena_free(&a);
}

static void another_installation_opens_nothing(void **state)
{
    (void)state;
    Arena a = {0};
    Keys *k = open_keys(true);
    char *box = seal(k, &a, "c", "text");
    keys_close(k);
    write_file("keys/seal.key",
               "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", 0600);
    k = open_keys(false);
    assert_null(unseal(k, &a, "c", box));
    keys_close(k);
    arena_free(&a);
}

/* RFC 8032, 7.1, test 1. */
static void signatures_agree_with_a_published_vector(void **state)
{
    (void)state;
    unsigned char pub[32], sig[SIGN_LEN];
    keys_close(open_keys(true));
    write_file("keys/sign.key", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
               0600);
    Keys *k = open_keys(false);
    keys_public(k, pub);
    same_hex(pub, 32, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    keys_sign(k, "", 0, sig);
    same_hex(
        sig, SIGN_LEN,
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39"
        "701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assert_true(keys_verify(pub, "", 0, sig));
    assert_false(keys_verify(pub, "x", 1, sig));
    sig[63] ^= 1;
    assert_false(keys_verify(pub, "", 0, sig));
    memset(pub, 0xFF, sizeof pub);
    assert_false(keys_verify(pub, "", 0, sig));
    keys_close(k);
}

static void each_purpose_has_its_own_mac(void **state)
{
    (void)state;
    Keys *k = open_keys(true);
    Hash one = keys_mac(k, "session", "x", 1), again = keys_mac(k, "session", "x", 1);
    Hash other = keys_mac(k, "csrf", "x", 1), text = keys_mac(k, "session", "y", 1);
    assert_true(same_bytes(one.b, again.b, HASH_LEN));
    assert_false(same_bytes(one.b, other.b, HASH_LEN));
    assert_false(same_bytes(one.b, text.b, HASH_LEN));
    keys_close(k);
}

#define in_a_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_agree_with_published_vectors),
        cmocka_unit_test(a_tree_node_hashes_prefix_left_right),
        cmocka_unit_test(hex_is_read_whole_or_not_at_all),
        cmocka_unit_test(base64url_has_one_writing),
        cmocka_unit_test(tokens_differ_and_have_their_length),
        cmocka_unit_test(bytes_are_compared_whole),
        cmocka_unit_test(a_password_is_known_again),
        cmocka_unit_test(the_password_text_is_the_usual_one),
        cmocka_unit_test(a_password_text_that_is_broken_fits_nothing),
        cmocka_unit_test(race_passwords_wait_for_a_slot),
        in_a_folder(keys_are_made_once_and_kept),
        in_a_folder(a_crash_while_keys_are_made_leaves_no_half_set),
        in_a_folder(a_lost_key_is_not_replaced_in_silence),
        in_a_folder(a_key_that_others_may_read_is_refused),
        in_a_folder(a_key_file_that_is_broken_is_refused),
        in_a_folder(what_is_sealed_opens_in_its_place_only),
        in_a_folder(another_installation_opens_nothing),
        in_a_folder(signatures_agree_with_a_published_vector),
        in_a_folder(each_purpose_has_its_own_mac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
