/* Follows the sequence numbers of a connection, segment by segment. Internal to flow. */
#pragma once

#include "flow/connection.h"
#include "flow/pool.h"

/* Takes in a segment that `end` sent; returns what it turned out to be, as EVENT_… marks. `events` are those
 * kept so far, `count` of them. */
uint16_t track_segment(Connection *connection, unsigned end, const Segment *segment, const Event *events,
                       unsigned count, Pool *holes);
