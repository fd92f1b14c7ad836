/* Fuzz target of the whole way: the input is a capture. It is read, every connection in it is judged by the
 * built-in rules, explained, and told in every format. Whatever the bytes are, each connection has an ending,
 * and no report holds a byte that a terminal or a parser would trip over. */
#define _GNU_SOURCE /* memfd_create */
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pipeline/trace.h"

#define CONNECTIONS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const RuleSet *builtin_rules(void)
{
    static RuleSet *rules;
    if (!rules) {
        rules = rule_set_new_builtin(NULL);
        g_assert(rules && rule_set_finish(rules, NULL));
    }
    return rules;
}

static void check_bytes(const GString *text)
{
    g_assert(g_utf8_validate(text->str, (gssize)text->len, NULL));
    for (gsize i = 0; i < text->len; i++)
        g_assert((unsigned char)text->str[i] >= ' ' || text->str[i] == '\n');
}

static void explain(const RuleSet *rules, const Case *subject)
{
    g_autoptr(GString) text = g_string_new(NULL);
    rule_set_explain_path(rules, subject->facts, text);
}

/* A verdict must not depend on what is settled before facts are computed. */
static void check_verdict(const RuleSet *rules, const Case *subject)
{
    static Verdict verdict;
    FactSetHead *head = (FactSetHead *)subject->facts;
    const unsigned usual = head->usual;
    head->usual = 0;
    rule_set_judge(rules, subject->facts, &verdict);
    head->usual = usual;
    g_assert(verdict_ending(&verdict) == verdict_ending(subject->verdict));
    g_assert(verdict.certainty == subject->verdict->certainty);
    g_assert(verdict.ending_is_benign == subject->verdict->ending_is_benign);
    g_assert(verdict.possible_count == subject->verdict->possible_count);
    g_assert(verdict.cause_count == subject->verdict->cause_count);
    for (unsigned i = 0; i < verdict.cause_count; i++)
        g_assert(verdict.causes[i].rule == subject->verdict->causes[i].rule);
    g_assert(verdict.finding_count == subject->verdict->finding_count);
    for (unsigned i = 0; i < verdict.finding_count; i++)
        g_assert(verdict.findings[i].rule == subject->verdict->findings[i].rule);
}

static void report(Trace *trace, const ReportFormat *format, const ReportOptions *options)
{
    Sink *sink = sink_new_memory();
    Report *report = report_new(format, options, sink);
    Tellings tellings = {0};
    report_capture_begin(report, trace_info(trace));
    for (uint32_t stream = 0; stream < MIN(trace_info(trace)->connections, CONNECTIONS_MAX); stream++) {
        Case subject;
        trace_judge(trace, options->rules, stream, &subject);
        g_assert(subject.verdict->path_length > 0);
        check_verdict(options->rules, &subject);
        explain(options->rules, &subject);
        tellings_begin(&tellings, &subject);
        report_connection(report, &tellings);
        tellings_clear(&tellings);
    }
    report_capture_end(report, trace_info(trace));
    format->finish(report);
    check_bytes(sink_text(sink));
    g_assert(sink_close(sink, NULL));
    g_free(report);
}

static void report_all(Trace *trace)
{
    ReportOptions options = {.rules = builtin_rules(), .verbose = true, .captures = 1, .color = COLOR_NEVER};
    const ReportFormat *format;
    for (unsigned i = 0; (format = report_format(i)); i++)
        report(trace, format, &options);
    options.whole_stream = options.facts = true;
    report(trace, report_format(0), &options);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || write(file, data, size) != (ssize_t)size) {
        close(file);
        return 0;
    }
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    g_autoptr(GError) error = NULL;
    g_autoptr(Trace) trace = trace_read(path, &(TraceOptions){0}, &error);
    g_assert(!trace == !!error);
    if (trace)
        report_all(trace);
    close(file);
    return 0;
}
