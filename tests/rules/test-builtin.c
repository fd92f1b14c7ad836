/* What is compiled in: every rule file of the source tree as it is read from there, and nothing that does not
 * load. */
#include "rules/set/builtin.h"

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

static void holds_every_file(void **state)
{
    (void)state;
    assert_int_equal(builtin_document_count, count_files(source_folder));
}

static void assert_same_node(const YamlNode *actual, const YamlNode *expected)
{
    assert_int_equal(actual->kind, expected->kind);
    assert_int_equal(actual->line, expected->line);
    assert_int_equal(actual->column, expected->column);
    assert_int_equal(actual->is_broken, expected->is_broken);
    assert_int_equal(actual->count, expected->count);
    assert_int_equal(actual->run_count, expected->run_count);
    assert_int_equal(actual->length, expected->length);
    if (expected->kind == YAML_TEXT) {
        assert_memory_equal(actual->text, expected->text, expected->length + 1);
        assert_memory_equal(actual->runs, expected->runs, expected->run_count * sizeof *expected->runs);
    }
    for (guint i = 0; i < expected->count; i++) {
        if (expected->keys)
            assert_same_node(&actual->keys[i], &expected->keys[i]);
        assert_same_node(&actual->items[i], &expected->items[i]);
    }
}

static void holds_what_is_in_the_files(void **state)
{
    (void)state;
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    for (guint i = 0; i < builtin_document_count; i++) {
        const char *name = builtin_documents[i].name;
        g_autofree char *path = g_build_filename(source_folder, "..", name, NULL);
        g_autofree char *text = NULL;
        gsize length;
        assert_true(g_file_get_contents(path, &text, &length, NULL));
        g_autoptr(YamlNode) root = yaml_node_parse(name, text, length, mistakes);
        assert_non_null(root);
        assert_same_node(builtin_documents[i].root, root);
    }
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
        cmocka_unit_test(holds_what_is_in_the_files),
        cmocka_unit_test(loads),
    };
    g_assert(argc == 2);
    source_folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
