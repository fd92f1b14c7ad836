#include "flow/events.h"

#include <glib.h>
#include <string.h>

/* What thinning out never touches: the handshake and first exchange, and the latest segments. */
enum { KEEP_FIRST = 8, KEEP_LAST = 16 };

/* Opening and closing segments kept in the middle; a storm of resets is bounded too. */
enum { KEEP_TEARDOWN = 14 };

_Static_assert(KEEP_FIRST + 2 * KEEP_TEARDOWN + 1 + KEEP_LAST < EVENTS_MAX, "thinning out makes room");

void event_store_init(EventStore *store, Arena *arena)
{
    for (unsigned i = 1; i < EVENT_CLASSES; i++)
        pool_init(&store->pools[i], arena,
                  i == EVENT_CLASSES - 1 ? sizeof(EventBlock) : event_class_capacity[i] * sizeof(Event));
}

void event_store_clear(EventStore *store)
{
    for (unsigned i = 1; i < EVENT_CLASSES; i++)
        pool_clear(&store->pools[i]);
}

static bool event_is_teardown(const Event *event)
{
    return event->flags & (TCP_SYN | TCP_FIN | TCP_RST) || event->marks & EVENT_ICMP;
}

/* Makes `run`, which may be a single segment so far, stand for `event` too. */
static void run_absorb(Event *run, const Event *event)
{
    if (!(run->marks & EVENT_RUN)) {
        run->seq = run->frame;
        run->ack = run->length > 0;
        run->length = 1;
        run->marks = EVENT_RUN;
        run->flags = 0;
    }
    bool is_run = event->marks & EVENT_RUN;
    run->length += is_run ? event->length : 1;
    run->ack += is_run ? event->ack : event->length > 0;
    run->frame = event->frame;
    run->time_ns = event->time_ns;
}

/* Joins the segments between the first and the last that neither open nor close the connection. A segment
 * next to one that does is kept as well: it may be what provoked an RST. */
static unsigned thin_out(Event *events, unsigned count)
{
    unsigned kept = KEEP_FIRST, teardowns = 0, end = count - KEEP_LAST;
    bool joining = false, before = event_is_teardown(&events[KEEP_FIRST - 1]);
    for (unsigned i = KEEP_FIRST; i < end; i++) {
        const Event event = events[i];
        bool is_teardown = event_is_teardown(&event), next = event_is_teardown(&events[i + 1]);
        bool keep =
            (is_teardown || before || next) && !(event.marks & EVENT_RUN) && teardowns < KEEP_TEARDOWN;
        before = is_teardown;
        teardowns += keep;
        if (!keep && joining) {
            run_absorb(&events[kept - 1], &event);
            continue;
        }
        events[kept] = event;
        joining = !keep;
        kept++;
    }
    memmove(&events[kept], &events[end], KEEP_LAST * sizeof events[0]);
    return kept + KEEP_LAST;
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
    connection->event_count = (uint8_t)thin_out(block->events, connection->event_count);
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
