#include "base/diagnostic.h"

struct DiagnosticList {
    GArray *kept; /* of Diagnostic */
    uint64_t dropped;
    DiagnosticSeverity worst;
};

static void diagnostic_clear(gpointer element)
{
    Diagnostic *diagnostic = element;
    g_free(diagnostic->message);
}

DiagnosticList *diagnostic_list_new(void)
{
    DiagnosticList *list = g_new0(DiagnosticList, 1);
    list->kept = g_array_new(FALSE, FALSE, sizeof(Diagnostic));
    g_array_set_clear_func(list->kept, diagnostic_clear);
    return list;
}

void diagnostic_list_free(DiagnosticList *list)
{
    if (!list)
        return;
    g_array_unref(list->kept);
    g_free(list);
}

void diagnostic_list_add(DiagnosticList *list, DiagnosticSeverity severity, uint64_t offset, uint64_t frame,
                         const char *format, ...)
{
    list->worst = MAX(list->worst, severity);
    if (list->kept->len == DIAGNOSTICS_MAX) {
        list->dropped++;
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    Diagnostic diagnostic = {severity, offset, frame, g_strdup_vprintf(format, arguments)};
    va_end(arguments);
    g_array_append_val(list->kept, diagnostic);
}

guint diagnostic_list_length(const DiagnosticList *list)
{
    return list->kept->len;
}

const Diagnostic *diagnostic_list_get(const DiagnosticList *list, guint index)
{
    return &g_array_index(list->kept, Diagnostic, index);
}

uint64_t diagnostic_list_dropped(const DiagnosticList *list)
{
    return list->dropped;
}

DiagnosticSeverity diagnostic_list_worst(const DiagnosticList *list)
{
    return list->worst;
}

const char *diagnostic_severity_name(DiagnosticSeverity severity)
{
    static const char *const names[] = {"note", "warning", "error"};
    return names[severity];
}
