/* The expression parser.
 *
 *   expression = all { ("or" | "||") all }
 *   all        = condition { ("and" | "&&") condition }
 *   condition  = ("not" | "!") condition | test
 *   test       = sum [ comparison sum | "in" set | "contains" sum | "matches" string ]
 *   comparison = "==" | "eq" | "!=" | "ne" | "<" | "lt" | "<=" | "le" | ">" | "gt" | ">=" | "ge"
 *   set        = "{" element { "," element } "}"
 *   element    = primary [ ".." primary ]
 *   sum        = product { ("+" | "-") product }
 *   product    = primary { "*" primary }
 *   primary    = "(" expression ")" | ("known" | "absent") "(" name ")" | name | $parameter
 *              | [ "-" ] number [ unit ] | address [ "/" bits ] | string | "true" | "false"
 *
 * Recursive descent with a bound on depth. A node is made after its children, so its depth is known; whether
 * the pieces fit together is the type checker's business (check.c). */
#include <string.h>

#include "rules/language/scanner.h"
#include "rules/language/tree.h"

typedef struct {
    Expression *expression;
    Complaint *complaint;
    Scanner scanner;
    Token token; /* the one looked at */
    unsigned depth;
} Parser;

static uint16_t parse_expression(Parser *parser);

static void advance(Parser *parser)
{
    parser->token = scanner_next(&parser->scanner);
}

static bool accept(Parser *parser, TokenKind kind)
{
    if (parser->token.kind != kind)
        return false;
    advance(parser);
    return true;
}

/* Says that something else was expected here. Always 0, the node that is none. */
static uint16_t unexpected(Parser *parser, const char *expected)
{
    const Token *token = &parser->token;
    if (token->kind == TOKEN_ERROR)
        complain(parser->complaint, token->offset, "%s", parser->scanner.problem);
    else if (token->kind == TOKEN_END)
        complain(parser->complaint, token->offset, "expected %s, found the end", expected);
    else
        complain(parser->complaint, token->offset, "expected %s, found '%.*s'", expected,
                 (int)MIN(token->length, 40), parser->scanner.text + token->offset);
    return 0;
}

/* Adds a node over `first` and its siblings. 0 with a complaint where the expression is too large or too
 * deep. */
static uint16_t add_node(Parser *parser, NodeKind kind, uint16_t first, size_t offset)
{
    unsigned depth = 1;
    for (uint16_t child = first; child; child = expression_node(parser->expression, child)->next)
        depth = MAX(depth, expression_node(parser->expression, child)->depth + 1u);
    if (depth > EXPRESSION_DEPTH_MAX) {
        complain(parser->complaint, offset, "this is nested too deeply");
        return 0;
    }
    if (parser->expression->nodes->len >= EXPRESSION_NODES_MAX) {
        complain(parser->complaint, offset, "this expression is too long");
        return 0;
    }
    Node node = {.kind = (uint8_t)kind, .first = first, .depth = (uint8_t)depth, .offset = (uint32_t)offset};
    return expression_add_node(parser->expression, &node);
}

static uint16_t add_pair(Parser *parser, NodeKind kind, uint16_t left, uint16_t right)
{
    if (!left || !right)
        return 0;
    expression_node(parser->expression, left)->next = right;
    return add_node(parser, kind, left, expression_node(parser->expression, left)->offset);
}

/* A node that is the current token, which is passed. */
static uint16_t add_leaf(Parser *parser, NodeKind kind)
{
    uint16_t index = add_node(parser, kind, 0, parser->token.offset);
    if (index)
        expression_node(parser->expression, index)->length = (uint32_t)parser->token.length;
    advance(parser);
    return index;
}

static uint16_t add_constant(Parser *parser, const Constant *constant)
{
    uint16_t index = add_leaf(parser, NODE_CONSTANT);
    if (index) {
        Node *node = expression_node(parser->expression, index);
        node->payload = expression_add_constant(parser->expression, constant);
        node->type = (uint8_t)constant->value.type;
    }
    return index;
}

/* The text between the quotes: \" \\ \n \t \r are replaced; other backslashes stay, so that "\d" is a digit.
 */
