#include "flow/pool.h"

#include <glib.h>
#include <string.h>

void pool_init(Pool *pool, Arena *arena, size_t block_bytes)
{
    *pool = (Pool){.arena = arena, .block_bytes = block_bytes, .used = 1};
}

void pool_clear(Pool *pool)
{
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
    pool->chunks[pool->chunk_count++] = arena_take(pool->arena, POOL_CHUNK_BLOCKS * pool->block_bytes);
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
