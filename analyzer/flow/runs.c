#include "flow/runs.h"

/* What is no segment that its end really sent once, and as itself. */
enum { NOT_SENT = EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR };

/* A number that is further ahead is not believed (track.c). */
enum { NEAR_AHEAD = 1 << 30 };

static inline int64_t higher(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void come_to(Unwrapping *at, unsigned end, int64_t number)
{
    at->wire[end] += (uint32_t)(number - at->near[end]);
    at->near[end] = number;
}

Unwrapping unwrapping_begin(const Connection *connection)
{
    Unwrapping at = {.wire = {connection->sequence[0].isn, connection->sequence[1].isn}};
    int64_t highest = 0;
    for (unsigned end = 0; end < 2; end++) {
        const Sequence *sequence = &connection->sequence[end];
        highest = higher(highest, higher(sequence->next, sequence->acked_beyond));
    }
    at.is_long = highest > INT32_MAX;
    for (unsigned end = 0; end < 2 && !at.is_long; end++)
        come_to(&at, end, connection->sequence[end].next);
    return at;
}

static void come_near(Unwrapping *at, unsigned end, int64_t number)
{
    if (number > at->near[end] && number - at->near[end] <= NEAR_AHEAD)
        come_to(at, end, number);
}

static inline int64_t number_after(const Unwrapping *at, const Event *event)
{
    return unwrap_number(at, event_end(event), event->seq) + event->length + ((event->flags & TCP_SYN) != 0) +
           ((event->flags & TCP_FIN) != 0);
}

void unwrapping_step(Unwrapping *at, const Event *event)
{
    unsigned end = event_end(event);
    if (event->marks & NOT_SENT || event->flags & TCP_RST)
        return;
    come_near(at, end, number_after(at, event));
    if (event->flags & TCP_ACK)
        come_near(at, !end, unwrap_number(at, !end, event->ack));
}

void unwrapping_pass(Unwrapping *at, const EventRun *run)
{
    for (unsigned end = 0; end < 2; end++) {
        come_to(at, end, higher(at->near[end], run->end[end].next));
        come_to(at, !end, higher(at->near[!end], run->end[end].received));
    }
}

/* `acked` is what the segment acknowledges. */
static inline void compare_window(EventRunEnd *self, uint16_t window, int64_t acked)
{
    if (window > self->largest_window)
        self->opened = acked;
    if (self->window < self->largest_window && window >= self->largest_window)
        self->reopened = acked;
    if (window > self->largest_window)
        self->largest_window = window;
}

static void add_window(EventRunEnd *self, const Event *event, int64_t acked)
{
    if (!(event->flags & TCP_SYN))
        compare_window(self, event->window, acked);
    self->window = event->window;
    if (event->window) {
        self->zero_frame = 0;
    } else if (!self->zero_frame) {
        self->zero_frame = event->frame;
        self->zero_ns = event->time_ns;
    }
}

static void add_segment(EventRun *run, const Unwrapping *at, const Event *event)
{
    const unsigned end = event_end(event);
    EventRunEnd *self = &run->end[end];
    if (event->marks & NOT_SENT)
        return;
    self->packets++;
    self->last_frame = event->frame;
    self->last_ns = event->time_ns;
    if (event->flags & TCP_RST) {
        self->resets++;
        return;
    }
    self->next = higher(self->next, number_after(at, event));
    const int64_t acked = event->flags & TCP_ACK ? unwrap_number(at, !end, event->ack) : ACKED_NOTHING;
    self->received = higher(self->received, acked);
    add_window(self, event, acked);
}

/* What a segment may have that goes on from the one before of its end: neither number is lower than there. */
enum { PLAIN_MARKS = EVENT_FROM_1 | EVENT_TIMESTAMPS | EVENT_MPTCP, PLAIN_FLAGS = TCP_ACK | TCP_PSH };

static inline bool is_plain(const Event *event)
{
    return !(event->marks & ~PLAIN_MARKS) && (event->flags | TCP_PSH) == PLAIN_FLAGS && event->window;
}

/* The last of an end's plain segments. */
static void add_last(EventRun *run, const Unwrapping *at, const Event *last)
{
    const unsigned end = event_end(last);
    EventRunEnd *self = &run->end[end];
    self->next = higher(self->next, unwrap_number(at, end, last->seq) + last->length);
    self->received = higher(self->received, unwrap_number(at, !end, last->ack));
    self->last_frame = last->frame;
    self->last_ns = last->time_ns;
    self->zero_frame = 0;
}

/* Adds what nearly all segments are, up to the first that is not; returns how many. add_segment() would find
 * the same. */
static unsigned add_plain(EventRun *run, Event *joined, const Unwrapping *at, const Event *events,
                          unsigned count)
{
    const Event *last[2] = {NULL, NULL}, *event = events, *const behind = events + count;
    uint32_t data = 0;
    for (; event < behind && is_plain(event); event++) {
        EventRunEnd *self = &run->end[event_end(event)];
        last[event_end(event)] = event;
        data += event->length > 0;
        self->packets++;
        if (event->window != self->window) {
            compare_window(self, event->window, unwrap_number(at, !event_end(event), event->ack));
            self->window = event->window;
        }
    }
    for (unsigned end = 0; end < 2; end++)
        if (last[end])
            add_last(run, at, last[end]);
    joined->ack += data;
    joined->length += (uint32_t)(event - events);
    return (unsigned)(event - events);
}

static void add_end(EventRunEnd *self, const EventRunEnd *later)
{
    if (!later->packets)
        return;
    self->next = higher(self->next, later->next);
    self->received = higher(self->received, later->received);
    self->last_ns = later->last_ns;
    self->last_frame = later->last_frame;
    self->packets += later->packets;
    self->resets += later->resets;
    if (later->packets == later->resets)
        return;
    if (!later->zero_frame) {
        self->zero_frame = 0;
    } else if (!self->zero_frame || later->largest_window) {
        self->zero_frame = later->zero_frame;
        self->zero_ns = later->zero_ns;
    }
    if (later->largest_window >= self->largest_window) {
        if (self->window < self->largest_window)
            self->reopened = higher(self->reopened, later->opened);
        self->reopened = higher(self->reopened, later->reopened);
        self->opened = later->largest_window > self->largest_window ? later->opened : self->opened;
        self->largest_window = later->largest_window;
    }
    self->window = later->window;
}

static void add_run(Pool *pool, EventRun *run, const Event *later)
{
    for (unsigned end = 0; end < 2; end++)
        add_end(&run->end[end], &run_of(pool, later)->end[end]);
    pool_give_back(pool, run_handle(later));
}

/* One event more, of whatever kind. */
static void add_event(Pool *pool, EventRun *run, Event *joined, Unwrapping *at, const Event *event)
{
    const bool is_run = event->marks & EVENT_RUN;
    joined->length += is_run ? event->length : 1;
    joined->ack += is_run ? event->ack : event->length > 0;
    if (is_run) {
        add_run(pool, run, event);
        return;
    }
    unwrapping_step(at, event);
    add_segment(run, at, event);
}

/* Makes a segment a run that stands for nothing yet. */
static void change_to_run(Pool *pool, Event *event)
{
    const uint32_t handle = pool_take(pool);
    *(EventRun *)pool_block(pool, handle) = (EventRun){{
        {ACKED_NOTHING, ACKED_NOTHING, ACKED_NOTHING, ACKED_NOTHING},
        {ACKED_NOTHING, ACKED_NOTHING, ACKED_NOTHING, ACKED_NOTHING},
    }};
    event->seq = event->frame;
    event->length = event->ack = 0;
    event->window = (uint16_t)handle;
    event->ip_id = (uint16_t)(handle >> 16);
    event->marks = EVENT_RUN;
    event->flags = event->ttl = 0;
}

void run_join(Pool *pool, Unwrapping *at, Event *events, unsigned count)
{
    const Event first = events[0];
    Event *joined = &events[0];
    if (!(first.marks & EVENT_RUN))
        change_to_run(pool, joined);
    EventRun *run = run_of(pool, joined);
    if (!(first.marks & EVENT_RUN))
        add_event(pool, run, joined, at, &first);
    for (unsigned i = 1; i < count;) {
        unwrapping_pass(at, run);
        i += add_plain(run, joined, at, &events[i], count - i);
        if (i < count)
            add_event(pool, run, joined, at, &events[i++]);
    }
    unwrapping_pass(at, run);
    joined->frame = events[count - 1].frame;
    joined->time_ns = events[count - 1].time_ns;
}
