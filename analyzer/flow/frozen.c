/* A packed connection: a byte that says how, and the number of events. Then either its key, or all of its
 * words: a bit for each that is not zero, their 4-bit lengths, they. Then the events: a tag, the times and
 * length that nearly all have, and what a mask says that there is more. Numbers are little-endian. */
#include "flow/frozen.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "flow/track.h"

/* The first byte: 4 or 6, the IP version of what is packed as a key and events; or this. */
enum { PACKED_WHOLE = 0 };

enum { CONNECTION_WORDS = sizeof(Connection) / 8 };

_Static_assert(CONNECTION_WORDS == 32, "a bit for each word");

/* The tag of an event. */
enum {
    TAG_FLAGS = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK,
    TAG_END_1 = 1 << 5,
    TAG_LENGTH = 1 << 6, /* two bytes of it follow */
    TAG_MORE = 1 << 7,   /* a mask follows, and what it names in this order */
};

enum {
    MORE_SEQ = 1 << 0,
    MORE_ACK = 1 << 1,
    MORE_WINDOW = 1 << 2,
    MORE_IP_ID = 1 << 3,
    MORE_TTL = 1 << 4,
    MORE_MARKS = 1 << 5,
    MORE_WIDE = 1 << 6, /* time, frame, length and flags, since they do not fit */
};

enum {
    FRAME_BYTES = 3,
    EVENT_BYTES_MAX = 1 + 4 + FRAME_BYTES + 1 + 4 + 4 + 2 + 2 + 1 + 2 + (8 + 4 + 4 + 1),
};

_Static_assert(2 + 4 + CONNECTION_WORDS / 2 + sizeof(Connection) + (size_t)EVENTS_MAX * EVENT_BYTES_MAX <=
                   FROZEN_BYTES_MAX,
               "the worst case fits");

static inline void put16(uint8_t **at, uint16_t value)
{
    value = GUINT16_TO_LE(value);
    memcpy(*at, &value, sizeof value);
    *at += sizeof value;
}

static inline void put32(uint8_t **at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(*at, &value, sizeof value);
    *at += sizeof value;
}

static inline void put64(uint8_t **at, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    memcpy(*at, &value, sizeof value);
    *at += sizeof value;
}

static inline uint16_t get16(const uint8_t **at)
{
    uint16_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return GUINT16_FROM_LE(value);
}

static inline uint32_t get32(const uint8_t **at)
{
    uint32_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return GUINT32_FROM_LE(value);
}

