#include "testing.h"

#include "base/time-format.h"

#define US INT64_C(1000)
#define MS (1000 * US)
#define S  (1000 * MS)

static void assert_duration(int64_t duration_ns, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    format_duration(text, duration_ns, false);
    assert_string_equal(text->str, expected);
}

static void assert_bytes(int64_t bytes, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    format_bytes(text, bytes);
    assert_string_equal(text->str, expected);
}

static void durations_have_three_digits(void **state)
{
    (void)state;
    assert_duration(0, "0 ns");
    assert_duration(999, "999 ns");
    assert_duration(1 * US, "1 µs");
    assert_duration(41 * US, "41 µs");
    assert_duration(1234, "1.23 µs");
    assert_duration(2310 * MS, "2.31 s");
    assert_duration(2300 * MS, "2.3 s");
    assert_duration(123456 * US, "123 ms");
}

static void durations_have_at_most_two_units(void **state)
{
    (void)state;
    assert_duration(60 * S, "1 min");
    assert_duration(65 * S, "1 min 5 s");
    assert_duration(3600 * S, "1 h");
    assert_duration(7200 * S + 180 * S, "2 h 3 min");
    assert_duration(3600 * S + 29 * S, "1 h");
    assert_duration(100 * 3600 * S, "100 h");
}

/* Rounded up, a value is told in the next unit: never "1000 ms" or "60 s". */
static void rounding_reaches_the_next_unit(void **state)
{
    (void)state;
    assert_duration(999499, "999 µs");
    assert_duration(999500, "1 ms");
    assert_duration(999500 * US, "1 s");
    assert_duration(59949 * MS, "59.9 s");
    assert_duration(59950 * MS, "1 min");
    assert_duration(119500 * MS, "2 min");
    assert_duration(3599500 * MS, "1 h");
    assert_duration(9996 * US, "10 ms");
}

static void time_may_step_back(void **state)
{
    (void)state;
    assert_duration(-5 * MS, "-5 ms");
    assert_duration(INT64_MIN, "-2562047 h 47 min");
    assert_duration(INT64_MAX, "2562047 h 47 min");
}

static void ascii_has_no_mu(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("after ");
    format_duration(text, 41 * US, true);
    assert_string_equal(text->str, "after 41 us");
}

static void bytes_are_exact_while_small(void **state)
{
    (void)state;
    assert_bytes(0, "0 bytes");
    assert_bytes(1, "1 byte");
    assert_bytes(2, "2 bytes");
    assert_bytes(10239, "10239 bytes");
    assert_bytes(10240, "10 KiB");
    assert_bytes(14643, "14.3 KiB");
}

static void bytes_round_to_the_next_unit(void **state)
{
    (void)state;
    assert_bytes(1024 * 1024, "1 MiB");
    assert_bytes(1024 * 1024 - 1, "1 MiB");
    assert_bytes(INT64_C(3) << 29, "1.5 GiB");
    assert_bytes(INT64_MAX, "8 EiB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_three_digits),
        cmocka_unit_test(durations_have_at_most_two_units),
        cmocka_unit_test(rounding_reaches_the_next_unit),
        cmocka_unit_test(time_may_step_back),
        cmocka_unit_test(ascii_has_no_mu),
        cmocka_unit_test(bytes_are_exact_while_small),
        cmocka_unit_test(bytes_round_to_the_next_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
