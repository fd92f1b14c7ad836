/* The two state machines: where each side gets to, what frame took it there, and what is only presumed. */
#include "story.h"

/* RFC 9293 3.6, figure 12. */
static void four_way(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);                   /* 1–3 */
    emit(script, CLIENT, "F.", 1, 1, 0); /* 4 */
    emit(script, SERVER, ".", 1, 2, 0);  /* 5 */
    emit(script, SERVER, "F.", 1, 2, 0); /* 6 */
    emit(script, CLIENT, ".", 2, 2, 0);  /* 7 */
    assert_ends_in(story, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
    assert_way(story, CLIENT, "SYN_SENT@1 ESTABLISHED@2 FIN_WAIT_1@4 FIN_WAIT_2@5 TIME_WAIT@6");
    assert_way(story, SERVER, "SYN_RECEIVED@2 ESTABLISHED@3 CLOSE_WAIT@4 LAST_ACK@6 ?CLOSED@7");
    assert_int_equal(story->history.closer, CLIENT);
    assert_false(story->history.fins_crossed);
}

static void three_segments(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "F.", 1, 1, 0); /* 4 */
    emit(script, CLIENT, "F.", 1, 2, 0); /* 5 */
    emit(script, SERVER, ".", 2, 2, 0);  /* 6 */
    assert_ends_in(story, TCP_STATE_CLOSED, TCP_STATE_TIME_WAIT);
    assert_way(story, CLIENT, "SYN_SENT@1 ESTABLISHED@2 CLOSE_WAIT@4 LAST_ACK@5 ?CLOSED@6");
    assert_int_equal(story->history.closer, SERVER);
}

/* RFC 9293 3.6, figure 13: both FINs are under way before either arrives. */
static void simultaneous_close(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0); /* 4 */
    emit(script, SERVER, "F.", 1, 1, 0); /* 5 */
    emit(script, CLIENT, ".", 2, 2, 0);  /* 6 */
    emit(script, SERVER, ".", 2, 2, 0);  /* 7 */
    assert_ends_in(story, TCP_STATE_TIME_WAIT, TCP_STATE_TIME_WAIT);
    assert_way(story, CLIENT, "SYN_SENT@1 ESTABLISHED@2 FIN_WAIT_1@4 CLOSING@5 ?TIME_WAIT@7");
    assert_true(story->history.fins_crossed);
}

/* RFC 9293 3.5, figure 8. */
static void simultaneous_open(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S", 0, 0, 0);
    emit(script, CLIENT, "S.", 0, 1, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, "P.", 1, 1, 5);
    emit(script, SERVER, ".", 1, 6, 0);
    assert_ends_in(story, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
    assert_int_equal(story->history.handshake, HANDSHAKE_SIMULTANEOUS);
}

static void a_refused_syn(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    story->script.isn[SERVER] = 0; /* RFC 9293 3.5.2: SEQ 0 */
    emit(&story->script, SERVER, "R.", 0, 1, 0);
    assert_ends_in(story, TCP_STATE_CLOSED, TCP_STATE_CLOSED);
    assert_way(story, CLIENT, "SYN_SENT@1 ?CLOSED@2");
    assert_int_equal(story->history.handshake, HANDSHAKE_SYN_ONLY);
}

static void a_half_closed_server_goes_on(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, SERVER, "P.", 1, 2, 100);
    emit(script, CLIENT, ".", 2, 101, 0);
    assert_ends_in(story, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT);
    assert_int_equal(story->history.side[SERVER].after_peer_fin_bytes, 100);
}

/* The FIN passed the capture point, but what the server sends later does not acknowledge it: not yet there.
 */
static void a_fin_on_its_way(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, SERVER, "P.", 1, 1, 100); /* 5 */
    assert_way(story, SERVER, "SYN_RECEIVED@2 ESTABLISHED@3 ?CLOSE_WAIT@4");
    emit(script, SERVER, "F.", 101, 1, 0); /* 6: it still has not */
    emit(script, CLIENT, ".", 2, 102, 0);  /* 7 */
    emit(script, SERVER, ".", 102, 2, 0);  /* 8 */
    assert_way(story, SERVER, "SYN_RECEIVED@2 ESTABLISHED@3 FIN_WAIT_1@6 CLOSING@4 TIME_WAIT@7");
    assert_true(story->history.fins_crossed);
}

