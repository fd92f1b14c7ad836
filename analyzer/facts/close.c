/* Facts of how the end began and went. */
#include "facts/private.h"

static const char *const first_names[] = {"none", "fin", "rst", NULL};

/* Whether what began the end was an RST that counted. */
static bool began_with_rst(const History *history)
{
    return history->first_reset >= 0 &&
           (!history->fin_count || history->resets[history->first_reset].row < history->fins[0].row);
}

static void first(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    static const int64_t none = 0, fin = 1, rst = 2;
    if (began_with_rst(history))
        value_set(value, rst, history->resets[history->first_reset].frame);
    else if (history->fin_count)
        value_set(value, fin, history->fins[0].frame);
    else
        value_set(value, none, 0);
}

static void crossed(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistorySide *sides = facts->history->side;
    if (sides[SIDE_CLIENT].fin_first_lost || sides[SIDE_SERVER].fin_first_lost)
        value_unknown(value, MISSING_SEGMENTS);
    else if (sides[SIDE_CLIENT].fin && sides[SIDE_SERVER].fin)
        value_set_bool(value, facts->history->fins_crossed, sides[SIDE_SERVER].fin_frame);
}

/* Whether the peer acknowledged the closer's FIN in a segment that it sent before its own: by its number, not
 * by when it was captured. */
static bool acked_before_fin(const History *history, const HistorySide *closer, const HistorySide *peer)
{
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->ack <= closer->fin_seq) /* nearly all */
            continue;
        bool counts = !(row->marks & (EVENT_RUN | EVENT_ICMP | EVENT_WILD | EVENT_PREDECESSOR)) &&
                      !(row->flags & (TCP_FIN | TCP_RST | TCP_SYN)) && row->flags & TCP_ACK;
        bool is_earlier = row->seq + row->length <= peer->fin_seq || row->frame < peer->fin_frame;
        if (counts && &history->side[row->side] == peer && is_earlier)
            return true;
    }
    return false;
}

/* The peer's first FIN is also the first acknowledgement of the closer's. */
static void three_segment(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    if (history->closer < 0 || !history->side[SIDE_CLIENT].fin || !history->side[SIDE_SERVER].fin)
        return;
    const HistorySide *closer = &history->side[history->closer];
    const HistorySide *peer = &history->side[side_other((Side)history->closer)];
    if (peer->gap_bytes)
        value_unknown(value, MISSING_SEGMENTS); /* what was lost may have carried the acknowledgement */
    else
        value_set_bool(value, peer->fin_acks_peer_fin && !acked_before_fin(history, closer, peer),
                       peer->fin_frame);
}

/* From the first FIN to the other side's, or to what ended the connection without one, or to the capture's
 * end. */
static void half_closed_for(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    if (!history->fin_count || began_with_rst(history))
        return;
    const HistorySide *closer = &history->side[history->closer];
    const HistorySide *peer = &history->side[side_other((Side)history->closer)];
    if (peer->fin)
        value_set(value, peer->fin_ns - closer->fin_ns, peer->fin_frame);
    else if (history->first_reset >= 0)
        value_set(value, history->resets[history->first_reset].time_ns - closer->fin_ns,
                  history->resets[history->first_reset].frame);
    else
        value_set(value, fact_context_last_ns(facts->context) - closer->fin_ns, history->last_frame);
}

/* The last segment that the sender of the row `last` had sent or received before it: what its ACK does not
 * cover was still under way, whatever had passed the capture point. Frame 0 for none. */
static Moment last_known_before(const History *history, const HistoryRow *last)
{
    const Side peer = side_other((Side)last->side);
    const int64_t known = last->flags & TCP_ACK ? last->ack : INT64_MAX;
    for (const HistoryRow *row = last; row-- > history->rows;) {
        if (row->marks & EVENT_RUN) {
            const HistoryRun *run = history_run(history, row);
            const EventRunEnd *own = &run->side[last->side];
            if (run->side[peer].next <= known)
                return (Moment){row->time_ns, row->frame};
            if (own->packets)
                return (Moment){own->last_ns, own->last_frame};
        } else if (row->side == last->side || !row->length || row->seq + row->length <= known) {
            return (Moment){row->time_ns, row->frame};
        }
    }
    return (Moment){0};
}

/* The segment that began the end, or that the RST answers which did; NULL for none. */
static const HistoryRow *find_cause(const History *history)
{
    if (began_with_rst(history)) {
        const ResetRecord *reset = &history->resets[history->first_reset];
        return &history->rows[reset->form == RST_FORM_REPLY ? reset->answers_row : reset->row];
    }
    return history->fin_count ? &history->rows[history->fins[0].row] : NULL;
}

int64_t facts_idle_before(const History *history)
{
    const HistoryRow *cause = find_cause(history);
    const Moment before = cause ? last_known_before(history, cause) : (Moment){0};
    return before.frame ? cause->time_ns - before.time_ns : 0;
}

static void idle_before(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *cause = find_cause(facts->history);
    const Moment before = cause ? last_known_before(facts->history, cause) : (Moment){0};
    if (before.frame)
        value_set(value, cause->time_ns - before.time_ns, before.frame);
}

static void both_aborted(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    value_set_bool(value, false, 0);
    for (unsigned i = 0; i < history->reset_count; i++) {
        if (history->resets[i].crosses)
            value_set_bool(value, true, history->resets[i].frame);
    }
}

/* The first RST of which nothing shows what came of it: it did not count, nobody is seen to go on after it,
 * and the connection had not ended before. */
static const ResetRecord *find_unproven(const History *history)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        if (!reset->effective && !reset->ends_sender && !reset->lived_on && !reset->after_close)
            return history->first_reset < 0 ? reset : NULL;
    }
    return NULL;
}

static void unproven_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = find_unproven(facts->history);
    if (reset)
        value_set(value, reset->frame, reset->frame);
}

static void unproven_sender(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = find_unproven(facts->history);
    if (reset)
        value_set(value, reset->side, reset->frame);
}

static const FactRow rows[] = {
    {"close.first", VALUE_ENUM, NULL, first_names, false,
     "What began the end: a FIN, an RST that counted, or none.", first},
    {"close.crossed", VALUE_BOOL, NULL, NULL, false,
     "Both sides sent FIN, and neither's first FIN acknowledges the other's: decided by ACK numbers, not by "
     "time.",
     crossed},
    {"close.three_segment", VALUE_BOOL, NULL, NULL, false,
     "The peer's FIN is the first segment that acknowledges the closer's.", three_segment},
    {"close.half_closed_for", VALUE_DURATION, "ns", NULL, false,
     "From the first FIN to the other side's, or to the RST or the end of the capture where there is none.",
     half_closed_for},
    {"close.idle_before", VALUE_DURATION, "ns", NULL, false,
     "How long nothing was sent before the segment that began the end (for an RST that answers a segment: "
     "before that segment).",
     idle_before},
    {"close.both_aborted", VALUE_BOOL, NULL, NULL, false,
     "Each side aborted before the other's RST reached it, within a round trip.", both_aborted},
    {"rst.unproven.frame", VALUE_FRAME, NULL, NULL, false,
     "Where no RST counted: the first of which nothing shows whether it was taken.", unproven_frame},
    {"rst.unproven.sender", VALUE_SIDE, NULL, NULL, false, "Whose address it bears.", unproven_sender},
};

const FactFamily fact_family_close = {rows, G_N_ELEMENTS(rows)};
