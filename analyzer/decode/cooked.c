/* What Linux hands out in place of a link layer: cooked captures (SLL, SLL2) and packets logged by netfilter.
 */
#include "decode/packet.h"

enum {
    HARDWARE_FRAME_RELAY = 770, /* ARPHRD_… */
    HARDWARE_GRE = 778,
    HARDWARE_RADIOTAP = 803,
    HARDWARE_NETLINK = 824,

    COOKED_ETHERNET = 0x0003, /* ETH_P_… below the EtherTypes */
    COOKED_LLC = 0x0004,
    COOKED_PPP = 0x0007,
    COOKED_MAX = 0x0600,
};

static DecodeResult decode_cooked_protocol(uint16_t hardware, uint16_t protocol, Cursor cursor,
                                           Packet *packet)
{
    switch (hardware) {
    case HARDWARE_NETLINK:
        return DECODED_OTHER;
    case HARDWARE_GRE:
        return decode_gre_protocol(protocol, cursor, packet);
    default:
        break;
    }
    switch (protocol) {
    case COOKED_ETHERNET:
        return decode_ethernet(cursor, packet);
    case COOKED_LLC:
        return decode_llc(cursor, packet);
    case COOKED_PPP:
        return decode_ppp_hdlc(cursor, packet);
    default:
        break;
    }
    if (protocol > COOKED_MAX)
        return decode_ethertype(protocol, cursor, packet);
    return hardware == HARDWARE_FRAME_RELAY ? decode_frame_relay(cursor, packet)
           : hardware == HARDWARE_RADIOTAP  ? decode_radiotap(cursor, packet)
                                            : DECODED_OTHER;
}

/* packet type 2, ARPHRD_ 2, address length 2, address 8, protocol 2 */
DecodeResult decode_linux_cooked(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 16))
        return DECODED_SHORT;
    return decode_cooked_protocol(be16(header + 2), be16(header + 14), cursor, packet);
}

/* protocol 2, reserved 2, interface 4, ARPHRD_ 2, packet type 1, address length 1, address 8 */
DecodeResult decode_linux_cooked2(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 20))
        return DECODED_SHORT;
    return decode_cooked_protocol(be16(header + 8), be16(header), cursor, packet);
}

/* family 1, version 1, resource 2; then attributes of length 2 and type 2 in the order of the host, padded to
 * four bytes, of which one is the packet. Whichever order gives a possible length is the right one. */
DecodeResult decode_nflog(Cursor cursor, Packet *packet)
{
    enum { ATTRIBUTE_PAYLOAD = 9, FAMILY_IPV4 = 2, FAMILY_IPV6 = 10 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    while (cursor_left(&cursor) >= 4) {
        uint32_t length = le16(cursor.at);
        uint16_t type = le16(cursor.at + 2);
        if (type > 0xff) {
            length = be16(cursor.at);
            type = be16(cursor.at + 2);
        }
        if (length < 4)
            return DECODED_OTHER;
        if (type == ATTRIBUTE_PAYLOAD) {
            packet_limit(packet, &cursor, length);
            packet_skip(packet, &cursor, 4);
            return header[0] == FAMILY_IPV4   ? decode_ipv4(cursor, packet)
                   : header[0] == FAMILY_IPV6 ? decode_ipv6(cursor, packet)
                                              : DECODED_OTHER;
        }
        if (!packet_skip(packet, &cursor, (length + 3) & ~3u))
            return DECODED_SHORT;
    }
    return DECODED_SHORT;
}
