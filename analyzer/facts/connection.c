/* Facts of the connection as a whole. */
#include "facts/private.h"

#include <string.h>

static const char *const handshake_names[] = {"full",    "simultaneous", "syn-only", "unfinished",
                                              "partial", "none",         NULL};

static void stream(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, fact_context_number(facts->context, facts->history), facts->history->first_frame);
}

static void start(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->start_ns, facts->history->first_frame);
}

static void end(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->end_ns, facts->history->last_frame);
}

static void duration(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->end_ns - facts->history->start_ns, facts->history->last_frame);
}

static void packets(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->packets, 0);
}

static void handshake(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->handshake, facts->history->side[SIDE_CLIENT].syn_frame);
}

static void started_before_capture(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set_bool(value, facts->history->handshake == HANDSHAKE_NONE, facts->history->first_frame);
}

static void open_at_end(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistorySide *sides = facts_whole_history(facts)->side;
    value_set_bool(value,
                   sides[SIDE_CLIENT].state == TCP_STATE_ESTABLISHED &&
                       sides[SIDE_SERVER].state == TCP_STATE_ESTABLISHED,
                   0);
}

static void first_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->first_frame, facts->history->first_frame);
}

static void last_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, facts->history->last_frame, facts->history->last_frame);
}

static void silence(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set(value, fact_context_last_ns(facts->context) - facts->history->end_ns,
              facts->history->last_frame);
}

static void roles_guessed(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set_bool(value, facts->history->roles_guessed, 0);
}

static void replaced(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    value_set_bool(value, fact_context_next(facts->context, facts->history->stream) != NO_CONNECTION, 0);
}

static void replaced_by(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    uint32_t next = fact_context_next(facts->context, facts->history->stream);
    if (next != NO_CONNECTION)
        value_set(value, next, 0);
}

static void replaces(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    static const int64_t never = 0, closed = 1, live = 2;
    uint32_t previous = facts->history->previous;
    value_set(value,
              previous == NO_CONNECTION                              ? never
              : fact_context_stream_closed(facts->context, previous) ? closed
                                                                     : live,
              0);
}

static void predecessor(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    if (facts->history->previous != NO_CONNECTION)
        value_set(value, facts->history->previous, 0);
}

static void met_old(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const ResetRecord *reset = history_old_reset(facts->history);
    value_set_bool(value, reset != NULL, reset ? reset->frame : 0);
}

static void tuple_rested(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    uint32_t previous = facts->history->previous;
    if (previous == NO_CONNECTION)
        return;
    /* Less than nothing where the clock was set back, or a file holds the same packets twice. */
    int64_t rested = facts->history->start_ns - fact_context_stream_end_ns(facts->context, previous);
    if (rested >= 0)
        value_set(value, rested, facts->history->first_frame);
}

static void reconnected(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    /* What both sides had closed was not open any more: nobody else need be asked. */
    bool is_closed = facts->history->first_reset >= 0 ||
                     (facts->history->side[SIDE_CLIENT].fin && facts->history->side[SIDE_SERVER].fin);
    value_set_bool(value, !is_closed && fact_context_reconnected(facts->context, facts->history->stream), 0);
}

static void continues_predecessor(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    value_set_bool(value, false, 0);
    for (unsigned i = 0; i < history->row_count; i++) {
        if (history->rows[i].marks & EVENT_PREDECESSOR)
            value_set_bool(value, true, history->rows[i].frame);
    }
}

static void icmp_seen(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    value_set_bool(value, false, 0);
    for (unsigned i = 0; i < history->row_count; i++) {
        if (history->rows[i].marks & EVENT_ICMP) {
            value_set_bool(value, true, history->rows[i].frame);
            return;
        }
    }
}

static const HistoryRow *first_icmp(const History *history)
{
    for (unsigned i = 0; i < history->row_count; i++) {
        if (history->rows[i].marks & EVENT_ICMP)
            return &history->rows[i];
    }
    return NULL;
}

static void icmp_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = first_icmp(facts->history);
    if (row)
        value_set(value, row->frame, row->frame);
}

static const Note *icmp_note(const History *history)
{
    const HistoryRow *row = first_icmp(history);
    for (unsigned i = 0; row && i < history->note_count; i++)
        if (history->notes[i].kind == NOTE_ICMP && history->notes[i].frame == row->frame)
            return &history->notes[i];
    return NULL;
}

