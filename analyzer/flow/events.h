/* The events of each connection: kept whole for a short one, bounded for a long one.
 *
 * Blocks of three sizes, of which the smallest lies beside the connection; a connection that outgrows the
 * largest is thinned out (thin.c): its first and last segments and what opens or closes it stay, the plain
 * data and acknowledgements between become runs. So a transfer of a million segments and a connection of ten
 * cost about the same, and the end is always there. */
#pragma once

#include <stdint.h>

#include "base/bounds.h"
#include "flow/connection.h"
#include "flow/exchange.h"
#include "flow/pool.h"

#define EVENT_CLASSES 3

/* Enough for an ordinary short connection: most never need more. */
#define EVENTS_BESIDE 12

/* A connection that waits for segments. Its first events lie beside it, so that what a segment touches lies
 * in one page; and where its other lines will be, which nobody needs before something is tracked. */
typedef union {
    Connection connection;
    struct {
        uint8_t first_line[offsetof(Connection, sequence)];
        Event events[EVENTS_BESIDE];
    } beside; /* until it is CONNECTION_BEGUN */
} LiveConnection;

/* A block of the largest size: where events were left out, what they and all before them told of the
 * exchange. */
typedef struct {
    Event events[EVENTS_MAX];
    Exchange exchange;
} EventBlock;

/* Of a connection that is CONNECTION_THINNED, by its events. */
static inline const Exchange *events_exchange(const Event *events)
{
    return &((const EventBlock *)events)->exchange;
}

typedef struct {
    Pool pools[EVENT_CLASSES];
    Pool runs; /* EventRun, of runs.h */
} EventStore;

static const uint16_t event_class_capacity[EVENT_CLASSES] = {EVENTS_BESIDE, 24, EVENTS_MAX};

/* `arena` is borrowed. */
void event_store_init(EventStore *store, Arena *arena);
void event_store_clear(EventStore *store);

/* Room for one more event of a LiveConnection, counted already: to be filled in at once. */
Event *event_store_add(EventStore *store, Connection *connection);

/* Makes room where there are as many as are kept; they must have been tracked. */
void event_store_thin_out(EventStore *store, Connection *connection);

/* To be called before a LiveConnection is begun: its events make room for its lines. */
void event_store_move_out(EventStore *store, Connection *connection);

/* Takes in the events, connection->event_count of them, for a LiveConnection that has no block; and gives
 * back what it has. */
void event_store_put(EventStore *store, Connection *connection, const EventBlock *block);
void event_store_give_back(EventStore *store, Connection *connection);

/* The events of a LiveConnection in the order of the capture; connection->event_count of them, borrowed until
 * the next append. */
static inline Event *event_store_get(const EventStore *store, const Connection *connection)
{
    return connection->event_block
               ? pool_block(&store->pools[connection->event_class], connection->event_block)
               : ((LiveConnection *)(uintptr_t)connection)->beside.events;
}

/* Whether there is room for one more where they are; and event_store_add() where there is. */
static inline bool event_store_has_room(const Connection *connection)
{
    return connection->event_count < event_class_capacity[connection->event_class];
}

static inline Event *event_store_add_there(const EventStore *store, Connection *connection)
{
    return &event_store_get(store, connection)[connection->event_count++];
}
