/* What the file formats share inside a reader. Only the files of this folder include it.
 *
 * A format sets `next_batch` when it opens a file. The function gives frames from the window of the feed as
 * fast as it can and falls back to its careful path for one frame at a time: at the edge of the window, and
 * for everything odd. */
#pragma once

#include "capture/pcapng-clock.h"
#include "capture/reader.h"
#include "capture/feed.h"

typedef unsigned (*CaptureBatchFunc)(CaptureReader *reader, Frame *ret_frames, unsigned max);

/* Oddities that thousands of frames of a file share are said once. */
typedef enum {
    CAPTURE_SAID_LENGTHS = 1 << 0,    /* captured more than there was */
    CAPTURE_SAID_FRACTION = 1 << 1,   /* a second with more than a second's parts */
    CAPTURE_SAID_TIME = 1 << 2,       /* a time outside 64 bits of nanoseconds */
    CAPTURE_SAID_INTERFACE = 1 << 3,  /* a packet of an interface never described */
    CAPTURE_SAID_PACKET = 1 << 4,     /* a packet larger than its block */
    CAPTURE_SAID_OPTIONS = 1 << 5,    /* an option longer than its block */
    CAPTURE_SAID_STATISTICS = 1 << 6, /* statistics of an interface never described */
} CaptureSaid;

typedef struct {
    bool big_endian;
    bool lengths_swapped;       /* versions before 2.3 write the original length first */
    bool lengths_maybe_swapped; /* version 2.3: some do */
    uint32_t header_bytes;      /* of a record */
    uint32_t parts_per_second;
    uint32_t ns_per_part;
    uint32_t captured_max;
    uint32_t padding; /* before the frame, counted in its lengths */
    uint16_t link_type;
} PcapFile;

typedef struct {
    PcapngClock clock;
    CaptureInterface *shown;
    uint32_t index; /* over all sections */
    bool has_statistics;
} PcapngInterface;

typedef struct {
    bool big_endian;
    GArray *interfaces; /* of PcapngInterface: those of the section being read */
} PcapngFile;

struct CaptureReader {
    Feed feed;
    CaptureBatchFunc next_batch;
    uint64_t frame_count; /* number of the last frame */
    char *name;           /* in messages */
    char *format;
    DiagnosticList *diagnostics;
    GPtrArray *interfaces; /* of CaptureInterface */
    unsigned said;         /* of CaptureSaid */
    bool is_cut;           /* the data ended early; damage is among the diagnostics */
    PcapFile pcap;
    PcapngFile pcapng;
};

/* Each reads the file header; the feed stands at the start of the file, with at least four bytes there. */
bool pcap_file_open(CaptureReader *reader, GError **error);
bool pcapng_file_open(CaptureReader *reader, GError **error);
bool snoop_file_open(CaptureReader *reader, GError **error);

bool pcap_file_recognizes(const uint8_t *magic);
bool pcapng_file_recognizes(const uint8_t *magic);
bool snoop_file_recognizes(const uint8_t *bytes, size_t length);

/* Appends an interface and returns it; borrowed. */
CaptureInterface *capture_reader_add_interface(CaptureReader *reader, uint16_t link_type, uint32_t snaplen);

/* True the first time, for each oddity. */
bool capture_reader_first(CaptureReader *reader, CaptureSaid said);

/* The data is at its end, and what begins at `offset` (nothing, where that is the end) needs `needed` bytes:
 * no frame follows. The diagnostic tells of the failure of the feed (a damaged gzip member) if there was one,
 * else that the capture is cut short. Nothing where reading was stopped on request, which is no oddity. */
void capture_reader_end(CaptureReader *reader, const char *what, uint64_t offset, uint64_t needed);

/* No frame follows, for a reason already in the diagnostics. */
void capture_reader_stop(CaptureReader *reader);

/* Sets CLOSELINT_ERROR_INPUT with "NAME: byte OFFSET: ..."; a feed that failed says its own reason instead.
 * Returns false. */
bool capture_reader_fail(CaptureReader *reader, GError **error, uint64_t offset, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
