#include "verdict/severity.h"

Severity rule_effective_severity(const Rule *rule)
{
    return rule->disabled ? SEVERITY_OK : rule->severity;
}

static Severity severity_of(const Rule *rule, bool is_benign)
{
    Severity severity = rule_effective_severity(rule);
    return is_benign ? MIN(severity, SEVERITY_NOTE) : severity;
}

Severity verdict_ending_severity(const Verdict *verdict)
{
    const Rule *ending = verdict_ending(verdict);
    return ending ? severity_of(ending, verdict->ending_is_benign) : SEVERITY_OK;
}

Severity verdict_cause_severity(const Verdict *verdict, unsigned index)
{
    return severity_of(verdict->causes[index].rule, verdict->causes[index].is_benign);
}

Severity verdict_finding_severity(const Verdict *verdict, unsigned index)
{
    return severity_of(verdict->findings[index].rule, verdict->findings[index].is_benign);
}

Severity verdict_leading_severity(const Verdict *verdict)
{
    return verdict->cause_count ? verdict_cause_severity(verdict, 0) : verdict_ending_severity(verdict);
}

const Rule *verdict_finding_teller(const Verdict *verdict, unsigned index)
{
    const Rule *cause = verdict_cause(verdict);
    return rule_tells(cause, verdict->findings[index].rule) ? cause : NULL;
}

Severity verdict_severity(const Verdict *verdict)
{
    Severity worst = verdict_leading_severity(verdict);
    for (unsigned i = 0; i < verdict->finding_count; i++)
        if (!verdict_finding_teller(verdict, i))
            worst = MAX(worst, verdict_finding_severity(verdict, i));
    return worst;
}

void verdict_tell_facts(const Verdict *verdict, FactSet *facts)
{
    const Rule *ending = verdict_ending(verdict), *cause = verdict_cause(verdict);
    const FactJudged judged = {.ending = ending ? ending->id : NULL,
                               .cause = cause ? cause->id : NULL,
                               .severity = verdict_severity(verdict)};
    fact_set_judged(facts, &judged);
}
