/* What the verdict on a mutated capture says against the one on the whole capture. */
#pragma once

#include "mutation.h"

typedef enum {
    MATCH_IDENTICAL,
    MATCH_LESS_CERTAIN, /* the same ending, only likely */
    MATCH_ANCESTOR,     /* an inner node above it */
    MATCH_UNCLEAR,
    MATCH_SHORTER, /* true of the connection as far as the shorter capture goes: still open, half-closed */
    MATCH_LIKELY,  /* another ending, only likely */
    MATCH_UNDECIDABLE,  /* certain and wrong, and nothing that is left could tell; see undecidable.h */
    MATCH_MORE_CERTAIN, /* the same ending or one below it, certain where the whole capture said likely */
    MATCH_DIFFERENT,    /* another ending, certain */
    MATCHES,
} Match;

const char *match_name(Match match);

/* One stream of the mutated capture, held against one of the whole. */
typedef struct {
    Match match;
    const Outcome *full, *got;
    uint32_t stream; /* of the whole capture */
    bool merged;     /* the mutated stream has packets of several of the whole */
    const char *why; /* for MATCH_UNDECIDABLE */
} Comparison;

/* Everything about one mutation. `packets` are the whole capture's, `kept` the mutated one's. */
typedef struct {
    const Mutation *mutation;
    const GArray *packets, *kept; /* Packet */
    const Trial *full, *trial;
} Experiment;

/* Stream `stream` of the mutated capture against that stream of the whole with which it agrees best, of those
 * that any of its packets belong to. */
Comparison compare_stream(const Experiment *experiment, uint32_t stream);

/* The finding at `index` of the mutated verdict, if the whole capture had none like it; else NULL. What is
 * said of the capture itself (capture-…) is never new. `ret_why`: why nobody could know better, or NULL. */
const Rule *comparison_new_finding(const Experiment *experiment, const Comparison *comparison, unsigned index,
                                   const char **ret_why);
