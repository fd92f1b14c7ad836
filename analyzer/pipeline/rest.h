/* What is worked out of a connection as soon as it comes to rest, by the thread that filed it and while it is
 * still in that thread's cache: what it witnesses for others; and its verdict, where that depends on nothing
 * beyond the connection and there is nothing to report. Nearly all connections end well, and need not be
 * looked at again when the capture has been read. */
#pragma once

#include "facts/context.h"
#include "facts/endpoints.h"
#include "flow/table.h"
#include "rules/ruleset.h"

typedef struct Rest Rest;

/* The connections of `table`, judged by `rules`; NULL: only the witnesses. */
Rest *rest_new(FlowTable *table, const RuleSet *rules);
void rest_free(Rest *rest);

/* When all have come to rest: what the connection witnesses, as long as the Rest, and whose server it is. */
Witness *rest_witness(const Rest *rest, uint32_t index);
const Endpoint *rest_server(const Rest *rest, const Witness *witness);

/* The ending of a connection that ended well and has no findings; NULL where that is not so or not known. */
const Rule *rest_good_ending(const Rest *rest, uint32_t index);
