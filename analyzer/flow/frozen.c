/* A packed connection: which of its 32 words are not zero, their 4-bit lengths, they, then for each event the
 * 4-bit lengths of five words and the words. Words are little-endian. */
#include "flow/frozen.h"

#include <glib.h>
#include <string.h>

enum { CONNECTION_WORDS = sizeof(Connection) / 8, EVENT_WORDS = 5, EVENT_LENGTH_BYTES = 3 };

_Static_assert(CONNECTION_WORDS == 32, "a bit for each word");
_Static_assert(4 + CONNECTION_WORDS / 2 + sizeof(Connection) +
                       (size_t)EVENTS_MAX * (EVENT_LENGTH_BYTES + EVENT_WORDS * 8) <=
                   FROZEN_BYTES_MAX,
               "the worst case fits");

/* Appends the word without its leading zero bytes; returns their number. Writes all eight. */
static inline unsigned put_word(uint8_t **at, uint64_t word)
{
    unsigned length = (71u - (unsigned)__builtin_clzll(word | 1)) / 8 - !word;
    uint64_t little = GUINT64_TO_LE(word);
    memcpy(*at, &little, 8);
    *at += length;
    return length;
}

static inline uint64_t get_word(const uint8_t **at, unsigned length)
{
    static const uint64_t mask[16] = {
        0,
        0xff,
        0xffff,
        0xffffff,
        0xffffffff,
        0xffffffffff,
        0xffffffffffff,
        0xffffffffffffff,
        0xffffffffffffffff,
    };
    uint64_t little;
    memcpy(&little, *at, 8);
    *at += length;
    return GUINT64_FROM_LE(little) & mask[length];
}

/* What the counts of a connection come to by the events that were kept of it: where all were, that is what
 * they are, but for what only tracking knows. */
static void tally(const Event *events, unsigned count, EndCounts ret_counts[2])
{
    memset(ret_counts, 0, 2 * sizeof *ret_counts);
    for (unsigned i = 0; i < count; i++) {
        const Event *event = &events[i];
        EndCounts *counts = &ret_counts[event_end(event)];
        if (event->marks & EVENT_RUN)
            continue;
        counts->packets++;
        counts->last_frame = event->frame;
        if (event->marks & EVENT_ICMP)
            continue;
        if (event->length && !(event->flags & TCP_RST)) {
            if (!counts->first_data_frame) {
                counts->first_data_frame = event->frame;
                counts->first_data_ns = event->time_ns;
            }
            counts->last_data_frame = event->frame;
            counts->last_data_ns = event->time_ns;
        }
        if (event->flags & TCP_FIN && !counts->fins)
            counts->fin_seq = event->seq + event->length;
        counts->fins += (event->flags & TCP_FIN) != 0;
        counts->resets += (event->flags & TCP_RST) != 0;
        counts->retransmissions += (event->marks & EVENT_RETRANSMISSION) != 0;
        counts->keepalives += (event->marks & (EVENT_KEEPALIVE | EVENT_WINDOW_PROBE)) != 0;
    }
}

enum { COUNT_WORDS = sizeof(EndCounts) / 8, COUNTS_AT = offsetof(Connection, counts) / 8 };

_Static_assert(sizeof(EndCounts) % 8 == 0 && offsetof(Connection, counts) % 8 == 0, "whole words");

/* What differs from the tally, by exclusive or: done twice it is undone. */
static void apply_tally(uint64_t *words, const Event *events, unsigned count)
{
    EndCounts expected[2];
    uint64_t expected_words[2 * COUNT_WORDS];
    tally(events, count, expected);
    memcpy(expected_words, expected, sizeof expected);
    for (unsigned i = 0; i < 2 * COUNT_WORDS; i++)
        words[COUNTS_AT + i] ^= expected_words[i];
}

/* The last word of an end's counts has its TTL and window scale, which nothing foretells, in its upper bytes.
 */
static uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static void rotate_counts(uint64_t *words, unsigned bits)
{
    for (unsigned end = 0; end < 2; end++) {
        uint64_t *last = &words[COUNTS_AT + (end + 1) * COUNT_WORDS - 1];
        *last = rotate(*last, bits);
    }
}

