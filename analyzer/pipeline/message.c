/* One way to say something on standard error, whatever it is about. */
#include "pipeline/message.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "report/style.h"

static void print_line(const char *prefix, const char *line)
{
    GString *text = g_string_new(prefix);
    style_escape(text, line, style_locale_is_ascii());
    g_string_append_c(text, '\n');
    fputs(text->str, stderr);
    g_string_free(text, TRUE);
}

void message_print(const char *text)
{
    print_line("closelint: ", text);
}

void message_error(GError *error)
{
    if (!g_error_matches(error, CLOSELINT_ERROR, CLOSELINT_ERROR_RULES)) {
        message_print(error->message);
    } else {
        g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
        for (guint i = 0; lines[i]; i++)
            if (lines[i][0])
                print_line("", lines[i]);
    }
    g_error_free(error);
}

void message_diagnostics(const char *path, const DiagnosticList *diagnostics, DiagnosticSeverity least)
{
    for (guint i = 0; i < diagnostic_list_length(diagnostics); i++) {
        const Diagnostic *one = diagnostic_list_get(diagnostics, i);
        if (one->severity < least)
            continue;
        g_autofree char *text =
            g_strdup_printf("%s: %s: %s", path, diagnostic_severity_name(one->severity), one->message);
        message_print(text);
    }
}
