/* Each RST: what it is, whether the side it was sent to took it, and whether its sender lives on. */
#include "endpoint/resets.h"

/* No stack repeats a segment sooner, so what its side sends later than this after an RST, and later than two
 * round trips, it sent although the RST should have arrived. Linux: TCP_RTO_MIN, 200 ms. */
#define STILL_ALIVE_NS INT64_C(200000000)

/* Nobody waits longer for an answer; what seems to take longer has wild time stamps. */
#define ANSWER_MAX_NS INT64_C(600000000000)

/* What has payload came when its program sent it; the acknowledgement may have been lost before. */
static void take_answer(AnswerTime *answer, const HistoryRow *row)
{
    if (answer->asked == ACKED_NOTHING || !(row->flags & TCP_ACK) || row->ack < answer->asked)
        return;
    int64_t time_ns = row->time_ns - answer->asked_ns;
    answer->asked = ACKED_NOTHING;
    if (row->length || time_ns < 0 || time_ns > ANSWER_MAX_NS)
        return;
    answer->latest_ns = time_ns;
    answer->measured++;
    if (answer->least_ns < 0 || time_ns < answer->least_ns)
        answer->least_ns = time_ns;
}

/* What is sent twice is not measured: which of the two is answered is not known (Karn). */
static void take_question(AnswerTime *answer, const HistoryRow *row, int64_t next)
{
    if (row_after(row) <= row->seq)
        return;
    if (row_after(row) <= next)
        answer->asked = ACKED_NOTHING;
    else if (answer->asked == ACKED_NOTHING) {
        answer->asked = row_after(row);
        answer->asked_ns = row->time_ns;
    }
}

static void progress_take(Progress *progress, const HistoryRow *row, unsigned index)
{
    Side side = row->side;
    take_answer(&progress->answer[side], row);
    take_question(&progress->answer[side_other(side)], row, progress->next[side]);
    if (row_after(row) > progress->next[side])
        progress->next[side] = row_after(row);
    if (row->flags & TCP_ACK && row->ack > progress->received[side])
        progress->received[side] = row->ack;
    progress->fin[side] |= (row->flags & TCP_FIN) != 0;
    progress->window[side] = row->window;
    progress->last_normal[side] = index;
}

/* Both have closed, and it is the other side of `side` that was sent the last acknowledgement: TIME_WAIT. */
static bool is_time_wait(const History *history, const Progress *progress, Side target)
{
    Side side = side_other(target);
    return progress->fin[target] && progress->fin[side] &&
           progress->received[side] > history->side[target].fin_seq;
}

/* Against what the receiver expects next: RFC 9293 3.10.7.4 with RFC 5961 3.2; in SYN_SENT the ACK decides.
 * Linux also takes SEQ = RCV.NXT-1 after a FIN in CLOSE_WAIT, CLOSING and LAST_ACK (tcp_reset_check), but not
 * in TIME_WAIT. */
static void find_acceptance(const History *history, const Progress *progress, ResetRecord *reset)
{
    Side side = reset->side, peer = side_other(side);
    int64_t low = progress->received[peer], high = progress->next[side];
    if (reset->answers == RST_ANSWERS_SYN) {
        reset->window_known = reset->exact = reset->in_window = true;
        return;
    }
    if (low == ACKED_NOTHING) {
        reset->window_known = reset->has_ack;
        reset->exact = reset->in_window = reset->has_ack && reset->ack == progress->next[peer];
        return;
    }
    reset->window_known = true;
    bool ends_at_fin = progress->fin[side] && !is_time_wait(history, progress, peer);
    reset->exact = reset->seq == high || (ends_at_fin && reset->seq == high - 1) ||
                   (high < low && reset->seq == low);
    int64_t window = (int64_t)progress->window[peer] << 14; /* at most: RFC 7323 2.3 */
    reset->in_window = reset->seq >= low && reset->seq <= high + window;
}

