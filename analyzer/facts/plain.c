/* Recognizes plain connections by what flow counted and one pass over the events.
 *
 * It may say nothing that the history would not say: each condition below is what lets a step of the
 * history's come to what is usual, and fuzz-flow holds both against each other. Numbers are compared as they
 * are on the wire, as distances from SND.NXT, which is what rows count from too. */
#include "facts/plain.h"

#include <string.h>

#include "facts/private.h"

/* What a segment may have that is as it should be. */
#define PLAIN_MARKS (EVENT_FROM_1 | EVENT_TIMESTAMPS | EVENT_MPTCP)

/* What is found of both ends. */
typedef struct {
    uint32_t next[2]; /* SND.NXT on the wire: what acknowledges that acknowledges all */
    unsigned fin[2];  /* index of the event with the FIN, 0 for none */
    unsigned
        last_acked[2]; /* of the end's first other event that acknowledges all of the other, 0 for none */
    unsigned spoke[2]; /* of its last event with payload, 0 for none */
} Ends;

/* Nothing missing, nothing sent twice, one FIN, and all of it acknowledged. */
static bool is_counted_plain(const Connection *connection)
{
    const unsigned needed = KNOWN_BASE | KNOWN_SYN | KNOWN_FIN | KNOWN_SENT;
    const Sequence *sequence = connection->sequence;
    const EndCounts *zero = &connection->counts[0], *one = &connection->counts[1];
    unsigned known = connection->known[0] & connection->known[1];
    return (known & needed) == needed && connection->previous == NO_CONNECTION &&
           !(connection->hole_block | zero->lost_bytes | one->lost_bytes) &&
           !(zero->retransmissions | one->retransmissions | zero->duplicates | one->duplicates) &&
           (zero->fins | one->fins) == 1 && sequence[0].acked == sequence[0].next &&
           sequence[1].acked == sequence[1].next && !(sequence[0].acked_beyond | sequence[1].acked_beyond);
}

static bool begins_plainly(const Connection *connection, const Event *events)
{
    const unsigned mask = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG;
    unsigned client = event_end(&events[0]), server = !client;
    return connection->event_count > 2 && (events[0].flags & mask) == TCP_SYN && events[0].window &&
           events[1].window && (events[1].flags & mask) == (TCP_SYN | TCP_ACK) &&
           event_end(&events[1]) == server && !(connection->known[client] & KNOWN_SYN_ACK) &&
           connection->known[server] & KNOWN_SYN_ACK;
}

/* What comes after the handshake: segments with ACK, and open windows at all times. False where something
 * has no place in a plain connection. */
static bool scan(const Connection *connection, const Event *events, Ends *ends)
{
    unsigned marks = events[0].marks | events[1].marks, any_flag = 0, all_flags = TCP_ACK;
    for (unsigned i = 2; i < connection->event_count; i++) {
        const Event *event = &events[i];
        unsigned end = event_end(event), flags = event->flags;
        marks |= event->marks;
        any_flag |= flags;
        all_flags &= flags;
        if (!event->window)
            return false;
        if (event->length)
            ends->spoke[end] = i;
        if (flags & TCP_FIN) {
            if (ends->fin[end])
                return false;
            ends->fin[end] = i;
        } else if (seq_le(ends->next[!end], event->ack) && !ends->last_acked[end]) {
            ends->last_acked[end] = i;
        }
    }
    return !(marks & ~PLAIN_MARKS) && !(any_flag & (TCP_SYN | TCP_RST)) && all_flags && ends->fin[0] &&
           ends->fin[1];
}

/* The server spoke, and when it did so last it had received all that the client had sent: nobody was left
 * waiting. */
static bool is_answered(const Event *events, const Ends *ends, unsigned server)
{
    const unsigned last = ends->spoke[server];
    return last && seq_le(ends->next[!server] - 1, events[last].ack);
}

/* The FIN is the last that its end sent, and the other end had nothing but its own FIN to send after it. */
static bool is_fin_plain(const Connection *connection, const Event *fin, unsigned end, uint32_t next)
{
    const EndCounts *counts = &connection->counts[end];
    return fin->seq + fin->length + 1 == next && counts->fin + 1 == connection->sequence[end].next &&
           connection->sequence[!end].next - counts->peer_next_at_fin <= 1;
}

