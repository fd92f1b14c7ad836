/* Link layers, and the table that says which link type is read by which. Sources: the LINKTYPE_ registry of
 * tcpdump.org; IEEE 802.3, 802.1Q and 802.1ad for Ethernet and its tags. */
#include "decode/packet.h"

#include <string.h>

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100, /* before 802.1ad */
};

DecodeResult decode_ethertype(uint16_t type, Cursor cursor, Packet *packet)
{
    while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD) {
        if (++packet->depth > DECODE_DEPTH_MAX)
            return DECODED_OTHER;
        const uint8_t *tag = cursor.at;
        if (!packet_skip(packet, &cursor, 4))
            return DECODED_SHORT;
        type = be16(tag + 2);
    }
    if (type == ETHERTYPE_IPV4)
        return decode_ipv4(cursor, packet);
    if (type == ETHERTYPE_IPV6)
        return decode_ipv6(cursor, packet);
    return DECODED_OTHER;
}

DecodeResult decode_ethernet(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 14))
        return DECODED_SHORT;
    return decode_ethertype(be16(header + 12), cursor, packet);
}

/* packet type 2, ARPHRD_ 2, address length 2, address 8, protocol 2 */
DecodeResult decode_linux_cooked(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 16))
        return DECODED_SHORT;
    return decode_ethertype(be16(header + 14), cursor, packet);
}

/* protocol 2, reserved 2, interface 4, ARPHRD_ 2, packet type 1, address length 1, address 8 */
DecodeResult decode_linux_cooked2(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 20))
        return DECODED_SHORT;
    return decode_ethertype(be16(header), cursor, packet);
}

/* The address family is in the byte order of the host that captured, and AF_INET6 differs between systems;
 * whichever order makes a small number is the right one. */
static DecodeResult decode_family(uint32_t family, Cursor cursor, Packet *packet)
{
    enum {
        FAMILY_INET = 2,
        FAMILY_INET6_BSD = 24,
        FAMILY_INET6_FREEBSD = 28,
        FAMILY_INET6_DARWIN = 30,
        FAMILY_INET6_LINUX = 10
    };
    if (family > 0xffff)
        family = __builtin_bswap32(family);
    switch (family) {
    case FAMILY_INET:
        return decode_ipv4(cursor, packet);
    case FAMILY_INET6_BSD:
    case FAMILY_INET6_FREEBSD:
    case FAMILY_INET6_DARWIN:
    case FAMILY_INET6_LINUX:
        return decode_ipv6(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

DecodeResult decode_null(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    return decode_family(be32(header), cursor, packet);
}

/* LOOP is NULL with the family always in network order: the same test serves. */
DecodeResult decode_loop(Cursor cursor, Packet *packet)
{
    return decode_null(cursor, packet);
}

DecodeResult decode_raw(Cursor cursor, Packet *packet)
{
    if (!cursor_left(&cursor))
        return DECODED_SHORT;
    switch (cursor.at[0] >> 4) {
    case 4:
        return decode_ipv4(cursor, packet);
    case 6:
        return decode_ipv6(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

static const struct {
    uint16_t link_type;
    const char *name;
    Decoder *decode;
} link_types[] = {
    {0, "BSD loopback (NULL)", decode_null},
    {1, "Ethernet", decode_ethernet},
    {12, "raw IP", decode_raw}, /* DLT_RAW of most systems, found in files all the same */
    {14, "raw IP", decode_raw}, /* DLT_RAW of OpenBSD */
    {101, "raw IP", decode_raw},
    {108, "OpenBSD loopback (LOOP)", decode_loop},
    {113, "Linux cooked v1", decode_linux_cooked},
    {228, "raw IPv4", decode_ipv4},
    {229, "raw IPv6", decode_ipv6},
    {276, "Linux cooked v2", decode_linux_cooked2},
};

static Decoder *find_decoder(uint16_t link_type)
{
    for (unsigned i = 0; i < sizeof link_types / sizeof link_types[0]; i++) {
        if (link_types[i].link_type == link_type)
            return link_types[i].decode;
    }
    return NULL;
}

const char *decode_link_type_name(uint16_t link_type)
{
    for (unsigned i = 0; i < sizeof link_types / sizeof link_types[0]; i++) {
        if (link_types[i].link_type == link_type)
            return link_types[i].name;
    }
    return NULL;
}

DecodeResult decode_frame(const Frame *frame, Segment *ret_segment, const uint8_t **ret_payload)
{
    /* Nearly every capture is Ethernet: not worth a search. */
    Decoder *decode = frame->link_type == 1 ? decode_ethernet : find_decoder(frame->link_type);
    if (!decode)
        return DECODED_UNKNOWN_LINKTYPE;

    memset(ret_segment, 0, sizeof *ret_segment);
    ret_segment->frame = frame->number;
    ret_segment->time_ns = frame->time_ns;
    /* A broken file may claim fewer bytes on the wire than it holds. */
    uint32_t wire = frame->original_len > frame->captured_len ? frame->original_len : frame->captured_len;
    Packet packet = {.segment = ret_segment, .wire_left = wire};
    DecodeResult result = decode(cursor_make(frame->bytes, frame->captured_len), &packet);
    if (ret_payload)
        *ret_payload = packet.payload;
    return result;
}
