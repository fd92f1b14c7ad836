#include "flow/archive.h"

#include <glib.h>
#include <string.h>

#include "flow/memory.h"

void archive_init(Archive *archive)
{
    *archive = (Archive){.used = 1};
}

void archive_clear(Archive *archive)
{
    for (uint32_t i = 0; i < archive->chunk_count; i++)
        memory_free(archive->chunks[i], ARCHIVE_CHUNK_BYTES + ARCHIVE_PADDING);
    g_free(archive->chunks);
    memset(archive, 0, sizeof *archive);
}

static uint8_t *archive_place(Archive *archive, uint32_t handle)
{
    return (uint8_t *)archive_bytes(archive, handle);
}

static void archive_add_chunk(Archive *archive)
{
    if (archive->chunk_count == archive->chunk_capacity) {
        archive->chunk_capacity = archive->chunk_capacity ? archive->chunk_capacity * 2 : 16;
        archive->chunks = g_renew(uint8_t *, archive->chunks, archive->chunk_capacity);
    }
    archive->chunks[archive->chunk_count++] = memory_take(ARCHIVE_CHUNK_BYTES + ARCHIVE_PADDING);
}

/* Records do not cross from one chunk into the next: the rest of a chunk may stay empty. */
static uint32_t archive_take_fresh(Archive *archive, uint32_t units)
{
    uint32_t handle = archive->used;
    if (handle % ARCHIVE_CHUNK_UNITS + units > ARCHIVE_CHUNK_UNITS)
        handle += ARCHIVE_CHUNK_UNITS - handle % ARCHIVE_CHUNK_UNITS;
    if (handle > ARCHIVE_HANDLE_MAX - units)
        return 0;
    archive->used = handle + units;
    if (handle / ARCHIVE_CHUNK_UNITS >= archive->chunk_count)
        archive_add_chunk(archive);
    return handle;
}

static uint32_t units_of(size_t length)
{
    return (uint32_t)((length + ARCHIVE_UNIT - 1) / ARCHIVE_UNIT);
}

uint32_t archive_put(Archive *archive, const uint8_t *bytes, size_t length)
{
    uint32_t units = units_of(length), handle = archive->freed[units];
    if (handle)
        memcpy(&archive->freed[units], archive_bytes(archive, handle), sizeof handle);
    else if (!(handle = archive_take_fresh(archive, units)))
        return 0;
    memcpy(archive_place(archive, handle), bytes, length);
    return handle;
}

void archive_give_back(Archive *archive, uint32_t handle, size_t length)
{
    uint32_t units = units_of(length);
    memcpy(archive_place(archive, handle), &archive->freed[units], sizeof handle);
    archive->freed[units] = handle;
}
