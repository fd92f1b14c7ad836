#include "testing.h"

#include "base/cursor.h"

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07};

static void reads_in_network_order(void **state)
{
    (void)state;
    Cursor cursor = cursor_make(bytes, sizeof bytes);
    assert_int_equal(cursor_u8(&cursor), 0x01);
    assert_int_equal(cursor_be16(&cursor), 0x0203);
    assert_int_equal(cursor_be32(&cursor), 0x04050607);
    assert_int_equal(cursor_left(&cursor), 0);
    assert_false(cursor.overrun);
}

static void high_bytes_stay_unsigned(void **state)
{
    (void)state;
    const uint8_t ones[] = {0xff, 0xff, 0xff, 0xff};
    assert_int_equal(be16(ones), 0xffff);
    assert_true(be32(ones) == UINT32_MAX);
}

static void a_read_past_the_end_gives_zero_and_stays(void **state)
{
    (void)state;
    Cursor cursor = cursor_make(bytes, 3);
    assert_int_equal(cursor_be32(&cursor), 0);
    assert_true(cursor.overrun);
    assert_int_equal(cursor_left(&cursor), 3);
    assert_int_equal(cursor_be16(&cursor), 0x0102); /* what is there can still be read */
    assert_true(cursor.overrun);
}

static void takes_and_skips(void **state)
{
    (void)state;
    Cursor cursor = cursor_make(bytes, sizeof bytes);
    assert_true(cursor_skip(&cursor, 2));
    assert_ptr_equal(cursor_take(&cursor, 4), bytes + 2);
    assert_null(cursor_take(&cursor, 2));
    assert_false(cursor_skip(&cursor, SIZE_MAX));
    assert_non_null(cursor_take(&cursor, 1));
    assert_non_null(cursor_take(&cursor, 0)); /* nothing, at the end, is there */
}

static void a_limit_only_shortens(void **state)
{
    (void)state;
    Cursor cursor = cursor_make(bytes, sizeof bytes);
    cursor_limit(&cursor, 100);
    assert_int_equal(cursor_left(&cursor), sizeof bytes);
    cursor_skip(&cursor, 1);
    cursor_limit(&cursor, 2);
    assert_int_equal(cursor_left(&cursor), 2);
    assert_int_equal(cursor_be32(&cursor), 0);
    assert_true(cursor.overrun);
}

static void nothing_at_all(void **state)
{
    (void)state;
    Cursor cursor = cursor_make(bytes, 0);
    assert_int_equal(cursor_u8(&cursor), 0);
    assert_true(cursor.overrun);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_network_order),
        cmocka_unit_test(high_bytes_stay_unsigned),
        cmocka_unit_test(a_read_past_the_end_gives_zero_and_stays),
        cmocka_unit_test(takes_and_skips),
        cmocka_unit_test(a_limit_only_shortens),
        cmocka_unit_test(nothing_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
