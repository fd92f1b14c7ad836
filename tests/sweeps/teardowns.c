#include "teardowns.h"

/* The client closes first, or is the one that aborts. */
#define CLOSER SIDE_CLIENT
#define PEER   SIDE_SERVER

enum { MANY = 5000 };

static void handshake(Wire *wire, const Volume *volume)
{
    wire_send(wire, SIDE_CLIENT, "S", 0);
    if (!volume->trip_known) {
        wire_wait(wire, 1000 * MS);
        wire_send_at(wire, SIDE_CLIENT, "S", -1, 0);
    }
    wire_trip(wire);
    wire_receive(wire, SIDE_SERVER);
    wire_send(wire, SIDE_SERVER, "S.", 0);
    wire_trip(wire);
    wire_receive(wire, SIDE_CLIENT);
    wire_send(wire, SIDE_CLIENT, ".", 0);
    wire_wait(wire, MS);
}

/* `count` segments, one close behind the other; the time is that of the first afterwards. */
static void send_flight(Wire *wire, Side side, unsigned count, uint32_t length)
{
    int64_t begin = wire->now_ns;
    for (unsigned i = 0; i < count; i++, wire_wait(wire, wire->spacing_ns))
        wire_send(wire, side, ".", length);
    wire->now_ns = begin;
}

/* The other side acknowledges a flight that left just now, as it comes in: each segment, or of many each
 * eighth; the time is then that of the last. */
static void take_flight(Wire *wire, Side side, unsigned count, uint32_t length)
{
    wire_trip(wire);
    for (unsigned i = 0; i < count; i++) {
        wire->host[side].received += length;
        if (count < MANY || i % 8 == 7 || i + 1 == count)
            wire_send(wire, side, ".", 0);
        wire_wait(wire, wire->spacing_ns);
    }
}

static void transfer(Wire *wire, Side side, unsigned count, uint32_t length)
{
    if (!count)
        return;
    send_flight(wire, side, count, length);
    take_flight(wire, side_other(side), count, length);
    wire_trip(wire);
}

/* Each segment of a flight is answered with an RST when it comes in, the first at the present time. */
static void refuse_flight(Wire *wire, Side side, unsigned count, int64_t ack)
{
    for (unsigned i = 0; i < count; i++, wire_wait(wire, wire->spacing_ns))
        wire_reply(wire, side, ack);
}

static void begin(Wire *wire, const Volume *volume)
{
    handshake(wire, volume);
    wire_send(wire, CLOSER, "P.", 100);
    wire_trip(wire);
    wire_receive(wire, PEER);
    wire_send(wire, PEER, "P.", 200);
    wire_trip(wire);
    wire_receive(wire, CLOSER);
    wire_send(wire, CLOSER, ".", 0);
    wire_wait(wire, 10 * MS);
    transfer(wire, volume->is_upload ? CLOSER : PEER, volume->before, volume->segment_bytes);
    wire_wait(wire, 2 * wire->trip_ns + 10 * MS);
}

/* A FIN, while the peer's flight is under way; then the acknowledgements of both. */
static void half_close(Wire *wire, const Volume *volume)
{
    send_flight(wire, PEER, volume->flight, volume->segment_bytes);
    wire_send(wire, CLOSER, "F.", 0);
    int64_t begin = wire->now_ns;
    wire_trip(wire);
    wire->host[PEER].received = wire->host[CLOSER].next;
    wire_wait(wire, volume->flight * wire->spacing_ns);
    wire_send(wire, PEER, ".", 0);
    wire->now_ns = begin;
    take_flight(wire, CLOSER, volume->flight, volume->segment_bytes);
    wire_wait(wire, 2 * wire->trip_ns + 10 * MS);
    transfer(wire, PEER, volume->after, volume->segment_bytes);
    wire_wait(wire, 10 * MS);
}

static void last_fin(Wire *wire)
{
    wire_send(wire, PEER, "F.", 0);
    wire_trip(wire);
    wire_receive(wire, CLOSER);
}

