#include "facts/endpoints.h"

#include <glib.h>
#include <string.h>

void endpoint_table_init(EndpointTable *table)
{
    *table = (EndpointTable){.seed = (uint64_t)g_random_int() << 32 | g_random_int()};
}

void endpoint_table_clear(EndpointTable *table)
{
    g_free(table->endpoints);
    g_free(table->slots);
    memset(table, 0, sizeof *table);
}

/* Folded 128-bit products, as in flow/table.c. */
static inline uint32_t hash_of(const EndpointTable *table, const Address *address, uint16_t port)
{
    uint64_t high, low;
    memcpy(&high, address->bytes, 8);
    memcpy(&low, address->bytes + 8, 8);
    __uint128_t product = (__uint128_t)(high ^ table->seed) * (low ^ ~table->seed ^ port);
    uint64_t folded = (uint64_t)product ^ (uint64_t)(product >> 64);
    product = (__uint128_t)(folded ^ table->seed) * (0x9e3779b97f4a7c15u ^ low ^ (uint64_t)port << 32);
    return (uint32_t)((uint64_t)product ^ (uint64_t)(product >> 64));
}

static bool endpoint_is(const Endpoint *endpoint, const Address *address, uint16_t port)
{
    return endpoint->port == port && address_equal(&endpoint->address, address);
}

/* The slot that holds it, or the free one where it belongs. */
static inline uint32_t *find_slot(const EndpointTable *table, const Address *address, uint16_t port)
{
    uint32_t place = hash_of(table, address, port) & table->mask;
    while (table->slots[place] && !endpoint_is(&table->endpoints[table->slots[place] - 1], address, port))
        place = (place + 1) & table->mask;
    return &table->slots[place];
}

static void grow(EndpointTable *table)
{
    table->capacity = table->capacity ? table->capacity * 2 : 64;
    table->endpoints = g_renew(Endpoint, table->endpoints, table->capacity);
    table->mask = table->capacity * 2 - 1;
    g_free(table->slots);
    table->slots = g_new0(uint32_t, table->mask + 1);
    for (uint32_t i = 0; i < table->count; i++)
        *find_slot(table, &table->endpoints[i].address, table->endpoints[i].port) = i + 1;
}

uint32_t endpoint_table_find(const EndpointTable *table, const Address *address, uint16_t port)
{
    uint32_t found = table->count ? *find_slot(table, address, port) : 0;
    return found ? found - 1 : NO_ENDPOINT;
}

uint32_t endpoint_table_add(EndpointTable *table, const Address *address, uint16_t port)
{
    if (table->count == table->capacity)
        grow(table);
    uint32_t *slot = find_slot(table, address, port);
    if (!*slot) {
        table->endpoints[table->count] = (Endpoint){.address = *address, .port = port};
        *slot = ++table->count;
    }
    return *slot - 1;
}
