/* The TCP header (RFC 9293 3.1) and the options that matter for the end of a connection. */
#include "decode/packet.h"

enum {
    KIND_END = 0,
    KIND_NOP = 1,
    KIND_MSS = 2,
    KIND_WSCALE = 3,
    KIND_SACK_PERMITTED = 4,
    KIND_SACK = 5,
    KIND_TIMESTAMPS = 8,
    KIND_MPTCP = 30,
};

enum { MPTCP_SUBTYPE_FASTCLOSE = 7, MPTCP_SUBTYPE_RST = 8 }; /* RFC 8684 3.5, 3.6 */

static inline void decode_option(uint8_t kind, const uint8_t *value, unsigned length, Segment *segment)
{
    switch (kind) {
    case KIND_MSS:
        if (length == 2) {
            segment->options |= OPTION_MSS;
            segment->mss = be16(value);
        }
        break;
    case KIND_WSCALE:
        if (length == 1) {
            segment->options |= OPTION_WSCALE;
            segment->wscale = value[0] < 14 ? value[0] : 14; /* RFC 7323 2.3 */
        }
        break;
    case KIND_SACK_PERMITTED:
        segment->options |= OPTION_SACK_PERMITTED;
        break;
    case KIND_SACK:
        segment->options |= OPTION_SACK;
        break;
    case KIND_TIMESTAMPS:
        if (length == 8) {
            segment->options |= OPTION_TIMESTAMPS;
            segment->timestamp = be32(value);
            segment->timestamp_echo = be32(value + 4);
        }
        break;
    case KIND_MPTCP:
        segment->options |= OPTION_MPTCP;
        if (length >= 1 && value[0] >> 4 == MPTCP_SUBTYPE_FASTCLOSE)
            segment->options |= OPTION_MPTCP_FASTCLOSE;
        if (length >= 2 && value[0] >> 4 == MPTCP_SUBTYPE_RST) {
            segment->options |= OPTION_MPTCP_RST;
            segment->mptcp_reason = value[1];
        }
        break;
    default:
        break;
    }
}

/* Senders arrange their options in words of four bytes, with NOPs before what is shorter (RFC 7323 appendix
 * A): as long as each is one of those that SYNs are made of, they are read without walking. Returns how far.
 */
static const uint8_t *decode_option_words(const uint8_t *at, const uint8_t *end, Segment *segment)
{
    enum {
        MSS = 0x0204,
        NOP_WSCALE = 0x010303,
        NOP_NOP_SACK_PERMITTED = 0x01010402,
        NOP_NOP_TIMESTAMPS = 0x0101080a,
        SACK_PERMITTED_TIMESTAMPS = 0x0402080a,
    };
    for (; end - at >= 4; at += 4) {
        uint32_t word = be32(at);
        bool is_both = word == SACK_PERMITTED_TIMESTAMPS;
        if (word >> 16 == MSS) {
            decode_option(KIND_MSS, at + 2, 2, segment);
        } else if (word >> 8 == NOP_WSCALE) {
            decode_option(KIND_WSCALE, at + 3, 1, segment);
        } else if ((is_both || word == NOP_NOP_TIMESTAMPS) && end - at >= 12) {
            segment->options |= is_both ? OPTION_SACK_PERMITTED : 0;
            decode_option(KIND_TIMESTAMPS, at + 4, 8, segment);
            at += 8;
        } else if (word == NOP_NOP_SACK_PERMITTED) {
            segment->options |= OPTION_SACK_PERMITTED;
        } else {
            break;
        }
    }
    return at;
}

void decode_tcp_options(const uint8_t *options, unsigned length, Segment *segment)
{
    const uint8_t *end = options + length, *at = decode_option_words(options, end, segment);
    while (at < end) {
        uint8_t kind = *at;
        if (kind == KIND_END)
            return;
        if (kind == KIND_NOP) {
            at++;
            continue;
        }
        unsigned left = (unsigned)(end - at), size = left >= 2 ? at[1] : 0;
        if (size < 2 || size > left) {
            segment->problems |= PROBLEM_OPTIONS;
            return;
        }
        decode_option(kind, at + 2, size - 2, segment);
        at += size;
    }
}

/* RFC 792 asks for 8 bytes, and some hosts and routers quote no more: ports and number. */
static DecodeResult decode_brief_quote(const uint8_t *header, size_t captured, Segment *segment)
{
    enum { NUMBER_END = 8 };
    if (captured < NUMBER_END)
        return DECODED_SHORT;
    segment->kind = SEGMENT_ICMP_BRIEF;
    segment->source_port = be16(header);
    segment->destination_port = be16(header + 2);
    segment->seq = be32(header + 4);
    segment->ack = 0;
    segment->flags = 0;
    segment->window = 0;
    return DECODED_SEGMENT;
}

/* |          Source Port          |       Destination Port        |
 * |                        Sequence Number                        |
 * |                    Acknowledgment Number                      |
 * | Offset|  Res. |     Flags     |            Window             |
 * |           Checksum            |         Urgent Pointer        |
 *
 * The checksum is not looked at: on the sending host the hardware fills it in later.
 * 14 captured bytes are enough, which is what a snap length of 68 leaves of TCP over IPv6, and a data offset
 * below 5 still counts as a segment. */
DecodeResult decode_tcp(Cursor cursor, Packet *packet)
{
    enum { FLAGS_END = 14, WINDOW_END = 16 };
    Segment *segment = packet->segment;
    const uint8_t *header = cursor.at;
    size_t captured = cursor_left(&cursor);
    if (packet->quoted && captured < WINDOW_END)
        return decode_brief_quote(header, captured, segment);
    if (captured < FLAGS_END)
        return DECODED_SHORT;

    segment->source_port = be16(header);
    segment->destination_port = be16(header + 2);
    segment->seq = be32(header + 4);
    segment->ack = be32(header + 8);
    segment->flags = header[13];
    /* not known is not closed */
    segment->window = captured < WINDOW_END ? UINT16_MAX : be16(header + 14);

    unsigned header_length = (header[12] >> 4) * 4u;
    if (header_length < 20 || header_length > packet->wire_left) {
        segment->problems |= PROBLEM_DATA_OFFSET;
        return DECODED_SEGMENT;
    }
    segment->length = packet->wire_left - header_length;
    if (captured < header_length) {
        segment->problems |= PROBLEM_HEADER_CUT | (segment->length ? PROBLEM_PAYLOAD_CUT : 0);
        return DECODED_SEGMENT;
    }
    decode_tcp_options(header + 20, header_length - 20, segment);

    packet->payload = header + header_length;
    captured -= header_length;
    segment->captured_length = captured < segment->length ? (uint32_t)captured : segment->length;
    if (segment->captured_length < segment->length)
        segment->problems |= PROBLEM_PAYLOAD_CUT;
    return DECODED_SEGMENT;
}
