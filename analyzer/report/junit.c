/* The format `junit`: XML as Jenkins, GitLab and most others read it. A capture is a test suite and a
 * connection a test case, which fails where a verdict is at or above the threshold of --fail-on; what is
 * below it stands in the case's output.
 *
 * Beyond JUNIT_CASES_MAX connections a case is all verdicts of one rule on one server, and one more stands
 * for the connections of which nothing is to be told: nobody reads more, and viewers give up. */
#include <inttypes.h>
#include <string.h>

#include "report/report.h"
#include "report/result.h"
#include "verdict/grouping.h"

typedef struct {
    Report base;
    Grouping *grouping; /* NULL: each connection is a case */
    GString *cases;     /* of the capture at hand */
    uint64_t tests, failures, quiet;
} JunitReport;

static void junit_begin(Report *report)
{
    JunitReport *self = (JunitReport *)report;
    self->cases = g_string_new(NULL);
    sink_puts(report->sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"closelint\">\n");
}

/* Text and attribute values: what XML 1.0 2.2 does not allow becomes U+FFFD. Appends. */
static void xml_escape(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (strchr("<>&\"'", *at))
            g_string_append_printf(out, "&#%u;", (unsigned)*at);
        else if ((character < ' ' && !strchr("\t\n\r", *at)) || character == 0xFFFE || character == 0xFFFF)
            g_string_append(out, "\xef\xbf\xbd");
        else
            g_string_append_unichar(out, character);
    }
}

static void junit_open_case(JunitReport *self, const char *name, const char *capture)
{
    self->tests++;
    g_string_append(self->cases, "  <testcase classname=\"");
    xml_escape(self->cases, capture);
    g_string_append(self->cases, "\" name=\"");
    xml_escape(self->cases, name);
    g_string_append(self->cases, "\">\n");
}

static void junit_close_case(JunitReport *self)
{
    g_string_append(self->cases, "  </testcase>\n");
}

static bool junit_fails(const JunitReport *self, Severity severity)
{
    return severity >= self->base.options->fail_on;
}

/* Appends what a person reads of it: explanation, what was lost, what helps. */
static void junit_text(GString *out, const Telling *telling)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s: ", severity_name(telling->severity));
    g_string_append(text, telling->title);
    g_string_append_printf(text, "\n[%s] %s\n", telling->rule->id, certainty_name(telling->certainty));
    for (guint i = 0; i < telling->happened->len; i++)
        g_string_append_printf(text, "\n%s\n", (const char *)telling->happened->pdata[i]);
    if (telling->lost)
        g_string_append_printf(text, "\nlost: %s\n", telling->lost);
    for (guint i = 0; i < telling->help->len; i++)
        g_string_append_printf(text, "\nhelp: %s\n", g_array_index(telling->help, TellingLine, i).text);
    for (guint i = 0; i < telling->evidence->len; i++)
        g_string_append_printf(text, "%s%" PRIu64,
                               i ? ", " : "\nframes: ", g_array_index(telling->evidence, uint64_t, i));
    xml_escape(out, text->str);
    g_string_free(text, TRUE);
}

static void junit_failure(JunitReport *self, const Telling *telling)
{
    g_string_append_printf(self->cases, "    <failure type=\"%s\" message=\"", telling->rule->id);
    xml_escape(self->cases, telling->title);
    g_string_append(self->cases, "\">");
    junit_text(self->cases, telling);
    g_string_append(self->cases, "</failure>\n");
}

static void junit_output(JunitReport *self, const Telling *telling)
{
    g_string_append(self->cases, "    <system-out>");
    junit_text(self->cases, telling);
    g_string_append(self->cases, "</system-out>\n");
}

static void junit_case(JunitReport *self, Tellings *tellings)
{
    GString *name = g_string_new(NULL);
    Result results[RESULTS_MAX];
    unsigned count = results_of(tellings, SEVERITY_NOTE, results);
    bool fails = false;
    result_connection_format(name, tellings->subject);
    junit_open_case(self, name->str, tellings->subject->capture);
    for (unsigned i = 0; i < count; i++) {
        if (junit_fails(self, results[i].telling->severity)) {
            junit_failure(self, results[i].telling);
            fails = true;
        } else {
            junit_output(self, results[i].telling);
        }
    }
    junit_close_case(self);
    self->failures += fails;
    g_string_free(name, TRUE);
}

