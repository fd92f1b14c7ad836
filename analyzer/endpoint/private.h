/* The steps by which a history is worked out, in this order; internal to endpoint. */
#pragma once

#include "endpoint/history.h"

/* What is no segment that its side really sent once: a run, a second copy of the same packet, an ICMP error
 * about it, or something that does not belong. */
#define EVENT_NO_SEGMENT (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR)

static inline bool row_is_segment(const HistoryRow *row)
{
    return !(row->marks & EVENT_NO_SEGMENT);
}

/* The number of the sequence space after the segment. */
static inline int64_t row_after(const HistoryRow *row)
{
    return row->seq + row->length + !!(row->flags & TCP_SYN) + !!(row->flags & TCP_FIN);
}

/* Sets of rows, a bit each, row 0 the lowest: who asks for a few rows of many goes straight to them, with
 *
 *     for (uint64_t rest = set; rest; rest &= rest - 1) {
 *         unsigned i = row_set_first(rest);
 */
typedef struct {
    uint64_t captured[SIDES]; /* of a side: all but runs and ICMP errors */
    uint64_t segments[SIDES]; /* of them, row_is_segment() */
    uint64_t controls;        /* SYN, FIN or RST set */
} RowSets;

_Static_assert(EVENTS_MAX <= 64, "a bit for each row");

/* Of a set that is not empty. */
static inline unsigned row_set_first(uint64_t set)
{
    return (unsigned)__builtin_ctzll(set);
}

static inline unsigned row_set_last(uint64_t set)
{
    return 63u - (unsigned)__builtin_clzll(set);
}

static inline uint64_t rows_before(unsigned row)
{
    return (UINT64_C(1) << row) - 1;
}

static inline uint64_t rows_after(unsigned row)
{
    return ~UINT64_C(1) << row;
}

/* sides.c: what flow counted of each side. Needs to know which end is the client. */
void history_fill_sides(History *history, unsigned client, const FlowTable *table,
                        const Connection *connection);

/* rows.c: the rows, and sets of them. Needs to know which end is which side. */
RowSets history_fill_rows(History *history, const Connection *connection, const Event *events);

/* fins.c: each FIN, and what acknowledged it. Needs rows and sides. */
void history_add_fin(History *history, const RowSets *sets, unsigned index);

/* resets.c: what each RST is, what it answers, whether it counted. Needs rows, sides, FINs. */
void history_find_resets(History *history, const RowSets *sets);

/* stalls.c: who repeated what in vain. Needs rows. */
void history_find_stalls(History *history);

/* states.c: replays both state machines. Needs all of the above. */
void history_replay_states(History *history);
