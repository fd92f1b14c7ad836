/* When a fact is known, unknown, or absent. */
#include "findings.h"

static void a_fin_that_was_captured(void **state)
{
    Story *story = *state;
    handshake(&story->script);
    emit(&story->script, CLIENT, "F.", 1, 1, 0); /* 4 */
    emit(&story->script, SERVER, ".", 1, 2, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.fin.seen", true);
    assert_fact_frame(facts, "client.fin.seen", 4);
    assert_fact(facts, "client.fin.frame", 4);
    assert_fact(facts, "client.fin.acked", true);
    assert_fact(facts, "client.fin.ack_frame", 5);
    assert_fact(facts, "closer", CLIENT);
    assert_fact(facts, "closer.fin.frame", 4);
    assert_fact(facts, "peer.port", 80);
    assert_fact(facts, "server.fin.seen", false);
    assert_absent(facts, "server.fin.frame");
    assert_absent(facts, "server.fin.time");
}

static void a_role_that_nobody_plays_is_absent(void **state)
{
    Story *story = *state;
    handshake(&story->script);
    FactSet *facts = facts_of(story, 0);
    assert_absent(facts, "closer");
    assert_absent(facts, "peer.fin.frame");
    assert_absent(facts, "resetter");
    assert_absent(facts, "resetter.data.bytes");
    assert_absent(facts, "stalled.stall.repeats");
}

static void without_an_rst_its_facts_are_absent(void **state)
{
    Story *story = *state;
    handshake(&story->script);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "rst.seen", false);
    assert_fact(facts, "rst.count", 0);
    assert_absent(facts, "rst.time");
    assert_absent(facts, "rst.form");
    assert_absent(facts, "rst.answers");
    assert_absent(facts, "rst.delay");
    assert_absent(facts, "rst.exact");
}

/* A side of which nothing was captured may have sent anything. */
static void of_a_dark_side_nothing_is_known(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, CLIENT, "F.", 1, 1, 0);
    FactSet *facts = facts_of(story, 5000);
    assert_unknown(facts, "server.fin.seen", MISSING_SERVER_SIDE);
    assert_unknown(facts, "server.fin.frame", MISSING_SERVER_SIDE);
    assert_unknown(facts, "client.fin.acked", MISSING_SERVER_SIDE);
    assert_unknown(facts, "server.data.bytes", MISSING_SERVER_SIDE);
    assert_fact(facts, "client.fin.seen", true);
    assert_fact(facts, "capture.one_sided", true);
}

/* But what the other side acknowledges was sent. */
static void acknowledged_bytes_of_a_dark_side_are_known(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, CLIENT, ".", 1, 1, 0);
    emit(&story->script, CLIENT, ".", 1, 501, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "server.data.bytes", 500);
    assert_fact(facts, "server.gap.bytes", 500);
}

static void an_unanswered_syn_is_not_one_sided(void **state)
{
    Story *story = *state;
    for (unsigned i = 0; i < 3; i++) {
        emit(&story->script, CLIENT, "S", 0, 0, 0);
        wait_ms(&story->script, 1000 << i);
    }
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "capture.one_sided", false);
    assert_fact_is(facts, "conn.handshake", "syn-only");
    assert_fact(facts, "client.syn.count", 3);
    assert_fact(facts, "server.data.bytes", 0);
}

/* The other side acknowledges one number more than was captured: that may have been a FIN. */
static void an_acknowledged_number_that_was_not_captured_may_be_a_fin(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 12, 0);
    FactSet *facts = facts_of(story, 0);
    assert_unknown(facts, "client.fin.seen", MISSING_SEGMENTS);
    assert_fact(facts, "server.fin.seen", false);
}

/* The same where its sender goes on behind the missing number with pure ACKs. */
static void a_missing_number_below_a_pure_ack_may_be_a_fin(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "F.", 1, 1, 0);
    emit(script, SERVER, ".", 2, 2, 0);
    emit(script, CLIENT, ".", 2, 2, 0); /* the client's FIN, number 1, is missing */
    FactSet *facts = facts_of(story, 0);
    assert_unknown(facts, "client.fin.seen", MISSING_SEGMENTS);
}

static void before_the_capture_anything_may_have_been(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, ".", 500, 700, 0);
    emit(script, SERVER, "F.", 700, 500, 0);
    emit(script, CLIENT, ".", 500, 701, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "conn.started_before_capture", true);
    assert_unknown(facts, "client.fin.seen", MISSING_HANDSHAKE);
    assert_fact(facts, "server.fin.seen", true);
    assert_unknown(facts, "client.syn.frame", MISSING_HANDSHAKE);
}

