/* Follows the sequence numbers of a connection, segment by segment. Internal to flow. */
#pragma once

#include "flow/connection.h"
#include "flow/events.h"

/* A few bits of what makes two segments the same packet. */
uint32_t track_digest(const Segment *segment, unsigned end);

/* Takes in a segment that `end` sent; returns what it turned out to be, as EVENT_… marks. `digest` is its
 * track_digest(), `events` has those kept so far. */
uint16_t track_segment(Connection *connection, unsigned end, const Segment *segment, uint32_t digest,
                       const EventStore *events, Pool *holes);

/* Takes in a segment of `end` that belongs to the connection before this one: it counts as a packet of this
 * stream, and its numbers only set the base as they do in Wireshark. */
uint16_t track_foreign(Connection *connection, unsigned end, const Segment *segment);

/* Call for every segment whose event is kept: by this a second copy of it is recognized. */
static inline void track_remember(Connection *connection, uint32_t digest)
{
    enum { RECENT_BITS = 6 };
    connection->recent = connection->recent << RECENT_BITS | digest;
}
