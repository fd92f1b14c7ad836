/* Thinning out: nothing that a verdict hangs on may hang on how much there was.
 *
 * What stays are the handshake and the first exchange, the latest segments, the last segment and the last
 * data of each end whenever they were, and of all that opens, closes or breaks a connection the first few of
 * each kind. With the first FIN and the first RST of each end stays what shows what they meant: the segments
 * and the data before and behind them, and what first acknowledges a FIN. Everything else becomes runs
 * (runs.h). */
#include "flow/thin.h"

#include <string.h>

#include "base/bounds.h"
#include "flow/runs.h"

/* What is always kept: the handshake and first exchange, and the latest segments. */
enum { KEEP_FIRST = 8, KEEP_LAST = 12 };

/* Beyond those no more than this is chosen, each of which may have a run before it. */
enum { KEEP_CHOSEN = 20 };

_Static_assert(KEEP_FIRST + 2 * KEEP_CHOSEN + 1 + KEEP_LAST < EVENTS_MAX, "thinning out makes room");
_Static_assert(EVENTS_MAX <= 64, "a bit for each event");

/* How many of a kind stay, of each end. */
enum { KEEP_OF_KIND = 3 };

typedef enum {
    KIND_NONE,
    KIND_SYN,
    KIND_FIN,
    KIND_RST,
    KIND_COPY, /* of any of these, as a mirror port shows it */
    KIND_ICMP,
    KIND_STRANGE, /* of the connection before, beyond a FIN, or without any flag that has a meaning */
    KINDS,
} Kind;

/* What is no segment that its end really sent once, and as itself. */
enum { NOT_SENT = EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR };

/* Sets of events, a bit each. */
typedef struct {
    uint64_t sent[2], data[2], special;
} Sets;

static inline uint64_t before(unsigned i)
{
    return (UINT64_C(1) << i) - 1;
}

static inline uint64_t behind(unsigned i)
{
    return ~UINT64_C(1) << i;
}

static inline uint64_t last_of(uint64_t set)
{
    return set ? UINT64_C(1) << (63 - __builtin_clzll(set)) : 0;
}

static inline uint64_t first_of(uint64_t set)
{
    return set & -set;
}

static inline unsigned index_of(uint64_t set)
{
    return (unsigned)__builtin_ctzll(set);
}

/* Flags without which a segment says nothing of where a connection stands. */
enum { ANY_FLAG = TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK };

enum { SPECIAL_MARKS = EVENT_ICMP | EVENT_PREDECESSOR | EVENT_BEYOND_FIN };

static inline bool is_special(const Event *event)
{
    return (event->flags & (TCP_SYN | TCP_FIN | TCP_RST)) | (event->marks & SPECIAL_MARKS) |
           !(event->flags & ANY_FLAG);
}

static Kind kind_of(const Event *event)
{
    if (event->marks & EVENT_ICMP)
        return KIND_ICMP;
    if (event->marks & (EVENT_PREDECESSOR | EVENT_BEYOND_FIN) || !(event->flags & ANY_FLAG))
        return KIND_STRANGE;
    if (event->marks & EVENT_DUPLICATE)
        return KIND_COPY;
    return event->flags & TCP_RST ? KIND_RST : event->flags & TCP_FIN ? KIND_FIN : KIND_SYN;
}

static Sets find_sets(const Event *events, unsigned count)
{
    Sets sets = {0};
    for (unsigned i = 0; i < count; i++) {
        const Event *event = &events[i];
        const unsigned end = event_end(event);
        const uint64_t bit = UINT64_C(1) << i, sent = event->marks & NOT_SENT ? 0 : bit;
        sets.sent[end] |= sent;
        sets.data[end] |= event->length && !(event->flags & TCP_RST) ? sent : 0;
        sets.special |= is_special(event) && !(event->marks & EVENT_RUN) ? bit : 0;
    }
    return sets;
}

/* What was chosen, and what may still be. */
typedef struct {
    uint64_t kept;
    unsigned left;
} Choice;

static void choose(Choice *choice, uint64_t set)
{
    set &= ~choice->kept;
    unsigned number = (unsigned)__builtin_popcountll(set);
    if (number > choice->left)
        return;
    choice->kept |= set;
    choice->left -= number;
}

/* Whether what the end sent last of what is not kept anyway is acknowledged, and so all before it. Looks at
 * a few only: where it does not know it says no. */
static bool is_latest_acked(const Event *events, unsigned count, unsigned end, uint32_t acked)
{
    enum { LOOK_BACK = 4 };
    for (const Event *event = &events[count - KEEP_LAST - 1], *last = event - LOOK_BACK; event > last;
         event--)
        if (event_end(event) == end && event->length && !(event->marks & (NOT_SENT | EVENT_RETRANSMISSION)))
            return seq_le(event->seq + event->length, acked);
    return false;
}

/* The first of those kept that carries what was not acknowledged to its end so far: the oldest that may still
 * draw an RST, or have to be sent again. */
static uint64_t first_outstanding(const Connection *connection, const Event *events, unsigned count,
                                  unsigned end)
{
    const Sequence *sequence = &connection->sequence[end];
    const int64_t acked = sequence->acked == ACKED_NOTHING ? 1 : sequence->acked;
    const uint32_t wire = sequence->isn + (uint32_t)acked;
    if (sequence->next <= acked || is_latest_acked(events, count, end, wire))
        return 0;
    for (unsigned i = KEEP_FIRST; i < count - KEEP_LAST; i++) {
        const Event *event = &events[i];
        if (event_end(event) == end && event->length && seq_lt(wire, event->seq + event->length) &&
            !(event->marks & NOT_SENT))
            return UINT64_C(1) << i;
    }
    return 0;
}

