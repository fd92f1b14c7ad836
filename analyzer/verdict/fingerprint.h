/* By what a verdict is known again when the trace is recorded anew: the rule, the client's address, the
 * server's address and port, and which of several like it this is. Never by frames, times, stream or client
 * ports, or sequence numbers, which differ in every recording.
 *
 * Bounded: FINGERPRINT_KINDS_MAX different kinds are counted apart; later ones are all the first of their
 * kind. */
#pragma once

#include "verdict/case.h"

#define FINGERPRINT_BYTES 33 /* 32 digits and the end */

typedef struct Fingerprints Fingerprints;

Fingerprints *fingerprints_new(void);
void fingerprints_free(Fingerprints *fingerprints);

/* The next verdict of the run, in the order of captures and streams, as lower-case hexadecimal digits. */
void fingerprints_next(Fingerprints *fingerprints, const Case *subject, const Rule *rule,
                       char ret_digits[FINGERPRINT_BYTES]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fingerprints, fingerprints_free)
