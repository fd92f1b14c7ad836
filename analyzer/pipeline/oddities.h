/* What the frames of a capture showed to be odd, made into diagnostics at its end. */
#pragma once

#include <stdbool.h>

#include "base/bounds.h"
#include "base/diagnostic.h"
#include "capture/source.h"

typedef struct {
    uint64_t frames, segments; /* all that were read */
    uint64_t filtered_frames;  /* not looked at because of -f */
    uint64_t timeless_frames;
    bool is_full;            /* there are more than FRAME_NUMBERS_MAX, which were not read */
    uint64_t snapped_frames; /* captured shorter than they were on the wire */
    uint64_t unread_frames;  /* of any link type that nobody reads */
    struct {
        uint16_t link_type;
        uint64_t frames;
    } link_types[ODD_LINK_TYPES_MAX];
    unsigned link_type_count;
} Oddities;

/* Of the next frames, how many have numbers within FRAME_NUMBERS_MAX; notes it where that is not all. */
unsigned oddities_bound_frames(Oddities *oddities, const Frame *frames, unsigned count);

void oddities_note_link_type(Oddities *oddities, uint16_t link_type);

/* Appends what was found in the files. Of files that are joined, each message about
 * one begins with its path, and the offset and the frame are those in it. */
void oddities_tell_files(const FrameSource *source, DiagnosticList *diagnostics);

/* The same, and what is counted here. */
void oddities_tell(const Oddities *oddities, const FrameSource *source, DiagnosticList *diagnostics);
