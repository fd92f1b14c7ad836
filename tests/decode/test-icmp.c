/* ICMP errors and the packets they quote. */
#include "bytes.h"

#include <string.h>

enum { ICMP = 1, ICMP6 = 58 };

static Bytes quote, message, packet;

/* An error of `type` and `code` from 192.0.2.1, or fd00::9, with the first `length` bytes of the quote. */
static DecodeResult decode_error(uint8_t protocol, uint8_t type, uint8_t code, uint32_t length,
                                 Segment *segment)
{
    message.length = packet.length = 0;
    bytes_add(&message, "0000 0000 00000000");
    message.at[0] = type;
    message.at[1] = code;
    memcpy(message.at + 8, quote.at, length);
    message.length += length;
    if (protocol == ICMP) {
        bytes_add_ipv4(&packet, protocol, &message);
        memcpy(packet.at + 12, "\xc0\x00\x02\x01", 4);
    } else {
        bytes_add_ipv6(&packet, protocol, &message);
        packet.at[23] = 9;
    }
    return bytes_decode(&packet, LINK_RAW, segment);
}

static void reads_a_quote(void **state)
{
    (void)state;
    static const uint8_t source[16] = {192, 0, 2, 1}, quoted[16] = {10, 0, 0, 1};
    Segment segment;
    quote.length = 0;
    bytes_add_syn4(&quote);
    assert_int_equal(decode_error(ICMP, 3, 1, quote.length, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.kind, SEGMENT_ICMP_QUOTE);
    assert_int_equal(segment.icmp_type, 3);
    assert_int_equal(segment.icmp_code, 1);
    assert_memory_equal(segment.icmp_source, source, 16);
    assert_memory_equal(segment.source, quoted, 16);
    assert_int_equal(segment.seq, 100);
    assert_int_equal(segment.length, 4);
    assert_int_equal(segment.captured_length, 4);
}

static void reads_a_quote_of_version_6(void **state)
{
    (void)state;
    static const uint8_t source[16] = {0xfd, [15] = 9};
    Segment segment;
    quote.length = 0;
    bytes_add_syn6(&quote);
    assert_int_equal(decode_error(ICMP6, 1, 4, quote.length, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.kind, SEGMENT_ICMP_QUOTE);
    assert_memory_equal(segment.icmp_source, source, 16);
    assert_int_equal(segment.source_port, 1000);
}

/* As in Wireshark a quote is a segment from sixteen bytes of TCP on; eight tell at least which connection it
 * was. What was not quoted is not lost: the length is known. */
static void reads_brief_quotes(void **state)
{
    (void)state;
    Segment segment;
    quote.length = 0;
    bytes_add_syn4(&quote);
    for (uint32_t length = 0; length < 28; length++)
        assert_int_not_equal(decode_error(ICMP, 11, 0, length, &segment), DECODED_SEGMENT);
    for (uint32_t length = 28; length < 36; length++) {
        assert_int_equal(decode_error(ICMP, 11, 0, length, &segment), DECODED_SEGMENT);
        assert_int_equal(segment.kind, SEGMENT_ICMP_BRIEF);
        assert_int_equal(segment.seq, 100);
        assert_int_equal(segment.source_port, 1000);
        assert_int_equal(segment.flags, 0);
    }
    assert_int_equal(decode_error(ICMP, 11, 0, 36, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.kind, SEGMENT_ICMP_QUOTE);
    assert_int_equal(segment.problems, PROBLEM_HEADER_CUT | PROBLEM_PAYLOAD_CUT);
    assert_int_equal(segment.length, 4);
}

static void knows_which_types_quote(void **state)
{
    (void)state;
    Segment segment;
    for (unsigned type = 0; type < 256; type++) {
        quote.length = 0;
        bytes_add_syn4(&quote);
        bool is_quoting = type == 3 || type == 4 || type == 11 || type == 12;
        assert_int_equal(decode_error(ICMP, (uint8_t)type, 0, quote.length, &segment) == DECODED_SEGMENT,
                         is_quoting);
        quote.length = 0;
        bytes_add_syn6(&quote);
        is_quoting = type >= 1 && type <= 4;
        assert_int_equal(decode_error(ICMP6, (uint8_t)type, 0, quote.length, &segment) == DECODED_SEGMENT,
                         is_quoting);
    }
}

static void reads_extended_quotes(void **state)
{
    (void)state;
    static Bytes tcp;
    Segment segment;
    tcp.length = quote.length = 0;
    bytes_add(&tcp, "06 00 01 04 00000000"); /* destination options */
    bytes_add_tcp(&tcp, 100, 4);
    bytes_add_ipv6(&quote, 60, &tcp);
    assert_int_equal(decode_error(ICMP6, 2, 0, quote.length, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.length, 4);
}

static void reads_quotes_inside_tunnels_and_tunnels_inside_quotes(void **state)
{
    (void)state;
    static Bytes inner, outer;
    Segment segment;
    quote.length = inner.length = outer.length = 0;
    bytes_add_syn4(&quote);
    decode_error(ICMP, 3, 1, quote.length, &segment);
    bytes_add(&inner, "0000 0800"); /* GRE */
    bytes_add_bytes(&inner, &packet);
    bytes_add_ipv4(&outer, 47, &inner);
    assert_int_equal(bytes_decode(&outer, LINK_RAW, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.kind, SEGMENT_ICMP_QUOTE);
    assert_int_equal(segment.icmp_source[0], 192);

    inner.length = quote.length = 0;
    bytes_add(&inner, "0000 0800");
    bytes_add_syn4(&inner);
    bytes_add_ipv4(&quote, 47, &inner);
    assert_int_equal(decode_error(ICMP, 3, 1, quote.length, &segment), DECODED_SEGMENT);
    assert_int_equal(segment.kind, SEGMENT_ICMP_QUOTE);
    assert_int_equal(segment.length, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_quote),
        cmocka_unit_test(reads_a_quote_of_version_6),
        cmocka_unit_test(reads_brief_quotes),
        cmocka_unit_test(knows_which_types_quote),
        cmocka_unit_test(reads_extended_quotes),
        cmocka_unit_test(reads_quotes_inside_tunnels_and_tunnels_inside_quotes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
