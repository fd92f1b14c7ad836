/* Where the connections of a capture are kept, by stream number: as they are while segments of them come,
 * frozen (frozen.h) when none has come for a while.
 *
 * What is touched packet by packet then stays as small as what is open at one time, and fits the cache,
 * however many connections the capture has; the others cost a quarter of their memory, and are written and
 * read front to back. Which ones to freeze a clock's hand tells that walks round the live ones, one step for
 * each that is added: whatever has not been touched since it last came by, or where that is open since the
 * time before; or of those it saw the one that was touched longest ago. */
#pragma once

#include <stdint.h>

#include "flow/archive.h"
#include "flow/connection.h"
#include "flow/events.h"
#include "flow/holes.h"
#include "flow/index.h"
#include "flow/pool.h"
#include "flow/track.h"

/* Told when a connection has come to rest: no segment of it came for a while, or none will come any more. It
 * may wake up, and come to rest again; it always does in the end. Everything is borrowed, and the connection
 * as it is in the store not up to date. */
typedef void (*RestFunction)(void *data, uint32_t stream, const Connection *connection, const Event *events);

/* Whose block of the live ones it is. */
typedef struct {
    uint32_t stream; /* NO_CONNECTION: free */
    uint32_t tag;    /* under which it is ready */
} LiveOwner;

typedef struct {
    Arena *arena;
    uint32_t *places; /* by stream: handle in `live`, or with PLACE_FROZEN in `frozen` */
    uint32_t count, capacity;

    Pool live;         /* LiveConnection */
    LiveOwner *owners; /* by handle in `live` */
    uint32_t owner_capacity;
    Index ready; /* handles in `live` */
    uint32_t live_count, live_max, added;
    uint64_t thawed, thawed_max; /* how many were woken up, and may be before more are kept live */
    uint32_t hand;               /* handle in `live` */
    int64_t round_ns[3];         /* when the hand last came by its start, and the two times before */

    EventStore events;
    Pool holes;
    Archive frozen;
    RestFunction rest; /* or NULL */
    void *rest_data;
    bool is_at_rest; /* all of them are: no more segments will come */
} ConnectionStore;

#define PLACE_FROZEN 0x80000000u

/* A connection for reading, with its events. Large: reuse it. */
typedef struct {
    Connection connection;
    union {
        Event events[EVENTS_MAX];
        EventBlock block;
    };
} ConnectionRecord;

/* `arena` is borrowed. */
void connection_store_init(ConnectionStore *store, Arena *arena, uint32_t live_max);
void connection_store_clear(ConnectionStore *store);

/* Before the first connection is added. */
void connection_store_set_live_max(ConnectionStore *store, uint32_t live_max);

/* A new connection with the next stream number, ready by its tag; its first cache line is all zero else. May
 * freeze others; so may connection_store_wake(). Returns its handle. */
uint32_t connection_store_add(ConnectionStore *store, uint32_t tag, int64_t now_ns);

/* The handle of the connection, which is live then, until the next call of either. */
uint32_t connection_store_wake(ConnectionStore *store, uint32_t stream);

/* A live connection can be found by its tag as long as it stays live, or until it is no longer the one that
 * the next segment of its tuple belongs to. */
void connection_store_make_ready(ConnectionStore *store, uint32_t handle, uint32_t tag);
void connection_store_retire(ConnectionStore *store, uint32_t handle);

/* A copy of it. Changes nothing, so several threads may read at once. */
void connection_store_read(const ConnectionStore *store, uint32_t stream, ConnectionRecord *ret_record);

/* No more segments will come: those that are live come to rest as well, and stay as they are. */
void connection_store_rest_all(ConnectionStore *store);

/* A live one. Some of its events may be waiting. */
static inline Connection *connection_store_live(const ConnectionStore *store, uint32_t handle)
{
    return pool_block_of(&store->live, handle, sizeof(LiveConnection));
}

static inline uint32_t connection_store_stream(const ConnectionStore *store, uint32_t handle)
{
    return store->owners[handle].stream;
}

/* Brings a live one up to date: none of its events waits any longer. */
static inline void connection_store_track(ConnectionStore *store, Connection *connection)
{
    if (connection->tracked == connection->event_count)
        return;
    event_store_move_out(&store->events, connection);
    track_waiting(connection, event_store_get(&store->events, connection), &store->holes);
}
