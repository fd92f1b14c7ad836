/* The life of an expression, and which missing fact keeps it from being decided. */
#include "rules/language/expression.h"

#include <string.h>

#include "rules/language/pattern.h"
#include "rules/language/tree.h"

bool complain(Complaint *complaint, size_t offset, const char *format, ...)
{
    if (complaint->message)
        return false;
    va_list arguments;
    va_start(arguments, format);
    complaint->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    complaint->offset = offset;
    return false;
}

static Expression *expression_new_empty(const Source *source, size_t begin, size_t end)
{
    Expression *expression = g_new0(Expression, 1);
    expression->text = g_strndup(source->text + begin, end - begin);
    g_strstrip(expression->text);
    expression->nodes = g_array_new(FALSE, TRUE, sizeof(Node));
    expression_add_node(expression, &(Node){0}); /* 0 stands for none */
    expression->constants = g_array_new(FALSE, TRUE, sizeof(Constant));
    expression->strings = g_ptr_array_new_with_free_func(g_free);
    expression->patterns = g_ptr_array_new_with_free_func((GDestroyNotify)pattern_free);
    expression->facts = g_array_new(FALSE, TRUE, sizeof(FactRef));
    expression->own_facts = g_array_new(FALSE, TRUE, sizeof(FactRef));
    expression->named = g_array_new(FALSE, TRUE, sizeof(NamedNode));
    return expression;
}

void expression_free(Expression *expression)
{
    if (!expression)
        return;
    g_free(expression->text);
    g_array_unref(expression->nodes);
    g_array_unref(expression->constants);
    g_ptr_array_unref(expression->strings);
    g_ptr_array_unref(expression->patterns);
    g_array_unref(expression->facts);
    g_array_unref(expression->own_facts);
    g_array_unref(expression->named);
    g_clear_pointer(&expression->steps, g_array_unref);
    g_free(expression->leaps);
    g_free(expression);
}

static void add_once(GArray *facts, FactRef fact)
{
    for (guint i = 0; i < facts->len; i++) {
        const FactRef *known = &g_array_index(facts, FactRef, i);
        if (known->row == fact.row && known->role == fact.role)
            return;
    }
    g_array_append_val(facts, fact);
}

void expression_add_fact(Expression *expression, FactRef fact)
{
    add_once(expression->facts, fact);
}

void expression_add_own_fact(Expression *expression, FactRef fact)
{
    add_once(expression->facts, fact);
    add_once(expression->own_facts, fact);
}

static Expression *compile(const Source *source, size_t begin, size_t end, const RuleSet *rules,
                           bool asks_verdict, MistakeList *mistakes)
{
    Complaint complaint = {.source = source};
    g_autoptr(Expression) expression = expression_new_empty(source, begin, end);
    if (expression_parse(expression, begin, end, &complaint) &&
        expression_check(expression, rules, asks_verdict, &complaint)) {
        expression_specialize(expression);
        expression_flatten(expression);
        return g_steal_pointer(&expression);
    }
    mistake_list_add_at(mistakes, source, complaint.offset, complaint.message);
    g_free(complaint.message);
    return NULL;
}

Expression *expression_compile(const Source *source, size_t begin, size_t end, const RuleSet *rules,
                               MistakeList *mistakes)
{
    return compile(source, begin, end, rules, false, mistakes);
}

Expression *expression_new(const char *text, const char *name, unsigned line, unsigned column,
                           const RuleSet *rules, GError **error)
{
    SourceRun run = {.offset = 0, .line = line, .column = column};
    Source source = {.name = name, .text = text, .length = strlen(text), .runs = &run, .run_count = 1};
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    Expression *expression = compile(&source, 0, source.length, rules, true, mistakes);
    if (!expression)
        mistake_list_check(mistakes, error);
    return expression;
}

const FactRef *expression_facts(const Expression *expression, guint *ret_count)
{
    *ret_count = expression->facts->len;
    return (const FactRef *)expression->facts->data;
}

const FactRef *expression_own_facts(const Expression *expression, guint *ret_count)
{
    *ret_count = expression->own_facts->len;
    return (const FactRef *)expression->own_facts->data;
}

guint expression_condition_count(const Expression *expression)
{
    return expression->named->len;
}

const Condition *expression_condition(const Expression *expression, guint index)
{
    return g_array_index(expression->named, NamedNode, index).condition;
}

/* Whether `wanted` is among what makes the node come to what it does: of an `and` that is false, those that
 * are false; of one that is true, all. */
static bool is_decisive(const Expression *expression, uint16_t index, uint16_t wanted, FactSet *facts)
{
    const Node *node = expression_node(expression, index);
    if (index == wanted)
        return true;
    bool is_chain = node->kind == NODE_AND || node->kind == NODE_OR;
    if (!is_chain && node->kind != NODE_NOT)
        return false;
    Truth truth = expression_evaluate_node(expression, index, facts);
    for (uint16_t child = node->first; child; child = expression_node(expression, child)->next) {
        bool counts = !is_chain || expression_evaluate_node(expression, child, facts) == truth;
        if (counts && is_decisive(expression, child, wanted, facts))
            return true;
    }
    return false;
}

bool expression_is_decided_by(const Expression *expression, guint index, FactSet *facts)
{
    uint16_t wanted = g_array_index(expression->named, NamedNode, index).node;
    return is_decisive(expression, expression->root, wanted, facts);
}

const char *expression_text(const Expression *expression)
{
    return expression->text;
}

/* The first unknown fact in a node that is itself unknown. A child of and/or that is decided cannot be what
 * keeps its parent undecided, so only undecided ones are searched. */
static bool find_missing(const Expression *expression, uint16_t index, FactSet *facts, FactRef *ret_fact,
                         MissingReason *ret_missing)
{
    const Node *node = expression_node(expression, index);
    if (node->kind == NODE_FACT) {
        const Value *value = fact_get(facts, node->fact);
        if (value->presence != VALUE_UNKNOWN)
            return false;
        *ret_fact = node->fact;
        *ret_missing = value->missing;
        return true;
    }
    if (node->kind == NODE_KNOWN) /* never undecided */
        return false;
    bool is_chain = node->kind == NODE_AND || node->kind == NODE_OR;
    for (uint16_t child = node->first; child; child = expression_node(expression, child)->next) {
        if (is_chain && expression_evaluate_node(expression, child, facts) != TRUTH_UNKNOWN)
            continue;
        if (find_missing(expression, child, facts, ret_fact, ret_missing))
            return true;
    }
    return false;
}

bool expression_missing_fact(const Expression *expression, FactSet *facts, FactRef *ret_fact,
                             MissingReason *ret_missing)
{
    return expression_evaluate(expression, facts) == TRUTH_UNKNOWN &&
           find_missing(expression, expression->root, facts, ret_fact, ret_missing);
}
