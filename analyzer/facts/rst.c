/* Facts of the first RST that counted, and of those that did not. */
#include <string.h>

#include "facts/private.h"
#include "facts/reset.h"

static const char *const form_names[] = {"reply", "abort", "other", NULL};
static const char *const state_names[] = {
    "UNKNOWN",    "CLOSED",     "LISTEN",  "SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1",
    "FIN_WAIT_2", "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT",    NULL};

static void seen(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = facts_reset(facts);
    value_set_bool(value, reset != NULL, reset ? reset->frame : 0);
}

static void captured(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    value_set_bool(value, history->reset_count > 0, history->reset_count ? history->resets[0].frame : 0);
}

static void count(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->side[SIDE_CLIENT].resets + facts->history->side[SIDE_SERVER].resets, 0);
}

static void sender(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set(value, reset->side, reset->frame);
}

static void frame(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set(value, reset->frame, reset->frame);
}

static void time_of(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set(value, reset->time_ns, reset->frame);
}

static void form(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set(value, reset->form, reset->frame);
}

static void answers(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set(value, reset->answers, reset->answers_frame ? reset->answers_frame : reset->frame);
}

static void answers_frame(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (reset->answers != RST_ANSWERS_NOTHING)
        value_set(value, reset->answers_frame, reset->answers_frame);
}

static void answers_bytes(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (reset->answers == RST_ANSWERS_DATA)
        value_set(value, facts->history->rows[reset->answers_row].length, reset->answers_frame);
}

/* Its sender's FIN had reached the other side when that sent the answered segment. */
static void answers_acks_fin(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const HistorySide *sender_side = &facts->history->side[reset->side];
    if (reset->answers == RST_ANSWERS_NOTHING || !sender_side->fin)
        return;
    const HistoryRow *row = &facts->history->rows[reset->answers_row];
    value_set_bool(value, row->flags & TCP_ACK && row->ack > sender_side->fin_seq, row->frame);
}

/* Its sender had all that the resetter had sent before its FIN: nothing but the FIN was still to come. */
static void answers_acks_data(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const HistorySide *sender_side = &facts->history->side[reset->side];
    if (reset->answers == RST_ANSWERS_NOTHING || !sender_side->fin)
        return;
    const HistoryRow *row = &facts->history->rows[reset->answers_row];
    value_set_bool(value, row->flags & TCP_ACK && row->ack >= sender_side->fin_seq, row->frame);
}

/* Packets that overtake each other do so within this time; a loss is repaired later (Linux: 200 ms, or two
 * round trips). */
#define REORDERED_NS INT64_C(50000000)

/* The answered bytes had been sent before: before the resetter's FIN passed, by the numbers at that time. */
static void answers_resent(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (reset->answers != RST_ANSWERS_DATA)
        return;
    const HistoryRow *row = &facts->history->rows[reset->answers_row];
    bool again = row->marks & (EVENT_RETRANSMISSION | EVENT_FILLS_HOLE);
    bool before_fin = false;
    const HistorySide *sender_side = &facts->history->side[reset->side];
    for (unsigned i = 0; i < reset->answers_row && sender_side->fin; i++) {
        const HistoryRow *earlier = &facts->history->rows[i];
        const EventRunEnd *run = facts_run(facts->history, earlier, (Side)row->side);
        before_fin |= run && earlier->frame < sender_side->fin_frame && run->next > row->seq;
        if (earlier->marks & (EVENT_RUN | EVENT_ICMP) || earlier->side == reset->side || !earlier->length)
            continue;
        before_fin |= earlier->frame < sender_side->fin_frame && earlier->seq <= row->seq &&
                      earlier->seq + earlier->length > row->seq;
    }
    /* A hole filled late: the first copy was lost before the capture point, and so sent before what lies
     * beyond it. Sooner, the two only passed in another order. */
    for (unsigned i = 0; i < reset->answers_row && row->marks & EVENT_FILLS_HOLE; i++) {
        const HistoryRow *earlier = &facts->history->rows[i];
        const EventRunEnd *run = facts_run(facts->history, earlier, (Side)row->side);
        bool is_beyond = run ? run->next > row->seq + row->length
                             : !(earlier->marks & (EVENT_RUN | EVENT_ICMP)) && earlier->side == row->side &&
                                   earlier->seq > row->seq;
        before_fin |= is_beyond && row->time_ns - earlier->time_ns > REORDERED_NS;
    }
    value_set_bool(value, again && before_fin, row->frame);
}

