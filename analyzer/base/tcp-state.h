/* The two ends of a connection, and the states RFC 9293 3.3.2 gives each of them. */
#pragma once

#include <stdint.h>

typedef enum {
    SIDE_CLIENT, /* who sent the SYN; guessed where the handshake was not captured */
    SIDE_SERVER,
} Side;

#define SIDES 2

static inline Side side_other(Side side)
{
    return side == SIDE_CLIENT ? SIDE_SERVER : SIDE_CLIENT;
}

static inline const char *side_name(Side side)
{
    return side == SIDE_CLIENT ? "client" : "server";
}

typedef enum {
    TCP_STATE_UNKNOWN, /* the capture does not tell */
    TCP_STATE_CLOSED,
    TCP_STATE_LISTEN,
    TCP_STATE_SYN_SENT,
    TCP_STATE_SYN_RECEIVED,
    TCP_STATE_ESTABLISHED,
    TCP_STATE_FIN_WAIT_1,
    TCP_STATE_FIN_WAIT_2,
    TCP_STATE_CLOSE_WAIT,
    TCP_STATE_CLOSING,
    TCP_STATE_LAST_ACK,
    TCP_STATE_TIME_WAIT,
} TcpState;

/* RFC 9293's name with underscores; "UNKNOWN" for none. */
const char *tcp_state_name(TcpState state);
