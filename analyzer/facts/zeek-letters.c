/* The letters of Zeek's history: which segments tell one, and which only the first or the tenth time. */
#include "facts/zeek.h"

#include <glib.h>

/* A jump further than this is not believed of a SYN or an RST (TOO_LARGE_SEQ_DELTA). */
enum { TOO_FAR = 1048576 };

/* How a letter is told again. */
typedef enum {
    TOLD_ONCE,
    TOLD_AGAIN_WITH_NEW_NUMBER, /* than the latest of its kind */
} Telling;

/* By which of SYN, FIN and RST the segment has; the first row that fits. */
static const struct {
    uint8_t has, lacks; /* flags */
    int8_t data;        /* 1: with payload, 0: without, -1: either */
    char letter;
    uint8_t telling; /* Telling */
    uint8_t kind;    /* letters that share what was told: bit of `once`, index of `letter_seq` */
} letters[] = {
    {TCP_FIN | TCP_RST, 0, -1, 'I', TOLD_ONCE, 3},
    {TCP_SYN | TCP_FIN, 0, -1, 'Q', TOLD_ONCE, 4},
    {TCP_SYN | TCP_RST, 0, -1, 'Q', TOLD_ONCE, 4},
    {TCP_SYN | TCP_ACK, 0, -1, 'H', TOLD_AGAIN_WITH_NEW_NUMBER, 0},
    {TCP_SYN, 0, -1, 'S', TOLD_AGAIN_WITH_NEW_NUMBER, 0},
    {TCP_FIN, 0, -1, 'F', TOLD_AGAIN_WITH_NEW_NUMBER, 1},
    {TCP_RST, 0, -1, 'R', TOLD_AGAIN_WITH_NEW_NUMBER, 2},
    {0, 0, 1, 'D', TOLD_ONCE, 5},
    {TCP_ACK, 0, 0, 'A', TOLD_ONCE, 6},
};

enum { ONCE_DATA = 1 << 5, ONCE_ACK = 1 << 6 };

void zeek_letter_add(ZeekReplay *replay, unsigned which, char letter)
{
    if (replay->length < ZEEK_HISTORY_MAX)
        replay->history[replay->length++] = which == ZEEK_ORIGINATOR ? letter : g_ascii_tolower(letter);
    replay->history[replay->length] = 0;
}

/* The first, the tenth, the hundredth… */
static void add_scaled(ZeekReplay *replay, unsigned which, char letter, unsigned *count)
{
    unsigned left = ++*count;
    while (left % 10 == 0)
        left /= 10;
    if (left == 1)
        zeek_letter_add(replay, which, letter);
}

static void add_of_segment(ZeekReplay *replay, unsigned which, const HistoryRow *row)
{
    ZeekEnd *self = &replay->end[which];
    unsigned i = 0;
    while (i < G_N_ELEMENTS(letters) && ((row->flags & letters[i].has) != letters[i].has ||
                                         (letters[i].data >= 0 && letters[i].data != (row->length > 0))))
        i++;
    if (i == G_N_ELEMENTS(letters))
        return;
    unsigned bit = 1u << letters[i].kind;
    int64_t number = row->seq - self->start + (letters[i].letter == 'F' ? row->length : 0);
    bool is_again = letters[i].telling == TOLD_AGAIN_WITH_NEW_NUMBER && self->once & bit &&
                    self->letter_seq[letters[i].kind] != number;
    if (!(self->once & bit) || is_again)
        zeek_letter_add(replay, which, letters[i].letter);
    self->once |= bit;
    if (letters[i].telling == TOLD_AGAIN_WITH_NEW_NUMBER)
        self->letter_seq[letters[i].kind] = number;
}

/* Everything that does not go beyond what was sent before counts as sent again, reordered or not. */
static void follow_numbers(ZeekReplay *replay, unsigned which, const HistoryRow *row)
{
    ZeekEnd *self = &replay->end[which];
    int64_t after = row->seq + !!(row->flags & TCP_SYN) + !!(row->flags & TCP_FIN) +
                    (row->flags & TCP_RST ? 0 : row->length);
    int64_t step = after - self->last;
    if (row->flags & (TCP_SYN | TCP_RST) && (step > TOO_FAR || step < -TOO_FAR))
        return;
    if (row->flags & TCP_FIN && self->last == self->start + 1)
        self->last = after;
    else if (self->state == ZEEK_RESET)
        return;
    else if (step > 0)
        self->last = after;
    else if (row->length)
        add_scaled(replay, which, 'T', &self->retransmissions);
}

