/* A packed connection: a byte that says how, and the number of events. Then either its key, or all of its
 * words: a bit for each that is not zero, their 4-bit lengths, they. Then the events: a head that all have,
 * and what a mask says that there is more. Numbers are little-endian. */
#include "flow/frozen.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "flow/little.h"
#include "flow/track.h"

/* The first byte: 4 or 6, the IP version of what is packed as a key and events; or this. */
enum { PACKED_WHOLE = 0 };

enum { CONNECTION_WORDS = sizeof(Connection) / 8 };

_Static_assert(sizeof(Connection) % 8 == 0 && CONNECTION_WORDS <= 64, "a bit for each word");

/* The head of an event is its tag, 16 bits of how many frames it is from the one before, 32 of how much
 * later. */
enum { HEAD_BYTES = 7, HEAD_FRAMES_SHIFT = 8, HEAD_ELAPSED_SHIFT = 24 };

enum {
    TAG_FLAGS = TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK,
    TAG_END_1 = 1 << 5,
    TAG_LENGTH = 1 << 6, /* its low 16 bits follow the head */
    TAG_MORE = 1 << 7,   /* then a mask, and what it names in this order */
};

enum {
    MORE_SEQ = 1 << 0,
    MORE_ACK = 1 << 1,
    MORE_WINDOW = 1 << 2,
    MORE_IP_ID = 1 << 3,
    MORE_MARKS = 1 << 4,
    MORE_TTL = 1 << 5,
    MORE_FRAMES = 1 << 6, /* the high half of them */
    MORE_WIDE = 1 << 7,   /* the high halves of elapsed time and length, and all flags */
};

enum { EVENT_BYTES_MAX = HEAD_BYTES + 2 + 1 + (4 + 4 + 2 + 2 + 2 + 1) + 2 + (4 + 2 + 1) };

_Static_assert(2 + 8 + CONNECTION_WORDS / 2 + sizeof(Connection) + (size_t)EVENTS_MAX * EVENT_BYTES_MAX +
                       sizeof(Exchange) <=
                   FROZEN_BYTES_MAX,
               "the worst case fits");

/* What an event has besides SEQ and ACK, in one word, and so compared in one go. It lies in the event in this
 * order: compilers make one load or store of it. */
enum { IP_ID_SHIFT = 16, MARKS_SHIFT = 32, FLAGS_SHIFT = 48, TTL_SHIFT = 56 };

#define MARKS(marks) ((uint64_t)(marks) << MARKS_SHIFT)

/* What the head of an event tells, and what only the one event has. */
#define IN_HEAD   ((uint64_t)TAG_FLAGS << FLAGS_SHIFT)
#define OWN_MARKS MARKS(UINT16_MAX & ~WAITING_MARKS)
#define OWN       (OWN_MARKS | UINT64_C(0xff) << FLAGS_SHIFT)

static inline uint64_t rest_of(const Event *event)
{
    return event->window | (uint64_t)event->ip_id << IP_ID_SHIFT | MARKS(event->marks) |
           (uint64_t)event->flags << FLAGS_SHIFT | (uint64_t)event->ttl << TTL_SHIFT;
}

static inline void set_rest(Event *event, uint64_t rest)
{
    event->window = (uint16_t)rest;
    event->ip_id = (uint16_t)(rest >> IP_ID_SHIFT);
    event->marks = (uint16_t)(rest >> MARKS_SHIFT);
    event->flags = (uint8_t)(rest >> FLAGS_SHIFT);
    event->ttl = (uint8_t)(rest >> TTL_SHIFT);
}

/* What the next event is expected to be, by what came before. */
typedef struct {
    const Event *before;
    struct {
        uint32_t next; /* its SEQ, and the other end's ACK */
        uint64_t rest; /* without flags */
    } end[2];
} Expected;

