/* An expression as a compact tree: nodes in one array, children linked by index.
 *
 * and/or hold any number of children, so that a long chain is not a deep tree; every other depth is bounded
 * by the parser (EXPRESSION_DEPTH_MAX), so that checking and evaluating may recurse. Private to the
 * expression files. */
#pragma once

#include <glib.h>

#include "base/bounds.h"
#include "facts/catalogue.h"
#include "rules/language/expression.h"
#include "rules/yaml/mistake.h"

typedef enum {
    COMPARE_EQ,
    COMPARE_NE,
    COMPARE_LT,
    COMPARE_LE,
    COMPARE_GT,
    COMPARE_GE,
} Comparison;

typedef enum {
    NODE_AND, /* two or more children */
    NODE_OR,
    NODE_NOT,
    NODE_COMPARE, /* left, right */
    NODE_TEST,   /* a NODE_COMPARE of a fact and a constant number: `fact`, `accepted`, `number` say it all */
    NODE_ONE_OF, /* a NODE_IN of an enum fact and names: `number` has a bit for each */
    NODE_IN,     /* operand, then elements: a constant or NODE_RANGE */
    NODE_RANGE,  /* low, high: only inside NODE_IN */
    NODE_CONTAINS, /* string, string */
    NODE_MATCHES,  /* string; `payload`: index of its pattern */
    NODE_KNOWN,    /* one fact */
    NODE_ABSENT,
    NODE_ADD,
    NODE_SUBTRACT,
    NODE_MULTIPLY,
    NODE_CONSTANT, /* `payload`: index of its constant */
    NODE_FACT,
    NODE_WORD,      /* not resolved yet: becomes NODE_FACT or, beside an enum, NODE_CONSTANT */
    NODE_PARAMETER, /* not resolved yet: becomes NODE_CONSTANT */
} NodeKind;

typedef struct {
    uint8_t kind;       /* NodeKind */
    uint8_t type;       /* ValueType, once checked */
    uint8_t comparison; /* Comparison, of NODE_COMPARE */
    uint8_t depth;      /* of the tree below it */
    uint8_t accepted;   /* of NODE_TEST: a bit for each order (less, equal, greater) that is true */
    uint16_t first;     /* child; 0: none (node 0 is never used) */
    uint16_t next;      /* sibling */
    FactRef fact;
    uint16_t payload;
    uint32_t offset, length; /* in the text */
    int64_t number;
} Node;

typedef struct {
    Value value;
    uint8_t prefix;  /* of an address */
    bool is_literal; /* a number as written, whose unit may be missing */
    bool has_unit;
} Constant;

typedef struct Pattern Pattern; /* pattern.h */

/* What a test of a step can come to: what a fact that is not known is, or on which side of a range it is. */
typedef enum {
    OUTCOME_WITHIN = VALUE_KNOWN,
    OUTCOME_UNKNOWN = VALUE_UNKNOWN,
    OUTCOME_ABSENT = VALUE_ABSENT,
    OUTCOME_OUTSIDE,
    OUTCOMES,
} TestOutcome;

/* One step of an expression that was laid out flat: whether a fact is within a range, and which step comes
 * next for each outcome. */
typedef struct {
    union {
        int64_t low;
        const Expression *expression; /* of a node */
    };
    uint64_t span; /* within: from low up to low + span */
    uint16_t next[OUTCOMES];
    FactRef fact;
    uint16_t node; /* 0, or what to evaluate instead: true is within, false outside */
} Step;

/* Beyond the steps: the end, with the Truth that the whole comes to. */
#define STEP_END 0xff00u

/* Where the name of a condition stood. */
typedef struct {
    const Condition *condition;
    uint16_t node; /* what it became */
} NamedNode;

struct Expression {
    char *text;
    GArray *nodes;       /* Node */
    GArray *constants;   /* Constant */
    GPtrArray *strings;  /* char*: what string constants point to */
    GPtrArray *patterns; /* Pattern* */
    GArray *facts;       /* FactRef, each once, in order of appearance */
    GArray *own_facts;   /* of these, what its own text names, and no condition in it */
    GArray *named;       /* NamedNode */
    unsigned depth;      /* of the tree, at most */
    Node *tree;          /* what `nodes` holds, and `constants`: one step less on the hot path */
    Constant *values;
    uint16_t root;
    GArray *steps;      /* Step; NULL where it would be too long */
    struct Leap *leaps; /* one a step */
    uint16_t entry;
};

static inline Node *expression_node(const Expression *expression, uint16_t index)
{
    return &expression->tree[index];
}

static inline Constant *expression_constant(const Expression *expression, const Node *node)
{
    return &expression->values[node->payload];
}

/* The only ways to add to either, since the arrays may move; they return the index. */
static inline uint16_t expression_add_node(Expression *expression, const Node *node)
{
    g_array_append_vals(expression->nodes, node, 1);
    expression->tree = (Node *)expression->nodes->data;
    return (uint16_t)(expression->nodes->len - 1);
}

static inline uint16_t expression_add_constant(Expression *expression, const Constant *constant)
{
    g_array_append_vals(expression->constants, constant, 1);
    expression->values = (Constant *)expression->constants->data;
    return (uint16_t)(expression->constants->len - 1);
}

/* expression.c: notes a fact that it reads. */
void expression_add_fact(Expression *expression, FactRef fact);
void expression_add_own_fact(Expression *expression, FactRef fact);

/* The first mistake of an expression; later ones are follow-ups, and dropped. */
typedef struct {
    const Source *source;
    size_t offset;
    char *message; /* owned; NULL while there is none */
} Complaint;

bool complain(Complaint *complaint, size_t offset, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* parser.c: fills the tree from the bytes begin..end of the source. */
bool expression_parse(Expression *expression, size_t begin, size_t end, Complaint *complaint);

/* check.c: resolves names and parameters, and checks every type. The whole must be of type bool.
 * `asks_verdict`: it may ask what the rules came to. */
bool expression_check(Expression *expression, const RuleSet *rules, bool asks_verdict, Complaint *complaint);

/* specialize.c: turns the frequent kinds of tests into one node each. Their children stay, for who asks. */
void expression_specialize(Expression *expression);

/* flatten.c: lays it out flat, for expression_evaluate(). */
void expression_flatten(Expression *expression);

/* The orders that a comparison accepts: 1 less, 2 equal, 4 greater. */
static inline uint8_t comparison_accepted(Comparison comparison)
{
    static const uint8_t accepted[] = {
        [COMPARE_EQ] = 2, [COMPARE_NE] = 5, [COMPARE_LT] = 1,
        [COMPARE_LE] = 3, [COMPARE_GT] = 4, [COMPARE_GE] = 6,
    };
    return accepted[comparison];
}

/* expression.c: as expression_new(), of a part of a rule's text, with its mistake added to a list. A rule has
 * a part in the verdict, and cannot ask for it. NULL on a mistake. */
Expression *expression_compile(const Source *source, size_t begin, size_t end, const RuleSet *rules,
                               MistakeList *mistakes);

/* evaluate.c: the truth of one node, for --why and for what is missing. */
Truth expression_evaluate_node(const Expression *expression, uint16_t index, FactSet *facts);
