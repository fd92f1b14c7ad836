/* What the decoders of one frame share, and their prototypes; internal to decode. */
#pragma once

#include "decode/decode.h"

typedef struct {
    Segment *segment;
    Defragmenter *defragmenter;
    const uint8_t *payload;
    uint32_t wire_left; /* bytes of the frame on the wire from the cursor on, captured or not */
    unsigned depth;     /* headers decoded so far */
    uint16_t vlan;      /* of the outermost 802.1Q tag, or 0 */
    bool quoted;        /* inside an ICMP error */
    bool reassembled;   /* inside a packet that this frame completed */
    bool is_too_deep;   /* more headers than DECODE_DEPTH_MAX */
    bool is_encrypted;  /* 802.11 that nobody can read without its key */
} Packet;

typedef DecodeResult Decoder(Cursor cursor, Packet *packet);

/* Counts a header; false where there are too many of them. */
static inline bool packet_enter(Packet *packet)
{
    packet->is_too_deep |= packet->depth == DECODE_DEPTH_MAX;
    return ++packet->depth <= DECODE_DEPTH_MAX;
}

/* Skips a header and keeps wire_left in step; false where the frame is cut in it. */
static inline bool packet_skip(Packet *packet, Cursor *cursor, uint32_t length)
{
    if (!cursor_skip(cursor, length))
        return false;
    packet->wire_left -= length < packet->wire_left ? length : packet->wire_left;
    return true;
}

/* Shortens what is left to `length` bytes on the wire. */
static inline void packet_limit(Packet *packet, Cursor *cursor, uint32_t length)
{
    if (length < packet->wire_left)
        packet->wire_left = length;
    cursor_limit(cursor, length);
}

/* As a capturing host of little-endian order writes it. */
static inline uint16_t le16(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* Link layers. */
Decoder decode_ethernet, decode_llc, decode_wlan, decode_wlan_swapped;
Decoder decode_ppp, decode_ppp_hdlc, decode_ppp_bare, decode_cisco_hdlc, decode_frame_relay;
Decoder decode_linux_cooked, decode_linux_cooked2, decode_nflog;
Decoder decode_radiotap, decode_prism, decode_avs, decode_ppi;

Decoder decode_token_ring, decode_fibre_channel_ip, decode_sun_atm, decode_infiniband_ip;

/* Between link layer and IP. */
Decoder decode_pppoe, decode_mpls, decode_nsh, decode_trill, decode_hsr;

/* IP and what it carries. */
Decoder decode_ip, decode_ipv4, decode_ipv6, decode_tcp, decode_udp, decode_udplite, decode_icmp,
    decode_icmp6;
Decoder decode_gre, decode_etherip;

/* Tunnels in UDP. */
Decoder decode_vxlan, decode_vxlan_gpe, decode_geneve, decode_gtp, decode_teredo, decode_ayiya, decode_l2tp;
Decoder decode_lisp, decode_tzsp, decode_capwap, decode_amt;

/* `length` bytes of options, to what `segment` says so far. */
void decode_tcp_options(const uint8_t *options, unsigned length, Segment *segment);

/* By EtherType, past tags. */
DecodeResult decode_ethertype(uint16_t type, Cursor cursor, Packet *packet);

/* By EtherType, or an 802.3 length below 1501 and LLC. */
DecodeResult decode_type_or_length(uint16_t type, Cursor cursor, Packet *packet);

/* A SNAP header and what follows; with `padding` bytes before a bridged frame. */
DecodeResult decode_snap(uint32_t padding, Cursor cursor, Packet *packet);

/* By the protocol of a GRE header. */
DecodeResult decode_gre_protocol(uint16_t protocol, Cursor cursor, Packet *packet);

/* By IP protocol number or next header. */
DecodeResult decode_ip_protocol(uint8_t protocol, Cursor cursor, Packet *packet);

/* decode_frame() without the shortcut of plain.c. */
DecodeResult decode_any_frame(Defragmenter *defragmenter, const Frame *frame, Segment *ret_segment,
                              const uint8_t **ret_payload);

/* By LINKTYPE_, for a link layer that carries another one. */
DecodeResult decode_link_type(uint32_t link_type, Cursor cursor, Packet *packet);
