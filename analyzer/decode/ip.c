/* IPv4 (RFC 791) and IPv6 (RFC 8200), and what they carry.
 *
 * Fragments are decoded when their packet is complete. As in Wireshark, one that the snap length cut is not
 * filed: a first fragment is then decoded as far as it goes. */
#include "decode/defragment.h"
#include "decode/packet.h"

#include <string.h>

enum {
    PROTOCOL_HOP_BY_HOP = 0,
    PROTOCOL_ICMP = 1,
    PROTOCOL_IPV4 = 4,
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_ROUTING = 43,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_GRE = 47,
    PROTOCOL_AH = 51,
    PROTOCOL_ICMP6 = 58,
    PROTOCOL_DESTINATION = 60,
    PROTOCOL_ETHERIP = 97,
    PROTOCOL_UDPLITE = 136,
    PROTOCOL_MPLS = 137,
    PROTOCOL_SHIM6 = 140,
    PROTOCOL_ETHERNET = 143, /* RFC 8986 */
};

/* | Next Header |    Words - 2    |           reserved            |
 * |  parameters, sequence, integrity check    |   RFC 4302 */
static DecodeResult decode_authentication(Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 2 || !packet_skip(packet, &cursor, (header[1] + 2u) * 4))
        return DECODED_SHORT;
    return decode_ip_protocol(header[0], cursor, packet);
}

static DecodeResult decode_extensions(uint8_t next, bool is_jumbo, Cursor cursor, Packet *packet);

