/* Skips the tests whose outcome is settled because the connection is as most are. Private to analyzer/rules.
 */
#pragma once

#include "rules/step.h"

/* Where to go on from a step without its test, if the connection is usual in all that is needed. */
typedef struct Leap {
    uint16_t needs; /* bits of FactSetHead.usual, or LEAP_NEVER */
    uint16_t to;
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
    while (at < end)
        at = leaps[at].needs & unusual ? step_take(&steps[at], facts) : leaps[at].to;
    return at;
}
