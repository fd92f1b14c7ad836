/* Part of the build, not of closelint: reads every *.yaml below a folder with closelint's own parser and
 * writes their trees as tables of C (builtin.h). What is no proper YAML fails the build with file, line and
 * column.
 *
 *   embed FOLDER C_FILE DEPFILE
 *
 * The files are found here and not listed in the build, so a new rule is one new file. The depfile names the
 * files and their folders: a file that comes or goes changes its folder, and the next build runs this again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/yaml/node.h"

#define FOLDER_DEPTH_MAX 8

typedef struct {
    GPtrArray *roots; /* YamlNode* */
    GPtrArray *queue; /* const YamlNode*, each at its index in the table of nodes */
    GString *nodes, *runs, *documents, *sources;
    guint run_count;
    MistakeList *mistakes;
} Output;

static void add_string(GString *out, const char *text, gsize length)
{
    g_string_append_c(out, '"');
    for (gsize i = 0; i < length; i++) {
        if (g_ascii_isalnum(text[i]) || (text[i] && strchr(" .,:;()_-", text[i])))
            g_string_append_c(out, text[i]);
        else
            g_string_append_printf(out, "\\%03o", (unsigned char)text[i]);
    }
    g_string_append_c(out, '"');
}

static void add_text(Output *output, const YamlNode *node)
{
    g_string_append_printf(output->nodes, ", .length = %" G_GSIZE_FORMAT ", .text = ", node->length);
    add_string(output->nodes, node->text, node->length);
    g_string_append_printf(output->nodes, ", .run_count = %u, .runs = runs + %u", node->run_count,
                           output->run_count);
    for (guint i = 0; i < node->run_count; i++)
        g_string_append_printf(output->runs, "    {%zu, %u, %u},\n", node->runs[i].offset, node->runs[i].line,
                               node->runs[i].column);
    output->run_count += node->run_count;
}

/* What is in a collection stands together: its nodes are given the next free places. */
static void add_collection(Output *output, const char *name, guint count, const YamlNode *nodes)
{
    g_string_append_printf(output->nodes, ", .%s = nodes + %u", name, output->queue->len);
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(output->queue, (gpointer)&nodes[i]);
}

static void add_node(Output *output, const YamlNode *node)
{
    static const char *const kinds[] = {"YAML_TEXT", "YAML_LIST", "YAML_MAP"};
    g_string_append_printf(output->nodes, "    {.kind = %s, .line = %u, .column = %u, .count = %u",
                           kinds[node->kind], node->line, node->column, node->count);
    if (node->kind == YAML_TEXT)
        add_text(output, node);
    if (node->kind == YAML_MAP)
        add_collection(output, "keys", node->count, node->keys);
    if (node->kind != YAML_TEXT)
        add_collection(output, "items", node->count, node->items);
    g_string_append(output->nodes, "},\n");
}

/* A path of the depfile. */
static void add_source(Output *output, const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, " ", -1);
    g_autofree char *escaped = g_strjoinv("\\ ", parts);
    g_string_append_printf(output->sources, " %s", escaped);
}

static void read_file(Output *output, const char *path, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length;
    add_source(output, path);
    if (!g_file_get_contents(path, &text, &length, &error)) {
        mistake_list_add(output->mistakes, path, 0, 0, "%s", error->message);
        return;
    }
    YamlNode *root = yaml_node_parse(path, text, length, output->mistakes);
    if (!root)
        return;
    g_string_append(output->documents, "    {");
    add_string(output->documents, name, strlen(name));
    g_string_append_printf(output->documents, ", nodes + %u},\n", output->roots->len);
    g_ptr_array_add(output->roots, root);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files of a folder and those below it, by name. */
static void read_folder(Output *output, const char *folder, const char *folder_name, guint depth)
{
    g_autoptr(GDir) directory = depth < FOLDER_DEPTH_MAX ? g_dir_open(folder, 0, NULL) : NULL;
    if (!directory) {
        mistake_list_add(output->mistakes, folder, 0, 0, "cannot be read");
        return;
    }
    add_source(output, folder);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(directory));)
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(folder, names->pdata[i], NULL);
        g_autofree char *name = g_build_filename(folder_name, names->pdata[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            read_folder(output, path, name, depth + 1);
        else if (g_str_has_suffix(path, ".yaml"))
            read_file(output, path, name);
    }
}

static char *source_of(Output *output)
{
    g_ptr_array_extend(output->queue, output->roots, NULL, NULL);
    for (guint i = 0; i < output->queue->len; i++)
        add_node(output, output->queue->pdata[i]);
    return g_strdup_printf("#include \"rules/set/builtin.h\"\n\n"
                           "static const SourceRun runs[] = {\n%s};\n\n"
                           "static const YamlNode nodes[%u];\n"
                           "static const YamlNode nodes[%u] = {\n%s};\n\n"
                           "const BuiltinDocument builtin_documents[] = {\n%s};\n"
                           "const guint builtin_document_count = %u;\n",
                           output->runs->str, output->queue->len, output->queue->len, output->nodes->str,
                           output->documents->str, output->roots->len);
}

static bool write_all(Output *output, const char *c_file, const char *depfile, GError **error)
{
    g_autofree char *source = source_of(output);
    g_autofree char *dependencies = g_strdup_printf("%s:%s\n", c_file, output->sources->str);
    return mistake_list_check(output->mistakes, error) && g_file_set_contents(c_file, source, -1, error) &&
           g_file_set_contents(depfile, dependencies, -1, error);
}

int main(int argc, char **argv)
{
    g_assert(argc == 4);
    Output output = {.roots = g_ptr_array_new_with_free_func((GDestroyNotify)yaml_node_free),
                     .queue = g_ptr_array_new(),
                     .nodes = g_string_new(NULL),
                     .runs = g_string_new(NULL),
                     .documents = g_string_new(NULL),
                     .sources = g_string_new(NULL),
                     .mistakes = mistake_list_new()};
    g_autoptr(GError) error = NULL;
    read_folder(&output, argv[1], "rules", 0);
    bool is_written = write_all(&output, argv[2], argv[3], &error);
    if (!is_written)
        fprintf(stderr, "%s\n", error->message);
    g_ptr_array_unref(output.roots);
    g_ptr_array_unref(output.queue);
    g_string_free(output.nodes, TRUE);
    g_string_free(output.runs, TRUE);
    g_string_free(output.documents, TRUE);
    g_string_free(output.sources, TRUE);
    mistake_list_free(output.mistakes);
    return is_written ? EXIT_SUCCESS : EXIT_FAILURE;
}
