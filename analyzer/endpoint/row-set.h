/* Sets of a history's rows, a bit each, row 0 the lowest: who asks for a few rows of many goes straight to
 * them, with
 *
 *     for (uint64_t rest = set; rest; rest &= rest - 1) {
 *         unsigned i = row_set_first(rest);
 */
#pragma once

#include <stdint.h>

#include "base/bounds.h"
#include "base/tcp-state.h"

/* What is no segment that its side really sent once: a run, a second copy of the same packet, an ICMP error
 * about it, or something that does not belong. */
#define EVENT_NO_SEGMENT (EVENT_RUN | EVENT_ICMP | EVENT_DUPLICATE | EVENT_WILD | EVENT_PREDECESSOR)

typedef struct {
    uint64_t captured[SIDES]; /* of a side: all but runs and ICMP errors */
    uint64_t segments[SIDES]; /* of them, all that are not EVENT_NO_SEGMENT */
    uint64_t controls;        /* SYN, FIN or RST set */
    uint64_t runs;
} RowSets;

_Static_assert(EVENTS_MAX <= 64, "a bit for each row");

/* Of a set that is not empty. */
static inline unsigned row_set_first(uint64_t set)
{
    return (unsigned)__builtin_ctzll(set);
}

static inline unsigned row_set_last(uint64_t set)
{
    return 63u - (unsigned)__builtin_clzll(set);
}

static inline uint64_t rows_before(unsigned row)
{
    return (UINT64_C(1) << row) - 1;
}

static inline uint64_t rows_after(unsigned row)
{
    return ~UINT64_C(1) << row;
}
