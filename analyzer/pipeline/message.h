/* Messages on standard error: "closelint: …", one line each, free of control characters. */
#pragma once

#include <glib.h>

#include "base/diagnostic.h"

/* Several lines (the mistakes of a rule file) are printed as they are. */
void message_print(const char *text);

/* Says a failure and frees it. Mistakes in rule files keep their "file:line:column:" at the beginning of the
 * line. */
void message_error(GError *error);

/* The diagnostics of a capture that are as bad as `least`. */
void message_diagnostics(const char *path, const DiagnosticList *diagnostics, DiagnosticSeverity least);
