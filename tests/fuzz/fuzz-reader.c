/* Fuzz target of the capture reader: the input is a file, read once from memory, in batches, and once through
 * a pipe, frame by frame. Both must give the same frames and say the same, but for what is found out by
 * looking further on, which a pipe does not wait for: that a compressed file is damaged, and that its records
 * have the headers of another variant. Every byte they give is touched. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <fcntl.h>
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "capture/reader.h"

#define BATCH      7 /* odd, so that batches end anywhere */
#define FRAMES_MAX 20000
#define PIPE_BYTES (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    uint64_t frames;
    guint hash; /* of everything given: frames, interfaces, diagnostics */
    const char *format;
} Result;

static void result_add(Result *result, const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < length; i++)
        result->hash = result->hash * 31 + at[i];
}

static void result_add_frame(Result *result, const Frame *frame)
{
    const uint64_t values[] = {frame->number,       (uint64_t)frame->time_ns, frame->offset,
                               frame->captured_len, frame->original_len,      frame->interface,
                               frame->link_type};
    result->frames++;
    result_add(result, values, sizeof values);
    result_add(result, frame->bytes, frame->captured_len);
}

static void result_add_rest(Result *result, CaptureReader *reader)
{
    const DiagnosticList *diagnostics = capture_reader_diagnostics(reader);
    for (guint i = 0; i < diagnostic_list_length(diagnostics); i++) {
        const Diagnostic *diagnostic = diagnostic_list_get(diagnostics, i);
        g_assert(g_utf8_validate(diagnostic->message, -1, NULL));
        if (g_str_has_suffix(diagnostic->message, ": frames before it may be wrong as well"))
            continue;
        result_add(result, diagnostic->message, strlen(diagnostic->message));
        result_add(result, &diagnostic->offset, sizeof diagnostic->offset);
    }
    for (guint i = 0; i < capture_reader_interface_count(reader); i++) {
        const CaptureInterface *interface = capture_reader_interface(reader, i);
        g_assert(!interface->name || g_utf8_validate(interface->name, -1, NULL));
        result_add(result, &interface->frames, sizeof interface->frames);
        result_add(result, &interface->dropped, sizeof interface->dropped);
    }
}

static Result read_memory(const uint8_t *data, size_t size)
{
    Result result = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(CaptureReader) reader = capture_reader_open_memory(data, size, &error);
    g_assert(!reader == !!error);
    if (!reader)
        return result;
    result.format = g_intern_string(capture_reader_format(reader));
    Frame frames[BATCH];
    unsigned count;
    while (result.frames < FRAMES_MAX && (count = capture_reader_next_batch(reader, frames, BATCH)))
        for (unsigned i = 0; i < count && result.frames < FRAMES_MAX; i++)
            result_add_frame(&result, &frames[i]);
    if (result.frames < FRAMES_MAX)
        result_add_rest(&result, reader);
    return result;
}

static Result read_pipe(const char *path)
{
    Result result = {0};
    g_autoptr(CaptureReader) reader = capture_reader_open(path, NULL);
    if (!reader)
        return result;
    result.format = g_intern_string(capture_reader_format(reader));
    Frame frame;
    while (result.frames < FRAMES_MAX && capture_reader_next(reader, &frame))
        result_add_frame(&result, &frame);
    if (result.frames < FRAMES_MAX) {
        g_assert(!capture_reader_next(reader, &frame));
        result_add_rest(&result, reader);
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Result from_memory = read_memory(data, size);
    int ends[2];
    if (size >= PIPE_BYTES || pipe(ends) < 0)
        return 0;
    if (fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) >= PIPE_BYTES &&
        write(ends[1], data, size) == (ssize_t)size) {
        close(ends[1]);
        g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", ends[0]);
        Result from_pipe = read_pipe(path);
        g_assert(!from_memory.format == !from_pipe.format);
        if (from_memory.format == from_pipe.format) {
            g_assert_cmpuint(from_memory.frames, ==, from_pipe.frames);
            g_assert_cmpuint(from_memory.hash, ==, from_pipe.hash);
        }
    } else {
        close(ends[1]);
    }
    close(ends[0]);
    return 0;
}