/* The times that the first event counts from, so that its head tells all that is not in the key. */
static inline Event before_first(int64_t first_ns, uint32_t first_frame)
{
    return (Event){.time_ns = (int64_t)((uint64_t)first_ns >> 32 << 32), .frame = first_frame >> 16 << 16};
}

/* Each end begins with what Linux sends in its SYN. */
static inline Expected expected_after(const Event *before)
{
    enum { SYN_WINDOW = 64240, SYN_WSCALE = 7, TTL = 64 };
    const uint16_t marks = EVENT_TIMESTAMPS | WAITING_WSCALE | SYN_WSCALE << WAITING_WSCALE_SHIFT;
    const uint64_t rest = SYN_WINDOW | MARKS(marks) | (uint64_t)TTL << TTL_SHIFT;
    return (Expected){before, {{.rest = rest}, {.rest = rest | MARKS(EVENT_FROM_1)}}};
}

/* The window of a SYN as its end will write it from then on, rounded up as Linux does. */
static inline uint64_t scale_window(uint64_t rest)
{
    const uint16_t window = (uint16_t)rest, marks = (uint16_t)(rest >> MARKS_SHIFT);
    const unsigned scale = marks & WAITING_WSCALE ? marks >> WAITING_WSCALE_SHIFT & WAITING_WSCALE_MASK : 0;
    return rest - window + ((window + (1u << scale) - 1) >> scale);
}

static inline void expected_step(Expected *expected, const Event *event, unsigned end, uint64_t rest)
{
    uint32_t next = event->seq + event->length + (event->flags & TCP_FIN);
    if (event->flags & TCP_SYN) {
        next++;
        rest = scale_window(rest);
    }
    expected->before = event;
    expected->end[end].next = next;
    /* An IP id that is not 0 goes up by one. Where it wraps round this is wrong, and no harm. */
    expected->end[end].rest = (rest & ~OWN) + ((uint64_t) !!event->ip_id << IP_ID_SHIFT);
}

static inline uint64_t elapsed_of(const Event *event, const Event *before)
{
    return (uint64_t)event->time_ns - (uint64_t)before->time_ns;
}

/* Put what is not expected; return its bit of the mask. */
static inline unsigned more8(uint8_t **at, unsigned bit, uint8_t value)
{
    *(*at)++ = value;
    return bit;
}

static inline unsigned more16(uint8_t **at, unsigned bit, uint16_t value)
{
    put16(at, value);
    return bit;
}

static inline unsigned more32(uint8_t **at, unsigned bit, uint32_t value)
{
    put32(at, value);
    return bit;
}

/* What the head has no room for, and what was not expected. Kept out of line: within the loop over all events
 * it would take the registers from what every event needs. */
static G_GNUC_NO_INLINE uint8_t *put_more(const Event *event, uint64_t rest, const Expected *expected,
                                          uint8_t *at)
{
    const unsigned end = event_end(event);
    const uint64_t difference = rest ^ expected->end[end].rest;
    const uint32_t frames = event->frame - expected->before->frame;
    const uint64_t elapsed = elapsed_of(event, expected->before);
    unsigned mask = 0;
    uint8_t *mask_at = at++;
    if (event->seq != expected->end[end].next)
        mask |= more32(&at, MORE_SEQ, event->seq);
    if (event->ack != expected->end[!end].next)
        mask |= more32(&at, MORE_ACK, event->ack);
    if ((uint16_t)difference)
        mask |= more16(&at, MORE_WINDOW, event->window);
    if ((uint16_t)(difference >> IP_ID_SHIFT))
        mask |= more16(&at, MORE_IP_ID, event->ip_id);
    if ((uint16_t)(difference >> MARKS_SHIFT))
        mask |= more16(&at, MORE_MARKS, (uint16_t)(rest >> MARKS_SHIFT));
    if (difference >> TTL_SHIFT)
        mask |= more8(&at, MORE_TTL, event->ttl);
    if (frames >> 16)
        mask |= more16(&at, MORE_FRAMES, (uint16_t)(frames >> 16));
    if (elapsed >> 32 || event->length >> 16 || event->flags & ~TAG_FLAGS) {
        mask |= MORE_WIDE;
        put32(&at, (uint32_t)(elapsed >> 32));
        put16(&at, (uint16_t)(event->length >> 16));
        *at++ = event->flags;
    }
    *mask_at = (uint8_t)mask;
    return at;
}