/* What shows what the first FIN or RST of its end meant. */
static void choose_with(Choice *choice, const Sets *sets, const Connection *connection, const Event *events,
                        unsigned i)
{
    uint64_t chosen = UINT64_C(1) << i;
    for (unsigned end = 0; end < 2; end++)
        chosen |= last_of(sets->sent[end] & before(i)) | last_of(sets->data[end] & before(i)) |
                  first_of(sets->sent[end] & behind(i));
    const unsigned end = event_end(&events[i]);
    if (events[i].flags & TCP_FIN) {
        const uint32_t fin = connection->sequence[end].isn + (uint32_t)connection->counts[end].fin;
        chosen |= first_of(sets->data[!end] & behind(i));
        for (uint64_t rest = sets->sent[!end] & behind(i); rest; rest &= rest - 1) {
            const Event *event = &events[index_of(rest)];
            if (event->flags & TCP_ACK && !(event->flags & TCP_RST) && seq_lt(fin, event->ack)) {
                chosen |= first_of(rest);
                break;
            }
        }
    }
    choose(choice, chosen);
}

static void choose_specials(Choice *choice, const Sets *sets, const Connection *connection,
                            const Event *events)
{
    uint8_t seen[2][KINDS] = {{0}};
    uint64_t others = 0;
    for (uint64_t rest = sets->special; rest; rest &= rest - 1) {
        const unsigned i = index_of(rest), end = event_end(&events[i]);
        const Kind kind = kind_of(&events[i]);
        const unsigned number = seen[end][kind]++;
        if (number == 0 && (kind == KIND_FIN || kind == KIND_RST))
            choose_with(choice, sets, connection, events, i);
        else if (number < KEEP_OF_KIND)
            others |= UINT64_C(1) << i;
    }
    for (; others; others &= others - 1)
        choose(choice, first_of(others));
}

/* Whether what an end sent last, in this frame, lies where it is not kept anyway. */
static bool is_between(const Event *events, unsigned count, uint32_t frame)
{
    return frame > events[KEEP_FIRST - 1].frame && frame < events[count - KEEP_LAST].frame;
}

static uint64_t find_frame(const Event *events, unsigned count, uint32_t frame)
{
    if (!is_between(events, count, frame))
        return 0;
    for (unsigned i = KEEP_FIRST; i < count - KEEP_LAST; i++)
        if (events[i].frame == frame && !(events[i].marks & EVENT_RUN))
            return UINT64_C(1) << i;
    return 0;
}

/* The last segment and the last data of each end, and the oldest that is not acknowledged. */
static uint64_t find_latest(const Connection *connection, const Event *events, unsigned count)
{
    uint64_t kept = 0;
    for (unsigned end = 0; end < 2; end++)
        kept |= find_frame(events, count, connection->counts[end].last_frame) |
                find_frame(events, count, connection->counts[end].last_data_frame) |
                first_outstanding(connection, events, count, end);
    return kept;
}

/* Whether there is nothing special between the first and the latest events, as in nearly all connections. */
static bool is_plain(const Event *events, unsigned count)
{
    unsigned any_flags = 0, any_marks = 0, all_have = ANY_FLAG;
    const Event *event = &events[KEEP_FIRST], *const end = &events[count - KEEP_LAST];
    for (event += event->marks & EVENT_RUN ? 1 : 0; event < end; event++) {
        any_flags |= event->flags;
        any_marks |= event->marks;
        all_have &= event->flags;
    }
    return !(any_flags & (TCP_SYN | TCP_FIN | TCP_RST)) && !(any_marks & (SPECIAL_MARKS | EVENT_RUN)) &&
           all_have;
}

static uint64_t choose_events(const Connection *connection, const Event *events, unsigned count)
{
    const uint64_t always = before(KEEP_FIRST) | ~before(count - KEEP_LAST);
    Choice choice = {.kept = always, .left = KEEP_CHOSEN};
    choose(&choice, find_latest(connection, events, count));
    if (!is_plain(events, count)) {
        const Sets sets = find_sets(events, count);
        choose_specials(&choice, &sets, connection, events);
    }
    return choice.kept | (choice.kept << 1 & choice.kept >> 1); /* a run of one would take as much room */
}

unsigned thin_out(Pool *runs, const Connection *connection, Event *events, unsigned count)
{
    const uint64_t kept = choose_events(connection, events, count);
    Unwrapping at = unwrapping_begin(connection);
    unsigned next = 0;
    for (unsigned i = 0; i < count;) {
        const uint64_t rest = (kept >> i & 1 ? ~kept : kept) >> i;
        unsigned span = rest ? index_of(rest) : count - i;
        if (span > count - i)
            span = count - i;
        if (kept >> i & 1) {
            for (unsigned j = i; at.is_long && j < i + span; j++)
                unwrapping_step(&at, &events[j]);
            memmove(&events[next], &events[i], span * sizeof *events);
            next += span;
        } else {
            run_join(runs, &at, &events[i], span);
            events[next++] = events[i];
        }
        i += span;
    }
    return next;
}
