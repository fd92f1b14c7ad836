/* One judged connection, as reports take it. All borrowed, for the length of the call. */
#pragma once

#include "base/frame-map.h"
#include "endpoint/history.h"
#include "facts/facts.h"
#include "rules/set/rule-set.h"

typedef struct {
    const char *capture;    /* the path as given on the command line; of several files, frame_map_title() */
    const FrameMap *joined; /* where its frames stand, where it was joined from several files; else NULL */
    const History *history;
    FactSet *facts;
    const RuleSet *rules;
    const Verdict *verdict;
} Case;
