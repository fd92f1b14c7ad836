/* Stands in for libFuzzer's main in ordinary test runs: replay [-l] [-m N] FILE|FOLDER… gives each file, and
 * each file below a folder, to the fuzz target; with -l each line of each FILE that is named. Each input is
 * given whole, then N times (default 8) cut short and with a few bytes changed. The changes are the same in
 * every run. A target that finds something aborts; the last line said then names the file. */
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static gint changes = 8;
static gboolean by_line;
static guint files;

/* A copy of exactly that size, so that AddressSanitizer sees a read past its end. */
static void replay(const uint8_t *bytes, size_t size)
{
    g_autofree uint8_t *copy = g_memdup2(bytes, size);
    LLVMFuzzerTestOneInput(copy ? copy : (const uint8_t *)"", size);
}

static void replay_changed(const uint8_t *bytes, size_t size, GRand *random)
{
    g_autofree uint8_t *copy = g_memdup2(bytes, size);
    size_t limit = MIN(size, G_MAXINT32 - 1);
    if (g_rand_boolean(random))
        limit = (size_t)g_rand_int_range(random, 1, (gint32)limit + 1);
    for (guint i = (guint)g_rand_int_range(random, 0, 8); i > 0; i--)
        copy[g_rand_int_range(random, 0, (gint32)limit)] = (uint8_t)g_rand_int(random);
    replay(copy, limit);
}

static void replay_input(const uint8_t *bytes, size_t size)
{
    replay(bytes, size);
    GRand *random = g_rand_new_with_seed((guint32)size);
    for (gint i = 0; size && i < changes; i++)
        replay_changed(bytes, size, random);
    g_rand_free(random);
}

static void replay_file(const char *path, bool lines_apart)
{
    g_autofree char *bytes = NULL;
    gsize size;
    if (!g_file_get_contents(path, &bytes, &size, NULL)) {
        fprintf(stderr, "replay: %s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    printf("%s\n", path);
    fflush(stdout);
    files++;
    if (!lines_apart) {
        replay_input((const uint8_t *)bytes, size);
        return;
    }
    g_auto(GStrv) lines = g_strsplit(bytes, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        replay_input((const uint8_t *)lines[i], strlen(lines[i]));
}

static void replay_path(const char *path, bool lines_apart)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        replay_file(path, lines_apart);
        return;
    }
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        replay_path(below, false);
    }
}

int main(int argc, char **argv)
{
    const GOptionEntry options[] = {
        {"lines", 'l', 0, G_OPTION_ARG_NONE, &by_line, "Each line of a FILE is an input", NULL},
        {"changes", 'm', 0, G_OPTION_ARG_INT, &changes, "How often each input is changed", "N"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("FILE|FOLDER…");
    g_option_context_add_main_entries(context, options, NULL);
    if (!g_option_context_parse(context, &argc, &argv, NULL))
        return EXIT_FAILURE;
    for (int i = 1; i < argc; i++)
        replay_path(argv[i], by_line);
    return files ? EXIT_SUCCESS : EXIT_FAILURE;
}
