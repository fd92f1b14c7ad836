/* Facts of closing: repetitions in vain and how they end, RSTs of which nothing came. */
#include "findings.h"

/* Sends the same `count` times more, each after twice the time: 200 ms, 400 ms, … Returns the last gap. */
static int64_t repeat_in_vain(Script *script, const char *flags, uint32_t seq, uint32_t length,
                              unsigned count)
{
    int64_t gap_ms = 100;
    for (unsigned i = 0; i < count; i++) {
        gap_ms *= 2;
        wait_ms(script, gap_ms - 1);
        emit(script, CLIENT, flags, seq, 1, length);
    }
    return gap_ms;
}

static void retries_that_end_in_an_rst_gave_up(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    int64_t gap_ms = repeat_in_vain(script, "F.", 1, 0, 5);
    wait_ms(script, 2 * gap_ms - 1);
    emit(script, CLIENT, "R.", 2, 1, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "stalled", CLIENT);
    assert_fact(facts, "stalled.stall.repeats", 5);
    assert_fact(facts, "stalled.stall.gave_up", true);
    assert_fact(facts, "stalled.stall.rst_frame", 10);
}

static void an_rst_before_the_next_is_due_did_not_give_up(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    int64_t gap_ms = repeat_in_vain(script, "F.", 1, 0, 5);
    wait_ms(script, gap_ms / 2);
    emit(script, CLIENT, "R.", 2, 1, 0);
    FactSet *facts = facts_of(story, 100000);
    assert_fact(facts, "stalled.stall.gave_up", false);
}

/* A closed socket answers late data with RST: its FIN may have been repeated on. */
static void an_answer_after_the_fin_is_no_end_of_retries(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    repeat_in_vain(script, "F.", 1, 0, 5);
    wait_ms(script, 100);
    emit(script, SERVER, "P.", 1, 1, 10);
    emit(script, CLIENT, "R", 1, 0, 0);
    assert_fact(facts_of(story, 100000), "stalled.stall.gave_up", false);
}

/* Nothing but an exhausted timer ends a connection without FIN and RST: the answer shows that it did. */
static void an_answer_without_a_fin_before_shows_that_it_gave_up(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    repeat_in_vain(script, "P.", 1, 10, 5);
    wait_ms(script, 100);
    emit(script, SERVER, "P.", 1, 1, 10);
    emit(script, CLIENT, "R", 1, 0, 0);
    assert_fact(facts_of(story, 0), "stalled.stall.gave_up", true);
}

/* Several segments go out again at once: the time between those is no timeout. */
static void segments_repeated_together_count_as_one_attempt_in_time(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, ".", 1, 1, 1000);
    emit(script, CLIENT, "P.", 1001, 1, 1000);
    wait_ms(script, 3000);
    emit(script, CLIENT, ".", 1, 1, 1000);
    emit(script, CLIENT, "P.", 1001, 1, 1000);
    assert_unknown(facts_of(story, 5000), "stalled.stall.gave_up", MISSING_END);
    assert_fact(facts_of(story, 7000), "stalled.stall.gave_up", true);
}

static void an_rst_of_which_nothing_came_is_told(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    emit(script, SERVER, "R.", 7, 11, 0); /* six bytes before it were not captured */
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "rst.seen", false);
    assert_fact(facts, "rst.unproven.frame", 6);
    assert_fact(facts, "rst.unproven.sender", SERVER);
}

static void an_rst_that_somebody_outlived_is_not_unproven(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "R.", 70000, 1, 0);
    wait_ms(script, 1000);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    assert_absent(facts_of(story, 0), "rst.unproven.frame");
}

/* The window had fallen and is back at its largest: all up to there had been read. */
static void a_window_that_is_back_refutes_what_lay_unread(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, "P.", 1, 11, 5000);
    script->window = 5000;
    emit(script, CLIENT, ".", 11, 5001, 0);
    assert_fact(facts_of(story, 0), "client.unanswered.bytes", 5000);
    script->window = UINT16_MAX;
    emit(script, CLIENT, ".", 11, 5001, 0);
    assert_fact(facts_of(story, 0), "client.unanswered.bytes", 0);
    assert_fact(facts_of(story, 0), "client.window.shrink", 0);
    emit(script, SERVER, "P.", 5001, 11, 284);
    script->window = UINT16_MAX - 284;
    emit(script, CLIENT, ".", 11, 5285, 0);
    assert_fact(facts_of(story, 0), "client.unanswered.bytes", 284);
    assert_fact(facts_of(story, 0), "client.window.shrink", 284);
}

/* A window that never falls proves nothing: some stacks have room beyond what they advertise. */
static void a_window_that_never_moved_refutes_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "P.", 1, 1, 100);
    emit(script, CLIENT, ".", 1, 101, 0);
    assert_fact(facts_of(story, 0), "client.unanswered.bytes", 100);
}

static void no_more_lies_unread_than_the_window_has_room_for(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    script->window = 1000;
    handshake(script);
    for (unsigned i = 0; i < 5; i++) {
        emit(script, SERVER, "P.", 1 + i * 1000, 1, 1000);
        emit(script, CLIENT, ".", 1, 1001 + i * 1000, 0);
    }
    assert_fact(facts_of(story, 0), "client.unanswered.bytes", 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(a_window_that_is_back_refutes_what_lay_unread),
        FACT_TEST(a_window_that_never_moved_refutes_nothing),
        FACT_TEST(no_more_lies_unread_than_the_window_has_room_for),
        FACT_TEST(retries_that_end_in_an_rst_gave_up),
        FACT_TEST(an_rst_before_the_next_is_due_did_not_give_up),
        FACT_TEST(an_answer_after_the_fin_is_no_end_of_retries),
        FACT_TEST(an_answer_without_a_fin_before_shows_that_it_gave_up),
        FACT_TEST(segments_repeated_together_count_as_one_attempt_in_time),
        FACT_TEST(an_rst_of_which_nothing_came_is_told),
        FACT_TEST(an_rst_that_somebody_outlived_is_not_unproven),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
