/* A regular expression (PCRE2) that cannot run away: the work for one subject is limited. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "rules/set/rule-set.h"

typedef struct Pattern Pattern;

/* Compiles a pattern; letters match in either case, as with Wireshark's `matches`. NULL with what is wrong
 * and the offset in the pattern; caller frees *ret_problem with g_free(). */
Pattern *pattern_new(const char *text, char **ret_problem, size_t *ret_offset);
void pattern_free(Pattern *pattern);

/* Whether the pattern occurs in the subject; unknown where the limit was hit. Not for two threads at once. */
Truth pattern_match(const Pattern *pattern, const char *subject);
