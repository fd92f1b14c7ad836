/* The type checker: resolves names against the catalogue and parameters, and says what does not fit together.
 *
 * A bare word is a fact, unless it is compared with an enum: then it is one of that enum's names first. A
 * number as written takes the type of what it is compared with, but never silently a unit: `rst.delay > 5` is
 * refused. */
#include <string.h>

#include "rules/nearest.h"
#include "rules/parameters.h"
#include "rules/pattern.h"
#include "rules/tree.h"

typedef struct {
    Expression *expression;
    const RuleSet *rules;
    Complaint *complaint;
} Checker;

static bool check_node(Checker *checker, uint16_t index);

static Node *node_at(const Checker *checker, uint16_t index)
{
    return expression_node(checker->expression, index);
}

static const char *node_text(const Checker *checker, const Node *node)
{
    return checker->complaint->source->text + node->offset;
}

static bool is_constant(const Node *node)
{
    return node->kind == NODE_CONSTANT;
}

/* A number as written, without a unit. */
static bool is_bare_number(const Checker *checker, const Node *node)
{
    if (!is_constant(node))
        return false;
    const Constant *constant = expression_constant(checker->expression, node);
    return constant->is_literal && !constant->has_unit;
}

static const char *type_phrase(ValueType type)
{
    static const char *const phrases[] = {
        "a bool",          "an int",         "a number of bytes", "a duration",
        "a point in time", "a frame number", "an address",        "a port",
        "a side",          "an enum",        "a string",
    };
    return phrases[type];
}

/* Appends "rst.delay (a duration)", "41 (an int)" or "this (an int)". */
static char *describe(const Checker *checker, const Node *node)
{
    if (node->length)
        return g_strdup_printf("%.*s (%s)", (int)MIN(node->length, 60), node_text(checker, node),
                               type_phrase(node->type));
    return g_strdup_printf("this (%s)", type_phrase(node->type));
}

static bool complain_pair(Checker *checker, const Node *left, const Node *right, const char *verb)
{
    g_autofree char *left_text = describe(checker, left), *right_text = describe(checker, right);
    return complain(checker->complaint, right->offset, "cannot %s %s and %s", verb, left_text, right_text);
}

/* --- names --- */

static void add_fact(Checker *checker, FactRef ref)
{
    GArray *facts = checker->expression->facts;
    for (guint i = 0; i < facts->len; i++) {
        const FactRef *known = &g_array_index(facts, FactRef, i);
        if (known->row == ref.row && known->role == ref.role)
            return;
    }
    g_array_append_val(facts, ref);
}

static bool try_fact(Checker *checker, Node *node)
{
    FactRef ref;
    if (!fact_find(node_text(checker, node), node->length, &ref))
        return false;
    node->kind = NODE_FACT;
    node->fact = ref;
    node->type = (uint8_t)fact_ref_row(ref)->type;
    add_fact(checker, ref);
    return true;
}

static bool complain_unknown_fact(Checker *checker, const Node *node)
{
    const char *name = node_text(checker, node);
    int shown = (int)MIN(node->length, 60);
    const char *hyphen = memchr(name, '-', node->length);
    FactRef ref;
    if (hyphen && fact_find(name, (size_t)(hyphen - name), &ref))
        return complain(checker->complaint, node->offset, "no fact '%.*s': a minus needs spaces around it",
                        shown, name);
    g_autofree char *nearest = fact_nearest(name, node->length);
    if (nearest)
        return complain(checker->complaint, node->offset, "no fact '%.*s'; did you mean '%s'?", shown, name,
                        nearest);
    return complain(checker->complaint, node->offset, "no fact '%.*s'", shown, name);
}

static bool resolve_fact(Checker *checker, Node *node)
{
    return try_fact(checker, node) || complain_unknown_fact(checker, node);
}

