/* Puts users' changes into effect: severities, rules switched off, and which rules are wanted at all. */
#include <string.h>

#include "base/nearest.h"
#include "rules/set/private.h"

#define TEXT 1u << YAML_TEXT

static const YamlKey change_keys[] = {
    {"severity", TEXT, false},
    {"off", TEXT, false},
    {"reason", TEXT, true},
};

static void complain_unknown_rule(const RuleSet *rules, const char *name, unsigned line, unsigned column,
                                  const char *id, MistakeList *mistakes)
{
    g_autofree char *nearest = rule_set_nearest(rules, id);
    mistake_list_add(mistakes, name, line, column, "no rule '%s'%s%s%s", id,
                     nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

static void apply(RuleSet *rules, const Override *override, MistakeList *mistakes)
{
    const YamlNode *id = override->id, *change = override->change;
    Rule *rule = g_tree_lookup(rules->by_id, id->text);
    if (!rule) {
        complain_unknown_rule(rules, override->name, id->line, id->column, id->text, mistakes);
        return;
    }
    if (!yaml_check_map(override->name, change, change_keys, G_N_ELEMENTS(change_keys), "a change of a rule",
                        mistakes))
        return;
    const YamlNode *severity = yaml_node_get(change, "severity"), *off = yaml_node_get(change, "off");
    if (severity && !severity_parse(severity->text, &rule->severity))
        mistake_list_add(mistakes, override->name, severity->line, severity->column,
                         "'%s' is no severity: it is one of error, warning, note, ok", severity->text);
    if (off && strcmp(off->text, "true") && strcmp(off->text, "false"))
        mistake_list_add(mistakes, override->name, off->line, off->column, "'off' is true or false");
    rule->disabled |= off && !strcmp(off->text, "true");
    g_free(rule->reason);
    rule->reason = g_strdup(yaml_node_get(change, "reason")->text);
}

void overrides_apply(RuleSet *rules, MistakeList *mistakes)
{
    for (guint i = 0; i < rules->overrides->len; i++)
        apply(rules, &g_array_index(rules->overrides, Override, i), mistakes);
}

/* Whether the rule is this one or stands below it. */
static bool is_within(const Rule *rule, const char *id)
{
    for (; rule; rule = rule->parent)
        if (!strcmp(rule->id, id))
            return true;
    return false;
}

static bool is_chosen(const Rule *rule, const GArray *choices)
{
    for (guint i = 0; i < choices->len; i++)
        if (is_within(rule, g_array_index(choices, Choice, i).id))
            return true;
    return false;
}

static void check_choices(const RuleSet *rules, const GArray *choices, MistakeList *mistakes)
{
    for (guint i = 0; i < choices->len; i++) {
        const Choice *choice = &g_array_index(choices, Choice, i);
        if (!g_tree_lookup(rules->by_id, choice->id))
            complain_unknown_rule(rules, choice->name, choice->line, choice->column, choice->id, mistakes);
    }
}

void choices_apply(RuleSet *rules, MistakeList *mistakes)
{
    check_choices(rules, rules->selected, mistakes);
    check_choices(rules, rules->ignored, mistakes);
    for (guint i = 0; i < rules->rules->len; i++) {
        Rule *rule = rules->rules->pdata[i];
        bool is_wanted = !rules->selected->len || is_chosen(rule, rules->selected);
        rule->disabled |= !is_wanted || is_chosen(rule, rules->ignored);
    }
}

static void drop_file_choices(GArray *choices)
{
    for (guint i = choices->len; i-- > 0;)
        if (g_array_index(choices, Choice, i).line)
            g_array_remove_index(choices, i);
}

static void add_choices(GArray *choices, const char *option, const char *ids)
{
    g_auto(GStrv) list = g_strsplit(ids, ",", -1);
    for (guint i = 0; list[i]; i++) {
        g_strstrip(list[i]);
        Choice choice = {.id = g_strdup(list[i]), .name = g_intern_string(option)};
        if (*list[i])
            g_array_append_val(choices, choice);
        else
            g_free(choice.id);
    }
}

bool rule_set_select(RuleSet *rules, const char *ids, GError **error)
{
    g_assert(!rules->is_finished);
    (void)error;
    drop_file_choices(rules->selected);
    add_choices(rules->selected, "--select", ids);
    return true;
}

bool rule_set_ignore(RuleSet *rules, const char *ids, GError **error)
{
    g_assert(!rules->is_finished);
    (void)error;
    add_choices(rules->ignored, "--ignore", ids);
    return true;
}
