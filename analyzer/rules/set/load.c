/* Reads files and directories of rules. One file is one rule, a list of rules, or a map of configuration. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "rules/set/private.h"

void load_document(RuleSet *rules, const char *name, const YamlNode *root, MistakeList *mistakes)
{
    g_assert(!rules->is_finished);
    if (root->kind == YAML_LIST) {
        for (guint i = 0; i < root->count; i++)
            rule_load(rules, name, &root->items[i], mistakes);
        return;
    }
    if (root->kind == YAML_TEXT) {
        mistake_list_add(mistakes, name, root->line, root->column, "expected a rule, found a text");
        return;
    }
    bool is_config = root->count == 0;
    for (guint i = 0; i < root->count; i++)
        is_config |= config_is_key(root->keys[i].text);
    if (is_config && !rule_is_map(root))
        config_load(rules, name, root, mistakes);
    else
        rule_load(rules, name, root, mistakes);
}

void load_text(RuleSet *rules, const char *name, const char *text, gsize length, MistakeList *mistakes)
{
    YamlNode *root = yaml_node_parse(name, text, length, mistakes);
    if (!root)
        return;
    g_ptr_array_add(rules->documents, root);
    load_document(rules, name, root, mistakes);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void load_directory(RuleSet *rules, const char *path, MistakeList *mistakes)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GDir) directory = g_dir_open(path, 0, &problem);
    if (!directory) {
        mistake_list_add(mistakes, path, 0, 0, "%s", problem->message);
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(directory)))
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *child = g_build_filename(path, names->pdata[i], NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR) || g_str_has_suffix(child, ".yaml"))
            load_path(rules, child, mistakes);
    }
}

/* The whole of a file, or a little more than is allowed: a path may name a device without an end. */
static GString *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    GString *text = g_string_new(NULL);
    char block[16384];
    size_t length;
    while (text->len <= YAML_SIZE_MAX && (length = fread(block, 1, sizeof block, file)) > 0)
        g_string_append_len(text, block, (gssize)length);
    int problem = ferror(file) ? errno : 0;
    fclose(file);
    if (!problem)
        return text;
    g_string_free(text, TRUE);
    errno = problem;
    return NULL;
}

static void load_file(RuleSet *rules, const char *path, MistakeList *mistakes)
{
    g_autoptr(GString) text = read_file(path);
    if (text)
        load_text(rules, path, text->str, text->len, mistakes);
    else
        mistake_list_add(mistakes, path, 0, 0, "%s", g_strerror(errno));
}

void load_path(RuleSet *rules, const char *path, MistakeList *mistakes)
{
    if (rules->file_depth >= RULE_FILE_DEPTH_MAX) {
        mistake_list_add(mistakes, path, 0, 0, "files and directories are nested too deeply");
        return;
    }
    rules->file_depth++;
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        load_directory(rules, path, mistakes);
    else
        load_file(rules, path, mistakes);
    rules->file_depth--;
}

bool rule_set_load(RuleSet *rules, const char *path, GError **error)
{
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    load_path(rules, path, mistakes);
    return mistake_list_check(mistakes, error);
}

bool rule_set_load_text(RuleSet *rules, const char *name, const char *text, gsize length, GError **error)
{
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    load_text(rules, name, text, length, mistakes);
    return mistake_list_check(mistakes, error);
}

bool rule_set_load_config(RuleSet *rules, const char *path, GError **error)
{
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    load_file(rules, path, mistakes);
    return mistake_list_check(mistakes, error);
}
