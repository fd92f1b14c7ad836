/* Stream numbers in ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "flow/connection.h"
#include "verdict/streams.h"

static char *format(const StreamList *list, uint32_t except, unsigned max_ranges)
{
    GString *out = g_string_new(NULL);
    stream_list_format(out, list, except, max_ranges);
    return g_string_free(out, FALSE);
}

static StreamList list_of(const uint32_t *streams, unsigned count)
{
    StreamList list = {0};
    for (unsigned i = 0; i < count; i++)
        stream_list_add(&list, streams[i]);
    return list;
}

static void expect(const StreamList *list, uint32_t except, unsigned max_ranges, const char *expected)
{
    char *text = format(list, except, max_ranges);
    assert_string_equal(text, expected);
    g_free(text);
}

static void ranges_are_joined(void **state)
{
    (void)state;
    static const uint32_t streams[] = {4, 7, 9, 10, 11, 12, 20, 21};
    StreamList list = list_of(streams, G_N_ELEMENTS(streams));
    assert_int_equal(list.count, 8);
    expect(&list, NO_CONNECTION, 12, "4, 7, 9–12, 20, 21");
}

static void one_can_be_left_out(void **state)
{
    (void)state;
    static const uint32_t streams[] = {4, 7, 8, 9, 10, 11};
    StreamList list = list_of(streams, G_N_ELEMENTS(streams));
    expect(&list, 4, 12, "7–11");
    expect(&list, 7, 12, "4, 8–11");
    expect(&list, 9, 12, "4, 7, 8, 10, 11");
    expect(&list, 11, 12, "4, 7–10");
    expect(&list, 0, 12, "4, 7–11");
}

static void long_lists_end_in_an_ellipsis(void **state)
{
    (void)state;
    StreamList list = {0};
    for (uint32_t stream = 0; stream < 20000; stream += 2)
        stream_list_add(&list, stream);
    assert_int_equal(list.count, 10000);
    expect(&list, NO_CONNECTION, 3, "0, 2, 4, …");
    expect(&list, 0, 2, "2, 4, …");
}

static void nothing_is_nothing(void **state)
{
    (void)state;
    StreamList list = {0};
    expect(&list, NO_CONNECTION, 3, "");
    stream_list_add(&list, UINT32_MAX - 1);
    expect(&list, NO_CONNECTION, 3, "4294967294");
    expect(&list, UINT32_MAX - 1, 3, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_joined),
        cmocka_unit_test(one_can_be_left_out),
        cmocka_unit_test(long_lists_end_in_an_ellipsis),
        cmocka_unit_test(nothing_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
