/* What is worked out of a connection as soon as it comes to rest, by the thread that filed it and while it is
 * still in that thread's cache: what it witnesses for others; and what it came to, where that depends on
 * nothing beyond the connection. That is so of nearly all connections: they need not be looked at again when
 * the capture has been read, but for those that are shown as examples. */
#pragma once

#include "facts/witnesses.h"
#include "flow/lanes.h"
#include "verdict/outcome.h"

typedef struct Rest Rest;

/* The connections of one lane, judged by `rules`; NULL: only the witnesses. */
Rest *rest_new(const Lanes *lanes, unsigned lane, const RuleSet *rules);
void rest_free(Rest *rest);

/* What follows is for when all have come to rest. Connections go by their index in the lane. */

/* Numbers their servers as the context does. Before rest_testify(). */
void rest_number_servers(Rest *rest, FactContext *context);

/* Tells the context what the connection witnesses. The context borrows from the Rest. */
void rest_testify(Rest *rest, uint32_t index, FactContext *context);

/* Judges those whose verdict hangs on others, and sorts out the good. Lanes may do so at the same time. */
void rest_judge_left(Rest *rest, const FactContext *context);

/* What the connection came to; NULL where that was not kept. Borrowed. */
const Outcome *rest_outcome(const Rest *rest, uint32_t index);

/* Connections of which all is well, as OutcomeFunction has it; and the others, in order: *ret_count indexes,
 * borrowed. */
void rest_each_good(const Rest *rest, OutcomeFunction function, void *data);
const uint32_t *rest_notable(const Rest *rest, uint32_t *ret_count);

/* The outline of its history, by stream numbers of the capture. */
void rest_outline(const Rest *rest, uint32_t index, History *ret_history);
