/* Where the bytes of a capture come from, as one window that moves forward: a buffer that a file, a pipe or a
 * decompressor is read into, or bytes in memory. Whoever parses reads at..end without asking; at the end of
 * the window it asks feed_fill() for as many contiguous bytes as it needs, and that is the only call into
 * this file per buffer.
 *
 * Files are not mapped: to map a page and give it back costs as much as to copy it, what was copied lies in
 * the cache, and a file that somebody truncates meanwhile is an error and no SIGBUS.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/decompress.h"
#include "capture/raw-input.h"

typedef struct {
    const uint8_t *at;   /* the next byte to parse */
    const uint8_t *end;  /* of the window */
    uint64_t end_offset; /* of `end`, from the start of the (decompressed) file */

    RawInput input;
    Decompressor *decompressor; /* NULL: plain */
    uint8_t *buffer;            /* NULL: bytes in memory, all of them in the window from the beginning */
    size_t buffer_len;

    int fd;             /* -1: none */
    uint64_t file_size; /* 0: unknown */
    uint64_t to_come;   /* of a plain file that is read from its beginning: what is left of its size */
    const char *compression;
    char *failure; /* why the bytes ended before their end; NULL: they did not */
} Feed;

/* Opens `path`, or standard input where it is "-". CLOSELINT_ERROR_INPUT with "NAME: why", where `name` is
 * what messages call it. */
bool feed_open(Feed *feed, const char *path, const char *name, GError **error);
/* `bytes` are borrowed until feed_clear(). */
void feed_open_memory(Feed *feed, const uint8_t *bytes, size_t length);
void feed_clear(Feed *feed);

/* Makes at least `need` bytes lie at at..end. False where the data ends before: what is left lies there then.
 * Pointers into the window stay valid only where the bytes lie in memory. The buffer grows with the bytes
 * that have really come, never to a number that a file claims. */
bool feed_fill(Feed *feed, size_t need);

/* Moves on over `count` bytes; false where the data ends before. */
bool feed_skip(Feed *feed, uint64_t count);

/* What was odd about the file although all of it was read, or NULL. Borrowed. */
const char *feed_remark(const Feed *feed);

/* Bytes of the file, before decompression, that have been used. */
uint64_t feed_file_position(const Feed *feed);

static inline size_t feed_left(const Feed *feed)
{
    return (size_t)(feed->end - feed->at);
}

/* Of the next byte, from the start of the (decompressed) file. */
static inline uint64_t feed_offset(const Feed *feed)
{
    return feed->end_offset - feed_left(feed);
}
