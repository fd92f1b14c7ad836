/* Bytes that were put away: records of any length up to ARCHIVE_RECORD_MAX, packed one after the other into
 * large chunks, found by a 32-bit handle. What is given back is used again for a record of about its length.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_UNIT       8u
#define ARCHIVE_RECORD_MAX 4096u
#define ARCHIVE_PADDING    8u /* beyond the end of a record there may be read, and written, so much */

typedef struct {
    uint8_t **chunks;
    uint32_t chunk_count, chunk_capacity;
    uint32_t used; /* units handed out so far; 0 is never a handle */
    uint32_t
        freed[ARCHIVE_RECORD_MAX / ARCHIVE_UNIT + 1]; /* by length in units: first of a list, 0 for none */
} Archive;

#define ARCHIVE_CHUNK_BYTES (2u << 20)
#define ARCHIVE_CHUNK_UNITS (ARCHIVE_CHUNK_BYTES / ARCHIVE_UNIT)
#define ARCHIVE_HANDLE_MAX  INT32_MAX

void archive_init(Archive *archive);
void archive_clear(Archive *archive);

/* Keeps a copy of `length` bytes; 0 where there is no room for more handles. */
uint32_t archive_put(Archive *archive, const uint8_t *bytes, size_t length);

/* `length` as it was put. */
void archive_give_back(Archive *archive, uint32_t handle, size_t length);

static inline const uint8_t *archive_bytes(const Archive *archive, uint32_t handle)
{
    return archive->chunks[handle / ARCHIVE_CHUNK_UNITS] +
           (size_t)(handle % ARCHIVE_CHUNK_UNITS) * ARCHIVE_UNIT;
}
