/* Ethernet (IEEE 802.3) and what may stand between it and the packet: VLAN tags (802.1Q, 802.1ad), provider
 * backbone bridges (802.1ah), Cisco's tags, and LLC with SNAP (802.2) where there is no EtherType. */
#include "decode/packet.h"

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_TRILL = 0x22f3,
    ETHERTYPE_BRIDGED = 0x6558, /* transparent Ethernet bridging, RFC 1701 */
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_MULTICAST = 0x8848,
    ETHERTYPE_PPPOE = 0x8864,
    ETHERTYPE_LLC = 0x8870, /* LLC in a frame longer than a length can say */
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_BACKBONE = 0x88e7,
    ETHERTYPE_HSR = 0x892f,
    ETHERTYPE_CISCO_METADATA = 0x8909,
    ETHERTYPE_VNTAG = 0x8926,
    ETHERTYPE_NSH = 0x894f,
    ETHERTYPE_QINQ_OLD = 0x9100, /* before 802.1ad */
    LENGTH_MAX = 1500,           /* what is larger is an EtherType */
};

/* A tag of `length` bytes that ends with the type of what follows. */
static DecodeResult decode_tag(uint32_t length, Cursor cursor, Packet *packet)
{
    const uint8_t *tag = cursor.at;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return decode_type_or_length(be16(tag + length - 2), cursor, packet);
}

/* |PCP|D|        VLAN         |             Type              | */
static DecodeResult decode_vlan(Cursor cursor, Packet *packet)
{
    if (cursor_left(&cursor) < 4)
        return DECODED_SHORT;
    if (!packet->vlan)
        packet->vlan = be16(cursor.at) & 0x0fff;
    return decode_tag(4, cursor, packet);
}

/* The same of 802.1ad, after which there is always a type. */
static DecodeResult decode_service_vlan(Cursor cursor, Packet *packet)
{
    const uint8_t *tag = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    return decode_ethertype(be16(tag + 2), cursor, packet);
}

/* |P|D|U|  |        service identifier       |   then a whole Ethernet frame */
static DecodeResult decode_backbone(Cursor cursor, Packet *packet)
{
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    return decode_ethernet(cursor, packet);
}

DecodeResult decode_ethertype(uint16_t type, Cursor cursor, Packet *packet)
{
    if (type == ETHERTYPE_IPV4)
        return decode_ipv4(cursor, packet);
    if (type == ETHERTYPE_IPV6)
        return decode_ipv6(cursor, packet);
    if (!packet_enter(packet))
        return DECODED_OTHER;
    switch (type) {
    case ETHERTYPE_VLAN:
    case ETHERTYPE_QINQ_OLD:
        return decode_vlan(cursor, packet);
    case ETHERTYPE_QINQ:
        return decode_service_vlan(cursor, packet);
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_MULTICAST:
        return decode_mpls(cursor, packet);
    case ETHERTYPE_PPPOE:
        return decode_pppoe(cursor, packet);
    case ETHERTYPE_BRIDGED:
        return decode_ethernet(cursor, packet);
    case ETHERTYPE_LLC:
        return decode_llc(cursor, packet);
    case ETHERTYPE_BACKBONE:
        return decode_backbone(cursor, packet);
    case ETHERTYPE_CISCO_METADATA: /* version, length, option, group tag: 6 bytes and the type */
        return decode_tag(8, cursor, packet);
    case ETHERTYPE_VNTAG:
        return decode_tag(6, cursor, packet);
    case ETHERTYPE_NSH:
        return decode_nsh(cursor, packet);
    case ETHERTYPE_TRILL:
        return decode_trill(cursor, packet);
    case ETHERTYPE_HSR:
        return decode_hsr(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

DecodeResult decode_type_or_length(uint16_t type, Cursor cursor, Packet *packet)
{
    if (type > LENGTH_MAX || type == 0)
        return decode_ethertype(type, cursor, packet);
    packet_limit(packet, &cursor, type);
    return decode_llc(cursor, packet);
}

DecodeResult decode_ethernet(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 14))
        return DECODED_SHORT;
    uint16_t type = be16(header + 12);
    if (type == ETHERTYPE_IPV4) /* nearly always */
        return decode_ipv4(cursor, packet);
    return decode_type_or_length(type, cursor, packet);
}
