/* The pcapng file format (draft-ietf-opsawg-pcapng): a sequence of blocks, each with its length at both ends.
 *
 *      0  block type            1 interface, 6 packet, 3 simple packet, 2 packet (obsolete), 5 statistics,
 *      4  total length          0a0d0d0a section header
 *      8  body, padded to 32 bits
 *    n-4  total length again
 *
 * A section header sets the byte order and starts the numbers of interfaces again; each interface has its own
 * link type, snap length and clock. As in Wireshark a total length that is no multiple of four is rounded up.
 *
 * What a damaged block costs depends on its frame: lengths that disagree mean that nothing says where the
 * next block begins, and reading stops; nonsense inside a well-framed block costs that block alone. */
#include <inttypes.h>

#include "capture/pcapng.h"

#include "base/bounds.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4d

#define BLOCK_OVERHEAD 12 /* type and both lengths */
#define BLOCK_HEAD     8
#define EPB_MIN_BYTES  (BLOCK_OVERHEAD + PCAPNG_EPB_BODY_BYTES)

bool pcapng_file_recognizes(const uint8_t *magic)
{
    return read32(magic, false) == PCAPNG_BLOCK_SHB;
}

static void pcapng_say_damage(CaptureReader *reader, const PcapngBlock *block, uint64_t frame,
                              const char *format, va_list arguments)
{
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_ERROR, block->offset, frame, "damaged block: %s",
                        message);
}

void pcapng_damage(CaptureReader *reader, const PcapngBlock *block, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pcapng_say_damage(reader, block, 0, format, arguments);
    va_end(arguments);
}

void pcapng_damaged_packet(CaptureReader *reader, const PcapngBlock *block, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pcapng_say_damage(reader, block, reader->frame_count + 1, format, arguments);
    va_end(arguments);
}

PcapngOptions pcapng_options_make(const CaptureReader *reader, const PcapngBlock *block, uint32_t at)
{
    return (PcapngOptions){
        .at = block->body + at, .end = block->body + block->length, .big_endian = reader->pcapng.big_endian};
}

void pcapng_options_check(CaptureReader *reader, const PcapngOptions *options, const PcapngBlock *block)
{
    if (options->broken && capture_reader_first(reader, CAPTURE_SAID_OPTIONS))
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_WARNING, block->offset, 0,
                            "an option claims more bytes than its block (type %" PRIu32
                            ") has: the block's further options were ignored",
                            block->type);
}

/* The least length of a body; 0 for types that are skipped. */
static uint32_t pcapng_body_min(uint32_t type)
{
    switch (type) {
    case PCAPNG_BLOCK_SHB:
        return PCAPNG_SHB_BODY_BYTES;
    case PCAPNG_BLOCK_IDB:
        return PCAPNG_IDB_BODY_BYTES;
    case PCAPNG_BLOCK_PB:
    case PCAPNG_BLOCK_EPB:
        return PCAPNG_EPB_BODY_BYTES;
    case PCAPNG_BLOCK_SPB:
        return PCAPNG_SPB_BODY_BYTES;
    case PCAPNG_BLOCK_ISB:
        return PCAPNG_ISB_BODY_BYTES;
    default:
        return 0;
    }
}

/* Wireshark makes a frame of some blocks that hold no packet, and so they have a number. */
static bool pcapng_counts_as_frame(uint32_t type)
{
    switch (type) {
    case 0x00000009: /* systemd journal entry */
    case 0x00000204: /* sysdig events, three versions */
    case 0x00000216:
    case 0x00000221:
    case 0x00000bad: /* custom, to be copied and not */
    case 0x40000bad:
        return true;
    default:
        return false;
    }
}

/* A section header: byte-order magic, version, section length, options. The magic has been checked. */
static bool pcapng_begin_section(CaptureReader *reader, const PcapngBlock *block)
{
    bool big_endian = reader->pcapng.big_endian;
    unsigned major = read16(block->body + 4, big_endian), minor = read16(block->body + 6, big_endian);
    if (major != 1 || (minor != 0 && minor != 2)) {
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_ERROR, block->offset, 0,
                            "expected version 1.0 or 1.2 of the pcapng format, found %u.%u", major, minor);
        return false;
    }
    g_array_set_size(reader->pcapng.interfaces, 0);
    PcapngOptions options = pcapng_options_make(reader, block, PCAPNG_SHB_BODY_BYTES);
    PcapngOption option;
    while (pcapng_options_next(&options, &option))
        ; /* nothing in there matters but that it can be read */
    pcapng_options_check(reader, &options, block);
    return true;
}

