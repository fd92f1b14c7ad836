/* The TCP header, its options, and what is said where it is cut. */
#include "bytes.h"

static Bytes tcp, packet;

/* A segment with `options`; the snap length cuts the last `cut` bytes. */
static Segment decode_with(const char *options, uint32_t length, uint32_t cut)
{
    Segment segment;
    tcp.length = packet.length = 0;
    /* ports 258 and 772, flags FIN, PSH, ACK */
    bytes_add(&tcp, "0102 0304  fffffff0  00000010  50 19  1000  0000 0000");
    bytes_add(&tcp, options);
    tcp.at[12] = (uint8_t)(tcp.length / 4 << 4);
    bytes_add_zeros(&tcp, length);
    bytes_add_ipv4(&packet, 6, &tcp);
    Frame frame = {.bytes = packet.at,
                   .captured_len = packet.length - cut,
                   .original_len = packet.length,
                   .link_type = LINK_RAW};
    const uint8_t *payload;
    assert_int_equal(decode_frame(NULL, &frame, &segment, &payload), DECODED_SEGMENT);
    return segment;
}

static void reads_the_header(void **state)
{
    (void)state;
    Segment segment = decode_with("", 3, 0);
    assert_int_equal(segment.source_port, 0x0102);
    assert_int_equal(segment.destination_port, 0x0304);
    assert_int_equal(segment.seq, 0xfffffff0);
    assert_int_equal(segment.ack, 16);
    assert_int_equal(segment.flags, TCP_FIN | TCP_PSH | TCP_ACK);
    assert_int_equal(segment.window, 0x1000);
    assert_int_equal(segment.length, 3);
    assert_int_equal(segment.options, 0);
    assert_int_equal(segment.kind, SEGMENT_TCP);
}

static void reads_options(void **state)
{
    (void)state;
    /* MSS 1460, SACK permitted, timestamps, NOP, window scale 7 */
    Segment segment = decode_with("02 04 05b4 04 02 08 0a 00000005 00000006 01 03 03 07", 0, 0);
    assert_int_equal(segment.options, OPTION_MSS | OPTION_SACK_PERMITTED | OPTION_TIMESTAMPS | OPTION_WSCALE);
    assert_int_equal(segment.mss, 1460);
    assert_int_equal(segment.wscale, 7);
    assert_int_equal(segment.timestamp, 5);
    assert_int_equal(segment.timestamp_echo, 6);
    segment = decode_with("01 01 08 0a 00000007 00000008", 0, 0); /* the fast way */
    assert_int_equal(segment.options, OPTION_TIMESTAMPS);
    assert_int_equal(segment.timestamp, 7);
    assert_int_equal(segment.timestamp_echo, 8);
    assert_int_equal(decode_with("01 01 05 0a 00000007 00000008", 0, 0).options, OPTION_SACK);
    assert_int_equal(decode_with("03 03 ff 00", 0, 0).wscale, 14);
    assert_int_equal(decode_with("00 02 04 05", 0, 0).options, 0); /* after the end of options */
}

static void reads_multipath(void **state)
{
    (void)state;
    assert_int_equal(decode_with("1e 04 20 00", 0, 0).options, OPTION_MPTCP);
    Segment reset = decode_with("1e 04 81 05", 0, 0);
    assert_int_equal(reset.options, OPTION_MPTCP | OPTION_MPTCP_RST);
    assert_int_equal(reset.mptcp_reason, 5);
    assert_int_equal(decode_with("1e 0c 70 00 0102030405060708", 0, 0).options,
                     OPTION_MPTCP | OPTION_MPTCP_FASTCLOSE);
}

static void tells_broken_options(void **state)
{
    (void)state;
    assert_int_equal(decode_with("08 0a 00 00", 0, 0).problems, PROBLEM_OPTIONS);
    assert_int_equal(decode_with("02 01 00 00", 0, 0).problems, PROBLEM_OPTIONS);
    assert_int_equal(decode_with("01 01 01 02", 0, 0).problems, PROBLEM_OPTIONS);
    assert_int_equal(decode_with("02 03 05 00", 0, 0).options, 0); /* of a length it cannot have */
}

static void tells_where_it_was_cut(void **state)
{
    (void)state;
    Segment segment = decode_with("", 10, 4);
    assert_int_equal(segment.problems, PROBLEM_PAYLOAD_CUT);
    assert_int_equal(segment.length, 10);
    assert_int_equal(segment.captured_length, 6);
    segment = decode_with("01 01 01 00", 0, 1);
    assert_int_equal(segment.problems, PROBLEM_HEADER_CUT);
    segment = decode_with("01 01 01 00", 10, 18); /* 16 bytes of TCP are left */
    assert_int_equal(segment.problems, PROBLEM_HEADER_CUT | PROBLEM_PAYLOAD_CUT);
    assert_int_equal(segment.length, 10);
    assert_int_equal(segment.captured_length, 0);
}

/* What a snap length of 68 leaves of TCP over IPv6: all but the window, which is not taken for a closed one.
 */
static void fourteen_bytes_are_enough(void **state)
{
    (void)state;
    Segment segment = decode_with("", 0, 6);
    assert_int_equal(segment.problems, PROBLEM_HEADER_CUT);
    assert_int_equal(segment.window, UINT16_MAX);
    assert_int_equal(segment.flags, decode_with("", 0, 0).flags);
    packet.length = 0;
    bytes_add_syn4(&packet);
    packet.length = 20 + 13;
    assert_int_not_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
}

static void tells_impossible_offsets(void **state)
{
    (void)state;
    Segment segment;
    for (uint8_t offset = 0; offset < 16; offset++) {
        packet.length = 0;
        bytes_add_syn4(&packet);
        packet.at[20 + 12] = (uint8_t)(offset << 4);
        assert_int_equal(bytes_decode(&packet, LINK_RAW, &segment), DECODED_SEGMENT);
        assert_int_equal(segment.problems & PROBLEM_DATA_OFFSET,
                         offset < 5 || offset > 6 ? PROBLEM_DATA_OFFSET : 0);
        if (offset < 5 || offset > 6)
            assert_int_equal(segment.length, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_header),         cmocka_unit_test(reads_options),
        cmocka_unit_test(reads_multipath),          cmocka_unit_test(tells_broken_options),
        cmocka_unit_test(tells_where_it_was_cut),   cmocka_unit_test(fourteen_bytes_are_enough),
        cmocka_unit_test(tells_impossible_offsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
