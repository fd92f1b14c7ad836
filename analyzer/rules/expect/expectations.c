#include "rules/expect/expectations.h"

#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "rules/language/expression.h"
#include "rules/set/private.h"
#include "rules/yaml/node.h"

#define TEXT 1u << YAML_TEXT
#define LIST 1u << YAML_LIST
#define MAP  1u << YAML_MAP

typedef struct {
    Expression *where; /* NULL: every connection */
    char *capture;     /* the last part of a path, or NULL */
    const Rule *ending, *cause;
    bool has_cause, has_severity, has_certainty, has_count;
    Severity severity;
    Certainty certainty;
    GPtrArray *findings; /* const Rule*; NULL: any */
    guint64 count, seen, missed;
    unsigned line;
} Entry;

typedef enum {
    REST_OK,
    REST_ANY,
    REST_NONE,
} Rest;

struct Expectations {
    char *name;
    const RuleSet *rules;
    YamlNode *root;
    GPtrArray *entries; /* Entry */
    Rest rest;
    guint64 misses; /* of connections that no entry names */
    guint met;
};

static const YamlKey document_keys[] = {{"expect", LIST, true}, {"rest", TEXT, false}};
static const YamlKey entry_keys[] = {
    {"where", TEXT, false},     {"stream", TEXT, false},   {"client", TEXT, false}, {"server", TEXT, false},
    {"capture", TEXT, false},   {"ending", TEXT, false},   {"cause", TEXT, false},  {"severity", TEXT, false},
    {"certainty", TEXT, false}, {"findings", LIST, false}, {"count", TEXT, false},
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    expression_free(entry->where);
    g_free(entry->capture);
    g_clear_pointer(&entry->findings, g_ptr_array_unref);
    g_free(entry);
}

/* A rule of one kind by its id. */
static const Rule *find_rule(const Expectations *expectations, const YamlNode *node, RuleKind kind,
                             MistakeList *mistakes)
{
    const Rule *rule = rule_set_find(expectations->rules, node->text);
    if (rule && rule->kind == kind)
        return rule;
    g_autofree char *nearest = rule_set_nearest_of(expectations->rules, kind, node->text);
    mistake_list_add(mistakes, expectations->name, node->line, node->column, "there is no %s '%s'%s%s%s",
                     rule_kind_name(kind), node->text, nearest ? "; did you mean '" : "",
                     nearest ? nearest : "", nearest ? "'?" : "");
    return NULL;
}

/* One of a few words; -1 with a mistake. */
static int find_word(const Expectations *expectations, const YamlNode *node, const char *const *words,
                     MistakeList *mistakes)
{
    GString *all = g_string_new(NULL);
    int found = -1;
    for (int i = 0; words[i]; i++) {
        g_string_append_printf(all, "%s%s", i ? ", " : "", words[i]);
        if (!strcmp(words[i], node->text))
            found = i;
    }
    if (found < 0)
        mistake_list_add(mistakes, expectations->name, node->line, node->column,
                         "expected one of %s, found '%s'", all->str, node->text);
    g_string_free(all, TRUE);
    return found;
}

/* "10.0.0.1:80", "10.0.0.1", "[fe80::1]:80", "fe80::1", ":80" as a condition on a side. Appends. */
static void append_endpoint(GString *out, const char *side, const char *text)
{
    const char *colon = strrchr(text, ':'), *bracket = strchr(text, ']');
    bool has_port = colon && (bracket ? colon == bracket + 1 : colon == strchr(text, ':'));
    size_t length = has_port ? (size_t)(colon - text) : strlen(text);
    const char *begin = text;
    if (bracket && *begin == '[') {
        begin++;
        length = (size_t)(bracket - begin);
    }
    if (length)
        g_string_append_printf(out, "%s%s.addr == %.*s", out->len ? " and " : "", side, (int)length, begin);
    if (has_port)
        g_string_append_printf(out, "%s%s.port == %s", out->len ? " and " : "", side, colon + 1);
}

static void entry_read_where(const Expectations *expectations, Entry *entry, const YamlNode *map,
                             MistakeList *mistakes)
{
    GString *text = g_string_new(NULL);
    const YamlNode *node, *place = map;
    if ((node = yaml_node_get(map, "stream")))
        g_string_append_printf(text, "conn.stream == %s", (place = node)->text);
    if ((node = yaml_node_get(map, "client")))
        append_endpoint(text, "client", (place = node)->text);
    if ((node = yaml_node_get(map, "server")))
        append_endpoint(text, "server", (place = node)->text);
    if ((node = yaml_node_get(map, "where"))) {
        g_string_append_printf(text, "%s%s", text->len ? " and (" : "", (place = node)->text);
        g_string_append(text, text->len > node->length ? ")" : "");
    }
    GError *error = NULL;
    if (text->len && !(entry->where = expression_new(text->str, expectations->name, place->line,
                                                     place->column, expectations->rules, &error))) {
        const char *message = strstr(error->message, "error: ");
        mistake_list_add(mistakes, expectations->name, place->line, place->column, "%s",
                         message ? message + strlen("error: ") : error->message);
        g_error_free(error);
    }
    g_string_free(text, TRUE);
}

