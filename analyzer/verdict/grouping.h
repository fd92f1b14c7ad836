/* Like verdicts together: one group for a rule and a server, with its clearest case kept to be told in full
 * and the others counted and listed. Ten thousand resets of one listener are one paragraph.
 * What is not worth a paragraph for every server is grouped by rule alone.
 *
 * Bounded: of each rule the first GROUP_SERVERS_MAX servers have a group of their own; all others share one,
 * which keeps no case. So a scan of every port costs no more than a handful of resets. */
#pragma once

#include "base/bounds.h"
#include "facts/endpoints.h"
#include "verdict/outcome.h"
#include "verdict/streams.h"
#include "verdict/tellings.h"

/* A connection that outlives its turn: a copy of its history, and all that was told of it. */
typedef struct {
    History *history;
    Telling *ending;     /* NULL where there is none */
    GPtrArray *causes;   /* Telling*; the first leads */
    GPtrArray *findings; /* Telling*, those that no cause tells */
} KeptCase;

typedef struct {
    const Rule *rule;
    Severity severity;  /* what it counts as here: a rule has a group for its benign cases */
    bool is_rest;       /* the servers beyond GROUP_SERVERS_MAX; no address, no clearest case */
    bool is_any_server; /* all servers together; no address */
    Address server;
    uint16_t port;
    StreamList streams; /* of all its connections, the clearest included */
    KeptCase clearest;  /* history is NULL in the rest */
    Telling *telling;   /* of `rule` for the clearest case, borrowed from it; NULL in the rest */
} Group;

typedef struct Grouping Grouping;

/* Rules less severe than `by_server` have one group each, whatever the server. */
Grouping *grouping_new(Severity by_server);
void grouping_free(Grouping *grouping);

/* Adds a connection to the groups of its leading cause, or else of its ending, and of its findings, as far as their severity is `least` or
 * worse. True where it is the clearest case so far of any of them: then grouping_keep() wants to have it,
 * sooner or later, and takes it where no clearer one was added since. Connections come in order of stream. */
bool grouping_add(Grouping *grouping, const Outcome *outcome, uint32_t stream, const Endpoint *server,
                  Severity least);
void grouping_keep(Grouping *grouping, Tellings *tellings, Severity least);

/* Group*, worst severity first; then causes before endings and those before findings, certain before likely, and last in the order in
 * which they were first seen. Borrowed. */
const GPtrArray *grouping_sorted(Grouping *grouping);

/* The group to which this connection belongs with what is told of it; NULL for none. For the findings of a
 * told ending. */
const Group *grouping_find(const Grouping *grouping, const Telling *telling, const History *history);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Grouping, grouping_free)
