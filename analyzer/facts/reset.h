/* What the two files with facts of RSTs share. */
#pragma once

#include "facts/private.h"

static const char *const answers_names[] = {"nothing", "syn", "syn-ack",   "data",
                                            "fin",     "ack", "keepalive", NULL};

/* NOLINTBEGIN(bugprone-macro-parentheses): the argument is the name of what is declared */
/* What follows is absent where no RST counted. */
#define RESET_OR_RETURN(reset)                                                                               \
    (void)side;                                                                                              \
    const ResetRecord *reset = facts_reset(facts);                                                           \
    if (!reset)                                                                                              \
    return
/* NOLINTEND(bugprone-macro-parentheses) */
