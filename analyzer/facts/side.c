/* Facts of one side, read under a role: client.…, closer.…, resetter.… */
#include <string.h>

#include "facts/private.h"

static const char *const state_names[] = {
    "UNKNOWN",    "CLOSED",     "LISTEN",  "SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1",
    "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT",    NULL};

static bool row_is_from(const HistoryRow *row, Side side)
{
    return !(row->marks & (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR)) &&
           row->side == side;
}

static const HistorySide *side_of(const FactSet *facts, Side side)
{
    return &facts->history->side[side];
}

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
    const HistorySide *self = side_of(facts, side);
    if (self->state == TCP_STATE_UNKNOWN)
        value_unknown(value, self->sent ? MISSING_HANDSHAKE : missing_side(side));
    else
        value_set(value, self->state, 0);
}

static void established(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
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
    value_set(value, side_of(facts, side)->syns, side_of(facts, side)->syn_frame);
}

static void syn_frame(const FactSet *facts, Side side, Value *value)
{
    if (side_of(facts, side)->syn_frame)
        value_set(value, side_of(facts, side)->syn_frame, side_of(facts, side)->syn_frame);
    else if (facts->history->handshake >= HANDSHAKE_PARTIAL)
        value_unknown(value, MISSING_HANDSHAKE);
}

/* A side of which nothing was captured may have sent anything. */
static bool is_dark(const FactSet *facts, Side side, Value *value)
{
    if (side_of(facts, side)->sent)
        return false;
    value_unknown(value, missing_side(side));
    return true;
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

/* Payload this side received and acknowledged after the last byte it sent itself: requests without an answer.
 */
static void unanswered_bytes(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    const HistorySide *self = side_of(facts, side), *other = side_of(facts, side_other(side));
    if (is_dark(facts, side, value) || is_dark(facts, side_other(side), value))
        return;
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
    int64_t after = other->acked - (other->fin && other->fin_seq < other->acked);
    value_set(value, after > before ? after - before : 0, other->last_data_frame);
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
    uint32_t largest = 0, last = 0;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (!row_is_from(row, side) || row->flags & (TCP_SYN | TCP_RST))
            continue;
        last = row->window;
        largest = row->window > largest ? row->window : largest;
    }
    value_set(value, (int64_t)(largest - last) << self->wscale, 0);
}

/* Since when it has advertised a window of zero without ever opening it again; NULL where the window is open.
 */
static const HistoryRow *zero_since(const History *history, Side side)
{
    const HistoryRow *since = NULL;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (!row_is_from(row, side) || row->flags & TCP_RST)
            continue;
        if (row->window)
            since = NULL;
        else if (!since)
            since = row;
    }
    return since;
}

static void window_zero_for(const FactSet *facts, Side side, Value *value)
{
    const HistoryRow *since = zero_since(facts->history, side);
    if (since)
        value_set(value, fact_context_last_ns(facts->context) - since->time_ns, since->frame);
}

static void window_zero_frame(const FactSet *facts, Side side, Value *value)
{
    const HistoryRow *since = zero_since(facts->history, side);
    if (since)
        value_set(value, since->frame, since->frame);
}

static void data_beyond_fin_frame(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row_is_from(row, side) && row->marks & EVENT_BEYOND_FIN) {
            value_set(value, row->frame, row->frame);
            return;
        }
    }
}

/* A FIN with another number than the first one of its side. */
static void fin_moved_frame(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    for (unsigned i = 0; i < history->fin_count; i++) {
        const FinRecord *fin = &history->fins[i];
        if (fin->side == side && fin->seq != history->side[side].fin_seq) {
            value_set(value, fin->frame, fin->frame);
            return;
        }
    }
}

/* Its window was zero when the end began: at the first FIN, or the first RST that counted. */
static void window_zero_at_close(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    unsigned end = history->fin_count ? history->fins[0].row : history->row_count;
    if (history->first_reset >= 0 && history->resets[history->first_reset].row < end)
        end = history->resets[history->first_reset].row;
    if (end == history->row_count)
        return;
    bool is_zero = false;
    uint32_t frame = 0;
    for (unsigned i = 0; i < end; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row_is_from(row, side) && !(row->flags & TCP_RST)) {
            is_zero = row->window == 0;
            frame = row->frame;
        }
    }
    value_set_bool(value, is_zero, frame);
}

/* That something was not captured means that it did not happen only where the capture would have shown it. */
static bool may_have_been_missed(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (is_dark(facts, side, value))
        return true;
    if (self->acked > self->next || (self->top_missing && self->gap_bytes)) {
        value_unknown(value, MISSING_SEGMENTS); /* the other side acknowledged what was never captured */
        return true;
    }
    if (facts->history->handshake == HANDSHAKE_NONE && !self->first_data_frame) {
        value_unknown(value, MISSING_HANDSHAKE); /* it may have been before the capture */
        return true;
    }
    return false;
}

