#include "flow/events.h"

#include <glib.h>
#include <string.h>

#include "flow/runs.h"
#include "flow/thin.h"

void event_store_init(EventStore *store, Arena *arena)
{
    for (unsigned i = 1; i < EVENT_CLASSES; i++)
        pool_init(&store->pools[i], arena,
                  i == EVENT_CLASSES - 1 ? sizeof(EventBlock) : event_class_capacity[i] * sizeof(Event));
    pool_init(&store->runs, arena, sizeof(EventRun));
}

void event_store_clear(EventStore *store)
{
    for (unsigned i = 1; i < EVENT_CLASSES; i++)
        pool_clear(&store->pools[i]);
    pool_clear(&store->runs);
}

static void event_store_grow(EventStore *store, Connection *connection)
{
    unsigned old_class = connection->event_class, new_class = old_class + 1;
    uint32_t block = pool_take(&store->pools[new_class]);
    memcpy(pool_block(&store->pools[new_class], block), event_store_get(store, connection),
           event_class_capacity[old_class] * sizeof(Event));
    event_store_give_back(store, connection);
    connection->event_block = block;
    connection->event_class = (uint8_t)new_class;
}

Event *event_store_add(EventStore *store, Connection *connection)
{
    if (!event_store_has_room(connection))
        event_store_grow(store, connection);
    return event_store_add_there(store, connection);
}

void event_store_move_out(EventStore *store, Connection *connection)
{
    if (!connection->event_block)
        event_store_grow(store, connection);
}

void event_store_thin_out(EventStore *store, Connection *connection)
{
    EventBlock *block = (EventBlock *)event_store_get(store, connection);
    if (!(connection->traits & CONNECTION_THINNED))
        exchange_begin(&block->exchange);
    exchange_take_events(&block->exchange, connection, block->events);
    connection->event_count =
        (uint8_t)thin_out(&store->runs, connection, block->events, connection->event_count);
    block->exchange.taken = connection->tracked = connection->event_count;
    connection->traits |= CONNECTION_BEYOND | CONNECTION_THINNED;
}

void event_store_put(EventStore *store, Connection *connection, const EventBlock *block)
{
    unsigned size_class = connection->traits & CONNECTION_BEGUN ? 1 : 0;
    while (size_class < EVENT_CLASSES - 1 && connection->event_count > event_class_capacity[size_class])
        size_class++;
    connection->event_class = (uint8_t)size_class;
    connection->event_block = size_class ? pool_take(&store->pools[size_class]) : 0;
    Event *events = event_store_get(store, connection);
    memcpy(events, block->events, connection->event_count * sizeof *events);
    if (connection->traits & CONNECTION_THINNED)
        ((EventBlock *)events)->exchange = block->exchange;
}

void event_store_give_back(EventStore *store, Connection *connection)
{
    if (connection->event_block)
        pool_give_back(&store->pools[connection->event_class], connection->event_block);
    connection->event_block = 0;
    connection->event_class = 0;
}
