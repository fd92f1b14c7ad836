#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "capture/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* Half of a second-level cache of today, so that what was read lies there when it is parsed. */
#define BUFFER_BYTES ((size_t)256 << 10)
#define PIPE_BYTES   (1024 * 1024)

static void feed_init(Feed *feed)
{
    *feed = (Feed){.fd = -1, .input = {.fd = -1}};
}

void feed_clear(Feed *feed)
{
    decompressor_free(feed->decompressor);
    raw_input_clear(&feed->input);
    if (feed->fd > STDERR_FILENO)
        close(feed->fd);
    g_free(feed->buffer);
    g_free(feed->failure);
    feed_init(feed);
}

static void feed_begin(Feed *feed)
{
    raw_input_peek(&feed->input, COMPRESSION_MAGIC_BYTES);
    const CompressionFormat *format = compression_detect(feed->input.at, raw_input_left(&feed->input));
    if (format) {
        feed->decompressor = decompressor_new(format, &feed->input);
        feed->compression = compression_name(format);
    }
    feed->buffer_len = BUFFER_BYTES;
    feed->buffer = g_malloc(feed->buffer_len);
    feed->at = feed->end = feed->buffer;
}

/* RawInput's EINTR is no failed call: somebody asked to stop. EBADF is what standard input gives that was closed
 * when the program began. */
static const char *feed_error_text(int error_number)
{
    return error_number == EBADF   ? "it is closed"
           : error_number == EINTR ? "stopped by a signal" : g_strerror(error_number);
}

static bool feed_fail_errno(const char *name, GError **error)
{
    g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "%s: %s", name, feed_error_text(errno));
    return false;
}

bool feed_open(Feed *feed, const char *path, const char *name, GError **error)
{
    feed_init(feed);
    bool is_stdin = !strcmp(path, "-");
    feed->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (feed->fd < 0 || fstat(feed->fd, &status) < 0)
        return feed_fail_errno(name, error);
    if (S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return feed_fail_errno(name, error);
    }
    if (S_ISREG(status.st_mode))
        feed->file_size = (uint64_t)status.st_size;
#ifdef F_SETPIPE_SZ
    if (S_ISFIFO(status.st_mode))
        fcntl(feed->fd, F_SETPIPE_SZ, PIPE_BYTES);
#endif
    bool is_at_begin = feed->file_size && lseek(feed->fd, 0, SEEK_CUR) == 0;
    raw_input_init_fd(&feed->input, feed->fd);
    feed_begin(feed);
    if (feed->input.error_number) {
        errno = feed->input.error_number;
        return feed_fail_errno(name, error);
    }
    feed->to_come = is_at_begin && !feed->decompressor ? feed->file_size : 0;
    return true;
}

void feed_open_memory(Feed *feed, const uint8_t *bytes, size_t length)
{
    feed_init(feed);
    feed->file_size = length;
    if (compression_detect(bytes, length)) {
        raw_input_init_memory(&feed->input, bytes, length);
        feed_begin(feed);
        return;
    }
    feed->at = length ? bytes : (const uint8_t *)"";
    feed->end = feed->at + length;
    feed->end_offset = length;
}

/* Why a plain input ended before its end, or NULL. */
static char *describe_failure(const Feed *feed)
{
    if (feed->input.error_number)
        return g_strdup_printf("reading failed: %s", feed_error_text(feed->input.error_number));
    if (feed->to_come)
        return g_strdup_printf("the file shrank from %" PRIu64 " to %" PRIu64 " bytes while it was read",
                               feed->file_size, feed->file_size - feed->to_come);
    return NULL;
}

/* One read into the free part of the buffer; false at the end. */
static bool feed_read(Feed *feed)
{
    uint8_t *free_part = feed->buffer + (feed->end - feed->buffer);
    size_t capacity = feed->buffer_len - (size_t)(feed->end - feed->buffer);
    size_t got;
    if (feed->decompressor) {
        got = decompressor_read(feed->decompressor, free_part, capacity);
        if (!got && !feed->failure)
            feed->failure = g_strdup(decompressor_failure(feed->decompressor));
    } else {
        got = raw_input_read(&feed->input, free_part, capacity);
        if (!got && !feed->failure)
            feed->failure = describe_failure(feed);
        feed->to_come -= MIN(got, feed->to_come);
    }
    feed->end += got;
    feed->end_offset += got;
    return got > 0;
}

static bool feed_fill_buffer(Feed *feed, size_t need)
{
    size_t left = feed_left(feed);
    memmove(feed->buffer, feed->at, left);
    feed->at = feed->buffer;
    feed->end = feed->buffer + left;
    while (feed_left(feed) < need) {
        if (feed_left(feed) == feed->buffer_len) {
            feed->buffer_len *= 2;
            feed->buffer = g_realloc(feed->buffer, feed->buffer_len);
            feed->at = feed->buffer;
            feed->end = feed->buffer + feed->buffer_len / 2;
        }
        if (!feed_read(feed))
            return false;
    }
    return true;
}

bool feed_fill(Feed *feed, size_t need)
{
    if (feed_left(feed) >= need)
        return true;
    return feed->buffer && feed_fill_buffer(feed, need);
}

bool feed_skip(Feed *feed, uint64_t count)
{
    while (feed_left(feed) < count) {
        count -= feed_left(feed);
        feed->at = feed->end;
        if (!feed_fill(feed, 1))
            return false;
    }
    feed->at += count;
    return true;
}

const char *feed_remark(const Feed *feed)
{
    return feed->decompressor ? decompressor_remark(feed->decompressor) : NULL;
}

uint64_t feed_file_position(const Feed *feed)
{
    return feed->decompressor ? raw_input_position(&feed->input) : feed_offset(feed);
}
