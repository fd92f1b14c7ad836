/* Reads a rule's map: the shape of every key now, expressions and texts when all parameters are known. */
#include <string.h>

#include "rules/set/private.h"

#define TEXT 1u << YAML_TEXT
#define LIST 1u << YAML_LIST
#define MAP  1u << YAML_MAP

/* The format of a rule file: what all kinds of rules have, */
#define COMMON_KEYS                                                                                          \
    {"severity", TEXT, true}, {"let", MAP, false}, {"when", TEXT, true}, {"certain", TEXT, false},           \
        {"benign", TEXT, false}, {"summary", TEXT, false}, {"title", TEXT, true}, {"happened", TEXT, true},  \
        {"programs", MAP, false}, {"lost", TEXT, false}, {"lookalikes", TEXT | LIST, false},                 \
        {"confirm", TEXT | MAP, false}, {"fix", TEXT | MAP, false}, {"references", TEXT | LIST, false},      \
        {"evidence", TEXT | LIST, false},                                                                    \
    {                                                                                                        \
        "samples", MAP, false                                                                                \
    }

/* and what each has besides. */
static const YamlKey ending_keys[] = {
    {"ending", TEXT, true}, {"under", TEXT, false}, {"order", TEXT, false}, COMMON_KEYS};

static const YamlKey cause_keys[] = {{"cause", TEXT, true},
                                     {"explains", TEXT | LIST, true},
                                     {"order", TEXT, false},
                                     {"tells", TEXT | LIST, false},
                                     COMMON_KEYS};

static const YamlKey finding_keys[] = {{"finding", TEXT, true}, COMMON_KEYS};

static const struct {
    const char *phrase;
    const YamlKey *keys; /* the first is the rule's id */
    guint count;
} kinds[RULE_KINDS] = {
    [RULE_ENDING] = {"an ending", ending_keys, G_N_ELEMENTS(ending_keys)},
    [RULE_CAUSE] = {"a cause", cause_keys, G_N_ELEMENTS(cause_keys)},
    [RULE_FINDING] = {"a finding", finding_keys, G_N_ELEMENTS(finding_keys)},
};

static const YamlKey sample_keys[] = {
    {"fires", LIST, false},
    {"silent", LIST, false},
};

static void load_severity(Rule *rule, const char *name, const YamlNode *node, MistakeList *mistakes)
{
    if (severity_parse(node->text, &rule->severity))
        rule->shipped_severity = rule->severity;
    else
        mistake_list_add(mistakes, name, node->line, node->column,
                         "'%s' is no severity: it is one of error, warning, note, ok", node->text);
}

static void load_order(Rule *rule, const char *name, const YamlNode *node, MistakeList *mistakes)
{
    gint64 order;
    if (g_ascii_string_to_signed(node->text, 10, -1000000, 1000000, &order, NULL))
        rule->order = (int)order;
    else
        mistake_list_add(mistakes, name, node->line, node->column, "'%s' is no order: it is a whole number",
                         node->text);
}

static void load_samples(Rule *rule, const char *name, const YamlNode *map, MistakeList *mistakes)
{
    if (!yaml_check_map(name, map, sample_keys, G_N_ELEMENTS(sample_keys), "'samples'", mistakes))
        return;
    const YamlNode *fires = yaml_node_get(map, "fires"), *silent = yaml_node_get(map, "silent");
    if (fires)
        yaml_copy_texts(name, fires, "fires", rule->fires, mistakes);
    if (silent)
        yaml_copy_texts(name, silent, "silent", rule->silent, mistakes);
}

/* These are said as they stand: what looks like a piece of a template would be printed so. */
static void refuse_pieces(const char *name, const YamlNode *node, const char *what, MistakeList *mistakes)
{
    for (guint i = 0; node->kind == YAML_LIST && i < node->count; i++)
        refuse_pieces(name, &node->items[i], what, mistakes);
    if (node->kind == YAML_TEXT && strpbrk(node->text, "{}"))
        mistake_list_add(mistakes, name, node->line, node->column,
                         "'%s' is no template: nothing in braces is filled in here", what);
}