/* Makes the node a constant of this value. */
static void become_constant(Checker *checker, Node *node, const Constant *constant)
{
    GArray *constants = checker->expression->constants;
    g_array_append_vals(constants, constant, 1);
    node->kind = NODE_CONSTANT;
    node->payload = (uint16_t)(constants->len - 1);
    node->type = (uint8_t)constant->value.type;
}

static bool complain_unknown_name(Checker *checker, const Node *word, const char *const *names,
                                  const Node *fact)
{
    Nearest nearest = nearest_begin(node_text(checker, word), word->length);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; names[i]; i++) {
        nearest_offer(&nearest, names[i]);
        g_string_append_printf(all, "%s%s", i ? ", " : "", names[i]);
    }
    g_autofree char *hint =
        nearest.best ? nearest_hint(&nearest) : g_strdup_printf(": it is one of %s", all->str);
    return complain(checker->complaint, word->offset, "'%.*s' is no value of %.*s%s",
                    (int)MIN(word->length, 60), node_text(checker, word), (int)fact->length,
                    node_text(checker, fact), hint);
}

/* A word beside an enum fact: one of its names. */
static bool resolve_name(Checker *checker, Node *word, const Node *fact)
{
    const char *const *names = fact_ref_row(fact->fact)->enum_names;
    const char *text = node_text(checker, word);
    for (int64_t i = 0; names[i]; i++) {
        if (strlen(names[i]) == word->length && !memcmp(names[i], text, word->length)) {
            become_constant(checker, word, &(Constant){.value = {.type = VALUE_ENUM, .as.number = i}});
            return true;
        }
    }
    return try_fact(checker, word) || complain_unknown_name(checker, word, names, fact);
}

static bool resolve_parameter(Checker *checker, Node *node)
{
    const char *name = node_text(checker, node) + 1;
    const Parameter *parameter =
        checker->rules ? rule_set_parameter(checker->rules, name, node->length - 1) : NULL;
    if (!parameter) {
        g_autofree char *hint =
            checker->rules ? rule_set_parameter_hint(checker->rules, name, node->length - 1) : g_strdup("");
        return complain(checker->complaint, node->offset, "no parameter '$%.*s'%s",
                        (int)MIN(node->length - 1, 60), name, hint);
    }
    become_constant(checker, node, &(Constant){.value = parameter->value});
    if (parameter->value.type == VALUE_STRING) {
        char *copy = g_strdup(parameter->value.as.string);
        g_ptr_array_add(checker->expression->strings, copy);
        expression_constant(checker->expression, node)->value.as.string = copy;
    }
    return true;
}

/* --- numbers and units --- */

