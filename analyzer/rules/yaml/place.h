/* The way back from the text of a YAML scalar to the file, character by character. */
#pragma once

#include <glib.h>

#include "rules/yaml/source.h"

typedef struct YamlLines YamlLines; /* where each line of a file begins */

/* Borrows the text. */
YamlLines *yaml_lines_new(const char *text, gsize length);
void yaml_lines_free(YamlLines *lines);

typedef enum {
    YAML_FLOW_SCALAR,  /* plain or quoted */
    YAML_BLOCK_SCALAR, /* | or > */
} YamlScalarForm;

/* The runs of a scalar whose text is value[0..length) and which begins (with its quote or its |
 * or >) at this line and column, both from 1. Exact for all but unusual escapes; never out of bounds. An
 * array of *ret_count; caller frees. Quickest where scalars are asked for in order. */
SourceRun *yaml_place_runs(YamlLines *lines, YamlScalarForm form, const char *value, gsize length,
                           unsigned line, unsigned column, guint *ret_count);
