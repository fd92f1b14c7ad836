#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

void address_format(GString *out, const Address *address)
{
    char text[INET6_ADDRSTRLEN];
    int family = address->version == 4 ? AF_INET : AF_INET6;
    if (address->version && inet_ntop(family, address->bytes, text, sizeof text))
        g_string_append(out, text);
    else
        g_string_append_c(out, '?');
}

void endpoint_format(GString *out, const Address *address, uint16_t port)
{
    bool brackets = address->version == 6;
    if (brackets)
        g_string_append_c(out, '[');
    address_format(out, address);
    g_string_append_printf(out, "%s:%u", brackets ? "]" : "", port);
}

bool address_parse_prefix(const char *text, Address *ret_address, unsigned *ret_prefix)
{
    char copy[INET6_ADDRSTRLEN + 4];
    if (g_strlcpy(copy, text, sizeof copy) >= sizeof copy)
        return false;
    char *slash = strchr(copy, '/');
    if (slash)
        *slash++ = '\0';

    Address address = {.version = strchr(copy, ':') ? 6 : 4};
    if (inet_pton(address.version == 4 ? AF_INET : AF_INET6, copy, address.bytes) != 1)
        return false;
    unsigned bits = address.version == 4 ? 32 : 128;
    guint64 prefix = bits;
    if (slash && !g_ascii_string_to_unsigned(slash, 10, 0, bits, &prefix, NULL))
        return false;
    *ret_address = address;
    *ret_prefix = (unsigned)prefix;
    return true;
}

bool address_in_prefix(const Address *address, const Address *prefix, unsigned prefix_bits)
{
    if (address->version != prefix->version)
        return false;
    unsigned whole = prefix_bits / 8, rest = prefix_bits % 8;
    if (memcmp(address->bytes, prefix->bytes, whole))
        return false;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return !rest || ((address->bytes[whole] ^ prefix->bytes[whole]) & mask) == 0;
}
