/* One judged connection, as reports take it. All borrowed, for the length of the call. */
#pragma once

#include "endpoint/history.h"
#include "facts/facts.h"
#include "rules/ruleset.h"

typedef struct {
    const char *capture; /* the path as given on the command line */
    const History *history;
    FactSet *facts;
    const RuleSet *rules;
    const Verdict *verdict;
} Case;
