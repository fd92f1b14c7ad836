/* Where a text stands in its file, so that a mistake inside it can be told with line and column.
 *
 * The text of a YAML scalar is not the text of the file: it is unquoted, unindented and folded. A Source
 * keeps the pieces ("runs") that were copied unchanged, and with them the way back. */
#pragma once

#include <glib.h>
#include <stddef.h>

/* From `offset` of the text on, characters stand one after the other from this line and column (both from 1).
 */
typedef struct {
    size_t offset;
    unsigned line, column;
} SourceRun;

/* Borrows everything. Columns count characters, not bytes. */
typedef struct {
    const char *name; /* the file, or what stands for one: "--where" */
    const char *text;
    size_t length;
    const SourceRun *runs; /* by offset; the first one has offset 0 */
    guint run_count;       /* at least 1 */
} Source;

/* The line and column of the byte at `offset` (at most `length`). */
void source_locate(const Source *source, size_t offset, unsigned *ret_line, unsigned *ret_column);
