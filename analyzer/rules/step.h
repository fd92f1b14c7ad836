/* Takes one step of a condition that was laid out flat (flatten.c). Private to the expression files. */
#pragma once

#include "rules/tree.h"

/* The step after a test that came to `truth`. A branch for each case, not an index: most connections take the
 * same way, so that the processor guesses it and need not wait for one test before it begins the next. */
static inline unsigned step_next(const Step *step, Truth truth)
{
    if (G_LIKELY(truth == TRUTH_FALSE)) {
        __asm__ volatile(""); /* or the compiler makes one load of it all the same */
        return step->next[TRUTH_FALSE];
    }
    if (truth == TRUTH_TRUE) {
        __asm__ volatile("");
        return step->next[TRUTH_TRUE];
    }
    return step->next[TRUTH_UNKNOWN];
}

static inline Truth step_truth(bool value)
{
    return value ? TRUTH_TRUE : TRUTH_FALSE;
}

static inline unsigned step_take(const Step *step, FactSet *facts)
{
    if (step->kind == STEP_NODE)
        return step_next(step, expression_evaluate_node(step->expression, step->node, facts));
    const FactBrief *value = fact_brief(facts, step->fact);
    if (step->kind == STEP_KNOWN)
        return step_next(step, step_truth(value->presence == VALUE_KNOWN));
    if (value->presence != VALUE_KNOWN)
        return step_next(step, value->presence == VALUE_UNKNOWN ? TRUTH_UNKNOWN : TRUTH_FALSE);
    if (step->kind == STEP_ONE_OF)
        return step_next(step, step_truth(value->number < 64 && (uint64_t)step->low >> value->number & 1));
    bool is_within = (uint64_t)value->number - (uint64_t)step->low <= step->span;
    return step_next(step, step_truth(is_within != step->is_negated));
}
