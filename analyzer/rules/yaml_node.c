/* Builds the tree from libyaml's events, with a stack of its own: no recursion, whatever the input nests. */
#include "rules/yaml_node.h"

#include <string.h>
#include <yaml.h>

#include "rules/yaml_place.h"

typedef struct {
    const char *name;
    MistakeList *mistakes;
    YamlLines *lines;
    YamlNode *stack[YAML_DEPTH_MAX]; /* the collections that are open; borrowed from the root */
    guint depth;
    YamlNode *root;
    GHashTable *seen[YAML_DEPTH_MAX]; /* of an open map: its keys */
    guint nodes;
    bool ended; /* the first document */
    bool failed;
} Builder;

void yaml_node_free(YamlNode *node)
{
    if (!node)
        return;
    g_free(node->text);
    if (node->runs)
        g_array_unref(node->runs);
    if (node->keys)
        g_ptr_array_unref(node->keys);
    if (node->items)
        g_ptr_array_unref(node->items); /* as deep as YAML_DEPTH_MAX */
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

static YamlNode *node_new(YamlKind kind, yaml_mark_t mark)
{
    YamlNode *node = g_new0(YamlNode, 1);
    node->kind = kind;
    node->line = (unsigned)mark.line + 1;
    node->column = (unsigned)mark.column + 1;
    if (kind == YAML_MAP)
        node->keys = g_ptr_array_new_with_free_func((GDestroyNotify)yaml_node_free);
    if (kind != YAML_TEXT)
        node->items = g_ptr_array_new_with_free_func((GDestroyNotify)yaml_node_free);
    return node;
}

static bool wants_key(const Builder *builder)
{
    const YamlNode *top = builder->depth ? builder->stack[builder->depth - 1] : NULL;
    return top && top->kind == YAML_MAP && top->keys->len == top->items->len;
}

static void take_key(Builder *builder, YamlNode *key, yaml_mark_t mark)
{
    GHashTable *seen = builder->seen[builder->depth - 1];
    if (key->kind != YAML_TEXT) {
        yaml_node_free(key);
        give_up(builder, mark, "a key must be a text; quote a text that begins with { or [");
        return;
    }
    const YamlNode *earlier = g_hash_table_lookup(seen, key->text);
    if (earlier)
        mistake_list_add(builder->mistakes, builder->name, key->line, key->column,
                         "the key '%s' stands here twice: first in line %u", key->text, earlier->line);
    else
        g_hash_table_insert(seen, key->text, key);
    g_ptr_array_add(builder->stack[builder->depth - 1]->keys, key);
}

static YamlNode *parent_of_next(const Builder *builder)
{
    YamlNode *parent = builder->stack[builder->depth - 1];
    g_assert(parent);
    return parent;
}

/* Puts a node where it belongs; takes it over. */
static void take(Builder *builder, YamlNode *node, yaml_mark_t mark)
{
    if (++builder->nodes > YAML_NODES_MAX) {
        yaml_node_free(node);
        give_up(builder, mark, "this file is too large");
    } else if (wants_key(builder)) {
        take_key(builder, node, mark);
    } else if (builder->depth) {
        g_ptr_array_add(parent_of_next(builder)->items, node);
    } else {
        builder->root = node;
    }
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
    yaml_scalar_style_t style = event->data.scalar.style;
    bool is_block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    YamlNode *node = node_new(YAML_TEXT, event->start_mark);
    node->length = event->data.scalar.length;
    node->text = g_malloc(node->length + 1);
    memcpy(node->text, event->data.scalar.value, node->length);
    node->text[node->length] = '\0';
    node->is_plain = style == YAML_PLAIN_SCALAR_STYLE;
    node->is_broken = event->data.scalar.anchor || event->data.scalar.tag;
    node->runs = yaml_place_runs(builder->lines, is_block ? YAML_BLOCK_SCALAR : YAML_FLOW_SCALAR, node->text,
                                 node->length, node->line, node->column);
    take(builder, node, event->start_mark);
}

static void on_alias(Builder *builder, const yaml_event_t *event)
{
    mistake_at(builder, event->start_mark, "aliases have no place in rule files: write it out");
    YamlNode *node = node_new(YAML_TEXT, event->start_mark);
    node->text = g_strdup("");
    node->is_broken = true;
    SourceRun run = {.line = node->line, .column = node->column};
    node->runs = g_array_new(FALSE, FALSE, sizeof(SourceRun));
    g_array_append_val(node->runs, run);
    take(builder, node, event->start_mark);
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
    YamlNode *node = node_new(kind, event->start_mark);
    take(builder, node, event->start_mark);
    if (builder->failed)
        return;
    builder->seen[builder->depth] = kind == YAML_MAP ? g_hash_table_new(g_str_hash, g_str_equal) : NULL;
    builder->stack[builder->depth++] = node;
}

static void on_end(Builder *builder)
{
    GHashTable *seen = builder->seen[--builder->depth];
    if (seen)
        g_hash_table_unref(seen);
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
    while (builder.depth)
        on_end(&builder);
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
    for (guint i = 0; i < map->items->len; i++) {
        const YamlNode *candidate = map->keys->pdata[i];
        if (!strcmp(candidate->text, key))
            return map->items->pdata[i];
    }
    return NULL;
}

Source yaml_node_source(const YamlNode *node, const char *name)
{
    return (Source){.name = name,
                    .text = node->text,
                    .length = node->length,
                    .runs = (const SourceRun *)node->runs->data,
                    .run_count = node->runs->len};
}

const char *yaml_kind_phrase(YamlKind kind)
{
    return kind == YAML_TEXT ? "a text" : kind == YAML_LIST ? "a list" : "a map";
}
