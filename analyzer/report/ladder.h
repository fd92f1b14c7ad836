/* The ladder: a connection's segments from top to bottom, the arrow showing who sent what, and both ends'
 * states beside it, shown on the first row and wherever they change.
 *
 *     frame        time  client                                 server
 *         8   0.000 000  FIN_WAIT_1  ── FIN ─────────────────▶  CLOSE_WAIT
 *         9  +0.000 041  FIN_WAIT_2  ◀───────────────── ACK ──
 *
 * It shows what matters: the evidence, what opens and closes the connection, every change of state, and the
 * last data before the end; the rest is counted in one line ("… 412 data segments …"). However long the
 * connection was, it has at most LADDER_ROWS_MAX rows. */
#pragma once

#include "report/style.h"

#define LADDER_ROWS_MAX 20

typedef struct {
    const History *history;
    const GArray *evidence; /* uint64_t: frames that must be shown; or NULL */
    const FrameMap *joined; /* where its frames stand, shown in a column of its own; or NULL */
    int64_t capture_ns;     /* of the first frame of the capture */
    bool shows_all;         /* every kept segment */
    unsigned indent;
} Ladder;

/* Appends lines; nothing where the history has no rows. */
void ladder_draw(GString *out, const Style *style, const Ladder *ladder);

/* Which rows are shown: `ret_shown` has history->row_count elements. */
void ladder_select(const Ladder *ladder, bool *ret_shown);
