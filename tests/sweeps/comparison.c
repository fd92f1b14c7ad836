#include "comparison.h"

#include <string.h>

#include "undecidable.h"

const char *match_name(Match match)
{
    static const char *const names[] = {"identical", "less certain", "ancestor",     "unclear",  "shorter",
                                        "likely",    "undecidable",  "more certain", "different"};
    return names[match];
}

/* Whether the path of `outcome` passes through `rule`. */
static bool passes(const Outcome *outcome, const Rule *rule)
{
    for (unsigned i = 0; i < outcome->path_length; i++) {
        if (outcome->path[i] == rule)
            return true;
    }
    return false;
}

static Match match_outcomes(const Outcome *full, const Outcome *got)
{
    const Rule *ending = outcome_ending(got);
    if (!ending || !strcmp(ending->id, "unclear"))
        return full->path_length && ending == outcome_ending(full) ? MATCH_IDENTICAL : MATCH_UNCLEAR;
    if (ending == outcome_ending(full))
        return got->certainty == full->certainty  ? MATCH_IDENTICAL
               : got->certainty < full->certainty ? MATCH_LESS_CERTAIN
                                                  : MATCH_MORE_CERTAIN;
    if (passes(full, ending))
        return MATCH_ANCESTOR;
    if (got->certainty == CERTAINTY_LIKELY)
        return MATCH_LIKELY;
    return passes(got, outcome_ending(full)) ? MATCH_MORE_CERTAIN : MATCH_DIFFERENT;
}

static Comparison compare_with(const Experiment *experiment, uint32_t stream, uint32_t full_stream)
{
    Comparison comparison = {
        .full = &g_array_index(experiment->full->outcomes, Outcome, full_stream),
        .got = &g_array_index(experiment->trial->outcomes, Outcome, stream),
        .stream = full_stream,
    };
    comparison.match = match_outcomes(comparison.full, comparison.got);
    if (comparison.match < MATCH_LIKELY)
        return comparison;
    Remains remains = remains_of(experiment, full_stream);
    if (remains_show(&remains, comparison.got)) {
        comparison.match = MATCH_SHORTER;
    } else if (comparison.match > MATCH_UNDECIDABLE) {
        comparison.why = undecidable_reason(&remains, comparison.full, comparison.got);
        if (comparison.why)
            comparison.match = MATCH_UNDECIDABLE;
    }
    return comparison;
}

Comparison compare_stream(const Experiment *experiment, uint32_t stream)
{
    Comparison best = {.match = MATCHES};
    uint32_t last = NO_STREAM;
    bool merged = false;
    for (guint i = 0; i < experiment->kept->len; i++) {
        if (g_array_index(experiment->trial->stream_of, uint32_t, i) != stream)
            continue;
        guint original = g_array_index(experiment->kept, Packet, i).original;
        uint32_t full_stream = g_array_index(experiment->full->stream_of, uint32_t, original);
        if (full_stream == last || full_stream == NO_STREAM)
            continue;
        merged |= last != NO_STREAM;
        last = full_stream;
        Comparison comparison = compare_with(experiment, stream, full_stream);
        if (comparison.match < best.match)
            best = comparison;
    }
    best.merged = merged;
    return best;
}

const Rule *comparison_new_finding(const Experiment *experiment, const Comparison *comparison, unsigned index,
                                   const char **ret_why)
{
    const Rule *finding = comparison->got->findings[index];
    if (g_str_has_prefix(finding->id, "capture-"))
        return NULL;
    for (unsigned i = 0; i < comparison->full->finding_count; i++) {
        if (comparison->full->findings[i] == finding)
            return NULL;
    }
    if (rule_tells(comparison->full->cause, finding))
        return NULL; /* it holds there, too, and is told with what leads */
    Remains remains = remains_of(experiment, comparison->stream);
    remains.merged = comparison->merged;
    *ret_why = undecidable_finding(&remains, finding);
    return finding;
}
