/* Lays an expression out as a list of tests, each with the test that comes next if it is false, unknown or
 * true.
 *
 * Every rule is asked about every connection, and most are decided by their first tests: then nothing should
 * cost more than those. Kleene's logic needs one thing that two-valued logic does not: behind an unknown test
 * the chain goes on, for a later one may still decide it, but can no longer come to what it would have come
 * to. So all tests behind the first of a chain are laid out twice, once for either case. */
#include <string.h>

#include "rules/passes/leap.h"

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

/* The same test with the same exits is laid out once. */
static uint16_t add_step(Layout *layout, const Step *step)
{
    GArray *steps = layout->expression->steps;
    for (guint i = steps->len; i-- > 0;) {
        const Step *other = &g_array_index(steps, Step, i);
        if (!memcmp(step->next, other->next, sizeof step->next) && step_is_same_test(step, other))
            return (uint16_t)i;
    }
    g_array_append_vals(steps, step, 1);
    return (uint16_t)(steps->len - 1);
}

/* A fact is within a range, or known and outside of it. What is absent fails either. */
static uint16_t add_range(Layout *layout, FactRef fact, int64_t low, int64_t high, bool is_outside,
                          const Exits *exits)
{
    uint16_t yes = exits->next[TRUTH_TRUE], no = exits->next[TRUTH_FALSE];
    const Step step = {.low = low,
                       .span = (uint64_t)high - (uint64_t)low,
                       .next = {[OUTCOME_WITHIN] = is_outside ? no : yes,
                                [OUTCOME_UNKNOWN] = exits->next[TRUTH_UNKNOWN],
                                [OUTCOME_ABSENT] = no,
                                [OUTCOME_OUTSIDE] = is_outside ? yes : no},
                       .fact = fact};
    return add_step(layout, &step);
}

/* Less and more than a number are what lies outside of the ranges above and below it. */
static uint16_t add_test(Layout *layout, const Node *node, const Exits *exits)
{
    const uint8_t less = 1, equal = 2, greater = 4;
    bool is_outside = !(node->accepted & equal);
    uint8_t accepted = is_outside ? node->accepted ^ (less | equal | greater) : node->accepted;
    int64_t low = accepted & less ? INT64_MIN : node->number;
    int64_t high = accepted & greater ? INT64_MAX : node->number;
    return add_range(layout, node->fact, low, high, is_outside, exits);
}

/* A range for each run of names that are next to each other. */
static uint16_t add_one_of(Layout *layout, const Node *node, Exits exits)
{
    uint64_t names = (uint64_t)node->number;
    for (int64_t low = 0; low < 64; low++) {
        int64_t end = low;
        while (end < 64 && names >> end & 1)
            end++;
        if (end == low)
            continue;
        exits.next[TRUTH_FALSE] = add_range(layout, node->fact, low, end - 1, false, &exits);
        low = end;
    }
    return exits.next[TRUTH_FALSE];
}

static uint16_t add_known(Layout *layout, const Node *node, Exits exits)
{
    exits.next[TRUTH_UNKNOWN] = exits.next[TRUTH_FALSE];
    FactRef fact = expression_node(layout->expression, node->first)->fact;
    return add_range(layout, fact, INT64_MIN, INT64_MAX, false, &exits);
}

static bool is_true(const Expression *expression, const Node *constant)
{
    return expression_constant(expression, constant)->value.as.boolean;
}

static uint16_t add_node(Layout *layout, const Node *node, const Exits *exits)
{
    const Step step = {.expression = layout->expression,
                       .node = (uint16_t)(node - layout->expression->tree),
                       .next = {[OUTCOME_WITHIN] = exits->next[TRUTH_TRUE],
                                [OUTCOME_UNKNOWN] = exits->next[TRUTH_UNKNOWN],
                                [OUTCOME_ABSENT] = exits->next[TRUTH_FALSE],
                                [OUTCOME_OUTSIDE] = exits->next[TRUTH_FALSE]}};
    return add_step(layout, &step);
}

/* The children from `index` on; the last ones are laid out first, since it is they that are gone to. Where
 * one goes on that comes from an unknown test before them is put into *ret_doubtful, if that is asked for. */
static uint16_t flatten_chain(Layout *layout, uint16_t index, Truth decisive, Exits exits,
                              uint16_t *ret_doubtful)
{
    if (++layout->attempts > ATTEMPTS_MAX)
        return 0;
    const Node *child = expression_node(layout->expression, index);
    Truth other = decisive == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_FALSE;
    Exits doubtful = exits;
    doubtful.next[other] = exits.next[TRUTH_UNKNOWN];
    if (child->next) {
        uint16_t next = 0;
        exits.next[other] = flatten_chain(layout, child->next, decisive, exits, &next);
        exits.next[TRUTH_UNKNOWN] = doubtful.next[other] = doubtful.next[TRUTH_UNKNOWN] = next;
    }
    uint16_t entry = flatten(layout, child, exits);
    if (ret_doubtful)
        *ret_doubtful =
            exits.next[other] == exits.next[TRUTH_UNKNOWN] ? entry : flatten(layout, child, doubtful);
    return entry;
}

static uint16_t flatten(Layout *layout, const Node *node, Exits exits)
{
    if (node->kind == NODE_AND)
        return flatten_chain(layout, node->first, TRUTH_FALSE, exits, NULL);
    if (node->kind == NODE_OR)
        return flatten_chain(layout, node->first, TRUTH_TRUE, exits, NULL);
    if (node->kind == NODE_NOT) {
        Exits swapped = {{exits.next[TRUTH_TRUE], exits.next[TRUTH_UNKNOWN], exits.next[TRUTH_FALSE]}};
        return flatten(layout, expression_node(layout->expression, node->first), swapped);
    }
    if (node->kind == NODE_CONSTANT)
        return exits.next[is_true(layout->expression, node) ? TRUTH_TRUE : TRUTH_FALSE];
    if (node->kind == NODE_TEST)
        return add_test(layout, node, &exits);
    if (node->kind == NODE_FACT)
        return add_range(layout, node->fact, 1, 1, false, &exits);
    if (node->kind == NODE_ONE_OF)
        return add_one_of(layout, node, exits);
    if (node->kind == NODE_KNOWN)
        return add_known(layout, node, exits);
    return add_node(layout, node, &exits);
}

void expression_flatten(Expression *expression)
{
    Layout layout = {.expression = expression};
    expression->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    const Exits ends = {{STEP_END + TRUTH_FALSE, STEP_END + TRUTH_UNKNOWN, STEP_END + TRUTH_TRUE}};
    expression->entry = flatten(&layout, expression_node(expression, expression->root), ends);
    if (layout.attempts > ATTEMPTS_MAX || expression->steps->len > STEPS_MAX)
        g_clear_pointer(&expression->steps, g_array_unref);
    else
        expression->leaps =
            leaps_new((const Step *)(const void *)expression->steps->data, expression->steps->len);
}
