/* A YAML document as a small tree that knows where everything stood.
 *
 * libyaml's events are taken as they come; what rule files may not hold (anchors, aliases, tags, duplicate
 * keys, further documents, deep nesting) is a mistake here, so that nobody after it has to think of them. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bounds.h"
#include "rules/mistake.h"

typedef enum {
    YAML_TEXT,
    YAML_LIST,
    YAML_MAP,
} YamlKind;

typedef struct YamlNode {
    YamlKind kind;
    unsigned line, column; /* from 1 */
    bool is_broken;        /* something stood here that was refused: say nothing more about it */
    bool is_plain;         /* YAML_TEXT without quotes */
    char *text;            /* YAML_TEXT; may hold null characters */
    gsize length;
    GArray *runs;     /* YAML_TEXT: SourceRun, from the text to the file */
    GPtrArray *keys;  /* YAML_MAP: YamlNode* of kind YAML_TEXT, as many as items */
    GPtrArray *items; /* YAML_MAP, YAML_LIST: YamlNode* */
} YamlNode;

/* Reads one document. NULL where it cannot be read at all; mistakes are added in either case. */
YamlNode *yaml_node_parse(const char *name, const char *text, gsize length, MistakeList *mistakes);
void yaml_node_free(YamlNode *node);

/* The item under a key, or NULL. */
const YamlNode *yaml_node_get(const YamlNode *map, const char *key);

/* The text as a source, for mistakes inside it. Borrows `name` and the node. */
Source yaml_node_source(const YamlNode *node, const char *name);

/* "a text", "a list", "a map". */
const char *yaml_kind_phrase(YamlKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(YamlNode, yaml_node_free)