/* The last segment left an event, but for a second copy of a plain one. */
static uint64_t last_event_ns(const Connection *c, const Event *events)
{
    return (uint64_t)(c->event_count ? events[c->event_count - 1].time_ns : c->first_ns);
}

/* Where numbers are what they differ from another one. */
static void fold(Connection *c, const Event *events)
{
    for (unsigned end = 0; end < 2; end++) {
        c->counts[end].peer_next_at_fin -= c->known[end] & KNOWN_FIN ? (uint32_t)c->sequence[!end].next : 0;
        c->sequence[end].acked =
            (int64_t)((uint64_t)c->sequence[end].next - (uint64_t)c->sequence[end].acked);
    }
    c->last_ns = (int64_t)((uint64_t)c->last_ns - last_event_ns(c, events));
    c->previous = ~c->previous; /* NO_CONNECTION becomes 0 */
    c->event_class = 0;
    c->event_block = 0;
}

static void unfold(Connection *c, const Event *events)
{
    c->previous = ~c->previous;
    c->last_ns = (int64_t)((uint64_t)c->last_ns + last_event_ns(c, events));
    for (unsigned end = 0; end < 2; end++) {
        c->sequence[end].acked =
            (int64_t)((uint64_t)c->sequence[end].next - (uint64_t)c->sequence[end].acked);
        c->counts[end].peer_next_at_fin += c->known[end] & KNOWN_FIN ? (uint32_t)c->sequence[!end].next : 0;
    }
}

/* What the next event is expected to be, by what came before. */
typedef struct {
    uint64_t time_ns;
    uint32_t frame;
    struct {
        uint32_t next;
        uint16_t window, ip_id, marks;
        uint8_t ttl;
    } end[2];
} Expected;

/* Of a connection that may be folded still. */
static Expected expected_first(const Connection *connection)
{
    return (Expected){.time_ns = (uint64_t)connection->first_ns,
                      .frame = connection->first_frame,
                      .end = {{.next = connection->sequence[0].isn, .ttl = connection->counts[0].ttl},
                              {.next = connection->sequence[1].isn, .ttl = connection->counts[1].ttl}}};
}

static inline void expected_step(Expected *expected, const Event *event, unsigned end)
{
    expected->time_ns = (uint64_t)event->time_ns;
    expected->frame = event->frame;
    expected->end[end].next =
        event->seq + event->length + (event->flags >> 1 & 1) + (event->flags & 1); /* SYN, FIN */
    expected->end[end].window = event->window;
    expected->end[end].ip_id = event->ip_id + !!event->ip_id;
    expected->end[end].marks = event->marks;
    expected->end[end].ttl = event->ttl;
}

static uint8_t *freeze_event(const Event *event, Expected *expected, uint8_t *at)
{
    unsigned end = event_end(event);
    uint64_t elapsed = (uint64_t)event->time_ns - expected->time_ns;
    uint64_t signed_elapsed = elapsed << 1 ^ (0 - (elapsed >> 63)); /* small for small steps back, too */
    uint32_t frames = event->frame - expected->frame;
    uint8_t *lengths = at;
    at += EVENT_LENGTH_BYTES;
    unsigned length = put_word(&at, signed_elapsed);
    length |= put_word(&at, (uint64_t)frames << 9 | event->flags << 1 | end) << 4;
    length |= put_word(&at, (uint64_t)(event->seq - expected->end[end].next) << 32 | event->length) << 8;
    length |= put_word(&at, event->ack - expected->end[!end].next) << 12;
    uint64_t rest = (uint64_t)(event->ttl ^ expected->end[end].ttl) << 48 |
                    (uint64_t)(event->marks ^ expected->end[end].marks) << 32 |
                    (uint64_t)(uint16_t)(event->ip_id - expected->end[end].ip_id) << 16 |
                    (uint16_t)(event->window ^ expected->end[end].window);
    length |= put_word(&at, rest) << 16;
    lengths[0] = (uint8_t)length;
    lengths[1] = (uint8_t)(length >> 8);
    lengths[2] = (uint8_t)(length >> 16);
    expected_step(expected, event, end);
    return at;
}

