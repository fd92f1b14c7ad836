/* What is counted of a side: which FINs are its own, and which numbers it can have sent. */
#include "story.h"

/* RFC 9293 3.10.7.3: in SYN_SENT a segment without SYN or RST is dropped. */
static void a_fin_before_the_syn_of_its_side_closes_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "F.", 5000, 1, 0); /* 2: forged */
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, SERVER, "P.", 1, 1, 10);
    emit(script, CLIENT, ".", 1, 11, 0);
    assert_ends_in(story, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    const HistorySide *server = &story->history.side[SERVER];
    assert_false(server->fin);
    assert_int_equal(story->history.fin_count, 0);
    assert_int_equal(story->history.closer, -1);
    assert_int_equal(server->data_bytes, 10);
    assert_int_equal(server->data_unacked, 0);
}

static void the_fin_that_follows_is_the_first(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "F.", 5000, 1, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, SERVER, "P.", 1, 2, 10);
    emit(script, SERVER, "F.", 11, 2, 0); /* 7 */
    emit(script, CLIENT, ".", 2, 12, 0);
    assert_ends_in(story, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
    const History *history = &story->history;
    assert_int_equal(history->closer, CLIENT);
    assert_int_equal(history->side[SERVER].fin_frame, 7);
    assert_int_equal(history->side[SERVER].fin_seq, 11);
    assert_true(history->side[SERVER].fin_acked);
    assert_int_equal(history->side[SERVER].data_bytes, 10);
    assert_int_equal(history->side[SERVER].after_peer_fin_bytes, 10);
    assert_false(history->fins_crossed);
}

static void a_fin_in_a_syn_closes_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "SF.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    assert_ends_in(story, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    assert_false(story->history.side[SERVER].fin);
    assert_int_equal(story->history.side[SERVER].data_bytes, 0);
}

/* A connection whose SYN the capture misses has its FIN like any other. */
static void without_a_syn_every_fin_counts(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "P.", 1, 1, 5);
    emit(script, SERVER, "F.", 1, 6, 0);
    assert_true(story_tell(story)->side[SERVER].fin);
    assert_int_equal(story->history.closer, SERVER);
}

/* Nothing takes what lies behind a FIN. */
static void what_lies_behind_the_fin_is_no_data(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, CLIENT, "F.", 11, 1, 0);
    emit(script, SERVER, "F.", 1, 12, 0);
    emit(script, CLIENT, ".", 12, 2, 0);
    emit(script, CLIENT, "P.", 13, 2, 100);
    const HistorySide *client = &story_tell(story)->side[CLIENT];
    assert_int_equal(client->data_bytes, 10);
    assert_int_equal(client->data_unacked, 0);
    assert_int_equal(client->after_peer_fin_bytes, 0);
}

/* The server's SYN again: it never had sent what the client seems to acknowledge. */
static void an_acknowledgement_of_what_was_never_sent_is_wild(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 900000, 0);
    wait_ms(script, 1000);
    emit(script, SERVER, "S.", 0, 1, 0);
    const History *history = story_tell(story);
    assert_int_equal(history->side[SERVER].gap_bytes, 0);
    assert_int_equal(history->side[SERVER].data_bytes, 0);
    assert_string_equal(handshake_name(history->handshake), "unfinished");
}

static void an_acknowledgement_that_nothing_contradicts_shows_a_gap(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, ".", 1, 3001, 0);
    emit(script, SERVER, "P.", 3001, 1, 10);
    assert_int_equal(story_tell(story)->side[SERVER].gap_bytes, 3000);
}

/* A SYN that comes again draws an ACK before the handshake is done (RFC 9293 3.10.7.4). */
static void a_bare_ack_of_the_server_completes_no_handshake(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    wait_ms(script, 2000);
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, ".", 1, 1, 0);
    assert_string_equal(handshake_name(story_tell(story)->handshake), "unfinished");
    emit(script, SERVER, "P.", 1, 1, 10);
    assert_string_equal(handshake_name(story_tell(story)->handshake), "full");
}

/* One number that was not captured may be that of a FIN, and is no byte that the capture lost. */
static void an_acknowledged_fin_is_no_gap(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "P.", 1, 1, 10);
    emit(script, CLIENT, ".", 1, 12, 0);
    const HistorySide *server = &story_tell(story)->side[SERVER];
    assert_int_equal(server->gap_bytes, 0);
    assert_int_equal(server->data_bytes, 10);
    assert_int_equal(server->data_unacked, 0);
}

/* A keep-alive has the number of the last byte before it. */
static void a_keepalive_at_the_beginning_is_no_gap(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, ".", 100, 500, 0);
    emit(script, SERVER, ".", 500, 101, 0);
    emit(script, CLIENT, "P.", 101, 500, 20);
    emit(script, SERVER, ".", 500, 121, 0);
    const HistorySide *client = &story_tell(story)->side[CLIENT];
    assert_int_equal(client->gap_bytes, 0);
    assert_int_equal(client->data_bytes, 20);
    assert_int_equal(client->data_unacked, 0);
}

/* A stray segment far ahead leaves a hole that nobody can be said to have lost. */
static void what_was_never_captured_is_not_unacknowledged_data(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    emit(script, CLIENT, "P.", 100011, 1, 10);
    const HistorySide *client = &story_tell(story)->side[CLIENT];
    assert_int_equal(client->missing_bytes, 100000);
    assert_int_equal(client->data_unacked, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(a_fin_before_the_syn_of_its_side_closes_nothing),
        STORY_TEST(the_fin_that_follows_is_the_first),
        STORY_TEST(a_fin_in_a_syn_closes_nothing),
        STORY_TEST(without_a_syn_every_fin_counts),
        STORY_TEST(what_lies_behind_the_fin_is_no_data),
        STORY_TEST(an_acknowledgement_of_what_was_never_sent_is_wild),
        STORY_TEST(an_acknowledgement_that_nothing_contradicts_shows_a_gap),
        STORY_TEST(a_bare_ack_of_the_server_completes_no_handshake),
        STORY_TEST(an_acknowledged_fin_is_no_gap),
        STORY_TEST(a_keepalive_at_the_beginning_is_no_gap),
        STORY_TEST(what_was_never_captured_is_not_unacknowledged_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
