/* The last lines of a capture's text report: how many connections there were and how they ended, and what was
 * odd about the capture itself. They stand last because a terminal shows its end. */
#pragma once

#include "report/counts.h"
#include "report/style.h"

void summary_append(GString *out, const Style *style, const CaptureInfo *capture, const Counts *counts,
                    const ReportOptions *options);

/* What all captures of a run come to; zeroed, with counts_init(), before the first. */
typedef struct {
    uint64_t captures, unread, clean; /* clean: all is well */
    uint64_t frames, connections;
    Counts counts;
} Total;

void total_add(Total *total, const CaptureInfo *capture, const Counts *counts);

/* The last lines of a report on several captures. */
void summary_total(GString *out, const Style *style, const Total *total, const ReportOptions *options);

/* A line for a capture of which all is well, where it is one of several. */
void summary_clean(GString *out, const Style *style, const CaptureInfo *capture, const Counts *counts);

void summary_diagnostics(GString *out, const Style *style, const CaptureInfo *capture);
