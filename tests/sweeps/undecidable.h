/* What is left of a connection after a loss, and which wrong verdicts nobody could avoid from it. */
#pragma once

#include "comparison.h"

/* One stream of the whole capture: what of it was kept and what was lost. */
typedef struct {
    guint lost;
    bool lost_tail; /* nothing that was kept comes after what was lost */
    bool referred;  /* numbers that were lost are acknowledged, or lie below others, in what was kept */
    bool repeated;  /* numbers that were lost are all in other segments that were kept */
    bool lost_data;
    uint8_t lost_flags; /* of all that was lost, together */
    bool kept_fin[2];   /* of the lower end, of the higher */
    bool kept_rst;
    bool merged;           /* with another stream, whose first SYN was lost */
    bool rst_looks_forged; /* an RST that was kept has another TTL than the segments of the same end */
} Remains;

Remains remains_of(const Experiment *experiment, uint32_t full_stream);

/* Whether `got` is simply true of the connection as far as the remains go. */
bool remains_show(const Remains *remains, const Outcome *got);

/* Why nobody could know better, or NULL. */
const char *undecidable_reason(const Remains *remains, const Outcome *full, const Outcome *got);

/* The same for a finding that the whole capture does not give. */
const char *undecidable_finding(const Remains *remains, const Rule *finding);
