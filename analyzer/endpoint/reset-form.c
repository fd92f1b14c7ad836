/* Whether an RST is a reply to a segment, an abort by a socket that still existed, or neither that can be
 * told; and which segment provoked it. */
#include "endpoint/resets.h"

/* Where no answer of that side could be measured; then a pure ACK that is not answered promptly was not
 * answered at all. */
#define REPLY_UNMEASURED_NS INT64_C(3000000000)

/* Segments in one flight are answered in order: those this close to the best fit count as such. Less than any
 * timeout after which a segment would be sent again (Linux: 200 ms). */
#define ONE_FLIGHT_NS INT64_C(50000000)

/* Frames of two directions may stand in the file in the wrong order: each comes from a queue of its own. */
#define DISORDER_NS INT64_C(20000000)

/* Answers differ, and a busy host may be slow to give one: an RST is too soon that takes less than a quarter of
 * the shortest of several, or less than a tenth of fewer. */
enum { SEVERAL = 3 };
#define SEVERAL_LEAST_NS INT64_C(4000000)
#define FEW_LEAST_NS     INT64_C(20000000)

RstAnswers row_kind_when_answered(const HistoryRow *row)
{
    if (row->flags & TCP_SYN)
        return row->flags & TCP_ACK ? RST_ANSWERS_SYN_ACK : RST_ANSWERS_SYN;
    if (row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE))
        return RST_ANSWERS_KEEPALIVE;
    if (row->length)
        return RST_ANSWERS_DATA;
    return row->flags & TCP_FIN ? RST_ANSWERS_FIN : RST_ANSWERS_ACK;
}

static bool is_pure_ack(const HistoryRow *row)
{
    return row_kind_when_answered(row) == RST_ANSWERS_ACK;
}

/* A reply to a segment without ACK has SEQ 0 on the wire (RFC 9293 3.5.2). Where it has another, it may still
 * be one of a stack with ways of its own, unless either side is seen to have gone beyond the SYN. */
static bool answers_without_ack(const History *history, const ResetRecord *reset)
{
    const HistorySide *sender = &history->side[reset->side], *peer = &history->side[side_other(reset->side)];
    if (history->rows[reset->row].wire_seq == 0)
        return true;
    return sender->packets == sender->resets && peer->received < 1;
}

/* RFC 9293 3.10.7.1: SEQ = SEG.ACK, without ACK. Those that set ACK all the same put into it the segment's own
 * SEQ (FreeRTOS+TCP), that and 1 (uIP), or what would acknowledge it (lwIP, Windows). What answers a segment
 * without ACK acknowledges it, or, of a SYN with data, as little as the SYN (3.10.7.3). */
static bool has_reply_numbers(const History *history, const ResetRecord *reset, const HistoryRow *row)
{
    int64_t after = row_after(row);
    if (!(row->flags & TCP_ACK))
        return reset->has_ack && reset->ack > row->seq && reset->ack <= after &&
               answers_without_ack(history, reset);
    if (row->ack != reset->seq)
        return false;
    return !reset->has_ack || reset->ack == row->seq || reset->ack == row->seq + 1 || reset->ack == after;
}

/* From the row to the RST, as time passed for its sender: no longer than any answer took, and no shorter. */
static bool is_in_time(const Progress *progress, const ResetRecord *reset, const HistoryRow *row)
{
    const AnswerTime *answer = &progress->answer[reset->side];
    int64_t delay = reset->time_ns - row->time_ns;
    if (answer->latest_ns < 0)
        return delay <= (is_pure_ack(row) ? REPLY_SLACK_NS : REPLY_UNMEASURED_NS);
    return delay <= 4 * answer->latest_ns + REPLY_SLACK_NS;
}

static bool is_too_soon(const Progress *progress, const ResetRecord *reset, const HistoryRow *row)
{
    const AnswerTime *answer = &progress->answer[reset->side];
    int64_t least = answer->least_ns, delay = reset->time_ns - row->time_ns;
    return answer->measured < SEVERAL ? least >= FEW_LEAST_NS && delay < least / 10
                                      : least >= SEVERAL_LEAST_NS && delay < least / 4;
}

/* Whether row `i`, captured of the other side before, may have provoked this RST. */
static bool may_answer(const History *history, const Progress *progress, const ResetRecord *reset, unsigned i)
{
    const HistoryRow *row = &history->rows[i];
    if (row->flags & TCP_RST || row->marks & EVENT_DUPLICATE || !has_reply_numbers(history, reset, row) ||
        !is_in_time(progress, reset, row))
        return false;
    /* What its sender had acknowledged, or answered with a segment of its own, did not provoke an RST later.
     */
    unsigned last = progress->last_normal[reset->side];
    if (last == EVENTS_MAX || last < i)
        return true;
    if (row_after(row) > row->seq && !(row->marks & EVENT_KEEPALIVE))
        return progress->received[reset->side] < row_after(row);
    return row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE);
}

