/* Two hosts, the way between them and a capture point on it: what a test sends, in the order in which the
 * capture shows it.
 *
 * The hosts' clock is one; what leaves at `now` arrives a trip later. The capture point lies at one of them:
 * what that one sends is captured when it leaves, what it receives when it arrives. Numbers are relative,
 * 64 bits wide, and kept by the hosts themselves: a test says what is sent, not with which numbers. */
#pragma once

#include <glib.h>

#include "base/tcp-state.h"
#include "flow/table.h"

#define MS INT64_C(1000000)

typedef struct {
    int64_t next, received; /* SND.NXT and RCV.NXT */
    uint32_t window;        /* in bytes, as it advertises it next */
    uint8_t ttl;
} Host;

typedef struct {
    Host host[SIDES];
    Side tap;           /* where the capture point is */
    int64_t trip_ns;    /* from one host to the other */
    int64_t spacing_ns; /* from one segment of a flight to the next */
    int64_t now_ns;
    GArray *sent; /* Sent */
} Wire;

/* A segment, and when it is captured. */
typedef struct {
    int64_t time_ns;
    Segment segment;
} Sent;

void wire_init(Wire *wire, Side tap, int64_t trip_ns, int64_t spacing_ns);
void wire_clear(Wire *wire);

/* Sends a segment: flags as tcpdump writes them ("P." has ACK), with the host's next numbers, which a SYN, a
 * FIN and payload step; not those of an RST. */
void wire_send(Wire *wire, Side side, const char *flags, uint32_t length);

/* The same with a SEQ so far from the next, which steps nothing. */
void wire_send_at(Wire *wire, Side side, const char *flags, int64_t offset, uint32_t length);

/* An RST that answers the segment that the other side sent with `ack`: SEQ is that, no ACK, no window. */
void wire_reply(Wire *wire, Side side, int64_t ack);

/* The host receives all that the other has sent. */
void wire_receive(Wire *wire, Side side);

void wire_wait(Wire *wire, int64_t ns);

/* A round trip, and no more. */
void wire_trip(Wire *wire);

/* Puts what was sent into the order of the capture and files it. */
void wire_file(Wire *wire, FlowTable *table);
