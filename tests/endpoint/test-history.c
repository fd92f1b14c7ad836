/* The rest of a history: how it began, round trips, sums, what was repeated in vain. */
#include "story.h"

static void assert_handshake(Story *story, Handshake expected)
{
    assert_string_equal(handshake_name(story_tell(story)->handshake), handshake_name(expected));
}

static void handshakes_by_what_was_captured(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_handshake(story, HANDSHAKE_SYN_ONLY);
    emit(script, SERVER, "S.", 0, 1, 0);
    assert_handshake(story, HANDSHAKE_UNFINISHED);
    emit(script, CLIENT, ".", 1, 1, 0);
    assert_handshake(story, HANDSHAKE_FULL);
}

static void a_handshake_without_its_syn(void **state)
{
    Story *story = *state;
    emit(&story->script, SERVER, "S.", 0, 1, 0);
    emit(&story->script, CLIENT, ".", 1, 1, 0);
    assert_handshake(story, HANDSHAKE_PARTIAL);
    assert_false(story->history.roles_guessed);
    assert_int_equal(story->history.side[CLIENT].port, 40000);
}

static void a_handshake_without_its_syn_ack(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, CLIENT, ".", 1, 1, 0);
    emit(&story->script, SERVER, "P.", 1, 1, 10);
    assert_handshake(story, HANDSHAKE_PARTIAL);
}

static void without_any_syn_the_port_tells(void **state)
{
    Story *story = *state;
    emit(&story->script, SERVER, "P.", 100, 200, 10); /* port 80 speaks first */
    assert_handshake(story, HANDSHAKE_NONE);
    assert_true(story->history.roles_guessed);
    assert_int_equal(story->history.side[SERVER].port, 80);
}

static void near_the_client_the_round_trip_lies_beyond(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    wait_ms(script, 49);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    const History *history = story_tell(story);
    assert_true(history_round_trips(history).ns[SERVER] == 50 * MS);
    assert_true(history_round_trips(history).ns[CLIENT] == 1 * MS);
}

static void near_the_server_the_round_trip_lies_before(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    wait_ms(script, 49);
    emit(script, CLIENT, ".", 1, 1, 0);
    const History *history = story_tell(story);
    assert_true(history_round_trips(history).ns[SERVER] == 1 * MS);
    assert_true(history_round_trips(history).ns[CLIENT] == 50 * MS);
}

static void a_repeated_syn_leaves_the_round_trip_unknown(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    wait_ms(&story->script, 1000);
    handshake(&story->script);
    const History *history = story_tell(story);
    assert_true(history_round_trips(history).ns[SERVER] == -1);
    assert_true(history_round_trips(history).ns[CLIENT] == -1);
}

static void bytes_are_counted_once(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    wait_ms(script, 300);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, CLIENT, "P.", 51, 1, 100);
    emit(script, SERVER, ".", 1, 101, 0);
    emit(script, CLIENT, "F.", 151, 1, 0);
    const HistorySide *client = &story_tell(story)->side[CLIENT];
    assert_int_equal(client->data_bytes, 150);
    assert_int_equal(client->data_acked, 100);
    assert_int_equal(client->data_unacked, 50);
    assert_int_equal(client->gap_bytes, 0);
}

static void what_was_acknowledged_but_not_captured_is_a_gap(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, CLIENT, "P.", 201, 1, 100); /* 101–200 missing, and acknowledged */
    emit(script, SERVER, ".", 1, 301, 0);
    emit(script, CLIENT, "P.", 401, 1, 100); /* 301–400 missing, not acknowledged */
    const HistorySide *client = &story_tell(story)->side[CLIENT];
    assert_int_equal(client->data_bytes, 400); /* nothing tells whether the others were sent */
    assert_int_equal(client->gap_bytes, 100);
    assert_int_equal(client->missing_bytes, 100);
}

static void one_direction_shows_what_the_other_sent(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, CLIENT, ".", 1, 501, 0);
    const History *history = story_tell(story);
    assert_false(history->side[SERVER].sent);
    assert_int_equal(history->side[SERVER].data_bytes, 500);
    assert_int_equal(history->side[SERVER].gap_bytes, 500);
}

static void what_is_repeated_in_vain(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10); /* 4 */
    emit(script, SERVER, ".", 1, 11, 0);
    wait_ms(script, 30000);
    emit(script, CLIENT, "P.", 11, 1, 10); /* 6 */
    for (unsigned i = 0; i < 5; i++) {
        wait_ms(script, 200 << i);
        emit(script, CLIENT, "P.", 11, 1, 10);
    }
    const History *history = story_tell(story);
    const Stall *stall = &history->stall[CLIENT];
    assert_int_equal(history->stalled, CLIENT);
    assert_int_equal(stall->repeats, 5);
    assert_int_equal(stall->first_frame, 6);
    assert_int_equal(stall->last_frame, 11);
    assert_int_equal(stall->bytes, 10);
    assert_true(stall->interval_ns == 3201 * MS);
    assert_true(stall->idle_ns == 30001 * MS);
    assert_false(stall->against_zero_window);
}

static void what_was_answered_after_all_is_no_stall(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    wait_ms(script, 300);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    assert_int_equal(story_tell(story)->stalled, -1);
}

static void who_closes_first_is_the_closer(void **state)
{
    Story *story = *state;
    handshake(&story->script);
    assert_int_equal(story_tell(story)->closer, -1);
    emit(&story->script, SERVER, "F.", 1, 1, 0);
    assert_int_equal(story_tell(story)->closer, SERVER);
    emit(&story->script, CLIENT, "R.", 1, 2, 0);
    assert_int_equal(story_tell(story)->closer, SERVER);
    assert_int_equal(story->history.resetter, CLIENT);
}

/* Stray and forged segments, anything at all, in any order: bounded, and never a crash. */
static void nonsense_stays_bounded(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    static const char *const flags[] = {"S", "S.", "F", "F.", "R", "R.", ".", "P.", "SF", "SR.", "FR.", "U"};
    uint32_t random = 1;
    for (unsigned i = 0; i < 20000; i++) {
        random = random * 1664525 + 1013904223;
        const char *chosen = flags[(random >> 16) % G_N_ELEMENTS(flags)];
        emit(script, random >> 31, chosen, random % 7, random % 5, random % 3);
        const History *history = story_tell(story);
        assert_true(history->row_count <= EVENTS_MAX);
        assert_true(history->transition_count <= HISTORY_TRANSITIONS_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(handshakes_by_what_was_captured),
        STORY_TEST(a_handshake_without_its_syn),
        STORY_TEST(a_handshake_without_its_syn_ack),
        STORY_TEST(without_any_syn_the_port_tells),
        STORY_TEST(near_the_client_the_round_trip_lies_beyond),
        STORY_TEST(near_the_server_the_round_trip_lies_before),
        STORY_TEST(a_repeated_syn_leaves_the_round_trip_unknown),
        STORY_TEST(bytes_are_counted_once),
        STORY_TEST(what_was_acknowledged_but_not_captured_is_a_gap),
        STORY_TEST(one_direction_shows_what_the_other_sent),
        STORY_TEST(what_is_repeated_in_vain),
        STORY_TEST(what_was_answered_after_all_is_no_stall),
        STORY_TEST(who_closes_first_is_the_closer),
        STORY_TEST(nonsense_stays_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
