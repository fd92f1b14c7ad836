/* The format `concise`: a line for each verdict, in the shape that compilers have, for grep, editors and
 * logs.
 *
 *   trace.pcap:8: error: the client wrote to … [rst-after-write-to-closed] stream 3 10.0.0.1:4 → 10.0.0.2:80
 *
 * The number is that of the first frame of the evidence. Lines are never wrapped; with -q there are none of
 * notes. */
#include <inttypes.h>

#include "report/result.h"
#include "report/style.h"

typedef struct {
    Report base;
    Style style;
    GString *text, *part;
} ConciseReport;

static void concise_begin(Report *report)
{
    ConciseReport *self = (ConciseReport *)report;
    self->style = style_make(report->options, sink_descriptor(report->sink));
    self->text = g_string_new(NULL);
    self->part = g_string_new(NULL);
}

static void concise_line(ConciseReport *self, const Case *subject, const Result *result)
{
    const Telling *telling = result->telling;
    uint64_t frame;
    const char *capture = result_place(subject, result->frame, &frame);
    style_printf(self->text, &self->style, TONE_PLAIN, "%s:%" PRIu64 ": ", capture, frame);
    style_append(self->text, &self->style, style_severity_tone(telling->severity),
                 severity_name(telling->severity));
    style_printf(self->text, &self->style, TONE_PLAIN, ": %s [%s] ", telling->title, telling->rule->id);
    g_string_truncate(self->part, 0);
    result_connection_format(self->part, subject);
    if (telling->certainty != CERTAINTY_CERTAIN)
        g_string_append_printf(self->part, " (%s)", certainty_name(telling->certainty));
    style_append(self->text, &self->style, TONE_PLAIN, self->part->str);
    g_string_append_c(self->text, '\n');
}

static void concise_connection(Report *report, Tellings *tellings)
{
    ConciseReport *self = (ConciseReport *)report;
    Result results[RESULTS_MAX];
    Severity least = report->options->quiet ? SEVERITY_WARNING : SEVERITY_NOTE;
    unsigned count = results_of(tellings, least, results);
    for (unsigned i = 0; i < count; i++)
        concise_line(self, tellings->subject, &results[i]);
    sink_take(report->sink, self->text);
}

static void concise_capture_begin(Report *report, const CaptureInfo *capture)
{
    (void)report;
    (void)capture;
}

/* What is wrong with a file is a line, too. */
static void concise_capture_end(Report *report, const CaptureInfo *capture)
{
    ConciseReport *self = (ConciseReport *)report;
    if (capture->failure) {
        style_printf(self->text, &self->style, TONE_PLAIN, "%s: error: not read: %s", capture->path,
                     capture->failure);
        g_string_append_c(self->text, '\n');
    }
    sink_take(report->sink, self->text);
}

static void concise_finish(Report *report)
{
    ConciseReport *self = (ConciseReport *)report;
    g_string_free(self->text, TRUE);
    g_string_free(self->part, TRUE);
}

const ReportFormat report_format_concise = {
    .name = "concise",
    .doc = "a line for each verdict, for grep, editors and logs",
    .size = sizeof(ConciseReport),
    .begin = concise_begin,
    .capture_begin = concise_capture_begin,
    .connection = concise_connection,
    .capture_end = concise_capture_end,
    .finish = concise_finish,
};