static void delay(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (reset->answers != RST_ANSWERS_NOTHING)
        value_set(value, reset->delay_ns, reset->frame);
}

/* Payload of the other side that had passed and that the RST does not acknowledge: under way when it was
 * sent. */
static void in_flight(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    int64_t acked = reset->has_ack ? reset->ack : 0, next = acked;
    uint32_t last = 0;
    for (unsigned i = 0; i < reset->row; i++) {
        const HistoryRow *row = &facts->history->rows[i];
        const EventRunEnd *run = facts_run(facts->history, row, side_other((Side)reset->side));
        if (run && run->next > next) {
            next = run->next;
            last = run->last_frame;
        }
        if (row->marks & (EVENT_RUN | EVENT_ICMP | EVENT_WILD) || row->side == reset->side)
            continue;
        if (row->length && row->seq + row->length > next) {
            next = row->seq + row->length;
            last = row->frame;
        }
    }
    if (reset->has_ack)
        value_set(value, next - acked, last);
}

/* From the last payload of the other side that had passed before it. */
static void since_data(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    for (unsigned i = reset->row; i-- > 0;) {
        const HistoryRow *row = &facts->history->rows[i];
        if (row_is_from(row, side_other((Side)reset->side)) && row->length && !(row->flags & TCP_RST)) {
            value_set(value, reset->time_ns - row->time_ns, row->frame);
            return;
        }
    }
}

static void since_fin(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const HistorySide *sender_side = &facts->history->side[reset->side];
    int64_t since = reset->time_ns - sender_side->fin_ns;
    if (sender_side->fin && since >= 0)
        value_set(value, since, sender_side->fin_frame);
}

static void sender_silent_for(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    for (unsigned i = reset->row; i-- > 0;) {
        const HistoryRow *row = &facts->history->rows[i];
        if (row_is_from(row, reset->side) && !(row->flags & TCP_RST)) {
            value_set(value, reset->time_ns - row->time_ns, row->frame);
            return;
        }
    }
}

static void after_handshake(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const HistorySide *server = &facts->history->side[SIDE_SERVER];
    if (server->syn_frame)
        value_set(value, reset->time_ns - server->syn_ns, server->syn_frame);
    else
        value_unknown(value, MISSING_HANDSHAKE);
}

static void state_of_sender(const FactSet *facts, Side side, Value *value)
{
    facts_whole_history(facts);
    RESET_OR_RETURN(reset);
    if (reset->state_of_sender == TCP_STATE_UNKNOWN)
        value_unknown(value, MISSING_HANDSHAKE);
    else
        value_set(value, reset->state_of_sender, reset->frame);
}

static void in_window(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (reset->window_known)
        value_set_bool(value, reset->in_window, reset->frame);
    else
        value_unknown(value, MISSING_SEGMENTS);
}

static void exact(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (reset->window_known)
        value_set_bool(value, reset->exact, reset->frame);
    else
        value_unknown(value, MISSING_SEGMENTS);
}

static void effective(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set_bool(value, reset->effective, reset->frame);
}

static void length(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set(value, reset->length, reset->frame);
}

static void has_ack(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set_bool(value, reset->has_ack, reset->frame);
}

static void ttl_differs(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (!reset->ttl_known)
        value_unknown(value, missing_side(reset->side));
    else
        value_set_bool(value, reset->ttl_differs, reset->frame);
}

static void own_marks(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set_bool(value, reset->has_own_marks, reset->frame);
}

static void too_soon(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set_bool(value, reset->too_soon, reset->frame);
}

static void ip_id_differs(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set_bool(value, reset->ip_id_differs, reset->frame);
}

static void timestamps_missing(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set_bool(value, reset->timestamps_missing, reset->frame);
}

static void sender_goes_on(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    value_set_bool(value, reset->sender_goes_on, reset->frame);
}

