/* What each RST is, what it answers, and whether it counted. */
#include "story.h"

/* Frame 4: ten bytes of the client, acknowledged in frame 5. */
static void exchange(Script *script)
{
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
}

static void an_abort(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "R.", 1, 11, 0);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
    assert_true(first_reset(story)->effective);
    assert_true(first_reset(story)->exact);
    assert_int_equal(first_reset(story)->state_of_sender, TCP_STATE_ESTABLISHED);
    assert_int_equal(story->history.resetter, SERVER);
    assert_int_equal(story->history.closer, SERVER);
}

static void a_reply_to_a_syn(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    story->script.isn[SERVER] = 0;
    emit(&story->script, SERVER, "R.", 0, 1, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_SYN, 1);
    assert_true(first_reset(story)->effective);
    assert_int_equal(first_reset(story)->delay_ns, MS);
}

/* SEQ 0 on the wire makes the reply: an abort behind a SYN-ACK that was not captured has another. */
static void an_abort_is_no_reply_to_a_syn(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, CLIENT, ".", 1, 1, 0);
    wait_ms(&story->script, 500);
    emit(&story->script, SERVER, "R.", 1, 1, 0);
    assert_int_not_equal(first_reset(story)->answers, RST_ANSWERS_SYN);
}

static void a_reply_to_a_syn_ack(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, SERVER, "S.", 0, 1, 0);
    emit(&story->script, CLIENT, "R", 1, 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_SYN_ACK, 2);
}

static void a_reply_to_data(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    wait_ms(&story->script, 1000);
    emit(&story->script, CLIENT, "P.", 11, 1, 10); /* 6 */
    emit(&story->script, SERVER, "R", 1, 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 6);
    assert_true(first_reset(story)->effective);
}

static void a_reply_to_a_write_after_close(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "F.", 1, 11, 0);  /* 6 */
    emit(&story->script, CLIENT, ".", 11, 2, 0);   /* 7 */
    emit(&story->script, CLIENT, "P.", 11, 2, 10); /* 8 */
    emit(&story->script, SERVER, "R", 2, 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 8);
    assert_int_equal(story->history.closer, SERVER);
    assert_int_equal(story->history.resetter, SERVER);
    assert_int_equal(story->history.side[CLIENT].after_peer_fin_bytes, 10);
}

static void a_reply_to_a_late_fin(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "F.", 1, 11, 0);
    emit(&story->script, CLIENT, ".", 11, 2, 0);
    wait_ms(&story->script, 70000);
    emit(&story->script, CLIENT, "F.", 11, 2, 0); /* 8 */
    emit(&story->script, SERVER, "R", 2, 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_FIN, 8);
}

static void a_reply_to_a_keep_alive(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    wait_ms(&story->script, 7200000);
    emit(&story->script, CLIENT, ".", 10, 1, 0); /* 6 */
    emit(&story->script, SERVER, "R", 1, 0, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_KEEPALIVE, 6);
}

/* lwIP and Windows set ACK on replies too. */
static void a_reply_with_ack(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "F.", 1, 11, 0);
    emit(&story->script, CLIENT, ".", 11, 2, 0);
    emit(&story->script, CLIENT, "P.", 11, 2, 10); /* 8 */
    story->script.window = 0;
    emit(&story->script, SERVER, "R.", 2, 21, 0);
    assert_reset(story, RST_FORM_REPLY, RST_ANSWERS_DATA, 8);
}

/* One abort, then a reply to each segment still in flight: the abort is the end. */
static void the_first_that_counts_is_the_end(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "R.", 1, 11, 0);   /* 6 */
    emit(&story->script, CLIENT, "P.", 11, 1, 100); /* 7 */
    emit(&story->script, SERVER, "R", 1, 0, 0);
    emit(&story->script, CLIENT, "P.", 111, 1, 100); /* 9 */
    emit(&story->script, SERVER, "R", 1, 0, 0);
    const History *history = story_tell(story);
    assert_int_equal(history->reset_count, 3);
    assert_int_equal(history->first_reset, 0);
    assert_int_equal(history->resets[0].form, RST_FORM_ABORT);
    assert_int_equal(history->resets[1].answers_frame, 7);
    assert_int_equal(history->resets[2].answers_frame, 9);
}

/* A stray RST after a perfect close: the last RST is not the ending. */
static void after_a_graceful_close_none_counts(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, CLIENT, "F.", 11, 1, 0);
    emit(&story->script, SERVER, "F.", 1, 12, 0);
    emit(&story->script, CLIENT, ".", 12, 2, 0);
    emit(&story->script, SERVER, "R", 2, 0, 0);
    const History *history = story_tell(story);
    assert_int_equal(history->reset_count, 1);
    assert_int_equal(history->first_reset, -1);
    assert_int_equal(history->resetter, -1);
}

static void out_of_window_it_does_not_count(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "R", UINT32_C(0x70000000), 0, 0);
    wait_ms(&story->script, 1000);
    emit(&story->script, CLIENT, "P.", 11, 1, 10);
    emit(&story->script, SERVER, ".", 1, 21, 0);
    const ResetRecord *reset = first_reset(story);
    assert_int_equal(reset->form, RST_FORM_OTHER);
    assert_false(reset->in_window);
    assert_false(reset->effective);
    assert_int_equal(story->history.first_reset, -1);
    assert_int_equal(story->history.side[SERVER].state, TCP_STATE_ESTABLISHED);
}

