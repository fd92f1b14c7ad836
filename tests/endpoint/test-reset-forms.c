/* What an RST is, by what its sender knew: as each stack sends it. */
#include "story.h"

enum { OWN_WINDOW = 4380, OTHERS_WINDOW = 63 };

/* With windows of their own: frame 4 is ten bytes of the client, frame 5 acknowledges them. */
static void exchange(Script *script, uint16_t options)
{
    script->options = options;
    script->window = OTHERS_WINDOW;
    emit(script, CLIENT, "S", 0, 0, 0);
    script->window = OWN_WINDOW;
    emit(script, SERVER, "S.", 0, 1, 0);
    script->window = OTHERS_WINDOW;
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, CLIENT, "P.", 1, 1, 10);
    script->window = OWN_WINDOW;
    emit(script, SERVER, ".", 1, 11, 0);
}

/* Frame 6: ten bytes more, which the RST follows. */
static void late_data(Story *story)
{
    wait_ms(&story->script, 1000);
    story->script.window = OTHERS_WINDOW;
    emit(&story->script, CLIENT, "P.", 11, 1, 10);
}

static void reset_from_server(Story *story, const char *flags, uint32_t ack, uint16_t window)
{
    story->script.window = window;
    emit(&story->script, SERVER, flags, 1, ack, 0);
}

/* Windows, pasta and picoTCP: the ACK field is RCV.NXT, its flag is not set. */
static void a_bare_abort_with_its_number(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    story->script.unflagged_ack = story->script.isn[CLIENT] + 11;
    reset_from_server(story, "R", 0, 0);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
    assert_true(story->history.resets[0].effective);
    assert_true(story->history.resets[0].ends_sender);
}

/* The same though a segment came just before. */
static void a_bare_abort_after_data(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    emit(&story->script, CLIENT, ".", 11, 1, 0);
    story->script.unflagged_ack = story->script.isn[CLIENT] + 11;
    reset_from_server(story, "R", 0, 0);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
}

/* RFC 9293 3.10.5 has no ACK; the window of the socket shows that there was one. */
static void a_bare_abort_with_its_window(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    reset_from_server(story, "R", 0, OWN_WINDOW);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
}

static void a_bare_one_without_marks_is_neither(void **state)
{
    Story *story = *state;
    exchange(&story->script, OPTION_TIMESTAMPS);
    wait_ms(&story->script, 5000);
    story->script.options = 0;
    story->script.ip_id = 30000;
    reset_from_server(story, "R", 0, 0);
    assert_reset(story, RST_FORM_OTHER, RST_ANSWERS_NOTHING, 0);
}

/* An RST that crossed data: the ACK is what its socket had received. */
static void an_abort_while_data_is_under_way(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    late_data(story);
    reset_from_server(story, "R.", 11, OWN_WINDOW);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
}

/* FreeRTOS+TCP: ACK = SEG.SEQ, and the window of the segment that it answers. */
static void a_reply_that_echoes_window_and_number(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    late_data(story);
    reset_from_server(story, "R.", 11, OTHERS_WINDOW);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 6);
    assert_int_equal(story->history.side[CLIENT].data_unacked, 10);
}

static void the_same_to_a_fin(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    wait_ms(&story->script, 1000);
    story->script.window = OTHERS_WINDOW;
    emit(&story->script, CLIENT, "F.", 11, 1, 0);
    reset_from_server(story, "R.", 11, OTHERS_WINDOW);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_FIN, 6);
}

/* uIP: ACK = SEG.SEQ + 1 however long the segment is. */
static void a_reply_that_acknowledges_one_byte(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    late_data(story);
    reset_from_server(story, "R.", 12, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 6);
}

/* Windows, to late data: the ACK field has the SEQ. */
static void a_bare_reply_with_its_seq_twice(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    late_data(story);
    story->script.unflagged_ack = story->script.isn[SERVER] + 1;
    reset_from_server(story, "R", 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 6);
}

/* Windows gives up: SEQ is pulled back to the end of what it repeated. */
static void an_abort_at_what_was_repeated(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    emit(&story->script, SERVER, ".", 1, 11, 100);
    emit(&story->script, SERVER, "P.", 101, 11, 50);
    wait_ms(&story->script, 300);
    emit(&story->script, SERVER, ".", 1, 11, 100);
    wait_ms(&story->script, 10000);
    story->script.window = 0;
    emit(&story->script, SERVER, "R.", 101, 11, 0);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
    assert_true(story->history.resets[0].ends_sender);
}

/* Its own window shows that the numbers between were its own, though the capture has missed them. */
static void an_abort_beyond_what_was_captured(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    story->script.window = OWN_WINDOW;
    emit(&story->script, SERVER, "R", 25, 0, 0);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
    assert_true(story->history.resets[0].effective);
}

/* RFC 9293 3.10.7.1: a probe without ACK is answered with SEQ 0 and an ACK that covers it. */
static void a_reply_to_a_fin_scan(void **state)
{
    Story *story = *state;
    story->script.isn[SERVER] = 0;
    emit(&story->script, CLIENT, "FPU", 0, 0, 0);
    emit(&story->script, SERVER, "R.", 0, 1, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_FIN, 1);
}

