/* From FORMAT[=FILE] to open reports. */
#include "pipeline/outputs.h"

#include <string.h>

#include "base/error.h"

struct Outputs {
    GPtrArray *reports; /* Report* */
    bool has_stdout, shows_diagnostics;
};

static bool outputs_add(Outputs *outputs, const char *specification, const ReportOptions *options,
                        GError **error)
{
    const char *equals = strchr(specification, '=');
    g_autofree char *name =
        equals ? g_strndup(specification, (gsize)(equals - specification)) : g_strdup(specification);
    const char *path = equals ? equals + 1 : "-";
    const ReportFormat *format = report_format_find(name);
    bool is_stdout = !strcmp(path, "-");
    if (!format) {
        GString *known = g_string_new(NULL);
        for (unsigned i = 0; report_format(i); i++)
            g_string_append_printf(known, "%s%s", i ? ", " : "", report_format(i)->name);
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "-o %s: expected one of %s", specification,
                    known->str);
        g_string_free(known, TRUE);
        return false;
    }
    if (!*path || (is_stdout && outputs->has_stdout)) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "-o %s: %s", specification,
                    *path ? "another report goes to standard output already; give one of them =FILE"
                          : "expected a file after =");
        return false;
    }
    Sink *sink = sink_new(path, error);
    if (!sink)
        return false;
    outputs->has_stdout |= is_stdout;
    outputs->shows_diagnostics |= is_stdout && format == &report_format_text;
    g_ptr_array_add(outputs->reports, report_new(format, options, sink));
    return true;
}

Outputs *outputs_new(char *const *specifications, const ReportOptions *options, GError **error)
{
    g_autoptr(Outputs) outputs = g_new0(Outputs, 1);
    outputs->reports = g_ptr_array_new();
    for (guint i = 0; specifications[i]; i++)
        if (!outputs_add(outputs, specifications[i], options, error))
            return NULL;
    return g_steal_pointer(&outputs);
}

bool outputs_finish(Outputs *outputs, GError **error)
{
    bool is_good = true;
    for (guint i = 0; i < outputs->reports->len; i++)
        is_good &= report_finish(outputs->reports->pdata[i], is_good ? error : NULL);
    g_ptr_array_unref(outputs->reports);
    g_free(outputs);
    return is_good;
}

void outputs_free(Outputs *outputs)
{
    if (outputs)
        outputs_finish(outputs, NULL);
}

bool outputs_show_diagnostics(const Outputs *outputs)
{
    return outputs->shows_diagnostics;
}

bool outputs_want_offsets(const Outputs *outputs)
{
    bool any = false;
    for (guint i = 0; i < outputs->reports->len; i++)
        any |= ((const Report *)outputs->reports->pdata[i])->format->wants_offsets;
    return any;
}

void outputs_capture_begin(Outputs *outputs, const CaptureInfo *capture)
{
    for (guint i = 0; i < outputs->reports->len; i++)
        report_capture_begin(outputs->reports->pdata[i], capture);
}

bool outputs_take_outcomes(const Outputs *outputs)
{
    bool all = true;
    for (guint i = 0; i < outputs->reports->len; i++)
        all &= report_takes_outcomes(outputs->reports->pdata[i]);
    return all;
}

void outputs_good(Outputs *outputs, const Outcome *outcome, uint32_t count)
{
    for (guint i = 0; i < outputs->reports->len; i++)
        report_good(outputs->reports->pdata[i], outcome, count);
}

bool outputs_outcome(Outputs *outputs, const Outcome *outcome, uint32_t stream, const Endpoint *server)
{
    bool any = false;
    for (guint i = 0; i < outputs->reports->len; i++)
        any |= report_outcome(outputs->reports->pdata[i], outcome, stream, server);
    return any;
}

void outputs_example(Outputs *outputs, Tellings *tellings)
{
    for (guint i = 0; i < outputs->reports->len; i++)
        report_example(outputs->reports->pdata[i], tellings);
}

void outputs_connection(Outputs *outputs, Tellings *tellings)
{
    for (guint i = 0; i < outputs->reports->len; i++)
        report_connection(outputs->reports->pdata[i], tellings);
}

void outputs_capture_end(Outputs *outputs, const CaptureInfo *capture)
{
    for (guint i = 0; i < outputs->reports->len; i++)
        report_capture_end(outputs->reports->pdata[i], capture);
}
