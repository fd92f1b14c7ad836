/* Wrapping, escaping and the time column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "report/clock.h"
#include "report/style.h"
#include "report/wrap.h"

static void expect_wrapped(const char *text, unsigned width, unsigned at, unsigned indent,
                           const char *expected)
{
    GString *out = g_string_new(NULL);
    Style style = {.width = width};
    wrap_append(out, &style, text, at, indent);
    assert_string_equal(out->str, expected);
    g_string_free(out, TRUE);
}

static void lines_are_filled(void **state)
{
    (void)state;
    expect_wrapped("one two three", 100, 0, 0, "one two three\n");
    expect_wrapped("one two three", 7, 0, 0, "one two\nthree\n");
    expect_wrapped("one two three", 7, 3, 2, "one\n  two\n  three\n");
    expect_wrapped("", 7, 0, 0, "\n");
    expect_wrapped("  one   two ", 100, 0, 0, "one two\n");
    expect_wrapped("averyveryverylongword b", 5, 0, 1, "averyveryverylongword\n b\n");
    expect_wrapped("12\u00a0bytes 13\u00a0bytes", 10, 0, 0, "12 bytes\n13 bytes\n");
}

static void width_is_in_columns(void **state)
{
    (void)state;
    expect_wrapped("µµµ µµµ", 7, 0, 0, "µµµ µµµ\n");
    expect_wrapped("日本 日本", 8, 0, 0, "日本\n日本\n");
    assert_int_equal(style_columns("日本µ", -1), 5);
}

static void expect_escaped(const char *text, bool is_ascii, const char *expected)
{
    GString *out = g_string_new(NULL);
    style_escape(out, text, is_ascii);
    assert_string_equal(out->str, expected);
    g_string_free(out, TRUE);
}

/* Whatever a capture holds, no terminal obeys it. */
static void control_sequences_do_not_pass(void **state)
{
    (void)state;
    expect_escaped("\033[2J\033]0;title\007", false, "\\x1b[2J\\x1b]0;title\\x07");
    expect_escaped("a\nb\rc\td\x7f", false, "a\\x0ab\\x0dc\\x09d\\x7f");
    expect_escaped("\xc2\x9b"
                   "31m",
                   false, "\\x9b31m");
    expect_escaped("\xe2\x80\xae"
                   "evil",
                   false, "\\u202eevil");
    expect_escaped("\xff\xc3(", false, "\\xff\\xc3(");
    expect_escaped("\xf0\x9f\x98", false, "\\xf0\\x9f\\x98");
}

static void ascii_has_plain_forms(void **state)
{
    (void)state;
    expect_escaped("41 µs – “a” → b…", true, "41 us - \"a\" -> b...");
    expect_escaped("日", true, "?");
    expect_escaped("41 µs", false, "41 µs");
}

static void expect_time(TimeFormat format, bool is_first, int64_t time_ns, const char *expected)
{
    GString *out = g_string_new(NULL);
    Clock clock = {.format = format,
                   .capture_ns = INT64_C(1795236099000000000),
                   .previous_ns = INT64_C(1795236099500000000),
                   .is_first = is_first};
    clock_format(out, &clock, time_ns);
    assert_string_equal(out->str, expected);
    g_string_free(out, TRUE);
}

static void times_are_tsharks(void **state)
{
    (void)state;
    int64_t time_ns = INT64_C(1795236101810552999);
    expect_time(TIME_LADDER, true, time_ns, "0.000 000");
    expect_time(TIME_LADDER, false, time_ns, "+2.310 552");
    expect_time(TIME_LADDER, false, INT64_C(1795236099499999000), "-0.000 001");
    expect_time(TIME_R, false, time_ns, "2.810552");
    expect_time(TIME_D, false, time_ns, "2.310552");
    expect_time(TIME_E, false, time_ns, "1795236101.810552");
    expect_time(TIME_U, false, time_ns, "04:41:41.810552");
    expect_time(TIME_UD, false, time_ns, "2026-11-21 04:41:41.810552");
    expect_time(TIME_UD, false, -1, "1969-12-31 23:59:59.999999");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_filled),
        cmocka_unit_test(width_is_in_columns),
        cmocka_unit_test(control_sequences_do_not_pass),
        cmocka_unit_test(ascii_has_plain_forms),
        cmocka_unit_test(times_are_tsharks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
