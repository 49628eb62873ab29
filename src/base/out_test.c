/* out and tr: escaping into HTML, addresses, JSON and CSV, and the English of page texts. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Arena arena;

static Out fresh(void)
{
    arena_free(&arena);
    return (Out){.a = &arena};
}

static void html_specials_are_escaped(void **state)
{
    (void)state;
    Out o = fresh();
    put(&o, "<a href='x'>\"R&D\"</a> # 链哨");
    assert_string_equal(str_of(&o),
                        "&lt;a href=&#39;x&#39;&gt;&quot;R&amp;D&quot;&lt;/a&gt; # 链哨");
}

/* The fast scan takes eight bytes at a time: every byte value at every place must come out as a
   byte-by-byte escape would write it. */
static void every_byte_at_every_place_is_escaped_alike(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++)
        for (int place = 0; place < 19; place++) {
            char in[20] = "abcdefghijklmnopqrs", want[40];
            in[place] = (char)c;
            const char *as = c == '&'    ? "&amp;"
                             : c == '<'  ? "&lt;"
                             : c == '>'  ? "&gt;"
                             : c == '"'  ? "&quot;"
                             : c == '\'' ? "&#39;"
                                         : (const char[]){(char)c, 0};
            Out o = fresh();
            put(&o, in);
            snprintf(want, sizeof want, "%.*s%s%s", place, in, as, in + place + 1);
            assert_string_equal(str_of(&o), want);
        }
}

static void runs_of_specials_and_hashes_are_escaped(void **state)
{
    (void)state;
    Out o = fresh();
    put(&o, "########<<<<<<<<########&&&&&&&&#");
    assert_string_equal(str_of(&o), "########&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;########"
                                    "&amp;&amp;&amp;&amp;&amp;&amp;&amp;&amp;#");
}

static void the_type_chooses_the_writing(void **state)
{
    (void)state;
    Out o = fresh();
    put(&o, ((Num){0, true}));
    put(&o, ((Num){0, false}));
    put(&o, ((Fen){-5, true}));
    put(&o, "/");
    put(&o, ((Fen){880050, true}));
    put(&o, "/");
    put(&o, ((Fen){INT64_MIN, true}));
    put(&o, "/");
    put(&o, ((Day){19782, true}));
    put(&o, ((Time){1773800400000, true}));
    put(&o, ((Time){0}));
    put(&o, (Html){"<b>"});
    put(&o, -7);
    put(&o, INT64_MIN);
    put(&o, (const char *)NULL);
    assert_string_equal(str_of(&o),
                        "0—-0.05/8800.50/-92233720368547758.08/2024-02-292026-03-18 10:20—<b>-7"
                        "-9223372036854775808—");
}

static void a_query_value_is_percent_encoded(void **state)
{
    (void)state;
    Out o = fresh();
    put_url(&o, "a b&c=d/链?#%\"'~-_.");
    put_url(&o, ((Id){12, true}));
    assert_string_equal(str_of(&o), "a%20b%26c%3Dd%2F%E9%93%BE%3F%23%25%22%27~-_.12");
}

static void a_path_stays_inside_the_site(void **state)
{
    (void)state;
    static const char *const away[] = {"//host",     "http://host", "javascript:x", "",
                                       "host",       "/\\host",     "/\t/host",     "/\n/host",
                                       "/a\r\nX: y", "\\\\host",    " /x",          NULL};
    for (int i = 0; i < COUNT(away); i++) {
        Out o = fresh();
        put_path(&o, away[i]);
        assert_string_equal(str_of(&o), "/");
    }
    Out o = fresh();
    put_path(&o, "/whistles/12?tab=open&x=\"1");
    assert_string_equal(str_of(&o), "/whistles/12?tab=open&amp;x=&quot;1");
}

