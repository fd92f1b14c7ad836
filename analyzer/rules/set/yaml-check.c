/* Checks the shape of maps against tables of keys. */
#include <string.h>

#include "base/nearest.h"
#include "rules/set/private.h"

bool yaml_check_kind(const char *name, const YamlNode *node, unsigned kinds, const char *what,
                     MistakeList *mistakes)
{
    if (node->is_broken)
        return false;
    if (!(kinds & 1u << node->kind)) {
        g_autoptr(GString) wanted = g_string_new(NULL);
        for (guint kind = YAML_TEXT; kind <= YAML_MAP; kind++)
            if (kinds & 1u << kind)
                g_string_append_printf(wanted, "%s%s", wanted->len ? " or " : "", yaml_kind_phrase(kind));
        const char *hint = kinds & 1u << YAML_TEXT && node->kind == YAML_MAP
                               ? ": quote a text that begins with { or holds a colon"
                               : "";
        mistake_list_add(mistakes, name, node->line, node->column, "'%s' is %s, found %s%s", what,
                         wanted->str, yaml_kind_phrase(node->kind), hint);
        return false;
    }
    if (node->kind == YAML_TEXT && memchr(node->text, '\0', node->length)) {
        mistake_list_add(mistakes, name, node->line, node->column, "'%s' holds a null character", what);
        return false;
    }
    bool is_empty = node->kind == YAML_TEXT ? strspn(node->text, " \t\n") == node->length
                                            : node->kind == YAML_MAP && !node->count;
    if (is_empty) {
        mistake_list_add(mistakes, name, node->line, node->column, "'%s' is empty", what);
        return false;
    }
    return true;
}

static const YamlKey *find_key(const YamlKey *keys, guint count, const char *name)
{
    for (guint i = 0; i < count; i++)
        if (!strcmp(keys[i].key, name))
            return &keys[i];
    return NULL;
}

static void complain_unknown_key(const char *name, const YamlNode *key, const YamlKey *keys, guint count,
                                 const char *what, MistakeList *mistakes)
{
    Nearest nearest = nearest_begin(key->text, key->length);
    for (guint i = 0; i < count; i++)
        nearest_offer(&nearest, keys[i].key);
    g_autofree char *hint = nearest_hint(&nearest);
    mistake_list_add(mistakes, name, key->line, key->column, "%s has no key '%s'%s", what, key->text, hint);
}

bool yaml_check_map(const char *name, const YamlNode *map, const YamlKey *keys, guint count, const char *what,
                    MistakeList *mistakes)
{
    bool is_sound = true; /* not the number of mistakes: of what is broken nothing more is said */
    for (guint i = 0; i < map->count; i++) {
        const YamlNode *node = &map->keys[i];
        const YamlKey *key = find_key(keys, count, node->text);
        if (key) {
            is_sound &= yaml_check_kind(name, &map->items[i], key->kinds, key->key, mistakes);
        } else {
            complain_unknown_key(name, node, keys, count, what, mistakes);
            is_sound = false;
        }
    }
    for (guint i = 0; i < count; i++) {
        if (!keys[i].is_required || yaml_node_get(map, keys[i].key))
            continue;
        mistake_list_add(mistakes, name, map->line, map->column, "%s needs the key '%s'", what, keys[i].key);
        is_sound = false;
    }
    return is_sound;
}

void yaml_copy_texts(const char *name, const YamlNode *node, const char *what, GPtrArray *out,
                     MistakeList *mistakes)
{
    if (node->kind == YAML_TEXT) {
        g_ptr_array_add(out, g_strdup(node->text));
        return;
    }
    for (guint i = 0; i < node->count; i++) {
        const YamlNode *item = &node->items[i];
        if (yaml_check_kind(name, item, 1u << YAML_TEXT, what, mistakes))
            g_ptr_array_add(out, g_strdup(item->text));
    }
}
