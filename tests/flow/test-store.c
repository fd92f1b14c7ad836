/* Freezing connections and waking them up again must leave no trace, nor must the lane they were filed in. */
#include <stdlib.h>
#include <string.h>

#include "flow/frozen.h"
#include "flow/lanes.h"
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

static ConnectionRecord first, second; /* compared */

/* Whether they are live, and in which block, is all that may differ. */
static void assert_equal(void)
{
    first.connection.traits &= (uint8_t)~CONNECTION_READY;
    second.connection.traits &= (uint8_t)~CONNECTION_READY;
    first.connection.event_block = second.connection.event_block = 0;
    first.connection.event_class = second.connection.event_class = 0;
    first.connection.hole_block = !!first.connection.hole_block;
    second.connection.hole_block = !!second.connection.hole_block;
    assert_memory_equal(&first.connection, &second.connection, sizeof first.connection);
    assert_memory_equal(first.events, second.events, first.connection.event_count * sizeof(Event));
}

static void assert_equal_records(const FlowTable *one, const FlowTable *two, uint32_t stream)
{
    flow_table_read(one, stream, &first);
    flow_table_read(two, stream, &second);
    assert_equal();
}

static void add_parcel(FlowTable *table, const Segment *segment)
{
    Parcel parcel;
    parcel_fill(&parcel, segment, tuple_hash(segment, flow_table_key(table)));
    flow_table_add_parcel(table, &parcel, flow_table_look_ahead(table, &parcel));
}

/* A table that keeps four connections ready, and tracks segments as late as it can, sees the same as one that
 * never freezes any and tracks each at once. */
static void a_table_with_no_room_sees_the_same(void **state)
{
    (void)state;
    enum { CONNECTIONS = 200, SEGMENTS = 40000 };
    FlowTable *roomy = flow_table_new(1, NULL), *narrow = flow_table_new(2, NULL);
    flow_table_set_live_max(narrow, 4);
    int64_t now_ns = INT64_C(1700000000000000000);
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        now_ns += (int64_t)random_odd(36) - (i % 50 == 0 ? 1000000 : 0);
        Segment segment = random_segment(CONNECTIONS, i + 1, now_ns);
        flow_table_add(roomy, &segment);
        add_parcel(narrow, &segment);
    }
    assert_int_equal(flow_table_count(roomy), flow_table_count(narrow));
    flow_table_finish(narrow);
    for (uint32_t stream = 0; stream < flow_table_count(roomy); stream++)
        assert_equal_records(roomy, narrow, stream);
    flow_table_free(roomy);
    flow_table_free(narrow);
}

/* A TLS alert that cannot be read, as notes.h wants to see it. */
static const uint8_t alert[] = {0x15, 3, 3, 0, 26, 1, 2, 3};

static void file_in(Lanes *lanes, const Segment *segment)
{
    const uint8_t *payload = segment->length == 31 ? alert : NULL;
    lanes_file(lanes, segment, &payload, 1);
}

static const FlowTable *find_in(const Lanes *lanes, uint32_t stream, ConnectionRecord *ret_record)
{
    uint32_t index;
    unsigned lane = lanes_find(lanes, stream, &index);
    const FlowTable *table = lanes_table(lanes, lane);
    assert_int_equal(lanes_stream(lanes, lane, index), stream);
    flow_table_read(table, index, ret_record);
    ret_record->connection.previous = lanes_stream(lanes, lane, ret_record->connection.previous);
    return table;
}

static void assert_equal_notes(const FlowTable *one, const FlowTable *two)
{
    const Note *left = flow_table_first_note(one, &first.connection),
               *right = flow_table_first_note(two, &second.connection);
    for (; left && right; left = flow_table_next_note(one, left), right = flow_table_next_note(two, right)) {
        assert_int_equal(left->frame, right->frame);
        assert_int_equal(left->kept, right->kept);
        assert_memory_equal(left->bytes, right->bytes, left->kept);
    }
    assert_true(left == right);
    first.connection.notes = second.connection.notes = 0;
}

static void lanes_number_as_one(uint32_t segments)
{
    enum { CONNECTIONS = 500 };
    Lanes *one = lanes_new(1, false), *two = lanes_new(2, true);
    unsigned seen_notes = 0;
    for (uint32_t i = 0; i < segments; i++) {
        Segment segment = random_segment(CONNECTIONS, i + 1, INT64_C(1700000000000000000) + i * 1000);
        if (i % 7 == 0)
            segment.length = 31;
        segment.captured_length = segment.length == 31 ? sizeof alert : 0;
        file_in(one, &segment);
        file_in(two, &segment);
    }
    lanes_finish(one);
    lanes_finish(two);
    assert_int_equal(lanes_width(one), 1);
    assert_true(lanes_width(two) > 2);
    assert_int_equal(lanes_count(one), lanes_count(two));
    for (uint32_t stream = 0; stream < lanes_count(one); stream++) {
        const FlowTable *left = find_in(one, stream, &first), *right = find_in(two, stream, &second);
        seen_notes += first.connection.notes != 0;
        assert_equal_notes(left, right);
        assert_equal();
    }
    assert_true(seen_notes || segments < 100);
    lanes_free(one);
    lanes_free(two);
}

/* With less than a tray, with some, and with more than there are trays. */
static void many_lanes_are_as_one(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 1, 30, 255, 256, 257, 1000, 5000, 40000};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        lanes_number_as_one(lengths[i]);
}

/* Whatever happens to a capture, the thread ends. */
static void lanes_can_be_left(void **state)
{
    (void)state;
    Lanes *lanes = lanes_new(1, true);
    for (uint32_t i = 0; i < 3000; i++) {
        Segment segment = random_segment(100, i + 1, i);
        file_in(lanes, &segment);
    }
    lanes_free(lanes);
}

/* Whatever bytes a connection and its events are made of. */
static void any_bytes_come_back(void **state)
{
    (void)state;
    static uint8_t bytes[FROZEN_BYTES_MAX + FROZEN_PADDING];
    static EventBlock block, thawed;
    for (unsigned round = 0; round < 20000; round++) {
        Connection connection, back;
        uint64_t *words = (uint64_t *)(void *)&connection;
        for (unsigned i = 0; i < sizeof connection / 8; i++)
            words[i] = random_number() % 3 ? random_odd(64) : 0;
        connection.event_count = (uint8_t)(random_number() % (EVENTS_MAX + 1));
        connection.event_block = connection.event_class = 0;
        connection.traits |= CONNECTION_BEYOND;
        connection.traits &= (uint8_t)~CONNECTION_READY;
        words = (uint64_t *)(void *)&block;
        for (unsigned i = 0; i < sizeof block / 8; i++)
            words[i] = random_odd(64);
        size_t length = freeze(&connection, block.events, bytes);
        assert_true(length <= FROZEN_BYTES_MAX);
        assert_int_equal(thaw(bytes, &back, &thawed), length);
        assert_memory_equal(&connection, &back, sizeof connection);
        assert_memory_equal(block.events, thawed.events, connection.event_count * sizeof(Event));
        if (connection.traits & CONNECTION_THINNED)
            assert_memory_equal(&block.exchange, &thawed.exchange, sizeof(Exchange));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_with_no_room_sees_the_same),
        cmocka_unit_test(many_lanes_are_as_one),
        cmocka_unit_test(lanes_can_be_left),
        cmocka_unit_test(any_bytes_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
