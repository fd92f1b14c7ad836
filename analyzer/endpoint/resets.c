/* What each RST is: a reply to a segment, an abort by a socket that still existed, or neither; what it
 * answers; and whether the side it was sent to took it. */
#include "endpoint/private.h"

/* A reply leaves at once, so at the capture point it follows within a round trip. That may have grown since
 * the handshake measured it, and hosts are not always quick; where no round trip is known, more is allowed.
 */
#define REPLY_SLACK_NS      INT64_C(200000000)
#define REPLY_UNMEASURED_NS INT64_C(3000000000)

/* No stack repeats a segment sooner, so what its side sends later than this after an RST, and later than two
 * round trips, it sent although the RST should have arrived. Linux: TCP_RTO_MIN, 200 ms. */
#define STILL_ALIVE_NS INT64_C(200000000)

/* What both sides had sent and acknowledged when a row passed the capture point. */
typedef struct {
    RoundTrips rtt;                       /* as the handshake measured them */
    int64_t next[SIDES], received[SIDES]; /* received: ACKED_NOTHING before any ACK */
    uint32_t window[SIDES];               /* not scaled */
    bool fin[SIDES];
    unsigned last_normal[SIDES]; /* index of the last row that is no RST, EVENTS_MAX for none */
    uint64_t answered;           /* rows that an RST was matched with */
    bool dead[SIDES];            /* it sent an RST of its own, or took one */
    bool aborted[SIDES];         /* it sent an RST of its own */
} Progress;

static void progress_take(Progress *progress, const HistoryRow *row, unsigned index)
{
    Side side = row->side;
    if (row_after(row) > progress->next[side])
        progress->next[side] = row_after(row);
    if (row->flags & TCP_ACK && row->ack > progress->received[side])
        progress->received[side] = row->ack;
    progress->fin[side] |= (row->flags & TCP_FIN) != 0;
    progress->window[side] = row->window;
    progress->last_normal[side] = index;
}

static RstAnswers kind_of(const HistoryRow *row)
{
    if (row->flags & TCP_SYN)
        return row->flags & TCP_ACK ? RST_ANSWERS_SYN_ACK : RST_ANSWERS_SYN;
    if (row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE))
        return RST_ANSWERS_KEEPALIVE;
    if (row->length)
        return RST_ANSWERS_DATA;
    return row->flags & TCP_FIN ? RST_ANSWERS_FIN : RST_ANSWERS_ACK;
}

/* A reply to a segment without ACK has SEQ 0 on the wire (RFC 9293 3.5.2). Where it has another, it may still
 * be one of a stack with ways of its own, unless either side is seen to have gone beyond the SYN. */
static bool answers_without_ack(const History *history, const ResetRecord *reset)
{
    const HistorySide *sender = &history->side[reset->side], *peer = &history->side[side_other(reset->side)];
    if (sender->isn + (uint32_t)reset->seq == 0)
        return true;
    return sender->packets == sender->resets && peer->received < 1;
}

/* Whether row `i`, captured of the other side before, may have provoked this RST. */
static bool may_answer(const History *history, const Progress *progress, const ResetRecord *reset, unsigned i)
{
    const HistoryRow *row = &history->rows[i];
    if (row->flags & TCP_RST || row->marks & EVENT_DUPLICATE)
        return false;
    bool fits = row->flags & TCP_ACK
                    ? !reset->has_ack && row->ack == reset->seq
                    : reset->has_ack && row_after(row) == reset->ack && answers_without_ack(history, reset);
    /* An ACK number in an RST is trusted where the other number fits as well: some stacks set ACK on every
     * RST. */
    if (!fits && row->flags & TCP_ACK && reset->has_ack)
        fits = row->ack == reset->seq && row_after(row) == reset->ack;
    int64_t rtt = progress->rtt.ns[reset->side];
    if (!fits || reset->time_ns - row->time_ns > (rtt < 0 ? REPLY_UNMEASURED_NS : 4 * rtt + REPLY_SLACK_NS))
        return false;
    /* What its sender had acknowledged, or answered with a segment of its own, did not provoke an RST later.
     */
    unsigned last = progress->last_normal[reset->side];
    bool silent_since = last == EVENTS_MAX || last < i;
    if (row_after(row) > row->seq && !(row->marks & EVENT_KEEPALIVE))
        return silent_since || progress->received[reset->side] < row_after(row);
    return silent_since || row->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE);
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Segments in one flight are answered in order: those this close to the best fit count as such. Less than any
 * timeout after which a segment would be sent again (Linux: 200 ms). */
