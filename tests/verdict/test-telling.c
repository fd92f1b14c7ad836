/* The sentences of a rule, once for all formats, and the groups of like verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "handmade.h"
#include "verdict/grouping.h"

static int setup(void **state)
{
    Handmade *handmade = g_new(Handmade, 1);
    handmade_init(handmade);
    *state = handmade;
    return 0;
}

static int teardown(void **state)
{
    handmade_clear(*state);
    g_free(*state);
    return 0;
}

static void telling_has_all_sentences(void **state)
{
    Handmade *handmade = *state;
    g_autoptr(Telling) telling = telling_new_ending(&handmade->subject);
    assert_string_equal(telling->title,
                        "the server wrote to a connection that the client had already closed");
    assert_int_equal(telling->happened->len, 2);
    assert_string_equal(
        telling->happened->pdata[0],
        "The client closed the connection in frame 8: from then on no program there could read.");
    assert_int_equal(telling->saw->len, 2);
    const TellingLine *saw = &g_array_index(telling->saw, TellingLine, 1);
    assert_string_equal(saw->who, "server");
    assert_int_equal(saw->side, SIDE_SERVER);
    assert_string_equal(telling->lost, "what the server sent");
    assert_null(g_array_index(telling->help, TellingLine, 0).who);
}

static void evidence_is_what_the_texts_mention(void **state)
{
    Handmade *handmade = *state;
    g_autoptr(Telling) telling = telling_new_ending(&handmade->subject);
    assert_int_equal(telling->evidence->len, 1);
    assert_int_equal(g_array_index(telling->evidence, uint64_t, 0), 8);
}

static void possible_endings_say_what_is_missing(void **state)
{
    Handmade *handmade = *state;
    FactRef fact;
    assert_true(fact_find("closer.fin.acked", strlen("closer.fin.acked"), &fact));
    handmade->verdict.possible[0] =
        (Possibility){rule_set_find(handmade->rules, "made-good"), fact, MISSING_HANDSHAKE};
    handmade->verdict.possible_count = 1;
    g_autoptr(Telling) telling = telling_new_ending(&handmade->subject);
    GString *text = g_string_new(NULL);
    telling_possible_format(text, &g_array_index(telling->possible, TellingPossible, 0));
    g_autofree char *expected = g_strdup_printf("could also be made-good, but %s (closer.fin.acked)",
                                                missing_reason_text(MISSING_HANDSHAKE));
    assert_string_equal(text->str, expected);
    g_string_free(text, TRUE);
}

static void severity_is_the_worst(void **state)
{
    Handmade *handmade = *state;
    handmade_end(handmade, "made-good");
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_OK);
    handmade_find(handmade, "made-note");
    handmade_find(handmade, "made-finding");
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_WARNING);
    ((Rule *)rule_set_find(handmade->rules, "made-finding"))->disabled = true;
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_NOTE);
}

static void benign_cases_are_notes(void **state)
{
    Handmade *handmade = *state;
    handmade->verdict.ending_is_benign = true;
    g_autoptr(Telling) telling = telling_new_ending(&handmade->subject);
    assert_int_equal(telling->severity, SEVERITY_NOTE);
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_NOTE);
    handmade_end(handmade, "made-good");
    handmade->verdict.ending_is_benign = true;
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_OK);
}

static void add(Handmade *handmade, Grouping *grouping, Tellings *tellings)
{
    tellings_begin(tellings, &handmade->subject);
    const Endpoint server = endpoint_of(&handmade->history->side[SIDE_SERVER]);
    Outcome outcome;
    outcome_of(&handmade->verdict, handmade->history, &outcome);
    if (grouping_add(grouping, &outcome, handmade->history->stream, &server, SEVERITY_NOTE))
        grouping_keep(grouping, tellings, SEVERITY_NOTE);
    tellings_clear(tellings);
}

static void like_verdicts_are_one_group(void **state)
{
    Handmade *handmade = *state;
    g_autoptr(Grouping) grouping = grouping_new(SEVERITY_WARNING);
    Tellings tellings = {0};
    for (uint32_t stream = 0; stream < 10000; stream++) {
        handmade_turn(handmade, stream, (uint16_t)(1024 + stream), 9999);
        handmade->verdict.certainty = stream == 77 ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY;
        add(handmade, grouping, &tellings);
    }
    const GPtrArray *groups = grouping_sorted(grouping);
    assert_int_equal(groups->len, 1);
    const Group *group = groups->pdata[0];
    assert_int_equal(group->streams.count, 10000);
    assert_int_equal(group->clearest.history->stream, 77);
    assert_int_equal(group->telling->certainty, CERTAINTY_CERTAIN);
}

static void many_servers_share_the_rest(void **state)
{
    Handmade *handmade = *state;
    g_autoptr(Grouping) grouping = grouping_new(SEVERITY_WARNING);
    Tellings tellings = {0};
    for (uint32_t stream = 0; stream < 1000; stream++) {
        handmade_turn(handmade, stream, 1024, (uint16_t)(1 + stream));
        add(handmade, grouping, &tellings);
    }
    const GPtrArray *groups = grouping_sorted(grouping);
    assert_int_equal(groups->len, GROUP_SERVERS_MAX + 1);
    const Group *rest = groups->pdata[GROUP_SERVERS_MAX];
    assert_true(rest->is_rest);
    assert_int_equal(rest->streams.count, 1000 - GROUP_SERVERS_MAX);
    assert_null(rest->clearest.history);
}

static void notes_are_grouped_by_rule_and_come_last(void **state)
{
    Handmade *handmade = *state;
    g_autoptr(Grouping) grouping = grouping_new(SEVERITY_WARNING);
    Tellings tellings = {0};
    handmade_end(handmade, "made-good");
    handmade_find(handmade, "made-note");
    handmade_turn(handmade, 1, 1, 1);
    add(handmade, grouping, &tellings);
    handmade_turn(handmade, 2, 1, 2);
    add(handmade, grouping, &tellings);
    handmade_end(handmade, "made-ending");
    handmade_find(handmade, "made-finding");
    handmade_turn(handmade, 3, 1, 3);
    add(handmade, grouping, &tellings);
    const GPtrArray *groups = grouping_sorted(grouping);
    assert_int_equal(groups->len, 3);
    assert_string_equal(((const Group *)groups->pdata[0])->rule->id, "made-ending");
    assert_string_equal(((const Group *)groups->pdata[1])->rule->id, "made-finding");
    const Group *note = groups->pdata[2];
    assert_string_equal(note->rule->id, "made-note");
    assert_true(note->is_any_server);
    assert_int_equal(note->streams.count, 2);
    assert_ptr_equal(grouping_find(grouping, note->telling, handmade->history), note);
}

static void benign_cases_have_their_own_group(void **state)
{
    Handmade *handmade = *state;
    g_autoptr(Grouping) grouping = grouping_new(SEVERITY_WARNING);
    Tellings tellings = {0};
    handmade->verdict.ending_is_benign = true;
    add(handmade, grouping, &tellings);
    handmade->verdict.ending_is_benign = false;
    handmade_turn(handmade, 4, 1, 9999);
    add(handmade, grouping, &tellings);
    const GPtrArray *groups = grouping_sorted(grouping);
    assert_int_equal(groups->len, 2);
    assert_int_equal(((const Group *)groups->pdata[0])->severity, SEVERITY_ERROR);
    assert_int_equal(((const Group *)groups->pdata[1])->severity, SEVERITY_NOTE);
}

static void a_cause_replaces_the_severity_of_the_ending(void **state)
{
    Handmade *handmade = *state;
    handmade_find(handmade, "made-finding");
    handmade_find(handmade, "made-note");
    handmade_explain(handmade, "made-further");
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_WARNING); /* the finding's */
    handmade_end(handmade, "made-ending");
    handmade_find(handmade, "made-finding");
    handmade_explain(handmade, "made-cause");
    handmade_explain(handmade, "made-further");
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_WARNING);
    assert_int_equal(verdict_ending_severity(&handmade->verdict), SEVERITY_ERROR);
    assert_ptr_equal(verdict_finding_teller(&handmade->verdict, 0), verdict_cause(&handmade->verdict));
    handmade_end(handmade, "made-good");
    handmade_explain(handmade, "made-further");
    assert_int_equal(verdict_severity(&handmade->verdict), SEVERITY_NOTE);
}

