/* The bytes as they lie on disk or come through a pipe, before any decompression.
 *
 * Two shapes: a file descriptor read through a buffer, or bytes in memory. The buffer lets the magic number
 * be looked at before anybody knows who will read on: a pipe cannot be rewound. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *at; /* fetched and not yet taken: at..end */
    const uint8_t *end;
    uint64_t fetched; /* bytes of the input up to `end` */
    uint8_t *buffer;  /* owned; NULL for bytes in memory */
    int fd;           /* borrowed; -1 for bytes in memory */
    bool may_wait;    /* a read of it: it is no regular file */
    int error_number; /* errno of a failed read, 0 where none failed; EINTR: stop_is_requested() */
} RawInput;

void raw_input_init_fd(RawInput *input, int fd);
/* `bytes` are borrowed until raw_input_clear(). */
void raw_input_init_memory(RawInput *input, const uint8_t *bytes, size_t length);
void raw_input_clear(RawInput *input);

/* Makes at least `need` bytes (at most 64) lie at at..end; false where the input ends before. */
bool raw_input_peek(RawInput *input, size_t need);

/* Takes up to `capacity` bytes, fetched ones first, else straight from the descriptor. 0: the end, or an
 * error. */
size_t raw_input_read(RawInput *input, uint8_t *out, size_t capacity);

static inline size_t raw_input_left(const RawInput *input)
{
    return (size_t)(input->end - input->at);
}

/* Bytes taken so far. */
static inline uint64_t raw_input_position(const RawInput *input)
{
    return input->fetched - raw_input_left(input);
}
