/* What the families of facts share; internal to facts. */
#pragma once

#include "endpoint/history.h"
#include "facts/catalogue.h"
#include "facts/context.h"
#include "facts/facts.h"
#include "facts/zeek.h"

/* Each family's rows, in order; the catalogue is all of them one after the other. */
typedef struct {
    const FactRow *rows;
    unsigned count;
} FactFamily;

extern const FactFamily fact_family_connection, fact_family_side, fact_family_ending, fact_family_close,
    fact_family_rst, fact_family_rst_more, fact_family_listener, fact_family_capture, fact_family_zeek,
    fact_family_frames;

struct FactSet {
    FactSetHead head;
    History *history;
    const FactContext *context;
    FactSlot *slots[SIDES]; /* a fact of the connection uses the client's */
    FactSlot *nobodys;
    char rst_text[NOTE_BYTES_MAX + 1];
    char text[SIDES][64]; /* "10.0.0.1:80", what string facts borrow */
    char zeek_history[ZEEK_HISTORY_MAX + 1];
};

/* usual.c: FactSetHead.usual */
unsigned facts_usual(const History *history);

/* The type is the row's; set by fact_get(). */
static inline void value_set(Value *value, int64_t number, uint64_t frame)
{
    value->presence = VALUE_KNOWN;
    value->as.number = number;
    value->frame = frame;
}

static inline void value_set_bool(Value *value, bool boolean, uint64_t frame)
{
    value->presence = VALUE_KNOWN;
    value->as.boolean = boolean;
    value->frame = frame;
}

static inline void value_unknown(Value *value, MissingReason missing)
{
    value->presence = VALUE_UNKNOWN;
    value->missing = missing;
}

/* Absent is how every value starts; said aloud where a reader would wonder. */
static inline void value_absent(Value *value)
{
    value->presence = VALUE_ABSENT;
}

/* For facts of states and transitions. */
static inline const History *facts_whole_history(const FactSet *facts)
{
    history_complete(facts->history);
    return facts->history;
}

/* The bits of History.flags_seen that stand for combinations without a meaning (connection.c, odd_kind):
 * those that have a flag are a set. */
static inline bool facts_have_odd_flags(uint64_t flags_seen)
{
    const uint64_t fin = 0xaaaaaaaaaaaaaaaa, syn = 0xcccccccccccccccc, rst = 0xf0f0f0f0f0f0f0f0,
                   ack = 0xffff0000ffff0000;
    return flags_seen & ((syn & rst) | (syn & fin) | (fin & rst) | (fin & ~ack) | ~(syn | fin | rst | ack));
}

static inline MissingReason missing_side(Side side)
{
    return side == SIDE_CLIENT ? MISSING_CLIENT_SIDE : MISSING_SERVER_SIDE;
}

/* The first RST that counted, or NULL. */
static inline const ResetRecord *facts_reset(const FactSet *facts)
{
    const History *history = facts->history;
    return history->first_reset < 0 ? NULL : &history->resets[history->first_reset];
}

static inline const HistorySide *side_of(const FactSet *facts, Side side)
{
    return &facts->history->side[side];
}

/* A row with any of these is no segment, a second copy, or not of this connection. */
#define ROW_FROM_NONE (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR)

/* Whether the row is a segment of this side that belongs to the connection and is no second copy. */
static inline bool row_is_from(const HistoryRow *row, Side side)
{
    return !(row->marks & ROW_FROM_NONE) && row->side == side;
}

/* Where the end began: at the first FIN, or the first RST that counted. The number of rows where it did not.
 */
static inline unsigned facts_end_row(const History *history)
{
    unsigned end = history->fin_count ? history->fins[0].row : history->row_count;
    if (history->first_reset >= 0 && history->resets[history->first_reset].row < end)
        end = history->resets[history->first_reset].row;
    return end;
}

/* A side of which nothing was captured may have sent anything: says so in `value`. */
static inline bool is_dark(const FactSet *facts, Side side, Value *value)
{
    if (side_of(facts, side)->sent)
        return false;
    value_unknown(value, missing_side(side));
    return true;
}
