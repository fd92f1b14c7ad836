/* One TCP connection as flow follows it: who talks to whom, how far each direction has come in its sequence
 * space, and the events from which the endpoints' states are worked out later.
 *
 * Its two ends are numbered by who spoke first in the capture: end 0 sent the first segment. Which of them is
 * the client is decided later, with hindsight (endpoint/history.h).
 *
 * A segment that comes costs its connection's first cache line and the event that is appended, and nothing
 * more: events wait there until somebody wants to know what they come to, which is when the connection comes
 * to rest, as a rule, and then all of them are tracked in one go (track.h). The other lines hold what came of
 * it.
 *
 * Sequence numbers are relative, as Wireshark shows them: a SYN has 0, the first byte 1; where the SYN was
 * not captured, the first segment seen has 1. They are unwrapped to 64 bits, and negative before that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/seq.h"
#include "decode/segment.h"

/* What a segment turned out to be, and which end sent it. */
enum {
    EVENT_FROM_1 = 1 << 0,         /* sent by end 1 */
    EVENT_RETRANSMISSION = 1 << 1, /* its bytes, SYN or FIN had all been seen */
    EVENT_PARTLY_NEW = 1 << 2,     /* it repeats bytes and adds new ones */
    EVENT_FILLS_HOLE =
        1 << 3, /* bytes that later segments had left out: reordered, or sent again after a loss */
    EVENT_AFTER_GAP = 1 << 4,    /* bytes before it have not been seen yet */
    EVENT_KEEPALIVE = 1 << 5,    /* SEQ = SND.NXT-1, 0 or 1 byte, nothing outstanding (RFC 9293 3.8.4) */
    EVENT_WINDOW_PROBE = 1 << 6, /* the same against a zero window (RFC 9293 3.8.6.1) */
    EVENT_DUPLICATE = 1 << 7,    /* the same packet captured twice, as a mirror port does */
    EVENT_BEYOND_FIN = 1 << 8,   /* bytes after the FIN of the same end */
    EVENT_TIMESTAMPS = 1 << 9,   /* carried RFC 7323 timestamps */
    EVENT_ICMP = 1 << 10,        /* an ICMP error quoting a segment of this end; window is type << 8 | code */
    EVENT_RUN = 1 << 11,         /* stands for several segments that are not kept */
    EVENT_MPTCP = 1 << 12,       /* carried a multipath option */
    EVENT_WILD = 1 << 13,        /* a sequence number far from all others: not of this connection's making */
    EVENT_OLD_ACK = 1 << 14,     /* acknowledges less than its end had acknowledged before */
    EVENT_PREDECESSOR = 1 << 15, /* its numbers continue the connection that used this tuple before */
};

/* One kept segment. For EVENT_RUN frame and time are those of the last segment of the run, seq is the frame
 * of the first, length the number of segments and ack how many of them carried payload; what else is known of
 * them is in runs.h. */
typedef struct {
    int64_t time_ns;
    uint32_t frame;
    uint32_t length;
    uint32_t seq, ack; /* as on the wire */
    uint16_t window;   /* not scaled */
    uint16_t ip_id;
    uint16_t marks; /* EVENT_…, or WAITING_… until it is tracked */
    uint8_t flags;  /* TCP_… */
    uint8_t ttl;
} Event;

_Static_assert(sizeof(Event) == 32, "two events a cache line");

/* What is known of an event before it is tracked: EVENT_FROM_1, EVENT_TIMESTAMPS, EVENT_MPTCP, and of a SYN
 * the window scale that it offered. */
enum {
    WAITING_MARKS = EVENT_FROM_1 | EVENT_TIMESTAMPS | EVENT_MPTCP,
    WAITING_WSCALE = 1 << 1,
    WAITING_WSCALE_SHIFT = 2, /* four bits: RFC 7323 2.3 */
    WAITING_WSCALE_MASK = 15,
};

static inline unsigned event_end(const Event *event)
{
    return event->marks & EVENT_FROM_1;
}

/* How far one end has come in its own sequence space. Relative numbers. */
typedef struct {
    int64_t next; /* one beyond the highest byte, SYN or FIN it was seen to send: SND.NXT as captured */
    int64_t
        acked; /* the highest number acknowledged to it up to `next`: SND.UNA as captured; ACKED_NOTHING */
    int64_t acked_beyond; /* the highest number above `next` acknowledged to it and not taken back, or 0 */
    uint32_t isn;         /* what its relative numbers count from */
    uint32_t window;      /* what it advertised last; scaled where both SYNs were captured */
} Sequence;

