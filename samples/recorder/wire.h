#pragma once

/*
 * What the wire knows about a frame, and what it has been told to do with it. See wire.c.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/virtio_net.h>

enum { WIRE_CLIENT, WIRE_SERVER, WIRE_SIDES };
enum { WIRE_VNET = sizeof(struct virtio_net_hdr), WIRE_FRAME = 1 << 17, WIRE_LINK = 14 };
enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };

/* The TCP segment in a frame. For everything else is_tcp is false, and only from and bytes are set. */
typedef struct {
    int from; /* WIRE_CLIENT or WIRE_SERVER: the host that sent it */
    const uint8_t *bytes;
    size_t length;
    bool is_tcp;
    size_t tcp_offset; /* of the TCP header, from the Ethernet header */
    uint16_t source, destination;
    uint32_t seq, ack;
    uint8_t flags;
    uint32_t payload;
} WireSegment;

typedef enum { RULE_DROP, RULE_LATE, RULE_AGAIN, RULE_FORGE, RULE_REJECT } RuleVerb;

/* One line of a scenario's "wire:" section. Times are CLOCK_REALTIME; INT64_MIN and INT64_MAX mean none. */
typedef struct {
    RuleVerb verb;
    int side;      /* whose frames it looks at, -1 for both */
    char kind[8];  /* all, syn, synack, ack, data, fin, rst */
    int nth, last; /* from the nth match to the last, counted from 1 */
    int seen;
    int64_t from_ns, until_ns;
    int64_t by_ns; /* how late, or how long after */
    uint16_t port; /* the client's, 0 for any */
    size_t over;   /* only IP packets longer than this */
    /* reject only: ICMP destination unreachable (type 3, RFC 792), with the next hop's MTU for code 4 (RFC 1191) */
    uint8_t code;
    uint16_t mtu;
    /* forge only */
    int as;       /* the host that the segment claims to come from */
    bool at_time; /* at from_ns, not when a segment matches */
    bool is_own;  /* nobody forges: the wire plays that host, whose next number this moves */
    bool echoes;  /* the window of the segment that was the reason, as some stacks answer */
    bool to_both; /* seen at the alleged sender's end as well, as from a tap behind it */
    uint8_t flags, ttl;
    long seq, ack; /* added to the numbers that the alleged sender would use */
    uint16_t id, window;
    uint8_t payload[32];
    size_t payload_length;
} WireRule;

/* Reads the TCP header of a frame that came from a side. The bytes stay the caller's. */
WireSegment wire_segment_read(int from, const uint8_t *bytes, size_t length);

/* Whether the segment is of the rule's kind, side, port and time. Counts the match. */
bool wire_rule_matches(WireRule *rule, const WireSegment *segment, int64_t now_ns);

/* Reads a rule, or "rtt". Returns false for a line without a rule, and ends the program for a wrong one. */
bool wire_rule_parse(char *line, int64_t start_ns, WireRule *ret_rule, int64_t *rtt_ns);

/* Remembers what the segment says about its connection. */
void wire_flow_update(const WireSegment *segment);

/* Fills in lengths and checksums of a frame with a TCP header at tcp_offset (RFC 9293 3.1, RFC 791 3.1). */
void wire_frame_finish(uint8_t *bytes, size_t tcp_offset, size_t tcp_length);

/* The Internet checksum (RFC 1071) of bytes to which a sum may already have been added up. */
uint16_t wire_checksum(const uint8_t *bytes, size_t length, uint32_t sum);

/* "250ms", "3s" or "20us" in nanoseconds; anything else ends the program. */
int64_t wire_duration(const char *text);

/* Reads a "hops" or "nat" line; returns false for any other. */
bool wire_router_parse(const char *line, int64_t start_ns);

/* What a router does to a frame that passes: TTL, and the NAT's address for the client's. Changes it in place. */
void wire_router_arrives(int from, uint8_t *bytes, size_t length, int64_t now_ns);
void wire_router_leaves(int from, uint8_t *bytes, size_t length, int64_t now_ns);

/* The router's own answer to a frame, written to answer (WIRE_FRAME long). Returns its length, 0 for none: an RST to the server
 * once the NAT has forgotten the client; an ICMP error where a rule rejects. */
size_t wire_router_reset(const WireSegment *segment, int64_t now_ns, uint8_t *answer);
size_t wire_router_icmp(const WireRule *rule, const WireSegment *segment, uint8_t *answer);

/* Writes the forged segment's frame into bytes (WIRE_FRAME long): on the connection of the segment that was the reason, or,
 * where it is NULL, the rule's. Returns its length, 0 for no connection. */
size_t wire_flow_forge(const WireRule *rule, const WireSegment *reason, uint8_t *bytes);
