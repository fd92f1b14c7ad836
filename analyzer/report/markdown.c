/* The pages docs/rules.md and docs/facts.md, from the same registries as the lists. A test fails where the
 * pages in the repository are not what this writes. */
#include <string.h>

#include "report/explain.h"
#include "report/listing.h"
#include "rules/language/expression.h"
#include "rules/text/template.h"

/* Text between Markdown's own characters. */
static void append_escaped(GString *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("|<>*_`\\[]", *text))
            g_string_append_c(out, '\\');
        g_string_append_c(out, *text);
    }
}

static void append_item(GString *out, const char *label, const char *text)
{
    if (text && *text) {
        g_string_append_printf(out, "- **%s:** ", label);
        append_escaped(out, text);
        g_string_append_c(out, '\n');
    }
}

static void append_code(GString *out, const char *label, const Expression *expression)
{
    if (!expression)
        return;
    g_string_append_printf(out, "- **%s:** `", label);
    explain_expression(out, expression);
    g_string_append(out, "`\n");
}

static void append_template(GString *out, const char *label, const Template *template)
{
    if (!template)
        return;
    GString *text = g_string_new(NULL);
    explain_template(text, template);
    for (char *at = text->str; *at; at++)
        *at = *at == '\n' ? ' ' : *at;
    append_item(out, label, text->str);
    g_string_free(text, TRUE);
}

static void append_title(GString *out, const Template *title)
{
    GString *text = g_string_new(NULL);
    if (title)
        explain_title(text, title);
    append_item(out, "title", text->str);
    g_string_free(text, TRUE);
}

static void append_lines(GString *out, const char *label, const GArray *lines)
{
    for (guint i = 0; lines && i < lines->len; i++) {
        const RuleLine *line = &g_array_index(lines, RuleLine, i);
        g_autofree char *name =
            line->has_role ? g_strdup_printf("%s, %s", label, fact_role_name(line->role)) : g_strdup(label);
        append_template(out, name, line->text);
    }
}

static void append_strings(GString *out, const char *label, const GPtrArray *strings, const char *separator)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; strings && i < strings->len; i++)
        g_string_append_printf(text, "%s%s", i ? separator : "", (const char *)strings->pdata[i]);
    append_item(out, label, text->str);
    g_string_free(text, TRUE);
}

static void append_conditions(GString *out, const Rule *rule)
{
    g_autoptr(GPtrArray) conditions = explain_conditions(rule);
    for (guint i = 0; i < conditions->len; i++) {
        const Condition *condition = conditions->pdata[i];
        g_string_append_printf(out, "- **where %s:** ", condition->name);
        append_escaped(out, condition->doc);
        g_string_append(out, " `");
        explain_expression(out, condition->expression);
        g_string_append(out, "`\n");
    }
}

static void append_ids(GString *out, const char *label, const GPtrArray *rules)
{
    g_autofree char *ids = explain_ids(rules);
    append_item(out, label, ids);
}

/* What somebody who has such a connection wants to know. */
static void append_advice(GString *out, const Rule *rule)
{
    append_lines(out, "what the program saw", rule->programs);
    append_template(out, "lost", rule->lost);
    append_strings(out, "looks like it", rule->lookalikes, "; ");
    append_lines(out, "confirm", rule->confirm);
    append_lines(out, "help", rule->fix);
    append_strings(out, "references", rule->references, ", ");
}

static void append_summary(GString *out, const Rule *rule)
{
    GString *summary = g_string_new(NULL);
    explain_summary(summary, rule);
    append_escaped(out, summary->str);
    g_string_append(out, "\n\n");
    g_string_free(summary, TRUE);
}

void listing_advice_markdown(GString *out, const Rule *rule)
{
    append_summary(out, rule);
    append_advice(out, rule);
}

