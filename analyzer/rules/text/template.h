/* The texts of rules: prose with facts in braces, made into sentences for one connection.
 *
 *   {closer.fin.frame}     the value of a fact in words: "8", "2.31 s", "512 bytes", "10.0.0.1"
 *   {closer}               the side that plays the role: "the client"; "The client" where a sentence begins
 *   {$fin_timeout}         a parameter
 *   {if EXPR}…{else}…{end} text that is only said where EXPR is true (else: false or unknown); nests
 *   {{ and }}              braces
 */
#pragma once

#include <glib.h>

#include "rules/yaml/mistake.h"
#include "rules/set/rule-set.h"

/* As expression_new(). */
Template *template_new(const char *text, const char *name, unsigned line, unsigned column,
                       const RuleSet *rules, GError **error);

/* The same for a text that stands in a file; its mistakes are added to the list. NULL on a mistake. */
Template *template_compile(const Source *source, const RuleSet *rules, MistakeList *mistakes);
void template_free(Template *template);

/* The same for a text that is known to have no mistake, parsed when it is first wanted: most rules' texts
 * never are. Borrows the text and its runs, and the rules, which must be finished by then. Not for several
 * threads at once. */
Template *template_defer(const Source *source, const RuleSet *rules);

/* Appends the text for this connection; a fact that is not known is said as such ("an unknown number of
 * bytes"). With `ascii`, no character outside ASCII. Folds white space and line breaks to single spaces; an
 * empty line stays a paragraph break. */
void template_render(const Template *template, FactSet *facts, bool ascii, GString *out);

/* The frames of the facts it mentions (outside {if} branches not taken) are added to `frames`, an array of
 * uint64_t. */
void template_frames(const Template *template, FactSet *facts, GArray *frames);

/* The source text, for --explain. Borrowed. */
const char *template_text(const Template *template);

/* A value in words, as in a rendered text. Appends. */
void value_format(GString *out, const Value *value, const FactRow *row, bool ascii);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Template, template_free)
