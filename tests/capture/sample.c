#include "sample.h"

#include <glib/gstdio.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "capture/reader.h"

#define BATCH       5
#define BYTES_SHOWN 8

GByteArray *sample_bytes(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    int high = -1;
    for (const char *at = hex; *at; at++) {
        if (*at == ';') {
            at = strchr(at, '\n');
            assert_non_null(at);
        }
        if (g_ascii_isspace(*at))
            continue;
        int digit = g_ascii_xdigit_value(*at);
        assert_true(digit >= 0);
        if (high < 0) {
            high = digit;
        } else {
            guint8 byte = (guint8)(high << 4 | digit);
            g_byte_array_append(bytes, &byte, 1);
            high = -1;
        }
    }
    assert_int_equal(high, -1);
    return bytes;
}

static void append_frame(GString *text, const Frame *frame)
{
    g_string_append_printf(text, "frame %" PRIu64 " at ", frame->number);
    if (frame->time_ns == FRAME_TIME_UNKNOWN)
        g_string_append(text, "?");
    else
        g_string_append_printf(text, "%s%" PRId64 ".%09" PRId64, frame->time_ns < 0 ? "-" : "",
                               ABS(frame->time_ns / 1000000000), ABS(frame->time_ns % 1000000000));
    g_string_append_printf(
        text, ", %" PRIu32 " of %" PRIu32 " bytes, interface %" PRIu32 ", link type %u, offset %" PRIu64 ": ",
        frame->captured_len, frame->original_len, frame->interface, frame->link_type, frame->offset);
    unsigned sum = 0;
    for (uint32_t i = 0; i < frame->captured_len; i++) {
        sum += frame->bytes[i];
        if (i < BYTES_SHOWN)
            g_string_append_printf(text, "%02x", frame->bytes[i]);
    }
    if (frame->captured_len > BYTES_SHOWN)
        g_string_append_printf(text, ".. (sum %u)", sum);
    g_string_append_c(text, '\n');
}

static void append_interfaces(GString *text, const CaptureReader *reader)
{
    for (guint i = 0; i < capture_reader_interface_count(reader); i++) {
        const CaptureInterface *interface = capture_reader_interface(reader, i);
        g_string_append_printf(text, "interface %u: ", i);
        if (interface->name)
            g_string_append_printf(text, "%s, ", interface->name);
        if (interface->description)
            g_string_append_printf(text, "\"%s\", ", interface->description);
        g_string_append_printf(text, "link type %u, snap length %" PRIu32 ", %" PRIu64 " frames",
                               interface->link_type, interface->snaplen, interface->frames);
        if (interface->drops_known)
            g_string_append_printf(text, ", %" PRIu64 " dropped", interface->dropped);
        g_string_append_c(text, '\n');
    }
}

static char *describe(CaptureReader *reader, const GError *error, const char *name)
{
    GString *text = g_string_new(NULL);
    if (!reader) {
        assert_true(g_error_matches(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT));
        assert_true(g_str_has_prefix(error->message, name));
        g_string_append_printf(text, "error%s\n", error->message + strlen(name));
        return g_string_free(text, FALSE);
    }
    assert_null(error);
    g_string_append_printf(text, "%s\n", capture_reader_format(reader));
    Frame frames[BATCH];
    unsigned count;
    while ((count = capture_reader_next_batch(reader, frames, BATCH)))
        for (unsigned i = 0; i < count; i++)
            append_frame(text, &frames[i]);
    assert_false(capture_reader_next(reader, frames));
    assert_int_equal(capture_reader_next_batch(reader, frames, BATCH), 0);
    append_interfaces(text, reader);
    const DiagnosticList *diagnostics = capture_reader_diagnostics(reader);
    for (guint i = 0; i < diagnostic_list_length(diagnostics); i++) {
        const Diagnostic *diagnostic = diagnostic_list_get(diagnostics, i);
        g_string_append_printf(text, "%s at %" PRIu64 ": %s\n",
                               diagnostic_severity_name(diagnostic->severity), diagnostic->offset,
                               diagnostic->message);
    }
    return g_string_free(text, FALSE);
}