/* How far the delay lies outside what answers of that side took. */
static int64_t misfit(const Progress *progress, const ResetRecord *reset, const HistoryRow *row)
{
    const AnswerTime *answer = &progress->answer[reset->side];
    int64_t delay = reset->time_ns - row->time_ns, least = answer->least_ns > 0 ? answer->least_ns : 0;
    int64_t most = answer->latest_ns > least ? answer->latest_ns : least;
    return delay < least ? least - delay : delay > most ? delay - most : 0;
}

/* Those of the rows before that may have provoked the RST. */
static uint64_t find_fitting(const History *history, const Progress *progress, const ResetRecord *reset)
{
    uint64_t fitting = 0;
    uint64_t earlier = history->sets.captured[side_other(reset->side)] & rows_before(reset->row);
    for (uint64_t rest = earlier & ~progress->answered; rest; rest &= rest - 1) {
        if (may_answer(history, progress, reset, row_set_first(rest)))
            fitting |= rest & -rest;
    }
    return fitting;
}

/* From this RST on, how many there are more than segments that they may answer. */
static int resets_to_spare(const History *history, const ResetRecord *reset, uint64_t fitting)
{
    const RowSets *sets = &history->sets;
    uint64_t later = (sets->captured[SIDE_CLIENT] | sets->captured[SIDE_SERVER]) & rows_after(reset->row);
    int spare = 1 - __builtin_popcountll(fitting);
    for (; later; later &= later - 1) {
        const HistoryRow *row = &history->rows[row_set_first(later)];
        bool is_reset = row->flags & TCP_RST;
        if (row->marks & EVENT_DUPLICATE)
            continue;
        spare += row->side == reset->side && is_reset && row->seq == reset->seq;
        spare -= row->side != reset->side && !is_reset && row->ack == reset->seq;
    }
    return spare;
}

/* A socket that is closing takes a pure ACK. */
static int first_to_answer(const History *history, uint64_t fitting)
{
    for (uint64_t rest = fitting; rest; rest &= rest - 1) {
        if (!is_pure_ack(&history->rows[row_set_first(rest)]))
            return (int)row_set_first(rest);
    }
    return (int)row_set_first(fitting);
}

/* The row that provoked the RST. Where there are RSTs for all, they answer in order, one to one. Else of those
 * that fit, the one a round trip before it; without a known round trip the latest, since what is sent again is
 * answered when it arrives. -1 for none. */
static int find_answered(const History *history, const Progress *progress, const ResetRecord *reset)
{
    int64_t nearest = INT64_MAX, latest = progress->answer[reset->side].latest_ns;
    uint64_t fitting = find_fitting(history, progress, reset);
    if (fitting & (fitting - 1) && resets_to_spare(history, reset, fitting) >= 0)
        return first_to_answer(history, fitting);
    for (uint64_t rest = fitting; rest; rest &= rest - 1) {
        int64_t apart = misfit(progress, reset, &history->rows[row_set_first(rest)]);
        nearest = apart < nearest ? apart : nearest;
    }
    int best = -1, pure_ack = -1;
    for (; fitting; fitting &= fitting - 1) {
        unsigned i = row_set_first(fitting);
        if (misfit(progress, reset, &history->rows[i]) > nearest + ONE_FLIGHT_NS + (latest > 0 ? latest / 4 : 0))
            continue;
        /* A socket that is closing takes a pure ACK; what goes with it in one flight is the likelier cause.
         */
        if (is_pure_ack(&history->rows[i]))
            pure_ack = pure_ack < 0 ? (int)i : pure_ack;
        else if (best < 0 || history->rows[i].seq < history->rows[best].seq)
            best = (int)i;
    }
    return best >= 0 ? best : pure_ack;
}

