/* One captured frame, as every reader gives it and every decoder takes it. */
#pragma once

#include <stdint.h>

/* The time of a frame that has none (a pcapng Simple Packet Block). */
#define FRAME_TIME_UNKNOWN INT64_MIN

typedef struct {
    uint64_t number;      /* from 1, counted as Wireshark counts frames */
    int64_t time_ns;      /* since the epoch, or FRAME_TIME_UNKNOWN */
    uint64_t offset;      /* of the record or block in the (decompressed) file */
    const uint8_t *bytes; /* borrowed from the reader; see capture_reader_next() */
    uint32_t captured_len;
    uint32_t original_len; /* on the wire; may be smaller than captured_len in a broken file */
    uint32_t interface;    /* index for capture_reader_interface(); 0 in a pcap file */
    uint16_t link_type;    /* LINKTYPE_ value of the file format, not the DLT_ of a host */
} Frame;
