/* Parameters: the numbers of rules that differ between systems, each with its source. `$fin_timeout` in an
 * expression or text is the value; a user's file or the command line may give another. */
#pragma once

#include <glib.h>

#include "rules/yaml/mistake.h"
#include "rules/set/rule-set.h"

/* Reads a value as written in an expression: 60s, 64KiB, 3, true; anything else is a string. Its string is
 * the caller's, to free with g_free(). */
Value parameter_value_parse(const char *text, gsize length);

/* Whether `value` may stand for one of type `type`; a plain 0 may for a duration or a size, and becomes one.
 */
bool parameter_value_adapt(Value *value, ValueType type);

void parameter_free(gpointer data);

/* Borrowed; NULL where there is none. */
const Parameter *rule_set_parameter(const RuleSet *rules, const char *name, size_t length);

/* "; did you mean '$x'?" or "". Caller frees. */
char *rule_set_parameter_hint(const RuleSet *rules, const char *name, size_t length);
