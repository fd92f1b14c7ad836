/* Fuzz target of the lanes: the input is a list of bursts, five bytes each, filed once by one thread and
 * once by two. Streams must have the same numbers, frames, notes and states either way.
 *
 *     port of the client, the first of the burst | flags, and in bit 6 who sends | SEQ, beyond what its
 *     side sent (signed) | length, and in bit 7 what is noted of the payload | how many ports, each one more
 */
#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "endpoint/history.h"
#include "flow/lanes.h"

#define BURST_BYTES  5
#define SEGMENTS_MAX 6000 /* enough for many trays of each lane */
#define SEED         7

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An alert of TLS; the text of an RST is the same bytes. */
static const uint8_t alert[] = {0x15, 3, 3, 0, 2, 1, 0};

static void file_segment(Lanes *lanes, const uint8_t *burst, uint16_t port, uint64_t frame)
{
    bool from_client = !(burst[1] & 0x40), is_noted = burst[3] & 0x80;
    Segment segment = {.frame = frame,
                       .time_ns = (int64_t)frame * 1000000,
                       .flags = burst[1] & 0x3f,
                       .seq = 1000 + (uint32_t)(int8_t)burst[2],
                       .ack = 1000 + burst[3],
                       .window = 500,
                       .ttl = 64,
                       .ip_version = 4,
                       .length = is_noted ? sizeof alert : burst[3] & 0x7f,
                       .source_port = from_client ? port : 80,
                       .destination_port = from_client ? 80 : port};
    memcpy(segment.source, (uint8_t[]){10, 0, 0, from_client ? 1 : 2}, 4);
    memcpy(segment.destination, (uint8_t[]){10, 0, 0, from_client ? 2 : 1}, 4);
    segment.captured_length = is_noted ? sizeof alert : 0;
    const uint8_t *payload = is_noted ? alert : NULL;
    lanes_file(lanes, &segment, &payload, 1);
}

static Lanes *file_all(const uint8_t *data, size_t size, bool beside, bool finishes)
{
    Lanes *lanes = lanes_new(SEED, beside);
    uint64_t frame = 0;
    for (; size >= BURST_BYTES && frame < SEGMENTS_MAX; data += BURST_BYTES, size -= BURST_BYTES)
        for (unsigned i = 0; i <= data[4]; i++)
            file_segment(lanes, data, (uint16_t)(1000 + data[0] + i), ++frame);
    if (finishes)
        lanes_finish(lanes);
    return lanes;
}

static void build(History *history, const Lanes *lanes, uint32_t stream)
{
    uint32_t index;
    unsigned lane = lanes_find(lanes, stream, &index);
    history_build(history, lanes_table(lanes, lane), index);
    history->previous = lanes_stream(lanes, lane, history->previous);
}

static void check_same(const History *one, const History *other)
{
    g_assert_cmpuint(one->previous, ==, other->previous);
    g_assert_cmpuint(one->first_frame, ==, other->first_frame);
    g_assert_cmpuint(one->last_frame, ==, other->last_frame);
    g_assert_cmpuint(one->packets, ==, other->packets);
    g_assert(one->row_count == other->row_count && one->transition_count == other->transition_count);
    g_assert(one->reset_count == other->reset_count && one->closer == other->closer);
    for (unsigned side = 0; side < SIDES; side++) {
        g_assert(one->side[side].port == other->side[side].port);
        g_assert(one->side[side].state == other->side[side].state);
    }
    g_assert(one->note_count == other->note_count);
    for (unsigned i = 0; i < one->note_count; i++) {
        g_assert(one->notes[i].frame == other->notes[i].frame);
        g_assert(one->notes[i].kept == other->notes[i].kept);
        g_assert(!memcmp(one->notes[i].bytes, other->notes[i].bytes, one->notes[i].kept));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static History of_one, of_two;
    g_autoptr(Lanes) one = file_all(data, size, false, true);
    g_autoptr(Lanes) two = file_all(data, size, true, true);
    lanes_free(file_all(data, size, true, false)); /* given up half-way */
    g_assert_cmpuint(lanes_count(one), ==, lanes_count(two));
    for (uint32_t stream = 0; stream < lanes_count(one); stream++) {
        build(&of_one, one, stream);
        build(&of_two, two, stream);
        check_same(&of_one, &of_two);
    }
    return 0;
}
