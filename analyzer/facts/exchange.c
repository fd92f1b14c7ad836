/* Facts of who spoke when and who was waiting for whom. */
#include "facts/exchange.h"

#include "facts/private.h"

/* What is said so soon before a close is its goodbye. */
#define GOODBYE_NS INT64_C(1000000000)

bool exchange_close(const History *history, Close *ret_close)
{
    if (history->closer < 0)
        return false;
    const Side side = (Side)history->closer;
    const unsigned end_row = facts_end_row(history);
    unsigned row = end_row;
    if (history->first_reset >= 0 && history->resets[history->first_reset].row == end_row) {
        if (history->resets[history->first_reset].form == RST_FORM_REPLY)
            return false;
    } else {
        for (row = 0; row < history->row_count && history->rows[row].frame != history->side[side].fin_frame;)
            row++;
    }
    if (row == history->row_count)
        return false;
    const HistoryRow *closing = &history->rows[row];
    const int64_t received = closing->flags & TCP_ACK ? closing->ack : history->side[side].received;
    *ret_close = (Close){closing->time_ns, received, row, side};
    return true;
}

/* The last of what it said may be missing. */
static bool is_end_missing(const History *history, Side side)
{
    const HistorySide *self = &history->side[side];
    if (!self->sent || self->top_missing || self->acked > self->next)
        return true;
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        if (reset->side == side && reset->form == RST_FORM_ABORT && reset->seq > self->next)
            return true;
    }
    return false;
}

bool exchange_is_whole(const History *history)
{
    const HistorySide *client = &history->side[SIDE_CLIENT], *server = &history->side[SIDE_SERVER];
    /* What nobody acknowledged was lost on the way, rather than by the capture. */
    return client->sent && server->sent && !(client->gap_bytes | server->gap_bytes);
}

/* One beyond the last byte of the side's that was acknowledged. */
static int64_t acked_end(const HistorySide *self)
{
    return self->fin && self->acked > self->fin_seq ? self->fin_seq : self->acked;
}

/* The side closed, and the other one's last turn passed after that, and nobody took it: it came too late to
 * be an answer. */
static bool is_answered_late(const History *history, Side side)
{
    const ExchangeEnd *own = &history->exchange.end[side], *other = &history->exchange.end[side_other(side)];
    Close close;
    return own->turns && other->turns && exchange_close(history, &close) && close.side == side &&
           other->turn_frame > history->rows[close.row].frame && other->turn_heard > own->message_seq &&
           other->turn_seq >= acked_end(&history->side[side_other(side)]);
}

bool exchange_waiting(const History *history, Side side, Waiting *ret_waiting)
{
    if (is_end_missing(history, side_other(side)) || !history->side[side].sent)
        return false;
    const int64_t end = acked_end(&history->side[side]);
    const int64_t begin = is_answered_late(history, side) ? history->exchange.end[side].message_seq
                                                          : history->exchange.end[side_other(side)].heard;
    *ret_waiting = (Waiting){begin, end > begin ? end : begin};
    return true;
}

bool exchange_waits_at(const History *history, const Close *close, Side side)
{
    Waiting waiting;
    return close->side != side && exchange_waiting(history, side, &waiting) && waiting.end > waiting.begin &&
           close->received > waiting.begin;
}

bool exchange_crosses(const History *history, const Close *close)
{
    const ExchangeEnd *other = &history->exchange.end[side_other(close->side)];
    const HistorySide *closer = &history->side[close->side];
    return other->turns && other->message_seq >= close->received &&
           !(closer->fin && other->turn_heard > closer->fin_seq);
}

/* Of the last payload that the closer knew of; EXCHANGE_NEVER. */
static int64_t last_known_ns(const History *history, const Close *close)
{
    const ExchangeEnd *own = &history->exchange.end[close->side];
    const ExchangeEnd *other = &history->exchange.end[side_other(close->side)];
    if (other->turns && other->message_seq >= close->received)
        return other->before_ns;
    if (!own->turns && !other->turns)
        return EXCHANGE_NEVER;
    int64_t last_ns = own->turns && own->last_ns > other->last_ns ? own->last_ns : other->last_ns;
    return last_ns < close->time_ns ? last_ns : close->time_ns;
}

