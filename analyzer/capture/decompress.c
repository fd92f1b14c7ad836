/* One loop for all formats (decompressor_read), and for each format a `step` that takes input and gives
 * output. The libraries differ in how they say "frame complete" and "more input, please"; a step reduces that
 * to DecoderResult. The libraries are loaded when a file asks for them (base/library.h). What follows a
 * complete frame is decided here, once: another frame, the end, or bytes that are no frame (zero padding from
 * a tape, say), which gzip(1) and Wireshark ignore and which we ignore with a remark. */
#include "capture/decompress.h"

#include <glib.h>
#include <inttypes.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/bounds.h"
#include "base/library.h"

typedef enum { DECODER_MORE, DECODER_FRAME_END, DECODER_FAILED } DecoderResult;

typedef struct {
    const uint8_t *in; /* advanced by what was taken */
    const uint8_t *in_end;
    uint8_t *out; /* advanced by what was given */
    uint8_t *out_end;
    bool finish;      /* nothing follows in_end */
    const char *text; /* of a failure; static */
} DecoderStep;

struct CompressionFormat {
    const char *name;
    const char *library;
    const char *const *functions; /* of the library, and where they belong */
    void **places;
    bool has_padding; /* zero bytes between frames */
    bool (*recognizes)(const uint8_t *bytes, size_t length);
    void *(*open)(void);
    DecoderResult (*step)(void *state, DecoderStep *step);
    void (*close)(void *state);
};

struct Decompressor {
    const CompressionFormat *format;
    RawInput *input;
    void *state;
    bool between; /* a frame is complete, and what follows has not been looked at */
    bool ended;
    uint64_t given; /* decompressed bytes so far */
    char *failure;
    char *remark;
};

/* gzip (RFC 1952): members follow one another. */

static struct {
    __typeof__(inflateInit2_) *inflateInit2_;
    __typeof__(inflate) *inflate;
    __typeof__(inflateReset) *inflateReset;
    __typeof__(inflateEnd) *inflateEnd;
} zlib;

static const char *const zlib_functions[] = {"inflateInit2_", "inflate", "inflateReset", "inflateEnd", NULL};

static bool gzip_recognizes(const uint8_t *bytes, size_t length)
{
    return length >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == Z_DEFLATED;
}

static void *gzip_open(void)
{
    z_stream *stream = g_new0(z_stream, 1);
    /* 16: a gzip header, not a zlib one */
    int result = zlib.inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, (int)sizeof *stream);
    g_assert(result == Z_OK);
    return stream;
}

static DecoderResult gzip_step(void *state, DecoderStep *step)
{
    z_stream *stream = state;
    size_t in = (size_t)(step->in_end - step->in), out = (size_t)(step->out_end - step->out);
    stream->next_in = (Bytef *)step->in;
    stream->avail_in = (uInt)MIN(in, UINT32_MAX);
    stream->next_out = step->out;
    stream->avail_out = (uInt)MIN(out, UINT32_MAX);
    int result = zlib.inflate(stream, Z_NO_FLUSH);
    step->in = stream->next_in;
    step->out = stream->next_out;
    if (result == Z_STREAM_END) {
        zlib.inflateReset(stream);
        return DECODER_FRAME_END;
    }
    if (result == Z_OK || result == Z_BUF_ERROR)
        return DECODER_MORE;
    step->text = stream->msg ? stream->msg : "unreadable header";
    return DECODER_FAILED;
}

static void gzip_close(void *state)
{
    zlib.inflateEnd(state);
    g_free(state);
}

/* Frames that zstd and lz4 readers skip share their magic numbers: 50..5f 2a 4d 18. */
static bool is_skippable_frame(const uint8_t *bytes, size_t length)
{
    return length >= 4 && (bytes[0] & 0xf0) == 0x50 && !memcmp(bytes + 1, "\x2a\x4d\x18", 3);
}

/* zstd (RFC 8878): frames follow one another; windows above 128 MiB are refused by the library. */

enum { ZSTD_BLOCK_HEADER_BYTES = 3 }; /* RFC 8878 3.1.1.2 */

static struct {
    __typeof__(ZSTD_createDStream) *ZSTD_createDStream;
    __typeof__(ZSTD_initDStream) *ZSTD_initDStream;
    __typeof__(ZSTD_decompressStream) *ZSTD_decompressStream;
    __typeof__(ZSTD_isError) *ZSTD_isError;
    __typeof__(ZSTD_getErrorName) *ZSTD_getErrorName;
    __typeof__(ZSTD_freeDStream) *ZSTD_freeDStream;
} zstd;

