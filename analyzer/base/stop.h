/* SIGINT and SIGTERM end the reading of a capture, not the program: what was read until then is reported.
 *
 * The first signal is only noted, and wakes whoever waits in stop_wait_readable(); with it both signals get
 * their usual effect back, so that the second one kills. A signal that was ignored when the program began (a
 * job in the background) stays ignored. System calls are restarted: reports and messages that are being
 * written do not notice. */
#pragma once

#include <stdbool.h>

/* From here on signals are noted. Without it, nothing in this file ever says that reading is to stop. */
void stop_on_signals(void);

/* Whether a signal has come. Cheap enough for every batch of frames. */
bool stop_is_requested(void);

/* Waits until `fd` can be read without waiting, or is at its end. False where a signal came first, or before:
 * then nothing is to be read. */
bool stop_wait_readable(int fd);
