/* The one shape that nearly every frame has, decoded in one go: Ethernet, IPv4 without options and not in
 * fragments, TCP, captured in full. Says the same as the decoders that everything else goes through, which
 * are the ones to read; tests/fuzz/fuzz-decode.c compares the two.
 *
 * Headers are loaded eight bytes at a time, so that fields side by side are turned round, and stored, at
 * once. */
#include <string.h>

#include "decode/packet.h"

enum {
    LINKTYPE_ETHERNET = 1,
    IP = 14,       /* where its header begins */
    TCP = IP + 20, /* and TCP's */
    IPV4 = 0x0800,
    VERSION_AND_LENGTH = 0x45,
    PROTOCOL_TCP = 6,
    FRAGMENT = 0x3fff,               /* more fragments, or not the first */
    ALIGNED_TIMESTAMPS = 0x0101080a, /* NOP, NOP, kind 8, length 10: RFC 7323 appendix A */
};

static inline void fill_address(uint8_t address[16], const uint8_t *bytes)
{
    memset(address, 0, 16);
    memcpy(address, bytes, 4);
}

/* Without options, whatever there are. */
static inline void fill_segment(Segment *segment, const Frame *frame, uint32_t length)
{
    const uint8_t *ip = frame->bytes + IP, *tcp = frame->bytes + TCP;
    const uint32_t ports = be32(tcp);
    segment->time_ns = frame->time_ns;
    segment->captured_length = segment->length = length;
    segment->seq = be32(tcp + 4);
    segment->ack = be32(tcp + 8);
    segment->window = be16(tcp + 14);
    segment->ip_id = be16(ip + 4);
    segment->options = 0;
    segment->flags = tcp[13];
    segment->ttl = ip[8];
    fill_address(segment->source, ip + 12);
    fill_address(segment->destination, ip + 16);
    segment->destination_port = (uint16_t)ports;
    segment->source_port = (uint16_t)(ports >> 16);
    segment->ip_version = 4;
    segment->kind = segment->wscale = segment->mptcp_reason = 0;
    segment->frame = frame->number;
    memset(&segment->timestamp_echo, 0, sizeof *segment - offsetof(Segment, timestamp_echo));
}

static inline void fill_options(Segment *segment, const uint8_t *options, uint32_t length)
{
    if (length == 12 && be32(options) == ALIGNED_TIMESTAMPS) {
        uint64_t timestamps = be64(options + 4);
        segment->timestamp_echo = (uint32_t)timestamps;
        segment->timestamp = (uint32_t)(timestamps >> 32);
        segment->options = OPTION_TIMESTAMPS;
    } else {
        decode_tcp_options(options, length, segment);
    }
}

/* As it lies in the frame: this way it is one test. */
static inline bool is_fragment(const uint8_t *field)
{
    uint16_t as_on_wire;
    memcpy(&as_on_wire, field, sizeof as_on_wire);
    return as_on_wire & GUINT16_TO_BE(FRAGMENT);
}

/* False where the frame is not so plain; nothing is written then. */
static inline bool decode_plain(const Frame *frame, Segment *ret_segment, const uint8_t **ret_payload)
{
    const uint8_t *bytes = frame->bytes, *tcp = bytes + TCP;
    if (frame->link_type != LINKTYPE_ETHERNET || frame->captured_len < TCP + 20 || be16(bytes + 12) != IPV4 ||
        bytes[IP] != VERSION_AND_LENGTH || bytes[IP + 9] != PROTOCOL_TCP || is_fragment(bytes + IP + 6))
        return false;
    uint32_t total_length = be16(bytes + IP + 2), header_length = (tcp[12] & 0xf0u) >> 2;
    int32_t length = (int32_t)(total_length - 20 - header_length);
    if (IP + total_length > frame->captured_len || header_length < 20 || length < 0)
        return false;
    fill_segment(ret_segment, frame, (uint32_t)length);
    if (header_length > 20)
        fill_options(ret_segment, tcp + 20, header_length - 20);
    *ret_payload = tcp + header_length;
    return true;
}

DecodeResult decode_frame(Defragmenter *defragmenter, const Frame *frame, Segment *ret_segment,
                          const uint8_t **ret_payload)
{
    return decode_plain(frame, ret_segment, ret_payload)
               ? DECODED_SEGMENT
               : decode_any_frame(defragmenter, frame, ret_segment, ret_payload);
}
