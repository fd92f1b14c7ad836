/* UDP (RFC 768), of which only the tunnels are of interest. A port says which, the smaller of the two first:
 * the ports are those by which Wireshark goes unless told otherwise. */
#include "decode/packet.h"

static const struct {
    uint16_t port;
    Decoder *decode;
} tunnels[] = {
    {1701, decode_l2tp},   {2123, decode_gtp},       {2268, decode_amt},   {2152, decode_gtp},
    {3386, decode_gtp},    {3544, decode_teredo},    {4341, decode_lisp},  {4754, decode_gre},
    {4789, decode_vxlan},  {4790, decode_vxlan_gpe}, {5072, decode_ayiya}, {5247, decode_capwap},
    {6081, decode_geneve}, {6635, decode_mpls},      {37008, decode_tzsp},
};

static Decoder *find_tunnel(uint16_t port)
{
    for (unsigned i = 0; i < sizeof tunnels / sizeof tunnels[0]; i++) {
        if (tunnels[i].port == port)
            return tunnels[i].decode;
    }
    return NULL;
}

static DecodeResult decode_tunnel(const uint8_t *header, Cursor cursor, Packet *packet)
{
    uint16_t source = be16(header), destination = be16(header + 2);
    Decoder *decode = find_tunnel(source < destination ? source : destination);
    if (!decode)
        decode = find_tunnel(source < destination ? destination : source);
    if (!decode || !packet_enter(packet))
        return DECODED_OTHER;
    return decode(cursor, packet);
}

/* |          Source Port          |       Destination Port        |
 * |            Length             |           Checksum            | */
DecodeResult decode_udp(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_OTHER;
    uint32_t length = be16(header + 4);
    if (length < 8 && (length || packet->segment->ip_version == 4)) /* 0: a jumbogram, RFC 2675 4 */
        return DECODED_OTHER;
    if (length)
        packet_limit(packet, &cursor, length - 8);
    return decode_tunnel(header, cursor, packet);
}

/* The same, with how much the checksum covers in place of the length: RFC 3828. */
DecodeResult decode_udplite(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_OTHER;
    return decode_tunnel(header, cursor, packet);
}
