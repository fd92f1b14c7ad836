/* The rules of a run: those built in, those the options name, and what a .closelint.yaml changes. */
#pragma once

#include "pipeline/options.h"
#include "rules/set/rule-set.h"

/* Everything the options ask for, linked and ready. CLOSELINT_ERROR_RULES or _USAGE. Caller frees. */
RuleSet *rules_for_options(const Options *options, GError **error);

/* The nearest .closelint.yaml from `directory` up to the root, then $XDG_CONFIG_HOME/closelint/config.yaml.
 * NULL where there is none. Caller frees. */
char *config_find(const char *directory);

/* The one that these options ask for, or NULL. Caller frees. */
char *config_for_options(const Options *options);
