/* Where a report goes: a file or standard output, through one large buffer. A reader that went away
 * (`closelint … | head`) is no error: the rest is dropped in silence. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Sink Sink;

/* `path` NULL or "-" is standard output. NULL with CLOSELINT_ERROR_USAGE where the file cannot be made. */
Sink *sink_new(const char *path, GError **error);

/* Collects in memory instead, for tests; sink_text() is what was written, borrowed. */
Sink *sink_new_memory(void);
const GString *sink_text(const Sink *sink);

void sink_write(Sink *sink, const char *text, gsize length);
void sink_puts(Sink *sink, const char *text);

/* Writes the string and empties it. */
void sink_take(Sink *sink, GString *text);

/* Its file descriptor, -1 in memory: whether it is a terminal decides on colour and width. */
int sink_descriptor(const Sink *sink);

/* Flushes and frees. False where something could not be written, unless nobody was there to read it. */
bool sink_close(Sink *sink, GError **error);
