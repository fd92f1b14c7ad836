/* What connections to one server witness for each other. */
#include "findings.h"

/* A connection that is accepted by the kernel and aborted without a byte. */
static void reset_unserved(Script *script, uint16_t port)
{
    script->client_port = port;
    emit(script, SERVER, "R.", 1, 1, 0);
}

static void connect_from(Script *script, uint16_t port)
{
    script->client_port = port;
    handshake(script);
}

static void refuse(Script *script, uint16_t port)
{
    uint32_t isn = script->isn[SERVER];
    script->client_port = port;
    emit(script, CLIENT, "S", 0, 0, 0);
    script->isn[SERVER] = 0;
    emit(script, SERVER, "R.", 0, 1, 0);
    script->isn[SERVER] = isn;
}

static void several_resets_at_once_witness_for_each_other(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 40000; port < 40003; port++)
        connect_from(script, port);
    wait_ms(script, 1000);
    for (uint16_t port = 40000; port < 40003; port++)
        reset_unserved(script, port);
    wait_ms(script, 100);
    refuse(script, 40010);
    FactSet *facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "listener.resets_within_100ms", 3);
    assert_fact(facts, "listener.refused_after", true);
    assert_fact(facts, "listener.accepted", false);
}

static void resets_far_apart_do_not(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 40000; port < 40003; port++) {
        connect_from(script, port);
        reset_unserved(script, port);
        wait_ms(script, 1000);
    }
    FactSet *facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "listener.resets_within_100ms", 1);
}

static void a_connection_that_was_served_shows_that_somebody_accepts(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    connect_from(script, 40000);
    emit(script, SERVER, "P.", 1, 1, 10);
    connect_from(script, 40001);
    reset_unserved(script, 40001);
    FactSet *facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "listener.accepted", true);
}

/* Who answers a SYN is still listening. */
static void a_listener_that_answers_afterwards(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    connect_from(script, 40000);
    reset_unserved(script, 40000);
    wait_ms(script, 1000);
    connect_from(script, 40001);
    reset_unserved(script, 40001);
    assert_fact(facts_of_stream(story, 0, 0), "listener.answers_after", true);
    assert_fact(facts_of_stream(story, 1, 0), "listener.answers_after", false);
}

static void a_tuple_that_is_used_again(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, SERVER, "F.", 1, 2, 0);
    emit(script, CLIENT, ".", 2, 2, 0);
    wait_ms(script, 500);
    script->isn[CLIENT] = 90000;
    script->isn[SERVER] = 95000;
    handshake(script);
    FactSet *facts = facts_of_stream(story, 0, 0);
    assert_fact(facts, "conn.replaced", true);
    assert_fact_is(facts, "conn.replaces", "none");
    facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "conn.replaced", false);
    assert_fact_is(facts, "conn.replaces", "closed");
    assert_fact(facts, "conn.tuple_rested", 501 * MS);
}

static void a_tuple_that_is_used_again_while_it_lives(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    script->isn[CLIENT] = 90000;
    emit(script, CLIENT, "S", 0, 0, 0);
    assert_fact_is(facts_of_stream(story, 1, 0), "conn.replaces", "live");
}

/* One source, many ports. */
static void a_scanner_is_seen_by_its_ports(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 1; port <= 5; port++) {
        Segment syn = segment_of(script, CLIENT, "S", 0, 0, 0);
        syn.destination_port = port;
        flow_table_add(script->table, &syn);
        flow_table_add(script->table, &syn); /* a repetition is no further port */
    }
    assert_fact(facts_of_stream(story, 0, 0), "scanner.ports", 5);
}

static void thousands_to_one_server_are_no_trouble(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (unsigned i = 0; i < 20000; i++) {
        connect_from(script, (uint16_t)(10000 + i));
        reset_unserved(script, (uint16_t)(10000 + i));
    }
    FactSet *facts = facts_of_stream(story, 10000, 0);
    assert_fact(facts, "listener.resets_within_100ms", 51); /* 4 ms each, 100 ms to both sides */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(several_resets_at_once_witness_for_each_other),
        FACT_TEST(resets_far_apart_do_not),
        FACT_TEST(a_connection_that_was_served_shows_that_somebody_accepts),
        FACT_TEST(a_listener_that_answers_afterwards),
        FACT_TEST(a_tuple_that_is_used_again),
        FACT_TEST(a_tuple_that_is_used_again_while_it_lives),
        FACT_TEST(a_scanner_is_seen_by_its_ports),
        FACT_TEST(thousands_to_one_server_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
