/* The parts of the type checker: what names mean (resolve.c), which numbers go together (numbers.c), and the
 * walk over the tree (check.c). Private to them. */
#pragma once

#include "rules/language/tree.h"

typedef struct {
    Expression *expression;
    const RuleSet *rules; /* for $parameters, and the ids of rules; may be NULL */
    bool asks_verdict;    /* it may ask what the rules came to */
    Complaint *complaint;
} Checker;

static inline Node *checker_node(const Checker *checker, uint16_t index)
{
    return expression_node(checker->expression, index);
}

static inline const char *checker_text(const Checker *checker, const Node *node)
{
    return checker->complaint->source->text + node->offset;
}

/* check.c: checks a node and all below it. False after a complaint, as all of these. */
bool check_node(Checker *checker, uint16_t index);

/* check.c: "rst.delay (a duration)" or "this (an int)", for messages. Caller frees. */
char *check_describe(const Checker *checker, const Node *node);
bool check_complain_pair(Checker *checker, const Node *left, const Node *right, const char *verb);

/* resolve.c: makes a word a fact: quietly, or with a complaint where there is none. */
bool resolve_fact_quietly(Checker *checker, Node *word);
bool resolve_fact(Checker *checker, Node *word);

/* resolve.c: whether a fact's values are names, which may stand without quotes: an enum's, or ids of rules.
 */
bool resolve_has_names(const Node *fact);

/* resolve.c: makes a word (or a string) one of the names that such a fact may have, or else a fact. */
bool resolve_name(Checker *checker, Node *word, const Node *fact);

/* embed.c: whether a word is the name of a condition; then it becomes that, and *ret_is_sound is false after
 * a complaint. */
bool resolve_condition(Checker *checker, uint16_t index, bool *ret_is_sound);

/* resolve.c: makes a $parameter its value, and the roles `client` and `server` the sides that they always
 * are. */
bool resolve_parameter(Checker *checker, Node *node);
void resolve_side(Checker *checker, Node *node);

/* numbers.c: gives a constant int the type of the other operand, where that needs no unit. */
bool number_adapt(Checker *checker, Node *number, const Node *other);
bool number_check_arithmetic(Checker *checker, Node *node);
