/* Sequence tracking: what is new, repeated, missing, or not of this connection at all.
 *
 * Each end is followed in its own sequence space (RFC 9293 3.4). Numbers are believed as far as they fit: a
 * forged or stray segment must not move SND.NXT to where nothing that follows makes sense, so a far jump is
 * only marked, and what is acknowledged beyond SND.NXT waits until the other end is seen to have sent it. */
#include "flow/track.h"

#include "flow/holes.h"

/* A jump further than this is not a gap in the capture. Windows are at most 1 GiB (RFC 7323 2.3). */
enum { WILD_JUMP = 1 << 30 };

/* A packet that comes twice within this time, equal in all that is looked at, was captured twice. No stack
 * sends again so fast: Linux's lowest RTO is 200 ms, its tail loss probe waits 2 ms at least. */
#define DUPLICATE_NS 1000000
/* The same with an IP id, which the sender steps: bounded only so that it cannot wrap round. */
#define DUPLICATE_WITH_ID_NS 500000000

static void count16(uint16_t *counter)
{
    *counter += *counter < UINT16_MAX;
}

static void set_base(Connection *connection, unsigned end, uint32_t isn, int64_t next)
{
    connection->known[end] |= KNOWN_BASE;
    connection->sequence[end] = (Sequence){
        .isn = isn, .next = next, .acked = ACKED_NOTHING, .window = connection->sequence[end].window};
}

/* tshark 4.0's rule: the first segment sets its sender's base, the first ACK the other end's. A SYN-ACK with
 * another number starts the numbering anew. */
static void update_bases(Connection *connection, unsigned end, const Segment *segment, Pool *holes)
{
    bool is_syn = segment->flags & TCP_SYN;
    if (!(connection->known[end] & KNOWN_BASE)) {
        set_base(connection, end, is_syn ? segment->seq : segment->seq - 1, is_syn ? 0 : 1);
    } else if (is_syn && segment->flags & TCP_ACK && segment->seq != connection->sequence[end].isn) {
        holes_forget(holes, connection, end);
        set_base(connection, end, segment->seq, 0);
    }
    if (!(connection->known[!end] & KNOWN_BASE) && segment->flags & TCP_ACK)
        set_base(connection, !end, segment->ack - 1, 1);
}

enum { RECENT_BITS = 6, RECENT_EVENTS = 4 };

uint32_t track_digest(const Segment *segment, unsigned end)
{
    uint32_t mixed = (segment->seq ^ (segment->ack << 7 | segment->ack >> 25)) * 0x9e3779b1u;
    mixed = (mixed ^ segment->length ^ segment->flags << 16 ^ end << 15) * 0x85ebca6bu;
    mixed = (mixed ^ segment->window ^ (uint32_t)segment->ip_id << 16) * 0xc2b2ae35u;
    return mixed >> (32 - RECENT_BITS);
}

/* False where none of the last events can be the same packet: all four digests are compared at once, and a
 * field that comes to zero borrows from its top bit. */
static bool may_be_duplicate(const Connection *connection, uint32_t digest)
{
    const uint32_t ones = 0x041041, tops = ones << (RECENT_BITS - 1);
    uint32_t differences = connection->recent ^ digest * ones;
    return (differences - ones) & ~differences & tops;
}

/* Whether the last event of this end is the same packet again. */
static bool is_duplicate(const Connection *connection, const Segment *segment, unsigned end,
                         const Event *events)
{
    unsigned count = connection->event_count;
    for (unsigned back = 1; back <= count && back <= RECENT_EVENTS; back++) {
        const Event *event = &events[count - back];
        if (event_end(event) != end || event->marks & (EVENT_RUN | EVENT_ICMP))
            continue;
        if (event->seq != segment->seq || event->ack != segment->ack || event->length != segment->length ||
            event->flags != segment->flags || event->window != segment->window ||
            event->ip_id != segment->ip_id)
            continue;
        int64_t apart = segment->time_ns - event->time_ns;
        /* Without an id a repeated pure ACK may well be one more duplicate acknowledgement. */
        bool takes_numbers = segment->length || segment->flags & (TCP_SYN | TCP_FIN);
        if (segment->ip_id)
            return apart >= 0 && apart < DUPLICATE_WITH_ID_NS;
        return takes_numbers && apart >= 0 && apart < DUPLICATE_NS;
    }
    return false;
}

