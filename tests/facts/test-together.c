/* How other connections of the same server and of the same client were closed. */
#include "findings.h"

static void exchange(Script *script, uint16_t port)
{
    script->client_port = port;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 100);
    emit(script, SERVER, "P.", 1, 101, 50);
    emit(script, CLIENT, ".", 101, 51, 0);
}

static void ask_again(Script *script, uint16_t port)
{
    script->client_port = port;
    emit(script, CLIENT, "P.", 101, 51, 80);
    emit(script, SERVER, ".", 51, 181, 0);
}

static void server_closes(Script *script, uint16_t port, uint32_t asked)
{
    script->client_port = port;
    emit(script, SERVER, "F.", 51, asked, 0);
    emit(script, CLIENT, "F.", asked, 52, 0);
    emit(script, SERVER, ".", 52, asked + 1, 0);
}

static void client_closes(Script *script, uint16_t port, uint32_t asked)
{
    script->client_port = port;
    emit(script, CLIENT, "F.", asked, 51, 0);
    emit(script, SERVER, "F.", 51, asked + 1, 0);
    emit(script, CLIENT, ".", asked + 1, 52, 0);
}

static void idle_times_that_agree(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 40000; port < 40003; port++) {
        exchange(script, port);
        wait_ms(script, 2000 + 20 * (port - 40000));
        server_closes(script, port, 101);
    }
    exchange(script, 40003);
    wait_ms(script, 5000);
    server_closes(script, 40003, 101);
    FactSet *facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "server.idle_closes.count", 4);
    assert_fact(facts, "server.idle_closes.agree", 3);
    assert_fact(facts, "server.idle_closes.agrees", true);
    assert_fact(facts, "server.closed_together.count", 1);
    assert_absent(facts, "client.closed_together.count");
    assert_absent(facts, "server.cut_waits.count");
    assert_fact(facts, "listener.idle_close_count", 3);
    facts = facts_of_stream(story, 3, 0);
    assert_fact(facts, "server.idle_closes.agree", 1);
    assert_fact(facts, "server.idle_closes.agrees", false);
}

static void a_close_at_one_moment(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 40000; port < 40003; port++) {
        exchange(script, port);
        wait_ms(script, 700);
    }
    ask_again(script, 40000);
    wait_ms(script, 400);
    for (uint16_t port = 40000; port < 40003; port++)
        server_closes(script, port, port == 40000 ? 181 : 101);
    FactSet *facts = facts_of_stream(story, 0, 0);
    assert_fact(facts, "server.closed_together.count", 3);
    assert_fact(facts, "server.closed_together.waiting", 1);
    assert_fact(facts, "server.cut_waits.count", 1);
    assert_absent(facts, "server.idle_closes.count");
    assert_fact(facts, "listener.answered", 3);
    facts = facts_of_stream(story, 2, 0);
    assert_fact(facts, "server.closed_together.count", 3);
    assert_fact(facts, "server.idle_closes.count", 2);
    assert_fact(facts, "server.idle_closes.agrees", false);
}

/* A server that closes when it has answered says nothing by it. */
static void closes_right_after_the_answer_do_not_count(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 40000; port < 40003; port++) {
        exchange(script, port);
        server_closes(script, port, 101);
    }
    FactSet *facts = facts_of_stream(story, 1, 0);
    assert_absent(facts, "server.closed_together.count");
}

static void waits_that_a_client_cut_short(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 40000; port < 40003; port++) {
        exchange(script, port);
        ask_again(script, port);
        wait_ms(script, port == 40002 ? 3000 : 700);
        client_closes(script, port, 181);
    }
    FactSet *facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "client.cut_waits.count", 3);
    assert_fact(facts, "client.cut_waits.agree", 2);
    assert_fact(facts, "client.cut_waits.agrees", false);
    assert_fact(facts, "client.closed_together.count", 1);
}

static void connections_that_nobody_speaks_on(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (uint16_t port = 40000; port < 40004; port++) {
        script->client_port = port;
        handshake(script);
        emit(script, CLIENT, "R.", 1, 1, 0);
        wait_ms(script, 696);
    }
    FactSet *facts = facts_of_stream(story, 3, 0);
    assert_fact(facts, "empty.count", 4);
    assert_fact(facts, "empty.period", 700 * MS);
    assert_fact(facts, "listener.silent_closes", 0);
}

static void a_client_that_ousts_itself(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    exchange(script, 40000);
    for (uint16_t port = 40001; port < 40004; port++) {
        wait_ms(script, 1000);
        exchange(script, port);
        server_closes(script, port - 1, 101);
    }
    FactSet *facts = facts_of_stream(story, 1, 0);
    assert_fact(facts, "takeover.count", 3);
    assert_fact(facts, "takeover.closes", 3);
    assert_fact(facts, "takeover.connections", 4);
    assert_fact(facts, "takeover.repeated", true);
    assert_fact(facts, "takeover.after", 5 * MS);
    assert_absent(facts_of_stream(story, 3, 0), "takeover.after");
}

/* However many there are, none is left out. */
static void thousands_wait(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    for (unsigned i = 0; i < 3000; i++) {
        script->client_port = (uint16_t)(10000 + i);
        handshake(script);
    }
    assert_fact(facts_of_stream(story, 0, 0), "listener.waiting", 0);
    assert_fact(facts_of_stream(story, 2999, 0), "listener.waiting", 2999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(idle_times_that_agree),
        FACT_TEST(a_close_at_one_moment),
        FACT_TEST(closes_right_after_the_answer_do_not_count),
        FACT_TEST(waits_that_a_client_cut_short),
        FACT_TEST(connections_that_nobody_speaks_on),
        FACT_TEST(a_client_that_ousts_itself),
        FACT_TEST(thousands_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