static bool icmp_sender(const History *history, Address *ret_address)
{
    const Note *note = icmp_note(history);
    if (!note)
        return false;
    *ret_address = (Address){.version = history->side[SIDE_CLIENT].address.version};
    memcpy(ret_address->bytes, note->bytes, sizeof ret_address->bytes);
    return true;
}

static void icmp_source(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    if (icmp_sender(facts->history, &value->as.address))
        value->presence = VALUE_KNOWN;
}

static void icmp_side(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = first_icmp(facts->history);
    if (row)
        value_set(value, row->side, row->frame);
}

static void icmp_from_peer(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = first_icmp(facts->history);
    Address sender;
    if (icmp_sender(facts->history, &sender))
        value_set_bool(value, address_equal(&sender, &facts->history->side[!row->side].address), row->frame);
}

static void icmp_from_own_host(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = first_icmp(facts->history);
    Address sender;
    if (icmp_sender(facts->history, &sender))
        value_set_bool(value, address_equal(&sender, &facts->history->side[row->side].address), row->frame);
}

static void icmp_count(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    int64_t count = 0;
    for (unsigned i = 0; i < facts->history->row_count; i++)
        count += !!(facts->history->rows[i].marks & EVENT_ICMP);
    value_set(value, count, 0);
}

static void icmp_mtu(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const Note *note = icmp_note(facts->history);
    uint32_t mtu = 0;
    if (note)
        memcpy(&mtu, note->bytes + sizeof(Address){0}.bytes, sizeof mtu);
    if (mtu)
        value_set(value, mtu, note->frame);
}

static const char *const icmp_names[] = {
    "port-unreachable", "host-unreachable", "net-unreachable", "prohibited",
    "too-big",          "time-exceeded",    "other",           NULL};
enum { ICMP_PORT, ICMP_HOST, ICMP_NET, ICMP_PROHIBITED, ICMP_TOO_BIG, ICMP_TIME, ICMP_OTHER };

/* RFC 792, RFC 1812 5.2.7.1 */
static int64_t icmp4_kind(unsigned type, unsigned code)
{
    if (type == 11)
        return ICMP_TIME;
    if (type != 3)
        return ICMP_OTHER;
    switch (code) {
    case 0:
    case 6:
        return ICMP_NET;
    case 1:
    case 7:
        return ICMP_HOST;
    case 2: /* protocol: the host speaks no TCP, which to a program is the same as no port */
    case 3:
        return ICMP_PORT;
    case 4:
        return ICMP_TOO_BIG;
    case 9:
    case 10:
    case 13:
        return ICMP_PROHIBITED;
    default:
        return ICMP_OTHER;
    }
}

/* RFC 4443 */
static int64_t icmp6_kind(unsigned type, unsigned code)
{
    if (type == 2)
        return ICMP_TOO_BIG;
    if (type == 3)
        return ICMP_TIME;
    if (type != 1)
        return ICMP_OTHER;
    switch (code) {
    case 0:
        return ICMP_NET;
    case 1:
    case 5:
    case 6:
        return ICMP_PROHIBITED;
    case 3:
        return ICMP_HOST;
    case 4:
        return ICMP_PORT;
    default:
        return ICMP_OTHER;
    }
}

static void icmp_kind(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = first_icmp(facts->history);
    if (!row)
        return;
    unsigned type = row->window >> 8, code = row->window & 0xff;
    bool is_v4 = facts->history->side[SIDE_CLIENT].address.version == 4;
    value_set(value, is_v4 ? icmp4_kind(type, code) : icmp6_kind(type, code), row->frame);
}

/* Combinations that RFC 9293 gives no meaning, or that no stack sends. */
static const char *const odd_names[] = {"syn-fin", "syn-rst", "fin-rst", "fin-without-ack", "no-flags", NULL};
enum { ODD_SYN_FIN, ODD_SYN_RST, ODD_FIN_RST, ODD_FIN_ALONE, ODD_NONE, NOT_ODD };