/* The closer's last burst, which nobody had asked for; NULL. */
static const ExchangeEnd *find_goodbye(const History *history, const Close *close)
{
    const ExchangeEnd *own = &history->exchange.end[close->side];
    const bool is_unasked = own->bursts == 2 && own->burst_before_ns != EXCHANGE_NEVER;
    const int64_t before_ns = close->time_ns - own->last_ns;
    return is_unasked && last_known_ns(history, close) <= own->last_ns && before_ns >= 0 &&
                   before_ns < GOODBYE_NS && own->last_ns - own->burst_ns < GOODBYE_NS
               ? own
               : NULL;
}

int64_t exchange_goodbye_bytes(const History *history, const Close *close)
{
    const ExchangeEnd *goodbye = find_goodbye(history, close);
    return goodbye ? goodbye->next - goodbye->burst_seq : 0;
}

int64_t exchange_idle_ns(const History *history, const Close *close)
{
    const ExchangeEnd *goodbye = find_goodbye(history, close);
    const int64_t last_ns = last_known_ns(history, close);
    if (last_ns == EXCHANGE_NEVER || exchange_waits_at(history, close, side_other(close->side)))
        return -1;
    const int64_t idle_ns = goodbye ? goodbye->burst_ns - goodbye->burst_before_ns : close->time_ns - last_ns;
    return idle_ns > 0 ? idle_ns : 0;
}

static const ExchangeEnd *end_of(const FactSet *facts, Side side)
{
    return &facts->history->exchange.end[side];
}

/* Says in `value` why it is unknown, and returns false. */
static bool is_told_whole(const FactSet *facts, Value *value)
{
    bool is_whole = exchange_is_whole(facts->history);
    if (!is_whole)
        value_unknown(value, MISSING_SEGMENTS);
    return is_whole;
}

/* How much the side was waiting for an answer to; 0 where it is not known, which `value` says then. */
static int64_t get_waiting(const FactSet *facts, Side side, Value *value)
{
    Waiting waiting;
    if (is_dark(facts, side, value) || is_dark(facts, side_other(side), value))
        return 0;
    if (!exchange_waiting(facts->history, side, &waiting)) {
        value_unknown(value, MISSING_SEGMENTS);
        return 0;
    }
    return waiting.end - waiting.begin;
}

/* The first frame of what it was waiting for an answer to. */
static uint64_t find_waiting_frame(const FactSet *facts, Side side)
{
    const ExchangeEnd *own = end_of(facts, side);
    return facts->history->exchange.speaker == side ? own->turn_frame : own->message_frame;
}

static void waiting_bytes(const FactSet *facts, Side side, Value *value)
{
    const int64_t bytes = get_waiting(facts, side, value);
    if (value->presence == VALUE_ABSENT)
        value_set(value, bytes, bytes ? find_waiting_frame(facts, side) : 0);
}

static void waiting_frame(const FactSet *facts, Side side, Value *value)
{
    if (get_waiting(facts, side, value))
        value_set(value, (int64_t)find_waiting_frame(facts, side), find_waiting_frame(facts, side));
}

/* To what began the end, or to the last segment where nothing did. */
static void waiting_for(const FactSet *facts, Side side, Value *value)
{
    const History *history = facts->history;
    Close close;
    if (!get_waiting(facts, side, value))
        return;
    int64_t end_ns = history->end_ns;
    const unsigned end_row = facts_end_row(history);
    if (exchange_close(history, &close))
        end_ns = close.time_ns;
    else if (end_row < history->row_count)
        end_ns = history->rows[end_row].time_ns;
    const int64_t for_ns = end_ns - end_of(facts, side)->last_ns;
    value_set(value, for_ns > 0 ? for_ns : 0, find_waiting_frame(facts, side));
}

static void waiting_at_close(const FactSet *facts, Side side, Value *value)
{
    Close close;
    if (!get_waiting(facts, side, value) && value->presence == VALUE_UNKNOWN)
        return;
    if (exchange_close(facts->history, &close))
        value_set_bool(value, exchange_waits_at(facts->history, &close, side),
                       find_waiting_frame(facts, side));
}

