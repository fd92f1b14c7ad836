/* sweep CAPTURE|DIRECTORY…: judges each capture whole, and then again with frames lost, repeated, swapped or
 * cut, and fails where a verdict on less than the whole contradicts it or is more certain.
 *
 * Another ending that is only likely is allowed and listed; one that is certain is allowed only where nothing
 * in the mutated capture could tell, by the rules of undecidable.c. A directory stands for the captures
 * "client.pcap" and "server.pcap" in each folder in it. */
#include <stdio.h>
#include <string.h>

#include "capture/reader.h"
#include "comparison.h"

typedef struct {
    RuleSet *rules;
    guint captures, verdicts;
    guint counts[MUTATION_KINDS][MATCHES];
    GHashTable *listed; /* "identical › …" → GUINT count; of likely and undecidable ones */
    GPtrArray *order;   /* its keys with the first example, sorted at the end */
    GPtrArray *failures;
} Sweep;

typedef struct {
    char *key, *example;
    guint count;
} Listed;

typedef struct {
    const char *name;
    char *content; /* of the file, to which the frames point */
    CaptureReader *reader;
    GArray *frames, *packets; /* Frame, Packet */
    bool cut;
} Capture;

static void listed_free(gpointer data)
{
    Listed *listed = data;
    g_free(listed->key);
    g_free(listed->example);
    g_free(listed);
}

static bool read_capture(Capture *capture, const char *path, GError **error)
{
    gsize length;
    if (!g_file_get_contents(path, &capture->content, &length, error))
        return false;
    capture->reader = capture_reader_open_memory((const uint8_t *)capture->content, length, error);
    if (!capture->reader)
        return false;
    g_assert(capture_reader_is_memory(capture->reader));
    Frame frame;
    int64_t now_ns = 0;
    while (capture_reader_next(capture->reader, &frame)) {
        if (frame.time_ns == FRAME_TIME_UNKNOWN)
            frame.time_ns = now_ns;
        now_ns = frame.time_ns;
        Packet packet = packet_from_frame(&frame, capture->frames->len, 0);
        g_array_append_val(capture->frames, frame);
        g_array_append_val(capture->packets, packet);
    }
    const DiagnosticList *diagnostics = capture_reader_diagnostics(capture->reader);
    capture->cut = diagnostic_list_length(diagnostics) > 0;
    return true;
}

static void format_outcome(GString *out, const Outcome *outcome)
{
    g_string_append_printf(out, "%s%s", outcome_name(outcome),
                           outcome->certainty == CERTAINTY_CERTAIN ? "" : "?");
}

/* "four-way → open?": a question mark for what is only likely. */
static char *describe(const Comparison *comparison)
{
    GString *out = g_string_new(NULL);
    format_outcome(out, comparison->full);
    g_string_append(out, " → ");
    format_outcome(out, comparison->got);
    if (comparison->why)
        g_string_append_printf(out, " (%s)", comparison->why);
    return g_string_free(out, FALSE);
}

static char *locate(const Capture *capture, const Mutation *mutation, uint32_t stream)
{
    GString *out = g_string_new(capture->name);
    g_string_append_printf(out, " stream %u, ", stream);
    mutation_format(out, mutation);
    return g_string_free(out, FALSE);
}

static void list(Sweep *sweep, const Capture *capture, const Mutation *mutation, const Comparison *comparison,
                 const char *what, const char *description)
{
    char *key = g_strdup_printf("%-12s %-13s %s", what, mutation_kind_name(mutation->kind), description);
    Listed *listed = g_hash_table_lookup(sweep->listed, key);
    if (listed) {
        g_free(key);
    } else {
        listed = g_new0(Listed, 1);
        listed->key = key;
        listed->example = locate(capture, mutation, comparison->stream);
        g_hash_table_insert(sweep->listed, listed->key, listed);
        g_ptr_array_add(sweep->order, listed);
    }
    listed->count++;
}

static void fail(Sweep *sweep, const Capture *capture, const Mutation *mutation, const Comparison *comparison,
                 const char *what, const char *description)
{
    g_autofree char *location = locate(capture, mutation, comparison->stream);
    g_ptr_array_add(sweep->failures, g_strdup_printf("%s: %s: %s", what, location, description));
}

/* A finding that is certain must be one of the whole capture, too. */
static void judge_findings(Sweep *sweep, const Capture *capture, const Experiment *experiment,
                           const Comparison *comparison)
{
    for (unsigned i = 0; i < comparison->got->finding_count; i++) {
        const char *why;
        const Rule *finding = comparison_new_finding(experiment, comparison, i, &why);
        if (!finding)
            continue;
        g_autofree char *text = why ? g_strdup_printf("%s (%s)", finding->id, why) : g_strdup(finding->id);
        if (i < comparison->got->certain_count && !why)
            fail(sweep, capture, experiment->mutation, comparison, "finding", text);
        else
            list(sweep, capture, experiment->mutation, comparison, why ? "undecidable" : "finding?", text);
    }
}

