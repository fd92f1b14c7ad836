/* What each segment turns out to be: new, repeated, missing, a probe, a copy. */
#include "script.h"

#define NEAR_WRAP (UINT32_MAX - 20)

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

static const Sequence *sequence_of(const Script *script, Side side)
{
    return &script->connection->sequence[script_end(script, side)];
}

static const EndCounts *counts_of(const Script *script, Side side)
{
    return &script->connection->counts[script_end(script, side)];
}

static int64_t missing(const Script *script, Side side, int64_t below)
{
    return flow_table_missing_below(script->table, script->connection, script_end(script, side), below);
}

static void numbers_count_from_the_syn(void **state)
{
    Script *script = *state;
    handshake(script);
    assert_int_equal(emit(script, CLIENT, "P.", 1, 1, 100), 0);
    assert_int_equal(sequence_of(script, CLIENT)->next, 101);
    emit(script, SERVER, ".", 1, 101, 0);
    assert_int_equal(sequence_of(script, CLIENT)->acked, 101);
    emit(script, CLIENT, "F.", 101, 1, 0);
    assert_int_equal(sequence_of(script, CLIENT)->next, 102);
    assert_int_equal(script->connection->counts[script_end(script, CLIENT)].fin, 101);
}

static void without_the_syn_the_first_byte_seen_is_1(void **state)
{
    Script *script = *state;
    emit(script, CLIENT, "P.", 77777, 1, 10);
    assert_int_equal(sequence_of(script, CLIENT)->next, 11);
    emit(script, SERVER, ".", 1, 77787, 0);
    assert_int_equal(sequence_of(script, CLIENT)->acked, 11);
}

static void numbers_wrap_round(void **state)
{
    Script *script = *state;
    script->isn[CLIENT] = NEAR_WRAP;
    script->isn[SERVER] = UINT32_MAX;
    handshake(script);
    assert_int_equal(emit(script, CLIENT, "P.", 1, 1, 100), 0);
    assert_int_equal(emit(script, SERVER, "P.", 1, 101, 50), 0);
    assert_int_equal(emit(script, CLIENT, "F.", 101, 51, 0), 0);
    assert_int_equal(emit(script, SERVER, ".", 51, 102, 0), 0);
    assert_int_equal(sequence_of(script, CLIENT)->next, 102);
    assert_int_equal(sequence_of(script, CLIENT)->acked, 102);
    assert_int_equal(sequence_of(script, SERVER)->acked, 51);
    assert_int_equal(emit(script, CLIENT, "P.", 51, 51, 50), EVENT_RETRANSMISSION);
}

/* More than 4 GiB in one direction: relative numbers are 64 bits wide. */
static void a_long_transfer_wraps_more_than_once(void **state)
{
    Script *script = *state;
    handshake(script);
    uint32_t step = 1 << 29;
    for (uint32_t i = 0; i < 20; i++) {
        assert_int_equal(emit(script, CLIENT, ".", 1 + i * step, 1, step), 0);
        emit(script, SERVER, ".", 1, 1 + (i + 1) * step, 0);
    }
    assert_true(sequence_of(script, CLIENT)->next == 1 + INT64_C(20) * step);
    assert_true(sequence_of(script, CLIENT)->acked == sequence_of(script, CLIENT)->next);
    assert_int_equal(emit(script, CLIENT, "P.", 1 + 19 * step, 1, 100), EVENT_RETRANSMISSION);
}

static void repetitions_are_told_apart(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    wait_ms(script, 500);
    assert_int_equal(emit(script, CLIENT, "P.", 1, 1, 100), EVENT_RETRANSMISSION);
    assert_int_equal(emit(script, CLIENT, "P.", 51, 1, 20), EVENT_RETRANSMISSION);
    assert_int_equal(emit(script, CLIENT, "P.", 51, 1, 100), EVENT_PARTLY_NEW);
    assert_int_equal(sequence_of(script, CLIENT)->next, 151);
    assert_int_equal(counts_of(script, CLIENT)->retransmissions, 2);
}

static void a_fin_sent_again_is_a_retransmission(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    wait_ms(script, 500);
    assert_int_equal(emit(script, CLIENT, "F.", 1, 1, 0), EVENT_RETRANSMISSION);
    assert_int_equal(counts_of(script, CLIENT)->fins, 2);
    assert_int_equal(sequence_of(script, CLIENT)->next, 2);
}

