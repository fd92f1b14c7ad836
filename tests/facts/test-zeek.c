/* Zeek's conn_state and history, and what Wireshark counts, worked out by hand from their sources. */
#include "findings.h"

static void assert_zeek(FactSet *facts, const char *conn_state, const char *letters)
{
    assert_fact_is(facts, "zeek.conn_state", conn_state);
    assert_fact_is(facts, "zeek.history", letters);
}

static void request(Script *script)
{
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, SERVER, ".", 1, 11, 0);
    emit(script, SERVER, "P.", 1, 11, 20);
    emit(script, CLIENT, ".", 11, 21, 0);
}

static void closed_by_both(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    request(script);
    emit(script, CLIENT, "F.", 11, 21, 0);
    emit(script, SERVER, ".", 21, 12, 0);
    emit(script, SERVER, "F.", 21, 12, 0);
    emit(script, CLIENT, ".", 12, 22, 0);
    FactSet *facts = facts_of(story, 0);
    assert_zeek(facts, "SF", "ShADadFf");
    assert_fact(facts, "conn.completeness", 31);
    assert_fact(facts, "client.fin.frames", 1);
    assert_fact(facts, "server.fin.frames", 1);
    assert_fact(facts, "server.rst.frames", 0);
}

static void closed_by_both_at_once(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    request(script);
    emit(script, CLIENT, "F.", 11, 21, 0);
    emit(script, SERVER, "F.", 21, 11, 0);
    emit(script, CLIENT, ".", 12, 22, 0);
    emit(script, SERVER, ".", 22, 12, 0);
    assert_zeek(facts_of(story, 0), "SF", "ShADadFf");
}

static void never_accepted(void **state)
{
    Story *story = *state;
    handshake(&story->script);
    emit(&story->script, SERVER, "R.", 1, 1, 0);
    FactSet *facts = facts_of(story, 0);
    assert_zeek(facts, "RSTR", "ShAr");
    assert_fact(facts, "conn.completeness", 39);
}

static void written_to_a_closed_connection(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "F.", 1, 1, 0);
    emit(script, CLIENT, "P.", 1, 2, 10);
    emit(script, SERVER, "R", 2, 0, 0);
    assert_zeek(facts_of(story, 0), "RSTR", "ShAfDr");
}

static void a_fin_after_fin_wait_2(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, SERVER, "F.", 1, 1, 0);
    emit(script, CLIENT, ".", 1, 2, 0);
    wait_ms(script, 60000);
    emit(script, CLIENT, "F.", 1, 2, 0);
    emit(script, SERVER, "R", 2, 0, 0);
    assert_zeek(facts_of(story, 0), "SF", "ShAfFr");
}

static void handshakes_that_come_to_nothing(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    FactSet *facts = facts_of(story, 0);
    assert_zeek(facts, "S0", "S");
    assert_fact(facts, "conn.completeness", 1);
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "R.", 0, 1, 0);
    assert_zeek(facts_of(story, 0), "REJ", "Sr");
}

static void a_syn_and_an_rst(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, CLIENT, "R", 1, 0, 0);
    assert_zeek(facts_of(story, 0), "RSTOS0", "SR");
}

static void a_syn_ack_and_an_rst(void **state)
{
    Story *story = *state;
    emit(&story->script, CLIENT, "S", 0, 0, 0);
    emit(&story->script, SERVER, "S.", 0, 1, 0);
    emit(&story->script, CLIENT, "R", 1, 0, 0);
    assert_zeek(facts_of(story, 0), "RSTO", "ShR");
}

/* Zeek takes port 80 for the responder's, whoever is seen first. */
static void without_a_syn_ports_tell_the_roles(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, SERVER, "P.", 500, 700, 100);
    emit(script, CLIENT, ".", 700, 600, 0);
    assert_zeek(facts_of(story, 0), "OTH", "^dA");
    emit(script, SERVER, "F.", 600, 700, 0);
    assert_zeek(facts_of(story, 0), "SHR", "^dAf");
    emit(script, CLIENT, "F.", 700, 601, 0);
    assert_zeek(facts_of(story, 0), "SF", "^dAfF");
}

static void a_fin_and_an_rst_of_one_side_and_a_late_fin(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "F.", 1, 1, 0);
    emit(script, CLIENT, "R", 2, 0, 0);
    assert_zeek(facts_of(story, 0), "RSTO", "ShAFR");
    emit(script, SERVER, "F.", 1, 2, 0);
    assert_zeek(facts_of(story, 0), "SF", "ShAFRf");
}

/* F, R and S are told again with another number, T at the first and the tenth. */
static void letters_that_are_told_again(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    for (unsigned i = 0; i < 10; i++) {
        wait_ms(script, 300);
        emit(script, CLIENT, "P.", 1, 1, 10);
    }
    assert_zeek(facts_of(story, 0), "S1", "ShADTT");
    emit(script, SERVER, "R", 1, 0, 0);
    emit(script, SERVER, "R", 1, 0, 0);
    emit(script, SERVER, "R", 11, 0, 0);
    assert_zeek(facts_of(story, 0), "RSTR", "ShADTTrr");
}

