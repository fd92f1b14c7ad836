/* Modular arithmetic of TCP sequence numbers (RFC 9293 3.4), and their unwrapping to 64 bits. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline int32_t seq_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static inline bool seq_lt(uint32_t a, uint32_t b)
{
    return seq_diff(a, b) < 0;
}

static inline bool seq_le(uint32_t a, uint32_t b)
{
    return seq_diff(a, b) <= 0;
}

/* The 64-bit number congruent to `seq` that lies nearest to `near`. Numbers count from the ISN, but a
 * segment may lie before the first one seen, so they are signed. */
static inline int64_t seq_unwrap(uint32_t seq, int64_t near)
{
    return near + (int32_t)(seq - (uint32_t)near);
}
