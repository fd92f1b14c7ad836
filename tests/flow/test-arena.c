/* The memory of a capture: blocks that do not overlap, used again where they may be, lists that keep what
 * they had. */
#include <glib.h>
#include <string.h>

#include "flow/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* A megabyte on small pages, several regions, and what is too large for one. */
static const size_t lengths[] = {1, 4096, 5000, 65536, 81920, 1 << 20, (1 << 20) + 1, 9 << 20};

enum { ROUNDS = 20, BLOCKS = ROUNDS * G_N_ELEMENTS(lengths) };

static void blocks_lie_apart(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    uint8_t *blocks[BLOCKS];
    for (unsigned i = 0; i < BLOCKS; i++) {
        size_t length = lengths[i % G_N_ELEMENTS(lengths)];
        blocks[i] = arena_take(arena, length);
        assert_int_equal((uintptr_t)blocks[i] % 4096, 0);
        memset(blocks[i], (int)i, length);
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        size_t length = lengths[i % G_N_ELEMENTS(lengths)];
        for (size_t at = 0; at<length; at += length> 8192 ? 4095 : 1)
            assert_int_equal(blocks[i][at], (uint8_t)i);
        assert_int_equal(blocks[i][length - 1], (uint8_t)i);
    }
    arena_free(arena);
}

static void blocks_are_used_again(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    void *small = arena_take(arena, 8192), *other = arena_take(arena, 8192),
         *large = arena_take(arena, 16384), *odd = arena_take(arena, 12288);
    arena_give_back(arena, NULL, 8192);
    arena_give_back(arena, small, 8192);
    arena_give_back(arena, other, 8192);
    arena_give_back(arena, large, 16384);
    arena_give_back(arena, odd, 12288);
    assert_ptr_equal(arena_take(arena, 16384), large);
    assert_ptr_equal(arena_take(arena, 8192), other);
    assert_ptr_equal(arena_take(arena, 8192), small);
    void *fresh = arena_take(arena, 8192);
    assert_true(fresh != small && fresh != other && fresh != large && fresh != odd);
    arena_free(arena);
}

static void lists_keep_what_they_had(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    uint32_t *numbers = NULL, capacity = 0, grown = 0;
    for (uint32_t i = 0; i < 3000000; i++) {
        if (i == capacity) {
            numbers = arena_grow_list(arena, numbers, &capacity, sizeof *numbers);
            assert_true(capacity > i);
            grown++;
        }
        numbers[i] = i;
    }
    for (uint32_t i = 0; i < 3000000; i++)
        assert_int_equal(numbers[i], i);
    assert_true(grown < 12);
    arena_free(arena);
}

static void nothing_is_no_trouble(void **state)
{
    (void)state;
    arena_free(NULL);
    arena_free(arena_new());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_lie_apart),
        cmocka_unit_test(blocks_are_used_again),
        cmocka_unit_test(lists_keep_what_they_had),
        cmocka_unit_test(nothing_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
