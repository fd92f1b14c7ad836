/* The bytes of a packet, put together by hand: a file of six million takes a second or two, so that a
 * benchmark can make its captures afresh and none has to be committed. */
#include "packet.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (4u << 20)
#define PACKET_BYTES (16 + 14 + 20 + 40 + PAYLOAD_MAX) /* the longest record */

#define ETHERNET 14
#define IP       20

static uint8_t *put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, value >> 16), value);
}

static uint8_t *put_host32(uint8_t *at, uint32_t value)
{
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

/* RFC 1071, over bytes in network order; the sum of both header and payload may be carried on. */
static uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t length)
{
    for (; length >= 4; bytes += 4, length -= 4) {
        uint32_t word;
        memcpy(&word, bytes, sizeof word);
        sum += word;
    }
    uint32_t rest = 0;
    memcpy(&rest, bytes, length);
    return sum + rest;
}

static void checksum_put(uint8_t *at, uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xFFFF) + (sum >> 16);
    uint16_t value = (uint16_t)~sum;
    memcpy(at, &value, sizeof value);
}

static bool flush(PacketWriter *writer)
{
    for (size_t done = 0; done < writer->used;) {
        ssize_t written = write(writer->fd, writer->buffer + done, writer->used - done);
        if (written < 0)
            return false;
        done += (size_t)written;
    }
    writer->used = 0;
    return true;
}

PacketWriter *packet_writer_new(int fd, uint64_t seed)
{
    PacketWriter *writer = calloc(1, sizeof *writer);
    uint8_t *buffer = malloc(BUFFER_BYTES + PACKET_BYTES);
    if (!writer || !buffer)
        abort();
    writer->fd = fd;
    writer->buffer = buffer;
    static const char letters[] = "etaoinshrdlucmfw etaoinshrdlu0123456789GET HTTP/1.1{\":,}=&-_;\r\n";
    for (size_t i = 0; i < sizeof writer->text; i++)
        writer->text[i] = (uint8_t)letters[random_between(&seed, 0, sizeof letters - 2)];
    uint8_t *at = put_host32(buffer, 0xA1B2C3D4); /* microseconds, in the order of this machine */
    uint16_t version[2] = {2, 4};
    memcpy(at, version, sizeof version);
    at = put_host32(at + sizeof version, 0);
    at = put_host32(at, 0);
    at = put_host32(at, 262144); /* snap length */
    at = put_host32(at, 1);      /* LINKTYPE_ETHERNET */
    writer->used = (size_t)(at - buffer);
    return writer;
}

/* Maximum segment size, SACK permitted, timestamps, window scale 7; or timestamps alone. Returns the end. */
static uint8_t *put_options(uint8_t *at, const Packet *packet)
{
    bool is_syn = packet->flags & FLAG_SYN;
    if (is_syn) {
        at = put32(at, 0x020405B4);
        at = put16(at, 0x0402);
    } else if (packet->has_timestamps) {
        at = put16(at, 0x0101);
    }
    if (packet->has_timestamps) {
        at = put16(at, 0x080A);
        at = put32(put32(at, packet->tsval), packet->tsecr);
    }
    return is_syn ? put32(at, 0x01030307) : at;
}

static void put_ip(uint8_t *at, const Packet *packet, size_t length)
{
    uint8_t *ip = at;
    at = put16(at, 0x4500);
    at = put16(at, (uint32_t)length);
    at = put16(at, packet->ip_id);
    at = put16(at, 0x4000); /* don't fragment */
    *at++ = packet->ttl;
    *at++ = 6;
    at = put16(at, 0);
    put32(put32(at, packet->source), packet->destination);
    checksum_put(ip + 10, checksum_add(0, ip, IP));
}

static uint8_t *put_tcp(uint8_t *tcp, const Packet *packet, const uint8_t *payload)
{
    uint8_t *at = put16(put16(tcp, packet->source_port), packet->destination_port);
    at = put32(put32(at, packet->seq), packet->ack);
    uint8_t *end = put_options(tcp + 20, packet);
    *at++ = (uint8_t)((end - tcp) / 4 << 4);
    *at++ = packet->flags;
    at = put16(at, packet->window);
    put32(at, 0);
    memcpy(end, payload, packet->length);
    end += packet->length;
    uint8_t pseudo[12];
    put16(put16(put32(put32(pseudo, packet->source), packet->destination), 6), (uint32_t)(end - tcp));
    uint64_t sum = checksum_add(0, pseudo, sizeof pseudo);
    checksum_put(tcp + 16, checksum_add(sum, tcp, (size_t)(end - tcp)));
    return end;
}

bool packet_write(PacketWriter *writer, const Packet *packet)
{
    uint8_t *record = writer->buffer + writer->used, *frame = record + 16;
    static const uint8_t ethernet[ETHERNET] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0};
    memcpy(frame, ethernet, sizeof ethernet);
    uint8_t *end = put_tcp(frame + ETHERNET + IP, packet, writer->text + packet->text);
    put_ip(frame + ETHERNET, packet, (size_t)(end - frame) - ETHERNET);
    uint32_t length = (uint32_t)(end - frame);
    uint8_t *at = put_host32(record, (uint32_t)(packet->time_us / 1000000));
    at = put_host32(at, (uint32_t)(packet->time_us % 1000000));
    put_host32(put_host32(at, length), length);
    writer->used = (size_t)(end - writer->buffer);
    writer->packets++;
    writer->bytes += length;
    return writer->used < BUFFER_BYTES || flush(writer);
}

bool packet_writer_close(PacketWriter *writer)
{
    bool is_written = flush(writer);
    free(writer->buffer);
    free(writer);
    return is_written;
}
