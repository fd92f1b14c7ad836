/* Packets in fragments: in any order, twice, overlapping, incomplete, and too many of them. */
#include "bytes.h"

#include <glib.h>
#include <string.h>

typedef struct {
    Defragmenter *defragmenter;
    Segment segment;
    const uint8_t *payload;
    int64_t time_ns;
} Trial;

static Bytes tcp; /* the whole: 20 bytes of header, 60 of payload */

static int begin(void **state)
{
    Trial *trial = g_new0(Trial, 1);
    trial->defragmenter = defragmenter_new();
    trial->time_ns = 1;
    tcp.length = 0;
    bytes_add_tcp(&tcp, 100, 60);
    *state = trial;
    return 0;
}

static int end(void **state)
{
    Trial *trial = *state;
    defragmenter_free(trial->defragmenter);
    g_free(trial);
    return 0;
}

static DecodeResult decode(Trial *trial, const Bytes *packet, uint32_t cut)
{
    g_autofree uint8_t *copy = g_memdup2(packet->at, packet->length - cut);
    Frame frame = {.number = 1,
                   .time_ns = trial->time_ns,
                   .bytes = copy,
                   .captured_len = packet->length - cut,
                   .original_len = packet->length,
                   .link_type = LINK_RAW};
    DecodeResult result = decode_frame(trial->defragmenter, &frame, &trial->segment, &trial->payload);
    if (result == DECODED_SEGMENT && trial->payload && trial->payload >= copy &&
        trial->payload < copy + frame.captured_len)
        trial->payload = NULL; /* borrowed from what is gone now */
    return result;
}

/* Bytes from `begin` on, `length` of them, of `whole`; all others make up the arguments of the header. */
static void make4(Bytes *packet, const Bytes *whole, uint16_t id, uint32_t from, uint32_t length, bool more)
{
    static Bytes part;
    part.length = packet->length = 0;
    memcpy(part.at, whole->at + from, length);
    part.length = length;
    bytes_add_ipv4(packet, 6, &part);
    bytes_put16(packet, 4, id);
    bytes_put16(packet, 6, (uint16_t)(from / 8 | (more ? 0x2000 : 0)));
}

static DecodeResult send4(Trial *trial, uint16_t id, uint32_t from, uint32_t length, bool more)
{
    static Bytes packet;
    make4(&packet, &tcp, id, from, length, more);
    return decode(trial, &packet, 0);
}

static DecodeResult send6(Trial *trial, uint32_t id, uint32_t from, uint32_t length, bool more)
{
    static Bytes packet, part;
    packet.length = part.length = 0;
    bytes_add(&part, "06 00 0000 00000000");
    bytes_put16(&part, 2, (uint16_t)(from | more));
    bytes_put16(&part, 4, (uint16_t)(id >> 16));
    bytes_put16(&part, 6, (uint16_t)id);
    memcpy(part.at + 8, tcp.at + from, length);
    part.length += length;
    bytes_add_ipv6(&packet, 44, &part);
    return decode(trial, &packet, 0);
}

static void assert_whole(const Trial *trial)
{
    assert_int_equal(trial->segment.seq, 100);
    assert_int_equal(trial->segment.length, 60);
    assert_int_equal(trial->segment.captured_length, 60);
    assert_int_equal(trial->segment.problems, 0);
    assert_memory_equal(trial->payload, tcp.at + 20, 60);
}

static void completes_in_order(void **state)
{
    Trial *trial = *state;
    assert_int_equal(send4(trial, 1, 0, 24, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 24, 24, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 48, 32, false), DECODED_SEGMENT);
    assert_whole(trial);
    assert_int_equal(send6(trial, 1, 0, 40, true), DECODED_OTHER);
    assert_int_equal(send6(trial, 1, 40, 40, false), DECODED_SEGMENT);
    assert_whole(trial);
}

