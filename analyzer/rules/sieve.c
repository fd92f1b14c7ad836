#include "rules/sieve.h"

#include "rules/step.h"

struct Sieve {
    const GPtrArray *rules;
    GArray *steps;   /* Step, of all conditions; what ends one is a code from CODES on */
    GArray *entries; /* uint16_t: the first step of each */
    bool is_flat;    /* false where it would be too long: rules are asked one by one */
};

/* Three codes a rule, its place and a Truth; false is never one, for that leads to the next rule. */
enum { CODES = 0xc000, RULES_MAX = (0xffff - CODES) / 3 };

static uint16_t code_of(unsigned rule, Truth truth)
{
    return (uint16_t)(CODES + rule * 3 + truth);
}

/* Where the last condition is false, the sieve is at its end. */
static uint16_t entry_of(const Sieve *sieve, unsigned rule)
{
    return rule == sieve->rules->len ? code_of(rule, TRUTH_FALSE)
                                     : g_array_index(sieve->entries, uint16_t, rule);
}

static void find_entries(Sieve *sieve)
{
    guint length = 0;
    for (guint i = 0; i < sieve->rules->len; i++) {
        const Expression *when = ((const Rule *)sieve->rules->pdata[i])->when;
        uint16_t entry = (uint16_t)(length + (when->steps ? when->entry : 0));
        g_array_append_val(sieve->entries, entry);
        length += when->steps ? when->steps->len : 1;
    }
    sieve->is_flat = length < CODES && sieve->rules->len < RULES_MAX;
}

static void add_steps(Sieve *sieve, unsigned rule)
{
    const Expression *when = ((const Rule *)sieve->rules->pdata[rule])->when;
    const Step whole = {.expression = when,
                        .node = when->root,
                        .next = {[OUTCOME_WITHIN] = STEP_END + TRUTH_TRUE,
                                 [OUTCOME_UNKNOWN] = STEP_END + TRUTH_UNKNOWN,
                                 [OUTCOME_ABSENT] = STEP_END + TRUTH_FALSE,
                                 [OUTCOME_OUTSIDE] = STEP_END + TRUTH_FALSE}};
    guint base = sieve->steps->len, count = when->steps ? when->steps->len : 1;
    for (guint i = 0; i < count; i++) {
        Step step = when->steps ? g_array_index(when->steps, Step, i) : whole;
        for (unsigned outcome = 0; outcome < OUTCOMES; outcome++) {
            unsigned next = step.next[outcome];
            step.next[outcome] = next < STEP_END                  ? (uint16_t)(base + next)
                                 : next == STEP_END + TRUTH_FALSE ? entry_of(sieve, rule + 1)
                                                                  : code_of(rule, (Truth)(next - STEP_END));
        }
        g_array_append_val(sieve->steps, step);
    }
}

Sieve *sieve_new(const GPtrArray *rules)
{
    Sieve *sieve = g_new0(Sieve, 1);
    sieve->rules = rules;
    sieve->steps = g_array_new(FALSE, FALSE, sizeof(Step));
    sieve->entries = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    find_entries(sieve);
    for (guint i = 0; i < rules->len && sieve->is_flat; i++)
        add_steps(sieve, i);
    return sieve;
}

void sieve_free(Sieve *sieve)
{
    if (!sieve)
        return;
    g_array_unref(sieve->steps);
    g_array_unref(sieve->entries);
    g_free(sieve);
}

static unsigned ask_each(const Sieve *sieve, unsigned from, FactSet *facts, Truth *ret_truth)
{
    for (; from < sieve->rules->len; from++) {
        *ret_truth = expression_evaluate(((const Rule *)sieve->rules->pdata[from])->when, facts);
        if (*ret_truth != TRUTH_FALSE)
            break;
    }
    return from;
}

unsigned sieve_next(const Sieve *sieve, unsigned from, FactSet *facts, Truth *ret_truth)
{
    if (!sieve->is_flat)
        return ask_each(sieve, from, facts, ret_truth);
    const Step *steps = (const Step *)(const void *)sieve->steps->data;
    unsigned at = entry_of(sieve, from);
    while (at < CODES)
        at = step_take(&steps[at], facts);
    *ret_truth = (Truth)((at - CODES) % 3);
    return (at - CODES) / 3;
}