#define ONE_FLIGHT_NS INT64_C(50000000)

/* The row that provoked the RST: of those that fit, the one a round trip before it; without a known round
 * trip the latest, since what is sent again is answered when it arrives. -1 for none. */
static int find_answered(const History *history, const Progress *progress, const ResetRecord *reset)
{
    int64_t rtt = progress->rtt.ns[reset->side] > 0 ? progress->rtt.ns[reset->side] : 0, nearest = INT64_MAX;
    uint64_t fitting = 0;
    uint64_t earlier = history->sets.captured[side_other(reset->side)] & rows_before(reset->row);
    for (uint64_t rest = earlier & ~progress->answered; rest; rest &= rest - 1) {
        unsigned i = row_set_first(rest);
        if (!may_answer(history, progress, reset, i))
            continue;
        int64_t apart = distance(history->rows[i].time_ns + rtt, reset->time_ns);
        nearest = apart < nearest ? apart : nearest;
        fitting |= UINT64_C(1) << i;
    }
    int best = -1, pure_ack = -1;
    for (; fitting; fitting &= fitting - 1) {
        unsigned i = row_set_first(fitting);
        if (distance(history->rows[i].time_ns + rtt, reset->time_ns) > nearest + ONE_FLIGHT_NS + rtt / 4)
            continue;
        /* A socket that is closing takes a pure ACK; what goes with it in one flight is the likelier cause.
         */
        if (kind_of(&history->rows[i]) == RST_ANSWERS_ACK)
            pure_ack = pure_ack < 0 ? (int)i : pure_ack;
        else if (best < 0 || history->rows[i].seq < history->rows[best].seq)
            best = (int)i;
    }
    return best >= 0 ? best : pure_ack;
}

/* SEQ = SND.NXT and ACK = RCV.NXT. More than was captured of either is believed as far as the other side's
 * numbers do not contradict it. */
static bool has_abort_numbers(const History *history, const Progress *progress, const ResetRecord *reset)
{
    Side side = reset->side, peer = side_other(side);
    /* Numbers that were not captured, but acknowledged later, were sent before. */
    bool missed = reset->seq > progress->next[side] && reset->seq <= history->side[side].acked;
    bool seq_fits = reset->seq == progress->next[side] || reset->seq == progress->received[peer] || missed;
    return reset->has_ack && seq_fits && reset->ack >= progress->received[side] &&
           reset->ack <= progress->next[peer];
}

/* An RST with ACK that answers data although its sender had sent FIN: some stacks set ACK on replies too.
 * Linux's abort carries the last window and the timestamps; a reply carries neither. */
static bool is_reply_with_ack(const History *history, const Progress *progress, const ResetRecord *reset,
                              int answered)
{
    const HistoryRow *row = &history->rows[reset->row];
    if (answered < 0 || !reset->has_ack)
        return false;
    RstAnswers kind = kind_of(&history->rows[answered]);
    if (kind == RST_ANSWERS_SYN)
        return true;
    return progress->fin[reset->side] && (kind == RST_ANSWERS_DATA || kind == RST_ANSWERS_FIN) &&
           row->window == 0;
}

static void find_form(const History *history, Progress *progress, ResetRecord *reset)
{
    int answered = find_answered(history, progress, reset);
    bool reply = answered >= 0 && (!reset->has_ack || is_reply_with_ack(history, progress, reset, answered));
    if (reply) {
        const HistoryRow *row = &history->rows[answered];
        reset->form = RST_FORM_REPLY;
        reset->answers = (uint8_t)kind_of(row);
        reset->answers_row = (uint8_t)answered;
        reset->answers_frame = row->frame;
        reset->delay_ns = reset->time_ns - row->time_ns;
        progress->answered |= UINT64_C(1) << answered;
    } else {
        reset->form = has_abort_numbers(history, progress, reset) ? RST_FORM_ABORT : RST_FORM_OTHER;
    }
}

