/* The rule files that are compiled in, as the trees that yaml_node_parse() made of them when closelint was
 * built: embed.c writes them as tables of C, so that nothing is left to parse at every start. */
#pragma once

#include "rules/yaml/node.h"

typedef struct {
    const char *name; /* "rules/reset/rst-linger-zero.yaml" */
    const YamlNode *root;
} BuiltinDocument;

extern const BuiltinDocument builtin_documents[]; /* in the order in which they are loaded */
extern const guint builtin_document_count;
