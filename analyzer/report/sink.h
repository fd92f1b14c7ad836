/* Where a report goes: a file or standard output, through one large buffer. Every byte is checked: what
 * cannot be written is an error in the end. A reader that went away (`closelint … | head`) is none: the rest
 * is dropped in silence.
 *
 * A file is written beside the one that it will replace, and renamed when it is whole; until then, and where
 * that fails, the old one stays. What is no regular file (a device, a pipe), and a file in a folder that
 * takes no new ones, is written as it lies. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct Sink Sink;

/* `path` NULL or "-" is standard output. NULL with CLOSELINT_ERROR_USAGE where the file cannot be made. */
Sink *sink_new(const char *path, GError **error);

/* A file without a name in the folder for temporary ones, which sink_pour() reads. */
Sink *sink_new_spool(GError **error);

/* Collects in memory instead, for tests; sink_text() is what was written, borrowed. */
Sink *sink_new_memory(void);
const GString *sink_text(const Sink *sink);

void sink_write(Sink *sink, const char *text, gsize length);
void sink_puts(Sink *sink, const char *text);

/* Writes the string and empties it. */
void sink_take(Sink *sink, GString *text);

/* Writes all that is in the spool into `sink`. */
void sink_pour(Sink *sink, Sink *spool);

/* Whether something could not be written, and the rest is lost as well. */
bool sink_is_broken(const Sink *sink);

/* Its file descriptor, -1 in memory: whether it is a terminal decides on colour and width. */
int sink_descriptor(const Sink *sink);

/* What was written is not to be kept: sink_close() leaves an old file as it was. */
void sink_drop(Sink *sink);

/* Flushes and frees. False with CLOSELINT_ERROR_USAGE where something could not be written, unless nobody was
 * there to read it. */
bool sink_close(Sink *sink, GError **error);