static int odd_kind(uint8_t flags)
{
    if (flags & TCP_SYN && flags & TCP_RST)
        return ODD_SYN_RST;
    if (flags & TCP_SYN && flags & TCP_FIN)
        return ODD_SYN_FIN;
    if (flags & TCP_FIN && flags & TCP_RST)
        return ODD_FIN_RST;
    if (flags & TCP_FIN && !(flags & TCP_ACK))
        return ODD_FIN_ALONE;
    return flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK) ? NOT_ODD : ODD_NONE;
}

static const HistoryRow *first_odd(const History *history)
{
    if (!facts_have_odd_flags(history->flags_seen))
        return NULL;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (!(row->marks & (EVENT_RUN | EVENT_ICMP)) && odd_kind(row->flags) != NOT_ODD)
            return row;
    }
    return NULL;
}

static void odd_flags(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = first_odd(facts->history);
    if (row)
        value_set(value, odd_kind(row->flags), row->frame);
}

static void odd_flags_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = first_odd(facts->history);
    if (row)
        value_set(value, row->frame, row->frame);
}

/* No stack repeats a SYN-ACK sooner (RFC 6298 2.1: 1 s, Linux TCP_TIMEOUT_INIT); what comes sooner is a copy
 * that the network made. */
#define SYN_ACK_TIMEOUT_NS INT64_C(200000000)

/* The first SYN-ACK that was sent again although the client had acknowledged it; `wants_data`: and had sent
 * data. */
static const HistoryRow *repeated_syn_ack(const History *history, bool wants_data)
{
    bool acked = false, data = false;
    for (unsigned i = 0; i < history->row_count; i++) {
        const HistoryRow *row = &history->rows[i];
        if (row->marks & (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE))
            continue;
        if (row->side == SIDE_CLIENT && row->flags & TCP_ACK && !(row->flags & (TCP_SYN | TCP_RST))) {
            acked |= row->ack == 1;
            data |= row->length > 0;
        } else if (row->side == SIDE_SERVER && row->flags & TCP_SYN && acked && (data || !wants_data) &&
                   row->time_ns - history->side[SIDE_SERVER].syn_ns >= SYN_ACK_TIMEOUT_NS) {
            return row;
        }
    }
    return NULL;
}

static void synack_after_ack(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = repeated_syn_ack(facts->history, false);
    if (row)
        value_set(value, row->frame, row->frame);
}

static void synack_after_data(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const HistoryRow *row = repeated_syn_ack(facts->history, true);
    if (row)
        value_set(value, row->frame, row->frame);
}

/* RFC 5961: an RST or SYN that is in the window and not exact is answered with an ACK of what the receiver
 * knows. */
static void challenge_frame(const FactSet *facts, Side side, Value *value)
{
    (void)side;
    const History *history = facts->history;
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        if (reset->effective || !reset->in_window || reset->exact || reset->row + 1 >= history->row_count)
            continue;
        const HistoryRow *next = &history->rows[reset->row + 1];
        if (next->side != reset->side && !next->length && next->marks % EVENT_RUN == next->marks &&
            (next->flags & (TCP_ACK | TCP_SYN | TCP_FIN | TCP_RST)) == TCP_ACK) {
            value_set(value, next->frame, next->frame);
            return;
        }
    }
}

static const char *const replaces_names[] = {"none", "closed", "live", NULL};

