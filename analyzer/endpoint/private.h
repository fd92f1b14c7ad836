/* The steps by which a history is worked out, in this order; internal to endpoint. */
#pragma once

#include "endpoint/history.h"

/* Whether a row is a segment that its side really sent once, as opposed to a run, a second copy of the same
 * packet, an ICMP error about it, or something that does not belong. */
static inline bool row_is_segment(const HistoryRow *row)
{
    return !(row->marks & (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR));
}

/* The number of the sequence space after the segment. */
static inline int64_t row_after(const HistoryRow *row)
{
    return row->seq + row->length + !!(row->flags & TCP_SYN) + !!(row->flags & TCP_FIN);
}

/* resets.c: what each RST is, what it answers, whether it counted. Needs rows, sides, FINs. */
void history_find_resets(History *history);

/* stalls.c: who repeated what in vain. Needs rows. */
void history_find_stalls(History *history);

/* states.c: replays both state machines. Needs all of the above. */
void history_replay_states(History *history);