static const uint8_t *thaw_event(const uint8_t *at, Expected *expected, Event *event)
{
    unsigned length = at[0] | at[1] << 8 | at[2] << 16;
    at += EVENT_LENGTH_BYTES;
    uint64_t signed_elapsed = get_word(&at, length & 15);
    uint64_t what = get_word(&at, length >> 4 & 15);
    uint64_t numbers = get_word(&at, length >> 8 & 15);
    uint64_t ack = get_word(&at, length >> 12 & 15);
    uint64_t rest = get_word(&at, length >> 16 & 15);
    unsigned end = what & 1;
    event->time_ns = (int64_t)(expected->time_ns + (signed_elapsed >> 1 ^ (0 - (signed_elapsed & 1))));
    event->flags = (uint8_t)(what >> 1);
    event->frame = expected->frame + (uint32_t)(what >> 9);
    event->length = (uint32_t)numbers;
    event->seq = expected->end[end].next + (uint32_t)(numbers >> 32);
    event->ack = expected->end[!end].next + (uint32_t)ack;
    event->window = (uint16_t)rest ^ expected->end[end].window;
    event->ip_id = (uint16_t)(expected->end[end].ip_id + (uint16_t)(rest >> 16));
    event->marks = (uint16_t)(rest >> 32) ^ expected->end[end].marks;
    event->ttl = (uint8_t)(rest >> 48) ^ expected->end[end].ttl;
    expected_step(expected, event, end);
    return at;
}

/* Most words of a folded connection are zero: a bit for each that is not, their lengths, then they. */
static uint8_t *put_words(uint8_t *at, const uint64_t words[CONNECTION_WORDS])
{
    uint32_t present = 0;
    for (unsigned i = 0; i < CONNECTION_WORDS; i++)
        present |= (uint32_t)(words[i] != 0) << i;
    uint32_t little = GUINT32_TO_LE(present);
    memcpy(at, &little, sizeof little);
    uint8_t *lengths = at + sizeof little;
    unsigned count = (unsigned)__builtin_popcount(present);
    at = lengths + (count + 1) / 2;
    memset(lengths, 0, (count + 1) / 2);
    for (unsigned place = 0; present; present &= present - 1, place++)
        lengths[place / 2] |= (uint8_t)(put_word(&at, words[__builtin_ctz(present)]) << place % 2 * 4);
    return at;
}

static const uint8_t *get_words(const uint8_t *at, uint64_t ret_words[CONNECTION_WORDS])
{
    uint32_t little;
    memcpy(&little, at, sizeof little);
    uint32_t present = GUINT32_FROM_LE(little);
    const uint8_t *lengths = at + sizeof little;
    at = lengths + ((unsigned)__builtin_popcount(present) + 1) / 2;
    memset(ret_words, 0, CONNECTION_WORDS * sizeof *ret_words);
    for (unsigned place = 0; present; present &= present - 1, place++)
        ret_words[__builtin_ctz(present)] = get_word(&at, lengths[place / 2] >> place % 2 * 4 & 15);
    return at;
}

size_t freeze(const Connection *connection, const Event *events, uint8_t *ret_bytes)
{
    Connection folded = *connection;
    fold(&folded, events);
    uint64_t words[CONNECTION_WORDS];
    memcpy(words, &folded, sizeof folded);
    apply_tally(words, events, connection->event_count);
    rotate_counts(words, 16);
    uint8_t *at = put_words(ret_bytes, words);
    Expected expected = expected_first(connection);
    for (unsigned i = 0; i < connection->event_count; i++)
        at = freeze_event(&events[i], &expected, at);
    return (size_t)(at - ret_bytes);
}

size_t thaw(const uint8_t *bytes, Connection *ret_connection, Event *ret_events)
{
    uint64_t words[CONNECTION_WORDS];
    const uint8_t *at = get_words(bytes, words);
    rotate_counts(words, 64 - 16);
    memcpy(ret_connection, words, sizeof words);
    Expected expected = expected_first(ret_connection);
    for (unsigned i = 0; i < ret_connection->event_count; i++)
        at = thaw_event(at, &expected, &ret_events[i]);
    apply_tally(words, ret_events, ret_connection->event_count);
    memcpy(ret_connection, words, sizeof words);
    unfold(ret_connection, ret_events);
    return (size_t)(at - bytes);
}
