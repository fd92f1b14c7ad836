#include "testing.h"

#include "base/seq.h"

#define TOP UINT32_MAX

static void orders_across_the_wrap(void **state)
{
    (void)state;
    assert_true(seq_lt(TOP, 0));
    assert_true(seq_lt(TOP - 10, 5));
    assert_false(seq_lt(5, TOP - 10));
    assert_int_equal(seq_diff(5, TOP - 10), 16);
    assert_int_equal(seq_diff(TOP - 10, 5), -16);
}

static void equal_is_not_less(void **state)
{
    (void)state;
    assert_false(seq_lt(7, 7));
    assert_true(seq_le(7, 7));
    assert_true(seq_le(TOP, TOP));
}

static void half_the_space_is_the_limit(void **state)
{
    (void)state;
    assert_true(seq_lt(0, 0x7fffffff));
    assert_false(seq_lt(0, 0x80000001));
}

static void unwraps_to_the_nearest(void **state)
{
    (void)state;
    assert_true(seq_unwrap(5, 0) == 5);
    assert_true(seq_unwrap(TOP, 0) == -1);
    assert_true(seq_unwrap(3, TOP) == INT64_C(0x100000003));
    assert_true(seq_unwrap(TOP, INT64_C(0x100000003)) == TOP);
    assert_true(seq_unwrap(0, -1) == 0);
}

/* A long transfer, a step of 1 GiB at a time: always the nearest, so never lost. */
static void follows_a_long_transfer(void **state)
{
    (void)state;
    int64_t at = 1;
    for (unsigned i = 0; i < 100; i++) {
        int64_t next = at + (1 << 30);
        assert_true(seq_unwrap((uint32_t)next, at) == next);
        assert_true(seq_unwrap((uint32_t)at, next) == at);
        at = next;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_across_the_wrap),      cmocka_unit_test(equal_is_not_less),
        cmocka_unit_test(half_the_space_is_the_limit), cmocka_unit_test(unwraps_to_the_nearest),
        cmocka_unit_test(follows_a_long_transfer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
