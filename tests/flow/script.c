#include "script.h"

#include <string.h>

void script_init(Script *script)
{
    *script = (Script){
        .table = flow_table_new(1, NULL),
        .isn = {1000, 5000},
        .client_port = 40000,
        .window = 64240,
        .ip_id = 100,
        .ttl = {64, 64},
        .options = OPTION_TIMESTAMPS,
        .wscale = 7,
        .now_ns = INT64_C(1700000000000) * MS,
    };
}

void script_clear(Script *script)
{
    flow_table_free(script->table);
}

static uint8_t parse_flags(const char *text)
{
    static const char letters[] = "FSRP.U"; /* in order of the bits */
    uint8_t flags = 0;
    for (; *text; text++) {
        const char *at = strchr(letters, *text);
        assert_non_null(at);
        flags |= (uint8_t)(1 << (at - letters));
    }
    return flags;
}

Segment segment_of(const Script *script, Side side, const char *flags, uint32_t seq, uint32_t ack,
                   uint32_t length)
{
    Segment segment = {
        .time_ns = script->now_ns,
        .frame = script->frame,
        .seq = script->isn[side] + seq,
        .length = length,
        .captured_length = length,
        .window = script->window,
        .ip_id = script->ip_id,
        .flags = parse_flags(flags),
        .options = script->options,
        .wscale = script->wscale,
        .ttl = script->ttl[side],
        .ip_version = 4,
    };
    memcpy(segment.source, (uint8_t[]){10, 0, 0, side == CLIENT ? 1 : 2}, 4);
    memcpy(segment.destination, (uint8_t[]){10, 0, 0, side == CLIENT ? 2 : 1}, 4);
    segment.source_port = side == CLIENT ? script->client_port : 80;
    segment.destination_port = side == CLIENT ? 80 : script->client_port;
    segment.ack = segment.flags & TCP_ACK ? script->isn[side_other(side)] + ack : script->unflagged_ack;
    return segment;
}

static uint16_t add(Script *script, const Segment *segment)
{
    script->last = *segment;
    script->connection = flow_table_add(script->table, segment);
    const Event *events = flow_table_events(script->table, script->connection);
    return events[script->connection->event_count - 1].marks & (uint16_t)~EVENT_FROM_1;
}

static void tick(Script *script)
{
    script->now_ns += MS;
    script->frame++;
    if (script->ip_id)
        script->ip_id++;
}

uint16_t emit(Script *script, Side side, const char *flags, uint32_t seq, uint32_t ack, uint32_t length)
{
    tick(script);
    Segment segment = segment_of(script, side, flags, seq, ack, length);
    return add(script, &segment) & (uint16_t)~EVENT_TIMESTAMPS;
}

bool mirror(Script *script)
{
    script->now_ns += 10000;
    Segment copy = script->last;
    copy.time_ns = script->now_ns;
    copy.frame = ++script->frame;
    unsigned end = script->connection->port[0] == copy.source_port ? 0 : 1;
    unsigned before = script->connection->counts[end].duplicates;
    flow_table_add(script->table, &copy);
    return script->connection->counts[end].duplicates > before;
}

void send_icmp(Script *script, Side side, const char *flags, uint32_t seq, uint8_t type, uint8_t code)
{
    tick(script);
    Segment quote = segment_of(script, side, flags, seq, 0, 0);
    quote.kind = SEGMENT_ICMP_QUOTE;
    quote.icmp_type = type;
    quote.icmp_code = code;
    add(script, &quote);
}

void wait_ms(Script *script, int64_t ms)
{
    script->now_ns += ms * MS;
}

void handshake(Script *script)
{
    emit(script, CLIENT, "S", 0, 0, 0);
    emit(script, SERVER, "S.", 0, 1, 0);
    emit(script, CLIENT, ".", 1, 1, 0);
}

uint32_t script_stream(const Script *script)
{
    uint32_t stream = flow_table_count(script->table), first_frame = script->connection->first_frame;
    while (flow_table_get(script->table, --stream)->first_frame != first_frame)
        ;
    return stream;
}

unsigned script_end(const Script *script, Side side)
{
    return script->connection->port[0] == (side == CLIENT ? script->client_port : 80) ? 0 : 1;
}
