/* Compressed captures: one stream, several one after the other, cut, damaged, and followed by something else.
 * The capture is larger than every buffer on the way, so that frames lie across their edges. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/reader.h"
#include "sample.h"

#define FRAMES     3000
#define FRAME_STEP 613 /* lengths run through 0..FRAME_STEP-1 */

typedef GByteArray *(*CompressFunc)(const guint8 *bytes, gsize length);

static GByteArray *compress_gzip(const guint8 *bytes, gsize length)
{
    GByteArray *out = g_byte_array_new();
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    g_byte_array_set_size(out, (guint)deflateBound(&stream, length));
    stream.next_in = (Bytef *)bytes;
    stream.avail_in = (uInt)length;
    stream.next_out = out->data;
    stream.avail_out = out->len;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    g_byte_array_set_size(out, (guint)stream.total_out);
    deflateEnd(&stream);
    return out;
}

static GByteArray *compress_zstd(const guint8 *bytes, gsize length)
{
    GByteArray *out = g_byte_array_new();
    g_byte_array_set_size(out, (guint)ZSTD_compressBound(length));
    size_t result = ZSTD_compress(out->data, out->len, bytes, length, 3);
    assert_false(ZSTD_isError(result));
    g_byte_array_set_size(out, (guint)result);
    return out;
}

static GByteArray *compress_lz4(const guint8 *bytes, gsize length)
{
    GByteArray *out = g_byte_array_new();
    LZ4F_preferences_t preferences = {.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled};
    g_byte_array_set_size(out, (guint)LZ4F_compressFrameBound(length, &preferences));
    size_t result = LZ4F_compressFrame(out->data, out->len, bytes, length, &preferences);
    assert_false(LZ4F_isError(result));
    g_byte_array_set_size(out, (guint)result);
    return out;
}

static GByteArray *compress_xz(const guint8 *bytes, gsize length)
{
    GByteArray *out = g_byte_array_new();
    g_byte_array_set_size(out, (guint)lzma_stream_buffer_bound(length));
    size_t at = 0;
    assert_int_equal(
        lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, bytes, length, out->data, &at, out->len), LZMA_OK);
    g_byte_array_set_size(out, (guint)at);
    return out;
}

static const struct {
    const char *name;
    CompressFunc compress;
    const char *damage; /* what is said where the middle is damaged */
} formats[] = {
    {"gzip", compress_gzip, "the gzip data is damaged at byte "},
    {"zstd", compress_zstd, "the zstd data is damaged at byte "},
    {"lz4", compress_lz4, "the lz4 data is damaged at byte "},
    {"xz", compress_xz, "is damaged: "},
};

static void put32(GByteArray *bytes, guint32 value)
{
    const guint8 little[] = {(guint8)value, (guint8)(value >> 8), (guint8)(value >> 16),
                             (guint8)(value >> 24)};
    g_byte_array_append(bytes, little, sizeof little);
}

/* About 900 KB that compress to a third: neither zeros nor noise. */
static GByteArray *make_capture(guint frames)
{
    GByteArray *bytes = sample_bytes("d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000\n");
    guint32 random = 1;
    for (guint i = 0; i < frames; i++) {
        guint32 length = i * 37 % FRAME_STEP;
        put32(bytes, 1700000000 + i / 1000);
        put32(bytes, i % 1000);
        put32(bytes, length);
        put32(bytes, 1500);
        for (guint32 k = 0; k < length; k++) {
            random = random * 1103515245 + 12345;
            guint8 byte = (guint8)(random >> 28);
            g_byte_array_append(bytes, &byte, 1);
        }
    }
    return bytes;
}

static GByteArray *join(const GByteArray *a, const void *b, gsize b_length)
{
    GByteArray *both = g_byte_array_new();
    g_byte_array_append(both, a->data, a->len);
    g_byte_array_append(both, b, (guint)b_length);
    return both;
}

/* The reading of the plain capture, as it must be when compressed: only its first line differs. */
static char *expect_compressed(const char *format, const char *plain, const char *more)
{
    return g_strdup_printf("%s-compressed %s%s", format, plain, more);
}

static void test_streams(void **state)
{
    (void)state;
    g_autoptr(GByteArray) capture = make_capture(FRAMES);
    g_autofree char *plain = sample_read(capture);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        gsize half = capture->len / 2;
        g_autoptr(GByteArray) whole = formats[i].compress(capture->data, capture->len);
        g_autoptr(GByteArray) first = formats[i].compress(capture->data, half);
        g_autoptr(GByteArray) second = formats[i].compress(capture->data + half, capture->len - half);
        g_autoptr(GByteArray) nothing = formats[i].compress(capture->data, 0);
        g_autoptr(GByteArray) pair = join(first, nothing->data, nothing->len);
        g_byte_array_append(pair, second->data, second->len);
        g_autofree char *expected = expect_compressed(formats[i].name, plain, "");
        g_autofree char *from_whole = sample_read(whole);
        g_autofree char *from_pair = sample_read(pair);
        assert_string_equal(from_whole, expected);
        assert_string_equal(from_pair, expected);
    }
}

