/* csv: records as spreadsheets and people write them. */
#include "base/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads all and writes each record as cells between | and its line, or the error and its line. */
static void check(const char *csv, const char *want)
{
    Arena a = {0};
    Out o = {.a = &a};
    const char *cell[4];
    Csv in = {csv, csv + strlen(csv), 0};
    int n;
    while ((n = csv_next(&in, &a, cell, COUNT(cell))) > 0) {
        for (int i = 0; i < n; i++) out_f(&o, "|%s", cell[i]);
        out_f(&o, "|%d ", in.line);
    }
    if (n < 0) out_f(&o, "error %d", in.line);
    if (strcmp(str_of(&o), want) != 0) fail_msg("%s gave %s, not %s", csv, str_of(&o), want);
    arena_free(&a);
}

static void records_are_cut_into_cells(void **state)
{
    (void)state;
    check("", "");
    check("a,b\nc,d\n", "|a|b|1 |c|d|2 ");
    check("a,b\nc,d", "|a|b|1 |c|d|2 ");
    check("a,,\n,\n", "|a|||1 |||2 ");
    check("链,哨\n", "|链|哨|1 ");
    check(" a , b ", "| a | b |1 ");
}

static void any_line_end_is_taken(void **state)
{
    (void)state;
    check("a\r\nb\rc\nd", "|a|1 |b|2 |c|3 |d|4 ");
    check("a\n\n\nb\n", "|a|1 |b|4 ");
    check("\n\n", "");
}

static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    check("\xEF\xBB\xBF"
          "date,name\n",
          "|date|name|1 ");
    check("a\n\xEF\xBB\xBF"
          "b\n",
          "|a|1 |\xEF\xBB\xBF"
          "b|2 ");
}

static void quotes_hold_commas_quotes_and_lines(void **state)
{
    (void)state;
    check("\"a,b\",\"say \"\"x\"\"\"\n", "|a,b|say \"x\"|1 ");
    check("\"two\nlines\",b\nc\n", "|two\nlines|b|2 |c|3 ");
    check("\"a\r\nb\rc\"\nd", "|a\r\nb\rc|3 |d|4 ");
    check("\"\"", "||1 ");
    check("\"\"\"\"", "|\"|1 ");
    check("\"\",x", "||x|1 ");
}

static void broken_quotes_are_said_with_their_line(void **state)
{
    (void)state;
    check("a\n\"b", "|a|1 error 2");
    check("a\n\"b\"c\n", "|a|1 error 2");
    check("a\"b\n", "error 1");
    check("\"", "error 1");
    check("\"\"\"", "error 1");
}

static void too_many_cells_are_refused(void **state)
{
    (void)state;
    check("1,2,3,4\n", "|1|2|3|4|1 ");
    check("1,2,3,4\n1,2,3,4,5\n", "|1|2|3|4|1 error 2");
    check("1,2,3,4,\n", "error 1");
}

static void a_nul_does_not_cut_a_cell_in_silence(void **state)
{
    (void)state;
    Arena a = {0};
    const char *cell[2];
    static const char plain_text[] = "a\0b", quoted_text[] = "\"a\0b\"";
    Csv plain = {plain_text, plain_text + 3, 0}, quoted = {quoted_text, quoted_text + 5, 0};
    assert_int_equal(csv_next(&plain, &a, cell, 2), E_INPUT);
    assert_int_equal(csv_next(&quoted, &a, cell, 2), E_INPUT);
    arena_free(&a);
}

static void what_out_csv_writes_is_read_back(void **state)
{
    (void)state;
    static const char *const text[] = {"a,b", "\"", "x\r\ny", "链\"哨\"", ""};
    Arena a = {0};
    Out o = {.a = &a};
    const char *cell[COUNT(text)];
    for (int i = 0; i < COUNT(text); i++) {
        if (i) out_raw(&o, ",");
        out_csv(&o, text[i]);
    }
    Csv in = {o.s, o.s + o.n, 0};
    assert_int_equal(csv_next(&in, &a, cell, COUNT(cell)), COUNT(text));
    for (int i = 0; i < COUNT(text); i++) assert_string_equal(cell[i], text[i]);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_cut_into_cells),
        cmocka_unit_test(any_line_end_is_taken),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(quotes_hold_commas_quotes_and_lines),
        cmocka_unit_test(broken_quotes_are_said_with_their_line),
        cmocka_unit_test(too_many_cells_are_refused),
        cmocka_unit_test(a_nul_does_not_cut_a_cell_in_silence),
        cmocka_unit_test(what_out_csv_writes_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
