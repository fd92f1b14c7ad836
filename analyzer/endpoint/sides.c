/* What is known of a side by what flow counted of its end: its numbers, and how much of what they cover was
 * captured and acknowledged. */
#include <glib.h>
#include <stddef.h>
#include <string.h>

#include "endpoint/private.h"

/* Bytes of payload below `number`, which lies in the side's sequence space: SYN and FIN take a number each.
 */
static int64_t data_below(int64_t number, int64_t fin_seq)
{
    return number - 1 - (fin_seq < number);
}

/* What was left out of what the side sent. Most connections never have a hole: kept apart, so that they have
 * nothing of it to pass by. */
static G_GNUC_NO_INLINE void find_missing(HistorySide *side, unsigned end, const FlowTable *table,
                                          const Connection *connection)
{
    int64_t below =
        side->acked == ACKED_NOTHING ? 0 : flow_table_missing_below(table, connection, end, side->acked);
    /* Where a capture begins with a keep-alive, its number is that of a byte from before the capture. */
    if (below == 1 && !side->syn) {
        below = 0;
        side->data_bytes -= side->data_bytes > 0;
        side->data_acked -= side->data_acked > side->data_bytes;
    }
    side->gap_bytes += below;
    int64_t top = side->fin && side->acked <= side->fin_seq + 1 ? side->fin_seq : INT64_MAX;
    int64_t missing = flow_table_missing_below(table, connection, end, top);
    side->missing_bytes = missing > below ? missing - below : 0;
    side->top_missing = flow_table_top_missing(table, connection, end);
    /* Nobody knows whether that was ever sent: a stray number is enough to leave a hole before it. */
    int64_t unknown = side->missing_bytes < side->data_unacked ? side->missing_bytes : side->data_unacked;
    side->data_unacked -= unknown;
    side->data_bytes -= unknown;
}

/* What the other side acknowledged beyond what was captured, a FIN perhaps left out (end_of_stream). */
static inline int64_t acked_beyond_next(const HistorySide *side)
{
    int64_t beyond = side->acked - side->next;
    return beyond > !side->fin ? beyond : 0;
}

/* One beyond the last number that payload, SYN or FIN of the side took. What lies behind a FIN is no part of
 * the stream, unless the other side acknowledged it: then the FIN was not the side's own. One number that was
 * acknowledged and not captured, where no FIN was, is that of the FIN as likely as a byte's. */
static inline int64_t end_of_stream(const HistorySide *side, int64_t fin)
{
    if (side->acked > side->next)
        return side->acked - (fin == INT64_MAX && side->acked == side->next + 1);
    return fin < side->next - 1 && side->acked <= fin + 1 ? fin + 1 : side->next;
}

/* Payload that was first sent after the other side's FIN had been captured. */
static int64_t sent_after_peer_fin(const Connection *connection, const HistorySide *side, unsigned end,
                                   int64_t fin_seq)
{
    int64_t next = end_of_stream(side, fin_seq);
    if (!(connection->known[!end] & KNOWN_FIN))
        return 0;
    int64_t before = connection->counts[!end].peer_next_at_fin;
    int64_t after = next - (fin_seq < next);
    if (before < 1)
        before = 1;
    return after > before ? after - before : 0;
}

static inline void count_data(HistorySide *side, bool has_numbers, int64_t fin)
{
    int64_t data = has_numbers ? data_below(end_of_stream(side, fin), fin) : 0;
    int64_t acked = data_below(side->acked, fin);
    side->data_bytes = data > 0 ? data : 0;
    side->data_acked = acked < 0 ? 0 : acked < side->data_bytes ? acked : side->data_bytes;
    side->data_unacked = side->data_bytes - side->data_acked;
}

void history_count_data(HistorySide *side)
{
    count_data(side, true, side->fin ? side->fin_seq : INT64_MAX);
}

static void fill_numbers(HistorySide *side, unsigned end, const Connection *connection)
{
    const Sequence *sequence = &connection->sequence[end], *peer = &connection->sequence[!end];
    unsigned known = connection->known[end];
    int64_t fin = known & KNOWN_FIN ? connection->counts[end].fin : INT64_MAX;
    int64_t next = sequence->next, acked = sequence->acked;
    if (sequence->acked_beyond > 0 && sequence->acked_beyond > acked)
        acked = sequence->acked_beyond;
    side->next = next;
    side->acked = acked;
    side->received = peer->acked_beyond > 0 ? peer->acked_beyond : peer->acked;
    count_data(side, known & KNOWN_BASE, fin);
    side->after_peer_fin_bytes = sent_after_peer_fin(connection, side, end, fin);
    side->fin_seq = known & KNOWN_FIN ? fin : 0;
}

