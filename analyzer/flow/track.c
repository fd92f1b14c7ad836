/* Sequence tracking: what is new, repeated, missing, or not of this connection at all.
 *
 * Each end is followed in its own sequence space (RFC 9293 3.4). Numbers are believed as far as they fit: a
 * forged or stray segment must not move SND.NXT to where nothing that follows makes sense, so a far jump is
 * only marked, and what is acknowledged beyond SND.NXT waits until the other end is seen to have sent it. */
#include "flow/track.h"

#include <string.h>

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

/* tshark's rule: the first segment sets its sender's base, the first ACK the other end's. A SYN-ACK with
 * another number starts the numbering anew; it comes to that only where it begins no stream (table.h). */
static void update_bases(Connection *connection, unsigned end, const Event *event, Pool *holes)
{
    bool is_syn = event->flags & TCP_SYN;
    if (!(connection->known[end] & KNOWN_BASE)) {
        set_base(connection, end, is_syn ? event->seq : event->seq - 1, is_syn ? 0 : 1);
    } else if (is_syn && event->flags & TCP_ACK && event->seq != connection->sequence[end].isn) {
        holes_forget(holes, connection, end);
        EndCounts *counts = connection->counts;
        counts[end].fin =
            seq_unwrap((uint32_t)counts[end].fin + connection->sequence[end].isn - event->seq, 0);
        counts[!end].peer_next_at_fin = 0;
        set_base(connection, end, event->seq, 0);
    }
    if (!(connection->known[!end] & KNOWN_BASE) && event->flags & TCP_ACK)
        set_base(connection, !end, event->ack - 1, 1);
}

/* Segments of both ends between a packet and its second copy. */
enum { RECENT_EVENTS = 4 };

static inline bool takes_numbers(const Event *event)
{
    return event->length || event->flags & (TCP_SYN | TCP_FIN);
}

static inline bool is_same_packet(const Event *one, const Event *other)
{
    /* The id first, which hardly any two have in common. */
    return one->ip_id == other->ip_id && one->seq == other->seq && one->ack == other->ack &&
           one->length == other->length && one->flags == other->flags && one->window == other->window;
}

/* Files that were put together without sorting may hold a packet twice, with the same time and minutes apart.
 */
static bool was_there_before(const Event *event, unsigned kept, unsigned end)
{
    for (const Event *earlier = event - kept; earlier != event; earlier++)
        if (earlier->time_ns == event->time_ns && is_same_packet(earlier, event) &&
            event_end(earlier) == end && !(earlier->marks & (EVENT_RUN | EVENT_ICMP)))
            return true;
    return false;
}

/* Whether one of the last events, of `kept` that lie before this one, is the same packet. */
static inline bool is_duplicate(const Event *event, unsigned kept, unsigned end)
{
    /* Without an id a repeated pure ACK may well be one more duplicate acknowledgement. */
    if (!event->ip_id && !takes_numbers(event))
        return false;
    const Event *first = event - (kept < RECENT_EVENTS ? kept : RECENT_EVENTS);
    for (const Event *earlier = event; earlier-- != first;) {
        if (!is_same_packet(earlier, event))
            continue;
        if (event_end(earlier) != end || earlier->marks & (EVENT_RUN | EVENT_ICMP))
            continue;
        int64_t apart = event->time_ns - earlier->time_ns;
        return apart >= 0 && apart < (event->ip_id ? DUPLICATE_WITH_ID_NS : DUPLICATE_NS);
    }
    const bool steps_back = kept && (event->time_ns < event[-1].time_ns || event[-1].marks & EVENT_DUPLICATE);
    return steps_back && was_there_before(event, kept, end);
}

