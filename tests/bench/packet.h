/* Writes TCP packets as a pcap file: Ethernet, IPv4, TCP, checksums included, through one large buffer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FLAG_FIN = 1, FLAG_SYN = 2, FLAG_RST = 4, FLAG_PSH = 8, FLAG_ACK = 16 };

typedef struct {
    int64_t time_us;
    uint32_t source, destination; /* IPv4 addresses */
    uint16_t source_port, destination_port;
    uint32_t seq, ack;
    uint32_t tsval, tsecr;
    uint16_t window, ip_id;
    uint16_t length; /* of the payload, at most PAYLOAD_MAX */
    uint16_t text;   /* where in a fixed text the payload begins, so that payloads differ */
    uint8_t flags, ttl;
    bool has_timestamps;
} Packet;

#define PAYLOAD_MAX 1448

typedef struct {
    int fd;
    uint8_t *buffer;
    size_t used;
    uint8_t text[65536 + PAYLOAD_MAX];
    uint64_t packets, bytes; /* written so far */
} PacketWriter;

/* To an open file, which stays the caller's. Writes the header of the pcap file. */
PacketWriter *packet_writer_new(int fd, uint64_t seed);

/* False where the file could not be written, errno telling why. */
bool packet_write(PacketWriter *writer, const Packet *packet);

/* Writes what is left and frees. False as above. */
bool packet_writer_close(PacketWriter *writer);

/* splitmix64: the same numbers for the same seed on every machine. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* From `low` to `high`, both included. */
static inline uint32_t random_between(uint64_t *state, uint32_t low, uint32_t high)
{
    return low + (uint32_t)(((random_next(state) >> 32) * (high - low + UINT64_C(1))) >> 32);
}
