/* Which rows of a history a ladder shows. Each row gets a rank; whatever has one is shown, and while that is
 * too much, rows of the lowest rank go, from the middle outwards: beginning and end tell most. */
#include "report/ladder.h"

#include "decode/segment.h"
#include "flow/connection.h"

typedef enum {
    RANK_NONE,
    RANK_CONTROL,  /* SYN, FIN, RST or ICMP again, the last data before the end */
    RANK_STATE,    /* a state changed here */
    RANK_EVIDENCE, /* named by the explanation */
} Rank;

static bool is_evidence(const GArray *evidence, const HistoryRow *row)
{
    for (guint i = 0; evidence && i < evidence->len; i++) {
        uint64_t frame = g_array_index(evidence, uint64_t, i);
        if (frame == row->frame)
            return !(row->marks & EVENT_RUN);
    }
    return false;
}

static Rank row_rank(const Ladder *ladder, const HistoryRow *row)
{
    if (is_evidence(ladder->evidence, row))
        return RANK_EVIDENCE;
    if (row->marks & (EVENT_RUN | EVENT_DUPLICATE))
        return RANK_NONE;
    if (row->changed)
        return RANK_STATE;
    if (row->flags & (TCP_SYN | TCP_FIN | TCP_RST) || row->marks & EVENT_ICMP)
        return RANK_CONTROL;
    return RANK_NONE;
}

/* The data that went last before the first FIN or RST. */
static void rank_around_end(const History *history, Rank *ranks)
{
    unsigned end = 0;
    while (end < history->row_count && !(history->rows[end].flags & (TCP_FIN | TCP_RST)))
        end++;
    if (end == history->row_count && end) /* nothing ended it: then this is where it stands */
        ranks[end - 1] = MAX(ranks[end - 1], RANK_CONTROL);
    for (unsigned i = end; i-- > 0;) {
        const HistoryRow *row = &history->rows[i];
        if (row->length && !(row->marks & EVENT_RUN)) {
            ranks[i] = MAX(ranks[i], RANK_CONTROL);
            return;
        }
    }
}

/* A handshake that was completed is told in the line of what is left out, unless it is evidence. */
static void forget_handshake(const History *history, Rank *ranks)
{
    unsigned end = 0;
    if (history->handshake != HANDSHAKE_FULL)
        return;
    for (; end < history->row_count; end++) {
        const HistoryRow *row = &history->rows[end];
        if (row->length || row->flags & (TCP_FIN | TCP_RST) || row->marks & EVENT_ICMP)
            break;
        if (ranks[end] == RANK_EVIDENCE)
            return;
    }
    for (unsigned i = 0; i < end; i++)
        ranks[i] = RANK_NONE;
}

/* A line that says that one segment was left out takes the room of that segment. */
static void fill_small_gaps(const History *history, Rank *ranks)
{
    for (unsigned i = 1; i < history->row_count; i++) {
        bool is_last = i + 1 == history->row_count;
        bool is_single = ranks[i - 1] && !ranks[i] && (is_last || ranks[i + 1]);
        if (is_single && !(history->rows[i].marks & (EVENT_RUN | EVENT_DUPLICATE)))
            ranks[i] = RANK_CONTROL;
    }
}

static unsigned count_from(const Rank *ranks, unsigned count, Rank least)
{
    unsigned found = 0;
    for (unsigned i = 0; i < count; i++)
        found += ranks[i] >= least;
    return found;
}

/* Drops rows of this rank, those in the middle first, until enough are gone. */
static void thin_out(Rank *ranks, unsigned count, Rank rank, unsigned excess)
{
    unsigned have = 0, seen = 0;
    for (unsigned i = 0; i < count; i++)
        have += ranks[i] == rank;
    unsigned drop = MIN(have, excess), first = (have - drop + 1) / 2;
    for (unsigned i = 0; i < count && drop; i++) {
        if (ranks[i] != rank || seen++ < first)
            continue;
        ranks[i] = RANK_NONE;
        drop--;
    }
}

void ladder_select(const Ladder *ladder, bool *ret_shown)
{
    const History *history = ladder->history;
    Rank ranks[EVENTS_MAX] = {0};
    for (unsigned i = 0; i < history->row_count; i++)
        ranks[i] = row_rank(ladder, &history->rows[i]);
    rank_around_end(history, ranks);
    forget_handshake(history, ranks);
    if (!count_from(ranks, history->row_count, RANK_CONTROL))
        for (unsigned i = 0; i < history->row_count; i++)
            ranks[i] = history->rows[i].marks & EVENT_RUN ? RANK_NONE : RANK_CONTROL;
    for (Rank rank = RANK_CONTROL; rank <= RANK_EVIDENCE; rank++) {
        unsigned shown = count_from(ranks, history->row_count, RANK_CONTROL);
        if (shown > LADDER_ROWS_MAX)
            thin_out(ranks, history->row_count, rank, shown - LADDER_ROWS_MAX);
    }
    fill_small_gaps(history, ranks);
    for (unsigned i = 0; i < history->row_count; i++)
        ret_shown[i] = ranks[i] != RANK_NONE || (ladder->shows_all && !(history->rows[i].marks & EVENT_RUN));
}
