/* Facts of the first RST that counted, and of those that did not. */
#include <string.h>

#include "facts/private.h"

static const char *const form_names[] = {"reply", "abort", "other", NULL};
static const char *const answers_names[] = {"nothing", "syn", "syn-ack",   "data",
                                            "fin",     "ack", "keepalive", NULL};
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

/* What follows is absent where no RST counted. */
#define RESET_OR_RETURN(reset)                                                                               \
    (void)side;                                                                                              \
    const ResetRecord *reset = facts_reset(facts);                                                           \
    if (!reset)                                                                                              \
    return

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
        if (earlier->marks & (EVENT_RUN | EVENT_ICMP) || earlier->side == reset->side || !earlier->length)
            continue;
        before_fin |= earlier->frame < sender_side->fin_frame && earlier->seq <= row->seq &&
                      earlier->seq + earlier->length > row->seq;
    }
    /* A hole filled late: the first copy was lost before the capture point, and so sent before what lies
     * beyond it. Sooner, the two only passed in another order. */
    for (unsigned i = 0; i < reset->answers_row && row->marks & EVENT_FILLS_HOLE; i++) {
        const HistoryRow *earlier = &facts->history->rows[i];
        bool is_beyond = !(earlier->marks & (EVENT_RUN | EVENT_ICMP)) && earlier->side == row->side &&
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

static void since_fin(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const HistorySide *sender_side = &facts->history->side[reset->side];
    int64_t since = reset->time_ns - sender_side->fin_ns;
    if (sender_side->fin && since >= 0)
        value_set(value, since, sender_side->fin_frame);
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
    if (facts->history->side[reset->side].first_frame == reset->frame)
        value_unknown(value, missing_side(reset->side));
    else
        value_set_bool(value, reset->ttl_differs, reset->frame);
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

/* Whether an RST bears the marks of another sender. A reply has no timestamps and an id of its own anyway. */
static bool looks_forged(const ResetRecord *reset)
{
    bool marks = reset->ttl_differs && (reset->timestamps_missing || reset->ip_id_differs);
    return reset->form != RST_FORM_REPLY && (marks || reset->sender_goes_on);
}

/* What comes this soon after a forged RST is taken for its consequence. */
#define CONSEQUENCE_NS INT64_C(1000000000)

static void after_forged(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const History *history = facts->history;
    value_set_bool(value, false, 0);
    for (unsigned i = 0; i < history->reset_count && (int)i < history->first_reset; i++) {
        const ResetRecord *other = &history->resets[i];
        if (looks_forged(other) && reset->time_ns - other->time_ns <= CONSEQUENCE_NS)
            value_set_bool(value, true, other->frame);
    }
}

static const ResetRecord *first_ignored(const History *history)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        if (!reset->effective && !reset->ends_sender && reset->lived_on &&
            (history->first_reset < 0 || (int)i < history->first_reset))
            return reset;
    }
    return NULL;
}

static void ignored_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_ignored(facts->history);
    if (reset)
        value_set(value, reset->frame, reset->frame);
}

static void ignored_sender(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_ignored(facts->history);
    if (reset)
        value_set(value, reset->side, reset->frame);
}

static void ignored_in_window(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_ignored(facts->history);
    if (reset)
        value_set_bool(value, reset->in_window, reset->frame);
}

/* Cloudflare's stages of tampering (SIGCOMM 2023): what of the handshake and the first exchange had passed
 * when the RST came. */
static const char *const stage_names[] = {"post-syn", "post-ack", "post-psh", "later", NULL};
enum { STAGE_POST_SYN, STAGE_POST_ACK, STAGE_POST_PSH, STAGE_LATER };

static void stage(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const History *history = facts->history;
    if (!history->side[SIDE_CLIENT].syn) {
        value_unknown(value, MISSING_HANDSHAKE);
        return;
    }
    unsigned acks = 0, data = 0;
    for (unsigned i = 0; i < reset->row; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->marks & EVENT_RUN)
            data += row->data_segments;
        if (row->marks & (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_RETRANSMISSION) ||
            row->flags & TCP_SYN || row->side != SIDE_CLIENT)
            continue;
        acks++;
        data += row->length > 0;
    }
    value_set(value,
              !acks       ? STAGE_POST_SYN
              : !data     ? STAGE_POST_ACK
              : data == 1 ? STAGE_POST_PSH
                          : STAGE_LATER,
              reset->frame);
}