static void judge(Sweep *sweep, const Capture *capture, const Experiment *experiment)
{
    const Mutation *mutation = experiment->mutation;
    for (guint stream = 0; stream < experiment->trial->outcomes->len; stream++) {
        Comparison comparison = compare_stream(experiment, stream);
        sweep->counts[mutation->kind][comparison.match]++;
        sweep->verdicts++;
        judge_findings(sweep, capture, experiment, &comparison);
        g_autofree char *description = describe(&comparison);
        if (comparison.match == MATCH_LIKELY || comparison.match == MATCH_UNDECIDABLE)
            list(sweep, capture, mutation, &comparison, match_name(comparison.match), description);
        else if (comparison.match > MATCH_UNDECIDABLE)
            fail(sweep, capture, mutation, &comparison, match_name(comparison.match), description);
    }
}

static void sweep_packets(Sweep *sweep, const Capture *capture)
{
    const Packet *packets = (const Packet *)capture->packets->data;
    const Frame *frames = (const Frame *)capture->frames->data;
    guint count = capture->packets->len;
    g_autoptr(Trial) full = trial_new();
    g_autoptr(Trial) trial = trial_new();
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(Packet));
    trial_run(full, sweep->rules, packets, count, capture->cut);
    Mutation mutation;
    bool first = true;
    while (mutation_next(&mutation, count, &first)) {
        mutation_apply(&mutation, frames, packets, count, kept);
        trial_run(trial, sweep->rules, (const Packet *)kept->data, kept->len, capture->cut);
        Experiment experiment = {&mutation, capture->packets, kept, full, trial};
        judge(sweep, capture, &experiment);
    }
}

static bool sweep_capture(Sweep *sweep, const char *path, const char *name)
{
    Capture capture = {.name = name,
                       .frames = g_array_new(FALSE, FALSE, sizeof(Frame)),
                       .packets = g_array_new(FALSE, FALSE, sizeof(Packet))};
    g_autoptr(GError) error = NULL;
    bool ok = read_capture(&capture, path, &error);
    if (ok)
        sweep_packets(sweep, &capture);
    else
        fprintf(stderr, "%s\n", error->message);
    sweep->captures++;
    capture_reader_free(capture.reader);
    g_free(capture.content);
    g_array_unref(capture.frames);
    g_array_unref(capture.packets);
    return ok;
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool sweep_directory(Sweep *sweep, const char *path)
{
    static const char *const views[] = {"client", "server"};
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *entry;
    bool ok = true;
    while (dir && (entry = g_dir_read_name(dir))) {
        /* A capture that was made to show a flaw is no measure for others. */
        g_autofree char *cut = g_build_filename(path, entry, "cut", NULL);
        if (!g_file_test(cut, G_FILE_TEST_EXISTS))
            g_ptr_array_add(names, g_strdup(entry));
    }
    g_ptr_array_sort(names, compare_texts);
    for (guint i = 0; i < names->len; i++) {
        for (guint view = 0; view < G_N_ELEMENTS(views); view++) {
            g_autofree char *name =
                g_strdup_printf("%s/%s", (const char *)g_ptr_array_index(names, i), views[view]);
            g_autofree char *file = g_strdup_printf("%s/%s.pcap", path, name);
            if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
                ok &= sweep_capture(sweep, file, name);
        }
    }
    return ok;
}

static gint compare_listed(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const Listed *const *)a)->key, (*(const Listed *const *)b)->key);
}

static void print_report(Sweep *sweep)
{
    g_ptr_array_sort(sweep->order, compare_listed);
    for (guint i = 0; i < sweep->order->len; i++) {
        const Listed *listed = g_ptr_array_index(sweep->order, i);
        printf("%5u× %s, as %s\n", listed->count, listed->key, listed->example);
    }
    printf("%u captures, %u verdicts on mutated ones\n%-14s", sweep->captures, sweep->verdicts, "");
    for (guint match = 0; match < MATCHES; match++)
        printf(" %12s", match_name(match));
    putchar('\n');
    for (guint kind = 0; kind < MUTATION_KINDS; kind++) {
        printf("%-14s", mutation_kind_name(kind));
        for (guint match = 0; match < MATCHES; match++)
            printf(" %12u", sweep->counts[kind][match]);
        putchar('\n');
    }
    for (guint i = 0; i < sweep->failures->len; i++)
        printf("%s\n", (const char *)g_ptr_array_index(sweep->failures, i));
    printf("%u failures\n", sweep->failures->len);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Sweep sweep = {.rules = rule_set_new_builtin(&error)};
    if (!sweep.rules || !rule_set_finish(sweep.rules, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    sweep.listed = g_hash_table_new(g_str_hash, g_str_equal);
    sweep.order = g_ptr_array_new_with_free_func(listed_free);
    sweep.failures = g_ptr_array_new_with_free_func(g_free);
    bool ok = true;
    for (int i = 1; i < argc; i++) {
        if (g_file_test(argv[i], G_FILE_TEST_IS_DIR))
            ok &= sweep_directory(&sweep, argv[i]);
        else
            ok &= sweep_capture(&sweep, argv[i], argv[i]);
    }
    print_report(&sweep);
    ok &= sweep.captures > 0 && !sweep.failures->len;
    g_hash_table_unref(sweep.listed);
    g_ptr_array_unref(sweep.order);
    g_ptr_array_unref(sweep.failures);
    rule_set_free(sweep.rules);
    return ok ? 0 : 1;
}
