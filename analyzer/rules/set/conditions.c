#include "rules/set/conditions.h"

#include <string.h>

#include "base/nearest.h"
#include "rules/language/tree.h"
#include "rules/set/private.h"

#define TEXT 1u << YAML_TEXT

static const YamlKey condition_keys[] = {{"when", TEXT, true}, {"doc", TEXT, true}};

void condition_free(gpointer data)
{
    Condition *condition = data;
    expression_free(condition->expression);
    g_free(condition->name);
    g_free(condition->doc);
    g_free(condition->file);
    g_free(condition);
}

/* By what a condition is known: one that is not shared, in its file only. Caller frees. */
static char *key_new(const char *name, size_t length, const char *file)
{
    return g_strdup_printf("%s%s%.*s", file ? file : "", file ? "\n" : "", (int)length, name);
}

const Condition *rule_set_condition(const RuleSet *rules, const char *name, size_t length, const char *file)
{
    if (!rules->conditions->len || length > G_MAXINT)
        return NULL;
    g_autofree char *own = key_new(name, length, file), *shared = key_new(name, length, NULL);
    const Condition *condition = g_tree_lookup(rules->conditions_by_key, own);
    return condition ? condition : g_tree_lookup(rules->conditions_by_key, shared);
}

char *rule_set_condition_hint(const RuleSet *rules, const char *name, size_t length, const char *file)
{
    Nearest nearest = nearest_begin(name, length);
    bool is_shown = (*rules->hints)++ < MISTAKES_MAX;
    for (guint i = 0; is_shown && i < rules->conditions->len; i++) {
        const Condition *condition = rules->conditions->pdata[i];
        if (condition->is_shared || !strcmp(condition->file, file))
            nearest_offer(&nearest, condition->name);
    }
    return nearest_hint(&nearest);
}

static bool check_name(const RuleSet *rules, const char *file, const YamlNode *name, MistakeList *mistakes)
{
    FactRef ref;
    const Condition *earlier = rule_set_condition(rules, name->text, name->length, file);
    if (!rule_is_id(name->text))
        mistake_list_add(mistakes, file, name->line, name->column,
                         "'%s' is no name of a condition: lower case letters, digits and hyphens",
                         name->text);
    else if (fact_find(name->text, name->length, &ref))
        mistake_list_add(mistakes, file, name->line, name->column, "'%s' is a fact already", name->text);
    else if (earlier)
        mistake_list_add(mistakes, file, name->line, name->column, "there is a condition '%s' already: %s:%u",
                         name->text, earlier->file, earlier->line);
    else
        return true;
    return false;
}

void conditions_load(RuleSet *rules, const char *name, const YamlNode *map, bool is_shared,
                     MistakeList *mistakes)
{
    for (guint i = 0; i < map->count; i++) {
        const YamlNode *key = &map->keys[i], *item = &map->items[i];
        if (!yaml_check_kind(name, item, 1u << YAML_MAP, key->text, mistakes) ||
            !yaml_check_map(name, item, condition_keys, G_N_ELEMENTS(condition_keys), "a condition",
                            mistakes) ||
            !check_name(rules, name, key, mistakes))
            continue;
        Condition *condition = g_new0(Condition, 1);
        condition->name = g_strdup(key->text);
        condition->doc = g_strdup(yaml_node_get(item, "doc")->text);
        condition->file = g_strdup(name);
        condition->line = key->line;
        condition->is_shared = is_shared;
        g_ptr_array_add(rules->conditions, condition);
        g_tree_insert(rules->conditions_by_key, key_new(key->text, key->length, is_shared ? NULL : name),
                      condition);
        ConditionDraft draft = {condition, yaml_node_get(item, "when")};
        g_array_append_val(rules->condition_drafts, draft);
    }
}

static void compile_all(RuleSet *rules, bool shared, MistakeList *mistakes)
{
    for (guint i = 0; i < rules->condition_drafts->len; i++) {
        const ConditionDraft *draft = &g_array_index(rules->condition_drafts, ConditionDraft, i);
        if (draft->condition->is_shared != shared)
            continue;
        Source source = yaml_node_source(draft->when, draft->condition->file);
        draft->condition->expression = expression_compile(&source, 0, source.length, rules, mistakes);
    }
}

void conditions_compile(RuleSet *rules, MistakeList *mistakes)
{
    compile_all(rules, true, mistakes);
    compile_all(rules, false, mistakes);
}
