/* Facts of how one side closed: its FIN, what it repeated in vain, how long it was held in each state. */
#include "facts/private.h"

static void data_beyond_fin_frame(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    const HistorySide *self = side_of(facts, side);
    if (!(history->marks_seen & EVENT_BEYOND_FIN) || !self->fin)
        return;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row_is_from(row, side) && row->marks & EVENT_BEYOND_FIN &&
            row->seq + row->length > self->fin_seq) {
            value_set(value, row->frame, row->frame);
            return;
        }
    }
}

/* The same FIN again. */
static void fin_repeats(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    unsigned repeats = 0;
    uint32_t frame = 0;
    for (unsigned i = 0; i < history->fin_count; i++) {
        const FinRecord *fin = &history->fins[i];
        if (fin->side == side && fin->retransmission && fin->seq == history->side[side].fin_seq) {
            repeats++;
            frame = fin->frame;
        }
    }
    value_set(value, repeats, frame);
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

/* Its window was zero when the end began. */
static void window_zero_at_close(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    unsigned end = facts_end_row(history);
    if (end == history->row_count)
        return;
    for (unsigned i = end; i-- > 0;) {
        const HistoryRow *row = &history->rows[i];
        if (row_is_from(row, side) && !(row->flags & TCP_RST)) {
            value_set_bool(value, row->window == 0, row->frame);
            return;
        }
    }
    value_set_bool(value, false, 0);
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
    const HistorySide *self = side_of(facts, side);
    value_set(value, self->fins, self->fin_frame);
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

/* Probes at the end that drew no answer: keep-alives or window probes after the other side's last segment. */
static void probes_unanswered(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    unsigned count = 0;
    uint32_t frame = 0;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if ((row_is_from(row, side_other(side)) && !(row->flags & TCP_RST)) ||
            facts_run(history, row, side_other(side)))
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

/* The next repetition is due after twice the last interval (RFC 6298 5.5); Linux never waits longer than 120
 * s, and no stack is held to repeat within less than a second after it has begun to back off (RFC 6298 2.4).
 */
#define RTO_MAX_NS INT64_C(120000000000)
#define RTO_MIN_NS INT64_C(1000000000)

/* The latest time at which the next repetition was to come, a tenth for timers that are late included. */
static int64_t next_due_ns(const Stall *stall)
{
    int64_t wait = stall->interval_ns > RTO_MAX_NS / 2 ? RTO_MAX_NS : 2 * stall->interval_ns;
    wait += wait / 10;
    return stall->last_ns + (wait < RTO_MIN_NS ? RTO_MIN_NS : wait);
}

/* A TCP whose retries have run out may say so with an RST (RFC 9293 3.8.3 leaves it open), which then comes
 * in the place of the next repetition. One that comes sooner is a program's decision, or an answer: where its
 * side had not closed before, even that shows that the connection was given up, since nothing else ends it
 * without a FIN or an RST of its own. */
static void stall_gave_up(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (!stall->repeats)
        return;
    if (stall->rst_frame) {
        bool shows = stall->rst_is_reply ? !side_of(facts, side)->fin
                                         : stall->rst_ns - stall->last_ns >= stall->interval_ns * 3 / 2;
        value_set_bool(value, shows || stall->rst_ns > next_due_ns(stall), stall->rst_frame);
    } else if (fact_context_last_ns(facts->context) > next_due_ns(stall)) {
        value_set_bool(value, true, stall->last_frame);
    } else {
        value_unknown(value, MISSING_END);
    }
}

static void stall_rst_frame(const FactSet *facts, Side side, Value *value)
{
    const Stall *stall = &facts->history->stall[side];
    if (stall->repeats && stall->rst_frame)
        value_set(value, stall->rst_frame, stall->rst_frame);
}

/* How long the side was seen to stay in a state; to the end of the capture where it never left it. */
static void wait_in(const FactSet *facts, Side side, TcpState wanted, Value *value)
{
    const History *history = facts_whole_history(facts);
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

/* With unanswered.bytes at most an alert long, nothing of the application's data lay unread. */
static void unanswered_tls_alert(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    const HistorySide *other = side_of(facts, side_other(side));
    bool is_alert = false;
    for (unsigned i = 0; i < history->note_count; i++) {
        const Note *note = &history->notes[i];
        is_alert |= note->kind == NOTE_TLS_ALERT && note->frame == other->last_data_frame;
    }
    value_set_bool(value, is_alert, is_alert ? other->last_data_frame : 0);
}

static const FactRow rows[] = {
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
    {"probes.unanswered", VALUE_INT, NULL, NULL, true,
     "Keep-alives and window probes that it sent after the other side's last segment.", probes_unanswered},
    {"stall.repeats", VALUE_INT, NULL, NULL, true,
     "How often it sent the same again, at the end, without anything new being acknowledged.", stall_repeats},
    {"stall.frame", VALUE_FRAME, NULL, NULL, true, "The segment that it first sent in vain.", stall_frame},
    {"stall.last_frame", VALUE_FRAME, NULL, NULL, true, "The last time it sent in vain.", stall_last_frame},
    {"stall.duration", VALUE_DURATION, "ns", NULL, true, "From the first to the last time it sent in vain.",
     stall_duration},
    {"stall.bytes", VALUE_BYTES, "bytes", NULL, true,
     "What it sent in vain: sequence numbers that nothing acknowledged.", stall_bytes},
    {"stall.gave_up", VALUE_BOOL, NULL, NULL, true,
     "The next repetition was overdue and did not come, or an RST of its own came in its place, or answers "
     "for a "
     "connection that it had not closed; unknown where the capture ends before it was due, false where it "
     "reset "
     "the connection sooner.",
     stall_gave_up},
    {"stall.rst_frame", VALUE_FRAME, NULL, NULL, true,
     "Its first RST, where it repeated something in vain; absent where it sent none.", stall_rst_frame},
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
    {"fin.repeats", VALUE_INT, NULL, NULL, true, "How often it sent the same FIN again.", fin_repeats},
    {"unanswered.tls_alert", VALUE_BOOL, NULL, NULL, true,
     "The last data that it received is nothing but a TLS alert, or has the size of an encrypted one: a "
     "goodbye.",
     unanswered_tls_alert},
};

const FactFamily fact_family_ending = {rows, G_N_ELEMENTS(rows)};
