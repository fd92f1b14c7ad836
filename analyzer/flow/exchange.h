/* Who spoke when, and who had heard what: the turns of a connection, counted as its segments pass.
 *
 * A turn is what one end's program sends until the other's does. A message is what an end sends without
 * having heard the other out: it goes on through a turn of the other end that crossed it on the wire, as an
 * upload does that is answered early. Who had heard what is told by the ACK of the segments that carry
 * payload: a program's words come from a TCP that had received so much, whatever the program had read.
 *
 * Only payload that passed for the first time counts. Times are those of the capture point. Numbers
 * are relative, as in Connection. It is exact at any volume, and a few hundred bytes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "flow/connection.h"

/* Segments of one end that follow one another more closely than this are one burst. */
#define EXCHANGE_BURST_NS INT64_C(100000000)

/* A payload that passed. */
typedef struct {
    int64_t time_ns;
    int64_t seq, end; /* its first number, and one beyond its last */
    int64_t ack;      /* what its end had received; 0 where it does not say */
    uint64_t frame;
} Payload;

/* Of one end. Frames are 0 for none. */
typedef struct {
    int64_t next;       /* one beyond the last payload it was seen to send; 1 for none */
    int64_t heard;      /* what it had received when it spoke last; 1 for nothing */
    int64_t turn_heard; /* and when its last turn began */
    int64_t last_ns;    /* of its last payload */
    int64_t turn_seq;   /* where its last turn began */

    int64_t message_seq; /* where its last message began */
    int64_t message_ns;
    int64_t before_ns; /* the last payload of either end before that; EXCHANGE_NEVER */

    int64_t burst_ns;        /* where its last burst began */
    int64_t burst_before_ns; /* the last payload of either end before that; EXCHANGE_NEVER */
    int64_t burst_seq;

    int64_t pause_ns;          /* the longest between two payloads of one turn of it */
    int64_t answered_ns;       /* how long it took for all its answers together */
    int64_t longest_answer_ns; /* and for the slowest */
    int64_t longest_idle_ns;   /* the longest silence that it broke with a message that was answered */
    uint64_t turn_frame;       /* the first of its last turn */
    uint64_t message_frame, burst_frame, last_frame;
    uint32_t turns;   /* that it had */
    uint32_t bursts;  /* of its last turn */
    uint32_t answers; /* of them, those that began when it had heard out the other's */
} ExchangeEnd;

#define EXCHANGE_NEVER INT64_MIN

typedef struct {
    ExchangeEnd end[2];
    uint32_t crossings; /* turns that began without having heard out the other's */
    uint8_t speaker;    /* which end spoke last; EXCHANGE_NOBODY */
    uint8_t first;      /* and first */
    uint8_t taken;      /* how many of the connection's events are in it */
} Exchange;

enum { EXCHANGE_NOBODY = 2 };

void exchange_begin(Exchange *exchange);

/* Takes in a payload of `end`, in the order of the capture; and the payloads of all tracked events that are
 * not in it yet. */
void exchange_take(Exchange *exchange, unsigned end, const Payload *payload);
void exchange_take_events(Exchange *exchange, const Connection *connection, const Event *events);

/* Whether a tracked event has payload that passed for the first time. */
static inline bool event_speaks(uint8_t flags, uint16_t marks, uint32_t length)
{
    const unsigned silent = EVENT_RETRANSMISSION | EVENT_KEEPALIVE | EVENT_WINDOW_PROBE | EVENT_DUPLICATE |
                            EVENT_BEYOND_FIN | EVENT_ICMP | EVENT_RUN | EVENT_WILD | EVENT_PREDECESSOR;
    return length && !(flags & TCP_RST) && !(marks & silent);
}
