#include "capture/raw-input.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stop.h"

#define RAW_INPUT_BUFFER_BYTES ((size_t)256 << 10)

/* What the first look at a file takes: the rest of a plain one does not pass through the buffer. */
#define RAW_INPUT_FIRST_BYTES ((size_t)4 << 10)

void raw_input_init_fd(RawInput *input, int fd)
{
    struct stat status;
    bool is_regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    *input = (RawInput){.fd = fd, .may_wait = !is_regular, .buffer = g_malloc(RAW_INPUT_BUFFER_BYTES)};
    input->at = input->end = input->buffer;
}

void raw_input_init_memory(RawInput *input, const uint8_t *bytes, size_t length)
{
    *input = (RawInput){.fd = -1, .at = bytes, .end = bytes + length, .fetched = length};
}

void raw_input_clear(RawInput *input)
{
    g_free(input->buffer);
    *input = (RawInput){.fd = -1};
}

static size_t raw_input_fetch(RawInput *input, uint8_t *out, size_t capacity)
{
    if (input->fd < 0 || input->error_number)
        return 0;
    if (input->may_wait ? !stop_wait_readable(input->fd) : stop_is_requested()) {
        input->error_number = EINTR;
        return 0;
    }
    ssize_t got;
    do
        got = read(input->fd, out, capacity);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        input->error_number = errno;
        return 0;
    }
    input->fetched += (size_t)got;
    return (size_t)got;
}

bool raw_input_peek(RawInput *input, size_t need)
{
    g_assert(need <= 64);
    if (raw_input_left(input) >= need)
        return true;
    if (!input->buffer)
        return false;
    size_t left = raw_input_left(input);
    memmove(input->buffer, input->at, left);
    input->at = input->buffer;
    input->end = input->buffer + left;
    while (raw_input_left(input) < need) {
        size_t capacity = input->fetched ? RAW_INPUT_BUFFER_BYTES : RAW_INPUT_FIRST_BYTES;
        size_t got = raw_input_fetch(input, input->buffer + left, capacity - left);
        if (!got)
            return false;
        left += got;
        input->end += got;
    }
    return true;
}

size_t raw_input_read(RawInput *input, uint8_t *out, size_t capacity)
{
    size_t left = raw_input_left(input);
    if (!left)
        return raw_input_fetch(input, out, capacity);
    size_t taken = MIN(left, capacity);
    memcpy(out, input->at, taken);
    input->at += taken;
    return taken;
}