static char *unquote(const char *text, size_t length)
{
    GString *plain = g_string_sized_new(length);
    for (size_t i = 1; i + 1 < length; i++) {
        static const char escapes[] = "\"\\ntr", meanings[] = "\"\\\n\t\r";
        const char *escape = text[i] == '\\' ? strchr(escapes, text[i + 1]) : NULL;
        if (escape && *escape) {
            g_string_append_c(plain, meanings[escape - escapes]);
            i++;
        } else {
            g_string_append_c(plain, text[i]);
        }
    }
    return g_string_free(plain, FALSE);
}

static uint16_t parse_string(Parser *parser)
{
    const char *text = parser->scanner.text + parser->token.offset;
    if (memchr(text, '\0', parser->token.length))
        return unexpected(parser, "a string without a null character");
    char *string = unquote(text, parser->token.length);
    g_ptr_array_add(parser->expression->strings, string);
    return add_constant(parser, &(Constant){.value = {.type = VALUE_STRING, .as.string = string}});
}

static uint16_t parse_number(Parser *parser, bool negative)
{
    if (parser->token.kind != TOKEN_NUMBER)
        return unexpected(parser, "a number after '-'");
    const Token *token = &parser->token;
    Constant constant = {
        .value = {.type = token->type, .as.number = negative ? -token->number : token->number},
        .is_literal = true,
        .has_unit = token->has_unit,
    };
    return add_constant(parser, &constant);
}

/* known(fact), absent(fact) */
static uint16_t parse_call(Parser *parser, uint16_t word)
{
    const Node *name = expression_node(parser->expression, word);
    const char *text = parser->scanner.text + name->offset;
    size_t offset = name->offset, length = name->length;
    NodeKind kind;
    if (length == 5 && !memcmp(text, "known", 5)) {
        kind = NODE_KNOWN;
    } else if (length == 6 && !memcmp(text, "absent", 6)) {
        kind = NODE_ABSENT;
    } else {
        complain(parser->complaint, offset, "no function '%.*s': there are known() and absent()",
                 (int)MIN(length, 40), text);
        return 0;
    }
    advance(parser);
    if (parser->token.kind != TOKEN_WORD)
        return unexpected(parser, "the name of a fact");
    uint16_t fact = add_leaf(parser, NODE_WORD);
    if (!accept(parser, TOKEN_CLOSE))
        return unexpected(parser, "')'");
    return fact ? add_node(parser, kind, fact, offset) : 0;
}

static uint16_t parse_parentheses(Parser *parser)
{
    if (++parser->depth > EXPRESSION_DEPTH_MAX) {
        complain(parser->complaint, parser->token.offset, "this is nested too deeply");
        return 0;
    }
    advance(parser);
    uint16_t inner = parse_expression(parser);
    if (inner && !accept(parser, TOKEN_CLOSE))
        return unexpected(parser, "')'");
    parser->depth--;
    return inner;
}

static uint16_t parse_primary(Parser *parser)
{
    const Token *token = &parser->token;
    switch (token->kind) {
    case TOKEN_OPEN:
        return parse_parentheses(parser);
    case TOKEN_WORD: {
        uint16_t word = add_leaf(parser, NODE_WORD);
        return word && parser->token.kind == TOKEN_OPEN ? parse_call(parser, word) : word;
    }
    case TOKEN_PARAMETER:
        return add_leaf(parser, NODE_PARAMETER);
    case TOKEN_NUMBER:
        return parse_number(parser, false);
    case TOKEN_MINUS:
        advance(parser);
        return parse_number(parser, true);
    case TOKEN_STRING:
        return parse_string(parser);
    case TOKEN_ADDRESS: {
        Constant constant = {.value = {.type = VALUE_ADDRESS, .as.address = token->address},
                             .prefix = (uint8_t)token->prefix};
        return add_constant(parser, &constant);
    }
    case TOKEN_TRUE:
    case TOKEN_FALSE:
        return add_constant(
            parser, &(Constant){.value = {.type = VALUE_BOOL, .as.boolean = token->kind == TOKEN_TRUE}});
    default:
        return unexpected(parser, "a fact or a value");
    }
}

static uint16_t parse_product(Parser *parser)
{
    uint16_t left = parse_primary(parser);
    while (left && accept(parser, TOKEN_TIMES))
        left = add_pair(parser, NODE_MULTIPLY, left, parse_primary(parser));
    return left;
}

