/* The template parser.
 *
 *   text  = { character | "{{" | "}}" | piece }
 *   piece = "{" fact "}" | "{$" parameter "}"
 *         | "{if " expression "}" text [ "{else}" text ] "{end}"
 *
 * Where an {if} ends is found with the expression's own scanner, since a set or a string may hold braces. */
#include <string.h>

#include "base/bounds.h"
#include "rules/set/parameters.h"
#include "rules/text/piece.h"
#include "rules/language/scanner.h"
#include "rules/language/tree.h"

typedef struct {
    Template *template;
    const Source *source;
    const RuleSet *rules;
    MistakeList *mistakes;
    size_t at;
    struct {
        size_t offset;
        guint piece; /* whose target is open: the {if}'s or the {else}'s */
        bool has_else;
    } open[TEMPLATE_NESTING_MAX];
    guint depth;
} Parser;

static bool refuse(Parser *parser, size_t offset, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool refuse(Parser *parser, size_t offset, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    mistake_list_add_at(parser->mistakes, parser->source, offset, message);
    return false;
}

static void add_piece(Parser *parser, Piece piece)
{
    g_array_append_val(parser->template->pieces, piece);
}

static void add_text(Parser *parser, size_t begin, size_t end)
{
    if (begin < end)
        add_piece(parser,
                  (Piece){.kind = PIECE_TEXT, .text = parser->template->text + begin, .length = end - begin});
}

static bool begin_if(Parser *parser, size_t offset, size_t begin, size_t end)
{
    if (parser->depth == TEMPLATE_NESTING_MAX)
        return refuse(parser, offset, "{if} is nested too deeply");
    Expression *condition = expression_compile(parser->source, begin, end, parser->rules, parser->mistakes);
    if (!condition)
        return false;
    add_piece(parser, (Piece){.kind = PIECE_IF, .condition = condition});
    parser->open[parser->depth].offset = offset;
    parser->open[parser->depth].piece = parser->template->pieces->len - 1;
    parser->open[parser->depth++].has_else = false;
    return true;
}

/* Lets the open {if} or {else} go on after the piece that is added last. */
static void close_target(Parser *parser)
{
    guint piece = parser->open[parser->depth - 1].piece;
    g_array_index(parser->template->pieces, Piece, piece).target = parser->template->pieces->len;
}

static bool take_else(Parser *parser, size_t offset)
{
    if (!parser->depth || parser->open[parser->depth - 1].has_else)
        return refuse(parser, offset, "{else} without {if}");
    add_piece(parser, (Piece){.kind = PIECE_JUMP});
    close_target(parser);
    parser->open[parser->depth - 1].piece = parser->template->pieces->len - 1;
    parser->open[parser->depth - 1].has_else = true;
    return true;
}

static bool take_end(Parser *parser, size_t offset)
{
    if (!parser->depth)
        return refuse(parser, offset, "{end} without {if}");
    close_target(parser);
    parser->depth--;
    return true;
}

static bool take_parameter(Parser *parser, size_t offset, const char *name, size_t length)
{
    const Parameter *parameter = parser->rules ? rule_set_parameter(parser->rules, name, length) : NULL;
    if (!parameter) {
        g_autofree char *hint =
            parser->rules ? rule_set_parameter_hint(parser->rules, name, length) : g_strdup("");
        return refuse(parser, offset, "no parameter '$%.*s'%s", (int)MIN(length, 60), name, hint);
    }
    Piece piece = {.kind = PIECE_VALUE, .value = parameter->value};
    if (piece.value.type == VALUE_STRING)
        piece.value.as.string = g_strdup(piece.value.as.string);
    add_piece(parser, piece);
    return true;
}

static bool take_fact(Parser *parser, size_t offset, const char *name, size_t length)
{
    FactRef ref;
    if (fact_find(name, length, &ref) && !fact_ref_row(ref)->is_judged) {
        add_piece(parser, (Piece){.kind = PIECE_FACT, .fact = ref});
        return true;
    }
    g_autofree char *nearest = length < 100 ? fact_nearest(name, length) : NULL;
    return refuse(parser, offset, "no fact '%.*s'%s%s%s", (int)MIN(length, 60), name,
                  nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

/* The offset of the brace that ends the {if} whose expression begins here; 0 after a complaint. */
static size_t find_end_of_if(Parser *parser, size_t begin)
{
    Scanner scanner;
    scanner_init(&scanner, parser->source->text, begin, parser->source->length);
    for (size_t depth = 1;;) {
        Token token = scanner_next(&scanner);
        if (token.kind == TOKEN_OPEN_SET)
            depth++;
        else if (token.kind == TOKEN_CLOSE_SET && !--depth)
            return token.offset;
        else if (token.kind == TOKEN_ERROR)
            return refuse(parser, token.offset, "%s", scanner.problem);
        else if (token.kind == TOKEN_END)
            return refuse(parser, begin, "this {if} has no closing brace");
    }
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && !memcmp(text, word, length);
}

/* What stands between braces; `parser->at` is after the opening one. */
static bool take_piece(Parser *parser)
{
    const char *text = parser->source->text;
    size_t begin = parser->at, offset = begin - 1, left = parser->source->length - begin;
    if (left > 2 && !memcmp(text + begin, "if", 2) && g_ascii_isspace(text[begin + 2])) {
        size_t end = find_end_of_if(parser, begin + 3);
        parser->at = end + 1;
        return end && begin_if(parser, offset, begin + 3, end);
    }
    const char *close = memchr(text + begin, '}', left);
    if (!close)
        return refuse(parser, offset, "this { has no closing brace; write {{ for a brace itself");
    size_t length = (size_t)(close - (text + begin));
    parser->at = begin + length + 1;
    if (is_word(text + begin, length, "else"))
        return take_else(parser, offset);
    if (is_word(text + begin, length, "end"))
        return take_end(parser, offset);
    if (length && text[begin] == '$')
        return take_parameter(parser, begin, text + begin + 1, length - 1);
    return take_fact(parser, begin, text + begin, length);
}

static size_t find_brace(const Source *source, size_t from)
{
    while (from < source->length && source->text[from] != '{' && source->text[from] != '}')
        from++;
    return from;
}

static bool parse(Parser *parser)
{
    const Source *source = parser->source;
    while (parser->at < source->length) {
        size_t begin = parser->at, brace = find_brace(source, begin);
        bool is_double = brace + 1 < source->length && source->text[brace + 1] == source->text[brace];
        add_text(parser, begin, brace + is_double); /* of two braces the first */
        parser->at = brace + 1 + is_double;
        if (is_double || brace == source->length)
            continue;
        if (source->text[brace] == '}')
            return refuse(parser, brace, "this } closes nothing; write }} for a brace itself");
        if (!take_piece(parser))
            return false;
    }
    return !parser->depth || refuse(parser, parser->open[parser->depth - 1].offset, "this {if} has no {end}");
}

bool template_parse(Template *template, const Source *source, const RuleSet *rules, MistakeList *mistakes)
{
    Parser parser = {.template = template, .source = source, .rules = rules, .mistakes = mistakes};
    return parse(&parser);
}
