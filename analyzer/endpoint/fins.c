/* Each FIN, and what acknowledged it. */
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

void history_add_fin(History *history, unsigned index)
{
    const HistoryRow row = history->rows[index];
    HistorySide *side = &history->side[row.side], *peer = &history->side[side_other(row.side)];
    int64_t seq = row.seq + row.length + !!(row.flags & TCP_SYN);
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