static uint16_t parse_sum(Parser *parser)
{
    uint16_t left = parse_product(parser);
    while (left && (parser->token.kind == TOKEN_PLUS || parser->token.kind == TOKEN_MINUS)) {
        NodeKind kind = parser->token.kind == TOKEN_PLUS ? NODE_ADD : NODE_SUBTRACT;
        advance(parser);
        left = add_pair(parser, kind, left, parse_product(parser));
    }
    return left;
}

static uint16_t parse_element(Parser *parser)
{
    uint16_t low = parse_primary(parser);
    if (low && accept(parser, TOKEN_RANGE))
        return add_pair(parser, NODE_RANGE, low, parse_primary(parser));
    return low;
}

static uint16_t parse_set(Parser *parser, uint16_t operand)
{
    if (!accept(parser, TOKEN_OPEN_SET))
        return unexpected(parser, "'{' after 'in'");
    uint16_t last = operand;
    do {
        uint16_t element = parse_element(parser);
        if (!element)
            return 0;
        expression_node(parser->expression, last)->next = element;
        last = element;
    } while (accept(parser, TOKEN_COMMA));
    if (!accept(parser, TOKEN_CLOSE_SET))
        return unexpected(parser, "',' or '}'");
    return add_node(parser, NODE_IN, operand, expression_node(parser->expression, operand)->offset);
}

static bool is_comparison(TokenKind kind)
{
    return kind >= TOKEN_EQ && kind <= TOKEN_GE;
}

static uint16_t parse_test(Parser *parser)
{
    uint16_t left = parse_sum(parser), test = 0;
    if (!left)
        return 0;
    TokenKind kind = parser->token.kind;
    if (is_comparison(kind)) {
        advance(parser);
        test = add_pair(parser, NODE_COMPARE, left, parse_sum(parser));
        if (test)
            expression_node(parser->expression, test)->comparison = (uint8_t)(kind - TOKEN_EQ);
    } else if (accept(parser, TOKEN_IN)) {
        test = parse_set(parser, left);
    } else if (accept(parser, TOKEN_CONTAINS)) {
        test = add_pair(parser, NODE_CONTAINS, left, parse_sum(parser));
    } else if (accept(parser, TOKEN_MATCHES)) {
        test = add_pair(parser, NODE_MATCHES, left, parse_primary(parser));
    } else {
        return left;
    }
    if (test && is_comparison(parser->token.kind)) {
        complain(parser->complaint, parser->token.offset,
                 "comparisons do not chain: join two of them with 'and'");
        return 0;
    }
    return test;
}

static uint16_t parse_condition(Parser *parser)
{
    if (parser->token.kind != TOKEN_NOT)
        return parse_test(parser);
    size_t offset = parser->token.offset;
    if (++parser->depth > EXPRESSION_DEPTH_MAX) {
        complain(parser->complaint, offset, "this is nested too deeply");
        return 0;
    }
    advance(parser);
    uint16_t inner = parse_condition(parser);
    parser->depth--;
    return inner ? add_node(parser, NODE_NOT, inner, offset) : 0;
}

/* One operand or more, joined by `joint`, become one node. */
static uint16_t parse_chain(Parser *parser, TokenKind joint, NodeKind kind, uint16_t (*parse)(Parser *))
{
    uint16_t first = parse(parser), last = first;
    while (last && accept(parser, joint)) {
        uint16_t operand = parse(parser);
        if (!operand)
            return 0;
        expression_node(parser->expression, last)->next = operand;
        last = operand;
    }
    if (!first || first == last)
        return first;
    return add_node(parser, kind, first, expression_node(parser->expression, first)->offset);
}

static uint16_t parse_all(Parser *parser)
{
    return parse_chain(parser, TOKEN_AND, NODE_AND, parse_condition);
}

static uint16_t parse_expression(Parser *parser)
{
    return parse_chain(parser, TOKEN_OR, NODE_OR, parse_all);
}

bool expression_parse(Expression *expression, size_t begin, size_t end, Complaint *complaint)
{
    Parser parser = {.expression = expression, .complaint = complaint};
    scanner_init(&parser.scanner, complaint->source->text, begin, end);
    advance(&parser);
    if (parser.token.kind == TOKEN_END)
        return complain(complaint, begin, "expected a condition, found nothing");
    expression->root = parse_expression(&parser);
    if (expression->root && parser.token.kind != TOKEN_END)
        expression->root = unexpected(&parser, "'and', 'or' or the end");
    return expression->root != 0;
}
