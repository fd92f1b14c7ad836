#include "rules/passes/sieve.h"

#include "rules/passes/leap.h"
#include "rules/passes/shortcut.h"

struct Sieve {
    const GPtrArray *rules;
    Step *steps;       /* of all conditions, the last rule's first; what ends one is a code from CODES on */
    Leap *leaps;       /* one a step */
    uint16_t *entries; /* the first step of each rule, and the end behind them; NULL where there would be too
                          many steps, and rules are asked one by one */
};

/* Four codes a rule, its place and a Truth; false is never one, for that leads to the next rule. */
enum { CODES = 0xc000, RULES_MAX = (0xffff - CODES) / 4 };

static uint16_t code_of(unsigned rule, Truth truth)
{
    return (uint16_t)(CODES + rule * 4 + truth);
}

/* Where a rule's condition goes on from a step of its own whose exit is `next`. */
static uint16_t place_of(const Sieve *sieve, unsigned rule, guint base, unsigned next)
{
    if (next < STEP_END)
        return (uint16_t)(base + next);
    Truth truth = (Truth)(next - STEP_END);
    return truth == TRUTH_FALSE ? sieve->entries[rule + 1] : code_of(rule, truth);
}

static void add_steps(const Sieve *sieve, unsigned rule, GArray *steps)
{
    const Expression *when = ((const Rule *)sieve->rules->pdata[rule])->when;
    guint base = steps->len;
    g_array_append_vals(steps, when->steps->data, when->steps->len);
    for (guint i = base; i < steps->len; i++) {
        Step *step = &g_array_index(steps, Step, i);
        for (unsigned outcome = 0; outcome < OUTCOMES; outcome++)
            step->next[outcome] = place_of(sieve, rule, base, step->next[outcome]);
    }
    sieve->entries[rule] = place_of(sieve, rule, base, when->entry);
}

static bool can_be_flat(const GPtrArray *rules)
{
    guint length = 0;
    for (guint i = 0; i < rules->len; i++) {
        const Expression *when = ((const Rule *)rules->pdata[i])->when;
        if (!when->steps)
            return false;
        length += when->steps->len;
    }
    return length < CODES && rules->len < RULES_MAX;
}

Sieve *sieve_new(const GPtrArray *rules)
{
    Sieve *sieve = g_new0(Sieve, 1);
    sieve->rules = rules;
    if (!can_be_flat(rules))
        return sieve;
    sieve->entries = g_new(uint16_t, rules->len + 1);
    sieve->entries[rules->len] = code_of(rules->len, TRUTH_FALSE);
    GArray *steps = g_array_new(FALSE, FALSE, sizeof(Step));
    for (guint i = rules->len; i-- > 0;)
        add_steps(sieve, i, steps);
    guint count = steps->len;
    sieve->steps = (Step *)(void *)g_array_free(steps, FALSE);
    shortcut_steps(sieve->steps, count, sieve->entries, rules->len);
    sieve->leaps = leaps_new(sieve->steps, count);
    return sieve;
}

void sieve_free(Sieve *sieve)
{
    if (!sieve)
        return;
    g_free(sieve->steps);
    g_free(sieve->leaps);
    g_free(sieve->entries);
    g_free(sieve);
}

static const Step *first_step(const Rule *rule)
{
    const Expression *when = rule->when;
    return when->steps && when->entry < STEP_END ? &g_array_index(when->steps, Step, when->entry) : NULL;
}

static bool begins_with_same_test(const Rule *rule, const Rule *other)
{
    const Step *step = first_step(rule), *others = first_step(other);
    return step && others && step_is_same_test(step, others);
}

static bool begins_with_same_leap(const Rule *rule, const Rule *other)
{
    const Step *step = first_step(rule), *others = first_step(other);
    uint16_t to;
    unsigned needs = step ? leap_needs(step, &to) : 0;
    return needs && others && leap_needs(others, &to) == needs;
}

/* Behind the last of the rules that begins in the same way; 0 where there is none. */
static guint find_like(const GPtrArray *rules, const Rule *rule, bool (*is_like)(const Rule *, const Rule *))
{
    guint place = rules->len;
    while (place > 0 && !is_like(rule, rules->pdata[place - 1]))
        place--;
    return place;
}

GPtrArray *sieve_group(const GPtrArray *rules)
{
    GPtrArray *grouped = g_ptr_array_new();
    for (guint i = 0; i < rules->len; i++) {
        guint place = find_like(grouped, rules->pdata[i], begins_with_same_test);
        if (!place)
            place = find_like(grouped, rules->pdata[i], begins_with_same_leap);
        g_ptr_array_insert(grouped, place ? (gint)place : -1, rules->pdata[i]);
    }
    return grouped;
}

/* Not inlined: only what is asked in one go need be fast. */
static G_GNUC_NO_INLINE unsigned ask_each(const Sieve *sieve, unsigned from, FactSet *facts, Truth *ret_truth)
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
    if (!sieve->entries)
        return ask_each(sieve, from, facts, ret_truth);
    unsigned at = leaps_run(sieve->leaps, sieve->steps, sieve->entries[from], CODES, facts);
    *ret_truth = (Truth)((at - CODES) % 4);
    return (at - CODES) / 4;
}
