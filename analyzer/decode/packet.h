/* What the decoders of one frame share, and their prototypes; internal to decode. */
#pragma once

#include "decode/decode.h"

typedef struct {
    Segment *segment;
    const uint8_t *payload;
    uint32_t wire_left; /* bytes of the frame on the wire from the cursor on, captured or not */
    unsigned depth;     /* headers decoded so far */
    bool quoted;        /* inside an ICMP error */
} Packet;

typedef DecodeResult Decoder(Cursor cursor, Packet *packet);

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

Decoder decode_ethernet, decode_linux_cooked, decode_linux_cooked2, decode_null, decode_loop, decode_raw;
Decoder decode_ipv4, decode_ipv6, decode_tcp, decode_icmp, decode_icmp6;

/* By EtherType, past VLAN tags. */
DecodeResult decode_ethertype(uint16_t type, Cursor cursor, Packet *packet);

/* By IP protocol number or next header. */
DecodeResult decode_ip_protocol(uint8_t protocol, Cursor cursor, Packet *packet);
