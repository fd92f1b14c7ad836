/* The steps by which a history is worked out, in this order; internal to endpoint. */
#pragma once

#include "endpoint/history.h"

static inline bool row_is_segment(const HistoryRow *row)
{
    return !(row->marks & EVENT_NO_SEGMENT);
}

/* A FIN that may close something. One in a SYN does not: no stack takes it (Linux drops it in LISTEN,
 * SYN_SENT and SYN_RECEIVED alike), and none sends it but to probe. */
static inline bool row_has_fin(const HistoryRow *row)
{
    return (row->flags & (TCP_FIN | TCP_SYN)) == TCP_FIN;
}

/* The number of the sequence space after the segment. */
static inline int64_t row_after(const HistoryRow *row)
{
    return row->seq + row->length + !!(row->flags & TCP_SYN) + !!(row->flags & TCP_FIN);
}

/* sides.c: what flow counted of each side. Needs to know which end is the client. */
void history_fill_sides(History *history, unsigned client, const FlowTable *table,
                        const Connection *connection);

/* rows.c: the rows, and sets of them. Needs to know which end is which side. */
void history_fill_rows(History *history, const FlowTable *table, const Connection *connection,
                       const Event *events);

/* sides.c: what fill_sides makes of the numbers, the FIN's among them. */
void history_count_data(HistorySide *side);

/* sides.c: marks acknowledgements of what was never sent, and takes them back. Needs rows. */
void history_drop_wild_acks(History *history, const Connection *connection);

/* fins.c: marks FINs that closed nothing, and takes them back from what flow counted. Needs rows and sides.
 */
void history_drop_stray_fins(History *history);

/* fins.c: each FIN, and what acknowledged it. Needs rows and sides, and stray FINs dropped. */
void history_add_fin(History *history, unsigned index);

/* resets.c: what each RST is, what it answers, whether it counted. Needs rows, sides, FINs. */
void history_find_resets(History *history);

/* exchange.c: who spoke when, and who had heard what. Needs rows. */
void history_find_exchange(History *history, const Connection *connection, const Event *events);

/* storms.c: what RSTs answer that follow the one that counted, where it is no row. Needs the RSTs, and runs.
 */
void history_find_storms(History *history);

/* stalls.c: who repeated what in vain. Needs rows. */
void history_find_stalls(History *history);

/* states.c: replays both state machines. Needs all of the above. */
void history_replay_states(History *history);
