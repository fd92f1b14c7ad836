/* The pcap file format: a file header of 24 bytes, then records of a header of 16 and the packet's bytes.
 *
 *      0  magic           a1b2c3d4 (microseconds), a1b23c4d (nanoseconds), in the order of the writing host
 *      4  version         major and minor, 16 bits each: 2.4
 *      8  time zone, sigfigs: never used
 *     16  snap length
 *     20  link type       16 bits; above them the length of the FCS (4 bits) and reserved bits
 *
 * Records hold seconds, their fraction, captured length and original length. Variants, as libpcap and
 * Wireshark read them: a1b2cd34 (Kuznetzov's patch of 1999: 8 more bytes a record, or 12), the usual magic
 * number with his longer records or Nokia's, 1c0001ab and 1c0001ac (Ixia: 4 more bytes in the file header),
 * AIX (version 2.2 with interface types of RFC 1573, and nanoseconds), versions before 2.3 and DG/UX's 543.0
 * (the two lengths exchanged). Sources: libpcap's sf-pcap.c, Wireshark's wiretap/libpcap.c,
 * draft-ietf-opsawg-pcap. */
#include "base/bounds.h"
#include "capture/reader-private.h"

#include <inttypes.h>

#include "capture/bytes.h"
#include "capture/pcap-variant.h"

#define PCAP_HEADER_BYTES 24
#define PCAP_RECORD_BYTES 16

/* What AIX puts before a frame of FDDI, and counts as part of it. */
#define AIX_FDDI_PADDING 3

#define LINKTYPE_OFFSET   20
#define LINKTYPE_RESERVED 0x03ff0000 /* of the field; the bits above are the FCS length */

#define LINKTYPE_FDDI              10
#define LINKTYPE_USB_LINUX_MMAPPED 220
#define LINKTYPE_DBUS              231
#define LINKTYPE_USBPCAP           249
#define LINKTYPE_EBHSCR            279

typedef struct {
    uint32_t magic;
    uint32_t file_header_bytes;
    uint32_t parts_per_second;
    PcapLayout layouts[3]; /* the usual one first */
} PcapVariant;

static const PcapVariant variants[] = {
    {0xa1b2c3d4,
     24,
     1000000,
     {{"pcap", 16}, {"modified pcap (Red Hat 6.1)", 24}, {"modified pcap (Nokia)", 20}}},
    {0xa1b23c4d, 24, 1000000000, {{"nanosecond pcap", 16}}},
    {0xa1b2cd34, 24, 1000000, {{"modified pcap", 24}, {"modified pcap (SuSE 6.3)", 28}}},
    {0x1c0001ab, 28, 1000000, {{"Ixia lcap (software)", 16}}},
    {0x1c0001ac, 28, 1000000000, {{"Ixia lcap (hardware)", 16}}},
};

static const PcapVariant *pcap_variant_find(const uint8_t *magic, bool *ret_big_endian)
{
    for (guint i = 0; i < G_N_ELEMENTS(variants); i++) {
        for (int big_endian = 0; big_endian < 2; big_endian++) {
            if (read32(magic, big_endian) == variants[i].magic) {
                *ret_big_endian = big_endian;
                return &variants[i];
            }
        }
    }
    return NULL;
}

bool pcap_file_recognizes(const uint8_t *magic)
{
    bool big_endian;
    return pcap_variant_find(magic, &big_endian) != NULL;
}

static uint32_t pcap_captured_max(uint16_t link_type)
{
    switch (link_type) {
    case LINKTYPE_USB_LINUX_MMAPPED:
    case LINKTYPE_DBUS:
    case LINKTYPE_USBPCAP:
    case LINKTYPE_EBHSCR:
        return PCAP_CAPTURED_MAX_WIDE;
    default:
        return PCAP_CAPTURED_MAX;
    }
}

/* What a record says of its frame. Seconds are unsigned, as Wireshark has them: until 2106, and nothing
 * before 1970. A fraction of a second or more carries over. */
typedef struct {
    uint32_t seconds, parts, captured, original;
} PcapRecord;

static inline PcapRecord pcap_record(const uint8_t *at, bool big_endian)
{
    return (PcapRecord){read32(at, big_endian), read32(at + 4, big_endian), read32(at + 8, big_endian),
                        read32(at + 12, big_endian)};
}

static inline void pcap_fill_frame(Frame *frame, const PcapFile *pcap, const PcapRecord *record,
                                   const uint8_t *at, uint64_t offset, uint64_t number)
{
    frame->number = number;
    frame->time_ns = (int64_t)record->seconds * 1000000000 + (int64_t)record->parts * pcap->ns_per_part;
    frame->offset = offset;
    frame->bytes = at + pcap->header_bytes;
    frame->captured_len = record->captured;
    frame->original_len = record->original;
    frame->interface = 0;
    frame->link_type = pcap->link_type;
}

