/* The words of the expression language: slices of the text, nothing copied. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/value.h"

typedef enum {
    TOKEN_END,
    TOKEN_ERROR, /* Scanner.problem says what is wrong */
    TOKEN_WORD,  /* a fact, a role, an enum name or a function */
    TOKEN_NUMBER,
    TOKEN_STRING, /* with its quotes */
    TOKEN_ADDRESS,
    TOKEN_PARAMETER, /* with its $ */
    TOKEN_TRUE,
    TOKEN_FALSE,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OPEN_SET,
    TOKEN_CLOSE_SET,
    TOKEN_COMMA,
    TOKEN_RANGE,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_TIMES,
    TOKEN_EQ, /* the six comparisons, in the order of Comparison (tree.h) */
    TOKEN_NE,
    TOKEN_LT,
    TOKEN_LE,
    TOKEN_GT,
    TOKEN_GE,
    TOKEN_IN,
    TOKEN_CONTAINS,
    TOKEN_MATCHES,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
} TokenKind;

typedef struct {
    TokenKind kind;
    size_t offset, length; /* in the text */
    int64_t number;        /* TOKEN_NUMBER: in ns or bytes where it has a unit */
    ValueType type;        /* TOKEN_NUMBER: VALUE_INT, VALUE_DURATION or VALUE_BYTES */
    bool has_unit;
    Address address; /* TOKEN_ADDRESS */
    unsigned prefix;
} Token;

typedef struct {
    const char *text;
    size_t at, end;
    char problem[160]; /* set with TOKEN_ERROR: half a sentence */
} Scanner;

void scanner_init(Scanner *scanner, const char *text, size_t begin, size_t end);
Token scanner_next(Scanner *scanner);
