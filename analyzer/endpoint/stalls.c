/* What a side sent and had to send again, at the end, without anything new being acknowledged: how
 * connections die. */
#include "endpoint/private.h"

/* Far beyond any retransmission timeout (Linux: 120 s). */
#define INTERVAL_MAX_NS INT64_C(86400000000000)

/* What was acknowledged to a side before its own RST, if it sent one, and where the last of it was. */
typedef struct {
    int64_t acked;
    unsigned progress; /* index of the row that acknowledged something new last */
    unsigned end;      /* one beyond the last row to look at */
} Acknowledged;

static Acknowledged find_acknowledged(const History *history, Side side)
{
    Acknowledged result = {.acked = ACKED_NOTHING, .end = history->row_count};
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        const int64_t acked = row->marks & EVENT_RUN
                                  ? history_run(history, row)->side[side_other(side)].received
                                  : ACKED_NOTHING;
        if (acked > result.acked) {
            result.acked = acked;
            result.progress = i;
        }
        if (!row_is_segment(row))
            continue;
        if (row->side == side && row->flags & TCP_RST) {
            result.end = i;
            break;
        }
        if (row->side != side && row->flags & TCP_ACK && !(row->flags & TCP_RST) && row->ack > result.acked) {
            result.acked = row->ack;
            result.progress = i;
        }
    }
    return result;
}

static void take_attempt(Stall *stall, const HistoryRow *row, int64_t idle_ns, bool window_is_zero)
{
    if (!stall->first_frame) {
        stall->first_frame = row->frame;
        stall->first_ns = row->time_ns;
        stall->idle_ns = idle_ns;
    } else {
        /* Bounded, so that wild time stamps cannot overflow what is computed from it. */
        int64_t interval = row->time_ns - stall->last_ns;
        interval = interval < INTERVAL_MAX_NS ? interval : INTERVAL_MAX_NS;
        /* Several segments are repeated in one go: what counts is the timeout before. */
        stall->interval_ns = interval > stall->interval_ns ? interval : stall->interval_ns;
    }
    stall->last_frame = row->frame;
    stall->last_ns = row->time_ns;
    stall->against_zero_window = window_is_zero;
}

/* Its own RST, in row `row`; there is none where that is the number of rows. */
static void take_reset(Stall *stall, const History *history, unsigned row)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        if (reset->row != row)
            continue;
        stall->rst_frame = reset->frame;
        stall->rst_ns = reset->time_ns;
        stall->rst_is_reply = reset->form == RST_FORM_REPLY;
    }
}

static Stall find_stall(const History *history, Side side)
{
    Stall stall = {0};
    Acknowledged limit = find_acknowledged(history, side);
    int64_t next = 0, previous_ns = history->start_ns;
    bool window_is_zero = false;
    for (unsigned i = 0; i < limit.end; i++) {
        const HistoryRow *row = &history->rows[i];
        bool is_probe = row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE);
        if (row->marks & EVENT_RUN) {
            const EventRunEnd *own = &history_run(history, row)->side[side],
                              *other = &history_run(history, row)->side[side_other(side)];
            next = own->next > next ? own->next : next;
            if (other->packets > other->resets)
                window_is_zero = other->window == 0;
        }
        if (row_is_segment(row) && row->side != side && !(row->flags & TCP_RST))
            window_is_zero = row->window == 0;
        if (row_is_segment(row) && row->side == side && !is_probe) {
            int64_t after = row_after(row);
            if (after > row->seq && after > limit.acked) {
                stall.repeats += after <= next && i > limit.progress;
                take_attempt(&stall, row, row->time_ns - previous_ns, window_is_zero);
            }
            next = after > next ? after : next;
        }
        previous_ns = row->time_ns;
    }
    take_reset(&stall, history, limit.end);
    stall.bytes = next > limit.acked && limit.acked > ACKED_NOTHING ? next - limit.acked : 0;
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