/* `rest` is the event's, but with the marks that are to be kept, and without what goes into its head. */
static inline uint8_t *freeze_event(const Event *event, uint64_t rest, Expected *expected, uint8_t *at)
{
    const unsigned end = event_end(event), has_length = event->length != 0;
    const uint64_t elapsed = elapsed_of(event, expected->before);
    const uint32_t frames = event->frame - expected->before->frame;
    const uint64_t more = (event->seq ^ expected->end[end].next) | (event->ack ^ expected->end[!end].next) |
                          (rest ^ expected->end[end].rest) | elapsed >> 32 | (frames | event->length) >> 16;
    const unsigned tag = (event->flags & TAG_FLAGS) | end * TAG_END_1 | has_length * TAG_LENGTH;
    uint64_t head = tag | (uint64_t)(uint16_t)frames << HEAD_FRAMES_SHIFT | elapsed << HEAD_ELAPSED_SHIFT;
    uint8_t *next = at + HEAD_BYTES + has_length * sizeof(uint16_t);
    store64(at, more ? head | TAG_MORE : head);
    store16(at + HEAD_BYTES, (uint16_t)event->length);
    if (more)
        next = put_more(event, rest, expected, next);
    expected_step(expected, event, end, rest);
    return next;
}

static const uint8_t *get_more(const uint8_t *at, Event *event)
{
    const unsigned mask = *at++;
    if (mask & MORE_SEQ)
        event->seq = get32(&at);
    if (mask & MORE_ACK)
        event->ack = get32(&at);
    if (mask & MORE_WINDOW)
        event->window = get16(&at);
    if (mask & MORE_IP_ID)
        event->ip_id = get16(&at);
    if (mask & MORE_MARKS)
        event->marks = get16(&at);
    if (mask & MORE_TTL)
        event->ttl = *at++;
    if (mask & MORE_FRAMES)
        event->frame += (uint32_t)get16(&at) << 16;
    if (mask & MORE_WIDE) {
        event->time_ns = (int64_t)((uint64_t)event->time_ns + ((uint64_t)get32(&at) << 32));
        event->length |= (uint32_t)get16(&at) << 16;
        event->flags = *at++;
    }
    return at;
}

static inline const uint8_t *thaw_event(const uint8_t *at, Expected *expected, Event *event)
{
    const uint8_t *after_head = at + HEAD_BYTES;
    const uint64_t head = get64(&at);
    const unsigned tag = (uint8_t)head, end = tag & TAG_END_1 ? 1 : 0;
    at = after_head;
    event->time_ns = (int64_t)((uint64_t)expected->before->time_ns + (uint32_t)(head >> HEAD_ELAPSED_SHIFT));
    event->frame = expected->before->frame + (uint16_t)(head >> HEAD_FRAMES_SHIFT);
    event->length = tag & TAG_LENGTH ? get16(&at) : 0;
    event->seq = expected->end[end].next;
    event->ack = expected->end[!end].next;
    set_rest(event, expected->end[end].rest | (uint64_t)(tag & TAG_FLAGS) << FLAGS_SHIFT);
    if (tag & TAG_MORE)
        at = get_more(at, event);
    expected_step(expected, event, end, rest_of(event));
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
    uint64_t present = 0;
    for (unsigned i = 0; i < CONNECTION_WORDS; i++)
        present |= (uint64_t)(words[i] != 0) << i;
    put64(&at, present);
    uint8_t *lengths = at;
    unsigned count = (unsigned)__builtin_popcountll(present);
    at = lengths + (count + 1) / 2;
    memset(lengths, 0, (count + 1) / 2);
    for (unsigned place = 0; present; present &= present - 1, place++)
        lengths[place / 2] |= (uint8_t)(put_word(&at, words[__builtin_ctzll(present)]) << place % 2 * 4);
    return at;
}

