/* A connection and its events, packed into about a fifth of their memory for as long as no segment of it
 * comes.
 *
 * Nearly always all that is known of a connection follows from its events: then only they are packed, and
 * tracked again should somebody ask. Otherwise its numbers and counts are packed too. Nothing is left out
 * either way.
 *
 * Of an event is written what nobody could have foretold: the times and lengths, and what differs from what
 * was to be expected (a SEQ from the end of the segment before, an IP id from the one before). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "flow/connection.h"
#include "flow/events.h"

/* No connection packs into more. */
#define FROZEN_BYTES_MAX 3072u

/* So much may be written and read beyond what is used. */
#define FROZEN_PADDING 8u

/* Packs the connection, of which no event waits, with its `events`, event_count of them; returns how many
 * bytes of `ret_bytes` (FROZEN_BYTES_MAX + FROZEN_PADDING long) it took. */
size_t freeze(const Connection *connection, const Event *events, uint8_t *ret_bytes);

/* The reverse; returns how many bytes it read. The connection has no event block, and its events may all be
 * waiting to be tracked. */
size_t thaw(const uint8_t *bytes, Connection *ret_connection, EventBlock *ret_block);
