/* Follows the sequence numbers of a connection. Internal to flow.
 *
 * Segments are not tracked one by one as they come, but those of a connection together, as late as that can
 * be: its numbers and counts, and the code that knows of them, are then in the cache for all of them, and the
 * path of a packet has little to touch. */
#pragma once

#include "flow/connection.h"
#include "flow/pool.h"

/* Tracks the events that wait, and marks each with what it turned out to be. Second copies of plain packets
 * are counted and dropped. */
void track_waiting(Connection *connection, Event *events, Pool *holes);

/* Makes the lines below the first valid, where no event has been tracked. */
void track_begin(Connection *connection, int64_t time_ns, uint32_t frame);

/* What is tracked apart: it says nothing of this connection's numbers but, where nothing else has, where they
 * begin. None may be waiting before it. Both return the event's marks, but for its end.
 *
 * A segment of `end` that belongs to the connection before this one: it counts as a packet of this stream,
 * and its numbers only set the base as they do in Wireshark. */
uint16_t track_foreign(Connection *connection, unsigned end, const Event *event);
/* An ICMP error that quotes a segment of `end`. */
uint16_t track_quote(Connection *connection, unsigned end, const Event *event);

enum { WAITING_OFFER = WAITING_WSCALE | WAITING_WSCALE_MASK << WAITING_WSCALE_SHIFT };

/* The marks of a waiting SYN that offers what the end did. */
static inline uint16_t track_offer(const Connection *connection, unsigned end)
{
    if (!(connection->known[end] & KNOWN_WSCALE))
        return 0;
    return (uint16_t)(WAITING_WSCALE | connection->counts[end].wscale << WAITING_WSCALE_SHIFT);
}
