/* Breaks prose into lines of a given width. */
#pragma once

#include "report/style.h"

/* `text`, escaped, in lines of at most style->width columns: the first begins at column `at`, where the
 * cursor is, the others are indented by `indent`. A no-break space (U+00A0) keeps two words on one line; a
 * word wider than the line gets a line of its own. Appends, and ends the last line. */
void wrap_append(GString *out, const Style *style, const char *text, unsigned at, unsigned indent);
