/* Large blocks from the system, on huge pages where it has them: a capture of a million connections touches
 * fresh memory all the time, and a fault for every 4 KiB of it would cost as much as decoding the packets. */
#pragma once

#include <stddef.h>

/* Starts on a cache line; content undefined. Aborts where the system has no memory, as g_malloc() does. */
void *memory_take(size_t bytes);
void memory_free(void *block, size_t bytes);