static const FactRow rows[] = {
    {"conn.stream", VALUE_INT, NULL, NULL, false, "Wireshark's tcp.stream (see --numbering).", stream},
    {"conn.start", VALUE_TIME, "ns", NULL, false, "Time of its first segment in the capture.", start},
    {"conn.end", VALUE_TIME, "ns", NULL, false, "Time of its last segment in the capture.", end},
    {"conn.duration", VALUE_DURATION, "ns", NULL, false, "From its first to its last segment.", duration},
    {"conn.packets", VALUE_INT, NULL, NULL, false, "Packets, ICMP errors about it included.", packets},
    {"conn.handshake", VALUE_ENUM, NULL, handshake_names, false,
     "How it began: full; simultaneous (a SYN from each side); syn-only (no SYN-ACK); unfinished (never "
     "acknowledged); partial "
     "(some of it missing from the capture); none.",
     handshake},
    {"conn.started_before_capture", VALUE_BOOL, NULL, NULL, false, "No part of its handshake was captured.",
     started_before_capture},
    {"conn.open_at_end", VALUE_BOOL, NULL, NULL, false, "Both sides are ESTABLISHED when the capture ends.",
     open_at_end},
    {"conn.first_frame", VALUE_FRAME, NULL, NULL, false, "Its first frame.", first_frame},
    {"conn.last_frame", VALUE_FRAME, NULL, NULL, false, "Its last frame.", last_frame},
    {"conn.silence", VALUE_DURATION, "ns", NULL, false,
     "From its last segment to the end of the capture: how long it was watched doing nothing.", silence},
    {"conn.roles_guessed", VALUE_BOOL, NULL, NULL, false,
     "No SYN was captured: which side is the client is a guess.", roles_guessed},
    {"conn.replaced", VALUE_BOOL, NULL, NULL, false,
     "A SYN with another number began a new stream on its addresses and ports.", replaced},
    {"conn.replaced_by", VALUE_INT, NULL, NULL, false, "The number of that stream.", replaced_by},
    {"conn.replaces", VALUE_ENUM, NULL, replaces_names, false,
     "Whether its addresses and ports had a connection before: none; closed (it had ended); live (it had "
     "not, or it was this one's first attempt, which met a live one).",
     replaces},
    {"conn.predecessor", VALUE_INT, NULL, NULL, false, "The stream that had its addresses and ports before.",
     predecessor},
    {"conn.met_old", VALUE_BOOL, NULL, NULL, false,
     "Its SYN met an older connection on its addresses and ports: the answer was an ACK of that one, and the "
     "client's host answered that with RST.",
     met_old},
    {"conn.tuple_rested", VALUE_DURATION, "ns", NULL, false,
     "From the last segment of the connection that had its addresses and ports before; unknown where time "
     "steps "
     "back.",
     tuple_rested},
    {"conn.reconnected", VALUE_BOOL, NULL, NULL, false,
     "It was open when a new SYN came on its addresses and ports; the answer to that SYN drew an RST, which "
     "ended it.",
     reconnected},
    {"conn.has_predecessors_segments", VALUE_BOOL, NULL, NULL, false,
     "Segments of the connection that used its addresses and ports before are among its own.",
     continues_predecessor},
    {"icmp.seen", VALUE_BOOL, NULL, NULL, false, "An ICMP error quotes one of its segments.", icmp_seen},
    {"icmp.frame", VALUE_FRAME, NULL, NULL, false, "The first such ICMP error.", icmp_frame},
    {"icmp.kind", VALUE_ENUM, NULL, icmp_names, false, "What it says.", icmp_kind},
    {"icmp.count", VALUE_INT, NULL, NULL, false, "How many of them were kept.", icmp_count},
    {"icmp.side", VALUE_SIDE, NULL, NULL, false, "The side whose segment the first one quotes.", icmp_side},
    {"icmp.source", VALUE_ADDRESS, NULL, NULL, false, "Who sent the first one.", icmp_source},
    {"icmp.from_peer", VALUE_BOOL, NULL, NULL, false,
     "The first one came from the address that the quoted segment went to.", icmp_from_peer},
    {"icmp.from_own_host", VALUE_BOOL, NULL, NULL, false,
     "The first one came from the address that had sent the quoted segment: its own kernel found no way.",
     icmp_from_own_host},
    {"icmp.mtu", VALUE_BYTES, "bytes", NULL, false,
     "The next hop's MTU that the first one names; none for other errors than too-big.", icmp_mtu},
    {"odd_flags.kind", VALUE_ENUM, NULL, odd_names, false,
     "The first combination of flags that no stack sends.", odd_flags},
    {"odd_flags.frame", VALUE_FRAME, NULL, NULL, false, "The segment that has it.", odd_flags_frame},
    {"handshake.synack_after_ack", VALUE_FRAME, NULL, NULL, false,
     "The first SYN-ACK that was sent again although the client had acknowledged it.", synack_after_ack},
    {"handshake.synack_after_data", VALUE_FRAME, NULL, NULL, false,
     "The same, although the client had sent data as well.", synack_after_data},
    {"challenge.frame", VALUE_FRAME, NULL, NULL, false,
     "The ACK that answers an RST in the window whose number is not exact (RFC 5961 3.2).", challenge_frame},
};

const FactFamily fact_family_connection = {rows, G_N_ELEMENTS(rows)};
