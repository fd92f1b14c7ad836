/* Files that cannot be opened, and what is said about them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "capture/reader.h"
#include "sample.h"

#define EXPECTED "error: byte 0: expected the magic number of a pcap, pcapng or snoop file, found "

static const struct {
    const char *bytes;
    gsize length;
    const char *expected;
} files[] = {
    {"", 0, "error: the file is empty\n"},
    {"Hello, world\n", 13, EXPECTED "48 65 6c 6c (\"Hell\"), a text file?\n"},
    {"No", 2, EXPECTED "4e 6f (\"No\"), a text file?\n"},
    {"\xd4\xc3\xb2", 3, EXPECTED "d4 c3 b2 (\"...\")\n"},
    {"\0\0\0\0\0\0\0\0", 8, EXPECTED "00 00 00 00 (\"....\")\n"},
    {"GMBU\1\0\0\0", 8,
     EXPECTED "47 4d 42 55 (\"GMBU\"), a Microsoft Network Monitor capture? editcap converts it\n"},
    {"PK\x03\x04", 4, EXPECTED "50 4b 03 04 (\"PK..\"), a zip archive? unpack it first\n"},
    {"BZh9", 4, EXPECTED "42 5a 68 39 (\"BZh9\"), bzip2? decompress it first\n"},
    {"\x02\x21\x4c\x18", 4,
     EXPECTED "02 21 4c 18 (\".!L.\"), lz4 in its legacy format? decompress it first\n"},
    {"\xd4\xc3\xb2\xa1\2\0\4\0", 8,
     "error: byte 8: expected a pcap file header of 24 bytes, but the file ends\n"},
    {"\x0a\x0d\x0d\x0a\x1c\0\0\0", 8,
     "error: byte 8: expected a pcapng section header of 28 bytes, but the file ends\n"},
    {"\xd4\xc3\xb2\xa1\1\0\4\0"
     "0000000000000000",
     24, "error: byte 4: expected version 2.4 of the pcap format, found 1.4\n"},
    {"\x0a\x0d\x0d\x0a\x40\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0", 28,
     "error: byte 0: the capture is cut short: the block after frame 0 needs 64 bytes, found 28\n"},
    {"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x2c\0\0\0", 28,
     "error: byte 0: damaged block: expected its length of 28 bytes again at its end, found 44; nothing from "
     "here on "
     "can be read\n"},
    {"\x1f\x8b\x08\0\0\0", 6, "error: the gzip data is cut short: the compressed file ends at byte 6\n"},
    {"\x1f\x8b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 13,
     "error: the gzip data is damaged at byte 4 of the compressed file: unknown header flags set\n"},
};

static void test_files(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)files[i].bytes, (guint)files[i].length);
        g_autofree char *reading = sample_read(bytes);
        assert_string_equal(reading, files[i].expected);
    }
}

static void assert_open_fails(const char *path, int error_number)
{
    g_autoptr(GError) error = NULL;
    assert_null(capture_reader_open(path, &error));
    assert_true(g_error_matches(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT));
    g_autofree char *expected = g_strdup_printf("%s: %s", path, g_strerror(error_number));
    assert_string_equal(error->message, expected);
}

static void test_paths(void **state)
{
    (void)state;
    g_autofree char *path = sample_file("plain", "x", 1);
    g_autofree char *directory = g_path_get_dirname(path);
    g_autofree char *missing = g_build_filename(directory, "missing", NULL);
    g_autofree char *below = g_build_filename(path, "below", NULL);
    assert_open_fails(missing, ENOENT);
    assert_open_fails(directory, EISDIR);
    assert_open_fails(below, ENOTDIR);
    assert_open_fails("", ENOENT);
    if (geteuid() != 0) { /* root may read everything */
        assert_int_equal(chmod(path, 0), 0);
        assert_open_fails(path, EACCES);
    }
}

/* Two frames of one byte. */
static const char two_frames[] = "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000\n"
                                 "01000000 02000000 01000000 01000000 ee\n"
                                 "01000000 02000000 01000000 01000000 ff\n";

/* "-" is standard input: mapped where it is a file at its start, and read on from where it stands otherwise.
 */
