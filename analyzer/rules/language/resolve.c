/* What the names in an expression mean: facts, the names of enums, ids of rules, parameters, sides.
 *
 * A bare word is a fact, unless it is compared with something that has names: then it is one of those first.
 */
#include "rules/language/check.h"

#include <string.h>

#include "base/nearest.h"
#include "rules/set/conditions.h"
#include "rules/set/parameters.h"

bool resolve_fact_quietly(Checker *checker, Node *node)
{
    FactRef ref;
    if (!fact_find(checker_text(checker, node), node->length, &ref) ||
        (fact_ref_row(ref)->is_judged && !checker->asks_verdict))
        return false;
    node->kind = NODE_FACT;
    node->fact = ref;
    node->type = (uint8_t)fact_ref_row(ref)->type;
    expression_add_own_fact(checker->expression, ref);
    return true;
}

static bool complain_unknown_fact(Checker *checker, const Node *node)
{
    const char *name = checker_text(checker, node);
    int shown = (int)MIN(node->length, 60);
    const char *hyphen = memchr(name, '-', node->length);
    FactRef ref;
    if (fact_find(name, node->length, &ref))
        return complain(checker->complaint, node->offset,
                        "'%.*s' is what the rules come to: only --where can ask for it", shown, name);
    if (hyphen && fact_find(name, (size_t)(hyphen - name), &ref))
        return complain(checker->complaint, node->offset, "no fact '%.*s': a minus needs spaces around it",
                        shown, name);
    if (checker->rules &&
        rule_set_condition(checker->rules, name, node->length, checker->complaint->source->name))
        return complain(checker->complaint, node->offset,
                        "'%.*s' is a condition, and has no value to compare", shown, name);
    g_autofree char *condition = checker->rules ? rule_set_condition_hint(checker->rules, name, node->length,
                                                                          checker->complaint->source->name)
                                                : g_strdup("");
    if (*condition)
        return complain(checker->complaint, node->offset, "no fact or condition '%.*s'%s", shown, name,
                        condition);
    g_autofree char *nearest = fact_nearest(name, node->length);
    if (nearest)
        return complain(checker->complaint, node->offset, "no fact '%.*s'; did you mean '%s'?", shown, name,
                        nearest);
    return complain(checker->complaint, node->offset, "no fact '%.*s'", shown, name);
}

bool resolve_fact(Checker *checker, Node *node)
{
    return resolve_fact_quietly(checker, node) || complain_unknown_fact(checker, node);
}

/* Makes the node a constant of this value. */
static void become_constant(Checker *checker, Node *node, const Constant *constant)
{
    node->kind = NODE_CONSTANT;
    node->payload = expression_add_constant(checker->expression, constant);
    node->type = (uint8_t)constant->value.type;
}

/* The name in a word, or in the quotes of a string. */
static const char *name_in(const Checker *checker, const Node *word, size_t *ret_length)
{
    bool is_quoted = word->kind == NODE_CONSTANT;
    *ret_length = word->length - (is_quoted ? 2 : 0);
    return checker_text(checker, word) + is_quoted;
}

static bool complain_unknown_name(Checker *checker, const Node *word, const char *const *names,
                                  const Node *fact)
{
    size_t length;
    const char *name = name_in(checker, word, &length);
    Nearest nearest = nearest_begin(name, length);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; names[i]; i++) {
        nearest_offer(&nearest, names[i]);
        g_string_append_printf(all, "%s%s", i ? ", " : "", names[i]);
    }
    g_autofree char *hint =
        nearest.best ? nearest_hint(&nearest) : g_strdup_printf(": it is one of %s", all->str);
    return complain(checker->complaint, word->offset, "'%.*s' is no value of %.*s%s", (int)MIN(length, 60),
                    name, (int)fact->length, checker_text(checker, fact), hint);
}

/* A word beside an enum fact: one of its names. */
static bool resolve_enum_name(Checker *checker, Node *word, const Node *fact)
{
    const char *const *names = fact_ref_row(fact->fact)->enum_names;
    size_t length;
    const char *text = name_in(checker, word, &length);
    for (int64_t i = 0; names[i]; i++) {
        if (strlen(names[i]) == length && !memcmp(names[i], text, length)) {
            become_constant(checker, word, &(Constant){.value = {.type = VALUE_ENUM, .as.number = i}});
            return true;
        }
    }
    return (word->kind == NODE_WORD && resolve_fact_quietly(checker, word)) ||
           complain_unknown_name(checker, word, names, fact);
}

/* A word beside `ending` or `cause`, which are called as their kind of rule: the id of such a rule. */
static bool resolve_rule_id(Checker *checker, Node *word, const Node *fact)
{
    const char *kind = fact_ref_row(fact->fact)->name;
    size_t length;
    const char *text = name_in(checker, word, &length);
    char *id = g_strndup(text, length);
    g_ptr_array_add(checker->expression->strings, id);
    become_constant(checker, word, &(Constant){.value = {.type = VALUE_STRING, .as.string = id}});
    const Rule *rule = checker->rules ? rule_set_find(checker->rules, id) : NULL;
    if (!checker->rules || (rule && !strcmp(rule_kind_name(rule->kind), kind)))
        return true;
    if (rule)
        return complain(checker->complaint, word->offset, "'%s' is a %s, and no %s", id,
                        rule_kind_name(rule->kind), kind);
    RuleKind wanted = strcmp(kind, rule_kind_name(RULE_CAUSE)) ? RULE_ENDING : RULE_CAUSE;
    g_autofree char *nearest = rule_set_nearest_of(checker->rules, wanted, id);
    return complain(checker->complaint, word->offset, "no %s '%.60s'%s%s%s", kind, id,
                    nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

bool resolve_has_names(const Node *fact)
{
    return fact->kind == NODE_FACT &&
           (fact->type == VALUE_ENUM || (fact->type == VALUE_STRING && fact_ref_row(fact->fact)->is_judged));
}

bool resolve_name(Checker *checker, Node *word, const Node *fact)
{
    return fact->type == VALUE_ENUM ? resolve_enum_name(checker, word, fact)
                                    : resolve_rule_id(checker, word, fact);
}

bool resolve_parameter(Checker *checker, Node *node)
{
    const char *name = checker_text(checker, node) + 1;
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

/* `client` and `server` are facts that never change: values, too. */
void resolve_side(Checker *checker, Node *node)
{
    FactRole role;
    if (node->kind != NODE_FACT || !fact_role_find(checker_text(checker, node), node->length, &role))
        return;
    if (role == ROLE_CLIENT || role == ROLE_SERVER) {
        Side side = role == ROLE_CLIENT ? SIDE_CLIENT : SIDE_SERVER;
        become_constant(checker, node, &(Constant){.value = {.type = VALUE_SIDE, .as.number = side}});
    }
}
