/* Variants of the pcap format that share a magic number, told apart by which of them the first records fit.
 */
#pragma once

#include "capture/feed.h"

/* The variants of a magic number differ by what a record has after the usual four fields. */
typedef struct {
    const char *name;
    uint32_t record_header_bytes;
} PcapLayout;

/* What a record must keep to for a layout to be believed. */
typedef struct {
    const PcapLayout *layouts; /* the usual one first */
    unsigned count;
    bool big_endian;
    uint32_t captured_max, snaplen; /* snaplen 0: not known */
} PcapGuess;

/* The layout that the records from `offset` on fit, the feed standing at the start of the file; the first one
 * where none is plainly better, and for a pipe, whose first frame must not wait for its second. */
const PcapLayout *pcap_layout_guess(Feed *feed, uint32_t offset, const PcapGuess *guess);
