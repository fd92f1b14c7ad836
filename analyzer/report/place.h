/* Where a frame of a joined capture stands: "b.pcap:17" is frame 17 of b.pcap. */
#pragma once

#include "base/frame-map.h"
#include "report/style.h"

/* Names longer than that are shown by their end, which is what differs in a rotated ring. */
#define PLACE_NAME_BYTES_MAX 28

/* Appends "b.pcap:17", escaped; nothing where `joined` is NULL or has no such frame. */
void place_format(GString *out, const Style *style, const FrameMap *joined, uint64_t frame);

/* Appends "8 is b.pcap:17, 9 is a.pcap:12" for an array of uint64_t, as plain UTF-8 for block_label(). */
void place_list_format(GString *out, const FrameMap *joined, const GArray *frames);