static void completes_in_any_order(void **state)
{
    Trial *trial = *state;
    assert_int_equal(send4(trial, 1, 48, 32, false), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 48, 32, false), DECODED_OTHER); /* twice */
    assert_int_equal(send4(trial, 1, 0, 24, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 2, 24, 24, true), DECODED_OTHER); /* of another packet */
    assert_int_equal(send4(trial, 1, 24, 24, true), DECODED_SEGMENT);
    assert_whole(trial);
    assert_int_equal(send4(trial, 1, 24, 24, true), DECODED_OTHER); /* begins anew */
}

static void keeps_versions_apart(void **state)
{
    Trial *trial = *state;
    assert_int_equal(send4(trial, 1, 0, 40, true), DECODED_OTHER);
    assert_int_equal(send6(trial, 1, 40, 40, false), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 40, 40, false), DECODED_SEGMENT);
}

/* What begins first in the packet gives the bytes, however late it came. */
static void settles_overlaps(void **state)
{
    Trial *trial = *state;
    static Bytes other, packet;
    other = tcp;
    memset(other.at + 8, 0xff, 72);
    make4(&packet, &other, 1, 8, 40, true);
    assert_int_equal(decode(trial, &packet, 0), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 0, 24, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 48, 32, false), DECODED_SEGMENT);
    assert_int_equal(trial->segment.seq, 100);
    assert_memory_equal(trial->payload, tcp.at + 20, 4);
    assert_int_equal(trial->payload[4], 0xff);
}

static void cuts_what_lies_beyond_the_end(void **state)
{
    Trial *trial = *state;
    assert_int_equal(send4(trial, 1, 24, 56, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 40, 8, false), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 0, 24, true), DECODED_SEGMENT);
    assert_int_equal(trial->segment.length, 28);
}

static void decodes_no_lone_fragment(void **state)
{
    Trial *trial = *state;
    assert_int_equal(send4(trial, 1, 0, 40, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 2, 40, 40, false), DECODED_OTHER);
    assert_int_equal(send6(trial, 3, 0, 40, true), DECODED_OTHER);
}

/* Cut by the snap length it cannot be filed; its header is there to be read all the same. */
static void decodes_a_first_fragment_that_was_cut(void **state)
{
    Trial *trial = *state;
    static Bytes packet;
    make4(&packet, &tcp, 1, 0, 40, true);
    assert_int_equal(decode(trial, &packet, 10), DECODED_SEGMENT);
    assert_int_equal(trial->segment.problems, PROBLEM_PAYLOAD_CUT);
    make4(&packet, &tcp, 1, 40, 40, false);
    assert_int_equal(decode(trial, &packet, 10), DECODED_OTHER);
}

static void forgets_with_time(void **state)
{
    Trial *trial = *state;
    assert_int_equal(send4(trial, 1, 0, 40, true), DECODED_OTHER);
    trial->time_ns += INT64_C(31000000000);
    assert_int_equal(send4(trial, 1, 40, 40, false), DECODED_OTHER);
    trial->time_ns -= INT64_C(31000000000); /* clocks step back */
    assert_int_equal(send4(trial, 1, 0, 40, true), DECODED_SEGMENT);
}

static void forgets_the_oldest_of_too_many(void **state)
{
    Trial *trial = *state;
    for (uint16_t id = 0; id < 300; id++)
        assert_int_equal(send4(trial, id, 0, 40, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 299, 40, 40, false), DECODED_SEGMENT);
    assert_int_equal(send4(trial, 0, 40, 40, false), DECODED_OTHER);
}

static void holds_no_more_than_it_may(void **state)
{
    Trial *trial = *state;
    bytes_add_zeros(&tcp, 60000);
    for (uint16_t id = 0; id < 200; id++)
        assert_int_equal(send4(trial, id, 0, 60000, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 0, 60000, 8, false), DECODED_OTHER);
    assert_int_equal(send4(trial, 199, 60000, 8, false), DECODED_SEGMENT);
    for (int again = 0; again < 200; again++) /* one packet alone fills it */
        send4(trial, 500, 0, 60000, true);
    for (int again = 0; again < 2000; again++) /* or has too many pieces */
        send4(trial, 501, 8, 8, true);
    assert_int_equal(send4(trial, 502, 0, 40, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 502, 40, 40, false), DECODED_SEGMENT);
}

