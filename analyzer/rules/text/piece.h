/* A template as a flat list of pieces; {if} is a jump. Private to the template files. */
#pragma once

#include <glib.h>

#include "rules/language/expression.h"
#include "rules/text/template.h"

typedef enum {
    PIECE_TEXT,
    PIECE_FACT,
    PIECE_VALUE, /* a parameter's */
    PIECE_IF,    /* goes on at `target` where its condition does not hold */
    PIECE_JUMP,  /* goes on at `target` */
} PieceKind;

typedef struct {
    PieceKind kind;
    guint target; /* PIECE_IF, PIECE_JUMP */
    union {
        struct {
            const char *text; /* PIECE_TEXT: in the source */
            gsize length;
        };
        FactRef fact;          /* PIECE_FACT */
        Value value;           /* PIECE_VALUE; owns its string */
        Expression *condition; /* PIECE_IF; owned */
    };
} Piece;

struct Template {
    const char *text; /* the source */
    char *copy;       /* the same, where it is owned */
    Source deferred;  /* what is still to be parsed, and with what: until there are pieces */
    const RuleSet *rules;
    GArray *pieces;   /* Piece */
    bool is_sentence; /* ends as a sentence does, so begins as one */
};

/* template-parser.c: fills `pieces`. */
bool template_parse(Template *template, const Source *source, const RuleSet *rules, MistakeList *mistakes);