static void copy_plain(const char *name, const YamlNode *map, const char *key, GPtrArray *texts,
                       MistakeList *mistakes)
{
    const YamlNode *node = yaml_node_get(map, key);
    if (!node)
        return;
    yaml_copy_texts(name, node, key, texts, mistakes);
    refuse_pieces(name, node, key, mistakes);
}

static void load_texts(Rule *rule, const char *name, const YamlNode *map, MistakeList *mistakes)
{
    const YamlNode *node;
    if ((node = yaml_node_get(map, "summary"))) {
        rule->summary = g_strdup(node->text);
        refuse_pieces(name, node, "summary", mistakes);
    }
    copy_plain(name, map, "lookalikes", rule->lookalikes, mistakes);
    copy_plain(name, map, "references", rule->references, mistakes);
    if ((node = yaml_node_get(map, "samples")))
        load_samples(rule, name, node, mistakes);
    if ((node = yaml_node_get(map, "order")))
        load_order(rule, name, node, mistakes);
    load_severity(rule, name, yaml_node_get(map, "severity"), mistakes);
}

bool rule_is_id(const char *text)
{
    if (!g_ascii_islower(*text))
        return false;
    for (const char *at = text; *at; at++)
        if (!g_ascii_islower(*at) && !g_ascii_isdigit(*at) && (*at != '-' || at[1] == '-' || !at[1]))
            return false;
    return true;
}

static bool check_id(RuleSet *rules, const char *name, const YamlNode *id, MistakeList *mistakes)
{
    if (!rule_is_id(id->text)) {
        mistake_list_add(mistakes, name, id->line, id->column,
                         "'%s' is no id: lower case letters, digits and hyphens", id->text);
        return false;
    }
    const Rule *earlier = g_tree_lookup(rules->by_id, id->text);
    if (earlier)
        mistake_list_add(mistakes, name, id->line, id->column, "there is a rule '%s' already: %s:%u",
                         id->text, earlier->file, earlier->line);
    return !earlier;
}

/* The kind whose key the map has, the first where there are several; RULE_KINDS for none. */
static RuleKind find_kind(const YamlNode *map)
{
    RuleKind kind = RULE_ENDING;
    while (kind < RULE_KINDS && !yaml_node_get(map, rule_kind_name(kind)))
        kind++;
    return kind;
}

bool rule_is_map(const YamlNode *map)
{
    return find_kind(map) < RULE_KINDS;
}

void rule_load(RuleSet *rules, const char *name, const YamlNode *map, MistakeList *mistakes)
{
    if (!yaml_check_kind(name, map, MAP, "a rule", mistakes))
        return;
    RuleKind kind = find_kind(map);
    if (kind == RULE_KINDS) {
        mistake_list_add(mistakes, name, map->line, map->column,
                         "a rule needs the key 'ending', 'cause' or 'finding'");
        return;
    }
    const YamlNode *id = yaml_node_get(map, rule_kind_name(kind));
    if (!yaml_check_map(name, map, kinds[kind].keys, kinds[kind].count, kinds[kind].phrase, mistakes) ||
        !check_id(rules, name, id, mistakes))
        return;

    Rule *rule = rule_new(id->text, name, map->line);
    rule->kind = kind;
    g_ptr_array_add(rules->rules, rule);
    g_tree_insert(rules->by_id, rule->id, rule);
    load_texts(rule, name, map, mistakes);
    if (yaml_node_get(map, "let"))
        conditions_load(rules, name, yaml_node_get(map, "let"), false, mistakes);
    Draft draft = {.rule = rule, .map = map, .is_builtin = rules->loads_builtin};
    g_array_append_val(rules->drafts, draft);
}
