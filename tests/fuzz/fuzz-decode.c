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
    g_assert(segment->kind <= SEGMENT_ICMP_BRIEF);
    for (uint32_t i = 0; i < segment->captured_length; i++)
        sum ^= payload[i];
    touched = sum;
}

enum { ETHERNET = 1, RAW = 101, ETHERNET_HEADER = 14, IP_HEADER = 20, NOPS = 4 };

static void assert_same(const Segment *one, const Segment *other)
{
    g_assert(!memcmp(one, other, offsetof(Segment, icmp_mtu) + sizeof one->icmp_mtu));
}

/* Ethernet with a packet of IPv4 in it may take the short way; without its link layer it does not. */
static void check_plain(const Frame *frame, const Segment *segment, const uint8_t *payload)
{
    Frame bare = *frame;
    bare.bytes += ETHERNET_HEADER;
    bare.captured_len -= ETHERNET_HEADER;
    bare.original_len -= ETHERNET_HEADER;
    bare.link_type = RAW;
    Segment other;
    const uint8_t *other_payload = NULL;
    if (decode_frame(NULL, &bare, &other, &other_payload) != DECODED_SEGMENT)
        return; /* it came in fragments */
    assert_same(&other, segment);
    g_assert(other_payload == payload);
}

/* Options may be read in words; behind four more NOPs they are walked through. */
static void check_options(const Frame *frame, const Segment *segment)
{
    enum { IP = ETHERNET_HEADER, TCP = IP + IP_HEADER, OPTIONS = TCP + 20, VERSION_AND_LENGTH = 0x45 };
    const uint8_t *bytes = frame->bytes;
    if (frame->captured_len < OPTIONS || bytes[IP] != VERSION_AND_LENGTH || bytes[TCP + 12] >> 4 == 15 ||
        segment->kind != SEGMENT_TCP || segment->problems & ~PROBLEM_OPTIONS)
        return;
    g_autofree uint8_t *longer = g_malloc(frame->captured_len + NOPS);
    memcpy(longer, bytes, OPTIONS);
    memset(longer + OPTIONS, 1, NOPS);
    memcpy(longer + OPTIONS + NOPS, bytes + OPTIONS, frame->captured_len - OPTIONS);
    uint32_t total_length = be16(bytes + IP + 2) + NOPS;
    if (total_length > UINT16_MAX || bytes[IP + 9] != 6 || be16(bytes + IP + 6) & 0x3fff)
        return;
    longer[IP + 2] = (uint8_t)(total_length >> 8);
    longer[IP + 3] = (uint8_t)total_length;
    longer[TCP + 12] += 0x10;
    Frame padded = *frame;
    padded.bytes = longer;
    padded.captured_len += NOPS;
    padded.original_len += NOPS;
    Segment other;
    const uint8_t *payload;
    g_assert(decode_frame(NULL, &padded, &other, &payload) == DECODED_SEGMENT);
    assert_same(&other, segment);
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
            if (link_type == ETHERNET && length > ETHERNET_HEADER && be16(bytes + 12) == 0x0800) {
                check_plain(&frame, &segment, payload);
                check_options(&frame, &segment);
            }
        }
    }
    return 0;
}
