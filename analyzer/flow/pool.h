/* Blocks of one size, found by a 32-bit handle, allocated by the hundred and reused when freed: so that the
 * path of a packet never asks the system for memory, and a handle costs half a pointer. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "flow/arena.h"

typedef struct {
    Arena *arena;
    uint8_t **chunks;
    size_t block_bytes;
    uint32_t chunk_count, chunk_capacity;
    uint32_t used;   /* blocks handed out so far, freed ones included; handle 0 is never handed out */
    uint32_t *freed; /* handles; not a list through the blocks, which lie cold */
    uint32_t freed_count, freed_capacity;
} Pool;

/* Of live connections, 56 KiB. */
#define POOL_CHUNK_BLOCKS 128u

/* The blocks live as long as the arena, which is borrowed. */
void pool_init(Pool *pool, Arena *arena, size_t block_bytes);
void pool_clear(Pool *pool);

/* A block with undefined content. Never 0; aborts only where the system has no memory, as g_malloc() does. */
uint32_t pool_take(Pool *pool);
void pool_give_back(Pool *pool, uint32_t handle);

/* `block_bytes` are the pool's: for who knows them when it is compiled. */
static inline void *pool_block_of(const Pool *pool, uint32_t handle, size_t block_bytes)
{
    return pool->chunks[handle / POOL_CHUNK_BLOCKS] + (handle % POOL_CHUNK_BLOCKS) * block_bytes;
}

static inline void *pool_block(const Pool *pool, uint32_t handle)
{
    return pool_block_of(pool, handle, pool->block_bytes);
}
