/* How a connection stood when its end began: who was waiting, and how long nothing had been said. Internal to
 * facts. */
#pragma once

#include "endpoint/history.h"

/* A program closed it, by FIN or by an RST of its own. */
typedef struct {
    int64_t time_ns;
    int64_t received; /* relative: what its host had received by then */
    unsigned row;
    Side side;
} Close;

/* False where nobody's program did: an RST that only answers something is its host's. */
bool exchange_close(const History *history, Close *ret_close);

/* The first number that the side sent and the other one's program was not heard of after; and one beyond the
 * last that the other one's TCP acknowledged. Nobody waits where they are the same. False where the capture
 * does not show it. */
typedef struct {
    int64_t begin, end;
} Waiting;

bool exchange_waiting(const History *history, Side side, Waiting *ret_waiting);

/* Whether the side was waiting when the other one closed: its host had the words then. */
bool exchange_waits_at(const History *history, const Close *close, Side side);

/* Of this side's last message nothing had come to the closer, its other side, when that closed; and it was
 * sent without knowing of that. */
bool exchange_crosses(const History *history, const Close *close);

/* For how long nothing had been said, as far as the closer could know, when it closed or said the goodbye
 * right before that; -1 where somebody waited for it, or nothing had been said at all. */
int64_t exchange_idle_ns(const History *history, const Close *close);

/* Bytes of what the closer said right before it closed, unasked and after a silence; 0 for nothing. */
int64_t exchange_goodbye_bytes(const History *history, const Close *close);

/* Whether all payload that arrived was captured, of both sides. */
bool exchange_is_whole(const History *history);
