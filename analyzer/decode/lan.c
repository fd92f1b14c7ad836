/* Local networks of other times, and others that nearly are Ethernet: an own header, then LLC or an
 * EtherType. */
#include "decode/packet.h"

/* | AC | FC | destination 6 | source 6 |, and the route, whose length is in its first byte, where the first
 * bit of the source is set (IEEE 802.5); frame type 01 is LLC. */
DecodeResult decode_token_ring(Cursor cursor, Packet *packet)
{
    enum { FRAME_TYPE = 0xc0, FRAME_LLC = 0x40, ROUTED = 0x80, ROUTE_LENGTH = 0x1f };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 14))
        return DECODED_SHORT;
    if ((header[1] & FRAME_TYPE) != FRAME_LLC)
        return DECODED_OTHER;
    if (header[8] & ROUTED) {
        if (!cursor_left(&cursor) || !packet_skip(packet, &cursor, cursor.at[0] & ROUTE_LENGTH))
            return DECODED_SHORT;
    }
    return decode_llc(cursor, packet);
}

/* addresses 2 × 8 of Fibre Channel (RFC 2625), LLC */
DecodeResult decode_fibre_channel_ip(Cursor cursor, Packet *packet)
{
    if (!packet_skip(packet, &cursor, 16))
        return DECODED_SHORT;
    return decode_llc(cursor, packet);
}

/* direction and type 1, VPI 1, VCI 2; type 2 in the low four bits is LLC */
DecodeResult decode_sun_atm(Cursor cursor, Packet *packet)
{
    enum { TYPE = 0x0f, TYPE_LLC = 2 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    return (header[0] & TYPE) == TYPE_LLC ? decode_llc(cursor, packet) : DECODED_OTHER;
}

/* The global routing header of InfiniBand 40, EtherType 2, reserved 2 (RFC 4391). */
DecodeResult decode_infiniband_ip(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 44))
        return DECODED_SHORT;
    return decode_ethertype(be16(header + 40), cursor, packet);
}

/* |V|V|R|R|M|  Options (words)  |  Hops  |  egress 2  |  ingress 2  |   options, then Ethernet (RFC 6325 3)
 */
DecodeResult decode_trill(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 6)
        return DECODED_SHORT;
    if (!packet_skip(packet, &cursor, 6 + (be16(header) >> 6 & 0x1f) * 4u))
        return DECODED_SHORT;
    return decode_ethernet(cursor, packet);
}

/* |Path |      Size       |   Sequence  2  |   Type  2  |   IEC 62439-3: high-availability seamless
 * redundancy */
DecodeResult decode_hsr(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 6))
        return DECODED_SHORT;
    return decode_type_or_length(be16(header + 4), cursor, packet);
}
