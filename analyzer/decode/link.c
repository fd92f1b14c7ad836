/* The table that says which link type is read by which decoder, and the link layers that are next to nothing.
 * Sources: the LINKTYPE_ registry of tcpdump.org. */
#include "decode/defragment.h"
#include "decode/packet.h"

#include <string.h>

/* AF_INET6 differs between systems. */
static DecodeResult decode_family(uint32_t family, Cursor cursor, Packet *packet)
{
    enum {
        FAMILY_INET = 2,
        FAMILY_INET6_BSD = 24,
        FAMILY_INET6_FREEBSD = 28,
        FAMILY_INET6_DARWIN = 30,
    };
    switch (family) {
    case FAMILY_INET:
        return decode_ipv4(cursor, packet);
    case FAMILY_INET6_BSD:
    case FAMILY_INET6_FREEBSD:
    case FAMILY_INET6_DARWIN:
        return decode_ipv6(cursor, packet);
    default:
        return DECODED_OTHER;
    }
}

/* The family is in the byte order of the host that captured: whichever makes a small number is the right one.
 * Some systems write it into the first two bytes, some write an EtherType. */
static uint32_t family_of(const uint8_t *header)
{
    uint32_t family = be32(header);
    if (family <= 0xffff)
        return family;
    return family < 0x00060000 && !(family & 0xffff) ? family >> 16 : le32(header);
}

static DecodeResult decode_null(Cursor cursor, Packet *packet)
{
    enum { FRAMED_PPP = 0xff03, LENGTH_MAX = 1500 };
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) >= 4 && be16(header) == FRAMED_PPP)
        return decode_ppp_hdlc(cursor, packet);
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    uint32_t family = family_of(header);
    return family > LENGTH_MAX && family <= 0xffff ? decode_ethertype((uint16_t)family, cursor, packet)
                                                   : decode_family(family, cursor, packet);
}

/* The family is in network order always. */
static DecodeResult decode_loop(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 4))
        return DECODED_SHORT;
    return decode_family(be32(header), cursor, packet);
}

/* frame control 1, addresses 2 × 6 */
static DecodeResult decode_fddi(Cursor cursor, Packet *packet)
{
    enum { CONTROL_FORMAT = 0x70, CONTROL_LLC = 0x50 };
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 13))
        return DECODED_SHORT;
    return (header[0] & CONTROL_FORMAT) == CONTROL_LLC ? decode_llc(cursor, packet) : DECODED_OTHER;
}

/* addresses 2 × 8, EtherType 2 */
static DecodeResult decode_firewire(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 18))
        return DECODED_SHORT;
    return decode_ethertype(be16(header + 16), cursor, packet);
}

/* family 4, security parameters 4, flags 4 */
static DecodeResult decode_enc(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (!packet_skip(packet, &cursor, 12))
        return DECODED_SHORT;
    return decode_family(family_of(header), cursor, packet);
}

/* length 1 without padding to four bytes, family 1, … */
static DecodeResult decode_pflog(Cursor cursor, Packet *packet)
{
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 4 || !packet_skip(packet, &cursor, (header[0] + 3u) & ~3u))
        return DECODED_SHORT;
    return decode_family(header[1], cursor, packet);
}

/* direction 1, compressed header 15 */
static DecodeResult decode_slip(Cursor cursor, Packet *packet)
{
    if (!packet_skip(packet, &cursor, 16))
        return DECODED_SHORT;
    return decode_ip(cursor, packet);
}

/* direction 1 */
static DecodeResult decode_ppp_direction(Cursor cursor, Packet *packet)
{
    if (!packet_skip(packet, &cursor, 1))
        return DECODED_SHORT;
    return decode_ppp_hdlc(cursor, packet);
}

/* length 4, record type 4, DLT_ 4, interface and process; little-endian, as the only system that writes it */
static DecodeResult decode_pktap(Cursor cursor, Packet *packet)
{
    enum { RECORD_PACKET = 1 };
    const uint8_t *header = cursor.at;
    if (cursor_left(&cursor) < 12)
        return DECODED_SHORT;
    uint32_t length = le32(header);
    if (length < 12 || le32(header + 4) != RECORD_PACKET)
        return DECODED_OTHER;
    if (!packet_skip(packet, &cursor, length))
        return DECODED_SHORT;
    return decode_link_type(le32(header + 8), cursor, packet);
}