static void entry_read_findings(const Expectations *expectations, Entry *entry, const YamlNode *list,
                                MistakeList *mistakes)
{
    entry->findings = g_ptr_array_new();
    for (guint i = 0; i < list->count; i++) {
        if (!yaml_check_kind(expectations->name, &list->items[i], TEXT, "findings", mistakes))
            continue;
        const Rule *rule = find_rule(expectations, &list->items[i], RULE_FINDING, mistakes);
        if (rule)
            g_ptr_array_add(entry->findings, (gpointer)rule);
    }
}

static void entry_read_verdict(const Expectations *expectations, Entry *entry, const YamlNode *map,
                               MistakeList *mistakes)
{
    static const char *const severities[] = {"ok", "note", "warning", "error", NULL};
    static const char *const certainties[] = {"likely", "certain", NULL};
    const YamlNode *node;
    int word;
    if ((node = yaml_node_get(map, "ending")))
        entry->ending = find_rule(expectations, node, RULE_ENDING, mistakes);
    if ((node = yaml_node_get(map, "cause"))) {
        entry->has_cause = true;
        if (strcmp(node->text, "none"))
            entry->cause = find_rule(expectations, node, RULE_CAUSE, mistakes);
    }
    if ((node = yaml_node_get(map, "severity")) &&
        (word = find_word(expectations, node, severities, mistakes)) >= 0) {
        entry->has_severity = true;
        entry->severity = (Severity)word;
    }
    if ((node = yaml_node_get(map, "certainty")) &&
        (word = find_word(expectations, node, certainties, mistakes)) >= 0) {
        entry->has_certainty = true;
        entry->certainty = (Certainty)word;
    }
    if ((node = yaml_node_get(map, "findings")))
        entry_read_findings(expectations, entry, node, mistakes);
}

static void read_entry(Expectations *expectations, const YamlNode *map, MistakeList *mistakes)
{
    const char *name = expectations->name;
    const YamlNode *node;
    if (!yaml_check_kind(name, map, MAP, "expect", mistakes) ||
        !yaml_check_map(name, map, entry_keys, G_N_ELEMENTS(entry_keys), "an expectation", mistakes))
        return;
    Entry *entry = g_new0(Entry, 1);
    g_ptr_array_add(expectations->entries, entry);
    entry->line = map->line;
    entry_read_where(expectations, entry, map, mistakes);
    entry_read_verdict(expectations, entry, map, mistakes);
    if ((node = yaml_node_get(map, "capture")))
        entry->capture = g_path_get_basename(node->text);
    if ((node = yaml_node_get(map, "count"))) {
        entry->has_count = true;
        if (!g_ascii_string_to_unsigned(node->text, 10, 0, G_MAXUINT32, &entry->count, NULL))
            mistake_list_add(mistakes, name, node->line, node->column, "'count' is a number, found '%s'",
                             node->text);
    }
}

static void read_document(Expectations *expectations, MistakeList *mistakes)
{
    static const char *const rests[] = {"ok", "any", "none", NULL};
    const YamlNode *root = expectations->root, *node;
    const char *name = expectations->name;
    if (!yaml_check_kind(name, root, MAP, "a file of expectations", mistakes) ||
        !yaml_check_map(name, root, document_keys, G_N_ELEMENTS(document_keys), "a file of expectations",
                        mistakes))
        return;
    const YamlNode *list = yaml_node_get(root, "expect");
    for (guint i = 0; i < list->count; i++)
        read_entry(expectations, &list->items[i], mistakes);
    if ((node = yaml_node_get(root, "rest"))) {
        int word = find_word(expectations, node, rests, mistakes);
        expectations->rest = word >= 0 ? (Rest)word : REST_OK;
    }
}

Expectations *expectations_load(const char *path, const RuleSet *rules, GError **error)
{
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    g_autoptr(Expectations) expectations = g_new0(Expectations, 1);
    g_autofree char *text = NULL;
    gsize length = 0;
    expectations->name = g_strdup(path);
    expectations->rules = rules;
    expectations->entries = g_ptr_array_new_with_free_func(entry_free);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents(path, &text, &length, NULL)) {
        mistake_list_add(mistakes, path, 0, 0, "there is no such file, or it cannot be read");
        mistake_list_check(mistakes, error);
        return NULL;
    }
    expectations->root = yaml_node_parse(expectations->name, text, length, mistakes);
    if (expectations->root)
        read_document(expectations, mistakes);
    return mistake_list_check(mistakes, error) ? g_steal_pointer(&expectations) : NULL;
}

void expectations_free(Expectations *expectations)
{
    if (!expectations)
        return;
    g_ptr_array_unref(expectations->entries);
    yaml_node_free(expectations->root);
    g_free(expectations->name);
    g_free(expectations);
}

