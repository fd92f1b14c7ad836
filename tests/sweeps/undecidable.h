/* What is left of a connection after a loss, and which wrong verdicts nobody could avoid from it. */
#pragma once

#include "comparison.h"

/* One stream of the whole capture: what of it was kept and what was lost. */
typedef struct {
    guint kept, lost;
    bool lost_tail;     /* nothing that was kept comes after what was lost */
    bool lost_head;     /* nothing that was kept comes before what was lost */
    bool referred;      /* numbers that were lost are acknowledged, or lie below others, in what was kept */
    uint8_t lost_flags; /* flags of what was lost, together */
    bool lost_data;
    bool kept_fin[2], kept_rst; /* of the lower end, of the higher */
    bool kept_both_directions;
    unsigned kept_syns, kept_answers; /* SYNs without ACK, segments the other way */
} Remains;

Remains remains_of(const Experiment *experiment, uint32_t full_stream);

/* Whether `got` is simply true of the connection as far as the remains go. */
bool remains_show(const Remains *remains, const Outcome *got);

/* Why nobody could know better, or NULL. */
const char *undecidable_reason(const Remains *remains, const Outcome *full, const Outcome *got);