/* A new acknowledgement for what the other end sent. */
static uint16_t track_ack(Connection *connection, unsigned end, const Event *event)
{
    Sequence *peer = &connection->sequence[!end];
    int64_t near = peer->acked_beyond > peer->next ? peer->acked_beyond : peer->next;
    int64_t ack = seq_unwrap(event->ack - peer->isn, near);
    if (ack > peer->next) {
        if (ack - near < WILD_JUMP && ack > peer->acked_beyond)
            peer->acked_beyond = ack;
        return 0;
    }
    if (ack < peer->acked)
        return EVENT_OLD_ACK;
    peer->acked = ack;
    /* Taken back: an end never acknowledges less than before, so the higher number was not its own. */
    if (takes_numbers(event))
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

static bool is_probe(const Sequence *sequence, const Event *event, int64_t begin)
{
    if (event->length > 1 || event->flags & (TCP_SYN | TCP_FIN))
        return false;
    bool nothing_outstanding = sequence->acked == sequence->next && begin == sequence->next - 1;
    /* Linux probes a zero window with an empty segment just below SND.UNA (tcp_xmit_probe_skb). */
    bool below_una = event->length == 0 && begin == sequence->acked - 1;
    return sequence->acked != ACKED_NOTHING && (nothing_outstanding || below_una);
}

static uint16_t track_numbers(Connection *connection, unsigned end, const Event *event, Pool *holes)
{
    Sequence *sequence = &connection->sequence[end];
    int64_t begin = connection_relative(connection, end, event->seq);
    int64_t after = begin + event->length + !!(event->flags & TCP_SYN) + !!(event->flags & TCP_FIN);
    uint16_t marks = 0;

    if (begin == sequence->next && !(connection->known[end] & KNOWN_FIN)) { /* in order, as nearly all */
        sequence->next = after;
        settle_ack(sequence);
        return 0;
    }
    if (begin > sequence->next + WILD_JUMP || after < sequence->next - WILD_JUMP)
        return EVENT_WILD;
    if (is_probe(sequence, event, begin)) {
        count16(&connection->counts[end].keepalives);
        return connection->sequence[!end].window ? EVENT_KEEPALIVE : EVENT_WINDOW_PROBE;
    }
    if (connection->known[end] & KNOWN_FIN && event->length &&
        begin + event->length > connection->counts[end].fin)
        marks |= EVENT_BEYOND_FIN;

    if (begin > sequence->next) {
        holes_add(holes, connection, end, sequence->next, begin);
        connection->traits |= CONNECTION_BEYOND;
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

static inline void count_data(EndCounts *counts, const Event *event)
{
    if (!event->length || event->flags & TCP_RST)
        return;
    if (!counts->first_data_frame) {
        counts->first_data_frame = event->frame;
        counts->first_data_ns = event->time_ns;
    }
    counts->last_data_frame = event->frame;
    counts->last_data_ns = event->time_ns;
}

/* `peer_next` is how far the other end has come. */
static void count_fin(Connection *connection, unsigned end, const Event *event, int64_t peer_next)
{
    EndCounts *counts = &connection->counts[end];
    count16(&counts->fins);
    if (connection->known[end] & KNOWN_FIN)
        return;
    connection->known[end] |= KNOWN_FIN;
    counts->fin =
        connection_relative(connection, end, event->seq) + event->length + !!(event->flags & TCP_SYN);
    counts->peer_next_at_fin = peer_next;
}

/* What only a SYN tells: RFC 7323 2.2, scaling holds where both offered it, and never for the SYN itself. */
static void track_syn(Connection *connection, unsigned end, const Event *event, uint16_t waiting)
{
    connection->known[end] |= KNOWN_SYN | (event->flags & TCP_ACK ? KNOWN_SYN_ACK : 0);
    if (waiting & WAITING_WSCALE) {
        connection->known[end] |= KNOWN_WSCALE;
        connection->counts[end].wscale = waiting >> WAITING_WSCALE_SHIFT & WAITING_WSCALE_MASK;
    }
}

/* Where the SYNs of an end offer different things, their events cannot tell any more which did what. */
static void compare_offers(Connection *connection, unsigned end, uint16_t waiting)
{
    if (connection->known[end] & KNOWN_SYN && track_offer(connection, end) != (waiting & WAITING_OFFER))
        connection->traits |= CONNECTION_BEYOND;
}

static inline void count_packet(Connection *connection, unsigned end, const Event *event)
{
    EndCounts *counts = &connection->counts[end];
    counts->packets++;
    counts->last_frame = event->frame;
    counts->ttl = connection->known[end] & KNOWN_SENT ? counts->ttl : event->ttl;
    connection->known[end] |= KNOWN_SENT | (event->marks & EVENT_TIMESTAMPS ? KNOWN_TIMESTAMPS : 0);
}

static inline void set_window(Connection *connection, unsigned end, const Event *event)
{
    const bool scaled =
        !!(connection->known[0] & connection->known[1] & KNOWN_WSCALE) & !(event->flags & TCP_SYN);
    connection->sequence[end].window = (uint32_t)event->window << (connection->counts[end].wscale * scaled);
}

static uint16_t track_event(Connection *connection, const Event *event, unsigned kept, Pool *holes)
{
    const uint16_t waiting = event->marks;
    const unsigned end = event_end(event);
    const bool is_syn = event->flags & TCP_SYN;
    uint16_t marks = waiting & WAITING_MARKS;
    count_packet(connection, end, event);
    update_bases(connection, end, event, holes);
    if (is_syn)
        compare_offers(connection, end, waiting);
    if (is_duplicate(event, kept, end)) {
        count16(&connection->counts[end].duplicates);
        return marks | EVENT_DUPLICATE;
    }

    if (is_syn)
        track_syn(connection, end, event, waiting);
    /* An RST takes no sequence numbers, whatever text it carries, and may not be its end's own. */
    if (!(event->flags & TCP_RST)) {
        marks |= track_numbers(connection, end, event, holes);
        if (marks & EVENT_WILD)
            return marks;
        if (event->flags & TCP_ACK)
            marks |= track_ack(connection, end, event);
        set_window(connection, end, event);
    }
    count_data(&connection->counts[end], event);
    if (event->flags & TCP_RST)
        count16(&connection->counts[end].resets);
    if (event->flags & TCP_FIN)
        count_fin(connection, end, event, connection->sequence[!end].next);
    return marks;
}

/* Events that wait, and how far they have been gone through: those that are kept close up. */
typedef struct {
    Event *events;
    unsigned kept, next, count;
} Waiting;

static inline Event *waiting_next(const Waiting *waiting)
{
    Event *event = &waiting->events[waiting->kept];
    if (waiting->kept != waiting->next)
        *event = waiting->events[waiting->next];
    return event;
}

/* One end in a run of plain segments. Numbers as on the wire. */
typedef struct {
    uint32_t next;  /* SND.NXT */
    uint32_t acked; /* SND.UNA, or as far below SND.NXT as ACKs are plain */
    uint32_t packets;
    uint32_t marks;    /* that any of them has */
    const Event *last; /* of its segments */
} PlainEnd;

/* Segments are plain from where both ends have been heard, and nothing is acknowledged that was not seen. */
static bool plain_begin(const Connection *connection, PlainEnd ends[2])
{
    enum { HEARD = KNOWN_BASE | KNOWN_SENT, UNACKED_MAX = 1 << 30 };
    const Sequence *sequence = connection->sequence;
    if ((connection->known[0] & connection->known[1] & HEARD) != HEARD ||
        sequence[0].acked_beyond | sequence[1].acked_beyond)
        return false;
    for (unsigned end = 0; end < 2; end++) {
        const int64_t unacked = sequence[end].next - sequence[end].acked;
        const uint32_t next = sequence[end].isn + (uint32_t)sequence[end].next;
        ends[end] = (PlainEnd){
            .next = next,
            .acked = next - (uint32_t)(unacked < UNACKED_MAX ? unacked : UNACKED_MAX),
        };
    }
    return true;
}

/* SND.NXT in 64 bits. */
static inline int64_t plain_next(const Connection *connection, unsigned end, const PlainEnd *plain)
{
    const Sequence *sequence = &connection->sequence[end];
    return sequence->next + (plain->next - (sequence->isn + (uint32_t)sequence->next));
}

/* What the segments of a run came to. */
static void plain_end(Connection *connection, const PlainEnd ends[2])
{
    for (unsigned end = 0; end < 2; end++) {
        Sequence *sequence = &connection->sequence[end];
        const PlainEnd *plain = &ends[end];
        sequence->next = plain_next(connection, end, plain);
        if (ends[!end].packets)
            sequence->acked = sequence->next - (plain->next - plain->acked);
        if (!plain->packets)
            continue;
        connection->counts[end].packets += plain->packets;
        connection->counts[end].last_frame = plain->last->frame;
        connection->known[end] |= plain->marks & EVENT_TIMESTAMPS ? KNOWN_TIMESTAMPS : 0;
        set_window(connection, end, plain->last);
    }
}

/* Tracks what nearly all segments are, up to the first that is not: the next of its end, no copy, and with an
 * ACK not below the one before. track_event() would find the same. Their marks are what they were: only a SYN
 * waits with more. */
static void track_plain(Connection *connection, Waiting *waiting)
{
    PlainEnd ends[2];
    if (!plain_begin(connection, ends))
        return;
    for (; waiting->next < waiting->count; waiting->next++, waiting->kept++) {
        const Event *event = waiting_next(waiting);
        const unsigned end = event_end(event);
        PlainEnd *own = &ends[end], *peer = &ends[!end];
        if ((event->flags & (TCP_SYN | TCP_RST | TCP_ACK)) != TCP_ACK || event->seq != own->next ||
            event->ack - peer->acked > peer->next - peer->acked)
            break;
        if (takes_numbers(event)) { /* the next ones: it can be no copy */
            if (connection->known[end] & KNOWN_FIN || event->length > UINT16_MAX)
                break;
            own->next += event->length + (event->flags & TCP_FIN);
            count_data(&connection->counts[end], event);
            if (event->flags & TCP_FIN)
                count_fin(connection, end, event, plain_next(connection, !end, peer));
        } else if (is_duplicate(event, waiting->kept, end)) {
            break;
        }
        peer->acked = event->ack;
        own->packets++;
        own->marks |= event->marks;
        own->last = event;
    }
    plain_end(connection, ends);
}

static inline void set_first(Connection *connection, int64_t time_ns, uint32_t frame)
{
    connection->first_ns = time_ns;
    connection->first_frame = frame;
    connection->previous = NO_CONNECTION;
    connection->traits |= CONNECTION_BEGUN;
}

void track_begin(Connection *connection, int64_t time_ns, uint32_t frame)
{
    /* In pieces that compilers write in line: for all of it they take a loop that is slow to begin. */
    memset(connection->sequence, 0, sizeof connection->sequence);
    memset(&connection->counts[0], 0, sizeof connection->counts[0]);
    memset(&connection->counts[1], 0, sizeof connection->counts[1]);
    set_first(connection, time_ns, frame);
}

/* A SYN and the SYN-ACK that takes it, without data. */
static bool is_handshake(const Event *events, unsigned count)
{
    const unsigned mask = TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK;
    return count > 1 && (events[0].flags & mask) == TCP_SYN &&
           (events[1].flags & mask) == (TCP_SYN | TCP_ACK) &&
           event_end(&events[0]) != event_end(&events[1]) && events[1].ack == events[0].seq + 1 &&
           !(events[0].length | events[1].length);
}

static inline void track_opening(Connection *connection, const Event *event, int64_t acked)
{
    const unsigned end = event_end(event);
    connection->sequence[end] =
        (Sequence){.next = 1, .acked = acked, .isn = event->seq, .window = event->window};
    connection->counts[end] = (EndCounts){.packets = 1, .last_frame = event->frame, .ttl = event->ttl};
    connection->known[end] |=
        KNOWN_BASE | KNOWN_SENT | (event->marks & EVENT_TIMESTAMPS ? KNOWN_TIMESTAMPS : 0);
    track_syn(connection, end, event, event->marks);
}

/* Begins with what nearly all connections begin with. track_event() would find the same. */
static void track_handshake(Connection *connection, Waiting *waiting)
{
    track_opening(connection, &waiting->events[0], 1);
    track_opening(connection, &waiting->events[1], ACKED_NOTHING);
    for (unsigned i = 0; i < 2; i++)
        waiting->events[i].marks &= WAITING_MARKS;
    waiting->kept = waiting->next = 2;
    set_first(connection, waiting->events[0].time_ns, waiting->events[0].frame);
}

static void track_first(Connection *connection, Waiting *waiting)
{
    const Event *first = waiting->events;
    if (is_handshake(first, waiting->count))
        track_handshake(connection, waiting);
    else
        track_begin(connection, first->time_ns, first->frame);
}

void track_waiting(Connection *connection, Event *events, Pool *holes)
{
    Waiting waiting = {events, connection->tracked, connection->tracked, connection->event_count};
    if (waiting.next == waiting.count)
        return;
    if (!(connection->traits & CONNECTION_BEGUN))
        track_first(connection, &waiting);
    for (;;) {
        track_plain(connection, &waiting);
        if (waiting.next == waiting.count)
            break;
        Event *event = waiting_next(&waiting);
        event->marks = track_event(connection, event, waiting.kept, holes);
        /* A second copy of what neither opens nor closes the connection is counted, and says nothing more. */
        if (event->marks & EVENT_DUPLICATE && !(event->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
            connection->traits |= CONNECTION_BEYOND;
        else
            waiting.kept++;
        waiting.next++;
    }
    connection->event_count = connection->tracked = (uint8_t)waiting.kept;
}

uint16_t track_foreign(Connection *connection, unsigned end, const Event *event)
{
    count_packet(connection, end, event);
    if (!(connection->known[end] & KNOWN_BASE))
        set_base(connection, end, event->seq - 1, 1);
    if (!(connection->known[!end] & KNOWN_BASE))
        set_base(connection, !end, event->ack - 1, 1);
    return EVENT_PREDECESSOR;
}

/* It is about a segment that is tracked, if it was captured, when it passes itself. */
uint16_t track_quote(Connection *connection, unsigned end, const Event *event)
{
    if (!(connection->known[end] & KNOWN_BASE)) {
        connection->known[end] |= KNOWN_BASE;
        bool is_syn = event->flags & TCP_SYN;
        connection->sequence[end] =
            (Sequence){.isn = event->seq - !is_syn, .next = !is_syn, .acked = ACKED_NOTHING};
    }
    connection->counts[end].packets++;
    connection->counts[end].last_frame = event->frame;
    return EVENT_ICMP;
}
