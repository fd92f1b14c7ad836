/* One telling as text: the title line, what identifies it, the ladder, the explanation, and below it who saw
 * what, what was lost, how to confirm it and what to do. */
#pragma once

#include "report/style.h"

/* The columns at which the text of "server saw …" begins. */
#define BLOCK_LABEL_COLUMNS 15

/* What a telling is told of. All borrowed. */
typedef struct {
    const Telling *telling;  /* of an ending, a cause or a finding */
    const Telling *ending;   /* of the same connection; NULL where there is none */
    const GPtrArray *causes; /* Telling*: those of the same connection, the first leads; or NULL */
    const History *history;
    const FrameMap *joined; /* where its frames stand, in a capture joined from several files; else NULL */
    int64_t capture_ns;     /* of the first frame of the capture */
} Block;

/* "error: …" and the line below it, which says which rule and which connection. */
void block_head(GString *out, const Style *style, const Block *block);

/* The ladder with an empty line before and after. */
void block_ladder(GString *out, const Style *style, const Block *block, bool shows_all);

/* The explanation, beneath that of a cause what happened on the wire, and the labelled lines; `verbose` with
 * the look-alikes, and all that is to be said of the ending. */
void block_body(GString *out, const Style *style, const Block *block, bool verbose);

/* A finding beneath the telling of its connection's ending: without a ladder, so that with `joined` its
 * frames are listed; a note is only a title. */
void block_beneath(GString *out, const Style *style, const Telling *finding, const FrameMap *joined,
                   bool verbose);

/* "  label      text", wrapped. Nothing where the text is NULL. */
void block_label(GString *out, const Style *style, const char *label, const char *text);
