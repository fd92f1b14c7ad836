/* What a trace should show, as `--expect` has it: which connections end how.
 *
 *   expect:
 *     - server: 10.0.0.2:13            # which connections: where, stream, client, server, capture; all must
 * fit ending: four-way               # an ending or a node of their tree count: 3                       # how
 * many there are; without it at least one
 *     - where: "server.port == 80 and conn.duration > 5s"
 *       cause: request-unanswered      # the cause that leads, or none
 *       severity: error                # the worst of what is told
 *       certainty: certain
 *       findings: [data-lost]          # these and no others
 *   rest: ok                           # connections that no entry names: ok (the default), any, none
 *
 * Every connection is held against all entries that name it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "rules/set/rule-set.h"

typedef struct Expectations Expectations;

/* CLOSELINT_ERROR_RULES with all mistakes, as rule_set_load(). `rules` is borrowed, and finished. */
Expectations *expectations_load(const char *path, const RuleSet *rules, GError **error);
void expectations_free(Expectations *expectations);

/* Holds one connection against them. `capture` is its path as given; `severity` is the worst of what is told
 * of it; `who` names it in messages. Appends a line for everything that is otherwise. */
void expectations_check(Expectations *expectations, const char *capture, FactSet *facts,
                        const Verdict *verdict, Severity severity, const char *who, GString *out);

/* After the last connection: appends a line for each entry that named too few or too many, and returns
 * whether all that was expected is so. */
bool expectations_finish(Expectations *expectations, GString *out);

/* How many entries there are, and how many of them were met; after expectations_finish(). */
guint expectations_count(const Expectations *expectations, guint *ret_met);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Expectations, expectations_free)
