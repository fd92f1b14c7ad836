/* The table itself: growth, and a capture made to collide. */
#include <string.h>

#include "script.h"

#define MANY 1000000u

static void put_address(uint8_t *out, uint32_t value)
{
    memset(out, 0, 16);
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static Segment syn_between(uint32_t source, uint32_t destination, uint16_t source_port)
{
    Segment segment = {.flags = TCP_SYN, .ip_version = 4, .frame = 1, .source_port = source_port};
    segment.destination_port = 443;
    put_address(segment.source, source);
    put_address(segment.destination, destination);
    return segment;
}

/* Random-looking, the same each time. */
static uint32_t scramble(uint32_t value)
{
    value = (value ^ (value >> 16)) * 0x7feb352du;
    value = (value ^ (value >> 15)) * 0x846ca68bu;
    return value ^ (value >> 16);
}

static Segment random_tuple(uint32_t i)
{
    return syn_between(scramble(i), scramble(i + MANY), (uint16_t)scramble(i * 3 + 1));
}

/* Both addresses and the port step so that their sum, their XOR and all their low bits stay the same: a hash
 * without a key, of the kinds that are usually written, puts all of them into a few slots. */
static Segment colliding_tuple(uint32_t i)
{
    return syn_between(0x0a000000u + (i << 12), 0xc0a80000u - (i << 12), 40000);
}

static FlowTable *fill(Segment (*tuple)(uint32_t), uint32_t count, double *ret_seconds)
{
    FlowTable *table = flow_table_new(1, NULL);
    int64_t begin_us = g_get_monotonic_time();
    for (uint32_t i = 0; i < count; i++) {
        Segment segment = tuple(i);
        flow_table_add(table, &segment);
    }
    *ret_seconds = (double)(g_get_monotonic_time() - begin_us) / 1e6;
    return table;
}

static void collisions_cost_no_more_than_chance(void **state)
{
    (void)state;
    double random_seconds, colliding_seconds;
    FlowTable *table = fill(random_tuple, MANY, &random_seconds);
    assert_int_equal(flow_table_count(table), MANY);
    flow_table_free(table);
    table = fill(colliding_tuple, MANY, &colliding_seconds);
    assert_int_equal(flow_table_count(table), MANY);
    flow_table_free(table);
    /* A quadratic cost would be a thousand times as much; the rest is for a busy host. */
    if (colliding_seconds > 5 * random_seconds + 1)
        fail_msg("%.2f s instead of %.2f s", colliding_seconds, random_seconds);
}

/* The low bits choose the slot: tuples that differ little are spread over them evenly. */
static void low_bits_are_spread(void **state)
{
    (void)state;
    enum { BUCKETS = 1024, EACH = 64 };
    FlowTable *table = flow_table_new(1, NULL);
    static unsigned counts[BUCKETS];
    for (uint32_t i = 0; i < BUCKETS * EACH; i++) {
        Segment segment = colliding_tuple(i);
        counts[tuple_hash(&segment, flow_table_key(table)) % BUCKETS]++;
    }
    for (unsigned i = 0; i < BUCKETS; i++) /* 64 ± 8 is one standard deviation */
        assert_in_range(counts[i], EACH / 4, EACH * 2);
    flow_table_free(table);
}

static void both_directions_hash_alike(void **state)
{
    (void)state;
    FlowTable *table = flow_table_new(7, NULL);
    for (uint32_t i = 0; i < 100; i++) {
        Segment up = random_tuple(i), down = up;
        memcpy(down.source, up.destination, 16);
        memcpy(down.destination, up.source, 16);
        down.source_port = up.destination_port;
        down.destination_port = up.source_port;
        assert_true(tuple_hash(&up, flow_table_key(table)) == tuple_hash(&down, flow_table_key(table)));
        flow_table_add(table, &up);
        flow_table_add(table, &down);
    }
    assert_int_equal(flow_table_count(table), 100);
    flow_table_free(table);
}

static void the_seed_is_a_key(void **state)
{
    (void)state;
    FlowTable *one = flow_table_new(1, NULL), *two = flow_table_new(2, NULL);
    unsigned equal = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        Segment segment = random_tuple(i);
        equal += (uint16_t)tuple_hash(&segment, flow_table_key(one)) ==
                 (uint16_t)tuple_hash(&segment, flow_table_key(two));
    }
    assert_true(equal < 10);
    flow_table_free(one);
    flow_table_free(two);
}

