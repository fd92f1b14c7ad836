/* Fuzz target of joined reading: the first byte says how many files there are (1 to 4), and the rest is cut
 * into as many, at the places that the next bytes say. The joined capture must have the frames of each file,
 * all of them, in the order of the file, and its numbers must lead back to them. */
#define _GNU_SOURCE /* memfd_create */
#include <glib.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/source.h"

#define FILES_MAX  4
#define BATCH      5
#define FRAMES_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    int file[FILES_MAX];
    char *paths[FILES_MAX + 1];
    CaptureReader *alone[FILES_MAX]; /* each file by itself; NULL: cannot be opened */
    unsigned count;
} Files;

static int make_file(const uint8_t *bytes, size_t size)
{
    int file = memfd_create("fuzz", MFD_CLOEXEC);
    g_assert(file >= 0 && write(file, bytes, size) == (ssize_t)size);
    return file;
}

static Files files_make(const uint8_t *data, size_t size)
{
    Files files = {.count = 1 + data[0] % FILES_MAX};
    const uint8_t *rest = data + FILES_MAX;
    size_t left = size - FILES_MAX;
    for (unsigned i = 0; i < files.count; i++) {
        size_t length = i + 1 == files.count ? left : left * data[1 + i] / 256;
        files.file[i] = make_file(rest, length);
        files.paths[i] = g_strdup_printf("/proc/self/fd/%d", files.file[i]);
        files.alone[i] = capture_reader_open(files.paths[i], NULL);
        rest += length;
        left -= length;
    }
    return files;
}

static void files_clear(Files *files)
{
    for (unsigned i = 0; i < files->count; i++) {
        capture_reader_free(files->alone[i]);
        g_free(files->paths[i]);
        close(files->file[i]);
    }
}

static void check_frame(const Files *files, const FrameSource *source, const Frame *frame)
{
    uint64_t number;
    guint index;
    Frame same;
    g_assert(frame_map_find(frame_source_map(source), frame->number, &index, &number));
    g_assert_cmpuint(index, <, files->count);
    g_assert(files->alone[index] && capture_reader_next(files->alone[index], &same));
    g_assert_cmpuint(same.number, ==, number);
    g_assert_cmpuint(same.offset, ==, frame->offset);
    g_assert(same.time_ns == frame->time_ns && same.captured_len == frame->captured_len);
    g_assert(same.link_type == frame->link_type && same.interface == frame->interface);
}

static void check_end(const Files *files, const FrameSource *source)
{
    Frame frame;
    for (guint i = 0; i < files->count; i++) {
        g_assert(!files->alone[i] == !!frame_source_failure(source, i));
        g_assert(!files->alone[i] || !capture_reader_next(files->alone[i], &frame));
    }
}

static void check(const Files *files)
{
    g_autoptr(FrameSource) source = frame_source_join((char *const *)files->paths);
    Frame frames[BATCH];
    uint64_t seen = 0, last = 0;
    unsigned count = 0;
    g_assert_cmpuint(frame_source_count(source), ==, files->count);
    while (seen < FRAMES_MAX && (count = frame_source_next_batch(source, frames, BATCH))) {
        for (unsigned i = 0; i < count; i++) {
            g_assert(frames[i].number > last);
            last = frames[i].number;
            check_frame(files, source, &frames[i]);
        }
        seen += count;
    }
    if (!count)
        check_end(files, source);
    g_free(frame_source_format(source));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < FILES_MAX)
        return 0;
    Files files = files_make(data, size);
    check(&files);
    files_clear(&files);
    return 0;
}
