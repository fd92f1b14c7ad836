/* Unaligned reads in either byte order: a capture file is written in the order of the host that wrote it.
 * Spelled byte by byte, which compilers turn into one load (and one swap), and which is right on any host. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t read16(const uint8_t *p, bool big_endian)
{
    return big_endian ? (uint16_t)(p[0] << 8 | p[1]) : (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t read32(const uint8_t *p, bool big_endian)
{
    return big_endian ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
                      : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint64_t read64(const uint8_t *p, bool big_endian)
{
    uint64_t first = read32(p, big_endian);
    uint64_t second = read32(p + 4, big_endian);
    return big_endian ? first << 32 | second : second << 32 | first;
}