static const char *const zstd_functions[] = {"ZSTD_createDStream",
                                             "ZSTD_initDStream",
                                             "ZSTD_decompressStream",
                                             "ZSTD_isError",
                                             "ZSTD_getErrorName",
                                             "ZSTD_freeDStream",
                                             NULL};

static bool zstd_recognizes(const uint8_t *bytes, size_t length)
{
    return (length >= 4 && !memcmp(bytes, "\x28\xb5\x2f\xfd", 4)) || is_skippable_frame(bytes, length);
}

/* zstd and lz4 forget, on an error, what they have already given in the same call. So they get no more input
 * in one call than one block, which is what they ask for but for the header of the next, and none while they
 * may still hold some of the last block: then the blocks before a damaged one are not lost. */
typedef struct {
    void *context;
    size_t wanted; /* bytes of input, up to the end of the block and then `header` */
    size_t header; /* length of a block's header */
    bool holds;    /* there was no more room for output: some may be left */
} BlockDecoder;

static BlockDecoder *block_decoder_new(void *context, size_t wanted, size_t header)
{
    BlockDecoder *decoder = g_new(BlockDecoder, 1);
    *decoder = (BlockDecoder){.context = context, .wanted = wanted, .header = header};
    return decoder;
}

static size_t block_decoder_input(const BlockDecoder *decoder, const DecoderStep *step)
{
    size_t block = decoder->wanted > decoder->header ? decoder->wanted - decoder->header : decoder->wanted;
    return decoder->holds ? 0 : MIN((size_t)(step->in_end - step->in), block);
}

/* After a call: `wanted` as the library said, 0 at the end of a frame, where it wants `first` next. */
static DecoderResult block_decoder_result(BlockDecoder *decoder, const DecoderStep *step, size_t wanted,
                                          size_t first)
{
    decoder->wanted = wanted ? wanted : first;
    decoder->holds = wanted && step->out == step->out_end;
    return wanted ? DECODER_MORE : DECODER_FRAME_END;
}

static void *zstd_open(void)
{
    ZSTD_DStream *stream = zstd.ZSTD_createDStream();
    g_assert(stream);
    return block_decoder_new(stream, zstd.ZSTD_initDStream(stream), ZSTD_BLOCK_HEADER_BYTES);
}

static DecoderResult zstd_step(void *state, DecoderStep *step)
{
    BlockDecoder *decoder = state;
    bool held = decoder->holds;
    ZSTD_inBuffer in = {step->in, block_decoder_input(decoder, step), 0};
    ZSTD_outBuffer out = {step->out, (size_t)(step->out_end - step->out), 0};
    size_t result = zstd.ZSTD_decompressStream(decoder->context, &out, &in);
    if (zstd.ZSTD_isError(result)) {
        step->text = zstd.ZSTD_getErrorName(result);
        return DECODER_FAILED;
    }
    step->in += in.pos;
    step->out += out.pos;
    size_t first = result ? 0 : zstd.ZSTD_initDStream(decoder->context);
    DecoderResult done = block_decoder_result(decoder, step, result, first);
    return held && !out.pos && done == DECODER_MORE ? zstd_step(state, step) : done; /* it held nothing */
}

static void zstd_close(void *state)
{
    BlockDecoder *decoder = state;
    zstd.ZSTD_freeDStream(decoder->context);
    g_free(decoder);
}

/* lz4's frame format; the "legacy" one (02 21 4c 18) has no library and is not read. */

static struct {
    __typeof__(LZ4F_createDecompressionContext) *LZ4F_createDecompressionContext;
    __typeof__(LZ4F_decompress) *LZ4F_decompress;
    __typeof__(LZ4F_isError) *LZ4F_isError;
    __typeof__(LZ4F_getErrorName) *LZ4F_getErrorName;
    __typeof__(LZ4F_freeDecompressionContext) *LZ4F_freeDecompressionContext;
} lz4;

static const char *const lz4_functions[] = {"LZ4F_createDecompressionContext",
                                            "LZ4F_decompress",
                                            "LZ4F_isError",
                                            "LZ4F_getErrorName",
                                            "LZ4F_freeDecompressionContext",
                                            NULL};

static bool lz4_recognizes(const uint8_t *bytes, size_t length)
{
    return (length >= 4 && !memcmp(bytes, "\x04\x22\x4d\x18", 4)) || is_skippable_frame(bytes, length);
}

static void *lz4_open(void)
{
    LZ4F_dctx *context = NULL;
    LZ4F_errorCode_t result = lz4.LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
    g_assert(!lz4.LZ4F_isError(result));
    return block_decoder_new(context, LZ4F_HEADER_SIZE_MIN, LZ4F_BLOCK_HEADER_SIZE);
}

