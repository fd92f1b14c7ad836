/* The flow on one page: options → rules → for every capture: read it whole, judge each connection, report.
 *
 * Several captures are read one after the other, or all at once where they are joined; each is reported
 * whatever became of those before it, and the exit status is that of the worst: an input that could not be
 * read hides what might have been found in it, so it weighs more than findings. */
#include "pipeline/pipeline.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/stop.h"
#include "pipeline/documents.h"
#include "pipeline/expect.h"
#include "pipeline/follow.h"
#include "pipeline/loading.h"
#include "pipeline/message.h"
#include "pipeline/outputs.h"
#include "pipeline/samples.h"
#include "pipeline/trace.h"
#include "rules/language/expression.h"

typedef struct {
    const Options *options;
    RuleSet *rules;
    Expression *where;
    PacketFilter *filter;
    Outputs *outputs;
    Expect *expect; /* NULL: nothing is expected */
    Tellings tellings;
    GArray *examples;   /* uint32_t: streams that a report may want to be shown */
    bool found, failed; /* exit status 1, 3 */
    bool has_stream;    /* --stream or --why: some capture had it */
    bool hurries;       /* of most connections nobody wants to know more than what they came to */
} Run;

/* A rule file's exit status and a usage mistake's are the same; only an input has its own. */
static int fail(GError *error)
{
    int status = g_error_matches(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT) ? STATUS_INPUT : STATUS_USAGE;
    message_error(error);
    return status;
}

static void run_note_severity(Run *run, Severity severity)
{
    run->found |= severity >= run->options->report.fail_on;
}

/* OutcomeFunction */
static void run_good(void *data, const Outcome *outcome, uint32_t count)
{
    Run *run = data;
    run_note_severity(run, outcome->severity);
    outputs_good(run->outputs, outcome, count);
}

/* False where it has to be judged to know what it came to. */
static bool run_outcome(Run *run, Trace *trace, uint32_t stream)
{
    const Outcome *outcome = trace_outcome(trace, stream);
    if (!outcome)
        return false;
    run_note_severity(run, outcome->severity);
    if (outputs_outcome(run->outputs, outcome, stream, trace_server(trace, stream)))
        g_array_append_val(run->examples, stream);
    return true;
}

static void run_example(Run *run, Trace *trace, uint32_t stream)
{
    Case subject;
    trace_judge(trace, run->rules, stream, &subject);
    tellings_begin(&run->tellings, &subject);
    outputs_example(run->outputs, &run->tellings);
    tellings_clear(&run->tellings);
}

static void run_connection(Run *run, Trace *trace, uint32_t stream)
{
    Case subject;
    trace_judge(trace, run->rules, stream, &subject);
    if (run->where && expression_evaluate(run->where, subject.facts) != TRUTH_TRUE)
        return;
    if (run->expect)
        expect_take(run->expect, &subject);
    else
        run_note_severity(run, verdict_severity(subject.verdict));
    tellings_begin(&run->tellings, &subject);
    outputs_connection(run->outputs, &run->tellings);
    tellings_clear(&run->tellings);
}

/* Connections of which nobody wants to know more than what they came to. */
static void run_outcomes(Run *run, Trace *trace)
{
    enum { AHEAD = 16 };
    uint32_t count;
    const uint32_t *streams = trace_notable(trace, &count);
    trace_each_good(trace, run_good, run);
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            trace_prefetch_server(trace, streams[i + AHEAD]);
        if (!run_outcome(run, trace, streams[i]))
            run_connection(run, trace, streams[i]);
    }
    for (guint i = 0; i < run->examples->len; i++)
        run_example(run, trace, g_array_index(run->examples, uint32_t, i));
    g_array_set_size(run->examples, 0);
}

static void run_connections(Run *run, Trace *trace)
{
    uint32_t count = trace_info(trace)->connections;
    if (run->hurries) {
        run_outcomes(run, trace);
    } else if (run->options->stream < 0) {
        for (uint32_t stream = 0; stream < count; stream++)
            run_connection(run, trace, stream);
    } else if (run->options->stream < count) {
        run->has_stream = true;
        run_connection(run, trace, (uint32_t)run->options->stream);
    }
}

/* A capture that cannot be opened is still one that was asked for: the reports say so. */
static void run_unreadable(Run *run, const char *path, GError *error)
{
    g_autofree char *prefix = g_strdup_printf("%s: ", path);
    const char *reason = error->message;
    CaptureInfo info = {.path = path,
                        .partial = stop_is_requested(),
                        .failure = g_str_has_prefix(reason, prefix) ? reason + strlen(prefix) : reason};
    outputs_capture_begin(run->outputs, &info);
    outputs_capture_end(run->outputs, &info);
    run->failed = true;
    message_error(error);
}

