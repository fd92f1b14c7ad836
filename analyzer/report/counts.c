/* Plain counting; bounded by the number of rules. */
#include "report/counts.h"

typedef struct {
    uint64_t told[SEVERITY_ERROR + 1]; /* for itself, by what it counted as */
    uint64_t all;
} RuleCount;

void counts_init(Counts *counts)
{
    *counts = (Counts){.by_rule = g_array_new(FALSE, TRUE, sizeof(RuleCount))};
}

void counts_clear(Counts *counts)
{
    g_clear_pointer(&counts->by_rule, g_array_unref);
}

static void count_judgement(Counts *counts, const Judgement *judgement, uint32_t connections)
{
    if (judgement->rule->number >= counts->by_rule->len)
        g_array_set_size(counts->by_rule, judgement->rule->number + 1);
    RuleCount *count = &g_array_index(counts->by_rule, RuleCount, judgement->rule->number);
    count->all += connections;
    if (!judgement->is_beneath)
        count->told[judgement->severity] += connections;
}

void counts_add(Counts *counts, const Outcome *outcome, uint32_t connections)
{
    counts->reported += connections;
    counts->severity[outcome->severity] += connections;
    if (outcome->count && outcome->judgements[0].rule->kind == RULE_CAUSE)
        counts->explained += connections;
    for (unsigned i = 0; i < outcome->count; i++)
        count_judgement(counts, &outcome->judgements[i], connections);
}

void counts_merge(Counts *counts, const Counts *other)
{
    counts->reported += other->reported;
    counts->explained += other->explained;
    for (unsigned severity = SEVERITY_OK; severity <= SEVERITY_ERROR; severity++)
        counts->severity[severity] += other->severity[severity];
    if (other->by_rule->len > counts->by_rule->len)
        g_array_set_size(counts->by_rule, other->by_rule->len);
    for (guint rule = 0; rule < other->by_rule->len; rule++) {
        RuleCount *count = &g_array_index(counts->by_rule, RuleCount, rule);
        const RuleCount *more = &g_array_index(other->by_rule, RuleCount, rule);
        count->all += more->all;
        for (unsigned severity = SEVERITY_OK; severity <= SEVERITY_ERROR; severity++)
            count->told[severity] += more->told[severity];
    }
}

uint64_t counts_of(const Counts *counts, const Rule *rule, Severity severity)
{
    if (rule->number >= counts->by_rule->len)
        return 0;
    return g_array_index(counts->by_rule, RuleCount, rule->number).told[severity];
}

uint64_t counts_all(const Counts *counts, const Rule *rule)
{
    if (rule->number >= counts->by_rule->len)
        return 0;
    return g_array_index(counts->by_rule, RuleCount, rule->number).all;
}
