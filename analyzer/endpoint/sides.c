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

/* Payload that was first sent after the other side's FIN had been captured. */
static int64_t sent_after_peer_fin(const Connection *connection, unsigned end, int64_t fin_seq)
{
    int64_t next = connection->sequence[end].next;
    if (!(connection->known[!end] & KNOWN_FIN))
        return 0;
    int64_t before = seq_unwrap(connection->counts[!end].peer_next_at_fin, next);
    int64_t after = next - (fin_seq < next);
    if (before < 1)
        before = 1;
    return after > before ? after - before : 0;
}

/* What was left out of what the side sent. Most connections never have a hole: kept apart, so that they have
 * nothing of it to pass by. */
static G_GNUC_NO_INLINE void find_missing(HistorySide *side, unsigned end, const FlowTable *table,
                                          const Connection *connection)
{
    int64_t below =
        side->acked == ACKED_NOTHING ? 0 : flow_table_missing_below(table, connection, end, side->acked);
    side->gap_bytes += below;
    side->missing_bytes = flow_table_missing_below(table, connection, end, INT64_MAX) - below;
    side->top_missing = flow_table_top_missing(table, connection, end);
}

static void fill_numbers(HistorySide *side, unsigned end, const Connection *connection)
{
    const Sequence *sequence = &connection->sequence[end], *peer = &connection->sequence[!end];
    unsigned known = connection->known[end];
    int64_t fin = known & KNOWN_FIN ? connection_fin(connection, end) : INT64_MAX;
    int64_t next = sequence->next, acked = sequence->acked;
    if (sequence->acked_beyond > 0 && sequence->acked_beyond > acked)
        acked = sequence->acked_beyond;
    int64_t data = known & KNOWN_BASE ? data_below(acked > next ? acked : next, fin) : 0;
    int64_t data_acked = data_below(acked, fin);
    data = data > 0 ? data : 0;
    data_acked = data_acked < 0 ? 0 : data_acked < data ? data_acked : data;

    side->next = next;
    side->acked = acked;
    side->received = peer->acked_beyond > 0 ? peer->acked_beyond : peer->acked;
    side->data_bytes = data;
    side->data_acked = data_acked;
    side->data_unacked = data - data_acked;
    side->after_peer_fin_bytes = sent_after_peer_fin(connection, end, fin);
    side->fin_seq = known & KNOWN_FIN ? fin : 0;
}

_Static_assert(offsetof(HistorySide, last_frame) - offsetof(HistorySide, first_data_ns) ==
                       offsetof(EndCounts, last_frame) - offsetof(EndCounts, first_data_ns) &&
                   offsetof(HistorySide, wscale) - offsetof(HistorySide, retransmissions) ==
                       offsetof(EndCounts, wscale) - offsetof(EndCounts, retransmissions) &&
                   offsetof(EndCounts, wscale) + 1 == sizeof(EndCounts),
               "what is counted lies in the same order in both, so that it can be copied in two pieces");

static void fill_counts(HistorySide *side, const EndCounts *counts)
{
    memcpy(&side->first_data_ns, &counts->first_data_ns,
           offsetof(EndCounts, lost_bytes) - offsetof(EndCounts, first_data_ns));
    memcpy(&side->retransmissions, &counts->retransmissions,
           sizeof *counts - offsetof(EndCounts, retransmissions));
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
    side->gap_bytes = side->acked > side->next ? side->acked - side->next : 0;
    side->missing_bytes = 0;
    side->top_missing = false;
    if (connection->hole_block || counts->lost_bytes)
        find_missing(side, end, table, connection);
    memset(&side->syn_ns, 0, sizeof *side - offsetof(HistorySide, syn_ns));
}

void history_fill_sides(History *history, unsigned client, const FlowTable *table,
                        const Connection *connection)
{
    fill_side(&history->side[0 ^ client], 0, table, connection);
    fill_side(&history->side[1 ^ client], 1, table, connection);
}
