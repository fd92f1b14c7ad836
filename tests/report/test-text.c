/* The text report of connections made by hand, compared word by word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <locale.h>

#include "expected.h"
#include "handmade.h"
#include "report/explain.h"
#include "report/listing.h"
#include "report/report.h"

/* Four connections: one told in full with a finding and a note, two more like it, and one that ended well. */
static void feed(Handmade *handmade, Report *report)
{
    Tellings tellings = {0};
    for (uint32_t stream = 3; stream < 7; stream++) {
        handmade_turn(handmade, stream, (uint16_t)(51231 + stream), 9999);
        handmade_end(handmade, stream == 6 ? "made-good" : "made-ending");
        if (stream == 3)
            handmade_find(handmade, "made-finding");
        handmade_find(handmade, "made-note");
        if (stream == 3) /* the note is told of it all the same, since its ending is */
            handmade->verdict.findings[1].certainty = CERTAINTY_LIKELY;
        tellings_begin(&tellings, &handmade->subject);
        report_connection(report, &tellings);
        tellings_clear(&tellings);
    }
    handmade_end(handmade, "made-good");
    handmade_turn(handmade, 7, 51238, 9999);
    tellings_begin(&tellings, &handmade->subject);
    report_connection(report, &tellings);
    tellings_clear(&tellings);
}

static void report_of(void (*feeds)(Handmade *handmade, Report *report), ReportOptions options,
                      const char *expected)
{
    Handmade handmade;
    handmade_init(&handmade);
    options.rules = handmade.rules;
    options.captures = 1;
    Sink *sink = sink_new_memory();
    Report *report = report_new(report_format_find("text"), &options, sink);
    DiagnosticList *diagnostics = diagnostic_list_new();
    diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 900, 12, "cut short \033[31m");
    CaptureInfo info = {.path = "made.pcap",
                        .format = "pcap",
                        .frames = 55,
                        .segments = 55,
                        .first_ns = handmade.history->start_ns,
                        .last_ns = handmade.history->end_ns,
                        .connections = 5,
                        .diagnostics = diagnostics};
    report_capture_begin(report, &info);
    feeds(&handmade, report);
    report_capture_end(report, &info);
    report->format->finish(report);
    expect_text(expected, sink_text(sink)->str);
    assert_true(sink_close(sink, NULL));
    g_free(report);
    diagnostic_list_free(diagnostics);
    handmade_clear(&handmade);
}

static void report_to(ReportOptions options, const char *expected)
{
    report_of(feed, options, expected);
}

/* One connection with two causes and a finding that the first of them tells, and one that is like it. */
static void feed_causes(Handmade *handmade, Report *report)
{
    Tellings tellings = {0};
    for (uint32_t stream = 3; stream < 5; stream++) {
        handmade_turn(handmade, stream, (uint16_t)(51231 + stream), 9999);
        handmade_end(handmade, "made-ending");
        handmade_explain(handmade, "made-cause");
        handmade_explain(handmade, "made-further");
        handmade_find(handmade, "made-finding");
        handmade_find(handmade, "made-note");
        tellings_begin(&tellings, &handmade->subject);
        report_connection(report, &tellings);
        tellings_clear(&tellings);
    }
}

static void a_cause_leads(void **state)
{
    (void)state;
    report_of(feed_causes, (ReportOptions){0}, "text-causes.txt");
    report_of(feed_causes, (ReportOptions){.verbose = true}, "text-causes-verbose.txt");
    report_of(feed_causes, (ReportOptions){.quiet = true}, "text-causes-quiet.txt");
}

static void text_is_as_promised(void **state)
{
    (void)state;
    report_to((ReportOptions){0}, "text.txt");
    report_to((ReportOptions){.verbose = true}, "text-verbose.txt");
    report_to((ReportOptions){.quiet = true}, "text-quiet.txt");
    report_to((ReportOptions){.color = COLOR_ALWAYS, .quiet = true}, "text-color.txt");
}

static void ascii_where_the_locale_is_not_utf8(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C");
    report_to((ReportOptions){0}, "text-ascii.txt");
    setlocale(LC_CTYPE, "C.UTF-8");
}

static void a_rule_explains_itself(void **state)
{
    (void)state;
    Handmade handmade;
    handmade_init(&handmade);
    GString *text = g_string_new(NULL);
    Style style = {.width = 100};
    explain_rule(text, &style, rule_set_find(handmade.rules, "made-ending"), handmade.rules);
    g_string_append(text, "\n");
    listing_rules(text, &style, handmade.rules);
    expect_text("explain.txt", text->str);
    g_string_free(text, TRUE);
    handmade_clear(&handmade);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_as_promised),
        cmocka_unit_test(a_cause_leads),
        cmocka_unit_test(ascii_where_the_locale_is_not_utf8),
        cmocka_unit_test(a_rule_explains_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
