/* Joins endings to a tree: parents, no cycles, a bounded depth, children in a defined order. And causes to
 * the endings that they explain. */
#include <string.h>

#include "rules/set/private.h"

static void complain_at(const Draft *draft, const char *key, MistakeList *mistakes, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void complain_at(const Draft *draft, const char *key, MistakeList *mistakes, const char *format, ...)
{
    const YamlNode *node = yaml_node_get(draft->map, key);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    mistake_list_add(mistakes, draft->rule->file, node->line, node->column, "%s", message);
}

static void complain_unknown(const RuleSet *rules, const Draft *draft, const YamlNode *node, RuleKind kind,
                             MistakeList *mistakes)
{
    g_autofree char *nearest = rule_set_nearest_of(rules, kind, node->text);
    mistake_list_add(mistakes, draft->rule->file, node->line, node->column, "no %s '%s'%s%s%s",
                     rule_kind_name(kind), node->text, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
}

static void link_parent(RuleSet *rules, const Draft *draft, MistakeList *mistakes)
{
    const YamlNode *under = yaml_node_get(draft->map, "under");
    if (!under)
        return;
    Rule *parent = g_tree_lookup(rules->by_id, under->text);
    if (!parent)
        complain_unknown(rules, draft, under, RULE_ENDING, mistakes);
    else if (parent->kind != RULE_ENDING)
        complain_at(draft, "under", mistakes, "'%s' is a %s: only endings have endings below them",
                    under->text, rule_kind_name(parent->kind));
    else
        draft->rule->parent = parent;
}

/* One of `explains`, or of `tells`. */
static void link_name(RuleSet *rules, const Draft *draft, const char *key, const YamlNode *name,
                      GPtrArray *out, MistakeList *mistakes)
{
    bool wants_ending = out == draft->rule->explains;
    if (!yaml_check_kind(draft->rule->file, name, 1u << YAML_TEXT, key, mistakes))
        return;
    Rule *rule = g_tree_lookup(rules->by_id, name->text);
    if (!rule)
        complain_unknown(rules, draft, name, wants_ending ? RULE_ENDING : RULE_FINDING, mistakes);
    else if (wants_ending && rule->kind != RULE_ENDING)
        mistake_list_add(mistakes, draft->rule->file, name->line, name->column,
                         "'%s' is a %s: a cause explains endings", name->text, rule_kind_name(rule->kind));
    else if (!wants_ending && (rule->kind == RULE_ENDING || rule == draft->rule))
        mistake_list_add(mistakes, draft->rule->file, name->line, name->column,
                         "'%s' is %s: a cause tells findings and other causes", name->text,
                         rule == draft->rule ? "this cause" : "an ending");
    else
        g_ptr_array_add(out, rule);
}

static void link_names(RuleSet *rules, const Draft *draft, const char *key, GPtrArray *out,
                       MistakeList *mistakes)
{
    const YamlNode *node = yaml_node_get(draft->map, key);
    if (!node)
        return;
    if (node->kind == YAML_TEXT)
        link_name(rules, draft, key, node, out, mistakes);
    for (guint i = 0; node->kind == YAML_LIST && i < node->count; i++)
        link_name(rules, draft, key, &node->items[i], out, mistakes);
}

static void link_rule(RuleSet *rules, const Draft *draft, MistakeList *mistakes)
{
    link_parent(rules, draft, mistakes);
    link_names(rules, draft, "explains", draft->rule->explains, mistakes);
    link_names(rules, draft, "tells", draft->rule->tells, mistakes);
}

/* Whether the way up from this rule comes back to it; *ret_depth: how many rules it has, itself included. */
static bool is_in_cycle(const RuleSet *rules, const Rule *rule, guint *ret_depth)
{
    guint depth = 1;
    for (const Rule *at = rule->parent; at && depth <= rules->rules->len; at = at->parent, depth++)
        if (at == rule)
            return true;
    *ret_depth = depth;
    return false;
}

/* Cuts the tree at every mistake, so that whoever walks it after this comes to an end. */
static void check_depths(RuleSet *rules, MistakeList *mistakes)
{
    for (guint i = 0; i < rules->drafts->len; i++) {
        const Draft *draft = &g_array_index(rules->drafts, Draft, i);
        guint depth;
        if (is_in_cycle(rules, draft->rule, &depth)) {
            complain_at(draft, "under", mistakes, "'%s' stands below itself, through '%s'", draft->rule->id,
                        draft->rule->parent->id);
            draft->rule->parent = NULL;
        }
    }
    for (guint i = 0; i < rules->drafts->len; i++) {
        const Draft *draft = &g_array_index(rules->drafts, Draft, i);
        guint depth;
        if (!is_in_cycle(rules, draft->rule, &depth) && depth == VERDICT_PATH_MAX + 1)
            complain_at(draft, "under", mistakes, "the tree is deeper than %d endings here",
                        VERDICT_PATH_MAX);
    }
}

static void check_finding_count(const RuleSet *rules, MistakeList *mistakes)
{
    unsigned count = 0;
    for (guint i = 0; i < rules->drafts->len; i++) {
        const Draft *draft = &g_array_index(rules->drafts, Draft, i);
        if (draft->rule->kind == RULE_FINDING && ++count == VERDICT_FINDINGS_MAX + 1)
            complain_at(draft, "finding", mistakes, "there are more than %d findings", VERDICT_FINDINGS_MAX);
    }
}

gint rule_compare_order(gconstpointer a, gconstpointer b)
{
    const Rule *left = *(const Rule *const *)a, *right = *(const Rule *const *)b;
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    return strcmp(left->id, right->id);
}

static gint by_id(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const Rule *const *)a)->id, (*(const Rule *const *)b)->id);
}

static void list_below(RuleSet *rules, const GPtrArray *siblings)
{
    for (guint i = 0; i < siblings->len; i++) {
        Rule *rule = siblings->pdata[i];
        g_ptr_array_add(rules->all, rule);
        list_below(rules, rule->children); /* as deep as VERDICT_PATH_MAX */
    }
}

void rules_link(RuleSet *rules, MistakeList *mistakes)
{
    for (guint i = 0; i < rules->drafts->len; i++)
        link_rule(rules, &g_array_index(rules->drafts, Draft, i), mistakes);
    check_depths(rules, mistakes);
    check_finding_count(rules, mistakes);
    if (mistake_list_length(mistakes))
        return;

    for (guint i = 0; i < rules->rules->len; i++) {
        Rule *rule = rules->rules->pdata[i];
        g_ptr_array_add(rule->kind == RULE_CAUSE     ? rules->causes
                        : rule->kind == RULE_FINDING ? rules->findings
                        : rule->parent               ? rule->parent->children
                                                     : rules->roots,
                        rule);
    }
    g_ptr_array_sort(rules->roots, rule_compare_order);
    g_ptr_array_sort(rules->causes, rule_compare_order);
    g_ptr_array_sort(rules->findings, by_id);
    for (guint i = 0; i < rules->rules->len; i++)
        g_ptr_array_sort(((Rule *)rules->rules->pdata[i])->children, rule_compare_order);
    list_below(rules, rules->roots);
    g_ptr_array_extend(rules->all, rules->causes, NULL, NULL);
    g_ptr_array_extend(rules->all, rules->findings, NULL, NULL);
    for (guint i = 0; i < rules->all->len; i++)
        ((Rule *)rules->all->pdata[i])->number = i;
}
