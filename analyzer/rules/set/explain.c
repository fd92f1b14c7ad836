/* --why: how a verdict came about, told as it was reached.
 *
 *   reset: true
 *       when rst.seen and rst.effective
 *         rst.seen = yes (frame 11)
 *     reset-reply: unknown
 *       …
 */
#include <string.h>

#include "rules/language/expression.h"
#include "rules/set/parameters.h"
#include "rules/set/private.h"
#include "rules/text/template.h"

typedef struct {
    const RuleSet *rules;
    FactSet *facts;
    GString *out;
} Explanation;

static void add_indent(const Explanation *explanation, unsigned columns)
{
    g_string_append_printf(explanation->out, "%*s", (int)columns, "");
}

static const char *truth_name(Truth truth)
{
    return truth == TRUTH_TRUE ? "true" : truth == TRUTH_FALSE ? "false" : "unknown";
}

static void explain_fact(const Explanation *explanation, FactRef fact, unsigned indent)
{
    const Value *value = fact_get(explanation->facts, fact);
    GString *out = explanation->out;
    add_indent(explanation, indent);
    fact_format_name(out, fact);
    g_string_append(out, " = ");
    if (value->presence == VALUE_KNOWN)
        value_format(out, value, fact_ref_row(fact), false);
    else if (value->presence == VALUE_ABSENT)
        g_string_append(out, "absent");
    else
        g_string_append_printf(out, "unknown: %s", missing_reason_text(value->missing));
    if (value->presence == VALUE_KNOWN && value->type != VALUE_FRAME && value->frame)
        g_string_append_printf(out, " (frame %" G_GUINT64_FORMAT ")", (guint64)value->frame);
    g_string_append_c(out, '\n');
}

