/* The one shape that nearly every frame has, decoded in one go: Ethernet, IPv4 without options and not in
 * fragments, TCP without options or with aligned timestamps, captured in full. Says the same as the decoders
 * that everything else goes through, which are the ones to read; tests/fuzz/fuzz-decode.c compares the two.
 */
#include "decode/plain.h"

#include <string.h>

#include "base/cursor.h"

enum {
    IP = 14,       /* where its header begins */
    TCP = IP + 20, /* and TCP's */
    IPV4 = 0x0800,
    VERSION_AND_LENGTH = 0x45,
    PROTOCOL_TCP = 6,
    FRAGMENT = 0x3fff,               /* more fragments, or not the first */
    ALIGNED_TIMESTAMPS = 0x0101080a, /* NOP, NOP, kind 8, length 10: RFC 7323 appendix A */
};

static inline bool is_plain(const uint8_t *bytes, uint32_t captured)
{
    if (captured < TCP + 20 || be16(bytes + 12) != IPV4 || bytes[IP] != VERSION_AND_LENGTH ||
        bytes[IP + 9] != PROTOCOL_TCP || be16(bytes + IP + 6) & FRAGMENT)
        return false;
    uint32_t total_length = be16(bytes + IP + 2);
    return total_length >= 40 && IP + total_length <= captured;
}

bool decode_plain(const Frame *frame, Segment *ret_segment, const uint8_t **ret_payload)
{
    const uint8_t *bytes = frame->bytes, *tcp = bytes + TCP;
    if (frame->link_type != 1 || !is_plain(bytes, frame->captured_len))
        return false;
    uint32_t left = be16(bytes + IP + 2) - 20u, header_length = (tcp[12] >> 4) * 4u;
    bool has_timestamps = header_length == 32 && left >= 32 && be32(tcp + 20) == ALIGNED_TIMESTAMPS;
    if (!has_timestamps && header_length != 20)
        return false;
    uint32_t length = left - header_length;
    *ret_segment = (Segment){
        .time_ns = frame->time_ns,
        .frame = frame->number,
        .source_port = be16(tcp),
        .destination_port = be16(tcp + 2),
        .seq = be32(tcp + 4),
        .ack = be32(tcp + 8),
        .length = length,
        .captured_length = length,
        .timestamp = has_timestamps ? be32(tcp + 24) : 0,
        .timestamp_echo = has_timestamps ? be32(tcp + 28) : 0,
        .window = be16(tcp + 14),
        .ip_id = be16(bytes + IP + 4),
        .flags = tcp[13],
        .options = has_timestamps ? OPTION_TIMESTAMPS : 0,
        .ttl = bytes[IP + 8],
        .ip_version = 4,
        .kind = SEGMENT_TCP,
    };
    memcpy(ret_segment->source, bytes + IP + 12, 4);
    memcpy(ret_segment->destination, bytes + IP + 16, 4);
    if (ret_payload)
        *ret_payload = tcp + header_length;
    return true;
}
