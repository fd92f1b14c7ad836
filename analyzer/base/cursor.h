/* A bounds-checked reader over borrowed bytes.
 *
 * Every read of bytes that came from a capture goes through it: a read past the end returns zero and sets
 * `overrun`, so that a decoder is written straight down and asks once, at the end, whether all was there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
    bool overrun; /* a read or skip went past the end; `at` stays where it was */
} Cursor;

static inline Cursor cursor_make(const uint8_t *bytes, size_t length)
{
    return (Cursor){.at = bytes, .end = bytes + length, .overrun = false};
}

static inline size_t cursor_left(const Cursor *cursor)
{
    return (size_t)(cursor->end - cursor->at);
}

/* The next `length` bytes, borrowed, or NULL with `overrun` set. */
static inline const uint8_t *cursor_take(Cursor *cursor, size_t length)
{
    if (cursor_left(cursor) < length) {
        cursor->overrun = true;
        return NULL;
    }
    const uint8_t *bytes = cursor->at;
    cursor->at += length;
    return bytes;
}

static inline bool cursor_skip(Cursor *cursor, size_t length)
{
    return cursor_take(cursor, length) != NULL;
}

/* Shortens the view to `length` bytes from here; a longer one changes nothing. */
static inline void cursor_limit(Cursor *cursor, size_t length)
{
    if (cursor_left(cursor) > length)
        cursor->end = cursor->at + length;
}

static inline uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t be64(const uint8_t *p)
{
    return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline uint8_t cursor_u8(Cursor *cursor)
{
    const uint8_t *p = cursor_take(cursor, 1);
    return p ? p[0] : 0;
}

static inline uint16_t cursor_be16(Cursor *cursor)
{
    const uint8_t *p = cursor_take(cursor, 2);
    return p ? be16(p) : 0;
}

static inline uint32_t cursor_be32(Cursor *cursor)
{
    const uint8_t *p = cursor_take(cursor, 4);
    return p ? be32(p) : 0;
}
