/* From a frame to the innermost TCP segment in it: link layer, tunnels, IP, TCP.
 *
 * One file a protocol; one row a link type in link.c. Every layer takes a Cursor of what is left and a Packet
 * that collects what was learnt, and hands over to the next; the depth is bounded by DECODE_DEPTH_MAX. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "capture/frame.h"
#include "decode/segment.h"

/* Headers that one frame may have around its TCP segment: tunnels in tunnels end here. */
#define DECODE_DEPTH_MAX 16

typedef enum {
    DECODED_SEGMENT,
    DECODED_OTHER,            /* not TCP: ARP, UDP, a later IP fragment… */
    DECODED_SHORT,            /* cut before TCP could be read */
    DECODED_UNKNOWN_LINKTYPE, /* no row for this link type */
} DecodeResult;

/* Fills in `ret_segment` for DECODED_SEGMENT. `ret_payload` (may be NULL) borrows the captured payload from
 * the frame, segment->captured_length bytes of it. */
DecodeResult decode_frame(const Frame *frame, Segment *ret_segment, const uint8_t **ret_payload);

/* "Ethernet", or NULL where no row reads this LINKTYPE_. */
const char *decode_link_type_name(uint16_t link_type);
