#include "flow/arena.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_BYTES      ((size_t)4 << 10)
#define HUGE_PAGE_BYTES ((size_t)2 << 20)
#define REGION_BYTES    (2 * HUGE_PAGE_BYTES)
#define SMALL_BYTES     ((size_t)1 << 20)  /* of the first region: on small pages */
#define LIST_BYTES      ((size_t)64 << 10) /* of a list at first */

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
    uint8_t *at, *end;    /* what is left of the region from which blocks are taken */
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

/* So many bytes, where a huge page begins. */
static uint8_t *arena_map(Arena *arena, size_t bytes)
{
    Mapping mapping = {.bytes = bytes + HUGE_PAGE_BYTES};
    mapping.start = mmap(NULL, mapping.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping.start == MAP_FAILED)
        g_error("out of memory: failed to allocate %" G_GSIZE_FORMAT " bytes", mapping.bytes);
    g_array_append_val(arena->mappings, mapping);
    hide(mapping.start, mapping.bytes);
    return mapping.start + (round_up((uintptr_t)mapping.start, HUGE_PAGE_BYTES) - (uintptr_t)mapping.start);
}

static void arena_add_region(Arena *arena)
{
    bool is_first = !arena->at;
    uint8_t *region = arena_map(arena, REGION_BYTES);
    size_t skipped = is_first ? HUGE_PAGE_BYTES : 0;
    madvise(region + skipped, REGION_BYTES - skipped, MADV_HUGEPAGE);
    arena->at = region + (is_first ? HUGE_PAGE_BYTES - SMALL_BYTES : 0);
    arena->end = region + REGION_BYTES;
}

/* With the mutex held. `bytes` are whole pages. */
static void *arena_cut(Arena *arena, size_t bytes)
{
    if (bytes > REGION_BYTES / 4) { /* the rest of a region is not to be lost for it */
        size_t huge_bytes = round_up(bytes, HUGE_PAGE_BYTES);
        void *block = arena_map(arena, huge_bytes);
        madvise(block, huge_bytes, MADV_HUGEPAGE);
        return block;
    }
    if ((size_t)(arena->end - arena->at) < bytes)
        arena_add_region(arena);
    void *block = arena->at;
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
    if (block)
        memcpy(&arena->freed[class_of(bytes)], block, sizeof block);
    else
        block = arena_cut(arena, round_up(bytes + GUARD_BYTES, PAGE_BYTES));
    g_mutex_unlock(&arena->mutex);
    show(block, bytes);
    return block;
}

void arena_give_back(Arena *arena, void *block, size_t bytes)
{
    if (!block || !is_power_of_two(bytes))
        return;
    g_mutex_lock(&arena->mutex);
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