static inline uint64_t get64(const uint8_t **at)
{
    uint64_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return GUINT64_FROM_LE(value);
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

static inline void expected_step(Expected *expected, const Event *event, unsigned end)
{
    expected->time_ns = (uint64_t)event->time_ns;
    expected->frame = event->frame;
    expected->end[end].next =
        event->seq + event->length + (event->flags >> 1 & 1) + (event->flags & 1); /* SYN, FIN */
    expected->end[end].window = event->window;
    expected->end[end].ip_id = (uint16_t)(event->ip_id + !!event->ip_id);
    expected->end[end].marks = event->marks & (WAITING_MARKS & ~EVENT_FROM_1);
    expected->end[end].ttl = event->ttl;
}

static uint8_t *put_more(const Event *event, uint16_t marks, unsigned mask, uint8_t *at)
{
    *at++ = (uint8_t)mask;
    if (mask & MORE_SEQ)
        put32(&at, event->seq);
    if (mask & MORE_ACK)
        put32(&at, event->ack);
    if (mask & MORE_WINDOW)
        put16(&at, event->window);
    if (mask & MORE_IP_ID)
        put16(&at, event->ip_id);
    if (mask & MORE_TTL)
        *at++ = event->ttl;
    if (mask & MORE_MARKS)
        put16(&at, marks);
    if (mask & MORE_WIDE) {
        put64(&at, (uint64_t)event->time_ns);
        put32(&at, event->frame);
        put32(&at, event->length);
        *at++ = event->flags;
    }
    return at;
}

/* `marks` without that of the end. */
static inline uint8_t *freeze_event(const Event *event, uint16_t marks, Expected *expected, uint8_t *at)
{
    const unsigned end = event_end(event);
    const uint64_t elapsed = (uint64_t)event->time_ns - expected->time_ns;
    const uint32_t frames = event->frame - expected->frame;
    const bool is_wide = elapsed > UINT32_MAX || frames >> (8 * FRAME_BYTES) || event->length > UINT16_MAX ||
                         event->flags & ~TAG_FLAGS;
    const bool has_length = event->length && !is_wide;
    const unsigned mask = (event->seq != expected->end[end].next ? MORE_SEQ : 0) |
                          (event->ack != expected->end[!end].next ? MORE_ACK : 0) |
                          (event->window != expected->end[end].window ? MORE_WINDOW : 0) |
                          (event->ip_id != expected->end[end].ip_id ? MORE_IP_ID : 0) |
                          (event->ttl != expected->end[end].ttl ? MORE_TTL : 0) |
                          (marks != expected->end[end].marks ? MORE_MARKS : 0) | (is_wide ? MORE_WIDE : 0);
    *at++ = (uint8_t)((event->flags & TAG_FLAGS) | (end ? TAG_END_1 : 0) | (has_length ? TAG_LENGTH : 0) |
                      (mask ? TAG_MORE : 0));
    put32(&at, (uint32_t)elapsed);
    put32(&at, frames); /* its highest byte is written over */
    at -= sizeof frames - FRAME_BYTES;
    put16(&at, (uint16_t)event->length);
    at -= has_length ? 0 : sizeof(uint16_t);
    if (mask)
        at = put_more(event, marks, mask, at);
    expected_step(expected, event, end);
    return at;
}

static const uint8_t *get_more(const uint8_t *at, Event *event)
{
    unsigned mask = *at++;
    if (mask & MORE_SEQ)
        event->seq = get32(&at);
    if (mask & MORE_ACK)
        event->ack = get32(&at);
    if (mask & MORE_WINDOW)
        event->window = get16(&at);
    if (mask & MORE_IP_ID)
        event->ip_id = get16(&at);
    if (mask & MORE_TTL)
        event->ttl = *at++;
    if (mask & MORE_MARKS)
        event->marks = (event->marks & EVENT_FROM_1) | get16(&at);
    if (mask & MORE_WIDE) {
        event->time_ns = (int64_t)get64(&at);
        event->frame = get32(&at);
        event->length = get32(&at);
        event->flags = *at++;
    }
    return at;
}

static inline const uint8_t *thaw_event(const uint8_t *at, Expected *expected, Event *event)
{
    const unsigned tag = *at++, end = tag & TAG_END_1 ? 1 : 0;
    event->time_ns = (int64_t)(expected->time_ns + get32(&at));
    event->frame = expected->frame + (get32(&at) & ((1u << 8 * FRAME_BYTES) - 1));
    at -= sizeof event->frame - FRAME_BYTES;
    event->length = tag & TAG_LENGTH ? get16(&at) : 0;
    event->seq = expected->end[end].next;
    event->ack = expected->end[!end].next;
    event->window = expected->end[end].window;
    event->ip_id = expected->end[end].ip_id;
    event->ttl = expected->end[end].ttl;
    event->marks = (uint16_t)(expected->end[end].marks | end);
    event->flags = tag & TAG_FLAGS;
    if (tag & TAG_MORE)
        at = get_more(at, event);
    expected_step(expected, event, end);
    return at;
}

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
    uint64_t little;
    memcpy(&little, *at, 8);
    *at += length;
    uint64_t mask = length < 8 ? (UINT64_C(1) << 8 * length) - 1 : UINT64_MAX;
    return GUINT64_FROM_LE(little) & mask;
}

static uint8_t *put_words(uint8_t *at, const Connection *connection)
{
    uint64_t words[CONNECTION_WORDS];
    memcpy(words, connection, sizeof words);
    uint32_t present = 0;
    for (unsigned i = 0; i < CONNECTION_WORDS; i++)
        present |= (uint32_t)(words[i] != 0) << i;
    put32(&at, present);
    uint8_t *lengths = at;
    unsigned count = (unsigned)__builtin_popcount(present);
    at = lengths + (count + 1) / 2;
    memset(lengths, 0, (count + 1) / 2);
    for (unsigned place = 0; present; present &= present - 1, place++)
        lengths[place / 2] |= (uint8_t)(put_word(&at, words[__builtin_ctz(present)]) << place % 2 * 4);
    return at;
}