static void test_standard_input(void **state)
{
    (void)state;
    g_autoptr(GByteArray) bytes = sample_bytes(two_frames);
    g_autoptr(GByteArray) prefixed = sample_bytes("abcdef\n");
    g_byte_array_append(prefixed, bytes->data, bytes->len);
    for (int prefix = 0; prefix <= 3; prefix += 3) {
        const GByteArray *content = prefix ? prefixed : bytes;
        g_autofree char *path = sample_file("stdin", content->data, content->len);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_int_equal(lseek(fd, prefix, SEEK_SET), prefix);
        assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
        close(fd);
        g_autoptr(CaptureReader) reader = capture_reader_open("-", NULL);
        assert_non_null(reader);
        Frame frame;
        assert_true(capture_reader_next(reader, &frame));
        assert_true(capture_reader_next(reader, &frame));
        assert_int_equal(frame.bytes[0], 0xff);
        assert_int_equal(capture_reader_position(reader), bytes->len);
        assert_false(capture_reader_next(reader, &frame));
    }
    g_autofree char *path = sample_file("stdin", "Hello", 5);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    g_autoptr(GError) error = NULL;
    assert_null(capture_reader_open("-", &error));
    assert_true(g_str_has_prefix(error->message, "standard input: byte 0: expected the magic number"));
}

/* A live capture: a frame is given as soon as it is there, without waiting for the next. */
static void test_live_pipe(void **state)
{
    (void)state;
    g_autoptr(GByteArray) bytes = sample_bytes(two_frames);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", ends[0]);
    const gsize first = 24 + 17;
    assert_int_equal(write(ends[1], bytes->data, first), first);
    g_autoptr(CaptureReader) reader = capture_reader_open(path, NULL);
    Frame frames[8];
    assert_int_equal(capture_reader_next_batch(reader, frames, 8), 1);
    assert_int_equal(frames[0].bytes[0], 0xee);
    assert_int_equal(write(ends[1], bytes->data + first, bytes->len - first), bytes->len - first);
    assert_int_equal(capture_reader_next_batch(reader, frames, 8), 1);
    assert_int_equal(frames[0].bytes[0], 0xff);
    close(ends[1]);
    assert_int_equal(capture_reader_next_batch(reader, frames, 8), 0);
    assert_int_equal(diagnostic_list_length(capture_reader_diagnostics(reader)), 0);
    close(ends[0]);
}

/* 64 records of 262128 bytes of their number: 16 MiB, many buffers. Caller frees. */
static GByteArray *large_bytes(void)
{
    GByteArray *bytes = sample_bytes("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000\n");
    g_autoptr(GByteArray) record = sample_bytes("01000000 02000000 f0ff0300 f0ff0300\n");
    g_byte_array_set_size(record, 16 + 262128);
    for (int i = 0; i < 64; i++) {
        memset(record->data + 16, i, 262128);
        g_byte_array_append(bytes, record->data, record->len);
    }
    return bytes;
}

/* Records as large as the buffer, which moves over all of them. */
static void test_large_file(void **state)
{
    (void)state;
    g_autoptr(GByteArray) bytes = large_bytes();
    g_autofree char *path = sample_file("large", bytes->data, bytes->len);
    g_autoptr(CaptureReader) reader = capture_reader_open(path, NULL);
    Frame frame;
    for (int i = 0; i < 64; i++) {
        assert_true(capture_reader_next(reader, &frame));
        assert_int_equal(frame.offset, 24 + i * (16 + 262128));
        assert_memory_equal(frame.bytes, bytes->data + frame.offset + 16, 262128);
    }
    assert_false(capture_reader_next(reader, &frame));
    assert_int_equal(capture_reader_position(reader), bytes->len);
    assert_false(capture_reader_is_cut(reader));
}

/* A file that somebody truncates: what is left of it is read, and that there was more is an error. */
static void test_shrinking_file(void **state)
{
    (void)state;
    g_autoptr(GByteArray) bytes = large_bytes();
    g_autofree char *path = sample_file("shrinking", bytes->data, bytes->len);
    g_autoptr(CaptureReader) reader = capture_reader_open(path, NULL);
    Frame frame;
    assert_true(capture_reader_next(reader, &frame));
    assert_int_equal(truncate(path, 8 << 20), 0);
    uint64_t frames = 1;
    while (capture_reader_next(reader, &frame))
        frames++;
    assert_in_range(frames, 15, 32);
    const DiagnosticList *diagnostics = capture_reader_diagnostics(reader);
    assert_int_equal(diagnostic_list_length(diagnostics), 1);
    assert_int_equal(diagnostic_list_get(diagnostics, 0)->severity, DIAGNOSTIC_ERROR);
    assert_non_null(strstr(diagnostic_list_get(diagnostics, 0)->message, "the file shrank from "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),          cmocka_unit_test(test_paths),
        cmocka_unit_test(test_standard_input), cmocka_unit_test(test_live_pipe),
        cmocka_unit_test(test_large_file),     cmocka_unit_test(test_shrinking_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
