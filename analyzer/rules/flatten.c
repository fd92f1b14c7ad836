/* Lays an expression out as a list of tests, each with the test that comes next if it is false, unknown or
 * true.
 *
 * Every rule is asked about every connection, and most are decided by their first tests: then nothing should
 * cost more than those. Kleene's logic needs one thing that two-valued logic does not: behind an unknown test
 * the chain goes on, for a later one may still decide it, but can no longer come to what it would have come
 * to. So all tests behind the first of a chain are laid out twice, once for either case. */
#include <string.h>

#include "rules/tree.h"

enum { STEPS_MAX = 1000, ATTEMPTS_MAX = 20000 };

typedef struct {
    Expression *expression;
    unsigned attempts; /* a deep nest would double at every level */
} Layout;

/* Where to go on, by Truth. */
typedef struct {
    uint16_t next[3];
} Exits;

static uint16_t flatten(Layout *layout, const Node *node, Exits exits);

static void set_range(Step *step, int64_t low, int64_t high)
{
    step->kind = STEP_RANGE;
    step->low = low;
    step->span = (uint64_t)high - (uint64_t)low;
}

/* Less and more than the number are the ranges below and above it; where they would be empty, what is true is
 * everything, negated. */
static void set_test(Step *step, const Node *node)
{
    const uint8_t less = 1, equal = 2, greater = 4;
    step->is_negated = (node->accepted & (less | greater)) == (less | greater) || (node->accepted == less) ||
                       (node->accepted == greater);
    uint8_t accepted = step->is_negated ? node->accepted ^ (less | equal | greater) : node->accepted;
    set_range(step, accepted & less ? INT64_MIN : node->number,
              accepted & greater ? INT64_MAX : node->number);
}

static Step step_of(const Expression *expression, const Node *node)
{
    Step step = {.expression = expression, .kind = STEP_NODE, .fact = node->fact};
    if (node->kind == NODE_TEST) {
        set_test(&step, node);
    } else if (node->kind == NODE_FACT) {
        set_range(&step, 1, 1);
    } else if (node->kind == NODE_ONE_OF) {
        step.kind = STEP_ONE_OF;
        step.low = node->number;
    } else if (node->kind == NODE_KNOWN) {
        step.kind = STEP_KNOWN;
        step.fact = expression_node(expression, node->first)->fact;
    }
    return step;
}

/* The same test with the same exits is laid out once. */
static uint16_t add_step(Layout *layout, const Node *node, Exits exits)
{
    GArray *steps = layout->expression->steps;
    uint16_t index = (uint16_t)(node - layout->expression->tree);
    for (guint i = steps->len; i-- > 0;) {
        const Step *step = &g_array_index(steps, Step, i);
        if (step->node == index && !memcmp(step->next, exits.next, sizeof exits.next))
            return (uint16_t)i;
    }
    Step step = step_of(layout->expression, node);
    step.node = index;
    memcpy(step.next, exits.next, sizeof step.next);
    g_array_append_val(steps, step);
    return (uint16_t)(steps->len - 1);
}

/* The children from `index` on; the last ones are laid out first, since it is they that are gone to. */
static uint16_t flatten_chain(Layout *layout, uint16_t index, Truth decisive, Exits exits)
{
    const Node *child = expression_node(layout->expression, index);
    if (++layout->attempts > ATTEMPTS_MAX)
        return 0;
    if (!child->next)
        return flatten(layout, child, exits);
    Truth other = decisive == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_FALSE;
    Exits doubtful = exits;
    doubtful.next[other] = exits.next[TRUTH_UNKNOWN];
    Exits here = exits;
    here.next[other] = flatten_chain(layout, child->next, decisive, exits);
    here.next[TRUTH_UNKNOWN] = flatten_chain(layout, child->next, decisive, doubtful);
    return flatten(layout, child, here);
}

static uint16_t flatten(Layout *layout, const Node *node, Exits exits)
{
    if (node->kind == NODE_AND)
        return flatten_chain(layout, node->first, TRUTH_FALSE, exits);
    if (node->kind == NODE_OR)
        return flatten_chain(layout, node->first, TRUTH_TRUE, exits);
    if (node->kind == NODE_NOT) {
        Exits swapped = {{exits.next[TRUTH_TRUE], exits.next[TRUTH_UNKNOWN], exits.next[TRUTH_FALSE]}};
        return flatten(layout, expression_node(layout->expression, node->first), swapped);
    }
    return add_step(layout, node, exits);
}

void expression_flatten(Expression *expression)
{
    Layout layout = {.expression = expression};
    expression->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    const Exits ends = {{STEP_END + TRUTH_FALSE, STEP_END + TRUTH_UNKNOWN, STEP_END + TRUTH_TRUE}};
    expression->entry = flatten(&layout, expression_node(expression, expression->root), ends);
    if (layout.attempts > ATTEMPTS_MAX || expression->steps->len > STEPS_MAX)
        g_clear_pointer(&expression->steps, g_array_unref);
}
