/* Tunnels that bring a subscriber into a network, all in UDP: GTP of mobile networks (3GPP TS 29.281), L2TP
 * (RFC 2661), and for IPv6 behind IPv4: Teredo (RFC 4380) and AYIYA (draft-massar-v6ops-ayiya). */
#include "decode/packet.h"

static bool is_ethernet(const Cursor *cursor)
{
    uint16_t type = cursor_left(cursor) >= 14 ? be16(cursor->at + 12) : 0;
    return type == 0x0800 || type == 0x86dd;
}

/* Nothing in GTP says what a tunnel carries. */
static DecodeResult decode_tpdu(Cursor cursor, Packet *packet)
{
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    uint8_t first = cursor.at[0];
    if (first >= 0x45 && first <= 0x4e)
        return decode_ipv4(cursor, packet);
    if (first >= 0x60 && first <= 0x6f)
        return decode_ipv6(cursor, packet);
    return is_ethernet(&cursor) ? decode_ethernet(cursor, packet) : DECODED_OTHER;
}

/* Headers of length 1 (in words), content, and the type of the next. */
static bool skip_gtp_extensions(uint8_t type, Packet *packet, Cursor *cursor)
{
    while (type != 0) {
        const uint8_t *header = cursor->at;
        uint32_t length = cursor_left(cursor) ? header[0] * 4u : 0;
        if (!length || !packet_enter(packet) || !packet_skip(packet, cursor, length))
            return false;
        type = header[length - 1];
    }
    return true;
}

/* | Ver |P|*|E|S|N|  Message type |            Length             |
 * |                        Tunnel endpoint                        |
 * |    Sequence (E, S or N)       | N-PDU number  |  Next header  | */
DecodeResult decode_gtp(Cursor cursor, Packet *packet)
{
    enum { MESSAGE_TPDU = 255, IS_GTP = 0x10, HAS_MORE = 0x07, HAS_EXTENSION = 0x04, LENGTH_V0 = 20 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    if (header[1] != MESSAGE_TPDU || header[0] >> 5 > 1 || !(header[0] & IS_GTP))
        return DECODED_OTHER;
    if (header[0] >> 5 == 0)
        return packet_skip(packet, &cursor, LENGTH_V0 - 8) ? decode_tpdu(cursor, packet) : DECODED_SHORT;
    packet_limit(packet, &cursor, be16(header + 2));
    if (header[0] & HAS_MORE) {
        if (!packet_skip(packet, &cursor, 4))
            return DECODED_SHORT;
        if (header[0] & HAS_EXTENSION && !skip_gtp_extensions(header[11], packet, &cursor))
            return DECODED_SHORT;
    }
    return decode_tpdu(cursor, packet);
}

/* |T|L|x|x|S|x|O|P|x|x|x|x|  Ver  |          Length (L)           |
 * |           Tunnel              |           Session             |
 * |     Sequence (S)              |      Expected (S)             |
 * |      Offset size (O)          |   padding, then PPP           | */
DecodeResult decode_l2tp(Cursor cursor, Packet *packet)
{
    enum { CONTROL = 0x8000, LENGTH = 0x4000, SEQUENCE = 0x0800, OFFSET = 0x0200, VERSION = 0x000f };
    if (cursor_left(&cursor) < 2)
        return DECODED_SHORT;
    const uint8_t *header = cursor.at;
    uint16_t flags = be16(header);
    if (flags & CONTROL || (flags & VERSION) != 2)
        return DECODED_OTHER;
    if (flags & LENGTH && cursor_left(&cursor) >= 4)
        packet_limit(packet, &cursor, be16(header + 2));
    uint32_t length = 6 + (flags & LENGTH ? 2 : 0) + (flags & SEQUENCE ? 4 : 0);
    if (flags & OFFSET) {
        if (cursor_left(&cursor) < length + 2)
            return DECODED_SHORT;
        length += 2u + be16(header + length);
    }
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return decode_ppp_hdlc(cursor, packet);
}

/* An authentication (0001) and an origin indication (0000) may come before the IPv6 header, in this order:
 * |       0       |       1       | Length of id  | Length of auth|   both of them, a nonce of 8,
 * confirmation 1 |       0       |       0       |     Port, then 4 bytes of address */
DecodeResult decode_teredo(Cursor cursor, Packet *packet)
{
    enum { AUTHENTICATION = 0x0001, ORIGIN = 0x0000 };
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) >= 4 && be16(header) == AUTHENTICATION &&
        !packet_skip(packet, &cursor, 13u + header[2] + header[3]))
        return DECODED_SHORT;
    if (cursor_left(&cursor) >= 2 && be16(cursor.at) == ORIGIN && !packet_skip(packet, &cursor, 8))
        return DECODED_SHORT;
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    return cursor.at[0] >> 4 == 6 ? decode_ipv6(cursor, packet) : DECODED_OTHER;
}

/* | 2^id  | Type  | Words | Hash  | Auth  |Opcode |  Next header  |
 * |        Time of the day         |   identity, signature         | */
DecodeResult decode_ayiya(Cursor cursor, Packet *packet)
{
    enum { OPCODE_FORWARD = 1 };
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    if ((header[2] & 0x0f) != OPCODE_FORWARD)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, 8 + (1u << (header[0] >> 4)) + (header[1] >> 4) * 4u))
        return DECODED_SHORT;
    return decode_ip_protocol(header[3], cursor, packet);
}
