/* Named conditions: parts of a rule's `when` that have a name and a sentence. `conditions` in a file are for
 * all rules, `let` in a rule for those of its file. A name may be used in conditions that stand after it. */
#pragma once

#include <glib.h>

#include "rules/set/rule-set.h"

/* What a name means in this file; NULL where it is none. One that has not been compiled, since it stands
 * further down or has a mistake, has no expression. Borrowed. */
const Condition *rule_set_condition(const RuleSet *rules, const char *name, size_t length, const char *file);

/* "; did you mean 'x'?" or "". Caller frees. */
char *rule_set_condition_hint(const RuleSet *rules, const char *name, size_t length, const char *file);
