/* A connection and its events, packed into about a quarter of their memory for as long as no segment of it
 * comes.
 *
 * Nothing is left out: what was packed comes back bit by bit. Numbers are written as what they differ from
 * what was to be expected (a SEQ from the end of the segment before, a time from the time before), and the
 * differences without their leading zero bytes. There is no branch a field, so that packing costs about as
 * much as touching the memory that it saves. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "flow/connection.h"
#include "flow/events.h"

/* No connection packs into more. */
#define FROZEN_BYTES_MAX 3072u

/* So much may be written and read beyond what is used. */
#define FROZEN_PADDING 8u

/* Packs the connection with its `events`, event_count of them; returns how many bytes of `ret_bytes`
 * (FROZEN_BYTES_MAX + FROZEN_PADDING long) it took. */
size_t freeze(const Connection *connection, const Event *events, uint8_t *ret_bytes);

/* The reverse; returns how many bytes it read. `ret_events` has room for EVENTS_MAX. The connection has no
 * event block. */
size_t thaw(const uint8_t *bytes, Connection *ret_connection, Event *ret_events);
