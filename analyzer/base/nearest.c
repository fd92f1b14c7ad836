/* Optimal string alignment distance, with a bound: one edit for every three characters of the name. A name that
 * is a part of a candidate is as near as the bound, if it says enough. */
#include "base/nearest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH 64

Nearest nearest_begin(const char *name, size_t length)
{
    unsigned bound = length < 3 ? 1 : (unsigned)(length + 2) / 3;
    return (Nearest){.name = name, .length = length, .bound = bound, .best_distance = bound + 1};
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned smaller = a < b ? a : b;
    return smaller < c ? smaller : c;
}

/* The number of insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][NAME_MAX_LENGTH + 1];
    unsigned *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        before[j] = previous[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        current[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned differs = g_ascii_tolower(a[i - 1]) != g_ascii_tolower(b[j - 1]);
            current[j] = least(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + differs);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < current[j])
                current[j] = before[j - 2] + 1;
        }
        unsigned *spare = before;
        before = previous;
        previous = current;
        current = spare;
    }
    return previous[b_length];
}

/* "warn" of "warning", "linger" of "rst-linger-zero". */
static bool is_part(const char *name, size_t length, const char *candidate)
{
    enum { BEGINNING_MIN = 3, MIDDLE_MIN = 5 };
    if (length < MIDDLE_MIN)
        return length >= BEGINNING_MIN && !strncmp(candidate, name, length);
    g_autofree char *text = g_strndup(name, length);
    return strstr(candidate, text);
}

void nearest_offer(Nearest *nearest, const char *candidate)
{
    size_t length = strlen(candidate);
    if (length > NAME_MAX_LENGTH || nearest->length > NAME_MAX_LENGTH)
        return;
    unsigned edits = distance(nearest->name, nearest->length, candidate, length);
    if (edits > nearest->bound && is_part(nearest->name, nearest->length, candidate))
        edits = nearest->bound;
    if (edits < nearest->best_distance && edits < length) {
        nearest->best = candidate;
        nearest->best_distance = edits;
    }
}

char *nearest_hint(const Nearest *nearest)
{
    return nearest->best ? g_strdup_printf("; did you mean '%s'?", nearest->best) : g_strdup("");
}
