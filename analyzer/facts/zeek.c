/* Zeek's conn_state and history of a connection, for those who know them. */
#include "facts/zeek.h"

#include <string.h>

#include "facts/private.h"

/* Destination ports of the protocols that Zeek's own scripts register; it takes who sends from one of them
 * for the responder where the connection does not begin with a SYN (likely_server_ports). */
static const uint16_t server_ports[] = {
    21,   22,   25,   53,   80,   81,   88,   110,  135,  139,  143,  389,  443,  445,  502,   563,
    585,  587,  614,  631,  636,  989,  990,  992,  993,  995,  1080, 1434, 1883, 2811, 3128,  3268,
    3306, 3389, 5060, 5222, 5223, 5269, 5432, 6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000,
};

static bool is_server_port(uint16_t port)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(server_ports); i++)
        if (server_ports[i] == port)
            return true;
    return false;
}

/* The sender of the first segment, unless the ports say otherwise. */
static void begin(ZeekReplay *replay, const History *history, const HistoryRow *row)
{
    bool state_lost = replay->state_lost, letters_lost = replay->letters_lost;
    *replay = (ZeekReplay){.originator = (Side)row->side,
                           .is_seen = true,
                           .state_lost = state_lost,
                           .letters_lost = letters_lost};
    if ((row->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
        return;
    uint16_t source = history->side[row->side].port, destination = history->side[!row->side].port;
    bool is_flipped = is_server_port(source) &&
                      (!is_server_port(destination) || (!(row->flags & TCP_SYN) && source < destination));
    if (is_flipped) {
        replay->originator = side_other((Side)row->side);
        zeek_letter_add(replay, ZEEK_ORIGINATOR, '^');
    }
}

/* The SYN comes behind its SYN-ACK: reordered by the capture. */
static bool is_swapped(const ZeekReplay *replay, unsigned which, const HistoryRow *row)
{
    return which == ZEEK_RESPONDER && (row->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN &&
           replay->end[ZEEK_ORIGINATOR].state == ZEEK_SYN_ACK_SENT &&
           replay->end[ZEEK_RESPONDER].state == ZEEK_INACTIVE &&
           replay->end[ZEEK_RESPONDER].start == row->seq;
}

static bool is_reuse(const ZeekReplay *replay, unsigned which, const HistoryRow *row)
{
    const ZeekEnd *originator = &replay->end[ZEEK_ORIGINATOR], *responder = &replay->end[ZEEK_RESPONDER];
    const ZeekEnd *opener = originator;
    if (!(row->flags & TCP_SYN))
        return false;
    if (row->flags & TCP_ACK) {
        if (originator->state != ZEEK_INACTIVE)
            return false;
        opener = responder;
    }
    if (originator->state >= ZEEK_CLOSED || responder->state >= ZEEK_CLOSED)
        return true;
    if (opener == originator && opener != &replay->end[which])
        return !is_swapped(replay, which, row); /* two numbers from two sides are never the same */
    return row->seq != opener->start;
}

/* Where its numbers count from. */
static void place(ZeekEnd *self, const HistoryRow *row)
{
    bool is_syn = row->flags & TCP_SYN;
    bool is_first = self->state == ZEEK_INACTIVE;
    bool restarts = is_syn && self->state != ZEEK_CLOSED &&
                    (self->state != ZEEK_RESET || self->previous == ZEEK_INACTIVE);
    if (!is_first && !restarts)
        return;
    if ((self->state == ZEEK_SYN_SENT || self->state == ZEEK_SYN_ACK_SENT) && row->seq == self->start)
        return;
    self->start = is_syn ? row->seq : row->seq - 1;
    self->last = is_syn ? row->seq + 1 + (row->flags & TCP_RST ? 0 : row->length) + !!(row->flags & TCP_FIN)
                        : row->seq;
    self->delivered = self->start + 1;
}

static void take(ZeekReplay *replay, const History *history, unsigned index)
{
    const HistoryRow *row = &history->rows[index];
    unsigned which = row->side != replay->originator;
    bool is_swap = is_swapped(replay, which, row);
    ZeekEnd *self = &replay->end[which], *peer = &replay->end[!which];
    place(self, row);
    zeek_letters_take(replay, which, row);
    if (row->flags & TCP_FIN) {
        self->has_fin = true;
        self->fin_seq = row->seq + row->length + !!(row->flags & TCP_SYN);
    }
    self->has_rst |= !!(row->flags & TCP_RST);
    if (row->flags & TCP_ACK && peer->state == ZEEK_INACTIVE) {
        peer->start = peer->last = row->ack - 1;
        peer->delivered = row->ack;
    }
    zeek_state_take(self, peer, which, row);
    if (row->flags & TCP_ACK)
        zeek_letters_gaps(replay, !which, history, index);
    if (is_swap) {
        ZeekEnd end = replay->end[ZEEK_ORIGINATOR];
        replay->end[ZEEK_ORIGINATOR] = replay->end[ZEEK_RESPONDER];
        replay->end[ZEEK_RESPONDER] = end;
        replay->end[ZEEK_RESPONDER].state = ZEEK_ESTABLISHED;
        replay->originator = side_other(replay->originator);
        zeek_letter_add(replay, ZEEK_ORIGINATOR, '^');
    }
}

/* FINs and RSTs are kept as long as there is room; a storm of them is not. */
static bool lacks_teardowns(const History *history)
{
    uint32_t kept = 0, all = 0;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (!(row->marks & (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR)))
            kept += !!(row->flags & TCP_FIN) + !!(row->flags & TCP_RST);
    }
    for (unsigned side = 0; side < SIDES; side++)
        all += history->side[side].fins + history->side[side].resets;
    return all > kept;
}

/* Copies of data and acknowledgements are counted and not kept. Of an end that sends no data they say nothing
 * new. */
static bool lacks_copies(const History *history)
{
    uint32_t kept[SIDES] = {0, 0};
    for (unsigned i = 0; i < history->row_count; i++)
        kept[history->rows[i].side] += !!(history->rows[i].marks & EVENT_DUPLICATE);
    for (unsigned side = 0; side < SIDES; side++)
        if (history->side[side].data_bytes && history->side[side].duplicates > kept[side])
            return true;
    return false;
}

static void take_run(ZeekReplay *replay, const History *history, const HistoryRow *run)
{
    bool is_started =
        replay->end[ZEEK_ORIGINATOR].state && replay->end[ZEEK_RESPONDER].state && !lacks_teardowns(history);
    replay->state_lost |= !is_started;
    replay->letters_lost |= !is_started || zeek_letters_lost_in_run(replay, history, run);
}

void zeek_replay(ZeekReplay *ret_replay, const History *history)
{
    *ret_replay = (ZeekReplay){.letters_lost = lacks_copies(history)};
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->marks & EVENT_RUN) {
            take_run(ret_replay, history, row);
            continue;
        }
        if (row->marks & EVENT_ICMP)
            continue;
        if (!ret_replay->is_seen || is_reuse(ret_replay, row->side != ret_replay->originator, row))
            begin(ret_replay, history, row);
        take(ret_replay, history, i);
    }
}