/* A new acknowledgement for what the other end sent. */
static uint16_t track_ack(Connection *connection, unsigned end, const Segment *segment)
{
    Sequence *peer = &connection->sequence[!end];
    int64_t near = peer->acked_beyond > peer->next ? peer->acked_beyond : peer->next;
    int64_t ack = seq_unwrap(segment->ack - peer->isn, near);
    if (ack > peer->next) {
        if (ack - near < WILD_JUMP && ack > peer->acked_beyond)
            peer->acked_beyond = ack;
        return 0;
    }
    if (ack < peer->acked)
        return EVENT_OLD_ACK;
    peer->acked = ack;
    /* Taken back: an end never acknowledges less than before, so the higher number was not its own. */
    if (segment->length || segment->flags & (TCP_SYN | TCP_FIN))
        peer->acked_beyond = 0;
    return 0;
}

/* What was acknowledged before it was captured has now been captured. */
static void settle_ack(Sequence *sequence)
{
    if (sequence->acked_beyond && sequence->acked_beyond <= sequence->next) {
        if (sequence->acked_beyond > sequence->acked)
            sequence->acked = sequence->acked_beyond;
        sequence->acked_beyond = 0;
    }
}

static bool is_probe(const Sequence *sequence, const Segment *segment, int64_t begin)
{
    if (segment->length > 1 || segment->flags & (TCP_SYN | TCP_FIN))
        return false;
    bool nothing_outstanding = sequence->acked == sequence->next && begin == sequence->next - 1;
    /* Linux probes a zero window with an empty segment just below SND.UNA (tcp_xmit_probe_skb). */
    bool below_una = segment->length == 0 && begin == sequence->acked - 1;
    return sequence->acked != ACKED_NOTHING && (nothing_outstanding || below_una);
}

static uint16_t track_numbers(Connection *connection, unsigned end, const Segment *segment, Pool *holes)
{
    Sequence *sequence = &connection->sequence[end];
    int64_t begin = connection_relative(connection, end, segment->seq);
    int64_t after = begin + segment->length + !!(segment->flags & TCP_SYN) + !!(segment->flags & TCP_FIN);
    uint16_t marks = 0;

    if (begin == sequence->next && !(connection->known[end] & KNOWN_FIN)) { /* in order, as nearly all */
        sequence->next = after;
        settle_ack(sequence);
        return 0;
    }
    if (begin > sequence->next + WILD_JUMP || after < sequence->next - WILD_JUMP)
        return EVENT_WILD;
    if (is_probe(sequence, segment, begin)) {
        count16(&connection->counts[end].keepalives);
        return connection->sequence[!end].window ? EVENT_KEEPALIVE : EVENT_WINDOW_PROBE;
    }
    if (connection->known[end] & KNOWN_FIN && segment->length &&
        begin + segment->length > connection_fin(connection, end))
        marks |= EVENT_BEYOND_FIN;

    if (begin > sequence->next) {
        holes_add(holes, connection, end, sequence->next, begin);
        marks |= EVENT_AFTER_GAP;
    } else if (begin < sequence->next && after > begin) {
        if (connection->hole_block && holes_fill(holes, connection, end, begin, after))
            marks |= EVENT_FILLS_HOLE;
        else
            marks |= after > sequence->next ? EVENT_PARTLY_NEW : EVENT_RETRANSMISSION;
        if (marks & EVENT_RETRANSMISSION)
            count16(&connection->counts[end].retransmissions);
    }
    if (after > sequence->next) {
        sequence->next = after;
        settle_ack(sequence);
    }
    return marks;
}

