/* Follows the sequence numbers of a connection, segment by segment. Internal to flow. */
#pragma once

#include "flow/connection.h"
#include "flow/pool.h"

/* Takes in a segment that `end` sent; returns what it turned out to be, as EVENT_… marks. `events` are those
 * kept so far, `count` of them. */
uint16_t track_segment(Connection *connection, unsigned end, const Segment *segment, const Event *events,
                       unsigned count, Pool *holes);

/* Takes in a segment of `end` that belongs to the connection before this one: it counts as a packet of this
 * stream, and its numbers only set the base as they do in Wireshark. */
uint16_t track_foreign(Connection *connection, unsigned end, const Segment *segment);

/* Call for every segment whose event is kept: by this a second copy of it is recognized. */
void track_remember(Connection *connection, unsigned end, const Segment *segment);
