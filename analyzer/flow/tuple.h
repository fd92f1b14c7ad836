/* The hash of a segment's addresses and ports: the same for both directions, and by a key, so that nobody who
 * makes a capture can aim at a slot. */
#pragma once

#include <string.h>

#include "decode/segment.h"

/* Random bits. With another key the same tuples have other hashes. */
typedef struct {
    uint64_t half[2];
} TupleKey;

/* The folded 128-bit product, as in wyhash. */
static inline uint64_t tuple_mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t tuple_word_v4(const uint8_t address[16], uint16_t port)
{
    uint32_t four;
    memcpy(&four, address, sizeof four);
    return (uint64_t)four << 16 | port;
}

/* An end of IPv4 fits a word, so both go into one product, the smaller first whoever sends; then as wyhash
 * ends. */
static inline uint64_t tuple_hash_v4(const Segment *segment, TupleKey key)
{
    uint64_t source = tuple_word_v4(segment->source, segment->source_port),
             destination = tuple_word_v4(segment->destination, segment->destination_port);
    uint64_t low = source < destination ? source : destination,
             high = source < destination ? destination : source;
    __uint128_t product = (__uint128_t)(low ^ key.half[0]) * (high ^ key.half[1]);
    return tuple_mix((uint64_t)product ^ key.half[0], (uint64_t)(product >> 64) ^ key.half[1]);
}

uint64_t tuple_hash_v6(const Segment *segment, TupleKey key);

static inline uint64_t tuple_hash(const Segment *segment, TupleKey key)
{
    return segment->ip_version == 4 ? tuple_hash_v4(segment, key) : tuple_hash_v6(segment, key);
}
