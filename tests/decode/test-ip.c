/* IPv4 and IPv6 headers: lengths that lie or are missing, options, extension headers. */
#include "bytes.h"

#include <string.h>

static Bytes tcp, packet;

/* An IPv6 packet with `hex` between its header, which names `next`, and a SYN. */
static void add_extended(uint8_t next, const char *hex)
{
    tcp.length = packet.length = 0;
    bytes_add(&tcp, hex);
    bytes_add_tcp(&tcp, 100, 4);
    bytes_add_ipv6(&packet, next, &tcp);
}

static void add_optioned(const char *options)
{
    tcp.length = packet.length = 0;
    bytes_add_tcp(&tcp, 100, 4);
    bytes_add(&packet, "45 00 0000 1234 0000 40 06 0000 0a000001 0a000002");
    bytes_add(&packet, options);
    packet.at[0] = (uint8_t)(0x40 | packet.length / 4);
    bytes_put16(&packet, 2, (uint16_t)(packet.length + tcp.length));
    bytes_add_bytes(&packet, &tcp);
}

static void reads_fields(void **state)
{
    (void)state;
    Segment segment;
    packet.length = 0;
    bytes_add_syn4(&packet);
    assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.ip_version, 4);
    assert_int_equal(segment.ip_id, 0x1234);
    assert_int_equal(segment.ttl, 64);
    assert_int_equal(segment.time_ns, 1000);
    packet.length = 0;
    bytes_add_syn6(&packet);
    assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.ip_version, 6);
    assert_int_equal(segment.ip_id, 0);
    assert_int_equal(segment.ttl, 64);
}

static void takes_length_from_frame_where_there_is_none(void **state)
{
    (void)state;
    Segment segment;
    packet.length = 0;
    bytes_add_syn4(&packet);
    bytes_put16(&packet, 2, 0);
    assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.problems, PROBLEM_LENGTH_UNKNOWN);
    assert_int_equal(segment.length, 4);
    packet.length = 0;
    bytes_add_syn6(&packet);
    bytes_put16(&packet, 4, 0);
    assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.problems, PROBLEM_LENGTH_UNKNOWN);
    assert_int_equal(segment.length, 4);
}

static void inner_header_settles_outer_doubts(void **state)
{
    (void)state;
    static Bytes inner;
    inner.length = packet.length = 0;
    bytes_add_syn4(&inner);
    bytes_add_ipv6(&packet, 4, &inner);
    bytes_put16(&packet, 4, 0); /* the outer length */
    Segment segment;
    assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.problems, 0);
    assert_int_equal(segment.length, 4);
}

static void refuses_impossible_headers(void **state)
{
    (void)state;
    packet.length = 0;
    bytes_add_syn4(&packet);
    packet.at[0] = 0x44; /* four words */
    bytes_assert_none(&packet, LINK_RAW);
    packet.at[0] = 0x55; /* version 5 */
    bytes_assert_none(&packet, LINK_RAW);
    packet.at[0] = 0x45;
    bytes_put16(&packet, 2, 19); /* shorter than itself */
    bytes_assert_none(&packet, LINK_RAW);
    bytes_put16(&packet, 2, 33); /* 13 bytes of TCP, without its flags */
    bytes_assert_none(&packet, LINK_RAW);
}

static void reads_extension_headers(void **state)
{
    (void)state;
    add_extended(0, "06 00 01 04 00000000"); /* hop by hop, PadN */
    bytes_assert_syn(&packet, LINK_RAW);
    add_extended(60, "06 00 01 04 00000000"); /* destination */
    bytes_assert_syn(&packet, LINK_RAW);
    add_extended(43, "06 00 00 00 00000000"); /* routing, nothing left */
    bytes_assert_syn(&packet, LINK_RAW);
    add_extended(44, "06 00 0000 00000007"); /* a fragment that is all there is */
    bytes_assert_syn(&packet, LINK_RAW);
    add_extended(51, "06 04 0000 00000001 00000001 000000000000000000000000");
    bytes_assert_syn(&packet, LINK_RAW);
    add_extended(140, "06 00 80 00 00000000"); /* shim6 */
    bytes_assert_syn(&packet, LINK_RAW);
    add_extended(0, "3c 00 01 04 00000000  2c 00 01 04 00000000  06 00 0000 00000007");
    bytes_assert_syn(&packet, LINK_RAW);
    add_extended(59, ""); /* no next header */
    bytes_assert_none(&packet, LINK_RAW);
    add_extended(60, "06 ff 01 04 00000000"); /* beyond the end */
    bytes_assert_none(&packet, LINK_RAW);
}

