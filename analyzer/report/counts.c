/* Plain counting; bounded by the number of rules. */
#include "report/counts.h"

void counts_init(Counts *counts)
{
    *counts = (Counts){.by_rule = g_hash_table_new_full(NULL, NULL, NULL, g_free)};
}

void counts_clear(Counts *counts)
{
    g_clear_pointer(&counts->by_rule, g_hash_table_unref);
}

static void count_rule(Counts *counts, const Rule *rule, Severity severity)
{
    uint64_t *by_severity = g_hash_table_lookup(counts->by_rule, rule);
    if (!by_severity) {
        by_severity = g_new0(uint64_t, SEVERITY_ERROR + 1);
        g_hash_table_insert(counts->by_rule, (gpointer)rule, by_severity);
    }
    by_severity[severity]++;
}

void counts_add(Counts *counts, const Outcome *outcome)
{
    counts->reported++;
    counts->severity[outcome->severity]++;
    for (unsigned i = 0; i < outcome->count; i++)
        count_rule(counts, outcome->judgements[i].rule, outcome->judgements[i].severity);
}

uint64_t counts_of(const Counts *counts, const Rule *rule, Severity severity)
{
    const uint64_t *by_severity = g_hash_table_lookup(counts->by_rule, rule);
    return by_severity ? by_severity[severity] : 0;
}

uint64_t counts_all(const Counts *counts, const Rule *rule)
{
    uint64_t all = 0;
    for (unsigned severity = SEVERITY_OK; severity <= SEVERITY_ERROR; severity++)
        all += counts_of(counts, rule, (Severity)severity);
    return all;
}
