/* Fuzz target of the decoders: two bytes of link type, then frames, each behind one byte that says how long
 * it is (in units of 8), so that fragments find each other. Every frame is copied to memory of its own size:
 * a read past its end is seen. Whatever segment comes out must keep its promises. */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile uint8_t touched; /* keeps the reads */

static void check_segment(const Segment *segment, const uint8_t *payload)
{
    uint8_t sum = 0;
    g_assert(segment->ip_version == 4 || segment->ip_version == 6);
    g_assert(segment->captured_length <= segment->length);
    g_assert(!segment->captured_length || payload);
    g_assert(segment->kind == SEGMENT_TCP || segment->kind == SEGMENT_ICMP_QUOTE);
    for (uint32_t i = 0; i < segment->captured_length; i++)
        sum ^= payload[i];
    touched = sum;
}

/* Ethernet with a packet of IPv4 in it may take the short way; without its link layer it does not. */
static void check_plain(const Frame *frame, const Segment *segment, const uint8_t *payload)
{
    enum { ETHERNET = 1, RAW = 101, HEADER = 14 };
    if (frame->link_type != ETHERNET || frame->captured_len <= HEADER || frame->bytes[12] != 8 ||
        frame->bytes[13] != 0 || frame->original_len < frame->captured_len)
        return;
    Frame bare = *frame;
    bare.bytes += HEADER;
    bare.captured_len -= HEADER;
    bare.original_len -= HEADER;
    bare.link_type = RAW;
    Segment other;
    const uint8_t *other_payload = NULL;
    if (decode_frame(NULL, &bare, &other, &other_payload) != DECODED_SEGMENT)
        return; /* it came in fragments */
    g_assert(!memcmp(&other, segment, offsetof(Segment, icmp_source) + sizeof other.icmp_source));
    g_assert(other_payload == payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    g_autoptr(Defragmenter) defragmenter = defragmenter_new();
    Cursor input = cursor_make(data, size);
    uint16_t link_type = cursor_be16(&input) & 0x01ff;
    uint64_t number = 0;
    while (cursor_left(&input) > 1) {
        size_t length = (cursor_u8(&input) + 1u) * 8;
        length = MIN(length, cursor_left(&input));
        g_autofree uint8_t *bytes = g_memdup2(cursor_take(&input, length), length);
        number++;
        Frame frame = {
            .number = number,
            .time_ns = (int64_t)number * 1000,
            .bytes = bytes,
            .captured_len = (uint32_t)length,
            .original_len = number % 4 ? (uint32_t)length : (uint32_t)length + 100,
            .link_type = link_type,
        };
        Segment segment;
        const uint8_t *payload = NULL;
        if (decode_frame(number % 8 ? defragmenter : NULL, &frame, &segment, &payload) == DECODED_SEGMENT) {
            check_segment(&segment, payload);
            check_plain(&frame, &segment, payload);
        }
    }
    return 0;
}
