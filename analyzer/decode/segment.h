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

/* Options that were present. */
enum {
    OPTION_TIMESTAMPS = 1 << 0, /* RFC 7323 */
    OPTION_WSCALE = 1 << 1,
    OPTION_MSS = 1 << 2,
    OPTION_SACK_PERMITTED = 1 << 3,
    OPTION_SACK = 1 << 4,
    OPTION_MPTCP = 1 << 5,     /* RFC 8684 */
    OPTION_MPTCP_RST = 1 << 6, /* MP_TCPRST, reason in mptcp_reason */
    OPTION_MPTCP_FASTCLOSE = 1 << 7,
};

typedef enum {
    SEGMENT_TCP,
    SEGMENT_ICMP_QUOTE, /* an ICMP error that quotes a TCP header; the fields are the quoted segment's */
} SegmentKind;

/* Ports, numbers and timestamps stand in the reverse of their order on the wire: what was loaded and turned
 * round eight bytes at a time is stored so as well (plain.c). */
typedef struct {
    int64_t time_ns; /* FRAME_TIME_UNKNOWN where the capture has none */
    uint64_t frame;
    uint8_t source[16], destination[16]; /* IPv4 in the first four bytes, the rest zero */
    uint32_t seq;
    uint16_t destination_port, source_port;
    uint32_t timestamp_echo, timestamp;
    uint32_t length;          /* payload bytes on the wire, by the IP header */
    uint32_t captured_length; /* of them in the capture */
    uint32_t ack;
    uint16_t window;   /* not scaled */
    uint16_t ip_id;    /* 0 for IPv6 */
    uint16_t problems; /* PROBLEM_… */
    uint16_t mss;
    uint8_t wscale;
    uint8_t mptcp_reason; /* RFC 8684 3.6, with OPTION_MPTCP_RST */
    uint8_t kind;         /* SegmentKind */
    uint8_t icmp_type;
    uint8_t flags;   /* TCP_… */
    uint8_t ttl;     /* or hop limit */
    uint8_t options; /* OPTION_… */
    uint8_t ip_version;
    uint8_t icmp_code;
    uint8_t icmp_source[16]; /* who sent the ICMP error */
} Segment;
