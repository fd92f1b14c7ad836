/* A connection keeps a bounded number of events, whatever is sent on it. */
#include <string.h>

#include "script.h"

static int begin(void **state)
{
    Script *script = g_new(Script, 1);
    script_init(script);
    *state = script;
    return 0;
}

static int end(void **state)
{
    script_clear(*state);
    g_free(*state);
    return 0;
}

static const Event *events_of(const Script *script)
{
    return flow_table_events(script->table, script->connection);
}

/* Every segment is an event or counted in a run, and frames go up. */
static void assert_complete(const Script *script)
{
    const Event *events = events_of(script);
    uint64_t segments = 0, frame = 0;
    for (unsigned i = 0; i < script->connection->event_count; i++) {
        bool is_run = events[i].marks & EVENT_RUN;
        uint32_t first = is_run ? events[i].seq : events[i].frame;
        assert_int_equal(first, frame + 1);
        frame = events[i].frame;
        segments += is_run ? events[i].length : 1;
        if (is_run)
            assert_int_equal(events[i].length, events[i].frame - events[i].seq + 1);
    }
    assert_int_equal(segments, script->frame);
}

static void transfer(Script *script, uint32_t segments)
{
    uint32_t at = script->connection->sequence[script_end(script, CLIENT)].next;
    for (uint32_t i = 0; i < segments / 2; i++) {
        emit(script, CLIENT, "P.", at, 1, 100);
        at += 100;
        emit(script, SERVER, ".", 1, at, 0);
    }
}

static void a_short_connection_is_kept_whole(void **state)
{
    Script *script = *state;
    handshake(script);
    transfer(script, 40);
    assert_int_equal(script->connection->event_count, 43);
    for (unsigned i = 0; i < 43; i++)
        assert_int_equal(events_of(script)[i].frame, i + 1);
}

static void a_long_transfer_keeps_its_ends(void **state)
{
    Script *script = *state;
    handshake(script);
    transfer(script, 100000);
    uint32_t next = script->connection->sequence[script_end(script, CLIENT)].next;
    emit(script, CLIENT, "F.", next, 1, 0);
    emit(script, SERVER, "F.", 1, next + 1, 0);
    emit(script, CLIENT, ".", next + 1, 2, 0);
    const Event *events = events_of(script);
    unsigned count = script->connection->event_count;
    assert_true(count <= EVENTS_MAX);
    assert_int_equal(events[0].flags, TCP_SYN);
    assert_int_equal(events[1].flags, TCP_SYN | TCP_ACK);
    assert_int_equal(events[count - 1].frame, script->frame);
    assert_int_equal(events[count - 2].flags, TCP_FIN | TCP_ACK);
    assert_int_equal(events[count - 3].flags, TCP_FIN | TCP_ACK);
    assert_complete(script);
}

static void what_closes_stays_in_the_middle_too(void **state)
{
    Script *script = *state;
    handshake(script);
    transfer(script, 1000);
    emit(script, SERVER, "F.", 1, 50001, 0); /* a half-close, and the upload goes on */
    uint64_t fin_frame = script->frame;
    transfer(script, 1000);
    bool found = false;
    for (unsigned i = 0; i < script->connection->event_count; i++)
        found |= events_of(script)[i].frame == fin_frame && events_of(script)[i].flags & TCP_FIN;
    assert_true(found);
    assert_complete(script);
}

static void a_run_counts_its_segments_with_payload(void **state)
{
    Script *script = *state;
    handshake(script);
    transfer(script, 200);
    uint32_t with_payload = 0, segments = 0;
    for (unsigned i = 0; i < script->connection->event_count; i++) {
        const Event *event = &events_of(script)[i];
        bool is_run = event->marks & EVENT_RUN;
        with_payload += is_run ? event->ack : event->length > 0;
        segments += is_run ? event->length : 1;
    }
    assert_int_equal(with_payload, 100);
    assert_int_equal(segments, 203);
}

/* The last segment of each end before a FIN, and what first acknowledges it, say what it meant. */
static void what_a_fin_meant_stays_with_it(void **state)
{
    Script *script = *state;
    handshake(script);
    transfer(script, 1000);
    emit(script, SERVER, "F.", 1, 50001, 0);
    uint64_t fin = script->frame;
    for (unsigned i = 0; i < 500; i++) /* these crossed it */
        emit(script, CLIENT, "P.", 50001 + i * 100, 1, 100);
    emit(script, CLIENT, "P.", 100001, 2, 100);
    uint64_t ack = script->frame;
    for (unsigned i = 0; i < 500; i++)
        emit(script, CLIENT, "P.", 100101 + i * 100, 2, 100);
    bool has_before[2] = {false, false}, has_ack = false;
    for (unsigned i = 0; i < script->connection->event_count; i++) {
        const Event *event = &events_of(script)[i];
        if (event->marks & EVENT_RUN)
            continue;
        has_before[event_end(event)] |= event->frame == fin - 1 || event->frame == fin - 2;
        has_ack |= event->frame == ack;
    }
    assert_true(has_before[0] && has_before[1] && has_ack);
    assert_complete(script);
}

