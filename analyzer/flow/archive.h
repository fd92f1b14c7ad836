/* Bytes that were put away: records of any length up to ARCHIVE_RECORD_MAX, packed one after the other into
 * large chunks, found by a 32-bit handle. What is given back is used again for a record of about its length.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "flow/arena.h"

#define ARCHIVE_UNIT       8u
#define ARCHIVE_RECORD_MAX 3072u
#define ARCHIVE_PADDING    8u /* beyond the end of a record there may be read, and written, so much */

typedef struct {
    Arena *arena;
    uint8_t **chunks;
    uint32_t chunk_count, chunk_capacity;
    uint32_t used; /* units handed out so far; 0 is never a handle */
    uint32_t
        freed[ARCHIVE_RECORD_MAX / ARCHIVE_UNIT + 1]; /* by length in units: first of a list, 0 for none */
} Archive;

#define ARCHIVE_CHUNK_BYTES (256u << 10)
#define ARCHIVE_CHUNK_UNITS (ARCHIVE_CHUNK_BYTES / ARCHIVE_UNIT)
#define ARCHIVE_HANDLE_MAX  INT32_MAX

/* The records live as long as the arena, which is borrowed. */
void archive_init(Archive *archive, Arena *arena);
void archive_clear(Archive *archive);

/* Where the next record may be written: room for ARCHIVE_RECORD_MAX bytes, until the next call. NULL where
 * there is none for more handles. */
uint8_t *archive_room(Archive *archive);

/* Keeps the `length` bytes that were written there; returns their handle, never 0. */
uint32_t archive_keep(Archive *archive, size_t length);

/* `length` as it was kept. */
void archive_give_back(Archive *archive, uint32_t handle, size_t length);

static inline const uint8_t *archive_bytes(const Archive *archive, uint32_t handle)
{
    return archive->chunks[handle / ARCHIVE_CHUNK_UNITS] +
           (size_t)(handle % ARCHIVE_CHUNK_UNITS) * ARCHIVE_UNIT;
}