/* TCP Fast Open: the SYN alone may be acknowledged. */
static void a_refused_syn_with_data(void **state)
{
    Story *story = *state;
    story->script.isn[SERVER] = 0;
    emit(&story->script, CLIENT, "S", 0, 0, 100);
    emit(&story->script, SERVER, "R.", 0, 1, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_SYN, 1);
    assert_true(story->history.resets[0].exact);
}

/* A client whose RST acknowledges the SYN-ACK had connected; one that echoes its number had not. */
static void an_rst_that_acknowledges_the_syn_ack(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, SERVER, "S.", 0, 1, 0);
    emit(&story->script, CLIENT, "R.", 1, 1, 0);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
}

static void an_rst_that_only_echoes_the_syn_ack(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, SERVER, "S.", 0, 1, 0);
    story->script.window = 0;
    emit(&story->script, CLIENT, "R.", 1, 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_SYN_ACK, 2);
}

/* Without a round trip, a pure ACK is answered promptly or not at all. */
static void a_late_one_answers_no_pure_ack(void **state)
{
    Story *story = *state;
    story->script.options = 0;
    story->script.ip_id = 0;
    emit(&story->script, SERVER, "F.", 1, 11, 0);
    emit(&story->script, CLIENT, ".", 11, 2, 0);
    wait_ms(&story->script, 2000);
    emit(&story->script, SERVER, "R", 2, 0, 0);
    assert_reset(story, RST_FORM_OTHER, RST_ANSWERS_NOTHING, 0);
}

/* The round trip has grown to a second since the handshake: what answers frame 8 comes that late. */
static void the_latest_round_trip_counts(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    emit(&story->script, CLIENT, "P.", 11, 1, 10);
    wait_ms(&story->script, 1000);
    emit(&story->script, SERVER, ".", 1, 21, 0);
    story->script.window = OTHERS_WINDOW;
    emit(&story->script, CLIENT, "P.", 21, 1, 10); /* 8 */
    wait_ms(&story->script, 1000);
    reset_from_server(story, "R", 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 8);
}

/* One RST for each of three segments, though the round trip measured last would fit the last of them. */
static void as_many_as_segments_answer_in_order(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script, 0);
    emit(script, SERVER, "F.", 1, 11, 0);  /* 6 */
    emit(script, CLIENT, ".", 11, 2, 0);   /* 7: the ACK of the FIN is taken */
    emit(script, CLIENT, "P.", 11, 2, 10); /* 8 */
    emit(script, CLIENT, "F.", 21, 2, 0);  /* 9 */
    wait_ms(script, 100);
    emit(script, CLIENT, "F.", 21, 2, 0); /* 10 */
    wait_ms(script, 30);
    emit(script, SERVER, "F.", 1, 11, 0);
    emit(script, SERVER, "R", 2, 0, 0);
    emit(script, SERVER, "R", 2, 0, 0);
    wait_ms(script, 100);
    emit(script, SERVER, "R", 2, 0, 0);
    const History *history = story_tell(story);
    assert_int_equal(history->reset_count, 3);
    assert_int_equal(history->resets[0].answers_frame, 8);
    assert_int_equal(history->resets[1].answers_frame, 9);
    assert_int_equal(history->resets[2].answers_frame, 10);
}

/* Linux lets SEQ = RCV.NXT-1 end a connection after a FIN, but no TIME_WAIT. */
static void one_before_the_fin_ends_close_wait_only(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    emit(&story->script, SERVER, "F.", 1, 11, 0);
    emit(&story->script, CLIENT, ".", 11, 2, 0);
    wait_ms(&story->script, 1000);
    emit(&story->script, SERVER, "R", 1, 0, 0);
    assert_true(first_reset(story)->exact);
}

static void one_before_the_fin_does_not_end_time_wait(void **state)
{
    Story *story = *state;
    exchange(&story->script, 0);
    emit(&story->script, CLIENT, "F.", 11, 1, 0);
    emit(&story->script, SERVER, "F.", 1, 12, 0);
    emit(&story->script, CLIENT, ".", 12, 2, 0);
    wait_ms(&story->script, 1000);
    emit(&story->script, SERVER, "R", 1, 0, 0);
    assert_false(first_reset(story)->exact);
    assert_ends_in(story, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(a_bare_abort_with_its_number),
        STORY_TEST(a_bare_abort_after_data),
        STORY_TEST(a_bare_abort_with_its_window),
        STORY_TEST(a_bare_one_without_marks_is_neither),
        STORY_TEST(an_abort_while_data_is_under_way),
        STORY_TEST(a_reply_that_echoes_window_and_number),
        STORY_TEST(the_same_to_a_fin),
        STORY_TEST(a_reply_that_acknowledges_one_byte),
        STORY_TEST(a_bare_reply_with_its_seq_twice),
        STORY_TEST(an_abort_at_what_was_repeated),
        STORY_TEST(an_abort_beyond_what_was_captured),
        STORY_TEST(a_reply_to_a_fin_scan),
        STORY_TEST(a_refused_syn_with_data),
        STORY_TEST(an_rst_that_acknowledges_the_syn_ack),
        STORY_TEST(an_rst_that_only_echoes_the_syn_ack),
        STORY_TEST(a_late_one_answers_no_pure_ack),
        STORY_TEST(the_latest_round_trip_counts),
        STORY_TEST(as_many_as_segments_answer_in_order),
        STORY_TEST(one_before_the_fin_ends_close_wait_only),
        STORY_TEST(one_before_the_fin_does_not_end_time_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
