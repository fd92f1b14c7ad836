/* What a side sent and had to send again, at the end, without anything new being acknowledged: how
 * connections die. */
#include "endpoint/private.h"

/* Until the side's own RST, if it sent one: each acknowledgement of something new begins the count anew. */
static Stall find_stall(const History *history, Side side)
{
    Stall stall = {0};
    int64_t acked = ACKED_NOTHING, next = 0, previous_ns = history->start_ns;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        bool counts = row_is_segment(row) && !(row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE));
        if (counts && row->side != side && row->flags & TCP_ACK && !(row->flags & TCP_RST) &&
            row->ack > acked) {
            acked = row->ack;
            stall.repeats = 0;
            if (acked >= next)
                stall = (Stall){0};
        } else if (counts && row->side == side) {
            if (row->flags & TCP_RST)
                break;
            int64_t after = row_after(row);
            if (after > row->seq && after > acked) {
                stall.repeats += after <= next;
                if (!stall.first_frame) {
                    stall.first_frame = row->frame;
                    stall.first_ns = row->time_ns;
                    stall.idle_ns = row->time_ns - previous_ns;
                } else {
                    stall.interval_ns = row->time_ns - stall.last_ns;
                }
                stall.last_frame = row->frame;
                stall.last_ns = row->time_ns;
            }
            if (after > next)
                next = after;
        }
        previous_ns = row->time_ns;
    }
    stall.bytes = next > acked && acked > ACKED_NOTHING ? next - acked : 0;
    return stall;
}

void history_find_stalls(History *history)
{
    history->stalled = -1;
    for (unsigned side = 0; side < SIDES; side++) {
        Stall *stall = &history->stall[side];
        *stall = (Stall){0};
        if (!history->side[side].retransmissions)
            continue;
        *stall = find_stall(history, (Side)side);
        if (stall->repeats &&
            (history->stalled < 0 || stall->first_ns < history->stall[history->stalled].first_ns))
            history->stalled = (int)side;
    }
}
