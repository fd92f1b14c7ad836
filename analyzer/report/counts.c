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

static void count_rule(Counts *counts, const Rule *rule)
{
    uint64_t *count = g_hash_table_lookup(counts->by_rule, rule);
    if (!count) {
        count = g_new0(uint64_t, 1);
        g_hash_table_insert(counts->by_rule, (gpointer)rule, count);
    }
    ++*count;
}

void counts_add(Counts *counts, const Verdict *verdict)
{
    counts->reported++;
    counts->severity[verdict_severity(verdict)]++;
    if (verdict_ending(verdict))
        count_rule(counts, verdict_ending(verdict));
    for (unsigned i = 0; i < verdict->finding_count; i++)
        count_rule(counts, verdict->findings[i].rule);
}

uint64_t counts_of(const Counts *counts, const Rule *rule)
{
    const uint64_t *count = g_hash_table_lookup(counts->by_rule, rule);
    return count ? *count : 0;
}
