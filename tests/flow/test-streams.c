/* When a stream begins: Wireshark's rules, those of 4.4 and where they differ those of 4.0. */
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

static void assert_streams(const Script *script, uint32_t count)
{
    assert_int_equal(flow_table_count(script->table), count);
}

static void one_counter_for_both_ip_versions(void **state)
{
    Script *script = *state;
    emit(script, CLIENT, "S", 0, 0, 0);
    Segment segment = segment_of(script, CLIENT, "S", 0, 0, 0);
    segment.ip_version = 6; /* the same bytes */
    flow_table_add(script->table, &segment);
    assert_streams(script, 2);
    assert_int_equal(flow_table_get(script->table, 1)->ip_version, 6);
}

static void the_pair_of_ends_is_unordered(void **state)
{
    Script *script = *state;
    emit(script, SERVER, ".", 1, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, SERVER, ".", 1, 1, 0);
    assert_streams(script, 1);
    assert_int_equal(script->connection->port[0], 80); /* end 0 spoke first */
    assert_int_equal(script->connection->counts[0].packets, 2);
    assert_int_equal(script->connection->counts[1].packets, 1);
}

static void ports_belong_to_their_addresses(void **state)
{
    Script *script = *state;
    emit(script, CLIENT, ".", 1, 1, 0);
    Segment crossed = segment_of(script, CLIENT, ".", 1, 1, 0);
    crossed.source_port = 80;
    crossed.destination_port = script->client_port;
    flow_table_add(script->table, &crossed);
    assert_streams(script, 2);
}

static void an_end_may_talk_to_itself(void **state)
{
    Script *script = *state;
    Segment segment = segment_of(script, CLIENT, "S", 0, 0, 0);
    memcpy(segment.destination, segment.source, sizeof segment.source);
    segment.destination_port = segment.source_port;
    flow_table_add(script->table, &segment);
    flow_table_add(script->table, &segment);
    assert_streams(script, 1);
}

static void a_syn_with_another_number_is_a_new_stream(void **state)
{
    Script *script = *state;
    handshake(script);
    script->isn[CLIENT] = 90000;
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 2);
    assert_int_equal(script->connection->previous, 0);
}

static void late_packets_land_in_the_newest(void **state)
{
    Script *script = *state;
    handshake(script);
    script->isn[CLIENT] = 90000;
    emit(script, CLIENT, "S", 0, 0, 0);
    script->isn[CLIENT] = 1000;
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    assert_streams(script, 2);
    assert_int_equal(script_stream(script), 1);
}

static void a_syn_with_fin_or_rst_counts_as_one(void **state)
{
    Script *script = *state;
    handshake(script);
    script->isn[CLIENT] = 90000;
    emit(script, CLIENT, "SF", 0, 0, 0);
    assert_streams(script, 2);
    script->isn[CLIENT] = 180000;
    emit(script, CLIENT, "SR", 0, 0, 0);
    assert_streams(script, 3);
}

static void the_same_isn_is_new_after_fin_or_rst(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 2);
    emit(script, SERVER, "S.", 0, 1, 0); /* of the new one */
    emit(script, SERVER, "S.", 0, 1, 0);
    assert_streams(script, 2);
    emit(script, CLIENT, "R", 1, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    assert_streams(script, 3);
    assert_int_equal(script->connection->previous, 1);
}

static void a_fin_without_ack_ends_nothing(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "F", 1, 0, 0);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 1);
}

static void what_is_quoted_ends_the_stream_too(void **state)
{
    Script *script = *state;
    handshake(script);
    send_icmp(script, CLIENT, "R", 1, 3, 1);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 2);
}

static void what_is_of_the_stream_before_ends_this_one_too(void **state)
{
    Script *script = *state;
    handshake(script);
    script->isn[CLIENT] = 90000;
    emit(script, CLIENT, "S", 0, 0, 0);
    script->isn[CLIENT] = 1000;
    assert_int_equal(emit(script, SERVER, "F.", 1, 1, 0), EVENT_PREDECESSOR);
    assert_streams(script, 2);
    script->isn[CLIENT] = 90000;
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 3);
}

static void a_run_of_events_keeps_its_end(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, SERVER, "F.", 1, 1, 0);
    for (unsigned i = 0; i < 3 * EVENTS_MAX; i++)
        emit(script, CLIENT, ".", 1 + 10 * i, 2, 10);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 2);
}

static void wireshark_4_0_keeps_the_same_isn_in_the_stream(void **state)
{
    Script *script = *state;
    flow_table_set_numbering(script->table, NUMBERING_4_0);
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, SERVER, "F.", 1, 2, 0);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 1);
    emit(script, SERVER, "R.", 2, 2, 0);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 1);
}

static void data_then_a_syn_just_below_is_one_stream(void **state)
{
    Script *script = *state;
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 1);
    emit(script, CLIENT, "S", 1, 0, 0);
    assert_streams(script, 2);
}

static void the_other_sides_base_comes_from_the_first_ack(void **state)
{
    Script *script = *state;
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, SERVER, "S", 0, 0, 0); /* the number before that which was acknowledged */
    assert_streams(script, 1);
    emit(script, SERVER, "S", 5, 0, 0);
    assert_streams(script, 2);
}

