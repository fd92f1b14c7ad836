/* The last lines of a capture's text report: how many connections there were and how they ended, and what was
 * odd about the capture itself. They stand last because a terminal shows its end. */
#pragma once

#include "report/counts.h"
#include "report/style.h"

void summary_append(GString *out, const Style *style, const CaptureInfo *capture, const Counts *counts,
                    const ReportOptions *options);

void summary_diagnostics(GString *out, const Style *style, const CaptureInfo *capture);
