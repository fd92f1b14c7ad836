#include "flow/arena.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_BYTES      ((size_t)4 << 10)
#define HUGE_PAGE_BYTES ((size_t)2 << 20)
#define REGION_BYTES    HUGE_PAGE_BYTES
#define BLOCK_BYTES_MAX (REGION_BYTES / 4) /* from a region that others have, too */
#define SMALL_BYTES     ((size_t)32 << 20) /* so much is on small pages in any case */
#define SLOW_BYTES      ((size_t)64 << 20) /* and after a huge page that took long */
#define LIST_BYTES      ((size_t)64 << 10) /* of a list at first */

/* A huge page takes 0.2 ms, and 10 ms where the host has taken it back. */
enum { HUGE_PAGE_US_MAX = 1000 };

enum { CLASSES = 48 };

/* AddressSanitizer is told what lies outside of blocks, and pages between them are left free for it. */
#ifdef __SANITIZE_ADDRESS__
#define HAS_ASAN 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#define GUARD_BYTES        PAGE_BYTES
#define hide(start, bytes) ASAN_POISON_MEMORY_REGION(start, bytes)
#define show(start, bytes) ASAN_UNPOISON_MEMORY_REGION(start, bytes)
#else
#define GUARD_BYTES        ((size_t)0)
#define hide(start, bytes) ((void)0)
#define show(start, bytes) ((void)0)
#endif

typedef struct {
    uint8_t *start;
    size_t bytes;
} Mapping;

struct Arena {
    GMutex mutex;
    GArray *mappings;
    size_t mapped;
    uint8_t *at, *end;    /* what is left of the region from which blocks are taken */
    bool is_touched;      /* its blocks, page by page, before they are handed out */
    size_t slow_until;    /* so much is mapped: no huge page is tried before */
    void *freed[CLASSES]; /* by the binary logarithm of their length: a list through the blocks */
};

Arena *arena_new(void)
{
    Arena *arena = g_new0(Arena, 1);
    g_mutex_init(&arena->mutex);
    arena->mappings = g_array_new(FALSE, FALSE, sizeof(Mapping));
    return arena;
}

void arena_free(Arena *arena)
{
    if (!arena)
        return;
    for (guint i = 0; i < arena->mappings->len; i++) {
        Mapping *mapping = &g_array_index(arena->mappings, Mapping, i);
        show(mapping->start, mapping->bytes);
        munmap(mapping->start, mapping->bytes);
    }
    g_array_unref(arena->mappings);
    g_mutex_clear(&arena->mutex);
    g_free(arena);
}

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* Whole huge pages, as far as they lie. */
static uint8_t *arena_map(Arena *arena, size_t bytes)
{
    Mapping mapping = {.bytes = bytes + HUGE_PAGE_BYTES};
    mapping.start = mmap(NULL, mapping.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping.start == MAP_FAILED)
        g_error("out of memory: failed to allocate %" G_GSIZE_FORMAT " bytes", mapping.bytes);
    g_array_append_val(arena->mappings, mapping);
    arena->mapped += bytes;
    hide(mapping.start, mapping.bytes);
    return mapping.start + (round_up((uintptr_t)mapping.start, HUGE_PAGE_BYTES) - (uintptr_t)mapping.start);
}

/* One system call where there would be a fault for every page. Linux has it since 5.14; without it pages are
 * touched when they are used, and no huge page is found to be slow. */
static void touch(uint8_t *start, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    madvise(start, bytes, MADV_POPULATE_WRITE);
#else
    (void)start;
    (void)bytes;
#endif
}

/* False where it remains on small pages. */
static bool arena_make_huge(Arena *arena, uint8_t *start, size_t bytes)
{
    if (arena->mapped <= MAX(SMALL_BYTES, arena->slow_until))
        return false;
    gint64 begin_us = g_get_monotonic_time();
    madvise(start, bytes, MADV_HUGEPAGE);
    touch(start, PAGE_BYTES);
    if (g_get_monotonic_time() - begin_us > HUGE_PAGE_US_MAX) {
        arena->slow_until = arena->mapped + SLOW_BYTES;
        if (bytes > HUGE_PAGE_BYTES)
            madvise(start + HUGE_PAGE_BYTES, bytes - HUGE_PAGE_BYTES, MADV_NOHUGEPAGE);
    }
    return true;
}

static void arena_add_region(Arena *arena)
{
    bool is_first = !arena->mapped;
    arena->at = arena_map(arena, REGION_BYTES);
    arena->end = arena->at + REGION_BYTES;
    arena->is_touched = !arena_make_huge(arena, arena->at, REGION_BYTES) && !is_first;
}

/* With the mutex held. `bytes` are whole pages. */
static uint8_t *arena_cut(Arena *arena, size_t bytes)
{
    if (bytes > BLOCK_BYTES_MAX) { /* the rest of a region is not to be lost for it */
        size_t huge_bytes = round_up(bytes, HUGE_PAGE_BYTES);
        uint8_t *block = arena_map(arena, huge_bytes);
        arena_make_huge(arena, block, huge_bytes);
        return block;
    }
    if ((size_t)(arena->end - arena->at) < bytes)
        arena_add_region(arena);
    uint8_t *block = arena->at;
    arena->at += bytes;
    return block;
}

static unsigned class_of(size_t bytes)
{
    return (unsigned)__builtin_ctzl(bytes);
}

static bool is_power_of_two(size_t bytes)
{
    return bytes && !(bytes & (bytes - 1));
}

void *arena_take(Arena *arena, size_t bytes)
{
    g_mutex_lock(&arena->mutex);
    void *block = is_power_of_two(bytes) ? arena->freed[class_of(bytes)] : NULL;
    bool is_fresh = !block;
    if (is_fresh)
        block = arena_cut(arena, round_up(bytes + GUARD_BYTES, PAGE_BYTES));
    else
        memcpy(&arena->freed[class_of(bytes)], block, sizeof block);
    is_fresh &= arena->is_touched && bytes <= BLOCK_BYTES_MAX;
    g_mutex_unlock(&arena->mutex);
    show(block, bytes);
    if (is_fresh)
        touch(block, bytes);
    return block;
}

void arena_give_back(Arena *arena, void *block, size_t bytes)
{
    if (!block || !is_power_of_two(bytes))
        return;
    g_mutex_lock(&arena->mutex);
    if (bytes > BLOCK_BYTES_MAX) /* its addresses are kept, the memory is not */
        madvise(block, bytes, MADV_DONTNEED);
    memcpy(block, &arena->freed[class_of(bytes)], sizeof block);
    arena->freed[class_of(bytes)] = block;
    g_mutex_unlock(&arena->mutex);
    hide((uint8_t *)block + sizeof block, bytes - sizeof block);
}

void *arena_grow_list(Arena *arena, void *list, uint32_t *capacity, size_t item_bytes)
{
    size_t old_bytes = *capacity * item_bytes, bytes = list ? 2 * old_bytes : LIST_BYTES;
    void *grown = arena_take(arena, bytes);
    if (list)
        memcpy(grown, list, old_bytes);
    arena_give_back(arena, list, old_bytes);
    *capacity = (uint32_t)(bytes / item_bytes);
    return grown;
}
