/* Evaluates an expression: Kleene's logic over facts that may be unknown or absent. Allocates nothing.
 *
 * Absent wins over unknown: whatever the unknown turned out to be, a comparison with an absent value is
 * false. */
#include <string.h>

#include "rules/passes/leap.h"
#include "rules/language/pattern.h"

static const Value *made_value(const Expression *expression, const Node *node, FactSet *facts,
                               Value *scratch);
static Truth evaluate(const Expression *expression, const Node *node, FactSet *facts);
static Truth evaluate_inner(const Expression *expression, const Node *node, FactSet *facts);

/* The value of an operand: borrowed from the facts or the expression, or made in `scratch`. */
static inline const Value *operand_value(const Expression *expression, const Node *node, FactSet *facts,
                                         Value *scratch)
{
    if (node->kind == NODE_FACT)
        return fact_get(facts, node->fact);
    if (node->kind == NODE_CONSTANT)
        return &expression_constant(expression, node)->value;
    return made_value(expression, node, facts, scratch);
}

static bool same_network(const Value *address, const Value *network, unsigned prefix)
{
    return address_in_prefix(&address->as.address, &network->as.address, prefix);
}

static unsigned prefix_of(const Expression *expression, const Node *node)
{
    return node->kind == NODE_CONSTANT ? expression_constant(expression, node)->prefix : 128;
}

static inline Truth truth(bool value)
{
    return value ? TRUTH_TRUE : TRUTH_FALSE;
}