static bool entry_names(const Entry *entry, const char *capture, FactSet *facts)
{
    if (entry->capture) {
        g_autofree char *name = g_path_get_basename(capture);
        if (strcmp(name, entry->capture))
            return false;
    }
    return !entry->where || expression_evaluate(entry->where, facts) == TRUTH_TRUE;
}

static bool is_on_path(const Verdict *verdict, const Rule *ending)
{
    for (unsigned i = 0; i < verdict->path_length; i++)
        if (verdict->path[i] == ending)
            return true;
    return false;
}

/* "expect.yaml:4: trace.pcap: stream 3 …: the ending is X, expected Y" */
static void tell_miss(const Expectations *expectations, Entry *entry, const char *who, const char *what,
                      const char *found, const char *expected, GString *out)
{
    g_string_append_printf(out, "%s:%u: %s: the %s is %s, expected %s\n", expectations->name, entry->line,
                           who, what, found, expected);
    entry->missed++;
}

static const char *id_or_none(const Rule *rule)
{
    return rule ? rule->id : "none";
}

static bool has_finding(const Verdict *verdict, const Rule *rule)
{
    for (unsigned i = 0; i < verdict->finding_count; i++)
        if (verdict->findings[i].rule == rule)
            return true;
    return false;
}

static void check_findings(const Expectations *expectations, Entry *entry, const Verdict *verdict,
                           const char *who, GString *out)
{
    for (guint i = 0; i < entry->findings->len; i++) {
        const Rule *rule = entry->findings->pdata[i];
        if (!has_finding(verdict, rule))
            tell_miss(expectations, entry, who, "finding", "missing", rule->id, out);
    }
    for (unsigned i = 0; i < verdict->finding_count; i++)
        if (!g_ptr_array_find(entry->findings, verdict->findings[i].rule, NULL))
            tell_miss(expectations, entry, who, "finding", verdict->findings[i].rule->id, "none such", out);
}

static void check_entry(const Expectations *expectations, Entry *entry, const Verdict *verdict,
                        Severity severity, const char *who, GString *out)
{
    const Rule *ending = verdict_ending(verdict), *cause = verdict_cause(verdict);
    entry->seen++;
    if (entry->ending && !is_on_path(verdict, entry->ending))
        tell_miss(expectations, entry, who, "ending", id_or_none(ending), entry->ending->id, out);
    if (entry->has_cause && cause != entry->cause)
        tell_miss(expectations, entry, who, "cause", id_or_none(cause), id_or_none(entry->cause), out);
    if (entry->has_severity && severity != entry->severity)
        tell_miss(expectations, entry, who, "severity", severity_name(severity),
                  severity_name(entry->severity), out);
    Certainty certainty = cause ? verdict->causes[0].certainty : verdict->certainty;
    if (entry->has_certainty && certainty != entry->certainty)
        tell_miss(expectations, entry, who, "certainty", certainty_name(certainty),
                  certainty_name(entry->certainty), out);
    if (entry->findings)
        check_findings(expectations, entry, verdict, who, out);
}

void expectations_check(Expectations *expectations, const char *capture, FactSet *facts,
                        const Verdict *verdict, Severity severity, const char *who, GString *out)
{
    bool is_named = false;
    for (guint i = 0; i < expectations->entries->len; i++) {
        Entry *entry = expectations->entries->pdata[i];
        if (!entry_names(entry, capture, facts))
            continue;
        is_named = true;
        check_entry(expectations, entry, verdict, severity, who, out);
    }
    if (is_named || expectations->rest == REST_ANY ||
        (expectations->rest == REST_OK && severity == SEVERITY_OK))
        return;
    const Rule *cause = verdict_cause(verdict);
    g_string_append_printf(out, "%s: %s: %s (%s), and no entry names it\n", expectations->name, who,
                           id_or_none(cause ? cause : verdict_ending(verdict)), severity_name(severity));
    expectations->misses++;
}

bool expectations_finish(Expectations *expectations, GString *out)
{
    expectations->met = 0;
    for (guint i = 0; i < expectations->entries->len; i++) {
        Entry *entry = expectations->entries->pdata[i];
        bool is_count_met = entry->has_count ? entry->seen == entry->count : entry->seen > 0;
        if (!is_count_met && entry->has_count)
            g_string_append_printf(
                out, "%s:%u: %" G_GUINT64_FORMAT " connections fit, expected %" G_GUINT64_FORMAT "\n",
                expectations->name, entry->line, entry->seen, entry->count);
        else if (!is_count_met)
            g_string_append_printf(out, "%s:%u: no connection fits\n", expectations->name, entry->line);
        expectations->met += is_count_met && !entry->missed;
    }
    return !expectations->misses && expectations->met == expectations->entries->len;
}

guint expectations_count(const Expectations *expectations, guint *ret_met)
{
    *ret_met = expectations->met;
    return expectations->entries->len;
}
