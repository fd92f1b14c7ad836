/* Builds the tree from libyaml's events, with a stack of its own: no recursion, whatever the input nests. */
#include "rules/yaml/node.h"

#include <string.h>
#include <yaml.h>

#include "rules/yaml/place.h"

/* A collection that is not at its end. */
typedef struct {
    YamlNode node;
    GArray *keys, *items; /* YamlNode; keys of a map only */
    GTree *lines;         /* of a map: from each key to its line. Keys cannot be made to collide in a tree. */
} Open;

typedef struct {
    const char *name;
    MistakeList *mistakes;
    YamlLines *lines;
    Open stack[YAML_DEPTH_MAX];
    guint depth;
    YamlNode *root;
    guint nodes;
    bool ended; /* the first document */
    bool failed;
} Builder;

static void clear(const YamlNode *node)
{
    for (guint i = 0; i < node->count; i++) /* as deep as YAML_DEPTH_MAX */
        clear(&node->items[i]);
    for (guint i = 0; node->keys && i < node->count; i++)
        clear(&node->keys[i]);
    g_free((gpointer)node->items);
    g_free((gpointer)node->keys);
    g_free((gpointer)node->runs);
    g_free((gpointer)node->text);
}

void yaml_node_free(YamlNode *node)
{
    if (!node)
        return;
    clear(node);
    g_free(node);
}

static void mistake_at(Builder *builder, yaml_mark_t mark, const char *message)
{
    mistake_list_add(builder->mistakes, builder->name, (unsigned)mark.line + 1, (unsigned)mark.column + 1,
                     "%s", message);
}

static void give_up(Builder *builder, yaml_mark_t mark, const char *message)
{
    mistake_at(builder, mark, message);
    builder->failed = true;
}

static YamlNode node_at(YamlKind kind, yaml_mark_t mark)
{
    return (YamlNode){.kind = kind, .line = (unsigned)mark.line + 1, .column = (unsigned)mark.column + 1};
}

static bool wants_key(const Builder *builder)
{
    const Open *top = builder->depth ? &builder->stack[builder->depth - 1] : NULL;
    return top && top->keys && top->keys->len == top->items->len;
}

/* Whether a node of this kind may stand here; otherwise all is given up. */
static bool check_node(Builder *builder, YamlKind kind, yaml_mark_t mark)
{
    if (++builder->nodes > YAML_NODES_MAX)
        give_up(builder, mark, "this file is too large");
    else if (kind != YAML_TEXT && wants_key(builder))
        give_up(builder, mark, "a key must be a text; quote a text that begins with { or [");
    return !builder->failed;
}

static void take_key(Builder *builder, const YamlNode *key)
{
    const Open *map = &builder->stack[builder->depth - 1];
    guint earlier = GPOINTER_TO_UINT(g_tree_lookup(map->lines, key->text));
    if (earlier)
        mistake_list_add(builder->mistakes, builder->name, key->line, key->column,
                         "the key '%s' stands here twice: first in line %u", key->text, earlier);
    else
        g_tree_insert(map->lines, (gpointer)key->text, GUINT_TO_POINTER(key->line));
    g_array_append_vals(map->keys, key, 1);
}

/* Puts a node that is complete where it belongs; takes over what it holds. */
static void take(Builder *builder, const YamlNode *node)
{
    if (!builder->depth)
        builder->root = g_memdup2(node, sizeof *node);
    else if (wants_key(builder))
        take_key(builder, node);
    else
        g_array_append_vals(builder->stack[builder->depth - 1].items, node, 1);
}

static void refuse_extras(Builder *builder, const yaml_event_t *event, const yaml_char_t *anchor,
                          const yaml_char_t *tag)
{
    if (anchor)
        mistake_at(builder, event->start_mark, "anchors have no place in rule files: write it out");
    if (tag)
        mistake_at(builder, event->start_mark, "tags have no place in rule files");
}

static void on_scalar(Builder *builder, const yaml_event_t *event)
{
    refuse_extras(builder, event, event->data.scalar.anchor, event->data.scalar.tag);
    if (!check_node(builder, YAML_TEXT, event->start_mark))
        return;
    yaml_scalar_style_t style = event->data.scalar.style;
    bool is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    YamlNode node = node_at(YAML_TEXT, event->start_mark);
    node.length = event->data.scalar.length;
    char *text = g_malloc(node.length + 1);
    memcpy(text, event->data.scalar.value, node.length);
    text[node.length] = '\0';
    node.text = text;
    node.is_broken = event->data.scalar.anchor || event->data.scalar.tag;
    node.runs = yaml_place_runs(builder->lines, is_block ? YAML_BLOCK_SCALAR : YAML_FLOW_SCALAR, text,
                                node.length, node.line, node.column, &node.run_count);
    take(builder, &node);
}

static void on_alias(Builder *builder, const yaml_event_t *event)
{
    mistake_at(builder, event->start_mark, "aliases have no place in rule files: write it out");
    if (!check_node(builder, YAML_TEXT, event->start_mark))
        return;
    YamlNode node = node_at(YAML_TEXT, event->start_mark);
    const SourceRun run = {.line = node.line, .column = node.column};
    node.text = g_strdup("");
    node.is_broken = true;
    node.runs = g_memdup2(&run, sizeof run);
    node.run_count = 1;
    take(builder, &node);
}

