/* Compressed captures as a stream of bytes: gzip, zstd, lz4 and xz, each as its own tool writes it, with
 * concatenated members or frames. Memory is bounded by the format's window, whatever the file claims.
 *
 * To add a format: one row in the table of decompress.c and its three functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/raw-input.h"

typedef struct CompressionFormat CompressionFormat;
typedef struct Decompressor Decompressor;

/* How many first bytes compression_detect() looks at. */
#define COMPRESSION_MAGIC_BYTES 6

/* The format that the first bytes of a file announce, or NULL for none. Static. */
const CompressionFormat *compression_detect(const uint8_t *bytes, size_t length);

/* "gzip", "zstd", "lz4", "xz". */
const char *compression_name(const CompressionFormat *format);

/* `input` is borrowed and must outlive the decompressor. Caller frees. */
Decompressor *decompressor_new(const CompressionFormat *format, RawInput *input);
void decompressor_free(Decompressor *decompressor);

/* Up to `capacity` decompressed bytes, at least one; 0 at the end, which decompressor_failure() may explain.
 */
size_t decompressor_read(Decompressor *decompressor, uint8_t *out, size_t capacity);

/* Why the data ended before its end, one sentence in lower case, or NULL. Borrowed. */
const char *decompressor_failure(const Decompressor *decompressor);

/* What was odd although everything was read (bytes after the last member), or NULL. Borrowed. */
const char *decompressor_remark(const Decompressor *decompressor);
