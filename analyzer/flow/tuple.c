#include "flow/tuple.h"

static uint64_t hash_endpoint(const uint8_t address[16], uint16_t port, TupleKey key)
{
    uint64_t high, low;
    memcpy(&high, address, 8);
    memcpy(&low, address + 8, 8);
    uint64_t inner = tuple_mix(high ^ key.half[0], (low + ((uint64_t)port << 8)) ^ key.half[1]);
    return tuple_mix(inner ^ key.half[1], port ^ low ^ key.half[0]);
}

uint64_t tuple_hash_v6(const Segment *segment, TupleKey key)
{
    return hash_endpoint(segment->source, segment->source_port, key) +
           hash_endpoint(segment->destination, segment->destination_port, key);
}