static void flags_that_do_not_go_together(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "FR.", 1, 1, 0);
    emit(script, CLIENT, "FR.", 1, 1, 0);
    assert_zeek(facts_of(story, 0), "RSTO", "ShAI");
}

static void zero_windows(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    script->window = 0;
    emit(script, CLIENT, ".", 1, 1, 0);
    emit(script, SERVER, "R", 1, 0, 0); /* an RST has no window */
    assert_zeek(facts_of(story, 0), "RSTR", "ShAWr");
}

static void bytes_that_were_not_captured(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    handshake(script);
    emit(script, CLIENT, "P.", 1, 1, 10);
    emit(script, CLIENT, "P.", 21, 1, 10); /* 11 to 20 are missing */
    assert_zeek(facts_of(story, 0), "S1", "ShAD");
    emit(script, SERVER, ".", 1, 31, 0);
    assert_zeek(facts_of(story, 0), "S1", "ShADaG");
}

/* After an end, a SYN is another connection to Zeek, and one stream to Wireshark: the last is told. */
static void a_syn_after_an_rst(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, ".", 900, 900, 0);
    emit(script, CLIENT, "R", 900, 0, 0);
    handshake(script);
    assert_zeek(facts_of(story, 0), "S1", "ShA");
}

static void long_transfer(Script *script, unsigned segments)
{
    request(script);
    for (unsigned i = 0; i < segments; i++) {
        emit(script, CLIENT, ".", 11, 21 + 100 * i, 0);
        emit(script, SERVER, "P.", 21 + 100 * i, 11, 100);
    }
}

/* Of a long connection not every segment is kept; what those in between would add had been told before. */
static void a_long_connection_has_its_letters(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    long_transfer(script, 500);
    emit(script, CLIENT, "F.", 11, 50021, 0);
    emit(script, SERVER, "F.", 50021, 12, 0);
    assert_zeek(facts_of(story, 0), "SF", "ShADadFf");
    assert_fact(facts_of(story, 0), "conn.completeness", 31);
}

/* Where among the segments that are not kept something was sent again, T is due and its place is not known.
 */
static void a_long_connection_may_lack_letters(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    long_transfer(script, 20);
    wait_ms(script, 300);
    emit(script, SERVER, "P.", 21, 11, 100);
    for (unsigned i = 20; i < 200; i++)
        emit(script, SERVER, "P.", 21 + 100 * i, 11, 100);
    FactSet *facts = facts_of(story, 0);
    assert_fact_is(facts, "zeek.conn_state", "S1");
    assert_unknown(facts, "zeek.history", MISSING_BOUND);
}

static void quotes_and_copies_count_as_frames(void **state)
{
    Story *story = *state;
    Script *script = &story->script;
    request(script);
    emit(script, CLIENT, "F.", 11, 21, 0);
    assert_true(mirror(script));
    send_icmp(script, CLIENT, "F.", 11, 3, 1);
    FactSet *facts = facts_of(story, 0);
    assert_fact(facts, "client.fin.frames", 3);
    assert_fact(facts, "client.fin.count", 1);
    assert_zeek(facts, "S2", "ShADadF");
}

static void a_quote_alone_is_no_connection_to_zeek(void **state)
{
    Story *story = *state;
    send_icmp(&story->script, CLIENT, "S", 0, 3, 3);
    FactSet *facts = facts_of(story, 0);
    assert_absent(facts, "zeek.conn_state");
    assert_absent(facts, "zeek.history");
    assert_fact(facts, "conn.completeness", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FACT_TEST(closed_by_both),
        FACT_TEST(closed_by_both_at_once),
        FACT_TEST(never_accepted),
        FACT_TEST(written_to_a_closed_connection),
        FACT_TEST(a_fin_after_fin_wait_2),
        FACT_TEST(handshakes_that_come_to_nothing),
        FACT_TEST(a_syn_and_an_rst),
        FACT_TEST(a_syn_ack_and_an_rst),
        FACT_TEST(without_a_syn_ports_tell_the_roles),
        FACT_TEST(a_fin_and_an_rst_of_one_side_and_a_late_fin),
        FACT_TEST(letters_that_are_told_again),
        FACT_TEST(flags_that_do_not_go_together),
        FACT_TEST(zero_windows),
        FACT_TEST(bytes_that_were_not_captured),
        FACT_TEST(a_syn_after_an_rst),
        FACT_TEST(a_long_connection_has_its_letters),
        FACT_TEST(a_long_connection_may_lack_letters),
        FACT_TEST(quotes_and_copies_count_as_frames),
        FACT_TEST(a_quote_alone_is_no_connection_to_zeek),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
