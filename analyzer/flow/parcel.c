#include "flow/parcel.h"

#include <string.h>

/* The folded 128-bit product, as in wyhash: cheap, and without the seed nobody can aim at a slot. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_endpoint(const uint8_t address[16], uint16_t port, const uint64_t seed[2])
{
    uint64_t high, low;
    memcpy(&high, address, 8);
    memcpy(&low, address + 8, 8);
    uint64_t inner = mix(high ^ seed[0], (low + ((uint64_t)port << 8)) ^ seed[1]);
    return mix(inner ^ seed[1], port ^ low ^ seed[0]);
}

static inline uint64_t word_v4(const uint8_t address[16], uint16_t port)
{
    uint32_t four;
    memcpy(&four, address, sizeof four);
    return (uint64_t)four << 16 | port;
}

/* An end of IPv4 fits a word, so both go into one product, the smaller first whoever sends. */
static inline uint64_t hash_v4(const Segment *segment, const uint64_t seed[2])
{
    uint64_t source = word_v4(segment->source, segment->source_port),
             destination = word_v4(segment->destination, segment->destination_port);
    uint64_t low = source < destination ? source : destination,
             high = source < destination ? destination : source;
    return mix(mix(low ^ seed[0], high ^ seed[1]) ^ seed[0], UINT64_C(0x9e3779b97f4a7c15) ^ seed[1]);
}

uint64_t parcel_hash(const Segment *segment, const uint64_t seed[2])
{
    if (segment->ip_version == 4)
        return hash_v4(segment, seed);
    return hash_endpoint(segment->source, segment->source_port, seed) +
           hash_endpoint(segment->destination, segment->destination_port, seed);
}

static inline uint16_t marks_of(const Segment *segment)
{
    uint16_t marks = (uint16_t)((segment->options & OPTION_TIMESTAMPS ? EVENT_TIMESTAMPS : 0) |
                                (segment->options & OPTION_MPTCP ? EVENT_MPTCP : 0));
    if (segment->flags & TCP_SYN && segment->options & OPTION_WSCALE)
        marks |= (uint16_t)(WAITING_WSCALE | segment->wscale << WAITING_WSCALE_SHIFT);
    return marks;
}

void parcel_fill(Parcel *parcel, const Segment *segment, uint64_t hash)
{
    bool is_quote = segment->kind == SEGMENT_ICMP_QUOTE;
    parcel->event = (Event){
        .time_ns = segment->time_ns,
        .frame = segment->frame > UINT32_MAX ? UINT32_MAX : (uint32_t)segment->frame,
        .seq = segment->seq,
        .ack = segment->ack,
        .length = segment->length,
        .window = is_quote ? (uint16_t)(segment->icmp_type << 8 | segment->icmp_code) : segment->window,
        .ip_id = segment->ip_id,
        .marks = marks_of(segment),
        .flags = segment->flags,
        .ttl = segment->ttl,
    };
    memcpy(parcel->address[0], segment->source, 16);
    memcpy(parcel->address[1], segment->destination, 16);
    parcel->port[0] = segment->source_port;
    parcel->port[1] = segment->destination_port;
    parcel->ip_version = segment->ip_version;
    parcel->kind = segment->kind;
    parcel->tag = (uint32_t)hash | UINT32_C(1) << 31;
    parcel->hint = 0;
}