static void append_rule(GString *out, const Rule *rule)
{
    g_string_append_printf(out, "\n### %s\n\n", rule->id);
    append_summary(out, rule);
    g_string_append_printf(out, "- **severity:** %s\n", severity_name(rule->severity));
    append_item(out, "under", rule->parent ? rule->parent->id : NULL);
    append_ids(out, "explains", rule->explains);
    append_ids(out, "tells", rule->tells);
    append_code(out, "when", rule->when);
    append_code(out, "certain", rule->certain);
    append_code(out, "benign", rule->benign);
    append_conditions(out, rule);
    append_title(out, rule->title);
    append_template(out, "what happened", rule->happened);
    append_advice(out, rule);
    append_strings(out, "fires on", rule->fires, ", ");
    append_strings(out, "silent on", rule->silent, ", ");
}

static void append_parameters(GString *out, const RuleSet *rules)
{
    const GPtrArray *parameters = rule_set_parameters(rules);
    g_string_append(out, "\n## Parameters\n\n| name | value | meaning | source |\n|---|---|---|---|\n");
    for (guint i = 0; i < parameters->len; i++) {
        const Parameter *parameter = parameters->pdata[i];
        GString *value = g_string_new(NULL);
        value_format(value, &parameter->value, NULL, false);
        g_string_append_printf(out, "| `$%s` | ", parameter->name);
        append_escaped(out, value->str);
        g_string_append(out, " | ");
        append_escaped(out, parameter->doc ? parameter->doc : "");
        g_string_append(out, " | ");
        append_escaped(out, parameter->source ? parameter->source : "");
        g_string_append(out, " |\n");
        g_string_free(value, TRUE);
    }
}

static void append_rules(GString *out, const GPtrArray *rules, RuleKind kind)
{
    for (guint i = 0; i < rules->len; i++)
        if (((const Rule *)rules->pdata[i])->kind == kind)
            append_rule(out, rules->pdata[i]);
}

void listing_rules_markdown(GString *out, const RuleSet *rules)
{
    const GPtrArray *all = rule_set_all(rules);
    g_string_append(
        out, "# Rules\n\nGenerated by `closelint --list-rules --markdown`; edit the files under `rules/`, "
             "not this page.\n\n## Endings\n\nEvery connection has exactly one: from the top down, the "
             "deepest whose condition holds.\n\n");
    for (guint i = 0; i < all->len; i++) {
        const Rule *rule = all->pdata[i];
        unsigned depth = 0;
        for (const Rule *parent = rule->parent; parent; parent = parent->parent)
            depth++;
        if (rule->kind == RULE_ENDING)
            g_string_append_printf(out, "%*s- [%s](#%s)\n", (int)depth * 2, "", rule->id, rule->id);
    }
    append_rules(out, all, RULE_ENDING);
    g_string_append(out,
                    "\n## Causes\n\nWhy it ended so: each is asked under the endings that it explains. The "
                    "first that holds leads the report, and its severity replaces the ending's.\n");
    append_rules(out, all, RULE_CAUSE);
    g_string_append(out, "\n## Findings\n\nEach that holds is reported, on top of the ending.\n");
    append_rules(out, all, RULE_FINDING);
    append_parameters(out, rules);
}

static void append_fact_row(GString *out, const FactRow *row)
{
    g_string_append_printf(out, "| `%s%s` | %s | ", row->per_side ? "SIDE." : "", row->name,
                           value_type_name(row->type));
    append_escaped(out, row->doc);
    for (guint i = 0; row->enum_names && row->enum_names[i]; i++)
        g_string_append_printf(out, "%s`%s`", i ? ", " : " One of ", row->enum_names[i]);
    g_string_append(out, row->enum_names ? ". |\n" : " |\n");
}

void listing_facts_markdown(GString *out)
{
    g_string_append(
        out, "# Facts\n\nGenerated by `closelint --list-facts --markdown`; edit the catalogue under "
             "`analyzer/facts/`, not this page.\n\nA fact is *unknown* where the capture does not show it, "
             "and *absent* where the capture shows that there is no such thing. `SIDE` is one of ");
    for (unsigned role = ROLE_CLIENT; role < ROLES; role++)
        g_string_append_printf(out, "%s`%s`", role == ROLE_CLIENT ? "" : ", ",
                               fact_role_name((FactRole)role));
    g_string_append(out,
                    "; each of these alone is a fact, too: which side it is.\n\n| fact | type | meaning |\n"
                    "|---|---|---|\n");
    for (guint i = 0; i < fact_count(); i++)
        append_fact_row(out, fact_row(i));
}
