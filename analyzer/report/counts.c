/* Plain counting; bounded by the number of rules. */
#include "report/counts.h"

typedef uint64_t BySeverity[SEVERITY_ERROR + 1];

void counts_init(Counts *counts)
{
    *counts = (Counts){.by_rule = g_array_new(FALSE, TRUE, sizeof(BySeverity))};
}

void counts_clear(Counts *counts)
{
    g_clear_pointer(&counts->by_rule, g_array_unref);
}

static void count_rule(Counts *counts, const Rule *rule, Severity severity, uint32_t connections)
{
    if (rule->number >= counts->by_rule->len)
        g_array_set_size(counts->by_rule, rule->number + 1);
    g_array_index(counts->by_rule, BySeverity, rule->number)[severity] += connections;
}

void counts_add(Counts *counts, const Outcome *outcome, uint32_t connections)
{
    counts->reported += connections;
    counts->severity[outcome->severity] += connections;
    for (unsigned i = 0; i < outcome->count; i++)
        count_rule(counts, outcome->judgements[i].rule, outcome->judgements[i].severity, connections);
}

void counts_merge(Counts *counts, const Counts *other)
{
    counts->reported += other->reported;
    for (unsigned severity = SEVERITY_OK; severity <= SEVERITY_ERROR; severity++)
        counts->severity[severity] += other->severity[severity];
    if (other->by_rule->len > counts->by_rule->len)
        g_array_set_size(counts->by_rule, other->by_rule->len);
    for (guint rule = 0; rule < other->by_rule->len; rule++)
        for (unsigned severity = SEVERITY_OK; severity <= SEVERITY_ERROR; severity++)
            g_array_index(counts->by_rule, BySeverity, rule)[severity] +=
                g_array_index(other->by_rule, BySeverity, rule)[severity];
}

uint64_t counts_of(const Counts *counts, const Rule *rule, Severity severity)
{
    if (rule->number >= counts->by_rule->len)
        return 0;
    return g_array_index(counts->by_rule, BySeverity, rule->number)[severity];
}

uint64_t counts_all(const Counts *counts, const Rule *rule)
{
    uint64_t all = 0;
    for (unsigned severity = SEVERITY_OK; severity <= SEVERITY_ERROR; severity++)
        all += counts_of(counts, rule, (Severity)severity);
    return all;
}