static void count_segment(Connection *connection, unsigned end, const Segment *segment, uint32_t frame)
{
    EndCounts *counts = &connection->counts[end];
    if (segment->length && !(segment->flags & TCP_RST)) {
        if (!counts->first_data_frame) {
            counts->first_data_frame = frame;
            counts->first_data_ns = segment->time_ns;
        }
        counts->last_data_frame = frame;
        counts->last_data_ns = segment->time_ns;
    }
    if (segment->flags & TCP_RST)
        count16(&counts->resets);
    if (segment->flags & TCP_FIN)
        count16(&counts->fins);
    if (segment->flags & TCP_FIN && !(connection->known[end] & KNOWN_FIN)) {
        connection->known[end] |= KNOWN_FIN;
        counts->fin_seq = segment->seq + segment->length + !!(segment->flags & TCP_SYN);
        counts->peer_next_at_fin = (uint32_t)connection->sequence[!end].next;
    }
}

/* What only a SYN tells: RFC 7323 2.2, scaling holds where both offered it, and never for the SYN itself. */
static void track_syn(Connection *connection, unsigned end, const Segment *segment)
{
    connection->known[end] |= KNOWN_SYN | (segment->flags & TCP_ACK ? KNOWN_SYN_ACK : 0);
    if (segment->options & OPTION_WSCALE) {
        connection->known[end] |= KNOWN_WSCALE;
        connection->counts[end].wscale = segment->wscale;
    }
}

static uint32_t count_packet(Connection *connection, unsigned end, const Segment *segment)
{
    EndCounts *counts = &connection->counts[end];
    uint32_t frame = segment->frame > UINT32_MAX ? UINT32_MAX : (uint32_t)segment->frame;
    counts->packets++;
    counts->last_frame = frame;
    if (!(connection->known[end] & KNOWN_SENT)) {
        connection->known[end] |= KNOWN_SENT;
        counts->ttl = segment->ttl;
    }
    return frame;
}

uint16_t track_foreign(Connection *connection, unsigned end, const Segment *segment)
{
    count_packet(connection, end, segment);
    if (!(connection->known[end] & KNOWN_BASE))
        set_base(connection, end, segment->seq - 1, 1);
    return EVENT_PREDECESSOR;
}

uint16_t track_segment(Connection *connection, unsigned end, const Segment *segment, uint32_t digest,
                       const EventStore *events, Pool *holes)
{
    EndCounts *counts = &connection->counts[end];
    uint32_t frame = count_packet(connection, end, segment);
    update_bases(connection, end, segment, holes);

    uint16_t marks = segment->options & OPTION_TIMESTAMPS ? EVENT_TIMESTAMPS : 0;
    if (segment->options & OPTION_MPTCP)
        marks |= EVENT_MPTCP;
    if (marks & EVENT_TIMESTAMPS)
        connection->known[end] |= KNOWN_TIMESTAMPS;
    if (may_be_duplicate(connection, digest) &&
        is_duplicate(connection, segment, end, event_store_get(events, connection))) {
        count16(&counts->duplicates);
        return marks | EVENT_DUPLICATE;
    }

    if (segment->flags & TCP_SYN)
        track_syn(connection, end, segment);
    /* An RST takes no sequence numbers, whatever text it carries, and may not be its end's own. */
    if (!(segment->flags & TCP_RST)) {
        marks |= track_numbers(connection, end, segment, holes);
        if (marks & EVENT_WILD)
            return marks;
        if (segment->flags & TCP_ACK)
            marks |= track_ack(connection, end, segment);
        bool scaled =
            connection->known[0] & connection->known[1] & KNOWN_WSCALE && !(segment->flags & TCP_SYN);
        connection->sequence[end].window = (uint32_t)segment->window << (scaled ? counts->wscale : 0);
    }
    count_segment(connection, end, segment, frame);
    return marks;
}