static void fin_seen(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->fin || !may_have_been_missed(facts, side, value))
        value_set_bool(value, self->fin, self->fin_frame);
}

static void fin_frame(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->fin)
        value_set(value, self->fin_frame, self->fin_frame);
    else
        may_have_been_missed(facts, side, value);
}

static void fin_time(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->fin)
        value_set(value, self->fin_ns, self->fin_frame);
    else
        may_have_been_missed(facts, side, value);
}

static void fin_count(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->fins, side_of(facts, side)->fin_frame);
}

static void fin_acked(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (!self->fin)
        may_have_been_missed(facts, side, value);
    else if (!self->fin_acked && !side_of(facts, side_other(side))->sent)
        value_unknown(value, missing_side(side_other(side)));
    else
        value_set_bool(value, self->fin_acked, self->fin_ack_frame);
}

static void fin_ack_frame(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->fin_ack_frame)
        value_set(value, self->fin_ack_frame, self->fin_ack_frame);
}

static void fin_with_data(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->fin)
        value_set_bool(value, self->fin_with_data, self->fin_frame);
}

static void fin_acks_peer(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *self = side_of(facts, side);
    if (self->fin)
        value_set_bool(value, self->fin_acks_peer_fin, self->fin_frame);
}

static void rst_count(const FactSet *facts, Side side, Value *value)
{
    value_set(value, side_of(facts, side)->resets, 0);
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

/* Probes at the end that drew no answer: keep-alives or window probes after the other side's last segment. */
static void probes_unanswered(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    unsigned count = 0;
    uint32_t frame = 0;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row_is_from(row, side_other(side)) && !(row->flags & TCP_RST))
            count = 0;
        else if (row_is_from(row, side) && row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE)) {
            count++;
            frame = row->frame;
        } else if (row_is_from(row, side) && row->flags & TCP_RST && row->flags & TCP_ACK)
            break;
    }
    value_set(value, count, frame);
}

static void stall_repeats(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    value_set(value, stall->repeats, stall->last_frame);
}

static void stall_frame(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (stall->repeats)
        value_set(value, stall->first_frame, stall->first_frame);
}

static void stall_last_frame(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (stall->repeats)
        value_set(value, stall->last_frame, stall->last_frame);
}

static void stall_duration(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (stall->repeats)
        value_set(value, stall->last_ns - stall->first_ns, stall->last_frame);
}

static void stall_idle_before(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (stall->repeats)
        value_set(value, stall->idle_ns, stall->first_frame);
}

static void stall_bytes(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (stall->repeats)
        value_set(value, stall->bytes, stall->first_frame);
}

static void stall_against_zero_window(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (stall->repeats)
        value_set_bool(value, stall->against_zero_window, stall->last_frame);
}

/* The next repetition is due after twice the last interval (RFC 6298 5.5), and Linux never waits longer than
 * 120 s. */
static void stall_gave_up(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    const int64_t rto_max_ns = INT64_C(120000000000);
    if (!stall->repeats)
        return;
    int64_t due = stall->interval_ns * 5 / 2;
    if (due > rto_max_ns * 5 / 4)
        due = rto_max_ns * 5 / 4;
    if (fact_context_last_ns(facts->context) - stall->last_ns > due)
        value_set_bool(value, true, stall->last_frame);
    else
        value_unknown(value, MISSING_END);
}

/* How long the side was seen to stay in a state; to the end of the capture where it never left it. */
static void wait_in(const FactSet *facts, Side side, TcpState wanted, Value *value)
{
    const History *history = facts->history;
    int64_t since = -1;
    for (unsigned i = 0; i < history->transition_count; i++) {
        const Transition *transition = &history->transitions[i];
        if (transition->side != side)
            continue;
        int64_t at = history->rows[transition->row].time_ns;
        if (transition->to == wanted)
            since = at;
        else if (transition->from == wanted && since >= 0) {
            value_set(value, at - since, transition->frame);
            return;
        }
    }
    if (since >= 0)
        value_set(value, fact_context_last_ns(facts->context) - since, history->last_frame);
}

static void wait_fin_wait_1(const FactSet *facts, Side side, Value *value)
{
    wait_in(facts, side, TCP_STATE_FIN_WAIT_1, value);
}

static void wait_fin_wait_2(const FactSet *facts, Side side, Value *value)
{
    wait_in(facts, side, TCP_STATE_FIN_WAIT_2, value);
}

static void wait_close_wait(const FactSet *facts, Side side, Value *value)
{
    wait_in(facts, side, TCP_STATE_CLOSE_WAIT, value);
}

