/* Captures written down byte by byte, and what the reader makes of them as text.
 *
 * A sample is hex digits with a comment after ';' on each line. Its expected reading is one text: the format,
 * the frames, the interfaces and the diagnostics, or the error. It is read from memory, from a mapped file
 * and from a pipe, which must all agree, and then again cut at every length, which must never give a frame
 * that the whole file does not have. */
#pragma once

#include <glib.h>

/* The bytes of "d4c3b2a1 ; magic\n...". Caller frees. */
GByteArray *sample_bytes(const char *hex);

/* What a reader makes of the bytes in each of three ways; asserts that they agree. Caller frees. For example:
 *
 *      pcap
 *      frame 1 at 1.000002000, 2 of 60 bytes, interface 0, link type 1, offset 24: 0102
 *      interface 0: link type 1, snap length 262144, 1 frames
 *      note at 42: the capture is cut short: ...
 *
 * or "error: byte 0: ..." without the path. Bytes of a frame beyond the first 8 are left out. */
char *sample_read(const GByteArray *bytes);

/* In one way only. */
char *sample_read_memory(const GByteArray *bytes);

/* Asserts that the reading is `expected`, then cuts the sample at every length. */
void sample_check(const char *name, const char *hex, const char *expected);

/* Cuts at every length up to `length_max`, then in steps of a prime. */
void sample_check_cuts(const char *name, const GByteArray *bytes, gsize length_max);

/* Writes a file in a directory for the test run, and returns its path; caller frees. Removed at exit. */
char *sample_file(const char *name, const void *bytes, gsize length);
