/* 802.11, and the headers that capturing systems put before its frames: radiotap, Prism, AVS, PPI. Only data
 * that was neither encrypted nor fragmented can be read. */
#include "decode/packet.h"

/* Subframes of addresses 2 × 6, length 2, LLC. A frame gives one segment: the first subframe's. */
static DecodeResult decode_aggregate(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 14))
        return DECODED_SHORT;
    packet_limit(packet, &cursor, be16(header + 12));
    return decode_llc(cursor, packet);
}

/* |Ver|Typ|Subtype|T|F|M|R|P|D|E|O|   frame control, least bits first; duration 2, addresses 3 × 6, sequence
 * 2, a fourth address between access points, QoS 2, HT control 4, LLC. */
static DecodeResult decode_wlan_data(uint8_t control, uint8_t flags, bool is_aligned, Cursor cursor,
                                     Packet *packet)
{
    enum { TYPE_DATA = 2, SUBTYPE_NULL = 4, SUBTYPE_QOS = 8 };
    enum { TO_DS = 0x01, FROM_DS = 0x02, MORE_FRAGMENTS = 0x04, PROTECTED = 0x40, ORDER = 0x80 };
    enum { QOS_AGGREGATE = 0x80 };
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 24)
        return DECODED_SHORT;
    uint8_t subtype = control >> 4;
    if ((control >> 2 & 3) != TYPE_DATA || subtype & SUBTYPE_NULL)
        return DECODED_OTHER;
    packet->is_encrypted = flags & PROTECTED;
    if (flags & (MORE_FRAGMENTS | PROTECTED))
        return DECODED_OTHER;

    uint32_t length = 24;
    bool is_aggregate = false;
    if ((flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS))
        length += 6;
    if (subtype & SUBTYPE_QOS) {
        if (cursor_left(&cursor) < length + 2)
            return DECODED_SHORT;
        is_aggregate = header[length] & QOS_AGGREGATE;
        length += 2 + (flags & ORDER ? 4 : 0);
    }
    if (is_aligned)
        length = (length + 3) & ~3u;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return is_aggregate ? decode_aggregate(cursor, packet) : decode_llc(cursor, packet);
}

DecodeResult decode_wlan(Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    if (cursor_left(&cursor) < 2)
        return DECODED_SHORT;
    return decode_wlan_data(cursor.at[0], cursor.at[1], false, cursor, packet);
}

DecodeResult decode_wlan_swapped(Cursor cursor, Packet *packet)
{
    if (!packet_enter(packet))
        return DECODED_OTHER;
    if (cursor_left(&cursor) < 2)
        return DECODED_SHORT;
    return decode_wlan_data(cursor.at[1], cursor.at[0], false, cursor, packet);
}

/* version 1, pad 1, length 2, present 4 (again while its bit 31 is set), then the fields, each aligned to its
 * size; all little-endian. Of the fields only the flags matter, which come after a timestamp of 8 bytes. */
static uint8_t radiotap_flags(const uint8_t *header, uint32_t length)
{
    enum { PRESENT_TIMESTAMP = 1, PRESENT_FLAGS = 2, PRESENT_MORE = 1u << 31 };
    uint32_t present = le32(header + 4);
    uint32_t at = 8;
    for (uint32_t word = present; word & PRESENT_MORE; at += 4) {
        if (at + 4 > length)
            return 0;
        word = le32(header + at);
    }
    if (present & PRESENT_TIMESTAMP)
        at = ((at + 7) & ~7u) + 8;
    return present & PRESENT_FLAGS && at < length ? header[at] : 0;
}

DecodeResult decode_radiotap(Cursor cursor, Packet *packet)
{
    enum { FLAG_CHECKSUM = 0x10, FLAG_ALIGNED = 0x20 };
    if (!packet_enter(packet))
        return DECODED_OTHER;
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    uint32_t length = le16(header + 2);
    if (header[0] != 0 || length < 8)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    uint8_t flags = radiotap_flags(header, length);
    if (flags & FLAG_CHECKSUM)
        packet_limit(packet, &cursor, packet->wire_left < 4 ? 0 : packet->wire_left - 4);
    if (cursor_left(&cursor) < 2)
        return DECODED_SHORT;
    return decode_wlan_data(cursor.at[0], cursor.at[1], flags & FLAG_ALIGNED, cursor, packet);
}

/* version 4 (80211001 or 80211002), length 4 */
DecodeResult decode_avs(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    uint32_t length = be32(header + 4);
    if (length < 8)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return decode_wlan(cursor, packet);
}

/* message 4, length 4, both in the order of the host; or an AVS header in its place */
DecodeResult decode_prism(Cursor cursor, Packet *packet)
{
    enum { LENGTH_MAX = 0xffff };
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    if (be32(header) >> 4 == 0x8021100)
        return decode_avs(cursor, packet);
    uint32_t length = le32(header + 4);
    if (length > LENGTH_MAX)
        length = be32(header + 4);
    if (length < 8)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return decode_wlan(cursor, packet);
}

/* version 1, flags 1, length 2, DLT_ 4, then fields; little-endian */
DecodeResult decode_ppi(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 8)
        return DECODED_SHORT;
    uint32_t length = le16(header + 2);
    if (length < 8)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return decode_link_type(le32(header + 4), cursor, packet);
}
