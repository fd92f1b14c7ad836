/* The parts of the pcapng reader: framing (pcapng.c), interfaces and statistics (pcapng-interface.c), packets
 * (pcapng-packet.c). A part reads the body of a block that lies in memory whole and whose two lengths agree.
 */
#pragma once

#include "capture/pcapng-option.h"
#include "capture/reader-private.h"

typedef enum {
    PCAPNG_BLOCK_IDB = 1,          /* interface description */
    PCAPNG_BLOCK_PB = 2,           /* packet, obsolete */
    PCAPNG_BLOCK_SPB = 3,          /* simple packet */
    PCAPNG_BLOCK_ISB = 5,          /* interface statistics */
    PCAPNG_BLOCK_EPB = 6,          /* enhanced packet */
    PCAPNG_BLOCK_SHB = 0x0a0d0d0a, /* section header */
} PcapngBlockType;

/* Fixed parts of the bodies; all the parts below may read that much. */
#define PCAPNG_SHB_BODY_BYTES 16
#define PCAPNG_IDB_BODY_BYTES 8
#define PCAPNG_ISB_BODY_BYTES 12
#define PCAPNG_SPB_BODY_BYTES 4
#define PCAPNG_EPB_BODY_BYTES 20 /* the obsolete packet block's is as long */

typedef struct {
    uint32_t type;
    uint64_t offset;     /* of the block in the file */
    const uint8_t *body; /* between the lengths; NULL for a type that is skipped */
    uint32_t length;     /* of the body */
} PcapngBlock;

typedef enum { PCAPNG_NO_FRAME, PCAPNG_FRAME, PCAPNG_STOP } PcapngResult;

PcapngResult pcapng_read_interface(CaptureReader *reader, const PcapngBlock *block);
PcapngResult pcapng_read_statistics(CaptureReader *reader, const PcapngBlock *block);
PcapngResult pcapng_read_packet(CaptureReader *reader, const PcapngBlock *block, Frame *ret_frame);
PcapngResult pcapng_read_simple_packet(CaptureReader *reader, const PcapngBlock *block, Frame *ret_frame);

/* Drops since the packet before, which count where no statistics tell the sum. */
void pcapng_interface_add_drops(PcapngInterface *interface, uint64_t dropped);

/* An error at the block's offset: "damaged block: ...". */
void pcapng_damage(CaptureReader *reader, const PcapngBlock *block, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The same of the packet that would be the next frame, which is lost. */
void pcapng_damaged_packet(CaptureReader *reader, const PcapngBlock *block, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* The options from `at` to the end of the body, and the warning where they ran over it. */
PcapngOptions pcapng_options_make(const CaptureReader *reader, const PcapngBlock *block, uint32_t at);
void pcapng_options_check(CaptureReader *reader, const PcapngOptions *options, const PcapngBlock *block);

/* The section's interface `id`, or NULL. */
static inline PcapngInterface *pcapng_interface(const CaptureReader *reader, uint32_t id)
{
    GArray *interfaces = reader->pcapng.interfaces;
    return id < interfaces->len ? &g_array_index(interfaces, PcapngInterface, id) : NULL;
}

/* What every kind of packet block gives its frame. */
static inline void pcapng_fill_frame(CaptureReader *reader, PcapngInterface *interface, Frame *frame,
                                     uint64_t offset)
{
    frame->number = ++reader->frame_count;
    frame->offset = offset;
    frame->interface = interface->index;
    frame->link_type = interface->shown->link_type;
    interface->shown->frames++;
}
