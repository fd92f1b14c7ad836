/* The format `sarif`: a SARIF 2.1.0 log with one run, as GitHub's code scanning takes it
 * (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).
 *
 * A result is one verdict on one connection. Where it shows is a region of bytes in the capture and, as a
 * logical location, the display filter of its first frame; its code flow is the frames of the evidence. It is
 * known again by its fingerprint. The run comes first, then the rules that were broken; so results wait in
 * memory, at most SARIF_RESULTS_MAX of them, the worst. */
#include <inttypes.h>
#include <string.h>

#include "report/explain.h"
#include "report/json-writer.h"
#include "report/label.h"
#include "report/listing.h"
#include "report/report.h"
#include "report/result.h"
#include "verdict/fingerprint.h"

/* What GitHub shows of a code flow; of an example more is no help. */
#define STEPS_MAX 64

typedef struct {
    Report base;
    Fingerprints *fingerprints;
    GString *results[SEVERITY_ERROR + 1]; /* by severity, each with a comma before it */
    guint counts[SEVERITY_ERROR + 1];
    uint64_t left_out;
    GHashTable *rules; /* const Rule* → its place in `used` + 1 */
    GPtrArray *used;   /* const Rule* */
    GString *notifications;
    const CaptureInfo *capture;
    bool failed; /* some capture could not be read to its end */
} SarifReport;

static void sarif_begin(Report *report)
{
    SarifReport *self = (SarifReport *)report;
    self->fingerprints = fingerprints_new();
    for (unsigned severity = 0; severity < G_N_ELEMENTS(self->results); severity++)
        self->results[severity] = g_string_new(NULL);
    self->rules = g_hash_table_new(NULL, NULL);
    self->used = g_ptr_array_new();
    self->notifications = g_string_new(NULL);
}

static const char *sarif_level(Severity severity)
{
    return severity == SEVERITY_ERROR     ? "error"
           : severity == SEVERITY_WARNING ? "warning"
           : severity == SEVERITY_NOTE    ? "note"
                                          : "none";
}

static guint sarif_rule_index(SarifReport *self, const Rule *rule)
{
    guint place = GPOINTER_TO_UINT(g_hash_table_lookup(self->rules, rule));
    if (place)
        return place - 1;
    g_ptr_array_add(self->used, (gpointer)rule);
    g_hash_table_insert(self->rules, (gpointer)rule, GUINT_TO_POINTER(self->used->len));
    return self->used->len - 1;
}

/* A path as a URI reference (RFC 3986): relative ones stay so, to be resolved from where the program ran. */
static void sarif_uri(JsonWriter *json, const char *path)
{
    const char *relative = g_str_has_prefix(path, "./") ? path + 2 : path;
    g_autofree char *escaped = g_uri_escape_bytes((const guint8 *)relative, strlen(relative), "/");
    g_autofree char *uri = *path == '/' ? g_strconcat("file://", escaped, NULL) : g_steal_pointer(&escaped);
    json_begin_object(json, "artifactLocation");
    json_string(json, "uri", uri);
    json_end_object(json);
}

static void sarif_message(JsonWriter *json, const char *key, const char *text)
{
    json_begin_object(json, key);
    json_string(json, "text", text);
    json_end_object(json);
}

static void sarif_physical(SarifReport *self, JsonWriter *json, const Case *subject, uint64_t frame)
{
    uint64_t number, begin, length;
    const char *path = result_place(subject, frame, &number);
    json_begin_object(json, "physicalLocation");
    sarif_uri(json, path);
    if (self->capture->offsets && frame_offsets_find(self->capture->offsets, frame, &begin, &length)) {
        json_begin_object(json, "region");
        json_uint(json, "byteOffset", begin);
        json_uint(json, "byteLength", length);
        json_end_object(json);
    }
    json_end_object(json);
}

/* "tcp.stream==3/frame.number==9" */
static void sarif_logical(JsonWriter *json, const History *history, uint64_t frame)
{
    g_autofree char *name =
        g_strdup_printf("tcp.stream==%" PRIu32 "/frame.number==%" PRIu64, history->stream, frame);
    json_begin_array(json, "logicalLocations");
    json_begin_object(json, NULL);
    json_string(json, "fullyQualifiedName", name);
    json_string(json, "kind", "member");
    json_end_object(json);
    json_end_array(json);
}

