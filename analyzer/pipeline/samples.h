/* --test-rules: every rule tried on the samples that it names.
 *
 * A sample NAME is a folder samples/NAME with one or more captures of the same connections (client.pcap and
 * server.pcap, seen from either end); NAME/client is one of them. `fires`: in each capture of the sample at
 * least one connection has the rule, as its ending, as a node on the way to it, or as a finding. `silent`:
 * none has. */
#pragma once

#include <stdbool.h>

#include "report/sink.h"
#include "rules/set/rule-set.h"

/* Writes a line for every failure and a summary. `directory` NULL: ./samples, else the installed one. */
bool samples_test(const RuleSet *rules, const char *directory, Sink *out);