void zeek_letters_take(ZeekReplay *replay, unsigned which, const HistoryRow *row)
{
    ZeekEnd *self = &replay->end[which], *peer = &replay->end[!which];
    add_of_segment(replay, which, row);
    if (!row->window && !(row->flags & TCP_RST) && peer->state != ZEEK_CLOSED && self->state != ZEEK_RESET)
        add_scaled(replay, which, 'W', &self->zero_windows);
    follow_numbers(replay, which, row);
}

/* Where the bytes from `at` on that were seen before `row` end; `at` itself where it was not seen, and
 * *ret_next is then the first number beyond it that was. */
static int64_t seen_until(const History *history, Side side, unsigned row, int64_t at, int64_t *ret_next)
{
    *ret_next = INT64_MAX;
    for (unsigned i = 0; i < row; i++) {
        const HistoryRow *one = &history->rows[i];
        if (one->side != side || one->marks & (EVENT_RUN | EVENT_ICMP) || one->flags & TCP_RST)
            continue;
        int64_t begin = one->seq + !!(one->flags & TCP_SYN);
        if (begin <= at && begin + one->length > at)
            return begin + one->length;
        if (begin > at && one->length)
            *ret_next = MIN(*ret_next, begin);
    }
    return at;
}

static bool is_clean(const ZeekEnd *end)
{
    return end->state == ZEEK_ESTABLISHED || (end->state == ZEEK_CLOSED && end->previous == ZEEK_ESTABLISHED);
}

void zeek_letters_gaps(ZeekReplay *replay, unsigned which, const History *history, unsigned row)
{
    ZeekEnd *self = &replay->end[which];
    const ZeekEnd *peer = &replay->end[!which];
    Side side = which == ZEEK_ORIGINATOR ? replay->originator : side_other(replay->originator);
    int64_t limit = history->rows[row].ack;
    if (self->has_fin && self->fin_seq < limit)
        limit = self->fin_seq;
    while (!history->has_runs && self->delivered < limit) {
        int64_t next, until = seen_until(history, side, row, self->delivered, &next);
        /* Nothing but the end: what came before may never have been captured, or never have been. */
        bool is_only_end = self->delivered == self->start + 1 &&
                           (self->has_fin || self->has_rst || peer->has_fin || peer->has_rst);
        if (until == self->delivered && is_clean(self) && is_clean(peer) && !is_only_end)
            add_scaled(replay, which, 'G', &self->gaps);
        self->delivered = until > self->delivered ? until : MIN(next, limit);
    }
    if (self->delivered < limit)
        self->delivered = limit;
}

/* What is kept of one side. */
typedef struct {
    uint32_t retransmissions, duplicates;
    int64_t new_bytes;
} Kept;

static Kept kept_of(const History *history, Side side)
{
    Kept kept = {0};
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->side != side || row->marks & (EVENT_RUN | EVENT_ICMP))
            continue;
        kept.retransmissions += !!(row->marks & EVENT_RETRANSMISSION);
        kept.duplicates += !!(row->marks & EVENT_DUPLICATE);
        if (!(row->marks & (EVENT_RETRANSMISSION | EVENT_PARTLY_NEW | EVENT_DUPLICATE)))
            kept.new_bytes += row->length;
    }
    return kept;
}

bool zeek_letters_lost_in_run(const ZeekReplay *replay, const History *history, const HistoryRow *run)
{
    for (unsigned which = 0; which < ZEEK_ENDS; which++) {
        Side side = which == ZEEK_ORIGINATOR ? replay->originator : side_other(replay->originator);
        const HistorySide *numbers = &history->side[side];
        Kept kept = kept_of(history, side);
        bool sends_data = kept.new_bytes < numbers->data_bytes;
        unsigned once = replay->end[which].once;
        bool data_lost = run->data_segments && sends_data && !(once & ONCE_DATA);
        bool ack_lost = run->segments > run->data_segments && !(once & ONCE_ACK);
        if (data_lost || ack_lost || numbers->gap_bytes || numbers->keepalives ||
            numbers->retransmissions > kept.retransmissions)
            return true;
    }
    return false;
}
