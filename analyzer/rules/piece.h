/* A template as a flat list of pieces; {if} is a jump. Private to the template files. */
#pragma once

#include <glib.h>

#include "rules/expression.h"
#include "rules/template.h"

typedef enum {
    PIECE_TEXT,
    PIECE_FACT,
    PIECE_VALUE, /* a parameter's */
    PIECE_IF,    /* goes on at `target` where its condition does not hold */
    PIECE_JUMP,  /* goes on at `target` */
} PieceKind;

typedef struct {
    PieceKind kind;
    guint target;
    FactRef fact;
    char *text; /* PIECE_TEXT, and a PIECE_VALUE's string */
    Value value;
    Expression *condition;
} Piece;

struct Template {
    char *text;       /* the source */
    GArray *pieces;   /* Piece */
    bool is_sentence; /* ends as a sentence does, so begins as one */
};

/* template_parser.c: fills `pieces`. */
bool template_parse(Template *template, const Source *source, const RuleSet *rules, MistakeList *mistakes);
