/* Numbers and units: a number as written takes the type of what it stands beside, but never silently a unit.
 */
#include "rules/language/check.h"

/* A number as written, without a unit. */
static bool is_bare_number(const Checker *checker, const Node *node)
{
    if (node->kind != NODE_CONSTANT)
        return false;
    const Constant *constant = expression_constant(checker->expression, node);
    return constant->is_literal && !constant->has_unit;
}

static bool complain_unit(Checker *checker, const Node *number, const Node *other)
{
    const char *what = checker_text(checker, other), *digits = checker_text(checker, number);
    int what_length = (int)other->length, digits_length = (int)MIN(number->length, 30);
    if (!what_length) {
        what = "this";
        what_length = 4;
    }
    if (other->type == VALUE_DURATION)
        return complain(checker->complaint, number->offset, "%.*s is a duration: write %.*ss or %.*sms",
                        what_length, what, digits_length, digits, digits_length, digits);
    if (other->type == VALUE_BYTES)
        return complain(checker->complaint, number->offset,
                        "%.*s is a number of bytes: write %.*sB or %.*sKiB", what_length, what, digits_length,
                        digits, digits_length, digits);
    return complain(checker->complaint, number->offset,
                    "%.*s is a point in time: compare it with another one, or subtract one to get a duration",
                    what_length, what);
}

/* Gives a constant int the type of the other side, where that is sound. False only after a complaint. */
bool number_adapt(Checker *checker, Node *number, const Node *other)
{
    if (number->kind != NODE_CONSTANT || number->type != VALUE_INT || other->type == VALUE_INT)
        return true;
    Constant *constant = expression_constant(checker->expression, number);
    bool needs_unit = other->type == VALUE_DURATION || other->type == VALUE_BYTES;
    if ((needs_unit && constant->value.as.number) || other->type == VALUE_TIME)
        return is_bare_number(checker, number) ? complain_unit(checker, number, other) : true;
    if (other->type == VALUE_PORT && (constant->value.as.number < 0 || constant->value.as.number > 65535))
        return complain(checker->complaint, number->offset, "a port is a number from 0 to 65535");
    if (needs_unit || other->type == VALUE_FRAME || other->type == VALUE_PORT) {
        number->type = other->type;
        constant->value.type = other->type;
    }
    return true;
}

/* The type of left ± right or left * right; -1 where there is none. */
static int arithmetic_type(NodeKind kind, ValueType left, ValueType right)
{
    bool left_adds = left == VALUE_INT || left == VALUE_BYTES || left == VALUE_DURATION;
    if (kind == NODE_MULTIPLY) {
        if (right == VALUE_INT && left_adds)
            return (int)left;
        return left == VALUE_INT && (right == VALUE_BYTES || right == VALUE_DURATION) ? (int)right : -1;
    }
    if (left == right && left_adds)
        return (int)left;
    if (kind == NODE_SUBTRACT && left == right && left == VALUE_TIME)
        return VALUE_DURATION;
    if (kind == NODE_SUBTRACT && left == right && left == VALUE_FRAME)
        return VALUE_INT;
    if ((left == VALUE_TIME && right == VALUE_DURATION) || (left == VALUE_FRAME && right == VALUE_INT))
        return (int)left;
    return kind == NODE_ADD && left == VALUE_DURATION && right == VALUE_TIME ? VALUE_TIME : -1;
}

bool number_check_arithmetic(Checker *checker, Node *node)
{
    uint16_t first = node->first, second = checker_node(checker, first)->next;
    if (!check_node(checker, first) || !check_node(checker, second))
        return false;
    Node *left = checker_node(checker, first), *right = checker_node(checker, second);
    if (node->kind != NODE_MULTIPLY && left->type != VALUE_FRAME && right->type != VALUE_FRAME) {
        if (left->type == VALUE_TIME && is_bare_number(checker, right) && right->type == VALUE_INT)
            return complain(checker->complaint, right->offset,
                            "a duration needs a unit: write %.*ss or %.*sms", (int)right->length,
                            checker_text(checker, right), (int)right->length, checker_text(checker, right));
        if (!number_adapt(checker, left, right) || !number_adapt(checker, right, left))
            return false;
    }
    int type = arithmetic_type(node->kind, left->type, right->type);
    if (type < 0)
        return check_complain_pair(checker, left, right,
                                   node->kind == NODE_ADD        ? "add"
                                   : node->kind == NODE_SUBTRACT ? "subtract"
                                                                 : "multiply");
    node->type = (uint8_t)type;
    return true;
}
