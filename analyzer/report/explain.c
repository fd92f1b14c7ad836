/* One rule on one page. */
#include "report/explain.h"

#include <string.h>

#include "report/block.h"
#include "report/wrap.h"
#include "rules/language/expression.h"
#include "rules/text/template.h"

static void append_label_template(GString *out, const Style *style, const char *label,
                                  const Template *template)
{
    if (!template)
        return;
    GString *text = g_string_new(NULL);
    explain_template(text, template);
    g_auto(GStrv) paragraphs = g_strsplit(text->str, "\n\n", -1);
    for (guint i = 0; paragraphs[i]; i++)
        block_label(out, style, i ? "" : label, g_strstrip(paragraphs[i]));
    g_string_free(text, TRUE);
}

static void append_title(GString *out, const Style *style, const Template *title)
{
    GString *text = g_string_new(NULL);
    if (title)
        explain_title(text, title);
    block_label(out, style, "title", text->len ? text->str : NULL);
    g_string_free(text, TRUE);
}

static void append_label_expression(GString *out, const Style *style, const char *label,
                                    const Expression *expression)
{
    if (!expression)
        return;
    GString *text = g_string_new(NULL);
    explain_expression(text, expression);
    block_label(out, style, label, text->str);
    g_string_free(text, TRUE);
}

/* "answers-a-probe: It answers a probe. conn.packets == 2" */
static void append_conditions(GString *out, const Style *style, const Rule *rule)
{
    g_autoptr(GPtrArray) conditions = explain_conditions(rule);
    for (guint i = 0; i < conditions->len; i++) {
        const Condition *condition = conditions->pdata[i];
        GString *text = g_string_new(NULL);
        g_string_append_printf(text, "%s: %s ", condition->name, condition->doc);
        explain_expression(text, condition->expression);
        block_label(out, style, i ? "" : "where", text->str);
        g_string_free(text, TRUE);
    }
}

static void append_lines(GString *out, const Style *style, const char *label, const GArray *lines)
{
    for (guint i = 0; lines && i < lines->len; i++) {
        const RuleLine *line = &g_array_index(lines, RuleLine, i);
        GString *text = g_string_new(NULL);
        if (line->has_role)
            g_string_append_printf(text, "%s: ", fact_role_name(line->role));
        explain_template(text, line->text);
        block_label(out, style, i ? "" : label, text->str);
        g_string_free(text, TRUE);
    }
}

static void append_strings(GString *out, const Style *style, const char *label, const GPtrArray *strings)
{
    for (guint i = 0; strings && i < strings->len; i++)
        block_label(out, style, i ? "" : label, strings->pdata[i]);
}

static void append_parameters(GString *out, const Style *style, const Rule *rule, const RuleSet *rules)
{
    g_autoptr(GPtrArray) used = explain_parameters(rule, rules);
    for (guint i = 0; i < used->len; i++) {
        const Parameter *parameter = used->pdata[i];
        GString *text = g_string_new(NULL);
        g_string_append_printf(text, "$%s = ", parameter->name);
        value_format(text, &parameter->value, NULL, false);
        if (parameter->doc)
            g_string_append_printf(text, ": %s", parameter->doc);
        if (parameter->source)
            g_string_append_printf(text, " (%s)", parameter->source);
        block_label(out, style, i ? "" : "parameters", text->str);
        g_string_free(text, TRUE);
    }
}

static void append_ids(GString *out, const Style *style, const char *label, const GPtrArray *rules)
{
    g_autofree char *ids = explain_ids(rules);
    block_label(out, style, label, ids);
}

/* "reset › reset-reply › rst-after-write-to-closed" */
static void append_path(GString *out, const Style *style, const Rule *rule)
{
    GString *path = g_string_new(rule->id);
    for (const Rule *parent = rule->parent; parent; parent = parent->parent) {
        g_string_prepend(path, " › ");
        g_string_prepend(path, parent->id);
    }
    block_label(out, style, rule_kind_name(rule->kind), path->str);
    g_string_truncate(path, 0);
    for (guint i = 0; rule->children && i < rule->children->len; i++)
        g_string_append_printf(path, "%s%s", i ? ", " : "", ((const Rule *)rule->children->pdata[i])->id);
    block_label(out, style, "below it", path->len ? path->str : NULL);
    append_ids(out, style, "explains", rule->explains);
    append_ids(out, style, "tells", rule->tells);
    g_string_free(path, TRUE);
}

static void append_severity(GString *out, const Style *style, const Rule *rule)
{
    GString *text = g_string_new(severity_name(rule->severity));
    if (rule->severity != rule->shipped_severity)
        g_string_append_printf(text, ", shipped as %s", severity_name(rule->shipped_severity));
    if (rule->disabled)
        g_string_append(text, ", switched off");
    if (rule->reason)
        g_string_append_printf(text, ": %s", rule->reason);
    block_label(out, style, "severity", text->str);
    g_string_free(text, TRUE);
}

void explain_rule(GString *out, const Style *style, const Rule *rule, const RuleSet *rules)
{
    style_append(out, style, TONE_STRONG, rule->id);
    g_string_append(out, "\n");
    GString *summary = g_string_new(NULL);
    explain_summary(summary, rule);
    g_string_append(out, "  ");
    wrap_append(out, style, summary->str, 2, 2);
    g_string_append_c(out, '\n');
    g_string_free(summary, TRUE);
    append_path(out, style, rule);
    append_severity(out, style, rule);
    append_label_expression(out, style, "when", rule->when);
    append_label_expression(out, style, "certain", rule->certain);
    append_label_expression(out, style, "benign", rule->benign);
    append_conditions(out, style, rule);
    g_string_append_c(out, '\n');
    append_title(out, style, rule->title);
    append_label_template(out, style, "happened", rule->happened);
    append_lines(out, style, "saw", rule->programs);
    append_label_template(out, style, "lost", rule->lost);
    append_strings(out, style, "looks like", rule->lookalikes);
    append_lines(out, style, "confirm", rule->confirm);
    append_lines(out, style, "help", rule->fix);
    g_string_append_c(out, '\n');
    append_parameters(out, style, rule, rules);
    append_strings(out, style, "see", rule->references);
    append_strings(out, style, "fires on", rule->fires);
    append_strings(out, style, "silent on", rule->silent);
    g_autofree char *place = rule->file ? g_strdup_printf("%s:%u", rule->file, rule->line) : NULL;
    block_label(out, style, "defined in", place);
}
