#include "flow/store.h"

#include <glib.h>
#include <string.h>

#include "base/prefetch.h"
#include "flow/frozen.h"

/* The hand freezes at the latest after so many steps, whatever the times say: they may stand still or run
 * backwards. */
enum { HAND_STEPS_MAX = 32 };

/* Its first step begins a round. */
#define HAND_BEGIN (UINT32_MAX - 1)

_Static_assert(FROZEN_BYTES_MAX <= ARCHIVE_RECORD_MAX && FROZEN_PADDING <= ARCHIVE_PADDING, "records fit");

void connection_store_init(ConnectionStore *store, Arena *arena, uint32_t live_max)
{
    *store = (ConnectionStore){.arena = arena, .hand = HAND_BEGIN};
    for (unsigned i = 0; i < G_N_ELEMENTS(store->round_ns); i++)
        store->round_ns[i] = INT64_MIN;
    connection_store_set_live_max(store, live_max);
    pool_init(&store->live, arena, sizeof(LiveConnection));
    event_store_init(&store->events, arena);
    hole_store_init(&store->holes, arena);
    index_init(&store->ready, arena);
    archive_init(&store->frozen, arena);
}

void connection_store_set_live_max(ConnectionStore *store, uint32_t live_max)
{
    store->live_max = live_max;
    store->thawed_max = live_max / 32;
}

void connection_store_clear(ConnectionStore *store)
{
    index_clear(&store->ready);
    pool_clear(&store->live);
    event_store_clear(&store->events);
    pool_clear(&store->holes);
    archive_clear(&store->frozen);
}

static void tell_rest(const ConnectionStore *store, uint32_t stream, const Connection *connection,
                      const Event *events)
{
    if (store->rest)
        store->rest(store->rest_data, stream, connection, events);
}

/* Puts the connection away under its stream; false where the archive takes no more. */
static bool put_away(ConnectionStore *store, uint32_t stream, const Connection *connection,
                     const Event *events)
{
    tell_rest(store, stream, connection, events);
    uint8_t *room = archive_room(&store->frozen);
    if (!room)
        return false;
    store->places[stream] = archive_keep(&store->frozen, freeze(connection, events, room)) | PLACE_FROZEN;
    return true;
}

/* Of one that is not begun there is only the first line. */
static void copy_lines(const Connection *connection, Connection *ret_connection)
{
    memcpy(ret_connection, connection,
           connection->traits & CONNECTION_BEGUN ? sizeof *connection : offsetof(Connection, sequence));
}

/* Makes a live one what became of its copy, with which its events were tracked. */
static void begin_as(ConnectionStore *store, Connection *live, const Connection *tracked)
{
    event_store_move_out(&store->events, live);
    const uint32_t block = live->event_block;
    const uint8_t size_class = live->event_class;
    *live = *tracked;
    live->event_block = block;
    live->event_class = size_class;
}

/* False where it had to stay as it is. */
static bool freeze_one(ConnectionStore *store, uint32_t handle)
{
    Connection *connection = connection_store_live(store, handle);
    Event *events = event_store_get(&store->events, connection);
    uint32_t stream = connection_store_stream(store, handle);
    bool is_away;
    if (connection->traits & CONNECTION_BEGUN) {
        connection_store_track(store, connection);
        is_away = put_away(store, stream, connection, events);
    } else {
        /* Its other lines need no room in the store now. */
        Connection brief;
        copy_lines(connection, &brief);
        track_waiting(&brief, events, &store->holes);
        is_away = put_away(store, stream, &brief, events);
        if (!is_away)
            begin_as(store, connection, &brief);
    }
    if (!is_away)
        return false;
    connection_store_retire(store, handle);
    store->owners[handle].stream = NO_CONNECTION;
    event_store_give_back(&store->events, connection);
    pool_give_back(&store->live, handle);
    store->live_count--;
    return true;
}

/* What freezing it will touch lies cold. */
static void prefetch_live(const ConnectionStore *store, uint32_t handle)
{
    const Connection *connection = connection_store_live(store, handle);
    const uint8_t *events = (const uint8_t *)event_store_get(&store->events, connection);
    index_prefetch(&store->ready, store->owners[handle].tag);
    for (unsigned at = 64; connection->traits & CONNECTION_BEGUN && at < sizeof *connection; at += 64)
        prefetch((const uint8_t *)connection + at);
    for (unsigned at = 0; at < connection->event_count * sizeof(Event); at += 64)
        prefetch(events + at);
}

