/* Large blocks from the system, on huge pages where it has them: a capture of a million connections touches
 * fresh memory all the time, and a fault for every 4 KiB of it would cost as much as decoding the packets. */
#pragma once

#include <stddef.h>

/* Starts on a cache line; content undefined. Aborts where the system has no memory, as g_malloc() does. */
void *memory_take(size_t bytes);

/* The same for what may stay small: its first `small_bytes`, whole pages, are not on a huge page, which would
 * be cleared as a whole when its first byte is touched. `bytes` more than that, which is less than a huge
 * page. */
#define MEMORY_SMALL_BYTES ((size_t)512 << 10) /* unless there is a reason */
void *memory_take_growing(size_t bytes, size_t small_bytes);
void memory_free_growing(void *block, size_t small_bytes);

void memory_free(void *block, size_t bytes);
