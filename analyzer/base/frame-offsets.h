/* Where in its file each frame of a capture lies, for a report that points there. Eight bytes a frame, so
 * kept only where a report asks; bounded by FRAME_OFFSETS_MAX. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct FrameOffsets FrameOffsets;

FrameOffsets *frame_offsets_new(void);
void frame_offsets_free(FrameOffsets *offsets);

/* Frame `number` (from 1, ascending; numbers may be left out) lies in bytes [begin, end), where `end` matters
 * only if no frame follows. */
void frame_offsets_add(FrameOffsets *offsets, uint64_t number, uint64_t begin, uint64_t end);

/* False where it is not known. The length reaches to the next frame. */
bool frame_offsets_find(const FrameOffsets *offsets, uint64_t number, uint64_t *ret_begin,
                        uint64_t *ret_length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrameOffsets, frame_offsets_free)