static DecoderResult lz4_step(void *state, DecoderStep *step)
{
    BlockDecoder *decoder = state;
    bool held = decoder->holds;
    size_t in = block_decoder_input(decoder, step), out = (size_t)(step->out_end - step->out);
    size_t result = lz4.LZ4F_decompress(decoder->context, step->out, &out, step->in, &in, NULL);
    if (lz4.LZ4F_isError(result)) {
        step->text = lz4.LZ4F_getErrorName(result);
        return DECODER_FAILED;
    }
    step->in += in;
    step->out += out;
    DecoderResult done = block_decoder_result(decoder, step, result, LZ4F_HEADER_SIZE_MIN);
    return held && !out && done == DECODER_MORE ? lz4_step(state, step) : done;
}

static void lz4_close(void *state)
{
    BlockDecoder *decoder = state;
    lz4.LZ4F_freeDecompressionContext(decoder->context);
    g_free(decoder);
}

/* xz: streams follow one another, with padding of four zero bytes or a multiple between them. */

static struct {
    __typeof__(lzma_stream_decoder) *lzma_stream_decoder;
    __typeof__(lzma_code) *lzma_code;
    __typeof__(lzma_end) *lzma_end;
} lzma;

static const char *const lzma_functions[] = {"lzma_stream_decoder", "lzma_code", "lzma_end", NULL};

static bool xz_recognizes(const uint8_t *bytes, size_t length)
{
    return length >= 6 && !memcmp(bytes,
                                  "\xfd"
                                  "7zXZ\0",
                                  6);
}

static void xz_begin(lzma_stream *stream)
{
    lzma_ret result = lzma.lzma_stream_decoder(stream, XZ_MEMORY_MAX, 0);
    g_assert(result == LZMA_OK);
}

static void *xz_open(void)
{
    lzma_stream *stream = g_new0(lzma_stream, 1);
    xz_begin(stream);
    return stream;
}

static const char *xz_text(lzma_ret result)
{
    switch (result) {
    case LZMA_MEMLIMIT_ERROR:
        return "needs more than 256 MiB of memory";
    case LZMA_OPTIONS_ERROR:
        return "unsupported options";
    case LZMA_FORMAT_ERROR:
        return "not an xz stream";
    default:
        return "corrupt data";
    }
}

static DecoderResult xz_step(void *state, DecoderStep *step)
{
    lzma_stream *stream = state;
    stream->next_in = step->in;
    stream->avail_in = (size_t)(step->in_end - step->in);
    stream->next_out = step->out;
    stream->avail_out = (size_t)(step->out_end - step->out);
    lzma_ret result = lzma.lzma_code(stream, step->finish ? LZMA_FINISH : LZMA_RUN);
    step->in = stream->next_in;
    step->out = stream->next_out;
    if (result == LZMA_STREAM_END) {
        xz_begin(stream);
        return DECODER_FRAME_END;
    }
    if (result == LZMA_OK || result == LZMA_BUF_ERROR)
        return DECODER_MORE;
    step->text = xz_text(result);
    return DECODER_FAILED;
}

static void xz_close(void *state)
{
    lzma.lzma_end(state);
    g_free(state);
}

#define HAS_ALL_OF(library, functions) (sizeof(library) == sizeof(functions) - sizeof(functions)[0])
_Static_assert(HAS_ALL_OF(zlib, zlib_functions) && HAS_ALL_OF(zstd, zstd_functions) &&
                   HAS_ALL_OF(lz4, lz4_functions) && HAS_ALL_OF(lzma, lzma_functions),
               "as many places as functions");

/* zstd stands before lz4: a file that begins with a skippable frame is zstd's (pzstd writes such). */
static const CompressionFormat formats[] = {
    {"gzip", "libz.so.1", zlib_functions, (void **)&zlib, false, gzip_recognizes, gzip_open, gzip_step,
     gzip_close},
    {"zstd", "libzstd.so.1", zstd_functions, (void **)&zstd, false, zstd_recognizes, zstd_open, zstd_step,
     zstd_close},
    {"lz4", "liblz4.so.1", lz4_functions, (void **)&lz4, false, lz4_recognizes, lz4_open, lz4_step,
     lz4_close},
    {"xz", "liblzma.so.5", lzma_functions, (void **)&lzma, true, xz_recognizes, xz_open, xz_step, xz_close},
};

const CompressionFormat *compression_detect(const uint8_t *bytes, size_t length)
{
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        if (formats[i].recognizes(bytes, length))
            return &formats[i];
    return NULL;
}

const char *compression_name(const CompressionFormat *format)
{
    return format->name;
}

