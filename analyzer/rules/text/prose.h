/* A writer of running text: folds white space, keeps paragraphs, knows where a sentence begins, and can do
 * without characters beyond ASCII. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
    GString *out; /* borrowed; what stands in it already is not looked at */
    gsize start;
    bool ascii;
    bool is_sentence; /* the text begins with the beginning of a sentence */
    unsigned breaks;  /* line breaks in the white space that was read last */
    bool has_space;
} Prose;

void prose_begin(Prose *prose, GString *out, bool ascii, bool is_sentence);

/* Adds text as it is, but for white space. */
void prose_add(Prose *prose, const char *text, gsize length);

/* Adds words that begin with a capital where a sentence begins. */
void prose_add_words(Prose *prose, const char *words);

/* Takes back `word` where it was the last one ("frame", or "Frame"): what follows says it itself. */
void prose_drop_word(Prose *prose, const char *word);
