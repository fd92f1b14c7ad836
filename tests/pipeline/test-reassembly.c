/* The bytes of one direction, in order: what comes twice, early, or never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "pipeline/reassembly.h"

static void take(const uint8_t *bytes, size_t length, void *context)
{
    g_string_append_len(context, (const char *)bytes, (gssize)length);
}

static int begin(void **state)
{
    GString *out = g_string_new(NULL);
    *state = out;
    return 0;
}

static int end(void **state)
{
    g_string_free(*state, TRUE);
    return 0;
}

static void add(Reassembly *reassembly, uint32_t seq, const char *text)
{
    uint32_t length = (uint32_t)strlen(text);
    reassembly_add(reassembly, seq, false, length, (const uint8_t *)text, length);
}

static void assert_out(const GString *out, const char *expected, size_t length)
{
    assert_int_equal(out->len, length);
    assert_memory_equal(out->str, expected, length);
}

static void the_first_copy_wins(void **state)
{
    GString *out = *state;
    Reassembly *reassembly = reassembly_new(take, out);
    reassembly_add(reassembly, 0, true, 0, NULL, 0);
    add(reassembly, 1, "abc");
    add(reassembly, 1, "xyz");
    add(reassembly, 2, "XYde");
    assert_out(out, "abcde", 5);
    reassembly_free(reassembly);
}

static void early_bytes_wait(void **state)
{
    GString *out = *state;
    Reassembly *reassembly = reassembly_new(take, out);
    add(reassembly, 1, "ab");
    add(reassembly, 7, "gh");
    add(reassembly, 5, "efX");
    add(reassembly, 5, "EF");
    assert_out(out, "ab", 2);
    add(reassembly, 3, "cd");
    assert_out(out, "abcdefXh", 8);
    reassembly_free(reassembly);
}

static void a_gap_is_marked_when_it_is_acknowledged(void **state)
{
    GString *out = *state;
    Reassembly *reassembly = reassembly_new(take, out);
    add(reassembly, 1, "ab");
    add(reassembly, 13, "cd");
    reassembly_acknowledge(reassembly, 13); /* nothing beyond the gap */
    assert_out(out, "ab", 2);
    reassembly_acknowledge(reassembly, 15);
    static const char expected[] = "ab[10 bytes missing in capture file]\0cd";
    assert_out(out, expected, sizeof expected - 1);
    reassembly_free(reassembly);
}

static void bytes_that_were_cut_off_count(void **state)
{
    GString *out = *state;
    Reassembly *reassembly = reassembly_new(take, out);
    reassembly_add(reassembly, 1, false, 10, (const uint8_t *)"abcd", 4);
    add(reassembly, 11, "e");
    assert_out(out, "abcde", 5);
    reassembly_free(reassembly);
}

static void numbers_wrap(void **state)
{
    GString *out = *state;
    Reassembly *reassembly = reassembly_new(take, out);
    add(reassembly, UINT32_MAX - 1, "abcd");
    add(reassembly, 4, "gh");
    add(reassembly, 2, "ef");
    assert_out(out, "abcdefgh", 8);
    reassembly_free(reassembly);
}

static void what_waits_is_bounded(void **state)
{
    GString *out = *state;
    Reassembly *reassembly = reassembly_new(take, out);
    enum { SEGMENT = 1 << 20 };
    g_autofree uint8_t *bytes = g_malloc0(SEGMENT);
    add(reassembly, 1, "a");
    for (uint32_t i = 0; i < REASSEMBLY_WAITING_MAX / SEGMENT + 1; i++)
        reassembly_add(reassembly, 10 + i * SEGMENT, false, SEGMENT, bytes, SEGMENT);
    assert_true(out->len > REASSEMBLY_WAITING_MAX);
    assert_memory_equal(out->str, "a[8 bytes missing in capture file]", 34);
    reassembly_free(reassembly);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_copy_wins, begin, end),
        cmocka_unit_test_setup_teardown(early_bytes_wait, begin, end),
        cmocka_unit_test_setup_teardown(a_gap_is_marked_when_it_is_acknowledged, begin, end),
        cmocka_unit_test_setup_teardown(bytes_that_were_cut_off_count, begin, end),
        cmocka_unit_test_setup_teardown(numbers_wrap, begin, end),
        cmocka_unit_test_setup_teardown(what_waits_is_bounded, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
