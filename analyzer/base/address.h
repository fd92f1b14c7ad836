/* An IP address, and a TCP endpoint made of one and a port. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint8_t bytes[16]; /* network order; IPv4 uses the first four, the rest is zero */
    uint8_t version;   /* 4 or 6; 0: no address */
} Address;

/* RFC 5952 text for IPv6, dotted for IPv4, "?" for none. Appends. Nothing is ever resolved. */
void address_format(GString *out, const Address *address);

/* "10.0.0.1:80" or "[2001:db8::1]:80". Appends. */
void endpoint_format(GString *out, const Address *address, uint16_t port);

/* Parses "10.0.0.0/8", "10.1.2.3", "2001:db8::/32"; a missing prefix is a whole address. */
bool address_parse_prefix(const char *text, Address *ret_address, unsigned *ret_prefix);
bool address_in_prefix(const Address *address, const Address *prefix, unsigned prefix_bits);

static inline bool address_equal(const Address *a, const Address *b)
{
    return a->version == b->version && !__builtin_memcmp(a->bytes, b->bytes, sizeof a->bytes);
}
