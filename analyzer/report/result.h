/* What formats for machines print one record of: one verdict on one connection, and where it shows. */
#pragma once

#include "verdict/tellings.h"

typedef struct {
    const Telling *telling; /* borrowed from the tellings */
    uint64_t frame;         /* the first of its evidence, else the first of the connection */
} Result;

#define RESULTS_MAX (1 + VERDICT_FINDINGS_MAX)

/* Those of a connection that are `least` or worse: first what leads, then what stands on top of it. How many
 * there are. */
unsigned results_of(Tellings *tellings, Severity least, Result ret_results[RESULTS_MAX]);

/* The capture in which the frame stands, as it was given on the command line, and its number there: of a
 * joined capture that of the file. Borrowed from the case. */
const char *result_place(const Case *subject, uint64_t frame, uint64_t *ret_frame);

/* "stream 3 10.0.0.1:51234 → 10.0.0.2:80". Appends UTF-8. */
void result_connection_format(GString *out, const Case *subject);

/* The title as a sentence begins, and its paragraphs, with blank lines between. Append UTF-8. */
void result_title_format(GString *out, const Telling *telling);
void result_text_format(GString *out, const Telling *telling);