/* A SYN that stands in the file after the RST that refuses it. Nothing else could have that ACK number. */
static int find_late_syn(const History *history, const ResetRecord *reset)
{
    uint64_t later = history->sets.captured[side_other(reset->side)] & rows_after(reset->row);
    for (; reset->has_ack && later; later &= later - 1) {
        unsigned i = row_set_first(later);
        const HistoryRow *row = &history->rows[i];
        if (row->time_ns - reset->time_ns > DISORDER_NS)
            break;
        if ((row->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN && has_reply_numbers(history, reset, row))
            return (int)i;
    }
    return -1;
}

/* The ACK field of an RST without the flag, as a relative number; stacks fill it in all the same. */
static int64_t unflagged_ack(const History *history, const Progress *progress, const ResetRecord *reset)
{
    Side peer = side_other(reset->side);
    uint32_t next = history->side[peer].isn + (uint32_t)progress->next[peer];
    return progress->next[peer] + seq_diff(history->rows[reset->row].wire_ack, next);
}

/* ACK = RCV.NXT. More than was captured acknowledged is believed as far as the other side has sent it, which
 * is known less well where some of its segments are no rows. */
static bool knows_received(const History *history, const Progress *progress, const ResetRecord *reset)
{
    Side side = reset->side, peer = side_other(side);
    const HistoryRow *row = &history->rows[reset->row];
    int64_t most = history->has_runs ? history->side[peer].next : progress->next[peer];
    int64_t least = progress->received[side];
    if (least == ACKED_NOTHING && history->side[peer].syn)
        least = 1;
    if (reset->has_ack)
        return reset->ack >= least && reset->ack <= most;
    if (!row->wire_ack || row->wire_ack == row->wire_seq || progress->received[side] == ACKED_NOTHING)
        return false;
    int64_t ack = unflagged_ack(history, progress, reset);
    return ack >= progress->received[side] && ack <= most;
}

/* SEQ = SND.NXT. Windows pulls that back to what it repeated last. */
static bool knows_next(const History *history, const Progress *progress, const ResetRecord *reset)
{
    Side side = reset->side, peer = side_other(side);
    if (reset->seq == progress->next[side] || reset->seq == progress->received[peer])
        return true;
    /* Numbers that were not captured, but acknowledged later, were sent before. */
    if (reset->seq > progress->next[side])
        return reset->seq <= history->side[side].acked;
    unsigned last = progress->last_normal[side];
    return last != EVENTS_MAX && history->rows[last].marks & EVENT_RETRANSMISSION &&
           reset->seq == row_after(&history->rows[last]);
}

/* What only a socket knows that still exists. Its window, timestamps and IP id may stand for its
 * acknowledgement, and for numbers that were not captured. */
static bool has_abort_marks(const History *history, const Progress *progress, const ResetRecord *reset)
{
    if (knows_next(history, progress, reset))
        return knows_received(history, progress, reset) || (!reset->has_ack && reset->has_own_marks);
    Side side = reset->side;
    int64_t window = (int64_t)progress->window[side_other(side)] << history->side[side_other(side)].wscale;
    return reset->seq > progress->next[side] && reset->seq <= progress->next[side] + window &&
           reset_window_mark(history, progress, reset, NULL) > 0 &&
           (!reset->has_ack || knows_received(history, progress, reset));
}

/* An RST with ACK whose numbers fit both: stacks that set ACK on replies too. An abort has the last window and
 * the timestamps of its socket; a reply has neither. */
static bool is_reply_with_ack(const History *history, const Progress *progress, const ResetRecord *reset,
                              const HistoryRow *row)
{
    RstAnswers kind = row_kind_when_answered(row);
    if (reset_window_mark(history, progress, reset, row) < 0)
        return true;
    if (kind == RST_ANSWERS_SYN_ACK) /* who acknowledges it is connected */
        return reset->ack <= row->seq;
    if (kind == RST_ANSWERS_DATA && reset->ack > row->seq && reset->ack < row_after(row))
        return true;
    return progress->fin[reset->side] && (kind == RST_ANSWERS_DATA || kind == RST_ANSWERS_FIN) &&
           history->rows[reset->row].window == 0;
}

static bool is_reply(const History *history, const Progress *progress, const ResetRecord *reset,
                     const HistoryRow *row)
{
    if (!(row->flags & TCP_ACK))
        return true;
    if (reset_window_mark(history, progress, reset, row) > 0)
        return false;
    bool is_own = history->rows[reset->row].marks & EVENT_TIMESTAMPS && reset->has_own_marks &&
                  history->rows[reset->row].window;
    if (reset->has_ack)
        return !is_own && is_reply_with_ack(history, progress, reset, row);
    return !knows_received(history, progress, reset);
}

void reset_find_form(const History *history, Progress *progress, ResetRecord *reset)
{
    int answered = find_answered(history, progress, reset);
    if (answered < 0)
        answered = find_late_syn(history, reset);
    if (answered >= 0 && is_reply(history, progress, reset, &history->rows[answered])) {
        const HistoryRow *row = &history->rows[answered];
        reset->form = RST_FORM_REPLY;
        reset->answers = (uint8_t)row_kind_when_answered(row);
        reset->answers_row = (uint8_t)answered;
        reset->answers_frame = row->frame;
        reset->delay_ns = reset->time_ns > row->time_ns ? reset->time_ns - row->time_ns : 0;
        reset->too_soon = is_too_soon(progress, reset, row);
        progress->answered |= UINT64_C(1) << answered;
    } else {
        reset->form = has_abort_marks(history, progress, reset) ? RST_FORM_ABORT : RST_FORM_OTHER;
    }
}
