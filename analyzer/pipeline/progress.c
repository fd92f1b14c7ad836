/* First drawn after a second, then ten times a second, and wiped before anything else is said. */
#include "pipeline/progress.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define FIRST_AFTER_US 1000000
#define EVERY_US       100000

Progress progress_begin(bool is_wanted)
{
    return (Progress){.is_wanted = is_wanted && isatty(STDERR_FILENO),
                      .next_us = g_get_monotonic_time() + FIRST_AFTER_US};
}

void progress_update(Progress *progress, uint64_t position, uint64_t size, uint64_t frames)
{
    if (!progress->is_wanted)
        return;
    int64_t now_us = g_get_monotonic_time();
    if (now_us < progress->next_us)
        return;
    progress->next_us = now_us + EVERY_US;
    progress->is_shown = true;
    if (size)
        fprintf(stderr, "\r\033[K%3u %%  %" PRIu64 " frames", (unsigned)(position * 100 / size), frames);
    else
        fprintf(stderr, "\r\033[K%" PRIu64 " frames", frames);
}

void progress_end(Progress *progress)
{
    if (progress->is_shown)
        fputs("\r\033[K", stderr);
    progress->is_shown = false;
}
