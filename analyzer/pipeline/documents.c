/* Composed as a whole, then written. */
#include "pipeline/documents.h"

#include <stdio.h>
#include <unistd.h>

#include "report/explain.h"
#include "report/listing.h"

static void print_and_free(GString *text)
{
    fwrite(text->str, 1, text->len, stdout);
    fflush(stdout);
    g_string_free(text, TRUE);
}

void document_print(Document document, const Options *options, const RuleSet *rules)
{
    Style style = style_make(&options->report, STDOUT_FILENO);
    GString *text = g_string_new(NULL);
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
    case DOCUMENT_RULE:
        explain_rule(text, &style, rule_set_find(rules, options->explain), rules);
        break;
    }
    print_and_free(text);
}

/* Line by line, since the values in it may come from the capture. */
void document_print_why(const Options *options, const Case *subject, bool names_capture)
{
    Style style = style_make(&options->report, STDOUT_FILENO);
    GString *why = g_string_new(NULL), *text = g_string_new(NULL);
    if (names_capture) {
        style_printf(text, &style, TONE_STRONG, "== %s ==", subject->capture);
        g_string_append_c(text, '\n');
    }
    rule_set_explain_path(subject->rules, subject->facts, why);
    g_auto(GStrv) lines = g_strsplit(why->str, "\n", -1);
    for (guint i = 0; lines[i] && (lines[i][0] || lines[i + 1]); i++) {
        style_append(text, &style, TONE_PLAIN, lines[i]);
        g_string_append_c(text, '\n');
    }
    g_string_free(why, TRUE);
    print_and_free(text);
}