/* What follows the compressed data: zeros of a tape or a page, or anything else. */
static void test_trailing(void **state)
{
    (void)state;
    g_autoptr(GByteArray) capture = make_capture(20);
    g_autofree char *plain = sample_read(capture);
    const guint8 zeros[512] = {0};
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GByteArray) whole = formats[i].compress(capture->data, capture->len);
        g_autoptr(GByteArray) padded = join(whole, zeros, sizeof zeros);
        g_autofree char *reading = sample_read(padded);
        /* xz knows padding as a part of its format. */
        g_autofree char *remark =
            strcmp(formats[i].name, "xz")
                ? g_strdup_printf("note at %u: bytes that are no %s data follow byte %u of the "
                                  "compressed file and were ignored\n",
                                  capture->len, formats[i].name, whole->len)
                : g_strdup("");
        g_autofree char *expected = expect_compressed(formats[i].name, plain, remark);
        assert_string_equal(reading, expected);
    }
}

/* Frames that a reading has; asserts that its last line is an error of this kind. */
static unsigned count_frames(const char *reading, const char *error)
{
    unsigned frames = 0;
    g_auto(GStrv) lines = g_strsplit(reading, "\n", -1);
    const char *last = lines[g_strv_length(lines) - 2];
    assert_true(g_str_has_prefix(last, "error at "));
    assert_non_null(strstr(last, error));
    for (char **line = lines; *line; line++)
        frames += g_str_has_prefix(*line, "frame ");
    g_autofree char *sum = g_strdup_printf("; the %u frames before it were read", frames);
    assert_true(g_str_has_suffix(last, sum));
    return frames;
}

static void test_cut(void **state)
{
    (void)state;
    g_autoptr(GByteArray) capture = make_capture(FRAMES);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GByteArray) whole = formats[i].compress(capture->data, capture->len);
        g_byte_array_set_size(whole, whole->len / 2);
        g_autofree char *reading = sample_read(whole);
        g_autofree char *error = g_strdup_printf(
            "the %s data is cut short: the compressed file ends at byte %u", formats[i].name, whole->len);
        unsigned frames = count_frames(reading, error);
        assert_in_range(frames, FRAMES / 4, FRAMES * 3 / 4);
    }
}

/* How many lines two texts have in common from their second line on. */
static unsigned common_lines(const char *a, const char *b)
{
    unsigned lines = 0;
    for (a = strchr(a, '\n') + 1, b = strchr(b, '\n') + 1; *a && *a == *b; a++, b++)
        lines += *a == '\n';
    return lines;
}

/* Where in its block damage is noticed depends on how the bytes arrive, so that this is read in one way only.
 * xz notices at the end of its data, and what it gives until then is no capture any more. */
static void test_damaged(void **state)
{
    (void)state;
    g_autoptr(GByteArray) capture = make_capture(FRAMES);
    g_autofree char *plain = sample_read_memory(capture);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GByteArray) whole = formats[i].compress(capture->data, capture->len);
        memset(whole->data + whole->len / 2, 0xff, 4096);
        g_autofree char *reading = sample_read_memory(whole);
        assert_in_range(common_lines(plain, reading), FRAMES / 4, FRAMES * 3 / 4);
        assert_non_null(strstr(reading, "\nerror at "));
        assert_non_null(strstr(reading, formats[i].damage));
    }
}

/* Every cut of a small one, in all three ways of reading, and every byte of it inverted. */
static void test_sweep(void **state)
{
    (void)state;
    g_autoptr(GByteArray) capture = make_capture(8);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GByteArray) whole = formats[i].compress(capture->data, capture->len);
        sample_check_cuts(formats[i].name, whole, 300);
        for (guint at = 0; at < whole->len; at++) {
            whole->data[at] ^= 0xff;
            g_autoptr(CaptureReader) reader = capture_reader_open_memory(whole->data, whole->len, NULL);
            Frame frame;
            while (reader && capture_reader_next(reader, &frame))
                ;
            whole->data[at] ^= 0xff;
        }
    }
}

/* A gzip member of nothing, and one of a text. */
static void test_not_a_capture(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autoptr(GByteArray) nothing = formats[i].compress((const guint8 *)"", 0);
        g_autofree char *empty = sample_read(nothing);
        assert_string_equal(empty, "error: the file is empty\n");
        g_autoptr(GByteArray) text = formats[i].compress((const guint8 *)"Hello, world\n", 13);
        g_autofree char *reading = sample_read(text);
        assert_string_equal(reading,
                            "error: byte 0: expected the magic number of a pcap, pcapng or snoop file, found "
                            "48 65 6c 6c (\"Hell\"), a text file?\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams), cmocka_unit_test(test_trailing), cmocka_unit_test(test_cut),
        cmocka_unit_test(test_damaged), cmocka_unit_test(test_sweep),    cmocka_unit_test(test_not_a_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