/* Reads the capture at `index`: a file, or all of them joined. After a signal nothing more is begun. */
static Trace *run_read(const Run *run, guint index, const RuleSet *rules, bool shows_progress, GError **error)
{
    const Options *options = run->options;
    const TraceOptions how = {.filter = run->filter,
                              .rules = rules,
                              .numbering = options->numbering,
                              .keeps_offsets = run->outputs && outputs_want_offsets(run->outputs),
                              .shows_progress = shows_progress};
    const char *path = options->captures[index];
    if (stop_is_requested()) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "%s: stopped by a signal", path);
        return NULL;
    }
    return options->joins ? trace_join(options->captures, &how) : trace_read(path, &how, error);
}

static void run_capture(Run *run, guint index)
{
    GError *error = NULL;
    g_autoptr(Trace) trace =
        run_read(run, index, run->hurries ? run->rules : NULL, !run->options->report.quiet, &error);
    g_assert(trace || error);
    if (!trace) {
        run_unreadable(run, run->options->captures[index], error);
        return;
    }
    const CaptureInfo *info = trace_info(trace);
    bool only_errors = run->options->report.quiet || outputs_show_diagnostics(run->outputs);
    message_diagnostics(info->path, info->diagnostics, only_errors ? DIAGNOSTIC_ERROR : DIAGNOSTIC_NOTE);
    run->failed |= diagnostic_list_worst(info->diagnostics) == DIAGNOSTIC_ERROR;
    outputs_capture_begin(run->outputs, info);
    run_connections(run, trace);
    outputs_capture_end(run->outputs, info);
}

static bool run_prepare(Run *run, GError **error)
{
    const Options *options = run->options;
    run->rules = rules_for_options(options, error);
    if (!run->rules)
        return false;
    if (options->where) {
        run->where = expression_new(options->where, "--where", 1, 1, run->rules, error);
        if (!run->where)
            return false;
    }
    if (options->filter) {
        run->filter = packet_filter_new(options->filter, error);
        if (!run->filter)
            return false;
    }
    return true;
}

static int run_status(const Run *run)
{
    if (run->options->stream >= 0 && !run->has_stream && !run->failed) {
        g_autofree char *text = g_strdup_printf("there is no stream %" PRId64 " in it", run->options->stream);
        message_print(text);
        return STATUS_USAGE;
    }
    return run->failed ? STATUS_INPUT : run->found ? STATUS_FINDINGS : STATUS_GOOD;
}

/* What the command line names and the run reads; borrowed. */
static GPtrArray *run_inputs(const Run *run, const char *config)
{
    GPtrArray *inputs = g_ptr_array_new();
    for (guint i = 0; run->options->captures[i]; i++)
        g_ptr_array_add(inputs, run->options->captures[i]);
    for (guint i = 0; run->options->rule_paths && run->options->rule_paths[i]; i++)
        g_ptr_array_add(inputs, run->options->rule_paths[i]);
    if (config)
        g_ptr_array_add(inputs, (gpointer)config);
    if (run->options->expect)
        g_ptr_array_add(inputs, run->options->expect);
    g_ptr_array_add(inputs, NULL);
    return inputs;
}

/* --write-expect is an output like the others: it goes neither where a report goes nor over an input. */
static bool run_check_expectations(const Run *run, char *const *inputs, GError **error)
{
    const char *path = run->options->write_expect, *taken = NULL;
    if (!path || !strcmp(path, "-"))
        return true;
    for (guint i = 0; inputs[i]; i++)
        if (file_is_same(path, inputs[i]))
            taken = inputs[i];
    for (guint i = 0; run->options->outputs[i]; i++) {
        const char *equals = strchr(run->options->outputs[i], '=');
        if (equals && file_is_same(path, equals + 1))
            taken = run->options->outputs[i];
    }
    if (taken)
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE,
                    "--write-expect %s: this would write over %s", path, taken);
    return !taken;
}

static Outputs *run_open_outputs(Run *run, ReportOptions *report, GError **error)
{
    g_autofree char *config = config_for_options(run->options);
    g_autoptr(GPtrArray) inputs = run_inputs(run, config);
    if (!run_check_expectations(run, (char *const *)inputs->pdata, error))
        return NULL;
    return outputs_new(run->options->outputs, (const char *const *)inputs->pdata, report, error);
}

/* To standard output, where no report goes. */
static bool run_tell_expected(Run *run, GError **error)
{
    GString *text = g_string_new(NULL);
    GError *problem = NULL;
    run->found = !expect_finish(run->expect, text, &problem);
    bool is_told = !problem;
    if (problem) {
        g_propagate_error(error, problem);
    } else {
        Sink *sink = sink_new(NULL, NULL);
        sink_take(sink, text);
        is_told = sink_close(sink, error);
    }
    g_string_free(text, TRUE);
    return is_told;
}

static int run_report(Run *run)
{
    GError *error = NULL;
    ReportOptions report = run->options->report;
    report.rules = run->rules;
    run->outputs = run_open_outputs(run, &report, &error);
    if (!run->outputs)
        return fail(error);
    const Options *options = run->options;
    if ((options->expect || options->write_expect) &&
        !(run->expect = expect_new(options->expect, options->write_expect, run->rules, &error))) {
        outputs_free(run->outputs);
        return fail(error);
    }
    run->hurries = !run->where && options->stream < 0 && !run->expect && outputs_take_outcomes(run->outputs);
    for (guint i = 0; i < report.captures; i++)
        run_capture(run, i);
    if (!outputs_finish(run->outputs, &error) || (run->expect && !run_tell_expected(run, &error)))
        return fail(error);
    return run_status(run);
}