static const uint8_t *get_words(const uint8_t *at, Connection *ret_connection)
{
    uint64_t words[CONNECTION_WORDS] = {0};
    uint32_t present = get32(&at);
    const uint8_t *lengths = at;
    at = lengths + ((unsigned)__builtin_popcount(present) + 1) / 2;
    for (unsigned place = 0; present; present &= present - 1, place++)
        words[__builtin_ctz(present)] = get_word(&at, lengths[place / 2] >> place % 2 * 4 & 15);
    memcpy(ret_connection, words, sizeof words);
    return at;
}

static size_t address_bytes(uint8_t ip_version)
{
    return ip_version == 4 ? 4 : 16;
}

static uint8_t *put_key(uint8_t *at, const Connection *connection)
{
    size_t bytes = address_bytes(connection->ip_version);
    for (unsigned end = 0; end < 2; end++) {
        put16(&at, connection->port[end]);
        memcpy(at, connection->address[end], bytes);
        at += bytes;
    }
    put64(&at, (uint64_t)connection->first_ns);
    put32(&at, connection->first_frame);
    return at;
}

static const uint8_t *get_key(const uint8_t *at, uint8_t ip_version, Connection *ret_connection,
                              Expected *ret_expected)
{
    size_t bytes = address_bytes(ip_version);
    memset(ret_connection, 0, sizeof *ret_connection);
    ret_connection->ip_version = ip_version;
    for (unsigned end = 0; end < 2; end++) {
        ret_connection->port[end] = get16(&at);
        memcpy(ret_connection->address[end], at, bytes);
        at += bytes;
    }
    ret_expected->time_ns = get64(&at);
    ret_expected->frame = get32(&at);
    return at;
}

/* Whether tracking its events again would bring forth all that is known of it. */
static bool follows_from_events(const Connection *connection)
{
    return !(connection->traits & CONNECTION_BEYOND) && !connection->hole_block && !connection->notes &&
           connection->event_count;
}

/* The marks that an event had before it was tracked. */
static inline uint16_t waiting_marks(const Connection *connection, const Event *event)
{
    return (event->marks & WAITING_MARKS) |
           (event->flags & TCP_SYN ? track_offer(connection, event_end(event)) : 0);
}

static uint8_t *freeze_events(const Connection *connection, const Event *events, bool is_whole, uint8_t *at)
{
    Expected expected = {.time_ns = (uint64_t)connection->first_ns, .frame = connection->first_frame};
    for (unsigned i = 0; i < connection->event_count; i++) {
        uint16_t marks = is_whole ? events[i].marks : waiting_marks(connection, &events[i]);
        at = freeze_event(&events[i], marks & (uint16_t)~EVENT_FROM_1, &expected, at);
    }
    return at;
}

size_t freeze(const Connection *connection, const Event *events, uint8_t *ret_bytes)
{
    bool is_whole = !follows_from_events(connection);
    uint8_t *at = ret_bytes;
    *at++ = is_whole ? PACKED_WHOLE : connection->ip_version;
    *at++ = connection->event_count;
    if (is_whole) {
        Connection alone = *connection;
        alone.event_class = 0;
        alone.event_block = 0;
        alone.traits &= (uint8_t)~CONNECTION_READY;
        at = put_words(at, &alone);
    } else {
        at = put_key(at, connection);
    }
    at = freeze_events(connection, events, is_whole, at);
    return (size_t)(at - ret_bytes);
}

size_t thaw(const uint8_t *bytes, Connection *ret_connection, Event *ret_events)
{
    const uint8_t *at = bytes;
    uint8_t kind = *at++, count = *at++;
    Expected expected = {0};
    if (kind == PACKED_WHOLE) {
        at = get_words(at, ret_connection);
        expected.time_ns = (uint64_t)ret_connection->first_ns;
        expected.frame = ret_connection->first_frame;
    } else {
        at = get_key(at, kind, ret_connection, &expected);
        ret_connection->event_count = count;
    }
    for (unsigned i = 0; i < count; i++)
        at = thaw_event(at, &expected, &ret_events[i]);
    if (kind != PACKED_WHOLE)
        ret_connection->last_ns = ret_events[count - 1].time_ns;
    return (size_t)(at - bytes);
}
