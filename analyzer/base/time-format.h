/* Durations and byte counts in words, the way every report says them. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* "41 µs", "2.31 s", "1 min 5 s", "2 h 3 min": three significant digits, never more than two units.
 * With `ascii` "us" stands for "µs". Appends to `out`. */
void format_duration(GString *out, int64_t duration_ns, bool ascii);

/* "512 bytes", "1 byte", "14.3 KiB", "2 MiB": exact below 10 KiB, then three significant digits. Appends. */
void format_bytes(GString *out, int64_t bytes);