static int run_why(Run *run, Sink *out)
{
    for (guint i = 0; i < run->options->report.captures; i++) {
        GError *error = NULL;
        g_autoptr(Trace) trace = run_read(run, i, NULL, true, &error);
        if (!trace) {
            run->failed = true;
            message_error(error);
            continue;
        }
        const CaptureInfo *info = trace_info(trace);
        message_diagnostics(info->path, info->diagnostics, DIAGNOSTIC_ERROR);
        run->failed |= diagnostic_list_worst(info->diagnostics) == DIAGNOSTIC_ERROR;
        if (run->options->stream >= info->connections)
            continue;
        run->has_stream = true;
        Case subject;
        trace_judge(trace, run->rules, (uint32_t)run->options->stream, &subject);
        document_write_why(out, run->options, &subject, run->options->report.captures > 1);
    }
    return run_status(run);
}

static int run_follow(Run *run, Sink *out)
{
    const Options *options = run->options;
    GError *error = NULL;
    const char *path = options->captures[0];
    stop_reading_begins();
    g_autoptr(FrameSource) source =
        options->joins ? frame_source_join(options->captures) : frame_source_open(path, &error);
    const char *name = options->joins ? frame_map_title(frame_source_map(source)) : path;
    bool is_good = source && follow_write(out, options, source, name, run->filter, &run->has_stream, &error);
    stop_reading_ends();
    if (is_good)
        return run_status(run);
    run->failed = true;
    return fail(error);
}

static int run_explain(const Run *run, Sink *out)
{
    const Rule *rule = rule_set_find(run->rules, run->options->explain);
    if (rule) {
        document_write(out, DOCUMENT_RULE, run->options, run->rules);
        return STATUS_GOOD;
    }
    g_autofree char *nearest = rule_set_nearest(run->rules, run->options->explain);
    g_autofree char *text =
        g_strdup_printf("--explain %s: there is no such rule%s%s%s", run->options->explain,
                        nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    message_print(text);
    return STATUS_USAGE;
}

/* Everything but reports: it goes to standard output, or nowhere. */
static int run_write(Run *run, Sink *out)
{
    const Options *options = run->options;
    switch (options->mode) {
    case MODE_WHY:
        return run_why(run, out);
    case MODE_FOLLOW:
        return run_follow(run, out);
    case MODE_LIST_RULES:
        document_write(out, DOCUMENT_RULES, options, run->rules);
        break;
    case MODE_LIST_FACTS:
        document_write(out, DOCUMENT_FACTS, options, NULL);
        break;
    case MODE_EXPLAIN:
        return run_explain(run, out);
    case MODE_TEST_RULES:
        return samples_test(run->rules, options->samples, out) ? STATUS_GOOD : STATUS_FINDINGS;
    case MODE_VERSION:
        sink_puts(out, "closelint " CLOSELINT_VERSION "\n");
        break;
    case MODE_HELP:
        document_write(out, DOCUMENT_HELP, options, NULL);
        break;
    case MODE_REPORT:
        g_assert_not_reached();
    }
    return STATUS_GOOD;
}

/* As outputs_new() has it of reports. */
static bool run_spares_inputs(const Run *run, GError **error)
{
    for (guint i = 0; run->options->captures[i]; i++) {
        const char *input = run->options->captures[i];
        if (file_is_open_as(input, STDOUT_FILENO)) {
            g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE,
                        "standard output would write over %s, which is to be read", input);
            return false;
        }
    }
    return true;
}

/* What could not be written weighs more than what was found in it. */
static int run_mode(Run *run)
{
    GError *error = NULL;
    if (run->options->mode == MODE_REPORT)
        return run_report(run);
    if (!run_spares_inputs(run, &error))
        return fail(error);
    Sink *out = sink_new(NULL, NULL);
    int status = run_write(run, out);
    return sink_close(out, &error) ? status : fail(error);
}

static bool needs_rules(Mode mode)
{
    return mode != MODE_VERSION && mode != MODE_HELP && mode != MODE_LIST_FACTS;
}

int pipeline_run(const Options *options)
{
    Run run = {.options = options, .examples = g_array_new(FALSE, FALSE, sizeof(uint32_t))};
    GError *error = NULL;
    stop_on_signals();
    for (guint i = 0; options->left_out && options->left_out[i]; i++)
        message_print(options->left_out[i]);
    int status = !needs_rules(options->mode) || run_prepare(&run, &error) ? run_mode(&run) : fail(error);
    expression_free(run.where);
    packet_filter_free(run.filter);
    expect_free(run.expect);
    rule_set_free(run.rules);
    g_array_unref(run.examples);
    return status;
}
