/* outside: query codes and numbers as people type them, titles, telephone numbers, likeness of texts. */
#include "modules/whistle/outside_own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static Arena a;
static Keys *keys;
static char dir[] = "/tmp/lianshao-outside-XXXXXX";

static int set_up(void **state)
{
    const char *why = "";
    (void)state;
    return mkdtemp(dir) && keys_open(dir, true, &keys, &why) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const files[] = {"seal.key", "sign.key", "mac.key"};
    (void)state;
    keys_close(keys);
    for (int i = 0; i < COUNT(files); i++) unlink(arena_f(&a, "%s/keys/%s", dir, files[i]));
    rmdir(arena_f(&a, "%s/keys", dir));
    rmdir(dir);
    arena_free(&a);
    return 0;
}

static void codes_have_sixteen_letters_that_cannot_be_confused(void **state)
{
    (void)state;
    int seen[128] = {0};
    for (int i = 0; i < 400; i++) {
        const char *code = query_code_new(&a);
        assert_int_equal(strlen(code), 19);
        for (int k = 0; k < 19; k++) {
            if (k % 5 == 4)
                assert_int_equal(code[k], '-');
            else
                assert_non_null(strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", code[k]));
            seen[(int)code[k]]++;
        }
    }
    for (const char *s = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; *s; s++)
        assert_in_range(seen[(int)*s], 100, 320); /* 200 expected of each */
}

static void a_code_is_the_same_however_it_is_typed(void **state)
{
    static const char *const same[] = {"7K4M-29PX-RT6H-W301",      "7k4m29pxrt6hw301",
                                       " 7K4M 29PX RT6H W301\r\n", "7K4M－29PX－RT6H－W301",
                                       "7K4M　29PX　RT6H　W301",   "7k4m-29px-rt6h-w3ol",
                                       "7K4M-29PX-RT6H-W3OI"};
    static const char *const other[] = {"7K4M-29PX-RT6H-W302", "7K4M-29PX-RT6H-W30", "",
                                        "7K4M-29PX-RT6H-W301!"};
    (void)state;
    const char *hash = query_code_hash(keys, &a, same[0]);
    assert_int_equal(strlen(hash), 64);
    for (int i = 0; i < COUNT(same); i++)
        assert_string_equal(query_code_hash(keys, &a, same[i]), hash);
    for (int i = 0; i < COUNT(other); i++)
        assert_string_not_equal(query_code_hash(keys, &a, other[i]), hash);
}

static void numbers_are_put_in_order(void **state)
{
    static const char *const typed[][2] = {{"W260318-0042-7", "W260318-0042-7"},
                                           {"w260318 0042 7", "W260318-0042-7"},
                                           {"W26031800427", "W260318-0042-7"},
                                           {"W260318－0042－7", "W260318-0042-7"},
                                           {"W260318-12345-7", "W260318-12345-7"},
                                           {"W26", ""},
                                           {"", ""},
                                           {"W260318-0042-7'", ""}};
    (void)state;
    for (int i = 0; i < COUNT(typed); i++)
        assert_string_equal(whistle_number(&a, typed[i][0]), typed[i][1]);
}

static void the_first_sentence_is_the_title(void **state)
{
    static const char *const texts[][2] = {
        {"东区蒸汽压力不够。每天 9 点到 11 点。", "东区蒸汽压力不够"},
        {"  　东区蒸汽压力不够\n第二行", "东区蒸汽压力不够"},
        {"Steam at 0.35 MPa stops us. Every morning.", "Steam at 0.35 MPa stops us"},
        {"没有句号", "没有句号"},
        {"Really?", "Really"}};
    (void)state;
    for (int i = 0; i < COUNT(texts); i++)
        assert_string_equal(title_from(&a, texts[i][0]), texts[i][1]);
    assert_null(title_from(&a, ""));
    assert_null(title_from(&a, "。。。"));
    assert_null(title_from(&a, "a\x01"));
    const char *longest =
        title_from(&a, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七"
                       "八九十一二三四五六七八九十一二三四五六七八九十一二三四五六");
    assert_int_equal(utf8_length(longest, strlen(longest)), 61);
    assert_string_equal(
        title_from(&a, "园区东门路灯不亮，一二三四五六七八九十一二三四五六七八九十一二三四五六七八"
                       "九十一二三四五六七八九十一二三四五六七八九十一二"),
        "园区东门路灯不亮");
}

static void telephone_numbers(void **state)
{
    static const char *const right[] = {"13800001234",  "138 0000 1234", "+86 138-0000-1234",
                                        "0935-8210000", "010-12345678",  "0935-8210000-8001",
                                        "400-810-0000", "+852 2123 4567"};
    static const char *const wrong[] = {"138 0000 123", "1380000", "8210000", "12345",
                                        "0935",         "+1",      ""};
    (void)state;
    for (int i = 0; i < COUNT(right); i++) assert_null(phone_fault(&a, right[i]));
    for (int i = 0; i < COUNT(wrong); i++) assert_non_null(phone_fault(&a, wrong[i]));
    assert_string_equal(phone_fault(&a, "138 0000 123")[0],
                        "手机号是 11 位，现在 10 位。座机请带区号");
}

static void ratings_of_departments_become_one_text(void **state)
{
    (void)state;
    In body;
    Errors e = {.a = &a};
    const char *form = "solved=true&rate_41=yes&rate_57=no&rate_60=&words=ok";
    assert_int_equal(input_form(&a, form, strlen(form), &body, &e), OK);
    const In *out = body_with_ratings(&a, &body);
    assert_string_equal(in_text(out, "departments"), "41:yes,57:no");
    assert_null(in_get(out, "rate_41"));
    assert_string_equal(in_text(out, "words"), "ok");
    const In *plain = body_with(&a, &body, "words", NULL);
    assert_null(in_get(plain, "words"));
    assert_string_equal(in_text(body_with(&a, plain, "words", "x"), "words"), "x");
}

static void the_same_matter_is_like_another_is_not(void **state)
{
    (void)state;
    const char *steam = "3月12日起东区蒸汽压力不够，硫酸镍结晶工段停了三次车";
    assert_true(likeness(&a, steam, "东区蒸汽管网检修停汽时间过长影响连续生产") < 500);
    assert_true(likeness(&a, steam, "东区蒸汽压力骤降，硫酸镍结晶工段两次停车") > 400);
    assert_true(likeness(&a, steam, "高新技术企业证书到期复审期间能否享受用电补贴") < 100);
    assert_int_equal(likeness(&a, steam, steam), 1000);
    assert_int_equal(likeness(&a, "", steam), 0);
    assert_int_equal(likeness(&a, "Low STEAM pressure", "low steam pressure"), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_sixteen_letters_that_cannot_be_confused),
        cmocka_unit_test(a_code_is_the_same_however_it_is_typed),
        cmocka_unit_test(numbers_are_put_in_order),
        cmocka_unit_test(the_first_sentence_is_the_title),
        cmocka_unit_test(telephone_numbers),
        cmocka_unit_test(ratings_of_departments_become_one_text),
        cmocka_unit_test(the_same_matter_is_like_another_is_not),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
