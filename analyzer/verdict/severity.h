/* What a verdict counts as. A cause that holds replaces the severity of the ending that it explains, up or
 * down; a finding that is part of its story counts no more by itself. */
#pragma once

#include "rules/set/rule-set.h"

/* The worst of what leads, the cause or else the ending, and of the findings that it does not tell. */
Severity verdict_severity(const Verdict *verdict);

/* What the ending, and the cause or the finding at `index`, count as in this connection: SEVERITY_OK where
 * the rule is switched off or where there is none, a note at most where the rule says that it is benign here.
 */
Severity verdict_ending_severity(const Verdict *verdict);
Severity verdict_cause_severity(const Verdict *verdict, unsigned index);
Severity verdict_finding_severity(const Verdict *verdict, unsigned index);

/* What leads counts as. */
Severity verdict_leading_severity(const Verdict *verdict);

/* The cause that tells the finding at `index`, NULL where it is told for itself. */
const Rule *verdict_finding_teller(const Verdict *verdict, unsigned index);

/* What a rule counts as where it is not benign: its severity, SEVERITY_OK where it is switched off. */
Severity rule_effective_severity(const Rule *rule);

/* The facts `ending`, `cause` and `severity` of the connection whose facts these are. */
void verdict_tell_facts(const Verdict *verdict, FactSet *facts);