typedef enum { S0, S1, S2, S3, SF, REJ, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR, OTH } ConnState;

static const char *const conn_state_names[] = {"S0",   "S1",     "S2",    "S3", "SF",  "REJ", "RSTO",
                                               "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH", NULL};

/* ^\^?S[^HAFGIQ]*R.* */
static bool is_syn_then_rst(const char *letters)
{
    letters += *letters == '^';
    if (*letters++ != 'S')
        return false;
    letters += strcspn(letters, "HAFGIQR");
    return *letters == 'R';
}

static bool is_inactive(ZeekState state)
{
    return state == ZEEK_INACTIVE || state == ZEEK_PARTIAL;
}

static ConnState conn_state_of(const ZeekReplay *replay, const History *history)
{
    ZeekState originator = replay->end[ZEEK_ORIGINATOR].state, responder = replay->end[ZEEK_RESPONDER].state;
    bool is_empty = !history->side[SIDE_CLIENT].data_bytes && !history->side[SIDE_SERVER].data_bytes;
    if (responder == ZEEK_RESET) {
        if (originator == ZEEK_SYN_SENT || originator == ZEEK_SYN_ACK_SENT ||
            (originator == ZEEK_RESET && is_empty))
            return REJ;
        return is_inactive(originator) ? RSTRH : RSTR;
    }
    if (originator == ZEEK_RESET) {
        if (is_inactive(responder))
            return is_syn_then_rst(replay->history) ? RSTOS0 : OTH;
        return RSTO;
    }
    if (originator == ZEEK_CLOSED && responder == ZEEK_CLOSED)
        return SF;
    if (originator == ZEEK_CLOSED)
        return is_inactive(responder) ? SH : S2;
    if (responder == ZEEK_CLOSED)
        return is_inactive(originator) ? SHR : S3;
    if (originator == ZEEK_SYN_SENT && responder == ZEEK_INACTIVE)
        return S0;
    return originator == ZEEK_ESTABLISHED && responder == ZEEK_ESTABLISHED ? S1 : OTH;
}

static void conn_state(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    ZeekReplay replay;
    zeek_replay(&replay, facts->history);
    if (replay.state_lost)
        value_unknown(value, MISSING_BOUND);
    else if (replay.is_seen)
        value_set(value, conn_state_of(&replay, facts->history), 0);
}

static void letters(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    ZeekReplay replay;
    zeek_replay(&replay, facts->history);
    if (replay.state_lost || replay.letters_lost) {
        value_unknown(value, MISSING_BOUND);
    } else if (replay.is_seen) {
        char *kept = ((FactSet *)facts)->zeek_history;
        memcpy(kept, replay.history, sizeof replay.history);
        value->presence = VALUE_KNOWN;
        value->as.string = kept;
    }
}

static const FactRow rows[] = {
    {"zeek.conn_state", VALUE_ENUM, NULL, conn_state_names, false,
     "Zeek's conn_state, from the segments that are kept; without Zeek's timers.", conn_state},
    {"zeek.history", VALUE_STRING, NULL, NULL, false,
     "Zeek's history: its letters, those of the originator in upper case. Checksums are taken for good; of a "
     "long connection, zero windows and reordered segments among those that are not kept are not in it.",
     letters},
};

const FactFamily fact_family_zeek = {rows, G_N_ELEMENTS(rows)};
