/* Numbers found by 32-bit tags, several of which may be the same: open addressing with linear probing.
 *
 * A tag is half of a keyed hash, so that nobody can aim at a place. Whoever looks a number up compares what
 * it stands for, and goes on to the next where that is not it. */
#pragma once

#include <stdint.h>

#include "base/prefetch.h"

#define INDEX_NONE UINT32_MAX

typedef struct {
    uint32_t tag;
    uint32_t number; /* INDEX_NONE: free */
} IndexSlot;

typedef struct {
    IndexSlot *slots;
    uint32_t mask;  /* slots - 1; a power of two */
    uint32_t count; /* slots in use */
} Index;

void index_init(Index *index);
void index_clear(Index *index);

/* Good until the next call of either. */
IndexSlot *index_add(Index *index, uint32_t tag, uint32_t number);
void index_remove(Index *index, uint32_t tag, uint32_t number);

/* The first slot with this tag, and the next one after `slot`; NULL where there is none. */
static inline IndexSlot *index_scan(const Index *index, uint32_t tag, uint32_t place)
{
    for (;; place++) {
        IndexSlot *slot = &index->slots[place & index->mask];
        if (slot->number == INDEX_NONE)
            return 0;
        if (slot->tag == tag)
            return slot;
    }
}

static inline IndexSlot *index_first(const Index *index, uint32_t tag)
{
    return index_scan(index, tag, tag);
}

static inline IndexSlot *index_next(const Index *index, const IndexSlot *slot)
{
    return index_scan(index, slot->tag, (uint32_t)(slot - index->slots) + 1);
}

static inline void index_prefetch(const Index *index, uint32_t tag)
{
    prefetch(&index->slots[tag & index->mask]);
}
