/* The texts of a rule made readable without a connection to speak of: names stand where values would. */
#include <string.h>

#include "report/explain.h"
#include "rules/language/expression.h"
#include "rules/text/template.h"

/* Folds white space as template_render() does. */
static void append_folded(GString *out, char character)
{
    bool is_space = g_ascii_isspace(character);
    if (!is_space) {
        g_string_append_c(out, character);
    } else if (out->len && out->str[out->len - 1] != ' ' && out->str[out->len - 1] != '\n') {
        g_string_append_c(out, ' ');
    }
}

static bool is_sentence_begin(const GString *text)
{
    gsize end = text->len;
    while (end && g_ascii_isspace(text->str[end - 1]))
        end--;
    return !end || text->str[end - 1] == '.' || (end < text->len && text->str[end] == '\n');
}

static void append_condition(GString *out, const char *condition, size_t length)
{
    g_string_append(out, "[if ");
    for (size_t i = 0; i < length; i++)
        append_folded(out, condition[i]);
    g_string_append(out, ": ");
}

static void append_brace(GString *out, const char *inside, size_t length)
{
    FactRole role;
    if (length > 3 && !strncmp(inside, "if", 2) && g_ascii_isspace(inside[2]))
        append_condition(out, inside + 3, length - 3);
    else if (length == 4 && !strncmp(inside, "else", 4))
        g_string_append(out, " | otherwise: ");
    else if (length == 3 && !strncmp(inside, "end", 3))
        g_string_append_c(out, ']');
    else if (fact_role_find(inside, length, &role))
        g_string_append_printf(out, "%s %.*s", is_sentence_begin(out) ? "The" : "the", (int)length, inside);
    else
        g_string_append_printf(out, "<%.*s>", (int)length, inside);
}

/* An expression in braces may hold a set in braces, and a string with a brace in it. */
static const char *find_brace_end(const char *inside)
{
    bool is_quoted = false;
    unsigned depth = 0;
    for (; *inside; inside++) {
        if (*inside == '"')
            is_quoted = !is_quoted;
        else if (*inside == '{' && !is_quoted)
            depth++;
        else if (*inside == '}' && !is_quoted && !depth--)
            return inside;
    }
    return NULL;
}

void explain_template(GString *out, const Template *template)
{
    GString *text = g_string_new(NULL);
    const char *at = template_text(template);
    while (*at) {
        const char *end = *at == '{' && at[1] != '{' ? find_brace_end(at + 1) : NULL;
        if (end) {
            append_brace(text, at + 1, (size_t)(end - at - 1));
            at = end + 1;
        } else if (at[0] == '\n' && at[1] == '\n') {
            g_string_append(text, "\n\n");
            at += 2;
        } else {
            append_folded(text, *at);
            at += (*at == '{' || *at == '}') && at[1] == *at ? 2 : 1;
        }
    }
    g_string_append(out, g_strstrip(text->str));
    g_string_free(text, TRUE);
}

void explain_title(GString *out, const Template *title)
{
    gsize begin = out->len;
    explain_template(out, title);
    if (g_str_has_prefix(out->str + begin, "The "))
        out->str[begin] = 't';
}

void explain_expression(GString *out, const Expression *expression)
{
    GString *text = g_string_new(NULL);
    for (const char *at = expression_text(expression); *at; at++)
        append_folded(text, *at);
    g_string_append(out, g_strstrip(text->str));
    g_string_free(text, TRUE);
}

void explain_summary(GString *out, const Rule *rule)
{
    if (rule->summary)
        g_string_append(out, rule->summary);
    else if (rule->title)
        explain_title(out, rule->title);
    else
        g_string_append(out, rule->id);
}

char *explain_ids(const GPtrArray *rules)
{
    GString *ids = g_string_new(NULL);
    for (guint i = 0; rules && i < rules->len; i++)
        g_string_append_printf(ids, "%s%s", i ? ", " : "", ((const Rule *)rules->pdata[i])->id);
    return g_string_free(ids, !ids->len);
}

static void gather_template(GString *all, const Template *template)
{
    if (template)
        g_string_append_printf(all, "%s\n", template_text(template));
}

static void gather_lines(GString *all, const GArray *lines)
{
    for (guint i = 0; lines && i < lines->len; i++)
        gather_template(all, g_array_index(lines, RuleLine, i).text);
}

/* Whether "$name" stands in the text, not as the beginning of a longer name. */
static bool mentions(const char *text, const char *name)
{
    g_autofree char *reference = g_strconcat("$", name, NULL);
    size_t length = strlen(reference);
    for (const char *at = text; (at = strstr(at, reference)); at += length)
        if (!g_ascii_isalnum(at[length]) && at[length] != '_')
            return true;
    return false;
}

/* As deep as conditions name each other, which EXPRESSION_DEPTH_MAX bounds. */
static void gather_conditions(GPtrArray *conditions, const Expression *expression)
{
    for (guint i = 0; expression && i < expression_condition_count(expression); i++) {
        const Condition *condition = expression_condition(expression, i);
        if (g_ptr_array_find(conditions, condition, NULL))
            continue;
        g_ptr_array_add(conditions, (gpointer)condition);
        gather_conditions(conditions, condition->expression);
    }
}

GPtrArray *explain_conditions(const Rule *rule)
{
    GPtrArray *conditions = g_ptr_array_new();
    gather_conditions(conditions, rule->when);
    gather_conditions(conditions, rule->certain);
    gather_conditions(conditions, rule->benign);
    return conditions;
}

GPtrArray *explain_parameters(const Rule *rule, const RuleSet *rules)
{
    GString *all = g_string_new(NULL);
    if (rule->when)
        g_string_append_printf(all, "%s\n", expression_text(rule->when));
    if (rule->certain)
        g_string_append_printf(all, "%s\n", expression_text(rule->certain));
    if (rule->benign)
        g_string_append_printf(all, "%s\n", expression_text(rule->benign));
    g_autoptr(GPtrArray) conditions = explain_conditions(rule);
    for (guint i = 0; i < conditions->len; i++)
        g_string_append_printf(all, "%s\n",
                               expression_text(((const Condition *)conditions->pdata[i])->expression));
    gather_template(all, rule->title);
    gather_template(all, rule->happened);
    gather_template(all, rule->lost);
    gather_lines(all, rule->programs);
    gather_lines(all, rule->confirm);
    gather_lines(all, rule->fix);
    GPtrArray *used = g_ptr_array_new();
    const GPtrArray *parameters = rule_set_parameters(rules);
    for (guint i = 0; i < parameters->len; i++)
        if (mentions(all->str, ((const Parameter *)parameters->pdata[i])->name))
            g_ptr_array_add(used, parameters->pdata[i]);
    g_string_free(all, TRUE);
    return used;
}
