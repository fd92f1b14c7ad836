/* The tellings of the connection at hand, made when the first format asks for them.
 *
 * Most connections end well and nobody tells them, so nothing is rendered until somebody wants it; and what
 * one format had made, the next one finds. */
#pragma once

#include "verdict/telling.h"

typedef struct {
    const Case *subject;
    Telling *ending;
    Telling *causes[VERDICT_CAUSES_MAX];
    Telling *findings[VERDICT_FINDINGS_MAX];
} Tellings;

/* Turns to another connection, which stays borrowed; `tellings` is zeroed before the first call. */
void tellings_begin(Tellings *tellings, const Case *subject);
void tellings_clear(Tellings *tellings);

/* Borrowed until the next tellings_begin(); telling_ref() keeps one for longer. NULL where no ending was
 * found. */
Telling *tellings_ending(Tellings *tellings);
Telling *tellings_cause(Tellings *tellings, unsigned index);
Telling *tellings_finding(Tellings *tellings, unsigned index);

/* What the report begins with: the first cause, or else the ending. */
Telling *tellings_leading(Tellings *tellings);
