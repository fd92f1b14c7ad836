/* Cuts an expression into tokens.
 *
 * Names may hold hyphens, as enum names do (syn-ack), so a minus needs a space before it. A dot between
 * digits may belong to an address (10.0.0.1), a fraction (1.5s) or a range (80..90): the digits and dots are
 * looked at as one. */
#include "rules/language/scanner.h"

#include <glib.h>
#include <string.h>

typedef struct {
    const char *name;
    ValueType type;
    int64_t scale;
} Unit;

static const Unit units[] = {
    {"ns", VALUE_DURATION, 1},
    {"us", VALUE_DURATION, 1000},
    {"\xc2\xb5s", VALUE_DURATION, 1000}, /* µs with the micro sign, and with the Greek letter */
    {"\xce\xbcs", VALUE_DURATION, 1000},
    {"ms", VALUE_DURATION, 1000000},
    {"s", VALUE_DURATION, 1000000000},
    {"min", VALUE_DURATION, 60000000000},
    {"h", VALUE_DURATION, 3600000000000},
    {"d", VALUE_DURATION, 86400000000000},
    {"B", VALUE_BYTES, 1},
    {"byte", VALUE_BYTES, 1},
    {"bytes", VALUE_BYTES, 1},
    {"kB", VALUE_BYTES, 1000},
    {"KiB", VALUE_BYTES, 1024},
    {"MB", VALUE_BYTES, 1000000},
    {"MiB", VALUE_BYTES, 1048576},
    {"GB", VALUE_BYTES, 1000000000},
    {"GiB", VALUE_BYTES, 1073741824},
};

typedef struct {
    const char *name;
    TokenKind kind;
} Keyword;

static const Keyword keywords[] = {
    {"and", TOKEN_AND},
    {"or", TOKEN_OR},
    {"not", TOKEN_NOT},
    {"in", TOKEN_IN},
    {"eq", TOKEN_EQ},
    {"ne", TOKEN_NE},
    {"lt", TOKEN_LT},
    {"le", TOKEN_LE},
    {"gt", TOKEN_GT},
    {"ge", TOKEN_GE},
    {"true", TOKEN_TRUE},
    {"false", TOKEN_FALSE},
    {"contains", TOKEN_CONTAINS},
    {"matches", TOKEN_MATCHES},
};

static const Keyword signs[] = {
    /* longer ones first */
    {"==", TOKEN_EQ},  {"!=", TOKEN_NE},    {"<=", TOKEN_LE},      {">=", TOKEN_GE},       {"&&", TOKEN_AND},
    {"||", TOKEN_OR},  {"..", TOKEN_RANGE}, {"<", TOKEN_LT},       {">", TOKEN_GT},        {"!", TOKEN_NOT},
    {"(", TOKEN_OPEN}, {")", TOKEN_CLOSE},  {"{", TOKEN_OPEN_SET}, {"}", TOKEN_CLOSE_SET}, {",", TOKEN_COMMA},
    {"+", TOKEN_PLUS}, {"-", TOKEN_MINUS},  {"*", TOKEN_TIMES},
};

void scanner_init(Scanner *scanner, const char *text, size_t begin, size_t end)
{
    scanner->text = text;
    scanner->at = begin;
    scanner->end = end;
    scanner->problem[0] = '\0';
}

/* The byte `ahead` of here; 0 past the end. */
static char peek(const Scanner *scanner, size_t ahead)
{
    return ahead < scanner->end - scanner->at ? scanner->text[scanner->at + ahead] : '\0';
}

