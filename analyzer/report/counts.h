/* Connections of one capture, counted for the last lines of a report: by their worst severity, and by rule.
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "verdict/outcome.h"

typedef struct {
    uint64_t reported;
    uint64_t severity[SEVERITY_ERROR + 1];
    uint64_t explained; /* of these a cause leads */
    GArray *by_rule;    /* RuleCount by number of the rule */
} Counts;

void counts_init(Counts *counts);
void counts_clear(Counts *counts);

/* `connections` more that came to the same. */
void counts_add(Counts *counts, const Outcome *outcome, uint32_t connections);

/* Adds what another counted. */
void counts_merge(Counts *counts, const Counts *other);

/* How many had this ending, cause or finding: told for itself with this severity, and in all. */
uint64_t counts_of(const Counts *counts, const Rule *rule, Severity severity);
uint64_t counts_all(const Counts *counts, const Rule *rule);
