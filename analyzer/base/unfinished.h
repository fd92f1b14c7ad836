/* Files that are being written and are not yet what their names will say: removed where the program ends
 * before they are whole, by a signal or for want of memory. Whoever finishes one takes it off the list
 * itself.
 *
 * A few at a time, since each is an output that somebody asked for. */
#pragma once

#include <stdbool.h>

/* From here on the file at `path` is unfinished; the string is borrowed until unfinished_remove(). Beyond
 * UNFINISHED_MAX files nothing is kept, and such a file stays behind. */
void unfinished_add(const char *path);
void unfinished_remove(const char *path);

/* Removes all of them; safe in a signal handler. */
void unfinished_unlink_all(void);
