/* A rule set from empty to finished, and the questions about its rules. */
#include "rules/set/rule-set.h"

#include <string.h>

#include "base/nearest.h"
#include "rules/set/parameters.h"
#include "rules/set/private.h"

static void clear_choice(gpointer data)
{
    Choice *choice = data;
    g_free(choice->id);
}

static GArray *choices_new(void)
{
    GArray *choices = g_array_new(FALSE, TRUE, sizeof(Choice));
    g_array_set_clear_func(choices, clear_choice);
    return choices;
}

/* GCompareDataFunc */
static gint compare_keys(gconstpointer a, gconstpointer b, gpointer data)
{
    (void)data;
    return strcmp(a, b);
}

RuleSet *rule_set_new_empty(void)
{
    RuleSet *rules = g_new0(RuleSet, 1);
    rules->rules = g_ptr_array_new_with_free_func(rule_free);
    rules->by_id = g_tree_new((GCompareFunc)strcmp);
    rules->conditions = g_ptr_array_new_with_free_func(condition_free);
    rules->conditions_by_key = g_tree_new_full(compare_keys, NULL, g_free, NULL);
    rules->condition_drafts = g_array_new(FALSE, TRUE, sizeof(ConditionDraft));
    rules->parameters = g_ptr_array_new_with_free_func(parameter_free);
    rules->parameters_by_name = g_tree_new((GCompareFunc)strcmp);
    rules->hints = g_new0(guint, 1);
    rules->all = g_ptr_array_new();
    rules->roots = g_ptr_array_new();
    rules->causes = g_ptr_array_new();
    rules->cause_lists = g_ptr_array_new_with_free_func(cause_list_free);
    rules->findings = g_ptr_array_new();
    rules->documents = g_ptr_array_new_with_free_func((GDestroyNotify)yaml_node_free);
    rules->drafts = g_array_new(FALSE, TRUE, sizeof(Draft));
    rules->overrides = g_array_new(FALSE, TRUE, sizeof(Override));
    rules->parameter_overrides = g_array_new(FALSE, TRUE, sizeof(ParameterOverride));
    rules->selected = choices_new();
    rules->ignored = choices_new();
    return rules;
}

void rule_set_free(RuleSet *rules)
{
    if (!rules)
        return;
    g_tree_unref(rules->by_id);
    g_ptr_array_unref(rules->rules);
    g_tree_unref(rules->parameters_by_name);
    g_tree_unref(rules->conditions_by_key);
    g_ptr_array_unref(rules->conditions);
    g_array_unref(rules->condition_drafts);
    g_ptr_array_unref(rules->parameters);
    g_free(rules->hints);
    g_ptr_array_unref(rules->all);
    g_ptr_array_unref(rules->roots);
    sieve_free(rules->root_sieve);
    sieve_free(rules->finding_sieve);
    g_ptr_array_unref(rules->causes);
    g_ptr_array_unref(rules->cause_lists);
    g_ptr_array_unref(rules->findings);
    g_clear_pointer(&rules->grouped, g_ptr_array_unref);
    g_ptr_array_unref(rules->documents);
    g_array_unref(rules->drafts);
    g_array_unref(rules->overrides);
    g_array_unref(rules->parameter_overrides);
    g_array_unref(rules->selected);
    g_array_unref(rules->ignored);
    g_free(rules);
}

/* The documents are not needed any more, nor what points into them. */
static void drop_documents(RuleSet *rules)
{
    g_array_set_size(rules->drafts, 0);
    g_array_set_size(rules->condition_drafts, 0);
    g_array_set_size(rules->overrides, 0);
    g_array_set_size(rules->parameter_overrides, 0);
    g_ptr_array_set_size(rules->documents, 0);
}

static void make_sieves(RuleSet *rules)
{
    rules->root_sieve = sieve_new(rules->roots);
    rules->grouped = sieve_group(rules->findings);
    rules->finding_sieve = sieve_new(rules->grouped);
    for (guint i = 0; i < rules->rules->len; i++) {
        Rule *rule = rules->rules->pdata[i];
        if (rule->children->len)
            rule->sieve = sieve_new(rule->children);
    }
    causes_spread(rules);
}

bool rule_set_finish(RuleSet *rules, GError **error)
{
    g_assert(!rules->is_finished);
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    parameters_apply(rules, mistakes);
    rules->defers_texts = parameters_are_declared(rules);
    conditions_compile(rules, mistakes);
    for (guint i = 0; i < rules->drafts->len; i++)
        rule_compile(rules, &g_array_index(rules->drafts, Draft, i), mistakes);
    rules_link(rules, mistakes);
    overrides_apply(rules, mistakes);
    choices_apply(rules, mistakes);
    drop_documents(rules);
    if (!mistake_list_length(mistakes))
        make_sieves(rules);
    rules->is_finished = true;
    return mistake_list_check(mistakes, error);
}

const GPtrArray *rule_set_all(const RuleSet *rules)
{
    return rules->all;
}

const Rule *rule_set_find(const RuleSet *rules, const char *id)
{
    return g_tree_lookup(rules->by_id, id);
}

char *rule_set_nearest(const RuleSet *rules, const char *id)
{
    Nearest nearest = nearest_begin(id, strlen(id));
    bool is_shown = (*rules->hints)++ < MISTAKES_MAX;
    for (guint i = 0; is_shown && i < rules->rules->len; i++)
        nearest_offer(&nearest, ((const Rule *)rules->rules->pdata[i])->id);
    return g_strdup(nearest.best);
}

char *rule_set_nearest_of(const RuleSet *rules, RuleKind kind, const char *id)
{
    Nearest nearest = nearest_begin(id, strlen(id));
    for (guint i = 0; i < rules->rules->len; i++) {
        const Rule *rule = rules->rules->pdata[i];
        if (rule->kind == kind)
            nearest_offer(&nearest, rule->id);
    }
    return g_strdup(nearest.best);
}
