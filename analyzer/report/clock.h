/* The time column: tshark's formats, and the ladder's own. */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "report/report.h"

/* What a time is shown against. */
typedef struct {
    TimeFormat format;
    int64_t capture_ns;  /* of the first frame of the capture */
    int64_t previous_ns; /* of the row above */
    bool is_first;       /* there is no row above */
} Clock;

/* "0.000 000", "+2.310 552", "12:34:56.123456"… Appends. */
void clock_format(GString *out, const Clock *clock, int64_t time_ns);