/* What a comparison of a value that is not known comes to. */
static inline Truth not_known(const Value *value)
{
    return value->presence == VALUE_UNKNOWN ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

static inline int sign(int order)
{
    return (order > 0) - (order < 0);
}

/* The order of two known values that are no numbers; of addresses only whether it is 0 counts. */
static int order_of_others(const Expression *expression, const Node *right_node, const Value *left,
                           const Value *right)
{
    if (right_node->type == VALUE_BOOL)
        return (int)left->as.boolean - (int)right->as.boolean;
    if (right_node->type == VALUE_STRING)
        return sign(strcmp(left->as.string, right->as.string));
    unsigned bits = left->as.address.version == 4 ? 32 : 128, prefix = prefix_of(expression, right_node);
    return same_network(left, right, MIN(prefix, bits)) ? 0 : 1;
}

static inline int order_of_numbers(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

/* Whether an order (-1, 0 or 1) is among those accepted. */
static inline Truth accepts(uint8_t accepted, int order)
{
    return truth(accepted >> (order + 1) & 1);
}

/* -1, 0 or 1, for two known values of one type. */
static inline int order_of(const Expression *expression, const Node *right_node, const Value *left,
                           const Value *right)
{
    ValueType type = (ValueType)right_node->type;
    if (type == VALUE_BOOL || type == VALUE_STRING || type == VALUE_ADDRESS)
        return order_of_others(expression, right_node, left, right);
    return order_of_numbers(left->as.number, right->as.number);
}

static Truth compare(const Expression *expression, const Node *node, FactSet *facts)
{
    const Node *left_node = expression_node(expression, node->first);
    const Node *right_node = expression_node(expression, left_node->next);
    Value left_scratch, right_scratch;
    const Value *left = operand_value(expression, left_node, facts, &left_scratch);
    if (left->presence == VALUE_ABSENT)
        return TRUTH_FALSE;
    const Value *right = operand_value(expression, right_node, facts, &right_scratch);
    if (right->presence == VALUE_ABSENT)
        return TRUTH_FALSE;
    if (left->presence == VALUE_UNKNOWN || right->presence == VALUE_UNKNOWN)
        return TRUTH_UNKNOWN;
    return accepts(comparison_accepted((Comparison)node->comparison),
                   order_of(expression, right_node, left, right));
}

static bool is_element(const Expression *expression, const Node *element, const Value *value)
{
    if (element->kind == NODE_RANGE) {
        const Node *low = expression_node(expression, element->first);
        const Node *high = expression_node(expression, low->next);
        return order_of(expression, low, value, &expression_constant(expression, low)->value) >= 0 &&
               order_of(expression, high, value, &expression_constant(expression, high)->value) <= 0;
    }
    return order_of(expression, element, value, &expression_constant(expression, element)->value) == 0;
}

static Truth evaluate_in(const Expression *expression, const Node *node, FactSet *facts)
{
    Value scratch;
    const Node *operand = expression_node(expression, node->first);
    const Value *value = operand_value(expression, operand, facts, &scratch);
    if (value->presence != VALUE_KNOWN)
        return not_known(value);
    for (uint16_t index = operand->next; index; index = expression_node(expression, index)->next)
        if (is_element(expression, expression_node(expression, index), value))
            return TRUTH_TRUE;
    return TRUTH_FALSE;
}

static Truth evaluate_string(const Expression *expression, const Node *node, FactSet *facts)
{
    Value left_scratch, right_scratch;
    const Node *left_node = expression_node(expression, node->first);
    const Node *right_node = expression_node(expression, left_node->next);
    const Value *left = operand_value(expression, left_node, facts, &left_scratch);
    const Value *right = operand_value(expression, right_node, facts, &right_scratch);
    if (left->presence == VALUE_ABSENT || right->presence == VALUE_ABSENT)
        return TRUTH_FALSE;
    if (left->presence == VALUE_UNKNOWN || right->presence == VALUE_UNKNOWN)
        return TRUTH_UNKNOWN;
    if (node->kind == NODE_CONTAINS)
        return truth(strstr(left->as.string, right->as.string) != NULL);
    return pattern_match(expression->patterns->pdata[node->payload], left->as.string);
}

/* Saturates: a sum beyond 64 bits is as large as can be, never of the other sign. */
static int64_t calculate(NodeKind kind, int64_t left, int64_t right)
{
    int64_t result;
    switch (kind) {
    case NODE_ADD:
        if (__builtin_add_overflow(left, right, &result))
            return left < 0 ? INT64_MIN : INT64_MAX;
        return result;
    case NODE_SUBTRACT:
        if (__builtin_sub_overflow(left, right, &result))
            return left < 0 ? INT64_MIN : INT64_MAX;
        return result;
    default:
        if (__builtin_mul_overflow(left, right, &result))
            return (left < 0) != (right < 0) ? INT64_MIN : INT64_MAX;
        return result;
    }
}

static const Value *arithmetic(const Expression *expression, const Node *node, FactSet *facts, Value *scratch)
{
    Value left_scratch, right_scratch;
    const Node *left_node = expression_node(expression, node->first);
    const Value *left = operand_value(expression, left_node, facts, &left_scratch);
    const Value *right =
        operand_value(expression, expression_node(expression, left_node->next), facts, &right_scratch);
    if (left->presence == VALUE_ABSENT || right->presence == VALUE_ABSENT)
        *scratch = (Value){.type = (ValueType)node->type, .presence = VALUE_ABSENT};
    else if (left->presence == VALUE_UNKNOWN || right->presence == VALUE_UNKNOWN)
        *scratch = (Value){.type = (ValueType)node->type,
                           .presence = VALUE_UNKNOWN,
                           .missing = left->presence == VALUE_UNKNOWN ? left->missing : right->missing};
    else
        *scratch = (Value){.type = (ValueType)node->type,
                           .as.number = calculate((NodeKind)node->kind, left->as.number, right->as.number)};
    return scratch;
}

static Value truth_value(Truth truth_of_it)
{
    return (Value){.type = VALUE_BOOL,
                   .presence = truth_of_it == TRUTH_UNKNOWN ? VALUE_UNKNOWN : VALUE_KNOWN,
                   .as.boolean = truth_of_it == TRUTH_TRUE};
}

/* The value of what is neither a fact nor a constant. */
static const Value *made_value(const Expression *expression, const Node *node, FactSet *facts, Value *scratch)
{
    if (node->kind == NODE_ADD || node->kind == NODE_SUBTRACT || node->kind == NODE_MULTIPLY)
        return arithmetic(expression, node, facts, scratch);
    /* a condition in parentheses, compared with another */
    *scratch = truth_value(evaluate(expression, node, facts));
    return scratch;
}

static Truth evaluate_presence(const Expression *expression, const Node *node, FactSet *facts)
{
    const Value *value = fact_get(facts, expression_node(expression, node->first)->fact);
    if (node->kind == NODE_KNOWN)
        return truth(value->presence == VALUE_KNOWN);
    return value->presence == VALUE_UNKNOWN ? TRUTH_UNKNOWN : truth(value->presence == VALUE_ABSENT);
}

static inline Truth bool_truth(const Value *value)
{
    return value->presence == VALUE_KNOWN ? truth(value->as.boolean) : not_known(value);
}

static inline Truth test(int64_t value, int64_t number, uint8_t accepted)
{
    return accepts(accepted, order_of_numbers(value, number));
}

static inline Truth is_one_of(int64_t value, int64_t bits)
{
    return truth(value < 64 && (uint64_t)bits >> value & 1);
}

/* The kinds that have nothing below them, which are most nodes of most rules. */
static inline bool evaluate_leaf(const Node *node, FactSet *facts, Truth *ret_truth)
{
    if (node->kind != NODE_TEST && node->kind != NODE_FACT && node->kind != NODE_ONE_OF)
        return false;
    const Value *value = fact_get(facts, node->fact);
    if (value->presence != VALUE_KNOWN)
        *ret_truth = value->presence == VALUE_UNKNOWN ? TRUTH_UNKNOWN : TRUTH_FALSE;
    else if (node->kind == NODE_TEST)
        *ret_truth = test(value->as.number, node->number, node->accepted);
    else if (node->kind == NODE_FACT)
        *ret_truth = truth(value->as.boolean);
    else
        *ret_truth = is_one_of(value->as.number, node->number);
    return true;
}

/* and: the least of its children; or: the greatest. `decisive` ends it. */
static inline Truth evaluate_chain(const Expression *expression, const Node *node, FactSet *facts,
                                   Truth decisive)
{
    const Node *tree = expression_node(expression, 0);
    Truth result = decisive == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_FALSE;
    for (uint16_t child = node->first; child; child = tree[child].next) {
        Truth truth_of_child;
        if (!evaluate_leaf(&tree[child], facts, &truth_of_child))
            truth_of_child = evaluate_inner(expression, &tree[child], facts);
        if (truth_of_child == decisive)
            return decisive;
        if (truth_of_child == TRUTH_UNKNOWN)
            result = TRUTH_UNKNOWN;
    }
    return result;
}

/* The kinds that are rare in rules. Not inlined: their frames would weigh on every node. */
static G_GNUC_NO_INLINE Truth evaluate_other(const Expression *expression, const Node *node, FactSet *facts)
{
    switch ((NodeKind)node->kind) {
    case NODE_COMPARE:
        return compare(expression, node, facts);
    case NODE_IN:
        return evaluate_in(expression, node, facts);
    case NODE_CONTAINS:
    case NODE_MATCHES:
        return evaluate_string(expression, node, facts);
    case NODE_KNOWN:
    case NODE_ABSENT:
        return evaluate_presence(expression, node, facts);
    case NODE_CONSTANT:
        return bool_truth(&expression_constant(expression, node)->value);
    default:
        g_assert_not_reached(); /* the checker lets nothing else be a condition */
    }
}

/* One kind after the other: a jump table would be mispredicted at nearly every node. */
static Truth evaluate_inner(const Expression *expression, const Node *node, FactSet *facts)
{
    if (node->kind == NODE_AND)
        return evaluate_chain(expression, node, facts, TRUTH_FALSE);
    if (node->kind == NODE_OR)
        return evaluate_chain(expression, node, facts, TRUTH_TRUE);
    if (node->kind == NODE_NOT)
        return (Truth)(TRUTH_TRUE - evaluate(expression, expression_node(expression, node->first), facts));
    return evaluate_other(expression, node, facts);
}

static Truth evaluate(const Expression *expression, const Node *node, FactSet *facts)
{
    Truth truth_of_leaf;
    return evaluate_leaf(node, facts, &truth_of_leaf) ? truth_of_leaf
                                                      : evaluate_inner(expression, node, facts);
}

Truth expression_evaluate_node(const Expression *expression, uint16_t index, FactSet *facts)
{
    return evaluate(expression, expression_node(expression, index), facts);
}

Truth expression_evaluate(const Expression *expression, FactSet *facts)
{
    if (!expression->steps)
        return evaluate(expression, expression_node(expression, expression->root), facts);
    const Step *steps = (const Step *)(const void *)expression->steps->data;
    unsigned at = leaps_run(expression->leaps, steps, expression->entry, STEP_END, facts);
    return (Truth)(at - STEP_END);
}
