#include "flow/archive.h"

#include <glib.h>
#include <string.h>

void archive_init(Archive *archive, Arena *arena)
{
    *archive = (Archive){.arena = arena, .used = 1};
}

void archive_clear(Archive *archive)
{
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
    archive->chunks[archive->chunk_count++] = arena_take(archive->arena, ARCHIVE_CHUNK_BYTES);
}

/* Records do not cross from one chunk into the next, nor does their padding: the rest of a chunk may stay
 * empty. */
uint8_t *archive_room(Archive *archive)
{
    const uint32_t units = (ARCHIVE_RECORD_MAX + ARCHIVE_PADDING) / ARCHIVE_UNIT;
    if (archive->used % ARCHIVE_CHUNK_UNITS + units > ARCHIVE_CHUNK_UNITS)
        archive->used += ARCHIVE_CHUNK_UNITS - archive->used % ARCHIVE_CHUNK_UNITS;
    if (archive->used > ARCHIVE_HANDLE_MAX - units)
        return NULL;
    if (archive->used / ARCHIVE_CHUNK_UNITS >= archive->chunk_count)
        archive_add_chunk(archive);
    return archive_place(archive, archive->used);
}

static uint32_t units_of(size_t length)
{
    return (uint32_t)((length + ARCHIVE_UNIT - 1) / ARCHIVE_UNIT);
}

/* A record stays where it was written, unless one of its length was given back. */
uint32_t archive_keep(Archive *archive, size_t length)
{
    uint32_t units = units_of(length), written = archive->used, freed = archive->freed[units];
    if (!freed) {
        archive->used += units;
        return written;
    }
    memcpy(&archive->freed[units], archive_bytes(archive, freed), sizeof freed);
    memcpy(archive_place(archive, freed), archive_bytes(archive, written), length);
    return freed;
}

void archive_give_back(Archive *archive, uint32_t handle, size_t length)
{
    uint32_t units = units_of(length);
    memcpy(archive_place(archive, handle), &archive->freed[units], sizeof handle);
    archive->freed[units] = handle;
}