static PcapngResult pcapng_read_body(CaptureReader *reader, const PcapngBlock *block, Frame *frame)
{
    switch (block->type) {
    case PCAPNG_BLOCK_SHB:
        return pcapng_begin_section(reader, block) ? PCAPNG_NO_FRAME : PCAPNG_STOP;
    case PCAPNG_BLOCK_IDB:
        return pcapng_read_interface(reader, block);
    case PCAPNG_BLOCK_PB:
    case PCAPNG_BLOCK_EPB:
        return pcapng_read_packet(reader, block, frame);
    case PCAPNG_BLOCK_SPB:
        return pcapng_read_simple_packet(reader, block, frame);
    case PCAPNG_BLOCK_ISB:
        return pcapng_read_statistics(reader, block);
    default:
        if (pcapng_counts_as_frame(block->type))
            reader->frame_count++;
        return PCAPNG_NO_FRAME;
    }
}

static PcapngResult pcapng_end(CaptureReader *reader, uint64_t offset, uint64_t needed)
{
    capture_reader_end(reader, "block", offset, needed);
    return PCAPNG_STOP;
}

/* Type and length of the block at the feed's position. A section header is palindromic, so that its type can
 * be read before its byte order is known. */
static PcapngResult pcapng_read_block_head(CaptureReader *reader, PcapngBlock *block, uint64_t *ret_total)
{
    Feed *feed = &reader->feed;
    if (!feed_fill(feed, BLOCK_OVERHEAD))
        return pcapng_end(reader, feed_offset(feed), BLOCK_OVERHEAD);
    *block = (PcapngBlock){.offset = feed_offset(feed), .type = read32(feed->at, reader->pcapng.big_endian)};
    if (block->type == PCAPNG_BLOCK_SHB) {
        bool is_big_endian = read32(feed->at + 8, true) == BYTE_ORDER_MAGIC;
        if (!is_big_endian && read32(feed->at + 8, false) != BYTE_ORDER_MAGIC) {
            pcapng_damage(reader, block,
                          "expected the byte-order magic 1a2b3c4d, found %08" PRIx32
                          "; nothing from here on can be read",
                          read32(feed->at + 8, true));
            return PCAPNG_STOP;
        }
        reader->pcapng.big_endian = is_big_endian;
    }
    uint32_t claimed = read32(feed->at + 4, reader->pcapng.big_endian);
    uint64_t total = ((uint64_t)claimed + 3) & ~UINT64_C(3);
    uint32_t body_min = pcapng_body_min(block->type);
    if (total < BLOCK_OVERHEAD + body_min || total > PCAPNG_BLOCK_MAX_BYTES) {
        pcapng_damage(reader, block,
                      "expected a length of %" PRIu32 " to %" PRIu32 " bytes for type %" PRIu32
                      ", found %" PRIu32 "; nothing from here on can be read",
                      BLOCK_OVERHEAD + body_min, PCAPNG_BLOCK_MAX_BYTES, block->type, claimed);
        return PCAPNG_STOP;
    }
    *ret_total = total;
    return PCAPNG_NO_FRAME;
}

/* One block, with every check. */
static PcapngResult pcapng_read_block(CaptureReader *reader, Frame *frame)
{
    Feed *feed = &reader->feed;
    PcapngBlock block;
    uint64_t total;
    if (pcapng_read_block_head(reader, &block, &total) == PCAPNG_STOP)
        return PCAPNG_STOP;
    bool skip = !pcapng_body_min(block.type);
    uint64_t held = skip ? 4 : total; /* of a skipped block only the length at its end is looked at */
    if (skip && !feed_skip(feed, total - held))
        return pcapng_end(reader, block.offset, total);
    if (!feed_fill(feed, held))
        return pcapng_end(reader, block.offset, total);
    uint64_t second = read32(feed->at + held - 4, reader->pcapng.big_endian);
    if (((second + 3) & ~UINT64_C(3)) != total) {
        pcapng_damage(reader, &block,
                      "expected its length of %" PRIu64 " bytes again at its end, found %" PRIu64
                      "; nothing from here on can be read",
                      total, second);
        return PCAPNG_STOP;
    }
    block.body = skip ? NULL : feed->at + BLOCK_HEAD;
    block.length = (uint32_t)(total - BLOCK_OVERHEAD);
    PcapngResult result = pcapng_read_body(reader, &block, frame);
    feed->at += held;
    return result;
}

