/* The history of one connection: what each end did and what state it was in, worked out with hindsight.
 *
 * Two TCP state machines ran and the capture saw one point between them. The history replays the kept events
 * for each side by itself: what a side sent is certain; when it had received something is decided by the
 * acknowledgement numbers of what it sent afterwards (RFC 9293 3.10), not by the order at the capture point,
 * and where it sent nothing afterwards the arrival is presumed.
 *
 * Everything here is by side, client or server; frames are 0 for none. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bounds.h"
#include "base/tcp-state.h"
#include "endpoint/row-set.h"
#include "flow/exchange.h"
#include "flow/table.h"

/* How the connection began in this capture. */
typedef enum {
    HANDSHAKE_FULL,         /* SYN, SYN-ACK and an acknowledgement of it */
    HANDSHAKE_SIMULTANEOUS, /* SYNs from both sides (RFC 9293 3.5, figure 7) */
    HANDSHAKE_SYN_ONLY,     /* SYN, no SYN-ACK */
    HANDSHAKE_UNFINISHED,   /* SYN and SYN-ACK, never acknowledged */
    HANDSHAKE_PARTIAL,      /* part of it is missing, what follows shows that it was completed */
    HANDSHAKE_NONE,         /* the capture shows none of it */
} Handshake;

/* What an RST's numbers prove about why it was sent (RFC 9293 3.5.2). */
typedef enum {
    RST_FORM_REPLY, /* its SEQ is the ACK of a segment it answers, or it answers a segment without ACK */
    RST_FORM_ABORT, /* SEQ = SND.NXT and ACK = RCV.NXT: a socket that still existed gave up */
    RST_FORM_OTHER, /* neither fits what was captured */
} RstForm;

typedef enum {
    RST_ANSWERS_NOTHING,
    RST_ANSWERS_SYN,
    RST_ANSWERS_SYN_ACK,
    RST_ANSWERS_DATA,
    RST_ANSWERS_FIN,
    RST_ANSWERS_ACK,
    RST_ANSWERS_KEEPALIVE,
} RstAnswers;

/* One kept segment as a report shows it, and the states after it. Begins as Event does. */
typedef struct {
    int64_t time_ns;
    uint32_t frame;         /* of a run: its last */
    uint32_t length;        /* payload bytes; of a run: 0 */
    union {
        uint32_t first_frame; /* of a run: its first */
        uint32_t wire_seq;    /* of a segment: SEQ as it stands there */
    };
    union {
        uint32_t data_segments; /* of a run: how many with payload */
        uint32_t wire_ack;      /* of a segment: the ACK field, whether its flag is set or not */
    };
    uint16_t window; /* not scaled */
    union {
        uint16_t ip_id;
        uint16_t run; /* of a run: its index in History.runs */
    };
    uint16_t marks; /* EVENT_… */
    uint8_t flags, ttl;

    int64_t seq, ack;     /* relative; ack is only meaningful with TCP_ACK */
    uint32_t segments;    /* of a run only: how many */
    uint8_t side;         /* Side that sent it; of a run: meaningless */
    uint8_t changed;      /* bit 0: the client's state changed here, bit 1: the server's; with has_states */
    uint8_t state[SIDES]; /* TcpState after it, of client and server; with has_states */
} HistoryRow;

/* What a run's segments came to (flow/runs.h), by side. */
typedef struct {
    EventRunEnd side[SIDES];
} HistoryRun;

typedef struct {
    uint32_t frame; /* that caused it: sent by the side itself, or received by it */
    uint8_t row; /* index of the row at which it is shown: it may have arrived later than it was captured */
    uint8_t side, from, to; /* Side, TcpState, TcpState */
    bool inferred;          /* presumed, not proven by anything the side sent */
} Transition;

typedef struct {
    int64_t seq; /* relative number of the FIN itself */
    uint32_t frame, ack_frame;
    uint8_t side, row;
    bool retransmission, acks_peer_fin;
} FinRecord;

typedef struct {
    int64_t time_ns, seq, ack; /* relative */
    int64_t delay_ns;          /* since the segment it answers */
    uint32_t frame;
    uint32_t answers_frame; /* 0 where that is one of the run in answers_row; else of a reply known */
    uint32_t length;        /* payload: text (RFC 9293 3.5.3) or a diagnostic */
    uint8_t side, row, answers_row;
    uint8_t form;            /* RstForm */
    uint8_t answers;         /* RstAnswers */
    uint8_t state_of_sender; /* TcpState before it */
    bool has_ack;
    bool effective;        /* the other side took it, as far as the capture shows */
    bool ends_sender;      /* its sender was alive before and is not seen alive after */
    bool exact, in_window; /* SEQ against RCV.NXT of the other side (RFC 5961 3.2); valid with window_known */
    bool window_known;
    bool ttl_known; /* there are segments of its side to compare with */
    bool ttl_differs, ip_id_differs, timestamps_missing; /* unlike the latest segments of its side */
    bool has_own_marks; /* its window, timestamps or IP id go on from theirs */
    bool foreign;       /* by that, or by its delay, somebody else sent it */
    bool too_soon;      /* it answers sooner than anything has come back from that side */
    bool lived_on;       /* the other side sent something afterwards that shows that it did not take it */
    bool after_close;    /* both FINs had been acknowledged before it */
    bool sender_goes_on; /* its alleged sender sends on as if nothing had happened */
    bool crosses;        /* an abort within a round trip after the other side's, which had not reached it */
} ResetRecord;

