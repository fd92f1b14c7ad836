/* The exchange of a connection: of its rows, and of what was left out of them. */
#include "endpoint/private.h"

static void copy_exchange(History *history, const Exchange *from)
{
    Exchange *exchange = &history->exchange;
    const unsigned client = history->side[SIDE_CLIENT].end;
    *exchange = *from;
    if (!client)
        return;
    exchange->end[SIDE_CLIENT] = from->end[1];
    exchange->end[SIDE_SERVER] = from->end[0];
    exchange->speaker ^= from->speaker != EXCHANGE_NOBODY;
    exchange->first ^= from->first != EXCHANGE_NOBODY;
}

void history_find_exchange(History *history, const Connection *connection, const Event *events)
{
    exchange_begin(&history->exchange);
    if (connection->traits & CONNECTION_THINNED)
        copy_exchange(history, events_exchange(events));
    for (unsigned i = history->exchange.taken; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (!event_speaks(row->flags, row->marks, row->length))
            continue;
        const int64_t seq = row->seq + !!(row->flags & TCP_SYN);
        exchange_take(&history->exchange, row->side,
                      &(Payload){row->time_ns, seq, seq + row->length, row->ack, row->frame});
    }
}
