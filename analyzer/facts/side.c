/* Facts of one side, read under a role: client.…, closer.…, resetter.… */
#include <string.h>

#include "facts/private.h"

static const char *const state_names[] = {
    "UNKNOWN",    "CLOSED",     "LISTEN",  "SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1",
    "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT",    NULL};

static void role_side(const FactSet *facts, Side side, Value *value)
{
    (void)facts;
    value_set(value, side, 0);
}

static void addr(const FactSet *facts, Side side, Value *value)
{
    value->presence = VALUE_KNOWN;
    value->as.address = side_of(facts, side)->address;
}

static void port(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->port, 0);
}

static void endpoint(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    g_autoptr(GString) text = g_string_new(NULL);
    endpoint_format(text, &self->address, self->port);
    char *kept = ((FactSet *)facts)->text[side];
    g_strlcpy(kept, text->str, sizeof facts->text[side]);
    value->presence = VALUE_KNOWN;
    value->as.string = kept;
}

static void state(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = &facts_whole_history(facts)->side[side];
    if (self->state == TCP_STATE_UNKNOWN)
        value_unknown(value, self->sent ? MISSING_HANDSHAKE : missing_side(side));
    else
        value_set(value, self->state, 0);
}

static void established(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = &facts_whole_history(facts)->side[side];
    if (!self->established && facts->history->handshake == HANDSHAKE_NONE)
        value_unknown(value, MISSING_HANDSHAKE);
    else
        value_set_bool(value, self->established, 0);
}

static void sent(const FactSet *facts, Side side, Value *value)
{
    value_set_bool(value, side_of(facts, side)->sent, side_of(facts, side)->first_frame);
}

static void packets(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->packets, 0);
}

static void syn_count(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    value_set(value, self->syns, self->syn_frame);
}

static void syn_frame(const FactSet *facts, Side side, Value *value)
{
    if (side_of(facts, side)->syn_frame)
        value_set(value, side_of(facts, side)->syn_frame, side_of(facts, side)->syn_frame);
    else if (facts->history->handshake >= HANDSHAKE_PARTIAL)
        value_unknown(value, MISSING_HANDSHAKE);
}

static void data_bytes(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    /* What was acknowledged was sent, whether it was captured or not. */
    if (self->data_bytes || facts->history->handshake == HANDSHAKE_SYN_ONLY || !is_dark(facts, side, value))
        value_set(value, self->data_bytes, self->last_data_frame);
}

static void data_acked(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->data_bytes && !side_of(facts, side_other(side))->sent)
        value_unknown(value, missing_side(side_other(side)));
    else
        value_set(value, self->data_acked, 0);
}

static void data_unacked(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->data_bytes && !side_of(facts, side_other(side))->sent)
        value_unknown(value, missing_side(side_other(side)));
    else
        value_set(value, self->data_unacked, self->data_unacked ? self->last_data_frame : 0);
}

static void data_after_peer_fin(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    value_set(value, self->after_peer_fin_bytes, self->after_peer_fin_bytes ? self->last_data_frame : 0);
}

static void data_first_frame(const FactSet *facts, Side side, Value *value)
{
    if (side_of(facts, side)->first_data_frame)
        value_set(value, side_of(facts, side)->first_data_frame, side_of(facts, side)->first_data_frame);
}

static void data_last_frame(const FactSet *facts, Side side, Value *value)
{
    if (side_of(facts, side)->last_data_frame)
        value_set(value, side_of(facts, side)->last_data_frame, side_of(facts, side)->last_data_frame);
}

static void data_last_time(const FactSet *facts, Side side, Value *value)
{
    if (side_of(facts, side)->last_data_frame)
        value_set(value, side_of(facts, side)->last_data_ns, side_of(facts, side)->last_data_frame);
}

/* What its windows tell, of its segments up to the end: as far as the capture has them. */
typedef struct {
    uint32_t largest, last; /* not scaled */
    int64_t read_up_to;     /* it was seen to be read: the window came back to its largest; 0 for never */
} Windows;

/* A window that had fallen and is back at its largest has room for all that was acknowledged: everything up
 * to there had been read (RFC 9293 3.8.6). */
