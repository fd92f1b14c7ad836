/* What a capture's files tell of their interfaces: names, drop counters, and link types that nobody reads. */
#pragma once

#include "base/diagnostic.h"
#include "capture/source.h"

/* That `frames` of a link type were not read: which, and where the file describes the first interface that
 * has it. */
void interfaces_tell_unread(const FrameSource *source, uint16_t link_type, uint64_t frames,
                            DiagnosticSeverity severity, DiagnosticList *diagnostics);

/* Of one file, whose path is in `prefix`, or "": a note that lists several interfaces, and a warning for each
 * on which the capturing system dropped packets. */
void interfaces_tell(const CaptureReader *reader, const char *prefix, DiagnosticList *diagnostics);
