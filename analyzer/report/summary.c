/* "412 connections in 10233 frames: 36 with errors, 374 ok", then a line a severity: causes, then the endings
 * that no cause explains, then findings. Where there are causes, a last line has all endings. */
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

/* "412 connections in 10233 frames: 36 with errors, 374 ok" behind what `text` holds already. Takes it. */
static void append_headline(GString *out, const Style *style, GString *text, uint64_t connections,
                            uint64_t frames, const Counts *counts)
{
    static const char *const words[] = {"ok", "with notes", "with warnings", "with errors"};
    static const char *const single[] = {"ok", "with a note", "with a warning", "with an error"};
    append_count(text, connections, "connection", "connections");
    g_string_append(text, " in ");
    append_count(text, frames, "frame", "frames");
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

/* "12 of ", where not all connections are reported. */
static GString *headline_new(const ReportOptions *options, const Counts *counts)
{
    GString *text = g_string_new(NULL);
    if (options->is_filtered)
        g_string_append_printf(text, "%" PRIu64 " of ", counts->reported);
    return text;
}

static void append_rule(GString *text, const Rule *rule, uint64_t count)
{
    if (count)
        g_string_append_printf(text, "%s%" PRIu64 " %s%s", text->len ? ", " : "", count, rule->id,
                               rule->disabled ? " (switched off)" : "");
}

/* "  endings    37 four-way, 1 open" */
static void append_endings(GString *out, const Style *style, const Counts *counts, const RuleSet *rules)
{
    GString *text = g_string_new(NULL);
    const GPtrArray *all = rule_set_all(rules);
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        if (rule->kind == RULE_ENDING)
            append_rule(text, rule, counts_all(counts, rule));
    }
    g_string_append(out, "  endings");
    style_pad(out, (unsigned)strlen("  endings"), SUMMARY_LABEL_COLUMNS);
    wrap_append(out, style, text->str, SUMMARY_LABEL_COLUMNS, SUMMARY_LABEL_COLUMNS);
    g_string_free(text, TRUE);
}

/* "  error      36 rst-after-write-to-closed, 2 data-lost", rules in the order of --list-rules. */
static void append_severity(GString *out, const Style *style, const Counts *counts, const RuleSet *rules,
                            Severity severity)
{
    static const RuleKind order[RULE_KINDS] = {RULE_CAUSE, RULE_ENDING, RULE_FINDING};
    GString *text = g_string_new(NULL);
    const GPtrArray *all = rule_set_all(rules);
    for (guint i = 0; i < RULE_KINDS * all->len; i++) {
        const Rule *rule = all->pdata[i % all->len];
        if (rule->kind == order[i / all->len])
            append_rule(text, rule, counts_of(counts, rule, severity));
    }
    if (text->len) {
        g_string_append(out, "  ");
        style_append(out, style, style_severity_tone(severity), severity_name(severity));
        style_pad(out, 2 + (unsigned)strlen(severity_name(severity)), SUMMARY_LABEL_COLUMNS);
        wrap_append(out, style, text->str, SUMMARY_LABEL_COLUMNS, SUMMARY_LABEL_COLUMNS);
    }
    g_string_free(text, TRUE);
}

static void append_rules(GString *out, const Style *style, const Counts *counts, const RuleSet *rules)
{
    for (int severity = SEVERITY_ERROR; severity >= SEVERITY_OK; severity--)
        append_severity(out, style, counts, rules, (Severity)severity);
    if (counts->explained)
        append_endings(out, style, counts, rules);
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
    append_headline(out, style, headline_new(options, counts), capture->connections, capture->frames, counts);
    append_rules(out, style, counts, options->rules);
    if (capture->joined)
        append_joined(out, style, capture->joined);
}

void total_add(Total *total, const CaptureInfo *capture, const Counts *counts)
{
    total->captures++;
    if (capture->failure) {
        total->unread++;
        return;
    }
    total->clean += counts->severity[SEVERITY_OK] == counts->reported;
    total->frames += capture->frames;
    total->connections += capture->connections;
    counts_merge(&total->counts, counts);
}

void summary_total(GString *out, const Style *style, const Total *total, const ReportOptions *options)
{
    GString *text = g_string_new(NULL);
    append_count(text, total->captures, "capture", "captures");
    g_string_append_printf(text, ", %" PRIu64 " without anything to tell", total->clean);
    if (total->unread)
        g_string_append_printf(text, ", %" PRIu64 " not read", total->unread);
    wrap_append(out, style, text->str, 0, 2);
    g_string_free(text, TRUE);
    append_headline(out, style, headline_new(options, &total->counts), total->connections, total->frames,
                    &total->counts);
    append_rules(out, style, &total->counts, options->rules);
}

void summary_clean(GString *out, const Style *style, const CaptureInfo *capture, const Counts *counts)
{
    style_printf(out, style, TONE_STRONG, "== %s ==", capture->path);
    g_string_append(out, "  ");
    append_headline(out, style, g_string_new(NULL), capture->connections, capture->frames, counts);
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