static void holes_open_and_are_filled(void **state)
{
    Script *script = *state;
    handshake(script);
    assert_int_equal(emit(script, CLIENT, "P.", 101, 1, 100), EVENT_AFTER_GAP);
    assert_int_equal(emit(script, CLIENT, "P.", 301, 1, 100), EVENT_AFTER_GAP);
    assert_int_equal(missing(script, CLIENT, INT64_MAX), 200);
    assert_int_equal(missing(script, CLIENT, 150), 100);
    assert_int_equal(emit(script, CLIENT, "P.", 51, 1, 50), EVENT_FILLS_HOLE);
    assert_int_equal(missing(script, CLIENT, INT64_MAX), 150);
    assert_int_equal(emit(script, CLIENT, "P.", 1, 1, 400), EVENT_FILLS_HOLE);
    assert_int_equal(missing(script, CLIENT, INT64_MAX), 0);
    assert_int_equal(script->connection->hole_block, 0);
    assert_int_equal(counts_of(script, CLIENT)->retransmissions, 0);
}

static void a_hole_may_be_split(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "P.", 301, 1, 10);
    assert_int_equal(emit(script, CLIENT, "P.", 101, 1, 100), EVENT_FILLS_HOLE);
    assert_int_equal(missing(script, CLIENT, INT64_MAX), 200);
    assert_int_equal(missing(script, CLIENT, 101), 100);
    assert_int_equal(emit(script, CLIENT, "P.", 101, 1, 100), EVENT_RETRANSMISSION);
}

/* Every other byte is missing: what can be remembered is bounded, what is missing is still counted. */
static void holes_are_bounded(void **state)
{
    Script *script = *state;
    handshake(script);
    for (uint32_t i = 0; i < 1000; i++)
        emit(script, CLIENT, "P.", 2 + 2 * i, 1, 1);
    assert_int_equal(missing(script, CLIENT, INT64_MAX), 1000);
    assert_true(script->connection->known[script_end(script, CLIENT)] & KNOWN_OVERFLOW);
}

static void keep_alives_are_no_retransmissions(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    wait_ms(script, 7200000);
    assert_int_equal(emit(script, CLIENT, ".", 10, 1, 0), EVENT_KEEPALIVE);
    emit(script, SERVER, ".", 1, 11, 0);
    assert_int_equal(emit(script, CLIENT, ".", 10, 1, 1), EVENT_KEEPALIVE); /* with a garbage byte */
    assert_int_equal(counts_of(script, CLIENT)->keepalives, 2);
    assert_int_equal(counts_of(script, CLIENT)->retransmissions, 0);
}

static void a_byte_sent_again_unacknowledged_is_no_keep_alive(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 1);
    wait_ms(script, 300);
    assert_int_equal(emit(script, CLIENT, "P.", 1, 1, 1), EVENT_RETRANSMISSION);
}

static void against_a_zero_window_it_is_a_window_probe(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    script->window = 0;
    emit(script, SERVER, ".", 1, 11, 0);
    script->window = 500;
    wait_ms(script, 300);
    assert_int_equal(emit(script, CLIENT, ".", 10, 1, 0), EVENT_WINDOW_PROBE);
}

static void a_mirror_port_shows_packets_twice(void **state)
{
    Script *script = *state;
    handshake(script);
    assert_true(mirror(script));
    emit(script, CLIENT, "P.", 1, 1, 10);
    assert_true(mirror(script));
    emit(script, CLIENT, "F.", 11, 1, 0);
    assert_true(mirror(script));
    assert_int_equal(counts_of(script, CLIENT)->duplicates, 3);
    assert_int_equal(counts_of(script, CLIENT)->fins, 1);
    assert_int_equal(counts_of(script, CLIENT)->retransmissions, 0);
}

/* Copies of what opens or closes are kept, marked; of the rest nothing is. */
static void copies_are_not_kept(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    mirror(script);
    assert_int_equal(script->connection->event_count, 4);
    emit(script, CLIENT, "F.", 11, 1, 0);
    mirror(script);
    assert_int_equal(script->connection->event_count, 6);
    const Event *events = flow_table_events(script->table, script->connection);
    assert_true(events[5].marks & EVENT_DUPLICATE);
}

/* Without an IP id (IPv6) only time tells: what takes numbers is never sent again so fast, an ACK may be. */
static void without_an_ip_id_only_time_tells(void **state)
{
    Script *script = *state;
    script->ip_id = 0;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    assert_true(mirror(script));
    wait_ms(script, 200);
    assert_int_equal(emit(script, CLIENT, "P.", 1, 1, 10), EVENT_RETRANSMISSION);
    emit(script, SERVER, ".", 1, 11, 0);
    assert_false(mirror(script));
}