/* Of what is open the next segment is still to come, so it is given another round. */
static bool is_idle(const ConnectionStore *store, uint32_t handle)
{
    const Connection *connection = connection_store_live(store, handle);
    return connection->last_ns <= store->round_ns[connection_seems_closed(connection) ? 1 : 2];
}

/* The next one to be frozen is fetched while this one is. */
static void prefetch_next(const ConnectionStore *store)
{
    enum { LOOK_AHEAD = 8 };
    for (uint32_t handle = store->hand + 1; handle < store->live.used && handle <= store->hand + LOOK_AHEAD;
         handle++) {
        if (connection_store_stream(store, handle) != NO_CONNECTION && is_idle(store, handle)) {
            prefetch_live(store, handle);
            return;
        }
    }
}

static void begin_round(ConnectionStore *store, int64_t now_ns)
{
    store->hand = 1;
    store->round_ns[2] = store->round_ns[1];
    store->round_ns[1] = store->round_ns[0];
    store->round_ns[0] = now_ns;
}

/* Freezes the first that was idle since the hand last came by; where none is near, the idlest that was seen.
 */
static void turn_hand(ConnectionStore *store, int64_t now_ns)
{
    uint32_t idlest = 0;
    for (unsigned steps = 0; steps < HAND_STEPS_MAX || !idlest; steps++) {
        if (++store->hand >= store->live.used)
            begin_round(store, now_ns);
        prefetch(pool_block(&store->live, store->hand + 8 < store->live.used ? store->hand + 8 : 1));
        if (connection_store_stream(store, store->hand) == NO_CONNECTION)
            continue;
        if (is_idle(store, store->hand)) {
            idlest = store->hand;
            break;
        }
        if (!idlest || connection_store_live(store, store->hand)->last_ns <
                           connection_store_live(store, idlest)->last_ns)
            idlest = store->hand;
    }
    prefetch_next(store);
    freeze_one(store, idlest);
}

/* Several at a time: what works on a connection that came to rest needs another part of the cache than what
 * files segments does, and both find theirs again. */
static void make_room(ConnectionStore *store, int64_t now_ns)
{
    enum { FREEZE_TOGETHER = 64 };
    unsigned count = MIN(FREEZE_TOGETHER, store->live_max / 16 + 1);
    while (count--)
        turn_hand(store, now_ns);
}

static uint32_t take_live(ConnectionStore *store, uint32_t stream, int64_t now_ns)
{
    if (store->live_count == store->live_max / 2)
        store->round_ns[0] = now_ns; /* of the first round, and as good a time as any in a later one */
    if (store->live_count >= store->live_max)
        make_room(store, now_ns);
    uint32_t handle = pool_take(&store->live);
    if (handle >= store->owner_capacity)
        store->owners =
            arena_grow_list(store->arena, store->owners, &store->owner_capacity, sizeof *store->owners);
    store->owners[handle] = (LiveOwner){.stream = stream, .tag = UINT32_MAX};
    store->places[stream] = handle;
    store->live_count++;
    return handle;
}

void connection_store_make_ready(ConnectionStore *store, uint32_t handle, uint32_t tag)
{
    store->owners[handle].tag = tag;
    connection_store_live(store, handle)->traits |= CONNECTION_READY;
    index_add(&store->ready, tag, handle);
}

void connection_store_retire(ConnectionStore *store, uint32_t handle)
{
    connection_store_live(store, handle)->traits &= (uint8_t)~CONNECTION_READY;
    index_remove(&store->ready, store->owners[handle].tag, handle);
}

/* Where many are woken up again while as many as are kept live are added, more are open at one time than are
 * kept live. How many that is grows with the memory it would cost to wake up fewer: one in 32 of them, then
 * one in 16. */
static void count_thawed(ConnectionStore *store)
{
    if (store->thawed++ < store->thawed_max)
        return;
    store->thawed = 0;
    store->live_max *= 2;
    store->thawed_max *= 4;
}

static void count_added(ConnectionStore *store)
{
    if (++store->added < store->live_max)
        return;
    store->added = store->thawed = 0;
}

