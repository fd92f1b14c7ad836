/* The connections of a capture, filed by the caller and by a thread beside it.
 *
 * The hash of a tuple says in which of a few lanes its connections lie. Each lane has a flow table of its own
 * and is filled in the order of the capture, a tray of segments at a time and by one thread at a time:
 * whichever has nothing better to do, so that both are busy whatever a capture is like. Which lane a
 * connection was in cannot be seen afterwards: streams are numbered over all by their first frames. */
#pragma once

#include <glib.h>

#include "flow/table.h"

#define LANES_MAX 4

typedef struct Lanes Lanes;

/* `seed` keys the hash, see table.h. `beside`: with several lanes, and the thread once there is enough to
 * do; without, or where no thread can be made, all is done in the calls below. */
Lanes *lanes_new(uint64_t seed, bool beside);
void lanes_free(Lanes *lanes);

/* See table.h; before the first segment. */
void lanes_set_numbering(Lanes *lanes, Numbering numbering);

/* That the tables have their memory from; for whoever lives no longer than the lanes. */
Arena *lanes_arena(const Lanes *lanes);

unsigned lanes_width(const Lanes *lanes);
FlowTable *lanes_table(const Lanes *lanes, unsigned lane);

/* Files the next segments. What is noted of a payload (notes.h) is copied; NULL for none. */
void lanes_file(Lanes *lanes, const Segment *segments, const uint8_t *const *payloads, unsigned count);

/* No more segments will come. To be called before what follows. */
void lanes_finish(Lanes *lanes);

uint32_t lanes_count(const Lanes *lanes);

/* The lane that has the connection, and its index in the table there. */
unsigned lanes_find(const Lanes *lanes, uint32_t stream, uint32_t *ret_index);

/* The stream number of what a lane's table has at `index`; NO_CONNECTION stays what it is. */
uint32_t lanes_stream(const Lanes *lanes, unsigned lane, uint32_t index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lanes, lanes_free)