/* In the window, but not exact: RFC 5961 answers with a challenge ACK, and all goes on. */
static void a_challenged_one_does_not_count(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "R", 500, 0, 0);
    emit(&story->script, CLIENT, ".", 11, 1, 0);
    wait_ms(&story->script, 1000);
    emit(&story->script, CLIENT, "P.", 11, 1, 10);
    emit(&story->script, SERVER, ".", 1, 21, 0);
    const ResetRecord *reset = first_reset(story);
    assert_true(reset->in_window);
    assert_false(reset->exact);
    assert_false(reset->effective);
}

static void a_forged_one_differs_and_its_sender_goes_on(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script);
    script->ttl[SERVER] = 57;
    script->options = 0;
    script->ip_id = 30000;
    emit(script, SERVER, "R.", 1, 11, 0); /* 6 */
    script->ttl[SERVER] = 64;
    script->options = OPTION_TIMESTAMPS;
    script->ip_id = 110;
    wait_ms(script, 500);
    emit(script, SERVER, "P.", 1, 11, 50);
    const ResetRecord *reset = first_reset(story);
    assert_true(reset->ttl_differs);
    assert_true(reset->timestamps_missing);
    assert_true(reset->ip_id_differs);
    assert_true(reset->sender_goes_on);
    assert_false(reset->ends_sender);
}

static void its_own_differs_in_nothing(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "R.", 1, 11, 0);
    const ResetRecord *reset = first_reset(story);
    assert_false(reset->ttl_differs || reset->timestamps_missing || reset->ip_id_differs);
    assert_false(reset->sender_goes_on);
    assert_true(reset->ends_sender);
}

static void both_may_abort_at_once(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, SERVER, "R.", 1, 11, 0);
    emit(&story->script, CLIENT, "R.", 11, 1, 0);
    const History *history = story_tell(story);
    assert_int_equal(history->resets[0].form, RST_FORM_ABORT);
    assert_int_equal(history->resets[1].form, RST_FORM_ABORT);
    assert_true(history->resets[0].ends_sender && history->resets[1].ends_sender);
}

static void numbers_may_wrap(void **state)
{
    Story *story = *state;
    story->script.isn[CLIENT] = UINT32_MAX - 5;
    story->script.isn[SERVER] = UINT32_MAX;
    exchange(&story->script);
    emit(&story->script, SERVER, "R.", 1, 11, 0);
    assert_reset(story, RST_FORM_ABORT, RST_ANSWERS_NOTHING, 0);
    assert_true(first_reset(story)->exact);
}

/* Its ACK does not even cover the SYN: what was acknowledged never becomes less than nothing. */
static void one_that_acknowledges_nothing(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, SERVER, "P", 0, 0, 0);
    emit(&story->script, CLIENT, "SR.", 1, 0, 20); /* a SYN-ACK of sorts: numbers count from it anew */
    emit(&story->script, CLIENT, ".", 1, 0, 0);
    emit(&story->script, SERVER, "R.", 0, 1, 0);
    const HistorySide *client = &story_tell(story)->side[CLIENT];
    assert_int_equal(client->data_acked, 0);
    assert_int_equal(client->data_unacked, client->data_bytes);
}

static void a_thousand_leave_a_bounded_record(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    for (uint32_t i = 0; i < 1000; i++) {
        emit(&story->script, CLIENT, "P.", 11 + i, 1, 1);
        emit(&story->script, SERVER, "R", 1, 0, 0);
    }
    const History *history = story_tell(story);
    assert_true(history->reset_count <= EVENTS_MAX);
    assert_int_equal(history->side[SERVER].resets, 1000);
    assert_int_equal(history->first_reset, 0);
    assert_int_equal(history->resets[0].frame, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_TEST(an_abort),
        STORY_TEST(a_reply_to_a_syn),
        STORY_TEST(an_abort_is_no_reply_to_a_syn),
        STORY_TEST(a_reply_to_a_syn_ack),
        STORY_TEST(a_reply_to_data),
        STORY_TEST(a_reply_to_a_write_after_close),
        STORY_TEST(a_reply_to_a_late_fin),
        STORY_TEST(a_reply_to_a_keep_alive),
        STORY_TEST(a_reply_with_ack),
        STORY_TEST(the_first_that_counts_is_the_end),
        STORY_TEST(after_a_graceful_close_none_counts),
        STORY_TEST(out_of_window_it_does_not_count),
        STORY_TEST(a_challenged_one_does_not_count),
        STORY_TEST(a_forged_one_differs_and_its_sender_goes_on),
        STORY_TEST(its_own_differs_in_nothing),
        STORY_TEST(both_may_abort_at_once),
        STORY_TEST(numbers_may_wrap),
        STORY_TEST(one_that_acknowledges_nothing),
        STORY_TEST(a_thousand_leave_a_bounded_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
