#include "wire.h"

#include <string.h>

enum { WSCALE = 7 };

/* Early numbers wrap round soon. */
static const uint32_t isns[SIDES] = {0xfffff000, 5000};

void wire_init(Wire *wire, Side tap, int64_t trip_ns, int64_t spacing_ns)
{
    *wire = (Wire){
        .host = {{.window = 64240, .ttl = 64}, {.window = 65160, .ttl = 52}},
        .tap = tap,
        .trip_ns = trip_ns,
        .spacing_ns = spacing_ns,
        .now_ns = INT64_C(1700000000000) * MS,
        .sent = g_array_new(FALSE, FALSE, sizeof(Sent)),
    };
}

void wire_clear(Wire *wire)
{
    g_array_unref(wire->sent);
}

static uint8_t parse_flags(const char *text)
{
    static const char letters[] = "FSRP.U"; /* in order of the bits */
    uint8_t flags = 0;
    for (; *text; text++)
        flags |= (uint8_t)(1 << (strchr(letters, *text) - letters));
    return flags;
}

static Segment segment_of(const Wire *wire, Side side, uint8_t flags, int64_t seq, uint32_t length)
{
    const Host *host = &wire->host[side];
    Segment segment = {
        .seq = isns[side] + (uint32_t)seq,
        .length = length,
        .captured_length = 0,
        .window = (uint16_t)(flags & TCP_SYN ? host->window : host->window >> WSCALE),
        .flags = flags,
        .options = OPTION_TIMESTAMPS | (flags & TCP_SYN ? OPTION_WSCALE : 0),
        .wscale = WSCALE,
        .ttl = host->ttl,
        .ip_version = 4,
        .source = {10, 0, 0, side == SIDE_CLIENT ? 1 : 2},
        .destination = {10, 0, 0, side == SIDE_CLIENT ? 2 : 1},
        .source_port = side == SIDE_CLIENT ? 40000 : 80,
        .destination_port = side == SIDE_CLIENT ? 80 : 40000,
    };
    if (flags & TCP_ACK)
        segment.ack = isns[side_other(side)] + (uint32_t)host->received;
    return segment;
}

static void put(Wire *wire, Side side, const Segment *segment)
{
    Sent sent = {wire->now_ns + (wire->tap == side ? 0 : wire->trip_ns), *segment};
    sent.segment.time_ns = sent.time_ns;
    g_array_append_val(wire->sent, sent);
}

void wire_send(Wire *wire, Side side, const char *flags, uint32_t length)
{
    Segment segment = segment_of(wire, side, parse_flags(flags), wire->host[side].next, length);
    put(wire, side, &segment);
    if (!(segment.flags & TCP_RST))
        wire->host[side].next += length + !!(segment.flags & TCP_SYN) + !!(segment.flags & TCP_FIN);
}

void wire_send_at(Wire *wire, Side side, const char *flags, int64_t offset, uint32_t length)
{
    Segment segment = segment_of(wire, side, parse_flags(flags), wire->host[side].next + offset, length);
    put(wire, side, &segment);
}

void wire_reply(Wire *wire, Side side, int64_t ack)
{
    Segment segment = segment_of(wire, side, TCP_RST, ack, 0);
    segment.window = 0;
    segment.options = 0;
    put(wire, side, &segment);
}

void wire_receive(Wire *wire, Side side)
{
    wire->host[side].received = wire->host[side_other(side)].next;
}

void wire_wait(Wire *wire, int64_t ns)
{
    wire->now_ns += ns;
}

void wire_trip(Wire *wire)
{
    wire_wait(wire, wire->trip_ns);
}

/* Stable: what is captured at the same time was sent in this order. */
static gint compare_sent(gconstpointer a, gconstpointer b)
{
    const Sent *one = a, *other = b;
    return (one->time_ns > other->time_ns) - (one->time_ns < other->time_ns);
}

void wire_file(Wire *wire, FlowTable *table)
{
    g_array_sort(wire->sent, compare_sent);
    for (guint i = 0; i < wire->sent->len; i++) {
        Segment *segment = &g_array_index(wire->sent, Sent, i).segment;
        segment->frame = i + 1;
        Parcel parcel;
        parcel_fill(&parcel, segment, tuple_hash(segment, flow_table_key(table)));
        flow_table_add_parcel(table, &parcel, flow_table_look_ahead(table, &parcel));
    }
    flow_table_finish(table);
}