_Static_assert(offsetof(HistorySide, last_frame) - offsetof(HistorySide, first_data_ns) ==
                       offsetof(EndCounts, last_frame) - offsetof(EndCounts, first_data_ns) &&
                   offsetof(HistorySide, wscale) - offsetof(HistorySide, retransmissions) ==
                       offsetof(EndCounts, wscale) - offsetof(EndCounts, retransmissions) &&
                   offsetof(EndCounts, wscale) + 1 == offsetof(EndCounts, fin),
               "what is counted lies in the same order in both, so that it can be copied in two pieces");

static void fill_counts(HistorySide *side, const EndCounts *counts)
{
    memcpy(&side->first_data_ns, &counts->first_data_ns,
           offsetof(EndCounts, lost_bytes) - offsetof(EndCounts, first_data_ns));
    memcpy(&side->retransmissions, &counts->retransmissions,
           offsetof(EndCounts, fin) - offsetof(EndCounts, retransmissions));
}

static inline void fill_side(HistorySide *side, unsigned end, const FlowTable *table,
                             const Connection *connection)
{
    const EndCounts *counts = &connection->counts[end];
    unsigned known = connection->known[end], of_both = known & connection->known[!end];
    side->address.version = connection->ip_version;
    memcpy(side->address.bytes, connection->address[end], sizeof side->address.bytes);
    side->end = (uint8_t)end;
    side->port = connection->port[end];
    side->sent = known & KNOWN_SENT;
    side->syn = known & KNOWN_SYN;
    side->syn_ack = known & KNOWN_SYN_ACK;
    side->fin = known & KNOWN_FIN;
    side->rst = counts->resets > 0;
    side->window_scaled = of_both & KNOWN_SYN;
    side->window = connection->sequence[end].window;
    side->isn = connection->sequence[end].isn;
    fill_counts(side, counts);
    if (!(of_both & KNOWN_WSCALE))
        side->wscale = 0;
    fill_numbers(side, end, connection);
    side->gap_bytes = acked_beyond_next(side);
    side->missing_bytes = 0;
    side->top_missing = false;
    if (connection->hole_block || counts->lost_bytes)
        find_missing(side, end, table, connection);
    memset(&side->syn_ns, 0, sizeof *side - offsetof(HistorySide, syn_ns));
}

/* Whether row `row` of the other side acknowledges more than `side` ever had sent by then: what it sends
 * later without data, or its SYN again, has the number that it had come to. */
static bool is_contradicted(const History *history, Side side, unsigned row)
{
    uint64_t later = history->sets.segments[side] & rows_after(row);
    for (; later; later &= later - 1) {
        const HistoryRow *own = &history->rows[row_set_first(later)];
        bool shows_next = own->flags & TCP_SYN || (!own->length && !(own->marks & EVENT_KEEPALIVE));
        if (shows_next && !(own->flags & TCP_RST) && row_after(own) < history->rows[row].ack)
            return true;
    }
    return false;
}

/* The segments with that acknowledgement are none of this connection's. */
static bool drop_wild_acks(History *history, Side side)
{
    const HistorySide *self = &history->side[side];
    Side peer = side_other(side);
    bool dropped = false;
    for (uint64_t rest = history->sets.segments[peer]; rest; rest &= rest - 1) {
        unsigned i = row_set_first(rest);
        HistoryRow *row = &history->rows[i];
        if (!(row->flags & TCP_ACK) || row->flags & TCP_RST || row->ack <= self->next + 1 ||
            !is_contradicted(history, side, i))
            continue;
        row->marks |= EVENT_WILD;
        history->marks_seen |= EVENT_WILD;
        history->sets.segments[peer] &= ~(UINT64_C(1) << i);
        dropped = true;
    }
    return dropped;
}

void history_drop_wild_acks(History *history, const Connection *connection)
{
    for (unsigned side = 0; side < SIDES; side++) {
        HistorySide *self = &history->side[side];
        if (self->acked <= self->next + 1 || !drop_wild_acks(history, (Side)side))
            continue;
        self->acked = history->side[side_other((Side)side)].received = connection->sequence[self->end].acked;
        self->gap_bytes = 0;
        history_count_data(self);
    }
}

void history_fill_sides(History *history, unsigned client, const FlowTable *table,
                        const Connection *connection)
{
    fill_side(&history->side[0 ^ client], 0, table, connection);
    fill_side(&history->side[1 ^ client], 1, table, connection);
}
