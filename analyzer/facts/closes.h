/* How the connections of one server, and those of one client, were closed: what one of them tells of itself,
 * and what all of them come to. Kept of those closes only that say something: where somebody was waiting for
 * an answer, by the server after a pause or without a byte from it. A close right after the last answer,
 * which nearly all are, is none of them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/history.h"
#include "facts/tally.h"

/* A server that closes sooner after its last word closes because of it. */
#define CLOSES_PAUSE_NS INT64_C(50000000)

/* Shorter times are no timeout for idle connections. */
#define CLOSES_IDLE_MIN_NS INT64_C(1000000000)

/* A last message that is this small, and is soon followed by the other side's close, may be a goodbye (TLS
 * close_notify, COM_QUIT, Terminate, QUIT, unbind): nobody waits for an answer to it. */
#define CLOSES_GOODBYE_BYTES 64
#define CLOSES_GOODBYE_NS    INT64_C(250000000)

/* Closes within this time are one event: a program that ends closes all it has. */
#define CLOSES_TOGETHER_NS INT64_C(100000000)

/* Times are one number where they differ by less than this, or by less than a twentieth. */
#define CLOSES_SLACK_NS INT64_C(100000000)

/* What a connection has to tell. Times are -1 where there are none. */
typedef struct {
    int64_t start_ns, time_ns; /* time: when it was closed */
    int64_t idle_ns;           /* of the server: CLOSES_PAUSE_NS or more, and nobody waited */
    int64_t waiting_ns;        /* how long the client had been waiting for an answer */
    int64_t survived_ns;       /* CLOSES_IDLE_MIN_NS or more: the longest idle time that was survived */
    uint8_t closer;            /* Side; with is_closed */
    bool is_closed;            /* by a program */
    bool is_crossed;           /* a request was on its way to the server, which closed */
    bool is_silent;            /* the server closed without having sent a byte */
    bool is_empty;             /* neither side sent a byte, and it was established */
} CloseStory;

/* False where there is nothing to tell. */
bool close_story(const History *history, CloseStory *ret_story);

/* Whether it counts as a close that says something. */
static inline bool close_story_counts(const CloseStory *story)
{
    return story->is_closed &&
           (story->waiting_ns >= 0 || story->idle_ns >= 0 || story->is_crossed || story->is_silent);
}

/* And whether it had been there when the others closed that ended at the same moment. */
static inline bool close_story_is_old(const CloseStory *story)
{
    return story->time_ns - story->start_ns >= CLOSES_PAUSE_NS;
}

/* 32 bits for an address: an IPv4 address itself; of an IPv6 address what it comes to. */
uint32_t closes_client(const Address *client);

/* Of all. `server` is the listener's number, `client` is closes_client(). */
typedef struct {
    TallyList tallies;
    bool has_idle; /* a server closed one that was idle */
} Closes;

void closes_clear(Closes *closes);
void closes_note(Closes *closes, const CloseStory *story, uint32_t server, uint32_t client);

/* All are noted. Before that, closes_wants() says whether the start of this client's connections to the
 * server counts: the server closed some of them for no reason yet known. closes_note_start() takes it then.
 */
void closes_sort(Closes *closes);
bool closes_wants(const Closes *closes, uint32_t server, uint32_t client);
void closes_note_start(Closes *closes, uint32_t server, uint32_t client, int64_t start_ns);
void closes_finish(Closes *closes);

/* How many there are, and how many of them agree with one. */
typedef struct {
    uint32_t count, agree;
} Agreement;

/* Of the closer's closes: within CLOSES_TOGETHER_NS of this one, and of those where somebody waited or had a
 * request on its way. */
Agreement closes_together(const Closes *closes, const CloseStory *story, uint32_t server, uint32_t client);

/* Idle times after which the server closed; where this one's is CLOSES_IDLE_MIN_NS or more, those that are.
 */
Agreement closes_idle(const Closes *closes, const CloseStory *story, uint32_t server);

/* Waits that the closer cut short: of a server over all clients, of a client over the connections to this
 * server. */
Agreement closes_waiting(const Closes *closes, const CloseStory *story, uint32_t server, uint32_t client);

/* The longest idle time that a connection of the server survived; -1 for none of CLOSES_IDLE_MIN_NS. */
int64_t closes_survived_ns(const Closes *closes, uint32_t server);

/* The idle time after which the server closes, where at least three of its closes agree within 5 % and they
 * are most of them; -1 for none. */
int64_t closes_idle_mode_ns(const Closes *closes, uint32_t server, uint32_t *ret_count);

/* How many connections the server closed without having sent a byte. */
uint32_t closes_silent(const Closes *closes, uint32_t server);

/* Connections of the client to the server on which nobody said anything, and the time from one to the next
 * where most of those around this one agree; -1 where they do not, or are fewer than three. */
uint32_t closes_empty(const Closes *closes, const CloseStory *story, uint32_t server, uint32_t client,
                      int64_t *ret_period_ns);

/* Of the connections of this client that the server closed when they were idle, `agree` were closed right
 * after the client had opened another one; *ret_starts is how many it opened. */
Agreement closes_takeovers(const Closes *closes, uint32_t server, uint32_t client, uint32_t *ret_starts);

/* When it had opened that, or -1. */
int64_t closes_taken_over_by_ns(const Closes *closes, const CloseStory *story, uint32_t server,
                                uint32_t client);