static void a_syn_from_a_side_not_heard_of_stays(void **state)
{
    Script *script = *state;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S", 0, 0, 0); /* a simultaneous open */
    emit(script, CLIENT, "S.", 0, 1, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    assert_streams(script, 1);
}

static void a_syn_from_the_other_side_with_another_number_is_new(void **state)
{
    Script *script = *state;
    handshake(script);
    script->isn[SERVER] = 70000;
    emit(script, SERVER, "S", 0, 0, 0);
    assert_streams(script, 2);
    assert_int_equal(script->connection->port[0], 80);
}

static void a_syn_ack_with_a_new_isn_is_a_new_stream(void **state)
{
    Script *script = *state;
    handshake(script);
    script->isn[SERVER] = 0x40000000;
    emit(script, SERVER, "S.", 0, 1, 0);
    assert_streams(script, 2);
    assert_int_equal(script->connection->port[0], 80);
    script->isn[SERVER] = 5000; /* the old one goes on */
    assert_int_equal(emit(script, CLIENT, ".", 1, 1, 10), EVENT_PREDECESSOR);
    assert_int_equal(emit(script, SERVER, ".", 1, 11, 0), EVENT_PREDECESSOR);
    script->isn[SERVER] = 0x40000000; /* until the new one is taken */
    assert_int_equal(emit(script, CLIENT, ".", 1, 1, 0), 0);
    assert_int_equal(emit(script, SERVER, ".", 1, 1, 10), 0);
    assert_int_equal(emit(script, CLIENT, ".", 1, 11, 10), 0);
    assert_streams(script, 2);
}

static void a_syn_ack_that_comes_again_after_an_rst_takes_all_along(void **state)
{
    Script *script = *state;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, "R", 1, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    assert_streams(script, 2);
    assert_int_equal(emit(script, CLIENT, ".", 1, 1, 10), 0);
    assert_int_equal(emit(script, SERVER, ".", 1, 11, 10), 0);
}

static void in_wireshark_4_0_a_syn_ack_with_a_new_isn_rewrites_the_base(void **state)
{
    Script *script = *state;
    flow_table_set_numbering(script->table, NUMBERING_4_0);
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    uint32_t old_isn = script->isn[SERVER];
    script->isn[SERVER] = 70000;
    emit(script, SERVER, "S.", 0, 1, 0);
    assert_streams(script, 1);
    assert_int_equal(script->connection->sequence[script_end(script, SERVER)].isn, 70000);
    script->isn[SERVER] = old_isn;
    emit(script, SERVER, "S", 0, 0, 0);
    assert_streams(script, 2);
}

static void a_repeated_syn_stays(void **state)
{
    Script *script = *state;
    for (unsigned i = 0; i < 4; i++) {
        emit(script, CLIENT, "S", 0, 0, 0);
        wait_ms(script, 1000);
    }
    assert_streams(script, 1);
}

static void an_icmp_quote_makes_streams_too(void **state)
{
    Script *script = *state;
    send_icmp(script, CLIENT, "S", 0, 3, 3);
    assert_streams(script, 1);
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_streams(script, 1);
    send_icmp(script, CLIENT, "S", 77, 3, 3); /* another number on a known tuple */
    assert_streams(script, 2);
    emit(script, SERVER, "S.", 0, 1, 0); /* follows the newest */
    assert_int_equal(script_stream(script), 1);
}

static void a_brief_quote_tells_of_a_connection_or_of_nothing(void **state)
{
    Script *script = *state;
    Segment quote = segment_of(script, CLIENT, "", 1, 0, 0);
    quote.kind = SEGMENT_ICMP_BRIEF;
    assert_null(flow_table_add(script->table, &quote));
    assert_streams(script, 0);
    handshake(script);
    const Connection *connection = flow_table_add(script->table, &quote);
    assert_ptr_equal(connection, script->connection);
    assert_streams(script, 1);
    assert_int_equal(connection->counts[0].packets, 2);
    const Event *events = flow_table_events(script->table, connection);
    assert_true(events[connection->event_count - 1].marks & EVENT_ICMP);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(one_counter_for_both_ip_versions),
        TEST(the_pair_of_ends_is_unordered),
        TEST(ports_belong_to_their_addresses),
        TEST(an_end_may_talk_to_itself),
        TEST(a_syn_with_another_number_is_a_new_stream),
        TEST(late_packets_land_in_the_newest),
        TEST(a_syn_with_fin_or_rst_counts_as_one),
        TEST(the_same_isn_is_new_after_fin_or_rst),
        TEST(a_fin_without_ack_ends_nothing),
        TEST(what_is_quoted_ends_the_stream_too),
        TEST(what_is_of_the_stream_before_ends_this_one_too),
        TEST(a_run_of_events_keeps_its_end),
        TEST(wireshark_4_0_keeps_the_same_isn_in_the_stream),
        TEST(data_then_a_syn_just_below_is_one_stream),
        TEST(the_other_sides_base_comes_from_the_first_ack),
        TEST(a_syn_from_a_side_not_heard_of_stays),
        TEST(a_syn_from_the_other_side_with_another_number_is_new),
        TEST(a_syn_ack_with_a_new_isn_is_a_new_stream),
        TEST(a_syn_ack_that_comes_again_after_an_rst_takes_all_along),
        TEST(in_wireshark_4_0_a_syn_ack_with_a_new_isn_rewrites_the_base),
        TEST(a_repeated_syn_stays),
        TEST(an_icmp_quote_makes_streams_too),
        TEST(a_brief_quote_tells_of_a_connection_or_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
