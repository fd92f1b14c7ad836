/* Reads captures: pcap, pcapng and snoop, plain or compressed, from a file, a pipe, or memory.
 *
 * Why not libpcap: it refuses gzip, refuses pcapng files whose interfaces differ in link type or snap length,
 * hides comments and interface names, and copies every packet. The tests hold this reader against libpcap
 * wherever libpcap can read. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/diagnostic.h"
#include "capture/frame.h"

typedef struct CaptureReader CaptureReader;

typedef struct {
    char *name; /* if_name, or NULL; valid UTF-8, as is the description, but anything may stand in it */
    char *description;  /* if_description, or NULL */
    uint32_t snaplen;   /* 0: no limit */
    uint16_t link_type; /* LINKTYPE_ value */
    uint64_t offset;    /* where the file describes it */
    uint64_t frames;    /* read from it so far */
    uint64_t
        dropped; /* by the capturing system: from statistics blocks, else from packets; see drops_known */
    bool drops_known; /* false: nothing in the file tells */
} CaptureInterface;

/* Opens `path`, or standard input where it is "-". gzip, zstd, lz4 and xz are recognized by their first
 * bytes. NULL with CLOSELINT_ERROR_INPUT where not a single frame could ever be read: missing, a directory,
 * empty, not a capture, damaged in its header. The message begins with the path ("standard input" for "-")
 * and says the offset, what was expected and what was found. A capture without frames is none of these.
 * Caller frees. */
CaptureReader *capture_reader_open(const char *path, GError **error);

/* The same over bytes in memory, which are borrowed until the reader is freed; messages name it "memory". */
CaptureReader *capture_reader_open_memory(const uint8_t *bytes, size_t length, GError **error);

void capture_reader_free(CaptureReader *reader);

/* Gives back the file and the buffers of a reader that has no next frame; what it has to say stays. */
void capture_reader_close(CaptureReader *reader);

/* The next frame. False at the end, which may have come early: then capture_reader_diagnostics() says why,
 * with an error where bytes could not be read, and a note where the file merely ends inside a record. The
 * bytes stay valid until the reader is freed where capture_reader_is_memory(), else until the next call.
 * Numbers may have gaps: Wireshark counts some blocks of a pcapng file that are no packets. */
bool capture_reader_next(CaptureReader *reader, Frame *ret_frame);

/* Up to `max` frames in one call, at least one while there are any; 0 at the end. Fewer than `max` means
 * nothing. From a pipe it never waits for a second frame. All their bytes stay valid as those of one frame
 * do. */
unsigned capture_reader_next_batch(CaptureReader *reader, Frame *ret_frames, unsigned max);

/* The last number that was counted: at the end it may be behind that of the last frame, where blocks follow
 * that are no packets. */
uint64_t capture_reader_last_number(const CaptureReader *reader);

/* Whether frames are missing at the end: the file ends inside a record, could not be read to its end, or was
 * not because of stop_is_requested(). Known once there is no next frame. */
bool capture_reader_is_cut(const CaptureReader *reader);

/* Whether the bytes of every frame stay where they are: they lie in memory, not compressed. */
bool capture_reader_is_memory(const CaptureReader *reader);

/* What was odd about the file so far; grows while reading. Borrowed. */
const DiagnosticList *capture_reader_diagnostics(const CaptureReader *reader);

/* Interfaces seen so far, over all sections; a pcap file has one. Borrowed. */
guint capture_reader_interface_count(const CaptureReader *reader);
const CaptureInterface *capture_reader_interface(const CaptureReader *reader, guint index);

/* "pcap", "pcapng", "gzip-compressed pcap"…: what the file turned out to be. Borrowed. */
const char *capture_reader_format(const CaptureReader *reader);

/* Bytes of the file consumed so far and in all (0 where unknown, a pipe), for a progress line. */
uint64_t capture_reader_position(const CaptureReader *reader);
uint64_t capture_reader_size(const CaptureReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CaptureReader, capture_reader_free)
