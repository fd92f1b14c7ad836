/* Takes one step of a condition that was laid out flat (flatten.c). Private to the expression files. */
#pragma once

#include "rules/language/tree.h"

static inline bool step_is_same_test(const Step *step, const Step *other)
{
    if (step->node || other->node)
        return step->node == other->node && step->expression == other->expression;
    return step->low == other->low && step->span == other->span && step->fact.row == other->fact.row &&
           step->fact.role == other->fact.role;
}

static inline TestOutcome step_test(const Step *step, FactSet *facts)
{
    if (step->node) {
        Truth truth = expression_evaluate_node(step->expression, step->node, facts);
        return truth == TRUTH_TRUE    ? OUTCOME_WITHIN
               : truth == TRUTH_FALSE ? OUTCOME_OUTSIDE
                                      : OUTCOME_UNKNOWN;
    }
    const Value *value = fact_get(facts, step->fact);
    if (value->presence != VALUE_KNOWN)
        return (TestOutcome)value->presence;
    return (uint64_t)value->as.number - (uint64_t)step->low <= step->span ? OUTCOME_WITHIN : OUTCOME_OUTSIDE;
}

/* The step that comes next. A branch for each case, not an index: most connections take the same way, so that
 * the processor guesses it and need not wait for one test before it begins the next. */
static inline unsigned step_take(const Step *step, FactSet *facts)
{
    TestOutcome outcome = step_test(step, facts);
    if (outcome == OUTCOME_OUTSIDE) {
        __asm__ volatile(""); /* or the compiler makes one load of it all the same */
        return step->next[OUTCOME_OUTSIDE];
    }
    if (outcome == OUTCOME_WITHIN) {
        __asm__ volatile("");
        return step->next[OUTCOME_WITHIN];
    }
    return step->next[outcome];
}