static void wait_last_ack(const FactSet *facts, Side side, Value *value)
{
    wait_in(facts, side, TCP_STATE_LAST_ACK, value);
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
    {"data.bytes", VALUE_BYTES, "bytes", NULL, true, "Payload that it sent, each byte counted once.",
     data_bytes},
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
     "Payload that it received and acknowledged after the last byte it sent itself.", unanswered_bytes},
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
    {"fin.seen", VALUE_BOOL, NULL, NULL, true, "Its FIN was captured.", fin_seen},
    {"fin.frame", VALUE_FRAME, NULL, NULL, true, "Its first FIN.", fin_frame},
    {"fin.time", VALUE_TIME, "ns", NULL, true, "Time of its first FIN.", fin_time},
    {"fin.count", VALUE_INT, NULL, NULL, true, "Segments with its FIN.", fin_count},
    {"fin.acked", VALUE_BOOL, NULL, NULL, true, "Its FIN was acknowledged.", fin_acked},
    {"fin.ack_frame", VALUE_FRAME, NULL, NULL, true, "The first segment that acknowledges its FIN.",
     fin_ack_frame},
    {"fin.with_data", VALUE_BOOL, NULL, NULL, true, "Its FIN came in a segment with payload.", fin_with_data},
    {"fin.acks_peer", VALUE_BOOL, NULL, NULL, true, "Its first FIN acknowledges the other side's FIN.",
     fin_acks_peer},
    {"rst.count", VALUE_INT, NULL, NULL, true, "Segments with RST that it sent.", rst_count},
    {"ttl", VALUE_INT, NULL, NULL, true, "TTL or hop limit of its first segment.", ttl},
    {"gap.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Acknowledged by the other side, but missing from the capture.", gap_bytes},
    {"missing.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Neither captured nor acknowledged, though it sent later bytes.", missing_bytes},
    {"retransmits", VALUE_INT, NULL, NULL, true, "Segments that it sent again.", retransmits},
    {"keepalives", VALUE_INT, NULL, NULL, true, "Keep-alives and window probes that it sent.", keepalives},
    {"probes.unanswered", VALUE_INT, NULL, NULL, true,
     "Keep-alives and window probes that it sent after the other side's last segment.", probes_unanswered},
    {"duplicates", VALUE_INT, NULL, NULL, true, "Packets of it that were captured twice.", duplicates},
    {"stall.repeats", VALUE_INT, NULL, NULL, true,
     "How often it sent the same again, at the end, without anything new being acknowledged.", stall_repeats},
    {"stall.frame", VALUE_FRAME, NULL, NULL, true, "The segment that it first sent in vain.", stall_frame},
    {"stall.last_frame", VALUE_FRAME, NULL, NULL, true, "The last time it sent in vain.", stall_last_frame},
    {"stall.duration", VALUE_DURATION, "ns", NULL, true, "From the first to the last time it sent in vain.",
     stall_duration},
    {"stall.bytes", VALUE_BYTES, "bytes", NULL, true,
     "What it sent in vain: sequence numbers that nothing acknowledged.", stall_bytes},
    {"stall.gave_up", VALUE_BOOL, NULL, NULL, true,
     "The next repetition was overdue and did not come; unknown where the capture ends before it was due.",
     stall_gave_up},
    {"stall.against_zero_window", VALUE_BOOL, NULL, NULL, true,
     "The other side's window was zero when it last tried: its TCP answers, its program does not read.",
     stall_against_zero_window},
    {"stall.idle_before", VALUE_DURATION, "ns", NULL, true, "How long nothing was sent before that.",
     stall_idle_before},
    {"wait.fin_wait_1", VALUE_DURATION, "ns", NULL, true, "How long it was in FIN_WAIT_1.", wait_fin_wait_1},
    {"wait.fin_wait_2", VALUE_DURATION, "ns", NULL, true, "How long it was in FIN_WAIT_2.", wait_fin_wait_2},
    {"wait.close_wait", VALUE_DURATION, "ns", NULL, true, "How long it was in CLOSE_WAIT.", wait_close_wait},
    {"wait.last_ack", VALUE_DURATION, "ns", NULL, true, "How long it was in LAST_ACK.", wait_last_ack},
    {"data.beyond_fin_frame", VALUE_FRAME, NULL, NULL, true,
     "The first segment with payload after its own FIN.", data_beyond_fin_frame},
    {"fin.moved_frame", VALUE_FRAME, NULL, NULL, true,
     "The first FIN with another sequence number than its first one.", fin_moved_frame},
    {"window.zero_at_close", VALUE_BOOL, NULL, NULL, true, "Its window was zero when the end began.",
     window_zero_at_close},
};

const FactFamily fact_family_side = {rows, G_N_ELEMENTS(rows)};
