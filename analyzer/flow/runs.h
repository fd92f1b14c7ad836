/* A run: what came of segments that are not kept as events.
 *
 * Its event (EVENT_RUN) says how many there were, from which frame to which. All that is worked out later
 * from what either end had sent, acknowledged and advertised when a segment passed goes on behind a run with
 * what the run says, as if every one of its segments were at hand. Numbers are relative, and 64 bits wide. */
#pragma once

#include <stdint.h>

#include "flow/connection.h"
#include "flow/pool.h"

/* Of one end in a run. Without packets nothing else is said. */
typedef struct {
    int64_t next;             /* one beyond the highest number it sent; ACKED_NOTHING for none */
    int64_t received;         /* the highest number that it acknowledged; ACKED_NOTHING for none */
    int64_t opened, reopened; /* what it acknowledged when its window first was at its largest, and when it
                               * last was again after a smaller one; ACKED_NOTHING for never */
    int64_t last_ns;
    int64_t zero_ns; /* since when its window had been zero at the end of the run, with zero_frame */
    uint32_t last_frame, zero_frame;
    uint32_t packets, resets; /* resets: of the packets; nothing of what they say is in here otherwise */
    uint16_t window, largest_window; /* not scaled; of the last, and of all but SYNs and RSTs */
    uint32_t spare;
} EventRunEnd;

typedef struct {
    EventRunEnd end[2];
} EventRun;

/* What the numbers on the wire are counted from as events are gone through: how far each end had come, so
 * that each number is unwrapped once, and in order. */
typedef struct {
    int64_t near[2];
    uint32_t wire[2]; /* the same on the wire */
    bool is_long;     /* 32 bits no longer tell; else it may stay what it is */
} Unwrapping;

/* From the first event of a connection on. */
Unwrapping unwrapping_begin(const Connection *connection);

static inline int64_t unwrap_number(const Unwrapping *at, unsigned end, uint32_t number)
{
    return at->near[end] + seq_diff(number, at->wire[end]);
}

/* Beyond an event that is no run; or beyond a run. Only needed where it is_long. */
void unwrapping_step(Unwrapping *at, const Event *event);
void unwrapping_pass(Unwrapping *at, const EventRun *run);

/* The handle of a run lies where its event has no use for window and IP id. */
static inline uint32_t run_handle(const Event *event)
{
    return event->window | (uint32_t)event->ip_id << 16;
}

static inline EventRun *run_of(const Pool *pool, const Event *event)
{
    return pool_block(pool, run_handle(event));
}

/* Makes the first of `count` events a run that stands for all of them: segments, and other runs, which are
 * given back. `at` is behind them then. */
void run_join(Pool *pool, Unwrapping *at, Event *events, unsigned count);
