/* A user's `.closelint.yaml`: other values, other severities, and rules of one's own.
 *
 *   parameters: {fin_timeout: 30s}
 *   conditions:               # for the rules of all files
 *     from-the-vpn: {when: "client.addr == 10.8.0.0/16", doc: "The client is one of ours."}
 *   rules:
 *     rst-linger-zero: {severity: ok, reason: "our load balancer does it on purpose"}
 *     keepalive-race: {off: true, reason: "…"}
 *   select: [reset, data-lost]
 *   ignore: [half-closed]
 *   add:
 *     - rules/ours             # a file or directory, seen from this file
 *     - ending: …              # or a rule, written here
 */
#include <string.h>

#include "rules/set/private.h"

#define TEXT 1u << YAML_TEXT
#define LIST 1u << YAML_LIST
#define MAP  1u << YAML_MAP

static const YamlKey config_keys[] = {
    {"parameters", MAP, false},     {"conditions", MAP, false},     {"rules", MAP, false},
    {"select", TEXT | LIST, false}, {"ignore", TEXT | LIST, false}, {"add", TEXT | LIST | MAP, false},
};

bool config_is_key(const char *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(config_keys); i++)
        if (!strcmp(config_keys[i].key, key))
            return true;
    return false;
}

static void keep_overrides(RuleSet *rules, const char *name, const YamlNode *map, MistakeList *mistakes)
{
    for (guint i = 0; i < map->count; i++) {
        Override override = {.id = &map->keys[i], .change = &map->items[i], .name = g_intern_string(name)};
        if (yaml_check_kind(name, override.change, MAP, override.id->text, mistakes))
            g_array_append_val(rules->overrides, override);
    }
}

static void keep_choices(const char *name, const YamlNode *node, const char *what, GArray *choices,
                         MistakeList *mistakes)
{
    guint count = node->kind == YAML_TEXT ? 1 : node->count;
    for (guint i = 0; i < count; i++) {
        const YamlNode *item = node->kind == YAML_TEXT ? node : &node->items[i];
        if (!yaml_check_kind(name, item, TEXT, what, mistakes))
            continue;
        Choice choice = {.id = g_strdup(item->text),
                         .name = g_intern_string(name),
                         .line = item->line,
                         .column = item->column};
        g_array_append_val(choices, choice);
    }
}

static void add_item(RuleSet *rules, const char *name, const YamlNode *item, MistakeList *mistakes)
{
    if (!yaml_check_kind(name, item, TEXT | MAP, "add", mistakes))
        return;
    if (item->kind == YAML_MAP) {
        rule_load(rules, name, item, mistakes);
        return;
    }
    g_autofree char *folder = g_path_get_dirname(name);
    g_autofree char *path = g_path_is_absolute(item->text) || !strcmp(folder, ".")
                                ? g_strdup(item->text)
                                : g_build_filename(folder, item->text, NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        load_path(rules, path, mistakes);
    else
        mistake_list_add(mistakes, name, item->line, item->column, "there is no file '%s'", path);
}

static void add_items(RuleSet *rules, const char *name, const YamlNode *node, MistakeList *mistakes)
{
    if (node->kind != YAML_LIST) {
        add_item(rules, name, node, mistakes);
        return;
    }
    for (guint i = 0; i < node->count; i++)
        add_item(rules, name, &node->items[i], mistakes);
}

void config_load(RuleSet *rules, const char *name, const YamlNode *map, MistakeList *mistakes)
{
    if (!yaml_check_map(name, map, config_keys, G_N_ELEMENTS(config_keys), "a file without a rule", mistakes))
        return;
    const YamlNode *node;
    if ((node = yaml_node_get(map, "parameters")))
        parameters_load(rules, name, node, mistakes);
    if ((node = yaml_node_get(map, "conditions")))
        conditions_load(rules, name, node, true, mistakes);
    if ((node = yaml_node_get(map, "rules")))
        keep_overrides(rules, name, node, mistakes);
    if ((node = yaml_node_get(map, "select")))
        keep_choices(name, node, "select", rules->selected, mistakes);
    if ((node = yaml_node_get(map, "ignore")))
        keep_choices(name, node, "ignore", rules->ignored, mistakes);
    if ((node = yaml_node_get(map, "add")))
        add_items(rules, name, node, mistakes);
}