static bool is_word_char(char c)
{
    return g_ascii_isalnum(c) || c == '_';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static Token failed(Scanner *scanner, size_t offset, const char *format, ...) G_GNUC_PRINTF(3, 4);

static Token failed(Scanner *scanner, size_t offset, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_vsnprintf(scanner->problem, sizeof scanner->problem, format, arguments);
    va_end(arguments);
    return (Token){.kind = TOKEN_ERROR, .offset = offset, .length = scanner->at - offset};
}

static Token token(const Scanner *scanner, TokenKind kind, size_t offset)
{
    return (Token){.kind = kind, .offset = offset, .length = scanner->at - offset};
}

/* Words joined by single dots and hyphens: "closer.fin.frame", "syn-ack". */
static size_t word_length(const Scanner *scanner)
{
    size_t length = 0;
    for (;;) {
        char c = peek(scanner, length);
        if (is_word_char(c) || ((c == '.' || c == '-') && is_word_char(peek(scanner, length + 1))))
            length++;
        else
            return length;
    }
}

static Token scan_word(Scanner *scanner)
{
    size_t offset = scanner->at, length = word_length(scanner);
    const char *word = scanner->text + offset;
    scanner->at += length;
    for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++)
        if (strlen(keywords[i].name) == length && !memcmp(keywords[i].name, word, length))
            return token(scanner, keywords[i].kind, offset);
    return token(scanner, TOKEN_WORD, offset);
}

/* The length of what may be an IPv6 address here: hexadecimal digits, dots and at least one colon; else 0. */
static size_t ipv6_length(const Scanner *scanner)
{
    size_t length = 0;
    bool colon = false;
    for (;; length++) {
        char c = peek(scanner, length);
        if (c == ':')
            colon = true;
        else if (!g_ascii_isxdigit(c) && (c != '.' || !g_ascii_isxdigit(peek(scanner, length + 1))))
            break;
    }
    return colon ? length : 0;
}

static Token scan_address(Scanner *scanner, size_t length)
{
    size_t offset = scanner->at;
    if (peek(scanner, length) == '/' && g_ascii_isdigit(peek(scanner, length + 1))) {
        length++;
        while (g_ascii_isdigit(peek(scanner, length)))
            length++;
    }
    scanner->at += length;

    char text[64];
    Token result = token(scanner, TOKEN_ADDRESS, offset);
    if (length >= sizeof text)
        return failed(scanner, offset, "this is not an IP address");
    memcpy(text, scanner->text + offset, length);
    text[length] = '\0';
    if (!address_parse_prefix(text, &result.address, &result.prefix))
        return failed(scanner, offset, "'%s' is not an IP address", text);
    return result;
}

/* The unit that stands here ("ms", " bytes"), and its length; NULL for none. */
static const Unit *scan_unit(const Scanner *scanner, size_t *ret_length)
{
    size_t space = 0, length;
    while (peek(scanner, space) == ' ')
        space++;
    for (length = space; g_ascii_isalpha(peek(scanner, length)) || (peek(scanner, length) & 0x80); length++)
        ;
    const char *text = scanner->text + scanner->at + space;
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        bool spelled = strlen(units[i].name) >= 4; /* "512 bytes" */
        if ((!space || spelled) && strlen(units[i].name) == length - space &&
            !memcmp(units[i].name, text, length - space)) {
            *ret_length = length;
            return &units[i];
        }
    }
    *ret_length = space ? 0 : length;
    return NULL;
}

/* Digits to a number, and to nine digits of a fraction; false where it does not fit. */
static bool read_decimal(const char *text, size_t length, int64_t *ret_whole, int64_t *ret_nanos)
{
    int64_t whole = 0, nanos = 0, weight = 100000000;
    size_t i = 0;
    for (; i < length && text[i] != '.'; i++)
        if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, text[i] - '0', &whole))
            return false;
    for (i++; i < length; i++, weight /= 10)
        nanos += (text[i] - '0') * weight;
    *ret_whole = whole;
    *ret_nanos = nanos;
    return true;
}

/* whole.nanos in units of `scale`; false where it does not fit. */
static bool apply_scale(int64_t whole, int64_t nanos, int64_t scale, int64_t *ret_number)
{
    int64_t number, fraction = (int64_t)((__int128)nanos * scale / 1000000000);
    if (__builtin_mul_overflow(whole, scale, &number) || __builtin_add_overflow(number, fraction, &number))
        return false;
    *ret_number = number;
    return true;
}

