#include "facts/tally.h"

#include <glib.h>
#include <stdlib.h>

void tally_list_clear(TallyList *list)
{
    g_free(list->tallies);
    *list = (TallyList){0};
}

void tally_list_add(TallyList *list, uint32_t kind, uint32_t a, uint32_t b, int64_t value)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->tallies = g_renew(Tally, list->tallies, list->capacity);
    }
    list->tallies[list->count++] = (Tally){.value = value, .kind = kind, .a = a, .b = b};
}

static int compare(const void *left, const void *right)
{
    const Tally *x = left, *y = right;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    if (x->b != y->b)
        return x->b < y->b ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

void tally_list_sort(TallyList *list)
{
    if (list->count)
        qsort(list->tallies, list->count, sizeof *list->tallies, compare);
}

/* How many lie below. */
static uint32_t rank(const TallyList *list, Tally wanted)
{
    uint32_t low = 0, high = list->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare(&list->tallies[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const Tally *tally_list_find(const TallyList *list, Tally whose, int64_t low, int64_t high,
                             uint32_t *ret_count)
{
    whose.value = low;
    const uint32_t first = rank(list, whose);
    whose.value = high < INT64_MAX ? high + 1 : INT64_MAX;
    const uint32_t end = rank(list, whose);
    *ret_count = end > first ? end - first : 0;
    return list->tallies ? &list->tallies[first] : NULL; /* of an empty list */
}

uint32_t tally_list_count(const TallyList *list, Tally whose, int64_t low, int64_t high)
{
    uint32_t count;
    tally_list_find(list, whose, low, high, &count);
    return count;
}