static int row_of_frame(const History *history, uint64_t frame)
{
    for (unsigned i = 0; i < history->row_count; i++)
        if (history->rows[i].frame == frame && !(history->rows[i].marks & EVENT_RUN))
            return (int)i;
    return -1;
}

/* "frame 9, server: RST" */
static void sarif_step_message(JsonWriter *json, const History *history, uint64_t frame)
{
    GString *text = g_string_new(NULL);
    int row = row_of_frame(history, frame);
    g_string_append_printf(text, "Frame %" PRIu64, frame);
    if (row >= 0) {
        g_string_append_printf(text, ", %s: ", side_name((Side)history->rows[row].side));
        label_format(text, history, (unsigned)row);
    }
    g_string_append_c(text, '.');
    sarif_message(json, "message", text->str);
    g_string_free(text, TRUE);
}

static void sarif_code_flow(SarifReport *self, JsonWriter *json, const Case *subject, const GArray *evidence)
{
    if (!evidence->len)
        return;
    json_begin_array(json, "codeFlows");
    json_begin_object(json, NULL);
    json_begin_array(json, "threadFlows");
    json_begin_object(json, NULL);
    json_begin_array(json, "locations");
    for (guint i = 0; i < MIN(evidence->len, STEPS_MAX); i++) {
        uint64_t frame = g_array_index(evidence, uint64_t, i);
        json_begin_object(json, NULL);
        json_begin_object(json, "location");
        sarif_physical(self, json, subject, frame);
        sarif_logical(json, subject->history, frame);
        sarif_step_message(json, subject->history, frame);
        json_end_object(json);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
    json_end_array(json);
    json_end_object(json);
    json_end_array(json);
}

static void sarif_text(JsonWriter *json, const Case *subject, const Telling *telling)
{
    GString *text = g_string_new(NULL);
    result_text_format(text, telling);
    g_string_append(text, "\n\n");
    gsize at = text->len;
    result_connection_format(text, subject);
    text->str[at] = g_ascii_toupper(text->str[at]);
    g_string_append_printf(text, ", %s.", certainty_name(telling->certainty));
    sarif_message(json, "message", text->str);
    g_string_free(text, TRUE);
}

static void sarif_result(SarifReport *self, const Case *subject, const Result *result)
{
    const Telling *telling = result->telling;
    char fingerprint[FINGERPRINT_BYTES];
    fingerprints_next(self->fingerprints, subject, telling->rule, fingerprint);
    if (self->counts[telling->severity] == SARIF_RESULTS_MAX) {
        self->left_out++;
        return;
    }
    self->counts[telling->severity]++;
    GString *out = self->results[telling->severity];
    g_string_append(out, ",\n");
    JsonWriter json = json_writer_make(out);
    json_begin_object(&json, NULL);
    json_string(&json, "ruleId", telling->rule->id);
    json_uint(&json, "ruleIndex", sarif_rule_index(self, telling->rule));
    json_string(&json, "level", sarif_level(telling->severity));
    sarif_text(&json, subject, telling);
    json_begin_array(&json, "locations");
    json_begin_object(&json, NULL);
    sarif_physical(self, &json, subject, result->frame);
    sarif_logical(&json, subject->history, result->frame);
    json_end_object(&json);
    json_end_array(&json);
    sarif_code_flow(self, &json, subject, telling->evidence);
    json_begin_object(&json, "partialFingerprints");
    json_string(&json, "closelint/v1", fingerprint);
    json_end_object(&json);
    json_end_object(&json);
}

static void sarif_capture_begin(Report *report, const CaptureInfo *capture)
{
    ((SarifReport *)report)->capture = capture;
}

static void sarif_connection(Report *report, Tellings *tellings)
{
    SarifReport *self = (SarifReport *)report;
    Result results[RESULTS_MAX];
    unsigned count = results_of(tellings, report->options->quiet ? SEVERITY_WARNING : SEVERITY_NOTE, results);
    for (unsigned i = 0; i < count; i++)
        sarif_result(self, tellings->subject, &results[i]);
}

static void sarif_notify(SarifReport *self, const char *level, const char *path, const char *text)
{
    g_string_append(self->notifications, self->notifications->len ? ",\n" : "\n");
    JsonWriter json = json_writer_make(self->notifications);
    json_begin_object(&json, NULL);
    json_string(&json, "level", level);
    sarif_message(&json, "message", text);
    if (path) {
        json_begin_array(&json, "locations");
        json_begin_object(&json, NULL);
        json_begin_object(&json, "physicalLocation");
        sarif_uri(&json, path);
        json_end_object(&json);
        json_end_object(&json);
        json_end_array(&json);
    }
    json_end_object(&json);
}

static void sarif_capture_end(Report *report, const CaptureInfo *capture)
{
    static const char *const levels[] = {"note", "warning", "error"};
    SarifReport *self = (SarifReport *)report;
    const DiagnosticList *list = capture->diagnostics;
    if (capture->failure)
        sarif_notify(self, "error", capture->path, capture->failure);
    for (guint i = 0; list && i < diagnostic_list_length(list); i++) {
        const Diagnostic *one = diagnostic_list_get(list, i);
        sarif_notify(self, levels[one->severity], capture->path, one->message);
    }
    self->failed |= capture->failure || (list && diagnostic_list_worst(list) == DIAGNOSTIC_ERROR);
    self->capture = NULL;
}

static void sarif_rule(JsonWriter *json, const Rule *rule)
{
    GString *text = g_string_new(NULL), *markdown = g_string_new(NULL);
    json_begin_object(json, NULL);
    json_string(json, "id", rule->id);
    explain_summary(text, rule);
    sarif_message(json, "shortDescription", text->str);
    json_begin_object(json, "defaultConfiguration");
    json_string(json, "level", sarif_level(rule->severity));
    json_end_object(json);
    listing_advice_markdown(markdown, rule);
    json_begin_object(json, "help");
    json_string(json, "text", text->str);
    json_string(json, "markdown", markdown->str);
    json_end_object(json);
    json_end_object(json);
    g_string_free(text, TRUE);
    g_string_free(markdown, TRUE);
}

static void sarif_tool(SarifReport *self, GString *out)
{
    JsonWriter json = json_writer_make(out);
    json_begin_object(&json, "tool");
    json_begin_object(&json, "driver");
    json_string(&json, "name", "closelint");
    json_string(&json, "semanticVersion", CLOSELINT_VERSION);
    json_begin_array(&json, "rules");
    for (guint i = 0; i < self->used->len; i++)
        sarif_rule(&json, self->used->pdata[i]);
    json_end_array(&json);
    json_end_object(&json);
    json_end_object(&json);
}

/* The worst first, as many as may be; those of a severity that does not fit whole are left out whole. */
static void sarif_results(SarifReport *self, GString *out)
{
    guint total = 0;
    bool has_any = false;
    for (int severity = SEVERITY_ERROR; severity > SEVERITY_OK; severity--) {
        const GString *results = self->results[severity];
        total += self->counts[severity];
        if (total > SARIF_RESULTS_MAX) {
            self->left_out += self->counts[severity];
            total -= self->counts[severity];
        } else if (results->len) {
            g_string_append(out, results->str + !has_any);
            has_any = true;
        }
    }
}

static void sarif_finish(Report *report)
{
    SarifReport *self = (SarifReport *)report;
    GString *out =
        g_string_new("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\n"
                     "\"runs\":[{");
    GString *results = g_string_new(NULL);
    sarif_results(self, results);
    if (self->left_out) {
        g_autofree char *text = g_strdup_printf("%" PRIu64 " results more were left out", self->left_out);
        sarif_notify(self, "warning", NULL, text);
    }
    sarif_tool(self, out);
    g_string_append_printf(
        out,
        ",\n\"columnKind\":\"unicodeCodePoints\",\"invocations\":[{\"executionSuccessful\":%s,"
        "\"toolExecutionNotifications\":[%s]}],\n\"results\":[%s\n]}]}\n",
        self->failed ? "false" : "true", self->notifications->str, results->str);
    sink_take(report->sink, out);
    g_string_free(out, TRUE);
    g_string_free(results, TRUE);
    for (unsigned severity = 0; severity < G_N_ELEMENTS(self->results); severity++)
        g_string_free(self->results[severity], TRUE);
    g_string_free(self->notifications, TRUE);
    g_hash_table_unref(self->rules);
    g_ptr_array_unref(self->used);
    fingerprints_free(self->fingerprints);
}

const ReportFormat report_format_sarif = {
    .name = "sarif",
    .doc = "a SARIF 2.1.0 log, for code scanning",
    .size = sizeof(SarifReport),
    .wants_offsets = true,
    .begin = sarif_begin,
    .capture_begin = sarif_capture_begin,
    .connection = sarif_connection,
    .capture_end = sarif_capture_end,
    .finish = sarif_finish,
};
