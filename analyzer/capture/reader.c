#include "capture/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "capture/bytes.h"
#include "capture/reader-private.h"

/* What else a file may be that somebody takes for a capture, and what to do about it. */
static const struct {
    const char *magic;
    const char *hint;
} not_captures[] = {
    {"GMBU", "a Microsoft Network Monitor capture? editcap converts it"},
    {"RTSS", "a Microsoft Network Monitor 1.x capture? editcap converts it"},
    {"XCP", "a NetXRay capture? editcap converts it"},
    {"PK\x03\x04", "a zip archive? unpack it first"},
    {"BZh", "bzip2? decompress it first"},
    {"7z\xbc\xaf", "a 7z archive? unpack it first"},
    {"\x02\x21L\x18", "lz4 in its legacy format? decompress it first"},
    {"\x1f\x8b", "gzip within another compression? decompress it first"},
    {"\x28\xb5\x2f\xfd", "zstd within another compression? decompress it first"},
    {"\x04\x22\x4d\x18", "lz4 within another compression? decompress it first"},
    {"\xfd"
     "7zXZ",
     "xz within another compression, or cut? decompress it first"},
    {"\x1f\x9d", "a file of compress(1)? decompress it first"},
    {"\x7f"
     "ELF",
     "a program?"},
    {"<?xml", "XML? closelint reads captures, not what was printed from them"},
};

static bool is_text(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!(g_ascii_isprint(bytes[i]) || g_ascii_isspace(bytes[i])))
            return false;
    return length > 0;
}

/* "1f 8b 08 00 ("....")", and what that may be. */
static char *describe_magic(const uint8_t *bytes, size_t length)
{
    GString *text = g_string_new(NULL);
    size_t shown = MIN(length, 4);
    for (size_t i = 0; i < shown; i++)
        g_string_append_printf(text, "%s%02x", i ? " " : "", bytes[i]);
    g_string_append(text, " (\"");
    for (size_t i = 0; i < shown; i++)
        g_string_append_c(text, g_ascii_isprint(bytes[i]) ? (char)bytes[i] : '.');
    g_string_append(text, "\")");
    for (guint i = 0; i < G_N_ELEMENTS(not_captures); i++) {
        size_t magic_length = strlen(not_captures[i].magic);
        if (length >= magic_length && !memcmp(bytes, not_captures[i].magic, magic_length)) {
            g_string_append_printf(text, ", %s", not_captures[i].hint);
            return g_string_free(text, FALSE);
        }
    }
    if (is_text(bytes, length))
        g_string_append(text, ", a text file?");
    return g_string_free(text, FALSE);
}

static bool capture_reader_open_format(CaptureReader *reader, GError **error)
{
    Feed *feed = &reader->feed;
    feed_fill(feed, 24);
    size_t length = feed_left(feed);
    if (!length && !feed->failure) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "%s: the file is empty", reader->name);
        return false;
    }
    if (length >= 4 && pcap_file_recognizes(feed->at))
        return pcap_file_open(reader, error);
    if (length >= 4 && pcapng_file_recognizes(feed->at))
        return pcapng_file_open(reader, error);
    if (snoop_file_recognizes(feed->at, length))
        return snoop_file_open(reader, error);
    g_autofree char *found = describe_magic(feed->at, MIN(length, 64));
    return capture_reader_fail(reader, error, 0,
                               "expected the magic number of a pcap, pcapng or snoop file, found %s", found);
}

static CaptureReader *capture_reader_new(const char *name)
{
    CaptureReader *reader = g_new0(CaptureReader, 1);
    reader->name = g_strdup(name);
    reader->diagnostics = diagnostic_list_new();
    reader->interfaces = g_ptr_array_new();
    return reader;
}

/* Frees `reader` where the format cannot be read. */
static CaptureReader *capture_reader_begin(CaptureReader *reader, GError **error)
{
    if (!capture_reader_open_format(reader, error)) {
        capture_reader_free(reader);
        return NULL;
    }
    if (reader->feed.compression) {
        char *format = g_strdup_printf("%s-compressed %s", reader->feed.compression, reader->format);
        g_free(reader->format);
        reader->format = format;
    }
    return reader;
}

CaptureReader *capture_reader_open(const char *path, GError **error)
{
    CaptureReader *reader = capture_reader_new(strcmp(path, "-") ? path : "standard input");
    if (!feed_open(&reader->feed, path, reader->name, error)) {
        capture_reader_free(reader);
        return NULL;
    }
    return capture_reader_begin(reader, error);
}

CaptureReader *capture_reader_open_memory(const uint8_t *bytes, size_t length, GError **error)
{
    CaptureReader *reader = capture_reader_new("memory");
    feed_open_memory(&reader->feed, bytes, length);
    return capture_reader_begin(reader, error);
}

static void capture_interface_free(CaptureInterface *interface)
{
    g_free(interface->name);
    g_free(interface->description);
    g_free(interface);
}

