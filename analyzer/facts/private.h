/* What the families of facts share; internal to facts. */
#pragma once

#include "endpoint/history.h"
#include "facts/catalogue.h"
#include "facts/witnesses.h"
#include "facts/facts.h"
#include "facts/plain.h"
#include "facts/zeek.h"

/* Each family's rows, in order; the catalogue is all of them one after the other. */
typedef struct {
    const FactRow *rows;
    unsigned count;
} FactFamily;

extern const FactFamily fact_family_connection, fact_family_side, fact_family_ending, fact_family_close,
    fact_family_rst, fact_family_rst_more, fact_family_listener, fact_family_capture, fact_family_zeek,
    fact_family_frames, fact_family_exchange, fact_family_judged, fact_family_together;

struct FactSet {
    FactSetHead head;
    History *history; /* NULL until it is asked for: recall() gets it */
    FactRecall *recall;
    void *recall_data;
    const FactContext *context;
    FactSlot *slots[SIDES]; /* a fact of the connection uses the client's */
    FactSlot *nobodys;
    FactSlot *three_segment;
    FactJudged judged; /* of the connection whose epoch that is */
    uint64_t judged_epoch;
    char rst_text[NOTE_BYTES_MAX + 1];
    char text[SIDES][64]; /* "10.0.0.1:80", what string facts borrow */
    char zeek_history[ZEEK_HISTORY_MAX + 1];
};

/* In what a connection may be as most are: bits of FactSetHead.usual. */
enum {
    USUAL_BEGIN = 1 << 0,     /* the whole handshake was captured */
    USUAL_NO_RESET = 1 << 1,  /* no RST was */
    USUAL_RESET = 1 << 2,     /* or one at most, that was taken and has nothing more to say */
    USUAL_CLOSE = 1 << 3,     /* each side's FIN was, one after the other, and is acknowledged */
    USUAL_DELIVERED = 1 << 4, /* all data is acknowledged, and came before the other side's FIN */
    USUAL_SMOOTH = 1 << 5,    /* nothing is missing, repeated, out of place or odd */
    USUAL_BRIEF = 1 << 6, /* it took less than FACTS_BRIEF_NS, and so did the close and the pause before it */
    USUAL_ANSWERED = 1 << 7, /* the client had its answer, and the server did not close after a pause */
    USUAL_ALL = (1 << 8) - 1,
};

#define FACTS_BRIEF_NS INT64_C(1000000000)

/* usual.c: FactSetHead.usual */
unsigned facts_usual(const History *history);

/* close.c: the fact close.idle_before; 0 for none. */
int64_t facts_idle_before(const History *history);

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

typedef struct {
    int64_t time_ns;
    uint32_t frame; /* 0: never */
} Moment;

/* What a run says of segments of this side that are no RST; NULL for a row that is no run, or has none. */
static inline const EventRunEnd *facts_run(const History *history, const HistoryRow *row, Side side)
{
    if (!(row->marks & EVENT_RUN))
        return NULL;
    const EventRunEnd *run = &history_run(history, row)->side[side];
    return run->packets > run->resets ? run : NULL;
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
