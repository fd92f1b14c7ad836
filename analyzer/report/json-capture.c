/* What the JSON output says of a capture: how it was read, what was odd about it, and the counts. */
#include "report/json-record.h"

#include <string.h>

static void json_diagnostic(JsonWriter *json, const char *severity, uint64_t offset, uint64_t frame,
                            const char *message)
{
    json_begin_object(json, NULL);
    json_string(json, "severity", severity);
    json_uint(json, "offset", offset);
    if (frame)
        json_uint(json, "frame", frame);
    else
        json_null(json, "frame");
    json_string(json, "message", message);
    json_end_object(json);
}

/* The message of a file that could not be opened begins with "byte 24: " where the place is known. */
static uint64_t failure_offset(const char *failure)
{
    return g_str_has_prefix(failure, "byte ") ? g_ascii_strtoull(failure + strlen("byte "), NULL, 10) : 0;
}

static void json_diagnostics(JsonWriter *json, const CaptureInfo *capture)
{
    const DiagnosticList *list = capture->diagnostics;
    json_begin_array(json, "diagnostics");
    if (capture->failure)
        json_diagnostic(json, "error", failure_offset(capture->failure), 0, capture->failure);
    for (guint i = 0; list && i < diagnostic_list_length(list); i++) {
        const Diagnostic *one = diagnostic_list_get(list, i);
        json_diagnostic(json, diagnostic_severity_name(one->severity), one->offset, one->frame, one->message);
    }
    json_end_array(json);
    json_uint(json, "diagnostics_dropped", list ? diagnostic_list_dropped(list) : 0);
}

/* How many connections had each rule, in the order of --list-rules. */
static void json_rule_counts(JsonWriter *json, const char *key, const Counts *counts, const RuleSet *rules,
                             RuleKind kind)
{
    json_begin_object(json, key);
    const GPtrArray *all = rule_set_all(rules);
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        if (rule->kind == kind && counts_all(counts, rule))
            json_uint(json, rule->id, counts_all(counts, rule));
    }
    json_end_object(json);
}

static void json_summary(JsonWriter *json, const Counts *counts, const RuleSet *rules)
{
    json_begin_object(json, "summary");
    json_uint(json, "reported", counts->reported);
    json_begin_object(json, "severities");
    for (int severity = SEVERITY_ERROR; severity >= SEVERITY_OK; severity--)
        json_uint(json, severity_name((Severity)severity), counts->severity[severity]);
    json_end_object(json);
    json_rule_counts(json, "causes", counts, rules, RULE_CAUSE);
    json_rule_counts(json, "endings", counts, rules, RULE_ENDING);
    json_rule_counts(json, "findings", counts, rules, RULE_FINDING);
    json_end_object(json);
}

static void json_files(JsonWriter *json, const FrameMap *joined)
{
    json_begin_array(json, "files");
    for (guint i = 0; i < frame_map_file_count(joined); i++) {
        const FrameMapFile *file = frame_map_file(joined, i);
        json_begin_object(json, NULL);
        json_string(json, "file", file->path);
        json_string(json, "format", file->format);
        json_uint(json, "frames", file->frames);
        json_end_object(json);
    }
    json_end_array(json);
}

void json_capture_members(JsonWriter *json, const CaptureInfo *capture, const Counts *counts,
                          const RuleSet *rules)
{
    json_string(json, "format", capture->format);
    json_uint(json, "frames", capture->frames);
    json_uint(json, "segments", capture->segments);
    json_int(json, "first_ns", capture->first_ns);
    json_int(json, "last_ns", capture->last_ns);
    json_uint(json, "streams", capture->connections);
    json_bool(json, "partial", capture->partial);
    if (capture->joined)
        json_files(json, capture->joined);
    json_diagnostics(json, capture);
    json_summary(json, counts, rules);
}
