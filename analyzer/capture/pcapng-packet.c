/* Enhanced, simple and obsolete packet blocks (draft-ietf-opsawg-pcapng 4.3, 4.4 and appendix A). */
#include <inttypes.h>

#include "capture/pcapng.h"

#define OPTION_EPB_DROPCOUNT 4

static int64_t pcapng_time_ns(CaptureReader *reader, const PcapngInterface *interface, uint64_t ticks,
                              const PcapngBlock *block)
{
    int64_t time_ns;
    if (pcapng_clock_time_ns(&interface->clock, ticks, &time_ns))
        return time_ns;
    if (capture_reader_first(reader, CAPTURE_SAID_TIME))
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_NOTE, block->offset, reader->frame_count + 1,
                            "the time of frame %" PRIu64
                            " lies before 1677 or after 2262: its time is taken as unknown",
                            reader->frame_count + 1);
    return FRAME_TIME_UNKNOWN;
}

/* A packet that cannot be given still has a number: whoever repairs the file will count it. */
static PcapngResult pcapng_lose_packet(CaptureReader *reader)
{
    reader->frame_count++;
    return PCAPNG_NO_FRAME;
}

static PcapngInterface *pcapng_packet_interface(CaptureReader *reader, const PcapngBlock *block, uint32_t id)
{
    PcapngInterface *interface = pcapng_interface(reader, id);
    if (!interface && capture_reader_first(reader, CAPTURE_SAID_INTERFACE))
        pcapng_damaged_packet(reader, block,
                              "frame %" PRIu64 " belongs to interface %" PRIu32
                              ", but the section describes %u so far; such "
                              "packets were left out",
                              reader->frame_count + 1, id, reader->pcapng.interfaces->len);
    return interface;
}

static void pcapng_say_lengths(CaptureReader *reader, const PcapngBlock *block, uint32_t captured,
                               uint32_t original)
{
    uint64_t number = reader->frame_count + 1;
    if (captured > original && capture_reader_first(reader, CAPTURE_SAID_LENGTHS))
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_NOTE, block->offset, number,
                            "frame %" PRIu64 " has a captured length of %" PRIu32
                            ", more than its original length of %" PRIu32,
                            number, captured, original);
}

static void pcapng_read_packet_options(CaptureReader *reader, PcapngInterface *interface,
                                       const PcapngBlock *block, uint32_t captured)
{
    uint32_t padded = (captured + 3) & ~UINT32_C(3);
    if (block->length < PCAPNG_EPB_BODY_BYTES + padded)
        return;
    PcapngOptions options = pcapng_options_make(reader, block, PCAPNG_EPB_BODY_BYTES + padded);
    PcapngOption option;
    while (pcapng_options_next(&options, &option))
        if (option.code == OPTION_EPB_DROPCOUNT && option.length >= 8)
            pcapng_interface_add_drops(interface, read64(option.value, reader->pcapng.big_endian));
    pcapng_options_check(reader, &options, block);
}

/* Enhanced (type 6): interface, time (high, low), captured length, original length. The obsolete one (type 2)
 * has an interface of 16 bits and 16 bits of drops (ffff: unknown). */
PcapngResult pcapng_read_packet(CaptureReader *reader, const PcapngBlock *block, Frame *ret_frame)
{
    bool big_endian = reader->pcapng.big_endian;
    const uint8_t *body = block->body;
    bool obsolete = block->type == PCAPNG_BLOCK_PB;
    uint32_t id = obsolete ? read16(body, big_endian) : read32(body, big_endian);
    uint64_t ticks = (uint64_t)read32(body + 4, big_endian) << 32 | read32(body + 8, big_endian);
    uint32_t captured = read32(body + 12, big_endian);
    uint32_t original = read32(body + 16, big_endian);
    PcapngInterface *interface = pcapng_packet_interface(reader, block, id);
    if (!interface)
        return pcapng_lose_packet(reader);
    if (captured > block->length - PCAPNG_EPB_BODY_BYTES) {
        if (capture_reader_first(reader, CAPTURE_SAID_PACKET))
            pcapng_damaged_packet(reader, block,
                                  "frame %" PRIu64 " claims %" PRIu32
                                  " bytes, but the block has room for %" PRIu32
                                  "; such packets were left out",
                                  reader->frame_count + 1, captured, block->length - PCAPNG_EPB_BODY_BYTES);
        return pcapng_lose_packet(reader);
    }
    pcapng_say_lengths(reader, block, captured, original);
    if (obsolete && read16(body + 2, big_endian) != 0xffff)
        pcapng_interface_add_drops(interface, read16(body + 2, big_endian));
    pcapng_read_packet_options(reader, interface, block, captured);
    ret_frame->time_ns = pcapng_time_ns(reader, interface, ticks, block);
    ret_frame->bytes = body + PCAPNG_EPB_BODY_BYTES;
    ret_frame->captured_len = captured;
    ret_frame->original_len = original;
    pcapng_fill_frame(reader, interface, ret_frame, block->offset);
    return PCAPNG_FRAME;
}

/* Simple (type 3): the original length; interface 0, no time, captured up to the snap length. */
PcapngResult pcapng_read_simple_packet(CaptureReader *reader, const PcapngBlock *block, Frame *ret_frame)
{
    uint32_t original = read32(block->body, reader->pcapng.big_endian);
    PcapngInterface *interface = pcapng_packet_interface(reader, block, 0);
    if (!interface)
        return pcapng_lose_packet(reader);
    uint32_t snaplen = interface->shown->snaplen;
    uint32_t captured = snaplen ? MIN(original, snaplen) : original;
    if (captured > block->length - PCAPNG_SPB_BODY_BYTES) {
        if (capture_reader_first(reader, CAPTURE_SAID_PACKET))
            diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_WARNING, block->offset,
                                reader->frame_count + 1,
                                "frame %" PRIu64 " should have %" PRIu32
                                " bytes, but its block has only %" PRIu32 ": taken as cut there",
                                reader->frame_count + 1, captured, block->length - PCAPNG_SPB_BODY_BYTES);
        captured = block->length - PCAPNG_SPB_BODY_BYTES;
    }
    ret_frame->time_ns = FRAME_TIME_UNKNOWN;
    ret_frame->bytes = block->body + PCAPNG_SPB_BODY_BYTES;
    ret_frame->captured_len = captured;
    ret_frame->original_len = original;
    pcapng_fill_frame(reader, interface, ret_frame, block->offset);
    return PCAPNG_FRAME;
}