static void reads_jumbo_lengths(void **state)
{
    (void)state;
    Segment segment;
    tcp.length = packet.length = 0;
    bytes_add(&tcp, "06 00 c2 04 00010424"); /* 65536 + 1060 bytes: 8 + 20 + 66568 */
    bytes_add_tcp(&tcp, 100, 66568);
    bytes_add_ipv6(&packet, 0, &tcp);
    bytes_put16(&packet, 4, 0);
    assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.length, 66568);
    assert_int_equal(segment.problems, 0);
}

static void assert_addresses(const char *source, const char *destination)
{
    static Bytes wanted;
    Segment segment;
    wanted.length = 0;
    bytes_add(&wanted, source);
    bytes_add(&wanted, destination);
    assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_memory_equal(segment.source, wanted.at, wanted.length / 2);
    assert_memory_equal(segment.destination, wanted.at + wanted.length / 2, wanted.length / 2);
}

#define ONE    "fd000000000000000000000000000001"
#define TWO    "fd000000000000000000000000000002"
#define TEN    "fd00000000000000000000000000000a"
#define ELEVEN "fd00000000000000000000000000000b"

static void follows_routes_to_their_end(void **state)
{
    (void)state;
    add_extended(43, "06 04 00 01 00000000" TEN ELEVEN);
    assert_addresses(ONE, ELEVEN);
    add_extended(43, "06 04 00 00 00000000" TEN ELEVEN); /* has arrived */
    assert_addresses(ONE, TWO);
    add_extended(43, "06 02 02 01 00000000" TEN);
    assert_addresses(ONE, TEN);
    add_extended(43, "06 02 03 01 0f 00 0000" TEN); /* all but the last byte shared */
    assert_addresses(ONE, TEN);
    add_extended(43, "06 04 04 01 01000000" TEN ELEVEN);
    assert_addresses(ONE, TEN);
    add_extended(60, "06 02 01 02 0000 c9 10" TEN);
    assert_addresses(TEN, TWO);
    add_optioned("83 0b 04 0a000003 0a000004 00");
    assert_addresses("0a000001", "0a000004");
    add_optioned("01 89 07 04 0a000003");
    assert_addresses("0a000001", "0a000003");
    add_optioned("83 0b 0c 0a000003 0a000004 00"); /* has arrived */
    assert_addresses("0a000001", "0a000002");
    add_optioned("83 ff 04 0a000003 0a000004 00"); /* longer than the header */
    assert_addresses("0a000001", "0a000002");
}

static void survives_lengths_of_a_broken_file(void **state)
{
    (void)state;
    packet.length = 0;
    bytes_add_syn4(&packet);
    Frame frame = {
        .bytes = packet.at, .captured_len = packet.length, .original_len = 3, .link_type = LINK_RAW};
    Segment segment;
    const uint8_t *payload = NULL;
    assert_int_equal(decode_frame(NULL, &frame, &segment, &payload), DECODED_SEGMENT);
    assert_int_equal(segment.length, 4);
    assert_memory_equal(payload, "abcd", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(takes_length_from_frame_where_there_is_none),
        cmocka_unit_test(inner_header_settles_outer_doubts),
        cmocka_unit_test(refuses_impossible_headers),
        cmocka_unit_test(reads_extension_headers),
        cmocka_unit_test(reads_jumbo_lengths),
        cmocka_unit_test(follows_routes_to_their_end),
        cmocka_unit_test(survives_lengths_of_a_broken_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
