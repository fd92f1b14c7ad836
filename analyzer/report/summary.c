/* "412 connections in 10233 frames: 36 with errors, 374 ok", then a line a severity. */
#include "report/summary.h"

#include <inttypes.h>
#include <string.h>

#include "report/wrap.h"

#define SUMMARY_LABEL_COLUMNS 11
#define SUMMARY_FILES_MAX     8

static void append_count(GString *out, uint64_t count, const char *one, const char *many)
{
    g_string_append_printf(out, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

static void append_headline(GString *out, const Style *style, const CaptureInfo *capture,
                            const Counts *counts, const ReportOptions *options)
{
    static const char *const words[] = {"ok", "with notes", "with warnings", "with errors"};
    static const char *const single[] = {"ok", "with a note", "with a warning", "with an error"};
    GString *text = g_string_new(NULL);
    if (options->is_filtered)
        g_string_append_printf(text, "%" PRIu64 " of ", counts->reported);
    append_count(text, capture->connections, "connection", "connections");
    g_string_append(text, " in ");
    append_count(text, capture->frames, "frame", "frames");
    const char *separator = ": ";
    for (int severity = SEVERITY_ERROR; severity >= SEVERITY_OK; severity--) {
        if (!counts->severity[severity])
            continue;
        g_string_append(text, separator);
        append_count(text, counts->severity[severity], single[severity], words[severity]);
        separator = ", ";
    }
    wrap_append(out, style, text->str, 0, 2);
    g_string_free(text, TRUE);
}

/* "  error      36 rst-after-write-to-closed, 2 data-lost", rules in the order of --list-rules. */
static void append_severity(GString *out, const Style *style, const Counts *counts, const RuleSet *rules,
                            Severity severity)
{
    GString *text = g_string_new(NULL);
    const GPtrArray *all = rule_set_all(rules);
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        uint64_t count = counts_of(counts, rule, severity);
        if (count)
            g_string_append_printf(text, "%s%" PRIu64 " %s%s", text->len ? ", " : "", count, rule->id,
                                   rule->disabled ? " (switched off)" : "");
    }
    if (text->len) {
        g_string_append(out, "  ");
        style_append(out, style, style_severity_tone(severity), severity_name(severity));
        style_pad(out, 2 + (unsigned)strlen(severity_name(severity)), SUMMARY_LABEL_COLUMNS);
        wrap_append(out, style, text->str, SUMMARY_LABEL_COLUMNS, SUMMARY_LABEL_COLUMNS);
    }
    g_string_free(text, TRUE);
}

/* "  joined     a.pcap (33 frames), b.pcap (22 frames); …" */
static void append_joined(GString *out, const Style *style, const FrameMap *joined)
{
    GString *text = g_string_new(NULL);
    guint count = frame_map_file_count(joined), shown = MIN(count, SUMMARY_FILES_MAX);
    for (guint i = 0; i < shown; i++) {
        const FrameMapFile *file = frame_map_file(joined, i);
        g_string_append_printf(text, "%s%s (", i ? ", " : "", file->name);
        append_count(text, file->frames, "frame", "frames");
        g_string_append_c(text, ')');
    }
    if (count > shown)
        g_string_append_printf(text, " and %u more", count - shown);
    g_string_append(text, "; frames and streams are numbered as in the file that mergecap makes of them");
    g_string_append(out, "  joined");
    style_pad(out, (unsigned)strlen("  joined"), SUMMARY_LABEL_COLUMNS);
    wrap_append(out, style, text->str, SUMMARY_LABEL_COLUMNS, SUMMARY_LABEL_COLUMNS);
    g_string_free(text, TRUE);
}

void summary_append(GString *out, const Style *style, const CaptureInfo *capture, const Counts *counts,
                    const ReportOptions *options)
{
    append_headline(out, style, capture, counts, options);
    for (int severity = SEVERITY_ERROR; severity >= SEVERITY_OK; severity--)
        append_severity(out, style, counts, options->rules, (Severity)severity);
    if (capture->joined)
        append_joined(out, style, capture->joined);
}

static Tone diagnostic_tone(DiagnosticSeverity severity)
{
    static const Tone tones[] = {TONE_NOTE, TONE_WARNING, TONE_ERROR};
    return tones[severity];
}

void summary_diagnostics(GString *out, const Style *style, const CaptureInfo *capture)
{
    const DiagnosticList *list = capture->diagnostics;
    for (guint i = 0; i < diagnostic_list_length(list); i++) {
        const Diagnostic *one = diagnostic_list_get(list, i);
        const char *severity = diagnostic_severity_name(one->severity);
        style_append(out, style, diagnostic_tone(one->severity), severity);
        g_string_append(out, ": ");
        wrap_append(out, style, one->message, (unsigned)strlen(severity) + 2, 2);
    }
    if (diagnostic_list_dropped(list))
        g_string_append_printf(out, "  and %" PRIu64 " more\n", diagnostic_list_dropped(list));
}
