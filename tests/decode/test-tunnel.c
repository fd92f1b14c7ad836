/* Tunnels over IP and UDP, each around a SYN. */
#include "bytes.h"

#include <string.h>

enum { IPV4 = 4, UDP = 17, IPV6 = 41, GRE = 47, AH = 51, ETHERIP = 97, MPLS = 137, ETHERNET = 143 };

static Bytes payload, packet;

static void add_inner(Bytes *bytes, char inner)
{
    if (inner == '4')
        bytes_add_syn4(bytes);
    else if (inner == '6')
        bytes_add_syn6(bytes);
    else
        bytes_add_ethernet_syn4(bytes);
}

/* Around the tunnel other addresses than inside, over IPv4 and IPv6. */
static void assert_tunnels(uint8_t protocol)
{
    packet.length = 0;
    bytes_add_ipv4(&packet, protocol, &payload);
    memcpy(packet.at + 12, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
    bytes_assert_syn(&packet, LINK_RAW);
    packet.length = 0;
    bytes_add_ipv6(&packet, protocol, &payload);
    packet.at[23] = packet.at[39] = 9;
    bytes_assert_syn(&packet, LINK_RAW);
}

static void assert_over_ip(uint8_t protocol, const char *hex, char inner)
{
    payload.length = 0;
    bytes_add(&payload, hex);
    add_inner(&payload, inner);
    assert_tunnels(protocol);
}

/* From port 50000, and back. */
static void assert_over_udp(uint16_t port, const char *hex, char inner)
{
    payload.length = 0;
    bytes_add(&payload, "c350 0000 0000 0000");
    bytes_put16(&payload, 2, port);
    bytes_add(&payload, hex);
    add_inner(&payload, inner);
    bytes_put16(&payload, 4, (uint16_t)payload.length);
    assert_tunnels(UDP);
    bytes_put16(&payload, 0, port);
    bytes_put16(&payload, 2, 50000);
    assert_tunnels(UDP);
}

static void ip_in_ip(void **state)
{
    (void)state;
    assert_over_ip(IPV4, "", '4');
    assert_over_ip(IPV6, "", '6');
    assert_over_ip(AH, "04 04 0000 00000001 00000001 000000000000000000000000", '4');
    assert_over_ip(ETHERIP, "3000", 'e');
    assert_over_ip(MPLS, "00064140", '4');
    assert_over_ip(ETHERNET, "", 'e');
}

static void gre(void **state)
{
    (void)state;
    assert_over_ip(GRE, "0000 0800", '4');
    assert_over_ip(GRE, "0000 86dd", '6');
    assert_over_ip(GRE, "8000 0800 00000000", '4');                              /* checksum */
    assert_over_ip(GRE, "b000 0800 00000000 00000001 00000002", '4');            /* … key, sequence */
    assert_over_ip(GRE, "4000 0800 00000000 0800 00 04 01010101 00000000", '4'); /* routing */
    assert_over_ip(GRE, "0000 6558", 'e');
    assert_over_ip(GRE, "3081 880b 0030 0001 00000001 00000002 ff03 0021", '4'); /* PPTP */
    assert_over_ip(GRE, "3001 880b 002d 0001 00000001 21", '4');
    assert_over_ip(GRE, "0000 88be", 'e');                                     /* ERSPAN I */
    assert_over_ip(GRE, "1000 88be 00000001 10000001 00000001", 'e');          /* II */
    assert_over_ip(GRE, "1000 22eb 00000001 20000001 00000001 00008000", 'e'); /* III */
    assert_over_ip(GRE, "1000 22eb 00000001 20000001 00000001 00008001 0000000000000000", 'e');
    assert_over_ip(GRE, "0000 883e", '4'); /* WCCP 1 and 2 */
    assert_over_ip(GRE, "0000 883e 00000000", '4');
    assert_over_ip(GRE, "0000 8847 00064140", '4');
}

static void overlays(void **state)
{
    (void)state;
    assert_over_udp(4789, "08000000 00000100", 'e');
    assert_over_udp(4790, "0c000001 00000100", '4');
    assert_over_udp(4790, "0c000002 00000100", '6');
    assert_over_udp(4790, "0c000003 00000100", 'e');
    assert_over_udp(6081, "0000 6558 00000100", 'e');
    assert_over_udp(6081, "0200 0800 00000100 0102 03 01 00000000", '4');
    assert_over_udp(4341, "c0000001 00000001", '6');
    assert_over_udp(4754, "0000 0800", '4');
    assert_over_udp(6635, "00064140", '6');
    assert_over_udp(37008, "01 00 0001 0a 01 05 00 01", 'e');
    assert_over_udp(5247, "00 10 02 00 00000000", 'e');
}

static void access_networks(void **state)
{
    (void)state;
    assert_over_udp(2152, "30 ff 002c 00000001", '4');
    assert_over_udp(2152, "32 ff 0044 00000001 0001 00 00", '6');
    assert_over_udp(2152, "34 ff 0038 00000001 0000 00 85 01 0001 c0 01 0000 00", '4'); /* extensions */
    assert_over_udp(2152, "30 ff 003a 00000001", 'e');
    assert_over_udp(3386, "1e ff 002c 0001 0001 00 ffffff 0000000000000000", '4');
    assert_over_udp(1701, "0002 0001 0001 ff03 0021", '4');
    assert_over_udp(1701, "4002 0036 0001 0001 0021", '4');
    assert_over_udp(1701, "0a02 0001 0001 0000 0000 0003 616263 21", '4');
    assert_over_udp(3544, "", '6');
    assert_over_udp(3544, "0000 0101 01010101", '6');
    assert_over_udp(3544, "0001 0405 01020304 0102030405 0101010101010101 00 0000 0101 01010101", '6');
    assert_over_udp(5072,
                    "42 52 21 29 00000001 01010101010101010101010101010101"
                    "0202020202020202020202020202020202020202",
                    '6');
}

static void leaves_other_tunnels(void **state)
{
    (void)state;
    static const struct {
        uint16_t port;
        const char *hex;
    } unreadable[] = {
        {53, ""},
        {8472, "08000000 00000100"},             /* not by default */
        {2152, "30 01 002c 00000001"},           /* echo */
        {2152, "50 ff 002c 00000001"},           /* version 2 */
        {1701, "c802 0036 0001 0001 0000 0000"}, /* control */
        {37008, "01 04 0001 01"},                /* keepalive */
        {5072, "42 52 20 29 00000001"},          /* no operation */
        {4790, "0c000009 00000100"},
    };
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
        payload.length = packet.length = 0;
        bytes_add(&payload, "c350 0000 0000 0000");
        bytes_put16(&payload, 2, unreadable[i].port);
        bytes_add(&payload, unreadable[i].hex);
        bytes_add_syn4(&payload);
        bytes_put16(&payload, 4, (uint16_t)payload.length);
        bytes_add_ipv4(&packet, UDP, &payload);
        bytes_assert_none(&packet, LINK_RAW);
    }
}

/* Headers that each fit, one in the other, far more than any network nests. */
static void survives_tunnels_in_tunnels(void **state)
{
    (void)state;
    static const struct {
        uint8_t protocol;
        const char *hex;
    } bombs[] = {{IPV4, ""}, {GRE, "0000 0800"}, {MPLS, "00064140"}, {60, "04 00 0000 00000000"}};
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        static Bytes inner;
        payload.length = 0;
        bytes_add_syn4(&payload);
        for (int layer = 0; layer < 1000; layer++) {
            inner.length = packet.length = 0;
            bytes_add(&inner, bombs[i].hex);
            bytes_add_bytes(&inner, &payload);
            bytes_add_ipv4(&packet, bombs[i].protocol, &inner);
            payload = packet;
        }
        Segment segment;
        assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_OTHER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ip_in_ip),
        cmocka_unit_test(gre),
        cmocka_unit_test(overlays),
        cmocka_unit_test(access_networks),
        cmocka_unit_test(leaves_other_tunnels),
        cmocka_unit_test(survives_tunnels_in_tunnels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
