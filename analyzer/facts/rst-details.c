/* Facts of what an RST says of itself, of those that had no effect, and of those that came too late. */
#include <string.h>

#include "facts/private.h"
#include "facts/reset.h"

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

/* RFC 9293 3.5.1, figure 10: what comes back for the SYN, before any SYN-ACK, is the ACK of an older connection,
 * and an RST with its number clears that one away. */
static bool clears_another(const History *history, const ResetRecord *reset)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    return reset->side == SIDE_CLIENT && reset->answers == RST_ANSWERS_ACK && client->syn && reset->seq != 1 &&
           (!server->syn_frame || reset->answers_frame < server->syn_frame);
}

static const ResetRecord *first_clearing(const History *history)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        if (clears_another(history, &history->resets[i]))
            return &history->resets[i];
    }
    return NULL;
}

static void clears_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_clearing(facts->history);
    if (reset)
        value_set(value, reset->frame, reset->frame);
}

static void clears_answers_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = first_clearing(facts->history);
    if (reset)
        value_set(value, reset->answers_frame, reset->answers_frame);
}

static const ResetRecord *first_ignored(const History *history)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        bool is_anothers = (reset->answers != RST_ANSWERS_NOTHING &&
                            history->rows[reset->answers_row].marks & EVENT_PREDECESSOR) ||
                           clears_another(history, reset);
        if (!reset->effective && !reset->ends_sender && reset->lived_on && !is_anothers &&
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

/* Keep-alives right before the RST, evenly spaced, the RST itself coming when the next was due: a timer sent
 * it, whatever came back for them here. 0 where it came at another time. */
static void probes_before(const FactSet *facts, Side side, Value *value)
{
    RESET_OR_RETURN(reset);
    const History *history = facts->history;
    int64_t later_ns = reset->time_ns, interval_ns = 0;
    unsigned count = 0;
    for (unsigned i = reset->row; i-- > 0;) {
        const HistoryRow *row = &history->rows[i];
        if (!row_is_from(row, reset->side))
            continue;
        int64_t apart_ns = later_ns - row->time_ns;
        interval_ns = count ? interval_ns : apart_ns;
        bool is_even = apart_ns > interval_ns - interval_ns / 4 && apart_ns < interval_ns + interval_ns / 4;
        if (!(row->marks & EVENT_KEEPALIVE) || !is_even)
            break;
        count++;
        later_ns = row->time_ns;
    }
    value_set(value, count > 1 ? count : 0, reset->frame);
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
    if (reset->answers != RST_ANSWERS_DATA || !reset->answers_frame)
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
    uint8_t state = facts_whole_history(facts)->rows[reset->row].state[side_other((Side)reset->side)];
    value_set_bool(value, reset->exact && state == TCP_STATE_TIME_WAIT, reset->frame);
}

static const FactRow rows[] = {
    {"rst.after_forged", VALUE_BOOL, NULL, NULL, false,
     "Within a second before it came an RST that bears the marks of another sender (TTL, and timestamps or "
     "IP id).",
     after_forged},
    {"rst.ignored.frame", VALUE_FRAME, NULL, NULL, false,
     "The first RST that had no effect, before any that had.", ignored_frame},
    {"rst.ignored.sender", VALUE_SIDE, NULL, NULL, false, "Whose address it bears.", ignored_sender},
    {"rst.ignored.in_window", VALUE_BOOL, NULL, NULL, false,
     "It lies in the window, so it draws a challenge ACK (RFC 5961).", ignored_in_window},
    {"rst.probes_before", VALUE_INT, NULL, NULL, false,
     "Keep-alives of the resetter right before it, evenly spaced, where it came when the next was due.",
     probes_before},
    {"rst.clears.frame", VALUE_FRAME, NULL, NULL, false,
     "The client's RST to an ACK of an older connection that its SYN drew (RFC 9293 3.5.1).", clears_frame},
    {"rst.clears.answers.frame", VALUE_FRAME, NULL, NULL, false, "That ACK.", clears_answers_frame},
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

const FactFamily fact_family_rst_more = {rows, G_N_ELEMENTS(rows)};
