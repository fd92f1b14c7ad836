/* From a frame to the innermost TCP segment in it: link layer, tunnels, IP, TCP.
 *
 * One file a protocol or family of them; one row a link type in link.c, one row a UDP port in udp.c. Every
 * layer takes a Cursor of what is left and a Packet that collects what was learnt, and hands over to the
 * next; the depth is bounded by DECODE_DEPTH_MAX. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/diagnostic.h"
#include "base/bounds.h"
#include "capture/frame.h"
#include "decode/segment.h"

typedef enum {
    DECODED_SEGMENT,
    DECODED_OTHER,            /* not TCP: ARP, UDP, a fragment of a packet that is not complete yet… */
    DECODED_SHORT,            /* cut before TCP could be read */
    DECODED_UNKNOWN_LINKTYPE, /* no row for this link type */
} DecodeResult;

/* What is remembered from frame to frame of one capture: the IP fragments of packets not complete yet. */
typedef struct Defragmenter Defragmenter;

Defragmenter *defragmenter_new(void);
void defragmenter_free(Defragmenter *defragmenter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Defragmenter, defragmenter_free)

/* A payload that came in fragments stays until so many more frames have been decoded. */
#define DECODE_FRAMES_KEPT 64

/* Fills in `ret_segment` for DECODED_SEGMENT. `ret_payload` borrows the captured payload,
 * segment->captured_length bytes of it, from the frame or from `defragmenter`; it may be NULL where there is
 * none. Without a `defragmenter` (NULL) no packet that came in fragments is decoded. */
DecodeResult decode_frame(Defragmenter *defragmenter, const Frame *frame, Segment *ret_segment,
                          const uint8_t **ret_payload);

/* Appends what frames could not be decoded, and what bounds were reached; for the end of a capture. */
void decode_tell(const Defragmenter *defragmenter, DiagnosticList *diagnostics);

/* "Ethernet", or NULL where no row reads this LINKTYPE_. */
const char *decode_link_type_name(uint16_t link_type);