static const Note *find_note(const History *history, uint32_t frame, NoteKind kind)
{
    for (unsigned i = 0; i < history->note_count; i++) {
        if (history->notes[i].kind == kind && (!frame || history->notes[i].frame == frame))
            return &history->notes[i];
    }
    return NULL;
}

/* The first RST of the connection with a payload, whether it counted or not. */
static void text(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const Note *note = find_note(facts->history, 0, NOTE_RST_PAYLOAD);
    if (!note)
        return;
    char *kept = ((FactSet *)facts)->rst_text;
    memcpy(kept, note->bytes, note->kept);
    kept[note->kept] = '\0';
    for (unsigned i = 0; i < note->kept; i++) {
        if (note->bytes[i] < 0x20 || note->bytes[i] > 0x7e)
            kept[i] = '.';
    }
    value->presence = VALUE_KNOWN;
    value->as.string = kept;
    value->frame = note->frame;
}

static void payload_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const Note *note = find_note(facts->history, 0, NOTE_RST_PAYLOAD);
    if (note)
        value_set(value, note->frame, note->frame);
}

/* draft-ietf-tcpm-rst-diagnostic-payload: exactly 8 bytes, 0x33AA, reason, enterprise number. */
static const Note *find_diagnosis(const History *history)
{
    const Note *note = find_note(history, 0, NOTE_RST_PAYLOAD);
    bool fits =
        note && note->length == 8 && note->kept == 8 && note->bytes[0] == 0x33 && note->bytes[1] == 0xaa;
    return fits ? note : NULL;
}

static const char *const diagnosis_names[] = {"none",
                                              "illegal option length",
                                              "desynchronized state",
                                              "new data after CLOSE",
                                              "ABORT by the application",
                                              "unexpected ACK in a non-synchronized state",
                                              "unexpected SYN in the window",
                                              "security compartment mismatch",
                                              "malformed message",
                                              "not authorized",
                                              "resources exceeded",
                                              "network failure",
                                              "reset received from the peer",
                                              "destination unreachable",
                                              "connection timeout",
                                              "too much outstanding data",
                                              "unacceptable performance",
                                              "middlebox interference",
                                              "another reason",
                                              NULL};

static void diagnosis(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const Note *note = find_diagnosis(facts->history);
    if (!note)
        return;
    unsigned reason = (unsigned)note->bytes[2] << 8 | note->bytes[3];
    bool is_iana = !(note->bytes[4] | note->bytes[5] | note->bytes[6] | note->bytes[7]);
    const unsigned other = G_N_ELEMENTS(diagnosis_names) - 2;
    value_set(value, is_iana && reason < other ? reason : other, note->frame);
}

/* RFC 8684 3.6, figure 15 */
static const char *const mptcp_names[] = {"unspecified",
                                          "MPTCP-specific error",
                                          "lack of resources",
                                          "administratively prohibited",
                                          "too much outstanding data",
                                          "unacceptable performance",
                                          "middlebox interference",
                                          "another reason",
                                          NULL};

static void mptcp_reason(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const Note *note = find_note(facts->history, 0, NOTE_MPTCP_RST);
    if (note)
        value_set(value, MIN(note->bytes[0], (int)G_N_ELEMENTS(mptcp_names) - 2), note->frame);
}

static void answers_tls_alert(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    if (reset->answers != RST_ANSWERS_DATA)
        return;
    const Note *note = find_note(facts->history, reset->answers_frame, NOTE_TLS_ALERT);
    value_set_bool(value, note != NULL, reset->answers_frame);
}

/* The first RST after both FINs had been acknowledged. */
static const ResetRecord *first_after_close(const History *history)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        if (history->resets[i].after_close)
            return &history->resets[i];
    }
    return NULL;
}

static void after_close_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_after_close(facts->history);
    if (reset)
        value_set(value, reset->frame, reset->frame);
}

static void after_close_sender(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_after_close(facts->history);
    if (reset)
        value_set(value, reset->side, reset->frame);
}

