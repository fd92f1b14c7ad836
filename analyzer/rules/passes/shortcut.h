/* Leads steps past tests that were made on the way to them. Private to analyzer/rules. */
#pragma once

#include "rules/language/tree.h"

/* The exits of every one of `count` steps lead to steps before it in the array, or out of it (`count` or
 * more). `entries` are those that may be come to from elsewhere; what is no step among them does not count.
 * More steps than any sensible rules have stay as they are. */
void shortcut_steps(Step *steps, guint count, const uint16_t *entries, guint entry_count);