static void groups_are_those_of_what_leads(void **state)
{
    Handmade *handmade = *state;
    g_autoptr(Grouping) grouping = grouping_new(SEVERITY_WARNING);
    Tellings tellings = {0};
    handmade_find(handmade, "made-finding");
    handmade_explain(handmade, "made-cause");
    handmade_explain(handmade, "made-further");
    add(handmade, grouping, &tellings);
    handmade_turn(handmade, 4, 1, 9999);
    handmade_end(handmade, "made-ending");
    add(handmade, grouping, &tellings);
    const GPtrArray *groups = grouping_sorted(grouping);
    assert_int_equal(groups->len, 2); /* the further cause has none, nor the finding that is told */
    assert_string_equal(((const Group *)groups->pdata[0])->rule->id, "made-ending");
    const Group *group = groups->pdata[1];
    assert_string_equal(group->rule->id, "made-cause");
    assert_ptr_equal(group->telling, group->clearest.causes->pdata[0]);
    assert_int_equal(group->clearest.causes->len, 2);
    assert_int_equal(group->clearest.findings->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(telling_has_all_sentences, setup, teardown),
        cmocka_unit_test_setup_teardown(evidence_is_what_the_texts_mention, setup, teardown),
        cmocka_unit_test_setup_teardown(possible_endings_say_what_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(severity_is_the_worst, setup, teardown),
        cmocka_unit_test_setup_teardown(benign_cases_are_notes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_cause_replaces_the_severity_of_the_ending, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_are_those_of_what_leads, setup, teardown),
        cmocka_unit_test_setup_teardown(benign_cases_have_their_own_group, setup, teardown),
        cmocka_unit_test_setup_teardown(like_verdicts_are_one_group, setup, teardown),
        cmocka_unit_test_setup_teardown(many_servers_share_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(notes_are_grouped_by_rule_and_come_last, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
