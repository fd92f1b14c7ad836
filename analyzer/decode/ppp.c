/* PPP (RFC 1661) in its framings: HDLC (RFC 1662), Ethernet (RFC 2516), and the two link layers that are like
 * it: Cisco's HDLC and Frame Relay (RFC 2427). */
#include "decode/packet.h"

enum {
    PPP_IPV4 = 0x0021,
    PPP_MULTILINK = 0x003d,
    PPP_IPV6 = 0x0057,
    PPP_MPLS = 0x0281,
    PPP_MPLS_MULTICAST = 0x0283,

    HDLC_ALL_STATIONS = 0xff,
    HDLC_CONTROL_UI = 0x03,
    CISCO_UNICAST = 0x0f,
    CISCO_MULTICAST = 0x8f,
};

static DecodeResult decode_multilink(Cursor cursor, Packet *packet);

static DecodeResult decode_ppp_protocol(uint16_t protocol, Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    switch (protocol) {
    case PPP_IPV4:
    case 0x0800: /* an EtherType where a PPP protocol should be: seen, and read by Wireshark as well */
        return decode_ipv4(cursor, packet);
    case PPP_IPV6:
    case 0x86dd:
        return decode_ipv6(cursor, packet);
    case PPP_MPLS:
    case PPP_MPLS_MULTICAST:
        return decode_mpls(cursor, packet);
    case PPP_MULTILINK:
        return decode_multilink(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* The protocol number is one byte where its first is odd: RFC 1661 6.5, protocol field compression. */
DecodeResult decode_ppp_bare(Cursor cursor, Packet *packet)
{
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    const uint8_t *number = cursor.at;
    uint32_t length = number[0] & 1 ? 1 : 2;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return decode_ppp_protocol(length == 1 ? number[0] : be16(number), cursor, packet);
}

/* |B|E|   zero    |                Sequence                       |   RFC 1990; of what was not split over
 * links */
static DecodeResult decode_multilink(Cursor cursor, Packet *packet)
{
    enum { BEGIN_AND_END = 0xc0 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    return (header[0] & BEGIN_AND_END) == BEGIN_AND_END ? decode_ppp_bare(cursor, packet) : DECODED_OTHER;
}

/* |1 1 1 1 1 1 1 1|0 0 0 0 0 0 1 1|  Protocol, 1 or 2 bytes       |   the first two may be left out */
DecodeResult decode_ppp(Cursor cursor, Packet *packet)
{
    bool is_framed =
        cursor_left(&cursor) >= 2 && cursor.at[0] == HDLC_ALL_STATIONS && cursor.at[1] == HDLC_CONTROL_UI;
    if (is_framed && !packet_skip(packet, &cursor, 2))
        return DECODED_SHORT;
    return decode_ppp_bare(cursor, packet);
}

DecodeResult decode_ppp_hdlc(Cursor cursor, Packet *packet)
{
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    if (cursor.at[0] == CISCO_UNICAST || cursor.at[0] == CISCO_MULTICAST)
        return decode_cisco_hdlc(cursor, packet);
    if (cursor.at[0] == HDLC_ALL_STATIONS && !packet_skip(packet, &cursor, 2))
        return DECODED_SHORT;
    return decode_ppp_bare(cursor, packet);
}

/* |  1    |  1    |     Code      |            Session            |
 * |            Length             |  PPP without its framing      | */
DecodeResult decode_pppoe(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 6))
        return DECODED_SHORT;
    packet_limit(packet, &cursor, be16(header + 4));
    return decode_ppp_bare(cursor, packet);
}

/* |    Address    |    Control    |           EtherType           | */
DecodeResult decode_cisco_hdlc(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    switch (be16(header + 2)) {
    case 0x0800:
    case 0x6558:
    case 0x86dd:
    case 0x8847:
    case 0x8848:
        return decode_ethertype(be16(header + 2), cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* By NLPID, ISO/IEC TR 9577. */
static DecodeResult decode_nlpid(uint8_t nlpid, Cursor cursor, Packet *packet)
{
    enum { NLPID_SNAP = 0x80, NLPID_IPV6 = 0x8e, NLPID_IPV4 = 0xcc, NLPID_PPP = 0xcf };
    switch (nlpid) {
    case NLPID_IPV4:
        return decode_ipv4(cursor, packet);
    case NLPID_IPV6:
        return decode_ipv6(cursor, packet);
    case NLPID_PPP:
        return decode_ppp_bare(cursor, packet);
    case NLPID_SNAP:
        return decode_snap(0, cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* |   DLCI    |C|0| DLCI  |F|B|D|1|    Control    | pad |  NLPID  |
 * or, as Cisco does, an EtherType after the address. */
DecodeResult decode_frame_relay(Cursor cursor, Packet *packet)
{
    uint32_t length = 0;
    bool is_last = false;
    while (!is_last && length < 4) {
        if (cursor_left(&cursor) <= length)
            return DECODED_SHORT;
        is_last = cursor.at[length++] & 1;
    }
    if (!is_last || !packet_skip(packet, &cursor, length) || cursor_left(&cursor) < 2)
        return DECODED_SHORT;
    const uint8_t *header = cursor.at;
    if (header[0] != HDLC_CONTROL_UI)
        return packet_skip(packet, &cursor, 2) ? decode_ethertype(be16(header), cursor, packet)
                                               : DECODED_SHORT;
    bool is_padded = header[1] == 0;
    if (!packet_skip(packet, &cursor, is_padded ? 3 : 2))
        return DECODED_SHORT;
    return decode_nlpid(header[is_padded ? 2 : 1], cursor, packet);
}
