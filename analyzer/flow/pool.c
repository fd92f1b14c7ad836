#include "flow/pool.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

void pool_init(Pool *pool, size_t block_bytes, size_t small_bytes)
{
    *pool = (Pool){.block_bytes = block_bytes, .small_bytes = small_bytes, .used = 1};
}

void pool_clear(Pool *pool)
{
    size_t bytes = POOL_CHUNK_BLOCKS * pool->block_bytes;
    for (uint32_t i = 0; i < pool->chunk_count; i++) {
        if (i == 0 && bytes > pool->small_bytes)
            memory_free_growing(pool->chunks[i], pool->small_bytes);
        else
            memory_free(pool->chunks[i], bytes);
    }
    g_free(pool->chunks);
    g_free(pool->freed);
    memset(pool, 0, sizeof *pool);
}

static void pool_add_chunk(Pool *pool)
{
    if (pool->chunk_count == pool->chunk_capacity) {
        pool->chunk_capacity = pool->chunk_capacity ? pool->chunk_capacity * 2 : 16;
        pool->chunks = g_renew(uint8_t *, pool->chunks, pool->chunk_capacity);
    }
    /* Blocks that are a multiple of a cache line lie on cache lines. */
    size_t bytes = POOL_CHUNK_BLOCKS * pool->block_bytes;
    bool may_stay_small = pool->chunk_count == 0 && bytes > pool->small_bytes;
    pool->chunks[pool->chunk_count++] =
        may_stay_small ? memory_take_growing(bytes, pool->small_bytes) : memory_take(bytes);
}

uint32_t pool_take(Pool *pool)
{
    if (pool->freed_count)
        return pool->freed[--pool->freed_count];
    uint32_t handle = pool->used++;
    if (handle / POOL_CHUNK_BLOCKS >= pool->chunk_count)
        pool_add_chunk(pool);
    return handle;
}

void pool_give_back(Pool *pool, uint32_t handle)
{
    if (pool->freed_count == pool->freed_capacity) {
        pool->freed_capacity = pool->freed_capacity ? pool->freed_capacity * 2 : 64;
        pool->freed = g_renew(uint32_t, pool->freed, pool->freed_capacity);
    }
    pool->freed[pool->freed_count++] = handle;
}
