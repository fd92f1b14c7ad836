/* volume [--all] [-v]: ends connections in every way there is, with ever more on them, and fails where more
 * segments or more bytes change a verdict, a state, or what an RST was taken for.
 *
 * Each teardown is played with segments before, under way at and after the end, seen from both capture
 * points, with and without a known round trip. What has none of a kind may be something else than what has
 * some; beyond that only counts may differ. Then bytes, in either direction, beyond where 32 bits of sequence
 * number come round. --all: every combination. */
#include <stdio.h>
#include <string.h>

#include "facts/facts.h"
#include "rules/set/rule-set.h"
#include "teardowns.h"

#define SEED 1 /* the same table each time */

/* How long the capture goes on after the last segment. */
#define SILENCE_NS (INT64_C(100000) * MS)

static const unsigned counts[] = {0, 1, 9, 12, 40, 200, 1000};
static const unsigned few_counts[] = {0, 12};

static const double gigabytes[] = {0.5, 1, 3, 9.5};
#define ORDINARY_GIGABYTES 3

/* Offloaded segments, as a capture of snap length 70 has them. */
enum { WIDE_BYTES = 61440, USUAL_BYTES = 1000 };

typedef struct {
    RuleSet *rules;
    FactSet *facts;
    bool is_verbose;
    unsigned trials, failures;
    char *expected[8]; /* by which of the counts are 0 */
    const Teardown *teardown;
    Side tap;
} Sweep;

/* Each kind of RST once. */
static void append_resets(GString *out, const History *history)
{
    for (unsigned i = 0; i < history->reset_count; i++) {
        const ResetRecord *reset = &history->resets[i];
        g_autofree char *kind =
            g_strdup_printf(" %s:%s:%s%s%s", side_name((Side)reset->side),
                            rst_form_name((RstForm)reset->form), rst_answers_name((RstAnswers)reset->answers),
                            reset->effective ? "!" : "", reset->ends_sender ? "." : "");
        if (!strstr(out->str, kind))
            g_string_append(out, kind);
    }
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void append_findings(GString *out, const Verdict *verdict)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new();
    for (unsigned i = 0; i < verdict->finding_count; i++)
        g_ptr_array_add(ids, verdict->findings[i].rule->id);
    g_ptr_array_sort(ids, compare_texts);
    for (guint i = 0; i < ids->len; i++)
        g_string_append_printf(out, " +%s", (const char *)g_ptr_array_index(ids, i));
}

/* All that must not depend on how much there was. */
static char *describe(Sweep *sweep, Wire *wire)
{
    static History history;
    FlowTable *table = flow_table_new(SEED, NULL);
    FactContext *context = fact_context_new(NULL);
    GString *out = g_string_new(NULL);
    wire_file(wire, table);
    history_build(&history, table, 0);
    fact_context_note(context, &history);
    fact_context_capture(context, history.start_ns, history.end_ns + SILENCE_NS, false);
    fact_set_begin(sweep->facts, &history, context);
    Verdict verdict;
    rule_set_judge(sweep->rules, sweep->facts, &verdict);
    history_complete(&history);
    g_string_append_printf(out, "%s%s %s %s/%s", verdict_ending(&verdict)->id,
                           verdict.certainty == CERTAINTY_CERTAIN ? "" : "?",
                           handshake_name((Handshake)history.handshake),
                           tcp_state_name((TcpState)history.side[SIDE_CLIENT].state),
                           tcp_state_name((TcpState)history.side[SIDE_SERVER].state));
    append_resets(out, &history);
    append_findings(out, &verdict);
    fact_context_free(context);
    flow_table_free(table);
    return g_string_free(out, FALSE);
}

static void expect(Sweep *sweep, const Volume *volume, const char *found)
{
    unsigned has_before = volume->before > 0, has_flight = volume->flight > 0, has_after = volume->after > 0;
    char **expected = &sweep->expected[has_before | has_flight << 1 | has_after << 2];
    sweep->trials++;
    if (!*expected) {
        *expected = g_strdup(found);
        if (sweep->is_verbose)
            printf("%-18s %6u before, %4u under way, %6u after: %s\n", sweep->teardown->name, volume->before,
                   volume->flight, volume->after, found);
        return;
    }
    if (!strcmp(*expected, found))
        return;
    sweep->failures++;
    printf("%s, %u before%s, %u under way, %u after, of %u bytes, %s at the %s:\n  %s\n  became %s\n",
           sweep->teardown->name, volume->before, volume->is_upload ? " from the closer" : "", volume->flight,
           volume->after, volume->segment_bytes, volume->trip_known ? "captured" : "no round trip known",
           side_name(sweep->tap), *expected, found);
}

