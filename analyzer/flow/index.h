/* Numbers found by 32-bit tags, several of which may be the same.
 *
 * A tag is half of a keyed hash, so that nobody can aim at a place. Whoever looks a number up compares what
 * it stands for, and goes on to the next where that is not it.
 *
 * Seven of them share a bucket of one cache line, which is looked through in one go: a chain of slots would
 * have an end that no processor can predict, and a look-up would cost more for that than for all it reads.
 * What finds its bucket full goes into the next one. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/prefetch.h"
#include "flow/arena.h"

enum { INDEX_SLOTS = 7 };

typedef struct {
    uint32_t tags[INDEX_SLOTS]; /* 0: free */
    uint32_t passed;            /* how many found it full and went on */
    uint32_t numbers[INDEX_SLOTS];
    uint32_t spare;
} IndexBucket;

_Static_assert(sizeof(IndexBucket) == 64, "a cache line");

typedef struct {
    IndexBucket *buckets;
    uint32_t mask;  /* buckets - 1; a power of two */
    uint32_t count; /* slots in use */
    Arena *arena;
} Index;

/* `arena` is borrowed, and gets back what index_clear() gives up. */
void index_init(Index *index, Arena *arena);
void index_clear(Index *index);

/* Tags are never 0. */
void index_add(Index *index, uint32_t tag, uint32_t number);
void index_remove(Index *index, uint32_t tag, uint32_t number);

/* The slots of a bucket that have the tag, a bit for each. */
static inline unsigned index_matches(const IndexBucket *bucket, uint32_t tag)
{
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi32((int)tag), *tags = (const __m128i *)(const void *)bucket->tags;
    __m128i low = _mm_cmpeq_epi32(_mm_load_si128(tags), wanted),
            high = _mm_cmpeq_epi32(_mm_load_si128(tags + 1), wanted); /* `passed` is compared, too */
    return (unsigned)(_mm_movemask_ps(_mm_castsi128_ps(low)) | (_mm_movemask_ps(_mm_castsi128_ps(high)) & 7)
                                                                   << 4);
#else
    unsigned matches = 0;
    for (unsigned i = 0; i < INDEX_SLOTS; i++)
        matches |= (unsigned)(bucket->tags[i] == tag) << i;
    return matches;
#endif
}

/* Where a look-up has come to. */
typedef struct {
    uint32_t tag, bucket;
    unsigned matches;
} IndexCursor;

static inline IndexCursor index_find(const Index *index, uint32_t tag)
{
    return (IndexCursor){tag, tag & index->mask, index_matches(&index->buckets[tag & index->mask], tag)};
}

/* The next number with the tag, good until one is added; NULL where there is none. */
static inline uint32_t *index_next(const Index *index, IndexCursor *cursor)
{
    for (;;) {
        IndexBucket *bucket = &index->buckets[cursor->bucket];
        if (cursor->matches) {
            unsigned slot = (unsigned)__builtin_ctz(cursor->matches);
            cursor->matches &= cursor->matches - 1;
            return &bucket->numbers[slot];
        }
        if (!bucket->passed)
            return NULL;
        cursor->bucket = (cursor->bucket + 1) & index->mask;
        cursor->matches = index_matches(&index->buckets[cursor->bucket], cursor->tag);
    }
}

static inline void index_prefetch(const Index *index, uint32_t tag)
{
    prefetch(&index->buckets[tag & index->mask]);
}
