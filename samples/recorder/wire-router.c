/*
 * The wire as a router, for scenarios in which something on the way takes part: it counts TTL down, answers with ICMP
 * errors, and gives the client another address until it forgets the connection. IPv4 only.
 *
 *     hops 2
 *     nat 10.0.0.254 [until=TIME]    the client's address, as the server sees it; forgotten then
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

enum { AT_TTL = 8, AT_CHECKSUM = 10, AT_SOURCE = 12, AT_DESTINATION = 16, IP_LENGTH = 20, TCP_LENGTH = 20 };
enum { ICMP_LENGTH = 8, ICMP_QUOTED = IP_LENGTH + 28, ICMP_UNREACHABLE = 3 };
static const uint8_t ROUTER[4] = {10, 0, 0, 254};

static uint8_t hops;
static uint8_t nat[4], inside[4]; /* the client's address outside and inside; all 0 without a NAT */
static int64_t forgotten_ns = INT64_MAX;

static bool has_nat(void)
{
    return nat[0] != 0;
}

static bool is_ipv4(const uint8_t *bytes, size_t length)
{
    return length >= WIRE_LINK + IP_LENGTH && bytes[12] == ETHERTYPE_IP >> 8 && bytes[13] == (ETHERTYPE_IP & 0xff);
}

bool wire_router_parse(const char *line, int64_t start_ns)
{
    char address[16], until[16];
    if (sscanf(line, " hops %hhu", &hops) == 1)
        return true;
    int words = sscanf(line, " nat %15s until=%15s", address, until);
    if (words < 1)
        return false;
    if (inet_pton(AF_INET, address, nat) != 1) {
        fprintf(stderr, "wire: \"%s\" is no address\n", address);
        exit(2);
    }
    if (words == 2)
        forgotten_ns = start_ns + wire_duration(until);
    return true;
}

static void finish(uint8_t *bytes, size_t length)
{
    WireSegment segment = wire_segment_read(WIRE_CLIENT, bytes, length);
    uint8_t *ip = bytes + WIRE_LINK;
    if (segment.is_tcp) {
        wire_frame_finish(bytes, segment.tcp_offset, (size_t)(ip[2] << 8 | ip[3]) - (segment.tcp_offset - WIRE_LINK));
        return;
    }
    uint16_t sum = (memset(ip + AT_CHECKSUM, 0, 2), wire_checksum(ip, IP_LENGTH, 0));
    ip[AT_CHECKSUM] = (uint8_t)(sum >> 8);
    ip[AT_CHECKSUM + 1] = (uint8_t)sum;
}

void wire_router_arrives(int from, uint8_t *bytes, size_t length, int64_t now_ns)
{
    uint8_t *ip = bytes + WIRE_LINK;
    if ((hops == 0 && !has_nat()) || !is_ipv4(bytes, length))
        return;
    ip[AT_TTL] -= hops;
    if (has_nat() && from == WIRE_CLIENT)
        memcpy(inside, ip + AT_SOURCE, 4);
    else if (has_nat() && now_ns < forgotten_ns && memcmp(ip + AT_DESTINATION, nat, 4) == 0)
        memcpy(ip + AT_DESTINATION, inside, 4);
    finish(bytes, length);
}

void wire_router_leaves(int from, uint8_t *bytes, size_t length, int64_t now_ns)
{
    if (!has_nat() || from != WIRE_CLIENT || now_ns >= forgotten_ns || !is_ipv4(bytes, length))
        return;
    memcpy(bytes + WIRE_LINK + AT_SOURCE, nat, 4);
    finish(bytes, length);
}

/* Ethernet and IP header of an answer to a frame, from an address of the router's. */
static uint8_t *begin_answer(const WireSegment *segment, const uint8_t *source, uint8_t protocol, size_t length,
                             uint8_t *answer)
{
    const uint8_t *their_ip = segment->bytes + WIRE_LINK;
    uint8_t *ip = answer + WIRE_LINK;
    memset(answer, 0, WIRE_LINK + IP_LENGTH + length);
    memcpy(answer, segment->bytes + 6, 6);
    memcpy(answer + 6, segment->bytes, 6);
    memcpy(answer + 12, segment->bytes + 12, 2);
    ip[0] = 0x45;
    ip[2] = (uint8_t)((IP_LENGTH + length) >> 8);
    ip[3] = (uint8_t)(IP_LENGTH + length);
    ip[AT_TTL] = 64;
    ip[9] = protocol;
    memcpy(ip + AT_SOURCE, source, 4);
    memcpy(ip + AT_DESTINATION, their_ip + AT_SOURCE, 4);
    return ip + IP_LENGTH;
}

/* As a kernel without a socket answers (RFC 9293 3.10.7.1): SEQ is the ACK of what came, and no ACK flag. */
size_t wire_router_reset(const WireSegment *segment, int64_t now_ns, uint8_t *answer)
{
    const uint8_t *ip = segment->bytes + WIRE_LINK;
    if (!has_nat() || now_ns < forgotten_ns || !segment->is_tcp || segment->flags & TCP_RST ||
        memcmp(ip + AT_DESTINATION, nat, 4) != 0)
        return 0;
    uint8_t *tcp = begin_answer(segment, nat, IPPROTO_TCP, TCP_LENGTH, answer);
    const uint8_t *theirs = segment->bytes + segment->tcp_offset;
    memcpy(tcp, theirs + 2, 2);
    memcpy(tcp + 2, theirs, 2);
    memcpy(tcp + 4, theirs + 8, 4);
    tcp[12] = TCP_LENGTH / 4 << 4;
    tcp[13] = TCP_RST;
    finish(answer, WIRE_LINK + IP_LENGTH + TCP_LENGTH);
    return WIRE_LINK + IP_LENGTH + TCP_LENGTH;
}

/* RFC 792, and RFC 1191 for the MTU: the header of what was rejected, and 28 bytes behind it. */
size_t wire_router_icmp(const WireRule *rule, const WireSegment *segment, uint8_t *answer)
{
    size_t quoted = segment->length - WIRE_LINK < ICMP_QUOTED ? segment->length - WIRE_LINK : ICMP_QUOTED;
    if (!is_ipv4(segment->bytes, segment->length))
        return 0;
    uint8_t *icmp = begin_answer(segment, ROUTER, IPPROTO_ICMP, ICMP_LENGTH + quoted, answer);
    icmp[0] = ICMP_UNREACHABLE;
    icmp[1] = rule->code;
    icmp[6] = (uint8_t)(rule->mtu >> 8);
    icmp[7] = (uint8_t)rule->mtu;
    memcpy(icmp + ICMP_LENGTH, segment->bytes + WIRE_LINK, quoted);
    uint16_t sum = wire_checksum(icmp, ICMP_LENGTH + quoted, 0);
    icmp[2] = (uint8_t)(sum >> 8);
    icmp[3] = (uint8_t)sum;
    finish(answer, WIRE_LINK + IP_LENGTH + ICMP_LENGTH + quoted);
    return WIRE_LINK + IP_LENGTH + ICMP_LENGTH + quoted;
}