static void a_fin_sent_again_changes_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    for (unsigned i = 0; i < 4; i++) {
        emit(script, CLIENT, "F.", 1, 1, 0);
        wait_ms(script, 200 << i);
    }
    assert_ends_in(story, TCP_STATE_FIN_WAIT_1, TCP_STATE_ESTABLISHED);
    assert_way(story, CLIENT, "SYN_SENT@1 ESTABLISHED@2 FIN_WAIT_1@4");
    const History *history = &story->history;
    assert_int_equal(history->fin_count, 4);
    assert_false(history->fins[0].retransmission);
    assert_true(history->fins[3].retransmission);
    assert_int_equal(history->fins[3].ack_frame, 0);
    assert_int_equal(history->side[CLIENT].fins, 4);
    assert_false(history->side[CLIENT].fin_acked);
}

/* The first copy was lost: the acknowledgement belongs to both, the transition to the one that arrived. */
static void a_fin_that_arrives_at_the_second_attempt(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0); /* 4 */
    wait_ms(script, 200);
    emit(script, CLIENT, "F.", 1, 1, 0); /* 5 */
    emit(script, SERVER, ".", 1, 2, 0);  /* 6 */
    assert_ends_in(story, TCP_STATE_FIN_WAIT_2, TCP_STATE_CLOSE_WAIT);
    assert_way(story, SERVER, "SYN_RECEIVED@2 ESTABLISHED@3 CLOSE_WAIT@5");
    assert_int_equal(story->history.side[CLIENT].fin_frame, 4);
    assert_int_equal(story->history.side[CLIENT].fin_ack_frame, 6);
}

static void an_abort_closes_both(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    emit(script, SERVER, "R.", 1, 11, 0); /* 6 */
    assert_ends_in(story, TCP_STATE_CLOSED, TCP_STATE_CLOSED);
    assert_way(story, SERVER, "SYN_RECEIVED@2 ESTABLISHED@3 CLOSED@6");
    assert_way(story, CLIENT, "SYN_SENT@1 ESTABLISHED@2 ?CLOSED@6");
}

/* Where the capture starts later, both were open if each is seen to send data or its first FIN. */
static void midstream_with_data_of_both(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "P.", 500, 700, 10);
    emit(script, SERVER, "P.", 700, 510, 10);
    emit(script, CLIENT, "F.", 510, 710, 0); /* 3 */
    assert_way(story, CLIENT, "FIN_WAIT_1@3");
    assert_ends_in(story, TCP_STATE_FIN_WAIT_1, TCP_STATE_CLOSE_WAIT);
    assert_true(story->history.roles_guessed);
    assert_int_equal(story->history.handshake, HANDSHAKE_NONE);
}

static void midstream_with_acks_alone(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, ".", 500, 700, 0);
    emit(script, SERVER, ".", 700, 500, 0);
    assert_ends_in(story, TCP_STATE_UNKNOWN, TCP_STATE_UNKNOWN);
    assert_int_equal(story->history.transition_count, 0);
}

