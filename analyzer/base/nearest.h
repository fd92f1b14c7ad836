/* The name somebody probably meant: for "did you mean" where a name in a rule file is unknown. */
#pragma once

#include <glib.h>

/* A search for the candidate nearest to a misspelled name; candidates are offered one at a time. */
typedef struct {
    const char *name; /* borrowed */
    size_t length;
    const char *best; /* the nearest candidate so far, borrowed; NULL where none is near */
    unsigned bound, best_distance;
} Nearest;

Nearest nearest_begin(const char *name, size_t length);
void nearest_offer(Nearest *nearest, const char *candidate);

/* "; did you mean 'x'?", or "" where nothing is near. Caller frees with g_free(). */
char *nearest_hint(const Nearest *nearest);