/* A run goes on for those behind it: numbers beyond 32 bits, what was acknowledged, windows. */
static void a_run_says_what_it_came_to(void **state)
{
    enum { WIDE = 60000, SEGMENTS = 60000 };
    Script *script = *state;
    handshake(script);
    for (uint32_t i = 0; i < SEGMENTS; i++) {
        script->window = i % 2 ? 100 : 300;
        emit(script, CLIENT, ".", 1 + i * WIDE, 1, WIDE);
        emit(script, SERVER, ".", 1, 1 + (i + 1) * WIDE, 0);
    }
    const unsigned client = script_end(script, CLIENT);
    assert_int_equal(script->connection->sequence[client].next, 1 + INT64_C(1) * SEGMENTS * WIDE);
    const Event *run = &events_of(script)[8];
    assert_true(run->marks & EVENT_RUN);
    const EventRun *sums = flow_table_run(script->table, run);
    uint64_t rounds = (run->frame - 3) / 2;
    assert_int_equal(sums->end[client].next, 1 + (int64_t)((run->frame - 2) / 2) * WIDE);
    assert_int_equal(sums->end[!client].received, 1 + (int64_t)rounds * WIDE);
    assert_int_equal(sums->end[client].packets + sums->end[!client].packets, run->length);
    assert_int_equal(sums->end[client].largest_window, 300);
    assert_int_equal(sums->end[client].zero_frame, 0);
}

static void a_storm_of_resets_is_bounded(void **state)
{
    Script *script = *state;
    handshake(script);
    for (unsigned i = 0; i < 10000; i++)
        emit(script, SERVER, "R", 1, 0, 0);
    assert_true(script->connection->event_count <= EVENTS_MAX);
    assert_int_equal(script->connection->counts[script_end(script, SERVER)].resets, 10000);
    assert_int_equal(events_of(script)[3].flags, TCP_RST); /* the first is among those kept */
    assert_int_equal(events_of(script)[3].frame, 4);
    assert_complete(script);
}

static void a_storm_of_syns_is_bounded(void **state)
{
    Script *script = *state;
    for (unsigned i = 0; i < 10000; i++)
        emit(script, CLIENT, "S", 0, 0, 0);
    assert_true(script->connection->event_count <= EVENTS_MAX);
    assert_complete(script);
}

/* Counters of 16 bits saturate. */
static void counters_do_not_wrap(void **state)
{
    Script *script = *state;
    handshake(script);
    for (unsigned i = 0; i < 70000; i++)
        emit(script, CLIENT, "F.", 1, 1, 0);
    const EndCounts *counts = &script->connection->counts[script_end(script, CLIENT)];
    assert_int_equal(counts->fins, UINT16_MAX);
    assert_int_equal(counts->retransmissions, UINT16_MAX);
    assert_int_equal(counts->packets, 70002);
    assert_true(script->connection->event_count <= EVENTS_MAX);
}

/* Many short connections: each gets the smallest block, and those that grow give theirs back. */
static void blocks_are_used_again(void **state)
{
    Script *script = *state;
    for (unsigned i = 0; i < 3000; i++) {
        script->client_port = (uint16_t)(10000 + i);
        handshake(script);
        if (i % 3 == 0)
            transfer(script, 80);
    }
    for (unsigned i = 0; i < 3000; i++) {
        const Connection *connection = flow_table_get(script->table, i);
        const Event *events = flow_table_events(script->table, connection);
        assert_int_equal(connection->port[0], 10000 + i);
        assert_int_equal(events[0].flags, TCP_SYN);
        assert_int_equal(events[0].frame, connection->first_frame);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(a_short_connection_is_kept_whole),
        TEST(a_long_transfer_keeps_its_ends),
        TEST(what_closes_stays_in_the_middle_too),
        TEST(a_run_counts_its_segments_with_payload),
        TEST(what_a_fin_meant_stays_with_it),
        TEST(a_run_says_what_it_came_to),
        TEST(a_storm_of_resets_is_bounded),
        TEST(a_storm_of_syns_is_bounded),
        TEST(counters_do_not_wrap),
        TEST(blocks_are_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
