#include "flow/table.h"

#include <glib.h>
#include <string.h>

#include "base/prefetch.h"
#include "base/bounds.h"

struct FlowTable {
    Index tuples; /* the newest stream of each */
    TupleKey key;
    Numbering numbering;

    ConnectionStore store;
    Pool notes;
    Arena *own;
    ConnectionRecord previous; /* scratch */
};

FlowTable *flow_table_new(uint64_t seed, Arena *arena)
{
    FlowTable *table = g_new0(FlowTable, 1);
    if (!arena)
        arena = table->own = arena_new();
    index_init(&table->tuples, arena);
    /* Two keys from one, by the finalizer of splitmix64. */
    for (unsigned i = 0; i < 2; i++) {
        uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        table->key.half[i] = z ^ (z >> 31);
    }
    connection_store_init(&table->store, arena, LIVE_AT_FIRST);
    pool_init(&table->notes, arena, sizeof(Note));
    return table;
}

void flow_table_free(FlowTable *table)
{
    if (!table)
        return;
    index_clear(&table->tuples);
    connection_store_clear(&table->store);
    pool_clear(&table->notes);
    arena_free(table->own);
    g_free(table);
}

void flow_table_set_live_max(FlowTable *table, uint32_t live_max)
{
    connection_store_set_live_max(&table->store, live_max);
}