/* Whole records with nothing odd, as many as the window holds. Inlined with the byte order known. */
static inline unsigned pcap_batch_fast(CaptureReader *reader, Frame *frames, unsigned max, bool big_endian)
{
    Feed *feed = &reader->feed;
    const PcapFile pcap = reader->pcap;
    const uint8_t *at = feed->at, *end = feed->end;
    const uint64_t file_offset = feed->end_offset - (uintptr_t)end; /* of an address, modulo 2^64 */
    uint64_t number = reader->frame_count;
    Frame *frame = frames, *frames_end = frames + max;
    while (frame < frames_end && (size_t)(end - at) >= pcap.header_bytes) {
        const PcapRecord record = pcap_record(at, big_endian);
        size_t length = (size_t)pcap.header_bytes + record.captured;
        if (record.captured > record.original || record.captured > pcap.captured_max ||
            length > (size_t)(end - at) || record.parts >= pcap.parts_per_second)
            break;
        pcap_fill_frame(frame++, &pcap, &record, at, file_offset + (uintptr_t)at, ++number);
        at += length;
    }
    feed->at = at;
    reader->frame_count = number;
    return (unsigned)(frame - frames);
}

/* Says once what is odd about a record that is read all the same. */
static void pcap_say_oddities(CaptureReader *reader, uint64_t offset, const PcapRecord *record)
{
    uint64_t number = reader->frame_count + 1;
    if (record->captured > record->original && capture_reader_first(reader, CAPTURE_SAID_LENGTHS))
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_NOTE, offset, number,
                            "frame %" PRIu64 " has a captured length of %" PRIu32
                            ", more than its original length of %" PRIu32,
                            number, record->captured, record->original);
    if (record->parts >= reader->pcap.parts_per_second && capture_reader_first(reader, CAPTURE_SAID_FRACTION))
        diagnostic_list_add(
            reader->diagnostics, DIAGNOSTIC_NOTE, offset, number,
            "the time of frame %" PRIu64 " has %" PRIu32 " %s, a second or more: carried over", number,
            record->parts, reader->pcap.ns_per_part == 1 ? "nanoseconds" : "microseconds");
}

static void pcap_swap_lengths(const PcapFile *pcap, PcapRecord *record)
{
    if (pcap->lengths_swapped || (pcap->lengths_maybe_swapped && record->captured > record->original)) {
        uint32_t first = record->captured;
        record->captured = record->original;
        record->original = first;
    }
}

/* One record, with every check; false at the end. */
static bool pcap_read_record(CaptureReader *reader, Frame *frame)
{
    Feed *feed = &reader->feed;
    const PcapFile *pcap = &reader->pcap;
    if (!feed_fill(feed, pcap->header_bytes)) {
        capture_reader_end(reader, "record", feed_offset(feed), pcap->header_bytes);
        return false;
    }
    uint64_t offset = feed_offset(feed), number = reader->frame_count + 1;
    PcapRecord record = pcap_record(feed->at, pcap->big_endian);
    pcap_swap_lengths(pcap, &record);
    uint64_t length = (uint64_t)pcap->header_bytes + record.captured;
    if (record.captured > pcap->captured_max) {
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_ERROR, offset, number,
                            "the record of frame %" PRIu64 " is damaged: expected a captured length of at "
                            "most %" PRIu32 ", found %" PRIu32 "; nothing from here on can be read",
                            number, pcap->captured_max, record.captured);
        capture_reader_stop(reader);
        return false;
    }
    if (!feed_fill(feed, length)) {
        capture_reader_end(reader, "record", offset, length);
        return false;
    }
    pcap_say_oddities(reader, offset, &record);
    pcap_fill_frame(frame, pcap, &record, feed->at, offset, number);
    uint32_t padding = MIN(pcap->padding, MIN(record.captured, record.original));
    frame->bytes += padding;
    frame->captured_len -= padding;
    frame->original_len -= padding;
    feed->at += length;
    reader->frame_count = number;
    return true;
}

static unsigned pcap_next_batch(CaptureReader *reader, Frame *ret_frames, unsigned max)
{
    unsigned count = reader->pcap.big_endian ? pcap_batch_fast(reader, ret_frames, max, true)
                                             : pcap_batch_fast(reader, ret_frames, max, false);
    if (!count && max && pcap_read_record(reader, ret_frames))
        count = 1;
    CaptureInterface *interface = g_ptr_array_index(reader->interfaces, 0);
    interface->frames += count;
    return count;
}

/* Files whose lengths may be exchanged: none but the careful path. */
static unsigned pcap_next_batch_swapped(CaptureReader *reader, Frame *ret_frames, unsigned max)
{
    if (!max || !pcap_read_record(reader, ret_frames))
        return 0;
    CaptureInterface *interface = g_ptr_array_index(reader->interfaces, 0);
    interface->frames++;
    return 1;
}