static void four_way(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    half_close(wire, volume);
    last_fin(wire);
    wire_send(wire, CLOSER, ".", 0);
}

static void three_segment(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_send(wire, CLOSER, "F.", 0);
    wire_trip(wire);
    wire_receive(wire, PEER);
    last_fin(wire);
    wire_send(wire, CLOSER, ".", 0);
}

static void simultaneous(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_send(wire, CLOSER, "F.", 0);
    wire_send(wire, PEER, "F.", 0);
    wire_trip(wire);
    wire_receive(wire, CLOSER);
    wire_receive(wire, PEER);
    wire_send(wire, CLOSER, ".", 0);
    wire_send(wire, PEER, ".", 0);
}

/* Reads nothing more, and closes with the rest unread and more under way. */
static void unread(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire->host[CLOSER].window = 20000;
    transfer(wire, PEER, 3, 1000);
    send_flight(wire, PEER, volume->flight, volume->segment_bytes);
    wire_trip(wire);
    wire_wait(wire, -10000);
    wire_send(wire, CLOSER, "R.", 0);
    wire_wait(wire, 10000);
    refuse_flight(wire, CLOSER, volume->flight, wire->host[PEER].received);
}

static void lingers_not(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_send(wire, CLOSER, "P.", 50);
    wire_trip(wire);
    wire_receive(wire, PEER);
    wire_send(wire, PEER, ".", 0);
    wire_wait(wire, 100 * MS);
    wire_send(wire, CLOSER, "R.", 0);
}

static void write_to_closed(Wire *wire, const Volume *volume)
{
    Volume quiet = *volume;
    quiet.flight = 0;
    begin(wire, volume);
    half_close(wire, &quiet);
    wire_wait(wire, 200 * MS);
    send_flight(wire, PEER, 1 + volume->flight, volume->segment_bytes);
    wire_trip(wire);
    refuse_flight(wire, CLOSER, 1 + volume->flight, wire->host[PEER].received);
}

/* What the peer sends crosses the FIN. */
static void write_crosses_fin(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_wait(wire, 5000 * MS);
    send_flight(wire, PEER, 1 + volume->flight, volume->segment_bytes);
    wire_send(wire, CLOSER, "F.", 0);
    wire_trip(wire);
    refuse_flight(wire, CLOSER, 1 + volume->flight, wire->host[PEER].received);
}

static void fin_wait_2(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    half_close(wire, volume);
    wire_wait(wire, 61000 * MS);
    wire_send(wire, PEER, "F.", 0);
    wire_trip(wire);
    wire_reply(wire, CLOSER, wire->host[PEER].received);
}

static void forgotten(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_wait(wire, 100000 * MS);
    send_flight(wire, PEER, 1 + volume->flight, volume->segment_bytes);
    wire_trip(wire);
    refuse_flight(wire, CLOSER, 1 + volume->flight, wire->host[PEER].received);
}

/* Another host takes the address over while the peer sends on. */
static void forgotten_midway(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    send_flight(wire, PEER, 1 + volume->flight, volume->segment_bytes);
    wire_trip(wire);
    refuse_flight(wire, CLOSER, 1 + volume->flight, wire->host[PEER].received);
}

static void close_wait(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    half_close(wire, volume);
}

static void repeat(Wire *wire, Side side, const char *flags, int64_t offset, uint32_t length)
{
    for (int64_t wait = 200; wait <= 12800; wait *= 2) {
        wire_wait(wire, wait * MS);
        wire_send_at(wire, side, flags, offset, length);
    }
}

static void fin_unanswered(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_send(wire, CLOSER, "F.", 0);
    repeat(wire, CLOSER, "F.", -1, 0);
}

static void data_unanswered(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    unsigned count = 1 + volume->flight;
    send_flight(wire, PEER, count, volume->segment_bytes);
    wire_wait(wire, count * wire->spacing_ns);
    repeat(wire, PEER, ".", -(int64_t)count * volume->segment_bytes, volume->segment_bytes);
}

