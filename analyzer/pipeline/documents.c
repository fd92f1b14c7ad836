/* Composed as a whole, then written. */
#include "pipeline/documents.h"

#include "report/explain.h"
#include "report/listing.h"

/* Line by line, since the values in it may come from the capture. */
static void document_write_lines(Sink *sink, const Style *style, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    for (guint i = 0; lines[i] && (lines[i][0] || lines[i + 1]); i++) {
        style_append(out, style, TONE_PLAIN, lines[i]);
        g_string_append_c(out, '\n');
    }
    sink_take(sink, out);
}

void document_write(Sink *sink, Document document, const Options *options, const RuleSet *rules)
{
    Style style = style_make(&options->report, sink_descriptor(sink));
    g_autoptr(GString) text = g_string_new(NULL);
    switch (document) {
    case DOCUMENT_RULES:
        if (options->markdown)
            listing_rules_markdown(text, rules);
        else
            listing_rules(text, &style, rules);
        break;
    case DOCUMENT_FACTS:
        if (options->markdown)
            listing_facts_markdown(text);
        else
            listing_facts(text, &style);
        break;
    case DOCUMENT_HELP:
        document_write_lines(sink, &style, options->help);
        break;
    case DOCUMENT_RULE:
        explain_rule(text, &style, rule_set_find(rules, options->explain), rules);
        break;
    }
    sink_take(sink, text);
}

void document_write_why(Sink *sink, const Options *options, const Case *subject, bool names_capture)
{
    Style style = style_make(&options->report, sink_descriptor(sink));
    g_autoptr(GString) why = g_string_new(NULL), text = g_string_new(NULL);
    if (names_capture) {
        style_printf(text, &style, TONE_STRONG, "== %s ==", subject->capture);
        g_string_append_c(text, '\n');
        sink_take(sink, text);
    }
    rule_set_explain_path(subject->rules, subject->facts, why);
    document_write_lines(sink, &style, why->str);
}
