/* Outcomes are compared and hashed by what is filled in. */
#include "verdict/outcome.h"

#include <string.h>

#include "verdict/severity.h"

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

static void add_judgement(Outcome *outcome, const Rule *rule, Severity severity, Certainty certainty,
                          bool is_beneath)
{
    outcome->judgements[outcome->count++] = (Judgement){rule, severity, certainty, is_beneath};
    if (!is_beneath)
        outcome->severity = MAX(outcome->severity, severity);
}

bool outcome_begin(const Verdict *verdict, Outcome *ret_outcome)
{
    const Rule *ending = verdict_ending(verdict);
    ret_outcome->severity = SEVERITY_OK;
    ret_outcome->count = ret_outcome->is_supposed = 0;
    ret_outcome->clarity = 0;
    for (unsigned i = 0; i < verdict->cause_count; i++)
        add_judgement(ret_outcome, verdict->causes[i].rule, verdict_cause_severity(verdict, i),
                      verdict->causes[i].certainty, i > 0);
    if (ending)
        add_judgement(ret_outcome, ending, verdict_ending_severity(verdict), verdict->certainty,
                      verdict->cause_count > 0);
    for (unsigned i = 0; i < verdict->finding_count; i++)
        add_judgement(ret_outcome, verdict->findings[i].rule, verdict_finding_severity(verdict, i),
                      verdict->findings[i].certainty, verdict_finding_teller(verdict, i) != NULL);
    return ret_outcome->severity == SEVERITY_OK;
}

void outcome_finish(const Verdict *verdict, const History *history, Outcome *outcome)
{
    outcome->clarity = clarity_of(verdict, history);
}

void outcome_of(const Verdict *verdict, const History *history, Outcome *ret_outcome)
{
    if (!outcome_begin(verdict, ret_outcome))
        outcome_finish(verdict, history, ret_outcome);
}

struct OutcomeTable {
    GPtrArray *outcomes; /* Outcome, by number less one; owned */
    uint16_t *slots;     /* numbers by hash, 0: free; at most half are taken */
    uint32_t mask;
};

static size_t outcome_bytes(const Outcome *outcome)
{
    return offsetof(Outcome, judgements) + outcome->count * sizeof(Judgement);
}

static uint32_t outcome_hash(const Outcome *outcome)
{
    uint64_t hash = outcome->clarity;
    for (unsigned i = 0; i < outcome->count; i++) {
        const Judgement *judgement = &outcome->judgements[i];
        hash = (hash + (uintptr_t)judgement->rule + (judgement->severity << 1 | judgement->certainty)) *
               UINT64_C(0x9e3779b97f4a7c15);
    }
    return (uint32_t)(hash >> 32);
}

/* Nearly all have one judgement: not worth a call of memcmp(). */
static bool outcome_equal(const Outcome *first, const Outcome *second)
{
    if (first->severity != second->severity || first->count != second->count ||
        first->is_supposed != second->is_supposed || first->clarity != second->clarity)
        return false;
    for (unsigned i = 0; i < first->count; i++) {
        const Judgement *judgement = &first->judgements[i], *other = &second->judgements[i];
        if (judgement->rule != other->rule || judgement->severity != other->severity ||
            judgement->certainty != other->certainty)
            return false;
    }
    return true;
}

/* The slot that holds its number, or the free one where it belongs. */
static uint16_t *find_slot(const OutcomeTable *table, const Outcome *outcome)
{
    uint32_t place = outcome_hash(outcome) & table->mask;
    while (table->slots[place] && !outcome_equal(outcome_table_get(table, table->slots[place]), outcome))
        place = (place + 1) & table->mask;
    return &table->slots[place];
}

static void make_slots(OutcomeTable *table, uint32_t count)
{
    g_free(table->slots);
    table->slots = g_new0(uint16_t, count);
    table->mask = count - 1;
    for (guint i = 0; i < table->outcomes->len; i++)
        *find_slot(table, table->outcomes->pdata[i]) = (uint16_t)(i + 1);
}

OutcomeTable *outcome_table_new(void)
{
    OutcomeTable *table = g_new0(OutcomeTable, 1);
    table->outcomes = g_ptr_array_new_with_free_func(g_free);
    make_slots(table, 128);
    return table;
}

void outcome_table_free(OutcomeTable *table)
{
    if (!table)
        return;
    g_free(table->slots);
    g_ptr_array_unref(table->outcomes);
    g_free(table);
}

uint16_t outcome_table_add(OutcomeTable *table, const Outcome *outcome)
{
    uint16_t *slot = find_slot(table, outcome);
    if (*slot || table->outcomes->len == OUTCOMES_MAX)
        return *slot;
    g_ptr_array_add(table->outcomes, g_memdup2(outcome, outcome_bytes(outcome)));
    uint16_t number = *slot = (uint16_t)table->outcomes->len;
    if (number > table->mask / 2)
        make_slots(table, (table->mask + 1) * 2);
    return number;
}

uint16_t outcome_table_count(const OutcomeTable *table)
{
    return (uint16_t)table->outcomes->len;
}

const Outcome *outcome_table_get(const OutcomeTable *table, uint16_t number)
{
    return table->outcomes->pdata[number - 1];
}
