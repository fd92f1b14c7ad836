/* All connections of a capture: found by address and port, numbered as Wireshark numbers streams.
 *
 * A seeded index maps a tuple to its newest connection; store.h keeps them, and has a smaller index of those
 * that are ready for their next segment, which is where nearly every segment is found. The index of a
 * connection is its stream number.
 *
 * When a stream begins (read from Wireshark's packet-tcp.c and held against tshark by the tests): where the
 * tuple is new, or where a SYN or SYN-ACK has another number than the base of its sender's numbers, or the
 * same one after a FIN with ACK or an RST. In Wireshark 4.0 only a SYN without ACK that has another
 * number begins one, and a SYN-ACK's number becomes the base. Whatever else comes stays in the newest stream
 * of its tuple, and so does all from a side whose base is not known.
 */
#pragma once

#include <stdint.h>

#include "flow/connection.h"
#include "flow/events.h"
#include "flow/holes.h"
#include "flow/notes.h"
#include "flow/parcel.h"
#include "flow/runs.h"
#include "flow/store.h"
#include "flow/tuple.h"

typedef struct FlowTable FlowTable;

/* Which Wireshark's stream numbers. */
typedef enum {
    NUMBERING_4_4, /* and those after it */
    NUMBERING_4_0,
} Numbering;

/* `seed` keys the hash: random in the program, since a capture may be made to collide; fixed in tests.
 * `arena` is borrowed; NULL: one of its own. */
FlowTable *flow_table_new(uint64_t seed, Arena *arena);
void flow_table_free(FlowTable *table);

/* How many connections are kept ready for their next segment; more where that proves too few. LIVE_AT_FIRST
 * unless it is said. */
void flow_table_set_live_max(FlowTable *table, uint32_t live_max);

/* NUMBERING_4_4 unless it is said, before the first segment. */
void flow_table_set_numbering(FlowTable *table, Numbering numbering);

/* See store.h; `function` may read other connections of the table, but not add to it. */
void flow_table_on_rest(FlowTable *table, RestFunction function, void *data);

/* For tuple_hash(). All tables that were made with the same seed have the same key. */
TupleKey flow_table_key(const FlowTable *table);

/* Files the segment under its connection and keeps its event, which may have to wait for being tracked.
 * `hint` is flow_table_look_ahead() of it, or NULL. Returns the connection, borrowed until the next call; NULL
 * for a SEGMENT_ICMP_BRIEF of which there is none. */
Connection *flow_table_add_parcel(FlowTable *table, const Parcel *parcel, Connection *hint);
/* The same, and all is tracked. */
Connection *flow_table_add(FlowTable *table, const Segment *segment);

/* Keeps the note of the segment just added (note_make()). */
void flow_table_note(FlowTable *table, Connection *connection, const Note *note);

/* The notes of a connection, in the order of the capture: the first, then flow_table_next_note(); NULL at the
 * end. Borrowed. */
const Note *flow_table_first_note(const FlowTable *table, const Connection *connection);
const Note *flow_table_next_note(const FlowTable *table, const Note *note);

/* No more segments will come: gives back what only they need. */
void flow_table_finish(FlowTable *table);

uint32_t flow_table_count(const FlowTable *table);

/* A copy of a connection and of the events that are kept of it, in the order of the capture. Several threads
 * may read at once. */
void flow_table_read(const FlowTable *table, uint32_t stream, ConnectionRecord *ret_record);

/* The connection itself and its events; borrowed until the next segment is added, or connection got. */
Connection *flow_table_get(const FlowTable *table, uint32_t stream);
const Event *flow_table_events(const FlowTable *table, const Connection *connection);

/* What the segments came to that an EVENT_RUN stands for. Borrowed. */
const EventRun *flow_table_run(const FlowTable *table, const Event *event);

/* holes.h, for whoever has only the table. */
int64_t flow_table_missing_below(const FlowTable *table, const Connection *connection, unsigned end,
                                 int64_t limit);
/* Whether the highest numbers below SND.NXT are missing: only a later pure ACK showed that they had been
 * sent. */
bool flow_table_top_missing(const FlowTable *table, const Connection *connection, unsigned end);
int64_t flow_table_contiguous(const FlowTable *table, const Connection *connection, unsigned end);

/* For whoever has the next segments at hand (lanes.c): each step, some segments ahead of the one after it,
 * fetches what that one reads, so that nothing waits for memory. First the slot; then by the slot the
 * connection, nearly always the right one, but who knows what becomes of it until it is that segment's turn,
 * or NULL; then by the connection the place of its event. */
void flow_table_prefetch_slot(const FlowTable *table, const Parcel *parcel);
Connection *flow_table_look_ahead(const FlowTable *table, const Parcel *parcel);
void flow_table_prefetch_event(const FlowTable *table, const Connection *connection);
