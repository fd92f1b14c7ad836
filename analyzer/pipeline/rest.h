/* What is worked out of a connection as soon as it comes to rest, by the thread that filed it and while it is
 * still in that thread's cache: what it witnesses for others; and what it came to, where that depends on
 * nothing beyond the connection. That is so of nearly all connections: they need not be looked at again when
 * the capture has been read, but for those that are shown as examples. */
#pragma once

#include "facts/context.h"
#include "flow/table.h"
#include "verdict/outcome.h"

typedef struct Rest Rest;

/* The connections of `table`, judged by `rules`; NULL: only the witnesses. */
Rest *rest_new(FlowTable *table, const RuleSet *rules);
void rest_free(Rest *rest);

/* When all have come to rest: numbers their servers as the context does. Before what follows. */
void rest_number_servers(Rest *rest, FactContext *context);

/* Tells the context what the connection at `index` of the table witnesses; `previous` is the stream that used
 * its tuple before. The context borrows from the Rest. */
void rest_testify(Rest *rest, uint32_t index, FactContext *context);

/* As it was noted; `previous` is the caller's to translate before rest_testify(). */
Witness *rest_witness(const Rest *rest, uint32_t index);

/* What the connection came to, as judging it with all others known would have it; NULL where that is not
 * known. Borrowed. */
const Outcome *rest_outcome(const Rest *rest, uint32_t index, const FactContext *context);