static void the_numbers_may_wrap_in_the_middle_of_it(void **state)
{
    for (uint32_t before = 0; before < 8; before++) {
        Story *story = *state;
        Script *script = &story->script;
        script->client_port++;
        script->isn[CLIENT] = UINT32_MAX - before;
        script->isn[SERVER] = UINT32_MAX - before / 2;
        handshake(script);
        emit(script, CLIENT, "P.", 1, 1, 2);
        emit(script, SERVER, ".", 1, 3, 0);
        emit(script, CLIENT, "F.", 3, 1, 0);
        emit(script, SERVER, ".", 1, 4, 0);
        emit(script, SERVER, "F.", 1, 4, 0);
        emit(script, CLIENT, ".", 4, 2, 0);
        assert_ends_in(story, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
        assert_int_equal(story->history.closer, CLIENT);
        assert_int_equal(story->history.side[CLIENT].data_acked, 2);
    }
}

/* Each pair of FIN and ACK swapped at the capture point: the numbers tell what came first. */
static void numbers_win_over_order(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, SERVER, "F.", 1, 2, 0); /* sent after the ACK below, whose number is lower */
    emit(script, SERVER, ".", 1, 2, 0);
    emit(script, CLIENT, ".", 2, 2, 0);
    assert_ends_in(story, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
    assert_int_equal(story->history.closer, CLIENT);
}

static void the_fin_that_acknowledges_the_other_is_the_second(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "F.", 1, 2, 0);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, CLIENT, ".", 2, 2, 0);
    story_tell(story);
    assert_int_equal(story->history.closer, CLIENT);
    assert_false(story->history.fins_crossed);
}

/* What its side sent after the FIN was captured before the first copy of it. */
static void a_fin_whose_first_copy_was_lost(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "P.", 1, 1, 10);
    emit(script, CLIENT, ".", 2, 11, 0);
    emit(script, CLIENT, "F.", 1, 11, 0);
    emit(script, SERVER, "F.", 11, 2, 0);
    story_tell(story);
    assert_true(story->history.side[CLIENT].fin_first_lost);
    assert_false(story->history.side[SERVER].fin_first_lost);
}

/* The SYN is so far below the FIN that, taken for itself, its number might also lie above. */
static void a_fin_after_three_gigabytes_is_the_first(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1000000000, 1, 1000);
    emit(script, CLIENT, "P.", 2000000000, 1, 1000);
    emit(script, CLIENT, "P.", 3000000000, 1, 1000);
    emit(script, CLIENT, "F.", 3000001000, 1, 0);
    story_tell(story);
    assert_true(story->history.side[CLIENT].fin);
    assert_false(story->history.side[CLIENT].fin_first_lost);
}

static void copies_of_a_mirror_port_change_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    mirror(script);
    emit(script, SERVER, "S.", 0, 1, 0);
    mirror(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    mirror(script);
    emit(script, SERVER, "F.", 1, 2, 0);
    mirror(script);
    emit(script, CLIENT, ".", 2, 2, 0);
    mirror(script);
    assert_ends_in(story, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
    assert_int_equal(story->history.fin_count, 2);
    assert_int_equal(story->history.side[CLIENT].duplicates, 3);
}

/* RFC 7413: the SYN-ACK acknowledges what came with the SYN. */
static void data_in_the_syn_may_be_acknowledged(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 100);
    emit(&story->script, SERVER, "S.", 0, 101, 0);
    assert_way(story, CLIENT, "SYN_SENT@1 ?ESTABLISHED@2");
    emit(&story->script, CLIENT, ".", 101, 1, 0);
    assert_ends_in(story, TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(four_way),
        STORY_TEST(three_segments),
        STORY_TEST(simultaneous_close),
        STORY_TEST(simultaneous_open),
        STORY_TEST(a_refused_syn),
        STORY_TEST(a_half_closed_server_goes_on),
        STORY_TEST(a_fin_on_its_way),
        STORY_TEST(a_fin_sent_again_changes_nothing),
        STORY_TEST(a_fin_that_arrives_at_the_second_attempt),
        STORY_TEST(an_abort_closes_both),
        STORY_TEST(midstream_with_data_of_both),
        STORY_TEST(midstream_with_acks_alone),
        STORY_TEST(the_numbers_may_wrap_in_the_middle_of_it),
        STORY_TEST(numbers_win_over_order),
        STORY_TEST(the_fin_that_acknowledges_the_other_is_the_second),
        STORY_TEST(a_fin_whose_first_copy_was_lost),
        STORY_TEST(a_fin_after_three_gigabytes_is_the_first),
        STORY_TEST(copies_of_a_mirror_port_change_nothing),
        STORY_TEST(data_in_the_syn_may_be_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