static const uint8_t *get_words(const uint8_t *at, Connection *ret_connection)
{
    uint64_t words[CONNECTION_WORDS] = {0};
    uint64_t present = get64(&at);
    const uint8_t *lengths = at;
    at = lengths + ((unsigned)__builtin_popcountll(present) + 1) / 2;
    for (unsigned place = 0; present; present &= present - 1, place++)
        words[__builtin_ctzll(present)] = get_word(&at, lengths[place / 2] >> place % 2 * 4 & 15);
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
    put32(&at, (uint32_t)((uint64_t)connection->first_ns >> 32));
    put16(&at, (uint16_t)(connection->first_frame >> 16));
    return at;
}

static const uint8_t *get_key(const uint8_t *at, uint8_t ip_version, Connection *ret_connection)
{
    size_t bytes = address_bytes(ip_version);
    memset(ret_connection, 0, sizeof *ret_connection);
    ret_connection->ip_version = ip_version;
    for (unsigned end = 0; end < 2; end++) {
        ret_connection->port[end] = get16(&at);
        memcpy(ret_connection->address[end], at, bytes);
        at += bytes;
    }
    ret_connection->first_ns = (int64_t)((uint64_t)get32(&at) << 32);
    ret_connection->first_frame = (uint32_t)get16(&at) << 16;
    return at;
}

/* Whether tracking its events again would bring forth all that is known of it. */
static bool follows_from_events(const Connection *connection)
{
    return !(connection->traits & CONNECTION_BEYOND) && !connection->hole_block && !connection->notes &&
           connection->event_count;
}

/* Where all follows from the events, their marks are those that they had before they were tracked. */
static uint8_t *freeze_events(const Connection *connection, const Event *events, bool is_whole, uint8_t *at)
{
    const Event before = before_first(connection->first_ns, connection->first_frame);
    const uint64_t left_out = is_whole ? IN_HEAD : IN_HEAD | OWN_MARKS;
    Expected expected = expected_after(&before);
    for (unsigned i = 0; i < connection->event_count; i++) {
        uint64_t rest = rest_of(&events[i]) & ~left_out;
        if (events[i].flags & TCP_SYN && !is_whole)
            rest |= MARKS(track_offer(connection, event_end(&events[i])));
        at = freeze_event(&events[i], rest, &expected, at);
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
    if (connection->traits & CONNECTION_THINNED) {
        memcpy(at, events_exchange(events), sizeof(Exchange));
        at += sizeof(Exchange);
    }
    return (size_t)(at - ret_bytes);
}

size_t thaw(const uint8_t *bytes, Connection *ret_connection, EventBlock *ret_block)
{
    Event *const events = ret_block->events;
    const uint8_t *at = bytes;
    uint8_t kind = *at++, count = *at++;
    if (kind == PACKED_WHOLE) {
        at = get_words(at, ret_connection);
    } else {
        at = get_key(at, kind, ret_connection);
        ret_connection->event_count = count;
    }
    const Event before = before_first(ret_connection->first_ns, ret_connection->first_frame);
    Expected expected = expected_after(&before);
    for (unsigned i = 0; i < count; i++)
        at = thaw_event(at, &expected, &events[i]);
    if (kind == PACKED_WHOLE && ret_connection->traits & CONNECTION_THINNED) {
        memcpy(&ret_block->exchange, at, sizeof(Exchange));
        at += sizeof(Exchange);
    }
    if (kind == PACKED_WHOLE)
        return (size_t)(at - bytes);
    ret_connection->last_ns = events[count - 1].time_ns;
    for (unsigned i = 0; i < count; i++)
        connection_note_closing(ret_connection, event_end(&events[i]), events[i].flags);
    return (size_t)(at - bytes);
}
