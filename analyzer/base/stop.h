/* SIGINT and SIGTERM end the reading of a capture, not the program: what was read until then is reported.
 *
 * While something is read, the first signal is only noted, and wakes whoever waits in stop_wait_readable().
 * At any other time, and for the second signal, it ends the program as it usually does; files that are not
 * finished are removed before (unfinished.h), as they are on SIGHUP. A signal that was ignored when the
 * program began (a job in the background) stays ignored. System calls are restarted: reports and messages
 * that are being written do not notice. */
#pragma once

#include <stdbool.h>

/* From here on signals are handled as said above. Without it, nothing in this file ever says that reading is
 * to stop. */
void stop_on_signals(void);

/* Between the two a signal is noted. */
void stop_reading_begins(void);
void stop_reading_ends(void);

/* Whether a signal was noted. Cheap enough for every batch of frames. */
bool stop_is_requested(void);

/* Waits until `fd` can be read without waiting, or is at its end. False where a signal came first, or before:
 * then nothing is to be read. */
bool stop_wait_readable(int fd);
