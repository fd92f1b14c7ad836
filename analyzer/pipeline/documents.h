/* What is printed without reading a capture (lists, the documentation of a rule), and --why. */
#pragma once

#include "pipeline/options.h"
#include "verdict/case.h"

typedef enum {
    DOCUMENT_RULES,
    DOCUMENT_FACTS,
    DOCUMENT_HELP, /* options->help */
    DOCUMENT_RULE, /* options->explain, which exists */
} Document;

/* `rules` is only for those of rules. */
void document_write(Sink *sink, Document document, const Options *options, const RuleSet *rules);

/* How the verdict on a connection came about; `names_capture` where there are several. */
void document_write_why(Sink *sink, const Options *options, const Case *subject, bool names_capture);
