/* Each capture is read and judged once; what fired in it is kept as a set of rules. */
#include "pipeline/samples.h"

#include <stdarg.h>
#include <string.h>

#include "pipeline/message.h"
#include "pipeline/trace.h"

typedef struct {
    const RuleSet *rules;
    char *directory;
    GHashTable *fired; /* path -> GHashTable of Rule*, NULL where the capture could not be read */
    unsigned checks, failures;
    bool is_missing; /* some sample does not exist */
    Sink *out;
} SampleTest;

static void test_printf(const SampleTest *test, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void test_printf(const SampleTest *test, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    sink_puts(test->out, text);
}

static void set_free(gpointer data)
{
    if (data)
        g_hash_table_unref(data);
}

static GHashTable *judge_capture(const RuleSet *rules, const char *path)
{
    GError *error = NULL;
    g_autoptr(Trace) trace = trace_read(path, &(TraceOptions){0}, &error);
    if (!trace) {
        message_error(error);
        return NULL;
    }
    GHashTable *fired = g_hash_table_new(NULL, NULL);
    for (uint32_t stream = 0; stream < trace_info(trace)->connections; stream++) {
        Case subject;
        trace_judge(trace, rules, stream, &subject);
        for (unsigned i = 0; i < subject.verdict->path_length; i++)
            g_hash_table_add(fired, (gpointer)subject.verdict->path[i]);
        for (unsigned i = 0; i < subject.verdict->cause_count; i++)
            g_hash_table_add(fired, (gpointer)subject.verdict->causes[i].rule);
        for (unsigned i = 0; i < subject.verdict->finding_count; i++)
            g_hash_table_add(fired, (gpointer)subject.verdict->findings[i].rule);
    }
    return fired;
}

/* The rules that fired in a capture; NULL where it could not be read. */
static GHashTable *sample_fired(SampleTest *test, const char *path)
{
    gpointer fired = NULL;
    if (g_hash_table_lookup_extended(test->fired, path, NULL, &fired))
        return fired;
    fired = judge_capture(test->rules, path);
    g_hash_table_insert(test->fired, g_strdup(path), fired);
    return fired;
}

static int compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_capture_name(const char *name)
{
    return g_str_has_suffix(name, ".pcap") || g_str_has_suffix(name, ".pcapng");
}

/* The captures that a sample's name stands for, in order of name; empty where there are none. */
static GPtrArray *sample_captures(const char *directory, const char *name)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = g_build_filename(directory, name, NULL);
    static const char *const suffixes[] = {".pcap", ".pcapng"};
    for (unsigned i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *path = g_strconcat(folder, suffixes[i], NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(paths, g_steal_pointer(&path));
    }
    g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
    const char *entry;
    while (entries && (entry = g_dir_read_name(entries)))
        if (is_capture_name(entry))
            g_ptr_array_add(paths, g_build_filename(folder, entry, NULL));
    g_ptr_array_sort(paths, compare_paths);
    return paths;
}

static void test_failure(SampleTest *test, const Rule *rule, const char *sample, const char *what)
{
    test->failures++;
    test_printf(test, "%s:%u: %s: %s: %s\n", rule->file ? rule->file : "?", rule->line, rule->id, sample,
                what);
}

static void test_sample(SampleTest *test, const Rule *rule, const char *name, bool should_fire)
{
    g_autoptr(GPtrArray) paths = sample_captures(test->directory, name);
    if (!paths->len) {
        test->checks++;
        test->is_missing = true;
        test_failure(test, rule, name, "there is no such sample");
    }
    for (guint i = 0; i < paths->len; i++) {
        const char *path = paths->pdata[i];
        GHashTable *fired = sample_fired(test, path);
        test->checks++;
        if (!fired)
            test_failure(test, rule, path, "cannot be read");
        else if (g_hash_table_contains(fired, rule) != should_fire)
            test_failure(test, rule, path,
                         should_fire ? "stays silent, and should fire" : "fires, and should stay silent");
    }
}

static void test_rule(SampleTest *test, const Rule *rule)
{
    for (guint i = 0; rule->fires && i < rule->fires->len; i++)
        test_sample(test, rule, rule->fires->pdata[i], true);
    for (guint i = 0; rule->silent && i < rule->silent->len; i++)
        test_sample(test, rule, rule->silent->pdata[i], false);
}

static char *samples_directory(const char *directory)
{
    if (directory)
        return g_strdup(directory);
    return g_strdup(g_file_test("samples", G_FILE_TEST_IS_DIR) ? "samples" : CLOSELINT_SAMPLES_DIR);
}

bool samples_test(const RuleSet *rules, const char *directory, Sink *out)
{
    SampleTest test = {.rules = rules,
                       .out = out,
                       .directory = samples_directory(directory),
                       .fired = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, set_free)};
    const GPtrArray *all = rule_set_all(rules);
    unsigned tested = 0;
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        if (rule->disabled)
            continue;
        tested++;
        test_rule(&test, rule);
    }
    test_printf(&test, "%u rule%s, %u checks on %u captures: %u failed\n", tested, tested == 1 ? "" : "s",
                test.checks, g_hash_table_size(test.fired), test.failures);
    if (test.is_missing)
        test_printf(&test, "samples were looked for in %s; --samples DIR names another folder\n",
                    test.directory);
    g_hash_table_unref(test.fired);
    g_free(test.directory);
    return !test.failures;
}
