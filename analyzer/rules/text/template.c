/* Templates: their life, and their rendering for one connection.
 *
 * A text that ends as a sentence does (with . ! or ?) begins as one, so {closer} at its beginning is "The
 * client"; a title or a line of `programs` is no sentence, and begins with "the client". */
#include "rules/text/template.h"

#include <string.h>

#include "rules/text/piece.h"
#include "rules/text/prose.h"

static void piece_clear(gpointer data)
{
    Piece *piece = data;
    if (piece->kind == PIECE_IF)
        expression_free(piece->condition);
    else if (piece->kind == PIECE_VALUE && piece->value.type == VALUE_STRING)
        g_free((char *)piece->value.as.string);
}

static bool is_sentence(const Source *source)
{
    static const char end[] = "{end}"; /* what stands before it may end the sentence */
    size_t length = source->length;
    for (;;) {
        if (length && strchr(" \n\t\")'", source->text[length - 1]))
            length--;
        else if (length >= strlen(end) && !memcmp(source->text + length - strlen(end), end, strlen(end)))
            length -= strlen(end);
        else
            break;
    }
    return length && strchr(".!?", source->text[length - 1]);
}

static bool make_pieces(Template *template, const Source *source, const RuleSet *rules, MistakeList *mistakes)
{
    template->pieces = g_array_new(FALSE, TRUE, sizeof(Piece));
    g_array_set_clear_func(template->pieces, piece_clear);
    template->is_sentence = is_sentence(source);
    return template_parse(template, source, rules, mistakes);
}

Template *template_compile(const Source *source, const RuleSet *rules, MistakeList *mistakes)
{
    g_autoptr(Template) template = g_new0(Template, 1);
    template->text = template->copy = g_strndup(source->text, source->length);
    return make_pieces(template, source, rules, mistakes) ? g_steal_pointer(&template) : NULL;
}

Template *template_defer(const Source *source, const RuleSet *rules)
{
    Template *template = g_new0(Template, 1);
    template->text = source->text;
    template->deferred = *source;
    template->rules = rules;
    return template;
}

static const GArray *pieces_of(const Template *template)
{
    if (!template->pieces) {
        g_autoptr(MistakeList) mistakes = mistake_list_new();
        bool is_good = make_pieces((Template *)template, &template->deferred, template->rules, mistakes);
        g_assert(is_good);
    }
    return template->pieces;
}

Template *template_new(const char *text, const char *name, unsigned line, unsigned column,
                       const RuleSet *rules, GError **error)
{
    SourceRun run = {.offset = 0, .line = line, .column = column};
    Source source = {.name = name, .text = text, .length = strlen(text), .runs = &run, .run_count = 1};
    g_autoptr(MistakeList) mistakes = mistake_list_new();
    Template *template = template_compile(&source, rules, mistakes);
    if (!template)
        mistake_list_check(mistakes, error);
    return template;
}

void template_free(Template *template)
{
    if (!template)
        return;
    g_free(template->copy);
    if (template->pieces)
        g_array_unref(template->pieces);
    g_free(template);
}

const char *template_text(const Template *template)
{
    return template->text;
}

static void render_value(Prose *prose, const Value *value, const FactRow *row)
{
    g_autoptr(GString) words = g_string_new(NULL);
    ValueType type = row ? row->type : value->type;
    value_format(words, value, row, prose->ascii);
    if (value->presence != VALUE_KNOWN && type == VALUE_FRAME)
        prose_drop_word(prose, "frame");
    else if (value->presence != VALUE_KNOWN && type == VALUE_PORT)
        prose_drop_word(prose, "port");
    if (value->presence != VALUE_KNOWN || type == VALUE_SIDE)
        prose_add_words(prose, words->str);
    else
        prose_add(prose, words->str, words->len);
}

/* The piece after this one. */
static guint next_piece(const GArray *pieces, guint index, FactSet *facts)
{
    const Piece *piece = &g_array_index(pieces, Piece, index);
    if (piece->kind == PIECE_JUMP ||
        (piece->kind == PIECE_IF && expression_evaluate(piece->condition, facts) != TRUTH_TRUE))
        return piece->target;
    return index + 1;
}

void template_render(const Template *template, FactSet *facts, bool ascii, GString *out)
{
    const GArray *pieces = pieces_of(template);
    Prose prose;
    prose_begin(&prose, out, ascii, template->is_sentence);
    for (guint i = 0; i < pieces->len; i = next_piece(pieces, i, facts)) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        if (piece->kind == PIECE_TEXT)
            prose_add(&prose, piece->text, piece->length);
        else if (piece->kind == PIECE_FACT)
            render_value(&prose, fact_get(facts, piece->fact), fact_ref_row(piece->fact));
        else if (piece->kind == PIECE_VALUE)
            render_value(&prose, &piece->value, NULL);
    }
}

static void add_frame(GArray *frames, uint64_t frame)
{
    if (!frame)
        return;
    for (guint i = 0; i < frames->len; i++)
        if (g_array_index(frames, uint64_t, i) == frame)
            return;
    g_array_append_val(frames, frame);
}

void template_frames(const Template *template, FactSet *facts, GArray *frames)
{
    const GArray *pieces = pieces_of(template);
    for (guint i = 0; i < pieces->len; i = next_piece(pieces, i, facts)) {
        const Piece *piece = &g_array_index(pieces, Piece, i);
        if (piece->kind != PIECE_FACT)
            continue;
        const Value *value = fact_get(facts, piece->fact);
        if (value->presence == VALUE_KNOWN)
            add_frame(frames, value->type == VALUE_FRAME ? (uint64_t)value->as.number : value->frame);
    }
}
