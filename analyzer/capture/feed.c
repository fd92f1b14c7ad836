#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include "capture/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define STREAM_BUFFER_BYTES ((size_t)512 << 10)
#define PIPE_BYTES          (1024 * 1024)

static void feed_init(Feed *feed)
{
    *feed = (Feed){.fd = -1, .input = {.fd = -1}};
}

void feed_clear(Feed *feed)
{
    decompressor_free(feed->decompressor);
    raw_input_clear(&feed->input);
    pages_free(feed->pages);
    if (feed->mapped)
        munmap((void *)feed->map, feed->mapped);
    if (feed->fd > STDERR_FILENO)
        close(feed->fd);
    g_free(feed->buffer);
    g_free(feed->failure);
    feed_init(feed);
}

/* A regular file that nobody has read from yet; anything else is a stream. */
static void feed_try_map(Feed *feed, uint64_t size)
{
    if (!size || size > SIZE_MAX || lseek(feed->fd, 0, SEEK_CUR) != 0)
        return;
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, feed->fd, 0);
    if (map == MAP_FAILED)
        return;
    if (compression_detect(map, MIN(size, COMPRESSION_MAGIC_BYTES))) {
        munmap(map, size);
        return;
    }
    madvise(map, size, MADV_SEQUENTIAL);
    feed->map = feed->at = feed->end = map;
    feed->map_len = size;
    feed->mapped = size;
    feed->pages = pages_new(map, size);
}

static void feed_use_stream(Feed *feed)
{
    raw_input_peek(&feed->input, COMPRESSION_MAGIC_BYTES);
    const CompressionFormat *format = compression_detect(feed->input.at, raw_input_left(&feed->input));
    if (format) {
        feed->decompressor = decompressor_new(format, &feed->input);
        feed->compression = compression_name(format);
    }
    feed->buffer_len = STREAM_BUFFER_BYTES;
    feed->buffer = g_malloc(feed->buffer_len);
    feed->at = feed->end = feed->buffer;
}

/* RawInput's EINTR is no failed call: somebody asked to stop. */
static const char *feed_error_text(int error_number)
{
    return error_number == EINTR ? "stopped by a signal" : g_strerror(error_number);
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
    if (S_ISREG(status.st_mode)) {
        feed->file_size = (uint64_t)status.st_size;
        feed_try_map(feed, feed->file_size);
    }
#ifdef F_SETPIPE_SZ
    if (S_ISFIFO(status.st_mode))
        fcntl(feed->fd, F_SETPIPE_SZ, PIPE_BYTES);
#endif
    if (!feed->map) {
        raw_input_init_fd(&feed->input, feed->fd);
        feed_use_stream(feed);
        if (feed->input.error_number) {
            errno = feed->input.error_number;
            return feed_fail_errno(name, error);
        }
    }
    return true;
}

void feed_open_memory(Feed *feed, const uint8_t *bytes, size_t length)
{
    feed_init(feed);
    feed->file_size = length;
    if (compression_detect(bytes, length)) {
        raw_input_init_memory(&feed->input, bytes, length);
        feed_use_stream(feed);
        return;
    }
    feed->map = feed->at = length ? bytes : (const uint8_t *)""; /* never NULL, which is a stream */
    feed->end = feed->map + length;
    feed->end_offset = feed->map_len = length;
}

/* Opens the next chunk of the mapping. */
static bool feed_advance_map(Feed *feed, size_t need)
{
    if (!feed->mapped || feed->end_offset == feed->map_len)
        return false;
    struct stat status;
    if (fstat(feed->fd, &status) == 0 && (uint64_t)status.st_size < feed->map_len) {
        /* Touching pages past the end of the file would be a SIGBUS. */
        feed->failure = g_strdup_printf("the file shrank from %zu to %" PRIu64 " bytes while it was read",
                                        feed->map_len, (uint64_t)status.st_size);
        size_t left = feed_left(feed);
        uint64_t size = MAX((uint64_t)status.st_size, feed->end_offset - left);
        feed->end_offset = MIN(feed->end_offset, size);
        feed->end = feed->map + feed->end_offset;
        feed->map_len = feed->end_offset;
        return false;
    }
    size_t at = (size_t)(feed->at - feed->map);
    size_t chunk_end = (at + need) / PAGES_CHUNK_BYTES * PAGES_CHUNK_BYTES + PAGES_CHUNK_BYTES;
    size_t to = MIN(chunk_end, feed->map_len);
    pages_turn(feed->pages, at, to);
    feed->end = feed->map + to;
    feed->end_offset = to;
    return feed_left(feed) >= need;
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
        if (!got && feed->input.error_number && !feed->failure)
            feed->failure = g_strdup_printf("reading failed: %s", feed_error_text(feed->input.error_number));
    }
    feed->end += got;
    feed->end_offset += got;
    return got > 0;
}

static bool feed_fill_stream(Feed *feed, size_t need)
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
    return feed->map ? feed_advance_map(feed, need) : feed_fill_stream(feed, need);
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
