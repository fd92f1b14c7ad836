/* A rule's memory, and the names of kinds, severities and certainties. */
#include <string.h>

#include "rules/passes/sieve.h"
#include "rules/language/expression.h"
#include "rules/set/private.h"
#include "rules/text/template.h"

static void clear_line(gpointer data)
{
    RuleLine *line = data;
    template_free(line->text);
}

static GArray *lines_new(void)
{
    GArray *lines = g_array_new(FALSE, TRUE, sizeof(RuleLine));
    g_array_set_clear_func(lines, clear_line);
    return lines;
}

Rule *rule_new(const char *id, const char *file, unsigned line)
{
    Rule *rule = g_new0(Rule, 1);
    rule->id = g_strdup(id);
    rule->file = g_strdup(file);
    rule->line = line;
    rule->order = 100;
    rule->children = g_ptr_array_new();
    rule->explains = g_ptr_array_new();
    rule->tells = g_ptr_array_new();
    rule->programs = lines_new();
    rule->confirm = lines_new();
    rule->fix = lines_new();
    rule->lookalikes = g_ptr_array_new_with_free_func(g_free);
    rule->references = g_ptr_array_new_with_free_func(g_free);
    rule->evidence = g_ptr_array_new_with_free_func(g_free);
    rule->fires = g_ptr_array_new_with_free_func(g_free);
    rule->silent = g_ptr_array_new_with_free_func(g_free);
    return rule;
}

void rule_free(gpointer data)
{
    Rule *rule = data;
    if (!rule)
        return;
    g_free(rule->id);
    g_free(rule->file);
    g_free(rule->reason);
    g_free(rule->summary);
    expression_free(rule->when);
    expression_free(rule->certain);
    expression_free(rule->benign);
    template_free(rule->title);
    template_free(rule->happened);
    template_free(rule->lost);
    g_array_unref(rule->programs);
    g_array_unref(rule->confirm);
    g_array_unref(rule->fix);
    sieve_free(rule->sieve);
    g_ptr_array_unref(rule->children);
    g_ptr_array_unref(rule->explains);
    g_ptr_array_unref(rule->tells);
    g_ptr_array_unref(rule->lookalikes);
    g_ptr_array_unref(rule->references);
    g_ptr_array_unref(rule->evidence);
    g_ptr_array_unref(rule->fires);
    g_ptr_array_unref(rule->silent);
    g_free(rule);
}

bool rule_tells(const Rule *cause, const Rule *other)
{
    for (guint i = 0; cause && i < cause->tells->len; i++)
        if (cause->tells->pdata[i] == other)
            return true;
    return false;
}

const char *rule_kind_name(RuleKind kind)
{
    static const char *const names[RULE_KINDS] = {"ending", "cause", "finding"};
    return names[kind];
}

static const char *const severity_names[] = {"ok", "note", "warning", "error"};

const char *severity_name(Severity severity)
{
    return severity_names[severity];
}

bool severity_parse(const char *name, Severity *ret_severity)
{
    for (guint i = 0; i < G_N_ELEMENTS(severity_names); i++) {
        if (!strcmp(name, severity_names[i])) {
            *ret_severity = (Severity)i;
            return true;
        }
    }
    return false;
}

const char *certainty_name(Certainty certainty)
{
    return certainty == CERTAINTY_CERTAIN ? "certain" : "likely";
}
