/* The memory of one capture: taken from the system in large pieces, handed out in blocks, and given back all
 * at once.
 *
 * A capture of a million connections touches fresh memory all the time, and a fault for each 4 KiB of it
 * costs 2.7 us, as much as a dozen packets. What is handed out is therefore touched in one go (2.2 us a
 * page), but for the first two megabytes, of which a small capture touches little. Beyond 32 MB there are
 * huge pages, 0.4 us for 4 KiB; but for 64 MB after one that took long. In a guest whose host takes back what
 * has been free for some seconds, that is 10 ms: small pages are better then, since they come from pieces
 * that it does not take. */
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