static void json_texts_are_quoted(void **state)
{
    (void)state;
    Out o = fresh();
    out_json(&o, "a\"b\\c\n\t\x01\x7F链/");
    out_json(&o, NULL);
    out_json(&o, "");
    out_json_id(&o, INT64_C(9007199254740993));
    out_json_time(&o, (Time){1773800400000, true});
    out_json_time(&o, (Time){0});
    assert_string_equal(str_of(&o),
                        "\"a\\\"b\\\\c\\n\\t\\u0001\\u007f链/\"null\"\"\"9007199254740993\""
                        "\"2026-03-18T10:20:00+08:00\"null");
}

static void csv_fields_hold_no_formula(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } rows[] = {{"plain", "plain"},
                {"", ""},
                {NULL, ""},
                {"a,b", "\"a,b\""},
                {"say \"x\"", "\"say \"\"x\"\"\""},
                {"two\nlines", "\"two\nlines\""},
                {"=1+1", "'=1+1"},
                {"+86", "'+86"},
                {"-5", "'-5"},
                {"@x", "'@x"},
                {"\tx", "'\tx"},
                {"\rx", "\"'\rx\""},
                {"=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
                {"a=b", "a=b"}};
    for (int i = 0; i < COUNT(rows); i++) {
        Out o = fresh();
        out_csv(&o, rows[i].in);
        assert_string_equal(str_of(&o), rows[i].out);
    }
}

static void formats_of_any_length_fit(void **state)
{
    (void)state;
    for (int n = 0; n < 2000; n += 13) {
        Out o = fresh();
        out_raw(&o, "<");
        out_f(&o, "%0*d", n, 0);
        out_f(&o, "%s", "");
        out_raw(&o, ">");
        assert_int_equal(o.n, (size_t)(n ? n : 1) + 2);
        assert_int_equal(o.s[o.n - 1], '>');
    }
}

static void nothing_written_is_an_empty_text(void **state)
{
    (void)state;
    Out o = fresh();
    assert_string_equal(str_of(&o), "");
    out_raw(&o, "");
    assert_string_equal(str_of(&o), "");
}

static const char *told;

static void tell(const char *zh)
{
    told = zh;
}

static void page_texts_are_translated(void **state)
{
    (void)state;
    static const char tsv[] =
        "保存\tSave\r\n# note\tno\n\n取消\tCancel\n保存\tKeep\n空\t\n无\n末\tLast";
    assert_string_equal(tr(EN, "保存"), "保存"); /* before it is loaded */
    tr_load(tsv, sizeof tsv - 1);
    tr_load("保存\tOther\n", 13); /* a second time changes nothing */
    tr_missing(tell);
    assert_string_equal(tr(EN, "保存"), "Save");
    assert_string_equal(tr(EN, "取消"), "Cancel");
    assert_string_equal(tr(EN, "末"), "Last");
    assert_string_equal(tr(ZH, "保存"), "保存");
    assert_null(told);
    assert_string_equal(tr(EN, "空"), "空");
    assert_string_equal(told, "空");
    assert_string_equal(tr(EN, "# note"), "# note");
    tr_missing(NULL);
    Out o = fresh();
    out_tr(&o, "保存");
    o.lang = EN;
    out_tr(&o, "保存");
    out_tr(&o, "研发<R&D>");
    assert_string_equal(str_of(&o), "保存Save研发&lt;R&amp;D&gt;");
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_specials_are_escaped),
        cmocka_unit_test(every_byte_at_every_place_is_escaped_alike),
        cmocka_unit_test(runs_of_specials_and_hashes_are_escaped),
        cmocka_unit_test(the_type_chooses_the_writing),
        cmocka_unit_test(a_query_value_is_percent_encoded),
        cmocka_unit_test(a_path_stays_inside_the_site),
        cmocka_unit_test(json_texts_are_quoted),
        cmocka_unit_test(csv_fields_hold_no_formula),
        cmocka_unit_test(formats_of_any_length_fit),
        cmocka_unit_test(nothing_written_is_an_empty_text),
        cmocka_unit_test(page_texts_are_translated),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
