/* The memory of one capture: taken from the system in large pieces, on huge pages where it has them, handed
 * out in blocks, and given back all at once.
 *
 * A capture of a million connections touches fresh memory all the time, and a fault for every 4 KiB of it
 * would cost as much as decoding the packets. A huge page, on the other hand, is cleared as a whole when its
 * first byte is touched. So everything that grows with the capture shares them, and the first megabyte of
 * all, which is enough for a small capture, is on small pages. */
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct Arena Arena;

Arena *arena_new(void);
/* And all blocks of it. */
void arena_free(Arena *arena);

/* A block that begins a page; content undefined. Aborts where the system has no memory, as g_malloc() does.
 * Any thread may ask. */
void *arena_take(Arena *arena, size_t bytes);

/* Of as many bytes as were taken, to be used again where that is a power of two: others are not worth it.
 * NULL: does nothing. */
void arena_give_back(Arena *arena, void *block, size_t bytes);

/* A list of `*capacity` items that needs more: returns it with twice as many, and what it had. NULL for the
 * first time: then there is room for 64 KiB. */
void *arena_grow_list(Arena *arena, void *list, uint32_t *capacity, size_t item_bytes);
