/* The expression language of rules and of --where: Wireshark's display-filter syntax, typed, in Kleene's
 * logic. */
#pragma once

#include <glib.h>

#include "facts/catalogue.h"
#include "rules/set/rule-set.h"

/* Compiles an expression of type bool against the catalogue, one that is asked when all rules have judged:
 * `ending`, `cause` and `severity` are facts like others. `name`, `line` and `column` say where the text
 * stands, for messages "name:line:column: error: …" (CLOSELINT_ERROR_RULES). `rules` supplies $parameters and
 * the ids of rules, or is NULL. Caller frees. */
Expression *expression_new(const char *text, const char *name, unsigned line, unsigned column,
                           const RuleSet *rules, GError **error);
void expression_free(Expression *expression);

/* Allocates nothing. Not for two threads at once: `matches` keeps its working memory in the expression. */
Truth expression_evaluate(const Expression *expression, FactSet *facts);

/* The facts it reads, in order of appearance: array of *ret_count, borrowed. */
const FactRef *expression_facts(const Expression *expression, guint *ret_count);

/* The same without those that are read only by conditions that it names. */
const FactRef *expression_own_facts(const Expression *expression, guint *ret_count);

/* The conditions that it names, in order of appearance, and whether one of them is among what makes the whole
 * come to what it does. */
guint expression_condition_count(const Expression *expression);
const Condition *expression_condition(const Expression *expression, guint index);
bool expression_is_decided_by(const Expression *expression, guint index, FactSet *facts);

/* The source text, for --why. Borrowed. */
const char *expression_text(const Expression *expression);

/* Whether making `fact` known could still decide an expression that is unknown now; fills in the first such
 * fact that is itself unknown. False where the expression is not unknown. */
bool expression_missing_fact(const Expression *expression, FactSet *facts, FactRef *ret_fact,
                             MissingReason *ret_missing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expression, expression_free)
