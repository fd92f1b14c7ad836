/* IPv4 (RFC 791) and IPv6 (RFC 8200), and what they carry. */
#include "decode/packet.h"

#include <string.h>

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_AH = 51,
    PROTOCOL_ICMP6 = 58,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_MOBILITY = 135,
};

DecodeResult decode_ip_protocol(uint8_t protocol, Cursor cursor, Packet *packet)
{
    switch (protocol) {
    case PROTOCOL_TCP:
        return decode_tcp(cursor, packet);
    case PROTOCOL_ICMP:
        return packet->quoted ? DECODED_OTHER : decode_icmp(cursor, packet);
    case PROTOCOL_ICMP6:
        return packet->quoted ? DECODED_OTHER : decode_icmp6(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/*  0                   1                   2                   3
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|      Fragment Offset    |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                  source, destination, options                 | */
DecodeResult decode_ipv4(Cursor cursor, Packet *packet)
{
    if (++packet->depth > DECODE_DEPTH_MAX)
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 20)
        return DECODED_SHORT;
    unsigned header_length = (header[0] & 0x0f) * 4u;
    if (header[0] >> 4 != 4 || header_length < 20)
        return DECODED_OTHER;

    Segment *segment = packet->segment;
    uint32_t total_length = be16(header + 2);
    if (total_length == 0)
        /* Segmentation offload leaves it to the hardware; the frame's own length is the truth then. */
        segment->problems |= PROBLEM_LENGTH_UNKNOWN;
    else if (total_length < header_length)
        return DECODED_OTHER;
    else if (packet->quoted)
        packet->wire_left = total_length; /* of the packet that was quoted, of which little is there */
    else
        packet_limit(packet, &cursor, total_length);

    uint16_t fragment = be16(header + 6);
    if (fragment & 0x3fff) /* more fragments, or an offset */
        return DECODED_OTHER;

    segment->ip_version = 4;
    segment->ip_id = be16(header + 4);
    segment->ttl = header[8];
    memcpy(segment->source, header + 12, 4);
    memcpy(segment->destination, header + 16, 4);
    if (!packet_skip(packet, &cursor, header_length))
        return DECODED_SHORT;
    return decode_ip_protocol(header[9], cursor, packet);
}

/* The extension headers in front of the upper layer: RFC 8200 4, RFC 4302 for AH. */
static DecodeResult decode_ipv6_extensions(uint8_t next, Cursor cursor, Packet *packet)
{
    for (;;) {
        uint32_t length;
        if (cursor_left(&cursor) < 2)
            return next == PROTOCOL_TCP || next == PROTOCOL_ICMP6 ? DECODED_SHORT : DECODED_OTHER;
        switch (next) {
        case PROTOCOL_HOP_BY_HOP:
        case PROTOCOL_ROUTING:
        case PROTOCOL_DESTINATION:
        case PROTOCOL_MOBILITY:
            length = (cursor.at[1] + 1u) * 8;
            break;
        case PROTOCOL_AH:
            length = (cursor.at[1] + 2u) * 4;
            break;
        case PROTOCOL_FRAGMENT:
            if (cursor_left(&cursor) < 8)
                return DECODED_SHORT;
            if (be16(cursor.at + 2) & 0xfff9) /* an offset, or more fragments; else an atomic one, RFC 6946 */
                return DECODED_OTHER;
            length = 8;
            break;
        default:
            return decode_ip_protocol(next, cursor, packet);
        }
        if (++packet->depth > DECODE_DEPTH_MAX)
            return DECODED_OTHER;
        next = cursor.at[0];
        if (!packet_skip(packet, &cursor, length))
            return DECODED_SHORT;
    }
}

/* |Version| Traffic Class |           Flow Label                  |
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * |                      source, destination                      | */
DecodeResult decode_ipv6(Cursor cursor, Packet *packet)
{
    if (++packet->depth > DECODE_DEPTH_MAX)
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 40))
        return DECODED_SHORT;
    if (header[0] >> 4 != 6)
        return DECODED_OTHER;

    Segment *segment = packet->segment;
    uint32_t payload_length = be16(header + 4);
    if (payload_length == 0)
        segment->problems |= PROBLEM_LENGTH_UNKNOWN; /* a jumbogram, or segmentation offload */
    else if (packet->quoted)
        packet->wire_left = payload_length;
    else
        packet_limit(packet, &cursor, payload_length);
    segment->ip_version = 6;
    segment->ip_id = 0;
    segment->ttl = header[7];
    memcpy(segment->source, header + 8, 16);
    memcpy(segment->destination, header + 24, 16);
    return decode_ipv6_extensions(header[6], cursor, packet);
}