void flow_table_set_numbering(FlowTable *table, Numbering numbering)
{
    table->numbering = numbering;
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

const EventRun *flow_table_run(const FlowTable *table, const Event *event)
{
    return run_of(&table->store.events.runs, event);
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

void flow_table_note(FlowTable *table, Connection *connection, const Note *note)
{
    notes_add(&table->notes, connection, note);
}

const Note *flow_table_first_note(const FlowTable *table, const Connection *connection)
{
    return connection->notes ? pool_block(&table->notes, connection->notes) : NULL;
}

const Note *flow_table_next_note(const FlowTable *table, const Note *note)
{
    return note->next ? pool_block(&table->notes, note->next) : NULL;
}

TupleKey flow_table_key(const FlowTable *table)
{
    return table->key;
}

static bool is_opening(const Parcel *parcel)
{
    return (parcel->event.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* As far as Wireshark looks: no matter whether it is in its place. */
static bool ends_stream(const Event *event)
{
    return event->flags & TCP_RST || (event->flags & (TCP_FIN | TCP_ACK)) == (TCP_FIN | TCP_ACK);
}

/* The SYN-ACK of `end` that follows the other's SYN at once, as nearly all do: nothing had been said of its
 * sender's numbers before. */
static inline bool is_first_answer(const FlowTable *table, const Connection *connection, unsigned end,
                                   const Parcel *parcel)
{
    return parcel->event.flags & TCP_ACK && end == 1 && connection->event_count == 1 &&
           !(event_store_get(&table->store.events, connection)->flags & TCP_ACK);
}

void flow_table_prefetch_slot(const FlowTable *table, const Parcel *parcel)
{
    index_prefetch(&table->store.ready, parcel->tag);
    if (is_opening(parcel))
        index_prefetch(&table->tuples, parcel->tag);
}

Connection *flow_table_look_ahead(const FlowTable *table, const Parcel *parcel)
{
    IndexCursor cursor = index_find(&table->store.ready, parcel->tag);
    const uint32_t *handle = index_next(&table->store.ready, &cursor);
    if (!handle)
        return NULL;
    Connection *connection = connection_store_live(&table->store, *handle);
    prefetch(connection);
    return connection;
}

void flow_table_prefetch_event(const FlowTable *table, const Connection *connection)
{
    prefetch(event_store_get(&table->store.events, connection) + connection->event_count);
}

/* 0 where they are the same. */
static inline uint64_t difference(const uint8_t a[16], const uint8_t b[16])
{
    uint64_t x[2], y[2];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return (x[0] ^ y[0]) | (x[1] ^ y[1]);
}

static inline uint32_t both_ports(uint16_t first, uint16_t second)
{
    return (uint32_t)second << 16 | first;
}

static inline bool is_sender(const Connection *connection, unsigned end, const Parcel *parcel)
{
    const uint16_t source = parcel->source_port, destination = parcel->destination_port;
    const uint32_t ports = end ? both_ports(destination, source) : both_ports(source, destination);
    return !(difference(connection->address[end], parcel->address[0]) |
             difference(connection->address[!end], parcel->address[1]) |
             (both_ports(connection->port[0], connection->port[1]) ^ ports) |
             (uint8_t)(connection->ip_version ^ parcel->ip_version));
}

/* Which end sent the segment: 0 or 1; -1 where it is of another connection. The ports tell which end it can
 * be, without a branch, which nobody could predict; but both may use the same. */
static inline int sender_of(const Connection *connection, const Parcel *parcel)
{
    const unsigned end = both_ports(connection->port[0], connection->port[1]) !=
                         both_ports(parcel->source_port, parcel->destination_port);
    if (is_sender(connection, end, parcel))
        return (int)end;
    return end == 0 && is_sender(connection, 1, parcel) ? 1 : -1;
}

/* The handle of a new connection, begun by the segment, and now the one that its tuple leads to. */
static uint32_t new_connection(FlowTable *table, const Parcel *parcel)
{
    uint32_t handle = connection_store_add(&table->store, parcel->tag, parcel->event.time_ns);
    Connection *connection = connection_store_live(&table->store, handle);
    memcpy(connection->address, parcel->address, sizeof connection->address);
    connection->port[0] = parcel->source_port;
    connection->port[1] = parcel->destination_port;
    connection->ip_version = parcel->ip_version;
    return handle;
}

/* The first one of its tuple. */
static uint32_t new_tuple(FlowTable *table, const Parcel *parcel)
{
    index_add(&table->tuples, parcel->tag, table->store.count);
    return new_connection(table, parcel);
}

/* Before anything of it is tracked. */
static void begin_there(FlowTable *table, Connection *connection, const Parcel *parcel)
{
    event_store_move_out(&table->store.events, connection);
    track_begin(connection, parcel->event.time_ns, parcel->event.frame);
}

/* Another one of its tuple, after `previous`, which is live. */
static uint32_t new_of_tuple(FlowTable *table, const Parcel *parcel, uint32_t previous)
{
    uint32_t stream = connection_store_stream(&table->store, previous);
    connection_store_retire(&table->store, previous);
    IndexCursor cursor = index_find(&table->tuples, parcel->tag);
    uint32_t *newest = index_next(&table->tuples, &cursor);
    while (*newest != stream)
        newest = index_next(&table->tuples, &cursor);
    *newest = table->store.count;
    uint32_t handle = new_connection(table, parcel);
    Connection *connection = connection_store_live(&table->store, handle);
    begin_there(table, connection, parcel);
    connection->previous = stream;
    connection->traits |= CONNECTION_REUSES | CONNECTION_BEYOND;
    return handle;
}

/* The handle of the newest connection of the segment's tuple, 0 where there is none; *ret_sender is its end.
 */
static uint32_t find(FlowTable *table, const Parcel *parcel, int *ret_sender)
{
    ConnectionStore *store = &table->store;
    IndexCursor cursor = index_find(&store->ready, parcel->tag);
    for (const uint32_t *handle; (handle = index_next(&store->ready, &cursor));) {
        *ret_sender = sender_of(connection_store_live(store, *handle), parcel);
        if (*ret_sender >= 0)
            return *handle;
    }
    cursor = index_find(&table->tuples, parcel->tag);
    for (const uint32_t *stream; (stream = index_next(&table->tuples, &cursor));) {
        uint32_t handle = connection_store_wake(store, *stream);
        *ret_sender = sender_of(connection_store_live(store, handle), parcel);
        if (*ret_sender >= 0) {
            connection_store_make_ready(store, handle, parcel->tag);
            return handle;
        }
    }
    *ret_sender = 0;
    return 0;
}

/* Whether Wireshark would take its tcp.completeness to have a FIN or an RST: a FIN without ACK is none. */
static bool has_ended(const FlowTable *table, const Connection *connection)
{
    if (connection->closing & CLOSING_ANY_RST || connection->traits & CONNECTION_ENDED_APART)
        return true;
    if (!(connection->closing & CLOSING_BOTH_FINS))
        return false;
    const Event *events = event_store_get(&table->store.events, connection);
    for (unsigned i = 0; i < connection->event_count; i++)
        if (!(events[i].marks & EVENT_RUN) && ends_stream(&events[i]))
            return true;
    return false;
}

static bool opens_new_stream(FlowTable *table, Connection *connection, unsigned end, const Parcel *parcel)
{
    const bool is_old = table->numbering == NUMBERING_4_0;
    if (!(parcel->event.flags & TCP_SYN) || (is_old && !is_opening(parcel)) ||
        is_first_answer(table, connection, end, parcel))
        return false;
    connection_store_track(&table->store, connection);
    if (!(connection->known[end] & KNOWN_BASE))
        return false;
    return parcel->event.seq != connection->sequence[end].isn || (!is_old && has_ended(table, connection));
}

/* The connection that the segment belongs to, made where there is none yet; *ret_end sent it. */
static Connection *find_or_begin(FlowTable *table, const Parcel *parcel, unsigned *ret_end)
{
    int sender;
    uint32_t handle = find(table, parcel, &sender);
    if (!handle) {
        handle = new_tuple(table, parcel);
    } else if (opens_new_stream(table, connection_store_live(&table->store, handle), (unsigned)sender,
                                parcel)) {
        handle = new_of_tuple(table, parcel, handle);
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

/* Both SYNs were captured, or the stream began with a SYN-ACK and that was acknowledged. */
static bool is_opened(const Connection *connection)
{
    return connection->known[0] & connection->known[1] & KNOWN_SYN ||
           (connection->known[0] & KNOWN_SYN_ACK && connection->sequence[0].acked > 0);
}

/* Whether the stream began with a SYN-ACK that the one before had as well: then it goes on with that one's
 * numbers, all of it. */
static bool is_same_answer(const Connection *connection, const Connection *previous)
{
    const unsigned end =
        previous->port[0] != connection->port[0] || difference(previous->address[0], connection->address[0]);
    return connection->known[0] & KNOWN_SYN_ACK && previous->known[end] & KNOWN_BASE &&
           previous->sequence[end].isn == connection->sequence[0].isn;
}

/* After a SYN that the other side did not take (a challenge ACK, RFC 5961 4; an ACK from TIME_WAIT), or a
 * SYN-ACK that came too late, segments of the connection before it still pass. Both their numbers tell. */
static bool is_of_predecessor(FlowTable *table, Connection *connection, unsigned end, const Parcel *parcel)
{
    if (!(connection->traits & CONNECTION_REUSES) || is_opened(connection) || parcel->event.flags & TCP_SYN ||
        !(parcel->event.flags & TCP_ACK))
        return false;
    connection_store_track(&table->store, connection);
    if (is_opened(connection))
        return false;
    const Connection *previous = &table->previous.connection;
    flow_table_read(table, connection->previous, &table->previous);
    if (is_same_answer(connection, previous))
        return false;
    int sender = sender_of(previous, parcel);
    bool is_own =
        connection->known[end] & KNOWN_SYN &&
        parcel->event.seq - connection->sequence[end].isn - (uint32_t)connection->sequence[end].next + 1 < 2;
    return !is_own && sender >= 0 && continues(previous, (unsigned)sender, parcel->event.seq) &&
           continues(previous, !sender, parcel->event.ack);
}

/* Field by field, for what was written in one go would have to reach the cache, and its line the cache before
 * that, until it could be changed. */
static inline void put_event(Event *event, const Event *from, unsigned end)
{
    event->time_ns = from->time_ns;
    event->frame = from->frame;
    event->length = from->length;
    event->seq = from->seq;
    event->ack = from->ack;
    event->window = from->window;
    event->ip_id = from->ip_id;
    event->marks = (uint16_t)(from->marks | end);
    event->flags = from->flags;
    event->ttl = from->ttl;
}

/* What nearly all segments are: of the connection that was looked up ahead, where they cost one more event
 * for which there is room. Anything else is not filed, and NULL. */
static inline Connection *add_plain(FlowTable *table, const Parcel *parcel, Connection *connection)
{
    if (!connection || parcel->kind != SEGMENT_TCP ||
        (connection->traits & (CONNECTION_READY | CONNECTION_REUSES)) != CONNECTION_READY ||
        !event_store_has_room(connection))
        return NULL;
    int sender = sender_of(connection, parcel);
    if (sender < 0 ||
        (parcel->event.flags & TCP_SYN && !is_first_answer(table, connection, (unsigned)sender, parcel)))
        return NULL;
    put_event(event_store_add_there(&table->store.events, connection), &parcel->event, (unsigned)sender);
    connection_note_closing(connection, (unsigned)sender, parcel->event.flags);
    connection->last_ns = parcel->event.time_ns;
    return connection;
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
static void add_apart(FlowTable *table, Connection *connection, unsigned end, const Parcel *parcel)
{
    Event event = parcel->event;
    connection_store_track(&table->store, connection);
    if (!(connection->traits & CONNECTION_BEGUN))
        begin_there(table, connection, parcel);
    connection->traits |= CONNECTION_BEYOND;
    if (ends_stream(&event))
        connection->traits |= CONNECTION_ENDED_APART;
    event.marks = (uint16_t)end;
    event.marks |= parcel->kind == SEGMENT_ICMP_BRIEF   ? EVENT_ICMP
                   : parcel->kind == SEGMENT_ICMP_QUOTE ? track_quote(connection, end, &event)
                                                        : track_foreign(connection, end, &event);
    *add_event(table, connection) = event;
    connection->tracked = connection->event_count;
}

/* It tells of a connection that is known, or of nothing. */
static Connection *add_brief(FlowTable *table, const Parcel *parcel)
{
    int sender;
    uint32_t handle = find(table, parcel, &sender);
    if (!handle)
        return NULL;
    Connection *connection = connection_store_live(&table->store, handle);
    add_apart(table, connection, (unsigned)sender, parcel);
    return connection;
}

static G_GNUC_NO_INLINE Connection *add_any(FlowTable *table, const Parcel *parcel)
{
    if (parcel->kind == SEGMENT_ICMP_BRIEF)
        return add_brief(table, parcel);
    unsigned end;
    Connection *connection = find_or_begin(table, parcel, &end);
    connection->last_ns = parcel->event.time_ns;
    if (parcel->kind == SEGMENT_ICMP_QUOTE || is_of_predecessor(table, connection, end, parcel)) {
        add_apart(table, connection, end, parcel);
    } else {
        put_event(add_event(table, connection), &parcel->event, end);
        connection_note_closing(connection, end, parcel->event.flags);
    }
    return connection;
}

Connection *flow_table_add_parcel(FlowTable *table, const Parcel *parcel, Connection *hint)
{
    Connection *connection = add_plain(table, parcel, hint);
    return connection ? connection : add_any(table, parcel);
}

Connection *flow_table_add(FlowTable *table, const Segment *segment)
{
    Parcel parcel;
    parcel_fill(&parcel, segment, tuple_hash(segment, table->key));
    Connection *connection = flow_table_add_parcel(table, &parcel, NULL);
    if (connection)
        connection_store_track(&table->store, connection);
    return connection;
}

void flow_table_finish(FlowTable *table)
{
    index_clear(&table->tuples);
    connection_store_rest_all(&table->store);
}
