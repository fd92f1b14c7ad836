/* The formats `json`, one document, and `jsonl`, one object a line: the same objects, differently framed.
 *
 * The document is written as it goes, one connection a line, so that it can be read by line tools as well and
 * costs no memory; whatever happens to the captures, its brackets are closed. */
#include "report/json-record.h"

typedef struct {
    Report base;
    GString *text;
    Counts counts;
    unsigned captures;
} JsonReport;

static void json_report_begin(Report *report)
{
    JsonReport *self = (JsonReport *)report;
    self->text = g_string_new(NULL);
}

static void json_report_finish(Report *report)
{
    JsonReport *self = (JsonReport *)report;
    sink_take(report->sink, self->text);
    g_string_free(self->text, TRUE);
}

static void json_document_begin(Report *report)
{
    JsonReport *self = (JsonReport *)report;
    json_report_begin(report);
    g_string_append_printf(self->text, "{\"schema\":%d,\"tool\":", JSON_SCHEMA_VERSION);
    json_quote(self->text, "closelint " CLOSELINT_VERSION);
    g_string_append(self->text, ",\"captures\":[");
}

static void json_document_capture_begin(Report *report, const CaptureInfo *capture)
{
    JsonReport *self = (JsonReport *)report;
    counts_init(&self->counts);
    g_string_append(self->text, self->captures++ ? ",\n{\"capture\":" : "\n{\"capture\":");
    json_quote(self->text, capture->path);
    g_string_append(self->text, ",\"connections\":[");
    sink_take(report->sink, self->text);
}

static void json_count(JsonReport *self, const Case *subject)
{
    Outcome outcome;
    outcome_of(subject->verdict, subject->history, &outcome);
    counts_add(&self->counts, &outcome, 1);
}

static void json_document_connection(Report *report, Tellings *tellings)
{
    JsonReport *self = (JsonReport *)report;
    g_string_append(self->text, self->counts.reported ? ",\n" : "\n");
    json_count(self, tellings->subject);
    JsonWriter json = json_writer_make(self->text);
    json_connection(&json, tellings);
    sink_take(report->sink, self->text);
}

static void json_document_capture_end(Report *report, const CaptureInfo *capture)
{
    JsonReport *self = (JsonReport *)report;
    g_string_append(self->text, "]");
    JsonWriter json = {.out = self->text, .needs_comma = true};
    json_capture_members(&json, capture, &self->counts, report->options->rules);
    json_end_object(&json);
    sink_take(report->sink, self->text);
    counts_clear(&self->counts);
}

static void json_document_finish(Report *report)
{
    JsonReport *self = (JsonReport *)report;
    g_string_append(self->text, "\n]}\n");
    json_report_finish(report);
}

static void json_lines_capture_begin(Report *report, const CaptureInfo *capture)
{
    (void)capture;
    counts_init(&((JsonReport *)report)->counts);
}

static void json_lines_connection(Report *report, Tellings *tellings)
{
    JsonReport *self = (JsonReport *)report;
    json_count(self, tellings->subject);
    JsonWriter json = json_writer_make(self->text);
    json_connection(&json, tellings);
    g_string_append_c(self->text, '\n');
    sink_take(report->sink, self->text);
}

static void json_lines_capture_end(Report *report, const CaptureInfo *capture)
{
    JsonReport *self = (JsonReport *)report;
    JsonWriter json = json_writer_make(self->text);
    json_begin_object(&json, NULL);
    json_string(&json, "type", "capture");
    json_uint(&json, "schema", JSON_SCHEMA_VERSION);
    json_string(&json, "capture", capture->path);
    json_capture_members(&json, capture, &self->counts, report->options->rules);
    json_end_object(&json);
    g_string_append_c(self->text, '\n');
    sink_take(report->sink, self->text);
    counts_clear(&self->counts);
}

const ReportFormat report_format_json = {
    .name = "json",
    .doc = "one JSON document",
    .size = sizeof(JsonReport),
    .begin = json_document_begin,
    .capture_begin = json_document_capture_begin,
    .connection = json_document_connection,
    .capture_end = json_document_capture_end,
    .finish = json_document_finish,
};

const ReportFormat report_format_jsonl = {
    .name = "jsonl",
    .doc = "one JSON object a line: every connection, and last the capture",
    .size = sizeof(JsonReport),
    .begin = json_report_begin,
    .capture_begin = json_lines_capture_begin,
    .connection = json_lines_connection,
    .capture_end = json_lines_capture_end,
    .finish = json_report_finish,
};
