/* What is printed without reading a capture (lists, the documentation of a rule), and --why. */
#pragma once

#include "pipeline/options.h"
#include "verdict/case.h"

typedef enum {
    DOCUMENT_RULES,
    DOCUMENT_FACTS,
    DOCUMENT_RULE, /* options->explain, which exists */
} Document;

/* Prints it to standard output. `rules` may be NULL for DOCUMENT_FACTS. */
void document_print(Document document, const Options *options, const RuleSet *rules);

/* How the verdict on a connection came about; `names_capture` where there are several. */
void document_print_why(const Options *options, const Case *subject, bool names_capture);