/* Against what the receiver expects next: RFC 9293 3.10.7.4 with RFC 5961 3.2; in SYN_SENT the ACK decides.
 * Linux also takes SEQ = RCV.NXT-1 after a FIN (tcp_reset_check). */
static void find_acceptance(const Progress *progress, ResetRecord *reset)
{
    Side side = reset->side, peer = side_other(side);
    int64_t low = progress->received[peer], high = progress->next[side];
    if (low == ACKED_NOTHING) {
        reset->window_known = reset->has_ack;
        reset->exact = reset->in_window = reset->has_ack && reset->ack == progress->next[peer];
        return;
    }
    reset->window_known = true;
    reset->exact = reset->seq == high || (progress->fin[side] && reset->seq == high - 1) ||
                   (high < low && reset->seq == low);
    int64_t window = (int64_t)progress->window[peer] << 14; /* at most: RFC 7323 2.3 */
    reset->in_window = reset->seq >= low && reset->seq <= high + window;
}

static int64_t patience_of(const Progress *progress)
{
    int64_t rtt = progress->rtt.ns[SIDE_CLIENT] + progress->rtt.ns[SIDE_SERVER];
    return rtt > STILL_ALIVE_NS / 2 ? 2 * rtt : STILL_ALIVE_NS;
}

/* Whether `side` sent something from row `from` on that it would not have sent had the RST of the other side
 * in `reset` reached it and counted. */
static bool lives_on(const History *history, const Progress *progress, const ResetRecord *reset)
{
    int64_t patience = patience_of(progress);
    uint64_t later = history->sets.segments[side_other(reset->side)] & rows_after(reset->row);
    for (; later; later &= later - 1) {
        const HistoryRow *row = &history->rows[row_set_first(later)];
        if (row->flags & TCP_RST)
            continue;
        if (row->flags & TCP_ACK && row->ack > progress->next[reset->side])
            return true;
        if (row->time_ns - reset->time_ns > patience)
            return true;
    }
    return false;
}

/* Whether the sender of the RST had been asking in vain before it: then the way is broken, and the RST went
 * it too. */
static bool asked_in_vain(const History *history, const ResetRecord *reset)
{
    uint64_t before = rows_before(reset->row),
             answers = history->sets.segments[side_other(reset->side)] & before;
    uint64_t asked = history->sets.segments[reset->side] & before;
    if (answers)
        asked &= rows_after(row_set_last(answers));
    for (; asked; asked &= asked - 1) {
        if (history->rows[row_set_first(asked)].marks &
            (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE | EVENT_RETRANSMISSION))
            return true;
    }
    return false;
}

