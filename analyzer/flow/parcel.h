/* A segment on its way to its connection: what flow needs of it, in little more than a cache line, since it
 * may have to go from one core to another. */
#pragma once

#include "flow/connection.h"

typedef struct {
    Event event;            /* as it waits to be tracked, but for which end sent it */
    uint8_t address[2][16]; /* source and destination */
    uint16_t port[2];
    uint8_t ip_version;
    uint8_t kind; /* SegmentKind; of an ICMP quote the event's window is type << 8 | code */
    uint8_t note; /* lanes.c: where its note lies */
    uint8_t spare;
    uint32_t tag;  /* half of its tuple's hash, never 0 */
    uint32_t hint; /* table.c: which connection it may be of, 0 for none */
} Parcel;

_Static_assert(sizeof(Parcel) == 80, "little more than a cache line");

/* Of the segment's tuple: the same for both directions. With another `seed` the same tuples have other
 * hashes. */
uint64_t parcel_hash(const Segment *segment, const uint64_t seed[2]);

/* All but its note. */
void parcel_fill(Parcel *parcel, const Segment *segment, uint64_t hash);