/* What is known of one side at the end. Numbers are relative to the ISN. */
typedef struct {
    /* What flow counted, in the order in which it lies there. */
    Address address;
    uint8_t end; /* index into Connection */
    uint16_t port;
    bool sent; /* anything of it was captured */
    bool syn, syn_ack, fin, rst;
    bool window_scaled;
    uint32_t window; /* last advertised, scaled where known */
    uint32_t isn;    /* what its relative numbers count from */
    int64_t first_data_ns, last_data_ns;
    uint32_t first_data_frame, last_data_frame;
    uint32_t packets;
    uint32_t last_frame;
    uint16_t retransmissions, keepalives, duplicates;
    uint16_t fins, resets;
    uint8_t ttl;
    uint8_t wscale; /* in effect: 0 unless both SYNs were captured and offered one */

    /* What follows from that. */
    bool top_missing;    /* its last numbers below SND.NXT were never captured */
    int64_t next, acked; /* SND.NXT and SND.UNA; acked is ACKED_NOTHING where nothing was */
    int64_t received;    /* RCV.NXT: the highest number it acknowledged; ACKED_NOTHING for none */
    int64_t data_bytes;  /* payload sent, captured or acknowledged */
    int64_t data_acked, data_unacked; /* of it */
    int64_t gap_bytes;                /* acknowledged by the other side, never captured */
    int64_t missing_bytes;            /* neither captured nor acknowledged, below SND.NXT */
    int64_t after_peer_fin_bytes;     /* new payload sent after the other side's FIN was captured */
    int64_t fin_seq;

    /* What the rows show: zero until something does. */
    int64_t syn_ns, last_ns, fin_ns, fin_ack_ns;
    uint32_t syn_frame, first_frame, fin_frame, fin_ack_frame;
    uint32_t syns;  /* segments */
    bool syn_first; /* its first SYN had no ACK: it opened actively */
    bool fin_acked, fin_acks_peer_fin, fin_with_data;
    bool fin_first_lost; /* the first copy of its FIN was not captured, only a later one */
    bool established;    /* it was in a synchronized state at some time; with has_states */
    uint8_t state;       /* TcpState at the end of the capture; with has_states */
} HistorySide;

/* A side's last attempt to get something across: what it sent and the other side never acknowledged. */
typedef struct {
    uint32_t repeats; /* how often it was sent again in vain */
    uint32_t first_frame, last_frame;
    int64_t first_ns, last_ns;
    int64_t interval_ns;      /* the longest between two attempts: timeouts only grow (RFC 6298 5.5) */
    uint32_t rst_frame;       /* its own RST after them, 0 for none */
    int64_t rst_ns;           /* time of that */
    bool rst_is_reply;        /* that RST answers a segment: no end of retries */
    int64_t idle_ns;          /* how long nothing was sent before the first */
    int64_t bytes;            /* not acknowledged */
    bool against_zero_window; /* the other side's window was zero at the last attempt */
} Stall;

typedef struct {
    uint32_t stream, previous; /* previous: NO_CONNECTION for none */
    bool roles_guessed;        /* no SYN was captured: who is the client is a guess */
    uint8_t handshake;         /* Handshake */
    int64_t start_ns, end_ns;
    uint32_t first_frame, last_frame, packets;
    HistorySide side[SIDES];

    HistoryRow rows[EVENTS_MAX];
    HistoryRun runs[EVENTS_MAX / 2]; /* there is a row between any two */
    Transition transitions[HISTORY_TRANSITIONS_MAX];
    FinRecord fins[EVENTS_MAX];
    ResetRecord resets[EVENTS_MAX];
    uint8_t row_count, transition_count, fin_count, reset_count;
    bool has_runs;       /* some segments are not among the rows */
    bool has_resets;     /* some row has RST set, whatever came of it */
    bool has_states;     /* the states and transitions are filled in */
    uint16_t marks_seen; /* in any row */
    uint64_t flags_seen; /* a bit for each combination of the low six flags in any row, ICMP errors too */
    RowSets sets;

    Note notes[NOTES_MAX]; /* copies; `next` means nothing here */
    uint8_t note_count;

    int closer;        /* Side whose FIN or RST began the end, -1 for nobody */
    int resetter;      /* Side that sent the first RST that counted, -1 for nobody */
    int first_reset;   /* index of that RST in resets, or -1 */
    Exchange exchange; /* its ends are sides */
    Stall stall[SIDES];
    int stalled;       /* Side that repeated in vain, the first of them; -1 for nobody */
    bool fins_crossed; /* both sides' first FINs, neither acknowledging the other */
} History;

static inline const HistoryRun *history_run(const History *history, const HistoryRow *row)
{
    return &history->runs[row->run];
}

/* Works out the history of a connection into `ret_history`, a scratch record that is used again and again. */
void history_build(History *ret_history, const FlowTable *table, uint32_t stream);

/* The same without what takes longest: the states and transitions, and what follows from them. */
void history_outline(History *ret_history, const FlowTable *table, uint32_t stream);

/* The outline of a connection that the caller has at hand, and what makes it a whole history if it is none
 * yet. */
void history_outline_of(History *ret_history, const FlowTable *table, uint32_t stream,
                        const Connection *connection, const Event *events);
void history_complete(History *history);

/* From the capture point to each side and back, by the handshake; -1: unknown. */
typedef struct {
    int64_t ns[SIDES];
} RoundTrips;

RoundTrips history_round_trips(const History *history);

/* RFC 9293 3.5.1, figure 10: what answers a SYN that meets an older connection is an ACK of that one, and the
 * client's RST to it has its number. That RST, or NULL. */
const ResetRecord *history_old_reset(const History *history);

const char *handshake_name(Handshake handshake);
const char *rst_form_name(RstForm form);
const char *rst_answers_name(RstAnswers answers);