/* After its FIN a side sends no data: where data are captured, no FIN came before them. */
static void data_after_a_late_start_show_that_no_fin_came_before(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "P.", 500, 700, 10);
    emit(script, SERVER, "F.", 700, 510, 0);
    emit(script, CLIENT, ".", 510, 701, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.fin.seen", false);
}

static void windows_without_the_handshake_are_unknown(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "P.", 500, 700, 10);
    emit(script, SERVER, ".", 700, 510, 0);
    FactSet *facts = facts_of(story, 0);
    assert_unknown(facts, "server.window.last", MISSING_HANDSHAKE);
    assert_unknown(facts, "server.window.shrink", MISSING_HANDSHAKE);
    script->window = 0;
    emit(script, SERVER, ".", 700, 510, 0); /* zero is zero at every scale */
    facts = facts_of(story, 1500);
    assert_fact(facts, "server.window.last", 0);
    assert_fact(facts, "server.window.zero_for", 1500 * MS);
}

static void giving_up_takes_time(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    wait_ms(script, 199);
    emit(script, CLIENT, "P.", 1, 1, 10);
    wait_ms(script, 399);
    emit(script, CLIENT, "P.", 1, 1, 10);
    FactSet *facts = facts_of(story, 500);
    assert_fact(facts, "stalled", CLIENT);
    assert_fact(facts, "stalled.stall.repeats", 2);
    assert_unknown(facts, "stalled.stall.gave_up", MISSING_END); /* the next is due after 800 ms */
    facts = facts_of(story, 2000);
    assert_fact(facts, "stalled.stall.gave_up", true);
}

static void an_abort_and_what_it_leaves(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, ".", 1, 101, 0);
    emit(script, SERVER, "R.", 1, 101, 0); /* 6 */
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "rst.seen", true);
    assert_fact_frame(facts, "rst.seen", 6);
    assert_fact_is(facts, "rst.form", "abort");
    assert_fact_is(facts, "rst.answers", "nothing");
    assert_absent(facts, "rst.answers.frame");
    assert_absent(facts, "rst.delay");
    assert_fact(facts, "resetter", SERVER);
    assert_fact(facts, "resetter.unanswered.bytes", 100);
    assert_fact(facts, "rst.in_flight", 0);
    assert_fact_is(facts, "close.first", "rst");
    assert_absent(facts, "close.half_closed_for");
}

static void a_half_close_lasts_to_the_end_of_the_capture(void **state)
{
    Story *story = *state;
    handshake(&story->script);
    emit(&story->script, CLIENT, "F.", 1, 1, 0);
    emit(&story->script, SERVER, ".", 1, 2, 0);
    FactSet *facts = facts_of(story, 60000);
    assert_fact(facts, "close.half_closed_for", 60001 * MS);
    assert_fact(facts, "server.wait.close_wait", 60001 * MS);
    assert_fact(facts, "client.wait.fin_wait_2", 60000 * MS);
    assert_fact(facts, "conn.silence", 60000 * MS);
    assert_absent(facts, "close.crossed");
}

static void one_set_serves_many_connections(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "R.", 1, 1, 0);
    script->client_port++;
    handshake(script);
    FactSet *facts = facts_of_stream(story, 0, 0);
    assert_fact(facts, "rst.seen", true);
    assert_fact_is(facts, "client.endpoint", "10.0.0.1:40000");
    facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "rst.seen", false);
    assert_fact_is(facts, "client.endpoint", "10.0.0.1:40001");
    assert_absent(facts, "resetter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(a_fin_that_was_captured),
        FACT_TEST(a_role_that_nobody_plays_is_absent),
        FACT_TEST(without_an_rst_its_facts_are_absent),
        FACT_TEST(of_a_dark_side_nothing_is_known),
        FACT_TEST(acknowledged_bytes_of_a_dark_side_are_known),
        FACT_TEST(an_unanswered_syn_is_not_one_sided),
        FACT_TEST(an_acknowledged_number_that_was_not_captured_may_be_a_fin),
        FACT_TEST(a_missing_number_below_a_pure_ack_may_be_a_fin),
        FACT_TEST(before_the_capture_anything_may_have_been),
        FACT_TEST(data_after_a_late_start_show_that_no_fin_came_before),
        FACT_TEST(windows_without_the_handshake_are_unknown),
        FACT_TEST(giving_up_takes_time),
        FACT_TEST(an_abort_and_what_it_leaves),
        FACT_TEST(a_half_close_lasts_to_the_end_of_the_capture),
        FACT_TEST(one_set_serves_many_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
