/* Skips tests that are settled because the connection is as most are. Private to analyzer/rules. */
#pragma once

#include "rules/passes/step.h"

/* Where to go on from a step without its test, if the connection is usual in all that is needed: past all
 * tests that are settled by anything, or by what settles this one. */
typedef struct Leap {
    uint16_t needs_all, end; /* bits of FactSetHead.usual, LEAP_NEVER for none */
    uint16_t needs, to;
} Leap;

/* The bit of FactSettled.usual that settles the test of a step and with it the exit; 0 for none. */
unsigned leap_needs(const Step *step, uint16_t *ret_exit);

/* One for each step. No step leads to one behind it. Caller frees with g_free(). */
Leap *leaps_new(const Step *steps, guint count);

/* From a step to what ends the list: the first number that is no step, or more. */
static inline unsigned leaps_run(const Leap *leaps, const Step *steps, unsigned at, unsigned end,
                                 FactSet *facts)
{
    const unsigned unusual = ~((const FactSetHead *)facts)->usual;
    while (at < end) {
        const Leap *leap = &leaps[at];
        at = !(leap->needs_all & unusual) ? leap->end
             : !(leap->needs & unusual)   ? leap->to
                                          : step_take(&steps[at], facts);
    }
    return at;
}
