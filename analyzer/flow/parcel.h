/* A segment on its way to its connection: what flow needs of it, in little more than a cache line, since it
 * may have to go from one core to another. */
#pragma once

#include <string.h>

#include "flow/connection.h"

typedef struct {
    Event event;            /* as it waits to be tracked, but for which end sent it */
    uint8_t address[2][16]; /* source and destination */
    uint16_t destination_port, source_port;
    uint8_t ip_version;
    uint8_t kind; /* SegmentKind; of an ICMP quote the event's window is type << 8 | code */
    uint8_t note; /* lanes.c: where its note lies */
    uint8_t spare;
    uint32_t tag;    /* half of its tuple's hash (tuple.h), never 0 */
    uint32_t unused; /* copied in five words of 16 bytes */
} Parcel;

_Static_assert(sizeof(Parcel) == 80, "little more than a cache line");

/* It is a copy of the first bytes of the segment, in which some are then replaced. */
#define PARCEL_COPIES(member, field)                                                                         \
    _Static_assert(offsetof(Parcel, member) == offsetof(Segment, field) &&                                   \
                       sizeof((Parcel){0}.member) == sizeof((Segment){0}.field),                             \
                   #field " lies where the parcel has it")
PARCEL_COPIES(event.time_ns, time_ns);
PARCEL_COPIES(event.length, length);
PARCEL_COPIES(event.seq, seq);
PARCEL_COPIES(event.ack, ack);
PARCEL_COPIES(event.window, window);
PARCEL_COPIES(event.ip_id, ip_id);
PARCEL_COPIES(event.flags, flags);
PARCEL_COPIES(event.ttl, ttl);
PARCEL_COPIES(address[0], source);
PARCEL_COPIES(address[1], destination);
PARCEL_COPIES(source_port, source_port);
PARCEL_COPIES(destination_port, destination_port);
PARCEL_COPIES(ip_version, ip_version);
PARCEL_COPIES(kind, kind);
#undef PARCEL_COPIES

/* The options that most segments have, if any, are marks of the event as they are. */
enum { PARCEL_OPTIONS = OPTION_TIMESTAMPS | OPTION_MPTCP };

_Static_assert(offsetof(Parcel, event.marks) == offsetof(Segment, options) &&
                   PARCEL_OPTIONS == (EVENT_TIMESTAMPS | EVENT_MPTCP) &&
                   (int)OPTION_MPTCP == (int)EVENT_MPTCP,
               "they are copied, too");

static inline void parcel_set_marks(Parcel *parcel, const Segment *segment)
{
    parcel->event.marks = segment->options & PARCEL_OPTIONS;
    if (segment->flags & TCP_SYN && segment->options & OPTION_WSCALE)
        parcel->event.marks |= (uint16_t)(WAITING_WSCALE | segment->wscale << WAITING_WSCALE_SHIFT);
}

/* All but its note. */
static inline void parcel_fill(Parcel *parcel, const Segment *segment, uint64_t hash)
{
    memcpy(parcel, segment, sizeof *parcel);
    parcel->event.frame = segment->frame > UINT32_MAX ? UINT32_MAX : (uint32_t)segment->frame;
    if (segment->options & ~PARCEL_OPTIONS)
        parcel_set_marks(parcel, segment);
    if (segment->kind != SEGMENT_TCP)
        parcel->event.window = (uint16_t)(segment->icmp_type << 8 | segment->icmp_code);
    parcel->tag = (uint32_t)hash | UINT32_C(1) << 31;
}
