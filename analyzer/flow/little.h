/* Numbers written to memory and read from it in little-endian order, wherever they come to lie. `store`
 * leaves the place as it is; `put` and `get` go on behind the number. */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <string.h>

static inline void store16(uint8_t *at, uint16_t value)
{
    value = GUINT16_TO_LE(value);
    memcpy(at, &value, sizeof value);
}

static inline void store64(uint8_t *at, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    memcpy(at, &value, sizeof value);
}

static inline void put16(uint8_t **at, uint16_t value)
{
    store16(*at, value);
    *at += sizeof value;
}

static inline void put32(uint8_t **at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(*at, &value, sizeof value);
    *at += sizeof value;
}

static inline void put64(uint8_t **at, uint64_t value)
{
    store64(*at, value);
    *at += sizeof value;
}

static inline uint16_t get16(const uint8_t **at)
{
    uint16_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return GUINT16_FROM_LE(value);
}

static inline uint32_t get32(const uint8_t **at)
{
    uint32_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return GUINT32_FROM_LE(value);
}

static inline uint64_t get64(const uint8_t **at)
{
    uint64_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return GUINT64_FROM_LE(value);
}
