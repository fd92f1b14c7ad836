/* Numbers addresses with ports, 0 for the first: a seeded open-addressing table, for a capture may hold
 * millions of them, made up to collide. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "endpoint/history.h"

typedef struct {
    Address address;
    uint16_t port;
} Endpoint;

static inline Endpoint endpoint_of(const HistorySide *side)
{
    return (Endpoint){.address = side->address, .port = side->port};
}

typedef struct {
    Endpoint *endpoints; /* by number */
    uint32_t count, capacity;
    uint32_t *slots; /* number + 1, 0: free */
    uint32_t mask;
    uint64_t seed;
} EndpointTable;

void endpoint_table_init(EndpointTable *table);
void endpoint_table_clear(EndpointTable *table);

#define NO_ENDPOINT UINT32_MAX

/* Its number, or NO_ENDPOINT. */
uint32_t endpoint_table_find(const EndpointTable *table, const Address *address, uint16_t port);

/* Its number; table->count grows by one where it is new. */
uint32_t endpoint_table_add(EndpointTable *table, const Address *address, uint16_t port);