static void acknowledged_before_captured(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, SERVER, ".", 1, 101, 0);
    assert_int_equal(sequence_of(script, CLIENT)->acked_beyond, 101);
    emit(script, CLIENT, "P.", 1, 1, 100);
    assert_int_equal(sequence_of(script, CLIENT)->acked, 101);
    assert_int_equal(sequence_of(script, CLIENT)->acked_beyond, 0);
}

static void a_far_jump_is_not_believed(void **state)
{
    Script *script = *state;
    handshake(script);
    assert_int_equal(emit(script, CLIENT, "P.", UINT32_C(0x7fff0000), 1, 10) & EVENT_WILD, EVENT_WILD);
    assert_int_equal(sequence_of(script, CLIENT)->next, 1);
    assert_int_equal(emit(script, CLIENT, "P.", 1, 1, 10), 0);
}

static void an_rst_moves_no_numbers(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "R.", 500, 1, 20);
    assert_int_equal(sequence_of(script, CLIENT)->next, 1);
    assert_int_equal(counts_of(script, CLIENT)->resets, 1);
    assert_int_equal(counts_of(script, CLIENT)->first_data_frame, 0);
}

static void bytes_beyond_the_fin_are_marked(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    assert_int_equal(emit(script, CLIENT, "P.", 2, 1, 10) & EVENT_BEYOND_FIN, EVENT_BEYOND_FIN);
}

static void an_old_ack_is_marked(void **state)
{
    Script *script = *state;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, ".", 1, 101, 0);
    assert_int_equal(emit(script, SERVER, ".", 1, 51, 0), EVENT_OLD_ACK);
    assert_int_equal(sequence_of(script, CLIENT)->acked, 101);
}

static void windows_scale_where_both_syns_offer_it(void **state)
{
    Script *script = *state;
    script->options |= OPTION_WSCALE;
    script->window = 100;
    handshake(script);
    assert_int_equal(sequence_of(script, CLIENT)->window, 100 << 7);
    assert_int_equal(sequence_of(script, SERVER)->window, 100); /* that of a SYN is never scaled */
}

static void windows_do_not_scale_where_one_does_not(void **state)
{
    Script *script = *state;
    script->window = 100;
    emit(script, CLIENT, "S", 0, 0, 0);
    script->options |= OPTION_WSCALE;
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    assert_int_equal(sequence_of(script, CLIENT)->window, 100);
}

/* As a file that was put together of two that overlap: SYNs and data, minutes apart in the file. */
static void the_same_packets_once_more_are_copies(void **state)
{
    Script *script = *state;
    Segment all[6];
    emit(script, CLIENT, "S", 0, 0, 0);
    all[0] = script->last;
    emit(script, SERVER, "S.", 0, 1, 0);
    all[1] = script->last;
    emit(script, CLIENT, ".", 1, 1, 0);
    all[2] = script->last;
    emit(script, CLIENT, "P.", 1, 1, 10);
    all[3] = script->last;
    emit(script, SERVER, ".", 1, 11, 0);
    all[4] = script->last;
    emit(script, SERVER, "P.", 1, 11, 20);
    all[5] = script->last;
    for (unsigned i = 0; i < G_N_ELEMENTS(all); i++)
        flow_table_add(script->table, &all[i]);
    const Connection *connection = script->connection;
    assert_int_equal(flow_table_count(script->table), 1);
    assert_int_equal(connection->counts[0].duplicates, 3);
    assert_int_equal(connection->counts[1].duplicates, 3);
    assert_int_equal(connection->counts[0].retransmissions, 0);
    assert_int_equal(connection->counts[1].retransmissions, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(numbers_count_from_the_syn),
        TEST(without_the_syn_the_first_byte_seen_is_1),
        TEST(numbers_wrap_round),
        TEST(a_long_transfer_wraps_more_than_once),
        TEST(repetitions_are_told_apart),
        TEST(a_fin_sent_again_is_a_retransmission),
        TEST(holes_open_and_are_filled),
        TEST(a_hole_may_be_split),
        TEST(holes_are_bounded),
        TEST(keep_alives_are_no_retransmissions),
        TEST(a_byte_sent_again_unacknowledged_is_no_keep_alive),
        TEST(against_a_zero_window_it_is_a_window_probe),
        TEST(a_mirror_port_shows_packets_twice),
        TEST(copies_are_not_kept),
        TEST(without_an_ip_id_only_time_tells),
        TEST(acknowledged_before_captured),
        TEST(a_far_jump_is_not_believed),
        TEST(an_rst_moves_no_numbers),
        TEST(bytes_beyond_the_fin_are_marked),
        TEST(an_old_ack_is_marked),
        TEST(windows_scale_where_both_syns_offer_it),
        TEST(the_same_packets_once_more_are_copies),
        TEST(windows_do_not_scale_where_one_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
