/* Most tests compare one fact with one number, or ask whether a name is one of a few. Each becomes a single
 * node that needs nothing below it, since all rules are asked about every connection. */
#include "rules/language/tree.h"

static bool is_number(ValueType type)
{
    return type != VALUE_BOOL && type != VALUE_STRING && type != VALUE_ADDRESS;
}

/* Whether it is the same number in every connection. */
static bool is_fixed(const Expression *expression, const Node *node, int64_t *ret_number)
{
    Side side;
    if (node->kind == NODE_CONSTANT) {
        *ret_number = expression_constant(expression, node)->value.as.number;
        return true;
    }
    if (node->kind != NODE_FACT || !fact_is_fixed(node->fact, &side))
        return false;
    *ret_number = side;
    return true;
}

static void specialize_compare(const Expression *expression, Node *node)
{
    static const Comparison swapped[] = {
        [COMPARE_EQ] = COMPARE_EQ, [COMPARE_NE] = COMPARE_NE, [COMPARE_LT] = COMPARE_GT,
        [COMPARE_LE] = COMPARE_GE, [COMPARE_GT] = COMPARE_LT, [COMPARE_GE] = COMPARE_LE,
    };
    const Node *left = expression_node(expression, node->first),
               *right = expression_node(expression, left->next);
    int64_t number;
    bool is_swapped = !is_fixed(expression, right, &number);
    const Node *fact = is_swapped ? right : left;
    if (is_swapped && !is_fixed(expression, left, &number))
        return;
    if (fact->kind != NODE_FACT || !is_number((ValueType)fact->type))
        return;
    Comparison comparison = (Comparison)node->comparison;
    node->kind = NODE_TEST;
    node->fact = fact->fact;
    node->accepted = comparison_accepted(is_swapped ? swapped[comparison] : comparison);
    node->number = number;
}

static void specialize_in(const Expression *expression, Node *node)
{
    const Node *operand = expression_node(expression, node->first);
    if (operand->kind != NODE_FACT || operand->type != VALUE_ENUM)
        return;
    uint64_t bits = 0;
    for (uint16_t index = operand->next; index; index = expression_node(expression, index)->next) {
        const Node *element = expression_node(expression, index); /* a name: enums have no ranges */
        int64_t name = expression_constant(expression, element)->value.as.number;
        if (name > 63)
            return;
        bits |= UINT64_C(1) << name;
    }
    node->kind = NODE_ONE_OF;
    node->fact = operand->fact;
    node->number = (int64_t)bits;
}

void expression_specialize(Expression *expression)
{
    for (guint i = 1; i < expression->nodes->len; i++) {
        Node *node = expression_node(expression, (uint16_t)i);
        if (node->kind == NODE_COMPARE)
            specialize_compare(expression, node);
        else if (node->kind == NODE_IN)
            specialize_in(expression, node);
    }
}