static void play(Sweep *sweep, const Volume *volume)
{
    const bool is_wide = volume->segment_bytes == WIDE_BYTES;
    Wire wire;
    wire_init(&wire, sweep->tap, is_wide ? MS : 30 * MS, is_wide ? 2000 : 5000);
    sweep->teardown->play(&wire, volume);
    g_autofree char *found = describe(sweep, &wire);
    expect(sweep, volume, found);
    wire_clear(&wire);
}

/* Whether an ordinary run plays it: with one count varied, or all of them few. */
static bool is_few(unsigned count)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(few_counts); i++)
        if (few_counts[i] == count)
            return true;
    return false;
}

static bool is_ordinary(const Volume *volume)
{
    unsigned few = is_few(volume->before) + is_few(volume->flight) + is_few(volume->after);
    return few >= 2;
}

static void sweep_counts(Sweep *sweep, bool trip_known, bool all)
{
    const unsigned count = G_N_ELEMENTS(counts);
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < (sweep->teardown->has_flight ? count : 1); j++)
            for (unsigned k = 0; k < (sweep->teardown->has_after ? count : 1); k++) {
                Volume volume = {.before = counts[i],
                                 .flight = counts[j],
                                 .after = counts[k],
                                 .segment_bytes = USUAL_BYTES,
                                 .trip_known = trip_known};
                if (all || is_ordinary(&volume))
                    play(sweep, &volume);
            }
}

/* Everything goes faster, so that nothing takes long only because it is much. */
static void sweep_bytes(Sweep *sweep, bool all)
{
    const bool has_flight = sweep->teardown->has_flight, has_after = sweep->teardown->has_after;
    for (unsigned i = 0; i < G_N_ELEMENTS(gigabytes); i++) {
        if (!all && gigabytes[i] != ORDINARY_GIGABYTES)
            continue;
        const unsigned count = (unsigned)(gigabytes[i] * 1e9 / WIDE_BYTES);
        for (unsigned is_upload = 0; is_upload < 2; is_upload++)
            play(sweep, &(Volume){.before = count,
                                  .flight = has_flight ? 12 : 0,
                                  .after = has_after ? 12 : 0,
                                  .segment_bytes = WIDE_BYTES,
                                  .is_upload = is_upload,
                                  .trip_known = true});
        if (has_after)
            play(sweep, &(Volume){.before = 12,
                                  .flight = has_flight ? 12 : 0,
                                  .after = count,
                                  .segment_bytes = WIDE_BYTES,
                                  .trip_known = true});
    }
}

static void forget(Sweep *sweep)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(sweep->expected); i++)
        g_clear_pointer(&sweep->expected[i], g_free);
}

static void sweep_teardown(Sweep *sweep, bool all)
{
    for (unsigned tap = 0; tap < SIDES; tap++) {
        sweep->tap = (Side)tap;
        for (unsigned trip_known = 0; trip_known < 2; trip_known++) {
            sweep_counts(sweep, trip_known, all);
            if (trip_known && (all || tap == 0))
                sweep_bytes(sweep, all);
            forget(sweep);
        }
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Sweep sweep = {.rules = rule_set_new_builtin(&error), .facts = fact_set_new()};
    bool all = false;
    const char *only = NULL;
    for (int i = 1; i < argc; i++) {
        all |= !strcmp(argv[i], "--all");
        sweep.is_verbose |= !strcmp(argv[i], "-v");
        if (argv[i][0] != '-')
            only = argv[i];
    }
    if (!sweep.rules || !rule_set_finish(sweep.rules, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    for (unsigned i = 0; i < teardown_count; i++) {
        sweep.teardown = &teardowns[i];
        if (!only || !strcmp(only, sweep.teardown->name))
            sweep_teardown(&sweep, all);
    }
    printf("%u connections, %u failures\n", sweep.trials, sweep.failures);
    fact_set_free(sweep.facts);
    rule_set_free(sweep.rules);
    return sweep.failures || !sweep.trials;
}
