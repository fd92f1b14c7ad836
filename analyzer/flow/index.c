#include "flow/index.h"

#include <string.h>

/* A small one grows by more: what it had is cleared memory, used once. */
enum { BUCKETS_AT_FIRST = 128, BUCKETS_FEW = 1024 };

static size_t bytes_of(uint32_t buckets)
{
    return buckets * sizeof(IndexBucket);
}

static void new_buckets(Index *index, uint32_t count)
{
    index->buckets = arena_take(index->arena, bytes_of(count));
    memset(index->buckets, 0, bytes_of(count));
    index->mask = count - 1;
}

void index_init(Index *index, Arena *arena)
{
    *index = (Index){.arena = arena};
    new_buckets(index, BUCKETS_AT_FIRST);
}

void index_clear(Index *index)
{
    if (index->buckets)
        arena_give_back(index->arena, index->buckets, bytes_of(index->mask + 1));
    *index = (Index){0};
}

static void put(Index *index, uint32_t tag, uint32_t number)
{
    uint32_t place = tag & index->mask;
    unsigned unused;
    while (!(unused = index_matches(&index->buckets[place], 0))) {
        index->buckets[place].passed++;
        place = (place + 1) & index->mask;
    }
    unsigned slot = (unsigned)__builtin_ctz(unused);
    index->buckets[place].tags[slot] = tag;
    index->buckets[place].numbers[slot] = number;
}

static void grow(Index *index)
{
    IndexBucket *old = index->buckets;
    uint32_t old_count = index->mask + 1;
    new_buckets(index, old_count * (old_count < BUCKETS_FEW ? 4 : 2));
    for (uint32_t i = 0; i < old_count; i++)
        for (unsigned slot = 0; slot < INDEX_SLOTS; slot++)
            if (old[i].tags[slot])
                put(index, old[i].tags[slot], old[i].numbers[slot]);
    arena_give_back(index->arena, old, bytes_of(old_count));
}

void index_add(Index *index, uint32_t tag, uint32_t number)
{
    if (index->count >= (index->mask + 1) * (INDEX_SLOTS - 2))
        grow(index);
    put(index, tag, number);
    index->count++;
}

void index_remove(Index *index, uint32_t tag, uint32_t number)
{
    IndexCursor cursor = index_find(index, tag);
    uint32_t *found;
    while ((found = index_next(index, &cursor)) && *found != number)
        ;
    if (!found)
        return;
    IndexBucket *bucket = &index->buckets[cursor.bucket];
    bucket->tags[found - bucket->numbers] = 0;
    index->count--;
    for (uint32_t place = tag & index->mask; place != cursor.bucket; place = (place + 1) & index->mask)
        index->buckets[place].passed--;
}
