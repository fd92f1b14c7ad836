/* The events of each connection: kept whole for a short one, bounded for a long one.
 *
 * Blocks of four sizes; a connection that outgrows the largest is thinned out: its first and last segments
 * and everything that opens or closes it stay, the plain data and acknowledgements between become runs. So a
 * transfer of a million segments and a connection of ten cost about the same, and the end is always there in
 * full. */
#pragma once

#include "base/bounds.h"
#include "flow/connection.h"
#include "flow/pool.h"

#define EVENT_CLASSES 4

typedef struct {
    Pool pools[EVENT_CLASSES];
} EventStore;

/* Six events hold a refused connection, twelve an ordinary short one: most connections never need more. */
static const uint16_t event_class_capacity[EVENT_CLASSES] = {6, 12, 24, EVENTS_MAX};

void event_store_init(EventStore *store);
void event_store_clear(EventStore *store);

/* Room for one more event, counted already: to be filled in at once. */
Event *event_store_add(EventStore *store, Connection *connection);

/* Takes in `events`, connection->event_count of them, for a connection that has no block; and gives back what
 * it has. */
void event_store_put(EventStore *store, Connection *connection, const Event *events);
void event_store_give_back(EventStore *store, Connection *connection);

/* The events in the order of the capture; connection->event_count of them, borrowed until the next append. */
static inline Event *event_store_get(const EventStore *store, const Connection *connection)
{
    return connection->event_block
               ? pool_block(&store->pools[connection->event_class], connection->event_block)
               : NULL;
}
