/* Fuzz target of decompression. The first byte says what is done with the others:
 *
 *     bits 0-1  the format: gzip, zstd, lz4, xz
 *     bit 2     0: they are a compressed file; 1: they are compressed first, each half as a member of its own
 *     bits 3-7  how large the pieces are in which the result is read
 *
 * In the second case two bytes more say where the compressed file is damaged and how; 0 leaves it whole, and
 * then the same bytes must come back. However it is read, in pieces or at once, from memory or through a
 * pipe, the result must be the same, and so must what is said of it (but for damaged xz). */
#include <glib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "capture/decompress.h"

#define OUTPUT_MAX (1u << 20)
#define PIPE_BYTES 4096 /* what every pipe takes at once */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FORMAT_XZ = 3 };

typedef struct {
    GByteArray *bytes;
    char *failure, *remark;
} Result;

static void result_clear(Result *result)
{
    g_byte_array_unref(result->bytes);
    g_free(result->failure);
    g_free(result->remark);
}

static size_t compress_gzip(const uint8_t *in, size_t size, uint8_t *out, size_t capacity)
{
    z_stream stream = {
        .next_in = (Bytef *)in, .avail_in = (uInt)size, .next_out = out, .avail_out = (uInt)capacity};
    g_assert(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    g_assert(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

static size_t compress_zstd(const uint8_t *in, size_t size, uint8_t *out, size_t capacity)
{
    return ZSTD_compress(out, capacity, in, size, 1);
}

static size_t compress_lz4(const uint8_t *in, size_t size, uint8_t *out, size_t capacity)
{
    return LZ4F_compressFrame(out, capacity, in, size, NULL);
}

static size_t compress_xz(const uint8_t *in, size_t size, uint8_t *out, size_t capacity)
{
    size_t at = 0;
    g_assert(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, in, size, out, &at, capacity) == LZMA_OK);
    return at;
}

static size_t (*const compress_one[])(const uint8_t *in, size_t size, uint8_t *out, size_t capacity) = {
    compress_gzip, compress_zstd, compress_lz4, compress_xz};
static const uint8_t magics[][COMPRESSION_MAGIC_BYTES] = {
    {0x1f, 0x8b, 8}, {0x28, 0xb5, 0x2f, 0xfd}, {0x04, 0x22, 0x4d, 0x18}, {0xfd, '7', 'z', 'X', 'Z', 0}};

static void add_member(GByteArray *file, unsigned format, const uint8_t *in, size_t size)
{
    size_t capacity = size + size / 8 + 1024;
    g_autofree uint8_t *out = g_malloc(capacity);
    g_byte_array_append(file, out, (guint)compress_one[format](in, size, out, capacity));
}

static Result read_all(unsigned format, RawInput *input, size_t piece)
{
    const CompressionFormat *found = compression_detect(magics[format], COMPRESSION_MAGIC_BYTES);
    Decompressor *decompressor = decompressor_new(found, input);
    Result result = {.bytes = g_byte_array_new()};
    g_autofree uint8_t *out = g_malloc(piece);
    size_t got;
    while (result.bytes->len < OUTPUT_MAX && (got = decompressor_read(decompressor, out, piece))) {
        g_assert(got <= piece);
        g_byte_array_append(result.bytes, out, (guint)MIN(got, OUTPUT_MAX - result.bytes->len));
    }
    if (result.bytes->len < OUTPUT_MAX) {
        g_assert(!decompressor_read(decompressor, out, piece));
        result.failure = g_strdup(decompressor_failure(decompressor));
        result.remark = g_strdup(decompressor_remark(decompressor));
    }
    decompressor_free(decompressor);
    raw_input_clear(input);
    return result;
}

/* How early liblzma sees that data is damaged depends on how much room it has. */
static void check_same(unsigned format, const Result *first, const Result *second)
{
    guint common = MIN(first->bytes->len, second->bytes->len);
    g_assert(!common || !memcmp(first->bytes->data, second->bytes->data, common));
    if (format == FORMAT_XZ && first->failure && second->failure)
        return;
    g_assert_cmpuint(first->bytes->len, ==, second->bytes->len);
    g_assert_cmpstr(first->failure, ==, second->failure);
    g_assert_cmpstr(first->remark, ==, second->remark);
}

static void check_pipe(unsigned format, const GByteArray *file, size_t piece, const Result *expected)
{
    int ends[2];
    if (file->len > PIPE_BYTES || pipe(ends) < 0)
        return;
    bool is_written = write(ends[1], file->data, file->len) == (ssize_t)file->len;
    close(ends[1]);
    if (is_written) {
        RawInput input;
        raw_input_init_fd(&input, ends[0]);
        Result result = read_all(format, &input, piece);
        check_same(format, expected, &result);
        result_clear(&result);
    }
    close(ends[0]);
}

/* Fills in the file, and whether it must be readable. */
static bool make_file(GByteArray *file, const uint8_t *data, size_t size)
{
    unsigned format = data[0] & 3;
    if (!(data[0] & 4)) {
        g_byte_array_append(file, data + 1, (guint)size - 1);
        return false;
    }
    if (size < 3)
        return false;
    size_t half = (size - 3) / 2;
    add_member(file, format, data + 3, half);
    add_member(file, format, data + 3 + half, size - 3 - half);
    file->data[data[1] * file->len / 256] ^= data[2];
    return !data[2];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size || size > OUTPUT_MAX)
        return 0;
    unsigned format = data[0] & 3;
    size_t piece = 1 + (size_t)(data[0] >> 3) * (data[0] >> 3) * 64;
    g_autoptr(GByteArray) file = g_byte_array_new();
    bool is_whole = make_file(file, data, size);
    if (!file->len)
        return 0;
    RawInput input;
    raw_input_init_memory(&input, file->data, file->len);
    Result at_once = read_all(format, &input, OUTPUT_MAX);
    raw_input_init_memory(&input, file->data, file->len);
    Result in_pieces = read_all(format, &input, piece);
    check_same(format, &at_once, &in_pieces);
    check_pipe(format, file, piece, &at_once);
    if (is_whole) {
        g_assert(!at_once.failure && !at_once.remark && at_once.bytes->len == size - 3);
        g_assert(size == 3 || !memcmp(at_once.bytes->data, data + 3, size - 3));
    }
    result_clear(&at_once);
    result_clear(&in_pieces);
    return 0;
}
