/* One line on standard error that says how far a long read has come; nothing where that is no terminal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    bool is_wanted, is_shown;
    int64_t next_us; /* monotonic time at which it is drawn again */
} Progress;

/* `is_wanted` false keeps it quiet in any case. */
Progress progress_begin(bool is_wanted);

/* `size` 0 where it is not known. Cheap enough for every batch of frames. */
void progress_update(Progress *progress, uint64_t position, uint64_t size, uint64_t frames);
void progress_end(Progress *progress);
