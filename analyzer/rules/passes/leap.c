/* All rules are asked about every connection, and nearly all of their conditions look for something that most
 * connections do not have. Where that it does not is settled beforehand (fact_settled), the test need not be
 * made, nor any of those that come next and are settled by the same. */
#include "rules/passes/leap.h"

/* Never a bit of FactSetHead.usual. */
enum { LEAP_NEVER = 1 << 15 };

/* What the test of a step comes to for all numbers from low to high; false where it differs. */
static bool find_outcome(const Step *step, int64_t low, int64_t high, TestOutcome *ret_outcome)
{
    int64_t step_high = (int64_t)((uint64_t)step->low + step->span);
    bool is_within = low >= step->low && high <= step_high, is_outside = high < step->low || low > step_high;
    *ret_outcome = is_within ? OUTCOME_WITHIN : OUTCOME_OUTSIDE;
    return is_within || is_outside;
}

unsigned leap_needs(const Step *step, uint16_t *ret_exit)
{
    FactSettled settled;
    if (step->node || !fact_settled(step->fact, &settled))
        return 0;
    TestOutcome outcome = OUTCOME_ABSENT;
    if (settled.low <= settled.high && !find_outcome(step, settled.low, settled.high, &outcome))
        return 0;
    if (settled.may_be_absent && step->next[outcome] != step->next[OUTCOME_ABSENT])
        return 0;
    *ret_exit = step->next[outcome];
    return settled.usual;
}

/* Those of the steps before are there already. */
static Leap leap_of(const Leap *leaps, guint index, guint count, unsigned needs, uint16_t to)
{
    g_assert(needs < LEAP_NEVER && (to < index || to >= count));
    Leap leap = {(uint16_t)needs, to, (uint16_t)needs, to};
    if (to >= count || leaps[to].needs == LEAP_NEVER)
        return leap;
    leap.needs_all |= leaps[to].needs_all;
    leap.end = leaps[to].end;
    if (leaps[to].needs == needs)
        leap.to = leaps[to].to;
    return leap;
}

Leap *leaps_new(const Step *steps, guint count)
{
    Leap *leaps = g_new(Leap, count);
    for (guint i = 0; i < count; i++) {
        uint16_t to;
        unsigned needs = leap_needs(&steps[i], &to);
        leaps[i] = needs ? leap_of(leaps, i, count, needs, to)
                         : (Leap){.needs_all = LEAP_NEVER, .needs = LEAP_NEVER};
    }
    return leaps;
}
