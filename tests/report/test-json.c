/* JSON that is well-formed whatever goes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "expected.h"
#include "handmade.h"
#include "report/json-writer.h"
#include "report/report.h"

static void expect_quoted(const char *text, const char *expected)
{
    GString *out = g_string_new(NULL);
    json_quote(out, text);
    assert_string_equal(out->str, expected);
    g_string_free(out, TRUE);
}

static void strings_are_escaped(void **state)
{
    (void)state;
    expect_quoted("plain", "\"plain\"");
    expect_quoted("\"\\/", "\"\\\"\\\\/\"");
    expect_quoted("\n\t\r\001\x7f", "\"\\n\\t\\u000d\\u0001\\u007f\"");
    expect_quoted("µ日😀", "\"µ日😀\"");
    expect_quoted("a\xff"
                  "b\xc3",
                  "\"a\xef\xbf\xbd"
                  "b\xef\xbf\xbd\"");
    expect_quoted("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); /* a lone surrogate */
    expect_quoted("\xe2\x80\xa8", "\"\\u2028\"");
}

static void commas_are_where_they_belong(void **state)
{
    (void)state;
    GString *out = g_string_new(NULL);
    JsonWriter json = json_writer_make(out);
    json_begin_object(&json, NULL);
    json_begin_array(&json, "empty");
    json_end_array(&json);
    json_begin_array(&json, "list");
    json_int(&json, NULL, INT64_MIN);
    json_uint(&json, NULL, UINT64_MAX);
    json_begin_object(&json, NULL);
    json_end_object(&json);
    json_null(&json, NULL);
    json_end_array(&json);
    json_bool(&json, "truth", true);
    json_string(&json, "nothing", NULL);
    json_end_object(&json);
    assert_string_equal(out->str,
                        "{\"empty\":[],\"list\":[-9223372036854775808,18446744073709551615,{},null],"
                        "\"truth\":true,\"nothing\":null}");
    g_string_free(out, TRUE);
}

static void report_to(const char *format, const char *expected)
{
    Handmade handmade;
    handmade_init(&handmade);
    handmade_find(&handmade, "made-finding");
    ReportOptions options = {.rules = handmade.rules, .captures = 2};
    Sink *sink = sink_new_memory();
    Report *report = report_new(report_format_find(format), &options, sink);
    DiagnosticList *diagnostics = diagnostic_list_new();
    diagnostic_list_add(diagnostics, DIAGNOSTIC_NOTE, 900, 12, "the capture is cut short: \"%s\"", "\xff");
    CaptureInfo info = {.path = "made.pcap",
                        .format = "pcap",
                        .frames = 11,
                        .segments = 11,
                        .first_ns = handmade.history->start_ns,
                        .last_ns = handmade.history->end_ns,
                        .connections = 1,
                        .diagnostics = diagnostics};
    Tellings tellings = {0};
    report_capture_begin(report, &info);
    tellings_begin(&tellings, &handmade.subject);
    report_connection(report, &tellings);
    tellings_clear(&tellings);
    report_capture_end(report, &info);
    CaptureInfo missing = {.path = "missing\n.pcap", .failure = "no such file"};
    report_capture_begin(report, &missing);
    report_capture_end(report, &missing);
    report->format->finish(report);
    expect_text(expected, sink_text(sink)->str);
    assert_true(sink_close(sink, NULL));
    g_free(report);
    diagnostic_list_free(diagnostics);
    handmade_clear(&handmade);
}

static void documents_are_as_promised(void **state)
{
    (void)state;
    report_to("json", "report.json");
    report_to("jsonl", "report.jsonl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_escaped),
        cmocka_unit_test(commas_are_where_they_belong),
        cmocka_unit_test(documents_are_as_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