/* Whether the side that is said to have sent the RST sends new numbers after it. */
static bool goes_on(const History *history, const Progress *progress, const ResetRecord *reset)
{
    int64_t patience = patience_of(progress);
    uint64_t later = history->sets.segments[reset->side] & rows_after(reset->row);
    for (; later; later &= later - 1) {
        const HistoryRow *row = &history->rows[row_set_first(later)];
        if (row->flags & TCP_RST)
            continue;
        bool opens_again = (row->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
        bool is_late = row->time_ns - reset->time_ns > patience;
        /* What has lower numbers than the RST was sent before it; so, perhaps, was a FIN that its number does
         * not cover. */
        bool is_beyond = row_after(row) > progress->next[reset->side] && row_after(row) > reset->seq &&
                         (is_late || row->length || row->seq > reset->seq);
        if (opens_again || is_beyond ||
            (is_late && row->flags & TCP_ACK && row->ack > progress->received[reset->side]))
            return true;
    }
    return false;
}

static bool both_fins_acknowledged(const Progress *progress, const History *history)
{
    for (unsigned side = 0; side < SIDES; side++) {
        const HistorySide *peer = &history->side[side_other((Side)side)];
        if (!progress->fin[side] || !progress->fin[side_other((Side)side)] ||
            progress->received[side] <= peer->fin_seq)
            return false;
    }
    return true;
}

/* Unlike the segments that the same side sent before and after. */
static void find_differences(const History *history, ResetRecord *reset)
{
    const HistoryRow *own = &history->rows[reset->row];
    unsigned marks = 0;
    int previous = -1;
    for (uint64_t rest = history->sets.segments[reset->side]; rest; rest &= rest - 1) {
        unsigned i = row_set_first(rest);
        const HistoryRow *row = &history->rows[i];
        if (row->flags & TCP_RST)
            continue;
        marks |= row->marks;
        if (i < reset->row && row->ip_id)
            previous = (int)i;
    }
    reset->ttl_differs =
        history->side[reset->side].first_frame != own->frame && own->ttl != history->side[reset->side].ttl;
    reset->timestamps_missing = marks & ~own->marks & EVENT_TIMESTAMPS;
    uint16_t step = previous < 0 ? 0 : (uint16_t)(own->ip_id - history->rows[previous].ip_id);
    reset->ip_id_differs = previous >= 0 && step > 1024;
}

/* Earlier RSTs to the side that now aborts had not reached it. */
static void take_back(History *history, unsigned row)
{
    for (unsigned i = 0; i + 1 < history->reset_count; i++) {
        if (history->resets[i].side != history->rows[row].side)
            history->resets[i].effective = false;
    }
}

/* An abort's ACK acknowledges like any other. */
static void acknowledge(HistorySide *side, int64_t ack)
{
    if (ack <= side->acked || ack > side->next)
        return;
    side->acked = ack;
    int64_t data = ack - 1 - (side->fin && side->fin_seq < ack);
    side->data_acked = data < 0 ? 0 : data < side->data_bytes ? data : side->data_bytes;
    side->data_unacked = side->data_bytes - side->data_acked;
    side->fin_acked |= side->fin && ack > side->fin_seq;
}

static void add_reset(History *history, Progress *progress, unsigned index)
{
    const HistoryRow *row = &history->rows[index];
    Side peer = side_other(row->side);
    ResetRecord *reset = &history->resets[history->reset_count++];
    *reset = (ResetRecord){
        .time_ns = row->time_ns,
        .seq = row->seq,
        .ack = row->ack,
        .frame = row->frame,
        .length = row->length,
        .side = row->side,
        .row = (uint8_t)index,
        .has_ack = row->flags & TCP_ACK,
    };
    find_form(history, progress, reset);
    find_acceptance(progress, reset);
    find_differences(history, reset);
    reset->lived_on = lives_on(history, progress, reset);
    reset->after_close = both_fins_acknowledged(progress, history);
    reset->sender_goes_on = goes_on(history, progress, reset);
    bool acceptable = reset->exact || (reset->form == RST_FORM_REPLY && reset->in_window);
    reset->effective = acceptable && !progress->dead[peer] && !asked_in_vain(history, reset) &&
                       !reset->after_close && !reset->lived_on;
    /* Whoever sends an RST of its own making is as dead as who takes one; a forged one says nothing of its
     * sender. */
    /* An abort comes from a socket that existed: no RST had reached it, whatever had passed the capture
     * point. */
    bool was_alive =
        reset->form == RST_FORM_ABORT ? !progress->aborted[row->side] : !progress->dead[row->side];
    reset->ends_sender =
        reset->form != RST_FORM_OTHER && !reset->sender_goes_on && was_alive && !reset->after_close;
    if (reset->form == RST_FORM_ABORT && reset->ends_sender)
        take_back(history, index);
    if (reset->effective)
        progress->dead[peer] = true;
    if (reset->ends_sender)
        progress->dead[row->side] = progress->aborted[row->side] = true;
    if (reset->ends_sender && reset->form == RST_FORM_ABORT)
        acknowledge(&history->side[peer], reset->ack);
}

void history_find_resets(History *history)
{
    Progress progress = {
        .rtt = history_round_trips(history),
        .received = {ACKED_NOTHING, ACKED_NOTHING},
        .last_normal = {EVENTS_MAX, EVENTS_MAX},
    };
    uint64_t captured = history->sets.captured[SIDE_CLIENT] | history->sets.captured[SIDE_SERVER];
    for (; captured; captured &= captured - 1) {
        unsigned i = row_set_first(captured);
        const HistoryRow *row = &history->rows[i];
        bool is_reset = row->flags & TCP_RST;
        if (is_reset && !(row->marks & EVENT_DUPLICATE))
            add_reset(history, &progress, i);
        else if (!is_reset && row_is_segment(row))
            progress_take(&progress, row, i);
    }
}
