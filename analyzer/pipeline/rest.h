/* What is worked out of a connection as soon as it comes to rest, by the thread that filed it and while it is
 * still in that thread's cache: what it witnesses for others; and its verdict, where that depends on nothing
 * beyond the connection and there is nothing to report. Nearly all connections end well, and need not be
 * looked at again when the capture has been read. */
#pragma once

#include "facts/context.h"
#include "flow/table.h"
#include "rules/ruleset.h"

typedef struct Rest Rest;

/* The connections of `table`, judged by `rules`; NULL: only the witnesses. */
Rest *rest_new(FlowTable *table, const RuleSet *rules);
void rest_free(Rest *rest);

/* When all have come to rest: what the connection witnesses and whose server it is, good until
 * rest_forget_witnesses(). */
const Witness *rest_witness(const Rest *rest, uint32_t index, const Address **ret_server, uint16_t *ret_port);
void rest_forget_witnesses(Rest *rest);

/* The ending of a connection that ended well and has no findings; NULL where that is not so or not known. */
const Rule *rest_good_ending(const Rest *rest, uint32_t index);