/* How many of the tuples lie in the fullest of `buckets`, a power of two. */
static unsigned fullest_bucket(const FlowTable *table, const uint32_t *tuples, unsigned count,
                               uint32_t buckets)
{
    g_autofree unsigned *filled = g_new0(unsigned, buckets);
    unsigned most = 0;
    for (unsigned i = 0; i < count; i++) {
        Segment segment = random_tuple(tuples[i]);
        unsigned now = ++filled[tuple_hash(&segment, flow_table_key(table)) & (buckets - 1)];
        most = MAX(most, now);
    }
    return most;
}

/* Somebody who knows the seed finds tuples that all fall into one slot, and that is all it is good for: under
 * another seed they lie as any others do. The program's own seed is random and new in each run. */
static void an_attack_on_one_seed_does_not_carry_over(void **state)
{
    (void)state;
    enum { BUCKETS = 4096, COUNT = 2000 };
    FlowTable *known = flow_table_new(1, NULL), *other = flow_table_new(2, NULL);
    uint32_t attack[COUNT], chance[COUNT];
    unsigned found = 0;
    for (uint32_t i = 0; found < COUNT; i++) {
        Segment segment = random_tuple(i);
        if ((tuple_hash(&segment, flow_table_key(known)) & (BUCKETS - 1)) == 0)
            attack[found++] = i;
    }
    for (uint32_t i = 0; i < COUNT; i++)
        chance[i] = i;
    assert_int_equal(fullest_bucket(known, attack, COUNT, BUCKETS), COUNT);
    assert_in_range(fullest_bucket(other, chance, COUNT, BUCKETS), 1, 10);
    assert_in_range(fullest_bucket(other, attack, COUNT, BUCKETS), 1, 10);
    flow_table_free(known);
    flow_table_free(other);
}

/* Each is found again after the table has grown many times, under its number. */
static void connections_keep_their_number_as_it_grows(void **state)
{
    (void)state;
    enum { COUNT = 50000 };
    FlowTable *table = flow_table_new(1, NULL);
    Segment first = random_tuple(0);
    flow_table_add(table, &first);
    for (uint32_t i = 1; i < COUNT; i++) {
        Segment segment = random_tuple(i);
        flow_table_add(table, &segment);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        Segment segment = random_tuple(i);
        const Connection *connection = flow_table_add(table, &segment);
        assert_ptr_equal(connection, flow_table_get(table, i));
    }
    assert_int_equal(flow_table_count(table), COUNT);
    flow_table_free(table);
}

/* One tuple reused again and again: a chain of streams in one slot. */
static void a_tuple_may_be_reused_without_end(void **state)
{
    (void)state;
    enum { TIMES = 100000 };
    FlowTable *table = flow_table_new(1, NULL);
    for (uint32_t i = 0; i < TIMES; i++) {
        Segment segment = syn_between(1, 2, 3);
        segment.seq = i * 7;
        flow_table_add(table, &segment);
    }
    assert_int_equal(flow_table_count(table), TIMES);
    assert_int_equal(flow_table_get(table, TIMES - 1)->previous, TIMES - 2);
    assert_true(flow_table_get(table, 0)->previous == NO_CONNECTION);
    flow_table_free(table);
}

static void an_empty_table_can_be_freed(void **state)
{
    (void)state;
    flow_table_free(flow_table_new(0, NULL));
    flow_table_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(collisions_cost_no_more_than_chance),
        cmocka_unit_test(low_bits_are_spread),
        cmocka_unit_test(both_directions_hash_alike),
        cmocka_unit_test(the_seed_is_a_key),
        cmocka_unit_test(an_attack_on_one_seed_does_not_carry_over),
        cmocka_unit_test(connections_keep_their_number_as_it_grows),
        cmocka_unit_test(a_tuple_may_be_reused_without_end),
        cmocka_unit_test(an_empty_table_can_be_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
