/* The snoop file format of Solaris and illumos (RFC 1761): a file header of 16 bytes, then records of a
 * header of 24, the packet's bytes and padding. All big-endian.
 *
 *      0  "snoop" and three zero bytes      0  original length
 *      8  version: 2                        4  included length
 *     12  datalink type                     8  length of the record, header and padding included
 *                                          12  packets dropped so far
 *                                          16  seconds and microseconds
 */
#include "base/bounds.h"
#include "capture/reader-private.h"

#include <inttypes.h>
#include <string.h>

#include "capture/bytes.h"

#define SNOOP_HEADER_BYTES 16
#define SNOOP_RECORD_BYTES 24
#define SNOOP_LINK_OFFSET  12

typedef struct {
    uint32_t original, included, length, dropped, seconds, microseconds;
} SnoopRecord;

/* RFC 1761's datalink types, and the LINKTYPE_ values of those that pcap has as well. */
static const struct {
    uint32_t datalink;
    uint16_t link_type;
} datalinks[] = {
    {0, 1},   /* IEEE 802.3 */
    {2, 6},   /* IEEE 802.5, token ring */
    {4, 1},   /* Ethernet */
    {5, 104}, /* HDLC: Cisco's */
    {8, 10},  /* FDDI */
};

static SnoopRecord snoop_record(const uint8_t *at)
{
    return (SnoopRecord){read32(at, true),      read32(at + 4, true),  read32(at + 8, true),
                         read32(at + 12, true), read32(at + 16, true), read32(at + 20, true)};
}

static bool snoop_record_fits(const SnoopRecord *record)
{
    return record->included <= PCAP_CAPTURED_MAX && record->length >= SNOOP_RECORD_BYTES + record->included &&
           record->length <= SNOOP_RECORD_BYTES + PCAP_CAPTURED_MAX;
}

static void snoop_say_damage(CaptureReader *reader, const SnoopRecord *record)
{
    uint64_t number = reader->frame_count + 1;
    diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_ERROR, feed_offset(&reader->feed), number,
                        "the record of frame %" PRIu64 " is damaged: %" PRIu32
                        " bytes of packet in a record of %" PRIu32 "; nothing from here on can be read",
                        number, record->included, record->length);
    capture_reader_stop(reader);
}

/* With the whole record in the window, or all that the file has of its padding. */
static void snoop_take(CaptureReader *reader, const SnoopRecord *record, Frame *frame)
{
    Feed *feed = &reader->feed;
    CaptureInterface *interface = g_ptr_array_index(reader->interfaces, 0);
    *frame = (Frame){
        .number = ++reader->frame_count,
        .time_ns = (int64_t)record->seconds * 1000000000 + (int64_t)record->microseconds * 1000,
        .offset = feed_offset(feed),
        .bytes = feed->at + SNOOP_RECORD_BYTES,
        .captured_len = record->included,
        .original_len = record->original,
        .link_type = interface->link_type,
    };
    feed->at += MIN(record->length, feed_left(feed));
    interface->frames++;
    interface->dropped = MAX(interface->dropped, record->dropped);
}

/* One record, with every check; false at the end. */
static bool snoop_read_record(CaptureReader *reader, Frame *frame)
{
    Feed *feed = &reader->feed;
    if (!feed_fill(feed, SNOOP_RECORD_BYTES)) {
        capture_reader_end(reader, "record", feed_offset(feed), SNOOP_RECORD_BYTES);
        return false;
    }
    SnoopRecord record = snoop_record(feed->at);
    if (!snoop_record_fits(&record)) {
        snoop_say_damage(reader, &record);
        return false;
    }
    if (!feed_fill(feed, record.length) && feed_left(feed) < SNOOP_RECORD_BYTES + record.included) {
        capture_reader_end(reader, "record", feed_offset(feed), record.length);
        return false;
    }
    snoop_take(reader, &record, frame);
    return true;
}

/* What follows in the window does not move it, so that all frames of a batch stay where they are. */
static bool snoop_is_at_hand(const Feed *feed)
{
    if (feed_left(feed) < SNOOP_RECORD_BYTES)
        return false;
    SnoopRecord record = snoop_record(feed->at);
    return snoop_record_fits(&record) && feed_left(feed) >= record.length;
}

static unsigned snoop_next_batch(CaptureReader *reader, Frame *ret_frames, unsigned max)
{
    unsigned count = 0;
    while (count < max && (!count || snoop_is_at_hand(&reader->feed)) &&
           snoop_read_record(reader, &ret_frames[count]))
        count++;
    return count;
}

bool snoop_file_recognizes(const uint8_t *bytes, size_t length)
{
    return length >= 8 && !memcmp(bytes, "snoop\0\0", 8);
}

bool snoop_file_open(CaptureReader *reader, GError **error)
{
    Feed *feed = &reader->feed;
    if (!feed_fill(feed, SNOOP_HEADER_BYTES))
        return capture_reader_fail(reader, error, feed_left(feed),
                                   "expected a snoop file header of %d bytes, but the file ends",
                                   SNOOP_HEADER_BYTES);
    uint32_t version = read32(feed->at + 8, true), datalink = read32(feed->at + SNOOP_LINK_OFFSET, true);
    if (version != 2)
        return capture_reader_fail(reader, error, 8, "expected version 2 of the snoop format, found %" PRIu32,
                                   version);
    for (guint i = 0; i < G_N_ELEMENTS(datalinks); i++) {
        if (datalinks[i].datalink != datalink)
            continue;
        CaptureInterface *interface = capture_reader_add_interface(reader, datalinks[i].link_type, 0);
        interface->offset = SNOOP_LINK_OFFSET;
        interface->drops_known = true;
        reader->format = g_strdup("snoop");
        reader->next_batch = snoop_next_batch;
        feed->at += SNOOP_HEADER_BYTES;
        return true;
    }
    return capture_reader_fail(reader, error, SNOOP_LINK_OFFSET,
                               "datalink type %" PRIu32 " of the snoop format is not known here; "
                               "'editcap -F pcap IN OUT' may convert it",
                               datalink);
}
