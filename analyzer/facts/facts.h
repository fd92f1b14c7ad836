/* The facts of one connection at a time: computed from its history when a rule or a report asks. */
#pragma once

#include "endpoint/history.h"
#include "facts/catalogue.h"
#include "flow/arena.h"

/* What is known of the capture as a whole and of the other connections in it. */
typedef struct FactContext FactContext;

/* `arena` is borrowed, for what grows with the number of connections; NULL: one of its own. */
FactContext *fact_context_new(Arena *arena);
void fact_context_free(FactContext *context);

/* How many connections will be noted, where that is known: saves memory. Before the first. */
void fact_context_expect(FactContext *context, uint32_t streams);

/* Call once for every connection of the capture, in order of stream, before the first fact_set_begin(). An
 * outline of the history will do. */
void fact_context_note(FactContext *context, const History *history);

/* The capture as a whole: the times of its first and last frame, and whether it could be read to its end.
 * Call once, when all connections are noted. */
void fact_context_capture(FactContext *context, int64_t first_ns, int64_t last_ns, bool cut);

FactSet *fact_set_new(void);
void fact_set_free(FactSet *facts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FactSet, fact_set_free)

/* Turns to another connection; all facts are forgotten. Both stay borrowed until the next call. The history
 * may be an outline: it is completed if a fact is asked for that needs that. */
void fact_set_begin(FactSet *facts, History *history, const FactContext *context);

/* The history it was begun with, or that it has to be worked out for (facts/plain.h). */
const History *fact_set_history(FactSet *facts);