/* Below every real number, and far enough from the limits to count from. */
#define ACKED_NOTHING (INT64_MIN / 2)

/* What is counted of one end. Frames are 0 for none; the small counters saturate. */
typedef struct {
    int64_t first_data_ns, last_data_ns;
    uint32_t first_data_frame, last_data_frame;
    uint32_t packets;
    uint32_t last_frame;
    uint32_t lost_bytes; /* of holes that had to be forgotten; see holes.h */
    uint16_t retransmissions, keepalives, duplicates;
    uint16_t fins, resets; /* segments */
    uint8_t ttl;           /* of its first segment */
    uint8_t wscale;
    int64_t fin;              /* relative number of its first FIN, with KNOWN_FIN; */
    int64_t peer_next_at_fin; /* and the other end's `next` when that was captured */
} EndCounts;

/* Bits of Connection.known, a set for each end. */
enum {
    KNOWN_BASE = 1 << 0, /* isn is set */
    KNOWN_SYN = 1 << 1,  /* its SYN or SYN-ACK was captured */
    KNOWN_SYN_ACK = 1 << 2,
    KNOWN_FIN = 1 << 3,
    KNOWN_WSCALE = 1 << 4,     /* offered by its SYN */
    KNOWN_TIMESTAMPS = 1 << 5, /* used by any of its segments */
    KNOWN_SENT = 1 << 6,       /* any segment of it was captured */
    KNOWN_OVERFLOW = 1 << 7,   /* it left more holes than are kept */
};

/* Bits of Connection.traits. */
enum {
    CONNECTION_BEGUN = 1 << 0,       /* the lines below the first are valid: something was tracked */
    CONNECTION_REUSES = 1 << 1,      /* `previous` is a connection */
    CONNECTION_BEYOND = 1 << 2,      /* there is more to it than tracking its events again would show */
    CONNECTION_READY = 1 << 3,       /* live, and the one that the next segment of its tuple belongs to */
    CONNECTION_THINNED = 1 << 4,     /* its events were thinned out: they lie in an EventBlock (events.h) */
    CONNECTION_ENDED_APART = 1 << 5, /* a FIN or RST passed that was quoted, or of the connection before */
};

/* Bits of Connection.closing, for end 0; those of end 1 are one higher. */
enum {
    CLOSING_FIN = TCP_FIN,
    CLOSING_RST = TCP_RST,
    CLOSING_BOTH_FINS = CLOSING_FIN | CLOSING_FIN << 1,
    CLOSING_ANY_RST = CLOSING_RST | CLOSING_RST << 1,
};

#define NO_CONNECTION UINT32_MAX

typedef struct {
    /* first cache line: the key */
    uint8_t address[2][16];
    uint16_t port[2];
    uint8_t ip_version;
    uint8_t event_class;  /* size class of the event block */
    uint8_t known[2];     /* KNOWN_… */
    uint32_t event_block; /* handle in the event store; 0: the events lie beside the connection */
    uint32_t hole_block;  /* handle in the hole store, 0: nothing missing */
    uint8_t event_count;
    uint8_t tracked; /* how many of the events were tracked; the others wait */
    uint8_t traits;  /* CONNECTION_… */
    uint8_t closing; /* CLOSING_… */
    uint32_t notes;  /* handle of its first note, 0: none */
    int64_t last_ns;

    /* second: the numbers */
    Sequence sequence[2];

    /* then what is counted, and where it began */
    EndCounts counts[2];
    int64_t first_ns;
    uint32_t first_frame;
    uint32_t previous; /* the stream that used this tuple before, or NO_CONNECTION */
} Connection;

_Static_assert(sizeof(Connection) == 272, "no more than has to be");
_Static_assert(offsetof(Connection, sequence) == 64, "the key fills the first");

static inline void connection_note_closing(Connection *connection, unsigned end, uint8_t flags)
{
    connection->closing |= (uint8_t)((flags & (CLOSING_FIN | CLOSING_RST)) << end);
}

/* As far as can be told without tracking it: it is likely that little or nothing will follow. */
static inline bool connection_seems_closed(const Connection *connection)
{
    return connection->closing & CLOSING_ANY_RST ||
           (connection->closing & CLOSING_BOTH_FINS) == CLOSING_BOTH_FINS;
}

/* Of a number that `end` sent, or that was acknowledged to it. */
static inline int64_t connection_relative(const Connection *connection, unsigned end, uint32_t seq)
{
    const Sequence *sequence = &connection->sequence[end];
    return seq_unwrap(seq - sequence->isn, sequence->next);
}
