/* Who spoke when, and who was waiting for whom. */
#include "findings.h"

static void a_request_without_an_answer_waits(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, "P.", 1, 101, 50);
    emit(script, CLIENT, "P.", 101, 51, 80); /* frame 6 */
    emit(script, SERVER, ".", 51, 181, 0);
    wait_ms(script, 2998);
    emit(script, SERVER, "F.", 51, 181, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.waiting.bytes", 80);
    assert_fact(facts, "client.waiting.frame", 6);
    assert_fact(facts, "client.waiting.for", 3000 * MS);
    assert_fact(facts, "client.waiting.at_close", true);
    assert_fact(facts, "client.message.crosses_close", false);
    assert_fact(facts, "server.waiting.bytes", 0);
    assert_fact(facts, "client.turns", 2);
    assert_fact(facts, "server.answers.count", 1);
    assert_fact(facts, "server.answers.longest", 1 * MS);
    assert_fact_is(facts, "exchange.pattern", "alternating");
    assert_fact(facts, "exchange.first", CLIENT);
    assert_absent(facts, "close.idle");
}

static void an_answered_one_does_not(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, "P.", 1, 101, 50);
    emit(script, CLIENT, ".", 101, 51, 0);
    wait_ms(script, 1997);
    emit(script, SERVER, "F.", 51, 101, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.waiting.bytes", 0);
    assert_absent(facts, "client.waiting.for");
    assert_fact(facts, "close.idle", 1999 * MS);
    assert_absent(facts, "close.goodbye");
}

static void a_request_that_crosses_the_close(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, "P.", 1, 101, 50);
    wait_ms(script, 1999);
    emit(script, CLIENT, "P.", 101, 51, 80);
    emit(script, SERVER, "F.", 51, 101, 0);
    emit(script, SERVER, "R", 51, 0, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.waiting.bytes", 0); /* nothing acknowledged it */
    assert_fact(facts, "client.message.crosses_close", true);
    assert_fact(facts, "close.idle", 2001 * MS);
}

static void a_goodbye_is_no_answer(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, "P.", 1, 101, 50);
    wait_ms(script, 2999);
    emit(script, SERVER, "P.", 51, 101, 40);
    emit(script, SERVER, "F.", 91, 101, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "close.goodbye", 40);
    assert_fact(facts, "close.idle", 3000 * MS);
}

/* At the client the answer comes while it sends on, at the server what it had sent goes on after the answer.
 */
static void an_answer_in_the_middle_of_a_message(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    for (unsigned i = 0; i < 4; i++)
        emit(script, CLIENT, "P.", 1 + i * 1000, 1, 1000);
    emit(script, SERVER, "P.", 1, 2001, 50);
    emit(script, CLIENT, "P.", 4001, 51, 1000);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.message.bytes", 5000);
    assert_fact(facts, "client.message.after_answer", 3000);
    assert_fact_is(facts, "exchange.pattern", "overlapping");
    emit(script, CLIENT, "P.", 5001, 1, 1000);
    facts = facts_of(story, 0);
    assert_fact(facts, "client.message.bytes", 6000);
}

static void a_message_that_goes_on_after_the_answer(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 1000);
    emit(script, SERVER, "P.", 1, 1001, 50);
    emit(script, CLIENT, "P.", 1001, 1, 1000);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.message.bytes", 2000);
    assert_fact(facts, "client.message.after_answer", 1000);
    assert_fact_is(facts, "exchange.pattern", "overlapping");
}

static void repetitions_say_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, "P.", 1, 101, 50);
    wait_ms(script, 500);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, ".", 51, 101, 0);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.turns", 1);
    assert_fact(facts, "client.waiting.bytes", 0);
}

static void of_one_direction_nothing_is_known(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, CLIENT, "F.", 101, 1, 0);
    FactSet *facts = facts_of(story, 0);
    assert_unknown(facts, "client.waiting.bytes", MISSING_SERVER_SIDE);
}

static void an_answer_that_was_not_captured_is_none(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, CLIENT, ".", 101, 51, 0); /* it had 50 bytes from the server */
    emit(script, SERVER, "F.", 51, 101, 0);
    FactSet *facts = facts_of(story, 0);
    assert_unknown(facts, "client.turns", MISSING_SEGMENTS);
}

/* What comes before, however much, changes the counts and nothing else. */
static void volume_changes_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    uint32_t asked = 1, told = 1;
    handshake(script);
    for (unsigned i = 0; i < 500; i++, asked += 10, told += 20) {
        emit(script, CLIENT, "P.", asked, told, 10);
        wait_ms(script, i == 250 ? 99 : 1);
        emit(script, SERVER, "P.", told, asked + 10, 20);
        if (i == 300)
            wait_ms(script, 5000);
    }
    emit(script, CLIENT, "P.", asked, told, 80);
    emit(script, SERVER, ".", told, asked + 80, 0);
    wait_ms(script, 2998);
    emit(script, SERVER, "F.", told, asked + 80, 0);
    assert_true(story_tell(story)->has_runs);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.turns", 501);
    assert_fact(facts, "server.answers.count", 500);
    assert_fact(facts, "server.answers.longest", 100 * MS);
    assert_fact(facts, "server.answers.usual", (499 * 2 + 100) * MS / 500);
    assert_fact(facts, "client.waiting.bytes", 80);
    assert_fact(facts, "client.waiting.for", 3000 * MS);
    assert_fact_is(facts, "exchange.pattern", "alternating");
    assert_true(story->history.exchange.end[CLIENT].longest_idle_ns == 5001 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(a_request_without_an_answer_waits),
        FACT_TEST(an_answered_one_does_not),
        FACT_TEST(a_request_that_crosses_the_close),
        FACT_TEST(a_goodbye_is_no_answer),
        FACT_TEST(an_answer_in_the_middle_of_a_message),
        FACT_TEST(a_message_that_goes_on_after_the_answer),
        FACT_TEST(repetitions_say_nothing),
        FACT_TEST(of_one_direction_nothing_is_known),
        FACT_TEST(an_answer_that_was_not_captured_is_none),
        FACT_TEST(volume_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
