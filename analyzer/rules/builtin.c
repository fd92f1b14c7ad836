/* The rules that are compiled in. The resource is asked for by name, so that a linker that drops what nobody
 * calls (as with a static library) keeps it. */
#include <gio/gio.h>
#include <string.h>

#include "rules/builtin-rules.h" /* made by embed.py */
#include "rules/set.h"

#define ROOT      "/closelint/"
#define DEPTH_MAX 8

static void load_resources(RuleSet *rules, const char *path, guint depth, MistakeList *mistakes);

static void load_resource(RuleSet *rules, const char *path, MistakeList *mistakes)
{
    g_autoptr(GBytes) bytes = g_resource_lookup_data(builtin_rules_get_resource(), path, 0, NULL);
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    load_text(rules, path + strlen(ROOT), text ? text : "", length, mistakes);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_resources(RuleSet *rules, const char *path, guint depth, MistakeList *mistakes)
{
    g_auto(GStrv) names = g_resource_enumerate_children(builtin_rules_get_resource(), path, 0, NULL);
    if (!names || depth == DEPTH_MAX)
        return;
    qsort(names, g_strv_length(names), sizeof *names, by_name);
    for (guint i = 0; names[i]; i++) {
        g_autofree char *child = g_strconcat(path, names[i], NULL);
        if (g_str_has_suffix(child, "/"))
            load_resources(rules, child, depth + 1, mistakes);
        else
            load_resource(rules, child, mistakes);
    }
}

RuleSet *rule_set_new_builtin(GError **error)
{
    g_autoptr(RuleSet) rules = rule_set_new_empty();
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    load_resources(rules, ROOT "rules/", 0, mistakes);
    return mistake_list_check(mistakes, error) ? g_steal_pointer(&rules) : NULL;
}
