/* --list-rules and --list-facts. */
#include "report/listing.h"

#include <string.h>

#include "report/explain.h"
#include "report/wrap.h"

#define ID_COLUMNS       36
#define SEVERITY_COLUMNS 9
#define TYPE_COLUMNS     10

static unsigned rule_depth(const Rule *rule)
{
    unsigned depth = 1;
    for (const Rule *parent = rule->parent; parent; parent = parent->parent)
        depth++;
    return depth;
}

static void append_rule(GString *out, const Style *style, const Rule *rule)
{
    unsigned at = 2 * rule_depth(rule);
    const char *severity = rule->disabled ? "off" : severity_name(rule->severity);
    style_pad(out, 0, at);
    style_append(out, style, TONE_STRONG, rule->id);
    at += (unsigned)strlen(rule->id);
    style_pad(out, at, MAX(ID_COLUMNS, at + 1));
    style_append(out, style, style_severity_tone(rule_effective_severity(rule)), severity);
    at = MAX(ID_COLUMNS, at + 1);
    style_pad(out, at + (unsigned)strlen(severity), at + SEVERITY_COLUMNS);
    GString *summary = g_string_new(NULL);
    explain_summary(summary, rule);
    wrap_append(out, style, summary->str, at + SEVERITY_COLUMNS, ID_COLUMNS + SEVERITY_COLUMNS);
    g_string_free(summary, TRUE);
}

static void append_rules(GString *out, const Style *style, const GPtrArray *rules, RuleKind kind,
                         const char *heading)
{
    style_append(out, style, TONE_DIM, heading);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < rules->len; i++)
        if (((const Rule *)rules->pdata[i])->kind == kind)
            append_rule(out, style, rules->pdata[i]);
}

void listing_rules(GString *out, const Style *style, const RuleSet *rules)
{
    const GPtrArray *all = rule_set_all(rules);
    append_rules(out, style, all, RULE_ENDING,
                 "endings: every connection has exactly one, the deepest that holds");
    append_rules(out, style, all, RULE_CAUSE,
                 "causes: why it ended so; the first that holds leads, with its own severity");
    append_rules(out, style, all, RULE_FINDING,
                 "findings: each that holds is reported, on top of the ending");
}

static void append_enum(GString *text, const FactRow *row)
{
    if (!row->enum_names)
        return;
    g_string_append(text, " One of ");
    for (guint i = 0; row->enum_names[i]; i++)
        g_string_append_printf(text, "%s%s", i ? ", " : "", row->enum_names[i]);
    g_string_append_c(text, '.');
}

static void append_fact(GString *out, const Style *style, const FactRow *row)
{
    unsigned at = 2 + (unsigned)strlen(row->name) + (row->per_side ? 5 : 0);
    g_string_append(out, "  ");
    if (row->per_side)
        style_append(out, style, TONE_DIM, "SIDE.");
    style_append(out, style, TONE_STRONG, row->name);
    style_pad(out, at, MAX(ID_COLUMNS, at + 1));
    at = MAX(ID_COLUMNS, at + 1);
    const char *type = value_type_name(row->type);
    g_string_append(out, type);
    style_pad(out, at + (unsigned)strlen(type), at + TYPE_COLUMNS);
    GString *text = g_string_new(row->doc);
    append_enum(text, row);
    wrap_append(out, style, text->str, at + TYPE_COLUMNS, ID_COLUMNS + TYPE_COLUMNS);
    g_string_free(text, TRUE);
}

void listing_facts(GString *out, const Style *style)
{
    g_string_append(out, "SIDE is one of ");
    for (unsigned role = ROLE_CLIENT; role < ROLES; role++)
        g_string_append_printf(out, "%s%s", role == ROLE_CLIENT ? "" : ", ", fact_role_name((FactRole)role));
    g_string_append(out, "; each of them alone is a fact, too: which side it is.\n");
    for (guint i = 0; i < fact_count(); i++)
        append_fact(out, style, fact_row(i));
}