uint32_t connection_store_add(ConnectionStore *store, uint32_t tag, int64_t now_ns)
{
    if (store->count == store->capacity)
        store->places = arena_grow_list(store->arena, store->places, &store->capacity, sizeof *store->places);
    count_added(store);
    uint32_t handle = take_live(store, store->count++, now_ns);
    Connection *connection = connection_store_live(store, handle);
    memset(connection, 0, offsetof(Connection, sequence));
    connection->traits = CONNECTION_READY; /* not changed where it was just written: that would wait */
    store->owners[handle].tag = tag;
    index_add(&store->ready, tag, handle);
    return handle;
}

static uint32_t thaw_one(ConnectionStore *store, uint32_t stream)
{
    uint32_t place = store->places[stream] & ~PLACE_FROZEN;
    Connection connection;
    EventBlock block;
    size_t length = thaw(archive_bytes(&store->frozen, place), &connection, &block);
    archive_give_back(&store->frozen, place, length);
    count_thawed(store);
    uint32_t handle = take_live(store, stream, connection.last_ns);
    Connection *live = connection_store_live(store, handle);
    copy_lines(&connection, live);
    event_store_put(&store->events, live, &block);
    return handle;
}

uint32_t connection_store_wake(ConnectionStore *store, uint32_t stream)
{
    return store->places[stream] & PLACE_FROZEN ? thaw_one(store, stream) : store->places[stream];
}

/* Whoever reads one reads them all, in order. */
static void prefetch_ahead(const ConnectionStore *store, uint32_t stream)
{
    enum { READ_AHEAD = 8, RECORD_BYTES = 256 };
    if (store->count - stream <= READ_AHEAD || !(store->places[stream + READ_AHEAD] & PLACE_FROZEN))
        return;
    const uint8_t *bytes = archive_bytes(&store->frozen, store->places[stream + READ_AHEAD] & ~PLACE_FROZEN);
    for (unsigned at = 0; at < RECORD_BYTES; at += 64)
        prefetch(bytes + at);
}

void connection_store_read(const ConnectionStore *store, uint32_t stream, ConnectionRecord *ret_record)
{
    prefetch_ahead(store, stream);
    uint32_t place = store->places[stream];
    Connection *connection = &ret_record->connection;
    if (place & PLACE_FROZEN) {
        thaw(archive_bytes(&store->frozen, place & ~PLACE_FROZEN), connection, &ret_record->block);
        /* Only of what follows from its events: there are no holes among them. */
        track_waiting(connection, ret_record->events, NULL);
        return;
    }
    Connection *live = connection_store_live(store, place);
    if (!store->is_at_rest)
        connection_store_track((ConnectionStore *)store, live);
    copy_lines(live, connection);
    const Event *events = event_store_get(&store->events, live);
    memcpy(ret_record->events, events, live->event_count * sizeof(Event));
    if (live->traits & CONNECTION_THINNED)
        ret_record->block.exchange = *events_exchange(events);
    track_waiting(connection, ret_record->events, NULL); /* the same holds of those left by rest_alone() */
}

/* A live one that is not begun, and need not be if all follows from its events: what is tracked is a copy. */
static void rest_alone(ConnectionStore *store, uint32_t stream, Connection *live)
{
    Connection brief;
    Event events[EVENTS_BESIDE], *own = event_store_get(&store->events, live);
    copy_lines(live, &brief);
    memcpy(events, own, live->event_count * sizeof *own);
    track_waiting(&brief, events, &store->holes);
    tell_rest(store, stream, &brief, events);
    if (!(brief.traits & CONNECTION_BEYOND))
        return;
    memcpy(own, events, brief.event_count * sizeof *own);
    begin_as(store, live, &brief);
}

static void rest_there(ConnectionStore *store, uint32_t stream, Connection *live)
{
    connection_store_track(store, live);
    tell_rest(store, stream, live, event_store_get(&store->events, live));
}

void connection_store_rest_all(ConnectionStore *store)
{
    for (uint32_t handle = 1; handle < store->live.used; handle++) {
        if (handle + 1 < store->live.used && connection_store_stream(store, handle + 1) != NO_CONNECTION)
            prefetch_live(store, handle + 1);
        uint32_t stream = connection_store_stream(store, handle);
        if (stream == NO_CONNECTION)
            continue;
        Connection *live = connection_store_live(store, handle);
        if (live->event_block)
            rest_there(store, stream, live);
        else
            rest_alone(store, stream, live);
    }
    store->is_at_rest = true;
}
