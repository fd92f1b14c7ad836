/* GRE (RFC 2784, 2890), as PPTP uses it (RFC 2637), as Cisco mirrors ports with it (ERSPAN) and as web caches
 * are fed with it (WCCP); and Ethernet straight over IP (RFC 3378). */
#include "decode/packet.h"

enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACK = 0x0080, /* version 1 */
    GRE_VERSION = 0x0007,

    GRE_ETHERNET_OLD = 0x6400,
    GRE_FRAME_RELAY = 0x6559,
    GRE_ERSPAN3 = 0x22eb,
    GRE_PPP = 0x880b,
    GRE_WCCP = 0x883e,
    GRE_ERSPAN = 0x88be,
};

/* |  Ver  |          VLAN         | COS | En|T|      Session      |
 * |      reserved         |                  index                |
 * type III adds a timestamp, and in its third word the type of the frame (0: Ethernet) and in bit 0 whether a
 * sub-header follows. */
static DecodeResult decode_erspan(Cursor cursor, Packet *packet)
{
    enum { VERSION_II = 1, VERSION_III = 2, FRAME_TYPE = 0x1f };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    if (header[0] >> 4 == VERSION_II)
        return decode_ethernet(cursor, packet);
    if (header[0] >> 4 != VERSION_III)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    if (header[10] >> 2 & FRAME_TYPE)
        return DECODED_OTHER;
    if (header[11] & 1 && !packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    return decode_ethernet(cursor, packet);
}

/* A redirect header of four bytes since version 2; what begins like IPv4 has none. */
static DecodeResult decode_wccp(Cursor cursor, Packet *packet)
{
    if (!cursor_left(&cursor) || (cursor.at[0] >> 4 != 4 && !packet_skip(packet, &cursor, 4)))
        return DECODED_SHORT;
    return decode_ipv4(cursor, packet);
}

DecodeResult decode_gre_protocol(uint16_t protocol, Cursor cursor, Packet *packet)
{
    switch (protocol) {
    case GRE_PPP:
        return decode_ppp(cursor, packet);
    case GRE_WCCP:
        return decode_wccp(cursor, packet);
    case GRE_ERSPAN:
    case GRE_ERSPAN3:
        return decode_erspan(cursor, packet);
    case GRE_ETHERNET_OLD:
        return decode_ethernet(cursor, packet);
    case GRE_FRAME_RELAY:
        return decode_frame_relay(cursor, packet);
    case 0x0800: /* EtherTypes */
    case 0x6558:
    case 0x86dd:
    case 0x8847:
    case 0x8848:
    case 0x894f:
        return decode_ethertype(protocol, cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* RFC 1701: address family 2, offset 1, length 1, and so many bytes, until one of family 0. */
static bool skip_routing(Packet *packet, Cursor *cursor)
{
    for (;;) {
        const uint8_t *entry = cursor->at;
        if (!packet_enter(packet) || !packet_skip(packet, cursor, 4))
            return false;
        if (be16(entry) == 0 && entry[3] == 0)
            return true;
        if (!packet_skip(packet, cursor, entry[3]))
            return false;
    }
}

/* |C|R|K|S|s|Recur|A|Flags| Ver |         Protocol Type           |
 * |   Checksum (C or R)         |         Offset (C or R)         |
 * |         Key (K)             |  Sequence (S)  |    Ack (A)     |
 * |                          Routing (R)                          | */
DecodeResult decode_gre(Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 4)
        return DECODED_SHORT;
    uint16_t flags = be16(header);
    uint16_t protocol = be16(header + 2);
    uint32_t length = 4;
    length += flags & (GRE_CHECKSUM | GRE_ROUTING) ? 4 : 0;
    length += flags & GRE_KEY ? 4 : 0;
    length += flags & GRE_SEQUENCE ? 4 : 0;
    length += (flags & GRE_VERSION) == 1 && flags & GRE_ACK ? 4 : 0;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    if (flags & GRE_ROUTING && !skip_routing(packet, &cursor))
        return DECODED_SHORT;
    if (protocol == GRE_ERSPAN && !(flags & GRE_SEQUENCE))
        return decode_ethernet(cursor, packet); /* type I has no header of its own */
    return decode_gre_protocol(protocol, cursor, packet);
}

/* |   3   |       reserved        |   an Ethernet frame */
DecodeResult decode_etherip(Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, 2))
        return DECODED_SHORT;
    return decode_ethernet(cursor, packet);
}
