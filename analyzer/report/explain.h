/* The documentation of one rule, from the rule itself. */
#pragma once

#include "report/style.h"

/* Everything a rule says: what it means, when it holds, when it is certain, what it tells, where it comes
 * from, which parameters it uses. Appends. */
void explain_rule(GString *out, const Style *style, const Rule *rule, const RuleSet *rules);

/* The text of a template for reading: "{closer}" as "the closer", "{rst.delay}" as "<rst.delay>", conditions
 * in square brackets. White space is folded; an empty line stays one. Appends. */
void explain_template(GString *out, const Template *template);

/* The same for a title, which begins as the middle of a sentence does. Appends. */
void explain_title(GString *out, const Template *title);

/* The text of an expression on one line. Appends. */
void explain_expression(GString *out, const Expression *expression);

/* "graceful, reset"; NULL for none. Caller frees with g_free(). */
char *explain_ids(const GPtrArray *rules);

/* The conditions that a rule's conditions name, and those that these name: Condition*. Caller frees. */
GPtrArray *explain_conditions(const Rule *rule);

/* The parameters that a rule's conditions and texts use: Parameter*. Caller frees. */
GPtrArray *explain_parameters(const Rule *rule, const RuleSet *rules);

/* What a list says of a rule: its summary, or its title. Appends. */
void explain_summary(GString *out, const Rule *rule);