/* The server closes because of its last words, which it said in one go, and not after a pause. */
static bool is_closed_at_once(const Event *fin, const Event *last_word)
{
    const Event *word = last_word;
    for (const Event *event = last_word; !(event->flags & TCP_SYN); event--) {
        if (!event->length)
            continue;
        if (event_end(event) != event_end(fin))
            break;
        if (word->time_ns - event->time_ns >= EXCHANGE_BURST_NS)
            return false;
        word = event;
    }
    return fin->time_ns - last_word->time_ns < CLOSES_PAUSE_NS;
}

static bool is_brief(int64_t from_ns, int64_t to_ns)
{
    return from_ns <= to_ns && to_ns - from_ns < FACTS_BRIEF_NS;
}

/* As is_brief() of usual.c, but the pause before the first FIN is looked up only where it is the one before
 * it: where nothing was under way then. */
static bool is_timed_plain(const Connection *connection, const Event *first, const Event *second,
                           uint32_t next)
{
    const Event *before = first - 1;
    bool is_crossing = event_end(before) != event_end(first) &&
                       seq_diff(before->seq, next) + (int64_t)before->length > seq_diff(first->ack, next);
    return !is_crossing && is_brief(connection->first_ns, connection->last_ns) &&
           is_brief(before->time_ns, first->time_ns) && is_brief(first->time_ns, second->time_ns);
}

bool plain_recognize(const Connection *connection, const Event *events, Plain *ret_plain)
{
    if (!is_counted_plain(connection) || !begins_plainly(connection, events))
        return false;
    const Sequence *sequence = connection->sequence;
    Ends ends = {
        .next = {sequence[0].isn + (uint32_t)sequence[0].next, sequence[1].isn + (uint32_t)sequence[1].next}};
    if (!scan(connection, events, &ends) || !is_answered(events, &ends, !event_end(&events[0])))
        return false;
    unsigned closer = ends.fin[0] < ends.fin[1] ? 0 : 1, peer = !closer;
    const Event *first = &events[ends.fin[closer]], *second = &events[ends.fin[peer]];
    /* The second acknowledges the first, and not the other way around. */
    if (!is_fin_plain(connection, first, closer, ends.next[closer]) ||
        !is_fin_plain(connection, second, peer, ends.next[peer]) || !seq_lt(first->ack, ends.next[peer]) ||
        (closer != event_end(&events[0]) && !is_closed_at_once(first, &events[ends.spoke[closer]])) ||
        second->ack != ends.next[closer] || ends.last_acked[peer] > ends.fin[peer] ||
        !is_timed_plain(connection, first, second, ends.next[peer]))
        return false;
    unsigned client = event_end(&events[0]);
    *ret_plain = (Plain){
        .connection = connection,
        .fins = {&events[ends.fin[client]], &events[ends.fin[!client]]},
        .established_ns = events[1].time_ns,
        .server = !client,
        .closer = closer == client ? SIDE_CLIENT : SIDE_SERVER,
        .three_segment = !ends.last_acked[peer],
    };
    return true;
}

void plain_witness(const Plain *plain, Witness *ret_witness)
{
    const Connection *connection = plain->connection;
    const EndCounts *server = &connection->counts[plain->server],
                    *client = &connection->counts[!plain->server];
    Address address = {.version = connection->ip_version};
    memcpy(address.bytes, connection->address[!plain->server], sizeof address.bytes);
    int64_t served_ns = plain->fins[SIDE_SERVER]->time_ns;
    if (server->first_data_frame && server->first_data_ns < served_ns)
        served_ns = server->first_data_ns;
    *ret_witness = (Witness){
        .end_ns = connection->last_ns,
        .established_ns = plain->established_ns,
        .served_ns = served_ns,
        .previous = NO_CONNECTION,
        .client = closes_client(&address),
        .closed = true,
        .answered = client->first_data_frame && server->last_data_frame > client->first_data_frame,
    };
}