char *sample_read_memory(const GByteArray *bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CaptureReader) reader = capture_reader_open_memory(bytes->data, bytes->len, &error);
    return describe(reader, error, "memory");
}

static char *read_file(const GByteArray *bytes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = sample_file("sample", bytes->data, bytes->len);
    g_autoptr(CaptureReader) reader = capture_reader_open(path, &error);
    if (reader)
        assert_int_equal(capture_reader_size(reader), bytes->len);
    return describe(reader, error, path);
}

typedef struct {
    int fd;
    const GByteArray *bytes;
} Writer;

/* In pieces of odd lengths, so that records arrive in parts. */
static gpointer write_pipe(gpointer data)
{
    const Writer *writer = data;
    gsize piece = 1;
    for (gsize at = 0; at < writer->bytes->len; piece = piece * 3 % 65521) {
        gsize length = MIN(piece, writer->bytes->len - at);
        if (write(writer->fd, writer->bytes->data + at, length) < 0)
            break; /* the reader found damage and went away */
        at += length;
    }
    close(writer->fd);
    return NULL;
}

static char *read_pipe(const GByteArray *bytes)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    Writer writer = {ends[1], bytes};
    signal(SIGPIPE, SIG_IGN); /* the writer sees EPIPE */
    GThread *thread = g_thread_new("writer", write_pipe, &writer);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", ends[0]);
    g_autoptr(GError) error = NULL;
    CaptureReader *reader = capture_reader_open(path, &error);
    if (reader) {
        assert_false(capture_reader_is_memory(reader));
        assert_int_equal(capture_reader_size(reader), 0);
    }
    char *text = describe(reader, error, path);
    capture_reader_free(reader);
    close(ends[0]);
    g_thread_join(thread);
    return text;
}

char *sample_read(const GByteArray *bytes)
{
    char *memory = sample_read_memory(bytes);
    g_autofree char *file = read_file(bytes);
    g_autofree char *piped = read_pipe(bytes);
    assert_string_equal(memory, file);
    assert_string_equal(memory, piped);
    return memory;
}

/* The lines of a reading that are frames. */
static char *frame_lines(const char *reading)
{
    GString *frames = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(reading, "\n", -1);
    for (char **line = lines; *line; line++)
        if (g_str_has_prefix(*line, "frame "))
            g_string_append_printf(frames, "%s\n", *line);
    return g_string_free(frames, FALSE);
}

void sample_check_cuts(const char *name, const GByteArray *bytes, gsize length_max)
{
    g_autofree char *whole = sample_read_memory(bytes);
    g_autofree char *whole_frames = frame_lines(whole);
    for (gsize length = 0; length < bytes->len; length += length < length_max ? 1 : 997) {
        g_autoptr(GByteArray) cut = g_byte_array_new();
        g_byte_array_append(cut, bytes->data, (guint)length);
        bool all_ways =
            length < length_max && length % 5 == 0; /* the other ways take a hundred times longer */
        g_autofree char *reading = all_ways ? sample_read(cut) : sample_read_memory(cut);
        g_autofree char *frames = frame_lines(reading);
        if (!g_str_has_prefix(whole_frames, frames))
            fail_msg("%s cut at %zu gives other frames:\n%s\nwhole:\n%s", name, length, reading, whole);
    }
}

void sample_check(const char *name, const char *hex, const char *expected)
{
    g_autoptr(GByteArray) bytes = sample_bytes(hex);
    g_autofree char *reading = sample_read(bytes);
    if (strcmp(reading, expected))
        fail_msg("%s: expected\n%s\nfound\n%s", name, expected, reading);
    sample_check_cuts(name, bytes, 4096);
}

static char *directory;

static void remove_directory(void)
{
    GDir *dir = g_dir_open(directory, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_remove(path);
    }
    if (dir)
        g_dir_close(dir);
    g_rmdir(directory);
    g_free(directory);
}

char *sample_file(const char *name, const void *bytes, gsize length)
{
    if (!directory) {
        directory = g_dir_make_tmp("capture-test-XXXXXX", NULL);
        assert_non_null(directory);
        atexit(remove_directory);
    }
    char *path = g_build_filename(directory, name, NULL);
    g_remove(path);
    assert_true(g_file_set_contents_full(path, bytes, (gssize)length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    return path;
}