static void refuses_packets_longer_than_packets_are(void **state)
{
    Trial *trial = *state;
    static Bytes packet;
    make4(&packet, &tcp, 1, 0, 80, false);
    bytes_put16(&packet, 6, 0x1fff); /* begins at 65528 */
    assert_int_equal(decode(trial, &packet, 0), DECODED_OTHER);
}

static void is_optional(void **state)
{
    Trial *trial = *state;
    defragmenter_free(trial->defragmenter);
    trial->defragmenter = NULL;
    assert_int_equal(send4(trial, 1, 0, 40, true), DECODED_OTHER);
    assert_int_equal(send4(trial, 1, 40, 40, false), DECODED_OTHER);
    defragmenter_free(NULL);
}

/* A fragment of a packet inside a packet that came in fragments itself. */
static void completes_inside_of_the_complete(void **state)
{
    Trial *trial = *state;
    static Bytes inner, outer, part, packet;
    for (uint32_t half = 0; half < 2; half++) {
        make4(&inner, &tcp, 7, half * 40, 40, half == 0);
        outer.length = 0;
        bytes_add_bytes(&outer, &inner);
        for (uint32_t from = 0; from < outer.length; from += 32) {
            uint32_t length = MIN(32, outer.length - from);
            part.length = packet.length = 0;
            memcpy(part.at, outer.at + from, length);
            part.length = length;
            bytes_add_ipv4(&packet, 4, &part);
            bytes_put16(&packet, 4, (uint16_t)(20 + half));
            bytes_put16(&packet, 6, (uint16_t)(from / 8 | (from + length < outer.length ? 0x2000 : 0)));
            bool is_end = half == 1 && from + length == outer.length;
            assert_int_equal(decode(trial, &packet, 0), is_end ? DECODED_SEGMENT : DECODED_OTHER);
        }
    }
    assert_whole(trial);
}

/* Payloads stay for as long as decode.h says. */
static void keeps_payloads(void **state)
{
    Trial *trial = *state;
    const uint8_t *payloads[DECODE_FRAMES_KEPT];
    for (uint16_t i = 0; i < DECODE_FRAMES_KEPT; i++) {
        tcp.at[20] = (uint8_t)i;
        send4(trial, i, 0, 40, true);
        assert_int_equal(send4(trial, i, 40, 40, false), DECODED_SEGMENT);
        payloads[i] = trial->payload;
    }
    for (uint16_t i = 0; i < DECODE_FRAMES_KEPT; i++)
        assert_int_equal(payloads[i][0], i);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

/* Bounds that were reached are told, and so is what never was complete. */
static void tells_of_what_gave_way(void **state)
{
    Trial *trial = *state;
    static Bytes packet;
    for (uint16_t id = 0; id < FRAGMENT_PACKETS_MAX + 3; id++) {
        make4(&packet, &tcp, id, 0, 40, true);
        assert_int_equal(decode(trial, &packet, 0), DECODED_OTHER);
    }
    g_autoptr(DiagnosticList) said = diagnostic_list_new();
    decode_tell(trial->defragmenter, said);
    assert_int_equal(diagnostic_list_length(said), 2);
    assert_string_equal(diagnostic_list_get(said, 0)->message,
                        "3 IP packets in fragments were given up for newer ones: at most 256 are held at a "
                        "time, of 4194304 bytes together");
    assert_string_equal(diagnostic_list_get(said, 1)->message,
                        "of 256 IP packets in fragments not all fragments were captured: not read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(completes_in_order),
        TEST(completes_in_any_order),
        TEST(keeps_versions_apart),
        TEST(settles_overlaps),
        TEST(cuts_what_lies_beyond_the_end),
        TEST(decodes_no_lone_fragment),
        TEST(decodes_a_first_fragment_that_was_cut),
        TEST(forgets_with_time),
        TEST(forgets_the_oldest_of_too_many),
        TEST(holds_no_more_than_it_may),
        TEST(refuses_packets_longer_than_packets_are),
        TEST(is_optional),
        TEST(completes_inside_of_the_complete),
        TEST(keeps_payloads),
        TEST(tells_of_what_gave_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
