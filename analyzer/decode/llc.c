/* LLC and SNAP (IEEE 802.2, RFC 1042): what names the protocol where the link layer has no EtherType. */
#include "decode/packet.h"

enum {
    SAP_IP = 0x06,
    SAP_SNAP = 0xaa,
    CONTROL_UI = 0x03,

    ORGANISATION_ETHERNET = 0x000000, /* RFC 1042: the protocol is an EtherType */
    ORGANISATION_CISCO_90 = 0x0000f8, /* 802.1H */
    ORGANISATION_BRIDGED = 0x0080c2,  /* RFC 2684 */
};

/* RFC 2684 5.2: Ethernet, with its checksum kept or without. Over LLC two bytes of padding come first. */
static DecodeResult decode_bridged(uint16_t protocol, uint32_t padding, Cursor cursor, Packet *packet)
{
    if (protocol != 0x0001 && protocol != 0x0007)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, padding))
        return DECODED_SHORT;
    return decode_ethernet(cursor, packet);
}

/* |                  organisation                 |   protocol…   | */
DecodeResult decode_snap(uint32_t padding, Cursor cursor, Packet *packet)
{
    const uint8_t *snap = cursor.at;
    if (!packet_skip(packet, &cursor, 5))
        return DECODED_SHORT;
    uint32_t organisation = be32(snap) >> 8;
    uint16_t protocol = be16(snap + 3);
    if (!packet_enter(packet))
        return DECODED_OTHER;
    switch (organisation) {
    case ORGANISATION_ETHERNET:
    case ORGANISATION_CISCO_90:
        return decode_ethertype(protocol, cursor, packet);
    case ORGANISATION_BRIDGED:
        return decode_bridged(protocol, padding, cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* |     DSAP      |     SSAP      |  Control, 1 or 2 bytes        |   then SNAP, where it is both */
DecodeResult decode_llc(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 3))
        return DECODED_SHORT;
    uint8_t control = header[2];
    bool is_unnumbered = (control & 3) == 3;
    bool has_data = (control & 1) == 0 || control == CONTROL_UI;
    if (!is_unnumbered && !packet_skip(packet, &cursor, 1))
        return DECODED_SHORT;
    if (!has_data)
        return DECODED_OTHER;
    if (header[0] == SAP_IP)
        return decode_ipv4(cursor, packet);
    if (header[0] != SAP_SNAP || header[1] != SAP_SNAP)
        return DECODED_OTHER;
    return decode_snap(2, cursor, packet);
}
