/* The whole program: what the options ask for, done, as an exit status. */
#pragma once

#include "pipeline/options.h"

/* docs/man/closelint.1.scd describes them for users. */
enum {
    STATUS_GOOD = 0,
    STATUS_FINDINGS = 1, /* at or above --fail-on */
    STATUS_USAGE = 2,    /* or a mistake in the rules */
    STATUS_INPUT = 3,    /* a capture that could not be read, or not to its end */
};

int pipeline_run(const Options *options);