static void aborts_after_fin(Wire *wire, const Volume *volume)
{
    Volume quiet = *volume;
    quiet.flight = 0;
    begin(wire, volume);
    half_close(wire, &quiet);
    transfer(wire, PEER, 2, 1000);
    send_flight(wire, PEER, volume->flight, volume->segment_bytes);
    wire_trip(wire);
    wire_wait(wire, -10000);
    wire_send(wire, CLOSER, "R.", 0);
    wire_wait(wire, 10000);
    refuse_flight(wire, CLOSER, volume->flight, wire->host[PEER].received);
}

/* The peer half-closes, is served on, and then reset. */
static void answers_fin(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_send(wire, PEER, "F.", 0);
    wire_trip(wire);
    wire_receive(wire, CLOSER);
    wire_send(wire, CLOSER, ".", 0);
    wire_wait(wire, 10 * MS);
    transfer(wire, CLOSER, volume->after, volume->segment_bytes);
    wire_wait(wire, 100 * MS);
    wire_send(wire, CLOSER, "R.", 0);
}

static void probes(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    for (unsigned i = 0; i < 4; i++) {
        wire_wait(wire, 30000 * MS);
        wire_send_at(wire, CLOSER, ".", -1, 0);
    }
    wire_wait(wire, 30000 * MS);
    wire_send(wire, CLOSER, "R.", 0);
}

static void zero_window(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire->host[CLOSER].window = 0;
    transfer(wire, PEER, 1, 1000);
    for (unsigned i = 0; i < 6; i++) {
        wire_wait(wire, (INT64_C(300) << i) * MS);
        wire_send_at(wire, PEER, ".", -1, 0);
        wire_trip(wire);
        wire_send(wire, CLOSER, ".", 0);
    }
}

/* A forged RST, which nobody heeds. */
static void forged(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    uint8_t ttl = wire->host[PEER].ttl;
    wire->host[PEER].ttl = 99;
    wire_reply(wire, PEER, wire->host[PEER].next + 3000);
    wire->host[PEER].ttl = ttl;
    wire_wait(wire, 400 * MS);
    transfer(wire, PEER, 3 + volume->after, volume->segment_bytes);
    Volume quiet = {.trip_known = true};
    half_close(wire, &quiet);
    last_fin(wire);
    wire_send(wire, CLOSER, ".", 0);
}

/* A FIN that is lost behind the capture point, and sent again while the peer goes on. */
static void fin_repeated(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
    wire_send(wire, CLOSER, "F.", 0);
    wire_wait(wire, 300 * MS);
    transfer(wire, PEER, volume->after, volume->segment_bytes);
    wire_send_at(wire, CLOSER, "F.", -1, 0);
    wire_trip(wire);
    wire_receive(wire, PEER);
    wire_send(wire, PEER, ".", 0);
    wire_wait(wire, 300 * MS);
    last_fin(wire);
    wire_send(wire, CLOSER, ".", 0);
}

static void open_still(Wire *wire, const Volume *volume)
{
    begin(wire, volume);
}

const Teardown teardowns[] = {
    {"four-way", four_way, true, true},
    {"three-segment", three_segment, false, false},
    {"simultaneous", simultaneous, false, false},
    {"unread", unread, true, false},
    {"lingers not", lingers_not, false, false},
    {"write to closed", write_to_closed, true, true},
    {"write crosses FIN", write_crosses_fin, true, false},
    {"FIN_WAIT_2", fin_wait_2, true, true},
    {"forgotten", forgotten, true, false},
    {"forgotten midway", forgotten_midway, true, false},
    {"CLOSE_WAIT", close_wait, true, true},
    {"FIN unanswered", fin_unanswered, false, false},
    {"data unanswered", data_unanswered, true, false},
    {"aborts after FIN", aborts_after_fin, true, true},
    {"answers FIN", answers_fin, false, true},
    {"probes", probes, false, false},
    {"zero window", zero_window, false, false},
    {"forged", forged, false, true},
    {"FIN repeated", fin_repeated, false, true},
    {"open", open_still, false, false},
};

const unsigned teardown_count = G_N_ELEMENTS(teardowns);