static Token scan_number(Scanner *scanner)
{
    size_t offset = scanner->at, length = 0, dots = 0;
    while (g_ascii_isdigit(peek(scanner, length)) ||
           (peek(scanner, length) == '.' && g_ascii_isdigit(peek(scanner, length + 1))))
        dots += peek(scanner, length++) == '.';
    if (dots > 1)
        return scan_address(scanner, length);

    const char *digits = scanner->text + offset;
    int64_t whole = 0, nanos = 0;
    bool fits = read_decimal(digits, length, &whole, &nanos);
    scanner->at += length;
    size_t unit_length;
    const Unit *unit = scan_unit(scanner, &unit_length);
    const char *unit_text = scanner->text + scanner->at;
    scanner->at += unit_length;
    Token result = token(scanner, TOKEN_NUMBER, offset);
    if (!unit && unit_length)
        return failed(
            scanner, offset + length,
            "unknown unit '%.*s': a duration is in ns, us, ms, s, min, h or d, a size in B, KiB, MiB or GiB",
            (int)MIN(unit_length, 16), unit_text);
    if (!unit && dots)
        return failed(scanner, offset, "'%.*s' needs a unit", (int)MIN(length, 32), digits);
    if (!fits || !apply_scale(whole, nanos, unit ? unit->scale : 1, &result.number))
        return failed(scanner, offset, "this number is too large");
    result.type = unit ? unit->type : VALUE_INT;
    result.has_unit = unit != NULL;
    return result;
}

static Token scan_string(Scanner *scanner)
{
    size_t offset = scanner->at++;
    while (scanner->at < scanner->end && scanner->text[scanner->at] != '"')
        scanner->at += scanner->text[scanner->at] == '\\' ? 2 : 1;
    if (scanner->at >= scanner->end) {
        scanner->at = scanner->end;
        return failed(scanner, offset, "this string has no closing quote");
    }
    scanner->at++;
    return token(scanner, TOKEN_STRING, offset);
}

static Token scan_sign(Scanner *scanner)
{
    size_t offset = scanner->at, left = scanner->end - scanner->at;
    const char *text = scanner->text + offset;
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++) {
        size_t length = strlen(signs[i].name);
        if (length <= left && !memcmp(signs[i].name, text, length)) {
            scanner->at += length;
            return token(scanner, signs[i].kind, offset);
        }
    }
    scanner->at++;
    if (*text == '=')
        return failed(scanner, offset, "'=' is no comparison: write '=='");
    if (*text == '&' || *text == '|')
        return failed(scanner, offset, "write '%c%c' or '%s'", *text, *text, *text == '&' ? "and" : "or");
    if (*text == '\'')
        return failed(scanner, offset, "a string stands in double quotes");
    if (g_ascii_isprint(*text))
        return failed(scanner, offset, "'%c' has no meaning here", *text);
    return failed(scanner, offset, "this character has no meaning here");
}

Token scanner_next(Scanner *scanner)
{
    while (is_space(peek(scanner, 0)))
        scanner->at++;
    if (scanner->at >= scanner->end)
        return token(scanner, TOKEN_END, scanner->at);

    char c = peek(scanner, 0);
    if (g_ascii_isxdigit(c) || c == ':') {
        size_t length = ipv6_length(scanner);
        if (length)
            return scan_address(scanner, length);
    }
    if (g_ascii_isdigit(c))
        return scan_number(scanner);
    if (is_word_char(c))
        return scan_word(scanner);
    if (c == '"')
        return scan_string(scanner);
    if (c == '$' && is_word_char(peek(scanner, 1))) {
        size_t offset = scanner->at++;
        while (is_word_char(peek(scanner, 0)))
            scanner->at++;
        return token(scanner, TOKEN_PARAMETER, offset);
    }
    return scan_sign(scanner);
}
