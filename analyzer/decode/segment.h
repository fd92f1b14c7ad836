/* One TCP segment: all that anything to the right of decode sees of a packet.
 *
 * A plain record without a pointer into the frame, so that a connection can be analysed from one file, from
 * many, or from segments that another machine decoded. Numbers are as on the wire, in host byte order. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* RFC 9293 3.1; the low byte of the flags. */
enum {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
};

/* What was odd about the packet. None keeps the segment from being analysed. */
enum {
    PROBLEM_HEADER_CUT = 1 << 0,     /* the snap length cut the TCP header: options unknown */
    PROBLEM_PAYLOAD_CUT = 1 << 1,    /* the snap length cut the payload */
    PROBLEM_DATA_OFFSET = 1 << 2,    /* data offset below 5, or beyond the segment */
    PROBLEM_LENGTH_UNKNOWN = 1 << 3, /* IP total length 0 (segmentation offload): taken from the frame */
    PROBLEM_OPTIONS = 1 << 4,        /* an option runs past the header */
};

/* Options that were present. Two have the bits that flow keeps them in. */
enum {
    OPTION_WSCALE = 1 << 0,
    OPTION_MSS = 1 << 1,
    OPTION_SACK_PERMITTED = 1 << 2,
    OPTION_SACK = 1 << 3,
    OPTION_MPTCP_RST = 1 << 4, /* MP_TCPRST, reason in mptcp_reason */
    OPTION_MPTCP_FASTCLOSE = 1 << 5,
    OPTION_TIMESTAMPS = 1 << 9, /* RFC 7323 */
    OPTION_MPTCP = 1 << 12,     /* RFC 8684 */
};

typedef enum {
    SEGMENT_TCP,
    SEGMENT_ICMP_QUOTE, /* an ICMP error that quotes a TCP header; the fields are the quoted segment's */
    SEGMENT_ICMP_BRIEF, /* one that quotes only ports and number: it makes no stream, and counts in none */
} SegmentKind;

/* The first 80 bytes are what flow takes along, and lie as they do there, so that one copy takes them
 * (flow/parcel.h); what follows few ask for. */
typedef struct {
    int64_t time_ns;          /* FRAME_TIME_UNKNOWN where the capture has none */
    uint32_t captured_length; /* payload bytes in the capture, */
    uint32_t length;          /* and on the wire, by the IP header */
    uint32_t seq, ack;
    uint16_t window;                        /* not scaled */
    uint16_t ip_id;                         /* 0 for IPv6 */
    uint16_t options;                       /* OPTION_… */
    uint8_t flags;                          /* TCP_… */
    uint8_t ttl;                            /* or hop limit */
    uint8_t source[16], destination[16];    /* IPv4 in the first four bytes, the rest zero */
    uint16_t destination_port, source_port; /* turned round as one word, and so in this order */
    uint8_t ip_version;
    uint8_t kind; /* SegmentKind */
    uint8_t wscale;
    uint8_t mptcp_reason; /* RFC 8684 3.6, with OPTION_MPTCP_RST */
    uint64_t frame;

    uint32_t timestamp_echo, timestamp; /* in the order of the ports, for the same reason */
    uint16_t problems;                  /* PROBLEM_… */
    uint16_t mss;
    uint8_t icmp_type, icmp_code;
    uint8_t icmp_source[16]; /* who sent the ICMP error */
    uint32_t icmp_mtu;       /* of the next hop, where the packet was too big for it; 0: not said */
} Segment;
