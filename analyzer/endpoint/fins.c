/* Each FIN, and what acknowledged it.
 *
 * Not every segment with FIN closes something: a side that has not sent its SYN has nothing to close, and
 * what claims to come from it is dropped in LISTEN and SYN_SENT (RFC 9293 3.10.7.2, 3.10.7.3). Scanners and
 * forgers send such. */
#include "endpoint/private.h"

/* The first row after `row` in which the other side acknowledges `number` of `side`; NULL for none. */
static const HistoryRow *find_ack(const History *history, unsigned row, Side side, int64_t number)
{
    uint64_t later = history->sets.segments[side_other(side)] & rows_after(row);
    for (; later; later &= later - 1) {
        const HistoryRow *ack = &history->rows[row_set_first(later)];
        if (ack->ack >= number && (ack->flags & (TCP_ACK | TCP_RST)) == TCP_ACK)
            return ack;
    }
    return NULL;
}

/* What flow marks a FIN with whose number SND.NXT had passed: it fills a hole, or repeats something. */
#define EVENT_BELOW_NEXT (EVENT_FILLS_HOLE | EVENT_RETRANSMISSION | EVENT_PARTLY_NEW)

/* Whether the side had gone beyond its FIN before the first copy of it that was captured. Whatever lay beyond
 * moved SND.NXT there (track_numbers() of flow), so that the FIN, which came after it, was marked. Nearly
 * every FIN is in order and has no such mark. Numbers alone would not do: what lies 2 GiB below the FIN may
 * seem to lie above. */
static bool is_beyond_before(const History *history, unsigned row, int64_t fin_seq)
{
    if (!(history->rows[row].marks & EVENT_BELOW_NEXT))
        return false;
    for (uint64_t runs = history->sets.runs & rows_before(row); runs; runs &= runs - 1) {
        const HistoryRun *run = history_run(history, &history->rows[row_set_first(runs)]);
        if (run->side[history->rows[row].side].next > fin_seq + 1)
            return true;
    }
    uint64_t earlier = history->sets.segments[history->rows[row].side] & rows_before(row);
    for (; earlier; earlier &= earlier - 1) {
        const HistoryRow *segment = &history->rows[row_set_first(earlier)];
        if (segment->seq > fin_seq && !(segment->flags & TCP_RST))
            return true;
    }
    return false;
}

/* What the FIN acknowledges was sent before it, captured or not. */
static void take_back_after_fin(HistorySide *peer, const HistoryRow *row)
{
    int64_t unknown_to_it = peer->next - (peer->fin && peer->fin_seq < peer->next) - row->ack;
    if (row->flags & TCP_ACK && unknown_to_it < peer->after_peer_fin_bytes)
        peer->after_peer_fin_bytes = unknown_to_it > 0 ? unknown_to_it : 0;
}

static uint64_t controls_of(const History *history, Side side)
{
    return history->sets.controls & history->sets.segments[side];
}

/* The rows before the side's own SYN, where that was captured; else none. */
static uint64_t before_syn(const History *history, Side side)
{
    for (uint64_t rest = controls_of(history, side); rest; rest &= rest - 1) {
        unsigned i = row_set_first(rest);
        if (history->rows[i].flags & TCP_SYN)
            return rows_before(i);
    }
    return 0;
}

/* How far the other side had come when row `row` was captured. */
static int64_t next_before(const History *history, Side side, unsigned row)
{
    int64_t next = 1;
    for (uint64_t rest = history->sets.segments[side] & rows_before(row); rest; rest &= rest - 1) {
        int64_t after = row_after(&history->rows[row_set_first(rest)]);
        next = after > next ? after : next;
    }
    return next;
}

/* The first FIN that stands, and what it changes of what was counted by the one that does not. */
static void choose_fin(History *history, Side side)
{
    HistorySide *self = &history->side[side], *peer = &history->side[side_other(side)];
    int64_t counted = self->fin_seq;
    self->fin = false;
    self->fin_seq = 0;
    peer->after_peer_fin_bytes = 0;
    for (uint64_t rest = controls_of(history, side); rest && !self->fin; rest &= rest - 1) {
        unsigned i = row_set_first(rest);
        const HistoryRow *row = &history->rows[i];
        if (!row_has_fin(row) || row->flags & TCP_RST)
            continue;
        self->fin = true;
        self->fin_seq = row->seq + row->length;
        int64_t before = next_before(history, side_other(side), i);
        int64_t after = peer->next - (peer->fin && peer->fin_seq < peer->next);
        peer->after_peer_fin_bytes = after > before ? after - before : 0;
    }
    if (!self->fin && self->next == counted + 1) /* its number was taken by nothing else */
        self->next = counted;
    history_count_data(self);
}

static void drop_strays(History *history, Side side, uint64_t early)
{
    for (; early; early &= early - 1) {
        unsigned i = row_set_first(early);
        HistoryRow *row = &history->rows[i];
        if (!row_has_fin(row) || row->flags & TCP_RST)
            continue;
        row->marks |= EVENT_WILD;
        history->marks_seen |= EVENT_WILD;
        history->sets.segments[side] &= ~(UINT64_C(1) << i);
    }
    choose_fin(history, side);
}

void history_drop_stray_fins(History *history)
{
    for (unsigned side = 0; side < SIDES; side++) {
        if (!history->side[side].fin)
            continue;
        uint64_t early = before_syn(history, (Side)side) & controls_of(history, (Side)side);
        for (uint64_t rest = controls_of(history, (Side)side); rest; rest &= rest - 1) {
            unsigned i = row_set_first(rest);
            const HistoryRow *row = &history->rows[i];
            if (!(row->flags & TCP_FIN))
                continue;
            if (row->flags & TCP_SYN || early & UINT64_C(1) << i)
                drop_strays(history, (Side)side, early);
            break; /* flow counted by the first */
        }
    }
}

void history_add_fin(History *history, unsigned index)
{
    const HistoryRow row = history->rows[index];
    HistorySide *side = &history->side[row.side], *peer = &history->side[side_other(row.side)];
    int64_t seq = row.seq + row.length;
    const HistoryRow *ack = find_ack(history, index, row.side, seq + 1);
    uint32_t ack_frame = ack ? ack->frame : 0;
    bool acks_peer_fin = peer->fin && row.flags & TCP_ACK && row.ack > peer->fin_seq;
    history->fins[history->fin_count++] = (FinRecord){
        .seq = seq,
        .frame = row.frame,
        .ack_frame = ack_frame,
        .side = row.side,
        .row = (uint8_t)index,
        .retransmission = side->fin_frame != 0,
        .acks_peer_fin = acks_peer_fin,
    };
    if (!side->fin_frame) {
        side->fin_frame = row.frame;
        side->fin_ns = row.time_ns;
        side->fin_with_data = row.length > 0;
        side->fin_acks_peer_fin = acks_peer_fin;
        side->fin_first_lost = is_beyond_before(history, index, seq);
        if (peer->after_peer_fin_bytes)
            take_back_after_fin(peer, &row);
    }
    if (!side->fin_ack_frame && ack) {
        side->fin_ack_frame = ack_frame;
        side->fin_ack_ns = ack->time_ns;
    }
    side->fin_acked = side->fin_ack_frame || side->acked > side->fin_seq;
}
