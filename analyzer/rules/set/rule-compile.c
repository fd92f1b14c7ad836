/* Compiles what a rule says: conditions, texts, and the facts that are its evidence. */
#include <string.h>

#include "rules/set/private.h"
#include "rules/text/template.h"
#include "rules/language/tree.h"

static Expression *compile_expression(RuleSet *rules, const Draft *draft, const char *key,
                                      MistakeList *mistakes)
{
    const YamlNode *node = yaml_node_get(draft->map, key);
    if (!node)
        return NULL;
    Source source = yaml_node_source(node, draft->rule->file);
    return expression_compile(&source, 0, source.length, rules, mistakes);
}

static Template *compile_text(RuleSet *rules, const Draft *draft, const YamlNode *node, MistakeList *mistakes)
{
    if (!node)
        return NULL;
    Source source = yaml_node_source(node, draft->rule->file);
    bool is_sound = draft->is_builtin && rules->defers_texts;
    return is_sound ? template_defer(&source, rules) : template_compile(&source, rules, mistakes);
}

static void compile_role_line(RuleSet *rules, const Draft *draft, const YamlNode *key, const YamlNode *text,
                              GArray *lines, MistakeList *mistakes)
{
    RuleLine line = {.has_role = true};
    if (!fact_role_find(key->text, key->length, &line.role)) {
        g_autoptr(GString) roles = g_string_new(NULL);
        for (guint role = ROLE_NONE; role < ROLES; role++)
            if (fact_role_name((FactRole)role))
                g_string_append_printf(roles, "%s%s", roles->len ? ", " : "", fact_role_name((FactRole)role));
        mistake_list_add(mistakes, draft->rule->file, key->line, key->column,
                         "'%s' is no role: it is one of %s", key->text, roles->str);
        return;
    }
    if (!yaml_check_kind(draft->rule->file, text, 1u << YAML_TEXT, key->text, mistakes))
        return;
    line.text = compile_text(rules, draft, text, mistakes);
    if (line.text)
        g_array_append_val(lines, line);
}

/* A text for nobody, or a map from role to text. */
static void compile_lines(RuleSet *rules, const Draft *draft, const char *name, GArray *lines,
                          MistakeList *mistakes)
{
    const YamlNode *node = yaml_node_get(draft->map, name);
    if (!node)
        return;
    if (node->kind == YAML_TEXT) {
        RuleLine line = {.text = compile_text(rules, draft, node, mistakes)};
        if (line.text)
            g_array_append_val(lines, line);
        return;
    }
    for (guint i = 0; i < node->count; i++)
        compile_role_line(rules, draft, &node->keys[i], &node->items[i], lines, mistakes);
}

static void compile_fact(const Draft *draft, const YamlNode *node, MistakeList *mistakes)
{
    const Rule *rule = draft->rule;
    FactRef ref;
    if (!yaml_check_kind(rule->file, node, 1u << YAML_TEXT, "evidence", mistakes))
        return;
    if (!fact_find(node->text, node->length, &ref)) {
        g_autofree char *nearest = fact_nearest(node->text, node->length);
        mistake_list_add(mistakes, rule->file, node->line, node->column, "no fact '%s'%s%s%s", node->text,
                         nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
        return;
    }
    if (fact_ref_row(ref)->type != VALUE_FRAME) {
        mistake_list_add(mistakes, rule->file, node->line, node->column,
                         "evidence is a frame, and %s is of type %s", node->text,
                         value_type_name(fact_ref_row(ref)->type));
        return;
    }
    FactRef *copy = g_new(FactRef, 1);
    *copy = ref;
    g_ptr_array_add(rule->evidence, copy);
}

static void compile_evidence(const Draft *draft, MistakeList *mistakes)
{
    const YamlNode *node = yaml_node_get(draft->map, "evidence");
    if (!node)
        return;
    if (node->kind == YAML_TEXT) {
        compile_fact(draft, node, mistakes);
        return;
    }
    for (guint i = 0; i < node->count; i++)
        compile_fact(draft, &node->items[i], mistakes);
}

void rule_compile(RuleSet *rules, const Draft *draft, MistakeList *mistakes)
{
    Rule *rule = draft->rule;
    rule->when = compile_expression(rules, draft, "when", mistakes);
    rule->certain = compile_expression(rules, draft, "certain", mistakes);
    rule->benign = compile_expression(rules, draft, "benign", mistakes);
    rule->title = compile_text(rules, draft, yaml_node_get(draft->map, "title"), mistakes);
    rule->happened = compile_text(rules, draft, yaml_node_get(draft->map, "happened"), mistakes);
    rule->lost = compile_text(rules, draft, yaml_node_get(draft->map, "lost"), mistakes);
    compile_lines(rules, draft, "programs", rule->programs, mistakes);
    compile_lines(rules, draft, "confirm", rule->confirm, mistakes);
    compile_lines(rules, draft, "fix", rule->fix, mistakes);
    compile_evidence(draft, mistakes);
}
