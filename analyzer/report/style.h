/* How text looks where it is going: character set, colour, width. And the one door through which text from a
 * capture passes before a terminal sees it.
 *
 * Everything is composed in UTF-8. Where the locale is not UTF-8, what has a plain form gets it ("µs" → "us",
 * "→" →
 * "->"), and the rest becomes "?". */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "report/report.h"

typedef enum {
    TONE_PLAIN,
    TONE_STRONG, /* titles */
    TONE_DIM,    /* what is only there to be looked up */
    TONE_ERROR,
    TONE_WARNING,
    TONE_NOTE,
    TONE_OK,
} Tone;

typedef struct {
    bool is_ascii, has_color;
    unsigned width; /* columns */
    TimeFormat time;
} Style;

#define STYLE_WIDTH_DEFAULT 100 /* where the output is no terminal */
#define STYLE_WIDTH_MIN     40
#define STYLE_WIDTH_MAX     120 /* longer lines are hard to read */

/* For what is written to `descriptor`, -1 for none. Looks at the locale, TIOCGWINSZ, COLUMNS and NO_COLOR. */
Style style_make(const ReportOptions *options, int descriptor);

bool style_locale_is_ascii(void);

/* `text` without anything that could move a cursor: control characters and those that reorder text become
 * \x1b or \u202e, bytes that are no UTF-8 become \xff. Appends. */
void style_escape(GString *out, const char *text, bool is_ascii);
/* The same of the first `length` bytes, none of which is zero. */
void style_escape_part(GString *out, const char *text, size_t length, bool is_ascii);

/* The text in a tone; escaped. Appends. */
void style_append(GString *out, const Style *style, Tone tone, const char *text);
void style_printf(GString *out, const Style *style, Tone tone, const char *format, ...) G_GNUC_PRINTF(4, 5);

Tone style_severity_tone(Severity severity);

/* Columns that the first `length` bytes of valid UTF-8 take (-1: all of it). */
unsigned style_columns(const char *text, gssize length);

/* Fills up with spaces from `from` columns to `to`; at least none. Appends. */
void style_pad(GString *out, unsigned from, unsigned to);
