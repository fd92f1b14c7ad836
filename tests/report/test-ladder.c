/* The ladder: which rows, which labels, and how they are drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "decode/segment.h"
#include "expected.h"
#include "flow/connection.h"
#include "handmade.h"
#include "report/label.h"
#include "report/ladder.h"

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

static GArray *frames(const uint64_t *numbers, guint count)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    g_array_append_vals(array, numbers, count);
    return array;
}

static void draw_and_compare(const Ladder *ladder, Style style, const char *name)
{
    GString *text = g_string_new(NULL);
    ladder_draw(text, &style, ladder);
    expect_text(name, text->str);
    g_string_free(text, TRUE);
}

static void draws_in_unicode_and_ascii(void **state)
{
    Handmade *handmade = *state;
    static const uint64_t evidence[] = {8, 10, 11};
    GArray *array = frames(evidence, G_N_ELEMENTS(evidence));
    Ladder ladder = {.history = handmade->history, .evidence = array, .indent = 3};
    draw_and_compare(&ladder, (Style){.width = 100}, "ladder.txt");
    draw_and_compare(&ladder, (Style){.width = 100, .is_ascii = true}, "ladder-ascii.txt");
    ladder.shows_all = true;
    draw_and_compare(&ladder, (Style){.width = 100, .time = TIME_UD}, "ladder-all.txt");
    g_array_unref(array);
}

static unsigned count_shown(const Ladder *ladder)
{
    bool shown[EVENTS_MAX];
    unsigned count = 0;
    ladder_select(ladder, shown);
    for (unsigned i = 0; i < ladder->history->row_count; i++)
        count += shown[i];
    return count;
}

/* Dozens of RSTs after one close: the ladder stays short, and the evidence stays in it. */
static void stays_short(void **state)
{
    Handmade *handmade = *state;
    History *history = handmade->history;
    for (unsigned i = history->row_count; i < EVENTS_MAX; i++) {
        history->rows[i] = history->rows[10];
        history->rows[i].frame = i + 1;
        history->rows[i].changed = 0;
    }
    history->row_count = EVENTS_MAX;
    static const uint64_t evidence[] = {8, 35};
    GArray *array = frames(evidence, G_N_ELEMENTS(evidence));
    Ladder ladder = {.history = history, .evidence = array};
    bool shown[EVENTS_MAX];
    ladder_select(&ladder, shown);
    assert_in_range(count_shown(&ladder), 10, LADDER_ROWS_MAX + 2);
    assert_true(shown[7]);
    assert_true(shown[34]);
    assert_true(shown[EVENTS_MAX - 1]);
    g_array_unref(array);
}

static void handshake_is_shown_where_it_is_evidence(void **state)
{
    Handmade *handmade = *state;
    static const uint64_t evidence[] = {2};
    GArray *array = frames(evidence, 1);
    Ladder ladder = {.history = handmade->history, .evidence = array};
    bool shown[EVENTS_MAX];
    ladder_select(&ladder, shown);
    assert_true(shown[0] && shown[1] && shown[2]);
    ladder.evidence = NULL;
    ladder_select(&ladder, shown);
    assert_false(shown[0] || shown[1] || shown[2]);
    g_array_unref(array);
}

/* A run is never drawn as a segment, and is counted by what it stands for. */
static void runs_are_counted(void **state)
{
    Handmade *handmade = *state;
    HistoryRow *row = &handmade->history->rows[4];
    row->marks = EVENT_RUN;
    row->length = 0;
    row->segments = 500;
    row->data_segments = 412;
    static const uint64_t evidence[] = {5, 8, 11};
    GArray *array = frames(evidence, G_N_ELEMENTS(evidence));
    Ladder ladder = {.history = handmade->history, .evidence = array, .indent = 3};
    draw_and_compare(&ladder, (Style){.width = 100}, "ladder-run.txt");
    g_array_unref(array);
}

static void expect_label(Handmade *handmade, unsigned row, const char *expected)
{
    GString *text = g_string_new(NULL);
    label_format(text, handmade->history, row);
    assert_string_equal(text->str, expected);
    g_string_free(text, TRUE);
}

static void labels_say_what_a_segment_is(void **state)
{
    Handmade *handmade = *state;
    History *history = handmade->history;
    expect_label(handmade, 0, "SYN");
    expect_label(handmade, 1, "SYN-ACK");
    expect_label(handmade, 2, "ACK");
    expect_label(handmade, 7, "FIN");
    expect_label(handmade, 9, "512 bytes");
    expect_label(handmade, 10, "RST");
    history->fins[0].acks_peer_fin = true;
    history->rows[7].length = 1;
    expect_label(handmade, 7, "FIN+ACK, 1 byte");
    history->rows[10].flags |= TCP_ACK;
    history->resets[0].effective = false;
    expect_label(handmade, 10, "RST+ACK");
    history->rows[11] = history->rows[9];
    history->row_count = 12;
    expect_label(handmade, 10, "RST+ACK (ignored)");
    history->rows[9].marks = EVENT_RETRANSMISSION;
    expect_label(handmade, 9, "512 bytes (again)");
    history->rows[9].marks = EVENT_KEEPALIVE | EVENT_RETRANSMISSION;
    expect_label(handmade, 9, "keep-alive");
    history->rows[2].window = 0;
    expect_label(handmade, 2, "ACK, window 0");
    history->rows[2].flags = 0;
    history->rows[2].window = 1;
    expect_label(handmade, 2, "no flags");
}

static void icmp_points_back_at_the_sender(void **state)
{
    Handmade *handmade = *state;
    HistoryRow *row = &handmade->history->rows[0];
    row->marks = EVENT_ICMP;
    row->window = 3 << 8 | 3;
    expect_label(handmade, 0, "ICMP port unreachable");
    assert_int_equal(label_target(row), SIDE_CLIENT);
    row->window = 3 << 8 | 77;
    expect_label(handmade, 0, "ICMP type 3 code 77");
    handmade->history->side[SIDE_CLIENT].address.version = 6;
    row->window = 1 << 8 | 4;
    expect_label(handmade, 0, "ICMP port unreachable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(draws_in_unicode_and_ascii, setup, teardown),
        cmocka_unit_test_setup_teardown(stays_short, setup, teardown),
        cmocka_unit_test_setup_teardown(handshake_is_shown_where_it_is_evidence, setup, teardown),
        cmocka_unit_test_setup_teardown(runs_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(labels_say_what_a_segment_is, setup, teardown),
        cmocka_unit_test_setup_teardown(icmp_points_back_at_the_sender, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