/* AIX writes an interface type of RFC 1573 where others write a link type; the link type, or -1 for no AIX.
 */
static int pcap_aix_link_type(uint32_t network)
{
    switch (network) {
    case 6: /* Ethernet */
        return 1;
    case 9: /* token ring */
        return 6;
    case 15: /* FDDI */
        return LINKTYPE_FDDI;
    case 24: /* loopback */
        return 0;
    default:
        return -1;
    }
}

static bool pcap_file_check_version(CaptureReader *reader, unsigned major, unsigned minor, GError **error)
{
    PcapFile *pcap = &reader->pcap;
    if (major < 2)
        return capture_reader_fail(reader, error, 4, "expected version 2.4 of the pcap format, found %u.%u",
                                   major, minor);
    pcap->lengths_swapped = (major == 2 && minor < 3) || (major == 543 && minor == 0);
    pcap->lengths_maybe_swapped = major == 2 && minor == 3;
    if ((major > 2 && !pcap->lengths_swapped) || (major == 2 && minor > 4))
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_NOTE, 4, 0,
                            "version %u.%u of the pcap format is unknown: read as 2.4", major, minor);
    return true;
}

/* Which of the layouts of its magic number the file has. No file of another version than 2.4 has an unusual
 * one. */
static const PcapLayout *pcap_file_layout(CaptureReader *reader, const PcapVariant *variant,
                                          bool is_usual_version)
{
    unsigned count = 1;
    bool may_be_unusual = is_usual_version && reader->pcap.captured_max == PCAP_CAPTURED_MAX;
    while (may_be_unusual && count < G_N_ELEMENTS(variant->layouts) && variant->layouts[count].name)
        count++;
    const CaptureInterface *interface = g_ptr_array_index(reader->interfaces, 0);
    PcapGuess guess = {.layouts = variant->layouts,
                       .count = count,
                       .big_endian = reader->pcap.big_endian,
                       .captured_max = reader->pcap.captured_max,
                       .snaplen = interface->snaplen};
    return pcap_layout_guess(&reader->feed, variant->file_header_bytes, &guess);
}

/* The field at byte 20, and what follows from it. */
static void pcap_file_set_link_type(CaptureReader *reader, uint32_t network, int aix_link_type)
{
    PcapFile *pcap = &reader->pcap;
    if (aix_link_type >= 0) {
        network = (uint32_t)aix_link_type;
        pcap->parts_per_second = 1000000000;
        pcap->padding = network == LINKTYPE_FDDI ? AIX_FDDI_PADDING : 0;
    }
    if (network & LINKTYPE_RESERVED)
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_NOTE, LINKTYPE_OFFSET, 0,
                            "reserved bits of the link type are set (0x%08" PRIx32 "): ignored", network);
    pcap->ns_per_part = 1000000000 / pcap->parts_per_second;
    pcap->link_type = (uint16_t)network;
    pcap->captured_max = pcap_captured_max(pcap->link_type);
}

bool pcap_file_open(CaptureReader *reader, GError **error)
{
    Feed *feed = &reader->feed;
    PcapFile *pcap = &reader->pcap;
    const PcapVariant *variant = pcap_variant_find(feed->at, &pcap->big_endian);
    uint32_t header_bytes = variant->file_header_bytes;
    if (!feed_fill(feed, header_bytes))
        return capture_reader_fail(reader, error, feed_left(feed),
                                   "expected a pcap file header of %" PRIu32 " bytes, but the file ends",
                                   header_bytes);
    unsigned major = read16(feed->at + 4, pcap->big_endian);
    unsigned minor = read16(feed->at + 6, pcap->big_endian);
    uint32_t snaplen = read32(feed->at + 16, pcap->big_endian);
    uint32_t network = read32(feed->at + 20, pcap->big_endian);
    if (!pcap_file_check_version(reader, major, minor, error))
        return false;
    pcap->parts_per_second = variant->parts_per_second;
    pcap_file_set_link_type(reader, network, major == 2 && minor == 2 ? pcap_aix_link_type(network) : -1);
    capture_reader_add_interface(reader, pcap->link_type, snaplen)->offset = LINKTYPE_OFFSET;
    const PcapLayout *layout = pcap_file_layout(reader, variant, major == 2 && minor == 4);
    pcap->header_bytes = layout->record_header_bytes;
    reader->format = g_strdup(layout->name);
    bool swapped = pcap->lengths_swapped || pcap->lengths_maybe_swapped;
    reader->next_batch = swapped ? pcap_next_batch_swapped : pcap_next_batch;
    feed->at += header_bytes;
    return true;
}
