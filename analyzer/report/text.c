/* The format `text`, in the voice of a good compiler: errors first, then warnings, then notes, and last a
 * summary.
 *
 * Like verdicts against one server are told once, in full, for the clearest case: by the cause that leads, or
 * else by the ending. A finding is told beneath that where it is told, and by itself otherwise. Notes are
 * harmless habits: without -v they are a title each, so that they do not drown what matters. */
#include <inttypes.h>

#include "base/address.h"
#include "base/time-format.h"
#include "report/block.h"
#include "report/stream.h"
#include "report/summary.h"
#include "report/wrap.h"
#include "verdict/grouping.h"

#define STREAM_RANGES_SHOWN 12

typedef struct {
    Report base;
    Style style;
    GString *text;
    GString *listing; /* -v: a line for every connection that ended well */
    Grouping *grouping;
    Counts counts;
    const FrameMap *joined;
    int64_t capture_ns;
    Total total;      /* of several captures */
    GHashTable *told; /* Group* already told */
} TextReport;

static void text_begin(Report *report)
{
    TextReport *self = (TextReport *)report;
    self->style = style_make(report->options, sink_descriptor(report->sink));
    self->text = g_string_new(NULL);
    self->listing = g_string_new(NULL);
    counts_init(&self->total.counts);
    self->told = g_hash_table_new(NULL, NULL);
}

static void text_capture_begin(Report *report, const CaptureInfo *capture)
{
    TextReport *self = (TextReport *)report;
    self->grouping = grouping_new(report->options->verbose ? SEVERITY_NOTE : SEVERITY_WARNING);
    counts_init(&self->counts);
    self->joined = capture->joined;
    self->capture_ns = capture->first_ns;
}

/* "stream 5  10.0.0.1:5 → 10.0.0.2:80  four-way, 2.31 s", behind the ending its cause */
static void text_list_connection(TextReport *self, const Case *subject)
{
    const History *history = subject->history;
    const Rule *ending = verdict_ending(subject->verdict), *cause = verdict_cause(subject->verdict);
    GString *line = g_string_new(NULL);
    g_string_append_printf(line, "  stream %u  ", history->stream);
    endpoint_format(line, &history->side[SIDE_CLIENT].address, history->side[SIDE_CLIENT].port);
    g_string_append(line, " → ");
    endpoint_format(line, &history->side[SIDE_SERVER].address, history->side[SIDE_SERVER].port);
    g_string_append_printf(line, "  %s", ending ? ending->id : "no ending");
    if (cause)
        g_string_append_printf(line, " (%s)", cause->id);
    g_string_append(line, ", ");
    format_duration(line, history->end_ns - history->start_ns, false);
    style_append(self->listing, &self->style, TONE_PLAIN, line->str);
    g_string_append_c(self->listing, '\n');
    g_string_free(line, TRUE);
}

static Severity text_least(const TextReport *self)
{
    return self->base.options->quiet ? SEVERITY_WARNING : SEVERITY_NOTE;
}

static void text_good(Report *report, const Outcome *outcome, uint32_t count)
{
    TextReport *self = (TextReport *)report;
    counts_add(&self->counts, outcome, count);
}

static bool text_outcome(Report *report, const Outcome *outcome, uint32_t stream, const Endpoint *server)
{
    TextReport *self = (TextReport *)report;
    counts_add(&self->counts, outcome, 1);
    return grouping_add(self->grouping, outcome, stream, server, text_least(self));
}

static void text_example(Report *report, Tellings *tellings)
{
    TextReport *self = (TextReport *)report;
    grouping_keep(self->grouping, tellings, text_least(self));
}

static void text_connection(Report *report, Tellings *tellings)
{
    TextReport *self = (TextReport *)report;
    const ReportOptions *options = report->options;
    const Case *subject = tellings->subject;
    const Endpoint server = endpoint_of(&subject->history->side[SIDE_SERVER]);
    Outcome outcome;
    outcome_of(subject->verdict, subject->history, &outcome);
    bool is_example = text_outcome(report, &outcome, subject->history->stream, &server);
    if (options->whole_stream)
        stream_append(self->text, &self->style, tellings, self->capture_ns, options);
    else if (is_example)
        text_example(report, tellings);
    else if (options->verbose && outcome.severity == SEVERITY_OK)
        text_list_connection(self, subject);
}

