#include "flow/index.h"

#include <stddef.h>
#include <string.h>

#include "flow/memory.h"

enum { SLOTS_AT_FIRST = 1024 };

static void new_slots(Index *index, uint32_t count)
{
    index->slots = memory_take(count * sizeof *index->slots);
    memset(index->slots, 0xff, count * sizeof *index->slots);
    index->mask = count - 1;
}

void index_init(Index *index)
{
    new_slots(index, SLOTS_AT_FIRST);
    index->count = 0;
}

void index_clear(Index *index)
{
    if (index->slots)
        memory_free(index->slots, (index->mask + 1) * sizeof *index->slots);
    *index = (Index){0};
}

static IndexSlot *free_slot(const Index *index, uint32_t tag)
{
    uint32_t place = tag & index->mask;
    while (index->slots[place].number != INDEX_NONE)
        place = (place + 1) & index->mask;
    return &index->slots[place];
}

static void grow(Index *index)
{
    IndexSlot *old = index->slots;
    uint32_t old_count = index->mask + 1;
    new_slots(index, old_count * 2);
    for (uint32_t i = 0; i < old_count; i++)
        if (old[i].number != INDEX_NONE)
            *free_slot(index, old[i].tag) = old[i];
    memory_free(old, old_count * sizeof *old);
}

IndexSlot *index_add(Index *index, uint32_t tag, uint32_t number)
{
    if (index->count >= (index->mask + 1) / 4 * 3)
        grow(index);
    IndexSlot *slot = free_slot(index, tag);
    *slot = (IndexSlot){tag, number};
    index->count++;
    return slot;
}

/* Moves back what lies behind the slot and could not be found any more with a free slot before it. */
static void close_gap(Index *index, uint32_t gap)
{
    for (uint32_t place = (gap + 1) & index->mask; index->slots[place].number != INDEX_NONE;
         place = (place + 1) & index->mask) {
        uint32_t home = index->slots[place].tag & index->mask;
        if (((place - home) & index->mask) < ((place - gap) & index->mask))
            continue;
        index->slots[gap] = index->slots[place];
        gap = place;
    }
    index->slots[gap].number = INDEX_NONE;
}

void index_remove(Index *index, uint32_t tag, uint32_t number)
{
    for (IndexSlot *slot = index_first(index, tag); slot; slot = index_next(index, slot)) {
        if (slot->number == number) {
            close_gap(index, (uint32_t)(slot - index->slots));
            index->count--;
            return;
        }
    }
}
