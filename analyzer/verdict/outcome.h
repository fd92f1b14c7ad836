/* What a connection came to, in so few words that thousands share them: which rules hold, and how good an
 * example it is. All that grouping and counting need; the sentences need the whole case. */
#pragma once

#include "endpoint/history.h"
#include "rules/set/rule-set.h"

typedef struct {
    const Rule *rule;
    Severity severity; /* what it counts as here */
    Certainty certainty;
    bool is_beneath; /* told with what leads: has no story of its own */
} Judgement;

typedef struct {
    Severity severity; /* verdict_severity(); SEVERITY_OK for none */
    uint16_t count;
    uint16_t is_supposed; /* 1: it hangs on something that is still to be looked up, see pipeline/rest.c */
    uint64_t clarity;     /* for outcome_clarity(); 0 where all is well and nothing is to be told */
    Judgement judgements[1 + VERDICT_CAUSES_MAX + VERDICT_FINDINGS_MAX]; /* the causes, the ending, if there
                                                                            is one, then the findings */
} Outcome;

/* Fills in no more of the judgements than there are. */
void outcome_of(const Verdict *verdict, const History *history, Outcome *ret_outcome);

/* The same in two steps, where the history need not be at hand: true if the first is all, since nothing is to
 * be told. */
bool outcome_begin(const Verdict *verdict, Outcome *ret_outcome);
void outcome_finish(const Verdict *verdict, const History *history, Outcome *outcome);

/* How well the connection serves as the example for one of its judgements, more is better; never 0 for one
 * that is to be told. */
uint64_t outcome_clarity(const Outcome *outcome, Certainty certainty);

/* Told of an outcome that `count` connections share. */
typedef void (*OutcomeFunction)(void *data, const Outcome *outcome, uint32_t count);

/* Different outcomes by number, 1 for the first. */
typedef struct OutcomeTable OutcomeTable;

OutcomeTable *outcome_table_new(void);
void outcome_table_free(OutcomeTable *table);

/* Its number, that of an equal one where there is one; 0 where there are OUTCOMES_MAX already. */
uint16_t outcome_table_add(OutcomeTable *table, const Outcome *outcome);

/* How many there are, and so the highest number. */
uint16_t outcome_table_count(const OutcomeTable *table);

/* Borrowed as long as the table; of its judgements only `count` can be read. */
const Outcome *outcome_table_get(const OutcomeTable *table, uint16_t number);
