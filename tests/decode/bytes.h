/* Packets for the tests of decode, put together from layers written as hexadecimal text, and what every
 * decoder must stand: the same packet cut at each length. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "decode/decode.h"

#define LINK_ETHERNET 1
#define LINK_RAW      101

typedef struct {
    uint8_t at[70000];
    uint32_t length;
} Bytes;

/* Appends bytes told as "45 00 …"; blanks may stand anywhere between bytes. */
void bytes_add(Bytes *bytes, const char *hex);
void bytes_add_zeros(Bytes *bytes, uint32_t count);
void bytes_add_bytes(Bytes *bytes, const Bytes *more);
void bytes_put16(Bytes *bytes, uint32_t offset, uint16_t value);

/* A SYN from port 1000 to 80 of sequence number `seq`, with `length` bytes of payload 'a', 'b', … */
void bytes_add_tcp(Bytes *bytes, uint32_t seq, uint32_t length);

/* 10.0.0.1 to 10.0.0.2, and fd00::1 to fd00::2, around `payload`. */
void bytes_add_ipv4(Bytes *bytes, uint8_t protocol, const Bytes *payload);
void bytes_add_ipv6(Bytes *bytes, uint8_t next, const Bytes *payload);

/* The same with a SYN of four bytes inside: what tunnels carry here. */
void bytes_add_syn4(Bytes *bytes);
void bytes_add_syn6(Bytes *bytes);
void bytes_add_ethernet_syn4(Bytes *bytes);

DecodeResult bytes_decode(const Bytes *bytes, uint16_t link_type, Segment *ret_segment);

/* Decodes the packet, which must be the SYN of bytes_add_syn4() or 6(), and the same cut at every length,
 * each from memory of its own. A cut packet may be the SYN still, but never another one. */
void bytes_assert_syn(const Bytes *bytes, uint16_t link_type);

/* The same for a packet that nothing is read from. */
void bytes_assert_none(const Bytes *bytes, uint16_t link_type);

/* Layers of `hex`, then an IPv4 SYN, IPv6 SYN or Ethernet frame with one (`inner`: '4', '6', 'e'). */
void bytes_assert_carries(uint16_t link_type, const char *hex, char inner);
