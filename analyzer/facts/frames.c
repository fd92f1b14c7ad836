/* Facts that count frames as Wireshark does, whatever they were: copies, segments that do not belong, and the
 * segments that ICMP errors quote. For holding closelint against tshark. */
#include "facts/private.h"

/* Wireshark's tcp.completeness. */
enum {
    SEEN_SYN = 1,
    SEEN_SYN_ACK = 2,
    SEEN_ACK = 4,
    SEEN_DATA = 8,
    SEEN_FIN = 16,
    SEEN_RST = 32,
};

/* By packet-tcp.c of Wireshark 4.0: a SYN counts where it begins the stream; a FIN and payload count with ACK
 * (payload of that SYN without it), an RST or FIN with ACK is also an ACK; of a quoted segment no length is
 * known. */
static unsigned seen_in(const HistoryRow *row, bool is_first)
{
    bool has_data = row->length && !(row->marks & EVENT_ICMP);
    unsigned seen = row->flags & TCP_RST ? SEEN_RST : 0;
    if (row->marks & EVENT_RUN)
        return (row->data_segments ? SEEN_DATA : 0) | (row->segments > row->data_segments ? SEEN_ACK : 0);
    if (row->flags & TCP_SYN)
        seen |= row->flags & TCP_ACK ? SEEN_SYN_ACK : is_first ? SEEN_SYN | (has_data ? SEEN_DATA : 0) : 0;
    else if (row->flags & TCP_ACK)
        seen |= has_data ? SEEN_DATA : SEEN_ACK;
    if (row->flags & TCP_FIN && row->flags & TCP_ACK)
        seen |= SEEN_FIN;
    return seen;
}

static void completeness(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    unsigned seen = 0;
    for (unsigned i = 0; i < history->row_count; i++)
        seen |= seen_in(&history->rows[i], i == 0);
    /* Wireshark shows a stream's first segment before it has counted it, unless it is a SYN. */
    if (history->packets == 1)
        seen &= seen & SEEN_SYN ? SEEN_SYN | SEEN_DATA : 0;
    value_set(value, seen, 0);
}

/* Those that are counted as the side's own, and those kept that are not. */
static uint32_t frames_with(const History *history, Side side, uint8_t flag)
{
    uint32_t frames = flag == TCP_FIN ? history->side[side].fins : history->side[side].resets;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        bool is_foreign = row->marks & (EVENT_DUPLICATE | EVENT_ICMP | EVENT_WILD | EVENT_PREDECESSOR);
        if (is_foreign && !(row->marks & EVENT_RUN) && row->side == side && row->flags & flag)
            frames++;
    }
    return frames;
}

static void fin_frames(const FactSet *facts, Side side, Value *value)
{
    value_set(value, frames_with(facts->history, side, TCP_FIN), 0);
}

static void rst_frames(const FactSet *facts, Side side, Value *value)
{
    value_set(value, frames_with(facts->history, side, TCP_RST), 0);
}

static const FactRow rows[] = {
    {"conn.completeness", VALUE_INT, NULL, NULL, false,
     "Wireshark's tcp.completeness: the sum of 1 (SYN), 2 (SYN-ACK), 4 (ACK), 8 (data), 16 (FIN) and 32 "
     "(RST).",
     completeness},
    {"fin.frames", VALUE_INT, NULL, NULL, true,
     "Frames with its FIN, copies and quotes in ICMP errors included: tcp.flags.fin == 1.", fin_frames},
    {"rst.frames", VALUE_INT, NULL, NULL, true,
     "Frames with its RST, copies and quotes in ICMP errors included: tcp.flags.reset == 1.", rst_frames},
};

const FactFamily fact_family_frames = {rows, G_N_ELEMENTS(rows)};