/* For the side's messages: they end where the other side is heard. */
static bool is_other_told_whole(const FactSet *facts, Side side, Value *value)
{
    const HistorySide *other = side_of(facts, side_other(side));
    const bool is_whole = side_of(facts, side)->sent && other->sent && !other->gap_bytes;
    if (!is_whole)
        value_unknown(value, MISSING_SEGMENTS);
    return is_whole;
}

static void message_bytes(const FactSet *facts, Side side, Value *value)
{
    const ExchangeEnd *own = end_of(facts, side);
    if (is_other_told_whole(facts, side, value))
        value_set(value, own->turns ? own->next - own->message_seq : 0, own->message_frame);
}

static void message_frame(const FactSet *facts, Side side, Value *value)
{
    const ExchangeEnd *own = end_of(facts, side);
    if (own->turns && is_other_told_whole(facts, side, value))
        value_set(value, (int64_t)own->message_frame, own->message_frame);
}

/* Whether the other side's last turn began within this side's last message. */
static bool is_answered_early(const FactSet *facts, Side side)
{
    const ExchangeEnd *own = end_of(facts, side), *other = end_of(facts, side_other(side));
    return own->turns && other->turns && other->turn_heard > own->message_seq &&
           other->turn_heard < own->next;
}

static void message_after_answer(const FactSet *facts, Side side, Value *value)
{
    const ExchangeEnd *own = end_of(facts, side), *other = end_of(facts, side_other(side));
    if (is_other_told_whole(facts, side, value) && is_answered_early(facts, side))
        value_set(value, own->next - other->turn_heard, other->turn_frame);
}

static void message_crosses_close(const FactSet *facts, Side side, Value *value)
{
    Close close;
    if (end_of(facts, side)->turns && exchange_close(facts->history, &close) && close.side != side &&
        is_other_told_whole(facts, side, value))
        value_set_bool(value, exchange_crosses(facts->history, &close), end_of(facts, side)->message_frame);
}

static void turns(const FactSet *facts, Side side, Value *value)
{
    if (is_told_whole(facts, value))
        value_set(value, end_of(facts, side)->turns, end_of(facts, side)->turn_frame);
}

static void turns_pause(const FactSet *facts, Side side, Value *value)
{
    if (is_told_whole(facts, value) && end_of(facts, side)->turns)
        value_set(value, end_of(facts, side)->pause_ns, end_of(facts, side)->last_frame);
}

static void answers_count(const FactSet *facts, Side side, Value *value)
{
    if (is_told_whole(facts, value))
        value_set(value, end_of(facts, side)->answers, 0);
}

static void answers_usual(const FactSet *facts, Side side, Value *value)
{
    const ExchangeEnd *own = end_of(facts, side);
    if (is_told_whole(facts, value) && own->answers)
        value_set(value, own->answered_ns / own->answers, 0);
}

static void answers_longest(const FactSet *facts, Side side, Value *value)
{
    const ExchangeEnd *own = end_of(facts, side);
    if (is_told_whole(facts, value) && own->answers)
        value_set(value, own->longest_answer_ns, 0);
}

static const char *const pattern_names[] = {"none", "one-way", "alternating", "overlapping", NULL};

static void pattern(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    enum { NONE, ONE_WAY, ALTERNATING, OVERLAPPING };
    const Exchange *exchange = &facts->history->exchange;
    const unsigned speakers = !!exchange->end[0].turns + !!exchange->end[1].turns;
    if (is_told_whole(facts, value))
        value_set(value, exchange->crossings ? OVERLAPPING : speakers == 2 ? ALTERNATING : (int)speakers, 0);
}

/* Bytes that were not captured may have come first. */
static void first_speaker(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const Exchange *exchange = &facts->history->exchange;
    if (exchange->first == EXCHANGE_NOBODY || !is_told_whole(facts, value))
        return;
    if (facts->history->handshake == HANDSHAKE_NONE)
        value_unknown(value, MISSING_HANDSHAKE);
    else
        value_set(value, exchange->first, 0);
}

