/* Facts of RSTs: what the answered segment shows, whose they are, and what they clear away. */
#include "findings.h"

static void exchange(Script *script)
{
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, "P.", 1, 11, 20);
    emit(script, CLIENT, ".", 11, 21, 0);
}

/* The client had its answer; only the FIN was still on its way. */
static void the_next_request_crosses_the_fin(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script);
    wait_ms(script, 5000);
    emit(script, SERVER, "F.", 21, 11, 0);
    emit(script, CLIENT, "P.", 11, 21, 10); /* 8 */
    emit(script, SERVER, "R", 21, 0, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "rst.answers.acks_data", true);
    assert_fact(facts, "rst.answers.acks_fin", false);
    assert_fact_frame(facts, "rst.answers.acks_data", 8);
}

/* What it had asked before was not answered yet. */
static void a_request_that_crosses_the_answer(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script);
    emit(script, SERVER, "P.", 21, 11, 20);
    emit(script, SERVER, "F.", 41, 11, 0);
    emit(script, CLIENT, "P.", 11, 21, 10);
    emit(script, SERVER, "R", 21, 0, 0);
    assert_fact(facts_of(story, 0), "rst.answers.acks_data", false);
}

static void without_a_fin_nothing_is_said_of_it(void **state)
{
    Story *story = *state;
    exchange(&story->script);
    emit(&story->script, CLIENT, "P.", 11, 21, 10);
    emit(&story->script, SERVER, "R", 21, 0, 0);
    assert_absent(facts_of(story, 0), "rst.answers.acks_data");
}

static void how_long_its_sender_was_silent(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script); /* frame 5 is the server's last */
    wait_ms(script, 3000);
    emit(script, CLIENT, "P.", 11, 21, 10);
    emit(script, SERVER, "R", 21, 0, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "rst.sender_silent_for", 3003 * MS);
    assert_fact_frame(facts, "rst.sender_silent_for", 5);
}

static void answered_probes(Script *script, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        wait_ms(script, 998);
        emit(script, SERVER, ".", 20, 11, 0);
        emit(script, CLIENT, ".", 11, 21, 0);
    }
}

/* A timer sent it: the answers were captured, and lost farther on. */
static void an_rst_when_the_next_probe_is_due(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script);
    answered_probes(script, 4);
    wait_ms(script, 998);
    emit(script, SERVER, "R.", 21, 11, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "rst.probes_before", 4);
    assert_fact(facts, "resetter.probes.unanswered", 0);
}

static void an_rst_between_probes(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script);
    answered_probes(script, 4);
    wait_ms(script, 300);
    emit(script, SERVER, "R.", 21, 11, 0);
    assert_fact(facts_of(story, 0), "rst.probes_before", 0);
}

/* RFC 9293 3.5.1, figure 10. */
static void an_old_connection_is_cleared_away(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, ".", 700000, 800000, 0); /* 2 */
    emit(script, CLIENT, "R", 800000, 0, 0);      /* 3 */
    wait_ms(script, 1000);
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    FactSet *facts = facts_of_stream(story, 0, 0); /* the SYN after the RST begins another */
    assert_fact(facts, "rst.clears.frame", 3);
    assert_fact(facts, "rst.clears.answers.frame", 2);
    assert_absent(facts, "rst.ignored.frame");
}

/* Bytes between what was captured and an abort's own number: sent, but in no frame. */
static void what_an_aborts_number_shows(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script);
    script->window = 500;
    emit(script, SERVER, ".", 21, 11, 0);
    script->window = 64240;
    emit(script, CLIENT, ".", 11, 21, 0);
    script->window = 500;
    emit(script, SERVER, "R.", 51, 11, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "server.data.bytes", 50);
    assert_fact(facts, "server.missing.bytes", 30);
    assert_unknown(facts, "server.unanswered.bytes", MISSING_SEGMENTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(the_next_request_crosses_the_fin),
        FACT_TEST(a_request_that_crosses_the_answer),
        FACT_TEST(without_a_fin_nothing_is_said_of_it),
        FACT_TEST(how_long_its_sender_was_silent),
        FACT_TEST(an_rst_when_the_next_probe_is_due),
        FACT_TEST(an_rst_between_probes),
        FACT_TEST(an_old_connection_is_cleared_away),
        FACT_TEST(what_an_aborts_number_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
