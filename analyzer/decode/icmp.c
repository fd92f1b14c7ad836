/* ICMP errors (RFC 792, RFC 4443) quote the start of the packet they are about: the quoted TCP header finds
 * the connection. As in Wireshark, a quote of 16 bytes of TCP or more counts as a segment of its stream, a
 * redirect's does not. A shorter one is kept as well, where there is such a connection. */
#include "decode/packet.h"

#include <string.h>

enum {
    ICMP_UNREACHABLE = 3,
    ICMP_SOURCE_QUENCH = 4,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
    ICMP6_UNREACHABLE = 1,
    ICMP6_PACKET_TOO_BIG = 2,
    ICMP6_TIME_EXCEEDED = 3,
    ICMP6_PARAMETER_PROBLEM = 4,
};

/* Of the next hop: RFC 1191 4, RFC 4443 3.2; 0 where it is not said. */
static uint32_t next_hop_mtu(const uint8_t *header, bool is_version_6)
{
    enum { ICMP_FRAGMENTATION_NEEDED = 4 };
    if (is_version_6)
        return header[0] == ICMP6_PACKET_TOO_BIG ? be32(header + 4) : 0;
    return header[0] == ICMP_UNREACHABLE && header[1] == ICMP_FRAGMENTATION_NEEDED ? be16(header + 6) : 0;
}

static DecodeResult decode_quote(Decoder *decode, Cursor cursor, Packet *packet)
{
    Segment *segment = packet->segment;
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    segment->icmp_type = header[0];
    segment->icmp_code = header[1];
    segment->icmp_mtu = next_hop_mtu(header, decode == decode_ipv6);
    memcpy(segment->icmp_source, segment->source, sizeof segment->icmp_source);
    memset(segment->source, 0, sizeof segment->source);
    memset(segment->destination, 0, sizeof segment->destination);
    segment->problems = 0;
    segment->kind = SEGMENT_ICMP_QUOTE;
    packet->quoted = true;
    return decode(cursor, packet);
}

DecodeResult decode_icmp(Cursor cursor, Packet *packet)
{
    enum { IP_HEADER_WORDS = 5 };
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    uint8_t words = cursor.at[5]; /* of the quote, where extensions follow it: RFC 4884 */
    if (words && words < IP_HEADER_WORDS)
        return DECODED_OTHER;
    switch (cursor.at[0]) {
    case ICMP_UNREACHABLE:
    case ICMP_SOURCE_QUENCH:
    case ICMP_TIME_EXCEEDED:
    case ICMP_PARAMETER_PROBLEM:
        return decode_quote(decode_ipv4, cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

DecodeResult decode_icmp6(Cursor cursor, Packet *packet)
{
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    switch (cursor.at[0]) {
    case ICMP6_UNREACHABLE:
    case ICMP6_PACKET_TOO_BIG:
    case ICMP6_TIME_EXCEEDED:
    case ICMP6_PARAMETER_PROBLEM:
        return decode_quote(decode_ipv6, cursor, packet);
    default:
        return DECODED_OTHER;
    }
}
