/* MPLS (RFC 3032) and network service headers (RFC 8300): what routers put in front of a packet. */
#include "decode/packet.h"

/* Whether what follows is a frame of a known type: nothing in MPLS says so. Wireshark asks whether it knows
 * who made both network cards, which is wrong as often. */
static bool is_plain_ethernet(const Cursor *cursor)
{
    if (cursor_left(cursor) < 14)
        return false;
    uint16_t type = be16(cursor->at + 12);
    if (type <= 1500)
        return cursor_left(cursor) >= 17 && be16(cursor->at + 14) == 0xaaaa &&
               cursor->at[16] == 0x03; /* SNAP */
    switch (type) {
    case 0x0800:
    case 0x0806:
    case 0x8100:
    case 0x86dd:
    case 0x8847:
    case 0x8864:
    case 0x88a8:
        return true;
    default:
        return false;
    }
}

/* A pseudowire, RFC 4448: Ethernet, with a control word before it or without. */
static DecodeResult decode_pseudowire(Cursor cursor, Packet *packet)
{
    if (!is_plain_ethernet(&cursor) && !packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    return decode_ethernet(cursor, packet);
}

/* |0 0 0 1|Version|   reserved    |            Channel            |   RFC 4385; numbered as PPP is */
static DecodeResult decode_channel(Cursor cursor, Packet *packet)
{
    enum { CHANNEL_IPV4 = 0x0021, CHANNEL_IPV6 = 0x0057 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    switch (be16(header + 2)) {
    case CHANNEL_IPV4:
        return decode_ipv4(cursor, packet);
    case CHANNEL_IPV6:
        return decode_ipv6(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* |                Label                  | TC  |S|       TTL     |   …and more until S is set.
 * The first four bits of what follows are an IP version (RFC 4928), 0 for a pseudowire, 1 for its channel. */
DecodeResult decode_mpls(Cursor cursor, Packet *packet)
{
    enum { LABEL_OAM_ALERT = 14 };
    if (!packet_enter(packet))
        return DECODED_OTHER;
    const uint8_t *entry;
    do {
        entry = cursor.at;
        if (!packet_skip(packet, &cursor, 4))
            return DECODED_SHORT;
    } while (!(entry[2] & 1));
    if (be32(entry) >> 12 == LABEL_OAM_ALERT)
        return DECODED_OTHER;
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    switch (cursor.at[0] >> 4) {
    case 4:
        return decode_ipv4(cursor, packet);
    case 6:
        return decode_ipv6(cursor, packet);
    case 1:
        return decode_channel(cursor, packet);
    case 0:
        return decode_pseudowire(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* |Ver|O|U|    TTL    |  Length   |U|U|U|U|MD type| Next protocol |
 * |          Service path                         | Service index |   then metadata; Length is in words */
DecodeResult decode_nsh(Cursor cursor, Packet *packet)
{
    enum { NEXT_IPV4 = 1, NEXT_IPV6, NEXT_ETHERNET, NEXT_NSH, NEXT_MPLS };
    if (!packet_enter(packet))
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    uint32_t length = (header[1] & 0x3f) * 4u;
    if (length < 8)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, length))
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
