/* Numbers that belong to somebody: a close of this server at that time, a wait of that client for so long.
 * Sorted, they answer how many of somebody's lie in a range. The order in which they come does not matter,
 * and lists of several parts can be put together. */
#pragma once

#include <stdint.h>

/* `a` and `b` are whose: what they mean is the kind's. */
typedef struct {
    int64_t value;
    uint32_t kind, a, b;
    uint32_t spare;
} Tally;

typedef struct {
    Tally *tallies;
    uint32_t count, capacity;
} TallyList;

void tally_list_clear(TallyList *list);
void tally_list_add(TallyList *list, uint32_t kind, uint32_t a, uint32_t b, int64_t value);

/* To be called once all are added, and before anything is asked. */
void tally_list_sort(TallyList *list);

/* Those of kind, a and b from `low` to `high`, both included; borrowed. */
const Tally *tally_list_find(const TallyList *list, Tally whose, int64_t low, int64_t high,
                             uint32_t *ret_count);
uint32_t tally_list_count(const TallyList *list, Tally whose, int64_t low, int64_t high);
