/* The connections of a generated capture: scripts of one letter a segment, and the player that turns a script
 * into packets whose numbers are those two real hosts would have sent. */
#pragma once

#include "packet.h"

typedef enum { KIND_SHORT, KIND_LONG, KIND_SINGLE, KIND_SYN_FLOOD } Kind;

typedef struct {
    uint32_t address;
    uint16_t port, window, ip_id, ttl;
    uint32_t next;     /* SND.NXT */
    uint32_t received; /* RCV.NXT */
    uint32_t answered; /* ACK of the segment that arrived last: what a reply RST is sent from */
    uint32_t clock;    /* of its timestamps, when the capture began */
    uint32_t echo;     /* the timestamp that arrived last */
} Host;

typedef struct {
    Host hosts[2]; /* client, server */
    const char *script;
    const char *at;   /* what is played next */
    char last;        /* the letter played before it */
    uint32_t repeats; /* of the part in parentheses, still to come */
    uint32_t round_trip_us;
    unsigned late; /* host for which the segment sent last has not arrived yet, plus 1 */
    uint32_t late_next, late_ack, late_clock;
} Conversation;

/* Begins the conversation with that number; numbers below 2^26 differ in addresses or ports. `repeats`: how
 * many bursts a long one has after its first. */
void conversation_begin(Conversation *conversation, Kind kind, uint32_t number, uint32_t repeats,
                        uint64_t *random);

/* The segment that comes next, with the time at which it does. */
void conversation_play(Conversation *conversation, int64_t now_us, uint64_t *random, Packet *ret_packet);

/* Microseconds from the segment before to the next one. Only where there is one. */
uint32_t conversation_wait(const Conversation *conversation, uint64_t *random);

bool conversation_is_over(const Conversation *conversation);
