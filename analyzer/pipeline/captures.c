#include "pipeline/captures.h"

#include <string.h>

/* Folders below each other; a deeper tree is told and left. */
#define CAPTURES_DEPTH_MAX 32

gboolean captures_is_name(const char *name)
{
    static const char *const kinds[] = {".pcap", ".pcapng", ".cap", ".snoop"};
    static const char *const packings[] = {".gz", ".zst", ".lz4", ".xz"};
    size_t length = strlen(name);
    for (unsigned i = 0; i < G_N_ELEMENTS(packings); i++)
        if (g_str_has_suffix(name, packings[i])) {
            length -= strlen(packings[i]);
            break;
        }
    while (length && g_ascii_isdigit(name[length - 1])) /* tcpdump -C and -W number their files */
        length--;
    for (unsigned i = 0; i < G_N_ELEMENTS(kinds); i++) {
        size_t kind = strlen(kinds[i]);
        if (length > kind && !strncmp(name + length - kind, kinds[i], kind))
            return TRUE;
    }
    return FALSE;
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder in their order; NULL where it cannot be read. Caller unrefs. */
static GPtrArray *names_of(const char *folder, GPtrArray *messages)
{
    GError *error = NULL;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, &error);
    if (!directory) {
        g_ptr_array_add(messages, g_strdup_printf("%s: left out: %s", folder, error->message));
        g_error_free(error);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; (name = g_dir_read_name(directory));)
        g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

static void add_folder(GPtrArray *captures, const char *folder, unsigned depth, GPtrArray *messages);

static void add_entry(GPtrArray *captures, const char *folder, const char *name, unsigned depth,
                      GPtrArray *messages)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        if (captures_is_name(name))
            g_ptr_array_add(captures, g_steal_pointer(&path));
    } else if (g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
        g_ptr_array_add(messages, g_strdup_printf("%s: left out: a symbolic link to a folder", path));
    } else if (depth == CAPTURES_DEPTH_MAX) {
        g_ptr_array_add(messages, g_strdup_printf("%s: left out: folders are nested too deep", path));
    } else {
        add_folder(captures, path, depth + 1, messages);
    }
}

static void add_folder(GPtrArray *captures, const char *folder, unsigned depth, GPtrArray *messages)
{
    g_autoptr(GPtrArray) names = names_of(folder, messages);
    for (guint i = 0; names && i < names->len; i++)
        add_entry(captures, folder, names->pdata[i], depth, messages);
}

char **captures_expand(char *const *given, GPtrArray *messages)
{
    GPtrArray *captures = g_ptr_array_new();
    for (guint i = 0; given[i]; i++) {
        guint before = captures->len;
        if (g_file_test(given[i], G_FILE_TEST_IS_DIR))
            add_folder(captures, given[i], 0, messages);
        if (captures->len == before)
            g_ptr_array_add(captures, g_strdup(given[i]));
    }
    g_ptr_array_add(captures, NULL);
    return (char **)g_ptr_array_free(captures, FALSE);
}