static void take_run(Windows *windows, const EventRunEnd *run)
{
    if (run->largest_window >= windows->largest) {
        if (windows->last < windows->largest)
            windows->read_up_to = MAX(windows->read_up_to, run->opened);
        windows->read_up_to = MAX(windows->read_up_to, run->reopened);
        windows->largest = run->largest_window;
    }
    windows->last = run->window;
}

static Windows find_windows(const History *history, Side side)
{
    Windows windows = {0};
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        const EventRunEnd *run = facts_run(history, row, side);
        if (run)
            take_run(&windows, run);
        if (!row_is_from(row, side) || row->flags & (TCP_SYN | TCP_RST))
            continue;
        if (windows.last < windows.largest && row->window >= windows.largest && row->flags & TCP_ACK)
            windows.read_up_to = row->ack;
        windows.last = row->window;
        windows.largest = row->window > windows.largest ? row->window : windows.largest;
    }
    return windows;
}

/* Payload this side received and acknowledged after the last byte it sent itself, and after what it was seen
 * to read; never more than its largest window had room for. */
static void unanswered_bytes(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    const HistorySide *self = side_of(facts, side), *other = side_of(facts, side_other(side));
    if (is_dark(facts, side, value) || is_dark(facts, side_other(side), value))
        return;
    if (self->top_missing) { /* what it sent last may have been the answer */
        value_unknown(value, MISSING_SEGMENTS);
        return;
    }
    int64_t before = 1;
    int last_own = -1;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (!(row->marks & EVENT_RUN) && row->frame == self->last_data_frame && row->side == side)
            last_own = (int)i;
    }
    if (self->last_data_frame && last_own < 0) {
        value_unknown(value, MISSING_BOUND);
        return;
    }
    /* Its own last data carried the ACK of what it had received by then. */
    if (last_own >= 0)
        before = history->rows[last_own].ack > 1 ? history->rows[last_own].ack : 1;
    const Windows windows = find_windows(history, side);
    before = windows.read_up_to > before ? windows.read_up_to : before;
    int64_t after = other->acked - (other->fin && other->fin_seq < other->acked);
    int64_t unanswered = after > before ? after - before : 0, room = (int64_t)windows.largest << self->wscale;
    if (self->window_scaled && unanswered > room)
        unanswered = room;
    value_set(value, unanswered, other->last_data_frame);
}

/* By how much the last window is smaller than the largest advertised before: bytes that no program read. */
static void window_shrink(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    const HistorySide *self = side_of(facts, side);
    if (!self->window_scaled) {
        value_unknown(value, MISSING_HANDSHAKE);
        return;
    }
    const Windows windows = find_windows(history, side);
    value_set(value, (int64_t)(windows.largest - windows.last) << self->wscale, 0);
}

/* Since when it has advertised a window of zero without ever opening it again; never where it is open. */
static Moment zero_since(const History *history, Side side)
{
    Moment since = {0};
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        const EventRunEnd *run = facts_run(history, row, side);
        if (run && (!run->zero_frame || !since.frame || run->largest_window))
            since = (Moment){run->zero_ns, run->zero_frame};
        if (!row_is_from(row, side) || row->flags & TCP_RST)
            continue;
        if (row->window)
            since.frame = 0;
        else if (!since.frame)
            since = (Moment){row->time_ns, row->frame};
    }
    return since;
}

static void window_zero_for(const FactSet *facts, Side side, Value *value)
{
    const Moment since = zero_since(facts->history, side);
    if (since.frame)
        value_set(value, fact_context_last_ns(facts->context) - since.time_ns, since.frame);
}

static void window_zero_frame(const FactSet *facts, Side side, Value *value)
{
    const Moment since = zero_since(facts->history, side);
    if (since.frame)
        value_set(value, since.frame, since.frame);
}

static void window_last(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (is_dark(facts, side, value))
        return;
    if (self->window && !self->window_scaled)
        value_unknown(value, MISSING_HANDSHAKE);
    else
        value_set(value, self->window, self->last_frame);
}

