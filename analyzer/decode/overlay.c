/* Networks laid over UDP in data centres: VXLAN (RFC 7348) and its generic form, Geneve (RFC 8926), LISP
 * (RFC 9300); and TZSP, by which access points and routers send what they captured,
 * and CAPWAP (RFC 5415), by which access points send it all. */
#include "decode/packet.h"

/* |R|R|R|R|I|R|R|R|                  reserved                     |
 * |                  network                      |   reserved    | */
DecodeResult decode_vxlan(Cursor cursor, Packet *packet)
{
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    return decode_ethernet(cursor, packet);
}

/* The last of the first four bytes says what follows. */
DecodeResult decode_vxlan_gpe(Cursor cursor, Packet *packet)
{
    enum { NEXT_IPV4 = 1, NEXT_IPV6, NEXT_ETHERNET, NEXT_NSH, NEXT_MPLS };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    switch (header[3]) {
    case NEXT_IPV4:
        return decode_ipv4(cursor, packet);
    case NEXT_IPV6:
        return decode_ipv6(cursor, packet);
    case NEXT_ETHERNET:
        return decode_ethernet(cursor, packet);
    case NEXT_NSH:
        return decode_nsh(cursor, packet);
    case NEXT_MPLS:
        return decode_mpls(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* |Ver|  Words    |O|C|  reserved |          Protocol Type        |
 * |                  network                      |   reserved    |   then so many words of options */
DecodeResult decode_geneve(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    if (!packet_skip(packet, &cursor, 8 + (header[0] & 0x3f) * 4u))
        return DECODED_SHORT;
    return decode_ethertype(be16(header + 2), cursor, packet);
}

/* |N|L|E|V|I|R|K|K|             nonce or map version              |
 * |                instance, locator status bits                  | */
DecodeResult decode_lisp(Cursor cursor, Packet *packet)
{
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    return decode_ip(cursor, packet);
}

/* |   0   | Type  |  Words  |  Radio  | Binding |T|F|L|W|M|K|flags|   RFC 5415 4.3; Type 1 is encrypted
 * The frame is 802.11 with T, its frame control in the order of a host, else Ethernet. */
DecodeResult decode_capwap(Cursor cursor, Packet *packet)
{
    enum { IS_NATIVE = 0x01, IS_FRAGMENT = 0x80, IS_KEEPALIVE = 0x08 };
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    uint32_t length = (header[1] >> 3) * 4u;
    if (header[0] & 0x0f || length < 8 || header[3] & (IS_FRAGMENT | IS_KEEPALIVE))
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return header[2] & IS_NATIVE ? decode_wlan_swapped(cursor, packet) : decode_ethernet(cursor, packet);
}

/* |Version| Type  |   reserved    |   an IP packet of multicast, where the type is 6 (RFC 7450 5.1.6) */
DecodeResult decode_amt(Cursor cursor, Packet *packet)
{
    enum { TYPE_DATA = 6 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 2))
        return DECODED_SHORT;
    return (header[0] & 0x0f) == TYPE_DATA ? decode_ip(cursor, packet) : DECODED_OTHER;
}

/* |    Version    |     Type      |    what was encapsulated      |   then tags until 1, the end; 0 is
 * padding, and any other has a length. */
DecodeResult decode_tzsp(Cursor cursor, Packet *packet)
{
    enum { TYPE_KEEPALIVE = 4, TYPE_PORT_OPENER = 5, TAG_PADDING = 0, TAG_END = 1 };
    enum { CARRIES_ETHERNET = 1, CARRIES_WLAN = 18, CARRIES_PRISM = 119, CARRIES_AVS = 127 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    if (header[1] == TYPE_KEEPALIVE || header[1] == TYPE_PORT_OPENER)
        return DECODED_OTHER;
    for (;;) {
        const uint8_t *tag = cursor.at;
        if (!packet_skip(packet, &cursor, 1))
            return DECODED_SHORT;
        if (tag[0] == TAG_END)
            break;
        if (tag[0] != TAG_PADDING &&
            (!packet_skip(packet, &cursor, 1) || !packet_skip(packet, &cursor, tag[1])))
            return DECODED_SHORT;
    }
    switch (be16(header + 2)) {
    case CARRIES_ETHERNET:
        return decode_ethernet(cursor, packet);
    case CARRIES_WLAN:
        return decode_wlan(cursor, packet);
    case CARRIES_PRISM:
        return decode_prism(cursor, packet);
    case CARRIES_AVS:
        return decode_avs(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}