static bool decompressor_load(Decompressor *decompressor)
{
    const CompressionFormat *format = decompressor->format;
    g_autofree char *problem = NULL;
    const char *const names[] = {format->library, NULL};
    if (library_load(names, format->functions, format->places, &problem))
        return true;
    decompressor->failure = g_strdup_printf("the %s data cannot be read: %s", format->name, problem);
    decompressor->ended = true;
    return false;
}

Decompressor *decompressor_new(const CompressionFormat *format, RawInput *input)
{
    Decompressor *decompressor = g_new0(Decompressor, 1);
    decompressor->format = format;
    decompressor->input = input;
    if (decompressor_load(decompressor)) {
        decompressor->state = format->open();
        g_assert(decompressor->state);
    }
    return decompressor;
}

void decompressor_free(Decompressor *decompressor)
{
    if (!decompressor)
        return;
    if (decompressor->state)
        decompressor->format->close(decompressor->state);
    g_free(decompressor->failure);
    g_free(decompressor->remark);
    g_free(decompressor);
}

/* `text` says what is damaged; NULL: the input has ended. */
static void decompressor_fail(Decompressor *decompressor, const char *text)
{
    const char *name = decompressor->format->name;
    uint64_t position = raw_input_position(decompressor->input);
    decompressor->ended = true;
    if (decompressor->input->error_number)
        decompressor->failure =
            g_strdup_printf("reading failed at byte %" PRIu64 " of the compressed file: %s", position,
                            g_strerror(decompressor->input->error_number));
    else if (text)
        decompressor->failure = g_strdup_printf(
            "the %s data is damaged at byte %" PRIu64 " of the compressed file: %s", name, position, text);
    else
        decompressor->failure = g_strdup_printf(
            "the %s data is cut short: the compressed file ends at byte %" PRIu64, name, position);
}

/* Ends where the file is a bomb: see DECOMPRESSED_RATIO_MAX. */
static void decompressor_count(Decompressor *decompressor, size_t length)
{
    decompressor->given += length;
    uint64_t position = raw_input_position(decompressor->input);
    if (decompressor->ended || decompressor->given <= DECOMPRESSED_FREE_BYTES ||
        decompressor->given / DECOMPRESSED_RATIO_MAX <= position)
        return;
    decompressor->ended = true;
    decompressor->failure = g_strdup_printf(
        "the %s data was given up at byte %" PRIu64
        " of the compressed file: expected at most %d bytes of each of its "
        "bytes, found %" PRIu64 " of %" PRIu64,
        decompressor->format->name, position, DECOMPRESSED_RATIO_MAX, decompressor->given, position);
}

/* After a complete frame: is there another? */
static bool decompressor_next_frame(Decompressor *decompressor)
{
    RawInput *input = decompressor->input;
    bool any = raw_input_peek(input, 1);
    while (any && decompressor->format->has_padding && !*input->at) {
        input->at++;
        any = raw_input_peek(input, 1);
    }
    if (any) {
        raw_input_peek(input, COMPRESSION_MAGIC_BYTES);
        decompressor->between = false;
        if (decompressor->format->recognizes(input->at, raw_input_left(input)))
            return true;
        decompressor->remark = g_strdup_printf("bytes that are no %s data follow byte %" PRIu64
                                               " of the compressed file and were ignored",
                                               decompressor->format->name, raw_input_position(input));
    } else if (input->error_number) {
        decompressor_fail(decompressor, NULL);
    }
    decompressor->ended = true;
    return false;
}

size_t decompressor_read(Decompressor *decompressor, uint8_t *out, size_t capacity)
{
    RawInput *input = decompressor->input;
    while (!decompressor->ended && (!decompressor->between || decompressor_next_frame(decompressor))) {
        bool finish = !raw_input_peek(input, 1);
        DecoderStep step = {
            .in = input->at, .in_end = input->end, .out = out, .out_end = out + capacity, .finish = finish};
        DecoderResult result = decompressor->format->step(decompressor->state, &step);
        bool moved = step.in != input->at || step.out != out;
        input->at = step.in;
        if (result == DECODER_FRAME_END)
            decompressor->between = true;
        else if (result == DECODER_FAILED)
            decompressor_fail(decompressor, step.text);
        else if (!moved)
            decompressor_fail(decompressor, finish ? NULL : "no progress");
        if (step.out != out) {
            decompressor_count(decompressor, (size_t)(step.out - out));
            return (size_t)(step.out - out);
        }
    }
    return 0;
}

const char *decompressor_failure(const Decompressor *decompressor)
{
    return decompressor->failure;
}

const char *decompressor_remark(const Decompressor *decompressor)
{
    return decompressor->remark;
}