static const struct {
    uint16_t link_type;
    const char *name;
    Decoder *decode;
} link_types[] = {
    {0, "BSD loopback (NULL)", decode_null},
    {1, "Ethernet", decode_ethernet},
    {6, "token ring", decode_token_ring},
    {8, "SLIP", decode_slip},
    {9, "PPP", decode_ppp_hdlc},
    {10, "FDDI", decode_fddi},
    {11, "LLC over ATM", decode_llc}, /* DLT_ATM_RFC1483 of most systems, found in files all the same */
    {12, "raw IP", decode_ip},        /* DLT_RAW of most systems, found in files all the same */
    {14, "raw IP", decode_ip},        /* DLT_RAW of OpenBSD */
    {50, "PPP in HDLC framing", decode_ppp_hdlc},
    {51, "PPPoE session", decode_pppoe},
    {100, "LLC over ATM", decode_llc},
    {101, "raw IP", decode_ip},
    {104, "Cisco HDLC", decode_cisco_hdlc},
    {105, "802.11", decode_wlan},
    {106, "IP over ATM", decode_ip},
    {107, "Frame Relay", decode_frame_relay},
    {108, "OpenBSD loopback (LOOP)", decode_loop},
    {109, "BSD IPsec (ENC)", decode_enc},
    {113, "Linux cooked v1", decode_linux_cooked},
    {117, "BSD packet filter log (PFLOG)", decode_pflog},
    {119, "802.11 with Prism header", decode_prism},
    {122, "IP over Fibre Channel", decode_fibre_channel_ip},
    {123, "SunATM", decode_sun_atm},
    {127, "802.11 with radiotap header", decode_radiotap},
    {128, "TZSP", decode_tzsp},
    {138, "Apple IP over FireWire", decode_firewire},
    {149, "PKTAP", decode_pktap}, /* DLT_USER2, under which it is found as well */
    {163, "802.11 with AVS header", decode_avs},
    {192, "per-packet information (PPI)", decode_ppi},
    {204, "PPP with direction", decode_ppp_direction},
    {228, "raw IPv4", decode_ipv4},
    {229, "raw IPv6", decode_ipv6},
    {239, "Linux netfilter log (NFLOG)", decode_nflog},
    {242, "IP over InfiniBand", decode_infiniband_ip},
    {258, "PKTAP", decode_pktap},
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

DecodeResult decode_link_type(uint32_t link_type, Cursor cursor, Packet *packet)
{
    Decoder *decode = link_type <= UINT16_MAX ? find_decoder((uint16_t)link_type) : NULL;
    return decode && packet_enter(packet) ? decode(cursor, packet) : DECODED_OTHER;
}

DecodeResult decode_any_frame(Defragmenter *defragmenter, const Frame *frame, Segment *ret_segment,
                              const uint8_t **ret_payload)
{
    Decoder *decode = find_decoder(frame->link_type);
    if (!decode)
        return DECODED_UNKNOWN_LINKTYPE;

    memset(ret_segment, 0, sizeof *ret_segment);
    ret_segment->frame = frame->number;
    ret_segment->time_ns = frame->time_ns;
    /* A broken file may claim fewer bytes on the wire than it holds. */
    uint32_t wire = frame->original_len > frame->captured_len ? frame->original_len : frame->captured_len;
    Packet packet = {.segment = ret_segment, .defragmenter = defragmenter, .wire_left = wire};
    DecodeResult result = decode(cursor_make(frame->bytes, frame->captured_len), &packet);
    if ((packet.is_too_deep || packet.is_encrypted) && defragmenter && result != DECODED_SEGMENT)
        defragmenter_count_unread(defragmenter, frame->number, packet.is_encrypted);
    *ret_payload = packet.payload;
    return result;
}
