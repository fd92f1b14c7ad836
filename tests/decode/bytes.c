#include "bytes.h"

#include <glib.h>
#include <string.h>

void bytes_add(Bytes *bytes, const char *hex)
{
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        assert_true(g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1]));
        bytes->at[bytes->length++] =
            (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        hex++;
    }
}

void bytes_add_zeros(Bytes *bytes, uint32_t count)
{
    memset(bytes->at + bytes->length, 0, count);
    bytes->length += count;
}

void bytes_add_bytes(Bytes *bytes, const Bytes *more)
{
    memcpy(bytes->at + bytes->length, more->at, more->length);
    bytes->length += more->length;
}

void bytes_put16(Bytes *bytes, uint32_t offset, uint16_t value)
{
    bytes->at[offset] = (uint8_t)(value >> 8);
    bytes->at[offset + 1] = (uint8_t)value;
}

void bytes_add_tcp(Bytes *bytes, uint32_t seq, uint32_t length)
{
    uint32_t begin = bytes->length;
    /* ports, sequence, acknowledgement, offset 5 and SYN, window, checksum, urgent */
    bytes_add(bytes, "03e8 0050  00000000  00000000  50 02  2000  0000 0000");
    bytes_put16(bytes, begin + 4, (uint16_t)(seq >> 16));
    bytes_put16(bytes, begin + 6, (uint16_t)seq);
    for (uint32_t i = 0; i < length; i++)
        bytes->at[bytes->length++] = (uint8_t)('a' + i % 26);
}

void bytes_add_ipv4(Bytes *bytes, uint8_t protocol, const Bytes *payload)
{
    uint32_t begin = bytes->length;
    /* version, length, id, fragment, TTL, protocol, checksum, addresses */
    bytes_add(bytes, "45 00  0000  1234 0000  40 00 0000  0a000001 0a000002");
    bytes_put16(bytes, begin + 2, (uint16_t)(20 + payload->length));
    bytes->at[begin + 9] = protocol;
    bytes_add_bytes(bytes, payload);
}

void bytes_add_ipv6(Bytes *bytes, uint8_t next, const Bytes *payload)
{
    uint32_t begin = bytes->length;
    /* version, length, next header, hop limit, addresses */
    bytes_add(bytes,
              "60000000  0000 00 40  fd00000000000000 0000000000000001  fd00000000000000 0000000000000002");
    bytes_put16(bytes, begin + 4, (uint16_t)payload->length);
    bytes->at[begin + 6] = next;
    bytes_add_bytes(bytes, payload);
}

void bytes_add_syn4(Bytes *bytes)
{
    static Bytes tcp;
    tcp.length = 0;
    bytes_add_tcp(&tcp, 100, 4);
    bytes_add_ipv4(bytes, 6, &tcp);
}

void bytes_add_syn6(Bytes *bytes)
{
    static Bytes tcp;
    tcp.length = 0;
    bytes_add_tcp(&tcp, 100, 4);
    bytes_add_ipv6(bytes, 6, &tcp);
}

void bytes_add_ethernet_syn4(Bytes *bytes)
{
    bytes_add(bytes, "020000000002 020000000001 0800");
    bytes_add_syn4(bytes);
}

static DecodeResult decode_cut(const Bytes *bytes, uint32_t length, uint16_t link_type, Segment *ret_segment)
{
    g_autofree uint8_t *copy = g_malloc(MAX(length, 1));
    memcpy(copy, bytes->at, length);
    g_autoptr(Defragmenter) defragmenter = defragmenter_new();
    Frame frame = {.number = 7,
                   .time_ns = 1000,
                   .bytes = copy,
                   .captured_len = length,
                   .original_len = bytes->length,
                   .link_type = link_type};
    const uint8_t *payload;
    return decode_frame(defragmenter, &frame, ret_segment, &payload);
}

DecodeResult bytes_decode(const Bytes *bytes, uint16_t link_type, Segment *ret_segment)
{
    return decode_cut(bytes, bytes->length, link_type, ret_segment);
}

static void assert_is_syn(const Segment *segment)
{
    static const uint8_t source4[16] = {10, 0, 0, 1}, destination4[16] = {10, 0, 0, 2};
    static const uint8_t source6[16] = {0xfd, [15] = 1}, destination6[16] = {0xfd, [15] = 2};
    bool is_4 = segment->ip_version == 4;
    assert_memory_equal(segment->source, is_4 ? source4 : source6, 16);
    assert_memory_equal(segment->destination, is_4 ? destination4 : destination6, 16);
    assert_int_equal(segment->source_port, 1000);
    assert_int_equal(segment->destination_port, 80);
    assert_int_equal(segment->seq, 100);
    assert_int_equal(segment->flags, TCP_SYN);
}

void bytes_assert_syn(const Bytes *bytes, uint16_t link_type)
{
    Segment segment;
    assert_int_equal(bytes_decode(bytes, link_type, &segment), DECODED_SEGMENT);
    assert_is_syn(&segment);
    assert_int_equal(segment.frame, 7);
    assert_int_equal(segment.length, 4);
    assert_int_equal(segment.captured_length, 4);
    assert_int_equal(segment.problems, 0);
    for (uint32_t length = 0; length < bytes->length; length++) {
        if (decode_cut(bytes, length, link_type, &segment) == DECODED_SEGMENT)
            assert_is_syn(&segment);
    }
}

void bytes_assert_none(const Bytes *bytes, uint16_t link_type)
{
    Segment segment;
    for (uint32_t length = 0; length <= bytes->length; length++)
        assert_int_not_equal(decode_cut(bytes, length, link_type, &segment), DECODED_SEGMENT);
}

void bytes_assert_carries(uint16_t link_type, const char *hex, char inner)
{
    static Bytes bytes;
    bytes.length = 0;
    bytes_add(&bytes, hex);
    if (inner == '4')
        bytes_add_syn4(&bytes);
    else if (inner == '6')
        bytes_add_syn6(&bytes);
    else
        bytes_add_ethernet_syn4(&bytes);
    bytes_assert_syn(&bytes, link_type);
}
