/* Declares parameters, gives them other values, and keeps their types. */
#include "rules/set/parameters.h"

#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "rules/language/scanner.h"
#include "rules/set/private.h"

#define TEXT 1u << YAML_TEXT

static const YamlKey declaration_keys[] = {
    {"value", TEXT, true},
    {"source", TEXT, true},
    {"doc", TEXT, true},
};

static const YamlKey override_keys[] = {
    {"value", TEXT, true},
    {"reason", TEXT, false},
};

Value parameter_value_parse(const char *text, gsize length)
{
    Scanner scanner;
    scanner_init(&scanner, text, 0, length);
    Token token = scanner_next(&scanner);
    int64_t sign = 1;
    if (token.kind == TOKEN_MINUS) {
        token = scanner_next(&scanner);
        sign = token.kind == TOKEN_NUMBER ? -1 : 0;
    }
    if (sign && scanner_next(&scanner).kind == TOKEN_END) {
        if (token.kind == TOKEN_NUMBER)
            return (Value){.type = token.type, .as.number = sign * token.number};
        if (token.kind == TOKEN_TRUE || token.kind == TOKEN_FALSE)
            return (Value){.type = VALUE_BOOL, .as.boolean = token.kind == TOKEN_TRUE};
    }
    return (Value){.type = VALUE_STRING, .as.string = g_strndup(text, length)};
}

bool parameter_value_adapt(Value *value, ValueType type)
{
    bool is_zero = value->type == VALUE_INT && value->as.number == 0;
    if (is_zero && (type == VALUE_DURATION || type == VALUE_BYTES))
        value->type = type;
    return value->type == type;
}

static void value_clear(Value *value)
{
    if (value->type == VALUE_STRING)
        g_free((char *)value->as.string);
    *value = (Value){0};
}

void parameter_free(gpointer data)
{
    Parameter *parameter = data;
    value_clear(&parameter->value);
    g_free(parameter->name);
    g_free(parameter->source);
    g_free(parameter->doc);
    g_free(parameter->file);
    g_free(parameter);
}

const Parameter *rule_set_parameter(const RuleSet *rules, const char *name, size_t length)
{
    g_autofree char *text = g_strndup(name, length);
    return g_tree_lookup(rules->parameters_by_name, text);
}

char *rule_set_parameter_hint(const RuleSet *rules, const char *name, size_t length)
{
    Nearest nearest = nearest_begin(name, length);
    bool is_shown = (*rules->hints)++ < MISTAKES_MAX;
    for (guint i = 0; is_shown && i < rules->parameters->len; i++)
        nearest_offer(&nearest, ((const Parameter *)rules->parameters->pdata[i])->name);
    return nearest.best ? g_strdup_printf("; did you mean '$%s'?", nearest.best) : g_strdup("");
}

/* --- declarations and overrides in files --- */

static bool is_name(const char *text)
{
    if (!g_ascii_islower(*text))
        return false;
    for (; *text; text++)
        if (!g_ascii_islower(*text) && !g_ascii_isdigit(*text) && *text != '_')
            return false;
    return true;
}

static void declare(RuleSet *rules, const char *name, const YamlNode *key, const YamlNode *map,
                    MistakeList *mistakes)
{
    if (!yaml_check_map(name, map, declaration_keys, G_N_ELEMENTS(declaration_keys), "a parameter", mistakes))
        return;
    const Parameter *earlier = rule_set_parameter(rules, key->text, key->length);
    if (!is_name(key->text)) {
        mistake_list_add(mistakes, name, key->line, key->column,
                         "'%s' is no name of a parameter: lower case letters, digits and underscores",
                         key->text);
    } else if (earlier) {
        mistake_list_add(mistakes, name, key->line, key->column, "there is a parameter '%s' already: %s:%u",
                         key->text, earlier->file, earlier->line);
    } else {
        const YamlNode *value = yaml_node_get(map, "value");
        Parameter *parameter = g_new0(Parameter, 1);
        parameter->name = g_strdup(key->text);
        parameter->value = parameter_value_parse(value->text, value->length);
        parameter->source = g_strdup(yaml_node_get(map, "source")->text);
        parameter->doc = g_strdup(yaml_node_get(map, "doc")->text);
        parameter->file = g_strdup(name);
        parameter->line = key->line;
        g_ptr_array_add(rules->parameters, parameter);
        g_tree_insert(rules->parameters_by_name, parameter->name, parameter);
    }
}

static void keep_override(RuleSet *rules, const char *name, const YamlNode *key, const YamlNode *item,
                          MistakeList *mistakes)
{
    ParameterOverride override = {.id = key, .value = item, .name = g_intern_string(name)};
    if (item->kind == YAML_MAP) {
        if (!yaml_check_map(name, item, override_keys, G_N_ELEMENTS(override_keys), "a parameter", mistakes))
            return;
        override.value = yaml_node_get(item, "value");
        override.reason = yaml_node_get(item, "reason");
    }
    g_array_append_val(rules->parameter_overrides, override);
}