static const FactRow rows[] = {
    {"rst.seen", VALUE_BOOL, NULL, NULL, false,
     "An RST ended the connection, for its sender or for its receiver.", seen},
    {"rst.captured", VALUE_BOOL, NULL, NULL, false, "Any RST was captured, whether it counted or not.",
     captured},
    {"rst.count", VALUE_INT, NULL, NULL, false, "Segments with RST, from both sides.", count},
    {"rst.sender", VALUE_SIDE, NULL, NULL, false, "Whose address it bears.", sender},
    {"rst.frame", VALUE_FRAME, NULL, NULL, false, "The first RST that counted.", frame},
    {"rst.time", VALUE_TIME, "ns", NULL, false, "Its time.", time_of},
    {"rst.form", VALUE_ENUM, NULL, form_names, false,
     "reply: its numbers answer a segment (RFC 9293 3.5.2); abort: SEQ = SND.NXT and ACK = RCV.NXT, a socket "
     "that still existed gave "
     "up; other: neither fits what was captured.",
     form},
    {"rst.answers", VALUE_ENUM, NULL, answers_names, false,
     "What kind of segment a reply answers; nothing for other forms.", answers},
    {"rst.answers.frame", VALUE_FRAME, NULL, NULL, false, "The segment that it answers.", answers_frame},
    {"rst.answers.bytes", VALUE_BYTES, "bytes", NULL, false, "Payload of the segment that it answers.",
     answers_bytes},
    {"rst.answers.acks_fin", VALUE_BOOL, NULL, NULL, false,
     "The answered segment acknowledges the resetter's FIN: its sender's TCP knew of the close.",
     answers_acks_fin},
    {"rst.answers.acks_data", VALUE_BOOL, NULL, NULL, false,
     "The answered segment acknowledges all that the resetter had sent before its FIN.", answers_acks_data},
    {"rst.answers.resent", VALUE_BOOL, NULL, NULL, false,
     "The answered bytes had first been sent before the resetter's FIN, and were lost.", answers_resent},
    {"rst.in_flight", VALUE_BYTES, "bytes", NULL, false,
     "Payload of the other side that had passed before the RST and that its ACK does not cover; absent where "
     "it has none.",
     in_flight},
    {"rst.delay", VALUE_DURATION, "ns", NULL, false, "From the segment that it answers to the RST.", delay},
    {"rst.since_data", VALUE_DURATION, "ns", NULL, false,
     "From the other side's last payload before it to the RST.", since_data},
    {"rst.since_fin", VALUE_DURATION, "ns", NULL, false, "From the resetter's own FIN to the RST.",
     since_fin},
    {"rst.sender_silent_for", VALUE_DURATION, "ns", NULL, false,
     "From its sender's last other segment to the RST.", sender_silent_for},
    {"rst.after_handshake", VALUE_DURATION, "ns", NULL, false, "From the SYN-ACK to the RST.",
     after_handshake},
    {"rst.state_of_sender", VALUE_ENUM, NULL, state_names, false, "The resetter's state before it.",
     state_of_sender},
    {"rst.in_window", VALUE_BOOL, NULL, NULL, false, "Its SEQ lies in the receiver's window.", in_window},
    {"rst.exact", VALUE_BOOL, NULL, NULL, false,
     "Its SEQ is just what the receiver expects next (RFC 5961 3.2).", exact},
    {"rst.effective", VALUE_BOOL, NULL, NULL, false, "The other side took it, as far as the capture shows.",
     effective},
    {"rst.length", VALUE_BYTES, "bytes", NULL, false, "Its payload (RFC 9293 3.5.3: text that says why).",
     length},
    {"rst.has_ack", VALUE_BOOL, NULL, NULL, false, "It has the ACK flag.", has_ack},
    {"rst.ttl_differs", VALUE_BOOL, NULL, NULL, false,
     "Its TTL is unlike those of its sender's latest segments.", ttl_differs},
    {"rst.own_marks", VALUE_BOOL, NULL, NULL, false,
     "Its window, timestamps or IP id go on from those of its sender's latest segments.", own_marks},
    {"rst.too_soon", VALUE_BOOL, NULL, NULL, false,
     "It answers in less than a quarter of the shortest time in which anything came back from that side (a "
     "tenth where that was measured less than three times).",
     too_soon},
    {"rst.ip_id_differs", VALUE_BOOL, NULL, NULL, false,
     "Its IP id is far from that of its sender's last segment.", ip_id_differs},
    {"rst.timestamps_missing", VALUE_BOOL, NULL, NULL, false,
     "It has no timestamps although its sender's other segments do.", timestamps_missing},
    {"rst.sender_goes_on", VALUE_BOOL, NULL, NULL, false,
     "Its alleged sender sends on as if nothing had happened.", sender_goes_on},
};

const FactFamily fact_family_rst = {rows, G_N_ELEMENTS(rows)};