void capture_reader_free(CaptureReader *reader)
{
    if (!reader)
        return;
    feed_clear(&reader->feed);
    diagnostic_list_free(reader->diagnostics);
    for (guint i = 0; i < reader->interfaces->len; i++)
        capture_interface_free(g_ptr_array_index(reader->interfaces, i));
    g_ptr_array_unref(reader->interfaces);
    if (reader->pcapng.interfaces)
        g_array_unref(reader->pcapng.interfaces);
    g_free(reader->name);
    g_free(reader->format);
    g_free(reader);
}

void capture_reader_close(CaptureReader *reader)
{
    feed_clear(&reader->feed);
}

bool capture_reader_next(CaptureReader *reader, Frame *ret_frame)
{
    return reader->next_batch(reader, ret_frame, 1) == 1;
}

unsigned capture_reader_next_batch(CaptureReader *reader, Frame *ret_frames, unsigned max)
{
    return reader->next_batch(reader, ret_frames, max);
}

uint64_t capture_reader_last_number(const CaptureReader *reader)
{
    return reader->frame_count;
}

bool capture_reader_is_cut(const CaptureReader *reader)
{
    return reader->is_cut || diagnostic_list_worst(reader->diagnostics) == DIAGNOSTIC_ERROR;
}

bool capture_reader_is_memory(const CaptureReader *reader)
{
    return !reader->feed.buffer;
}

const DiagnosticList *capture_reader_diagnostics(const CaptureReader *reader)
{
    return reader->diagnostics;
}

guint capture_reader_interface_count(const CaptureReader *reader)
{
    return reader->interfaces->len;
}

const CaptureInterface *capture_reader_interface(const CaptureReader *reader, guint index)
{
    g_assert(index < reader->interfaces->len);
    return g_ptr_array_index(reader->interfaces, index);
}

const char *capture_reader_format(const CaptureReader *reader)
{
    return reader->format;
}

uint64_t capture_reader_position(const CaptureReader *reader)
{
    return feed_file_position(&reader->feed);
}

uint64_t capture_reader_size(const CaptureReader *reader)
{
    return reader->feed.file_size;
}

/* For the formats (reader-private.h). */

CaptureInterface *capture_reader_add_interface(CaptureReader *reader, uint16_t link_type, uint32_t snaplen)
{
    CaptureInterface *interface = g_new0(CaptureInterface, 1);
    interface->link_type = link_type;
    interface->snaplen = snaplen;
    g_ptr_array_add(reader->interfaces, interface);
    return interface;
}

bool capture_reader_first(CaptureReader *reader, CaptureSaid said)
{
    bool first = !(reader->said & said);
    reader->said |= said;
    return first;
}

static unsigned capture_reader_next_batch_ended(CaptureReader *reader, Frame *ret_frames, unsigned max)
{
    (void)reader, (void)ret_frames, (void)max;
    return 0;
}

/* Nonsense in a compressed file is often damage to the compressed data, which their checksum shows further
 * on. */
static void capture_reader_check_compression(CaptureReader *reader)
{
    enum { CHECKED_BYTES = 64 << 20 };
    Feed *feed = &reader->feed;
    if (!feed->decompressor || !feed->file_size || feed->failure) /* no waiting for a pipe */
        return;
    feed_skip(feed, CHECKED_BYTES);
    if (feed->failure)
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_ERROR, feed->end_offset, 0,
                            "%s: frames before it may be wrong as well", feed->failure);
}

void capture_reader_stop(CaptureReader *reader)
{
    reader->next_batch = capture_reader_next_batch_ended;
    capture_reader_check_compression(reader);
}

void capture_reader_end(CaptureReader *reader, const char *what, uint64_t offset, uint64_t needed)
{
    Feed *feed = &reader->feed;
    bool is_stopped = feed->input.error_number == EINTR;
    reader->is_cut = feed->failure || offset < feed->end_offset;
    if (is_stopped)
        reader->is_cut = true;
    else if (feed->failure)
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_ERROR, feed->end_offset, 0,
                            "%s; the %" PRIu64 " frames before it were read", feed->failure,
                            reader->frame_count);
    else if (offset < feed->end_offset)
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_NOTE, offset, 0,
                            "the capture is cut short: the %s after frame %" PRIu64 " needs %" PRIu64
                            " bytes, found %" PRIu64,
                            what, reader->frame_count, needed, feed->end_offset - offset);
    if (feed_remark(feed))
        diagnostic_list_add(reader->diagnostics, DIAGNOSTIC_NOTE, feed->end_offset, 0, "%s",
                            feed_remark(feed));
    capture_reader_stop(reader);
}

bool capture_reader_fail(CaptureReader *reader, GError **error, uint64_t offset, const char *format, ...)
{
    if (reader->feed.failure) {
        g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "%s: %s", reader->name,
                    reader->feed.failure);
        return false;
    }
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, CLOSELINT_ERROR, CLOSELINT_ERROR_INPUT, "%s: byte %" PRIu64 ": %s", reader->name,
                offset, message);
    return false;
}
