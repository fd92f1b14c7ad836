/* The conditions of several rules, one after the other, in one list of steps: what falls through the first is
 * put to the second, and so on, without a look at the rules. Private to analyzer/rules. */
#pragma once

#include "rules/set/rule-set.h"

typedef struct Sieve Sieve;

/* Of Rule*, which must not change any more. Caller frees. */
Sieve *sieve_new(const GPtrArray *rules);
void sieve_free(Sieve *sieve);

/* The same rules in another order, for those that may be asked in any: next to each other are those that
 * begin with the same test, which is then made once for all of them, or with tests that are settled by the
 * same (leap.h). Caller frees. */
GPtrArray *sieve_group(const GPtrArray *rules);

/* The first of the rules from `from` on whose condition is not false, and what it comes to; the number of
 * rules where there is none. Allocates nothing. */
unsigned sieve_next(const Sieve *sieve, unsigned from, FactSet *facts, Truth *ret_truth);
