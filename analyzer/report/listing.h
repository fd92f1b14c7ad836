/* The lists of rules and of facts, from the registries: for a terminal, and as the pages in docs/. */
#pragma once

#include "report/style.h"

void listing_rules(GString *out, const Style *style, const RuleSet *rules);
void listing_facts(GString *out, const Style *style);

/* docs/rules.md and docs/facts.md. */
void listing_rules_markdown(GString *out, const RuleSet *rules);
void listing_facts_markdown(GString *out);

/* What a rule means and what to do, without its conditions. Appends. */
void listing_advice_markdown(GString *out, const Rule *rule);