void parameters_load(RuleSet *rules, const char *name, const YamlNode *map, MistakeList *mistakes)
{
    for (guint i = 0; i < map->count; i++) {
        const YamlNode *key = &map->keys[i], *item = &map->items[i];
        if (!yaml_check_kind(name, item, TEXT | 1u << YAML_MAP, key->text, mistakes))
            continue;
        bool declares =
            item->kind == YAML_MAP && (yaml_node_get(item, "doc") || yaml_node_get(item, "source"));
        if (declares)
            declare(rules, name, key, item, mistakes);
        else
            keep_override(rules, name, key, item, mistakes);
    }
}

/* "fin_timeout is a duration: write it as 60s" */
static const char *example_of(ValueType type)
{
    return type == VALUE_DURATION ? "a duration, such as 60s"
           : type == VALUE_BYTES  ? "a number of bytes, such as 64KiB"
           : type == VALUE_INT    ? "a whole number"
           : type == VALUE_BOOL   ? "true or false"
                                  : "a text";
}

static void apply(RuleSet *rules, const ParameterOverride *override, MistakeList *mistakes)
{
    const YamlNode *id = override->id, *value = override->value;
    Parameter *parameter = (Parameter *)rule_set_parameter(rules, id->text, id->length);
    if (!parameter) {
        g_autofree char *hint = rule_set_parameter_hint(rules, id->text, id->length);
        mistake_list_add(mistakes, override->name, id->line, id->column, "no parameter '$%s'%s", id->text,
                         hint);
        return;
    }
    Value other = parameter->value.type == VALUE_STRING
                      ? (Value){.type = VALUE_STRING, .as.string = g_strndup(value->text, value->length)}
                      : parameter_value_parse(value->text, value->length);
    if (!parameter_value_adapt(&other, parameter->value.type)) {
        mistake_list_add(mistakes, override->name, value->line, value->column, "$%s is %s", id->text,
                         example_of(parameter->value.type));
        value_clear(&other);
    } else if (parameter->is_pinned) {
        value_clear(&other);
    } else {
        value_clear(&parameter->value);
        parameter->value = other;
        parameter->is_overridden = true;
        g_free(parameter->source);
        parameter->source = override->reason ? g_strdup(override->reason->text)
                                             : g_strdup_printf("%s:%u", override->name, id->line);
    }
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp((*(const Parameter *const *)a)->name, (*(const Parameter *const *)b)->name);
}

void parameters_apply(RuleSet *rules, MistakeList *mistakes)
{
    for (guint i = 0; i < rules->parameter_overrides->len; i++)
        apply(rules, &g_array_index(rules->parameter_overrides, ParameterOverride, i), mistakes);
    g_ptr_array_sort(rules->parameters, by_name);
}

bool parameters_are_declared(const RuleSet *rules)
{
    for (guint i = 0; i < rules->parameters->len; i++)
        if (((const Parameter *)rules->parameters->pdata[i])->is_overridden)
            return false;
    return true;
}

/* --- the command line --- */

static bool refuse(GError **error, const char *assignment, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool refuse(GError **error, const char *assignment, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_USAGE, "--param %s: %s", assignment, message);
    return false;
}

bool rule_set_set_parameter(RuleSet *rules, const char *assignment, GError **error)
{
    g_assert(!rules->is_finished);
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment)
        return refuse(error, assignment, "write NAME=VALUE");
    size_t length = (size_t)(equals - assignment);
    Parameter *parameter = (Parameter *)rule_set_parameter(rules, assignment, length);
    if (!parameter) {
        g_autofree char *hint = rule_set_parameter_hint(rules, assignment, length);
        return refuse(error, assignment, "no parameter '%.*s'%s", (int)length, assignment, hint);
    }
    const char *text = equals + 1;
    Value value = parameter->value.type == VALUE_STRING
                      ? (Value){.type = VALUE_STRING, .as.string = g_strdup(text)}
                      : parameter_value_parse(text, strlen(text));
    if (!parameter_value_adapt(&value, parameter->value.type)) {
        value_clear(&value);
        return refuse(error, assignment, "%s is %s", parameter->name, example_of(parameter->value.type));
    }
    value_clear(&parameter->value);
    parameter->value = value;
    parameter->is_overridden = parameter->is_pinned = true;
    g_free(parameter->source);
    parameter->source = g_strdup("--param");
    return true;
}

const GPtrArray *rule_set_parameters(const RuleSet *rules)
{
    return rules->parameters;
}
