/* What is compiled in: every rule file of the source tree, and nothing that does not load. */
#include <gio/gio.h>

#include "rules/builtin-rules.h"
#include "testing.h"

static const char *source_folder; /* the rules of the source tree */

static guint count_files(const char *folder)
{
    guint count = 0;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, NULL);
    assert_non_null(directory);
    const char *name;
    while ((name = g_dir_read_name(directory))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            count += count_files(path);
        else if (*name != '.' && g_str_has_suffix(name, ".yaml"))
            count++;
    }
    return count;
}

static guint count_resources(const char *path)
{
    guint count = 0;
    g_auto(GStrv) names = g_resource_enumerate_children(builtin_rules_get_resource(), path, 0, NULL);
    assert_non_null(names);
    for (guint i = 0; names[i]; i++) {
        g_autofree char *child = g_strconcat(path, names[i], NULL);
        count += g_str_has_suffix(child, "/") ? count_resources(child) : 1;
    }
    return count;
}

static void holds_every_file(void **state)
{
    (void)state;
    assert_int_equal(count_resources("/closelint/rules/"), count_files(source_folder));
}

static void loads(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(RuleSet) rules = rule_set_new_builtin(&error);
    if (!rules)
        fail_msg("%s", error->message);
    assert_true(rule_set_set_parameter(rules, "fin_timeout=30s", &error));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_every_file),
        cmocka_unit_test(loads),
    };
    g_assert(argc == 2);
    source_folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
