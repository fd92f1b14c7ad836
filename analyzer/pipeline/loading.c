/* The order matters twice: a file may only change what was loaded, and the command line wins over every file.
 */
#include "pipeline/loading.h"

#define CONFIG_NAME ".closelint.yaml"

char *config_find(const char *directory)
{
    char *current = g_canonicalize_filename(directory, NULL);
    for (;;) {
        char *path = g_build_filename(current, CONFIG_NAME, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
            g_free(current);
            return path;
        }
        g_free(path);
        char *parent = g_path_get_dirname(current);
        bool is_root = g_str_equal(parent, current);
        g_free(current);
        current = parent;
        if (is_root)
            break;
    }
    g_free(current);
    char *path = g_build_filename(g_get_user_config_dir(), "closelint", "config.yaml", NULL);
    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return path;
    g_free(path);
    return NULL;
}

char *config_for_options(const Options *options)
{
    if (options->no_config || options->config)
        return g_strdup(options->config);
    g_autofree char *working = g_get_current_dir();
    return config_find(working);
}

static bool load_config(RuleSet *rules, const Options *options, GError **error)
{
    g_autofree char *path = config_for_options(options);
    return !path || rule_set_load_config(rules, path, error);
}

typedef bool (*RuleSetCall)(RuleSet *rules, const char *argument, GError **error);

static bool for_each(RuleSet *rules, char *const *arguments, RuleSetCall call, GError **error)
{
    for (guint i = 0; arguments && arguments[i]; i++)
        if (!call(rules, arguments[i], error))
            return false;
    return true;
}

RuleSet *rules_for_options(const Options *options, GError **error)
{
    g_autoptr(RuleSet) rules = rule_set_new_builtin(error);
    if (!rules || !for_each(rules, options->rule_paths, rule_set_load, error) ||
        !load_config(rules, options, error) ||
        !for_each(rules, options->parameters, rule_set_set_parameter, error) ||
        !for_each(rules, options->selected, rule_set_select, error) ||
        !for_each(rules, options->ignored, rule_set_ignore, error) || !rule_set_finish(rules, error))
        return NULL;
    return g_steal_pointer(&rules);
}
