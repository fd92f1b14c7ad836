/* From FORMAT[=FILE] to open reports. All are looked at before the first is opened. */
#include "pipeline/outputs.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"

struct Outputs {
    GPtrArray *reports; /* Report* */
    bool shows_diagnostics;
};

/* One FORMAT[=FILE]. */
typedef struct {
    const char *text;           /* borrowed */
    const char *path;           /* NULL: standard output */
    const ReportFormat *format; /* NULL: there is none of this name */
} Output;

/* /dev/stdout, and a file that standard output was redirected to, are standard output. */
static Output output_parse(const char *text)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name = equals ? g_strndup(text, (gsize)(equals - text)) : g_strdup(text);
    const char *path = equals ? equals + 1 : "-";
    bool is_stdout = !strcmp(path, "-") || file_is_open_as(path, STDOUT_FILENO);
    return (Output){.text = text, .path = is_stdout ? NULL : path, .format = report_format_find(name)};
}

static bool output_fail(const Output *output, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool output_fail(const Output *output, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "-o %s: %s", output->text, message);
    return false;
}

static bool output_fail_format(const Output *output, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    for (unsigned i = 0; report_format(i); i++)
        g_string_append_printf(known, "%s%s", i ? ", " : "", report_format(i)->name);
    return output_fail(output, error, "expected one of %s", known->str);
}

/* The input that this output would write over; NULL for none. */
static const char *output_find_input(const Output *output, const char *const *inputs)
{
    for (guint i = 0; inputs[i]; i++)
        if (output->path ? file_is_same(output->path, inputs[i]) : file_is_open_as(inputs[i], STDOUT_FILENO))
            return strcmp(inputs[i], "-") ? inputs[i] : "standard input";
    return NULL;
}

static bool output_check(const Output *output, const Output *before, guint count, const char *const *inputs,
                         GError **error)
{
    if (!output->format)
        return output_fail_format(output, error);
    if (output->path && !*output->path)
        return output_fail(output, error, "expected a file after =");
    const char *input = output_find_input(output, inputs);
    if (input)
        return output_fail(output, error, "this would write over %s, which is to be read", input);
    for (guint i = 0; i < count; i++) {
        if (!output->path && !before[i].path)
            return output_fail(output, error,
                               "another report goes to standard output already; give one of "
                               "them =FILE");
        if (output->path && before[i].path && file_is_same(output->path, before[i].path))
            return output_fail(output, error, "-o %s goes to the same file", before[i].text);
    }
    return true;
}

static bool outputs_open(Outputs *outputs, const Output *output, const ReportOptions *options, GError **error)
{
    Sink *sink = sink_new(output->path, error);
    if (!sink)
        return false;
    outputs->shows_diagnostics |= !output->path && output->format == &report_format_text;
    g_ptr_array_add(outputs->reports, report_new(output->format, options, sink));
    return true;
}

Outputs *outputs_new(char *const *specifications, const char *const *inputs, const ReportOptions *options,
                     GError **error)
{
    guint count = g_strv_length((char **)specifications);
    g_autofree Output *all = g_new0(Output, count);
    for (guint i = 0; i < count; i++) {
        all[i] = output_parse(specifications[i]);
        if (!output_check(&all[i], all, i, inputs, error))
            return NULL;
    }
    g_autoptr(Outputs) outputs = g_new0(Outputs, 1);
    outputs->reports = g_ptr_array_new();
    for (guint i = 0; i < count; i++)
        if (!outputs_open(outputs, &all[i], options, error))
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
    if (!outputs)
        return;
    for (guint i = 0; i < outputs->reports->len; i++)
        report_drop(outputs->reports->pdata[i]);
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