static void close_idle(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Close close;
    if (!exchange_close(facts->history, &close) || close.side != SIDE_SERVER || !is_told_whole(facts, value))
        return;
    const int64_t idle_ns = exchange_idle_ns(facts->history, &close);
    if (idle_ns >= 0)
        value_set(value, idle_ns, facts->history->rows[close.row].frame);
}

static void close_goodbye(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Close close;
    if (!exchange_close(facts->history, &close) || !is_told_whole(facts, value))
        return;
    const int64_t bytes = exchange_goodbye_bytes(facts->history, &close);
    if (bytes)
        value_set(value, bytes, end_of(facts, close.side)->burst_frame);
}

static void close_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Close close;
    if (!exchange_close(facts->history, &close))
        return;
    const uint64_t frame = facts->history->rows[close.row].frame;
    value_set(value, (int64_t)frame, frame);
}

static void close_time(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    Close close;
    if (exchange_close(facts->history, &close))
        value_set(value, close.time_ns, facts->history->rows[close.row].frame);
}

static const FactRow rows[] = {
    {"waiting.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Payload that it sent, that the other side's TCP acknowledged, and after which the other side's program "
     "sent nothing, or nothing before this side had closed.",
     waiting_bytes},
    {"waiting.frame", VALUE_FRAME, NULL, NULL, true, "The first segment of that.", waiting_frame},
    {"waiting.for", VALUE_DURATION, "ns", NULL, true,
     "From the last of it to what began the end, or to the last segment where nothing did.", waiting_for},
    {"waiting.at_close", VALUE_BOOL, NULL, NULL, true,
     "The other side's host had some of it when its program closed (by the ACK of its FIN or RST); false "
     "where "
     "all of it came afterwards.",
     waiting_at_close},
    {"message.bytes", VALUE_BYTES, "bytes", NULL, true,
     "Its last message: what it sent since it had last heard the other side out.", message_bytes},
    {"message.frame", VALUE_FRAME, NULL, NULL, true, "The first segment of that.", message_frame},
    {"message.after_answer", VALUE_BYTES, "bytes", NULL, true,
     "How much of its last message had not come to the other side yet, or was not sent, when that began to "
     "answer; absent where the answer came after all of it.",
     message_after_answer},
    {"message.crosses_close", VALUE_BOOL, NULL, NULL, true,
     "Of its last message nothing had come to the other side when that closed, and it was begun without "
     "knowing of the close.",
     message_crosses_close},
    {"turns", VALUE_INT, NULL, NULL, true, "How often it began to send after the other side had sent.",
     turns},
    {"turns.pause", VALUE_DURATION, "ns", NULL, true,
     "The longest pause between two segments with payload of one turn of it.", turns_pause},
    {"answers.count", VALUE_INT, NULL, NULL, true,
     "How often it sent after it had received all that the other side had sent before.", answers_count},
    {"answers.usual", VALUE_DURATION, "ns", NULL, true, "How long that took, on average.", answers_usual},
    {"answers.longest", VALUE_DURATION, "ns", NULL, true, "How long that took at most.", answers_longest},
    {"exchange.pattern", VALUE_ENUM, NULL, pattern_names, false,
     "Nobody sent payload, one side did, both did and each when it had heard the other out, or both and at "
     "times at once.",
     pattern},
    {"exchange.first", VALUE_SIDE, NULL, NULL, false, "Which side sent the first payload.", first_speaker},
    {"close.frame", VALUE_FRAME, NULL, NULL, false,
     "The FIN or RST by which a program closed first; absent where an RST only answers something.",
     close_frame},
    {"close.time", VALUE_TIME, "ns", NULL, false, "When that was.", close_time},
    {"close.idle", VALUE_DURATION, "ns", NULL, false,
     "For how long nothing had been said, as far as the server could know, when it closed or said its "
     "goodbye "
     "right before; absent where the client was waiting for an answer, or closed first.",
     close_idle},
    {"close.goodbye", VALUE_BYTES, "bytes", NULL, false,
     "What the closer sent right before it closed, unasked and after a silence.", close_goodbye},
};

const FactFamily fact_family_exchange = {rows, G_N_ELEMENTS(rows)};
