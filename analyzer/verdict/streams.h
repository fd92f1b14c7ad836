/* A list of stream numbers in little room: "4, 7, 9–20". Bounded, whatever a capture holds. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bounds.h"

typedef struct {
    struct {
        uint32_t first, last;
    } ranges[STREAM_RANGES_MAX];
    unsigned range_count;
    uint64_t count;  /* of all numbers added */
    bool is_partial; /* some were only counted */
} StreamList;

/* Numbers come in ascending order, each once. */
void stream_list_add(StreamList *list, uint32_t stream);

/* "4, 7, 9–20", without the number `except` (NO_CONNECTION for none), at most `max_ranges` of it and then
 * "…". Appends UTF-8. */
void stream_list_format(GString *out, const StreamList *list, uint32_t except, unsigned max_ranges);