/* "36 more like this, all to 10.0.0.2:9999: streams 4, 7, 9–20", without the stream that was told; NULL where
 * there are none. */
static char *text_more(const Group *group, uint32_t told)
{
    uint64_t count = group->streams.count - 1;
    if (!count)
        return NULL;
    GString *more = g_string_new(NULL);
    g_string_append_printf(more, "%" PRIu64 " more like this", count);
    if (!group->is_any_server) {
        g_string_append(more, count > 1 ? ", all to " : ", to ");
        endpoint_format(more, &group->server, group->port);
    }
    g_string_append_printf(more, ": stream%s ", count == 1 ? "" : "s");
    stream_list_format(more, &group->streams, told, STREAM_RANGES_SHOWN);
    return g_string_free(more, FALSE);
}

static void text_tell_more(TextReport *self, const Group *group, uint32_t told, unsigned indent)
{
    g_autofree char *more = text_more(group, told);
    if (!more)
        return;
    style_pad(self->text, 0, indent);
    wrap_append(self->text, &self->style, more, indent, indent);
}

/* The findings of the connection that was just told, but for those of which a case was told before: there
 * this connection is listed. */
static void text_tell_beneath(TextReport *self, const Group *group)
{
    const ReportOptions *options = self->base.options;
    for (guint i = 0; i < group->clearest.findings->len; i++) {
        const Telling *finding = group->clearest.findings->pdata[i];
        const Group *own = grouping_find(self->grouping, finding, group->clearest.history);
        if (!own || own == group || g_hash_table_contains(self->told, own))
            continue;
        g_string_append_c(self->text, '\n');
        block_beneath(self->text, &self->style, finding, self->joined, options->verbose);
        if (own->is_rest)
            continue;
        g_hash_table_add(self->told, (gpointer)own);
        text_tell_more(self, own, group->clearest.history->stream, 4);
    }
}

static void text_tell_in_full(TextReport *self, const Group *group, const Block *block)
{
    bool verbose = self->base.options->verbose;
    block_head(self->text, &self->style, block);
    block_ladder(self->text, &self->style, block, false);
    block_body(self->text, &self->style, block, verbose);
    if (group->streams.count > 1)
        g_string_append_c(self->text, '\n');
    text_tell_more(self, group, group->clearest.history->stream, 2);
    if (group->rule->kind != RULE_FINDING)
        text_tell_beneath(self, group);
    g_string_append_c(self->text, '\n');
}

/* The servers beyond those that have a group of their own. */
static void text_tell_rest(TextReport *self, const Group *group)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%" PRIu64 " more %s, to other servers: stream%s ", group->streams.count,
                           group->rule->id, group->streams.count == 1 ? "" : "s");
    stream_list_format(text, &group->streams, NO_CONNECTION, STREAM_RANGES_SHOWN);
    style_append(self->text, &self->style, style_severity_tone(group->severity),
                 severity_name(group->severity));
    g_string_append(self->text, ": ");
    wrap_append(self->text, &self->style, text->str, 9, 2);
    g_string_append_c(self->text, '\n');
    g_string_free(text, TRUE);
}

static void text_tell_group(TextReport *self, const Group *group)
{
    const ReportOptions *options = self->base.options;
    if (!g_hash_table_add(self->told, (gpointer)group))
        return;
    if (group->is_rest) {
        text_tell_rest(self, group);
        return;
    }
    const Block block = {.telling = group->telling,
                         .ending = group->clearest.ending,
                         .causes = group->clearest.causes,
                         .history = group->clearest.history,
                         .joined = self->joined,
                         .capture_ns = self->capture_ns};
    bool is_short = options->quiet || (group->severity == SEVERITY_NOTE && !options->verbose);
    if (!is_short) {
        text_tell_in_full(self, group, &block);
        return;
    }
    block_head(self->text, &self->style, &block);
    text_tell_more(self, group, group->clearest.history->stream, 2);
    if (!options->quiet)
        g_string_append_c(self->text, '\n');
}

