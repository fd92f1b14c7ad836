/* The catalogue of facts: what a rule may ask of a connection. One row a fact; the row is its documentation.
 *
 * Rules see this header and value.h and nothing else of a connection. A name in a rule is resolved once, when
 * the rule is loaded, to a FactRef; at run time fact_get() computes the value when it is first asked for and
 * keeps it for the rest of that connection. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/value.h"

/* A fact under a role: an index of the catalogue and, for facts of one side, whose. */
typedef struct {
    uint16_t row;
    uint8_t role; /* FactRole */
} FactRef;

typedef enum {
    ROLE_NONE, /* a fact of the whole connection */
    ROLE_CLIENT,
    ROLE_SERVER,
    ROLE_CLOSER,   /* whose FIN or RST began the end */
    ROLE_PEER,     /* the other one */
    ROLE_RESETTER, /* who sent the first RST that counted */
    ROLE_RESETTED,
    ROLE_STALLED, /* who repeated something in vain at the end, the first where both did */
    ROLE_SILENT,  /* the other one */
    ROLES
} FactRole;

/* "client", "closer"…; NULL for ROLE_NONE. */
const char *fact_role_name(FactRole role);
bool fact_role_find(const char *name, size_t length, FactRole *ret_role);

typedef struct FactSet FactSet; /* the facts of one connection (facts/facts.h) */

/* Sets the value of a fact; it begins as absent. */
typedef void FactCompute(const FactSet *facts, Side side, Value *ret_value);

/* A value, the connection that it belongs to, and how it is computed: a cache line, the only one of a fact
 * that a rule touches. */
typedef struct {
    Value value;
    uint64_t epoch; /* less than that of the facts: to be computed */
    FactCompute *compute;
} FactSlot;

/* What the rules made of a connection: ids, NULL for none, and 0 ok, 1 note, 2 warning, 3 error. */
typedef struct {
    const char *ending, *cause;
    int severity;
} FactJudged;

/* The beginning of every FactSet. A role leads to the slots of the side that plays it, one a row, or to
 * absent ones where nobody does. */
typedef struct {
    FactSlot *of_role[ROLES];
    uint64_t epoch;
    unsigned usual; /* a bit for each thing in which the connection is as most are; FactSettled.usual */
} FactSetHead;

typedef struct FactRow {
    const char *name; /* "rst.delay"; without the role where per_side */
    ValueType type;
    const char *unit;              /* "ns", "bytes", NULL for none */
    const char *const *enum_names; /* VALUE_ENUM: NULL-terminated */
    bool per_side;                 /* read under a role: "closer.fin.frame" */
    const char *doc;               /* one sentence */
    FactCompute *compute;
    bool is_judged; /* known when the rules have judged: not for them to ask */
} FactRow;

guint fact_count(void);
const FactRow *fact_row(guint row);

/* Resolves "rst.delay" or "closer.fin.frame". A role alone ("closer") resolves to the row "side" under it: a
 * value of type VALUE_SIDE that says which side plays the role. False where there is no such fact. */
bool fact_find(const char *name, size_t length, FactRef *ret_ref);

/* The nearest existing name, for "did you mean"; NULL where nothing is near. Caller frees with g_free(). */
char *fact_nearest(const char *name, size_t length);

/* "closer.fin.frame". Appends. */
void fact_format_name(GString *out, FactRef ref);

static inline const FactRow *fact_ref_row(FactRef ref)
{
    return fact_row(ref.row);
}

/* The side of "client" and of "server", which is the same in every connection; false of every other fact. */
bool fact_is_fixed(FactRef ref, Side *ret_side);

/* What a fact comes to in all connections that are usual in one thing: a known number from low to high, or
 * absent where that is said too. */
typedef struct {
    unsigned usual; /* the bit in FactSetHead.usual */
    bool may_be_absent;
    int64_t low, high;
} FactSettled;

/* For low and high of what is absent and nothing else: no number is within. */
#define SETTLED_ABSENT INT64_MAX, INT64_MIN

/* False of facts of which nothing such is known. */
bool fact_settled(FactRef ref, FactSettled *ret_settled);

/* Tells the facts of the present connection; the ids stay borrowed. */
void fact_set_judged(FactSet *facts, const FactJudged *what);

/* Fills in a slot. */
void fact_compute(FactSet *facts, FactSlot *slot);

/* The value of a fact for this connection, computed on first use; borrowed until the facts change connection.
 * A fact under a role nobody plays (no closer) is absent. */
static inline const Value *fact_get(FactSet *facts, FactRef ref)
{
    const FactSetHead *head = (const FactSetHead *)facts;
    FactSlot *slot = &head->of_role[ref.role][ref.row];
    if (slot->epoch < head->epoch)
        fact_compute(facts, slot);
    return &slot->value;
}
