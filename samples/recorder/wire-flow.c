/*
 * What the wire knows about the connections that pass: enough to forge a segment that one of the hosts could
 * have sent. A forged segment has the alleged sender's addresses and numbers, and by choice a TTL, IP id and
 * lack of options that give it away, as the resets of middleboxes have.
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <string.h>

#include "wire.h"

enum { MAX_FLOWS = 64, IPV4_LENGTH = 20, IPV6_LENGTH = 40, TCP_LENGTH = 20 };
/* What a forger who reads along knows of a connection. */
typedef struct {
    uint16_t port[WIRE_SIDES];
    bool known[WIRE_SIDES];
    uint32_t next[WIRE_SIDES];       /* the sequence number after the last byte seen */
    uint8_t header[WIRE_SIDES][128]; /* Ethernet and IP header of its last frame */
    size_t header_length[WIRE_SIDES];
} WireFlow;

static WireFlow flows[MAX_FLOWS];
static int flow_count;

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

/* The hosts send no IPv6 extension headers and no fragments; a frame that has them is not taken for TCP. */
WireSegment wire_segment_read(int from, const uint8_t *bytes, size_t length)
{
    WireSegment segment = {.from = from, .bytes = bytes, .length = length};
    if (length < WIRE_LINK + IPV4_LENGTH)
        return segment;
    const uint8_t *ip = bytes + WIRE_LINK;
    size_t ip_length, total;
    uint8_t protocol;
    if (get16(bytes + 12) == ETHERTYPE_IP) {
        ip_length = (ip[0] & 15) * 4u;
        total = get16(ip + 2);
        protocol = ip[9];
    } else if (get16(bytes + 12) == ETHERTYPE_IPV6 && length >= WIRE_LINK + IPV6_LENGTH) {
        ip_length = IPV6_LENGTH;
        total = IPV6_LENGTH + get16(ip + 4);
        protocol = ip[6];
    } else {
        return segment;
    }
    const uint8_t *tcp = ip + ip_length;
    if (protocol != IPPROTO_TCP || length < WIRE_LINK + ip_length + TCP_LENGTH ||
        total < ip_length + TCP_LENGTH)
        return segment;
    segment.is_tcp = true;
    segment.tcp_offset = WIRE_LINK + ip_length;
    segment.source = get16(tcp);
    segment.destination = get16(tcp + 2);
    segment.seq = get32(tcp + 4);
    segment.ack = get32(tcp + 8);
    segment.flags = tcp[13];
    segment.payload = (uint32_t)(total - ip_length - (tcp[12] >> 4) * 4u);
    return segment;
}

static WireFlow *find_flow(uint16_t client_port, uint16_t server_port)
{
    for (int i = 0; i < flow_count; i++) {
        bool same_client = client_port == 0 || flows[i].port[WIRE_CLIENT] == client_port;
        bool same_server = server_port == 0 || flows[i].port[WIRE_SERVER] == server_port;
        if (same_client && same_server)
            return &flows[i];
    }
    return NULL;
}

static WireFlow *flow_of(const WireSegment *segment)
{
    bool from_client = segment->from == WIRE_CLIENT;
    return find_flow(from_client ? segment->source : segment->destination,
                     from_client ? segment->destination : segment->source);
}

void wire_flow_update(const WireSegment *segment)
{
    if (!segment->is_tcp)
        return;
    WireFlow *flow = flow_of(segment);
    if (flow == NULL && flow_count < MAX_FLOWS) {
        flow = &flows[flow_count++];
        flow->port[segment->from] = segment->source;
        flow->port[!segment->from] = segment->destination;
    }
    if (flow == NULL || segment->flags & TCP_RST || segment->tcp_offset > sizeof flow->header[0])
        return;
    int from = segment->from;
    uint32_t after =
        segment->seq + segment->payload + !!(segment->flags & TCP_SYN) + !!(segment->flags & TCP_FIN);
    if (!flow->known[from] || segment->flags & TCP_SYN || (int32_t)(after - flow->next[from]) > 0)
        flow->next[from] = after;
    flow->known[from] = true;
    memcpy(flow->header[from], segment->bytes, segment->tcp_offset);
    flow->header_length[from] = segment->tcp_offset;
}

