/* A named condition where its name stands: its tree is copied into the expression, so that what comes after
 * this, and who evaluates, knows nothing of names. Which nodes they were is kept for who explains. */
#include "rules/language/check.h"
#include "rules/language/pattern.h"
#include "rules/set/conditions.h"

static bool fits(const Expression *into, const Expression *from)
{
    return into->nodes->len + from->nodes->len <= EXPRESSION_NODES_MAX &&
           into->depth + from->depth <= EXPRESSION_DEPTH_MAX;
}

/* A pattern has working memory of its own. */
static uint16_t copy_pattern(Expression *into, const Node *matches)
{
    const Node *subject = expression_node(into, matches->first);
    const Node *text = expression_node(into, subject->next);
    char *problem = NULL;
    size_t offset;
    Pattern *pattern = pattern_new(expression_constant(into, text)->value.as.string, &problem, &offset);
    g_assert(pattern); /* it was checked where it stands */
    g_ptr_array_add(into->patterns, pattern);
    return (uint16_t)(into->patterns->len - 1);
}

static void copy_nodes(Expression *into, const Expression *from)
{
    uint16_t base = (uint16_t)(into->nodes->len - 1);
    for (guint i = 1; i < from->nodes->len; i++) {
        Node node = *expression_node(from, (uint16_t)i);
        node.first = (uint16_t)(node.first ? base + node.first : 0);
        node.next = (uint16_t)(node.next ? base + node.next : 0);
        if (node.kind == NODE_CONSTANT)
            node.payload = expression_add_constant(into, expression_constant(from, &node));
        expression_add_node(into, &node);
    }
    for (guint i = base + 1u; i < into->nodes->len; i++) {
        Node *node = expression_node(into, (uint16_t)i);
        if (node->kind == NODE_MATCHES)
            node->payload = copy_pattern(into, node);
    }
}

/* In place of the word, which keeps its place in the text and among its siblings. */
static void embed(Expression *into, uint16_t word, const Condition *condition)
{
    const Expression *from = condition->expression;
    uint16_t base = (uint16_t)(into->nodes->len - 1);
    copy_nodes(into, from);
    Node *node = expression_node(into, word);
    Node root = *expression_node(into, (uint16_t)(base + from->root));
    root.next = node->next;
    root.offset = node->offset;
    root.length = node->length;
    *node = root;
    into->depth += from->depth;
    const NamedNode named = {condition, word};
    g_array_append_val(into->named, named);
    for (guint i = 0; i < from->facts->len; i++)
        expression_add_fact(into, g_array_index(from->facts, FactRef, i));
}

bool resolve_condition(Checker *checker, uint16_t index, bool *ret_is_sound)
{
    const Node *word = checker_node(checker, index);
    const char *name = checker_text(checker, word);
    const Condition *condition = checker->rules ? rule_set_condition(checker->rules, name, word->length,
                                                                     checker->complaint->source->name)
                                                : NULL;
    FactRef ref;
    if (!condition || fact_find(name, word->length, &ref))
        return false;
    *ret_is_sound = false;
    if (!condition->expression)
        complain(checker->complaint, word->offset,
                 "the condition '%s' cannot be used here: it stands further down (%s:%u), or has a mistake",
                 condition->name, condition->file, condition->line);
    else if (!fits(checker->expression, condition->expression))
        complain(checker->complaint, word->offset, "with '%s' this is nested too deeply, or too long",
                 condition->name);
    else {
        embed(checker->expression, index, condition);
        *ret_is_sound = true;
    }
    return true;
}
