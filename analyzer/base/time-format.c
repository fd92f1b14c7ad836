#include "base/time-format.h"

#include <string.h>

/* `value` to three significant digits, without trailing zeros. */
static void append_3_digits(GString *out, double value)
{
    char text[32];
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    g_snprintf(text, sizeof text, "%.*f", decimals, value);
    if (decimals) {
        size_t length = strlen(text);
        while (text[length - 1] == '0')
            text[--length] = '\0';
        if (text[length - 1] == '.')
            text[length - 1] = '\0';
    }
    g_string_append(out, text);
}

void format_duration(GString *out, int64_t duration_ns, bool ascii)
{
    if (duration_ns < 0) {
        g_string_append_c(out, '-');
        duration_ns = duration_ns == INT64_MIN ? INT64_MAX : -duration_ns;
    }
    if (duration_ns < 1000) {
        g_string_append_printf(out, "%d ns", (int)duration_ns);
    } else if (duration_ns < 999500) {
        append_3_digits(out, (double)duration_ns / 1e3);
        g_string_append(out, ascii ? " us" : " µs");
    } else if (duration_ns < 999500000) {
        append_3_digits(out, (double)duration_ns / 1e6);
        g_string_append(out, " ms");
    } else if (duration_ns < 59950000000) {
        append_3_digits(out, (double)duration_ns / 1e9);
        g_string_append(out, " s");
    } else {
        int64_t seconds = duration_ns / 1000000000 + (duration_ns % 1000000000 >= 500000000);
        if (seconds < 3600) {
            g_string_append_printf(out, "%d min", (int)(seconds / 60));
            if (seconds % 60)
                g_string_append_printf(out, " %d s", (int)(seconds % 60));
        } else {
            int64_t minutes = (seconds + 30) / 60;
            g_string_append_printf(out, "%" G_GINT64_FORMAT " h", minutes / 60);
            if (minutes % 60)
                g_string_append_printf(out, " %d min", (int)(minutes % 60));
        }
    }
}

void format_bytes(GString *out, int64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 10240) {
        g_string_append_printf(out, "%" G_GINT64_FORMAT " byte%s", bytes, bytes == 1 ? "" : "s");
        return;
    }
    double value = (double)bytes / 1024;
    guint unit = 0;
    while (value >= 1023.5 && unit + 1 < G_N_ELEMENTS(units)) {
        value /= 1024;
        unit++;
    }
    append_3_digits(out, value);
    g_string_append_printf(out, " %s", units[unit]);
}
