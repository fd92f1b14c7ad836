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

void event_store_init(EventStore *store);
void event_store_clear(EventStore *store);

/* Appends a copy. */
void event_store_append(EventStore *store, Connection *connection, const Event *event);

/* Takes in `events`, connection->event_count of them, for a connection that has no block; and gives back what
 * it has. */
void event_store_put(EventStore *store, Connection *connection, const Event *events);
void event_store_give_back(EventStore *store, Connection *connection);

/* The events in the order of the capture; connection->event_count of them, borrowed until the next append. */
Event *event_store_get(const EventStore *store, const Connection *connection);