DecodeResult decode_ip_protocol(uint8_t protocol, Cursor cursor, Packet *packet)
{
    switch (protocol) {
    case PROTOCOL_TCP:
        return decode_tcp(cursor, packet);
    case PROTOCOL_UDP:
        return decode_udp(cursor, packet);
    case PROTOCOL_UDPLITE:
        return decode_udplite(cursor, packet);
    case PROTOCOL_ICMP:
        return decode_icmp(cursor, packet);
    case PROTOCOL_ICMP6:
        return decode_icmp6(cursor, packet);
    case PROTOCOL_IPV4:
        return decode_ipv4(cursor, packet);
    case PROTOCOL_IPV6:
        return decode_ipv6(cursor, packet);
    case PROTOCOL_GRE:
        return decode_gre(cursor, packet);
    case PROTOCOL_AH:
        return decode_authentication(cursor, packet);
    case PROTOCOL_ETHERIP:
        return decode_etherip(cursor, packet);
    case PROTOCOL_MPLS:
        return decode_mpls(cursor, packet);
    case PROTOCOL_ETHERNET:
        return decode_ethernet(cursor, packet);
    case PROTOCOL_HOP_BY_HOP:
    case PROTOCOL_ROUTING:
    case PROTOCOL_FRAGMENT:
    case PROTOCOL_DESTINATION:
    case PROTOCOL_SHIM6:
        return decode_extensions(protocol, false, cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

DecodeResult decode_ip(Cursor cursor, Packet *packet)
{
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    switch (cursor.at[0] >> 4) {
    case 4:
        return decode_ipv4(cursor, packet);
    case 6:
        return decode_ipv6(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* What is known of a fragment but where it lies in its packet. */
static Fragment fragment_make(Cursor cursor, const Packet *packet, uint32_t id, uint8_t protocol)
{
    const Segment *segment = packet->segment;
    Fragment fragment = {
        .key = {.id = id,
                .vlan = segment->ip_version == 4 ? packet->vlan : 0,
                .protocol = protocol,
                .version = segment->ip_version},
        .time_ns = segment->time_ns,
        .bytes = cursor.at,
        .length = (uint32_t)cursor_left(&cursor),
        .is_nested = packet->reassembled,
    };
    memcpy(fragment.key.source, segment->source, sizeof fragment.key.source);
    memcpy(fragment.key.destination, segment->destination, sizeof fragment.key.destination);
    return fragment;
}

/* Whether there is something to decode after a fragment: the complete packet, which `cursor` is then, or of
 * IPv4 a first fragment of which a part was captured. */
static bool defragment(const Fragment *fragment, Cursor *cursor, Packet *packet)
{
    if (!fragment->length || fragment->length < packet->wire_left)
        return fragment->offset == 0 && fragment->key.version == 4;
    if (!packet->defragmenter || !defragmenter_add(packet->defragmenter, fragment, cursor))
        return false;
    packet->wire_left = (uint32_t)cursor_left(cursor);
    packet->reassembled = true;
    return true;
}

/* Of a packet that was quoted little is there, but its own header tells how long it was. */
static void packet_limit_ip(Packet *packet, Cursor *cursor, uint32_t length)
{
    if (packet->quoted)
        packet->wire_left = length;
    packet_limit(packet, cursor, length);
}

/* RFC 791 3.1: under a source route the destination is the last address on it, while any is left to go to. */
static void apply_source_route(Cursor options, Segment *segment)
{
    enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137 };
    while (cursor_left(&options)) {
        uint8_t kind = cursor_u8(&options);
        if (kind == OPTION_END)
            return;
        if (kind == OPTION_NOP)
            continue;
        unsigned length = cursor_u8(&options);
        const uint8_t *value = length >= 2 ? cursor_take(&options, length - 2) : NULL;
        if (!value)
            return;
        bool is_route = kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE;
        if (is_route && length >= 7 && value[0] < length)
            memcpy(segment->destination, value + length - 2 - 4, 4);
    }
}

enum { IPV4_MORE_FRAGMENTS = 0x2000, IPV4_OFFSET = 0x1fff };

/* `place` is the word of flags and offset. */
static DecodeResult decode_ipv4_fragment(uint16_t place, uint8_t protocol, Cursor cursor, Packet *packet)
{
    Fragment fragment = fragment_make(cursor, packet, packet->segment->ip_id, protocol);
    fragment.offset = (place & IPV4_OFFSET) * 8u;
    fragment.is_last = !(place & IPV4_MORE_FRAGMENTS);
    if (!defragment(&fragment, &cursor, packet))
        return DECODED_OTHER;
    return decode_ip_protocol(protocol, cursor, packet);
}

/*  0                   1                   2                   3
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|      Fragment Offset    |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                  source, destination, options                 | */
DecodeResult decode_ipv4(Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 20)
        return DECODED_SHORT;
    unsigned header_length = (header[0] & 0x0f) * 4u;
    if (header[0] >> 4 == 6)
        return decode_ipv6(cursor, packet); /* whatever the layer before said */
    if (header[0] >> 4 != 4 || header_length < 20)
        return DECODED_OTHER;

    Segment *segment = packet->segment;
    uint32_t total_length = be16(header + 2);
    if (total_length && total_length < header_length)
        return DECODED_OTHER;
    /* Segmentation offload leaves it to the hardware; the frame's own length is the truth then. */
    segment->problems = total_length ? 0 : PROBLEM_LENGTH_UNKNOWN;
    if (total_length)
        packet_limit_ip(packet, &cursor, total_length);

    if (segment->ip_version == 6) { /* of a tunnel */
        memset(segment->source, 0, sizeof segment->source);
        memset(segment->destination, 0, sizeof segment->destination);
    }
    segment->ip_version = 4;
    segment->ip_id = be16(header + 4);
    segment->ttl = header[8];
    memcpy(segment->source, header + 12, 4);
    memcpy(segment->destination, header + 16, 4);
    if (!packet_skip(packet, &cursor, header_length))
        return DECODED_SHORT;
    if (header_length > 20)
        apply_source_route(cursor_make(header + 20, header_length - 20), segment);
    uint8_t protocol = header[9];
    uint16_t place = be16(header + 6);
    if (place & (IPV4_MORE_FRAGMENTS | IPV4_OFFSET))
        return decode_ipv4_fragment(place, protocol, cursor, packet);
    return protocol == PROTOCOL_TCP ? decode_tcp(cursor, packet)
                                    : decode_ip_protocol(protocol, cursor, packet);
}

/* |  Next Header  |  Words64 - 1  | Routing Type  | Segments Left | …
 * While segments are left, the packet is on its way to an address in here: the last one (RFC 8200 4.4), in
 * type 3 without the start it shares with the others (RFC 6554), in types 2 and 4 the first (RFC 6275 6.4,
 * RFC 8754 2). */
static void apply_route(const uint8_t *header, uint32_t length, Segment *segment)
{
    enum { ROUTE_SOURCE = 0, ROUTE_MOBILE = 2, ROUTE_RPL = 3, ROUTE_SEGMENTS = 4 };
    if (header[3] == 0 || length < 24)
        return;
    uint32_t shared = header[4] & 0x0f, padding = header[5] >> 4;
    size_t addresses = (length - 8) / 16;
    switch (header[2]) {
    case ROUTE_SOURCE:
        memcpy(segment->destination, header + 8 + (addresses - 1) * 16, 16);
        break;
    case ROUTE_RPL:
        if (length >= 8 + 16 - shared + padding)
            memcpy(segment->destination + shared, header + length - padding - (16 - shared), 16 - shared);
        break;
    case ROUTE_MOBILE:
    case ROUTE_SEGMENTS:
        memcpy(segment->destination, header + 8, 16);
        break;
    default:
        break;
    }
}

/* The value of an option of a hop-by-hop or destination header, or NULL. */
static const uint8_t *find_option(const uint8_t *header, uint32_t header_length, uint8_t wanted,
                                  unsigned wanted_length)
{
    enum { OPTION_PAD1 = 0 };
    Cursor options = cursor_make(header + 2, header_length - 2);
    while (cursor_left(&options)) {
        uint8_t kind = cursor_u8(&options);
        if (kind == OPTION_PAD1)
            continue;
        unsigned length = cursor_u8(&options);
        const uint8_t *value = cursor_take(&options, length);
        if (!value)
            return NULL;
        if (kind == wanted && length == wanted_length)
            return value;
    }
    return NULL;
}

/* RFC 6275 6.3: a mobile node away from home says which address of its own it means. */
static void apply_home_address(const uint8_t *header, uint32_t length, Segment *segment)
{
    enum { OPTION_HOME_ADDRESS = 0xc9 };
    const uint8_t *home = find_option(header, length, OPTION_HOME_ADDRESS, 16);
    if (home)
        memcpy(segment->source, home, 16);
}

/* RFC 2675: a payload too long for the IPv6 header has its length, from here on, in a hop-by-hop option. */
static void apply_jumbo(const uint8_t *header, uint32_t length, Packet *packet, Cursor *cursor)
{
    enum { OPTION_JUMBO = 0xc2 };
    const uint8_t *value = find_option(header, length, OPTION_JUMBO, 4);
    if (!value || be32(value) <= length)
        return;
    packet_limit_ip(packet, cursor, be32(value) - length);
    packet->segment->problems &= (uint16_t)~PROBLEM_LENGTH_UNKNOWN;
}

/* |  Next Header  |   reserved    |      Fragment Offset    | 0 |M|
 * |                        Identification                         |   and without other fragments, RFC 6946
 */
static bool decode_fragment(const uint8_t *header, Cursor *cursor, Packet *packet)
{
    uint16_t place = be16(header + 2);
    if (!(place & 0xfff9))
        return true;
    Fragment fragment = fragment_make(*cursor, packet, be32(header + 4), 0);
    fragment.offset = place & 0xfff8;
    fragment.is_last = !(place & 1);
    return defragment(&fragment, cursor, packet);
}

/* The extension headers in front of the upper layer, RFC 8200 4; `is_jumbo`: the length is in one of them. */
static DecodeResult decode_extensions(uint8_t next, bool is_jumbo, Cursor cursor, Packet *packet)
{
    for (;;) {
        const uint8_t *header = cursor.at;
        uint32_t length = 8;
        switch (next) {
        case PROTOCOL_FRAGMENT:
            break;
        case PROTOCOL_HOP_BY_HOP:
        case PROTOCOL_ROUTING:
        case PROTOCOL_DESTINATION:
        case PROTOCOL_SHIM6:
            if (cursor_left(&cursor) < 2)
                return DECODED_SHORT;
            length = (header[1] + 1u) * 8;
            break;
        default:
            return decode_ip_protocol(next, cursor, packet);
        }
        if (!packet_enter(packet))
            return DECODED_OTHER;
        if (!packet_skip(packet, &cursor, length))
            return DECODED_SHORT;
        if (next == PROTOCOL_ROUTING)
            apply_route(header, length, packet->segment);
        if (next == PROTOCOL_DESTINATION)
            apply_home_address(header, length, packet->segment);
        if (next == PROTOCOL_HOP_BY_HOP && is_jumbo)
            apply_jumbo(header, length, packet, &cursor);
        uint8_t following = header[0]; /* the header may be gone with the fragment it was in */
        if (next == PROTOCOL_FRAGMENT && !decode_fragment(header, &cursor, packet))
            return DECODED_OTHER;
        next = following;
    }
}

/* |Version| Traffic Class |           Flow Label                  |
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * |                      source, destination                      | */
DecodeResult decode_ipv6(Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 40))
        return DECODED_SHORT;
    if (header[0] >> 4 != 6)
        return DECODED_OTHER;

    Segment *segment = packet->segment;
    uint32_t payload_length = be16(header + 4);
    segment->problems = payload_length ? 0 : PROBLEM_LENGTH_UNKNOWN; /* a jumbogram, or offload */
    if (payload_length)
        packet_limit_ip(packet, &cursor, payload_length);
    segment->ip_version = 6;
    segment->ip_id = 0;
    segment->ttl = header[7];
    memcpy(segment->source, header + 8, 16);
    memcpy(segment->destination, header + 24, 16);
    if (header[6] == PROTOCOL_TCP)
        return decode_tcp(cursor, packet);
    return decode_extensions(header[6], !payload_length, cursor, packet);
}