static uint32_t add_up(const uint8_t *bytes, size_t length, uint32_t sum)
{
    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    return sum;
}

uint16_t wire_checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
    sum = add_up(bytes, length, sum);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

void wire_frame_finish(uint8_t *bytes, size_t tcp_offset, size_t tcp_length)
{
    uint8_t *ip = bytes + WIRE_LINK, *tcp = bytes + tcp_offset;
    bool is_v6 = get16(bytes + 12) == ETHERTYPE_IPV6;
    if (is_v6) {
        put16(ip + 4, (uint32_t)tcp_length);
    } else {
        put16(ip + 2, (uint32_t)(tcp_offset - WIRE_LINK + tcp_length));
        put16(ip + 10, 0);
        put16(ip + 10, wire_checksum(ip, tcp_offset - WIRE_LINK, 0));
    }
    uint32_t sum = is_v6 ? add_up(ip + 8, 32, 0) : add_up(ip + 12, 8, 0);
    put16(tcp + 16, 0);
    put16(tcp + 16, wire_checksum(tcp, tcp_length, sum + IPPROTO_TCP + (uint32_t)tcp_length));
}

/* TTL and id, by which a forged segment may be told from its alleged sender's. */
static void put_traits(const WireRule *rule, uint8_t *bytes)
{
    uint8_t *ip = bytes + WIRE_LINK;
    if (get16(bytes + 12) == ETHERTYPE_IPV6) {
        ip[7] = rule->ttl;
        return;
    }
    put16(ip + 4, rule->id);
    put16(ip + 6, 0);
    ip[8] = rule->ttl;
}

/* A host that has not spoken yet, and that the wire plays: its headers are the other's turned round. */
static void introduce(WireFlow *flow, int as)
{
    size_t length = flow->header_length[!as], address = get16(flow->header[!as] + 12) == ETHERTYPE_IPV6 ? 16 : 4;
    const uint8_t *theirs = flow->header[!as];
    uint8_t *own = flow->header[as];
    memcpy(own, theirs, length);
    memcpy(own, theirs + 6, 6);
    memcpy(own + 6, theirs, 6);
    memcpy(own + length - 2 * address, theirs + length - address, address);
    memcpy(own + length - address, theirs + length - 2 * address, address);
    flow->header_length[as] = length;
    flow->known[as] = true;
    flow->next[as] = 0x10000000;
}

size_t wire_flow_forge(const WireRule *rule, const WireSegment *reason, uint8_t *bytes)
{
    int as = rule->as;
    WireFlow *flow = reason == NULL ? find_flow(rule->port, 0) : flow_of(reason);
    if (as < 0 || flow == NULL || (!flow->known[as] && (!rule->is_own || !flow->known[!as])))
        return 0;
    if (!flow->known[as])
        introduce(flow, as);
    size_t tcp_offset = flow->header_length[as];
    uint8_t *tcp = bytes + tcp_offset;
    memcpy(bytes, flow->header[as], tcp_offset);
    memset(tcp, 0, TCP_LENGTH);
    put16(tcp, flow->port[as]);
    put16(tcp + 2, flow->port[!as]);
    put32(tcp + 4, flow->next[as] + (uint32_t)rule->seq);
    if (rule->flags & TCP_ACK)
        put32(tcp + 8, flow->next[!as] + (uint32_t)rule->ack);
    tcp[12] = TCP_LENGTH / 4 << 4;
    tcp[13] = rule->flags;
    put16(tcp + 14, rule->echoes && reason != NULL ? get16(reason->bytes + reason->tcp_offset + 14) : rule->window);
    memcpy(tcp + TCP_LENGTH, rule->payload, rule->payload_length);
    if (rule->is_own)
        flow->next[as] += (uint32_t)rule->payload_length + !!(rule->flags & TCP_SYN) + !!(rule->flags & TCP_FIN);
    put_traits(rule, bytes);
    wire_frame_finish(bytes, tcp_offset, TCP_LENGTH + rule->payload_length);
    return tcp_offset + TCP_LENGTH + rule->payload_length;
}
