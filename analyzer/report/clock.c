/* Microseconds everywhere: what captures have, and what a ladder can be read at. */
#include "report/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

/* Seconds with six decimals; `gap` between the third and the fourth, as the ladder groups them. */
static void append_seconds(GString *out, int64_t ns, const char *gap)
{
    int64_t us = ns / 1000;
    if (us < 0)
        g_string_append_c(out, '-');
    uint64_t all = us < 0 ? -(uint64_t)us : (uint64_t)us;
    g_string_append_printf(out, "%" PRIu64 ".%03u%s%03u", all / 1000000, (unsigned)(all / 1000 % 1000), gap,
                           (unsigned)(all % 1000));
}

static void append_calendar(GString *out, int64_t ns, bool is_utc, bool has_date)
{
    int64_t seconds = ns / 1000000000, rest = ns % 1000000000;
    if (rest < 0) {
        rest += 1000000000;
        seconds--;
    }
    time_t when = (time_t)seconds;
    struct tm broken = {0};
    char text[64] = "?";
    if (is_utc ? gmtime_r(&when, &broken) : localtime_r(&when, &broken))
        strftime(text, sizeof text, has_date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &broken);
    g_string_append_printf(out, "%s.%06d", text, (int)(rest / 1000));
}

void clock_format(GString *out, const Clock *clock, int64_t time_ns)
{
    int64_t delta_ns = clock->is_first ? 0 : time_ns - clock->previous_ns;
    switch (clock->format) {
    case TIME_LADDER:
        if (!clock->is_first && delta_ns >= 0)
            g_string_append_c(out, '+');
        append_seconds(out, delta_ns, " ");
        return;
    case TIME_D:
        append_seconds(out, delta_ns, "");
        return;
    case TIME_R:
        append_seconds(out, time_ns - clock->capture_ns, "");
        return;
    case TIME_E:
        append_seconds(out, time_ns, "");
        return;
    case TIME_A:
    case TIME_AD:
    case TIME_U:
    case TIME_UD:
        append_calendar(out, time_ns, clock->format == TIME_U || clock->format == TIME_UD,
                        clock->format == TIME_AD || clock->format == TIME_UD);
        return;
    }
}