static void after_close_answers(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_after_close(facts->history);
    if (reset)
        value_set(value, reset->answers, reset->answers_frame ? reset->answers_frame : reset->frame);
}

static void after_close_hits_time_wait(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_after_close(facts->history);
    if (!reset)
        return;
    /* Nothing that the capture shows changes the target's state at this row, so it is still what it was
     * before. */
    uint8_t state = facts->history->rows[reset->row].state[side_other((Side)reset->side)];
    value_set_bool(value, reset->exact && state == TCP_STATE_TIME_WAIT, reset->frame);
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
    {"rst.answers.resent", VALUE_BOOL, NULL, NULL, false,
     "The answered bytes had first been sent before the resetter's FIN, and were lost.", answers_resent},
    {"rst.in_flight", VALUE_BYTES, "bytes", NULL, false,
     "Payload of the other side that had passed before the RST and that its ACK does not cover; absent where "
     "it has none.",
     in_flight},
    {"rst.delay", VALUE_DURATION, "ns", NULL, false, "From the segment that it answers to the RST.", delay},
    {"rst.since_fin", VALUE_DURATION, "ns", NULL, false, "From the resetter's own FIN to the RST.",
     since_fin},
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
     "Its TTL is unlike that of its sender's first segment.", ttl_differs},
    {"rst.ip_id_differs", VALUE_BOOL, NULL, NULL, false,
     "Its IP id is far from that of its sender's last segment.", ip_id_differs},
    {"rst.timestamps_missing", VALUE_BOOL, NULL, NULL, false,
     "It has no timestamps although its sender's other segments do.", timestamps_missing},
    {"rst.sender_goes_on", VALUE_BOOL, NULL, NULL, false,
     "Its alleged sender sends on as if nothing had happened.", sender_goes_on},
    {"rst.after_forged", VALUE_BOOL, NULL, NULL, false,
     "Within a second before it came an RST that bears the marks of another sender (TTL, and timestamps or "
     "IP id).",
     after_forged},
    {"rst.ignored.frame", VALUE_FRAME, NULL, NULL, false,
     "The first RST that had no effect, before any that had.", ignored_frame},
    {"rst.ignored.sender", VALUE_SIDE, NULL, NULL, false, "Whose address it bears.", ignored_sender},
    {"rst.ignored.in_window", VALUE_BOOL, NULL, NULL, false,
     "It lies in the window, so it draws a challenge ACK (RFC 5961).", ignored_in_window},
    {"rst.text", VALUE_STRING, NULL, NULL, false,
     "The payload of the first RST that has one, dots for what cannot be printed.", text},
    {"rst.payload.frame", VALUE_FRAME, NULL, NULL, false, "That RST.", payload_frame},
    {"rst.diagnosis", VALUE_ENUM, NULL, diagnosis_names, false,
     "Its reason, where the payload is the 8 bytes of draft-ietf-tcpm-rst-diagnostic-payload.", diagnosis},
    {"rst.mptcp_reason", VALUE_ENUM, NULL, mptcp_names, false,
     "The reason in an MP_TCPRST option (RFC 8684 3.6).", mptcp_reason},
    {"rst.answers.tls_alert", VALUE_BOOL, NULL, NULL, false,
     "The answered data is nothing but a TLS alert, or has the size of an encrypted one: a goodbye.",
     answers_tls_alert},
    {"rst.after_close.frame", VALUE_FRAME, NULL, NULL, false,
     "The first RST after both FINs were acknowledged.", after_close_frame},
    {"rst.after_close.sender", VALUE_SIDE, NULL, NULL, false, "Whose address it bears.", after_close_sender},
    {"rst.after_close.answers", VALUE_ENUM, NULL, answers_names, false, "What it answers.",
     after_close_answers},
    {"rst.after_close.hits_time_wait", VALUE_BOOL, NULL, NULL, false,
     "It ended the TIME_WAIT of the other side (RFC 1337; Linux with net.ipv4.tcp_rfc1337=0).",
     after_close_hits_time_wait},
    {"rst.stage", VALUE_ENUM, NULL, stage_names, false,
     "How far the client had got when it came: post-syn, post-ack (handshake done), post-psh (its first "
     "data), later.",
     stage},
};

const FactFamily fact_family_rst = {rows, G_N_ELEMENTS(rows)};
