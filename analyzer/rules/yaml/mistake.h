/* The mistakes found in rule files: collected, so that one run shows them all, and told in order of place.
 *
 * Each reads `file:line:column: error: what is wrong`, as compilers say it and editors understand it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bounds.h"
#include "rules/yaml/source.h"

typedef struct MistakeList MistakeList;

MistakeList *mistake_list_new(void);
void mistake_list_free(MistakeList *list);

/* `name` is copied. A line of 0 stands for a place without lines, such as an option. */
void mistake_list_add(MistakeList *list, const char *name, unsigned line, unsigned column, const char *format,
                      ...) G_GNUC_PRINTF(5, 6);

/* At `offset` of a source. */
void mistake_list_add_at(MistakeList *list, const Source *source, size_t offset, const char *message);

guint mistake_list_length(const MistakeList *list);

/* True if the list is empty; else false, with all mistakes in one CLOSELINT_ERROR_RULES, a line each. */
bool mistake_list_check(const MistakeList *list, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MistakeList, mistake_list_free)