/* The length of the name after a $. */
static size_t parameter_length(const char *dollar)
{
    return strspn(dollar + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
}

static bool was_named_before(const char *text, const char *dollar, size_t length)
{
    for (const char *at = strchr(text, '$'); at < dollar; at = strchr(at + 1, '$'))
        if (parameter_length(at) == length && !memcmp(at, dollar, length + 1))
            return true;
    return false;
}

/* The parameters that an expression names, each once. */
static void explain_parameters(const Explanation *explanation, const char *text, unsigned indent)
{
    for (const char *at = strchr(text, '$'); at; at = strchr(at + 1, '$')) {
        size_t length = parameter_length(at);
        const Parameter *parameter = rule_set_parameter(explanation->rules, at + 1, length);
        if (!parameter || was_named_before(text, at, length))
            continue;
        add_indent(explanation, indent);
        g_string_append_printf(explanation->out, "$%s = ", parameter->name);
        value_format(explanation->out, &parameter->value, NULL, false);
        g_string_append_c(explanation->out, '\n');
    }
}

/* The text of an expression on one line. */
static void add_text(GString *out, const char *text)
{
    bool was_space = false;
    for (; *text; text++) {
        bool is_space = g_ascii_isspace(*text);
        if (!is_space || !was_space)
            g_string_append_c(out, is_space ? ' ' : *text);
        was_space = is_space;
    }
}

static void explain_condition(const Explanation *explanation, const Condition *condition, unsigned indent,
                              bool unfolds);

static void explain_expression(const Explanation *explanation, const char *key, const Expression *expression,
                               unsigned indent)
{
    add_indent(explanation, indent);
    g_string_append_printf(explanation->out, "%s ", key);
    add_text(explanation->out, expression_text(expression));
    g_string_append_c(explanation->out, '\n');
    guint count;
    const FactRef *facts = expression_own_facts(expression, &count);
    for (guint i = 0; i < count; i++)
        explain_fact(explanation, facts[i], indent + 2);
    explain_parameters(explanation, expression_text(expression), indent + 2);
    for (guint i = 0; i < expression_condition_count(expression); i++)
        explain_condition(explanation, expression_condition(expression, i), indent + 2,
                          expression_is_decided_by(expression, i, explanation->facts));
}

/* A line for a condition that is named, and beneath it what it rests on, where that decided something. */
static void explain_condition(const Explanation *explanation, const Condition *condition, unsigned indent,
                              bool unfolds)
{
    add_indent(explanation, indent);
    g_string_append_printf(explanation->out, "%s: %s – ", condition->name,
                           truth_name(expression_evaluate(condition->expression, explanation->facts)));
    add_text(explanation->out, condition->doc);
    g_string_append_c(explanation->out, '\n');
    if (unfolds)
        explain_expression(explanation, "when", condition->expression, indent + 2);
}

static Truth explain_rule(const Explanation *explanation, const Rule *rule, unsigned indent)
{
    Truth truth = expression_evaluate(rule->when, explanation->facts);
    add_indent(explanation, indent);
    g_string_append_printf(explanation->out, "%s: %s\n", rule->id, truth_name(truth));
    explain_expression(explanation, "when", rule->when, indent + 4);
    if (truth != TRUTH_TRUE || !rule->certain)
        return truth;
    Truth certain = expression_evaluate(rule->certain, explanation->facts);
    g_autofree char *key = g_strdup_printf("certain (%s)", truth_name(certain));
    explain_expression(explanation, key, rule->certain, indent + 4);
    return truth;
}

/* The children in order, up to the first that holds. */
static const Rule *explain_children(const Explanation *explanation, const GPtrArray *children,
                                    unsigned indent)
{
    for (guint i = 0; i < children->len; i++)
        if (explain_rule(explanation, children->pdata[i], indent) == TRUTH_TRUE)
            return children->pdata[i];
    return NULL;
}

static void explain_verdict(const Explanation *explanation, const Verdict *verdict)
{
    GString *out = explanation->out;
    const Rule *ending = verdict_ending(verdict);
    g_string_append_printf(out, "ending: %s, %s\n", ending ? ending->id : "none",
                           certainty_name(verdict->certainty));
    for (unsigned i = 0; i < verdict->possible_count; i++) {
        const Possibility *possible = &verdict->possible[i];
        g_string_append_printf(out, "could be: %s, but ", possible->rule->id);
        fact_format_name(out, possible->fact);
        g_string_append_printf(out, " is unknown: %s\n", missing_reason_text(possible->missing));
    }
}

/* All that were asked, since the first that holds leads whatever comes behind it. */
static void explain_causes(const Explanation *explanation, const Verdict *verdict)
{
    const Rule *ending = verdict_ending(verdict), *leading = verdict_cause(verdict);
    for (guint i = 0; ending && ending->causes && i < ending->causes->rules->len; i++) {
        const Rule *cause = ending->causes->rules->pdata[i];
        g_string_append(explanation->out, "cause ");
        if (explain_rule(explanation, cause, 0) != TRUTH_TRUE)
            continue;
        if (cause == leading)
            g_string_append(explanation->out, "    leads\n");
        else if (rule_tells(leading, cause))
            g_string_append_printf(explanation->out, "    told by %s\n", leading->id);
    }
}

void rule_set_explain_path(const RuleSet *rules, FactSet *facts, GString *out)
{
    Explanation explanation = {.rules = rules, .facts = facts, .out = out};
    Verdict verdict;
    rule_set_judge(rules, facts, &verdict);
    unsigned indent = 0;
    for (const Rule *rule = explain_children(&explanation, rules->roots, indent); rule;
         rule = explain_children(&explanation, rule->children, indent))
        indent += 2;
    explain_verdict(&explanation, &verdict);
    explain_causes(&explanation, &verdict);
    for (unsigned i = 0; i < verdict.finding_count; i++) {
        const Rule *finding = verdict.findings[i].rule;
        g_string_append(out, "finding ");
        explain_rule(&explanation, finding, 0);
        if (rule_tells(verdict_cause(&verdict), finding))
            g_string_append_printf(out, "    told by %s\n", verdict_cause(&verdict)->id);
    }
}
