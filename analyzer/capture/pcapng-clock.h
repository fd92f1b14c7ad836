/* Times of a pcapng interface: 64 bits of ticks, whose length if_tsresol gives as a negative power of 10 or
 * 2, plus whole seconds of if_tsoffset. 128 bits hold every product, so nothing overflows before the end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

/* Nanoseconds are ticks * multiplier / divisor >> shift. */
typedef struct {
    uint64_t multiplier;
    uint64_t divisor;
    unsigned shift;
    int64_t offset_s;
} PcapngClock;

/* The clock of an if_tsresol option; 6 (microseconds) where there is none. */
PcapngClock pcapng_clock_make(uint8_t tsresol);

/* False where the time does not fit 64 bits of nanoseconds (before 1677 or after 2262). */
static inline bool pcapng_clock_time_ns(const PcapngClock *clock, uint64_t ticks, int64_t *ret_time_ns)
{
    Uint128 ns = (Uint128)ticks * clock->multiplier;
    if (clock->divisor != 1)
        ns /= clock->divisor;
    ns >>= clock->shift;
    Int128 time = (Int128)ns + (Int128)clock->offset_s * 1000000000;
    if (time > INT64_MAX || time <= INT64_MIN) /* INT64_MIN is FRAME_TIME_UNKNOWN */
        return false;
    *ret_time_ns = (int64_t)time;
    return true;
}
