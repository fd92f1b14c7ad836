/* The table of formats, and the calls that go through it. */
#include "report/report.h"

#include <string.h>

static const ReportFormat *const formats[] = {
    &report_format_text,  &report_format_concise, &report_format_json,   &report_format_jsonl,
    &report_format_junit, &report_format_sarif,   &report_format_github, &report_format_gitlab};

const ReportFormat *report_format(unsigned index)
{
    return index < G_N_ELEMENTS(formats) ? formats[index] : NULL;
}

const ReportFormat *report_format_find(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(formats); i++)
        if (!strcmp(formats[i]->name, name))
            return formats[i];
    return NULL;
}

Report *report_new(const ReportFormat *format, const ReportOptions *options, Sink *sink)
{
    Report *report = g_malloc0(format->size);
    report->format = format;
    report->options = options;
    report->sink = sink;
    format->begin(report);
    return report;
}

void report_capture_begin(Report *report, const CaptureInfo *capture)
{
    report->format->capture_begin(report, capture);
}

void report_connection(Report *report, Tellings *tellings)
{
    report->format->connection(report, tellings);
}

bool report_takes_outcomes(const Report *report)
{
    return report->format->outcome && !report->options->verbose && !report->options->whole_stream;
}

void report_good(Report *report, const Outcome *outcome, uint32_t count)
{
    report->format->good(report, outcome, count);
}

bool report_outcome(Report *report, const Outcome *outcome, uint32_t stream, const Endpoint *server)
{
    return report->format->outcome(report, outcome, stream, server);
}

void report_example(Report *report, Tellings *tellings)
{
    report->format->example(report, tellings);
}

void report_capture_end(Report *report, const CaptureInfo *capture)
{
    report->format->capture_end(report, capture);
}

void report_drop(Report *report)
{
    sink_drop(report->sink);
}

bool report_finish(Report *report, GError **error)
{
    report->format->finish(report);
    bool is_good = sink_close(report->sink, error);
    g_free(report);
    return is_good;
}