static bool complain_unit(Checker *checker, const Node *number, const Node *other)
{
    const char *what = node_text(checker, other), *digits = node_text(checker, number);
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
static bool adapt_number(Checker *checker, Node *number, const Node *other)
{
    if (!is_constant(number) || number->type != VALUE_INT || other->type == VALUE_INT)
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

/* --- comparisons --- */

/* Resolves the operands of a comparison: a word beside an enum is one of its names. */
static bool check_operands(Checker *checker, Node *left, Node *right)
{
    bool left_is_word = left->kind == NODE_WORD, right_is_word = right->kind == NODE_WORD;
    if (left_is_word && right_is_word) {
        if (try_fact(checker, left))
            return left->type == VALUE_ENUM ? resolve_name(checker, right, left)
                                            : resolve_fact(checker, right);
        if (try_fact(checker, right) && right->type == VALUE_ENUM)
            return resolve_name(checker, left, right);
        return complain_unknown_fact(checker, left);
    }
    uint16_t left_index = (uint16_t)(left - node_at(checker, 0)),
             right_index = (uint16_t)(right - node_at(checker, 0));
    return check_node(checker, left_index) && check_node(checker, right_index);
}

static bool same_enum(const Node *left, const Node *right)
{
    return left->kind != NODE_FACT || right->kind != NODE_FACT ||
           fact_ref_row(left->fact)->enum_names == fact_ref_row(right->fact)->enum_names;
}

static bool has_order(ValueType type)
{
    return type != VALUE_BOOL && type != VALUE_ADDRESS && type != VALUE_SIDE && type != VALUE_ENUM &&
           type != VALUE_STRING;
}

static bool check_comparable(Checker *checker, Node *left, Node *right)
{
    if (!adapt_number(checker, left, right) || !adapt_number(checker, right, left))
        return false;
    if (left->type != right->type || (left->type == VALUE_ENUM && !same_enum(left, right)))
        return complain_pair(checker, left, right, "compare");
    return true;
}

static bool check_comparison(Checker *checker, Node *node)
{
    Node *left = node_at(checker, node->first), *right = node_at(checker, left->next);
    if (!check_operands(checker, left, right) || !check_comparable(checker, left, right))
        return false;
    if (node->comparison != COMPARE_EQ && node->comparison != COMPARE_NE && !has_order(left->type)) {
        g_autofree char *what = describe(checker, left);
        return complain(checker->complaint, node->offset, "%s has no order: compare it with == or !=", what);
    }
    if (left->type == VALUE_ADDRESS && is_constant(left) &&
        !is_constant(right)) { /* the network stands right */
        uint16_t first = node->first;
        node->first = left->next;
        left->next = 0;
        right->next = first;
    }
    return true;
}

/* `client` and `server` are facts that never change: values, too. */
static void fix_side(Checker *checker, Node *node)
{
    FactRole role;
    if (node->kind != NODE_FACT || !fact_role_find(node_text(checker, node), node->length, &role))
        return;
    if (role == ROLE_CLIENT || role == ROLE_SERVER) {
        Side side = role == ROLE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
        become_constant(checker, node, &(Constant){.value = {.type = VALUE_SIDE, .as.number = side}});
    }
}

static bool check_element(Checker *checker, Node *operand, Node *element)
{
    if (element->kind == NODE_WORD && operand->kind == NODE_FACT && operand->type == VALUE_ENUM) {
        if (!resolve_name(checker, element, operand))
            return false;
    } else if (!check_node(checker, (uint16_t)(element - node_at(checker, 0)))) {
        return false;
    }
    fix_side(checker, element);
    if (!is_constant(element))
        return complain(checker->complaint, element->offset, "a set holds values, not facts");
    return check_comparable(checker, operand, element);
}

static bool check_range(Checker *checker, Node *operand, Node *range)
{
    Node *low = node_at(checker, range->first), *high = node_at(checker, low->next);
    if (!check_element(checker, operand, low) || !check_element(checker, operand, high))
        return false;
    if (!has_order(operand->type)) {
        g_autofree char *what = describe(checker, operand);
        return complain(checker->complaint, range->offset, "%s has no order: a range needs one", what);
    }
    if (expression_constant(checker->expression, low)->value.as.number >
        expression_constant(checker->expression, high)->value.as.number)
        return complain(checker->complaint, range->offset,
                        "this range is empty: its end lies before its beginning");
    range->type = operand->type;
    return true;
}

static bool check_in(Checker *checker, Node *node)
{
    if (!check_node(checker, node->first))
        return false;
    Node *operand = node_at(checker, node->first);
    for (uint16_t index = operand->next; index; index = node_at(checker, index)->next) {
        Node *element = node_at(checker, index);
        if (!(element->kind == NODE_RANGE ? check_range(checker, operand, element)
                                          : check_element(checker, operand, element)))
            return false;
    }
    return true;
}

static bool check_string(Checker *checker, uint16_t index, const char *word)
{
    if (!check_node(checker, index))
        return false;
    const Node *node = node_at(checker, index);
    if (node->type == VALUE_STRING)
        return true;
    g_autofree char *what = describe(checker, node);
    return complain(checker->complaint, node->offset, "'%s' needs strings, and %s is none", word, what);
}

static bool check_contains(Checker *checker, Node *node)
{
    return check_string(checker, node->first, "contains") &&
           check_string(checker, node_at(checker, node->first)->next, "contains");
}

static bool check_matches(Checker *checker, Node *node)
{
    uint16_t subject = node->first, pattern_index = node_at(checker, subject)->next;
    if (!check_string(checker, subject, "matches") || !check_string(checker, pattern_index, "matches"))
        return false;
    const Node *pattern_node = node_at(checker, pattern_index);
    if (!is_constant(pattern_node))
        return complain(checker->complaint, pattern_node->offset, "'matches' needs a pattern in quotes");

    g_autofree char *problem = NULL;
    size_t offset;
    const char *text = expression_constant(checker->expression, pattern_node)->value.as.string;
    Pattern *pattern = pattern_new(text, &problem, &offset);
    if (!pattern)
        return complain(checker->complaint, pattern_node->offset, "this pattern is wrong after '%.*s': %s",
                        (int)MIN(offset, 60), text, problem);
    g_ptr_array_add(checker->expression->patterns, pattern);
    node->payload = (uint16_t)(checker->expression->patterns->len - 1);
    return true;
}

/* --- arithmetic --- */

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

static bool check_arithmetic(Checker *checker, Node *node)
{
    uint16_t first = node->first, second = node_at(checker, first)->next;
    if (!check_node(checker, first) || !check_node(checker, second))
        return false;
    Node *left = node_at(checker, first), *right = node_at(checker, second);
    if (node->kind != NODE_MULTIPLY && left->type != VALUE_FRAME && right->type != VALUE_FRAME) {
        if (left->type == VALUE_TIME && is_bare_number(checker, right) && right->type == VALUE_INT)
            return complain(checker->complaint, right->offset,
                            "a duration needs a unit: write %.*ss or %.*sms", (int)right->length,
                            node_text(checker, right), (int)right->length, node_text(checker, right));
        if (!adapt_number(checker, left, right) || !adapt_number(checker, right, left))
            return false;
    }
    int type = arithmetic_type(node->kind, left->type, right->type);
    if (type < 0)
        return complain_pair(checker, left, right,
                             node->kind == NODE_ADD        ? "add"
                             : node->kind == NODE_SUBTRACT ? "subtract"
                                                           : "multiply");
    node->type = (uint8_t)type;
    return true;
}

/* --- conditions --- */

/* A node that stands where a condition is needed. */
static bool check_condition(Checker *checker, uint16_t index)
{
    if (!check_node(checker, index))
        return false;
    const Node *node = node_at(checker, index);
    if (node->type == VALUE_BOOL)
        return true;
    g_autofree char *what = describe(checker, node);
    return complain(checker->complaint, node->offset, "%s is no condition: compare it with something", what);
}

static bool check_conditions(Checker *checker, const Node *node)
{
    for (uint16_t child = node->first; child; child = node_at(checker, child)->next)
        if (!check_condition(checker, child))
            return false;
    return true;
}

static bool check_node(Checker *checker, uint16_t index)
{
    Node *node = node_at(checker, index);
    switch ((NodeKind)node->kind) {
    case NODE_AND:
    case NODE_OR:
    case NODE_NOT:
        return check_conditions(checker, node);
    case NODE_COMPARE:
        return check_comparison(checker, node);
    case NODE_IN:
        return check_in(checker, node);
    case NODE_CONTAINS:
        return check_contains(checker, node);
    case NODE_MATCHES:
        return check_matches(checker, node);
    case NODE_KNOWN:
    case NODE_ABSENT:
        return resolve_fact(checker, node_at(checker, node->first));
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
        return check_arithmetic(checker, node);
    case NODE_WORD:
        return resolve_fact(checker, node);
    case NODE_PARAMETER:
        return resolve_parameter(checker, node);
    case NODE_RANGE:
    case NODE_CONSTANT:
    case NODE_FACT:
        break;
    }
    return true;
}

bool expression_check(Expression *expression, const RuleSet *rules, Complaint *complaint)
{
    Checker checker = {.expression = expression, .rules = rules, .complaint = complaint};
    return check_condition(&checker, expression->root);
}