static void junit_capture_begin(Report *report, const CaptureInfo *capture)
{
    JunitReport *self = (JunitReport *)report;
    self->tests = self->failures = self->quiet = 0;
    if (capture->connections > JUNIT_CASES_MAX)
        self->grouping = grouping_new(SEVERITY_WARNING);
}

static void junit_connection(Report *report, Tellings *tellings)
{
    JunitReport *self = (JunitReport *)report;
    const History *history = tellings->subject->history;
    const Endpoint server = endpoint_of(&history->side[SIDE_SERVER]);
    if (!self->grouping) {
        junit_case(self, tellings);
        return;
    }
    Outcome outcome;
    outcome_of(tellings->subject->verdict, history, &outcome);
    self->quiet += outcome.severity == SEVERITY_OK;
    if (grouping_add(self->grouping, &outcome, history->stream, &server, SEVERITY_NOTE))
        grouping_keep(self->grouping, tellings, SEVERITY_NOTE);
}

static void junit_group(JunitReport *self, const Group *group, const CaptureInfo *capture)
{
    bool fails = junit_fails(self, group->severity);
    GString *name = g_string_new(NULL);
    g_string_append_printf(name, "%s: %" PRIu64 " connection%s", group->rule->id, group->streams.count,
                           group->streams.count == 1 ? "" : "s");
    if (group->is_rest) {
        g_string_append(name, " to other servers");
    } else if (!group->is_any_server) {
        g_string_append(name, " to ");
        endpoint_format(name, &group->server, group->port);
    }
    junit_open_case(self, name->str, capture->path);
    self->failures += fails;
    if (!group->telling)
        g_string_append_printf(self->cases,
                               fails ? "    <failure type=\"%s\" message=\"as above\"/>\n"
                                     : "    <system-out>%s, as above</system-out>\n",
                               group->rule->id);
    else if (fails)
        junit_failure(self, group->telling);
    else
        junit_output(self, group->telling);
    junit_close_case(self);
    g_string_free(name, TRUE);
}

static void junit_groups(JunitReport *self, const CaptureInfo *capture)
{
    const GPtrArray *groups = grouping_sorted(self->grouping);
    for (guint i = 0; i < groups->len; i++)
        junit_group(self, groups->pdata[i], capture);
    g_autofree char *name = g_strdup_printf("%" PRIu64 " connections with nothing to tell of", self->quiet);
    junit_open_case(self, name, capture->path);
    junit_close_case(self);
    g_clear_pointer(&self->grouping, grouping_free);
}

/* A capture that was not read, or not to its end, is a case with an error. */
static unsigned junit_errors(JunitReport *self, const CaptureInfo *capture)
{
    bool is_damaged = capture->diagnostics && diagnostic_list_worst(capture->diagnostics) == DIAGNOSTIC_ERROR;
    if (!capture->failure && !is_damaged)
        return 0;
    junit_open_case(self, "the capture can be read", capture->path);
    g_string_append(self->cases, "    <error type=\"unreadable-capture\" message=\"");
    xml_escape(self->cases, capture->failure ? capture->failure : "it could not be read to its end");
    g_string_append(self->cases, "\"/>\n");
    junit_close_case(self);
    return 1;
}

static void junit_capture_end(Report *report, const CaptureInfo *capture)
{
    JunitReport *self = (JunitReport *)report;
    if (self->grouping)
        junit_groups(self, capture);
    unsigned errors = junit_errors(self, capture);
    GString *suite = g_string_new(" <testsuite name=\"");
    xml_escape(suite, capture->path);
    g_string_append_printf(suite, "\" tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%u\">\n",
                           self->tests, self->failures, errors);
    sink_take(report->sink, suite);
    sink_take(report->sink, self->cases);
    sink_puts(report->sink, " </testsuite>\n");
    g_string_free(suite, TRUE);
}

static void junit_finish(Report *report)
{
    sink_puts(report->sink, "</testsuites>\n");
    g_string_free(((JunitReport *)report)->cases, TRUE);
}

const ReportFormat report_format_junit = {
    .name = "junit",
    .doc = "JUnit XML: a test case for each connection",
    .size = sizeof(JunitReport),
    .begin = junit_begin,
    .capture_begin = junit_capture_begin,
    .connection = junit_connection,
    .capture_end = junit_capture_end,
    .finish = junit_finish,
};
