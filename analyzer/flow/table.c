#include "flow/table.h"

#include <glib.h>
#include <string.h>

#include "base/prefetch.h"
#include "base/bounds.h"

struct FlowTable {
    Index tuples; /* the newest stream of each */
    uint64_t seed[2];

    ConnectionStore store;
    Pool notes;
    ConnectionRecord previous; /* scratch */
};

FlowTable *flow_table_new(uint64_t seed)
{
    FlowTable *table = g_new0(FlowTable, 1);
    index_init(&table->tuples);
    /* Two keys from one, by the finalizer of splitmix64. */
    for (unsigned i = 0; i < 2; i++) {
        uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        table->seed[i] = z ^ (z >> 31);
    }
    connection_store_init(&table->store, LIVE_AT_FIRST);
    pool_init(&table->notes, sizeof(Note));
    return table;
}

void flow_table_free(FlowTable *table)
{
    if (!table)
        return;
    index_clear(&table->tuples);
    connection_store_clear(&table->store);
    pool_clear(&table->notes);
    g_free(table);
}

void flow_table_set_live_max(FlowTable *table, uint32_t live_max)
{
    table->store.live_max = live_max;
}

void flow_table_on_rest(FlowTable *table, RestFunction function, void *data)
{
    table->store.rest = function;
    table->store.rest_data = data;
}

uint32_t flow_table_count(const FlowTable *table)
{
    return table->store.count;
}

void flow_table_read(const FlowTable *table, uint32_t stream, ConnectionRecord *ret_record)
{
    connection_store_read(&table->store, stream, ret_record);
}

/* Waking a connection up and tracking what waits changes nothing that can be seen. */
Connection *flow_table_get(const FlowTable *table, uint32_t stream)
{
    ConnectionStore *store = (ConnectionStore *)&table->store;
    Connection *connection = connection_store_live(store, connection_store_wake(store, stream));
    connection_store_track(store, connection);
    return connection;
}

const Event *flow_table_events(const FlowTable *table, const Connection *connection)
{
    return event_store_get(&table->store.events, connection);
}

int64_t flow_table_missing_below(const FlowTable *table, const Connection *connection, unsigned end,
                                 int64_t limit)
{
    return holes_missing_below(&table->store.holes, connection, end, limit);
}

bool flow_table_top_missing(const FlowTable *table, const Connection *connection, unsigned end)
{
    return holes_reach_top(&table->store.holes, connection, end);
}

int64_t flow_table_contiguous(const FlowTable *table, const Connection *connection, unsigned end)
{
    return holes_contiguous(&table->store.holes, connection, end);
}

void flow_table_note(FlowTable *table, Connection *connection, const Segment *segment, const uint8_t *payload)
{
    if (segment->kind == SEGMENT_TCP)
        notes_add(&table->notes, connection, segment, payload);
}

const Note *flow_table_first_note(const FlowTable *table, const Connection *connection)
{
    return connection->notes ? pool_block(&table->notes, connection->notes) : NULL;
}

const Note *flow_table_next_note(const FlowTable *table, const Note *note)
{
    return note->next ? pool_block(&table->notes, note->next) : NULL;
}

/* The folded 128-bit product, as in wyhash: cheap, and without the seed nobody can aim at a slot. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_endpoint(const FlowTable *table, const uint8_t address[16], uint16_t port,
                              uint8_t version)
{
    uint64_t high, low;
    memcpy(&high, address, 8);
    memcpy(&low, address + 8, 8);
    uint64_t inner = mix(high ^ table->seed[0], (low + ((uint64_t)port << 8 | version)) ^ table->seed[1]);
    return mix(inner ^ table->seed[1], port ^ low ^ table->seed[0]);
}

/* The same for both directions: the two ends' hashes are added. */
uint64_t flow_table_hash(const FlowTable *table, const Segment *segment)
{
    return hash_endpoint(table, segment->source, segment->source_port, segment->ip_version) +
           hash_endpoint(table, segment->destination, segment->destination_port, segment->ip_version);
}

/* Of a hash: what connections are found by. */
static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)hash;
}

