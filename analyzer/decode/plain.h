/* The shortcut of decode_frame(); internal to decode. */
#pragma once

#include "capture/frame.h"
#include "decode/segment.h"

/* False where the frame is not so plain; nothing is written then. */
bool decode_plain(const Frame *frame, Segment *ret_segment, const uint8_t **ret_payload);
