#include "flow/memory.h"

#include <glib.h>
#include <stdint.h>
#include <sys/mman.h>

#define HUGE_PAGE_BYTES ((size_t)2 << 20)

/* Smaller ones are not worth it: a huge page is cleared as a whole when its first byte is touched. */
void *memory_take(size_t bytes)
{
    if (bytes < HUGE_PAGE_BYTES)
        return g_aligned_alloc(1, bytes, 64);
    void *block = g_aligned_alloc(1, bytes, HUGE_PAGE_BYTES);
    madvise(block, bytes - bytes % HUGE_PAGE_BYTES, MADV_HUGEPAGE);
    return block;
}

void *memory_take_growing(size_t bytes, size_t small_bytes)
{
    uint8_t *block = g_aligned_alloc(1, HUGE_PAGE_BYTES + bytes, HUGE_PAGE_BYTES);
    size_t rest = bytes - small_bytes;
    madvise(block + HUGE_PAGE_BYTES, rest - rest % HUGE_PAGE_BYTES, MADV_HUGEPAGE);
    return block + HUGE_PAGE_BYTES - small_bytes;
}

void memory_free_growing(void *block, size_t small_bytes)
{
    g_aligned_free((uint8_t *)block + small_bytes - HUGE_PAGE_BYTES);
}

void memory_free(void *block, size_t bytes)
{
    (void)bytes;
    g_aligned_free(block);
}
