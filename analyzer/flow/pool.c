#include "flow/pool.h"

#include <glib.h>
#include <string.h>

#include "flow/memory.h"

void pool_init(Pool *pool, size_t block_bytes)
{
    *pool = (Pool){.block_bytes = block_bytes, .used = 1};
}

void pool_clear(Pool *pool)
{
    for (uint32_t i = 0; i < pool->chunk_count; i++)
        memory_free(pool->chunks[i], POOL_CHUNK_BLOCKS * pool->block_bytes);
    g_free(pool->chunks);
    memset(pool, 0, sizeof *pool);
}

static void pool_add_chunk(Pool *pool)
{
    if (pool->chunk_count == pool->chunk_capacity) {
        pool->chunk_capacity = pool->chunk_capacity ? pool->chunk_capacity * 2 : 16;
        pool->chunks = g_renew(uint8_t *, pool->chunks, pool->chunk_capacity);
    }
    /* Blocks that are a multiple of a cache line lie on cache lines. */
    pool->chunks[pool->chunk_count++] = memory_take(POOL_CHUNK_BLOCKS * pool->block_bytes);
}

uint32_t pool_take(Pool *pool)
{
    uint32_t handle = pool->freed;
    if (handle) {
        memcpy(&pool->freed, pool_block(pool, handle), sizeof pool->freed);
        return handle;
    }
    handle = pool->used++;
    if (handle / POOL_CHUNK_BLOCKS >= pool->chunk_count)
        pool_add_chunk(pool);
    return handle;
}

void pool_give_back(Pool *pool, uint32_t handle)
{
    memcpy(pool_block(pool, handle), &pool->freed, sizeof pool->freed);
    pool->freed = handle;
}
