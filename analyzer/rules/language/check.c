/* The type checker: resolves names against the catalogue and parameters, and says what does not fit together.
 * Every mistake is found here, when a rule is loaded; evaluation knows none. */
#include "rules/language/check.h"

#include "rules/language/pattern.h"

static bool is_constant(const Node *node)
{
    return node->kind == NODE_CONSTANT;
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
char *check_describe(const Checker *checker, const Node *node)
{
    if (node->length)
        return g_strdup_printf("%.*s (%s)", (int)MIN(node->length, 60), checker_text(checker, node),
                               type_phrase(node->type));
    return g_strdup_printf("this (%s)", type_phrase(node->type));
}

bool check_complain_pair(Checker *checker, const Node *left, const Node *right, const char *verb)
{
    g_autofree char *left_text = check_describe(checker, left), *right_text = check_describe(checker, right);
    return complain(checker->complaint, right->offset, "cannot %s %s and %s", verb, left_text, right_text);
}

/* --- comparisons --- */

static bool is_string(const Node *node)
{
    return node->kind == NODE_CONSTANT && node->type == VALUE_STRING;
}

/* Resolves the operands of a comparison: a word or a string beside what has names is one of them. */
static bool check_operands(Checker *checker, Node *left, Node *right)
{
    bool left_is_word = left->kind == NODE_WORD, right_is_word = right->kind == NODE_WORD;
    if (left_is_word && right_is_word) {
        if (resolve_fact_quietly(checker, left))
            return resolve_has_names(left) ? resolve_name(checker, right, left)
                                           : resolve_fact(checker, right);
        if (resolve_fact_quietly(checker, right) && resolve_has_names(right))
            return resolve_name(checker, left, right);
        return resolve_fact(checker, left);
    }
    if (left_is_word && is_string(right) && resolve_fact_quietly(checker, left))
        return !resolve_has_names(left) || resolve_name(checker, right, left);
    if (right_is_word && is_string(left) && resolve_fact_quietly(checker, right))
        return !resolve_has_names(right) || resolve_name(checker, left, right);
    uint16_t left_index = (uint16_t)(left - checker_node(checker, 0)),
             right_index = (uint16_t)(right - checker_node(checker, 0));
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

/* Of enums only a severity says which is more. */
static bool is_ranked(const Node *node)
{
    return node->kind == NODE_FACT && node->type == VALUE_ENUM && fact_ref_row(node->fact)->is_judged;
}

static bool check_comparable(Checker *checker, Node *left, Node *right)
{
    if (!number_adapt(checker, left, right) || !number_adapt(checker, right, left))
        return false;
    if (left->type != right->type || (left->type == VALUE_ENUM && !same_enum(left, right)))
        return check_complain_pair(checker, left, right, "compare");
    return true;
}

static bool check_comparison(Checker *checker, Node *node)
{
    Node *left = checker_node(checker, node->first), *right = checker_node(checker, left->next);
    if (!check_operands(checker, left, right) || !check_comparable(checker, left, right))
        return false;
    if (node->comparison != COMPARE_EQ && node->comparison != COMPARE_NE && !has_order(left->type) &&
        !is_ranked(left) && !is_ranked(right)) {
        g_autofree char *what = check_describe(checker, left);
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

static bool check_element(Checker *checker, Node *operand, Node *element)
{
    if ((element->kind == NODE_WORD || is_string(element)) && resolve_has_names(operand)) {
        if (!resolve_name(checker, element, operand))
            return false;
    } else if (!check_node(checker, (uint16_t)(element - checker_node(checker, 0)))) {
        return false;
    }
    resolve_side(checker, element);
    if (!is_constant(element))
        return complain(checker->complaint, element->offset, "a set holds values, not facts");
    return check_comparable(checker, operand, element);
}

static bool check_range(Checker *checker, Node *operand, Node *range)
{
    Node *low = checker_node(checker, range->first), *high = checker_node(checker, low->next);
    if (!check_element(checker, operand, low) || !check_element(checker, operand, high))
        return false;
    if (!has_order(operand->type)) {
        g_autofree char *what = check_describe(checker, operand);
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
    Node *operand = checker_node(checker, node->first);
    for (uint16_t index = operand->next; index; index = checker_node(checker, index)->next) {
        Node *element = checker_node(checker, index);
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
    const Node *node = checker_node(checker, index);
    if (node->type == VALUE_STRING)
        return true;
    g_autofree char *what = check_describe(checker, node);
    return complain(checker->complaint, node->offset, "'%s' needs strings, and %s is none", word, what);
}

static bool check_contains(Checker *checker, Node *node)
{
    return check_string(checker, node->first, "contains") &&
           check_string(checker, checker_node(checker, node->first)->next, "contains");
}

static bool check_matches(Checker *checker, Node *node)
{
    uint16_t subject = node->first, pattern_index = checker_node(checker, subject)->next;
    if (!check_string(checker, subject, "matches") || !check_string(checker, pattern_index, "matches"))
        return false;
    const Node *pattern_node = checker_node(checker, pattern_index);
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

/* --- conditions --- */

/* A node that stands where a condition is needed. */
static bool check_condition(Checker *checker, uint16_t index)
{
    bool is_sound;
    if (checker_node(checker, index)->kind == NODE_WORD && resolve_condition(checker, index, &is_sound))
        return is_sound;
    if (!check_node(checker, index))
        return false;
    const Node *node = checker_node(checker, index);
    if (node->type == VALUE_BOOL)
        return true;
    g_autofree char *what = check_describe(checker, node);
    return complain(checker->complaint, node->offset, "%s is no condition: compare it with something", what);
}

static bool check_conditions(Checker *checker, const Node *node)
{
    for (uint16_t child = node->first; child; child = checker_node(checker, child)->next)
        if (!check_condition(checker, child))
            return false;
    return true;
}

bool check_node(Checker *checker, uint16_t index)
{
    Node *node = checker_node(checker, index);
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
        return resolve_fact(checker, checker_node(checker, node->first));
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
        return number_check_arithmetic(checker, node);
    case NODE_WORD:
        return resolve_fact(checker, node);
    case NODE_PARAMETER:
        return resolve_parameter(checker, node);
    case NODE_RANGE:
    case NODE_CONSTANT:
    case NODE_FACT:
    case NODE_TEST:
    case NODE_ONE_OF:
        break;
    }
    return true;
}

bool expression_check(Expression *expression, const RuleSet *rules, bool asks_verdict, Complaint *complaint)
{
    Checker checker = {
        .expression = expression, .rules = rules, .asks_verdict = asks_verdict, .complaint = complaint};
    expression->depth = expression_node(expression, expression->root)->depth;
    return check_condition(&checker, expression->root);
}
