/* What a connection's facts know of the rest of the capture: its listener's and its client's other
 * connections, and the capture itself. Costs memory for each endpoint and each connection noted, not for each
 * pair. */
#pragma once

#include "facts/facts.h"

/* What a connection tells about itself for the sake of others. */
typedef struct {
    int64_t end_ns;
    int64_t established_ns; /* time of the first ACK after the SYN-ACK; INT64_MAX for never */
    int64_t served_ns;      /* the server's first byte or FIN; INT64_MAX for none */
    union {
        uint32_t previous; /* as in History */
        uint32_t next;     /* once it is noted: the stream that took over the tuple, or NO_CONNECTION */
    };
    uint32_t next_of_listener; /* once it is noted: chain of the streams of one listener, newest first */
    uint32_t server : 29;      /* the caller's number for it; once it is noted, the listener's */
    uint32_t closed : 1;       /* by both sides, or reset */
    uint32_t
        is_plain : 1; /* this is all of it: nothing was refused, reset, repeated or closed for idleness */
    uint32_t resets_predecessor : 1; /* its SYN drew an ACK of an older connection, which was reset */
} Witness;

_Static_assert(sizeof(Witness) == 40, "there is one of every connection");

/* All but `server`. */
Witness fact_witness(const History *history);

/* fact_context_note() with the witness in a place of the caller's, as long as the context; and the same for
 * one that is plain, of which no more than that and the address and port of its server is needed. */
void fact_context_note_as(FactContext *context, const History *history, Witness *witness);
void fact_context_note_plain(FactContext *context, Witness *witness, const Address *server, uint16_t port);

/* A context for judging a connection before the others are known: it remembers that it was asked for anything
 * beyond that connection. fact_context_was_asked() tells, and forgets. */
FactContext *fact_context_new_alone(void);
bool fact_context_was_asked(FactContext *context);

/* The server address and port, over all connections of the capture. */
typedef struct {
    uint32_t connections;                    /* streams to it */
    uint32_t served;                         /* on which it sent data or a FIN */
    uint32_t refused;                        /* SYNs it answered with RST */
    uint32_t synack_repeats;                 /* SYN-ACKs sent again */
    uint32_t silent_resets;                  /* streams it reset without ever having sent a byte */
    int64_t last_refused_ns;                 /* time of the latest refusal, INT64_MIN for none */
    int64_t first_silent_ns, last_silent_ns; /* of those resets */
} ListenerSummary;

/* The server endpoint of a noted stream; zeros where it has none. */
const ListenerSummary *fact_context_listener(const FactContext *context, uint32_t stream);

/* Resets that the same server sent within `window_ns` of `time_ns`, on streams on which it had never sent a
 * byte. */
uint32_t fact_context_silent_resets_near(const FactContext *context, uint32_t stream, int64_t time_ns,
                                         int64_t window_ns);

/* Other streams to the same server that were established before `time_ns`, not over by then, and on which it
 * had not sent a byte: they may be in the accept queue. At least so many, and false where none was found
 * among WITNESSES_MAX and there are more. */
bool fact_context_waiting(const FactContext *context, uint32_t stream, int64_t time_ns, uint32_t *ret_count);

/* The idle time after which the server closes, where at least three of its closes agree within 5 % and they
 * are most of them; -1 for none. *ret_count is how many agree. */
int64_t fact_context_idle_close_ns(const FactContext *context, uint32_t stream, uint32_t *ret_count);

/* Ports on which the same client address tried a handshake that came to nothing. */
uint32_t fact_context_failed_ports(const FactContext *context, const HistorySide *client);

/* The stream that took over the tuple, or NO_CONNECTION. */
uint32_t fact_context_next(const FactContext *context, uint32_t stream);

/* The stream was open when a SYN took over its tuple, and an ACK that this SYN drew was answered with RST. */
bool fact_context_reconnected(const FactContext *context, uint32_t stream);

int64_t fact_context_last_ns(const FactContext *context);
int64_t fact_context_first_ns(const FactContext *context);
bool fact_context_cut(const FactContext *context);

/* First and last time of a noted stream, and whether it had been closed by both sides or reset when it ended.
 */
int64_t fact_context_stream_end_ns(const FactContext *context, uint32_t stream);
bool fact_context_stream_closed(const FactContext *context, uint32_t stream);