static GArray *nodes_new(void)
{
    GArray *nodes = g_array_new(FALSE, FALSE, sizeof(YamlNode));
    g_array_set_clear_func(nodes, (GDestroyNotify)clear);
    return nodes;
}

static void on_collection(Builder *builder, const yaml_event_t *event, YamlKind kind)
{
    if (kind == YAML_MAP)
        refuse_extras(builder, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
    else
        refuse_extras(builder, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
    if (builder->depth == YAML_DEPTH_MAX) {
        give_up(builder, event->start_mark, "this is nested too deeply");
        return;
    }
    if (!check_node(builder, kind, event->start_mark))
        return;
    Open *open = &builder->stack[builder->depth++];
    *open = (Open){.node = node_at(kind, event->start_mark), .items = nodes_new()};
    if (kind == YAML_MAP) {
        open->keys = nodes_new();
        open->lines = g_tree_new((GCompareFunc)strcmp);
    }
}

static void on_end(Builder *builder)
{
    Open *open = &builder->stack[--builder->depth];
    YamlNode node = open->node;
    g_assert(open->items); /* libyaml ends nothing that it has not begun */
    node.count = open->items->len;
    node.items = (const YamlNode *)(void *)g_array_free(open->items, FALSE);
    if (open->keys)
        node.keys = (const YamlNode *)(void *)g_array_free(open->keys, FALSE);
    g_clear_pointer(&open->lines, g_tree_unref);
    take(builder, &node);
}

/* Drops the collections that are open when all is given up. */
static void drop_open(Builder *builder)
{
    while (builder->depth) {
        Open *open = &builder->stack[--builder->depth];
        g_clear_pointer(&open->lines, g_tree_unref);
        g_clear_pointer(&open->keys, g_array_unref);
        g_array_unref(open->items);
    }
}

static void on_event(Builder *builder, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (builder->ended)
            give_up(builder, event->start_mark, "a second document begins here: one file holds one");
        break;
    case YAML_DOCUMENT_END_EVENT:
        builder->ended = true;
        break;
    case YAML_SCALAR_EVENT:
        on_scalar(builder, event);
        break;
    case YAML_ALIAS_EVENT:
        on_alias(builder, event);
        break;
    case YAML_MAPPING_START_EVENT:
        on_collection(builder, event, YAML_MAP);
        break;
    case YAML_SEQUENCE_START_EVENT:
        on_collection(builder, event, YAML_LIST);
        break;
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        on_end(builder);
        break;
    default:
        break;
    }
}

static void on_syntax_error(Builder *builder, const yaml_parser_t *parser)
{
    g_autofree char *message =
        g_strdup_printf("not valid YAML: %s%s%s", parser->context ? parser->context : "",
                        parser->context ? ", " : "", parser->problem ? parser->problem : "unknown problem");
    give_up(builder, parser->problem_mark, message);
}

static void read_events(Builder *builder, const char *text, gsize length)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        g_error("out of memory");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    for (bool done = false; !done && !builder->failed;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            on_syntax_error(builder, &parser);
            break;
        }
        done = event.type == YAML_STREAM_END_EVENT;
        on_event(builder, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

/* What libyaml would say worse: size and encoding. */
static bool check_bytes(const char *name, const char *text, gsize length, MistakeList *mistakes)
{
    const char *end;
    if (length > YAML_SIZE_MAX) {
        mistake_list_add(mistakes, name, 1, 1, "this file is too large");
        return false;
    }
    if (g_utf8_validate_len(text, length, &end))
        return true;
    unsigned line = 1, column = 1;
    for (const char *at = text; at < end; at = g_utf8_next_char(at)) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    mistake_list_add(mistakes, name, line, column, "this byte is not UTF-8 text");
    return false;
}

YamlNode *yaml_node_parse(const char *name, const char *text, gsize length, MistakeList *mistakes)
{
    if (!check_bytes(name, text, length, mistakes))
        return NULL;
    Builder builder = {.name = name, .mistakes = mistakes, .lines = yaml_lines_new(text, length)};
    read_events(&builder, text, length);
    drop_open(&builder);
    yaml_lines_free(builder.lines);
    if (builder.failed) {
        yaml_node_free(builder.root);
        return NULL;
    }
    if (!builder.root)
        mistake_list_add(mistakes, name, 1, 1, "this file is empty");
    return builder.root;
}

const YamlNode *yaml_node_get(const YamlNode *map, const char *key)
{
    const size_t length = strlen(key);
    for (guint i = 0; i < map->count; i++)
        if (map->keys[i].length == length && !memcmp(map->keys[i].text, key, length))
            return &map->items[i];
    return NULL;
}

Source yaml_node_source(const YamlNode *node, const char *name)
{
    return (Source){.name = name,
                    .text = node->text,
                    .length = node->length,
                    .runs = node->runs,
                    .run_count = node->run_count};
}

const char *yaml_kind_phrase(YamlKind kind)
{
    return kind == YAML_TEXT ? "a text" : kind == YAML_LIST ? "a list" : "a map";
}
