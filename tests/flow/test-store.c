/* Freezing connections and waking them up again must leave no trace. */
#include <stdlib.h>
#include <string.h>

#include "flow/frozen.h"
#include "flow/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static uint64_t random_state = 7;

static uint64_t random_number(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 24;
}

/* Now and then any number at all, most often a small one. */
static uint64_t random_odd(unsigned bits)
{
    uint64_t number = random_number() << 20 ^ random_number();
    return number >> (64 - bits) >> random_number() % bits;
}

static Segment random_segment(uint32_t connections, uint64_t frame, int64_t time_ns)
{
    static const uint8_t flags[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK, TCP_ACK | TCP_PSH, TCP_FIN | TCP_ACK,
                                    TCP_RST, TCP_RST | TCP_ACK, TCP_ACK};
    Segment segment = {.frame = frame, .time_ns = time_ns, .ip_version = 4};
    uint32_t connection = (uint32_t)(random_number() % connections);
    bool is_back = random_number() % 2;
    segment.source[0] = is_back;
    segment.destination[0] = !is_back;
    segment.source_port = is_back ? 80 : (uint16_t)connection;
    segment.destination_port = is_back ? (uint16_t)connection : 80;
    segment.flags = flags[random_number() % sizeof flags];
    segment.seq = (uint32_t)random_odd(32);
    segment.ack = (uint32_t)random_odd(32);
    segment.length = (uint32_t)random_odd(20);
    segment.window = (uint16_t)random_odd(16);
    segment.ip_id = (uint16_t)random_odd(16);
    segment.ttl = 64;
    segment.options = (uint8_t)random_odd(7);
    return segment;
}

static void assert_equal_records(const FlowTable *one, const FlowTable *two, uint32_t stream)
{
    static ConnectionRecord first, second;
    flow_table_read(one, stream, &first);
    flow_table_read(two, stream, &second);
    first.connection.event_block = second.connection.event_block = 0;
    first.connection.event_class = second.connection.event_class = 0;
    first.connection.hole_block = !!first.connection.hole_block;
    second.connection.hole_block = !!second.connection.hole_block;
    assert_memory_equal(&first.connection, &second.connection, sizeof first.connection);
    assert_memory_equal(first.events, second.events, first.connection.event_count * sizeof(Event));
}

/* A table that keeps four connections ready sees the same as one that never freezes any. */
static void a_table_with_no_room_sees_the_same(void **state)
{
    (void)state;
    enum { CONNECTIONS = 200, SEGMENTS = 40000 };
    FlowTable *roomy = flow_table_new(1), *narrow = flow_table_new(2);
    flow_table_set_live_max(narrow, 4);
    int64_t now_ns = INT64_C(1700000000000000000);
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        now_ns += (int64_t)random_odd(36) - (i % 50 == 0 ? 1000000 : 0);
        Segment segment = random_segment(CONNECTIONS, i + 1, now_ns);
        flow_table_add(roomy, &segment);
        flow_table_add(narrow, &segment);
    }
    assert_int_equal(flow_table_count(roomy), flow_table_count(narrow));
    flow_table_finish(narrow);
    for (uint32_t stream = 0; stream < flow_table_count(roomy); stream++)
        assert_equal_records(roomy, narrow, stream);
    flow_table_free(roomy);
    flow_table_free(narrow);
}

/* Whatever bytes a connection and its events are made of. */
static void any_bytes_come_back(void **state)
{
    (void)state;
    static uint8_t bytes[FROZEN_BYTES_MAX + FROZEN_PADDING];
    static Event events[EVENTS_MAX], thawed[EVENTS_MAX];
    for (unsigned round = 0; round < 20000; round++) {
        Connection connection, back;
        uint64_t *words = (uint64_t *)(void *)&connection;
        for (unsigned i = 0; i < sizeof connection / 8; i++)
            words[i] = random_number() % 3 ? random_odd(64) : 0;
        connection.event_count = (uint8_t)(random_number() % (EVENTS_MAX + 1));
        connection.event_block = connection.event_class = 0;
        words = (uint64_t *)(void *)events;
        for (unsigned i = 0; i < sizeof events / 8; i++)
            words[i] = random_odd(64);
        size_t length = freeze(&connection, events, bytes);
        assert_true(length <= FROZEN_BYTES_MAX);
        assert_int_equal(thaw(bytes, &back, thawed), length);
        assert_memory_equal(&connection, &back, sizeof connection);
        assert_memory_equal(events, thawed, connection.event_count * sizeof(Event));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_with_no_room_sees_the_same),
        cmocka_unit_test(any_bytes_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