static void ttl(const FactSet *facts, Side side, Value *value)
{
    if (!is_dark(facts, side, value))
        value_set(value, side_of(facts, side)->ttl, side_of(facts, side)->first_frame);
}

static void gap_bytes(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->gap_bytes, 0);
}

static void missing_bytes(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->missing_bytes, 0);
}

static void retransmits(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->retransmissions, 0);
}

static void keepalives(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->keepalives, 0);
}

static void duplicates(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->duplicates, 0);
}

static const FactRow rows[] = {
    {"side", VALUE_SIDE, NULL, NULL, true, "Which side plays the role.", role_side},
    {"addr", VALUE_ADDRESS, NULL, NULL, true, "Its IP address.", addr},
    {"port", VALUE_PORT, NULL, NULL, true, "Its TCP port.", port},
    {"endpoint", VALUE_STRING, NULL, NULL, true, "Its address and port, as text.", endpoint},
    {"state", VALUE_ENUM, NULL, state_names, true, "Its state when the capture ends (RFC 9293 3.3.2).",
     state},
    {"established", VALUE_BOOL, NULL, NULL, true, "It was in a synchronized state at some time.",
     established},
    {"sent", VALUE_BOOL, NULL, NULL, true, "Anything that it sent was captured.", sent},
    {"packets", VALUE_INT, NULL, NULL, true, "Packets that it sent.", packets},
    {"syn.count", VALUE_INT, NULL, NULL, true, "How often it sent its SYN or SYN-ACK.", syn_count},
    {"syn.frame", VALUE_FRAME, NULL, NULL, true, "Its first SYN or SYN-ACK.", syn_frame},
    {"data.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Payload that it sent, captured or acknowledged, each byte counted once.", data_bytes},
    {"data.acked", VALUE_BYTES, "bytes", NULL, true, "Of that, acknowledged by the other side's TCP.",
     data_acked},
    {"data.unacked", VALUE_BYTES, "bytes", NULL, true, "Of that, never acknowledged.", data_unacked},
    {"data.after_peer_fin", VALUE_BYTES, "bytes", NULL, true,
     "New payload that it sent after the other side's FIN had passed the capture point.",
     data_after_peer_fin},
    {"data.first_frame", VALUE_FRAME, NULL, NULL, true, "Its first segment with payload.", data_first_frame},
    {"data.last_frame", VALUE_FRAME, NULL, NULL, true, "Its last segment with payload.", data_last_frame},
    {"data.last_time", VALUE_TIME, "ns", NULL, true, "Time of its last segment with payload.",
     data_last_time},
    {"unanswered.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Payload that it received and acknowledged after the last byte it sent itself, and after its window was "
     "last "
     "back at its largest, which shows that all had been read; no more than that window has room for.",
     unanswered_bytes},
    {"window.shrink", VALUE_BYTES, "bytes", NULL, true,
     "By how much its last window is smaller than the largest it advertised: received bytes that no program "
     "read.",
     window_shrink},
    {"window.last", VALUE_BYTES, "bytes", NULL, true, "The window it advertised last.", window_last},
    {"window.zero_for", VALUE_DURATION, "ns", NULL, true,
     "How long, up to the end of the capture, it has advertised a window of zero; absent where its window is "
     "open.",
     window_zero_for},
    {"window.zero_frame", VALUE_FRAME, NULL, NULL, true, "Where that began.", window_zero_frame},
    {"ttl", VALUE_INT, NULL, NULL, true, "TTL or hop limit of its first segment.", ttl},
    {"gap.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Acknowledged by the other side, but missing from the capture.", gap_bytes},
    {"missing.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Neither captured nor acknowledged, though it sent later bytes.", missing_bytes},
    {"retransmits", VALUE_INT, NULL, NULL, true, "Segments that it sent again.", retransmits},
    {"keepalives", VALUE_INT, NULL, NULL, true, "Keep-alives and window probes that it sent.", keepalives},
    {"duplicates", VALUE_INT, NULL, NULL, true, "Packets of it that were captured twice.", duplicates},
};

const FactFamily fact_family_side = {rows, G_N_ELEMENTS(rows)};
