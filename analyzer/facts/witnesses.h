/* What a connection's facts know of the rest of the capture: its listener's and its client's other
 * connections, and the capture itself. Costs memory for each endpoint and each connection noted, not for each
 * pair. */
#pragma once

#include "facts/closes.h"
#include "facts/endpoints.h"
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
    uint32_t client;                 /* closes_client() */
    uint32_t server : 29;            /* the caller's number for it; once it is noted, the listener's */
    uint32_t closed : 1;             /* by both sides, or reset */
    uint32_t resets_predecessor : 1; /* its SYN drew an ACK of an older connection, which was reset */
    uint32_t answered : 1;           /* the server sent payload after the client had */
    uint32_t testimony;              /* the caller's number for it */
} Witness;

_Static_assert(sizeof(Witness) == 40, "there is one of every connection");

/* What few of them have to tell beyond that. */
typedef struct {
    int64_t reset_ns;        /* of the server's RST, where is_refused or is_silent_reset */
    uint32_t synack_repeats; /* SYN-ACKs sent again */
    Address client;          /* where has_failed */
    bool has_failed;         /* its handshake came to nothing */
    bool is_refused;         /* a SYN was answered with RST */
    bool is_silent_reset;    /* the server reset it without ever having sent a byte */
    bool has_close;
    CloseStory close; /* where has_close */
} Testimony;

/* All but `server` and `testimony`. False where there is nothing to say in *ret_testimony, which may be left
 * as it was. */
bool fact_witness(const History *history, Witness *ret_witness, Testimony *ret_testimony);

/* fact_context_note() of what was worked out before. The witness stays in its place, as long as the context;
 * its `server` is fact_context_listener_number(), its `previous` as in History. `testimony` may be NULL. */
void fact_context_note_witness(FactContext *context, Witness *witness, const Testimony *testimony);
uint32_t fact_context_listener_number(FactContext *context, const Address *server, uint16_t port);

/* The server of a noted stream. Borrowed until one more is noted. And fetches what that takes. */
const Endpoint *fact_context_server(const FactContext *context, uint32_t stream);
void fact_context_prefetch(const FactContext *context, uint32_t stream);

/* What a context was asked for beyond the connection at hand. */
enum {
    ASKED_FAILURES = 1 << 0, /* how many ports its client tried in vain */
    ASKED_MORE = 1 << 1,
};

/* A context for judging a connection before the others are known. It answers as if there were none: that its
 * client tried one port in vain. fact_context_take_asked() tells what it was asked for, and forgets. */
FactContext *fact_context_new_alone(void);
unsigned fact_context_take_asked(FactContext *context);

/* Whether that answer was right about a client that tried in vain: nearly always. */
bool fact_context_failed_once(const FactContext *context, const Address *client);

/* The server address and port, over all connections of the capture. */
typedef struct {
    uint32_t connections;                    /* streams to it */
    uint32_t served;                         /* on which it sent data or a FIN */
    uint32_t answered;                       /* on which it sent data after the client had */
    uint32_t refused;                        /* SYNs it answered with RST */
    uint32_t synack_repeats;                 /* SYN-ACKs sent again */
    uint32_t silent_resets;                  /* streams it reset without ever having sent a byte */
    int64_t last_refused_ns;                 /* time of the latest refusal, INT64_MIN for none */
    int64_t last_answered_ns;                /* of the latest SYN-ACK that was acknowledged; INT64_MIN */
    int64_t first_silent_ns, last_silent_ns; /* of those resets */
} ListenerSummary;

/* The server endpoint of a noted stream; zeros where it has none. */
const ListenerSummary *fact_context_listener(const FactContext *context, uint32_t stream);

/* Resets that the same server sent within `window_ns` of `time_ns`, on streams on which it had never sent a
 * byte. */
uint32_t fact_context_silent_resets_near(const FactContext *context, uint32_t stream, int64_t time_ns,
                                         int64_t window_ns);

/* Other streams to the same server that were established before `time_ns`, not over by then, and on which it
 * had not sent a byte: they may be in the accept queue. */
uint32_t fact_context_waiting(const FactContext *context, uint32_t stream, int64_t time_ns);

/* How all were closed, and whose connection a noted stream is there: of its server and of its client. NULL
 * where nobody else is known. */
typedef struct {
    uint32_t server, client;
} Whose;

const Closes *fact_context_closes(const FactContext *context, uint32_t stream, Whose *ret_whose);

/* The idle time after which the server closes, where at least three of its closes agree within 5 % and they
 * are most of them; -1 for none. *ret_count is how many agree. */
int64_t fact_context_idle_close_ns(const FactContext *context, uint32_t stream, uint32_t *ret_count);

/* Ports on which the same client address tried a handshake that came to nothing. */
uint32_t fact_context_failed_ports(const FactContext *context, const HistorySide *client);

/* Its stream number, which is not known before all are. */
uint32_t fact_context_number(const FactContext *context, const History *history);

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
