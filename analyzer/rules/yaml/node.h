/* A YAML document as a small tree that knows where everything stood.
 *
 * libyaml's events are taken as they come; what rule files may not hold (anchors, aliases, tags, duplicate
 * keys, further documents, deep nesting) is a mistake here, so that nobody after it has to think of them. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "base/bounds.h"
#include "rules/yaml/mistake.h"
#include "rules/yaml/source.h"

typedef enum {
    YAML_TEXT,
    YAML_LIST,
    YAML_MAP,
} YamlKind;

/* Holds nothing that has to be made at run time, so that the built-in rules lie in the program as such trees.
 */
typedef struct YamlNode {
    YamlKind kind;
    unsigned line, column; /* from 1 */
    bool is_broken;        /* something stood here that was refused: say nothing more about it */
    guint count;           /* YAML_MAP, YAML_LIST: of items */
    guint run_count;
    gsize length;
    const char *text;             /* YAML_TEXT; may hold null characters, and one follows */
    const SourceRun *runs;        /* YAML_TEXT: from the text to the file */
    const struct YamlNode *keys;  /* YAML_MAP: of kind YAML_TEXT, one an item */
    const struct YamlNode *items; /* YAML_MAP, YAML_LIST */
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