static bool is_opening(const Segment *segment)
{
    return (segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

void flow_table_prefetch_slot(const FlowTable *table, const Segment *segment, uint64_t hash)
{
    index_prefetch(&table->store.ready, tag_of(hash));
    if (is_opening(segment))
        index_prefetch(&table->tuples, tag_of(hash));
}

/* The first with the tag is nearly always the right one; where not, the fetch was in vain. */
void flow_table_prefetch_connection(const FlowTable *table, uint64_t hash)
{
    const IndexSlot *slot = index_first(&table->store.ready, tag_of(hash));
    if (slot)
        prefetch(connection_store_live(&table->store, slot->number));
}

void flow_table_prefetch_event(const FlowTable *table, uint64_t hash)
{
    const IndexSlot *slot = index_first(&table->store.ready, tag_of(hash));
    if (!slot)
        return;
    const Connection *connection = connection_store_live(&table->store, slot->number);
    prefetch(event_store_get(&table->store.events, connection) + connection->event_count);
}

static bool endpoint_is(const Connection *connection, unsigned end, const uint8_t address[16], uint16_t port)
{
    return connection->port[end] == port && !memcmp(connection->address[end], address, 16);
}

/* Which end sent the segment: 0 or 1; -1 where it is of another connection. */
static int sender_of(const Connection *connection, const Segment *segment)
{
    if (connection->ip_version != segment->ip_version)
        return -1;
    if (endpoint_is(connection, 0, segment->source, segment->source_port) &&
        endpoint_is(connection, 1, segment->destination, segment->destination_port))
        return 0;
    if (endpoint_is(connection, 1, segment->source, segment->source_port) &&
        endpoint_is(connection, 0, segment->destination, segment->destination_port))
        return 1;
    return -1;
}

static uint32_t frame_of(const Segment *segment)
{
    return segment->frame > UINT32_MAX ? UINT32_MAX : (uint32_t)segment->frame;
}

/* The handle of a new connection, begun by the segment, and now the one that its tuple leads to. */
static uint32_t new_connection(FlowTable *table, const Segment *segment, uint32_t tag)
{
    uint32_t handle = connection_store_add(&table->store, segment->time_ns);
    Connection *connection = connection_store_live(&table->store, handle);
    memcpy(connection->address[0], segment->source, 16);
    memcpy(connection->address[1], segment->destination, 16);
    connection->port[0] = segment->source_port;
    connection->port[1] = segment->destination_port;
    connection->ip_version = segment->ip_version;
    connection_store_make_ready(&table->store, handle, tag);
    return handle;
}

/* The first one of its tuple. */
static uint32_t new_tuple(FlowTable *table, const Segment *segment, uint32_t tag)
{
    index_add(&table->tuples, tag, table->store.count);
    return new_connection(table, segment, tag);
}

/* Another one of its tuple, after `previous`, which is live. */
static uint32_t new_of_tuple(FlowTable *table, const Segment *segment, uint32_t tag, uint32_t previous)
{
    uint32_t stream = connection_store_stream(&table->store, previous);
    connection_store_retire(&table->store, previous);
    IndexSlot *slot = index_first(&table->tuples, tag);
    while (slot->number != stream)
        slot = index_next(&table->tuples, slot);
    slot->number = table->store.count;
    uint32_t handle = new_connection(table, segment, tag);
    Connection *connection = connection_store_live(&table->store, handle);
    track_begin(connection, segment->time_ns, frame_of(segment));
    connection->previous = stream;
    connection->traits |= CONNECTION_REUSES | CONNECTION_BEYOND;
    return handle;
}

/* The handle of the newest connection of the segment's tuple, 0 where there is none; *ret_sender is its end.
 */
static uint32_t find(FlowTable *table, const Segment *segment, uint32_t tag, int *ret_sender)
{
    ConnectionStore *store = &table->store;
    for (IndexSlot *slot = index_first(&store->ready, tag); slot; slot = index_next(&store->ready, slot)) {
        *ret_sender = sender_of(connection_store_live(store, slot->number), segment);
        if (*ret_sender >= 0)
            return slot->number;
    }
    for (IndexSlot *slot = index_first(&table->tuples, tag); slot; slot = index_next(&table->tuples, slot)) {
        uint32_t handle = connection_store_wake(store, slot->number);
        *ret_sender = sender_of(connection_store_live(store, handle), segment);
        if (*ret_sender >= 0) {
            connection_store_make_ready(store, handle, tag);
            return handle;
        }
    }
    *ret_sender = 0;
    return 0;
}

static bool opens_new_stream(FlowTable *table, Connection *connection, unsigned end, const Segment *segment)
{
    if (!is_opening(segment))
        return false;
    connection_store_track(&table->store, connection);
    return connection->known[end] & KNOWN_BASE && segment->seq != connection->sequence[end].isn;
}

/* The connection that the segment belongs to, made where there is none yet; *ret_end sent it. */
static Connection *find_or_begin(FlowTable *table, const Segment *segment, uint32_t tag, unsigned *ret_end)
{
    int sender;
    uint32_t handle = find(table, segment, tag, &sender);
    if (!handle) {
        handle = new_tuple(table, segment, tag);
    } else if (opens_new_stream(table, connection_store_live(&table->store, handle), (unsigned)sender,
                                segment)) {
        handle = new_of_tuple(table, segment, tag, handle);
        sender = 0;
    }
    *ret_end = (unsigned)sender;
    return connection_store_live(&table->store, handle);
}

/* How far beyond the last number seen of it a segment may lie and still be taken for the earlier
 * connection's. */
enum { PREDECESSOR_REACH = 1 << 20 };

static bool continues(const Connection *connection, unsigned end, uint32_t seq)
{
    uint32_t beyond = seq - connection->sequence[end].isn - (uint32_t)connection->sequence[end].next + 1;
    return connection->known[end] & KNOWN_BASE && beyond < PREDECESSOR_REACH;
}

/* After a SYN that the other side did not take (a challenge ACK, RFC 5961 4; an ACK from TIME_WAIT), segments
 * of the connection before it still pass. Both their numbers tell. */
static bool is_of_predecessor(FlowTable *table, Connection *connection, unsigned end, const Segment *segment)
{
    if (!(connection->traits & CONNECTION_REUSES) ||
        connection->known[0] & connection->known[1] & KNOWN_SYN || segment->flags & TCP_SYN ||
        !(segment->flags & TCP_ACK))
        return false;
    connection_store_track(&table->store, connection);
    if (connection->known[0] & connection->known[1] & KNOWN_SYN)
        return false;
    const Connection *previous = &table->previous.connection;
    flow_table_read(table, connection->previous, &table->previous);
    int sender = sender_of(previous, segment);
    bool is_own =
        connection->known[end] & KNOWN_SYN &&
        segment->seq - connection->sequence[end].isn - (uint32_t)connection->sequence[end].next + 1 < 2;
    return !is_own && sender >= 0 && continues(previous, (unsigned)sender, segment->seq) &&
           continues(previous, !sender, segment->ack);
}

/* As it waits to be tracked. */
static inline Event event_of(const Segment *segment, unsigned end)
{
    uint16_t marks = (uint16_t)(end | (segment->options & OPTION_TIMESTAMPS ? EVENT_TIMESTAMPS : 0) |
                                (segment->options & OPTION_MPTCP ? EVENT_MPTCP : 0));
    if (segment->flags & TCP_SYN && segment->options & OPTION_WSCALE)
        marks |= (uint16_t)(WAITING_WSCALE | segment->wscale << WAITING_WSCALE_SHIFT);
    return (Event){
        .time_ns = segment->time_ns,
        .frame = frame_of(segment),
        .seq = segment->seq,
        .ack = segment->ack,
        .length = segment->length,
        .window = segment->window,
        .ip_id = segment->ip_id,
        .marks = marks,
        .flags = segment->flags,
        .ttl = segment->ttl,
    };
}

static Event *add_event(FlowTable *table, Connection *connection)
{
    if (connection->event_count == EVENTS_MAX) {
        connection_store_track(&table->store, connection);
        if (connection->event_count == EVENTS_MAX)
            event_store_thin_out(&table->store.events, connection);
    }
    return event_store_add(&table->store.events, connection);
}

/* What says nothing of this connection's own numbers: an ICMP error, or a segment of the connection before.
 */
static void add_apart(FlowTable *table, Connection *connection, unsigned end, const Segment *segment)
{
    connection_store_track(&table->store, connection);
    if (!(connection->traits & CONNECTION_BEGUN))
        track_begin(connection, segment->time_ns, frame_of(segment));
    connection->traits |= CONNECTION_BEYOND;
    Event event = event_of(segment, end);
    if (segment->kind == SEGMENT_ICMP_QUOTE) {
        event.window = (uint16_t)(segment->icmp_type << 8 | segment->icmp_code);
        event.marks = track_quote(connection, end, &event) | (uint16_t)end;
    } else {
        event.marks = track_foreign(connection, end, &event) | (uint16_t)end;
    }
    *add_event(table, connection) = event;
    connection->tracked = connection->event_count;
}

Connection *flow_table_add_hashed(FlowTable *table, const Segment *segment, uint64_t hash)
{
    unsigned end;
    Connection *connection = find_or_begin(table, segment, tag_of(hash), &end);
    connection->last_ns = segment->time_ns;
    if (segment->kind == SEGMENT_ICMP_QUOTE || is_of_predecessor(table, connection, end, segment))
        add_apart(table, connection, end, segment);
    else
        *add_event(table, connection) = event_of(segment, end);
    return connection;
}

Connection *flow_table_add(FlowTable *table, const Segment *segment)
{
    Connection *connection = flow_table_add_hashed(table, segment, flow_table_hash(table, segment));
    connection_store_track(&table->store, connection);
    return connection;
}

void flow_table_finish(FlowTable *table)
{
    index_clear(&table->tuples);
    connection_store_freeze_all(&table->store);
}
