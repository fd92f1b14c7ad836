/* Outcomes are compared and hashed as the bytes that are filled in. */
#include "verdict/outcome.h"

#include <string.h>

#include "verdict/telling.h"

/* A whole handshake, roles that are known, no doubt left, every segment at hand, and then the shortest. */
static uint64_t clarity_of(const Verdict *verdict, const History *history)
{
    uint64_t clarity = history->handshake == HANDSHAKE_FULL;
    clarity = clarity << 1 | !history->roles_guessed;
    clarity = clarity << 1 | !verdict->possible_count;
    clarity = clarity << 1 | !history->has_runs;
    return (clarity << 8 | (255u - history->row_count)) + 1;
}

/* A certain verdict before all that. */
uint64_t outcome_clarity(const Outcome *outcome, Certainty certainty)
{
    return outcome->clarity + (certainty == CERTAINTY_CERTAIN ? UINT64_C(1) << 12 : 0);
}

void outcome_of(const Verdict *verdict, const History *history, Outcome *ret_outcome)
{
    const Rule *ending = verdict_ending(verdict);
    Judgement *judgement = ret_outcome->judgements;
    if (ending)
        *judgement++ = (Judgement){ending, verdict_ending_severity(verdict), verdict->certainty};
    for (unsigned i = 0; i < verdict->finding_count; i++)
        *judgement++ = (Judgement){verdict->findings[i].rule, verdict_finding_severity(verdict, i),
                                   verdict->findings[i].certainty};
    ret_outcome->count = (uint16_t)(judgement - ret_outcome->judgements);
    ret_outcome->is_supposed = 0;
    ret_outcome->severity = SEVERITY_OK;
    for (unsigned i = 0; i < ret_outcome->count; i++)
        ret_outcome->severity = MAX(ret_outcome->severity, ret_outcome->judgements[i].severity);
    ret_outcome->clarity = ret_outcome->severity == SEVERITY_OK ? 0 : clarity_of(verdict, history);
}

struct OutcomeTable {
    GPtrArray *outcomes;    /* Outcome, by number less one; owned */
    GHashTable *by_content; /* Outcome -> number */
};

static size_t outcome_bytes(const Outcome *outcome)
{
    return offsetof(Outcome, judgements) + outcome->count * sizeof(Judgement);
}

static guint outcome_hash(gconstpointer data)
{
    const Outcome *outcome = data;
    uint64_t hash = outcome->clarity;
    for (unsigned i = 0; i < outcome->count; i++) {
        const Judgement *judgement = &outcome->judgements[i];
        hash = (hash + (uintptr_t)judgement->rule + (judgement->severity << 1 | judgement->certainty)) *
               UINT64_C(0x9e3779b97f4a7c15);
    }
    return (guint)(hash >> 32);
}

static gboolean outcome_equal(gconstpointer a, gconstpointer b)
{
    const Outcome *first = a, *second = b;
    return first->count == second->count && !memcmp(first, second, outcome_bytes(first));
}

OutcomeTable *outcome_table_new(void)
{
    OutcomeTable *table = g_new0(OutcomeTable, 1);
    table->outcomes = g_ptr_array_new_with_free_func(g_free);
    table->by_content = g_hash_table_new(outcome_hash, outcome_equal);
    return table;
}

void outcome_table_free(OutcomeTable *table)
{
    if (!table)
        return;
    g_hash_table_unref(table->by_content);
    g_ptr_array_unref(table->outcomes);
    g_free(table);
}

uint16_t outcome_table_add(OutcomeTable *table, const Outcome *outcome)
{
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(table->by_content, outcome));
    if (number || table->outcomes->len == OUTCOMES_MAX)
        return (uint16_t)number;
    Outcome *kept = g_memdup2(outcome, outcome_bytes(outcome));
    g_ptr_array_add(table->outcomes, kept);
    number = table->outcomes->len;
    g_hash_table_insert(table->by_content, kept, GUINT_TO_POINTER(number));
    return (uint16_t)number;
}

const Outcome *outcome_table_get(const OutcomeTable *table, uint16_t number)
{
    return table->outcomes->pdata[number - 1];
}