static void text_tell_groups(TextReport *self)
{
    const GPtrArray *groups = grouping_sorted(self->grouping);
    for (guint i = 0; i < groups->len; i++)
        text_tell_group(self, groups->pdata[i]);
}

static void text_tell_capture(TextReport *self, const CaptureInfo *capture)
{
    const ReportOptions *options = self->base.options;
    if (!options->whole_stream) {
        text_tell_groups(self);
        g_string_append_len(self->text, self->listing->str, (gssize)self->listing->len);
        if (self->listing->len)
            g_string_append_c(self->text, '\n');
        if (!options->quiet)
            summary_append(self->text, &self->style, capture, &self->counts, options);
    }
    if (!options->quiet)
        summary_diagnostics(self->text, &self->style, capture);
}

static bool text_is_clean(const TextReport *self, const CaptureInfo *capture)
{
    return !capture->failure && !self->text->len &&
           self->counts.severity[SEVERITY_OK] == self->counts.reported &&
           !diagnostic_list_length(capture->diagnostics);
}

/* "== a.pcap ==" above what is told of one of several captures. */
static void text_prepend_heading(TextReport *self, const CaptureInfo *capture)
{
    GString *heading = g_string_new(NULL);
    style_printf(heading, &self->style, TONE_STRONG, "== %s ==", capture->path);
    g_string_append(heading, "\n\n");
    g_string_prepend(self->text, heading->str);
    g_string_append_c(self->text, '\n');
    g_string_free(heading, TRUE);
}

/* Of several captures, one of which all is well is passed over, or with -v a line and what it lists. */
static void text_tell_one(TextReport *self, const CaptureInfo *capture)
{
    const ReportOptions *options = self->base.options;
    bool is_one_of_many = options->captures > 1;
    if (is_one_of_many && text_is_clean(self, capture)) {
        if (options->verbose)
            summary_clean(self->text, &self->style, capture, &self->counts);
        g_string_append_len(self->text, self->listing->str, (gssize)self->listing->len);
        return;
    }
    if (capture->failure) {
        style_printf(self->text, &self->style, TONE_PLAIN, "%s was not read: %s", capture->path,
                     capture->failure);
        g_string_append_c(self->text, '\n');
    } else {
        text_tell_capture(self, capture);
    }
    if (is_one_of_many && self->text->len)
        text_prepend_heading(self, capture);
}

static void text_capture_end(Report *report, const CaptureInfo *capture)
{
    TextReport *self = (TextReport *)report;
    text_tell_one(self, capture);
    total_add(&self->total, capture, &self->counts);
    sink_take(report->sink, self->text);
    g_string_truncate(self->listing, 0);
    g_hash_table_remove_all(self->told);
    g_clear_pointer(&self->grouping, grouping_free);
    counts_clear(&self->counts);
}

static void text_finish(Report *report)
{
    TextReport *self = (TextReport *)report;
    const ReportOptions *options = report->options;
    if (options->captures > 1 && !options->quiet && !options->whole_stream)
        summary_total(self->text, &self->style, &self->total, options);
    sink_take(report->sink, self->text);
    counts_clear(&self->total.counts);
    g_string_free(self->text, TRUE);
    g_string_free(self->listing, TRUE);
    g_hash_table_unref(self->told);
}

const ReportFormat report_format_text = {
    .name = "text",
    .doc = "for people",
    .size = sizeof(TextReport),
    .begin = text_begin,
    .capture_begin = text_capture_begin,
    .connection = text_connection,
    .good = text_good,
    .outcome = text_outcome,
    .example = text_example,
    .capture_end = text_capture_end,
    .finish = text_finish,
};
