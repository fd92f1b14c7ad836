/* --stream N: one connection in full. */
#pragma once

#include "report/style.h"

/* Who and what, every kept event with both ends' states, the ending, the findings; with options->facts every
 * fact of the catalogue. Appends. */
void stream_append(GString *out, const Style *style, Tellings *tellings, int64_t capture_ns,
                   const ReportOptions *options);

/* Every fact as a tree, the way `tshark -V` shows a packet. Appends. */
void fact_tree_append(GString *out, const Style *style, FactSet *facts);
