/* All reports of a run, `-o FORMAT[=FILE]` each, fed together. */
#pragma once

#include "report/report.h"

typedef struct Outputs Outputs;

/* `specifications` and `inputs` (files that are read, "-" for standard input) are NULL-terminated.
 * CLOSELINT_ERROR_USAGE for an unknown format, a file that cannot be made or is an input, and two reports to one
 * file; then nothing was changed. `options` is borrowed. */
Outputs *outputs_new(char *const *specifications, const char *const *inputs, const ReportOptions *options,
                     GError **error);

/* Without finishing, old files stay; for errors. */
void outputs_free(Outputs *outputs);

/* Whether one of them is text on standard output: diagnostics are told there. */
bool outputs_show_diagnostics(const Outputs *outputs);

/* Whether one of them points to bytes of the capture. */
bool outputs_want_offsets(const Outputs *outputs);

void outputs_capture_begin(Outputs *outputs, const CaptureInfo *capture);
void outputs_connection(Outputs *outputs, Tellings *tellings);
void outputs_capture_end(Outputs *outputs, const CaptureInfo *capture);

/* Whether it will do to report connections by outcomes: outputs_good() for those of which all is well,
 * outputs_outcome() for the others. Where that is true, some report may want to be shown the connection by
 * outputs_example(), and knows at the end of the capture whether it does. */
bool outputs_take_outcomes(const Outputs *outputs);
void outputs_good(Outputs *outputs, const Outcome *outcome, uint32_t count);
bool outputs_outcome(Outputs *outputs, const Outcome *outcome, uint32_t stream, const Endpoint *server);
void outputs_example(Outputs *outputs, Tellings *tellings);

/* Ends every report, even after one that could not be written, and frees all. */
bool outputs_finish(Outputs *outputs, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Outputs, outputs_free)
