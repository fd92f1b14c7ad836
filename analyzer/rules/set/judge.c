/* Judges a connection: down the tree of endings, then the causes that explain where that led, then every
 * finding. Allocates nothing.
 *
 * The first child whose condition is true is taken. A child before it whose condition is unknown might have
 * been the answer, so the verdict is only likely then, and says what is missing. Of a cause that is unknown
 * nothing is said: where there is doubt the ending stands alone. */
#include <string.h>

#include "rules/language/expression.h"
#include "rules/set/private.h"

/* Notes that this rule might have held. */
static void add_possible(Verdict *verdict, const Rule *rule, FactSet *facts)
{
    if (verdict->possible_count == VERDICT_POSSIBLE_MAX)
        return;
    Possibility *possible = &verdict->possible[verdict->possible_count];
    possible->rule = rule;
    if (expression_missing_fact(rule->when, facts, &possible->fact, &possible->missing)) {
        verdict->possible_count++;
        return;
    }
    guint count; /* a pattern that gave up: no fact is unknown, name the first one */
    const FactRef *first = expression_facts(rule->when, &count);
    if (count) {
        possible->fact = first[0];
        possible->missing = MISSING_BOUND;
        verdict->possible_count++;
    }
}

/* The child to go down into, or NULL; unknown ones on the way are noted. */
static const Rule *choose(const Sieve *sieve, const GPtrArray *children, FactSet *facts, Verdict *verdict,
                          bool *ret_passed_unknown)
{
    Truth truth;
    for (unsigned i = 0; (i = sieve_next(sieve, i, facts, &truth)) < children->len; i++) {
        if (truth == TRUTH_TRUE)
            return children->pdata[i];
        add_possible(verdict, children->pdata[i], facts);
        *ret_passed_unknown = true;
    }
    return NULL;
}

static bool is_certain(const Rule *rule, FactSet *facts)
{
    return !rule->certain || expression_evaluate(rule->certain, facts) == TRUTH_TRUE;
}

static bool is_benign(const Rule *rule, FactSet *facts)
{
    return rule->benign && expression_evaluate(rule->benign, facts) == TRUTH_TRUE;
}

static void judge_ending(const RuleSet *rules, FactSet *facts, Verdict *verdict)
{
    bool certain = true, passed_unknown = false;
    const Rule *rule = choose(rules->root_sieve, rules->roots, facts, verdict, &passed_unknown);
    while (rule && verdict->path_length < VERDICT_PATH_MAX) {
        certain = certain && !passed_unknown && is_certain(rule, facts);
        verdict->path[verdict->path_length++] = rule;
        rule = rule->sieve ? choose(rule->sieve, rule->children, facts, verdict, &passed_unknown) : NULL;
    }
    const Rule *ending = verdict_ending(verdict);
    verdict->ending_is_benign = ending && is_benign(ending, facts);
    verdict->certainty = certain && verdict->path_length ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY;
}

static VerdictPart part_of(const Rule *rule, FactSet *facts)
{
    return (VerdictPart){.rule = rule,
                         .certainty = is_certain(rule, facts) ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY,
                         .is_benign = is_benign(rule, facts)};
}

static void judge_causes(FactSet *facts, Verdict *verdict)
{
    const Rule *ending = verdict_ending(verdict);
    const CauseList *causes = ending ? ending->causes : NULL;
    if (!causes)
        return;
    const Sieve *sieve = cause_list_sieve(causes);
    Truth truth;
    for (unsigned i = 0; (i = sieve_next(sieve, i, facts, &truth)) < causes->rules->len; i++) {
        const Rule *rule = causes->rules->pdata[i];
        if (truth == TRUTH_TRUE && verdict->cause_count < VERDICT_CAUSES_MAX &&
            !rule_tells(verdict_cause(verdict), rule))
            verdict->causes[verdict->cause_count++] = part_of(rule, facts);
    }
}

/* They are asked in another order than they are told in, by id; there are seldom more than one or two. */
static void add_finding(Verdict *verdict, const Rule *rule, FactSet *facts)
{
    unsigned place = verdict->finding_count++;
    for (; place > 0 && strcmp(verdict->findings[place - 1].rule->id, rule->id) > 0; place--)
        verdict->findings[place] = verdict->findings[place - 1];
    verdict->findings[place] = part_of(rule, facts);
}

static void judge_findings(const RuleSet *rules, FactSet *facts, Verdict *verdict)
{
    Truth truth;
    for (unsigned i = 0; (i = sieve_next(rules->finding_sieve, i, facts, &truth)) < rules->grouped->len;
         i++) {
        const Rule *rule = rules->grouped->pdata[i];
        if (!rule->disabled && truth == TRUTH_TRUE)
            add_finding(verdict, rule, facts);
    }
}

void rule_set_judge(const RuleSet *rules, FactSet *facts, Verdict *ret_verdict)
{
    g_assert(rules->is_finished);
    ret_verdict->path_length = 0;
    ret_verdict->cause_count = 0;
    ret_verdict->finding_count = 0;
    ret_verdict->possible_count = 0;
    judge_ending(rules, facts, ret_verdict);
    judge_causes(facts, ret_verdict);
    judge_findings(rules, facts, ret_verdict);
}