/* The length of the block at `at`, where it is an enhanced packet without options, whole, its lengths
 * agreeing and not more captured than there was; 0 for everything else. */
static inline uint32_t pcapng_plain_packet(const uint8_t *at, size_t left, bool big_endian)
{
    if (left < EPB_MIN_BYTES || read32(at, big_endian) != PCAPNG_BLOCK_EPB)
        return 0;
    uint32_t total = read32(at + 4, big_endian);
    uint32_t captured = read32(at + 20, big_endian);
    bool plain = total <= left && total == EPB_MIN_BYTES + (((uint64_t)captured + 3) & ~UINT64_C(3)) &&
                 captured <= read32(at + 24, big_endian) && read32(at + total - 4, big_endian) == total;
    return plain ? total : 0;
}

/* Plain packets of the window, as many as there are. */
static unsigned pcapng_batch_fast(CaptureReader *reader, Frame *frames, unsigned max)
{
    Feed *feed = &reader->feed;
    const bool big_endian = reader->pcapng.big_endian;
    const uint8_t *at = feed->at;
    const uint8_t *end = feed->end;
    uint64_t offset = feed_offset(feed);
    unsigned count = 0;
    for (uint32_t total; count < max && (total = pcapng_plain_packet(at, (size_t)(end - at), big_endian));) {
        PcapngInterface *interface = pcapng_interface(reader, read32(at + 8, big_endian));
        uint64_t ticks = (uint64_t)read32(at + 12, big_endian) << 32 | read32(at + 16, big_endian);
        int64_t time_ns;
        if (!interface || !pcapng_clock_time_ns(&interface->clock, ticks, &time_ns))
            break;
        Frame *frame = &frames[count++];
        pcapng_fill_frame(reader, interface, frame, offset);
        frame->time_ns = time_ns;
        frame->bytes = at + BLOCK_HEAD + PCAPNG_EPB_BODY_BYTES;
        frame->captured_len = read32(at + 20, big_endian);
        frame->original_len = read32(at + 24, big_endian);
        at += total;
        offset += total;
    }
    feed->at = at;
    return count;
}

static unsigned pcapng_next_batch(CaptureReader *reader, Frame *ret_frames, unsigned max)
{
    unsigned count = pcapng_batch_fast(reader, ret_frames, max);
    if (count || !max)
        return count;
    for (;;) {
        switch (pcapng_read_block(reader, ret_frames)) {
        case PCAPNG_FRAME:
            return 1;
        case PCAPNG_STOP:
            capture_reader_stop(reader);
            return 0;
        case PCAPNG_NO_FRAME:
            break;
        }
    }
}

bool pcapng_file_open(CaptureReader *reader, GError **error)
{
    Feed *feed = &reader->feed;
    if (!feed_fill(feed, BLOCK_OVERHEAD + PCAPNG_SHB_BODY_BYTES))
        return capture_reader_fail(reader, error, feed_left(feed),
                                   "expected a pcapng section header of %d bytes, but the file ends",
                                   BLOCK_OVERHEAD + PCAPNG_SHB_BODY_BYTES);
    reader->pcapng.interfaces = g_array_new(FALSE, FALSE, sizeof(PcapngInterface));
    if (pcapng_read_block(reader, NULL) == PCAPNG_STOP) {
        /* The first section cannot be read, so that no frame can: the diagnostic becomes the error. */
        const Diagnostic *why = diagnostic_list_get(reader->diagnostics, 0);
        return capture_reader_fail(reader, error, why->offset, "%s", why->message);
    }
    reader->format = g_strdup("pcapng");
    reader->next_batch = pcapng_next_batch;
    return true;
}