static int64_t patience_of(const Progress *progress)
{
    int64_t rtt = progress->answer[SIDE_CLIENT].latest_ns + progress->answer[SIDE_SERVER].latest_ns;
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

/* Somebody else's, whatever its numbers: it says nothing of the side whose address it bears. */
static bool is_foreign(const ResetRecord *reset)
{
    return (reset->ttl_differs && !reset->has_own_marks) || reset->too_soon;
}

/* Whether its sender ends with it. Whoever sends an RST of its own making is as dead as who takes one; a
 * forged one says nothing of its sender. An abort comes from a socket that existed: no RST had reached it,
 * whatever had passed the capture point. */
static bool ends_sender(const Progress *progress, const ResetRecord *reset)
{
    bool is_abort = reset->form == RST_FORM_ABORT;
    bool was_alive = !(is_abort ? progress->aborted[reset->side] : progress->dead[reset->side]);
    return reset->form != RST_FORM_OTHER && !reset->sender_goes_on && was_alive && !reset->after_close &&
           !reset->foreign;
}

/* Whether the other side takes it. */
static bool is_effective(const History *history, const Progress *progress, const ResetRecord *reset)
{
    bool is_beyond = reset->form == RST_FORM_ABORT && reset->seq > progress->next[reset->side];
    bool is_acceptable =
        reset->exact || (reset->in_window && (reset->form == RST_FORM_REPLY || is_beyond));
    return is_acceptable && !progress->dead[side_other(reset->side)] && !asked_in_vain(history, reset) &&
           !reset->after_close && !reset->lived_on;
}

/* The numbers up to an abort's own were sent, though the capture has missed them. */
static void take_missed(const Progress *progress, const ResetRecord *reset, HistorySide *side)
{
    int64_t missed = reset->seq - progress->next[reset->side];
    if (missed <= 0 || reset->seq <= side->next)
        return;
    side->next = reset->seq;
    side->data_bytes += missed;
    side->data_unacked += missed;
    side->missing_bytes += missed;
    side->top_missing = true;
}

static void take_consequences(History *history, Progress *progress, ResetRecord *reset)
{
    Side side = reset->side, peer = side_other(side);
    bool is_own_abort = reset->ends_sender && reset->form == RST_FORM_ABORT;
    if (is_own_abort) {
        reset->crosses =
            progress->aborted[peer] && reset->time_ns - progress->abort_ns[peer] <= patience_of(progress);
        take_back(history, reset->row);
        take_missed(progress, reset, &history->side[side]);
        if (reset->has_ack)
            acknowledge(&history->side[peer], reset->ack);
        progress->abort_ns[side] = reset->time_ns;
    }
    if (reset->effective)
        progress->dead[peer] = true;
    if (reset->ends_sender)
        progress->dead[side] = progress->aborted[side] = true;
}

static void add_reset(History *history, Progress *progress, unsigned index)
{
    const HistoryRow *row = &history->rows[index];
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
    reset_find_marks(history, progress, reset);
    reset_find_form(history, progress, reset);
    reset->foreign = is_foreign(reset);
    find_acceptance(history, progress, reset);
    reset->lived_on = lives_on(history, progress, reset);
    reset->after_close = both_fins_acknowledged(progress, history);
    reset->sender_goes_on = goes_on(history, progress, reset);
    reset->effective = is_effective(history, progress, reset);
    reset->ends_sender = ends_sender(progress, reset);
    take_consequences(history, progress, reset);
}

/* As if each of its segments were a row. */
static void progress_take_run(Progress *progress, const HistoryRun *run, unsigned index)
{
    for (unsigned side = 0; side < SIDES; side++) {
        const EventRunEnd *own = &run->side[side];
        if (own->packets == own->resets)
            continue;
        progress->next[side] = own->next > progress->next[side] ? own->next : progress->next[side];
        if (own->received > progress->received[side])
            progress->received[side] = own->received;
        progress->window[side] = own->window;
        progress->last_normal[side] = index;
    }
}

void history_find_resets(History *history)
{
    Progress progress = {
        .answer = {{-1, -1, 0, 0, ACKED_NOTHING}, {-1, -1, 0, 0, ACKED_NOTHING}},
        .received = {ACKED_NOTHING, ACKED_NOTHING},
        .last_normal = {EVENTS_MAX, EVENTS_MAX},
    };
    uint64_t captured = history->sets.captured[SIDE_CLIENT] | history->sets.captured[SIDE_SERVER];
    captured |= history->sets.runs;
    for (; captured; captured &= captured - 1) {
        unsigned i = row_set_first(captured);
        const HistoryRow *row = &history->rows[i];
        if (row->marks & EVENT_RUN) {
            progress_take_run(&progress, history_run(history, row), i);
            continue;
        }
        bool is_reset = row->flags & TCP_RST;
        if (is_reset && !(row->marks & EVENT_DUPLICATE))
            add_reset(history, &progress, i);
        else if (!is_reset && row_is_segment(row))
            progress_take(&progress, row, i);
    }
}
